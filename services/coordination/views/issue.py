"""Community issues and what became of them; other statutory meetings of a case."""

from datetime import date, datetime
from uuid import UUID

from services.coordination.views.act import Choice, View


class AnswerView(View):
    answer: str
    answer_label: str
    on: date
    resource_id: UUID | None
    activity_id: UUID | None


class IssueView(View):
    """A trouble told to the community, and what became of it."""

    community_issue_id: UUID
    meeting_id: UUID
    theme: str
    theme_label: str
    area: str | None
    wanted_kinds: tuple[Choice, ...]
    raised_at: datetime
    answers: tuple[AnswerView, ...]


class StatutoryMeetingView(View):
    meeting: str
    meeting_label: str
    on: date
    agency: str
    agency_name: str
    outcome: str
    outcome_label: str
