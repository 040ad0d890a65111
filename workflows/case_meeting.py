"""How a case calls a meeting: with a fixed date, or with dates that are put to the agencies."""

from dataclasses import replace
from typing import Literal

from temporalio import workflow

from contracts.acts import Command, ProposeDates, ScheduleMeeting
from contracts.cases import Refusal
from contracts.life import CaseState
from workflows import consent
from workflows.case_news import CaseWithNews
from workflows.life import refuse
from workflows.moves import Move
from workflows.policies import notice


class CaseWithMeetings(CaseWithNews):
    """The part of the case that calls meetings."""

    def schedule_meeting(self, act: ScheduleMeeting, by: Command) -> Move:
        return replace(
            self.call_meeting(act, by), result=notice(self.policy, act.starts_at, workflow.now())
        )

    def propose_dates(self, act: ProposeDates, by: Command) -> Move:
        return self.call_meeting(act, by)

    def call_meeting(self, act: ScheduleMeeting | ProposeDates, by: Command) -> Move:
        """The state decides the law: on consent everybody discussed must share (invariant 1)."""
        basis: Literal["consent", "law-106-6"] = "law-106-6"
        move = Move(CaseState.SK_SCHEDULED)
        if self.state == CaseState.MEETING:
            basis, move = "consent", Move(task="done")
            self.everybody_must_share()
            if self.memory.meeting_id is not None:
                refuse(Refusal.NOT_ALLOWED, state=self.state, meeting="under-way")
        return replace(
            move,
            remember={"meeting_id": by.command_id},
            starts=(self.meeting(by.command_id, act, basis),),
            created_id=by.command_id,
            legal_basis=basis,
        )

    def everybody_must_share(self) -> None:
        missing = consent.missing(self.memory, self.persons)
        if missing or not self.persons:
            refuse(Refusal.CONSENT_MISSING, persons=[str(person) for person in missing])
