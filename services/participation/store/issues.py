"""Community issues: raised, grouped, talked about, answered. Every step stays in the chain."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from chassis.outbox import emit
from chassis.vault import Vault
from contracts.events import new_id
from contracts.events.coordination import CommunityIssueRaised
from contracts.events.participation import CommunityIssueAnswered
from services.participation.models import Issue, IssueGroup, IssueNote

ISSUE_VAULT, NOTE_VAULT = "issue", "issue-note"


async def take_in(session: AsyncSession, event: CommunityIssueRaised) -> None:
    """An issue that a meeting saw enters the register, without words."""
    issue = Issue(
        issue_id=event.community_issue_id,
        source="meeting",
        noticed_by=None,
        on_date=event.on,
        theme=event.theme,
        basic_area=event.basic_area,
        daily_area=event.daily_area,
        wanted_kinds=list(event.wanted_kinds),
        status="open",
        issue_group_id=None,
        receipt_number=None,
        sealed=None,
        version=1,
        entered_at=event.occurred_at,
    )
    await session.execute(insert(Issue).values(**issue.model_dump()).on_conflict_do_nothing())


async def notice(session: AsyncSession, vault: Vault, issue: Issue, words: str | None) -> None:
    """A 気づき enters the register."""
    session.add(issue)
    await session.flush()
    await describe(session, vault, issue, words)


async def describe(session: AsyncSession, vault: Vault, issue: Issue, words: str | None) -> None:
    if words is not None:
        issue.sealed = await vault.seal(session, ISSUE_VAULT, issue.issue_id, words)
    await session.flush()


async def find_issue(session: AsyncSession, issue_id: UUID, *, lock: bool = False) -> Issue | None:
    rows = select(Issue).where(col(Issue.issue_id) == issue_id)
    return (await session.scalars(rows.with_for_update() if lock else rows)).one_or_none()


async def list_issues(
    session: AsyncSession,
    *,
    status: str | None,
    theme: str | None,
    basic_area: str | None,
    after: UUID | None,
    limit: int,
) -> Sequence[Issue]:
    rows = select(Issue).order_by(col(Issue.issue_id).desc()).limit(limit)
    for column, value in (
        (Issue.status, status),
        (Issue.theme, theme),
        (Issue.basic_area, basic_area),
    ):
        if value is not None:
            rows = rows.where(col(column) == value)
    if after is not None:
        rows = rows.where(col(Issue.issue_id) < after)
    return (await session.scalars(rows)).all()


async def words_of(session: AsyncSession, vault: Vault, issue: Issue) -> str | None:
    if issue.sealed is None:
        return None
    return await vault.open(session, ISSUE_VAULT, issue.issue_id, issue.sealed)


async def find_group(
    session: AsyncSession, issue_group_id: UUID, *, lock: bool = False
) -> IssueGroup | None:
    rows = select(IssueGroup).where(col(IssueGroup.issue_group_id) == issue_group_id)
    return (await session.scalars(rows.with_for_update() if lock else rows)).one_or_none()


async def list_groups(session: AsyncSession, limit: int) -> Sequence[IssueGroup]:
    rows = select(IssueGroup).order_by(col(IssueGroup.issue_group_id).desc()).limit(limit)
    return (await session.scalars(rows)).all()


async def group_issue(session: AsyncSession, issue: Issue, group: IssueGroup) -> None:
    issue.issue_group_id, issue.status = group.issue_group_id, "grouped"
    issue.version += 1
    await session.flush()


async def issues_of(session: AsyncSession, issue_group_id: UUID) -> Sequence[Issue]:
    rows = select(Issue).where(col(Issue.issue_group_id) == issue_group_id)
    return (await session.scalars(rows.order_by(col(Issue.issue_id)))).all()


async def add_note(
    session: AsyncSession,
    vault: Vault,
    group: IssueGroup,
    on: date,
    kind: str,
    words: str,
    by: str,
    now: datetime,
) -> IssueNote:
    """What was said about a group on a day. The first one makes it discussed."""
    note_id = new_id()
    note = IssueNote(
        note_id=note_id,
        issue_group_id=group.issue_group_id,
        on_date=on,
        kind=kind,
        sealed=await vault.seal(session, NOTE_VAULT, note_id, words),
        by=by,
        at=now,
    )
    session.add(note)
    if group.status == "open" and kind == "discussion":
        group.status = "discussed"
    await session.flush()
    return note


async def notes_of(session: AsyncSession, issue_group_id: UUID) -> Sequence[IssueNote]:
    rows = (
        select(IssueNote)
        .where(col(IssueNote.issue_group_id) == issue_group_id)
        .order_by(col(IssueNote.on_date), col(IssueNote.note_id))
    )
    return (await session.scalars(rows)).all()


async def words_of_note(session: AsyncSession, vault: Vault, note: IssueNote) -> str | None:
    return await vault.open(session, NOTE_VAULT, note.note_id, note.sealed)


async def answer(
    session: AsyncSession,
    group: IssueGroup,
    said: str,
    on: date,
    *,
    resource_id: UUID | None,
    activity_id: UUID | None,
) -> None:
    """The end of the loop: every issue of the group is told to be answered, by id."""
    group.status, group.answer, group.answered_on = "answered", said, on
    group.resource_id, group.activity_id = resource_id, activity_id
    group.version += 1
    for issue in await issues_of(session, group.issue_group_id):
        issue.status = "answered"
        issue.version += 1
        await emit(
            session,
            CommunityIssueAnswered(
                community_issue_id=issue.issue_id,
                on=on,
                basic_area=issue.basic_area,
                answer=said,
                resource_id=resource_id,
                activity_id=activity_id,
            ),
        )
    await session.flush()
