"""Cases: opened, corrected, found, locked."""

from datetime import UTC, date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from chassis.auth import Principal
from chassis.outbox import emit
from contracts import catalogue
from contracts.calendar import tokyo_date
from contracts.cases import Kind
from contracts.events.coordination import CaseOpened
from contracts.events.envelope import new_id
from contracts.events.intake import IntakeAccepted, IntakeCorrected
from contracts.life import CaseState
from services.coordination.models import CaseFile, CasePerson, Staff, TimelineEntry
from services.coordination.store.team import join_team

WHOLE_WARD = "fukushi-kanri"
"""福祉管理課: in charge where the 基本圏域 is not known."""


def coordinator_agency(basic_area: str | None, on: date) -> str:
    """The 地域福祉課 of a 基本圏域, whose 多機関連携調整担当 has the case."""
    for code, agency in catalogue.agencies(on).items():
        if basic_area is not None and agency.role == "ward" and agency.basic_area == basic_area:
            return code
    return WHOLE_WARD


async def lock_case(session: AsyncSession, case_id: UUID) -> CaseFile | None:
    """The case, locked until the transaction ends: its facts keep their order."""
    return (
        await session.scalars(
            select(CaseFile).where(col(CaseFile.case_id) == case_id).with_for_update()
        )
    ).one_or_none()


async def lock_case_of_intake(session: AsyncSession, intake_id: UUID) -> CaseFile | None:
    return (
        await session.scalars(
            select(CaseFile).where(col(CaseFile.intake_id) == intake_id).with_for_update()
        )
    ).one_or_none()


async def open_case(session: AsyncSession, intake: IntakeAccepted) -> CaseFile | None:
    """The case of an accepted intake; None if there is one already."""
    now = datetime.now(UTC)
    case = CaseFile(
        case_id=new_id(),
        intake_id=intake.intake_id,
        receipt_number=intake.receipt_number,
        channel=intake.channel,
        programme_no=intake.programme_no,
        basic_area=intake.basic_area,
        daily_area=intake.daily_area,
        received_on=intake.received_on,
        urgent=intake.urgent,
        opened_at=now,
        state=CaseState.RECEIVED,
        since=now,
        coordinator_agency=coordinator_agency(intake.basic_area, tokyo_date(now)),
    )
    opened = await session.scalar(
        insert(CaseFile)
        .values(case.model_dump())
        .on_conflict_do_nothing(index_elements=["intake_id"])
        .returning(col(CaseFile.case_id))
    )
    if opened is None:
        return None
    session.add_all(
        CasePerson(case_id=case.case_id, person_id=person)
        for person in dict.fromkeys(intake.person_ids)
    )
    if intake.channel in catalogue.agencies(tokyo_date(now)):
        # The window that took the consultation in is itself an agency of the team.
        await join_team(session, case.case_id, intake.channel, "intake", now)
    add_entry(session, case, cause="opened", state=CaseState.RECEIVED, at=now)
    await emit(
        session,
        CaseOpened(
            case_id=case.case_id,
            receipt_number=case.receipt_number,
            on=case.received_on,
            channel=case.channel,
            programme_no=case.programme_no,
            basic_area=case.basic_area,
            intake_id=case.intake_id,
        ),
    )
    return case


def add_entry(
    session: AsyncSession,
    case: CaseFile,
    *,
    cause: str,
    state: str,
    at: datetime,
    kind: Kind = Kind.CASE,
    entity_id: UUID | None = None,
    result: str | None = None,
) -> None:
    """A line of the timeline that no step of a workflow made."""
    session.add(
        TimelineEntry(
            entry_id=new_id(),
            case_id=case.case_id,
            at=at,
            kind=kind,
            entity_id=entity_id or case.case_id,
            cause=cause,
            state=state,
            result=result,
        )
    )


def correct_case(session: AsyncSession, case: CaseFile, told: IntakeCorrected) -> None:
    """Take over what the intake now says of itself. Whoever has the case keeps it."""
    case.received_on, case.urgent = told.received_on, told.urgent
    case.basic_area, case.daily_area = told.basic_area, told.daily_area
    add_entry(session, case, cause="intake-corrected", state=case.state, at=datetime.now(UTC))


async def remember_staff(session: AsyncSession, principal: Principal) -> None:
    """Keep how a person's token names them, so that lists can show who did what."""
    values = {
        "name": principal.name,
        "roles": " ".join(sorted(principal.roles)),
        "agency": principal.agency,
        "seen_at": datetime.now(UTC),
    }
    await session.execute(
        insert(Staff)
        .values(sub=principal.sub, **values)
        .on_conflict_do_update(index_elements=["sub"], set_=values)
    )
