"""Every `Policy` field: what it makes happen, and when. The last test finds a field without one."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID, uuid4

import pytest

from contracts import acts
from contracts.acts import Act
from contracts.cases import MEETING_VERDICT, Kind, MeetingSaid, Timer
from contracts.life import LIVES, Role
from contracts.message import Message
from contracts.policies import Period, Policy, days
from contracts.steps import AgeBoundaries, AgeBoundary, Step
from tests.workflows.samples import (
    EVALUATION,
    FAR,
    OUTREACH,
    PERSON,
    RESOURCE,
    consent,
    contact,
    draft,
    follow_up,
    monitoring,
    placed,
    schedule,
    to_come,
)
from tests.workflows.ward import Ward, opened
from workflows.policies import after, before, end_of, tokyo_date

POLICY = Policy()
MOMENT = timedelta(seconds=5)

T = TypeVar("T", bound=Callable[..., Awaitable[None]])
TESTED: set[str] = set()
"""Fields with a test here."""

ELSEWHERE = {
    "day_seconds": "workflows/test_policies.py",
    "resource_assurance_lasts": "services/participation/test_listing.py",
    "resource_check_notice": "services/participation/test_listing.py",
    "food_margin": "services/participation/test_food.py",
    "address_protection": "services/intake/test_flags.py",
    "address_protection_renewal": "services/intake/test_flags.py",
    "staff_safety": "services/intake/test_flags.py",
    "consent_expiry_warning": "services/coordination/test_reminders.py",
    "reminder_escalation": "services/coordination/test_reminders.py",
    "plan_period": "services/coordination/test_plans.py",
}
"""Fields that a service alone goes by, or that no single life shows, and where they are tested."""


def of(*fields: str) -> Callable[[T], T]:
    """Says which `Policy` fields a test is about."""
    TESTED.update(fields)
    return lambda test: test


@dataclass(frozen=True)
class Entered:
    """How a state is entered: a life placed in another one, and the act that leads on."""

    kind: Kind
    state: str
    came_from: str
    act: Act | None = None
    signal: tuple[str, Message] | None = None
    remembers: dict[str, Any] = field(default_factory=dict)

    async def enter(self, ward: Ward, policy: Policy = POLICY) -> tuple[UUID, Step]:
        key = uuid4()
        memory = placed(
            self.kind, key, self.came_from, await ward.now(), self.remembers, policy=policy
        )
        await ward.start(self.kind, key, memory)
        if self.act:
            await ward.act(self.kind, key, self.act)
        if self.signal:
            await ward.signal(self.kind, key, self.signal[0], self.signal[1])
        await ward.reaches(self.kind, key, self.state)
        return key, ward.last(self.kind, key)


ADOPTED = (MEETING_VERDICT, MeetingSaid(verdict="adopted"))
REFUSED = acts.RequestSupportMeeting(reason=acts.NoConsentReason.REFUSED)

DUE: dict[str, Entered] = {
    "triage_due": Entered(Kind.CASE, "triage", "closed", acts.Reopen()),
    "consent_due": Entered(Kind.CASE, "consent", "triage", acts.AskConsent()),
    "assessment_due": Entered(Kind.CASE, "assess", "consent", consent(), remembers={"sharing": ()}),
    "plan_draft_due": Entered(
        Kind.CASE, "plan-draft", "assess", acts.CompleteAssessment(issues=("debt",))
    ),
    "meeting_scheduling_due": Entered(Kind.CASE, "meeting", "plan-draft", draft()),
    "availability_due": Entered(
        Kind.MEETING, "polling", "preparing", acts.ProposeOtherDates(slots=(FAR,))
    ),
    "minutes_due": Entered(
        Kind.MEETING, "held", "preparing", acts.HoldMeeting(present=("jobota",))
    ),
    "decision_due": Entered(Kind.PLAN, "to-decide", "draft", signal=ADOPTED),
    "acceptance_due": Entered(Kind.PLAN, "to-accept", "to-decide", acts.ApprovePlan()),
    "closure_review_due": Entered(
        Kind.CASE, "close-review", "close-approval", acts.ReturnClosure()
    ),
    "closure_approval_due": Entered(Kind.CASE, "close-approval", "close-review", EVALUATION),
    "suspension_review": Entered(
        Kind.CASE, "suspended", "active", acts.Suspend(reason=acts.SuspensionReason.ABSENCE)
    ),
    "support_meeting_decision": Entered(Kind.CASE, "sk-requested", "triage", REFUSED),
    "support_meeting_scheduling": Entered(
        Kind.CASE, "sk-accepted", "sk-requested", acts.AcceptSupportMeeting()
    ),
    "outreach_next_try": Entered(Kind.OUTREACH, "trying", ""),
    "consent_recheck_every": Entered(
        Kind.CASE, "consent-recheck", "outreach", acts.RecheckConsent()
    ),
    "referral_answer_due": Entered(Kind.REFERRAL, "asked", ""),
    "transfer_answer_due": Entered(Kind.TRANSFER, "proposed", ""),
    "referral_done_due": Entered(Kind.REFERRAL, "accepted", "asked", acts.AcceptReferral()),
    "placement_step_due": Entered(Kind.PLACEMENT, "matching", ""),
    "waiting_list_review": Entered(
        Kind.PLACEMENT, "waiting", "matching", acts.JoinWaitingList(resource_id=RESOURCE)
    ),
    "settling_due": Entered(
        Kind.PLACEMENT, "settling", "linking", acts.RecordLink(on=date(2026, 12, 1))
    ),
}
"""Fields that say when a task is due, each with a state whose task it is."""


@of(*DUE, "escalation", "triage_escalation")
@pytest.mark.parametrize("name", sorted(DUE))
async def test_a_task_is_due_in_time_and_goes_to_a_superior_when_it_is_overdue(
    ward: Ward, name: str
) -> None:
    entered = DUE[name]
    key, step = await with_follow_up(entered).enter(ward)
    (task,) = step.opens
    stage = LIVES[entered.kind][entered.state]
    assert stage.due == name
    assert task.due_at == after(POLICY, name, step.at)
    if stage.escalation:
        overdue = after(POLICY, stage.escalation, step.at)
    else:
        overdue = after(POLICY, "escalation", task.due_at)

    await at(ward, overdue - MOMENT)
    assert not [e for e in ward.escalations if (e.task_id, e.reason) == (task.task_id, "overdue")]
    await at(ward, overdue + MOMENT)
    await ward.until(
        lambda: any((e.task_id, e.reason) == (task.task_id, "overdue") for e in ward.escalations),
        f"{name} overdue",
    )
    assert ward.escalations[-1].to == Role.MANAGER
    assert ward.state(entered.kind, key) == entered.state


def with_follow_up(entered: Entered) -> Entered:
    """A closed case lives on only while it is followed up."""
    if entered.came_from != "closed":
        return entered
    return FollowedEntered(**vars(entered))


class FollowedEntered(Entered):
    async def enter(self, ward: Ward, policy: Policy = POLICY) -> tuple[UUID, Step]:
        key, now = uuid4(), await ward.now()
        await ward.start(self.kind, key, placed(self.kind, key, "closed", now, {}, (to_come(),)))
        assert self.act is not None
        await ward.act(self.kind, key, self.act)
        return key, ward.last(self.kind, key)


async def at(ward: Ward, instant: datetime) -> None:
    """Let time pass until an instant."""
    left = instant - await ward.now()
    if left > timedelta(0):
        await ward.pass_time(left)


@of("consent_reminder")
async def test_missing_consent_is_brought_to_mind_before_it_is_due(ward: Ward) -> None:
    _, step = await DUE["consent_due"].enter(ward)
    (task,) = step.opens
    await at(ward, after(POLICY, "consent_reminder", step.at) + MOMENT)
    await ward.until(lambda: ward.escalations, "a reminder")
    (reminder,) = ward.escalations
    assert (reminder.task_id, reminder.reason, reminder.to) == (
        task.task_id,
        "reminder",
        Role.COORDINATOR,
    )


async def test_an_urgent_case_is_brought_to_the_managers_mind_at_once(ward: Ward) -> None:
    case = await opened(ward, urgent=True)
    await ward.until(lambda: ward.escalations, "a reminder")
    (told,) = ward.escalations
    assert (told.to, told.reason, told.case_id) == (Role.MANAGER, "reminder", case.id)


async def test_a_task_that_was_done_is_not_brought_to_mind(ward: Ward) -> None:
    case = await opened(ward)
    step = case.steps[0]
    await case.act(acts.AskConsent())
    await at(ward, after(POLICY, "triage_escalation", step.at) + MOMENT)
    triage = step.opens[0].task_id
    assert triage not in [escalation.task_id for escalation in ward.escalations]


@of("sheet_lead")
async def test_the_sheets_are_brought_to_mind_before_the_meeting(ward: Ward) -> None:
    starts_at = (await ward.now()) + timedelta(days=30)
    entered = Entered(Kind.MEETING, "preparing", "", remembers={"starts_at": starts_at})
    _, step = await entered.enter(ward)
    (task,) = step.opens
    assert task.due_at == starts_at
    await at(ward, before(POLICY, "sheet_lead", starts_at) + MOMENT)
    await ward.until(lambda: ward.escalations, "a reminder")
    assert (ward.escalations[0].task_id, ward.escalations[0].reason) == (task.task_id, "reminder")


@of("sheet_lead")
async def test_a_postponed_meeting_is_due_on_its_new_day(ward: Ward) -> None:
    now = await ward.now()
    entered = Entered(
        Kind.MEETING, "preparing", "", remembers={"starts_at": now + timedelta(days=30)}
    )
    key, step = await entered.enter(ward)
    later = now + timedelta(days=60)
    await ward.act(Kind.MEETING, key, acts.PostponeMeeting(starts_at=later))
    (task,) = ward.tasks(Kind.MEETING, key)
    assert task.due_at == later
    assert task.task_id != step.opens[0].task_id
    await at(ward, before(POLICY, "sheet_lead", now + timedelta(days=30)) + MOMENT)
    assert not ward.escalations


@of("invitation_lead")
async def test_a_short_notice_is_flagged(ward: Ward) -> None:
    announced = after(POLICY, "invitation_lead", await ward.now())
    for starts_at, flag in (
        (announced - timedelta(hours=1), "short-notice"),
        (announced + timedelta(days=1), None),
    ):
        key = uuid4()
        memory = placed("case", key, "sk-accepted", await ward.now())
        await ward.start(Kind.CASE, key, memory)
        await ward.act(Kind.CASE, key, schedule(starts_at))
        assert ward.last(Kind.CASE, key).result == flag


@of("papers_close")
async def test_the_papers_of_a_support_meeting_close_after_its_minutes(ward: Ward) -> None:
    law = {"legal_basis": "law-106-6"}
    entered = Entered(Kind.MEETING, "done", "minutes", acts.ApproveMinutes(), remembers=law)
    key, step = await entered.enter(ward)
    closes = after(POLICY, "papers_close", step.at)
    assert step.waits_until == closes
    await at(ward, closes + MOMENT)
    await ward.until(lambda: ward.last(Kind.MEETING, key).cause == "papers_close", "closing")
    await at(ward, after(POLICY, "after_meeting", step.at) + MOMENT)
    await ward.handle(Kind.MEETING, key).result()


@of("papers_close")
async def test_the_papers_of_a_meeting_on_consent_need_no_closing(ward: Ward) -> None:
    entered = Entered(Kind.MEETING, "done", "minutes", acts.ApproveMinutes())
    key, step = await entered.enter(ward)
    assert step.waits_until is None
    await at(ward, after(POLICY, "after_meeting", step.at) + MOMENT)
    await ward.handle(Kind.MEETING, key).result()
    assert [one.cause for one in ward.steps[f"meeting:{key}"]] == [None, "after_meeting"]


@of("after_meeting")
async def test_something_may_be_said_of_a_meeting_for_a_while_after_its_minutes(ward: Ward) -> None:
    entered = Entered(Kind.MEETING, "done", "minutes", acts.ApproveMinutes())
    key, step = await entered.enter(ward)
    ends = after(POLICY, "after_meeting", step.at)
    assert step.acts_until == ends
    await at(ward, ends - MOMENT)
    await ward.act(Kind.MEETING, key, acts.RaiseCommunityIssue(theme="isolation"))
    await at(ward, ends + MOMENT)
    await ward.handle(Kind.MEETING, key).result()


LAPSES: dict[str, Entered] = {
    "monitoring_every": Entered(
        Kind.PLAN, "active", "to-accept", acts.RecordAcceptance(person_id=PERSON)
    ),
    "suspension_hard_stop": DUE["suspension_review"],
    "next_support_meeting": Entered(
        Kind.CASE,
        "sk-decided",
        "consent-recheck",
        acts.RecordRefusal(person_id=PERSON, reason=acts.NoConsentReason.REFUSED),
    ),
    "outreach_without_contact": Entered(Kind.OUTREACH, "trying", ""),
    "handover_overlap": Entered(
        Kind.HANDOVER,
        "overlap",
        "preparing",
        acts.ConfirmHandover(side="giving", agency="kodomo-katei-center"),
        remembers={"confirmed": ("receiving",), "reached_on": date(2026, 1, 1)},
    ),
}
"""Fields after which a life goes on by itself, each with the state that waits."""


@of(*LAPSES)
@pytest.mark.parametrize("name", sorted(LAPSES))
async def test_a_life_goes_on_by_itself_when_its_time_is_up(ward: Ward, name: str) -> None:
    entered = LAPSES[name]
    key, step = await entered.enter(ward)
    due = after(POLICY, name, step.at)
    await at(ward, due - MOMENT)
    assert ward.state(entered.kind, key) == entered.state
    await at(ward, due + MOMENT)
    to = LIVES[entered.kind][entered.state].lapses[name]
    await ward.reaches(entered.kind, key, to)
    last = ward.last(entered.kind, key)
    assert (last.cause, last.command) == (name, None)


@of("monitoring_escalation")
async def test_overdue_monitoring_goes_to_a_superior(ward: Ward) -> None:
    key, step = await LAPSES["monitoring_every"].enter(ward)
    await at(ward, after(POLICY, "monitoring_every", step.at) + MOMENT)
    await ward.reaches(Kind.PLAN, key, "monitoring")
    opened_at = ward.last(Kind.PLAN, key).at
    (task,) = ward.tasks(Kind.PLAN, key)
    assert task.due_at == after(POLICY, "monitoring_escalation", opened_at)
    await at(ward, after(POLICY, "monitoring_escalation", opened_at) + MOMENT)
    await ward.until(lambda: ward.escalations, "overdue monitoring")
    assert (ward.escalations[0].task_id, ward.escalations[0].reason) == (task.task_id, "overdue")


@of("duty_due")
async def test_a_duty_without_a_day_of_its_own_is_due_in_business_days(ward: Ward) -> None:
    key = uuid4()
    memory = {"topic": acts.ErrandTopic.DUTY, "owner": Role.AGENCY, "agency": "sapota"}
    await ward.start(Kind.ERRAND, key, placed("errand", key, "", await ward.now(), memory))
    await ward.reaches(Kind.ERRAND, key, "open")
    step = ward.last(Kind.ERRAND, key)
    [task] = step.opens
    assert (task.agency, task.due_at) == ("sapota", after(POLICY, "duty_due", step.at))
    assert task.escalates_at == after(POLICY, "escalation", task.due_at)


@of("monitoring_every")
async def test_a_recorded_monitoring_starts_the_wait_anew(ward: Ward) -> None:
    key, step = await LAPSES["monitoring_every"].enter(ward)
    await at(ward, step.at + timedelta(days=40))
    await ward.act(Kind.PLAN, key, monitoring("continue"))
    again = ward.last(Kind.PLAN, key)
    assert again.waits_until == after(POLICY, "monitoring_every", again.at)
    await at(ward, after(POLICY, "monitoring_every", step.at) + MOMENT)
    assert ward.state(Kind.PLAN, key) == "active"


async def test_a_plan_is_monitored_on_its_last_day_and_not_again_for_it(ward: Ward) -> None:
    ends_on = (await ward.now()).date() + timedelta(days=20)
    entered = Entered(
        Kind.PLAN,
        "active",
        "to-accept",
        acts.RecordAcceptance(person_id=PERSON),
        remembers={"ends_on": ends_on},
    )
    key, _ = await entered.enter(ward)
    await ward.pass_time(timedelta(days=21))
    await ward.reaches(Kind.PLAN, key, "monitoring")
    assert ward.last(Kind.PLAN, key).cause == "plan-ended"
    await ward.act(Kind.PLAN, key, monitoring("continue"))
    again = ward.last(Kind.PLAN, key)
    assert again.waits_until == after(POLICY, "monitoring_every", again.at)


@of("suspension_review")
async def test_a_look_at_a_suspended_case_asks_for_the_next_and_keeps_the_hard_stop(
    ward: Ward,
) -> None:
    key, step = await DUE["suspension_review"].enter(ward)
    await ward.pass_time(timedelta(days=60))
    await ward.act(Kind.CASE, key, acts.RecordProgress(agency="jobota", on=date(2027, 1, 1)))
    again = ward.last(Kind.CASE, key)
    (task,) = ward.tasks(Kind.CASE, key)
    assert task.due_at == after(POLICY, "suspension_review", again.at)
    await at(ward, after(POLICY, "suspension_hard_stop", step.at) + MOMENT)
    await ward.reaches(Kind.CASE, key, "close-review")


@of("outreach_next_try", "outreach_without_contact")
async def test_only_a_person_who_was_met_starts_the_wait_for_a_contact_anew(ward: Ward) -> None:
    key, step = await LAPSES["outreach_without_contact"].enter(ward)
    await ward.pass_time(timedelta(days=30))
    await ward.act(Kind.OUTREACH, key, contact("no-answer"))
    (task,) = ward.tasks(Kind.OUTREACH, key)
    tried = ward.last(Kind.OUTREACH, key)
    assert task.due_at == after(POLICY, "outreach_next_try", tried.at)
    assert task.task_id != step.opens[0].task_id
    await ward.act(Kind.OUTREACH, key, contact("talked"))
    met = ward.last(Kind.OUTREACH, key)
    await at(ward, after(POLICY, "outreach_without_contact", step.at) + MOMENT)
    assert ward.state(Kind.OUTREACH, key) == "trying"
    await at(ward, after(POLICY, "outreach_without_contact", met.at) + MOMENT)
    await ward.reaches(Kind.OUTREACH, key, "unreached")


@of("consent_recheck_every")
@pytest.mark.parametrize(
    ("good", "refused"), [(True, False), (False, False), (True, True)], ids=["good", "not", "no"]
)
async def test_consent_is_asked_for_again_only_while_the_relation_is_good_and_nobody_refused(
    ward: Ward, good: bool, refused: bool
) -> None:
    """Process A12: every 30 days while the relation is good; paused on refusal."""
    key, now = uuid4(), await ward.now()
    due = after(POLICY, "consent_recheck_every", now)
    known = {"outreach_id": OUTREACH, "relation_good": good, "recheck_paused": refused}
    ring = Timer(at=due, does="lapse", cause="consent_recheck_every")
    await ward.start(Kind.CASE, key, placed("case", key, "outreach", now, known, (ring,)))
    await at(ward, due + MOMENT)
    if good and not refused:
        await ward.reaches(Kind.CASE, key, "consent-recheck")
        assert ward.last(Kind.CASE, key).opens[0].agency == "sapota"
    else:
        carried = await ward.handle(Kind.CASE, key).query("state")
        assert carried["state"] == "outreach"
        assert [timer["cause"] for timer in carried["timers"]] == ["consent_recheck_every"]


@of("refusals_before_suspension")
async def test_refusing_again_and_again_suspends_the_case(ward: Ward) -> None:
    key = uuid4()
    memory = placed(
        "case",
        key,
        "consent-recheck",
        await ward.now(),
        {"outreach_id": OUTREACH},
        policy=Policy(refusals_before_suspension=2),
    )
    await ward.start(Kind.CASE, key, memory)
    refusal = acts.RecordRefusal(person_id=PERSON, reason=acts.NoConsentReason.REFUSED)
    assert (await ward.act(Kind.CASE, key, refusal)).state == "outreach"
    await ward.act(Kind.CASE, key, acts.RecheckConsent())
    assert (await ward.act(Kind.CASE, key, refusal)).state == "suspended"


@of("follow_ups", "escalation")
async def test_a_closed_case_is_followed_up_three_times_and_then_rests(ward: Ward) -> None:
    entered = Entered(Kind.CASE, "closed", "close-approval", acts.ApproveClosure())
    key, closed = await entered.enter(ward)
    assert not closed.opens
    for number, period in enumerate(POLICY.follow_ups, start=1):
        await at(ward, after(POLICY, period, closed.at) + MOMENT)
        await ward.until(lambda n=number: ward.last(Kind.CASE, key).result == str(n), "a task")
        (task,) = ward.tasks(Kind.CASE, key)
        assert task.due_at == after(POLICY, "escalation", ward.last(Kind.CASE, key).at)
        assert set(task.acts) == {"record_follow_up", "reopen"}
        await ward.act(Kind.CASE, key, follow_up())
        assert not ward.tasks(Kind.CASE, key)
    outcome = await ward.handle(Kind.CASE, key).result()
    assert outcome["reason"] == "roles-agreed"


@of("follow_ups")
async def test_a_closed_case_that_nobody_follows_up_rests_all_the_same(ward: Ward) -> None:
    entered = Entered(Kind.CASE, "closed", "close-approval", acts.ApproveClosure())
    key, _ = await entered.enter(ward)
    await ward.pass_time(timedelta(days=260))
    await ward.handle(Kind.CASE, key).result()
    last = ward.last(Kind.CASE, key)
    assert (last.cause, last.closes_tasks, last.opens) == ("follow_ups", True, ())
    assert [e.reason for e in ward.escalations] == ["overdue"] * 3


@of("follow_ups")
async def test_a_settled_person_is_looked_at_again_until_the_placement_ends(ward: Ward) -> None:
    policy = Policy(follow_ups=(days(10), days(20)))
    entered = Entered(Kind.PLACEMENT, "settled", "settling", acts.RecordSettling(settled=True))
    key, settled = await entered.enter(ward, policy)
    assert not settled.opens
    await ward.pass_time(timedelta(days=10) + MOMENT)
    await ward.until(lambda: ward.tasks(Kind.PLACEMENT, key), "a task")
    await ward.act(Kind.PLACEMENT, key, follow_up("not-reached"))
    await ward.pass_time(timedelta(days=10) + MOMENT)
    await ward.until(lambda: ward.tasks(Kind.PLACEMENT, key), "a task")
    assert (await ward.act(Kind.PLACEMENT, key, follow_up())).state == "ended"


@of("handover_notices")
async def test_a_handover_is_prepared_half_a_year_ahead_and_brought_to_mind(ward: Ward) -> None:
    reached_on = (await ward.now()).date() + timedelta(days=365)
    entered = Entered(Kind.HANDOVER, "waiting", "", remembers={"reached_on": reached_on})
    key, waiting = await entered.enter(ward)
    first, second, third = sorted(POLICY.handover_notices, key=lambda p: -p.count)
    reached_at = datetime.fromisoformat(f"{reached_on}T00:00:00+09:00")
    assert waiting.waits_until == before(POLICY, first, reached_at)
    await at(ward, before(POLICY, first, reached_at) + MOMENT)
    await ward.reaches(Kind.HANDOVER, key, "preparing")
    (task,) = ward.tasks(Kind.HANDOVER, key)
    assert task.due_at == reached_at
    for count, notice in enumerate((second, third), start=1):
        await at(ward, before(POLICY, notice, reached_at) + MOMENT)
        await ward.until(lambda n=count: len(ward.escalations) == n, "a notice")
        assert ward.escalations[-1].reason == "reminder"


@of("handover_overlap")
async def test_both_sides_stay_after_the_age_was_reached(ward: Ward) -> None:
    reached_on = (await ward.now()).date() + timedelta(days=30)
    entered = Entered(
        Kind.HANDOVER,
        "overlap",
        "preparing",
        acts.ConfirmHandover(side="giving", agency="kodomo-katei-center"),
        remembers={"confirmed": ("receiving",), "reached_on": reached_on},
    )
    _, step = await entered.enter(ward)
    reached_at = datetime.fromisoformat(f"{reached_on}T00:00:00+09:00")
    assert step.waits_until == after(POLICY, "handover_overlap", reached_at)


@of("birth_date_due")
async def test_a_birth_date_that_nobody_knows_is_asked_for_in_time(ward: Ward) -> None:
    entered = Entered(Kind.ERRAND, "open", "", remembers={"topic": acts.ErrandTopic.BIRTH_DATE})
    _, step = await entered.enter(ward)
    (task,) = step.opens
    assert task.due_at == after(POLICY, "birth_date_due", step.at)


@of("prepared_plan_review")
async def test_a_plan_prepared_in_advance_is_looked_at_again_months_later(ward: Ward) -> None:
    entered = Entered(Kind.CASE, "sk-decided", "sk-decided", draft(acts.PreparePlan))
    case, step = await entered.enter(ward)
    await ward.until(lambda: ward.children(Kind.ERRAND, case), "a review")
    (errand,) = ward.children(Kind.ERRAND, case)
    (task,) = ward.tasks(Kind.ERRAND, errand)
    on = tokyo_date(after(POLICY, "prepared_plan_review", step.at))
    assert task.due_at == end_of(POLICY, on, step.at)


@of("look_ahead_every")
async def test_a_case_asks_anew_who_reaches_an_age_when_its_time_is_up(ward: Ward) -> None:
    case = await opened(ward)
    again = after(POLICY, "look_ahead_every", case.steps[0].at)
    reached = AgeBoundary(person_id=case.persons[0], age=65, reached_on=again.date())
    ward.ages = AgeBoundaries(persons=case.persons, boundaries=(reached,))
    await at(ward, again - MOMENT)
    assert not case.all(Kind.HANDOVER)
    await at(ward, again + MOMENT)
    await case.newest(Kind.HANDOVER)


def test_every_policy_field_has_a_test_of_what_it_does() -> None:
    years = {name for name in Policy.model_fields if name.startswith("fiscal_year_")}
    lists = {"worklist_ahead", "snooze_longest", "meeting_minutes"}
    lists |= {"availability_reminder"}
    told = "in test_fiscal_year.py and test_meeting.py; those of lists and letters at the desk"
    assert not TESTED & set(ELSEWHERE)
    assert set(Policy.model_fields) - years - lists == TESTED | set(ELSEWHERE), told


def test_every_period_that_a_table_names_is_a_policy_field() -> None:
    for life in LIVES.values():
        for stage in life.values():
            named = {stage.due, stage.reminder, stage.escalation, *stage.lapses} - {None}
            assert named <= set(Policy.model_fields)


def test_the_policy_has_periods_of_every_unit() -> None:
    units = {value.unit for value in vars(POLICY).values() if isinstance(value, Period)}
    assert units == {"days", "business-days", "months"}
