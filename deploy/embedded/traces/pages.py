"""The trace pages in Japanese, and the same facts as JSON."""

import re
import unicodedata
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.encoders import jsonable_encoder
from fastapi.responses import JSONResponse, RedirectResponse
from fastapi.templating import Jinja2Templates

from chassis.problems import Problem
from deploy.embedded.traces.access import Access
from deploy.embedded.traces.spans import STATUS_ERROR
from deploy.embedded.traces.store import Related, SpanStore, TraceFilter
from deploy.embedded.traces.waterfall import Row, arrange

TRACES_A_PAGE = 50
SPANS_A_PAGE = 200

_JST = ZoneInfo("Asia/Tokyo")
_TRACE_ID = re.compile(r"[0-9a-f]{32}")
_KINDS = {1: "内部", 2: "受信", 3: "呼出", 4: "送出", 5: "取込"}
"""OTLP's internal, server, client, producer, consumer."""

_RELATIONS = {"receipt": "受付番号が一致", "case": "同じケース", "link": "関連づけ"}

templates = Jinja2Templates(directory=Path(__file__).parent / "templates")


def render(
    request: Request, template: str, context: dict[str, Any], *, status: int = 200
) -> Response:
    """A page that runs no script, is framed by nobody and stays in no cache."""
    response = templates.TemplateResponse(request, template, context, status_code=status)
    response.headers["Content-Security-Policy"] = (
        "default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'; "
        # Logging out is a form that the issuer redirects on.
        f"form-action 'self' {request.app.state.issuer_origin}"
    )
    response.headers["Cache-Control"] = "no-store"
    return response


class TracePages:
    """The pages and their JSON twins over one store."""

    def __init__(self, access: Access) -> None:
        self._access = access

    def router(self) -> APIRouter:
        """Everything a person or a tool reads."""
        router = APIRouter(prefix="/traces")
        router.add_api_route("", self.recent, methods=["GET"])
        router.add_api_route("/search", self.search, methods=["GET"])
        router.add_api_route("/{trace_id}", self.trace, methods=["GET"])
        guarded = [Depends(self._access.caller)]
        router.add_api_route("/api/search", self.search_json, methods=["GET"], dependencies=guarded)
        router.add_api_route(
            "/api/traces/{trace_id}", self.trace_json, methods=["GET"], dependencies=guarded
        )
        return router

    async def recent(
        self,
        request: Request,
        service: str = "",
        errors: bool = False,
        before: str = "",
    ) -> Response:
        """The newest traces."""
        return await self._list(request, "list.html", {}, None, service, errors, before)

    async def search(
        self,
        request: Request,
        q: str = "",
        receipt: str = "",
        case_id: str = "",
        service: str = "",
        errors: bool = False,
        before: str = "",
    ) -> Response:
        """All traces of one piece of casework, by receipt number or case id; one trace by its id.

        `receipt` and `case_id` are for links from other pages, `q` takes whatever was typed.
        """
        self._access.person(request)
        asked = normal(q or receipt or case_id)
        if not asked:
            return RedirectResponse("/traces", status_code=303)
        if _TRACE_ID.fullmatch(asked.lower()) and await _store(request).spans(asked.lower()):
            return RedirectResponse(f"/traces/{asked.lower()}", status_code=303)
        related = await find(_store(request), asked)
        context = {"asked": asked, "related": related}
        return await self._list(request, "search.html", context, related, service, errors, before)

    async def _list(
        self,
        request: Request,
        template: str,
        context: dict[str, Any],
        related: Related | None,
        service: str,
        errors: bool,
        before: str,
    ) -> Response:
        person = self._access.person(request)
        rows = await _store(request).traces(
            TraceFilter(
                only=None if related is None else list(related.traces),
                service=service or None,
                errors_only=errors,
                before=_cursor(before),
                limit=TRACES_A_PAGE + 1,
            )
        )
        page = rows[:TRACES_A_PAGE]
        further = None
        if len(rows) > TRACES_A_PAGE:
            last = f"{page[-1]['started'].isoformat()}~{page[-1]['trace_id']}"
            further = str(request.url.include_query_params(before=last).query)
        return render(
            request,
            template,
            context
            | {
                "person": person,
                "traces": page,
                "services": await _store(request).services(),
                "service": service,
                "errors": errors,
                "later": bool(before),
                "further": further,
                "relations": _RELATIONS,
            },
        )

    async def trace(
        self,
        request: Request,
        trace_id: str,
        service: str = "",
        errors: bool = False,
        page: Annotated[int, Query(ge=1)] = 1,
    ) -> Response:
        """One trace as a waterfall."""
        person = self._access.person(request)
        store = _store(request)
        spans = await store.spans(trace_id) if _TRACE_ID.fullmatch(trace_id) else []
        if not spans:
            return render(request, "missing.html", {"person": person}, status=404)
        waterfall = arrange(spans)
        rows = [row for row in waterfall.rows if _wanted(row, service, errors)]
        shown = rows[(page - 1) * SPANS_A_PAGE : page * SPANS_A_PAGE]
        receipts, case_ids = await store.subjects(trace_id)
        context = {
            "person": person,
            "trace_id": trace_id,
            "waterfall": waterfall,
            "rows": shown,
            "details": await store.details(trace_id, [row.span["span_id"] for row in shown]),
            "receipts": receipts,
            "case_ids": case_ids,
            "services": sorted({span["service"] for span in spans}),
            "failed": sum(span["status"] == STATUS_ERROR for span in spans),
            "service": service,
            "errors": errors,
            "page": page,
            "pages": max(1, -(-len(rows) // SPANS_A_PAGE)),
            "found": len(rows),
            "kinds": _KINDS,
            "spans_a_page": SPANS_A_PAGE,
        }
        return render(request, "trace.html", context)

    async def search_json(self, request: Request, receipt: str = "", case_id: str = "") -> Response:
        """All traces of one piece of casework, the newest first."""
        store = _store(request)
        asked = normal(receipt or case_id)
        if not asked:
            raise Problem(
                422,
                "receipt-or-case-missing",
                ja="受付番号かケースの番号が必要です",
                en="A receipt number or a case id is required",
                field="receipt",
            )
        related = await (
            store.related_to_receipt(asked) if receipt else store.related_to_case(asked.lower())
        )
        rows = await store.traces(TraceFilter(only=list(related.traces), limit=1000))
        return _json(
            {
                "receipts": related.receipts,
                "case_ids": related.case_ids,
                "traces": [_summary(row, related) for row in rows],
            }
        )

    async def trace_json(self, request: Request, trace_id: str) -> Response:
        """One trace with all that is known of its spans, in reading order."""
        store = _store(request)
        spans = await store.spans(trace_id)
        if not spans:
            raise Problem(
                404, "trace-unknown", ja="記録が見つかりません", en="There is no such trace"
            )
        waterfall = arrange(spans)
        receipts, case_ids = await store.subjects(trace_id)
        details = await store.details(trace_id, [span["span_id"] for span in spans])
        return _json(
            {
                "trace_id": trace_id,
                "started": waterfall.started,
                "duration_ms": waterfall.duration_ms,
                "complete": waterfall.complete,
                "receipts": receipts,
                "case_ids": case_ids,
                "spans": [
                    dict(row.span)
                    | details[row.span["span_id"]]
                    | {
                        "depth": row.depth,
                        "parent_missing": row.parent_missing,
                        "duration_ms": row.duration_ms,
                    }
                    for row in waterfall.rows
                ],
            }
        )


def _json(content: dict[str, Any]) -> JSONResponse:
    return JSONResponse(jsonable_encoder(content), headers={"Cache-Control": "no-store"})


async def find(store: SpanStore, asked: str) -> Related:
    """By case id when it reads like one, otherwise by receipt number."""
    try:
        return await store.related_to_case(str(UUID(asked)))
    except ValueError:
        return await store.related_to_receipt(asked)


def normal(typed: str) -> str:
    """What was typed, full-width letters and digits made half-width (全角→半角)."""
    return unicodedata.normalize("NFKC", typed).strip()[:100]


def _store(request: Request) -> SpanStore:
    store: SpanStore = request.app.state.store
    return store


def _wanted(row: Row, service: str, errors: bool) -> bool:
    return (not service or row.span["service"] == service) and (
        not errors or row.span["status"] == STATUS_ERROR
    )


def _cursor(before: str) -> tuple[datetime, str] | None:
    moment, _, trace_id = before.partition("~")
    try:
        return (datetime.fromisoformat(moment), trace_id) if trace_id else None
    except ValueError:
        return None


def _summary(row: Mapping[str, Any], related: Related) -> dict[str, Any]:
    named = ("trace_id", "service", "name", "rootless", "started", "services", "spans", "errors")
    return {name: row[name] for name in named} | {
        "duration_ms": (row["ended"] - row["started"]).total_seconds() * 1000,
        "relation": related.traces[row["trace_id"]],
    }


def _clock_time(moment: datetime) -> str:
    return moment.astimezone(_JST).strftime("%Y-%m-%d %H:%M:%S")


def _duration(milliseconds: float) -> str:
    if 0 < milliseconds < 1:
        return f"{milliseconds:.2f} ミリ秒"
    if milliseconds < 1000:
        return f"{milliseconds:.0f} ミリ秒"
    seconds = milliseconds / 1000
    if seconds < 120:
        return f"{seconds:.1f} 秒"
    minutes = seconds / 60
    return f"{minutes:.0f} 分" if minutes < 120 else f"{minutes / 60:.1f} 時間"


def _length_of(row: Mapping[str, Any]) -> str:
    return _duration((row["ended"] - row["started"]).total_seconds() * 1000)


templates.env.filters |= {"clock_time": _clock_time, "duration": _duration, "length_of": _length_of}
