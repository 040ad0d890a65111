"""What the fiscal year's workflow asks of the indicators: one transaction for each step."""

from temporalio import activity

from chassis.context import Context
from contracts.fiscal_years import FiscalYearStep
from services.indicators.events import MEASURES
from services.indicators.years import record_step
from workflows.activities import IndicatorsActivities


class Activities(IndicatorsActivities):
    """The port, over the ledger's own database."""

    def __init__(self, context: Context) -> None:
        self._database = context.database

    @activity.defn
    async def record_year_step(self, step: FiscalYearStep) -> None:
        async with self._database.transaction() as session:
            # What is frozen is one moment of a ledger that goes on counting.
            await session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
            await record_step(session, MEASURES, step)
