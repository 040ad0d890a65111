"""The one-machine stack: its parts, what must be true before it starts, and its supervisor."""

import fcntl
import logging
import os
import shutil
import sys
import time
from collections.abc import Sequence
from typing import IO

from deploy.embedded import broker, caddy, mail, postgres, processes, temporal
from deploy.embedded.child import end_leftovers
from deploy.embedded.layout import SERVICES, Layout
from deploy.embedded.part import Part
from deploy.embedded.probes import is_free
from deploy.embedded.secrets import ADMINISTRATOR, Secrets, ensure_secrets
from deploy.embedded.supervisor import Supervisor, run_supervisor
from deploy.problem import ProblemError

OWN_PROCESSES = ("migrate", "issuer", "traces", *SERVICES, "worker")
PARTS = ("postgres", "broker", "temporal", "mail", "caddy", *OWN_PROCESSES)

LOOKS, LOOK_SECONDS = 20, 0.05
"""How often, and how far apart, a supervisor tries to take the lock."""

INHERITED = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "SSL_CERT_FILE")
"""All that the parts see of the environment in which the stack was started."""


def parts(layout: Layout, secrets: Secrets, only: Sequence[str] = ()) -> list[Part]:
    """The parts named, or all, in the order in which they are listed to people.

    Raises ProblemError for a name nobody has, and for a program this platform lacks."""
    if unknown := sorted(set(only) - set(PARTS)):
        raise ProblemError(
            f"部品名が違います: {', '.join(unknown)}(あるのは {', '.join(PARTS)})",
            f"no such part: {', '.join(unknown)} (there are {', '.join(PARTS)})",
        )
    inherited = {name: os.environ[name] for name in INHERITED if name in os.environ}
    return [_part(name, layout, secrets, inherited) for name in PARTS if name in (only or PARTS)]


def _part(name: str, layout: Layout, secrets: Secrets, inherited: dict[str, str]) -> Part:
    match name:
        case "postgres":
            home = layout.data / "postgres"
            admin_url = secrets.database_url(layout, ADMINISTRATOR)
            return postgres.part(home, layout.port(name), admin_url, inherited)
        case "broker":
            return broker.part(layout, inherited)
        case "temporal":
            return temporal.part(layout, inherited)
        case "mail":
            return mail.part(layout, inherited)
        case "caddy":
            return caddy.part(layout, inherited)
        case _:
            return processes.part(name, layout, secrets, inherited, day_seconds(layout))


def day_seconds(layout: Layout) -> str | None:
    """Length of a day on the compressed clock, if coordination is to run on one."""
    return layout.clock.read_text() if layout.clock.exists() else None


def check_ports(wanted: Sequence[Part]) -> None:
    """Raises ProblemError naming the first port that somebody else listens on."""
    for part in wanted:
        for port in part.listens:
            if not is_free(port):
                raise ProblemError(
                    f"ポート {port} は使われています({part.name} が使います)。"
                    "KASANE_PORT_BASE で別の番号を指定できます",
                    f"port {port} is taken ({part.name} needs it); "
                    "KASANE_PORT_BASE moves the whole block",
                )


def lock(layout: Layout) -> IO[str] | None:
    """Take the installation's lock, held for as long as the file is open. None: it is taken."""
    file = (layout.run / "lock").open("w")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.close()
        return None
    return file


def _hold(layout: Layout) -> IO[str]:
    """Take the lock for good. Raises ProblemError if another supervisor has it; somebody who
    only looks whether one runs has it for a moment."""
    for _ in range(LOOKS):
        if held := lock(layout):
            return held
        time.sleep(LOOK_SECONDS)
    raise ProblemError("すでに稼働しています", "the stack is already up")


def is_up(layout: Layout) -> bool:
    """Whether a supervisor runs for this data directory."""
    if not (layout.run / "lock").exists():
        return False
    held = lock(layout)
    if held:
        held.close()
    return held is None


def prepare(layout: Layout, only: Sequence[str] = ()) -> None:
    """Find out everything that can be said before the first process starts: directories,
    secrets, leftovers of a killed supervisor, programs, ports. Raises ProblemError."""
    layout.create()
    wanted = parts(layout, ensure_secrets(layout), only)
    end_leftovers(layout.run)
    check_ports(wanted)


def supervise(layout: Layout, only: Sequence[str] = ()) -> bool:
    """Run the stack until it is told to stop. Returns whether its start succeeded. Raises
    ProblemError if it cannot even begin."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    layout.create()
    held = _hold(layout)
    (layout.run / "stack.json").unlink(missing_ok=True)
    prepare(layout, only)
    supervisor = Supervisor(
        lambda: parts(layout, ensure_secrets(layout), only),
        logs=layout.logs,
        run=layout.run,
        facts=lambda: {
            "supervisor": os.getpid(),
            "port_base": layout.port_base,
            "day_seconds": day_seconds(layout),
        },
    )
    with held:
        run_supervisor(supervisor)
    return supervisor.failed is None


def forget(layout: Layout) -> bool:
    """Delete the data directory. Returns False if there is none, or if it is not a stack's.
    Raises ProblemError while the stack runs."""
    if is_up(layout):
        raise ProblemError(
            "稼働中は消せません。先に kasane down をしてください",
            "the stack is running; run kasane down first",
        )
    if not (layout.run / "lock").exists() and not (layout.data / "settings.env").exists():
        return False
    end_leftovers(layout.run)
    shutil.rmtree(layout.data)
    return True


if __name__ == "__main__":
    sys.exit(0 if supervise(Layout.from_environment(), sys.argv[1:]) else 1)
