"""Suspending, closing and opening again: what the case's own moves mean (process A9)."""

from typing import Any

from sqlalchemy import select
from sqlmodel import col

from contracts.acts import (
    ApproveClosure,
    ClosureReason,
    ContinueSupport,
    EndWithInformation,
    EvaluateClosure,
    MergeInto,
    RecordRefusal,
    Reopen,
    ReportLostContact,
    Resume,
    ReturnClosure,
    ReviewSuspension,
    Suspend,
    SuspensionReason,
)
from contracts.cases import RECHECK_RESUMED
from contracts.events.coordination import CaseClosed, CaseMoved, CaseReopened
from contracts.events.envelope import new_id
from contracts.life import CaseState
from services.coordination.effects.plan import PLAN_ROLES, end_current, remember_goals
from services.coordination.effects.referral import BESIDE, SOLE, sole_agency
from services.coordination.effects.scene import Scene, effect
from services.coordination.models import Evaluation, Suspension, SuspensionReview
from services.coordination.plan_rules import lived_by
from services.coordination.rules import open_evaluation
from services.coordination.store.reminders import settle_expired
from services.coordination.store.team import join_team, leave_team

ALL_ROLES = (*PLAN_ROLES, BESIDE, SOLE, "intake", "outreach", "participation", "handover")


async def case_moved(scene: Scene) -> None:
    """The case enters another state: its row, the fact, and what leaving and entering mean."""
    case, state = scene.case, scene.step.state
    if scene.step.cause == "consent-expired" and scene.step.person_id and scene.step.result:
        ended = (scene.step.person_id, scene.step.result)
        await settle_expired(scene.session, case.case_id, *ended, scene.step.at)
    _mind_the_pause(scene)
    if state == case.state:
        return
    if state == CaseState.CLOSED:
        # Before the state: a closed case without a reason is refused by the database.
        case.closure_reason = await _why_closed(scene)
    came_from, case.state, case.since = case.state, state, scene.step.at
    await scene.tell(CaseMoved, came_from=came_from, state=state)
    if came_from == CaseState.SUSPENDED:
        await _end_suspension(scene)
    if came_from == CaseState.CLOSED:
        await _begin_episode(scene)
    if state == CaseState.SUSPENDED:
        _begin_suspension(scene, came_from)
    if state == CaseState.CLOSED:
        await _close(scene)


def _mind_the_pause(scene: Scene) -> None:
    """A refusal at the re-check is the end of asking by the calendar, for a while (process A12)."""
    case, step = scene.case, scene.step
    if (case.state, step.state) == (CaseState.CONSENT_RECHECK, CaseState.OUTREACH):
        case.recheck_paused_at = step.at
    elif step.cause == RECHECK_RESUMED or step.state != CaseState.OUTREACH:
        case.recheck_paused_at = None


def _begin_suspension(scene: Scene, came_from: str) -> None:
    scene.session.add(
        Suspension(
            suspension_id=new_id(),
            case_id=scene.case.case_id,
            reason=_why_suspended(scene),
            suspended_from=came_from,
            **_until_when(scene),
            began_at=scene.step.at,
            by=scene.by,
        )
    )


def _until_when(scene: Scene) -> dict[str, Any]:
    """The condition under which the case resumes, and when that is looked at."""
    act = scene.step.command.act if scene.step.command else None
    if not isinstance(act, Suspend):
        return {}
    return {"resume_when": list(act.resume_when), "review_on": act.review_on}


def _why_suspended(scene: Scene) -> str:
    act = scene.step.command.act if scene.step.command else None
    if isinstance(act, Suspend):
        return act.reason
    if isinstance(act, ReportLostContact):
        return SuspensionReason.LOST_CONTACT
    if isinstance(act, RecordRefusal):
        return SuspensionReason.REFUSAL
    return scene.step.result or scene.step.cause or "stalled"


async def _open_suspension(scene: Scene) -> Suspension | None:
    found = select(Suspension).where(
        col(Suspension.case_id) == scene.case.case_id, col(Suspension.ended_at).is_(None)
    )
    return (await scene.session.scalars(found)).one_or_none()


async def _end_suspension(scene: Scene) -> None:
    suspension = await _open_suspension(scene)
    if suspension is not None:
        suspension.ended_at, suspension.resumed_to = scene.step.at, scene.step.state


async def _close(scene: Scene) -> None:
    """Closing coordination is not closing support: the lead agency stays (process A9)."""
    case = scene.case
    case.closed_at = scene.step.at
    if case.closure_reason == ClosureReason.SINGLE_AGENCY:
        case.lead_agency = await sole_agency(scene)
    stays = [case.lead_agency] if case.lead_agency else []
    await leave_team(scene.session, case.case_id, scene.step.at, roles=ALL_ROLES, but=stays)
    for agency in stays:
        await join_team(scene.session, case.case_id, agency, "lead", scene.step.at)
    for kind in ("support", "outreach"):
        await end_current(scene, kind)
    await scene.tell(
        CaseClosed,
        reason=case.closure_reason,
        lead_agency=case.lead_agency,
        episode=case.episode,
    )


async def _why_closed(scene: Scene) -> str:
    act = scene.step.command.act if scene.step.command else None
    if isinstance(act, ApproveClosure):
        return await _approved_reason(scene)
    if isinstance(act, EndWithInformation):
        return ClosureReason.INFORMATION
    if isinstance(act, MergeInto):
        return ClosureReason.MERGED
    if scene.step.result in set(ClosureReason):
        return str(scene.step.result)
    if (scene.step.cause or "").startswith("referral"):
        return ClosureReason.SINGLE_AGENCY
    if "withdrawn" in (scene.step.cause or ""):
        return ClosureReason.WITHDRAWN
    return ClosureReason.OTHER


async def _approved_reason(scene: Scene) -> str:
    found = await scene.session.scalars(
        select(Evaluation)
        .where(col(Evaluation.case_id) == scene.case.case_id, col(Evaluation.approved).is_(True))
        .order_by(col(Evaluation.settled_at).desc())
        .limit(1)
    )
    return found.one().reason


async def _begin_episode(scene: Scene) -> None:
    case = scene.case
    case.episode += 1
    case.closed_at = case.closure_reason = case.merged_into = None
    await scene.tell(CaseReopened, episode=case.episode)


@effect(Suspend)
async def suspend(scene: Scene, act: Suspend) -> None:
    """The case's move into 中断 begins the suspension; its condition lies with the command."""


@effect(ReportLostContact)
async def report_lost_contact(scene: Scene, act: ReportLostContact) -> None:
    """The case's move into 中断 begins the suspension."""


@effect(ReviewSuspension)
async def review_suspension(scene: Scene, act: ReviewSuspension) -> None:
    suspension = await _open_suspension(scene)
    if suspension is None:
        return
    suspension.review_on = act.review_on
    scene.session.add(
        SuspensionReview(
            review_id=new_id(),
            suspension_id=suspension.suspension_id,
            condition_met=act.condition_met,
            by=scene.by,
            at=scene.step.at,
        )
    )


@effect(Resume)
async def resume(scene: Scene, act: Resume) -> None:
    """The case's move out of 中断 ends the suspension."""


@effect(EvaluateClosure)
async def evaluate_closure(scene: Scene, act: EvaluateClosure) -> None:
    earlier = await open_evaluation(scene.session, scene.case.case_id)
    if earlier is not None:
        earlier.approved, earlier.settled_at, earlier.settled_by = False, scene.step.at, scene.by
        await scene.session.flush()
    evaluation_id = new_id()
    plan_id = await lived_by(scene.session, scene.case.case_id)
    if plan_id is not None:
        remember_goals(scene, evaluation_id, plan_id, act.goals)
    scene.session.add(
        Evaluation(
            evaluation_id=evaluation_id,
            case_id=scene.case.case_id,
            episode=scene.case.episode,
            reason=act.reason,
            achievement=act.achievement,
            lead_agency=act.lead_agency,
            no_lead_reason=act.no_lead_reason,
            evaluated_by=scene.by,
            evaluated_at=scene.step.at,
        )
    )


@effect(ApproveClosure)
async def approve_closure(scene: Scene, act: ApproveClosure) -> None:
    evaluation = await _settle(scene, approved=True)
    if evaluation is not None:
        scene.case.lead_agency = evaluation.lead_agency


@effect(ReturnClosure)
async def return_closure(scene: Scene, act: ReturnClosure) -> None:
    await _settle(scene, approved=False)


@effect(ContinueSupport)
async def continue_support(scene: Scene, act: ContinueSupport) -> None:
    await _settle(scene, approved=False)


async def _settle(scene: Scene, *, approved: bool) -> Evaluation | None:
    evaluation = await open_evaluation(scene.session, scene.case.case_id)
    if evaluation is not None:
        evaluation.approved = approved
        evaluation.settled_by, evaluation.settled_at = scene.by, scene.step.at
        await scene.session.flush()
    return evaluation


@effect(Reopen)
async def reopen(scene: Scene, act: Reopen) -> None:
    """The case's move out of 終結 begins the new episode; a duplicate stands for itself again."""
