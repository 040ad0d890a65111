"""What the data forbid, whatever a workflow believes (invariants of process A12).

Asked twice for every act: when it is posted, so that the caller hears at once, and again in the
transaction that gives it its effect. Each rule raises RefusedError.
"""

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from contracts.acts import (
    Act,
    ConsentKind,
    closing,
    consent,
    plan,
    screening,
    support,
)
from contracts.cases import Refusal
from services.coordination.consent_forms import text_hash
from services.coordination.models import (
    Attendee,
    CaseFile,
    CasePerson,
    Consent,
    Evaluation,
    PlanVersion,
)
from services.coordination.refusal import RefusedError


@dataclass(frozen=True)
class Attempt:
    """Somebody about to do something to a case on a day."""

    session: AsyncSession
    case: CaseFile
    kind: str
    entity_id: UUID
    act: Act
    sub: str
    on: date
    now: datetime = field(default_factory=lambda: datetime.now(UTC))
    """When it was posted."""


Rule = Callable[[Attempt, Any], Awaitable[None]]


async def persons_of(session: AsyncSession, case_id: UUID) -> frozenset[UUID]:
    found = select(col(CasePerson.person_id)).where(col(CasePerson.case_id) == case_id)
    return frozenset((await session.scalars(found)).all())


async def unconsenting(
    session: AsyncSession, case_id: UUID, on: date, agencies: Iterable[str] = ()
) -> frozenset[UUID] | None:
    """Persons whose live consent to sharing does not reach these agencies.

    A consent that names its recipients reaches no other agency. None if the case names nobody who
    could consent.
    """
    persons = await persons_of(session, case_id)
    if not persons:
        return None
    reached = select(col(Consent.person_id)).where(
        col(Consent.case_id) == case_id,
        col(Consent.kind) == ConsentKind.SHARING,
        col(Consent.withdrawn_at).is_(None),
        col(Consent.replaced_at).is_(None),
        or_(col(Consent.expires_on).is_(None), col(Consent.expires_on) >= on),
        or_(
            col(Consent.recipients) == [],
            col(Consent.recipients).contains(sorted(set(agencies))),
        ),
    )
    return persons - frozenset((await session.scalars(reached)).all())


async def check(attempt: Attempt) -> None:
    """Raises RefusedError if the data forbid the act."""
    await _persons_belong(attempt)
    rule = RULES.get(type(attempt.act))
    if rule is not None:
        await rule(attempt, attempt.act)


async def _persons_belong(attempt: Attempt) -> None:
    person_id = getattr(attempt.act, "person_id", None)
    if person_id is not None and person_id not in await persons_of(
        attempt.session, attempt.case.case_id
    ):
        raise RefusedError(Refusal.UNKNOWN_PERSON, field="person_id")


async def consent_gate(attempt: Attempt, agencies: Iterable[str]) -> None:
    """Invariant 1: no 重層的支援会議 while anybody discussed has no live sharing consent.

    The agency that coordinates the case knows it already; every other one must be reached.
    """
    others = set(agencies) - {attempt.case.coordinator_agency}
    missing = await unconsenting(attempt.session, attempt.case.case_id, attempt.on, others)
    if missing is None or missing:
        raise RefusedError(
            Refusal.CONSENT_MISSING, persons=sorted(str(person) for person in missing or ())
        )


def incomplete(name: str) -> RefusedError:
    return RefusedError(Refusal.INCOMPLETE, field=name)


async def _record_consent(attempt: Attempt, act: consent.RecordConsent) -> None:
    if act.given_by == "proxy" and act.relation is None:
        raise incomplete("relation")
    if text_hash(act.form_version) is None:
        raise incomplete("form_version")


async def seats(session: AsyncSession, meeting_id: UUID) -> Iterable[Attendee]:
    """The invited agencies of a meeting."""
    return (
        await session.scalars(select(Attendee).where(col(Attendee.meeting_id) == meeting_id))
    ).all()


def period(starts_on: date | None, ends_on: date | None) -> None:
    if starts_on is not None and ends_on is not None and ends_on < starts_on:
        raise incomplete("ends_on")


async def _draft_plan(attempt: Attempt, act: plan.DraftPlan) -> None:
    period(act.starts_on, act.ends_on)
    if len({role.agency for role in act.roles}) < len(act.roles):
        raise incomplete("roles")


async def _approve_plan(attempt: Attempt, act: plan.ApprovePlan) -> None:
    draft = await attempt.session.get_one(PlanVersion, attempt.entity_id)
    if draft.author == attempt.sub:
        raise RefusedError(Refusal.APPROVER_IS_AUTHOR)


async def _evaluate_closure(attempt: Attempt, act: closing.EvaluateClosure) -> None:
    """Invariant 6."""
    if act.lead_agency is None and act.no_lead_reason is None:
        raise RefusedError(Refusal.LEAD_AGENCY_MISSING, field="lead_agency")


async def open_evaluation(session: AsyncSession, case_id: UUID) -> Evaluation | None:
    """The closing evaluation that nobody has decided yet."""
    return (
        await session.scalars(
            select(Evaluation).where(
                col(Evaluation.case_id) == case_id, col(Evaluation.settled_at).is_(None)
            )
        )
    ).one_or_none()


async def _approve_closure(attempt: Attempt, act: closing.ApproveClosure) -> None:
    evaluation = await open_evaluation(attempt.session, attempt.case.case_id)
    if evaluation is None:
        raise RefusedError(Refusal.NOT_ALLOWED, state=attempt.case.state, allowed=[])
    if evaluation.evaluated_by == attempt.sub:
        raise RefusedError(Refusal.APPROVER_IS_AUTHOR)


async def _merge_into(attempt: Attempt, act: screening.MergeInto) -> None:
    """Into another case, and never into one that is itself only a duplicate."""
    other = await attempt.session.get(CaseFile, act.into_case_id)
    if other is None or other.case_id == attempt.case.case_id or other.merged_into is not None:
        raise incomplete("into_case_id")


async def not_ahead(attempt: Attempt, act: Any) -> None:
    if act.on > attempt.on:
        raise incomplete("on")


RULES: dict[type[Act], Rule] = {
    consent.RecordConsent: _record_consent,
    plan.DraftPlan: _draft_plan,
    plan.PreparePlan: _draft_plan,
    plan.ApprovePlan: _approve_plan,
    closing.EvaluateClosure: _evaluate_closure,
    closing.ApproveClosure: _approve_closure,
    screening.MergeInto: _merge_into,
    support.RecordProgress: not_ahead,
    support.RecordContact: not_ahead,
}
"""The rule of an act beside its form; acts that are not named have none of their own. Those of
the meetings are entered by `meeting_rules`."""
