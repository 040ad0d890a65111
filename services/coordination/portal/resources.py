"""The directory in the portal: found, read, written, made sure of. Participation keeps it."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from fastapi import APIRouter, Request, Response

from chassis.problems import Problem
from contracts import catalogue
from contracts.events import new_id
from services.coordination.portal.access import Looking, Sent, Viewer
from services.coordination.portal.acts import KEY_FIELD, PARTICIPATION, sent_values
from services.coordination.portal.pages import render, see
from services.coordination.portal.resource_forms import body_of, controls, opening_rows

router = APIRouter()

RESOURCES = f"{PARTICIPATION}/resources"
SHOWN = {
    "listed": "公開中",
    "to-check": "確認が必要",
    "draft": "下書き",
    "withdrawn": "公開終了",
}
STATUSES = {"draft": "下書き", "published": "公開中", "stale": "要確認", "withdrawn": "公開終了"}
ACTIONS = {
    "entered": "登録",
    "imported": "ファイルから取り込み",
    "corrected": "訂正",
    "published": "公開",
    "assured": "内容を確認",
    "turned-stale": "確認の期限切れ",
    "withdrawn": "公開終了",
    "photo-added": "写真を追加",
    "photo-removed": "写真を削除",
}
REASONS = {"closed": "活動を終えた", "moved": "移転した", "duplicate": "重複", "other": "その他"}
DONE = {
    "publication": "公開しました",
    "assurance": "内容を確認したと記録しました",
    "withdrawal": "公開を終了しました",
}
PAGE = 50


@router.get("/resources")
async def resources(
    looking: Looking,
    request: Request,
    q: str = "",
    kind: str = "",
    area: str = "",
    show: Literal["listed", "to-check", "draft", "withdrawn"] = "listed",
    after: str | None = None,
) -> Response:
    ask = request.app.state.elsewhere.get
    match show:
        case "listed":
            found = await ask(
                looking.token,
                f"{RESOURCES}/search",
                q=q,
                kind=kind,
                area=area,
                after=after,
                limit=PAGE,
            )
        case "to-check":
            found = await ask(looking.token, f"{RESOURCES}/to-check", limit=200)
        case _:
            found = await ask(
                looking.token, RESOURCES, status=show, kind=kind, after=after, limit=PAGE
            )
    return render(
        request,
        "resources.html",
        page=found,
        shown=show,
        tabs=SHOWN,
        statuses=STATUSES,
        wanted={"q": q, "kind": kind, "area": area},
        kinds=catalogue.resource_kinds(),
        areas=catalogue.areas(),
    )


@router.get("/resources/new")
async def new(looking: Looking, request: Request) -> Response:
    suggested = {"languages": ["ja"], "capacity_status": "open"}
    return _form(request, suggested, action="/resources/new")


@router.post("/resources/new")
async def enter(sent: Sent, request: Request) -> Response:
    values = sent_values(sent.form)
    body = body_of(values)
    another = sent.text("not_a_duplicate") == "true"
    try:
        made = await request.app.state.elsewhere.post(
            sent.viewer.token,
            RESOURCES,
            sent.text(KEY_FIELD) or str(new_id()),
            body | {"not_a_duplicate": another, "publish": sent.text("publish") == "true"},
        )
    except Problem as problem:
        return _again(request, body, "/resources/new", problem)
    return see(request, f"/resources/{made['resource_id']}", "登録しました")


@router.get("/resources/{resource_id}")
async def resource(looking: Looking, request: Request, resource_id: UUID) -> Response:
    ask = request.app.state.elsewhere.get
    url = f"{RESOURCES}/{resource_id}"
    found = await ask(looking.token, url)
    changes = await ask(looking.token, f"{url}/changes")
    photos = await ask(looking.token, f"{url}/photos")
    return render(
        request,
        "resource.html",
        one=found,
        photos=photos["photos"],
        changes=[{**one, "at": datetime.fromisoformat(one["at"])} for one in changes["changes"]],
        actions=ACTIONS,
        statuses=STATUSES,
        reasons=REASONS,
        labels={control.name: control.label for control in controls({}, {})},
        key=str(new_id()),
    )


@router.get("/resources/{resource_id}/edit")
async def edit(looking: Looking, request: Request, resource_id: UUID) -> Response:
    found = await request.app.state.elsewhere.get(looking.token, f"{RESOURCES}/{resource_id}")
    return _form(request, found, action=f"/resources/{resource_id}/edit", version=found["version"])


@router.post("/resources/{resource_id}/edit")
async def correct(sent: Sent, request: Request, resource_id: UUID) -> Response:
    body = body_of(sent_values(sent.form))
    version = sent.text("version")
    try:
        await request.app.state.elsewhere.change(
            sent.viewer.token, "PATCH", f"{RESOURCES}/{resource_id}", version, body
        )
    except Problem as problem:
        return _again(request, body, f"/resources/{resource_id}/edit", problem, version)
    return see(request, f"/resources/{resource_id}", "訂正しました")


@router.post("/resources/{resource_id}/acts/{what}")
async def act(
    sent: Sent,
    request: Request,
    resource_id: UUID,
    what: Literal["publication", "assurance", "withdrawal"],
) -> Response:
    """List it, make sure of it, take it off the list."""
    body = {"reason": sent.text("reason") or "other"} if what == "withdrawal" else {}
    said = DONE[what]
    try:
        await _post(request, sent.viewer, f"{RESOURCES}/{resource_id}/{what}", sent, body)
    except Problem as problem:
        if problem.status != 409:
            raise
        said = problem.ja
    return see(request, f"/resources/{resource_id}", said)


async def _post(request: Request, who: Viewer, path: str, sent: Sent, body: dict[str, Any]) -> None:
    key = sent.text(KEY_FIELD) or str(new_id())
    await request.app.state.elsewhere.post(who.token, path, key, body)


def _again(
    request: Request,
    body: dict[str, Any],
    action: str,
    problem: Problem,
    version: str | None = None,
) -> Response:
    """The form as it was sent, with what is wrong. Raises what is not about the form."""
    if problem.status not in (409, 412, 422):
        raise problem
    said = [(str(e.get("field", "")), str(e.get("ja"))) for e in problem.more.get("errors", ())]
    if problem.field and not said:
        said = [(problem.field, problem.ja)]
    errors = {field.split(".")[0]: ja for field, ja in reversed(said)}
    loose = [ja for field, ja in said if field.startswith(("openings", "body"))]
    return _form(
        request,
        body,
        action=action,
        version=version,
        errors=errors,
        loose=loose,
        problem=problem,
    )


def _form(
    request: Request,
    values: dict[str, Any],
    *,
    action: str,
    version: Any = None,
    errors: dict[str, str] | None = None,
    loose: list[str] | None = None,
    problem: Problem | None = None,
) -> Response:
    made = controls(values, errors or {})
    return render(
        request,
        "resource_form.html",
        problem.status if problem else 200,
        controls=made,
        openings=opening_rows(values.get("openings", ())),
        action=action,
        version=version,
        key=str(new_id()),
        error=problem.ja if problem else None,
        wrong=[one for one in made if one.error],
        loose=loose or [],
        alike=problem.more.get("candidates", []) if problem else [],
        newer=problem is not None and problem.status == 412,
    )
