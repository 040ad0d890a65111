"""Who may come in, and what all endpoints share."""

from collections.abc import Callable
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Header

from chassis.auth import requires
from chassis.problems import Problem
from contracts.life import Role

PREFIX = "/api/participation/v1"

KEEPERS = (Role.AGENCY, Role.COORDINATOR, Role.MANAGER, Role.WARD)
"""Who keeps the directory and places people; they see the hosts' contacts as well."""

IfMatch = Annotated[str | None, Header()]
"""The version that a change is based on."""

STAFF = requires(*Role)
MAY_WRITE = requires(*KEEPERS)


def routes(tag: str) -> APIRouter:
    return APIRouter(prefix=PREFIX, tags=[tag])


def unknown(what: str, ja: str) -> Problem:
    """The 404 for something that is not here."""
    return Problem(404, f"{what}-unknown", ja=f"{ja}が見つかりません", en=f"No such {what}")


def page_end(rows: list[Any], limit: int, id_of: Callable[[Any], UUID]) -> str | None:
    """What to ask `after` for the next page, from one row more than a page shows."""
    return str(id_of(rows[limit - 1])) if len(rows) > limit else None


def same_version(version: int, if_match: str | None) -> None:
    """Raises Problem 428 without `If-Match`, 412 if somebody else was first."""
    if if_match is None:
        raise Problem(
            428,
            "if-match-missing",
            ja="どの版に対する訂正か(If-Match)が必要です",
            en="If-Match must name the version that is corrected",
            field="If-Match",
        )
    if if_match.removeprefix("W/").strip('"') != str(version):
        raise Problem(
            412,
            "version-changed",
            ja="ほかの人が先に変更しました。最新の内容を確認してください",
            en="Somebody else has changed it; look at the latest version",
            field="If-Match",
            version=version,
        )
