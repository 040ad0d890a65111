"""The case: the way of one person or household through the ward's support (process A12).

An accepted intake is screened: it ends with information, rests on one agency, joins another case,
or needs several agencies. Then consent is asked for. With it, the trouble is assessed, a plan is
drafted and put to a 重層的支援会議, decided, accepted and lived, monitored and revised, until the
agencies have agreed who stays, and the case is closed and looked at again for some months.

Without consent nothing is lost: a 支援会議 under 法106条の6 may sit, outreach may build a relation,
a plan may be prepared, and when consent comes the case goes on where it would have been. Whoever
withdraws consent is led to that track from anywhere. A case may be suspended, and resumed.

Meetings, plans, outreach, referrals, placements and handovers are lives of their own: the case
starts them, hears of their states, and ends those whose ground is gone. What is allowed in which
state, and where it may lead, stands in `contracts.life`; here stands what the table leaves open.
"""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from temporalio import workflow

from contracts import acts
from contracts.acts import ClosureReason, Command, ConsentKind
from contracts.awaited import Placed
from contracts.cases import CaseInput, CaseMemory, CaseOutcome, Kind, Refusal, Timer
from contracts.life import SK_TRACK, CaseState, Role
from contracts.message import Message
from contracts.steps import TaskToOpen
from workflows import consent
from workflows.case_news import PAUSES
from workflows.case_rest import CaseThatRests
from workflows.case_ways import (
    NEEDS_CONSENT,
)
from workflows.life import refuse
from workflows.moves import Move
from workflows.policies import end_of

RECHECK_FIELD = "consent_recheck_every"


@workflow.defn(name=Kind.CASE.value)
class CaseWorkflow(CaseThatRests):
    """One case, from its intake to its last follow-up; episodes of the same case included.

    A case that is reopened later still is another run of it, begun from coordination's record.
    """

    begins = CaseState.TRIAGE
    ends = frozenset({CaseState.CLOSED})

    @workflow.init
    def __init__(self, case: CaseInput) -> None:
        memory = case.memory or CaseMemory(episode=case.episode)
        carried = case.carried
        if not carried.state:
            carried = carried.model_copy(update={"state": CaseState.RECEIVED})
        super().__init__(case.case_id, case.case_id, case.policy, carried, memory)
        self.case = case

    @workflow.run
    async def run(self, case: CaseInput) -> CaseOutcome:
        looking_ahead = asyncio.create_task(self.look_ahead())
        await self.live()
        looking_ahead.cancel()
        return CaseOutcome(
            case_id=case.case_id,
            reason=self.memory.closure_reason or "",
            episode=self.memory.episode,
        )

    def carry(self) -> Message:
        return self.case.model_copy(update={"carried": self.carried, "memory": self.memory})

    @workflow.signal
    def intake_withdrawn(self) -> None:
        self.news.append(self.intake_taken_back)

    # --- screening ----------------------------------------------------------------------------

    def end_with_information(self, act: acts.EndWithInformation, by: Command) -> Move:
        return self.close(ClosureReason.INFORMATION)

    def refer_to_agency(self, act: acts.ReferToAgency, by: Command) -> Move:
        move = Move(CaseState.SINGLE_AGENCY)
        return self.resting_on(act.agency, by.command_id, move, act.due_on)

    def agency_did_it(self) -> Move:
        return self.close(ClosureReason.SINGLE_AGENCY)

    def merge_into(self, act: acts.MergeInto, by: Command) -> Move:
        if act.into_case_id == self.key:
            refuse(Refusal.NOT_ALLOWED, state=self.state, field="into_case_id")
        return self.close(ClosureReason.MERGED)

    def intake_taken_back(self) -> Move:
        """Before anybody has screened it the case goes with its intake; later it is only told."""
        if self.state != CaseState.TRIAGE or self.memory.episode > 1:
            return Move(cause="intake-withdrawn")
        return replace(self.close(ClosureReason.WITHDRAWN), cause="intake-withdrawn")

    # --- consent (invariants 1 and 3) ---------------------------------------------------------

    def record_consent(self, act: acts.RecordConsent, by: Command) -> Move:
        """Once everybody shares, the case goes on as one with consent, wherever it was waiting."""
        self.must_be_of_case(act.person_id)
        until = end_of(self.policy, act.expires_on, workflow.now()) if act.expires_on else None
        changes = consent.given(self.memory, act, until)
        known = self.memory.model_copy(update=changes)
        if self.state in NEEDS_CONSENT or consent.missing(known, self.persons):
            return Move(remember=changes)
        return self.leave(CaseState.ASSESS, "consent-given", {**changes, "refusals": 0})

    def record_refusal(self, act: acts.RecordRefusal, by: Command) -> Move:
        """Whoever refuses when asked again is left in peace until the relation moves; refusing
        again and again suspends the case, with somebody watching (見守り)."""
        self.must_be_of_case(act.person_id)
        if self.state != CaseState.CONSENT_RECHECK:
            return Move(CaseState.SK_REQUESTED)
        refusals = self.memory.refusals + 1
        refused = {"refusals": refusals, "recheck_paused": True}
        if refusals >= self.policy.refusals_before_suspension:
            return self.set_aside(refused)
        reaching_out = self.memory.outreach_id is not None
        return Move(CaseState.OUTREACH if reaching_out else CaseState.SK_DECIDED, remember=refused)

    def recheck_consent(self, act: acts.RecheckConsent, by: Command) -> Move:
        """Whoever knows the person may ask again at any time."""
        return Move(CaseState.CONSENT_RECHECK, remember={"recheck_paused": False})

    def withdraw_consent(self, act: acts.WithdrawConsent, by: Command) -> Move:
        """What stood on it stops at once; without a consent there is nothing to withdraw."""
        self.must_be_of_case(act.person_id)
        if not consent.live(self.memory, act.person_id, act.kinds):
            refuse(Refusal.NOT_ALLOWED, state=self.state, person_id=str(act.person_id))
        changes = consent.without(self.memory, act.person_id, act.kinds)
        move = Move(remember=changes)
        if self.state not in SK_TRACK:
            move = self.leave(CaseState.SK_REQUESTED, "withdrawn-by-person", changes)
        if ConsentKind.SUPPORT in act.kinds:
            move = replace(move, tells=move.tells + self.stop_placements_of(act.person_id))
        return move

    def consent_expired(self, person: UUID, kind: str) -> Move:
        """A date has the force of a withdrawal where the case stands on the consent."""
        changes = consent.without(self.memory, person, [kind])
        move = Move(remember=changes)
        if self.state in NEEDS_CONSENT:
            move = self.leave(CaseState.SK_REQUESTED, "withdrawn-by-person", changes)
        return replace(move, cause="consent-expired", person_id=person, result=kind)

    def request_support_meeting(self, act: acts.RequestSupportMeeting, by: Command) -> Move:
        """Where consent does not reach, the 支援会議 is the next step; what stood on it ends."""
        if self.state in NEEDS_CONSENT:
            return self.leave(CaseState.SK_REQUESTED, "support-meeting")
        return Move(CaseState.SK_REQUESTED)

    # --- while support goes on ----------------------------------------------------------------

    def request_referral(self, act: acts.RequestReferral, by: Command) -> Move:
        return Move(
            remember={"referral_ids": (*self.memory.referral_ids, by.command_id)},
            starts=(self.referral(by.command_id, act.agency, sole=False, due_on=act.due_on),),
            created_id=by.command_id,
            agency=act.agency,
        )

    def start_participation(self, act: acts.StartParticipation, by: Command) -> Move:
        self.must_be_of_case(act.person_id)
        placed = Placed(placement_id=by.command_id, person_id=act.person_id)
        return Move(
            remember={"placements": (*self.placed, placed)},
            starts=(self.placement(by.command_id, act),),
            created_id=by.command_id,
            person_id=act.person_id,
        )

    def record_progress(self, act: acts.RecordProgress, by: Command) -> Move:
        """While a case is suspended, this is the look that its review asks for."""
        return Move(task="renew" if self.state == CaseState.SUSPENDED else "keep")

    def propose_transfer(self, act: acts.ProposeTransfer, by: Command) -> Move:
        """移管の打診: one office is asked at a time."""
        if self.memory.transfer_id is not None:
            refuse(Refusal.NOT_ALLOWED, state=self.state, transfer="under-way")
        return Move(
            remember={"transfer_id": by.command_id},
            starts=(self.transfer(by.command_id, act.agency, by.actor.sub),),
            created_id=by.command_id,
            agency=act.agency,
        )

    # --- rules --------------------------------------------------------------------------------

    def must_be_of_case(self, person: UUID) -> None:
        if person not in self.persons:
            refuse(Refusal.UNKNOWN_PERSON, person_id=str(person))

    # --- what is waited for -------------------------------------------------------------------

    @property
    def agency(self) -> str | None:
        """Consent is asked for again by the worker whom the person trusts."""
        rechecking = self.state == CaseState.CONSENT_RECHECK
        return self.memory.outreach_agency if rechecking else None

    def due_at(self) -> datetime | None:
        """A suspension is looked at on the day that was named for it."""
        on = self.memory.review_on
        if self.state == CaseState.SUSPENDED and on is not None:
            return end_of(self.policy, on, workflow.now())
        return super().due_at()

    def reminders(self, task: TaskToOpen) -> Iterator[Timer]:
        """An urgent case is brought to the 係長's mind at once."""
        yield from super().reminders(task)
        if self.case.urgent and self.state == CaseState.TRIAGE and self.memory.episode == 1:
            manager = Role.MANAGER.value
            yield Timer(at=workflow.now(), does="remind", cause="urgent", detail=manager)

    def timers(self) -> list[Timer]:
        """Beside those of the state, the ends of the consents."""
        ends = [
            Timer(
                at=expiry.at,
                does="lapse",
                cause="consent-expired",
                subject=expiry.person_id,
                detail=expiry.kind,
            )
            for expiry in self.memory.expiries
        ]
        return sorted([*super().timers(), *ends], key=lambda timer: timer.at)

    def lapse(self, timer: Timer) -> Move | None:
        if timer.subject and timer.detail:
            return self.consent_expired(timer.subject, timer.detail)
        if timer.cause == RECHECK_FIELD and self.not_to_be_asked():
            self.wait_again(timer)
            return None
        return super().lapse(timer)

    def not_to_be_asked(self) -> bool:
        """Consent is asked for again while the relation is good, and not after a refusal."""
        memory = self.memory
        return not memory.relation_good or (memory.recheck_paused and workflow.patched(PAUSES))

    def shown_timers(self) -> list[Timer]:
        """Nobody waits for a day on which nothing is going to be asked."""
        timers = [] if self.over else super().shown_timers()
        if not self.memory.recheck_paused:
            return timers
        return [timer for timer in timers if timer.cause != RECHECK_FIELD]
