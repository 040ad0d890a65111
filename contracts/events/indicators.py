"""Facts that the indicators service tells."""

from datetime import date
from typing import ClassVar

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
