"""How a case is set aside and taken up again, closed, and opened again."""

from dataclasses import replace
from typing import Any

from temporalio import workflow

from contracts import acts
from contracts.acts import ClosureReason, Command
from contracts.cases import PAUSE, RESUME, Refusal
from contracts.life import LIVES, SK_TRACK, CaseState
from workflows import consent
from workflows.case_meeting import CaseWithMeetings
from workflows.case_ways import (
    ENDS_AT_ONCE,
    NEEDS_CONSENT,
    NOTHING_AHEAD,
    RESUMED_AS,
    STANDS_ON_PLAN,
    TAKES_ALL_ALONG,
)
from workflows.life import refuse
from workflows.moves import Move

REOPEN = "reopen"

RESTS_ON = frozenset({CaseState.SUSPENDED, CaseState.CLOSE_REVIEW, CaseState.CLOSE_APPROVAL})
"""States in which what rests with a suspended case goes on resting."""


class CaseThatRests(CaseWithMeetings):
    """The part of the case that comes to rest, for a while or for good."""

    # --- suspension ---------------------------------------------------------------------------

    async def moved(self, move: Move, command: Command | None) -> None:
        """What was begun for the person rests with the case, and goes on or ends with it."""
        await super().moved(move, command)
        word = self.word_of_rest()
        if word is None or not workflow.patched("children-rest"):
            return
        for tell in self.children_told(word):
            await self.tell(tell)
        self.note(children_rest=word == PAUSE)

    def word_of_rest(self) -> str | None:
        """A closing evaluation does not wake anybody: the case may be suspended again, or close."""
        if self.state == CaseState.SUSPENDED:
            return PAUSE
        asleep = self.memory.children_rest and self.state not in RESTS_ON
        return RESUME if asleep else None

    def suspend(self, act: acts.Suspend, by: Command) -> Move:
        return self.set_aside({"review_on": act.review_on})

    def review_suspension(self, act: acts.ReviewSuspension, by: Command) -> Move:
        """The condition under which the case resumes was looked at; it is looked at again."""
        return Move(task="renew", remember={"review_on": act.review_on})

    def report_lost_contact(self, act: acts.ReportLostContact, by: Command) -> Move:
        return self.set_aside({})

    def set_aside(self, remember: dict[str, Any]) -> Move:
        """The plan is held; meetings and outreach end, and are begun anew when it resumes."""
        if self.state == CaseState.SUSPENDED:
            return Move()
        known = {"review_on": None, **remember, "suspended_from": self.state}
        return self.leave(CaseState.SUSPENDED, "suspended", known, hold_plan=True)

    def resume(self, act: acts.Resume, by: Command) -> Move:
        """Back to where it was, as far as what it stood on is still there."""
        came_from = CaseState(self.memory.suspended_from or CaseState.TRIAGE)
        to = RESUMED_AS.get(came_from, came_from)
        if to in NEEDS_CONSENT and consent.missing(self.memory, self.persons):
            return self.leave(CaseState.CONSENT, "withdrawn-by-person", {"suspended_from": None})
        if to == CaseState.OUTREACH and self.memory.outreach_agency is None:
            to = CaseState.SK_REQUESTED
        beside = self.resume_outreach_plan(to)
        kept = {} if to in SK_TRACK else {"outreach_plan_id": None}
        if to == CaseState.OUTREACH and self.memory.outreach_agency is not None:
            move = self.reaching_out(self.memory.outreach_agency, by.command_id, kept)
            return replace(move, tells=beside)
        if to in STANDS_ON_PLAN and self.memory.plan_id is None:
            to = STANDS_ON_PLAN[to]
        plan = self.resume_plan() if to in STANDS_ON_PLAN else ()
        return Move(to, remember=kept, tells=(*plan, *beside))

    # --- closing (invariants 4 and 6) ---------------------------------------------------------

    def evaluate_closure(self, act: acts.EvaluateClosure, by: Command) -> Move:
        if act.lead_agency is None and act.no_lead_reason is None:
            refuse(Refusal.LEAD_AGENCY_MISSING, field="lead_agency")
        evaluated = {"evaluated_by": by.actor.sub, "closure_reason": act.reason.value}
        return Move(CaseState.CLOSE_APPROVAL, remember=evaluated)

    def approve_closure(self, act: acts.ApproveClosure, by: Command) -> Move:
        if by.actor.sub == self.memory.evaluated_by:
            refuse(Refusal.APPROVER_IS_AUTHOR)
        return self.close(ClosureReason(self.memory.closure_reason or ClosureReason.OTHER))

    def continue_support(self, act: acts.ContinueSupport, by: Command) -> Move:
        """With the plan that was held, if the case was living by it; else with another."""
        lived = self.memory.suspended_from in (CaseState.ACTIVE, CaseState.MONITOR)
        shared = not consent.missing(self.memory, self.persons)
        if lived and shared and self.memory.plan_id:
            return Move(CaseState.ACTIVE, tells=self.resume_plan())
        if self.memory.outreach_met or self.memory.outreach_plan_id:
            # It never came to a consent: the 支援会議 goes on with it.
            return self.leave(CaseState.SK_REQUESTED, "suspended", {"outreach_met": False})
        return self.leave(CaseState.REPLAN, "suspended")

    def close(self, reason: ClosureReason) -> Move:
        """A closed case has no coordination; places and requests go on with their agencies.

        A duplicate, or what never was a case, takes everything with it.
        """
        move = self.leave(
            CaseState.CLOSED,
            "case-closed",
            {"closure_reason": reason.value, **NOTHING_AHEAD},
        )
        ending = self.stop_handovers() + self.stop_errands() + self.stop_transfer()
        if reason in TAKES_ALL_ALONG:
            ending += self.stop_all_help()
        return replace(move, tells=move.tells + ending, result=reason.value)

    @property
    def wants_follow_up(self) -> bool:
        return self.memory.closure_reason not in ENDS_AT_ONCE

    def record_follow_up(self, act: acts.RecordFollowUp, by: Command) -> Move:
        return Move(task="done" if self.follow_ups_left else "over")

    def takes(self) -> dict[str, tuple[str, ...]]:
        """A case that is over and was begun anew takes what reopens it, and nothing else."""
        if self.over and self.case.reopening:
            return {REOPEN: LIVES[self.kind][self.state].acts[REOPEN]}
        return super().takes()

    def reopen(self, act: acts.Reopen, by: Command) -> Move:
        """A new episode of the same case; consents that are still live hold."""
        episode = self.memory.episode + 1
        new = {
            "episode": episode,
            "closure_reason": None,
            "evaluated_by": None,
            "refusals": 0,
            "outreach_met": False,
        }
        return Move(CaseState.TRIAGE, remember=new, result=str(episode))
