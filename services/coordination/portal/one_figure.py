"""One figure: its course over the year, its shares, comments, and every event behind it."""

import asyncio
from dataclasses import asdict, dataclass
from datetime import date
from typing import Annotated, Any, Literal
from urllib.parse import urlencode
from uuid import UUID, uuid4

from fastapi import APIRouter, Query, Request, Response

from chassis.problems import Problem
from contracts.calendar import fiscal_year, fiscal_year_label, today
from contracts.venues import venue_name
from services.coordination import labels
from services.coordination.portal.access import Looking, Sent
from services.coordination.portal.charts import added_up, bars, course, meter
from services.coordination.portal.figures import (
    KEEPERS,
    basic_areas,
    has_begun,
    path_of,
    programme_names,
    year_of,
)
from services.coordination.portal.pages import CASEWORKERS, render, see

router = APIRouter()

FACTS = {
    "kasane.activity.reported.v1": "活動の報告",
    "kasane.case.closed.v1": "ケースの終結",
    "kasane.case.opened.v1": "ケースの開始",
    "kasane.community-work.recorded.v1": "地域づくりの実績の記録",
    "kasane.contact.made.v1": "アウトリーチの接触",
    "kasane.meeting.held.v1": "会議の開催",
    "kasane.placement.settled.v1": "参加先への定着",
    "kasane.placement.started.v1": "参加支援の開始",
    "kasane.plan.adopted.v1": "プランの作成",
    "kasane.resource.linked.v1": "地域資源とのつながりの成立",
    "kasane.resource.published.v1": "地域資源の公開",
    "kasane.resource.withdrawn.v1": "地域資源の公開の取りやめ",
    "kasane.support.recorded.v1": "支援経過の記録",
}
"""What the facts that figures are made of are called."""
DIVIDED_BY = {
    "venue": "会場",
    "basic_area": "基本圏域",
    "daily_area": "日常生活圏域",
    "channel": "窓口",
    "programme_no": "事業",
    "event_type": "もとの記録",
}
NARROWS = {
    "venue": "venue",
    "basic_area": "area",
    "daily_area": "daily_area",
    "channel": "channel",
}
"""By which part of the address a share opens into its own events."""
EVENTS_PAGE = 50
SHARES_SHOWN = 60

By = Literal["venue", "channel", "programme_no", "basic_area", "daily_area", "event_type"]


@router.get("/indicators/entries/{entry_id}")
async def entry(looking: Looking, request: Request, entry_id: UUID) -> Response:
    """One entry: what it says, what it said before, and the report or the case it came from."""
    ask = request.app.state.elsewhere
    found = await ask.get(looking.token, f"/api/indicators/v1/entries/{entry_id}")
    report_id = found["event"]["report_id"]
    status, report = (404, {})
    if report_id:
        status, report = await ask.status(
            looking.token, f"/api/intake/v1/activity-reports/{report_id}"
        )
    lines = report.get("items", []) if status == 200 else []
    return render(
        request,
        "entry.html",
        entry=found,
        event=found["event"],
        facts=FACTS,
        report_id=report_id,
        line=next((one for one in lines if one.get("line_id") == str(entry_id)), None),
        report_seen=status == 200,
        year=fiscal_year(date.fromisoformat(found["event"]["on"])),
        works_with_cases=looking.principal.has(*CASEWORKERS),
    )


@dataclass(frozen=True)
class Part:
    """Which part of a figure is looked at; every link of the page leads to a part like it."""

    year: int
    month: int | None = None
    area: str = ""
    daily_area: str = ""
    venue: str = ""
    channel: str = ""
    sub: bool = False

    @property
    def narrowed(self) -> dict[str, Any]:
        """The part as the indicators service is asked for it."""
        told = asdict(self) | {"basic_area": self.area, "sub": "true" if self.sub else None}
        return {name: told[name] for name in told if name not in ("year", "area")}

    @property
    def last_day(self) -> str:
        """The day as of which names are printed."""
        return min(today(), date(self.year + 1, 3, 31)).isoformat()

    def but(self, **changes: Any) -> str:
        """The query of a part that differs from this one."""
        told = {name: value for name, value in (asdict(self) | changes).items() if value}
        return urlencode(told | ({"sub": "true"} if told.get("sub") else {}))


@router.get("/indicators/{indicator_id}")
async def events(
    looking: Looking,
    request: Request,
    indicator_id: str,
    year: int | None = None,
    month: Annotated[int | None, Query(ge=1, le=12)] = None,
    area: str = "",
    daily_area: str = "",
    venue: str = "",
    channel: str = "",
    sub: bool = False,
    by: By | None = None,
    after: str | None = None,
) -> Response:
    """A figure with its months, its shares, what is said of it, and every event it is made of."""
    part = Part(year_of(year), month, area, daily_area, venue, channel, sub)
    base = path_of(part.year, f"/indicators/{indicator_id}")

    async def ask(path: str, **params: Any) -> Any:
        return await request.app.state.elsewhere.get(looking.token, path, **params)

    async def last_year(rest: str = "", **params: Any) -> Any:
        """None where the figure was no indicator the year before."""
        try:
            return await ask(path_of(part.year - 1, f"/indicators/{indicator_id}{rest}"), **params)
        except Problem as problem:
            if problem.status in (404, 422):
                return None
            raise

    async def nothing() -> None:
        return None

    row, stands, page, comments, targets, last, shares, shares_before = await asyncio.gather(
        ask(base, basic_area=area, version="open"),
        ask(base, basic_area=area, version="current"),
        ask(f"{base}/events", limit=EVENTS_PAGE, after=after, **part.narrowed),
        ask(f"{base}/comments"),
        ask(path_of(part.year, "/targets")),
        last_year(basic_area=area),
        ask(f"{base}/shares", by=by, **part.narrowed) if by else nothing(),
        last_year("/shares", by=by, **part.narrowed) if by else nothing(),
    )
    target = next((one for one in targets if one["indicator_id"] == indicator_id), None)
    return render(
        request,
        "events.html",
        part=part,
        label=fiscal_year_label(part.year),
        last_label=fiscal_year_label(part.year - 1),
        row=row,
        stands=stands,
        last=last,
        target=target,
        months=_months(row, last, target, part),
        areas=basic_areas(),
        by=by,
        divided_by=DIVIDED_BY,
        shares=_shares(shares or [], shares_before, by, part),
        shares_shown=SHARES_SHOWN,
        comments=comments,
        keeps=looking.principal.has(*KEEPERS),
        key=str(uuid4()),
        page=page,
        facts=FACTS,
        works_with_cases=looking.principal.has(*CASEWORKERS),
        whole=not after and not page.get("next"),
    )


def _months(row: Any, last: Any, target: Any, part: Part) -> dict[str, Any]:
    """The months with their charts: bars, and where months add up, the course of the year."""
    told = "sub_value" if part.sub else "value"
    names = [f"{one['month']}月" for one in row["months"]]
    now = [one[told] if has_begun(part.year, one["month"]) else None for one in row["months"]]
    before = [one[told] for one in last["months"]] if last else None
    # A target is of the whole ward's year and of the whole figure.
    aim = target["value"] if target and not (part.area or part.sub) else None
    level, adds = row["arithmetic"] == "stock", row["arithmetic"] in ("count", "sum")
    sums = added_up(now) if adds else None
    sums_before = added_up(before) if adds and before else None
    return {
        "now": list(zip([one["month"] for one in row["months"]], now, strict=True)),
        "before": before,
        "sums": sums,
        "sums_before": sums_before,
        "target": aim,
        "bars": bars(names, now, before, aim if level else None),
        "course": course(names, sums, sums_before, aim) if sums else None,
        "meter": meter(row[told], last[told] if last else None, aim),
    }


def _shares(
    shares: list[Any], before: list[Any] | None, by: By | None, part: Part
) -> list[dict[str, Any]]:
    """Each share with its name, what it was last year, and a bar on the scale of the largest."""
    were = {one["key"]: one["value"] for one in before or []}
    most = max((one["value"] for one in shares), default=0)
    known = {one["key"] for one in shares}
    gone = [
        {"key": key, "value": 0, "sub_value": 0, "events": 0}
        for key in were
        if key not in known and were[key]
    ]
    return [
        one
        | {
            "name": _name(one["key"], by, part.year),
            "last": were.get(one["key"], 0) if before is not None else None,
            "meter": meter(one["value"], were.get(one["key"]), None, max(most, *were.values(), 1)),
            "narrows": NARROWS.get(by or "") if one["key"] is not None else None,
        }
        for one in [*shares, *gone]
    ]


def _name(key: str | None, by: By | None, year: int) -> str:
    on = min(today(), date(year + 1, 3, 31))
    if key is None:
        return "報告に記載なし"
    if by == "venue":
        return venue_name(key, on)
    if by == "channel":
        return labels.channel(key, on)
    if by == "programme_no":
        return f"事業{key} {programme_names(year).get(int(key), '')}"
    return FACTS.get(key, key)


@router.post("/indicators/{indicator_id}/comments")
async def comment(sent: Sent, request: Request, indicator_id: str, year: int) -> Response:
    """Say something about a figure."""
    said = sent.text("text")
    if said:
        await request.app.state.elsewhere.post(
            sent.viewer.token,
            path_of(year, f"/indicators/{indicator_id}/comments"),
            sent.text("_key"),
            {"text": said},
        )
    flash = "コメントを残しました" if said else "コメントが空でした"
    return see(request, f"/indicators/{indicator_id}?year={year}#comments", flash)


@router.post("/indicators/{indicator_id}/target")
async def target(sent: Sent, request: Request, indicator_id: str, year: int) -> Response:
    """Set or lift the target of a figure."""
    wanted = sent.text("value").replace(",", "").replace(",", "")
    back = f"/indicators/{indicator_id}?year={year}"
    if wanted and not wanted.isdecimal():
        return see(request, back, "目標値は0以上の整数で入力してください。変更していません")
    await request.app.state.elsewhere.post(
        sent.viewer.token,
        path_of(year, f"/indicators/{indicator_id}/target"),
        sent.text("_key"),
        {"value": int(wanted) if wanted else None},
    )
    return see(request, back, "目標値を設定しました" if wanted else "目標値を取り消しました")
