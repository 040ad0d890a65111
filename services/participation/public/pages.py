"""The public pages: searching, a place with its calendar. No script, no login, no cookie."""

import calendar
from datetime import date
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

import jpholiday
from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.templating import Jinja2Templates

from chassis.context import Session
from contracts.calendar import WEEKDAYS, add_months, today, wareki
from contracts.catalogue import areas, resource_features, resource_kinds
from services.participation.opening import calendar_of
from services.participation.public.api import found, listed_place
from services.participation.public.asking import CACHE, Asked, Page, address_of
from services.participation.public.limits import within_limit
from services.participation.recurrence_words import DAYS

router = APIRouter(include_in_schema=False, dependencies=[Depends(within_limit)])

MONTHS_AHEAD = 12
templates = Jinja2Templates(directory=Path(__file__).parent / "templates")
templates.env.trim_blocks = True
templates.env.lstrip_blocks = True
templates.env.filters.update(wareki=wareki)


@router.get("/places")
async def search(asked: Asked, request: Request, session: Session, page: Page = 1) -> Response:
    result = await found(session, asked, page)
    return _render(
        request,
        "places.html",
        search=asked,
        result=result,
        address=address_of(asked),
        turned=[(number, address_of(asked, page=number)) for number in _turns(result)],
        kinds=resource_kinds(),
        features=[one for one in resource_features().values() if one.sort != "role"],
        areas=areas(),
        basic_areas=list(dict.fromkeys(area.basic_area for area in areas())),
        days=list(zip(DAYS, WEEKDAYS, strict=True)),
    )


@router.get("/places/{resource_id}")
async def place(
    resource_id: UUID,
    request: Request,
    session: Session,
    month: Annotated[str, Query(pattern=r"^(20[0-9]{2}-(0[1-9]|1[0-2]))?$")] = "",
) -> Response:
    shown, _ = await listed_place(session, resource_id)
    first = _month(month)
    weeks = calendar.Calendar().monthdatescalendar(first.year, first.month)
    on = calendar_of(shown.openings, weeks[0][0], weeks[-1][-1])
    return _render(
        request,
        "place.html",
        place=shown,
        first=first,
        weeks=[
            [(day, day.month == first.month, on.get(day, [])) for day in week] for week in weeks
        ],
        holiday=jpholiday.is_holiday_name,
        before=add_months(first, -1) if first > today().replace(day=1) else None,
        after=add_months(first, 1) if first < _last_month() else None,
        weekdays=WEEKDAYS,
        today=today(),
    )


def _month(text: str) -> date:
    """The first day of the month that is asked for, within what is shown at all."""
    asked = date.fromisoformat(f"{text}-01") if text else today().replace(day=1)
    return min(max(asked, today().replace(day=1)), _last_month())


def _last_month() -> date:
    return add_months(today().replace(day=1), MONTHS_AHEAD)


def _turns(result: Any) -> list[int]:
    """Numbers of the pages beside this one."""
    around = range(result.page - 2, result.page + 3)
    return [number for number in around if 1 <= number <= result.pages]


def _render(request: Request, template: str, **context: Any) -> Response:
    response = templates.TemplateResponse(request, template, context)
    response.headers["Cache-Control"] = CACHE
    response.headers["Content-Security-Policy"] = (
        "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; "
        "base-uri 'none'; frame-ancestors 'none'"
    )
    return response
