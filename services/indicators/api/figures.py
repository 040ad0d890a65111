"""The indicator tables over HTTP: as JSON, and as the files that an office keeps."""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Header, Query
from fastapi.responses import Response
from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.context import Session
from chassis.problems import Problem
from chassis.spreadsheet.media import as_file
from contracts.calendar import TOKYO, fiscal_year_label
from services.indicators import printed, versions
from services.indicators.api.asking import (
    PREFIX,
    Area,
    MeasureSet,
    Reader,
    Year,
    known_area,
    known_measure,
    unknown_indicator,
)
from services.indicators.comparison import ComparedFigure, areas_of, compared
from services.indicators.events import MEASURES
from services.indicators.figures import Figure, figures
from services.indicators.models import FrozenVersion
from services.indicators.notes import Note, notes_of

router = APIRouter(prefix=PREFIX, tags=["indicators"])

Form = Literal["json", "csv", "xlsx", "pdf"]
WhichVersion = Annotated[
    str,
    Query(
        pattern=r"^(current|open|[1-9]\d{0,4})$",
        description=(
            "`current`: what stands (確定・訂正), else the open figures; `open`: as counted now; "
            "or the number of a frozen version"
        ),
    ),
]


class Table(BaseModel):
    """The indicator table of a fiscal year."""

    fiscal_year: int
    label: str
    set: MeasureSet
    basic_area: str | None
    as_of: datetime
    """When the figures were counted: now, or when the version was frozen."""
    version: int | None
    """None: the open figures."""
    kind: str
    """open · monthly · provisional · final · restatement."""
    month: int | None
    """Of a monthly version: the month that was over."""
    notes: list[Note]
    indicators: list[Figure]


class Comparison(BaseModel):
    """A year's table beside the year before and its targets, with the areas."""

    table: Table
    last_label: str | None
    compared: list[ComparedFigure]


@router.get("/fiscal-years/{year}/indicators", response_model=Table)
async def indicator_table(
    session: Session,
    caller: Reader,
    year: Year,
    basic_area: Area = None,
    set: Annotated[MeasureSet, Query()] = "ward",
    version: WhichVersion = "current",
    format: Annotated[Form | None, Query()] = None,
    accept: Annotated[str, Header()] = "",
) -> Any:
    """Every indicator of a set, as JSON or as a file: CSV (also by Accept), Excel, PDF."""
    table = await table_of(session, year, set, known_area(basic_area), version)
    form = format or ("csv" if accept.startswith("text/csv") else "json")
    if form == "json":
        return table
    paper = printed.Paper(
        title=f"{table.label} {printed.TITLES[set]}",
        stage=printed.stage(table.kind, table.version, table.month),
        area=table.basic_area,
        as_of=table.as_of,
        printed_by=caller.name or caller.sub,
        printed_at=datetime.now(TOKYO),
        fiscal_year=year,
        figures=table.indicators,
        notes=table.notes,
        areas=await areas_of(session, table.indicators, year, table.version)
        if table.basic_area is None
        else {},
    )
    # A PDF takes a second or so: others are answered meanwhile.
    return await asyncio.to_thread(_file, paper, form, f"indicators-{set}-{year}")


@router.get("/fiscal-years/{year}/indicators/{indicator_id}")
async def indicator(
    session: Session,
    _: Reader,
    year: Year,
    indicator_id: str,
    basic_area: Area = None,
    version: WhichVersion = "current",
) -> Figure:
    """One indicator."""
    measure = known_measure(year, indicator_id)
    table = await table_of(session, year, measure.set, known_area(basic_area), version)
    found = next((figure for figure in table.indicators if figure.id == indicator_id), None)
    if found is None:
        raise unknown_indicator()
    return found


@router.get("/fiscal-years/{year}/comparison")
async def comparison(
    session: Session,
    _: Reader,
    year: Year,
    basic_area: Area = None,
    set: Annotated[MeasureSet, Query()] = "ward",
    version: WhichVersion = "current",
) -> Comparison:
    """The year's table beside what stands for last year, the targets, and the areas."""
    area = known_area(basic_area)
    table = await table_of(session, year, set, area, version)
    return Comparison(
        table=table,
        last_label=fiscal_year_label(year - 1) if year > 2019 else None,
        compared=await compared(
            session, MEASURES, year, table.indicators, set, area, table.version
        ),
    )


async def table_of(
    session: AsyncSession, year: int, set: MeasureSet, basic_area: str | None, version: str
) -> Table:
    """The table in one of its versions. Raises Problem 404 `version-unknown`."""
    now = datetime.now(TOKYO)
    chosen = [m for m in MEASURES.in_force(year).values() if m.set == set]
    frozen = await _version(session, year, version)
    rows: Sequence[Figure]
    if frozen is None:
        rows = await figures(session, chosen, year, basic_area, now.date())
        notes = notes_of(MEASURES, chosen, year)
    else:
        rows = await versions.frozen_figures(session, frozen, basic_area, set)
        shown = {row.id for row in rows}
        notes = [
            note
            for note in map(Note.model_validate, frozen.notes)
            if not shown.isdisjoint(note.measure_ids)
        ]
    return Table(
        fiscal_year=year,
        label=fiscal_year_label(year),
        set=set,
        basic_area=basic_area,
        as_of=frozen.frozen_at if frozen else now,
        version=frozen.number if frozen else None,
        kind=frozen.kind if frozen else "open",
        month=frozen.month if frozen else None,
        notes=notes,
        indicators=list(rows),
    )


async def _version(session: AsyncSession, year: int, asked: str) -> FrozenVersion | None:
    if asked == "open":
        return None
    if asked == "current":
        return await versions.standing(session, year)
    found = await session.get(FrozenVersion, (year, int(asked)))
    if found is None:
        raise Problem(
            404,
            "version-unknown",
            ja="その年度にこの版はありません",
            en="There is no such version of the figures of this fiscal year",
            field="version",
        )
    return found


def _file(paper: printed.Paper, form: Form, name: str) -> Response:
    made, media_type = printed.FORMS[form](paper)
    return as_file(made, f"{name}.{form}", media_type, title=f"{paper.title}.{form}")
