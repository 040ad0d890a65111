"""Cases that last for years: nothing is forgotten on the way, and the histories stay short."""

from datetime import timedelta

from contracts import acts
from contracts.cases import RECHECK_RESUMED, Kind, workflow_id
from tests.workflows import plays
from tests.workflows.samples import (
    DAY,
    EVALUATION,
    consent,
    contact,
    draft,
    monitoring,
)
from tests.workflows.ward import MANAGER, Case, Ward, opened

YEARS = 3
QUARTER = timedelta(days=92)
MONTH = timedelta(days=31)
LONGEST_HISTORY = 3000
"""Events of one run; the server warns at 10,240."""


async def always_waits(case: Case) -> None:
    """Invariant 7, at any moment of the years."""
    ward = case.ward
    tasks = ward.tasks(Kind.CASE, case.id)
    children = [
        ward.last(kind, key).waits_until or ward.tasks(kind, key)
        for kind in Kind
        if kind != Kind.CASE
        for key in case.all(kind)
    ]
    last = case.steps[-1]
    assert tasks or last.waits_until or any(children), f"forgotten in {last.state}"


async def short_histories(case: Case) -> None:
    ward = case.ward
    for name in {workflow_id(Kind.CASE, case.id), *ward.steps}:
        events = await ward.at_rest(ward.client.get_workflow_handle(name))
        assert len(events) < LONGEST_HISTORY, name


async def test_three_years_with_a_plan_of_each_year(ward: Ward) -> None:
    """Monitored every quarter, planned again every year, closed, followed up, opened again."""
    case = await plays.living_by_a_plan(ward)
    looked = 0
    for year in range(YEARS):
        for quarter in range(4):
            await ward.pass_time(QUARTER)
            await case.reaches("monitor")
            await always_waits(case)
            if quarter < 3:
                await case.child(Kind.PLAN, monitoring("continue"))
                await case.reaches("active")
            looked += 1
        if year < YEARS - 1:
            await case.child(Kind.PLAN, monitoring("change"))
            await case.reaches("replan")
            await case.act(draft())
            await case.reaches("meeting")
            await plays.plan_adopted_and_accepted(case)
            await case.reaches("active")
    plans = case.all(Kind.PLAN)
    assert (looked, len(plans)) == (YEARS * 4, YEARS)
    assert [ward.state(Kind.PLAN, plan) for plan in plans[:-1]] == ["revised"] * (YEARS - 1)
    await case.child(Kind.PLAN, monitoring("goal-met"))
    await case.reaches("close-review")
    await case.act(EVALUATION)
    await case.act(acts.ApproveClosure(), MANAGER)
    for _ in range(3):
        await plays.next_follow_up(case)
    assert (await case.result())["reason"] == "roles-agreed"
    await short_histories(case)


async def test_three_years_without_consent_are_not_forgotten(ward: Ward) -> None:
    """支援会議, 見守り, and the meeting again every quarter, until the person says yes."""
    case = await opened(ward)
    person = case.persons[0]
    await case.act(acts.AskConsent())
    await case.act(acts.RecordRefusal(person_id=person, reason=acts.NoConsentReason.REFUSED))
    sittings = 0
    while sittings < YEARS * 4:
        await case.reaches("sk-requested")
        await case.act(acts.AcceptSupportMeeting(), MANAGER)
        await plays.meeting_held(case, acts.DecideSupport(decision=acts.SupportDecision.WATCH))
        await case.reaches("sk-decided")
        await always_waits(case)
        sittings += 1
        await ward.pass_time(QUARTER)
    assert len(case.all(Kind.MEETING)) == YEARS * 4
    await case.reaches("sk-requested")
    await case.act(consent(person, ("sharing", "support")))
    await case.reaches("assess")
    await short_histories(case)


async def test_three_years_of_refusals_end_in_suspension_and_begin_again(ward: Ward) -> None:
    """Asked again after a month of a good relation, left in peace after each refusal until the next
    good contact, set aside after three, brought back by the hard stop, closed, followed up, and
    opened again as a new episode."""
    began = await ward.now()
    case = await opened(ward)
    for episode in (1, 2, 3):
        await refused_three_times(case)
        await case.reaches("suspended")
        await ward.pass_time(timedelta(days=366))
        await plays.closed(case)
        for _ in range(2):
            await always_waits(case)
            await plays.next_follow_up(case)
        await case.act(acts.Reopen())
        assert case.steps[-1].result == str(episode + 1)
    assert (await ward.now()) - began > timedelta(days=365 * YEARS)
    assert case.states.count("consent-recheck") == 9
    assert [step.cause for step in case.steps].count(RECHECK_RESUMED) == 6
    await case.act(acts.EndWithInformation())
    await short_histories(case)


async def refused_three_times(case: Case) -> None:
    """From TRIAGE by a 支援会議 to outreach, and to the third no."""
    ward = case.ward
    refusal = acts.RecordRefusal(person_id=case.persons[0], reason=acts.NoConsentReason.REFUSED)
    await case.act(acts.AskConsent())
    await case.act(refusal)
    await case.act(acts.AcceptSupportMeeting(), MANAGER)
    decision = acts.DecideSupport(
        decision=acts.SupportDecision.OUTREACH_PLAN, agency="sapota", starts_on=DAY, ends_on=DAY
    )
    await plays.meeting_held(case, decision)
    for asked in range(1, 4):
        await case.reaches("outreach")
        if asked > 1:
            await nobody_asks_by_the_calendar(case)
        await case.child(Kind.OUTREACH, contact("good-relation"))
        await ward.pass_time(MONTH)
        await case.reaches("consent-recheck")
        await always_waits(case)
        await case.act(refusal)


async def nobody_asks_by_the_calendar(case: Case) -> None:
    """After a refusal it is the relation that has to move, not the month."""
    await case.child(Kind.OUTREACH, contact("talked"))
    steps = len(case.steps)
    await case.ward.pass_time(MONTH)
    await always_waits(case)
    assert len(case.steps) == steps
