"""Consent of each person, its refusal and its withdrawal (process A4)."""

from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlmodel import col

from contracts.acts import (
    ConsentKind,
    RecheckConsent,
    RecordConsent,
    RecordRefusal,
    WithdrawConsent,
)
from contracts.events.coordination import ConsentGiven, ConsentRefused, ConsentWithdrawn
from contracts.events.envelope import new_id
from contracts.policies import Policy
from services.coordination.consent_forms import form_in_force, text_hash
from services.coordination.effects.scene import Scene, effect
from services.coordination.models import Consent, ConsentRefusal
from services.coordination.store.reminders import CONSENT, remind, settle


async def _standing(scene: Scene, person_id: UUID, kind: ConsentKind) -> Consent | None:
    return (
        await scene.session.scalars(
            select(Consent).where(
                col(Consent.case_id) == scene.case.case_id,
                col(Consent.person_id) == person_id,
                col(Consent.kind) == kind,
                col(Consent.withdrawn_at).is_(None),
                col(Consent.replaced_at).is_(None),
            )
        )
    ).one_or_none()


@effect(RecordConsent)
async def record_consent(scene: Scene, act: RecordConsent) -> None:
    """The newest consent of a kind stands; the one before it is kept as replaced."""
    version = act.form_version or form_in_force(act.obtained_on or scene.on) or ""
    for kind in sorted(set(act.kinds)):
        earlier = await _standing(scene, act.person_id, kind)
        if earlier is not None:
            earlier.replaced_at = scene.step.at
            await _settle(scene, earlier, act.code)
            await scene.session.flush()
        consent_id = new_id()
        scene.session.add(
            Consent(
                consent_id=consent_id,
                case_id=scene.case.case_id,
                person_id=act.person_id,
                kind=kind,
                purposes=list(act.purposes),
                categories=list(act.categories),
                recipients=list(act.recipients),
                given_by=act.given_by,
                relation=act.relation,
                method=act.method,
                form_version=version,
                text_hash=text_hash(version) or "",
                obtained_at=scene.step.at,
                recorded_by=scene.by,
                expires_on=act.expires_on,
                obtained_on=act.obtained_on,
                witnesses=list(dict.fromkeys(act.witnesses)),
                document_id=act.document_id,
            )
        )
        if act.expires_on is not None:
            await scene.session.flush()
            await _warn(scene, consent_id, act.expires_on)
        await scene.tell(ConsentGiven, person_id=act.person_id, kind=str(kind))


@effect(RecordRefusal)
async def record_refusal(scene: Scene, act: RecordRefusal) -> None:
    """A no ends a yes: a standing consent of the kind is withdrawn with it."""
    scene.session.add(
        ConsentRefusal(
            refusal_id=new_id(),
            case_id=scene.case.case_id,
            person_id=act.person_id,
            kind=act.kind,
            reason=act.reason,
            at=scene.step.at,
            recorded_by=scene.by,
        )
    )
    await scene.tell(
        ConsentRefused, person_id=act.person_id, kind=str(act.kind), reason=str(act.reason)
    )
    await _withdraw(scene, act.person_id, act.kind)


@effect(WithdrawConsent)
async def withdraw_consent(scene: Scene, act: WithdrawConsent) -> None:
    """New disclosures stop at once; the log of past ones stays (invariant 3)."""
    for kind in sorted(set(act.kinds)):
        await _withdraw(scene, act.person_id, kind)


async def _withdraw(scene: Scene, person_id: UUID, kind: ConsentKind) -> None:
    standing = await _standing(scene, person_id, kind)
    if standing is not None:
        standing.withdrawn_at = scene.step.at
        await _settle(scene, standing, scene.step.command.act.code if scene.step.command else None)
        await scene.tell(ConsentWithdrawn, person_id=person_id, kind=str(kind))


async def _warn(scene: Scene, consent_id: UUID, last: date) -> None:
    """The coordinator is asked in time whether it is to be renewed (`consent_expiry_warning`)."""
    ahead = timedelta(days=Policy().consent_expiry_warning.count)
    await remind(
        scene.session,
        scene.case,
        CONSENT,
        consent_id,
        back_on=last - ahead,
        due_on=last,
        at=scene.step.at,
    )


async def _settle(scene: Scene, consent: Consent, act: str | None) -> None:
    await settle(scene.session, CONSENT, [consent.consent_id], scene.step.at, scene.by, act)


@effect(RecheckConsent)
async def recheck_consent(scene: Scene, act: RecheckConsent) -> None:
    """The asking again is the case's new state and its task."""
