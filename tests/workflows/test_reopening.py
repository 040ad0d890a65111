"""A case that is over is begun anew by the act that reopens it, years later as well."""

import asyncio
from datetime import timedelta

import pytest
from temporalio.client import WorkflowUpdateFailedError
from temporalio.exceptions import ApplicationError

from contracts import acts
from contracts.cases import Kind
from tests.replay.lives import begun_anew
from tests.workflows import plays
from tests.workflows.samples import consent
from tests.workflows.ward import Case, Ward, opened


async def over(ward: Ward) -> Case:
    """Ended with information: nobody looks after it any more."""
    case = await opened(ward)
    await case.act(acts.EndWithInformation())
    await case.result()
    return case


async def test_a_case_whose_follow_ups_are_over_lives_through_another_episode(ward: Ward) -> None:
    case = await begun_anew(ward)
    reopened = next(step for step in case.steps if step.came_from == "closed" and step.command)
    before = case.steps[case.steps.index(reopened) - 1]
    assert (reopened.state, reopened.result) == ("triage", "2")
    assert reopened.number == before.number + 1, "a step with the number of another is dropped"
    assert reopened.opens, "somebody is asked to screen it"
    versions = [step.plan_version for step in case.steps if step.plan_version]
    assert versions == sorted(versions), "version numbers run on through all episodes"
    assert versions[-1] == 2
    assert case.states[-1] == "closed"


async def test_what_a_reopened_case_knows_of_consent_still_counts(ward: Ward) -> None:
    """Process A4: a live consent holds; the first episode's screening does not."""
    case = await over(ward)
    await case.begun_anew(acts.Reopen(), sharing=case.persons)
    await case.act(acts.AskConsent())
    withdrawn = await case.act(acts.WithdrawConsent(person_id=case.persons[0]))
    assert withdrawn.state == "sk-requested"


async def test_without_a_live_consent_it_is_asked_for_anew(ward: Ward) -> None:
    case = await over(ward)
    await case.begun_anew(acts.Reopen())
    await case.act(acts.AskConsent())
    assert (await case.refused(acts.WithdrawConsent(person_id=case.persons[0]))).type
    assert (await case.act(consent(case.persons[0]))).state == "assess"


async def test_a_case_begun_anew_takes_nothing_but_what_reopens_it(ward: Ward) -> None:
    """And it is over at once where that is not what it hears."""
    case = await over(ward)
    steps = len(case.steps)
    with pytest.raises(WorkflowUpdateFailedError) as failed:
        await case.begun_anew(acts.RecordFollowUp(result="stable"))
    refusal = failed.value.cause
    assert isinstance(refusal, ApplicationError)
    assert refusal.details[0]["allowed"] == ["reopen"]
    async with asyncio.timeout(5):
        await case.result()
    assert len(case.steps) == steps


async def test_a_refusal_by_the_record_leaves_the_case_closed(ward: Ward) -> None:
    case = await over(ward)
    ward.refusals["reopen"] = ApplicationError(
        "no", {}, type="intake-withdrawn", non_retryable=True
    )
    with pytest.raises(WorkflowUpdateFailedError) as failed:
        await case.begun_anew(acts.Reopen())
    assert isinstance(failed.value.cause, ApplicationError)
    assert failed.value.cause.type == "intake-withdrawn"
    async with asyncio.timeout(5):
        await case.result()
    ward.refusals.clear()
    assert (await case.begun_anew(acts.Reopen())).state == "triage"


async def test_a_reopened_case_is_closed_and_reopened_again_while_it_is_followed_up(
    ward: Ward,
) -> None:
    case = await over(ward)
    await case.begun_anew(acts.Reopen())
    await case.act(acts.Suspend(reason=acts.SuspensionReason.ABSENCE))
    await ward.pass_time(timedelta(days=366))
    await plays.closed(case)
    await plays.next_follow_up(case)
    await case.act(acts.Reopen())
    assert (case.state, case.steps[-1].result) == ("triage", "3")
    assert ward.tasks(Kind.CASE, case.id)
