"""Pages of records that another service keeps: facts and tables, all drawn by one template."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from fastapi import Request, Response

from services.coordination.portal import words
from services.coordination.portal.access import Viewer
from services.coordination.portal.pages import render

PARTICIPATION = "/api/participation/v1"


@dataclass(frozen=True)
class Cell:
    """One cell of a table. `tag` is the class of a word that carries a state."""

    text: str
    href: str | None = None
    number: bool = False
    tag: str | None = None


@dataclass(frozen=True)
class Link:
    href: str
    text: str
    main: bool = False


@dataclass(frozen=True)
class Table:
    """Rows under headings; the first cell of a row names it."""

    title: str
    headings: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    empty: str = "まだ記録はありません。"
    links: Sequence[Link] = ()


@dataclass(frozen=True)
class Page:
    title: str
    lead: str = ""
    crumbs: Sequence[Link] = ()
    links: Sequence[Link] = ()
    facts: Sequence[tuple[str, str]] = ()
    tables: Sequence[Table] = ()
    notices: Sequence[str] = field(default_factory=tuple)


HUB = Link("/community", "地域づくり")


def show(request: Request, page: Page) -> Response:
    return render(request, "records.html", page=page)


async def ask(request: Request, who: Viewer, path: str, **params: Any) -> Any:
    """What participation answers. Raises Problem as it said it."""
    return await request.app.state.elsewhere.get(who.token, f"{PARTICIPATION}{path}", **params)


def following(path: str, after: str | None) -> list[Link]:
    """The way to the next page, where there is one."""
    return [Link(f"{path}?after={after}", "次を見る")] if after else []


def text(value: Any) -> Cell:
    return Cell("" if value is None else str(value))


def number(value: Any, unit: str = "") -> Cell:
    return Cell("–" if value is None else f"{value:,}{unit}", number=True)


def on(day: str | date | None) -> Cell:
    return Cell(words.day(day) if day else "")


def linked(href: str, value: Any) -> Cell:
    return Cell(str(value), href=href)


def tagged(value: str, tag: str = "state") -> Cell:
    return Cell(value, tag=tag)
