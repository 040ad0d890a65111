"""Facts that the intake service tells: consultations taken in, and what programmes report."""

from datetime import date
from typing import ClassVar
from uuid import UUID

from pydantic import Field

from contracts.events.envelope import Event, fact
from contracts.message import Code, Message


class IntakeEvent(Event):
    topic: ClassVar[str] = "kasane.intake"


@fact
class IntakeAccepted(IntakeEvent):
    """A consultation came in at one of the 20 channels and is durable; a case follows."""

    type: ClassVar[str] = "kasane.intake.accepted.v1"
    subject_field: ClassVar[str] = "intake_id"

    intake_id: UUID
    receipt_number: str
    """Readable by telephone, says nothing about the person: `R8-大森-00123`."""
    channel: Code
    programme_no: int = Field(ge=1, le=13)
    received_on: date
    """The Tokyo date on which the consultation took place."""
    person_ids: tuple[UUID, ...] = ()
    """Empty for a light 気づき report that names nobody."""
    household_id: UUID | None = None
    urgent: bool = False
    basic_area: str | None = None
    daily_area: str | None = None
    referred_in: bool = False
    """Another agency brought the person (うち関係機関から相談につながった)."""
    topics: tuple[Code, ...] = ()
    duplicate_candidates: tuple[UUID, ...] = ()
    """Earlier intakes whose persons look alike. Never merged by the machine."""


@fact
class IntakeCorrected(IntakeEvent):
    """Some of what an accepted intake said about itself was corrected; the whole is told anew."""

    type: ClassVar[str] = "kasane.intake.corrected.v1"
    subject_field: ClassVar[str] = "intake_id"

    intake_id: UUID
    receipt_number: str
    received_on: date
    urgent: bool = False
    basic_area: str | None = None
    daily_area: str | None = None
    referred_in: bool = False
    topics: tuple[Code, ...] = ()
    birth_dates_of: tuple[UUID, ...] = ()
    """Persons whose birth date was entered or corrected; the date itself stays with intake."""


@fact
class IntakeWithdrawn(IntakeEvent):
    """An accepted intake was taken back by the channel that sent it (entered by mistake)."""

    type: ClassVar[str] = "kasane.intake.withdrawn.v1"
    subject_field: ClassVar[str] = "intake_id"

    intake_id: UUID
    receipt_number: str
    reason: Code


class ReportLine(Message):
    """One line of an activity report: what was done, when, how much, where."""

    line_id: UUID
    """The ledger's key: a line is counted once by it, however often it is delivered."""
    channel: Code
    kind: Code
    """An entry of the catalogue's activity kinds, `flat-visit` for instance."""
    programme_no: int = Field(ge=1, le=13)
    on: date
    quantity: int = Field(ge=0)
    venue: Code | None = None
    group: Code | None = None
    """Who is counted once a year where a figure counts distinct groups (団体)."""
    flags: tuple[Code, ...] = ()
    """What puts the line into a うち figure, `first-consultation` for instance."""
    basic_area: str | None = None


@fact
class ActivityReported(IntakeEvent):
    """A programme reported activities: one event, at most 500 lines."""

    type: ClassVar[str] = "kasane.activity.reported.v1"
    subject_field: ClassVar[str] = "report_id"

    report_id: UUID
    lines: tuple[ReportLine, ...] = Field(min_length=1, max_length=500)


@fact
class ActivityCorrected(IntakeEvent):
    """A line was wrong; the line that stands from now on is told whole, under the same id."""

    type: ClassVar[str] = "kasane.activity.corrected.v1"
    subject_field: ClassVar[str] = "report_id"

    report_id: UUID
    line: ReportLine
    revision: int = Field(ge=2)
    """The first report is revision 1. A lower revision never replaces a higher one."""
    reason: Code


@fact
class ActivityWithdrawn(IntakeEvent):
    """A line should never have been reported; it counts nowhere from now on."""

    type: ClassVar[str] = "kasane.activity.withdrawn.v1"
    subject_field: ClassVar[str] = "report_id"

    report_id: UUID
    line_id: UUID
    revision: int = Field(ge=2)
    reason: Code
