"""Requests to agencies as the case page shows them, with who hears how they end."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from contracts.cases import Kind
from services.coordination import labels, views
from services.coordination.models import Referral, ReferralReport, Referrer
from services.coordination.reading.part import States, rows

ACTS = {
    "declined": "decline_referral",
    "returned": "return_referral",
    "failed": "finish_referral",
    "done": "finish_referral",
}
"""The act whose reason stands with a result."""


async def referral_views(
    session: AsyncSession, case_id: UUID, states: States
) -> tuple[views.ReferralView, ...]:
    found = await rows(
        session,
        select(Referral)
        .where(col(Referral.case_id) == case_id)
        .order_by(col(Referral.asked_at), col(Referral.referral_id)),
    )
    ids = [row.referral_id for row in found]
    waiting = await rows(session, select(Referrer).where(col(Referrer.referral_id).in_(ids)))
    reports = await rows(
        session,
        select(ReferralReport)
        .where(col(ReferralReport.referral_id).in_(ids))
        .order_by(col(ReferralReport.on)),
    )
    return tuple(
        _referral(
            row,
            states,
            [one for one in waiting if one.referral_id == row.referral_id],
            [one for one in reports if one.referral_id == row.referral_id],
        )
        for row in found
    )


def _referral(
    row: Referral, states: States, waiting: list[Referrer], reports: list[ReferralReport]
) -> views.ReferralView:
    act = ACTS.get(row.result or "declined", "decline_referral")
    return views.ReferralView(
        **row.model_dump(
            include={
                "referral_id",
                "agency",
                "sole",
                "asked_at",
                "answered_at",
                "finished_at",
                "reason",
                "result",
                "due_on",
                "began_at",
            }
        ),
        **states.of(Kind.REFERRAL, row.referral_id),
        agency_name=labels.agency(row.agency, row.finished_at or row.asked_at),
        result_label=labels.value("result", row.result, act) if row.result else None,
        reason_label=labels.value("reason", row.reason, act) if row.reason else None,
        reports=tuple(report.on for report in reports),
        referrers=tuple(
            views.ReferrerView(
                agency=one.agency,
                agency_name=labels.agency(one.agency),
                told=one.told,
                told_at=one.told_at,
            )
            for one in waiting
        ),
    )
