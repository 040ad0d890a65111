"""Targets of figures, and what people say about them, over HTTP."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field

from chassis.context import Ctx, Session
from chassis.mynumber import refuse_my_number
from chassis.writing import Writing, writing
from contracts.life import Role
from contracts.message import Private, Text
from services.indicators import attention
from services.indicators.api.asking import PREFIX, Reader, Write, Year, known_measure
from services.indicators.models import FigureComment
from services.indicators.years import NOTES, year_id

router = APIRouter(prefix=PREFIX, tags=["figures"])

TARGET_ROLES = (Role.STATISTICS, Role.MANAGER)
COMMENTS_A_PAGE = 200


class TargetSent(BaseModel):
    model_config = ConfigDict(extra="forbid")

    value: Annotated[int, Field(ge=0, le=10**12)] | None
    """None lifts the target."""


class TargetView(BaseModel):
    fiscal_year: int
    indicator_id: str
    value: int | None
    set_by: str
    set_by_name: str | None
    set_at: datetime


class CommentSent(BaseModel):
    model_config = ConfigDict(extra="forbid")

    text: Annotated[Text, Field(min_length=1)]
    month: Annotated[int, Field(ge=1, le=12)] | None = None


class CommentView(BaseModel):
    comment_id: UUID
    month: int | None
    by: str
    by_name: str | None
    at: datetime
    text: Private


@router.get("/fiscal-years/{year}/targets")
async def targets(session: Session, _: Reader, year: Year) -> list[TargetView]:
    """The targets of a year that stand."""
    found = await attention.targets(session, year)
    return [
        TargetView(indicator_id=name, **target.model_dump(include=set(TargetView.model_fields)))
        for name, target in found.items()
    ]


@router.post("/fiscal-years/{year}/indicators/{indicator_id}/target", response_model=TargetView)
async def set_target(
    year: Year,
    indicator_id: str,
    sent: TargetSent,
    write: Annotated[Writing, Depends(writing(*TARGET_ROLES))],
) -> JSONResponse:
    """Set, change or lift a target. Who set it and when stays on record."""
    known_measure(year, indicator_id)

    async def keep() -> TargetView:
        target = await attention.set_target(
            write.session, year, indicator_id, sent.value, write.caller
        )
        await write.done("target.set", indicator_id, of="indicator", fiscal_year=year)
        return TargetView(
            indicator_id=indicator_id, **target.model_dump(include=set(TargetView.model_fields))
        )

    return await write.once(keep)


@router.get("/fiscal-years/{year}/indicators/{indicator_id}/comments")
async def comments(
    session: Session, ctx: Ctx, _: Reader, year: Year, indicator_id: str
) -> list[CommentView]:
    """What was said about a figure, oldest first."""
    known_measure(year, indicator_id)
    return [
        _view(one, await ctx.vault.open(session, NOTES, year_id(year), one.sealed))
        for one in await attention.comments_on(session, year, indicator_id)
    ]


@router.post(
    "/fiscal-years/{year}/indicators/{indicator_id}/comments",
    response_model=CommentView,
    status_code=201,
)
async def comment(
    year: Year,
    indicator_id: str,
    sent: CommentSent,
    write: Write,
) -> JSONResponse:
    """Say something about a figure, of the year or of one month. The words are kept sealed."""
    known_measure(year, indicator_id)
    refuse_my_number(sent.model_dump(), within="body")

    async def keep() -> CommentView:
        said = await attention.say(
            write.session, write.ctx.vault, year, indicator_id, sent.month, sent.text, write.caller
        )
        await write.done("figure.comment", indicator_id, of="indicator", fiscal_year=year)
        return _view(said, sent.text)

    return await write.once(keep, status=201)


def _view(one: FigureComment, text: str | None) -> CommentView:
    return CommentView(text=text, **one.model_dump(include=set(CommentView.model_fields)))
