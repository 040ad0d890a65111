"""日程調整: from the first dates to the day that holds."""

from datetime import UTC, datetime
from uuid import UUID, uuid4

from contracts.cases import Kind
from services.coordination.models import Mail, Meeting, Rescheduling, Slot, SlotAnswer
from services.coordination.slots import suggestions
from tests.services.coordination.desk import Case, Desk, act_of
from tests.services.coordination.scenarios.registry import effect


def open_dates(count: int = 3) -> list[datetime]:
    """Dates that may be proposed: the ward is open."""
    return suggestions(datetime.now(UTC), 10)[:count]


async def polled(desk: Desk, slots: list[datetime] | None = None) -> tuple[Case, UUID]:
    """Dates for a 支援会議 have been put to two agencies."""
    case = await desk.open(state="sk-accepted")
    key = uuid4()
    act = act_of(
        "propose_dates",
        slots=[at.isoformat() for at in slots or open_dates()],
        attendees=["sapota", "jobota"],
    )
    await desk.step(case, "sk-scheduled", act, created_id=key, legal_basis="law-106-6")
    await desk.step(case, "polling", kind=Kind.MEETING, key=key, cause="started")
    return case, key


async def at(desk: Desk, case: Case, key: UUID, state: str, code: str, **fields: object) -> None:
    await desk.step(case, state, act_of(code, **fields), kind=Kind.MEETING, key=key)


async def letters(desk: Desk, key: UUID, what: str) -> set[tuple[str, int]]:
    rows = await desk.rows(Mail, meeting_id=key, what=what)
    return {(row.agency, row.number) for row in rows}


@effect
async def propose_dates(desk: Desk) -> Case:
    _, key = await polled(desk)
    meeting = await desk.row(Meeting, meeting_id=key)
    assert (meeting.starts_at, meeting.poll_round) == (None, 1)
    assert (meeting.organiser, meeting.chair) == ("chiiki-fukushi-omori", "chiiki-fukushi-omori")
    assert [row.starts_at for row in await desk.rows(Slot, meeting_id=key)] == open_dates()
    assert await letters(desk, key, "dates") == {("sapota", 1), ("jobota", 1)}
    again, _ = await polled(desk)
    return again


@effect
async def answer_dates(desk: Desk) -> Case:
    case, key = await polled(desk)
    first, second, third = open_dates()
    await at(desk, case, key, "polling", "answer_dates", agency="sapota", yes=[first])
    await at(
        desk, case, key, "polling", "answer_dates", agency="sapota", yes=[third], if_needed=[first]
    )
    said = {row.starts_at: row.answer for row in await desk.rows(SlotAnswer, meeting_id=key)}
    assert said == {first: "if-needed", second: "no", third: "yes"}, "the latest answer holds"
    return case


@effect
async def choose_date(desk: Desk) -> Case:
    case, key = await polled(desk)
    first, second, _ = open_dates()
    for agency in ("sapota", "jobota"):
        await at(desk, case, key, "polling", "answer_dates", agency=agency, yes=[first, second])
    await at(desk, case, key, "preparing", "choose_date", starts_at=first)
    meeting = await desk.row(Meeting, meeting_id=key)
    assert meeting.starts_at == first
    assert meeting.chosen_why == ["everybody", "quorum", "notice", "earliest"]
    assert await letters(desk, key, "invitation") == {("sapota", 0), ("jobota", 0)}
    assert (await desk.fact(case, "meeting.scheduled"))["meeting_id"] == str(key)
    return case


@effect
async def propose_other_dates(desk: Desk) -> Case:
    """The date that was set falls; its invitation is called off, and comes back with the next."""
    case, key = await polled(desk)
    first, second, third = open_dates()
    await at(desk, case, key, "preparing", "choose_date", starts_at=first)
    await at(desk, case, key, "polling", "propose_other_dates", slots=[second, third])
    meeting = await desk.row(Meeting, meeting_id=key)
    assert (meeting.starts_at, meeting.poll_round, meeting.sequence) == (None, 2, 1)
    [called_off] = await desk.rows(Mail, meeting_id=key, what="cancellation", agency="sapota")
    assert (called_off.starts_at, called_off.number) == (first, 1)
    await at(desk, case, key, "preparing", "choose_date", starts_at=third)
    assert await letters(desk, key, "invitation") == {
        ("sapota", 0),
        ("jobota", 0),
        ("sapota", 2),
        ("jobota", 2),
    }
    facts = [fact["type"] for fact in await desk.facts(case)]
    assert facts.count("meeting.scheduled") == 1, "set once, moved afterwards"
    await at(desk, case, key, "polling", "propose_other_dates", slots=[second])
    return case


@effect
async def report_no_quorum(desk: Desk) -> Case:
    case, key = await polled(desk)
    first, second, _ = open_dates()
    await at(desk, case, key, "preparing", "choose_date", starts_at=first)
    await at(desk, case, key, "preparing", "report_no_quorum", present=[], starts_at=second)
    row = await desk.row(Rescheduling, meeting_id=key)
    assert (row.reason, row.came_from, row.to, row.present) == ("no-quorum", first, second, 0)
    assert await letters(desk, key, "invitation") >= {("sapota", 1), ("jobota", 1)}
    await at(desk, case, key, "polling", "report_no_quorum", present=[])
    meeting = await desk.row(Meeting, meeting_id=key)
    assert (meeting.starts_at, meeting.sequence) == (None, 2)
    return case
