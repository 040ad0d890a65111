"""What the data forbid, whatever a workflow believes (invariants of process A12).

Asked twice for every act: when it is posted, so that the caller hears at once, and again in the
transaction that gives it its effect. Each rule raises RefusedError.
"""

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from contracts.acts import (
    Act,
    ConsentKind,
    SupportDecision,
    closing,
    consent,
    meeting,
    screening,
    support,
)
from contracts.cases import Refusal
from contracts.life import CaseState
from services.coordination.consent_forms import text_hash
from services.coordination.models import (
    Attendee,
    CaseFile,
    CasePerson,
    Consent,
    Evaluation,
    Meeting,
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
    agency: str | None = None
    """Whose staff acts."""
    posted: bool = False
    """Whether it is being posted: later its private texts lie apart."""


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


async def _schedule_meeting(attempt: Attempt, act: meeting.ScheduleMeeting) -> None:
    if attempt.case.state == CaseState.MEETING:
        await consent_gate(attempt, act.attendees)
    if len(set(act.attendees)) < 2:
        raise incomplete("attendees")


async def _attending(attempt: Attempt, agency: str) -> None:
    if agency not in {seat.agency for seat in await seats(attempt.session, attempt.entity_id)}:
        raise incomplete("agency")


async def seats(session: AsyncSession, meeting_id: UUID) -> Iterable[Attendee]:
    """The invited agencies of a meeting."""
    return (
        await session.scalars(select(Attendee).where(col(Attendee.meeting_id) == meeting_id))
    ).all()


async def _submit_sheet(attempt: Attempt, act: meeting.SubmitSheet) -> None:
    await _attending(attempt, act.agency)


async def _acknowledge_secrecy(attempt: Attempt, act: meeting.AcknowledgeSecrecy) -> None:
    await _attending(attempt, act.agency)


async def _hold_meeting(attempt: Attempt, act: meeting.HoldMeeting) -> None:
    """The consent gate again, or every present agency's word on secrecy (process A12)."""
    held = await attempt.session.get_one(Meeting, attempt.entity_id)
    if held.legal_basis == "consent":
        await consent_gate(attempt, act.present)
        return
    bound = {
        seat.agency
        for seat in await seats(attempt.session, held.meeting_id)
        if seat.acknowledged_at is not None
    }
    if unbound := set(act.present) - bound:
        raise RefusedError(Refusal.SECRECY_NOT_ACKNOWLEDGED, agencies=sorted(unbound))


async def _decide_plan(attempt: Attempt, act: meeting.DecidePlan) -> None:
    if act.verdict is meeting.PlanVerdict.NOT_SUITABLE and act.agency is None:
        raise incomplete("agency")


async def _decide_support(attempt: Attempt, act: meeting.DecideSupport) -> None:
    if act.decision is SupportDecision.OUTREACH_PLAN:
        for field in ("agency", "starts_on", "ends_on"):
            if getattr(act, field) is None:
                raise incomplete(field)
        period(act.starts_on, act.ends_on)
    if act.decision is SupportDecision.OTHER_MEETING and act.statutory_meeting is None:
        raise incomplete("statutory_meeting")


def period(starts_on: date | None, ends_on: date | None) -> None:
    if starts_on is not None and ends_on is not None and ends_on < starts_on:
        raise incomplete("ends_on")


async def _approve_minutes(attempt: Attempt, act: meeting.ApproveMinutes) -> None:
    held = await attempt.session.get_one(Meeting, attempt.entity_id)
    if held.held_by == attempt.sub:
        raise RefusedError(Refusal.APPROVER_IS_AUTHOR)


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
    meeting.ScheduleMeeting: _schedule_meeting,
    meeting.SubmitSheet: _submit_sheet,
    meeting.AcknowledgeSecrecy: _acknowledge_secrecy,
    meeting.HoldMeeting: _hold_meeting,
    meeting.DecidePlan: _decide_plan,
    meeting.DecideSupport: _decide_support,
    meeting.ApproveMinutes: _approve_minutes,
    closing.ApproveClosure: _approve_closure,
    screening.MergeInto: _merge_into,
    support.RecordProgress: not_ahead,
    support.RecordContact: not_ahead,
}
"""The rule of an act beside its form; acts that are not named have none of their own."""
