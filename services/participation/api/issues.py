"""Community issues (地域課題) over HTTP: from the first 気づき to the answer, as a chain."""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from fastapi import Depends, Query
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.context import Context, Ctx, Session
from contracts.catalogue import basic_area_of, community_themes, resource_kinds
from contracts.events import new_id
from contracts.message import Private
from services.participation.api.door import STAFF, page_end
from services.participation.api.writing import Write, records, same_version
from services.participation.fields import (
    DailyArea,
    ResourceKind,
    Sent,
    Theme,
    Version,
    Words,
    anonymous,
    past_day,
    titled,
)
from services.participation.models import Issue
from services.participation.refusals import missing, refuse
from services.participation.store import issues as store

router = records("地域課題 / community issues")

NOBODY = "氏名・住所・電話番号など、個人が分かることは書かないでください"
SOURCES = {"meeting": "会議", "notice": "気づき"}
STATUSES = {
    "open": "新しい課題",
    "grouped": "検討中",
    "answered": "回答済み",
    "intake": "相談につないだ",
}
NOTICED_BY = {
    "branch-office": "特別出張所",
    "minsei-iin": "民生委員・児童委員",
    "jichikai": "自治会・町会",
    "coordinator": "地域福祉コーディネーター",
    "houkatsu": "地域包括支援センター",
    "shop": "商店・事業者",
    "school": "学校",
    "other": "その他",
}
Office = Literal[
    "branch-office",
    "minsei-iin",
    "jichikai",
    "coordinator",
    "houkatsu",
    "shop",
    "school",
    "other",
]


class NewNotice(Sent):
    """気づき: light, about the neighbourhood; nothing by which somebody could be found."""

    noticed_by: Office = Field(title="気づいた人・機関", json_schema_extra=titled(NOTICED_BY))
    on: date = Field(title="気づいた日")
    theme: Theme = Field(title="テーマ", json_schema_extra=titled(community_themes()))
    daily_area: DailyArea | None = Field(None, title="日常生活圏域")
    wanted_kinds: list[ResourceKind] = Field(
        [],
        title="足りないと思うもの",
        max_length=10,
        json_schema_extra={"items": titled(resource_kinds())},
    )
    words: Words | None = Field(
        None,
        title="内容",
        description="氏名・住所・電話番号など、個人が分かることは書かないでください",
    )


class Description(Sent):
    version: Version
    theme: Theme = Field(title="テーマ", json_schema_extra=titled(community_themes()))
    words: Words = Field(title="内容", description=NOBODY)


class BecameIntake(Sent):
    receipt_number: Annotated[str, Field(pattern=r"^R\d{1,3}-.{1,10}-\d{5,}$")] = Field(
        title="受付番号"
    )


class IssueView(BaseModel):
    issue_id: UUID
    source: str
    source_label: str
    noticed_by: str | None
    noticed_by_label: str | None
    on: date
    theme: str
    theme_label: str
    basic_area: str | None
    daily_area: str | None
    wanted_kinds: list[str]
    wanted_labels: list[str]
    status: str
    status_label: str
    issue_group_id: UUID | None
    receipt_number: str | None
    version: int
    entered_at: datetime


class IssueDetail(IssueView):
    words: Private


class IssueList(BaseModel):
    issues: list[IssueView]
    next: str | None


@router.post("/issues", response_model=IssueDetail, status_code=201)
async def notice(sent: NewNotice, write: Write) -> JSONResponse:
    """気づき from a 特別出張所 or anybody who notices. It can become an intake later."""

    async def act() -> IssueDetail:
        past_day(sent.on)
        anonymous(sent.words, "words")
        made = Issue(
            issue_id=new_id(),
            source="notice",
            on_date=sent.on,
            basic_area=basic_area_of(sent.daily_area) if sent.daily_area else None,
            status="open",
            issue_group_id=None,
            receipt_number=None,
            sealed=None,
            version=1,
            entered_at=write.now,
            **sent.model_dump(exclude={"on", "words"}),
        )
        await store.notice(write.session, write.ctx.vault, made, sent.words)
        await write.done("issue.notice", made.issue_id)
        return await _detail(write.session, write.ctx, made)

    return await write.once(act, status=201)


@router.get("/issues", dependencies=[Depends(STAFF)])
async def issue_list(
    session: Session,
    status: str | None = None,
    theme: str | None = None,
    basic_area: str | None = None,
    after: UUID | None = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> IssueList:
    """The register, the latest first."""
    rows = list(
        await store.list_issues(
            session,
            status=status,
            theme=theme,
            basic_area=basic_area,
            after=after,
            limit=limit + 1,
        )
    )
    return IssueList(
        issues=[issue_view(row) for row in rows[:limit]],
        next=page_end(rows, limit, lambda row: row.issue_id),
    )


@router.get("/issues/{issue_id}", dependencies=[Depends(STAFF)])
async def read_issue(issue_id: UUID, session: Session, ctx: Ctx) -> IssueDetail:
    return await _detail(session, ctx, await found_issue(session, issue_id))


@router.post("/issues/{issue_id}/description", response_model=IssueDetail)
async def describe(issue_id: UUID, sent: Description, write: Write) -> JSONResponse:
    """The words of the register, by the 地域福祉コーディネーター; they identify nobody."""

    async def act() -> IssueDetail:
        issue = await found_issue(write.session, issue_id, lock=True)
        same_version(issue.version, sent.version)
        anonymous(sent.words, "words")
        issue.theme = sent.theme
        issue.version += 1
        await store.describe(write.session, write.ctx.vault, issue, sent.words)
        await write.done("issue.describe", issue_id)
        return await _detail(write.session, write.ctx, issue)

    return await write.once(act)


@router.post("/issues/{issue_id}/intake", response_model=IssueDetail)
async def became_intake(issue_id: UUID, sent: BecameIntake, write: Write) -> JSONResponse:
    """Somebody behind the 気づき is helped as a case: keep the receipt number in the chain."""

    async def act() -> IssueDetail:
        issue = await found_issue(write.session, issue_id, lock=True)
        if issue.status not in ("open", "grouped"):
            raise refuse(409, "not-open")
        issue.receipt_number = sent.receipt_number
        if issue.status == "open":
            issue.status = "intake"
        issue.version += 1
        await write.done("issue.intake", issue_id)
        return await _detail(write.session, write.ctx, issue)

    return await write.once(act)


def issue_view(issue: Issue) -> IssueView:
    return IssueView(
        **issue.model_dump(exclude={"on_date", "sealed"}),
        on=issue.on_date,
        source_label=SOURCES[issue.source],
        noticed_by_label=NOTICED_BY.get(issue.noticed_by or ""),
        theme_label=community_themes().get(issue.theme, issue.theme),
        wanted_labels=[resource_kinds().get(kind, kind) for kind in issue.wanted_kinds],
        status_label=STATUSES[issue.status],
    )


async def found_issue(session: AsyncSession, issue_id: UUID, *, lock: bool = False) -> Issue:
    issue = await store.find_issue(session, issue_id, lock=lock)
    if issue is None:
        raise missing("issue")
    return issue


async def _detail(session: AsyncSession, ctx: Context, issue: Issue) -> IssueDetail:
    words = await store.words_of(session, ctx.vault, issue)
    return IssueDetail(**issue_view(issue).model_dump(), words=words)
