"""The indicators over HTTP: the table of a fiscal year, the events behind a figure, the check."""

from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Header, Path, Query
from fastapi.responses import Response
from pydantic import BaseModel

from chassis.auth import requires
from chassis.context import Ctx, Session
from chassis.problems import Problem, validation_problem
from contracts.calendar import TOKYO, fiscal_year_label
from contracts.catalogue import areas
from contracts.life import Role
from services.indicators import verify
from services.indicators.events import MEASURES
from services.indicators.figures import Figure, figures
from services.indicators.lineage import Page, Place, events_behind
from services.indicators.measures import Measure, Question
from services.indicators.printed import MEDIA_TYPE, as_csv

STAFF = requires(*Role)
KEEPERS = requires(Role.STATISTICS, Role.OPERATOR)

router = APIRouter(prefix="/api/indicators/v1", tags=["indicators"])

Year = Annotated[int, Path(ge=2019, le=2100, description="年度: the year in which it begins")]
Area = Annotated[str | None, Query(description="基本圏域; left out: the whole ward")]
MeasureSet = Literal["ward", "national"]


class Table(BaseModel):
    """The indicator table of a fiscal year."""

    fiscal_year: int
    label: str
    set: MeasureSet
    basic_area: str | None
    as_of: datetime
    indicators: list[Figure]


class MeasureList(BaseModel):
    measures: list[Measure]
    questions: list[Question]


class DifferentCell(BaseModel):
    """A figure that a recount from the ledger does not confirm."""

    measure_id: str
    version: int
    fiscal_year: int
    month: int
    """0: the whole year."""
    basic_area: str
    """Empty: the whole ward."""
    tallied: int
    recounted: int
    tallied_sub: int
    recounted_sub: int


class LedgerDay(BaseModel):
    on: str
    entries: int
    hash: str
    """SHA-256 over the day's entries, in the order of their ids."""


class Verification(BaseModel):
    """What came of recounting a fiscal year from the ledger."""

    fiscal_year: int
    equal: bool
    entries: int
    measures: int
    cells: int
    differences: list[DifferentCell]
    days: list[LedgerDay]


@router.get("/fiscal-years/{year}/indicators", dependencies=[Depends(STAFF)], response_model=Table)
async def indicator_table(
    session: Session,
    year: Year,
    basic_area: Area = None,
    set: Annotated[MeasureSet, Query()] = "ward",
    format: Annotated[Literal["json", "csv"] | None, Query()] = None,
    accept: Annotated[str, Header()] = "",
) -> Any:
    """Every indicator of a set, as JSON or (`format=csv`, or Accept) as CSV for a spreadsheet."""
    now = datetime.now(TOKYO)
    chosen = [m for m in MEASURES.in_force(year).values() if m.set == set]
    rows = await figures(session, chosen, year, _known_area(basic_area), now.date())
    if format == "csv" or (format is None and accept.startswith("text/csv")):
        name = f"indicators-{set}-{year}.csv"
        disposition = {"Content-Disposition": f'attachment; filename="{name}"'}
        return Response(as_csv(year, rows), media_type=MEDIA_TYPE, headers=disposition)
    return Table(
        fiscal_year=year,
        label=fiscal_year_label(year),
        set=set,
        basic_area=basic_area,
        as_of=now,
        indicators=rows,
    )


@router.get("/fiscal-years/{year}/indicators/{indicator_id}", dependencies=[Depends(STAFF)])
async def indicator(
    session: Session, year: Year, indicator_id: str, basic_area: Area = None
) -> Figure:
    """One indicator."""
    today = datetime.now(TOKYO).date()
    measure = _measure(year, indicator_id)
    (figure,) = await figures(session, [measure], year, _known_area(basic_area), today)
    return figure


@router.get("/fiscal-years/{year}/indicators/{indicator_id}/events", dependencies=[Depends(STAFF)])
async def events_of_indicator(
    session: Session,
    ctx: Ctx,
    year: Year,
    indicator_id: str,
    month: Annotated[int | None, Query(ge=1, le=12)] = None,
    basic_area: Area = None,
    after: Annotated[str | None, Query(max_length=60)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> Page:
    """The events behind a figure, oldest first."""
    measure = _measure(year, indicator_id)
    try:
        place = Place.parse(after) if after else None
    except ValueError:
        raise validation_problem([{"type": "value_error", "loc": ("query", "after")}]) from None
    return await events_behind(
        session,
        measure,
        year,
        month=month,
        basic_area=_known_area(basic_area),
        after=place,
        limit=limit,
        traces_url=ctx.settings.traces_url,
    )


@router.get("/measures", dependencies=[Depends(STAFF)])
async def measure_list(
    set: Annotated[MeasureSet | Literal["all"], Query()] = "all",
) -> MeasureList:
    """What is counted, and the questions that the ward's sources leave open."""
    return MeasureList(
        measures=[m for m in MEASURES.all if set in ("all", m.set)],
        questions=list(MEASURES.questions),
    )


@router.get("/verification", dependencies=[Depends(KEEPERS)])
async def verification(
    session: Session, fiscal_year: Annotated[int, Query(ge=2019, le=2100)]
) -> Verification:
    """Recount a fiscal year from the ledger and compare it with the figures."""
    cells, different = await verify.differences(session, MEASURES, fiscal_year)
    days = await verify.days(session, fiscal_year)
    return Verification(
        fiscal_year=fiscal_year,
        equal=not different,
        entries=sum(day.entries for day in days),
        measures=len(MEASURES.in_force(fiscal_year)),
        cells=cells,
        differences=[
            DifferentCell(
                measure_id=d.cell.measure_id,
                version=d.cell.measure_version,
                fiscal_year=d.cell.fiscal_year,
                month=d.cell.month,
                basic_area=d.cell.basic_area,
                tallied=d.tallied,
                recounted=d.recounted,
                tallied_sub=d.tallied_sub,
                recounted_sub=d.recounted_sub,
            )
            for d in different
        ],
        days=[LedgerDay(on=d.on.isoformat(), entries=d.entries, hash=d.hash) for d in days],
    )


def _measure(year: int, indicator_id: str) -> Measure:
    found = MEASURES.in_force(year).get(indicator_id)
    if found is None:
        raise Problem(
            404,
            "indicator-unknown",
            ja="その年度にこの指標はありません",
            en="There is no such indicator in this fiscal year",
            field="indicator_id",
        )
    return found


def _known_area(basic_area: str | None) -> str | None:
    if basic_area is None or any(area.basic_area == basic_area for area in areas()):
        return basic_area
    raise validation_problem([{"type": "literal_error", "loc": ("query", "basic_area")}])
