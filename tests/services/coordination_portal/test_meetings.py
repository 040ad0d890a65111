"""The meeting's page and the sittings in the portal, as a browser without JavaScript meets them."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import update
from sqlmodel import col

from contracts.calendar import TOKYO
from contracts.cases import Kind
from contracts.events import new_id
from services.coordination.models import CaseFile, Mail, Meeting, TeamMember
from tests.services.coordination.desk import Case, Desk, act_of
from tests.services.coordination.scenarios.dates import at, open_dates, polled
from tests.services.coordination_portal.conftest import Browser, Portal
from tests.services.coordination_portal.test_pages import is_a_page


@pytest.fixture
def desk(portal: Portal) -> Desk:
    return Desk(portal.context)


@pytest.fixture
def organiser(portal: Portal) -> Browser:
    return portal.as_("hanako", "coordinator", agency="chiiki-fukushi-omori")


async def test_a_meeting_page_shows_the_dates_the_answers_and_what_to_do(
    desk: Desk, organiser: Browser
) -> None:
    case, key = await polled(desk)
    await at(desk, case, key, "polling", "answer_dates", agency="sapota", yes=open_dates()[:2])
    answer = await organiser.get(f"/meetings/{key}")
    is_a_page(answer)
    for said in (
        "日程調整",
        "おすすめ",
        "未回答",
        "支援会議",
        "候補日を出し直す",
        "開催日を決める",
    ):
        assert said in answer.text
    page = await organiser.get(f"/cases/{case.case_id}")
    assert "日程調整中の会議" in page.text
    assert f'href="/meetings/{key}"' in page.text


async def test_dates_are_proposed_from_a_form_that_offers_open_days(
    desk: Desk, organiser: Browser, portal: Portal
) -> None:
    case = await desk.open(state="sk-accepted")
    address = f"/cases/{case.case_id}/acts/propose_dates?kind=case&id={case.case_id}"
    form = await organiser.get(address)
    assert form.text.count('name="slots"') == 12
    assert "支援会議は必要最小限の機関に限ります" in form.text
    past = datetime.now(TOKYO) - timedelta(days=2)
    sent = {
        "slots": [open_dates()[0].astimezone(TOKYO).isoformat()],
        "another": f"{past:%Y-%m-%dT%H:%M}",
        "attendees": ["sapota", "jobota"],
        "venue": "ward-office",
        "_key": str(new_id()),
    }
    refused = await organiser.post(address, sent)
    assert refused.status_code == 422
    assert "これから先の日時" in refused.text
    assert 'value="sapota" checked' in refused.text, "nothing that was typed is lost"


async def test_whoever_was_not_invited_reads_the_decision_only(desk: Desk, portal: Portal) -> None:
    case = await desk.open()
    key = await desk.meeting(case, basis="law-106-6", agencies=("houkatsu", "jobota"))
    await join(portal, case, "sapota")
    outsider = portal.as_("sapota-1", "agency", agency="sapota")
    answer = await outsider.get(f"/meetings/{key}")
    is_a_page(answer)
    assert "結論だけを表示しています" in answer.text
    assert "地域包括支援センター" not in answer.text


async def join(portal: Portal, case: Case, agency: str) -> None:
    async with portal.database.transaction() as session:
        session.add(
            TeamMember(
                team_member_id=uuid4(),
                case_id=case.case_id,
                agency=agency,
                role="watch",
                since=datetime.now(UTC),
            )
        )


async def test_a_sitting_is_called_and_its_cases_stand_on_its_page(
    desk: Desk, organiser: Browser, portal: Portal
) -> None:
    is_a_page(await organiser.get("/sittings"))
    wrong = await organiser.post("/sittings", {"starts_at": "2026-01-05T10:00", "venue": "online"})
    assert wrong.status_code == 422
    assert 'value="2026-01-05T10:00"' in wrong.text
    day = (datetime.now(TOKYO) + timedelta(days=30)).replace(second=0, microsecond=0)
    made = await organiser.post(
        "/sittings", {"starts_at": f"{day:%Y-%m-%dT%H:%M}", "venue": "online"}
    )
    sitting = UUID(made.headers["location"].rsplit("/", 1)[1])
    case, key = await desk.open(state="sk-accepted"), uuid4()
    act = act_of(
        "schedule_meeting", starts_at=day, attendees=["sapota", "jobota"], sitting_id=sitting
    )
    await desk.step(case, "sk-scheduled", act, created_id=key, legal_basis="law-106-6")
    await desk.step(case, "preparing", kind=Kind.MEETING, key=key, cause="started")
    shown = await organiser.get(f"/sittings/{sitting}")
    is_a_page(shown)
    async with portal.database.transaction() as session:
        meeting = await session.get_one(Meeting, key)
        file = await session.get_one(CaseFile, case.case_id)
    assert meeting.sitting_id == sitting
    assert file.receipt_number in shown.text


@pytest.mark.parametrize("path", ["/sittings", f"/meetings/{UUID(int=1)}"])
async def test_pages_of_meetings_are_for_those_who_work_with_cases(
    portal: Portal, path: str
) -> None:
    outsider = portal.as_("counter", "statistics")
    answer: Any = await outsider.get(path)
    assert answer.status_code in (403, 404)


async def test_a_whole_sitting_is_called_off_on_its_page_and_shows_what_became_of_each_case(
    desk: Desk, organiser: Browser, portal: Portal
) -> None:
    starts = (datetime.now(TOKYO) + timedelta(days=20)).replace(second=0, microsecond=0)
    made = await organiser.post("/sittings", {"starts_at": f"{starts:%Y-%m-%dT%H:%M}"})
    address = made.headers["location"]
    case, key = await desk.open(state="sk-accepted"), uuid4()
    act = act_of(
        "schedule_meeting",
        starts_at=starts,
        attendees=["sapota", "jobota"],
        sitting_id=address.rpartition("/")[2],
    )
    await desk.step(case, "sk-scheduled", act, created_id=key, legal_basis="law-106-6")
    await desk.step(case, "preparing", kind=Kind.MEETING, key=key, cause="started")
    chief = portal.as_("ichiro", "manager", agency="fukushi-kanri")
    page = await chief.get(address)
    is_a_page(page)
    assert "全体を延期・中止する" in page.text
    late = await chief.post(f"{address}/acts", {"act": "postpone_meeting", "reason": "雪のため"})
    assert late.status_code == 422
    assert "雪のため" in late.text, "nothing that was typed is lost"
    done = await chief.follow(await chief.post(f"{address}/acts", {"act": "cancel_meeting"}))
    is_a_page(done)
    assert case.intake.receipt_number in done.text


async def test_operators_see_the_letters_that_did_not_go_out_and_send_them_again(
    desk: Desk, portal: Portal
) -> None:
    case = await desk.open()
    key = await desk.meeting(case, basis="law-106-6")
    async with portal.database.transaction() as session:
        await session.execute(
            update(Mail)
            .where(col(Mail.meeting_id) == key)
            .values(status="refused", error="550", created_at=datetime(2020, 1, 1, tzinfo=UTC))
        )
    operator = portal.as_("operator", "operator")
    page = await operator.get("/operations")
    is_a_page(page)
    assert "送られていない通知" in page.text
    assert "550" in page.text
    [mail, *_] = await desk.rows(Mail, meeting_id=key)
    again = await operator.post(f"/operations/mails/{mail.mail_id}/retry")
    assert "もう一度送ります" in (await operator.follow(again)).text
    assert (await desk.row(Mail, mail_id=mail.mail_id)).status == "waiting"


async def test_an_agency_sees_the_requests_that_it_sent(desk: Desk, portal: Portal) -> None:
    case, key = await desk.open(), uuid4()
    ask = act_of("request_referral", agency="jobota")
    await desk.step(case, "triage", ask, of="sapota", created_id=key, agency="jobota")
    asked = {"kind": Kind.REFERRAL, "key": key, "cause": "started", "agency": "jobota"}
    await desk.step(case, "asked", ask=True, **asked)
    sapota = portal.as_("sapota-1", "agency", agency="sapota")
    assert 'href="/referrals/sent"' in (await sapota.get("/tasks")).text
    page = await sapota.get("/referrals/sent")
    is_a_page(page)
    assert case.intake.receipt_number in page.text
