"""Groups of community issues over HTTP: discussed on dates, answered by a place or an activity."""

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from fastapi import Depends
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.context import Context, Ctx, Session
from chassis.writing import Writing
from contracts.calendar import today
from contracts.catalogue import community_themes
from contracts.events import new_id
from contracts.message import Private
from services.participation.api.door import STAFF
from services.participation.api.issues import IssueView, found_issue, issue_view
from services.participation.api.writing import Write, records, same_version
from services.participation.fields import (
    Line,
    Sent,
    Theme,
    Version,
    Words,
    anonymous,
    past_day,
    titled,
)
from services.participation.models import IssueGroup
from services.participation.refusals import missing, refuse
from services.participation.store import issues as store
from services.participation.store.activities import find_activity
from services.participation.store.resources import find_resource

router = records("地域課題の検討 / issue groups")

ON_PAGE = 200
STATUSES = {"open": "検討前", "discussed": "検討中", "answered": "回答済み"}
NOTE_KINDS = {"discussion": "話し合い", "research": "調査", "contact": "働きかけ", "answer": "回答"}
ANSWERS = {
    "resource": "新しい地域資源",
    "activity": "新しい地域活動",
    "other": "その他の対応",
    "declined": "対応しない",
}
Answer = Literal["resource", "activity", "other", "declined"]


class NewGroup(Sent):
    title: Line = Field(title="課題の名前")
    theme: Theme = Field(title="テーマ", json_schema_extra=titled(community_themes()))
    basic_area: Literal["大森", "調布", "蒲田", "糀谷・羽田"] | None = Field(None, title="基本圏域")
    issue_ids: list[UUID] = Field(title="まとめる課題", min_length=1, max_length=100)


class Joining(Sent):
    issue_group_id: UUID = Field(title="課題のまとまり")


class NewNote(Sent):
    on: date = Field(title="日付")
    kind: Literal["discussion", "research", "contact"] = Field(
        title="種別",
        json_schema_extra=titled({k: v for k, v in NOTE_KINDS.items() if k != "answer"}),
    )
    words: Words = Field(title="内容", min_length=1)


class NewAnswer(Sent):
    version: Version
    on: date = Field(title="日付")
    answer: Answer = Field(title="回答", json_schema_extra=titled(ANSWERS))
    resource_id: UUID | None = Field(None, title="地域資源")
    activity_id: UUID | None = Field(None, title="地域活動")
    words: Words = Field(title="内容", min_length=1)


class NoteView(BaseModel):
    on: date
    kind: str
    kind_label: str
    words: Private
    by: str
    at: datetime


class GroupView(BaseModel):
    issue_group_id: UUID
    title: str
    theme: str
    theme_label: str
    basic_area: str | None
    status: str
    status_label: str
    answer: str | None
    answer_label: str | None
    resource_id: UUID | None
    activity_id: UUID | None
    answered_on: date | None
    opened_on: date
    version: int


class GroupList(BaseModel):
    groups: list[GroupView]


class Chain(GroupView):
    """The loop from case to community: what was seen, what was said, what came of it."""

    issues: list[IssueView]
    notes: list[NoteView]
    answered_by: str | None
    """The name of the place or activity that takes it up."""


@router.post("/issue-groups", response_model=Chain, status_code=201)
async def open_group(sent: NewGroup, write: Write) -> JSONResponse:
    """Put issues together that are about the same thing."""

    async def act() -> Chain:
        group = IssueGroup(
            issue_group_id=new_id(),
            status="open",
            answer=None,
            resource_id=None,
            activity_id=None,
            answered_on=None,
            opened_on=today(),
            version=1,
            **sent.model_dump(exclude={"issue_ids"}),
        )
        write.session.add(group)
        await write.session.flush()
        for issue_id in sorted(set(sent.issue_ids)):
            await _join(write, issue_id, group)
        await write.done("issue-group.open", group.issue_group_id)
        return await _chain(write.session, write.ctx, group)

    return await write.once(act, status=201)


@router.get("/issue-groups", dependencies=[Depends(STAFF)])
async def group_list(session: Session) -> GroupList:
    return GroupList(groups=[_view(one) for one in await store.list_groups(session, ON_PAGE)])


@router.get("/issue-groups/{issue_group_id}", dependencies=[Depends(STAFF)])
async def read_chain(issue_group_id: UUID, session: Session, ctx: Ctx) -> Chain:
    """課題 → まとまり → 話し合い → 回答, in one page."""
    return await _chain(session, ctx, await _found(session, issue_group_id))


@router.post("/issues/{issue_id}/group", response_model=Chain)
async def join(issue_id: UUID, sent: Joining, write: Write) -> JSONResponse:
    """Put one more issue into a group that is not answered yet."""

    async def act() -> Chain:
        group = await _found(write.session, sent.issue_group_id, lock=True)
        if group.status == "answered":
            raise refuse(409, "already-answered", "issue_group_id")
        await _join(write, issue_id, group)
        await write.done("issue.group", issue_id)
        return await _chain(write.session, write.ctx, group)

    return await write.once(act)


@router.post("/issue-groups/{issue_group_id}/notes", response_model=Chain, status_code=201)
async def note(issue_group_id: UUID, sent: NewNote, write: Write) -> JSONResponse:
    """What was said or found out on a day."""

    async def act() -> Chain:
        group = await _found(write.session, issue_group_id, lock=True)
        past_day(sent.on)
        anonymous(sent.words, "words")
        await store.add_note(
            write.session,
            write.ctx.vault,
            group,
            sent.on,
            sent.kind,
            sent.words,
            write.by,
            write.now,
        )
        await write.done("issue-group.note", issue_group_id)
        return await _chain(write.session, write.ctx, group)

    return await write.once(act, status=201)


@router.post("/issue-groups/{issue_group_id}/answer", response_model=Chain)
async def answer(issue_group_id: UUID, sent: NewAnswer, write: Write) -> JSONResponse:
    """What became of it: a new place, a new activity, something else, or nothing, with why."""

    async def act() -> Chain:
        group = await _found(write.session, issue_group_id, lock=True)
        same_version(group.version, sent.version)
        if group.status == "answered":
            raise refuse(409, "already-answered")
        past_day(sent.on)
        anonymous(sent.words, "words")
        await _check_answer(write.session, sent)
        await store.add_note(
            write.session,
            write.ctx.vault,
            group,
            sent.on,
            "answer",
            sent.words,
            write.by,
            write.now,
        )
        await store.answer(
            write.session,
            group,
            sent.answer,
            sent.on,
            resource_id=sent.resource_id if sent.answer == "resource" else None,
            activity_id=sent.activity_id if sent.answer == "activity" else None,
        )
        await write.done("issue-group.answer", issue_group_id, answer=sent.answer)
        return await _chain(write.session, write.ctx, group)

    return await write.once(act)


async def _check_answer(session: AsyncSession, sent: NewAnswer) -> None:
    """Raises Problem 422 for an answer by a place or an activity that is not there."""
    if sent.answer == "resource" and (
        sent.resource_id is None or await find_resource(session, sent.resource_id) is None
    ):
        raise refuse(422, "answer-unknown", "resource_id")
    if sent.answer == "activity" and (
        sent.activity_id is None or await find_activity(session, sent.activity_id) is None
    ):
        raise refuse(422, "answer-unknown", "activity_id")


async def _join(write: Writing, issue_id: UUID, group: IssueGroup) -> None:
    issue = await found_issue(write.session, issue_id, lock=True)
    if issue.issue_group_id is not None:
        raise refuse(409, "already-grouped", "issue_ids", issue_id=str(issue_id))
    if issue.status not in ("open", "intake"):
        raise refuse(409, "already-answered", "issue_ids", issue_id=str(issue_id))
    await store.group_issue(write.session, issue, group)


async def _found(session: AsyncSession, issue_group_id: UUID, *, lock: bool = False) -> IssueGroup:
    group = await store.find_group(session, issue_group_id, lock=lock)
    if group is None:
        raise missing("issue-group")
    return group


def _view(group: IssueGroup) -> GroupView:
    return GroupView(
        **group.model_dump(),
        theme_label=community_themes().get(group.theme, group.theme),
        status_label=STATUSES[group.status],
        answer_label=ANSWERS.get(group.answer or ""),
    )


async def _chain(session: AsyncSession, ctx: Context, group: IssueGroup) -> Chain:
    answered_by = None
    if group.resource_id is not None and (place := await find_resource(session, group.resource_id)):
        answered_by = place.name
    if group.activity_id is not None and (
        activity := await find_activity(session, group.activity_id)
    ):
        answered_by = activity.name
    return Chain(
        **_view(group).model_dump(),
        answered_by=answered_by,
        issues=[issue_view(one) for one in await store.issues_of(session, group.issue_group_id)],
        notes=[
            NoteView(
                **one.model_dump(include={"kind", "by", "at"}),
                on=one.on_date,
                kind_label=NOTE_KINDS[one.kind],
                words=await store.words_of_note(session, ctx.vault, one),
            )
            for one in await store.notes_of(session, group.issue_group_id)
        ],
    )
