"""What it means that a workflow is in a state, whatever brought it there."""

from datetime import timedelta
from uuid import uuid4

from contracts.calendar import today
from contracts.cases import Kind
from services.coordination.models import (
    Consent,
    Disclosure,
    Meeting,
    Outreach,
    PlanVersion,
    Referral,
)
from tests.services.coordination.desk import (
    ICHIRO,
    Desk,
    a_plan,
    act_of,
)
from tests.services.coordination.scenarios.meeting import hold_meeting, prepared
from tests.services.coordination.scenarios.plan import record_acceptance
from tests.services.coordination.scenarios.support import finish_referral


async def test_a_plan_is_adopted_when_the_meeting_has_said_so_and_renewals_are_told(
    desk: Desk,
) -> None:
    case = await desk.open()
    first = await desk.plan(case)
    assert (await desk.fact(case, "plan.adopted"))["renewal"] is False
    await desk.step(case, "to-accept", act_of("approve_plan"), kind=Kind.PLAN, key=first, by=ICHIRO)
    await desk.step(case, "active", kind=Kind.PLAN, key=first)
    second = await desk.plan(case)
    adopted = await desk.fact(case, "plan.adopted")
    assert (adopted["plan_id"], adopted["renewal"], adopted["version"]) == (str(second), True, 2)
    await desk.step(
        case, "to-accept", act_of("approve_plan"), kind=Kind.PLAN, key=second, by=ICHIRO
    )
    await desk.step(case, "active", kind=Kind.PLAN, key=second)
    current = [row for row in await desk.rows(PlanVersion, case_id=case.case_id) if row.current]
    assert [row.plan_id for row in current] == [second]


async def test_a_plan_stays_current_while_its_case_is_suspended(desk: Desk) -> None:
    case = await record_acceptance(desk)
    plan = await desk.row(PlanVersion, case_id=case.case_id)
    await desk.step(case, "paused", kind=Kind.PLAN, key=plan.plan_id, cause="pause")
    assert (await desk.row(PlanVersion, plan_id=plan.plan_id)).current
    await desk.step(case, "stopped", kind=Kind.PLAN, key=plan.plan_id, cause="stop")
    assert not (await desk.row(PlanVersion, plan_id=plan.plan_id)).current


async def test_a_referral_that_a_meeting_made_is_remembered_with_its_first_step(
    desk: Desk,
) -> None:
    case = await desk.open(state="single-agency")
    key = uuid4()
    await desk.step(case, "asked", kind=Kind.REFERRAL, key=key, cause="started", agency="houkatsu")
    row = await desk.row(Referral, referral_id=key)
    assert (row.agency, row.sole) == ("houkatsu", True)
    assert (await desk.fact(case, "referral.asked"))["agency"] == "houkatsu"


async def test_a_case_that_rested_on_one_agency_closes_with_that_agency_as_its_lead(
    desk: Desk,
) -> None:
    case = await finish_referral(desk)
    await desk.step(case, "closed", cause="referral:done", result="single-agency")
    file = await desk.file(case)
    assert (file.closure_reason, file.lead_agency) == ("single-agency", "jobota")


async def test_outreach_ends_when_nobody_can_be_reached(desk: Desk) -> None:
    case = await desk.open()
    key = await desk.outreach(case)
    assert (await desk.row(Outreach, outreach_id=key)).agency == "sapota"
    await desk.step(
        case, "unreached", kind=Kind.OUTREACH, key=key, cause="outreach_without_contact"
    )
    assert (await desk.row(Outreach, outreach_id=key)).ended_at is not None


async def test_a_newer_consent_replaces_the_older_one(desk: Desk) -> None:
    case = await desk.open()
    await desk.consent(case)
    await desk.consent(case, expires_on=today() + timedelta(days=30))
    rows = await desk.rows(Consent, case_id=case.case_id, kind="sharing")
    assert [row.replaced_at is None for row in sorted(rows, key=lambda r: r.obtained_at)] == [
        False,
        True,
    ]


async def test_withdrawing_consent_does_not_touch_the_disclosures_of_the_past(desk: Desk) -> None:
    case = await hold_meeting(desk)
    before = await desk.rows(Disclosure, case_id=case.case_id)
    await desk.step(case, "sk-requested", act_of("withdraw_consent", person_id=case.person))
    assert await desk.rows(Disclosure, case_id=case.case_id) == before


async def test_the_papers_of_a_support_meeting_close_when_their_time_has_come(desk: Desk) -> None:
    case, meeting = await prepared(desk)
    await desk.step(case, "done", kind=Kind.MEETING, key=meeting.meeting_id, cause="papers_close")
    assert (await desk.row(Meeting, meeting_id=meeting.meeting_id)).papers_closed_at is not None


async def test_a_prepared_plan_becomes_the_draft_with_the_number_the_workflow_gives(
    desk: Desk,
) -> None:
    case = await desk.open(state="outreach")
    key = uuid4()
    await desk.step(case, "outreach", a_plan("prepare_plan"), created_id=key, plan_version=1)
    await desk.step(case, "assess")
    act = act_of("complete_assessment", issues=["work"])
    await desk.step(case, "meeting", act, created_id=key, plan_version=2)
    assert (await desk.row(PlanVersion, plan_id=key)).version == 2


async def test_a_withdrawn_intake_closes_the_case_for_that_reason(desk: Desk) -> None:
    case = await desk.open()
    await desk.step(case, "closed", cause="intake_withdrawn")
    assert (await desk.fact(case, "case.closed"))["reason"] == "intake-withdrawn"
