"""What the data forbid of plans, referrals, handovers, transfers (entered among `rules.RULES`)."""

from collections.abc import Collection, Iterable
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from contracts import ages, catalogue
from contracts.acts import (
    DecideSupport,
    GoalProgress,
    PlanKind,
    closing,
    errand,
    handover,
    plan,
    referral,
    screening,
    support,
    transfer,
)
from contracts.cases import Refusal
from services.coordination.models import (
    Duty,
    Handover,
    HandoverPaper,
    Meeting,
    PlanGoal,
    PlanVersion,
    Referral,
    Transfer,
)
from services.coordination.reach import SUPPORT, Consents, Use, consents_of
from services.coordination.refusal import RefusedError, incomplete
from services.coordination.rules import RULES, Attempt, not_ahead, period


async def latest_plan(session: AsyncSession, case_id: UUID, kind: str) -> UUID | None:
    """The version of a kind that the case has adopted last."""
    plan_id: UUID | None = await session.scalar(
        select(col(PlanVersion.plan_id))
        .where(
            col(PlanVersion.case_id) == case_id,
            col(PlanVersion.kind) == kind,
            col(PlanVersion.adopted_at).is_not(None),
        )
        .order_by(col(PlanVersion.adopted_at).desc())
        .limit(1)
    )
    return plan_id


async def lived_by(session: AsyncSession, case_id: UUID) -> UUID | None:
    """The plan whose goals a case is evaluated by: without a 支援プラン that of its outreach."""
    plan_id = await latest_plan(session, case_id, PlanKind.SUPPORT)
    return plan_id or await latest_plan(session, case_id, PlanKind.OUTREACH)


async def goals_of(session: AsyncSession, plan_id: UUID) -> frozenset[int]:
    """The numbers of a plan's goals."""
    found = select(col(PlanGoal.number)).where(col(PlanGoal.plan_id) == plan_id)
    return frozenset(await session.scalars(found))


# --- plans ----------------------------------------------------------------------------------------


async def paper(attempt: Attempt, act: plan.DraftPlan | DecideSupport) -> None:
    """A plan's paper hangs together: its days lie in its period, its goals and tasks say what."""
    if act.starts_on is None or act.ends_on is None:
        raise incomplete("starts_on" if act.starts_on is None else "ends_on")
    period(act.starts_on, act.ends_on)
    within = (act.starts_on, act.ends_on)
    if len({role.agency for role in act.roles}) < len(act.roles):
        raise incomplete("roles")
    if _outside(within, act.monitoring_on):
        raise incomplete("monitoring_on")
    if _outside(within, (goal.review_on for goal in act.goals if goal.review_on)):
        raise incomplete("goals")
    if _outside(within, (task.due_on for task in act.tasks)):
        raise incomplete("tasks")
    await _duties(attempt, act)
    if attempt.posted and not all(goal.text for goal in act.goals):
        raise incomplete("goals")
    if attempt.posted and not all(task.text or task.what != "other" for task in act.tasks):
        raise incomplete("tasks")


async def _duties(attempt: Attempt, act: plan.DraftPlan | DecideSupport) -> None:
    """A task takes the place of what its own agency took on at a meeting of this case."""
    for task in act.tasks:
        if task.duty_id is None:
            continue
        duty = await attempt.session.get(Duty, task.duty_id)
        held = await attempt.session.get(Meeting, duty.meeting_id) if duty else None
        of_case = held is not None and held.case_id == attempt.case.case_id
        if duty is None or not of_case or duty.agency != task.agency:
            raise incomplete("tasks")


def _outside(within: tuple[date, date], days: Iterable[date]) -> bool:
    return any(not within[0] <= on <= within[1] for on in days)


async def _revise_draft(attempt: Attempt, act: plan.ReviseDraft) -> None:
    """An adopted plan is not edited; a form that somebody has overtaken is not taken."""
    draft = await attempt.session.get_one(PlanVersion, attempt.entity_id)
    if draft.adopted_at is not None:
        raise RefusedError(Refusal.PLAN_ADOPTED, version=draft.version)
    if act.based_on != draft.revision:
        raise RefusedError(Refusal.STALE_DRAFT, revision=draft.revision, based_on=act.based_on)
    await paper(attempt, act)


async def _approve_plan(attempt: Attempt, act: plan.ApprovePlan) -> None:
    """Invariant 4: neither the author decides nor anybody who revised the draft."""
    draft = await attempt.session.get_one(PlanVersion, attempt.entity_id)
    if attempt.sub in (draft.author, *draft.revisers):
        raise RefusedError(Refusal.APPROVER_IS_AUTHOR)


async def _record_monitoring(attempt: Attempt, act: support.RecordMonitoring) -> None:
    """Of every goal that the plan has it is said how it stands."""
    known = await goals_of(attempt.session, attempt.entity_id)
    _goals(act.goals, known)
    if known - {seen.goal for seen in act.goals}:
        raise incomplete("goals")
    if act.meeting_id is not None:
        held = await attempt.session.get(Meeting, act.meeting_id)
        if held is None or held.case_id != attempt.case.case_id or held.held_at is None:
            raise incomplete("meeting_id")


def _goals(seen: Collection[GoalProgress], known: frozenset[int]) -> None:
    numbers = [goal.goal for goal in seen]
    if len(set(numbers)) < len(numbers) or not known.issuperset(numbers):
        raise incomplete("goals")


async def _evaluate_closure(attempt: Attempt, act: closing.EvaluateClosure) -> None:
    """Invariant 6; and what is said of goals is said of those that there are."""
    if act.lead_agency is None and act.no_lead_reason is None:
        raise RefusedError(Refusal.LEAD_AGENCY_MISSING, field="lead_agency")
    if act.goals:
        lived = await lived_by(attempt.session, attempt.case.case_id)
        _goals(act.goals, await goals_of(attempt.session, lived) if lived else frozenset())


async def _review_day(attempt: Attempt, act: support.Suspend | support.ReviewSuspension) -> None:
    if act.review_on is not None and act.review_on <= attempt.on:
        raise incomplete("review_on")


async def _report_errand(attempt: Attempt, act: errand.ReportErrand) -> None:
    if act.result == "later" and (act.due_on is None or act.due_on < attempt.on):
        raise incomplete("due_on")


# --- referrals and transfers ----------------------------------------------------------------------


async def _due(attempt: Attempt, act: support.RequestReferral | screening.ReferToAgency) -> None:
    if act.due_on is not None and act.due_on < attempt.on:
        raise incomplete("due_on")


async def _refer_on(attempt: Attempt, act: referral.ReferOn) -> None:
    asked = await attempt.session.get(Referral, attempt.entity_id)
    if asked is not None and asked.agency == act.agency:
        raise incomplete("agency")


async def _propose_transfer(attempt: Attempt, act: transfer.ProposeTransfer) -> None:
    """Cases are coordinated by the ward's offices; another one is asked."""
    office = catalogue.agencies(attempt.on).get(act.agency)
    if office is None or office.role != "ward" or act.agency == attempt.case.coordinator_agency:
        raise incomplete("agency")


async def _by_receiver(attempt: Attempt, act: Any) -> None:
    """Only the office that is to have the case answers for itself."""
    asked = await attempt.session.get_one(Transfer, attempt.entity_id)
    if attempt.agency != asked.to_agency:
        raise RefusedError(Refusal.NOT_RECEIVER, agency=asked.to_agency)


# --- handovers ------------------------------------------------------------------------------------


async def _name_sides(attempt: Attempt, act: handover.NameSides) -> None:
    known = catalogue.agencies(attempt.on)
    for side in ("giving", "receiving"):
        if getattr(act, side) not in known:
            raise incomplete(side)
    if act.giving == act.receiving:
        raise incomplete("receiving")


async def _pack_handover(attempt: Attempt, act: handover.PackHandover) -> None:
    """Each paper on its ground: on consent only what the person agreed that this agency learns."""
    papers, packed = ages.handover_items(), await _handover(attempt)
    items = [paper.item for paper in act.items]
    if len(set(items)) < len(items) or not set(items) <= set(papers):
        raise incomplete("items")
    if packed is None or packed.receiving is None or packed.person_id is None:
        raise RefusedError(Refusal.SIDES_MISSING)
    on_consent = {papers[paper.item].category for paper in act.items if paper.basis == "consent"}
    if on_consent:
        consents = await consents_of(attempt.session, attempt.case.case_id, attempt.on)
        theirs = Consents({packed.person_id: consents.given.get(packed.person_id)})
        use = Use(frozenset({packed.receiving}), SUPPORT, frozenset(on_consent))
        found = theirs.reach(use)
        if not found.whole:
            raise RefusedError(Refusal.CONSENT_MISSING, **found.told())


async def _confirm_handover(attempt: Attempt, act: handover.ConfirmHandover) -> None:
    """Two agencies confirm; the receiving one once the papers that belong to it are there."""
    packed = await _handover(attempt)
    other = packed and (packed.receiving if act.side == "giving" else packed.giving)
    if other == act.agency:
        raise incomplete("agency")
    if act.side == "giving":
        return
    handed = select(col(HandoverPaper.item)).where(
        col(HandoverPaper.handover_id) == attempt.entity_id
    )
    there = set(await attempt.session.scalars(handed))
    items = ages.handover_items().values()
    missing = sorted(paper.item for paper in items if paper.required and paper.item not in there)
    if missing:
        raise RefusedError(Refusal.PACKAGE_INCOMPLETE, items=missing)


async def _handover(attempt: Attempt) -> Handover | None:
    return await attempt.session.get(Handover, attempt.entity_id)


RULES.update(
    {
        plan.DraftPlan: paper,
        plan.PreparePlan: paper,
        plan.ReviseDraft: _revise_draft,
        plan.ApprovePlan: _approve_plan,
        support.RecordMonitoring: _record_monitoring,
        support.Suspend: _review_day,
        support.ReviewSuspension: _review_day,
        support.RequestReferral: _due,
        screening.ReferToAgency: _due,
        closing.EvaluateClosure: _evaluate_closure,
        errand.ReportErrand: _report_errand,
        referral.ReferOn: _refer_on,
        referral.ReportReferral: not_ahead,
        transfer.ProposeTransfer: _propose_transfer,
        transfer.AcceptTransfer: _by_receiver,
        transfer.DeclineTransfer: _by_receiver,
        handover.NameSides: _name_sides,
        handover.PackHandover: _pack_handover,
        handover.ConfirmHandover: _confirm_handover,
    }
)
