"""Persons, households and duplicate candidates: for people who work with them, every look kept."""

from typing import Annotated
from uuid import UUID

from fastapi import Query
from pydantic import TypeAdapter, ValidationError
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.audit import audit
from chassis.auth import Caller, Principal
from chassis.context import Ctx, Session
from services.intake.api.answers import (
    CandidateList,
    CandidateView,
    HouseholdView,
    NameList,
    PairView,
    PersonView,
)
from services.intake.api.door import routes
from services.intake.api.intakes import unknown_intake
from services.intake.api.views import household_view, name_view, person_view, reader
from services.intake.faults import Fault, refuse, refuse_all
from services.intake.models import Person
from services.intake.sealing import Safe
from services.intake.store.intakes import find_intake
from services.intake.store.lookalikes import candidates_of
from services.intake.store.persons import find_persons

router = routes("人と世帯 / persons")

MOST_NAMES = 100
_IDS = TypeAdapter(list[UUID])

Ids = Annotated[
    list[str],
    Query(description="コンマ区切り / Comma separated", max_length=MOST_NAMES),
]


@router.get("/persons", summary="氏名の一覧 / Names for a screen")
async def list_names(ids: Ids, caller: Caller, ctx: Ctx, session: Session) -> NameList:
    """画面に表示する氏名。知られていないIDは省かれます / Unknown ids are left out."""
    await reader(ctx, caller, "person.name", "several")
    try:
        wanted = _IDS.validate_python([part for cell in ids for part in cell.split(",") if part])
    except ValidationError:
        raise refuse_all([Fault("ids", "invalid")]) from None
    if len(wanted) > MOST_NAMES:
        raise refuse_all([Fault("ids", "invalid")])
    safe = Safe.of(ctx)
    items = []
    for person in await find_persons(session, wanted):
        await _seen(session, caller, "person.name", person)
        items.append(await name_view(session, safe, person))
    return NameList(items=items)


@router.get("/persons/{person_id}", summary="人の参照 / Read a person")
async def read_person(person_id: UUID, caller: Caller, ctx: Ctx, session: Session) -> PersonView:
    """住所・連絡先を含みます。参照は記録されます / With address and contact; the look is kept."""
    await reader(ctx, caller, "person.read", str(person_id))
    found = await find_persons(session, [person_id])
    if not found:
        raise refuse(404, "person-unknown")
    await _seen(session, caller, "person.read", found[0])
    return await person_view(session, Safe.of(ctx), found[0])


@router.get("/households/{household_id}", summary="世帯の参照 / Read a household")
async def read_household(
    household_id: UUID, caller: Caller, ctx: Ctx, session: Session
) -> HouseholdView:
    """世帯と世帯員 / A household and its members, in the order in which they were named."""
    await reader(ctx, caller, "household.read", str(household_id))
    return await household_view(session, Safe.of(ctx), caller, household_id)


@router.get("/duplicate-candidates", summary="重複の候補 / Intakes that may be of the same person")
async def list_candidates(
    intake_id: UUID, caller: Caller, ctx: Ctx, session: Session
) -> CandidateList:
    """候補と理由。統合は人が判断します / With reasons; whether they are the same, people judge."""
    await reader(ctx, caller, "candidates.read", str(intake_id))
    if await find_intake(session, intake_id) is None:
        raise unknown_intake()
    views: dict[UUID, CandidateView] = {}
    for candidate, other in await candidates_of(session, intake_id):
        pair = (candidate.person_id, candidate.other_person_id)
        mine, theirs = pair if candidate.intake_id == intake_id else pair[::-1]
        view = views.setdefault(
            other.intake_id,
            CandidateView(
                intake_id=other.intake_id,
                receipt_number=other.receipt_number,
                channel=other.channel,
                received_on=other.received_on,
                status=other.status,
                reasons=[],
                pairs=[],
            ),
        )
        view.reasons += [reason for reason in candidate.reasons if reason not in view.reasons]
        view.pairs.append(
            PairView(person_id=mine, other_person_id=theirs, reasons=candidate.reasons)
        )
    await audit(session, caller, "candidates.read", "intake", str(intake_id))
    return CandidateList(items=list(views.values()))


async def _seen(session: AsyncSession, caller: Principal, action: str, person: Person) -> None:
    await audit(session, caller, action, "person", str(person.person_id))
