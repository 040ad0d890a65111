"""A case looks ahead: who reaches 18, 40 or 65, and what has to be asked for meanwhile.

Intake alone knows birth dates. It is asked in each episode, again every year, and whenever a birth
date was entered or corrected. A date that nobody knows is an errand; it is never guessed.
"""

from datetime import date
from typing import Any
from uuid import UUID

from temporalio import workflow

from contracts.acts import ErrandTopic
from contracts.awaited import AGE_CORRECTED, AgeReached, AwaitedAge, OpenErrand
from contracts.beside import ErrandInput
from contracts.cases import INTAKE_QUEUE, PAUSE, ChildMoved, HandoverInput, Kind, Timer
from contracts.life import CaseState, ErrandState, HandoverState
from contracts.steps import AgeBoundaries, AgeBoundary
from workflows import policies
from workflows.activities import IntakeActivities
from workflows.ages import Expected, reconciled
from workflows.case_children import CaseWithChildren
from workflows.moves import Move, Start, Tell

LOOK_AGAIN_FIELD = "look_ahead_every"


class CaseLookingAhead(CaseWithChildren):
    """The part of the case that asks when ages are reached."""

    asked_again = False
    """Whether a birth date changed while intake was being asked."""

    async def look_ahead(self) -> None:
        """Ask when the persons reach 18, 40 or 65, and prepare for it.

        Beside everything else: an intake service that is down does not hold the case up.
        """
        while self.persons:
            await workflow.wait_condition(
                lambda: not (self.memory.looked_ahead or self.state in ("", CaseState.CLOSED))
            )
            self.asked_again = False
            asked = AgeBoundaries(persons=self.persons)
            found = await self.ask(IntakeActivities.find_age_boundaries, asked, INTAKE_QUEUE)
            async with self.lock:
                if self.state != CaseState.CLOSED:
                    await self.prepare_for(found)

    @workflow.signal
    def look_again(self) -> None:
        """A birth date was entered or corrected."""
        self.asked_again = True
        self.note(looked_ahead=False)

    async def prepare_for(self, found: AgeBoundaries) -> None:
        """Begin, move and end handovers, and ask for what is not known."""
        now = workflow.now()
        near = tuple(b for b in found.boundaries if policies.in_sight(b.reached_on, now))
        if workflow.patched("look-ahead-again"):
            again_at = policies.after(self.policy, LOOK_AGAIN_FIELD, now)
            self.note(looked_ahead=not self.asked_again, look_again_at=again_at)
        else:
            self.note(looked_ahead=True)
        expected = reconciled(self.memory, near, self.today)
        begun = tuple(self.handover(boundary) for boundary in expected.new)
        awaited = (*expected.kept, *(self.awaited(start) for start in begun))
        ids = set(self.memory.handover_ids) - {age.handover_id for age in expected.gone}
        self.note(
            awaited_ages=awaited,
            handover_ids=tuple(sorted({*ids, *(start.key for start in begun)})),
        )
        asked_for = {errand.person_id for errand in self.errands(ErrandTopic.BIRTH_DATE)}
        for person in found.unknown:
            if person not in asked_for:
                await self.step(self.asking_birth_date(person))
        tells = self.told_of(expected, found)
        if begun or tells:
            await self.step(Move(cause="age-boundaries", starts=begun, tells=tells))

    def asking_birth_date(self, person: UUID) -> Move:
        errand = self.errand(workflow.uuid4(), ErrandTopic.BIRTH_DATE, person_id=person)
        return Move(cause="birth-date-unknown", person_id=person, starts=(errand,))

    def told_of(self, expected: Expected, found: AgeBoundaries) -> tuple[Tell, ...]:
        """Handovers hear of another day, or end; errands end whose answer is there."""
        moved = [
            Tell(
                Kind.HANDOVER, age.handover_id, AGE_CORRECTED, AgeReached(reached_on=age.reached_on)
            )
            for age in expected.moved
        ]
        gone = [
            self.stop(Kind.HANDOVER, age.handover_id, "birth-date-corrected")
            for age in expected.gone
        ]
        answered = [
            self.stop(Kind.ERRAND, errand.errand_id, "answered")
            for errand in self.errands(ErrandTopic.BIRTH_DATE)
            if errand.person_id not in found.unknown
        ]
        return (*moved, *gone, *answered)

    @property
    def today(self) -> date:
        return policies.tokyo_date(workflow.now())

    # --- errands ------------------------------------------------------------------------------

    def errand(
        self,
        errand_id: UUID,
        topic: ErrandTopic,
        person_id: UUID | None = None,
        due_on: date | None = None,
        **more: Any,
    ) -> Start:
        errand = ErrandInput(
            errand_id=errand_id,
            case_id=self.key,
            topic=topic,
            person_id=person_id,
            due_on=due_on,
            policy=self.policy,
            carried=self.fresh,
            **more,
        )
        return Start(Kind.ERRAND, errand_id, errand)

    async def start(self, start: Start) -> None:
        """Errands came with 0.2: a case whose history is older goes on without those it passed."""
        errand = start.begins_with
        if not isinstance(errand, ErrandInput):
            return await super().start(start)
        if workflow.patched("errands"):
            await super().start(start)
            opened = OpenErrand(
                errand_id=errand.errand_id, topic=errand.topic, person_id=errand.person_id
            )
            self.note(errands=(*self.memory.errands, opened))
            if self.memory.children_rest:
                await self.tell(Tell(Kind.ERRAND, errand.errand_id, PAUSE))

    def errands(self, topic: ErrandTopic) -> tuple[OpenErrand, ...]:
        return tuple(errand for errand in self.memory.errands if errand.topic == topic)

    def stop_errands(self, topic: ErrandTopic | None = None) -> tuple[Tell, ...]:
        """End the errands about something, or all of them."""
        return tuple(
            self.stop(Kind.ERRAND, errand.errand_id, "answered" if topic else "case-closed")
            for errand in self.memory.errands
            if topic in (None, errand.topic)
        )

    def errand_moved(self, news: ChildMoved) -> Move | None:
        """A birth date that is said to be entered is looked for; a plan that waits, again later."""
        reported = next((e for e in self.memory.errands if e.errand_id == news.child_id), None)
        if reported is None:
            return None
        left = tuple(e for e in self.memory.errands if e.errand_id != news.child_id)
        self.note(errands=left)
        if news.state != ErrandState.DONE:
            return None
        if reported.topic == ErrandTopic.BIRTH_DATE and news.result == "done":
            self.look_again()
        return self.next_review() if reported.topic == ErrandTopic.PREPARED_PLAN else None

    def next_review(self) -> Move | None:
        raise NotImplementedError

    # --- handovers ----------------------------------------------------------------------------

    def handover(self, boundary: AgeBoundary) -> Start:
        handover = HandoverInput(
            handover_id=workflow.uuid4(),
            case_id=self.key,
            person_id=boundary.person_id,
            age=boundary.age,
            reached_on=boundary.reached_on,
            policy=self.policy,
            carried=self.fresh,
        )
        return Start(Kind.HANDOVER, handover.handover_id, handover)

    def awaited(self, start: Start) -> AwaitedAge:
        return AwaitedAge.model_validate(start.begins_with.model_dump())

    def handover_moved(self, news: ChildMoved) -> Move | None:
        if news.state in (HandoverState.DONE, HandoverState.STOPPED):
            memory = self.memory
            left = tuple(key for key in memory.handover_ids if key != news.child_id)
            ages = tuple(a for a in memory.awaited_ages if a.handover_id != news.child_id)
            self.note(handover_ids=left, awaited_ages=ages)
        return None

    # --- timers -------------------------------------------------------------------------------

    def timers(self) -> list[Timer]:
        """Beside those of the state, the day on which intake is asked again."""
        at = self.memory.look_again_at
        if at is None or self.state == CaseState.CLOSED:
            return super().timers()
        again = Timer(at=at, does="lapse", cause=LOOK_AGAIN_FIELD)
        return sorted([*super().timers(), again], key=lambda timer: timer.at)

    def lapse(self, timer: Timer) -> Move | None:
        if timer.cause == LOOK_AGAIN_FIELD:
            self.note(looked_ahead=False, look_again_at=None)
            return None
        return super().lapse(timer)

    def shown_timers(self) -> list[Timer]:
        """Nobody waits for the day on which the case looks ahead again."""
        return [timer for timer in super().shown_timers() if timer.cause != LOOK_AGAIN_FIELD]
