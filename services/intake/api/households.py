"""Households: members, relations, hidden carers, the chronology. For people; every look is kept."""

from uuid import UUID

from fastapi import Depends
from fastapi.responses import JSONResponse
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.audit import audit
from chassis.auth import Caller, Principal
from chassis.context import Ctx, Session
from chassis.writing import Write
from contracts import catalogue
from contracts.calendar import today
from services.intake import vocabulary
from services.intake.access import WARD
from services.intake.api.answers import HouseholdView
from services.intake.api.door import body_without_my_number, routes
from services.intake.api.family_answers import ChronologyView, Done, EntryView, KinshipView
from services.intake.api.views import household_view, reader
from services.intake.consultation import birth_fault
from services.intake.family_submissions import NewEntry, NewKinship, PromptJudged
from services.intake.faults import Fault, refuse, refuse_all
from services.intake.household_models import ChronologyEntry
from services.intake.sealing import HOUSEHOLD, Safe
from services.intake.store import chronology as entries
from services.intake.store import households as store
from services.intake.store.intakes import find_intake
from services.intake.submissions import PersonFields

router = routes("人と世帯 / persons")
CLEAN = [Depends(body_without_my_number)]


@router.get("/intakes/{intake_id}/household", summary="受付の世帯 / The household of an intake")
async def household_of_intake(
    intake_id: UUID, caller: Caller, ctx: Ctx, session: Session
) -> HouseholdView:
    """世帯員、関係、注意・措置、気づき / Members, relations, flags, and whom to look at."""
    await reader(ctx, caller, "household.read", str(intake_id))
    intake = await find_intake(session, intake_id)
    if intake is None or intake.household_id is None:
        raise refuse(404, "household-unknown")
    return await household_view(session, Safe.of(ctx), caller, intake.household_id)


@router.get("/household-words", summary="世帯の語彙 / Words of households")
async def household_words(caller: Caller) -> dict[str, dict[str, str]]:
    """選択肢の符号と日本語。Codes that are chosen from, with their Japanese words."""
    return {
        "relations": vocabulary.RELATIONS,
        "sexes": vocabulary.SEXES,
        "kinships": vocabulary.KINSHIPS,
        "flags": vocabulary.FLAGS,
        "flag_ends": vocabulary.FLAG_ENDS,
        "address_needs": vocabulary.ADDRESS_NEEDS,
        "prompts": vocabulary.PROMPTS,
        "exact": vocabulary.EXACT,
        "life_events": vocabulary.EVENTS_OF_LIFE,
        "grounds": vocabulary.GROUNDS,
    }


@router.post(
    "/households/{household_id}/members",
    status_code=201,
    response_model=Done,
    summary="世帯員の追加 / Add a member",
    dependencies=CLEAN,
)
async def add_member(
    household_id: UUID,
    sent: PersonFields,
    write: Write,
) -> JSONResponse:
    """後から分かった世帯の人を登録します。ケースの対象者にするかどうかは、ケースで決めます。

    Whether the case is also about them is decided there (`add_person`).
    """
    await reader(write.ctx, write.caller, "household.add", str(household_id))

    async def add() -> Done:
        if fault := birth_fault("birth_date", sent.birth_date, today()):
            raise refuse_all([fault])
        household, _ = await store.household_of(write.session, household_id)
        made = await store.add_member(write.session, Safe.of(write.ctx), household, sent)
        await write.done("household.add", made.person_id, of="person")
        return Done(id=made.person_id)

    return await write.once(add, status=201)


@router.post(
    "/households/{household_id}/kinships",
    status_code=201,
    response_model=KinshipView,
    summary="関係の登録 / Relate two members",
    dependencies=CLEAN,
)
async def relate(
    household_id: UUID,
    sent: NewKinship,
    write: Write,
) -> JSONResponse:
    """「この人は、この人の…」/ What one is to the other, or does for them (`cares-for`)."""
    await reader(write.ctx, write.caller, "household.relate", str(household_id))

    async def make() -> KinshipView:
        household, _ = await store.household_of(write.session, household_id)
        made = await store.relate(write.session, write.caller, household, sent)
        await write.done("household.relate", household_id)
        return KinshipView(
            **made.model_dump(include={"kinship_id", "person_id", "other_person_id", "kind"}),
            label=vocabulary.KINSHIPS[made.kind],
        )

    return await write.once(make, status=201)


@router.post("/kinships/{kinship_id}/end", response_model=Done, summary="関係の終了 / End one")
async def end_kinship(
    kinship_id: UUID,
    write: Write,
) -> JSONResponse:
    await reader(write.ctx, write.caller, "household.relate", str(kinship_id))

    async def end() -> Done:
        ended = await store.end_kinship(write.session, write.caller, kinship_id)
        await write.done("household.relate", ended.household_id)
        return Done(id=kinship_id)

    return await write.once(end)


@router.post(
    "/households/{household_id}/prompts/judged",
    response_model=Done,
    summary="気づきの取下げ / Set a prompt aside",
    dependencies=CLEAN,
)
async def judge_prompt(
    household_id: UUID,
    sent: PromptJudged,
    write: Write,
) -> JSONResponse:
    """理由とともに残り、理由が変わったときはまた表示されます / It returns with a new reason."""
    await reader(write.ctx, write.caller, "prompt.judge", str(household_id), WARD)

    async def judge() -> Done:
        household, persons = await store.household_of(write.session, household_id)
        safe = Safe.of(write.ctx)
        standing = await store.open_prompts(write.session, safe, household, persons, today())
        await store.judge_prompt(write.session, safe, write.caller, household, sent, standing)
        await write.done("prompt.judge", sent.person_id, of="person", prompt=sent.kind)
        return Done(id=sent.person_id)

    return await write.once(judge)


# --- 家族年表 ---------------------------------------------------------------------------------


@router.get("/households/{household_id}/chronology", summary="家族年表 / Family chronology")
async def chronology(
    household_id: UUID, caller: Caller, ctx: Ctx, session: Session
) -> ChronologyView:
    """区の職員は全機関の記載を、機関の職員は自分の機関の記載を見ます。

    An agency's staff read what their own agency contributed: another's is a disclosure.
    """
    await reader(ctx, caller, "chronology.read", str(household_id))
    await store.household_of(session, household_id)
    own = None if caller.has(*WARD) else caller.agency or ""
    safe = Safe.of(ctx)
    items = [
        await _entry_view(session, safe, entry)
        for entry in await entries.chronology_of(session, household_id, own)
    ]
    await audit(
        session, caller, "chronology.read", "household", str(household_id), shown=len(items)
    )
    return ChronologyView(household_id=household_id, items=items)


@router.post(
    "/households/{household_id}/chronology",
    status_code=201,
    response_model=Done,
    summary="年表への記載 / Contribute to the chronology",
    dependencies=CLEAN,
)
async def contribute(
    household_id: UUID,
    sent: NewEntry,
    write: Write,
) -> JSONResponse:
    """どの機関が、どの根拠で提供したかとともに残ります / Kept with its agency and legal basis."""
    await reader(write.ctx, write.caller, "chronology.add", str(household_id))

    async def add() -> Done:
        if sent.on_date > today():
            raise refuse_all([Fault("on_date", "date-in-future")])
        household, _ = await store.household_of(write.session, household_id)
        agency = _agency(write.caller, sent.agency)
        entry = await entries.add_entry(
            write.session, Safe.of(write.ctx), write.caller, household, sent, agency
        )
        await write.done("chronology.add", household_id, of="household", agency=agency)
        return Done(id=entry.entry_id)

    return await write.once(add, status=201)


@router.post(
    "/chronology/{entry_id}/withdrawal", response_model=Done, summary="記載の取下げ / Withdraw one"
)
async def withdraw(
    entry_id: UUID,
    write: Write,
) -> JSONResponse:
    await reader(write.ctx, write.caller, "chronology.withdraw", str(entry_id))

    async def take_back() -> Done:
        entry = await entries.entry_of(write.session, entry_id)
        if entry.agency != write.caller.agency and not write.caller.has(*WARD):
            raise refuse(403, "entry-not-yours")
        entries.withdraw_entry(write.caller, entry)
        await write.done("chronology.withdraw", entry.household_id, of="household")
        return Done(id=entry_id)

    return await write.once(take_back)


def _agency(caller: Principal, named: str | None) -> str:
    """Who contributes: an agency's staff for their own, the ward's for any (on paper)."""
    agency = named or caller.agency
    if agency not in catalogue.agencies(today()):
        raise refuse_all([Fault("agency", "agency-unknown")])
    if agency != caller.agency and not caller.has(*WARD):
        raise refuse(403, "entry-not-yours", "agency")
    return agency


async def _entry_view(session: AsyncSession, safe: Safe, entry: ChronologyEntry) -> EntryView:
    return EntryView(
        **entry.model_dump(exclude={"sealed"}),
        kind_label=vocabulary.EVENTS_OF_LIFE[entry.kind],
        legal_basis_label=vocabulary.GROUNDS[entry.legal_basis],
        text=await safe.vault.open(session, HOUSEHOLD, entry.household_id, entry.sealed),
    )
