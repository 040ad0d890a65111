"""中断: what was begun for the person rests with a suspended case, and goes on as much later."""

from datetime import timedelta
from uuid import UUID

import pytest

from contracts import acts
from contracts.cases import PAUSE, RESUME, Carried, Kind
from contracts.policies import Policy
from tests.replay.lives import rested_with_its_case
from tests.workflows import plays
from tests.workflows.samples import EVALUATION
from tests.workflows.ward import MANAGER, Case, Ward
from workflows.policies import after

POLICY = Policy()
MOMENT = timedelta(seconds=5)
HALF_A_YEAR = timedelta(days=182)
RESTING = (Kind.ERRAND, Kind.REFERRAL, Kind.PLACEMENT)
ABSENT = acts.Suspend(reason=acts.SuspensionReason.ABSENCE)


def own(ward: Ward, case: Case) -> list[str]:
    """What was brought to mind of the tasks of everything beside the case itself."""
    tasks = {
        task.task_id
        for kind in RESTING
        for key in case.all(kind)
        for step in ward.steps[f"{kind}:{key}"]
        for task in step.opens
    }
    return [one.reason for one in ward.escalations if one.task_id in tasks]


async def referred(ward: Ward) -> tuple[Case, UUID]:
    """Living by a plan, with a request to an agency beside it that is under way."""
    case = await plays.living_by_a_plan(ward)
    await case.act(acts.RequestReferral(agency="sapota"))
    await case.child(Kind.REFERRAL, acts.AcceptReferral())
    return case, await case.newest(Kind.REFERRAL)


async def reaches_rest(ward: Ward, key: UUID, rests: bool) -> None:
    await ward.until(lambda: ward.last(Kind.REFERRAL, key).rests == rests, f"rests: {rests}")


async def test_nothing_of_a_suspended_case_goes_to_a_superior_until_it_goes_on(
    ward: Ward,
) -> None:
    case = await rested_with_its_case(ward)
    assert own(ward, case) == [], "half a year of rest, and nobody was bothered"
    for kind in RESTING:
        for key in case.all(kind):
            causes = [step.cause for step in ward.steps[f"{kind}:{key}"]]
            assert causes[-2:] == [PAUSE, RESUME], (kind, causes)
            assert ward.tasks(kind, key), "the task is the same as before"
    await ward.pass_time(timedelta(days=90))
    assert own(ward, case).count("overdue") == 4, "each as much later"


async def test_a_deadline_is_as_much_later_as_the_case_has_rested(ward: Ward) -> None:
    case, referral = await referred(ward)
    (task,) = ward.tasks(Kind.REFERRAL, referral)
    assert task.due_at is not None
    await ward.pass_time(timedelta(days=10))
    await case.act(ABSENT)
    await reaches_rest(ward, referral, True)
    assert ward.last(Kind.REFERRAL, referral).waits_until is None
    began = ward.last(Kind.REFERRAL, referral).at
    await ward.pass_time(HALF_A_YEAR)
    await case.act(acts.Resume())
    await reaches_rest(ward, referral, False)
    woken = ward.last(Kind.REFERRAL, referral)
    overdue = after(POLICY, "escalation", task.due_at) + (woken.at - began)
    assert woken.waits_until == overdue
    left = overdue - await ward.now()
    await ward.pass_time(left - MOMENT)
    assert own(ward, case) == []
    await ward.pass_time(2 * MOMENT)
    await ward.until(lambda: own(ward, case) == ["overdue"], "the escalation")


async def test_an_agency_may_do_its_work_while_the_case_rests(ward: Ward) -> None:
    """And what it waits for then rests as well, with a date counted from the resuming on."""
    case, referral = await referred(ward)
    await case.act(ABSENT)
    await reaches_rest(ward, referral, True)
    await ward.pass_time(timedelta(days=20))
    await case.child(Kind.REFERRAL, acts.StartReferral())
    begun = ward.last(Kind.REFERRAL, referral)
    assert (begun.state, begun.rests, begun.waits_until) == ("under-way", True, None)
    await ward.pass_time(HALF_A_YEAR)
    assert own(ward, case) == []
    await case.act(acts.Resume())
    await reaches_rest(ward, referral, False)
    assert ward.last(Kind.REFERRAL, referral).waits_until is not None
    await case.child(Kind.REFERRAL, acts.FinishReferral(result="done"))
    await case.child_reaches(Kind.REFERRAL, "done")


async def test_a_rest_outlasts_the_closing_evaluation_and_ends_with_the_case(ward: Ward) -> None:
    """Closing coordination is not closing support: what the agencies have goes on (A9)."""
    case, referral = await referred(ward)
    await case.act(ABSENT)
    await reaches_rest(ward, referral, True)
    await case.act(EVALUATION)
    await case.act(acts.ReturnClosure(), MANAGER)
    await case.reaches("close-review")
    await ward.settle()
    assert ward.last(Kind.REFERRAL, referral).rests
    await case.act(EVALUATION)
    await case.act(acts.ApproveClosure(), MANAGER)
    await reaches_rest(ward, referral, False)
    assert ward.state(Kind.REFERRAL, referral) == "accepted"


async def test_a_request_that_was_made_while_a_case_rests_is_answered_in_time(ward: Ward) -> None:
    case = await plays.living_by_a_plan(ward)
    await case.act(ABSENT)
    await case.act(acts.RequestReferral(agency="sapota"))
    referral = await case.newest(Kind.REFERRAL)
    assert ward.last(Kind.REFERRAL, referral).waits_until is not None


async def test_a_handover_keeps_to_the_birthday_while_its_case_rests(ward: Ward) -> None:
    case = await plays.opened_near_an_age(ward, days_ahead=200)
    await case.act(ABSENT)
    await ward.pass_time(timedelta(days=30))
    await case.child_reaches(Kind.HANDOVER, "preparing")


async def test_a_rest_is_carried_into_a_new_run(ward: Ward) -> None:
    case = await plays.living_by_a_plan(ward, carried=Carried(run_length=2))
    await case.act(acts.RequestReferral(agency="sapota"))
    await case.child(Kind.REFERRAL, acts.AcceptReferral())
    referral = await case.newest(Kind.REFERRAL)
    await case.act(ABSENT)
    await reaches_rest(ward, referral, True)
    for _ in range(3):
        await case.child(Kind.REFERRAL, acts.ReportReferral(on=plays.DAY))
    carried = await ward.handle(Kind.REFERRAL, referral).query("state")
    assert carried["rests_since"] is not None
    assert ward.last(Kind.REFERRAL, referral).rests
    await case.act(acts.Resume())
    await reaches_rest(ward, referral, False)


@pytest.mark.parametrize("word", [PAUSE, RESUME])
async def test_a_word_that_comes_twice_has_no_second_effect(ward: Ward, word: str) -> None:
    case, referral = await referred(ward)
    await ward.signal(Kind.REFERRAL, referral, PAUSE)
    await reaches_rest(ward, referral, True)
    if word == RESUME:
        await ward.signal(Kind.REFERRAL, referral, RESUME)
        await reaches_rest(ward, referral, False)
    steps = len(ward.steps[f"referral:{referral}"])
    await ward.signal(Kind.REFERRAL, referral, word)
    await ward.settle()
    assert len(ward.steps[f"referral:{referral}"]) == steps
    assert case.state == "active"
