"""Participation: places in the community, and the way of people into them."""

from fastapi import FastAPI

from chassis.service import Service
from chassis.settings import Settings
from contracts.cases import PARTICIPATION_QUEUE
from services.participation.activities import Activities
from services.participation.api import ROUTERS
from services.participation.events import events

SERVICE = Service(
    "participation",
    routers=ROUTERS,
    events=events,
    activities=Activities,
    queue=PARTICIPATION_QUEUE,
)


def create_app(settings: Settings) -> FastAPI:
    return SERVICE.app(settings)
