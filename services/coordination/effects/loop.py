"""Closing the loop of a referral: whoever asked hears how it ended, if consent allows (peers B4).

The telling is itself a disclosure. Without the consent of everybody it is about it is withheld, and
that too is kept: the one who asked sees that it ended, and nothing more.
"""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col

from contracts.acts import LegalBasis
from services.coordination.effects.scene import Scene
from services.coordination.models import Referral, Referrer
from services.coordination.reach import SUPPORT, reach
from services.coordination.store.team import disclose


async def wait_for_end(scene: Scene, referral_id: UUID, agencies: Iterable[str]) -> None:
    """These agencies want to hear how a request ended. The case's own office knows anyway."""
    for agency in sorted(set(agencies) - {scene.case.coordinator_agency}):
        await scene.session.execute(
            insert(Referrer)
            .values(referral_id=referral_id, agency=agency, since=scene.step.at)
            .on_conflict_do_nothing()
        )


async def close_loop(scene: Scene, referral: Referral) -> None:
    """Tell everybody who waits, or write down that it may not be told."""
    waiting = select(Referrer).where(
        col(Referrer.referral_id) == referral.referral_id, col(Referrer.told).is_(None)
    )
    for referrer in (await scene.session.scalars(waiting)).all():
        referrer.told_at = scene.step.at
        if referrer.agency == referral.agency:
            referrer.told = "told"
            continue
        case = scene.case
        to = [referrer.agency]
        if not (await reach(scene.session, case.case_id, scene.on, to, SUPPORT)).whole:
            referrer.told = "withheld"
            continue
        referrer.told, referrer.legal_basis = "told", LegalBasis.CONSENT
        await disclose(
            scene.session,
            case,
            "referral-end",
            [referrer.agency],
            basis=LegalBasis.CONSENT,
            by=scene.by,
            at=scene.step.at,
        )
