"""Requests to make a place (資源開発依頼): counted, answered, closed."""

from datetime import date
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from chassis.outbox import emit
from contracts.events.participation import DevelopmentAnswered
from services.participation.models import DevelopmentRequest, Resource
from services.participation.resource import LISTED
from services.participation.store.capacity import ResourceUnknownError


async def lock_request(session: AsyncSession, request_id: UUID) -> DevelopmentRequest | None:
    rows = select(DevelopmentRequest).where(col(DevelopmentRequest.request_id) == request_id)
    return (await session.execute(rows.with_for_update())).scalar_one_or_none()


async def answer_request(
    session: AsyncSession,
    request: DevelopmentRequest,
    resource_id: UUID | None,
    reason: str | None,
    by: str,
    on: date,
) -> None:
    """Close an open request: met by a listed place, or dropped for a reason. The wish is told.

    Raises ResourceUnknownError.
    """
    if resource_id is not None:
        status = await session.scalar(
            select(col(Resource.status)).where(col(Resource.resource_id) == resource_id)
        )
        if status not in LISTED:
            raise ResourceUnknownError
    request.status = "met" if resource_id else "dropped"
    request.closed_on, request.closed_by = on, by
    request.resource_id, request.reason = resource_id, reason
    await session.flush()
    await emit(
        session,
        DevelopmentAnswered(
            case_id=request.case_id,
            placement_id=request.placement_id,
            request_id=request.request_id,
            resource_id=resource_id,
            on=on,
            basic_area=request.basic_area,
        ),
    )


async def count_requests(session: AsyncSession) -> dict[str, int]:
    """How many requests there are, by what became of them."""
    rows = select(col(DevelopmentRequest.status), func.count()).group_by(
        col(DevelopmentRequest.status)
    )
    counted = {status: int(count) for status, count in (await session.execute(rows)).all()}
    return {"open": 0, "met": 0, "dropped": 0} | counted
