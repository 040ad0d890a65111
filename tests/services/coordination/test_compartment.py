"""The compartment of a 支援会議 (法106条の6, invariant 2): attendees alone, and not for long."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, select, text

from contracts.cases import Kind
from services.coordination.compartment import READER
from services.coordination.models import Disclosure, Meeting, PrivateTextRow
from tests.services.conftest import Tokens
from tests.services.coordination.conftest import Get, Post
from tests.services.coordination.desk import Case, Desk, act_of

pytestmark = pytest.mark.usefixtures("relay")

Headers = dict[str, str]
SHEET = "家計は姉が一人で支えている"
BOTH = ("sapota", "jobota")


async def act(post: Post, case: Case, meeting: UUID, by: Headers, **fields: Any) -> None:
    body = {"act": fields, "target": {"kind": "meeting", "id": str(meeting)}}
    answer = await post(f"/cases/{case.case_id}/acts", body, by)
    assert answer.status_code == 200, answer.text


async def acknowledge(post: Post, case: Case, meeting: UUID, agency: str, by: Headers) -> None:
    await act(post, case, meeting, by, act="acknowledge_secrecy", agency=agency)


async def sheet(
    desk: Desk, post: Post, by: Headers, agencies: tuple[str, ...] = BOTH
) -> tuple[Case, UUID]:
    """A 支援会議 for which SAPOTA has handed in its sheet."""
    case = await desk.open()
    meeting = await desk.meeting(case, basis="law-106-6", agencies=agencies)
    await act(post, case, meeting, by, act="submit_sheet", agency="sapota", household_view=SHEET)
    return case, meeting


async def tries(desk: Desk, meeting: UUID, action: str = "papers.read") -> list[tuple[str, ...]]:
    """The audit trail of a meeting's papers."""
    async with desk.context.database.transaction() as session:
        found = await session.execute(
            text(
                "SELECT actor, outcome, coalesce(reason, '') FROM audit"
                " WHERE subject_id = :meeting AND action = :action ORDER BY id"
            ),
            {"meeting": str(meeting), "action": action},
        )
        return [tuple(row) for row in found]


async def papers_seen(desk: Desk, meeting: UUID, reader: str | None) -> int:
    """How many papers the bare database gives to a query without any filter of ours."""
    async with desk.context.database.transaction() as session:
        if reader is not None:
            await session.execute(select(func.set_config(READER, reader, True)))
        rows = await session.scalars(select(PrivateTextRow))
        return sum(row.meeting_id == meeting for row in rows)


async def test_papers_open_to_who_has_acknowledged_secrecy_for_this_meeting(
    desk: Desk, post: Post, get: Get, hanako: Headers, jobota: Headers
) -> None:
    case, meeting = await sheet(desk, post, hanako)
    closed = await get(f"/meetings/{meeting}/papers", jobota)
    assert (closed.status_code, closed.json()["code"]) == (403, "secrecy-not-acknowledged")
    await acknowledge(post, case, meeting, "jobota", jobota)
    seen = (await get(f"/meetings/{meeting}/papers", jobota)).json()
    assert [record["text"] for record in seen["items"]] == [SHEET]
    assert (seen["seen_by"]["name"], seen["number"]) == ("就労 次郎", None)
    told = await desk.row(Disclosure, case_id=case.case_id, what="papers")
    assert (told.legal_basis, told.meeting_id, told.to_agency) == ("law-106-6", meeting, "jobota")
    assert await tries(desk, meeting) == [
        ("jobota-1", "refused", "secrecy-not-acknowledged"),
        ("jobota-1", "allowed", ""),
    ]


async def test_an_acknowledgement_admits_the_person_who_gave_it_and_no_colleague(
    desk: Desk, post: Post, get: Get, hanako: Headers, jobota: Headers, tokens: Tokens
) -> None:
    case, meeting = await sheet(desk, post, hanako)
    await acknowledge(post, case, meeting, "jobota", jobota)
    colleague = tokens.bearer("jobota-2", roles=("agency",), agency="jobota")
    closed = await get(f"/meetings/{meeting}/papers", colleague)
    assert closed.json()["code"] == "secrecy-not-acknowledged"


async def test_the_coordinator_and_the_manager_who_do_not_attend_see_no_paper(
    desk: Desk, post: Post, get: Get, hanako: Headers, ichiro: Headers, tokens: Tokens
) -> None:
    case, meeting = await sheet(desk, post, hanako)
    # Whoever records an agency's word for it binds the agency, and is not let in by that.
    await acknowledge(post, case, meeting, "sapota", hanako)
    admin = tokens.bearer("admin", roles=("operator", "manager", "ward"), agency="fukushi-kanri")
    for who in (hanako, ichiro, admin):
        closed = await get(f"/meetings/{meeting}/papers", who)
        assert (closed.status_code, closed.json()["code"]) == (403, "not-an-attendee")
        said = (await get(f"/cases/{case.case_id}/records", who)).json()
        assert said["items"] == []
        assert [one["reason"] for one in said["closed"]] == ["not-an-attendee"]
    assert {who for who, outcome, _ in await tries(desk, meeting) if outcome == "refused"} == {
        "hanako",
        "ichiro",
        "admin",
    }


async def test_who_organises_attends_where_the_wards_own_agency_is_invited(
    desk: Desk, post: Post, get: Get, hanako: Headers
) -> None:
    case, meeting = await sheet(desk, post, hanako, ("sapota", "chiiki-fukushi-omori"))
    await acknowledge(post, case, meeting, "chiiki-fukushi-omori", hanako)
    said = (await get(f"/cases/{case.case_id}/records", hanako)).json()
    assert [record["text"] for record in said["items"]] == [SHEET]


async def test_a_team_member_who_does_not_attend_reads_only_the_decision(
    desk: Desk, post: Post, get: Get, hanako: Headers, tokens: Tokens
) -> None:
    case, meeting = await sheet(desk, post, hanako)
    await desk.referral(case, "houkatsu")
    await desk.consent(case)
    await held(desk, case, meeting, present=BOTH)
    decided = act_of("decide_support", decision="watch")
    await desk.step(case, "minutes", decided, kind=Kind.MEETING, key=meeting)
    houkatsu = tokens.bearer("h-1", roles=("agency",), agency="houkatsu")
    said = (await get(f"/cases/{case.case_id}/records", houkatsu)).json()
    assert said["items"] == []
    assert said["closed"] == [
        {"meeting_id": str(meeting), "reason": "not-an-attendee", "categories": []}
    ]
    [shown] = (await get(f"/cases/{case.case_id}", houkatsu)).json()["meetings"]
    assert shown["decision_label"] == "見守り"


async def held(desk: Desk, case: Case, meeting: UUID, present: tuple[str, ...]) -> None:
    for agency in present:
        word = act_of("acknowledge_secrecy", agency=agency)
        await desk.step(case, "preparing", word, kind=Kind.MEETING, key=meeting)
    await desk.step(
        case, "held", act_of("hold_meeting", present=present), kind=Kind.MEETING, key=meeting
    )


async def test_an_agency_that_was_absent_does_not_read_the_papers_of_what_it_missed(
    desk: Desk, post: Post, get: Get, hanako: Headers, jobota: Headers
) -> None:
    case, meeting = await sheet(desk, post, hanako)
    await acknowledge(post, case, meeting, "jobota", jobota)
    await held(desk, case, meeting, present=("sapota",))
    closed = await get(f"/meetings/{meeting}/papers", jobota)
    assert (closed.status_code, closed.json()["code"]) == (403, "absent")
    assert await papers_seen(desk, meeting, "jobota-1") == 0


@pytest.mark.parametrize("by", ["the timer", "the clock alone", "a cancelled meeting"])
async def test_papers_close_by_themselves_to_everybody(
    desk: Desk, post: Post, get: Get, hanako: Headers, jobota: Headers, by: str
) -> None:
    case, meeting = await sheet(desk, post, hanako)
    await acknowledge(post, case, meeting, "jobota", jobota)
    assert await papers_seen(desk, meeting, "jobota-1") == 1
    of_meeting: dict[str, Any] = {"kind": Kind.MEETING, "key": meeting}
    if by == "the timer":
        await desk.step(case, "done", cause="papers_close", **of_meeting)
    elif by == "the clock alone":
        # The workflow knows when they close; if its timer were late they are closed all the same.
        past = datetime.now(UTC) - timedelta(seconds=1)
        await desk.step(case, "done", cause="minutes", waits_until=past, **of_meeting)
        assert (await desk.row(Meeting, meeting_id=meeting)).papers_closed_at is None
    else:
        await desk.step(case, "cancelled", act_of("cancel_meeting"), **of_meeting)
    for who in (jobota, hanako):
        assert (await get(f"/meetings/{meeting}/papers", who)).status_code == 403
    closed = (await get(f"/meetings/{meeting}/papers", jobota)).json()
    assert closed["code"] == "papers-closed"
    assert await papers_seen(desk, meeting, "jobota-1") == 0


@pytest.mark.parametrize(
    ("reader", "papers"),
    [(None, 0), ("", 0), ("hanako", 0), ("ichiro", 0), ("workflow", 0), ("jobota-1", 1)],
)
async def test_a_forgotten_filter_leaks_nothing(
    desk: Desk, post: Post, hanako: Headers, jobota: Headers, reader: str | None, papers: int
) -> None:
    case, meeting = await sheet(desk, post, hanako)
    await acknowledge(post, case, meeting, "jobota", jobota)
    assert await papers_seen(desk, meeting, reader) == papers


async def test_who_reads_is_forgotten_with_the_transaction(
    desk: Desk, post: Post, hanako: Headers, jobota: Headers
) -> None:
    case, meeting = await sheet(desk, post, hanako)
    await acknowledge(post, case, meeting, "jobota", jobota)
    async with desk.context.database.engine.connect() as connection:
        await connection.execute(select(func.set_config(READER, "jobota-1", True)))
        await connection.commit()
        seen = await connection.scalar(
            text("SELECT count(*) FROM private_text WHERE meeting_id = :m"), {"m": meeting}
        )
    assert seen == 0


async def test_a_paper_is_never_changed_and_never_deleted_by_the_service(
    desk: Desk, post: Post, hanako: Headers, jobota: Headers
) -> None:
    case, meeting = await sheet(desk, post, hanako)
    await acknowledge(post, case, meeting, "jobota", jobota)
    async with desk.context.database.transaction() as session:
        await session.execute(select(func.set_config(READER, "jobota-1", True)))
        for change in ("UPDATE private_text SET legal_basis = NULL", "DELETE FROM private_text"):
            done = await session.execute(text(f"{change} WHERE meeting_id = :m"), {"m": meeting})
            assert done.rowcount == 0  # type: ignore[attr-defined]
    assert await papers_seen(desk, meeting, "jobota-1") == 1


async def test_row_level_security_is_forced_on_every_role_that_is_not_a_superuser(
    desk: Desk,
) -> None:
    async with desk.context.database.transaction() as session:
        forced = await session.execute(
            text(
                "SELECT relrowsecurity, relforcerowsecurity FROM pg_class"
                " WHERE oid = 'private_text'::regclass"
            )
        )
        role = await session.execute(
            text("SELECT rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user")
        )
        assert tuple(forced.one()) == (True, True)
        assert tuple(role.one()) == (False, False)


async def test_copies_for_print_are_numbered_and_each_is_written_down(
    desk: Desk, post: Post, get: Get, hanako: Headers, jobota: Headers, sapota: Headers
) -> None:
    case, meeting = await sheet(desk, post, hanako)
    for agency, who in (("jobota", jobota), ("sapota", sapota)):
        await acknowledge(post, case, meeting, agency, who)
    copies = f"/meetings/{meeting}/copies"
    first = await post(copies, None, jobota, key="the-first-copy")
    again = await post(copies, None, jobota, key="the-first-copy")
    second = await post(copies, None, sapota)
    assert [one.json().get("number", one.text) for one in (first, again, second)] == [1, 1, 2]
    assert SHEET not in first.text, "a repeated request is answered from what is kept"
    printed = (await get(f"{copies}/1", jobota)).json()
    assert [record["text"] for record in printed["items"]] == [SHEET]
    assert [(one["number"], one["by"]["sub"]) for one in printed["copies"]] == [
        (1, "jobota-1"),
        (2, "sapota-1"),
    ]
    assert (await get(f"{copies}/2", jobota)).status_code == 404, "another's copy"
    refused = await post(copies, None, hanako)
    assert (refused.status_code, refused.json()["code"]) == (403, "not-an-attendee")
    made = await tries(desk, meeting, "papers.copy")
    assert made[0] == ("jobota-1", "allowed", "")
    assert made[-1] == ("hanako", "refused", "not-an-attendee")


WARD = (*BOTH, "fukushi-kanri")


async def in_minutes(
    desk: Desk, post: Post, by: Headers, agencies: tuple[str, ...] = WARD
) -> tuple[Case, UUID]:
    """A 支援会議 whose minutes wait to be approved; each agency has acknowledged by somebody."""
    case, meeting = await sheet(desk, post, by, agencies)
    for agency in agencies:
        word = act_of("acknowledge_secrecy", agency=agency)
        await desk.step(case, "preparing", word, kind=Kind.MEETING, key=meeting)
    held = act_of("hold_meeting", present=list(agencies))
    await desk.step(case, "held", held, kind=Kind.MEETING, key=meeting)
    watch = act_of("decide_support", decision="watch")
    await desk.step(case, "minutes", watch, kind=Kind.MEETING, key=meeting)
    return case, meeting


async def test_minutes_are_approved_by_somebody_of_the_ward_who_was_let_in(
    desk: Desk, post: Post, get: Get, hanako: Headers, ichiro: Headers
) -> None:
    """法106条の6: an approval means that somebody has read, and only attendees may read."""
    case, meeting = await in_minutes(desk, post, hanako)
    body = {"act": {"act": "approve_minutes"}, "target": {"kind": "meeting", "id": str(meeting)}}
    unread = await post(f"/cases/{case.case_id}/acts", body, ichiro)
    assert (unread.status_code, unread.json()["code"]) == (403, "outside-the-compartment")
    await acknowledge(post, case, meeting, "fukushi-kanri", ichiro)
    await act(post, case, meeting, ichiro, act="approve_minutes")
    shown = (await get(f"/meetings/{meeting}", ichiro)).json()
    assert (shown["minutes_approved_by"]["sub"], shown["minutes_unread"]) == ("ichiro", False)


async def test_where_nobody_of_the_ward_sat_the_decision_alone_is_approved(
    desk: Desk, post: Post, get: Get, hanako: Headers, ichiro: Headers
) -> None:
    """As it could be once; the page says what was approved."""
    case, meeting = await in_minutes(desk, post, hanako, BOTH)
    await act(post, case, meeting, ichiro, act="approve_minutes")
    assert (await get(f"/meetings/{meeting}", ichiro)).json()["minutes_unread"]


async def test_the_ward_sits_in_every_support_meeting(
    desk: Desk, post: Post, hanako: Headers
) -> None:
    case = await desk.open(state="sk-accepted")
    at = (datetime.now(UTC) + timedelta(days=20)).isoformat()
    fields = {"act": "schedule_meeting", "starts_at": at, "attendees": list(BOTH)}
    answer = await post(f"/cases/{case.case_id}/acts", {"act": fields}, hanako)
    assert (answer.status_code, answer.json()["code"]) == (422, "ward-not-invited")


async def test_the_texts_of_a_case_say_who_reads_them_when_and_for_what(
    desk: Desk, post: Post, get: Get, hanako: Headers, jobota: Headers
) -> None:
    """Papers among the records are looked at as on their own page, and kept as such."""
    case, meeting = await sheet(desk, post, hanako)
    await acknowledge(post, case, meeting, "jobota", jobota)
    before = len(await tries(desk, meeting))
    shown = (await get(f"/cases/{case.case_id}/records", jobota, purpose="minutes")).json()
    mark = shown["watermark"]
    assert (mark["reader"]["name"], mark["agency"]) == ("就労 次郎", "jobota")
    assert (mark["purpose"], mark["purpose_label"]) == ("minutes", "会議録の確認")
    assert datetime.fromisoformat(mark["at"]) <= datetime.now(UTC)
    kept = await tries(desk, meeting)
    assert len(kept) == before + 1
    assert kept[-1][1] == "allowed"
    wrong = await get(f"/cases/{case.case_id}/records", jobota, purpose="curiosity")
    assert wrong.status_code == 422
