"""What is counted, and whether the figures stand up to a recount from the ledger."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel

from chassis.context import Session
from services.indicators import verify
from services.indicators.api.asking import PREFIX, Keeper, MeasureSet, Reader
from services.indicators.events import MEASURES
from services.indicators.measures import Measure, Question

router = APIRouter(prefix=PREFIX, tags=["indicators"])


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


@router.get("/measures")
async def measure_list(
    _: Reader,
    set: Annotated[MeasureSet | Literal["all"], Query()] = "all",
) -> MeasureList:
    """What is counted, and the questions that the ward's sources leave open."""
    return MeasureList(
        measures=[m for m in MEASURES.all if set in ("all", m.set)],
        questions=list(MEASURES.questions),
    )


@router.get("/verification")
async def verification(
    session: Session, _: Keeper, fiscal_year: Annotated[int, Query(ge=2019, le=2100)]
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
