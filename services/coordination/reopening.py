"""Reopening a case whose workflow is over: what its next run begins with.

A closed case is followed up for some months; then its workflow ends, and the record alone is left.
The record knows everything that a new episode stands on: who the case is about, which consents are
still live, how many plans there have been, what goes on with other agencies. A plan that was
prepared in an earlier episode is history: another is written.
"""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from contracts.acts import PlanKind
from contracts.awaited import ConsentExpiry, Placed
from contracts.calendar import tokyo_date
from contracts.cases import Carried, CaseInput, CaseMemory, Kind, case_workflow_id
from contracts.life import REFERRAL_UNDER_WAY, CaseState
from contracts.policies import Policy, end_of
from services.coordination.models import (
    CaseFile,
    CommandRow,
    Consent,
    Placement,
    PlanVersion,
    RecordedStep,
    Strand,
)
from services.coordination.store.commands import case_input


async def begins_again(
    session: AsyncSession, case_id: UUID, command_id: UUID, policy: Policy
) -> CaseInput | None:
    """The input of a closed case's next run; None if the case is open, or the act is settled.

    To be asked for only once the last run is over: its steps are counted on from here.
    """
    case = await session.get(CaseFile, case_id)
    command = await session.get(CommandRow, command_id)
    pending = command is not None and command.status == "pending"
    if case is None or case.state != CaseState.CLOSED or not pending:
        return None
    steps = select(func.max(col(RecordedStep.number))).where(
        col(RecordedStep.workflow_id) == case_workflow_id(case_id)
    )
    begun = await case_input(session, case, policy)
    return begun.model_copy(
        update={
            "episode": case.episode,
            "reopening": True,
            "carried": Carried(
                state=CaseState.CLOSED, since=case.since, step=await session.scalar(steps) or 0
            ),
            "memory": CaseMemory(
                episode=case.episode,
                closure_reason=case.closure_reason,
                **await _consents(session, case_id, policy),
                **await _plans(session, case_id),
                **await _going_on(session, case_id),
            ),
        }
    )


async def _consents(session: AsyncSession, case_id: UUID, policy: Policy) -> dict[str, Any]:
    """Those that are still live hold, each until its date (process A4)."""
    now = datetime.now(UTC)
    found = await session.scalars(
        select(Consent)
        .where(
            col(Consent.case_id) == case_id,
            col(Consent.withdrawn_at).is_(None),
            col(Consent.replaced_at).is_(None),
            or_(col(Consent.expires_on).is_(None), col(Consent.expires_on) >= tokyo_date(now)),
        )
        .order_by(col(Consent.obtained_at))
    )
    live = found.all()
    return {
        **{
            kind: tuple(one.person_id for one in live if one.kind == kind)
            for kind in ("sharing", "support")
        },
        "expiries": tuple(
            ConsentExpiry.model_validate(
                {
                    "person_id": one.person_id,
                    "kind": one.kind,
                    "at": end_of(policy, one.expires_on, now),
                }
            )
            for one in live
            if one.expires_on is not None
        ),
    }


async def _plans(session: AsyncSession, case_id: UUID) -> dict[str, int]:
    """Version numbers run on through all episodes (decision 0018)."""
    latest = await session.execute(
        select(col(PlanVersion.kind), func.max(col(PlanVersion.version)))
        .where(col(PlanVersion.case_id) == case_id)
        .group_by(col(PlanVersion.kind))
    )
    numbers = {str(kind): int(version) for kind, version in latest}
    return {
        "plan_version": numbers.get(PlanKind.SUPPORT, 0),
        "outreach_plans": numbers.get(PlanKind.OUTREACH, 0),
    }


async def _going_on(session: AsyncSession, case_id: UUID) -> dict[str, Any]:
    """Places and requests that closing left with their agencies (process A9)."""
    placements = await session.scalars(
        select(Placement)
        .where(col(Placement.case_id) == case_id, col(Placement.ended_at).is_(None))
        .order_by(col(Placement.started_at))
    )
    referrals = await session.scalars(
        select(col(Strand.entity_id))
        .where(
            col(Strand.case_id) == case_id,
            col(Strand.kind) == Kind.REFERRAL,
            col(Strand.state).in_(tuple(REFERRAL_UNDER_WAY)),
        )
        .order_by(col(Strand.since))
    )
    return {
        "placements": tuple(
            Placed(placement_id=one.placement_id, person_id=one.person_id) for one in placements
        ),
        "referral_ids": tuple(referrals),
    }
