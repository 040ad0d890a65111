"""The intake service: 20 channels, persons and households, activity reports."""

from fastapi import FastAPI

from chassis.service import Service
from chassis.settings import Settings
from contracts.cases import INTAKE_QUEUE
from services.intake.activities import Activities
from services.intake.api import ROUTERS
from services.intake.api.report_files import REPORT_FILES
from services.intake.events import events
from services.intake.file_reader import read_files
from services.intake.indexing import index_names

SERVICE = Service(
    "intake",
    routers=ROUTERS,
    events=events,
    activities=Activities,
    queue=INTAKE_QUEUE,
    background=(index_names, read_files),
    files=(REPORT_FILES,),
)


def create_app(settings: Settings) -> FastAPI:
    return SERVICE.app(settings)
