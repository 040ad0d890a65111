"""The indicators: the ledger of counted things, the figures of fiscal years, and their lineage."""

from fastapi import FastAPI

from chassis.context import Context
from chassis.service import Service
from chassis.settings import Settings
from contracts.fiscal_years import INDICATORS_QUEUE
from services.indicators.activities import Activities
from services.indicators.api import ROUTERS
from services.indicators.events import MEASURES, events
from services.indicators.rules import keep_to_the_rules
from services.indicators.telling import tell_fiscal_years


def count_as_the_ward_says(_: FastAPI, context: Context) -> None:
    """Count by the ward's answers to the open questions. Raises ValueError for a wrong one."""
    MEASURES.answer(context.settings.ward_answers)


SERVICE = Service(
    "indicators",
    routers=ROUTERS,
    events=events,
    activities=Activities,
    queue=INDICATORS_QUEUE,
    background=(keep_to_the_rules, tell_fiscal_years),
    extend=count_as_the_ward_says,
)


def create_app(settings: Settings) -> FastAPI:
    return SERVICE.app(settings)
