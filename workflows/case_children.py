"""What a case does with the lives under it: it begins them, and ends those without a ground."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Literal
from uuid import UUID

from contracts.acts import AddPerson, Command, ProposeDates, ScheduleMeeting, StartParticipation
from contracts.awaited import Placed, PreparedPlan, StopReason
from contracts.beside import TransferInput
from contracts.cases import (
    PAUSE,
    RESUME,
    STOP,
    Carried,
    CaseInput,
    CaseMemory,
    Kind,
    MeetingInput,
    OutreachInput,
    PlacementInput,
    PlanInput,
    ReferralInput,
    Refusal,
    Stop,
)
from contracts.life import SK_TRACK, CaseState
from workflows.case_ways import TAKES_ALL_ALONG
from workflows.follow_up import FollowedUp
from workflows.life import refuse
from workflows.moves import Move, Start, Tell


class CaseWithChildren(FollowedUp[CaseMemory]):
    """The part of the case that looks after its children."""

    kind = Kind.CASE
    case: CaseInput

    @property
    def persons(self) -> tuple[UUID, ...]:
        """Whom the case is about: those of its intake, and those added since."""
        return (*self.case.person_ids, *self.memory.added)

    def add_person(self, act: AddPerson, by: Command) -> Move:
        """Whoever is discussed consents for themselves: nothing is shared on consent until then."""
        if act.person_id in self.persons:
            refuse(Refusal.NOT_ALLOWED, state=self.state, person_id=str(act.person_id))
        added = (*self.memory.added, act.person_id)
        known = {"added": added, "looked_ahead": False}
        return Move(remember=known, person_id=act.person_id)

    # --- to begin them ------------------------------------------------------------------------

    @property
    def fresh(self) -> Carried:
        return Carried(run_length=self.carried.run_length)

    def plan(self, drafted: PreparedPlan) -> Start:
        plan = PlanInput(
            **drafted.model_dump(),
            case_id=self.key,
            person_ids=self.persons,
            policy=self.policy,
            carried=self.fresh,
        )
        return Start(Kind.PLAN, drafted.plan_id, plan)

    def outreach_plan(self, made: PreparedPlan) -> Start:
        start = self.plan(made)
        begins_with = start.begins_with.model_copy(update={"outreach": True})
        return Start(Kind.PLAN, made.plan_id, begins_with)

    def meeting(
        self,
        meeting_id: UUID,
        act: ScheduleMeeting | ProposeDates,
        basis: Literal["consent", "law-106-6"],
    ) -> Start:
        meeting = MeetingInput(
            meeting_id=meeting_id,
            case_id=self.key,
            legal_basis=basis,
            starts_at=act.starts_at if isinstance(act, ScheduleMeeting) else None,
            attendees=act.attendees,
            outreach_plans=self.memory.outreach_plans,
            policy=self.policy,
            carried=self.fresh,
        )
        return Start(Kind.MEETING, meeting_id, meeting)

    def outreach(self, outreach_id: UUID, agency: str) -> Start:
        outreach = OutreachInput(
            outreach_id=outreach_id,
            case_id=self.key,
            agency=agency,
            policy=self.policy,
            carried=self.fresh,
        )
        return Start(Kind.OUTREACH, outreach_id, outreach)

    def referral(
        self, referral_id: UUID, agency: str, sole: bool, due_on: date | None = None
    ) -> Start:
        referral = ReferralInput(
            referral_id=referral_id,
            case_id=self.key,
            agency=agency,
            sole=sole,
            due_on=due_on,
            policy=self.policy,
            carried=self.fresh,
        )
        return Start(Kind.REFERRAL, referral_id, referral)

    def placement(self, placement_id: UUID, act: StartParticipation) -> Start:
        """Without a decided plan it needs a ground of its own: on outreach the person's consent
        to support, with one agency the name of the one that takes the person along."""
        if self.state == CaseState.OUTREACH and act.person_id not in self.memory.support:
            refuse(Refusal.CONSENT_MISSING, persons=[str(act.person_id)])
        if self.state == CaseState.SINGLE_AGENCY and act.agency is None:
            refuse(Refusal.INCOMPLETE, field="agency")
        placement = PlacementInput(
            placement_id=placement_id,
            case_id=self.key,
            person_id=act.person_id,
            kinds=act.kinds,
            daily_area=act.daily_area,
            **({"agency": act.agency} if act.agency else {}),
            policy=self.policy,
            carried=self.fresh,
        )
        return Start(Kind.PLACEMENT, placement_id, placement)

    def transfer(self, transfer_id: UUID, agency: str, by: str) -> Start:
        transfer = TransferInput(
            transfer_id=transfer_id,
            case_id=self.key,
            agency=agency,
            proposed_by=by,
            policy=self.policy,
            carried=self.fresh,
        )
        return Start(Kind.TRANSFER, transfer_id, transfer)

    def resting_on(
        self, agency: str, referral_id: UUID, move: Move, due_on: date | None = None
    ) -> Move:
        """A move to 単独機関で対応: the agency is asked, and the case rests on its answer."""
        return replace(
            move,
            remember={**move.remember, "sole_referral_id": referral_id},
            starts=(self.referral(referral_id, agency, sole=True, due_on=due_on),),
            created_id=referral_id,
            agency=agency,
        )

    def reaching_out(self, agency: str, key: UUID, remember: Mapping[str, object]) -> Move:
        """A move to 関係づくり by an agency."""
        known = {"outreach_id": key, "outreach_agency": agency, "relation_good": False}
        return Move(
            CaseState.OUTREACH,
            remember={**remember, **known, "recheck_paused": False},
            starts=(self.outreach(key, agency),),
            created_id=key,
            agency=agency,
        )

    # --- to end them --------------------------------------------------------------------------

    def leave(
        self,
        to: CaseState,
        reason: StopReason,
        remember: Mapping[str, object] | None = None,
        hold_plan: bool = False,
    ) -> Move:
        """Go where the children under way have no ground any more: each is told to end.

        A plan may be held instead, for as long as the case is suspended.
        """
        memory = self.memory
        ending = (
            (Kind.MEETING, memory.meeting_id),
            (Kind.OUTREACH, memory.outreach_id),
            (Kind.REFERRAL, memory.sole_referral_id),
            (Kind.PLAN, None if hold_plan else memory.plan_id),
            (Kind.PLAN, None if hold_plan else memory.outreach_plan_id),
        )
        tells = [self.stop(kind, key, reason) for kind, key in ending if key]
        if hold_plan:
            held = (memory.plan_id, memory.outreach_plan_id)
            tells += [Tell(Kind.PLAN, plan_id, PAUSE) for plan_id in held if plan_id]
        forgotten = {
            "meeting_id": None,
            "outreach_id": None,
            "relation_good": False,
            "sole_referral_id": None,
            "plan_id": memory.plan_id if hold_plan else None,
            "outreach_plan_id": memory.outreach_plan_id if hold_plan else None,
        }
        return Move(to, remember={**forgotten, **(remember or {})}, tells=tuple(tells))

    def stop(self, kind: Kind, key: UUID, reason: StopReason) -> Tell:
        return Tell(kind, key, STOP, Stop(reason=reason))

    def stop_placements_of(self, person: UUID) -> tuple[Tell, ...]:
        return tuple(
            self.stop(Kind.PLACEMENT, placed.placement_id, "withdrawn-by-person")
            for placed in self.memory.placements
            if placed.person_id == person
        )

    def stop_all_help(self) -> tuple[Tell, ...]:
        """What would go on beside a closed case: places, and requests to agencies."""
        return (
            *(self.stop(Kind.PLACEMENT, p.placement_id, "case-closed") for p in self.placed),
            *(self.stop(Kind.REFERRAL, key, "case-closed") for key in self.memory.referral_ids),
        )

    def stop_handovers(self) -> tuple[Tell, ...]:
        keys = self.memory.handover_ids
        return tuple(self.stop(Kind.HANDOVER, key, "case-closed") for key in keys)

    def stop_transfer(self) -> tuple[Tell, ...]:
        key = self.memory.transfer_id
        return (self.stop(Kind.TRANSFER, key, "case-closed"),) if key else ()

    def children_told(self, word: str) -> tuple[Tell, ...]:
        """Tell what was begun for the person beside the plan that the case rests, or goes on.

        A handover keeps to a birthday and a transfer is between offices: neither waits for anybody
        whom the suspension is about.
        """
        if self.state == CaseState.CLOSED and self.memory.closure_reason in TAKES_ALL_ALONG:
            return ()
        return (
            *(Tell(Kind.ERRAND, errand.errand_id, word) for errand in self.memory.errands),
            *(Tell(Kind.REFERRAL, key, word) for key in self.memory.referral_ids),
            *(Tell(Kind.PLACEMENT, one.placement_id, word) for one in self.placed),
        )

    def resume_plan(self) -> tuple[Tell, ...]:
        plan_id = self.memory.plan_id
        return (Tell(Kind.PLAN, plan_id, RESUME),) if plan_id else ()

    def resume_outreach_plan(self, to: str) -> tuple[Tell, ...]:
        """On the track of the 支援会議 it goes on; elsewhere it has no ground any more."""
        plan_id = self.memory.outreach_plan_id
        if plan_id is None:
            return ()
        if to in SK_TRACK:
            return (Tell(Kind.PLAN, plan_id, RESUME),)
        return (self.stop(Kind.PLAN, plan_id, "suspended"),)

    def stop_reaching_out(self, reason: StopReason) -> tuple[Tell, ...]:
        """Work on the relationship and its plan, so far as they are still under way."""
        under_way = (
            (Kind.OUTREACH, self.memory.outreach_id),
            (Kind.PLAN, self.memory.outreach_plan_id),
        )
        return tuple(self.stop(kind, key, reason) for kind, key in under_way if key)

    @property
    def placed(self) -> tuple[Placed, ...]:
        return self.memory.placements

    def note(self, **changes: object) -> None:
        """Remember something that is no step of the case."""
        self.memory = self.memory.model_copy(update=changes)
