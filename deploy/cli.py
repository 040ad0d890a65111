"""`kasane`: the command line of the one-machine stack, and the entry point of every process."""

import json
import os
import subprocess
import sys
import time
from collections import deque
from pathlib import Path
from typing import Annotated, Literal

import typer

from deploy.cli_indicators import indicators
from deploy.embedded.layout import SERVICES, Layout
from deploy.problem import REFUSED, UNHEALTHY, ProblemError, StartFailedError
from deploy.process import NAMES, run_process

app = typer.Typer(no_args_is_help=True, add_completion=False, help=__doc__)
app.add_typer(indicators, name="indicators")

DEMO_DAY_SECONDS = 0.3

WHOLE_SECONDS = 20
"""How long the services may take, once they answer, to find their place on the bus."""


def main() -> None:
    """Entry point. A problem the person can mend is one line and exit status 2; a part that
    does not start is named and the end of its log shown."""
    try:
        app()
    except ProblemError as problem:
        typer.echo(f"kasane: {problem}", err=True)
        sys.exit(REFUSED)
    except StartFailedError as failure:
        _explain(Layout.from_environment().logs / f"{failure.part}.log", failure.part)
        sys.exit(UNHEALTHY)


@app.command()
def up(
    only: Annotated[str, typer.Option(help="Comma separated parts; all if left out.")] = "",
    foreground: Annotated[bool, typer.Option(help="Stay, until Ctrl-C.")] = False,
) -> None:
    """Start the stack and wait until all of it is ready."""
    from deploy.embedded import daemon

    layout = daemon.installation()
    if daemon.report(layout) is not None:
        typer.echo("すでに稼働しています / already up")
        _show_addresses(layout)
        return
    daemon.set_clock(layout, None)
    names = [name.strip() for name in only.split(",") if name.strip()]
    if foreground:
        from deploy.embedded.stack import supervise

        raise typer.Exit(0 if supervise(layout, names) else UNHEALTHY)
    _start(layout, names)
    _show_addresses(layout)


@app.command()
def down() -> None:
    """Stop everything; the data stays."""
    from deploy.embedded import daemon

    stopped = daemon.stop(daemon.installation())
    typer.echo("停止しました / stopped" if stopped else "稼働していません / not up")


@app.command()
def status(
    as_json: Annotated[bool, typer.Option("--json", help="For machines.")] = False,
) -> None:
    """Health, version, address and backlog of every part. Exit status 1 if one is unhealthy."""
    from deploy.embedded import daemon
    from deploy.embedded.status import as_json as plain
    from deploy.embedded.status import stack_status

    layout = daemon.installation()
    said = daemon.report(layout)
    if said is None:
        typer.echo(
            json.dumps({"up": False, "parts": []}) if as_json else "稼働していません / not up"
        )
        raise typer.Exit(UNHEALTHY)
    statuses = stack_status(layout, said)
    if as_json:
        typer.echo(json.dumps({"up": True, "parts": plain(statuses)}, ensure_ascii=False, indent=1))
    else:
        from deploy.display import show_status

        show_status(statuses)
    if not statuses or not all(part.healthy for part in statuses):
        raise typer.Exit(UNHEALTHY)


@app.command()
def logs(
    part: Annotated[str, typer.Argument(help="A part, or nothing for all.")] = "",
    lines: Annotated[int, typer.Option(min=1, help="From the end of each log.")] = 50,
) -> None:
    """The last lines of the parts' logs."""
    directory = Layout.from_environment().logs
    files = sorted(directory.glob(f"{part or '*'}.log"))
    if not files:
        raise ProblemError(f"ログがありません: {part}", f"there is no log: {part or directory}")
    for file in files:
        if len(files) > 1:
            typer.secho(f"== {file.stem}", bold=True)
        with file.open(errors="replace") as text:
            typer.echo("".join(deque(text, lines)).rstrip("\n"))


@app.command()
def demo(
    day_seconds: Annotated[float, typer.Option(min=0.01)] = DEMO_DAY_SECONDS,
) -> None:
    """Play synthetic residents, frontline systems and coordinators, a day lasting seconds."""
    from deploy.embedded import daemon

    layout = daemon.installation()
    daemon.set_clock(layout, day_seconds)
    if daemon.report(layout) is None:
        _start(layout, [])
    environment = {
        **os.environ,
        "KASANE_DATA_DIR": str(layout.data),
        "KASANE_PUBLIC_URL": layout.public_url,
        "KASANE_DAY_SECONDS": f"{day_seconds:g}",
        "KASANE_DEMO_CLIENTS": str(layout.clients),
        "KASANE_DEMO_USERS": str(layout.users),
    }
    try:
        played = subprocess.run([sys.executable, "-m", "simulation.demo"], env=environment)
    finally:
        daemon.set_clock(layout, None)
    _show_addresses(layout)
    raise typer.Exit(played.returncode)


@app.command()
def token(
    client: Annotated[str, typer.Argument(help="A frontline system of the demonstration.")] = (
        "frontline-demo"
    ),
) -> None:
    """A bearer token for the HTTP APIs, for curl. It holds for an hour."""
    from deploy.embedded import daemon
    from deploy.embedded.access import Access

    typer.echo(Access(daemon.installation(), client).token())


@app.command()
def year(
    table: Annotated[
        Path | None, typer.Option(help="Columns as the plan's table; default: 令和6年度's own.")
    ] = None,
    seed: Annotated[int, typer.Option(help="The same seed makes the same year.")] = 1,
    lines: Annotated[
        Literal["days", "visits"], typer.Option(help="How fine the lines are.")
    ] = "days",
    fiscal_year: Annotated[int, typer.Option(help="The year in which it begins.")] = 2024,
    files: Annotated[Path | None, typer.Option(help="Keep the written files there.")] = None,
) -> None:
    """Write a synthetic fiscal year whose figures a table gives, send it, and compare."""
    from deploy.embedded import daemon

    layout = daemon.installation()
    if daemon.report(layout) is None:
        _start(layout, [])
    environment = {
        **os.environ,
        "KASANE_PUBLIC_URL": layout.public_url,
        "KASANE_DEMO_CLIENTS": str(layout.clients),
        "KASANE_DEMO_USERS": str(layout.users),
        "KASANE_YEAR": str(fiscal_year),
        "KASANE_YEAR_SEED": str(seed),
        "KASANE_YEAR_LINES": lines,
        "KASANE_YEAR_TABLE": str(table or ""),
        "KASANE_YEAR_FILES": str(files or ""),
    }
    played = subprocess.run([sys.executable, "-m", "simulation.year.play"], env=environment)
    raise typer.Exit(played.returncode)


@app.command()
def migrate() -> None:
    """Make schemas and login roles and bring every table up to date, by settings alone."""
    run_process("migrate")


@app.command()
def run(
    service: Annotated[str, typer.Argument(help="、".join(NAMES))],
    embedded: Annotated[
        bool, typer.Option(help="With the settings it has in the stack of the data directory.")
    ] = False,
) -> None:
    """Run one process by its settings alone."""
    if service not in NAMES:
        raise ProblemError(
            f"プロセス名が違います: {service}(あるのは {', '.join(NAMES)})",
            f"no such process: {service} (there are {', '.join(NAMES)})",
        )
    if embedded:
        from deploy.embedded.processes import process_environment
        from deploy.embedded.secrets import ensure_secrets

        layout = Layout.from_environment()
        os.environ.update(process_environment(service, layout, ensure_secrets(layout)))
    run_process(service)


@app.command()
def clean() -> None:
    """Forget everything: delete the data directory. Refused while the stack runs."""
    from deploy.embedded.stack import forget

    layout = Layout.from_environment()
    deleted = forget(layout)
    said = "消しました / deleted" if deleted else "消すものはありません / nothing to delete"
    typer.echo(f"{said}: {layout.data}")


@app.command("replay-dead-letters")
def replay_dead_letters(
    service: Annotated[str, typer.Argument(help="A service, or nothing for all.")] = "",
) -> None:
    """Put parked messages back on their way. Nothing is counted twice by that."""
    from deploy.embedded import daemon
    from deploy.embedded.access import Access

    if service and service not in SERVICES:
        raise ProblemError(
            f"サービス名が違います: {service}(あるのは {', '.join(SERVICES)})",
            f"no such service: {service} (there are {', '.join(SERVICES)})",
        )
    access = Access(daemon.installation())
    left = 0
    for name in [service] if service else SERVICES:
        returned, parked = access.return_dead_letters(name)
        typer.echo(f"{name}: 戻した / returned {returned}, まだ保留 / still parked {parked}")
        left += parked
    if left:
        raise typer.Exit(UNHEALTHY)


def _start(layout: Layout, only: list[str]) -> None:
    from deploy.display import Progress
    from deploy.embedded import daemon
    from deploy.embedded.status import wait_until_whole

    typer.echo("起動しています / starting")
    began = time.monotonic()
    said = daemon.start(layout, only, Progress())
    wait_until_whole(layout, said["parts"], WHOLE_SECONDS)
    typer.echo(f"準備ができました({time.monotonic() - began:.1f} 秒) / ready")


def _explain(log: Path, part: str) -> None:
    typer.echo(f"kasane: {part} が起動しません / {part} does not start", err=True)
    if log.exists():
        typer.echo(f"{log}:", err=True)
        with log.open(errors="replace") as text:
            typer.echo("".join(deque(text, 20)), err=True)


def _show_addresses(layout: Layout) -> None:
    from deploy.display import show_addresses

    show_addresses(layout)


if __name__ == "__main__":
    main()
