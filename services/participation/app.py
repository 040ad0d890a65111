"""Participation: places in the community, and the way of people into them."""

from fastapi import FastAPI

from chassis.service import Service
from chassis.settings import Settings
from contracts.cases import PARTICIPATION_QUEUE
from services.participation import public
from services.participation.activities import Activities
from services.participation.ageing import age_directory
from services.participation.api import ROUTERS
from services.participation.api.imports import RESOURCE_IMPORTS
from services.participation.api.photos import RESOURCE_PHOTOS
from services.participation.events import events
from services.participation.importing import import_resources

SERVICE = Service(
    "participation",
    routers=ROUTERS,
    events=events,
    activities=Activities,
    queue=PARTICIPATION_QUEUE,
    background=(age_directory, import_resources),
    extend=public.install,
    files=(RESOURCE_IMPORTS, RESOURCE_PHOTOS),
)


def create_app(settings: Settings) -> FastAPI:
    return SERVICE.app(settings)
