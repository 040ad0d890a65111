"""Entering a consultation by hand, by the form that the channel itself describes."""

from dataclasses import replace
from datetime import date
from typing import Any

from fastapi import APIRouter, Request, Response

from chassis.problems import Problem
from contracts import catalogue
from contracts.calendar import today
from contracts.events import new_id
from services.coordination.portal.access import Looking, Sent, Viewer
from services.coordination.portal.acts import KEY_FIELD, sent_values
from services.coordination.portal.forms import MORE, Choice
from services.coordination.portal.pages import render
from services.coordination.portal.schema_form import Sheet, misplaced, wrong

router = APIRouter()

ROWS_FIELD = "_rows"
MOST_ROWS = 20
KNOWN = ("received_on", "daily_area")
"""What an address may say beforehand: where the intake comes from a 気づき."""
SETTLED = frozenset({"channel", "source_reference"})
"""Questions that the page settles: the channel is chosen before, a person has no sender's id."""


@router.get("/intakes/new")
async def new(looking: Looking, request: Request, channel: str = "") -> Response:
    """The form of a channel; what a 気づき already says stands in it."""
    channels = catalogue.channels(today())
    if channel not in channels:
        return render(request, "channels.html", channels=list(channels.values()))
    schema = await _schema(request, looking, channel)
    known = {n: v for n in KNOWN if (v := request.query_params.getlist(n)) and v[0]}
    values = {"received_on": [today().isoformat()], **known}
    sheet = Sheet(schema, values, fresh=True, choices=_open_choices())
    return _page(request, channel, sheet, str(new_id()))


@router.post("/intakes/new")
async def enter(sent: Sent, request: Request, channel: str = "", issue: str = "") -> Response:
    """Sends the intake as this person; a refusal comes back to the form with all that was typed."""
    schema = await _schema(request, sent.viewer, channel)
    rows = _rows(sent.text(ROWS_FIELD))
    values = sent_values(sent.form)
    key = sent.text(KEY_FIELD) or str(new_id())
    sheet = Sheet(schema, values, rows=rows, choices=_open_choices())
    if MORE in sent.form:
        return _page(request, channel, replace(sheet, rows=min(rows + 1, MOST_ROWS)), key)
    body = {**sheet.body(), "channel": channel}
    try:
        made = await request.app.state.elsewhere.post(
            sent.viewer.token, "/api/intake/v1/intakes", key, body
        )
    except Problem as problem:
        if problem.status in (401, 503):
            raise
        errors = {
            str(error.get("field", "")).removeprefix("body."): str(error.get("ja", problem.ja))
            for error in problem.more.get("errors", ())
        }
        if problem.field and not errors:
            errors = {problem.field: problem.ja}
        again = replace(sheet, errors=errors)
        return _page(request, channel, again, str(new_id()), problem.status, problem.ja)
    kept = await _keep_chain(request, sent.viewer, issue, key, made["receipt_number"])
    return render(request, "intake_made.html", made=made, channel=_name(channel), issue=kept)


async def _keep_chain(
    request: Request, who: Viewer, issue: str, key: str, receipt_number: str
) -> str | None:
    """Write the receipt number at the 気づき that the intake came from; what became of that."""
    if not issue.replace("-", "").isalnum():
        return None
    try:
        await request.app.state.elsewhere.post(
            who.token,
            f"/api/participation/v1/issues/{issue}/intake",
            f"{key}-chain",
            {"receipt_number": receipt_number},
        )
    except Problem:
        return "地域課題に受付番号を書き留められませんでした。課題の画面から書き留めてください。"
    return "気づきに受付番号を書き留めました。"


async def _schema(request: Request, looking: Viewer, channel: str) -> dict[str, Any]:
    if channel not in catalogue.channels(today()):
        raise Problem(404, "not-found", ja="この窓口はありません", en="No such channel")
    found: dict[str, Any] = await request.app.state.elsewhere.get(
        looking.token, f"/api/intake/v1/channels/{channel}/schema"
    )
    return found


def _page(
    request: Request,
    channel: str,
    sheet: Sheet,
    key: str,
    status: int = 200,
    error: str | None = None,
) -> Response:
    section = sheet.section(SETTLED)
    return render(
        request,
        "intake.html",
        status,
        channel=channel,
        channel_name=_name(channel),
        section=section,
        rows=sheet.rows,
        key=key,
        error=error,
        wrong=wrong(section),
        loose=misplaced(sheet.errors, section),
        more=MORE,
        issue=request.query_params.get("issue", ""),
    )


def _rows(text: str) -> int:
    return min(max(int(text), 1), MOST_ROWS) if text.isdigit() else 1


def _name(channel: str, on: date | None = None) -> str:
    return catalogue.channels(on or today())[channel].ward_programme


def _open_choices() -> dict[str, list[Choice]]:
    """The ward's areas and topics, where the schema names only their form."""
    areas = catalogue.areas()
    topics = [Choice(code, label) for code, label in catalogue.consultation_topics().items()]
    return {
        "daily_area": [Choice(area.daily_area, area.daily_area) for area in areas],
        "basic_area": [Choice(one, one) for one in dict.fromkeys(a.basic_area for a in areas)],
        "topics": topics,
        "main_topic": topics,
    }
