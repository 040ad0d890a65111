"""The indicators: the ledger of counted things, the measures, the figures and their lineage."""

from fastapi import FastAPI

from chassis.service import Service
from chassis.settings import Settings
from services.indicators import api
from services.indicators.events import events

SERVICE = Service("indicators", routers=[api.router], events=events)


def create_app(settings: Settings) -> FastAPI:
    return SERVICE.app(settings)
