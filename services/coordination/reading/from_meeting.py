"""What a meeting gives to the draft of a plan: its role split, its decision, what agencies said.

Of a 重層的支援会議 the words come along, as far as the reader may have them: they stand on the same
consent as the plan. The words of a 支援会議 stay in its compartment (法106条の6): a plan is read
beyond it, so only what was decided goes into the draft - which agency, what, by when.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from contracts.acts import DutyKind, LegalBasis, SupportDecision
from services.coordination import labels
from services.coordination.models import Attendee, Duty, Errand, Meeting
from services.coordination.views import Record

WHAT = {
    DutyKind.VISIT: "visit",
    DutyKind.ACCOMPANY: "accompany",
    DutyKind.WATCH: "watch",
    DutyKind.PROCEDURE: "apply",
    DutyKind.CONSULT: "counsel",
    DutyKind.INFORM: "coordinate",
}
"""The kind of a plan's task for that of a duty; what has none is `other`, and said in words."""

SAID = ("submit_sheet", "record_advice", "decide_plan")
"""Acts of a meeting whose words go into the draft's note."""


@dataclass(frozen=True)
class Outcome:
    """What the latest meeting of a case left for a plan."""

    meeting: Meeting
    present: tuple[str, ...]
    duties: tuple[Duty, ...]
    open_duties: frozenset[UUID]
    """Those that nobody has reported yet."""

    @property
    def shared(self) -> bool:
        """Whether its words stand on the consent on which the plan stands too."""
        return self.meeting.legal_basis == LegalBasis.CONSENT


async def latest_outcome(session: AsyncSession, case_id: UUID) -> Outcome | None:
    """Of the meeting of a case that sat last; None where none has."""
    held = select(Meeting).where(col(Meeting.case_id) == case_id, col(Meeting.held_at).is_not(None))
    meeting = (await session.scalars(held.order_by(col(Meeting.held_at).desc()).limit(1))).first()
    if meeting is None:
        return None
    seats = select(col(Attendee.agency)).where(
        col(Attendee.meeting_id) == meeting.meeting_id, col(Attendee.present).is_(True)
    )
    duties = select(Duty).where(col(Duty.meeting_id) == meeting.meeting_id)
    found = (await session.scalars(duties.order_by(col(Duty.due_on), col(Duty.duty_id)))).all()
    still_open = select(col(Errand.errand_id)).where(
        col(Errand.errand_id).in_([duty.duty_id for duty in found]), col(Errand.ended_at).is_(None)
    )
    return Outcome(
        meeting=meeting,
        present=tuple(sorted(await session.scalars(seats))),
        duties=tuple(found),
        open_duties=frozenset(await session.scalars(still_open)),
    )


def roles_of(outcome: Outcome) -> list[dict[str, str]]:
    """支援機関ごとの役割: who was named goes first, then who took something on.

    Whoever only watches over is there to watch. Where nothing was taken on, whoever was present.
    """
    named, roles = outcome.meeting.decided_agency, dict[str, str]()
    if named:
        roles[named] = "lead"
    for duty in outcome.duties:
        watching = duty.duty == DutyKind.WATCH
        if not watching or duty.agency not in roles:
            roles[duty.agency] = (
                "lead" if duty.agency == named else "watch" if watching else "support"
            )
    if not outcome.duties:
        roles.update({one: "support" for one in outcome.present if one not in roles})
    return [{"agency": agency, "role": role} for agency, role in roles.items()]


def tasks_of(
    outcome: Outcome, words: tuple[Record, ...], starts_on: date, ends_on: date
) -> list[dict[str, Any]]:
    """取組: duties not reported yet. Once the plan is lived, its task takes their place."""
    texts = _details(outcome, words)
    return [
        {
            "agency": duty.agency,
            "what": WHAT.get(DutyKind(duty.duty), "other"),
            "text": texts.get(str(duty.duty_id)) or _named(duty),
            "due_on": min(max(duty.due_on, starts_on), ends_on),
            "duty_id": duty.duty_id,
        }
        for duty in outcome.duties
        if duty.duty_id in outcome.open_duties
    ]


def _details(outcome: Outcome, words: tuple[Record, ...]) -> dict[str, str]:
    """The details of duties: a duty has the id of the command that assigned it."""
    if not outcome.shared:
        return {}
    return {
        record.record_id.partition("/")[0]: record.text
        for record in words
        if record.act == "assign_duty" and record.field == "details" and record.text
    }


def _named(duty: Duty) -> str | None:
    """What is no kind of a plan's task is told by its name, which says nothing of a person."""
    return None if DutyKind(duty.duty) in WHAT else labels.value("duty", duty.duty)


def note_of(outcome: Outcome, words: tuple[Record, ...]) -> str | None:
    """What agencies wrote in their 準備シート, the advice, and what was said of the plan."""
    if not outcome.shared:
        return None
    lines = [
        f"{labels.agency(record.agency or '')} {record.label}: {record.text}"
        for record in words
        if record.act in SAID and record.target.id == outcome.meeting.meeting_id and record.text
    ]
    return "\n".join(lines) or None


def of_meeting(
    outcome: Outcome, words: tuple[Record, ...], starts_on: date, ends_on: date
) -> dict[str, Any]:
    """Values of a draft's fields by their names."""
    return {
        "roles": roles_of(outcome),
        "tasks": tasks_of(outcome, words, starts_on, ends_on),
        "outreach": outcome.meeting.decision == SupportDecision.OUTREACH_PLAN,
        "note": note_of(outcome, words),
    }
