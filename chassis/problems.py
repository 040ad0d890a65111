"""Errors that a caller can act on: RFC 9457 problem details, in Japanese and English.

`code` is stable and for machines; `title` is Japanese, `title_en` English, both for people. A
refusal never repeats what was sent: it may identify somebody.
"""

from typing import Any

from asyncpg import InterfaceError as PostgresInterfaceError
from asyncpg import PostgresError
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic_core import PydanticCustomError
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from starlette.exceptions import HTTPException

from chassis.db import is_away
from chassis.telemetry import log

MEDIA_TYPE = "application/problem+json"


class Problem(Exception):
    """Raised anywhere in a request; the transaction rolls back and the caller is told."""

    def __init__(
        self,
        status: int,
        code: str,
        *,
        ja: str,
        en: str,
        field: str | None = None,
        headers: dict[str, str] | None = None,
        **more: Any,
    ) -> None:
        """`more` is added to the body: `allowed=[...]`, `errors=[...]`. Identifiers only."""
        super().__init__(code)
        self.status, self.code, self.ja, self.en = status, code, ja, en
        self.field, self.more, self.headers = field, more, headers

    def body(self) -> dict[str, Any]:
        named = {"field": self.field} if self.field else {}
        return {
            "type": f"urn:kasane:problem:{self.code}",
            "title": self.ja,
            "title_en": self.en,
            "status": self.status,
            "code": self.code,
            **named,
            **self.more,
        }

    def response(self) -> JSONResponse:
        return JSONResponse(self.body(), self.status, media_type=MEDIA_TYPE, headers=self.headers)


def broken(code: str, *, ja: str, en: str, field: str | None = None) -> PydanticCustomError:
    """To be raised in a model's validator: a rule that the fields break together, said to people.

    `field` is the one to be mended, below the model that raises.
    """
    return PydanticCustomError(code, "{en}", {"ja": ja, "en": en, "field": field})


def field_error(field: str, code: str, *, ja: str, en: str) -> dict[str, str]:
    """One entry of a problem's `errors`."""
    return {"field": field, "code": code, "ja": ja, "en": en}


_REASONS: dict[str, tuple[str, str]] = {
    "missing": ("必須の項目です", "This field is required"),
    "extra_forbidden": ("この項目は受け付けていません", "This field is not known"),
    "string_too_long": ("長すぎます", "Too long"),
    "string_too_short": ("短すぎます", "Too short"),
    "too_long": ("数が多すぎます", "Too many entries"),
    "too_short": ("数が足りません", "Too few entries"),
    "union_tag_invalid": ("この種類は知られていません", "No such kind"),
    "union_tag_not_found": ("種類が指定されていません", "The kind is missing"),
    "literal_error": ("選べない値です", "Not one of the possible values"),
    "enum": ("選べない値です", "Not one of the possible values"),
    "json_invalid": ("JSON として読めません", "This is not valid JSON"),
}
_OTHERWISE = ("値の形が正しくありません", "The value has the wrong form")


def validation_problem(errors: list[Any]) -> Problem:
    """A 422 that names every field, from pydantic's errors. The input itself is not repeated."""
    named = []
    for error in errors:
        ja, en = _REASONS.get(error["type"], _OTHERWISE)
        path = [str(part) for part in error["loc"] if part not in ("body", "query", "path")]
        if isinstance(said := error.get("ctx"), dict) and "ja" in said:
            ja, en = said["ja"], said["en"]
            path += [said["field"]] if said.get("field") else []
        named.append(field_error(".".join(path) or "body", error["type"], ja=ja, en=en))
    return Problem(
        422,
        "invalid",
        ja="入力内容に誤りがあります",
        en="The input is not valid",
        field=named[0]["field"] if named else None,
        errors=named,
    )


_HTTP: dict[int, tuple[str, str, str]] = {
    400: ("bad-request", "要求の形式が正しくありません", "The request is malformed"),
    404: ("not-found", "見つかりません", "Not found"),
    405: ("method-not-allowed", "この操作はできません", "This method is not allowed here"),
}


AWAY = Problem(
    503,
    "temporarily-unavailable",
    ja="ただいま処理できません。しばらくしてから同じキーでやり直してください",
    en="Not available right now; try again later with the same key",
    headers={"Retry-After": "5"},
)

UNSTORABLE = ("22021", "22P05", "22003")
"""SQLSTATEs of characters and numbers that a column cannot hold."""


def install(app: FastAPI) -> None:
    """Answer every error of an application with problem details."""

    @app.exception_handler(Problem)
    async def problem(_: Request, error: Problem) -> JSONResponse:
        return error.response()

    @app.exception_handler(RequestValidationError)
    async def invalid(_: Request, error: RequestValidationError) -> JSONResponse:
        return validation_problem(list(error.errors())).response()

    @app.exception_handler(HTTPException)
    async def http(_: Request, error: HTTPException) -> JSONResponse:
        code, ja, en = _HTTP.get(
            error.status_code, ("http-error", "処理できませんでした", "The request failed")
        )
        return Problem(
            error.status_code, code, ja=ja, en=en, headers=dict(error.headers or {})
        ).response()

    async def database(_: Request, error: Exception) -> JSONResponse:
        if is_away(error):
            log.warning("the database is away", error=type(error).__name__)
            return AWAY.response()
        # A character that text columns cannot hold (NUL) is the caller's mistake, not ours.
        if getattr(getattr(error, "orig", None), "sqlstate", "") in UNSTORABLE:
            return validation_problem([{"type": "value_error", "loc": ("body",)}]).response()
        raise error

    for kind in (DBAPIError, PoolTimeoutError, PostgresError, PostgresInterfaceError, OSError):
        app.add_exception_handler(kind, database)
