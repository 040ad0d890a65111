"""What the workflows ask of coordination: one transaction for each step."""

from temporalio import activity
from temporalio.exceptions import ApplicationError

from chassis.context import Context
from contracts.steps import Escalate, Step
from services.coordination.refusal import RefusedError
from services.coordination.store.steps import UnknownCaseError, remember
from services.coordination.store.worklist import escalate
from workflows.activities import CoordinationActivities


class Activities(CoordinationActivities):
    """The port, over coordination's own database."""

    def __init__(self, context: Context) -> None:
        self._database = context.database

    @activity.defn
    async def record_step(self, step: Step) -> None:
        try:
            async with self._database.transaction() as session:
                await remember(session, step)
        except RefusedError as error:
            raise ApplicationError(
                str(error.code), error.details, type=str(error.code), non_retryable=True
            ) from error
        except UnknownCaseError as error:
            raise ApplicationError(
                "unknown-case", type="unknown-case", non_retryable=True
            ) from error

    @activity.defn
    async def escalate_task(self, escalation: Escalate) -> None:
        async with self._database.transaction() as session:
            await escalate(session, escalation)
