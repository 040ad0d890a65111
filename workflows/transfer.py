"""A transfer: another office is asked to take a case over, and answers.

Who has the case is coordination's to know: it follows the answer in the same transaction, with the
open tasks and those to come. Here the question waits, with its date, for the one who is asked.
"""

from temporalio import workflow

from contracts.beside import TransferInput
from contracts.cases import Kind
from contracts.life import TransferState
from workflows.child import Child
from workflows.moves import Move


@workflow.defn(name=Kind.TRANSFER.value)
class TransferWorkflow(Child[TransferInput]):
    """One proposal to one office."""

    kind = Kind.TRANSFER
    begins = TransferState.PROPOSED
    ends = frozenset(
        {
            TransferState.ACCEPTED,
            TransferState.DECLINED,
            TransferState.WITHDRAWN,
            TransferState.STOPPED,
        }
    )

    @workflow.init
    def __init__(self, transfer: TransferInput) -> None:
        super().__init__(transfer.transfer_id, transfer, transfer)

    @workflow.run
    async def run(self, transfer: TransferInput) -> None:
        await self.live()

    def first_move(self) -> Move:
        return Move(self.begins, cause="started", agency=self.agency)

    @property
    def agency(self) -> str | None:
        return self.memory.agency
