"""What the record knows of a closed case, for another episode; and who is offered to begin one."""

from datetime import UTC, datetime, timedelta

import pytest

from contracts.calendar import today
from contracts.cases import CaseInput, Kind
from contracts.policies import Policy, end_of
from services.coordination.reopening import begins_again
from services.coordination.store.commands import settle
from tests.services.coordination.conftest import Get, Post
from tests.services.coordination.desk import Case, Desk, act_of
from tests.services.coordination.engine import Engine
from tests.services.coordination.test_commands import store

Headers = dict[str, str]
DAY = timedelta(days=1)


async def again(desk: Desk, case: Case, policy: Policy | None = None) -> CaseInput | None:
    """What a case begins with after an act that reopens it has been stored."""
    command = await store(desk, case, "reopen")
    async with desk.context.database.transaction() as session:
        return await begins_again(session, case.case_id, command, policy or Policy())


async def over(desk: Desk, reason: str = "information") -> Case:
    case = await desk.open()
    await desk.step(case, "closed", cause="closed", result=reason)
    return case


async def offered(get: Get, case: Case, as_: Headers) -> set[str]:
    page = (await get(f"/cases/{case.case_id}", as_)).json()
    return {act["act"] for act in page["next"]}


async def test_the_next_run_knows_the_persons_and_counts_its_steps_on(desk: Desk) -> None:
    case = await over(desk)
    begun = await again(desk, case)
    assert begun is not None
    assert begun.memory is not None
    assert (begun.case_id, begun.person_ids) == (case.case_id, case.intake.person_ids)
    assert begun.reopening
    assert (begun.carried.state, begun.carried.step) == ("closed", 2)
    assert (begun.memory.episode, begun.memory.closure_reason) == (1, "information")


async def test_only_consents_that_are_still_live_are_carried_over(desk: Desk) -> None:
    """Process A4: withdrawn, replaced or ended ones are none; a date goes on counting."""
    case = await desk.open(persons=4)
    endless, dated, ended, withdrawn = case.intake.person_ids
    await desk.consent(case, endless)
    await desk.consent(case, dated, expires_on=today() + 30 * DAY)
    await desk.consent(case, ended, obtained_on=today() - 9 * DAY, expires_on=today() - DAY)
    await desk.consent(case, withdrawn)
    await desk.step(case, "triage", act_of("withdraw_consent", person_id=withdrawn))
    await desk.step(case, "closed", cause="closed", result="information")
    begun = await again(desk, case)
    assert begun is not None
    assert begun.memory is not None
    assert set(begun.memory.sharing) == set(begun.memory.support) == {endless, dated}
    ends = {(one.person_id, one.kind, one.at) for one in begun.memory.expiries}
    at = end_of(Policy(), today() + 30 * DAY, datetime.now(UTC))
    assert ends == {(dated, kind, at) for kind in ("sharing", "support")}


async def test_version_numbers_run_on(desk: Desk) -> None:
    """Decision 0018: a number names one paper for ever."""
    case = await desk.open()
    await desk.plan(case)
    await desk.step(case, "closed", cause="closed", result="other")
    begun = await again(desk, case)
    assert begun is not None
    assert begun.memory is not None
    assert (begun.memory.plan_version, begun.memory.outreach_plans) == (1, 0)


async def test_places_and_requests_that_go_on_are_known_again(desk: Desk) -> None:
    """Process A9: closing coordination is not closing support."""
    case = await desk.open()
    placement = await desk.placement(case)
    ended = await desk.placement(case)
    await desk.step(case, "ended", kind=Kind.PLACEMENT, key=ended, cause="stop")
    referral = await desk.referral(case)
    await desk.step(case, "closed", cause="closed", result="solved")
    begun = await again(desk, case)
    assert begun is not None
    assert begun.memory is not None
    assert [one.placement_id for one in begun.memory.placements] == [placement]
    assert begun.memory.referral_ids == (referral,)


async def test_an_open_case_is_not_begun_anew(desk: Desk) -> None:
    assert await again(desk, await desk.open()) is None


async def test_an_act_that_has_had_its_effect_begins_nothing(desk: Desk) -> None:
    """A relay that was cut off tells it again: the case may be closed once more by then."""
    case = await over(desk)
    command = await store(desk, case, "reopen")
    async with desk.context.database.transaction() as session:
        await settle(session, command, "applied", {})
    async with desk.context.database.transaction() as session:
        assert await begins_again(session, case.case_id, command, Policy()) is None


@pytest.mark.usefixtures("relay")
async def test_a_closed_case_is_reopened_through_the_api_by_whoever_coordinates(
    desk: Desk, engine: Engine, get: Get, post: Post, hanako: Headers
) -> None:
    case = await over(desk)
    engine.ended.add(f"case:{case.case_id}")
    assert await offered(get, case, hanako) == {"reopen"}, "its follow-up is over"
    body = {"act": {"act": "reopen"}}
    done = await post(f"/cases/{case.case_id}/acts", body, hanako)
    assert done.status_code == 200, done.text
    assert done.json()["case"]["episode"] == 2
    assert done.json()["tasks"][0]["asks"] == "スクリーニングを行う"
    begun = engine.started[f"case:{case.case_id}"]
    assert begun.reopening
    page = (await get(f"/cases/{case.case_id}", hanako)).json()
    assert (page["episode"], page["state"]) == (2, "triage")
    assert "スクリーニングを行う" in page["waiting"]["line"]
    told = (await get(f"/cases/{case.case_id}/timeline", hanako)).json()["items"]
    [entry] = [one for one in told if one["act"] == "reopen"]
    assert (entry["by"]["sub"], entry["state"]) == ("hanako", "triage")
    [found] = (
        await get("/cases", hanako, receipt_number=case.intake.receipt_number, state="triage")
    ).json()["items"]
    assert found["episode"] == 2


async def test_while_it_is_followed_up_that_is_offered_too(
    desk: Desk, get: Get, hanako: Headers
) -> None:
    case = await desk.open()
    assert desk.last is not None
    due = desk.last.at + 30 * DAY
    await desk.step(case, "closed", cause="closed", result="solved", waits_until=due)
    assert await offered(get, case, hanako) == {"reopen", "record_follow_up"}


@pytest.mark.usefixtures("relay")
async def test_a_case_whose_intake_was_taken_back_is_not_reopened(
    desk: Desk, get: Get, post: Post, hanako: Headers
) -> None:
    case = await over(desk, reason="intake-withdrawn")
    assert await offered(get, case, hanako) == set()
    refused = await post(f"/cases/{case.case_id}/acts", {"act": {"act": "reopen"}}, hanako)
    assert (refused.status_code, refused.json()["code"]) == (409, "intake-withdrawn")


async def test_a_wrong_duplicate_stands_for_itself_again(desk: Desk) -> None:
    case, other = await desk.open(), await desk.open()
    act = act_of("merge_into", into_case_id=other.case_id)
    await desk.step(case, "closed", act, result="merged")
    assert (await desk.file(case)).merged_into == other.case_id
    await desk.step(case, "triage", act_of("reopen"))
    file = await desk.file(case)
    assert (file.merged_into, file.episode) == (None, 2)
