"""A fact as the ledger keeps it: one entry for each thing that may be counted.

`entries_of` translates; it decides nothing about what counts where. An entry says which revision
of the counted thing it is, so that a correction or a withdrawal wins in whatever order they come.
"""

from datetime import date
from functools import singledispatch
from uuid import UUID

from pydantic import Field

from contracts.events import Event
from contracts.events.coordination import (
    CaseClosed,
    CaseEvent,
    CaseOpened,
    ContactMade,
    MeetingHeld,
    PlanAdopted,
    SupportRecorded,
)
from contracts.events.intake import (
    ActivityCorrected,
    ActivityReported,
    ActivityWithdrawn,
    IntakeWithdrawn,
    ReportLine,
)
from contracts.events.participation import (
    CommunityWorkRecorded,
    PlacementEvent,
    PlacementSettled,
    PlacementStarted,
    ResourceLinked,
    ResourcePublished,
    ResourceWithdrawn,
)
from contracts.message import Message


class Entry(Message):
    """One counted thing. Fields as in `models.LedgerEntry`."""

    entry_id: UUID
    event_id: UUID
    event_type: str
    revision: int = 1
    withdrawn: bool = False
    on_date: date | None = None
    kind: str = ""
    channel: str | None = None
    programme_no: int | None = None
    agency: str | None = None
    venue: str | None = None
    group_code: str | None = None
    basic_area: str | None = None
    quantity: int = 1
    flags: tuple[str, ...] = ()
    attrs: dict[str, str] = Field(default_factory=dict)
    case_id: UUID | None = None
    receipt_number: str | None = None
    report_id: UUID | None = None
    reason: str | None = None

    def key(self, of: str) -> str | None:
        """What a distinct count of groups, venues, persons or resources counts this entry by."""
        own = {"group": self.group_code, "venue": self.venue}
        return own[of] if of in own else self.attrs.get(of)


@singledispatch
def entries_of(event: Event) -> tuple[Entry, ...]:
    """The entries that a fact makes. Raises TypeError for a fact that nothing counts."""
    raise TypeError(f"{event.type} makes no ledger entry")


@entries_of.register
def _(event: ActivityReported) -> tuple[Entry, ...]:
    return tuple(_line(event, event.report_id, line, 1) for line in event.lines)


@entries_of.register
def _(event: ActivityCorrected) -> tuple[Entry, ...]:
    told = _line(event, event.report_id, event.line, event.revision)
    return (told.model_copy(update={"reason": event.reason}),)


@entries_of.register
def _(event: ActivityWithdrawn) -> tuple[Entry, ...]:
    return (
        Entry(
            entry_id=event.line_id,
            event_id=event.event_id,
            event_type=ActivityReported.type,
            revision=event.revision,
            withdrawn=True,
            report_id=event.report_id,
            reason=event.reason,
        ),
    )


@entries_of.register
def _(event: CaseOpened) -> tuple[Entry, ...]:
    # A consultation is known by its intake, so that taking the intake back takes it out again.
    first = event.episode == 1
    return (_of_case(event, entry_id=event.intake_id if first else event.event_id),)


@entries_of.register
def _(event: IntakeWithdrawn) -> tuple[Entry, ...]:
    return (
        Entry(
            entry_id=event.intake_id,
            event_id=event.event_id,
            event_type=CaseOpened.type,
            revision=2,
            withdrawn=True,
            receipt_number=event.receipt_number,
            reason=event.reason,
        ),
    )


@entries_of.register
def _(event: CaseClosed) -> tuple[Entry, ...]:
    return (_of_case(event, kind=event.reason, agency=event.lead_agency),)


@entries_of.register
def _(event: MeetingHeld) -> tuple[Entry, ...]:
    return (
        _of_case(
            event,
            kind=event.legal_basis,
            flags=tuple(f"present:{agency}" for agency in event.present),
            attrs={"meeting": str(event.meeting_id)},
        ),
    )


@entries_of.register
def _(event: PlanAdopted) -> tuple[Entry, ...]:
    return (
        _of_case(
            event,
            kind=event.kind,
            flags=("renewal",) if event.renewal else (),
            attrs={"plan": str(event.plan_id), "version": str(event.version)},
        ),
    )


@entries_of.register
def _(event: ContactMade) -> tuple[Entry, ...]:
    return (
        _of_case(
            event,
            kind=event.outcome,
            agency=event.agency,
            flags=_first(event),
        ),
    )


def _first(event: ContactMade) -> tuple[str, ...]:
    """Whether the contact is a 新規相談, by either answer to what makes it one."""
    if event.first:
        return ("first-consultation", "first-in-fiscal-year")
    return ("first-in-fiscal-year",) if event.first_in_year else ()


@entries_of.register
def _(event: SupportRecorded) -> tuple[Entry, ...]:
    joint = ("joint",) if event.joint_with else ()
    return (_of_case(event, agency=event.agency, flags=joint),)


@entries_of.register(ResourcePublished)
@entries_of.register(ResourceWithdrawn)
def _(event: ResourcePublished | ResourceWithdrawn) -> tuple[Entry, ...]:
    return (
        Entry(
            entry_id=event.event_id,
            event_id=event.event_id,
            event_type=event.type,
            on_date=event.on,
            basic_area=event.basic_area,
            attrs={"resource": str(event.resource_id)},
        ),
    )


@entries_of.register
def _(event: PlacementStarted) -> tuple[Entry, ...]:
    # Without a person's id a placement still stands for one person.
    person = str(event.person_id or event.placement_id)
    return (_of_placement(event, {"person": person}),)


@entries_of.register(ResourceLinked)
@entries_of.register(PlacementSettled)
def _(event: ResourceLinked | PlacementSettled) -> tuple[Entry, ...]:
    return (_of_placement(event, {"resource": str(event.resource_id)}),)


@entries_of.register
def _(event: CommunityWorkRecorded) -> tuple[Entry, ...]:
    return (
        Entry(
            entry_id=event.record_id,
            event_id=event.event_id,
            event_type=event.type,
            revision=event.revision,
            withdrawn=event.withdrawn,
            on_date=event.on,
            kind=event.kind,
            channel=event.channel,
            programme_no=event.programme_no,
            venue=event.venue,
            group_code=event.group,
            basic_area=event.basic_area,
            quantity=event.quantity,
        ),
    )


def _line(event: Event, report_id: UUID, line: ReportLine, revision: int) -> Entry:
    return Entry(
        entry_id=line.line_id,
        event_id=event.event_id,
        event_type=ActivityReported.type,
        revision=revision,
        on_date=line.on,
        kind=line.kind,
        channel=line.channel,
        programme_no=line.programme_no,
        venue=line.venue,
        group_code=line.group,
        basic_area=line.basic_area,
        quantity=line.quantity,
        flags=line.flags,
        report_id=report_id,
    )


def _of_case(
    event: CaseEvent,
    *,
    entry_id: UUID | None = None,
    kind: str = "",
    agency: str | None = None,
    flags: tuple[str, ...] = (),
    attrs: dict[str, str] | None = None,
) -> Entry:
    return Entry(
        entry_id=entry_id or event.event_id,
        event_id=event.event_id,
        event_type=event.type,
        on_date=event.on,
        kind=kind,
        channel=event.channel,
        programme_no=event.programme_no,
        agency=agency,
        basic_area=event.basic_area,
        flags=flags,
        attrs=attrs or {},
        case_id=event.case_id,
        receipt_number=event.receipt_number,
    )


def _of_placement(event: PlacementEvent, attrs: dict[str, str]) -> Entry:
    return Entry(
        entry_id=event.event_id,
        event_id=event.event_id,
        event_type=event.type,
        on_date=event.on,
        basic_area=event.basic_area,
        attrs={**attrs, "placement": str(event.placement_id)},
        case_id=event.case_id,
    )
