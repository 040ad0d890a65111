"""The indicators pages: the plan's figures of a fiscal year, and the events behind each."""

import asyncio
from collections import defaultdict
from datetime import date
from typing import Annotated, Any, Literal
from uuid import UUID, uuid4

from fastapi import APIRouter, Query, Request, Response

from chassis.problems import Problem
from contracts.calendar import fiscal_year, fiscal_year_label, today
from contracts.catalogue import areas
from services.coordination.portal import words
from services.coordination.portal.access import Looking, Sent
from services.coordination.portal.charts import bars
from services.coordination.portal.pages import CASEWORKERS, render, see

router = APIRouter()

GOALS = {
    1: "基本目標1 つながりを感じることができる地域をめざします",
    2: "基本目標2 誰もが地域に参加できる共生のまちづくりを進めます",
    3: "基本目標3 安心して生活できる地域を支えます",
}
"""大田区地域福祉計画の基本目標 (plan R8–R10, table of output indicators)."""
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
SETS = {"ward": "実施計画のアウトプット指標", "national": "国への報告に用いる件数"}
KINDS = {
    "open": "集計中",
    "monthly": "月次",
    "provisional": "速報",
    "final": "確定",
    "restatement": "訂正後",
}
DIVIDED_BY = {
    "venue": "場所",
    "channel": "窓口",
    "programme_no": "事業",
    "basic_area": "圏域",
    "event_type": "もとの記録",
}
FIRST_YEAR, LAST_YEAR = 2019, 2100
EVENTS_PAGE = 100
SHARES_SHOWN = 60
KEEPERS = ("statistics", "manager")
"""Who sets targets and reviews figures."""

SetName = Literal["ward", "national"]
By = Literal["venue", "channel", "programme_no", "basic_area", "event_type"]


def year_of(asked: int | None) -> int:
    """The fiscal year that was asked for, or else the current one."""
    current = fiscal_year(today())
    return asked if asked is not None and FIRST_YEAR <= asked <= LAST_YEAR else current


def path_of(year: int, rest: str = "") -> str:
    return f"/api/indicators/v1/fiscal-years/{year}{rest}"


def basic_areas() -> list[str]:
    return list(dict.fromkeys(area.basic_area for area in areas()))


@router.get("/indicators")
async def indicators(
    looking: Looking,
    request: Request,
    year: int | None = None,
    area: str = "",
    set: SetName = "ward",
    programme: int | None = None,
    version: str = "current",
) -> Response:
    """The dashboard: goals, their figures, last year, targets, areas, months."""
    chosen = year_of(year)
    found = await request.app.state.elsewhere.get(
        looking.token,
        path_of(chosen, "/comparison"),
        basic_area=area,
        set=set,
        version=version,
    )
    rows = [row for row in found["compared"] if programme in (None, *row["figure"]["programmes"])]
    goals: dict[int, list[Any]] = defaultdict(list)
    for row in rows:
        goals[row["figure"]["basic_goal"] or 0].append(row)
    return render(
        request,
        "indicators.html",
        year=chosen,
        years=words.fiscal_years(fiscal_year(today())),
        area=area,
        areas=basic_areas(),
        set=set,
        sets=SETS,
        programme=programme,
        version=version,
        kinds=KINDS,
        found=found["table"],
        last_label=found["last_label"],
        goals=[(GOALS.get(goal, SETS[set]), goals[goal]) for goal in sorted(goals)],
        count=len(rows),
        figures=sum(1 + (row["figure"]["sub_label"] is not None) for row in rows),
    )


@router.get("/indicators.{form}")
async def table(
    looking: Looking,
    request: Request,
    form: Literal["csv", "xlsx", "pdf"],
    year: int | None = None,
    area: str = "",
    set: SetName = "ward",
    version: str = "current",
) -> Response:
    """The same table as a file, as the indicators service makes it."""
    made = await request.app.state.elsewhere.file(
        looking.token,
        path_of(year_of(year), "/indicators"),
        format=form,
        basic_area=area,
        set=set,
        version=version,
    )
    kept = ("content-type", "content-disposition")
    headers = {name: made.headers[name] for name in kept if name in made.headers}
    return Response(made.content, headers={**headers, "Cache-Control": "no-store"})


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


@router.get("/indicators/{indicator_id}")
async def events(
    looking: Looking,
    request: Request,
    indicator_id: str,
    year: int | None = None,
    month: Annotated[int | None, Query(ge=1, le=12)] = None,
    area: str = "",
    venue: str = "",
    channel: str = "",
    sub: bool = False,
    by: By | None = None,
    after: str | None = None,
) -> Response:
    """A figure with its months, its shares, what is said of it, and every event it is made of."""
    chosen = year_of(year)
    ask, base = request.app.state.elsewhere.get, path_of(chosen, f"/indicators/{indicator_id}")
    narrowed: dict[str, Any] = {
        "month": month,
        "basic_area": area,
        "venue": venue,
        "channel": channel,
        "sub": "true" if sub else None,
    }
    row, found, shares, said, last = await asyncio.gather(
        ask(looking.token, base, basic_area=area, version="open"),
        ask(looking.token, f"{base}/events", limit=EVENTS_PAGE, after=after, **narrowed),
        _shares(request, looking, f"{base}/shares", by, narrowed),
        ask(looking.token, f"{base}/comments"),
        _last(request, looking, chosen, indicator_id, area),
    )
    targets = await ask(looking.token, path_of(chosen, "/targets"))
    months = [f"{one['month']}月" for one in row["months"]]
    part = "sub_value" if sub else "value"
    query = {"month": month, "area": area, "venue": venue, "channel": channel}
    return render(
        request,
        "events.html",
        year=chosen,
        label=fiscal_year_label(chosen),
        last_label=fiscal_year_label(chosen - 1),
        row=row,
        last=last,
        chart=bars(
            months,
            [one[part] for one in row["months"]],
            [one[part] for one in last["months"]] if last else None,
        ),
        target=next((one for one in targets if one["indicator_id"] == indicator_id), None),
        month=month,
        area=area,
        areas=basic_areas(),
        venue=venue,
        channel_code=channel,
        sub=sub,
        by=by,
        divided_by=DIVIDED_BY,
        shares=shares[:SHARES_SHOWN],
        more_shares=max(0, len(shares) - SHARES_SHOWN),
        comments=said,
        keeps=looking.principal.has(*KEEPERS),
        key=str(uuid4()),
        page=found,
        facts=FACTS,
        works_with_cases=looking.principal.has(*CASEWORKERS),
        query="&".join(
            [f"year={chosen}"]
            + [f"{name}={value}" for name, value in query.items() if value]
            + (["sub=true"] if sub else [])
        ),
        whole=not after and not found.get("next"),
    )


async def _shares(
    request: Request, looking: Looking, path: str, by: By | None, narrowed: dict[str, Any]
) -> list[Any]:
    """The figure divided, if that was asked for: it looks at every event of the year."""
    if by is None:
        return []
    found: list[Any] = await request.app.state.elsewhere.get(looking.token, path, by=by, **narrowed)
    return found


async def _last(
    request: Request, looking: Looking, year: int, indicator_id: str, area: str
) -> dict[str, Any] | None:
    """The figure of the year before; None where it was no indicator then."""
    try:
        found: dict[str, Any] = await request.app.state.elsewhere.get(
            looking.token, path_of(year - 1, f"/indicators/{indicator_id}"), basic_area=area
        )
    except Problem as problem:
        if problem.status in (404, 422):
            return None
        raise
    return found


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
