"""What a meeting leaves behind; other statutory meetings; a trouble told to the community."""

from typing import Any

from sqlalchemy.dialects.postgresql import insert

from chassis.outbox import emit
from contracts import catalogue
from contracts.acts import (
    AssignDuty,
    DraftMinutes,
    RaiseCommunityIssue,
    RecordAdvice,
    RecordStatutoryMeeting,
    ReturnMinutes,
    SubmitFeedback,
)
from contracts.calendar import add_business_days
from contracts.events.coordination import CommunityIssueRaised
from contracts.policies import Policy
from services.coordination.effects.meeting import of_step
from services.coordination.effects.scene import Scene, effect
from services.coordination.models import (
    Advice,
    CommunityIssue,
    Duty,
    Feedback,
    StatutoryMeeting,
)


@effect(RecordAdvice)
async def record_advice(scene: Scene, act: RecordAdvice) -> None:
    scene.session.add(
        Advice(
            advice_id=scene.created,
            meeting_id=scene.step.entity_id,
            agency=act.agency,
            by=scene.by,
            at=scene.step.at,
        )
    )


@effect(AssignDuty)
async def assign_duty(scene: Scene, act: AssignDuty) -> None:
    scene.session.add(
        Duty(
            duty_id=scene.created,
            meeting_id=scene.step.entity_id,
            agency=act.agency,
            duty=act.duty,
            due_on=act.due_on or add_business_days(scene.on, Policy().duty_due.count),
            assignee=act.assignee,
            by=scene.by,
            at=scene.step.at,
        )
    )


@effect(DraftMinutes)
async def draft_minutes(scene: Scene, act: DraftMinutes) -> None:
    meeting = await of_step(scene)
    meeting.minutes_drafted_at, meeting.minutes_drafted_by = scene.step.at, scene.by


@effect(ReturnMinutes)
async def return_minutes(scene: Scene, act: ReturnMinutes) -> None:
    """The meeting's own state says it; the reason lies with the command."""


@effect(SubmitFeedback)
async def submit_feedback(scene: Scene, act: SubmitFeedback) -> None:
    """The latest word of an agency stands."""
    said = {
        **act.model_dump(include={"shared_view", "roles_clear", "time_fit"}, mode="json"),
        "by": scene.by,
        "at": scene.step.at,
    }
    key = {"meeting_id": scene.step.entity_id, "agency": act.agency}
    await scene.session.execute(
        insert(Feedback)
        .values(**key, **said)
        .on_conflict_do_update(index_elements=list(key), set_=said)
    )


@effect(RaiseCommunityIssue)
async def raise_community_issue(scene: Scene, act: RaiseCommunityIssue) -> None:
    """The fact names no case and no meeting; the way back stands in this row alone."""
    area = act.basic_area
    if area is None and act.daily_area is not None:
        area = catalogue.basic_area_of(act.daily_area)
    raised: dict[str, Any] = {
        "community_issue_id": scene.created,
        "theme": act.theme,
        "basic_area": area,
        "daily_area": act.daily_area,
    }
    scene.session.add(
        CommunityIssue(
            **raised,
            case_id=scene.case.case_id,
            meeting_id=scene.step.entity_id,
            wanted_kinds=list(act.wanted_kinds),
            by=scene.by,
            at=scene.step.at,
        )
    )
    await emit(
        scene.session,
        CommunityIssueRaised(**raised, on=scene.on, wanted_kinds=act.wanted_kinds),
    )


@effect(RecordStatutoryMeeting)
async def record_statutory_meeting(scene: Scene, act: RecordStatutoryMeeting) -> None:
    scene.session.add(
        StatutoryMeeting(
            statutory_meeting_id=scene.created,
            case_id=scene.case.case_id,
            meeting=act.meeting,
            on=act.on,
            agency=act.agency,
            outcome=act.outcome,
            by=scene.by,
            at=scene.step.at,
        )
    )
