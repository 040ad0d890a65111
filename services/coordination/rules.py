"""What the data forbid, whatever a workflow believes (invariants of process A12).

Asked twice for every act: when it is posted, so that the caller hears at once, and again in the
transaction that gives it its effect. Each rule raises RefusedError.
"""

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from contracts.acts import (
    Act,
    closing,
    consent,
    household,
    screening,
    support,
)
from contracts.cases import Refusal
from services.coordination.consent_forms import form_in_force, known_forms
from services.coordination.models import (
    CaseFile,
    Evaluation,
    Staff,
)
from services.coordination.reach import PLAN_MAKING, persons_of, reach
from services.coordination.refusal import RefusedError, incomplete
from services.coordination.store.households import members_beside


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
    oral_consent: bool = True
    """Whether the ward takes oral consent (an open question of the ward's, process E (h))."""
    agency: str | None = None
    """Whose staff acts."""
    posted: bool = False
    """Whether it is being posted: later its private texts lie apart."""
    now: datetime = field(default_factory=lambda: datetime.now(UTC))
    """When it was posted."""


Rule = Callable[[Attempt, Any], Awaitable[None]]


async def check(attempt: Attempt) -> None:
    """Raises RefusedError if the data forbid the act."""
    await _persons_belong(attempt)
    rule = RULES.get(type(attempt.act))
    if rule is not None:
        await rule(attempt, attempt.act)


async def _persons_belong(attempt: Attempt) -> None:
    person_id = getattr(attempt.act, "person_id", None)
    if isinstance(attempt.act, household.AddPerson):
        return
    if person_id is not None and person_id not in await persons_of(
        attempt.session, attempt.case.case_id
    ):
        raise RefusedError(Refusal.UNKNOWN_PERSON, field="person_id")


async def consent_gate(attempt: Attempt, agencies: Iterable[str]) -> None:
    """Invariant 1: no 重層的支援会議 while anybody discussed has no live sharing consent.

    The agency that coordinates the case knows it already; every other one must be reached. The
    refusal names the persons and what of each is lacking.
    """
    others = set(agencies) - {attempt.case.coordinator_agency}
    found = await reach(attempt.session, attempt.case.case_id, attempt.on, others, PLAN_MAKING)
    if not found.whole:
        raise RefusedError(Refusal.CONSENT_MISSING, **found.told())


async def _record_consent(attempt: Attempt, act: consent.RecordConsent) -> None:
    """The form that was in force when it was given, its proxy, and its witnesses."""
    if act.given_by == "proxy" and act.relation is None:
        raise incomplete("relation")
    given_on = act.obtained_on or attempt.on
    if given_on > attempt.on:
        raise incomplete("obtained_on")
    if act.expires_on is not None and act.expires_on < given_on:
        raise incomplete("expires_on")
    version = act.form_version or form_in_force(given_on)
    form = known_forms().get(version or "")
    if form is None:
        raise incomplete("form_version")
    if not form.in_force(given_on):
        shown = form_in_force(given_on)
        raise RefusedError(Refusal.INCOMPLETE, field="form_version", in_force=shown)
    if act.method == "oral-two-witnesses":
        await _witnessed(attempt, act)


async def _witnessed(attempt: Attempt, act: consent.RecordConsent) -> None:
    """Oral consent is heard by two named members of staff (口頭+2名記録), if the ward takes it."""
    if not attempt.oral_consent:
        raise incomplete("method")
    known = select(func.count()).where(col(Staff.sub).in_(set(act.witnesses)))
    if len(set(act.witnesses)) < 2 or await attempt.session.scalar(known) != len(
        set(act.witnesses)
    ):
        raise incomplete("witnesses")


def period(starts_on: date | None, ends_on: date | None) -> None:
    if starts_on is not None and ends_on is not None and ends_on < starts_on:
        raise incomplete("ends_on")


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


async def _reopen(attempt: Attempt, act: closing.Reopen) -> None:
    """What was no consultation after all does not come back; whoever comes again is taken in."""
    if attempt.case.closure_reason == closing.ClosureReason.WITHDRAWN:
        raise RefusedError(Refusal.INTAKE_WITHDRAWN)


async def _merge_into(attempt: Attempt, act: screening.MergeInto) -> None:
    """Into another case, and never into one that is itself only a duplicate."""
    other = await attempt.session.get(CaseFile, act.into_case_id)
    if other is None or other.case_id == attempt.case.case_id or other.merged_into is not None:
        raise incomplete("into_case_id")


async def _add_person(attempt: Attempt, act: household.AddPerson) -> None:
    """Somebody of the household of whom intake has told, and who is no subject yet."""
    if act.person_id in await persons_of(attempt.session, attempt.case.case_id):
        raise RefusedError(Refusal.NOT_ALLOWED, state=attempt.case.state, allowed=[])
    if act.person_id not in await members_beside(attempt.session, attempt.case.case_id):
        raise RefusedError(Refusal.UNKNOWN_PERSON, field="person_id")


async def not_ahead(attempt: Attempt, act: Any) -> None:
    if act.on > attempt.on:
        raise incomplete("on")


RULES: dict[type[Act], Rule] = {
    household.AddPerson: _add_person,
    consent.RecordConsent: _record_consent,
    closing.ApproveClosure: _approve_closure,
    closing.Reopen: _reopen,
    screening.MergeInto: _merge_into,
    support.RecordProgress: not_ahead,
    support.RecordContact: not_ahead,
}
"""The rule of an act beside its form; acts that are not named have none of their own. Those of
the meetings are entered by `meeting_rules`."""
