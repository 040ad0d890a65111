"""The dashboard: the plan's figures of a fiscal year by goal, programme, area and month."""

import asyncio
from collections.abc import Iterable
from datetime import date
from typing import Any, Literal

from fastapi import APIRouter, Request, Response

from contracts.calendar import fiscal_year, today
from contracts.catalogue import areas, channels
from services.coordination.portal import words
from services.coordination.portal.access import Looking, Viewer
from services.coordination.portal.charts import Meter, meter, trend
from services.coordination.portal.pages import render

router = APIRouter()

GOALS = {
    1: "基本目標1 つながりを感じることができる地域をめざします",
    2: "基本目標2 誰もが地域に参加できる共生のまちづくりを進めます",
    3: "基本目標3 安心して生活できる地域を支えます",
}
"""大田区地域福祉計画の基本目標 (plan R8–R10, table of output indicators)."""
SETS = {"ward": "実施計画のアウトプット指標", "national": "国への報告に用いる件数"}
KINDS = {
    "open": "集計中",
    "monthly": "月次",
    "provisional": "速報",
    "final": "確定",
    "restatement": "訂正後",
}
VIEWS = {
    "goals": "基本目標別",
    "programmes": "事業別",
    "areas": "圏域別",
    "months": "月別",
    "years": "年度推移",
}
"""How the same rows are laid out."""
FIRST_YEAR, LAST_YEAR = 2019, 2100
YEARS_BESIDE = 5
"""How many fiscal years stand beside each other, the chosen one last."""
KEEPERS = ("statistics", "manager")
"""Who sets targets and reviews figures."""

SetName = Literal["ward", "national"]
View = Literal["goals", "programmes", "areas", "months", "years"]


def year_of(asked: int | None) -> int:
    """The fiscal year that was asked for, or else the current one."""
    current = fiscal_year(today())
    return asked if asked is not None and FIRST_YEAR <= asked <= LAST_YEAR else current


def path_of(year: int, rest: str = "") -> str:
    return f"/api/indicators/v1/fiscal-years/{year}{rest}"


def has_begun(year: int, month: int) -> bool:
    """Whether a month of a fiscal year is not still to come."""
    return date(year if month >= 4 else year + 1, month, 1) <= today()


def programme_names(year: int) -> dict[int, str]:
    """The ward's 13 programmes by number, as they are called in a year: a name for each."""
    on = min(today(), date(year + 1, 3, 31))
    found: dict[int, str] = {}
    for channel in sorted(channels(on).values(), key=lambda one: one.programme_no):
        found.setdefault(channel.programme_no, channel.statute_programme)
    return found


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
    view: View = "goals",
) -> Response:
    """The dashboard: every figure beside last year and its target, laid out in one of five ways."""
    chosen = year_of(year)
    found = await request.app.state.elsewhere.get(
        looking.token,
        path_of(chosen, "/comparison"),
        basic_area=area,
        set=set,
        version=version,
    )
    earlier = await _earlier(request, looking, chosen, area, set) if view == "years" else []
    names = programme_names(chosen)
    rows = [row for row in found["compared"] if programme in (None, *row["figure"]["programmes"])]
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
        programmes=names,
        version=version,
        view=view,
        views=VIEWS,
        kinds=KINDS,
        found=found["table"],
        last_label=found["last_label"],
        groups=_grouped(rows, set, names, by_programme=view == "programmes"),
        meters={row["figure"]["id"]: _meter(row) for row in rows},
        earlier=earlier,
        trends={
            row["figure"]["id"]: trend(
                [one["values"].get(row["figure"]["id"]) for one in earlier]
                + [row["figure"]["value"]]
            )
            for row in rows
        },
        by_area={row["figure"]["id"]: _by_area(row) for row in rows},
        begun={month for month in range(1, 13) if has_begun(chosen, month)},
        count=len(rows),
        figures=sum(1 + (row["figure"]["sub_label"] is not None) for row in rows),
    )


async def _earlier(
    request: Request, looking: Viewer, year: int, area: str, set: SetName
) -> list[dict[str, Any]]:
    """The years before, the oldest first: what stands for each, else what is counted so far."""
    ask = request.app.state.elsewhere.get
    years = range(max(FIRST_YEAR, year - YEARS_BESIDE + 1), year)
    tables = await asyncio.gather(
        *(ask(looking.token, path_of(y, "/indicators"), basic_area=area, set=set) for y in years)
    )
    return [
        {
            "label": table["label"],
            "kind": table["kind"],
            "values": {row["id"]: row["value"] for row in table["indicators"]},
        }
        for table in tables
    ]


def _grouped(
    rows: Iterable[dict[str, Any]], set: SetName, names: dict[int, str], *, by_programme: bool
) -> list[tuple[str, list[dict[str, Any]]]]:
    """The rows under their goals, or under the programme with which each is printed."""
    groups: dict[int, list[dict[str, Any]]] = {}
    for row in rows:
        key = row["figure"]["programme_no" if by_programme else "basic_goal"] or 0
        groups.setdefault(key, []).append(row)

    def heading(key: int) -> str:
        if not by_programme:
            return GOALS.get(key, SETS[set])
        return f"事業{key} {names.get(key, '')}" if key else "複数の事業にわたるもの"

    return [(heading(key), groups[key]) for key in sorted(groups)]


def _by_area(row: dict[str, Any]) -> list[int | None]:
    """The figure in each 基本圏域, and what tells none; None where areas share what they count."""
    told = {one["basic_area"]: one["value"] for one in row["areas"]}
    nowhere = row["figure"]["value"] - sum(told.values())
    shared = row["figure"]["arithmetic"] == "distinct"
    return [*(told.get(area, 0) for area in basic_areas()), None if shared else nowhere]


def _meter(row: dict[str, Any]) -> Meter:
    last = row["last"]["value"] if row["last"] else None
    return meter(row["figure"]["value"], last, row["target"])


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
