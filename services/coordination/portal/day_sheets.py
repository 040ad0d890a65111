"""日報: the venues, a month of each, and the entry of a day: one row for each item."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request, Response

from chassis.problems import Problem
from contracts import catalogue
from contracts.calendar import today
from contracts.community import day_sheet_items
from contracts.events import new_id
from services.coordination.portal.access import Looking, Sent, Submission
from services.coordination.portal.acts import KEY_FIELD
from services.coordination.portal.pages import render, see
from services.coordination.portal.records import (
    HUB,
    PARTICIPATION,
    Cell,
    Link,
    Page,
    Table,
    ask,
    linked,
    number,
    show,
    tagged,
    text,
)
from services.coordination.portal.words import day as in_words

router = APIRouter()

REASONS = {
    "typing-error": "入力の誤り",
    "counted-again": "数え直し",
    "wrong-day": "日付の誤り",
    "wrong-place": "会場の誤り",
    "other": "その他",
}
WAY = {"records": "日報で数える", "file": "ファイルで数える"}


@router.get("/community/venues")
async def venues(looking: Looking, request: Request) -> Response:
    found = (await ask(request, looking, "/venues"))["venues"]
    channels = catalogue.channels(today())
    rows = [
        [
            linked(f"/community/venues/{row['venue_id']}", row["name"]),
            text(channels[row["channel"]].ward_programme),
            text(row["daily_area"]),
            tagged(WAY[row["way"]], "good" if row["way"] == "records" else ""),
            linked(f"/community/venues/{row['venue_id']}/days/{today()}", "今日の日報"),
        ]
        for row in found
    ]
    return show(
        request,
        Page(
            "会場と日報",
            "シニアステーション、地域活動支援センター、子育てひろば、フラットおおたの居場所です。",
            [HUB],
            [
                Link("/community/forms/venue", "会場を登録する", main=True),
                Link("/community/imports/day-sheets", "一月分の日報を取り込む"),
                Link("/community/reporting-ways", "実績の数え方"),
            ],
            tables=[Table("会場", ("会場", "事業", "圏域", "数え方", "日報"), rows)],
        ),
    )


@router.get("/community/venues/{venue_id}")
async def venue(looking: Looking, request: Request, venue_id: UUID) -> Response:
    """A venue and its sheets of the last month."""
    found = await ask(request, looking, f"/venues/{venue_id}")
    sheets = (await ask(request, looking, f"/venues/{venue_id}/day-sheets"))["sheets"]
    items = day_sheet_items(found["channel"])
    rows = [
        [
            linked(f"/community/venues/{venue_id}/days/{sheet['on']}", in_words(sheet["on"])),
            *(number(sheet["values"].get(item.item)) for item in items),
            text("訂正あり" if sheet["version"] > 1 else ""),
            tagged("数える", "good") if sheet["counted"] else Cell("数えない"),
        ]
        for sheet in sheets
    ]
    headings = ("日付", *(item.label for item in items), "訂正", "集計")
    yesterday = today() - timedelta(days=1)
    return show(
        request,
        Page(
            found["name"],
            crumbs=[HUB, Link("/community/venues", "会場と日報")],
            links=[
                Link(f"/community/venues/{venue_id}/days/{today()}", "今日の日報", main=True),
                Link(f"/community/venues/{venue_id}/days/{yesterday}", "昨日の日報"),
                Link(
                    f"/community/forms/reporting-way?scope=venue&code={found['code']}",
                    "数え方を変える",
                ),
                Link(
                    f"/community/forms/venue-correction?id={venue_id}&version={found['version']}",
                    "会場を変更する",
                ),
            ],
            facts=[
                ("符号", found["code"]),
                ("圏域", found["daily_area"]),
                ("今日の数え方", WAY[found["way"]]),
            ],
            tables=[Table("この一月の日報", headings, rows)],
        ),
    )


@router.get("/community/venues/{venue_id}/days/{on}")
async def day(looking: Looking, request: Request, venue_id: UUID, on: date) -> Response:
    found = await ask(request, looking, f"/venues/{venue_id}/days/{on}")
    return _page(request, found, {}, None)


@router.post("/community/venues/{venue_id}/days/{on}")
async def write(sent: Sent, request: Request, venue_id: UUID, on: date) -> Response:
    """Keeps the sheet of a day, or corrects it; a refusal keeps all that was typed."""
    token, elsewhere = sent.viewer.token, request.app.state.elsewhere
    found = await ask(request, sent.viewer, f"/venues/{venue_id}/days/{on}")
    body = _body(sent, found)
    key = sent.text(KEY_FIELD) or str(new_id())
    try:
        if sheet_id := sent.text("_sheet"):
            body |= {"version": _number(sent.text("_version")), "reason": sent.text("reason")}
            path = f"/day-sheets/{sheet_id}/correction"
        else:
            body["on"] = on.isoformat()
            path = f"/venues/{venue_id}/day-sheets"
        kept = await elsewhere.post(token, f"{PARTICIPATION}{path}", key, body)
    except Problem as problem:
        if problem.status in (401, 503):
            raise
        return _page(request, found, dict(sent.form), problem)
    labels = {item["item"]: item["label"] for item in found["items"]}
    odd = "、".join(labels[item] for item in kept["unusual"])
    said = f"{in_words(on)}の日報を記録しました。"
    if odd:
        said += f"いつもと大きく違う数があります。確かめてください:{odd}"
    return see(request, f"/community/venues/{venue_id}/days/{on}", said)


def _body(sent: Submission, found: dict[str, Any]) -> dict[str, Any]:
    values = {
        item["item"]: _number(sent.text(f"values.{item['item']}"))
        for item in found["items"]
        if sent.text(f"values.{item['item']}")
    }
    more = {name: sent.text(name) for name in ("opens_at", "closes_at", "remark")}
    return {"values": values, **{name: value for name, value in more.items() if value}}


def _number(written: str) -> int | str:
    """A number as people write it, in any width; what is none is for the service to refuse."""
    return int(written) if written.isdecimal() else written


def _page(
    request: Request, found: dict[str, Any], typed: dict[str, Any], problem: Problem | None
) -> Response:
    errors = {
        str(error.get("field")): str(error.get("ja", ""))
        for error in (problem.more.get("errors", ()) if problem else ())
    }
    sheet = found["sheet"]
    rows = [
        {
            **item,
            "name": f"values.{item['item']}",
            "value": typed.get(
                f"values.{item['item']}", sheet["values"].get(item["item"], "") if sheet else ""
            ),
            "error": errors.get(f"values.{item['item']}"),
        }
        for item in found["items"]
    ]
    on = date.fromisoformat(found["on"])
    return render(
        request,
        "day_sheet.html",
        problem.status if problem else 200,
        found=found,
        sheet=sheet,
        rows=rows,
        typed=typed,
        reasons=REASONS,
        key=str(new_id()),
        error=problem.ja if problem else None,
        errors=errors,
        before=on - timedelta(days=1),
        after=on + timedelta(days=1) if on < today() else None,
    )
