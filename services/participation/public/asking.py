"""A search as it stands in an address: read, held within sensible sizes, written again."""

from typing import Annotated, Literal
from urllib.parse import urlencode

from fastapi import Depends, Query, Response

from contracts.catalogue import steps_from
from services.participation.resource import OLDEST
from services.participation.store.directory import Search

PAGE = 20
LAST_PAGE = 200
CACHE = "public, max-age=300"
"""A listing that was taken off may be seen for five minutes more."""

Day = Literal["MO", "TU", "WE", "TH", "FR", "SA", "SU"]


def asked(
    q: Annotated[str, Query(max_length=100, description="words, kana")] = "",
    kind: Annotated[str, Query(max_length=64)] = "",
    area: Annotated[str, Query(max_length=20, description="基本圏域 or 日常生活圏域")] = "",
    near: Annotated[str, Query(max_length=20, description="日常生活圏域: nearest first")] = "",
    within: Annotated[str, Query(pattern="^[0-9]?$", description="areas away from `near`")] = "",
    day: Annotated[Day | Literal[""], Query(description="day of the week")] = "",
    age: Annotated[str, Query(pattern="^[0-9]{0,3}$")] = "",
    feature: Annotated[str, Query(max_length=64)] = "",
    free: bool = False,
) -> Search:
    """What is left empty does not narrow; an area that is not known is found nowhere."""
    return Search(
        asked=q.replace("\0", ""),
        kind=kind or None,
        area=area or None,
        near=near if near and steps_from(near) else None,
        within=int(within) if within else None,
        weekday=day or None,
        age=min(int(age), OLDEST) if age else None,
        feature=feature or None,
        free=free,
    )


Asked = Annotated[Search, Depends(asked)]
Page = Annotated[int, Query(ge=1, le=LAST_PAGE)]


def address_of(search: Search, **more: str | int) -> str:
    """The part of an address behind the question mark."""
    said = {
        "q": search.asked,
        "kind": search.kind,
        "area": search.area,
        "near": search.near,
        "within": search.within,
        "day": search.weekday,
        "age": search.age,
        "feature": search.feature,
        "free": "true" if search.free else None,
    }
    given = {name: value for name, value in said.items() if value not in (None, "")}
    return urlencode(given | more)


def cached(response: Response) -> None:
    response.headers["Cache-Control"] = CACHE
