"""`kasane indicators`: the published figures, and whether a recount confirms them."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from deploy.problem import UNHEALTHY

indicators = typer.Typer(no_args_is_help=True, help="指標 / the published figures")

INDICATORS = "/api/indicators/v1"
FiscalYear = Annotated[int, typer.Option(help="The year in which it begins; default: this one.")]


@indicators.command("table")
def indicators_table(
    fiscal_year: FiscalYear = 0,
    form: Annotated[Literal["text", "csv", "json"], typer.Option("--format")] = "text",
) -> None:
    """The figures of a fiscal year (April to March, Tokyo)."""
    from deploy.display import show_indicators
    from deploy.embedded import daemon
    from deploy.embedded.access import Access

    access = Access(daemon.installation())
    year = fiscal_year or _current_fiscal_year()
    show_indicators(access.json(f"{INDICATORS}/fiscal-years/{year}/indicators"), form)


@indicators.command("verify")
def indicators_verify(
    fiscal_year: FiscalYear = 0,
    days: Annotated[Path | None, typer.Option(help="Write the hash of each day here.")] = None,
    against: Annotated[Path | None, typer.Option(help="A file that --days wrote.")] = None,
) -> None:
    """Recount from the ledger and compare with the tallies. Exit status 1 if they differ.

    With --against also compare the ledger day by day with what --days wrote: of this installation
    earlier, or of another.
    """
    from deploy import ledger_days
    from deploy.display import show_different_days, show_verification
    from deploy.embedded import daemon
    from deploy.embedded.access import Access

    access = Access(daemon.installation())
    year = fiscal_year or _current_fiscal_year()
    verification = access.json(f"{INDICATORS}/verification?fiscal_year={year}")
    show_verification(verification)
    if days is not None:
        ledger_days.write(days, year, verification["days"])
    different = []
    if against is not None:
        different = ledger_days.compare(ledger_days.read(against, year), verification["days"])
        show_different_days(different)
    if different or not verification["equal"]:
        raise typer.Exit(UNHEALTHY)


def _current_fiscal_year() -> int:
    from contracts.calendar import fiscal_year, today

    return fiscal_year(today())
