"""Turns what a view found into an HTML page: templates, the frame around each, headers."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from fastapi import Request, Response
from fastapi.responses import RedirectResponse
from fastapi.templating import Jinja2Templates

from contracts import catalogue
from contracts.calendar import TOKYO
from contracts.venues import venue_name
from services.coordination import labels
from services.coordination.portal import words
from services.coordination.portal.access import CSRF_FIELD, Viewer, csrf_token
from services.coordination.reading.duties import to_be_looked_at

HERE = Path(__file__).parent

ROLES = {
    "coordinator": "調整担当",
    "agency": "支援機関担当",
    "manager": "係長・決定権者",
    "ward": "区(支援会議主催)",
    "statistics": "統計担当",
    "indicators": "統計担当",
    "operator": "運用",
}

CASEWORKERS = ("coordinator", "agency", "manager", "ward")
INTAKE_ENTRY = ("coordinator", "agency")


def _frame(request: Request) -> dict[str, Any]:
    """What every page shows around its content. A status message is shown once."""
    who: Viewer | None = getattr(request.state, "viewer", None)
    return {
        "viewer": who,
        "menu": menu(who),
        "csrf_field": CSRF_FIELD,
        "csrf": csrf_token(request),
        "flash": request.session.pop("flash", None),
        "here": request.url.path,
        "now": datetime.now(UTC),
        "settings": request.app.state.context.settings,
    }


def activity(kind: str) -> str:
    """What a reported kind of activity is called; the code itself if nobody knows it."""
    known = catalogue.activity_kinds().get(kind)
    return known.label if known else kind


def channel(code: str, on: str | None = None) -> str:
    """What a channel was called, on an ISO date where one is given."""
    return labels.channel(code, date.fromisoformat(on) if on else None)


def venue(code: str, on: str) -> str:
    """What a venue was called on an ISO date; the code where nobody has told its name."""
    return venue_name(code, date.fromisoformat(on))


templates = Jinja2Templates(directory=HERE / "templates", context_processors=[_frame])
templates.env.trim_blocks = True
templates.env.lstrip_blocks = True
templates.env.filters.update(
    moment=words.moment,
    day=words.day,
    born=words.born,
    instant=words.instant,
    clock=lambda at: f"{at.astimezone(TOKYO):%H:%M}",
    iso=lambda at: at.isoformat(),
    role=lambda code: ROLES.get(code, code),
    channel=channel,
    venue=venue,
    agency=labels.agency,
    lack=labels.lack,
    activity=activity,
    duties_to_look_at=to_be_looked_at,
    word=lambda code, act, field: labels.value(field, code, act),
)
templates.env.globals.update(due=words.due)


def menu(who: Viewer | None) -> list[tuple[str, str]]:
    """The pages this person has a use for: address and name."""
    if who is None:
        return []
    allowed = who.principal.has
    found = []
    if allowed(*CASEWORKERS, "statistics"):
        found.append(("/tasks", "作業一覧"))
    if allowed(*CASEWORKERS):
        found += [("/cases", "ケース"), ("/search", "検索")]
    if allowed(*INTAKE_ENTRY):
        found += [("/intakes/new", "受付入力"), ("/report-files", "実績の取込")]
    if allowed(*CASEWORKERS):
        found += [("/resources", "地域資源"), ("/community", "地域づくり")]
    found += [("/indicators", "指標"), ("/fiscal-years", "年度"), ("/organisation", "所管課")]
    if allowed("manager"):
        found.append(("/reassignments", "担当替え"))
    if allowed("operator"):
        found.append(("/operations", "運用"))
    return found


def render(request: Request, template: str, status: int = 200, **context: Any) -> Response:
    """A page that nothing may frame, script or keep: it may show personal data."""
    response = templates.TemplateResponse(request, template, context, status_code=status)
    issuer = urlsplit(request.app.state.context.settings.issuer_url)
    response.headers["Content-Security-Policy"] = (
        "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
        "base-uri 'none'; frame-ancestors 'none'; "
        # Browsers hold the redirect that follows a form (logout) to form-action too.
        f"form-action 'self' {issuer.scheme}://{issuer.netloc}"
    )
    response.headers["Cache-Control"] = "no-store"
    return response


def see(request: Request, address: str, flash: str | None = None) -> Response:
    """Leads on to another page, which says `flash` once. No personal data in it."""
    if flash:
        request.session["flash"] = flash
    return RedirectResponse(address, status_code=303)
