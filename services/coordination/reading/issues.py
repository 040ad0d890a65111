"""The loop from a case to the community and back, and a case's other statutory meetings."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from contracts import catalogue
from services.coordination import labels, views
from services.coordination.models import CommunityAnswer, CommunityIssue, StatutoryMeeting


async def issues_of(session: AsyncSession, case_id: UUID) -> tuple[views.IssueView, ...]:
    """What meetings of a case told the community, and what became of each, as a chain."""
    issues = (
        await session.scalars(
            select(CommunityIssue)
            .where(col(CommunityIssue.case_id) == case_id)
            .order_by(col(CommunityIssue.at))
        )
    ).all()
    answers = (
        await session.scalars(
            select(CommunityAnswer)
            .where(
                col(CommunityAnswer.community_issue_id).in_(
                    [issue.community_issue_id for issue in issues]
                )
            )
            .order_by(col(CommunityAnswer.on), col(CommunityAnswer.answer_id))
        )
    ).all()
    kinds, themes = catalogue.resource_kinds(), catalogue.community_themes()
    return tuple(
        views.IssueView(
            community_issue_id=issue.community_issue_id,
            meeting_id=issue.meeting_id,
            theme=issue.theme,
            theme_label=themes.get(issue.theme, issue.theme),
            area=issue.daily_area or issue.basic_area,
            wanted_kinds=tuple(
                views.Choice(value=kind, label=kinds.get(kind, kind)) for kind in issue.wanted_kinds
            ),
            raised_at=issue.at,
            answers=tuple(
                views.AnswerView(
                    **answer.model_dump(include={"answer", "on", "resource_id", "activity_id"}),
                    answer_label=labels.value("community_answer", answer.answer),
                )
                for answer in answers
                if answer.community_issue_id == issue.community_issue_id
            ),
        )
        for issue in issues
    )


async def statutory_meetings_of(
    session: AsyncSession, case_id: UUID
) -> tuple[views.StatutoryMeetingView, ...]:
    rows = await session.scalars(
        select(StatutoryMeeting)
        .where(col(StatutoryMeeting.case_id) == case_id)
        .order_by(col(StatutoryMeeting.on), col(StatutoryMeeting.at))
    )
    known = catalogue.statutory_meetings()
    return tuple(
        views.StatutoryMeetingView(
            **row.model_dump(include={"meeting", "on", "agency", "outcome"}),
            meeting_label=known.get(row.meeting, row.meeting),
            agency_name=labels.agency(row.agency),
            outcome_label=labels.value("outcome", row.outcome, "record_statutory_meeting"),
        )
        for row in rows
    )
