"""Why is this case waiting, for whom, until when: in one line, for every case that is open."""

from datetime import UTC, datetime, timedelta

import pytest

from contracts.calendar import TOKYO, wareki
from contracts.cases import RECHECK_RESUMED, Kind
from contracts.life import LIVES, CaseState
from services.coordination import labels
from tests.services.coordination.conftest import Get, Post
from tests.services.coordination.desk import Desk, act_of

Headers = dict[str, str]
SOON = datetime.now(UTC) + timedelta(days=12)
DAY = wareki(SOON.astimezone(TOKYO).date())
OPEN = sorted(set(LIVES[Kind.CASE]) - {CaseState.CLOSED})


async def line(get: Get, as_: Headers, case_id: object) -> str:
    waiting = (await get(f"/cases/{case_id}", as_)).json()["waiting"]
    assert waiting["agency_name"], "nobody is named"
    assert waiting["role"]
    return str(waiting["line"])


@pytest.mark.parametrize("asks", [True, False], ids=["with a task", "with a date only"])
@pytest.mark.parametrize("state", OPEN)
async def test_no_open_case_lacks_its_line(
    desk: Desk, get: Get, hanako: Headers, state: str, asks: bool
) -> None:
    """Invariant 7, as people read it."""
    case = await desk.open(state=None)
    if state != CaseState.RECEIVED:
        await desk.step(case, state, came_from="received", ask=asks, waits_until=SOON)
    said = await line(get, hanako, case.case_id)
    assert "大森地域福祉課" in said
    if state != CaseState.RECEIVED and not (asks and LIVES[Kind.CASE][state].task):
        assert DAY in said


async def test_a_case_says_which_of_its_workflows_it_waits_for(
    desk: Desk, get: Get, hanako: Headers
) -> None:
    case = await desk.open()
    key = await desk.placement(case)
    await desk.step(case, "settled", kind=Kind.PLACEMENT, key=key, waits_until=SOON)
    said = await line(get, hanako, case.case_id)
    kind, state = labels.kind("placement"), labels.state("placement", "settled")
    assert said == f"{kind}「{state}」: 次の期日は{DAY}(大森地域福祉課)"


async def test_a_case_that_lost_its_way_says_who_must_find_it(
    desk: Desk, get: Get, hanako: Headers
) -> None:
    case = await desk.open()
    await desk.step(case, "active")
    assert "次にすることを決めてください(大森地域福祉課)" in await line(get, hanako, case.case_id)


async def test_the_line_names_the_person_who_has_the_task(
    desk: Desk, get: Get, post: Post, hanako: Headers
) -> None:
    case = await desk.open(state=None)
    await desk.step(case, "triage", came_from="received", cause="started", ask=True)
    await post(f"/cases/{case.case_id}/assign", {"coordinator": "me"}, hanako)
    assert "・調整 花子・" in await line(get, hanako, case.case_id)


async def test_a_closed_case_waits_for_nobody(desk: Desk, get: Get, hanako: Headers) -> None:
    case = await desk.open()
    await desk.step(case, "closed", result="information")
    shown = (await get(f"/cases/{case.case_id}", hanako)).json()["waiting"]
    assert shown["line"] == "終結: 待つ仕事はありません"


async def test_a_paused_re_check_says_what_makes_it_go_on(
    desk: Desk, get: Get, hanako: Headers
) -> None:
    """Process A12: whoever refused when asked again is not asked by the calendar."""
    case = await desk.open()
    await desk.outreach(case)
    assert "休止中" not in await line(get, hanako, case.case_id)
    await desk.step(case, "consent-recheck", cause="consent_recheck_every")
    refused = act_of("record_refusal", person_id=case.person, reason="refused")
    await desk.step(case, "outreach", refused)
    said = await line(get, hanako, case.case_id)
    assert said.startswith("訪問・連絡を試みて記録する")
    assert "同意の再確認は休止中" in said
    assert "「同意の再確認を始める」で再開" in said
    await desk.step(case, "outreach", cause=RECHECK_RESUMED)
    assert "休止中" not in await line(get, hanako, case.case_id)


@pytest.mark.parametrize("to", ["consent-recheck", "sk-requested", "assess"])
async def test_a_pause_ends_with_the_state_it_belongs_to(desk: Desk, to: str) -> None:
    case = await desk.open(state="consent-recheck")
    await desk.step(case, "outreach")
    assert (await desk.file(case)).recheck_paused_at is not None
    await desk.step(case, to)
    await desk.step(case, "outreach", came_from=to, cause="meeting:minutes")
    paused = (await desk.file(case)).recheck_paused_at
    assert (paused is not None) == (to == "consent-recheck")
