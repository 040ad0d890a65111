"""What coordination hears on the bus: intakes to open cases for, news of placements,
and where the figures of fiscal years are.

A fact about a case that was never opened here is parked, to be put back once the opening one is.
"""

from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from chassis.bus import Events
from chassis.telemetry import mark_case
from contracts.cases import DEVELOPMENT_ANSWERED, PLACE_OFFERED, Kind, workflow_id
from contracts.events.household import HouseholdMemberAdded, PersonFlagEnded, PersonFlagged
from contracts.events.indicators import FiscalYearMoved
from contracts.events.intake import IntakeAccepted, IntakeCorrected, IntakeWithdrawn
from contracts.events.participation import (
    CommunityIssueAnswered,
    DevelopmentAnswered,
    PlacementEvent,
    PlacementSettled,
    PlaceOffered,
    ResourceLinked,
)
from contracts.life import MeetingState, PlacementState
from services.coordination.models import CaseFile, CommunityAnswer, CommunityIssue, Strand
from services.coordination.store.cases import (
    add_entry,
    correct_case,
    lock_case,
    lock_case_of_intake,
    open_case,
)
from services.coordination.store.commands import (
    store_look_again,
    store_placement_news,
    store_start,
    store_withdrawal,
)
from services.coordination.store.fiscal_years import keep_stage
from services.coordination.store.households import end_flag, keep_flag, know_member
from services.coordination.store.reminders import PROTECTION, remind, settle

events = Events("coordination")


@events.on(IntakeAccepted)
async def begin_case(session: AsyncSession, intake: IntakeAccepted) -> None:
    """One case for one intake, and the command to start its workflow."""
    case = await open_case(session, intake)
    if case is not None:
        mark_case(case_id=case.case_id, receipt=case.receipt_number)
        await store_start(session, case)


@events.on(IntakeCorrected)
async def correct(session: AsyncSession, told: IntakeCorrected) -> None:
    case = _known(await lock_case_of_intake(session, told.intake_id))
    correct_case(session, case, told)
    if told.birth_dates_of:
        await store_look_again(session, case)


@events.on(IntakeWithdrawn)
async def withdraw(session: AsyncSession, told: IntakeWithdrawn) -> None:
    """What that means for the case is the workflow's to decide."""
    case = _known(await lock_case_of_intake(session, told.intake_id))
    add_entry(
        session,
        case,
        cause="intake-withdrawn",
        state=case.state,
        at=datetime.now(UTC),
        result=told.reason,
    )
    await store_withdrawal(session, case)


@events.on(HouseholdMemberAdded)
async def member(session: AsyncSession, told: HouseholdMemberAdded) -> None:
    """Somebody may become a subject of the case; that is for people to say."""
    case = _known(await lock_case_of_intake(session, told.intake_id))
    await know_member(session, case, told)
    add_entry(session, case, cause="member-added", state=case.state, at=told.occurred_at)


@events.on(PersonFlagged)
async def flag(session: AsyncSession, told: PersonFlagged) -> None:
    case = _known(await lock_case_of_intake(session, told.intake_id))
    await keep_flag(session, case, told)
    if told.renewable_from is not None:
        await settle(session, PROTECTION, [told.flag_id], told.occurred_at)
        await remind(
            session,
            case,
            PROTECTION,
            told.flag_id,
            back_on=told.renewable_from,
            due_on=told.expires_on,
            at=told.occurred_at,
        )
    add_entry(
        session, case, cause="flagged", state=case.state, at=told.occurred_at, result=told.kind
    )


@events.on(PersonFlagEnded)
async def flag_ended(session: AsyncSession, told: PersonFlagEnded) -> None:
    case = _known(await lock_case_of_intake(session, told.intake_id))
    await end_flag(session, told)
    await settle(session, PROTECTION, [told.flag_id], told.occurred_at)
    add_entry(
        session, case, cause="flag-ended", state=case.state, at=told.occurred_at, result=told.kind
    )


@events.on(ResourceLinked)
async def show_link(session: AsyncSession, told: ResourceLinked) -> None:
    await _show(session, told, "resource-linked", PlacementState.SETTLING)


@events.on(PlacementSettled)
async def show_settling(session: AsyncSession, told: PlacementSettled) -> None:
    await _show(session, told, "placement-settled", PlacementState.SETTLED)


@events.on(CommunityIssueAnswered)
async def close_loop(session: AsyncSession, told: CommunityIssueAnswered) -> None:
    """What became of a trouble that a meeting here saw. Issues that others raised are not ours."""
    issue = await session.get(CommunityIssue, told.community_issue_id)
    if issue is None:
        return
    case = _known(await lock_case(session, issue.case_id))
    session.add(
        CommunityAnswer(
            answer_id=told.event_id,
            community_issue_id=issue.community_issue_id,
            **told.model_dump(include={"answer", "resource_id", "activity_id", "on"}),
        )
    )
    state = await session.scalar(
        select(col(Strand.state)).where(
            col(Strand.workflow_id) == workflow_id(Kind.MEETING, issue.meeting_id)
        )
    )
    add_entry(
        session,
        case,
        cause="community-issue-answered",
        state=state or MeetingState.DONE,
        at=told.occurred_at,
        kind=Kind.MEETING,
        entity_id=issue.meeting_id,
        result=told.answer,
    )


@events.on(FiscalYearMoved)
async def year_moved(session: AsyncSession, told: FiscalYearMoved) -> None:
    """Somebody may have to propose, approve or publish the year's figures."""
    await keep_stage(session, told)


@events.on(PlaceOffered)
async def offer_place(session: AsyncSession, told: PlaceOffered) -> None:
    """The placement that waits for the place hears of it."""
    case = _known(await lock_case(session, told.case_id))
    await store_placement_news(session, case, told.placement_id, PLACE_OFFERED)


@events.on(DevelopmentAnswered)
async def answer_development(session: AsyncSession, told: DevelopmentAnswered) -> None:
    """The placement for which a place was to be made hears what became of that."""
    case = _known(await lock_case(session, told.case_id))
    await store_placement_news(session, case, told.placement_id, DEVELOPMENT_ANSWERED)


async def _show(session: AsyncSession, told: PlacementEvent, cause: str, state: str) -> None:
    case = _known(await lock_case(session, told.case_id))
    add_entry(
        session,
        case,
        cause=cause,
        state=state,
        at=told.occurred_at,
        kind=Kind.PLACEMENT,
        entity_id=told.placement_id,
    )


def _known(case: CaseFile | None) -> CaseFile:
    if case is None:
        raise LookupError("no such case")
    mark_case(case_id=case.case_id, receipt=case.receipt_number)
    return case
