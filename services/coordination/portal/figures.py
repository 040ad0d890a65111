"""The indicators page: the plan's figures of a fiscal year, and the events behind each."""

from collections import defaultdict
from datetime import date
from typing import Any

from fastapi import APIRouter, Request, Response

from contracts.calendar import fiscal_year, fiscal_year_label, today
from services.coordination.portal import words
from services.coordination.portal.access import Looking
from services.coordination.portal.pages import CASEWORKERS, render

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
FIRST_YEAR, LAST_YEAR = 2019, 2100
EVENTS_PAGE = 100


def _year(asked: int | None) -> int:
    current = fiscal_year(today())
    return asked if asked is not None and FIRST_YEAR <= asked <= LAST_YEAR else current


def _path(year: int, rest: str = "") -> str:
    return f"/api/indicators/v1/fiscal-years/{year}/indicators{rest}"


@router.get("/indicators")
async def indicators(looking: Looking, request: Request, year: int | None = None) -> Response:
    chosen = _year(year)
    found = await request.app.state.elsewhere.get(looking.token, _path(chosen))
    goals: dict[int, list[Any]] = defaultdict(list)
    for row in found["indicators"]:
        goals[row["basic_goal"]].append(row)
    return render(
        request,
        "indicators.html",
        year=chosen,
        years=words.fiscal_years(fiscal_year(today())),
        found=found,
        goals=[(GOALS.get(goal, f"基本目標{goal}"), goals[goal]) for goal in sorted(goals)],
        figures=sum(1 + (row["sub_label"] is not None) for row in found["indicators"]),
    )


@router.get("/indicators.csv")
async def table(looking: Looking, request: Request, year: int | None = None) -> Response:
    """The same table for a spreadsheet, as the indicators service writes it."""
    chosen = _year(year)
    text = await request.app.state.elsewhere.text(looking.token, _path(chosen), format="csv")
    name = f"indicators-{chosen}.csv"
    return Response(
        text.encode("utf-8"),
        media_type="text/csv; charset=utf-8",
        headers={
            "Content-Disposition": f'attachment; filename="{name}"',
            "Cache-Control": "no-store",
        },
    )


@router.get("/indicators/{indicator_id}")
async def events(
    looking: Looking,
    request: Request,
    indicator_id: str,
    year: int | None = None,
    month: int | None = None,
    after: str | None = None,
) -> Response:
    """Every event that makes a figure up, page by page."""
    chosen = _year(year)
    ask = request.app.state.elsewhere.get
    row = await ask(looking.token, _path(chosen, f"/{indicator_id}"))
    found = await ask(
        looking.token,
        _path(chosen, f"/{indicator_id}/events"),
        limit=EVENTS_PAGE,
        after=after,
        month=month,
    )
    return render(
        request,
        "events.html",
        year=chosen,
        label=fiscal_year_label(chosen),
        row=row,
        month=month,
        page=found,
        facts=FACTS,
        works_with_cases=looking.principal.has(*CASEWORKERS),
        first=date(chosen, 4, 1),
        whole=not after and not found.get("next"),
    )
