"""What is counted, and whether the figures stand up to a recount from the ledger."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel

from chassis.context import Session
from services.indicators import digests, verify
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


class DifferentMember(BaseModel):
    """A group, person or place of a distinct count that a recount does not confirm."""

    measure_id: str
    version: int
    fiscal_year: int
    month: int
    basic_area: str
    member: str
    kept: int
    """How many entries name it, as kept beside the figure."""
    recounted: int
    kept_sub: int
    recounted_sub: int


class AlteredFigure(BaseModel):
    """A frozen figure that is not any more what was frozen."""

    version: int
    measure_id: str | None
    """None: something of the version was altered, and it is too old to say what."""
    basic_area: str | None
    """Empty: the whole ward."""


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
    members: int
    """How many members of distinct counts were compared."""
    member_differences: list[DifferentMember]
    frozen_versions: int
    """How many frozen versions were hashed again."""
    altered_figures: list[AlteredFigure]
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
    """Recount a fiscal year from the ledger, and hash its frozen versions anew."""
    cells, different = await verify.differences(session, MEASURES, fiscal_year)
    members, misnamed = await verify.member_differences(session, MEASURES, fiscal_year)
    frozen, altered = await digests.altered(session, fiscal_year)
    days = await verify.days(session, fiscal_year)
    return Verification(
        fiscal_year=fiscal_year,
        equal=not (different or misnamed or altered),
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
        members=members,
        member_differences=[_member(d) for d in misnamed],
        frozen_versions=frozen,
        altered_figures=[
            AlteredFigure(version=one.number, measure_id=measure_id, basic_area=area)
            for one in altered
            for measure_id, area in one.figures or ((None, None),)
        ],
        days=[LedgerDay(on=d.on.isoformat(), entries=d.entries, hash=d.hash) for d in days],
    )


def _member(different: verify.MemberDifference) -> DifferentMember:
    cell = different.member.cell
    return DifferentMember(
        measure_id=cell.measure_id,
        version=cell.measure_version,
        fiscal_year=cell.fiscal_year,
        month=cell.month,
        basic_area=cell.basic_area,
        member=different.member.key,
        kept=different.kept,
        recounted=different.recounted,
        kept_sub=different.kept_sub,
        recounted_sub=different.recounted_sub,
    )
