"""What goes on beside a case's main course: handovers, errands, transfers, a suspension."""

from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from contracts import ages
from contracts.cases import Kind
from contracts.life import ERRANDS
from services.coordination import labels, views
from services.coordination.models import (
    Errand,
    Handover,
    HandoverPaper,
    Suspension,
    SuspensionReview,
    Transfer,
)
from services.coordination.reading.names import Names
from services.coordination.reading.part import States, rows


async def beside_parts(session: AsyncSession, case_id: UUID, states: States) -> dict[str, Any]:
    """The fields of `views.CaseView` by their names."""
    return {
        "handovers": await _handovers(session, case_id, states),
        "errands": await _errands(session, case_id, states),
        "transfers": await _transfers(session, case_id, states),
        "suspension": await _suspension(session, case_id),
    }


async def _handovers(
    session: AsyncSession, case_id: UUID, states: States
) -> tuple[views.HandoverView, ...]:
    found = await rows(
        session,
        select(Handover)
        .where(col(Handover.case_id) == case_id)
        .order_by(col(Handover.began_at), col(Handover.handover_id)),
    )
    ids = [row.handover_id for row in found]
    papers = await rows(
        session, select(HandoverPaper).where(col(HandoverPaper.handover_id).in_(ids))
    )
    return tuple(
        views.HandoverView(
            **row.model_dump(exclude={"case_id", "packed_at", "began_at"}),
            **states.of(Kind.HANDOVER, row.handover_id),
            giving_name=labels.agency(row.giving) if row.giving else None,
            receiving_name=labels.agency(row.receiving) if row.receiving else None,
            papers=_papers([one for one in papers if one.handover_id == row.handover_id]),
        )
        for row in found
    )


def _papers(handed: list[HandoverPaper]) -> tuple[views.PaperView, ...]:
    """The checklist of the package: what has gone along, and what has not."""
    there = {paper.item: paper for paper in handed}
    return tuple(
        views.PaperView(
            item=code,
            label=item.label,
            required=item.required,
            legal_basis=there[code].legal_basis if code in there else None,
            at=there[code].at if code in there else None,
        )
        for code, item in ages.handover_items().items()
    )


async def _errands(
    session: AsyncSession, case_id: UUID, states: States
) -> tuple[views.ErrandView, ...]:
    found = await rows(
        session,
        select(Errand)
        .where(col(Errand.case_id) == case_id)
        .order_by(col(Errand.began_at), col(Errand.errand_id)),
    )
    return tuple(
        views.ErrandView(
            **row.model_dump(
                include={"errand_id", "topic", "agency", "person_id", "due_on", "result"}
            ),
            **states.of(Kind.ERRAND, row.errand_id),
            asks=ERRANDS.get(row.topic, row.topic),
            agency_name=labels.agency(row.agency) if row.agency else None,
        )
        for row in found
    )


async def _transfers(
    session: AsyncSession, case_id: UUID, states: States
) -> tuple[views.TransferView, ...]:
    found = await rows(
        session,
        select(Transfer)
        .where(col(Transfer.case_id) == case_id)
        .order_by(col(Transfer.proposed_at)),
    )
    names = await Names.of(session, [row.proposed_by for row in found])
    return tuple(
        views.TransferView(
            **row.model_dump(
                include={"transfer_id", "reason", "proposed_at", "decline_reason", "answered_at"}
            ),
            **states.of(Kind.TRANSFER, row.transfer_id),
            from_agency_name=labels.agency(row.from_agency, row.proposed_at),
            to_agency_name=labels.agency(row.to_agency, row.proposed_at),
            reason_label=labels.value("reason", row.reason, "propose_transfer"),
            proposed_by=names.staff(row.proposed_by),
        )
        for row in found
    )


async def _suspension(session: AsyncSession, case_id: UUID) -> views.SuspensionView | None:
    """The one that holds the case up now."""
    standing = await rows(
        session,
        select(Suspension).where(
            col(Suspension.case_id) == case_id, col(Suspension.ended_at).is_(None)
        ),
    )
    if not standing:
        return None
    [row] = standing
    seen = await rows(
        session,
        select(SuspensionReview)
        .where(col(SuspensionReview.suspension_id) == row.suspension_id)
        .order_by(col(SuspensionReview.at).desc())
        .limit(1),
    )
    return views.SuspensionView(
        reason=row.reason,
        began_at=row.began_at,
        resume_when=tuple(row.resume_when),
        resume_labels=tuple(labels.value("resume_when", code) for code in row.resume_when),
        review_on=row.review_on,
        condition_met=seen[0].condition_met if seen else None,
    )
