"""A whole sitting in one act: every case follows or says why not; each attendee is told once."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from contracts.cases import Kind
from services.coordination.mailing import MailRelay
from services.coordination.models import Mail, Meeting, Sitting
from tests.services.coordination.conftest import Get, Post
from tests.services.coordination.desk import Case, Desk, act_of
from tests.services.coordination.test_mailing import PostOffice, event_of, office, sending_to

__all__ = ["office"]

Headers = dict[str, str]


@dataclass
class Sat:
    """Two 支援会議 that sit together; SAPOTA is invited to both."""

    sitting: str
    cases: list[tuple[Case, UUID]]
    starts_at: datetime


@pytest.fixture
async def sat(desk: Desk, post: Post, hanako: Headers) -> Sat:
    starts_at = datetime.now(UTC).replace(microsecond=0) + timedelta(days=20)
    made = (await post("/sittings", {"starts_at": starts_at}, hanako)).json()["sitting_id"]
    cases = []
    for agencies in (["sapota", "houkatsu"], ["sapota", "jobota"]):
        case, key = await desk.open(state="sk-accepted"), uuid4()
        act = act_of("schedule_meeting", starts_at=starts_at, attendees=agencies, sitting_id=made)
        await desk.step(case, "sk-scheduled", act, created_id=key, legal_basis="law-106-6")
        await desk.step(case, "preparing", kind=Kind.MEETING, key=key, cause="started")
        cases.append((case, key))
    return Sat(made, cases, starts_at)


async def whole(post: Post, sat: Sat, who: Headers, key: str = "", **act: Any) -> dict[str, Any]:
    answer = await post(f"/sittings/{sat.sitting}/acts", {"act": act}, who, key or str(uuid4()))
    assert answer.status_code == 200, answer.text
    done: dict[str, Any] = answer.json()
    return done


async def letters(desk: Desk, sat: Sat) -> list[Mail]:
    """The letters about the sitting as a whole."""
    meetings = {str(key) for _, key in sat.cases}
    return [
        mail
        for mail in await desk.rows(Mail, meeting_id=None)
        if meetings & {entry["meeting_id"] for entry in mail.entries}
    ]


@pytest.mark.usefixtures("relay")
async def test_a_sitting_is_postponed_as_a_whole_and_each_attendee_is_told_once(
    desk: Desk, post: Post, ichiro: Headers, sat: Sat, office: PostOffice
) -> None:
    later, key = sat.starts_at + timedelta(days=7), str(uuid4())
    act = {"act": "postpone_meeting", "starts_at": later.isoformat()}
    done = await whole(post, sat, ichiro, key, **act)
    assert [one["status"] for one in done["results"]] == ["applied", "applied"]
    again = await whole(post, sat, ichiro, key, **act)
    assert again["sitting_act_id"] == done["sitting_act_id"], "sent twice, done once"
    for _, meeting in sat.cases:
        row = await desk.row(Meeting, meeting_id=meeting)
        assert (row.starts_at, str(row.sitting_id)) == (later, sat.sitting)
    assert (await desk.row(Sitting, sitting_id=UUID(sat.sitting))).starts_at == later
    written = {mail.agency: len(mail.entries) for mail in await letters(desk, sat)}
    assert written == {"sapota": 2, "houkatsu": 1, "jobota": 1}
    relay = MailRelay(sending_to(desk.context, f"smtp://127.0.0.1:{office.port}"))
    while await relay.send_what_is_due():
        pass
    about = office.letters(sat.sitting)
    [told] = [one for one in about if one["To"] == "sapota@kasane.example"]
    entries = [event_of(part) for part in told.iter_attachments()]
    assert {method for method, _ in entries} == {"REQUEST"}
    assert {str(event["UID"]).partition("@")[0] for _, event in entries} == {
        str(meeting) for _, meeting in sat.cases
    }
    assert {event["DTSTART"].dt for _, event in entries} == {later}


@pytest.mark.usefixtures("relay")
async def test_what_one_case_refuses_does_not_hold_up_the_others(
    desk: Desk, post: Post, get: Get, ichiro: Headers, sat: Sat
) -> None:
    case, meeting = sat.cases[0]
    for agency in ("sapota", "houkatsu"):
        word = act_of("acknowledge_secrecy", agency=agency)
        await desk.step(case, "preparing", word, kind=Kind.MEETING, key=meeting)
    held = act_of("hold_meeting", present=["sapota", "houkatsu"])
    await desk.step(case, "held", held, kind=Kind.MEETING, key=meeting)
    done = await whole(post, sat, ichiro, act="cancel_meeting", reason="台風のため")
    results = {one["meeting_id"]: one for one in done["results"]}
    assert results[str(meeting)]["code"] == "act-not-allowed"
    assert results[str(meeting)]["reason"]
    assert results[str(sat.cases[1][1])]["status"] == "applied"
    assert (await get(f"/sittings/{sat.sitting}", ichiro)).json()["cancelled_at"]
    shown = (await get(f"/sitting-acts/{done['sitting_act_id']}", ichiro)).json()
    assert shown["results"] == done["results"]
    assert {mail.what for mail in await letters(desk, sat)} == {"cancellation"}


@pytest.mark.usefixtures("relay")
async def test_too_few_at_a_sitting_are_counted_case_by_case(
    post: Post, ichiro: Headers, sat: Sat
) -> None:
    """Of two invited one must come: SAPOTA is enough for both, nobody for none."""
    enough = await whole(post, sat, ichiro, act="report_no_quorum", present=["sapota"])
    assert {one["code"] for one in enough["results"]} == {"act-incomplete"}
    later = (sat.starts_at + timedelta(days=7)).isoformat()
    none = await whole(post, sat, ichiro, act="report_no_quorum", present=[], starts_at=later)
    assert {one["status"] for one in none["results"]} == {"applied"}


async def test_only_an_act_on_the_sitting_makes_one_a_part_of_it(
    post: Post, ichiro: Headers, sat: Sat
) -> None:
    case, meeting = sat.cases[0]
    act = {"act": "cancel_meeting", "sitting_act_id": str(uuid4())}
    body = {"act": act, "target": {"kind": "meeting", "id": str(meeting)}}
    answer = await post(f"/cases/{case.case_id}/acts", body, ichiro)
    assert (answer.status_code, answer.json()["code"]) == (422, "act-incomplete")


async def test_nothing_else_is_done_to_a_sitting(
    post: Post, ichiro: Headers, sapota: Headers, sat: Sat
) -> None:
    path = f"/sittings/{sat.sitting}/acts"
    other = await post(path, {"act": {"act": "hold_meeting", "present": ["sapota"]}}, ichiro)
    assert (other.status_code, other.json()["code"]) == (409, "act-not-allowed")
    assert (await post(path, {"act": {"act": "cancel_meeting"}}, sapota)).status_code == 403
