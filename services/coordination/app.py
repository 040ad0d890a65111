"""The coordination service: cases, people's work, meetings and plans; and the portal."""

from fastapi import FastAPI

from chassis.service import Service
from chassis.settings import Settings
from contracts.cases import COORDINATION_QUEUE
from services.coordination import portal
from services.coordination.activities import Activities
from services.coordination.api import ROUTERS
from services.coordination.commands import relay_commands
from services.coordination.events import events
from services.coordination.mailing import relay_mails
from services.coordination.portal import report_files, resource_files
from services.coordination.reassigning import carry_out_reassignments
from services.coordination.reminding import raise_reminders
from services.coordination.succession import succeed_agencies

SERVICE = Service(
    "coordination",
    routers=ROUTERS,
    events=events,
    activities=Activities,
    queue=COORDINATION_QUEUE,
    background=(
        relay_commands,
        relay_mails,
        succeed_agencies,
        carry_out_reassignments,
        raise_reminders,
    ),
    extend=portal.install,
    files=(report_files.PAGE, resource_files.FILES, resource_files.PHOTOS),
)


def create_app(settings: Settings) -> FastAPI:
    return SERVICE.app(settings)
