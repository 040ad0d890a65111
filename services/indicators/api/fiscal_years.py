"""Fiscal years over HTTP: where each is on its way to publication, and what people do about it."""

import asyncio
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Body, Path, Query, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.audit import audit
from chassis.auth import not_allowed
from chassis.context import Context, Ctx, Session
from chassis.idempotency import IdempotencyKey, once
from chassis.mynumber import refuse_my_number
from chassis.problems import Problem
from contracts.calendar import fiscal_year_label, today
from contracts.fiscal_years import AnyYearAct
from contracts.life import FISCAL_YEAR, FISCAL_YEAR_ROLES
from services.indicators import versions, years
from services.indicators.api.asking import PREFIX, Reader, Year
from services.indicators.events import MEASURES
from services.indicators.models import FiscalYear, FrozenVersion, YearCommandRow
from services.indicators.printed import stage
from services.indicators.versions import EntryChange, FigureChange

router = APIRouter(prefix=PREFIX, tags=["fiscal-years"])

WAIT_SECONDS = 3.0
"""How long a caller waits for the outcome before being told that it is on its way."""
LOOK_SECONDS = 0.1

ACTS = {
    "propose_figures": "確定値を提案する",
    "approve_figures": "承認する",
    "return_figures": "差し戻す",
    "publish_figures": "公表する",
    "propose_restatement": "訂正値を提案する",
}


class VersionView(BaseModel):
    """A frozen version of the figures."""

    number: int
    kind: str
    label: str
    month: int | None
    status: str
    frozen_at: datetime
    entries: int
    hash: str
    proposed_by: str | None
    decided_by: str | None
    decided_at: datetime | None
    note: str | None
    """Why, in the words of who proposed it."""
    changes: list[FigureChange]
    """Of a restatement: what it says anew."""


class StepView(BaseModel):
    number: int
    at: datetime
    came_from: str
    state: str
    state_label: str
    cause: str | None
    act: str | None
    act_label: str | None
    actor: str | None
    version: int | None
    note: str | None


class ActView(BaseModel):
    act: str
    label: str


class YearView(BaseModel):
    """Where a fiscal year's figures are on their way to publication."""

    fiscal_year: int
    label: str
    state: str
    state_label: str
    since: datetime
    task: str | None
    waits_until: datetime | None
    standing: int | None
    """The version that stands; None while the figures are open."""


class YearPage(YearView):
    acts: list[ActView]
    """What the caller may do now."""
    versions: list[VersionView]
    steps: list[StepView]


class Changes(BaseModel):
    """What a version does not say any more, and the entries that made it so."""

    fiscal_year: int
    version: int
    figures: list[FigureChange]
    entries: list[EntryChange]


class ActOutcome(BaseModel):
    command_id: UUID
    status: str
    """pending · applied · refused."""
    state: str | None
    code: str | None


@router.get("/fiscal-years")
async def fiscal_years(session: Session, _: Reader) -> list[YearView]:
    """Every fiscal year that is or was counted, the newest first."""
    return [await _view(session, year) for year in await years.known_years(session)]


@router.get("/fiscal-years/{year}")
async def fiscal_year(session: Session, ctx: Ctx, caller: Reader, year: Year) -> YearPage:
    """One fiscal year: its versions, how it came to where it is, and what may be done now."""
    row = await _known(session, year)
    seen = await years.versions_of(session, year)
    steps = await years.steps_of(session, year)
    return YearPage(
        **(await _view(session, row)).model_dump(),
        acts=[
            ActView(act=act, label=ACTS[act])
            for act in (FISCAL_YEAR[row.state].acts if row.state else {})
            if caller.has(*FISCAL_YEAR_ROLES[act])
        ],
        versions=[await _version(session, ctx, one) for one in seen],
        steps=[
            StepView(
                **one.model_dump(include={"number", "at", "came_from", "state", "cause", "act"}),
                state_label=FISCAL_YEAR[one.state].label,
                act_label=ACTS.get(one.act or ""),
                actor=one.actor,
                version=one.version,
                note=await years.note_of(session, ctx.vault, year, one.command_id),
            )
            for one in steps
        ],
    )


@router.get("/fiscal-years/{year}/changes")
async def changes(
    session: Session,
    _: Reader,
    year: Year,
    since: Annotated[
        int | None, Query(ge=1, description="A version; left out: what stands")
    ] = None,
) -> Changes:
    """How the figures as counted now differ from a version, and the entries that made it so."""
    version = (
        await session.get(FrozenVersion, (year, since))
        if since is not None
        else await versions.standing(session, year)
    )
    if version is None:
        raise Problem(
            404,
            "version-unknown",
            ja="その年度にこの版はありません",
            en="There is no such version of the figures of this fiscal year",
            field="since",
        )
    return Changes(
        fiscal_year=year,
        version=version.number,
        figures=await versions.changes_since(session, MEASURES, version, today()),
        entries=await versions.entries_since(session, version),
    )


@router.post("/fiscal-years/{year}/acts", response_model=ActOutcome)
async def act_on_year(
    ctx: Ctx,
    caller: Reader,
    key: IdempotencyKey,
    request: Request,
    year: Year,
    act: Annotated[AnyYearAct, Body()],
) -> JSONResponse:
    """Propose, approve, return, publish. 200 with what came of it; 202 while it is on its way."""
    if not caller.has(*FISCAL_YEAR_ROLES[act.code]):
        raise not_allowed(needed=sorted(FISCAL_YEAR_ROLES[act.code]))
    refuse_my_number(act.model_dump(mode="json"), within="act")
    if act.code in ("return_figures", "propose_restatement") and not act.note:
        raise Problem(
            422,
            "note-missing",
            ja="理由を記入してください",
            en="Say why in the note",
            field="note",
        )

    async def store() -> ActOutcome:
        await _known(session, year)
        command_id = await years.store_act(session, ctx.vault, year, act, caller)
        await audit(session, caller, f"fiscal-year.{act.code}", "fiscal-year", str(year))
        return ActOutcome(command_id=command_id, status="pending", state=None, code=None)

    async with ctx.database.transaction() as session:
        route, body = f"POST {request.url.path}", await request.body()
        stored = await once(session, caller, route, key, body, store, status=202)
    return await _settled(ctx, UUID(stored["body"]["command_id"]))


@router.get("/fiscal-years/{year}/acts/{command_id}")
async def act_outcome(
    session: Session, _: Reader, year: Year, command_id: Annotated[UUID, Path()]
) -> ActOutcome:
    """What came of an act."""
    row = await session.get(YearCommandRow, command_id)
    if row is None or row.fiscal_year != year:
        raise Problem(404, "not-found", ja="見つかりません", en="Not found")
    return _outcome(row)


async def _settled(ctx: Context, command_id: UUID) -> JSONResponse:
    until = asyncio.get_running_loop().time() + WAIT_SECONDS
    while True:
        async with ctx.database.transaction() as session:
            row = await session.get_one(YearCommandRow, command_id)
        if row.status != "pending" or asyncio.get_running_loop().time() > until:
            break
        await asyncio.sleep(LOOK_SECONDS)
    if row.status == "refused":
        raise _refused(row.outcome)
    done = row.status == "applied"
    return JSONResponse(_outcome(row).model_dump(mode="json"), status_code=200 if done else 202)


REFUSALS = {
    "act-not-allowed": ("いまの段階ではできません", "This cannot be done in the present state"),
    "approver-is-author": (
        "提案した人は承認できません。別の人が承認してください",
        "Who proposed the figures cannot approve them",
    ),
    "fiscal-year-kept": ("この年度は保存済みです", "The figures of this year are kept as they are"),
}


def _refused(outcome: dict[str, Any]) -> Problem:
    code = str(outcome.get("code"))
    ja, en = REFUSALS.get(code, ("処理できませんでした", "The act could not be carried out"))
    return Problem(409, code, ja=ja, en=en, **outcome.get("details", {}))


def _outcome(row: YearCommandRow) -> ActOutcome:
    return ActOutcome(
        command_id=row.command_id,
        status=row.status,
        state=row.outcome.get("state"),
        code=row.outcome.get("code"),
    )


async def _known(session: AsyncSession, year: int) -> FiscalYear:
    row = await session.get(FiscalYear, year)
    if row is None:
        raise Problem(
            404,
            "fiscal-year-unknown",
            ja="この年度の集計はまだ始まっていません",
            en="Nothing is counted for this fiscal year yet",
            field="year",
        )
    return row


async def _view(session: AsyncSession, row: FiscalYear) -> YearView:
    known = FISCAL_YEAR.get(row.state)
    standing = await versions.standing(session, row.fiscal_year)
    return YearView(
        fiscal_year=row.fiscal_year,
        label=fiscal_year_label(row.fiscal_year),
        state=row.state,
        state_label=known.label if known else "開始前",
        since=row.since,
        task=known.task if known else None,
        waits_until=row.waits_until,
        standing=standing.number if standing else None,
    )


async def _version(session: AsyncSession, ctx: Context, one: FrozenVersion) -> VersionView:
    return VersionView(
        **one.model_dump(include=set(VersionView.model_fields) - {"changes"}),
        label=stage(one.kind, one.number, one.month),
        note=await years.note_of(session, ctx.vault, one.fiscal_year, one.command_id),
        changes=[FigureChange.model_validate(change) for change in one.changes],
    )
