"""A person's wish and the places proposed for it; and the requests to make a place."""

from typing import Literal
from uuid import UUID

from fastapi import APIRouter, Request, Response

from chassis.problems import Problem
from contracts import catalogue
from contracts.calendar import WEEKDAYS
from contracts.events import new_id
from services.coordination.portal.access import Looking, Sent
from services.coordination.portal.acts import KEY_FIELD, PARTICIPATION, sent_values
from services.coordination.portal.forms import Choice, Control
from services.coordination.portal.pages import render, see
from services.coordination.portal.resource_forms import LANGUAGES

router = APIRouter()

DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
STATUSES = {"open": "開拓中", "met": "見つかった", "dropped": "見つからず終了"}
REASONS = {
    "no-host": "引き受け手が見つからない",
    "not-needed": "必要がなくなった",
    "other": "その他",
}


@router.get("/placements/{placement_id}")
async def candidates(looking: Looking, request: Request, placement_id: UUID) -> Response:
    """The wish, and the places that suit it with their reasons: a person chooses."""
    ask = request.app.state.elsewhere.get
    url = f"{PARTICIPATION}/placements/{placement_id}"
    placement = await ask(looking.token, url)
    wish = await ask(looking.token, f"{url}/wish")
    found = await ask(looking.token, f"{url}/candidates")
    version = await _version(request, looking.token, f"{url}/wish")
    return render(
        request,
        "candidates.html",
        placement=placement,
        controls=_controls(wish),
        found=found["candidates"],
        version=version,
        kinds=catalogue.resource_kinds(),
    )


@router.post("/placements/{placement_id}/wish")
async def write_wish(sent: Sent, request: Request, placement_id: UUID) -> Response:
    values = sent_values(sent.form)
    numbers = {name: (values.get(name) or [""])[0].strip() for name in ("age", "most_yen")}
    body = {
        **{name: int(at) if at.isdecimal() else (at or None) for name, at in numbers.items()},
        **{name: values.get(name, []) for name in ("needs", "strengths", "weekdays", "languages")},
    }
    said = "希望を記録しました"
    try:
        path = f"{PARTICIPATION}/placements/{placement_id}/wish"
        await request.app.state.elsewhere.change(
            sent.viewer.token, "PUT", path, sent.text("version"), body
        )
    except Problem as problem:
        if problem.status not in (412, 422):
            raise
        said = problem.ja
    return see(request, f"/placements/{placement_id}", said)


@router.get("/developments")
async def developments(
    looking: Looking, request: Request, status: Literal["open", "met", "dropped"] = "open"
) -> Response:
    """資源開発依頼: the wishes for which a place is to be made."""
    ask = request.app.state.elsewhere.get
    found = await ask(
        looking.token, f"{PARTICIPATION}/development-requests", status=status, limit=200
    )
    listed = await ask(looking.token, f"{PARTICIPATION}/resources/search", limit=200)
    return render(
        request,
        "developments.html",
        found=found,
        shown=status,
        statuses=STATUSES,
        reasons=REASONS,
        kinds=catalogue.resource_kinds(),
        listed=listed["resources"],
        keys={one["request_id"]: str(new_id()) for one in found["development_requests"]},
    )


@router.post("/developments/{request_id}/answer")
async def answer(sent: Sent, request: Request, request_id: UUID) -> Response:
    place, reason = sent.text("resource_id"), sent.text("reason")
    said = "回答しました。待っている人の担当者に知らせます"
    try:
        await request.app.state.elsewhere.post(
            sent.viewer.token,
            f"{PARTICIPATION}/development-requests/{request_id}/answer",
            sent.text(KEY_FIELD) or str(new_id()),
            {"resource_id": place or None, "reason": reason or None},
        )
    except Problem as problem:
        if problem.status not in (409, 422):
            raise
        errors = problem.more.get("errors") or [{"ja": problem.ja}]
        said = str(errors[0]["ja"])
    return see(request, "/developments", said)


async def _version(request: Request, token: str, path: str) -> str:
    """The wish's version, which its ETag says."""
    answer = await request.app.state.elsewhere.file(token, path)
    return str(answer.headers.get("etag", "0")).strip('"')


def _controls(wish: dict[str, object]) -> list[Control]:
    features = catalogue.resource_features().values()
    needs = tuple(Choice(one.feature, one.label) for one in features if one.sort != "role")
    roles = tuple(Choice(one.feature, one.label) for one in features if one.sort == "role")
    days = tuple(Choice(d, f"{w}曜日") for d, w in zip(DAYS, WEEKDAYS, strict=True))
    asked = (
        ("age", "年齢", "number", ()),
        ("needs", "なくてはならない条件", "checks", needs),
        ("strengths", "得意なこと・好きなこと", "checks", roles),
        ("weekdays", "行ける曜日", "checks", days),
        ("languages", "話せる言語", "checks", LANGUAGES),
        ("most_yen", "1回に払える金額(円)", "number", ()),
    )
    return [
        Control(name, label, kind, False, choices, _values(wish.get(name)))
        for name, label, kind, choices in asked
    ]


def _values(value: object) -> tuple[str, ...]:
    if value is None:
        return ()
    return tuple(map(str, value)) if isinstance(value, list) else (str(value),)
