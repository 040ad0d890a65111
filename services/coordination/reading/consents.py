"""The consent matrix of a case's persons, and the log of what other agencies learned."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from chassis.audit import audit
from chassis.auth import Principal
from contracts.calendar import today
from services.coordination import labels, views
from services.coordination.models import Consent, ConsentRefusal, Disclosure
from services.coordination.reach import persons_of
from services.coordination.reading.cases import visible_case
from services.coordination.reading.names import Names


async def show_persons(session: AsyncSession, principal: Principal, case_id: UUID) -> views.Persons:
    """Who has consented to what; the looking is audited. Raises Problem."""
    await visible_case(session, principal, case_id)
    await audit(session, principal, "consent.read", "case", str(case_id))
    given = (
        await session.scalars(
            select(Consent)
            .where(col(Consent.case_id) == case_id)
            .order_by(col(Consent.obtained_at).desc(), col(Consent.consent_id).desc())
        )
    ).all()
    refused = (
        await session.scalars(
            select(ConsentRefusal)
            .where(col(ConsentRefusal.case_id) == case_id)
            .order_by(col(ConsentRefusal.at).desc(), col(ConsentRefusal.refusal_id).desc())
        )
    ).all()
    heard = [sub for row in given for sub in row.witnesses]
    names = await Names.of(session, [row.recorded_by for row in refused] + heard)
    return views.Persons(
        items=tuple(
            _person(
                person,
                [consent_view(row, names) for row in given if row.person_id == person],
                [_refusal(row, names) for row in refused if row.person_id == person],
            )
            for person in sorted(await persons_of(session, case_id))
        )
    )


def _person(
    person_id: UUID,
    history: list[views.ConsentView],
    refusals: list[views.RefusalView],
) -> views.PersonConsents:
    def live(kind: str) -> views.ConsentView | None:
        return next((one for one in history if one.kind == kind and one.live), None)

    return views.PersonConsents(
        person_id=person_id,
        sharing=live("sharing"),
        support=live("support"),
        history=tuple(history),
        refusals=tuple(refusals),
    )


def is_live(row: Consent) -> bool:
    """Neither withdrawn nor replaced, and not past its last day."""
    standing = row.withdrawn_at is None and row.replaced_at is None
    return standing and (row.expires_on is None or row.expires_on >= today())


def consent_view(row: Consent, names: Names) -> views.ConsentView:
    return views.ConsentView(
        consent_id=row.consent_id,
        kind=row.kind,
        purposes=tuple(row.purposes),
        categories=tuple(row.categories),
        recipients=tuple(row.recipients),
        given_by=row.given_by,
        relation=row.relation,
        method=row.method,
        form_version=row.form_version,
        text_hash=row.text_hash,
        obtained_at=row.obtained_at,
        expires_on=row.expires_on,
        obtained_on=row.obtained_on,
        witnesses=tuple(names.staff(sub) for sub in row.witnesses),
        document_id=row.document_id,
        withdrawn_at=row.withdrawn_at,
        live=is_live(row),
    )


def _refusal(row: ConsentRefusal, names: Names) -> views.RefusalView:
    return views.RefusalView(
        kind=row.kind,
        reason=row.reason,
        reason_label=labels.value("reason", row.reason, "record_refusal"),
        at=row.at,
        by=names.staff(row.recorded_by),
    )


async def show_disclosures(
    session: AsyncSession, principal: Principal, case_id: UUID
) -> views.Disclosures:
    """What other agencies learned, on which legal ground. Raises Problem."""
    await visible_case(session, principal, case_id)
    await audit(session, principal, "disclosure.read", "case", str(case_id))
    rows = (
        await session.scalars(
            select(Disclosure)
            .where(col(Disclosure.case_id) == case_id)
            .order_by(col(Disclosure.at), col(Disclosure.disclosure_id))
        )
    ).all()
    names = await Names.of(session, [row.by for row in rows])
    return views.Disclosures(
        items=tuple(
            views.DisclosureView(
                what=row.what,
                to=row.to_agency,
                to_name=labels.agency(row.to_agency, row.at),
                legal_basis=row.legal_basis,
                legal_basis_label=labels.legal_basis(row.legal_basis),
                meeting_id=row.meeting_id,
                purpose=row.purpose,
                categories=tuple(row.categories),
                by=names.staff(row.by),
                at=row.at,
            )
            for row in rows
        )
    )
