"""Facts that the indicators service tells."""

from datetime import date
from typing import ClassVar

from pydantic import AwareDatetime

from contracts.events.envelope import Event, fact
from contracts.message import Code


@fact
class FigureFlagged(Event):
    """A reported figure is far from what its venue usually has; somebody should look."""

    topic: ClassVar[str] = "kasane.indicators"
    type: ClassVar[str] = "kasane.figure.flagged.v1"
    subject_field: ClassVar[str] = "indicator_id"

    indicator_id: str
    on: date
    venue: Code | None = None
    ratio: float


@fact
class FiscalYearMoved(Event):
    """A fiscal year's figures have come to another state: 速報, 確定, 公表 …"""

    topic: ClassVar[str] = "kasane.indicators"
    type: ClassVar[str] = "kasane.fiscal-year.moved.v1"
    subject_field: ClassVar[str] = "fiscal_year"

    fiscal_year: int
    state: Code
    """A `contracts.life.FiscalYearState`."""
    settled: bool
    """The figures stand: reports for the year are late, and wait for a restatement."""
    version: int | None = None
    """The version of the figures that the step made or decided on."""
    due_at: AwareDatetime | None = None
    """By when somebody has something to do in this state; None where nobody has."""
    by: str | None = None
    """The `sub` of who made the step; None: the calendar did. A proposer does not approve."""
