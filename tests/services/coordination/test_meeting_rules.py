"""What the law and the ward's rules forbid of meetings, each refused by its name."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from chassis.auth import Principal
from contracts.calendar import add_business_days, is_business_day, today
from contracts.cases import Kind, Refusal
from services.coordination.bodies import bodies, may_organise, quorum
from services.coordination.models import Meeting
from tests.services.coordination.desk import HANAKO, Case, Desk, act_of, tomorrow
from tests.services.coordination.scenarios.dates import open_dates, polled
from tests.services.coordination.scenarios.outcome import held
from tests.services.coordination.test_rules import refused

TWO = ["sapota", "jobota"]


def closed_day() -> datetime:
    """A Saturday to come, at ten."""
    day = today() + timedelta(days=(5 - today().weekday()) % 7 + 7)
    assert not is_business_day(day)
    return datetime.fromisoformat(f"{day}T10:00:00+09:00")


async def sk(desk: Desk) -> Case:
    return await desk.open(state="sk-accepted")


@pytest.mark.parametrize(
    ("code", "fields", "field"),
    [
        ("schedule_meeting", {"starts_at": "2026-04-01T10:00:00+09:00"}, "starts_at"),
        ("propose_dates", {"slots": ["2026-04-01T10:00:00+09:00"]}, "slots"),
    ],
)
async def test_a_meeting_is_not_set_in_the_past(
    desk: Desk, code: str, fields: dict[str, Any], field: str
) -> None:
    act = act_of(code, attendees=TWO, **fields)
    answer = await refused(desk, await sk(desk), "sk-scheduled", act)
    assert answer == (Refusal.IN_THE_PAST, {"field": field})


async def test_a_meeting_is_not_postponed_into_the_past(desk: Desk) -> None:
    case = await desk.open()
    key = await desk.meeting(case, basis="law-106-6")
    act = act_of("postpone_meeting", starts_at=datetime.now(UTC) - timedelta(minutes=1))
    code, _ = await refused(desk, case, "preparing", act, kind=Kind.MEETING, key=key)
    assert code is Refusal.IN_THE_PAST


async def test_a_closed_day_is_not_proposed(desk: Desk) -> None:
    """The refusal names the day, so that the others can be proposed without it."""
    closed = closed_day()
    slots = [open_dates()[0].isoformat(), closed.isoformat()]
    act = act_of("propose_dates", slots=slots, attendees=TWO)
    code, details = await refused(desk, await sk(desk), "sk-scheduled", act)
    assert (code, details) == (
        Refusal.CLOSED_DAY,
        {"field": "slots", "days": [closed.date().isoformat()]},
    )


async def test_an_agency_without_access_is_not_invited(desk: Desk) -> None:
    for act in (
        act_of("schedule_meeting", starts_at=tomorrow(), attendees=["sapota", "keisatsu"]),
        act_of("propose_dates", slots=open_dates(), attendees=["sapota", "keisatsu"]),
    ):
        code, details = await refused(desk, await sk(desk), "sk-scheduled", act)
        assert (code, details["agencies"]) == (Refusal.NO_ACCESS, ["keisatsu"])


@pytest.mark.parametrize("code", ["schedule_meeting", "propose_dates"])
async def test_no_dates_are_looked_for_on_consent_that_is_not_there(desk: Desk, code: str) -> None:
    """Invariant 1 from the first word on: proposing dates tells agencies of the case."""
    case = await desk.open(state="meeting")
    when = {"starts_at": tomorrow()} if code == "schedule_meeting" else {"slots": open_dates()}
    refusal, details = await refused(desk, case, "meeting", act_of(code, attendees=TWO, **when))
    assert (refusal, details["persons"]) == (Refusal.CONSENT_MISSING, [str(case.person)])


async def test_the_ward_chairs(desk: Desk) -> None:
    act = act_of("schedule_meeting", starts_at=tomorrow(), attendees=TWO, chair="sapota")
    code, details = await refused(desk, await sk(desk), "sk-scheduled", act)
    assert (code, details["agencies"]) == (Refusal.NOT_THE_CHAIR, ["sapota"])
    case = await sk(desk)
    act = act_of("schedule_meeting", starts_at=tomorrow(), attendees=TWO, chair="fukushi-kanri")
    await desk.step(case, "sk-scheduled", act)
    assert (await desk.row(Meeting, case_id=case.case_id)).chair == "fukushi-kanri"


def somebody(role: str, agency: str) -> Principal:
    return Principal.model_validate(
        {"sub": "somebody", "kind": "person", "roles": [role], "agency": agency}
    )


@pytest.mark.parametrize(
    ("role", "agency", "consent", "law"),
    [
        ("coordinator", "chiiki-fukushi-omori", True, True),
        ("coordinator", "shakyo", True, False),
        ("manager", "fukushi-kanri", True, True),
        ("ward", "fukushi-kanri", False, True),
        ("agency", "sapota", False, False),
    ],
)
def test_who_organises_a_meeting_depends_on_its_legal_basis(
    role: str, agency: str, consent: bool, law: bool
) -> None:
    """重層的支援会議: the 多機関協働 coordinator. 支援会議: the ward."""
    who = somebody(role, agency)
    assert may_organise(who, "consent", today()) is consent
    assert may_organise(who, "law-106-6", today()) is law


def test_a_quorum_is_half_of_the_invited_members_and_supervisors_do_not_count() -> None:
    assert quorum("consent", ["sapota", "jobota", "houkatsu"], today()) == 2
    assert quorum("consent", ["sapota", "jobota", "supervisor-law"], today()) == 1
    assert bodies()["law-106-6"].most_attendees < bodies()["consent"].most_attendees


async def test_a_meeting_is_not_held_without_a_quorum(desk: Desk) -> None:
    case = await desk.open()
    await desk.consent(case)
    key = await desk.meeting(case, agencies=("sapota", "jobota", "houkatsu", "supervisor-law"))
    few = act_of("hold_meeting", present=["sapota", "supervisor-law"])
    code, details = await refused(desk, case, "held", few, kind=Kind.MEETING, key=key)
    assert (code, details["needed"], details["came"]) == (Refusal.NO_QUORUM, 2, 1)
    enough = act_of("hold_meeting", present=["sapota", "jobota"])
    await desk.step(case, "held", enough, kind=Kind.MEETING, key=key)


async def test_enough_who_came_are_no_lack_of_a_quorum(desk: Desk) -> None:
    case = await desk.open()
    key = await desk.meeting(case, basis="law-106-6")
    act = act_of("report_no_quorum", present=["sapota"])
    answer = await refused(desk, case, "polling", act, kind=Kind.MEETING, key=key)
    assert answer == (Refusal.INCOMPLETE, {"field": "present"})


async def test_only_a_proposed_date_is_answered_and_chosen(desk: Desk) -> None:
    case, key = await polled(desk)
    other = open_dates(4)[3]
    for act, field in (
        (act_of("answer_dates", agency="sapota", yes=[other]), "yes"),
        (act_of("answer_dates", agency="sapota", if_needed=[other]), "if_needed"),
        (act_of("answer_dates", agency="houkatsu"), "agency"),
        (act_of("choose_date", starts_at=other), "starts_at"),
    ):
        answer = await refused(desk, case, "polling", act, kind=Kind.MEETING, key=key)
        assert answer == (Refusal.INCOMPLETE, {"field": field})


async def test_who_wrote_the_minutes_may_not_approve_them(desk: Desk) -> None:
    case, key = await held(desk)
    await desk.step(
        case, "minutes", act_of("draft_minutes"), kind=Kind.MEETING, key=key, by="writer"
    )
    for sub in (HANAKO, "writer"):
        code, _ = await refused(
            desk, case, "done", act_of("approve_minutes"), kind=Kind.MEETING, key=key, by=sub
        )
        assert code is Refusal.APPROVER_IS_AUTHOR
    await desk.step(
        case, "done", act_of("approve_minutes"), kind=Kind.MEETING, key=key, by="another"
    )


@pytest.mark.parametrize(
    ("code", "fields", "field"),
    [
        ("record_advice", {"agency": "sapota"}, "agency"),
        ("assign_duty", {"agency": "sapota", "duty": "visit", "due_on": "2020-01-01"}, "due_on"),
        (
            "submit_feedback",
            {"agency": "jobota", "shared_view": "yes", "roles_clear": "no", "time_fit": "no"},
            "agency",
        ),
        ("raise_community_issue", {"theme": "made-up"}, "theme"),
        ("raise_community_issue", {"theme": "work", "daily_area": "somewhere"}, "daily_area"),
        (
            "raise_community_issue",
            {"theme": "work", "daily_area": "馬込", "basic_area": "蒲田"},
            "daily_area",
        ),
        ("raise_community_issue", {"theme": "work", "wanted_kinds": ["made-up"]}, "wanted_kinds"),
    ],
)
async def test_what_a_meeting_leaves_behind_names_what_there_is(
    desk: Desk, code: str, fields: dict[str, Any], field: str
) -> None:
    """Advice comes from a supervisor, feedback from who was there; an issue holds codes only."""
    case, key = await held(desk)
    act = act_of(code, **fields)
    answer = await refused(desk, case, "held", act, kind=Kind.MEETING, key=key)
    assert answer == (Refusal.INCOMPLETE, {"field": field})


async def test_another_statutory_meeting_is_one_that_a_law_knows_and_not_of_tomorrow(
    desk: Desk,
) -> None:
    case = await desk.open()
    known = {"meeting": "needy-support", "agency": "jobota", "outcome": "shared", "on": today()}
    for wrong, field in (
        ({"meeting": "made-up"}, "meeting"),
        ({"on": add_business_days(today(), 1)}, "on"),
    ):
        act = act_of("record_statutory_meeting", **{**known, **wrong})
        assert await refused(desk, case, "triage", act) == (Refusal.INCOMPLETE, {"field": field})
