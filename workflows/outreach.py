"""Work on the relationship with people who have not consented (process A7).

Try after try is recorded, each with the date of the next. A good relation is where consent can be
asked for again; a refusal undoes it. Somebody who is not reached at all for a while is for the
支援会議 to talk about again. The work ends when the case says so, most often because consent came.
"""

from temporalio import workflow

from contracts.acts import Command, ContactOutcome, RecordContact
from contracts.cases import Kind, OutreachInput
from contracts.life import OutreachState
from workflows.child import Child
from workflows.moves import Move

RELATION = {
    ContactOutcome.GOOD_RELATION: OutreachState.RELATED,
    ContactOutcome.REFUSED: OutreachState.TRYING,
    ContactOutcome.TALKED: None,
}
"""What a contact makes of the relation; None: it stays as it is."""


@workflow.defn(name=Kind.OUTREACH.value)
class OutreachWorkflow(Child[OutreachInput]):
    """Outreach by one agency under one outreach plan."""

    kind = Kind.OUTREACH
    begins = OutreachState.TRYING
    ends = frozenset({OutreachState.UNREACHED, OutreachState.STOPPED})

    @workflow.init
    def __init__(self, outreach: OutreachInput) -> None:
        super().__init__(outreach.outreach_id, outreach, outreach)

    @workflow.run
    async def run(self, outreach: OutreachInput) -> None:
        await self.live()

    def record_contact(self, act: RecordContact, by: Command) -> Move:
        """Each try sets the date of the next; only a person who was met starts the wait anew."""
        if act.outcome == ContactOutcome.NO_ANSWER:
            return Move(task="renew", agency=act.agency)
        return Move(RELATION[act.outcome], anew=True, agency=act.agency)

    async def step(self, move: Move, command: Command | None = None) -> None:
        """A good contact is news also where the relation was good before: it may end a pause."""
        came_from = self.state
        await super().step(move, command)
        stayed_good = came_from == self.state == OutreachState.RELATED and move.anew
        if stayed_good and move.to and workflow.patched("good-contact-is-news"):
            await self.moved(move, command)

    def first_move(self) -> Move:
        return Move(self.begins, cause="started", agency=self.agency)

    @property
    def agency(self) -> str | None:
        return self.memory.agency
