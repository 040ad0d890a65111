"""What must hold whatever the server and the worker do: once only, across runs, from history."""

import asyncio
from datetime import timedelta
from uuid import uuid4

import pytest
from temporalio.exceptions import ApplicationError

from contracts import acts
from contracts.cases import Carried, Kind, Timer
from contracts.policies import Policy
from tests.workflows import plays
from tests.workflows.conftest import Town
from tests.workflows.samples import monitoring, placed
from tests.workflows.ward import Case, Ward, case_input, opened

SHORT = Carried(run_length=2)
"""A life that begins its history anew after every second step."""

PROGRESS = acts.RecordProgress(agency="jobota", on=plays.DAY)


async def test_a_command_sent_twice_counts_once(ward: Ward) -> None:
    case = await opened(ward)
    command_id = uuid4()
    first = await ward.act(Kind.CASE, case.id, acts.AskConsent(), command_id=command_id)
    again = await ward.act(Kind.CASE, case.id, acts.AskConsent(), command_id=command_id)
    assert first.state == again.state == "consent"
    assert len(case.steps) == 2


async def test_a_command_sent_many_times_at_once_counts_once(ward: Ward) -> None:
    case = await opened(ward)
    command_id = uuid4()
    outcomes = await asyncio.gather(
        *(ward.act(Kind.CASE, case.id, PROGRESS, command_id=command_id) for _ in range(5))
    )
    assert {outcome.state for outcome in outcomes} == {"triage"}
    assert len(case.steps) == 2


async def test_a_command_applied_in_an_earlier_run_counts_once(ward: Ward) -> None:
    case = await opened(ward, carried=SHORT)
    command_id = uuid4()
    await ward.act(Kind.CASE, case.id, acts.AskConsent(), command_id=command_id)
    for _ in range(4):
        await case.act(PROGRESS)
    steps = len(case.steps)
    outcome = await ward.act(Kind.CASE, case.id, acts.AskConsent(), command_id=command_id)
    assert outcome.state == "consent"
    assert len(case.steps) == steps
    started = (await ward.at_rest(ward.handle(Kind.CASE, case.id)))[0]
    told = started.workflow_execution_started_event_attributes
    assert told.continued_execution_run_id, "the history was never begun anew"


async def test_a_deadline_does_not_start_afresh_with_a_new_run(ward: Ward) -> None:
    case = await opened(ward, carried=SHORT)
    (task,) = ward.tasks(Kind.CASE, case.id)
    before = await ward.handle(Kind.CASE, case.id).query("state")
    await ward.pass_time(timedelta(days=1))
    for _ in range(5):
        await case.act(PROGRESS)
    after = await ward.handle(Kind.CASE, case.id).query("state")
    assert after["timers"] == before["timers"]
    assert after["task_id"] == before["task_id"] == str(task.task_id)
    assert after["since"] == before["since"]


async def test_the_main_track_holds_with_runs_of_two_steps_on_a_compressed_clock(
    ward: Ward,
) -> None:
    """A day of this clock lasts a hundredth of a second: half a year passes by itself."""
    case = await plays.living_by_a_plan(ward, carried=SHORT, policy=Policy(day_seconds=0.01))
    await case.reaches("monitor")
    await case.child(Kind.PLAN, monitoring("goal-met"))
    await plays.closed(case)
    outcome = await case.result()
    assert (outcome["reason"], case.state) == ("roles-agreed", "closed")
    numbers = [step.number for step in case.steps]
    assert numbers == sorted(set(numbers))


async def test_the_track_without_consent_holds_with_runs_of_two_steps(ward: Ward) -> None:
    case = await plays.without_consent(ward, carried=SHORT)
    assert case.state == "closed"


@pytest.mark.parametrize(
    ("play", "ends"), [(plays.without_consent, "closed"), (plays.handed_over, "triage")]
)
async def test_a_life_is_replayed_at_every_step_by_a_worker_without_memory(
    play: plays.Play, ends: str
) -> None:
    town = Town(max_cached_workflows=0)
    ward = await town.ward()
    try:
        case = await play(ward)
        assert case.state == ends
    finally:
        await town.running.aclose()


async def test_only_the_latest_commands_are_remembered(ward: Ward) -> None:
    key = uuid4()
    known = tuple(uuid4() for _ in range(200))
    begins_with = placed(Kind.CASE, key, "triage", await ward.now(), applied=known)
    await ward.start(Kind.CASE, key, begins_with)
    await ward.act(Kind.CASE, key, PROGRESS)
    carried = await ward.handle(Kind.CASE, key).query("state")
    assert len(carried["applied"]) == 200
    assert str(known[0]) not in carried["applied"]


async def test_an_act_that_comes_before_the_first_step_waits_for_it(ward: Ward) -> None:
    begins_with = case_input()
    case = Case(ward, begins_with)
    ward.failures = 2
    await ward.start(Kind.CASE, case.id, begins_with)
    assert (await case.act(acts.AskConsent())).state == "consent"
    assert [step.state for step in case.steps] == ["triage", "consent"]


async def test_acts_that_come_at_once_are_judged_one_after_the_other(ward: Ward) -> None:
    case = await opened(ward)
    ward.failures = 2
    results = await asyncio.gather(
        case.act(acts.AskConsent()),
        case.act(acts.EndWithInformation()),
        return_exceptions=True,
    )
    refused = [result for result in results if isinstance(result, BaseException)]
    assert len(refused) == 1
    assert isinstance(refused[0].__cause__, ApplicationError)


async def test_a_timer_that_rang_while_nobody_worked_is_made_up_for(ward: Ward) -> None:
    key, now = uuid4(), await ward.now()
    late = Timer(at=now - timedelta(days=3), does="lapse", cause="next_support_meeting")
    await ward.start(Kind.CASE, key, placed("case", key, "sk-decided", now, {}, (late,)))
    await ward.reaches(Kind.CASE, key, "sk-requested")
