"""The spans in PostgreSQL: written in batches, read by trace, receipt number or case."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

import asyncpg

from deploy.embedded.traces.spans import Span, to_json

MOST_SPANS_OF_A_TRACE = 20_000
MOST_RELATED = 1_000
_PRUNED_AT_ONCE = 200
_SCHEMA = (Path(__file__).parent / "schema.sql").read_text()
_SCHEMA_LOCK = 0x6B61736E
"""Two processes that start together must not both create the tables."""

Relation = Literal["receipt", "case", "link"]

_INSERT = """
WITH arrived AS (
    INSERT INTO span
    SELECT * FROM jsonb_to_recordset($1::jsonb) AS x(
        trace_id text, span_id text, parent_id text, service text, name text, kind smallint,
        started timestamptz, ended timestamptz, status smallint, status_message text,
        attributes jsonb, events jsonb, links jsonb, linked_traces text[],
        case_id text, receipt text)
    ON CONFLICT DO NOTHING
    RETURNING trace_id, parent_id, service, name, started, ended, status
), summed AS (
    INSERT INTO trace AS t
    SELECT trace_id, min(started), max(ended), count(*), count(*) FILTER (WHERE status = 2),
        array_agg(DISTINCT service),
        (array_agg(service) FILTER (WHERE parent_id IS NULL))[1],
        (array_agg(name) FILTER (WHERE parent_id IS NULL))[1]
    FROM arrived GROUP BY trace_id ORDER BY trace_id
    ON CONFLICT (trace_id) DO UPDATE SET
        started = least(t.started, excluded.started),
        ended = greatest(t.ended, excluded.ended),
        spans = t.spans + excluded.spans,
        errors = t.errors + excluded.errors,
        services = ARRAY(SELECT DISTINCT unnest(t.services || excluded.services) ORDER BY 1),
        root_service = coalesce(t.root_service, excluded.root_service),
        root_name = coalesce(t.root_name, excluded.root_name)
)
SELECT count(*) FROM arrived
"""

_PRUNE = """
WITH old AS (
    SELECT trace_id FROM trace WHERE ended < $1 ORDER BY ended LIMIT $2
), gone AS (
    DELETE FROM span USING old WHERE span.trace_id = old.trace_id
), dropped AS (
    DELETE FROM trace USING old WHERE trace.trace_id = old.trace_id AND trace.ended < $1
    RETURNING 1
)
SELECT count(*) FROM dropped
"""


@dataclass(frozen=True, slots=True)
class TraceFilter:
    """What a list of traces is narrowed to. `before` is where the page before it ended."""

    only: Sequence[str] | None = None
    service: str | None = None
    errors_only: bool = False
    before: tuple[datetime, str] | None = None
    limit: int = 50


@dataclass(frozen=True, slots=True)
class Related:
    """The traces of one piece of casework, each with why it belongs, and how they were found."""

    receipts: list[str]
    case_ids: list[str]
    traces: dict[str, Relation]


class SpanStore:
    """All SQL of the trace page, over a pool of the `traces` role."""

    def __init__(self, pool: "asyncpg.Pool[asyncpg.Record]") -> None:
        self._pool = pool

    @classmethod
    async def open(cls, url: str) -> "SpanStore":
        """Connects and makes the tables that are missing."""
        pool = await asyncpg.create_pool(
            url,
            min_size=1,
            max_size=4,
            command_timeout=30,
            server_settings={"application_name": "kasane-traces", "jit": "off"},
        )
        async with pool.acquire() as connection, connection.transaction():
            await connection.execute("SELECT pg_advisory_xact_lock($1)", _SCHEMA_LOCK)
            await connection.execute(_SCHEMA)
        return cls(pool)

    async def close(self) -> None:
        """Gives the connections back."""
        await self._pool.close()

    async def check(self) -> None:
        """Raises what asyncpg raises when the database does not answer."""
        await self._pool.fetchval("SELECT 1", timeout=3)

    async def add(self, spans: Sequence[Span]) -> int:
        """Stores the spans in one transaction. Returns how many were new."""
        return int(await self._pool.fetchval(_INSERT, to_json(spans)))

    async def prune(self, before: datetime) -> int:
        """Forgets some of the traces that ended before then. Returns how many, 0 when done."""
        return int(await self._pool.fetchval(_PRUNE, before, _PRUNED_AT_ONCE))

    async def traces(self, wanted: TraceFilter) -> list[asyncpg.Record]:
        """The newest traces first. One whose root is not known yet shows its first span."""
        arguments: list[Any] = []
        conditions = ["true"]

        def where(condition: str, *values: Any) -> None:
            numbers = range(len(arguments) + 1, len(arguments) + len(values) + 1)
            conditions.append(condition.format(*(f"${number}" for number in numbers)))
            arguments.extend(values)

        if wanted.only is not None:
            where("trace_id = ANY({}::text[])", list(wanted.only))
        if wanted.service:
            where("services @> ARRAY[{}::text]", wanted.service)
        if wanted.errors_only:
            where("errors > 0")
        if wanted.before:
            where("(started, trace_id) < ({}::timestamptz, {}::text)", *wanted.before)
        arguments.append(wanted.limit)
        # Only the fixed conditions above are joined in; every value is a parameter.
        query = f"""
            SELECT t.*, coalesce(t.root_service, first.service) AS service,
                coalesce(t.root_name, first.name) AS name, t.root_name IS NULL AS rootless
            FROM (
                SELECT * FROM trace WHERE {" AND ".join(conditions)}
                ORDER BY started DESC, trace_id DESC LIMIT ${len(arguments)}
            ) AS t
            LEFT JOIN LATERAL (
                SELECT service, name FROM span
                WHERE t.root_name IS NULL AND span.trace_id = t.trace_id
                ORDER BY started LIMIT 1
            ) AS first ON true
            ORDER BY t.started DESC, t.trace_id DESC
        """  # noqa: S608
        return list(await self._pool.fetch(query, *arguments))

    async def services(self) -> list[str]:
        """The services seen in the latest thousand traces."""
        rows = await self._pool.fetch(
            """SELECT DISTINCT unnest(services) AS name FROM (
                SELECT services FROM trace ORDER BY started DESC, trace_id DESC LIMIT 1000
            ) AS latest ORDER BY name"""
        )
        return [row["name"] for row in rows]

    async def spans(self, trace_id: str) -> list[asyncpg.Record]:
        """A trace's spans by start, without what only their details show."""
        return list(
            await self._pool.fetch(
                """SELECT span_id, parent_id, service, name, kind, started, ended, status
                FROM span WHERE trace_id = $1 ORDER BY started, span_id LIMIT $2""",
                trace_id,
                MOST_SPANS_OF_A_TRACE,
            )
        )

    async def details(self, trace_id: str, span_ids: Sequence[str]) -> dict[str, dict[str, Any]]:
        """Attributes, events, links and status message of some spans of a trace, by span id."""
        rows = await self._pool.fetch(
            """SELECT span_id, status_message, attributes, events, links
            FROM span WHERE trace_id = $1 AND span_id = ANY($2::text[])""",
            trace_id,
            list(span_ids),
        )
        return {
            row["span_id"]: {
                "status_message": row["status_message"],
                "attributes": json.loads(row["attributes"]),
                "events": json.loads(row["events"]),
                "links": json.loads(row["links"]),
            }
            for row in rows
        }

    async def subjects(self, trace_id: str) -> tuple[list[str], list[str]]:
        """The receipt numbers and the case ids that a trace is about, some twenty at most."""
        rows = await self._pool.fetch(
            """SELECT DISTINCT receipt, case_id FROM span
            WHERE trace_id = $1 AND (receipt IS NOT NULL OR case_id IS NOT NULL) LIMIT 20""",
            trace_id,
        )
        return _distinct(rows, "receipt"), _distinct(rows, "case_id")

    async def related_to_receipt(self, receipt: str) -> Related:
        """All traces of the casework that began with a receipt number (受付番号)."""
        found = await self._pool.fetch(
            "SELECT DISTINCT trace_id, case_id FROM span WHERE receipt = $1 LIMIT $2",
            receipt,
            MOST_RELATED,
        )
        cases = _distinct(found, "case_id")
        if not cases:
            # The span that took the intake knows no case yet; a later one of its trace does.
            cases = _distinct(
                await self._pool.fetch(
                    """SELECT DISTINCT case_id FROM span
                    WHERE trace_id = ANY($1::text[]) AND case_id IS NOT NULL LIMIT $2""",
                    _distinct(found, "trace_id"),
                    MOST_RELATED,
                ),
                "case_id",
            )
        return await self._related([receipt], cases)

    async def related_to_case(self, case_id: str) -> Related:
        """All traces of a case."""
        return await self._related([], [case_id])

    async def _related(self, receipts: list[str], cases: list[str]) -> Related:
        of_cases = await self._pool.fetch(
            """SELECT DISTINCT trace_id, receipt FROM span
            WHERE case_id = ANY($1::text[]) LIMIT $2""",
            cases,
            MOST_RELATED,
        )
        receipts = sorted({*receipts, *_distinct(of_cases, "receipt")})
        of_receipts = await self._pool.fetch(
            "SELECT DISTINCT trace_id FROM span WHERE receipt = ANY($1::text[]) LIMIT $2",
            receipts,
            MOST_RELATED,
        )
        traces: dict[str, Relation] = dict.fromkeys(_distinct(of_cases, "trace_id"), "case")
        traces |= dict.fromkeys(_distinct(of_receipts, "trace_id"), "receipt")
        for linked in await self._linked(list(traces)):
            traces.setdefault(linked, "link")
        return Related(receipts, sorted(cases), traces)

    async def _linked(self, trace_ids: list[str]) -> list[str]:
        """The traces that link to one of these, and those that these link to."""
        rows = await self._pool.fetch(
            """SELECT trace_id FROM span
            WHERE linked_traces && $1::text[] AND linked_traces <> '{}'
            UNION
            SELECT unnest(linked_traces) FROM span WHERE trace_id = ANY($1::text[])
            LIMIT $2""",
            trace_ids,
            MOST_RELATED,
        )
        return _distinct(rows, "trace_id")


def _distinct(rows: Sequence[asyncpg.Record], column: str) -> list[str]:
    return sorted({row[column] for row in rows if row[column] is not None})
