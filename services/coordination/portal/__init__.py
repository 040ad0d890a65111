"""The portal: casework, figures and operations as plain Japanese pages, without JavaScript.

It runs inside coordination's process and does everything by coordination's own functions, as the
person who is logged in: the same permissions, refusals and audit rows as the API has.
"""

from fastapi import FastAPI
from fastapi.staticfiles import StaticFiles
from starlette.routing import Match, Mount
from starlette.types import Scope

from chassis.context import Context
from services.coordination.portal import (
    cases,
    community,
    day_sheets,
    errors,
    figures,
    fiscal_years,
    food,
    households,
    intakes,
    issues,
    lists,
    matching,
    meetings,
    one_figure,
    operations,
    papers,
    reassignments,
    record_forms,
    referrals,
    report_files,
    resource_files,
    resources,
    search,
    tending,
    training,
    worklist,
)
from services.coordination.portal.access import Login
from services.coordination.portal.elsewhere import Elsewhere
from services.coordination.portal.pages import HERE

__all__ = ["install"]


class PortalMount(Mount):
    """Everything but the APIs, whose unknown addresses stay problem details."""

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        if scope["type"] != "http" or scope["path"].startswith("/api/"):
            return Match.NONE, {}
        return super().matches(scope)


def install(app: FastAPI, context: Context) -> None:
    """Mount the portal on coordination's application: its own session and error pages."""
    portal = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
    portal.state = app.state
    app.state.elsewhere = Elsewhere(context.settings.public_url)
    errors.install(portal)
    Login(context.settings).install(portal)
    parts = (
        worklist,
        tending,
        search,
        cases,
        figures,
        one_figure,
        fiscal_years,
        operations,
        intakes,
        papers,
        reassignments,
        meetings,
        referrals,
        report_files,
        resource_files,
        matching,
        resources,
        households,
    )
    building = (community, day_sheets, food, issues, training, lists, record_forms)
    for part in (*parts, *building):
        portal.include_router(part.router)
    portal.mount("/static", StaticFiles(directory=HERE / "static"), name="static")
    app.router.routes.append(PortalMount("", app=portal, name="portal"))
