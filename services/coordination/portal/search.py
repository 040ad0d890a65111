"""Finding cases by several things at once, and the ward's offices as of a date."""

from datetime import date
from typing import Any

from fastapi import APIRouter, Request, Response

from chassis.context import Ctx, Session
from chassis.mynumber import refuse_my_number
from chassis.problems import Problem
from contracts import catalogue
from contracts.calendar import today
from contracts.life import CASE
from services.coordination import labels
from services.coordination.organisation import organisation
from services.coordination.portal.access import Looking, Sent, Viewer
from services.coordination.portal.pages import render
from services.coordination.reading import CaseSearch
from services.coordination.searching import search

router = APIRouter()

FIELDS = ("person", "receipt_number", "agency", "state", "flag", "basic_area", "daily_area")


@router.get("/search")
async def ask(looking: Looking, request: Request) -> Response:
    return render(request, "search.html", **_choices(), typed={}, page=None, names={}, error=None)


@router.post("/search")
async def find(sent: Sent, ctx: Ctx, session: Session, request: Request) -> Response:
    """Posted, so that no name stands in an address, a history or a log."""
    typed = {name: sent.text(name) for name in FIELDS}
    elsewhere = request.app.state.elsewhere
    chosen = CaseSearch(
        receipt_number=typed["receipt_number"] or None,
        agency=typed["agency"] or None,
        state=typed["state"] or None,
        flag=typed["flag"] or None,
        basic_area=typed["basic_area"] or None,
        daily_area=typed["daily_area"] or None,
        after=sent.text("after") or None,
    )
    page, names, problem = None, {}, None
    try:
        refuse_my_number({"person": typed["person"]})
        page = await search(
            ctx, session, elsewhere, sent.viewer.principal, chosen, name=typed["person"]
        )
        names = await _names(elsewhere, sent.viewer, page.items)
    except Problem as refused:
        if refused.status not in (422, 503):
            raise
        problem = refused
    return render(
        request,
        "search.html",
        problem.status if problem else 200,
        **_choices(),
        typed=typed,
        page=page,
        names=names,
        error=problem.ja if problem else None,
    )


async def _names(elsewhere: Any, looking: Viewer, found: Any) -> dict[str, str]:
    """Names of those who were searched for by name; of nobody else."""
    meant = [person for row in found for person in row.meant]
    return (await elsewhere.names(looking.token, meant) if meant else None) or {}


def _choices() -> dict[str, Any]:
    areas = catalogue.areas()
    return {
        "agencies": [(code, row.name) for code, row in catalogue.agencies(today()).items()],
        "states": [(code, stage.label) for code, stage in CASE.items()],
        "flags": list(labels.choices("", "case_flag").items()),
        "basic_areas": list(dict.fromkeys(area.basic_area for area in areas)),
        "areas": areas,
    }


@router.get("/organisation")
async def offices(looking: Looking, request: Request, on: str = "") -> Response:
    """The offices as they were, are or will be called on a day."""
    error = None
    try:
        day = date.fromisoformat(on) if on else today()
    except ValueError:
        day, error = today(), "日付は 2026-08-01 の形で入力してください"
    return render(
        request,
        "organisation.html",
        422 if error else 200,
        shown=organisation(day),
        typed=on or day.isoformat(),
        error=error,
    )
