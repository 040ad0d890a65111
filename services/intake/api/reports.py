"""Activity reports: what programmes did, by number. Good rows are kept, bad ones named."""

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import Query
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field, WithJsonSchema

from chassis.auth import Caller
from chassis.context import Session
from chassis.telemetry import log
from chassis.writing import Write
from contracts.calendar import today
from services.intake.access import Sight, sight
from services.intake.api.door import PREFIX, routes
from services.intake.faults import refuse
from services.intake.fields import Sent
from services.intake.lines import MOST_LINES, ReportedLine, sort_rows
from services.intake.reporting import without_counted_elsewhere
from services.intake.store.reports import (
    Kept,
    count_lines,
    find_report,
    keep_report,
    lines_of_report,
)
from services.intake.store.ways import ways_now
from services.intake.store.years import settled_years

router = routes("活動報告 / activity reports")

MOST_LINES_ON_PAGE = 1_000

_LINE_SCHEMA = ReportedLine.model_json_schema(by_alias=True)


class NewReport(Sent):
    """活動報告: rows that are read one by one, so that a bad one does not hold up the others."""

    lines: Annotated[list[Any], WithJsonSchema({"type": "array", "items": _LINE_SCHEMA})] = Field(
        min_length=1,
        max_length=MOST_LINES,
        examples=[
            [
                {
                    "line_ref": "hiroba-2026-05-01-am",
                    "channel": "kosodate-hiroba",
                    "kind": "hiroba-visit",
                    "date": "2026-05-01",
                    "quantity": 12,
                    "venue": "hiroba-kamata",
                    "daily_area": "蒲田西",
                }
            ]
        ],
    )
    late: bool = Field(
        False, title="確定後の追加", description="Also for fiscal years whose figures stand"
    )


class RowAnswer(BaseModel):
    """A row that was kept."""

    row: int = Field(description="Counted from 1")
    line_id: UUID
    line_ref: str | None


class KnownRowAnswer(RowAnswer):
    """A row whose line_ref is known already; the line stands as it was."""

    differs: bool = Field(description="It said something else: send a correction instead")


class RowError(BaseModel):
    row: int
    field: str
    code: str
    ja: str
    en: str


class ReportAnswer(BaseModel):
    """What became of each row."""

    report_id: UUID
    status: str = Field(examples=["accepted"])
    counts: dict[str, int] = Field(
        examples=[{"received": 3, "accepted": 1, "already_reported": 1, "refused": 1}]
    )
    lines: list[RowAnswer]
    already_reported: list[KnownRowAnswer]
    errors: list[RowError]
    links: dict[str, str]


class LineView(BaseModel):
    """One line as it stands."""

    row: int
    line_id: UUID
    line_ref: str | None
    channel: str
    kind: str
    on: date = Field(serialization_alias="date")
    quantity: int
    venue: str | None
    group: str | None
    daily_area: str | None
    basic_area: str | None
    flags: list[str]
    revision: int
    status: str = Field(examples=["standing", "withdrawn"])


class ReportView(BaseModel):
    report_id: UUID
    reported_at: datetime
    counts: dict[str, int]
    items: list[LineView]
    next_after: int | None = Field(description="`after` of the next page; None: the last page")


@router.post(
    "/activity-reports",
    status_code=202,
    response_model=ReportAnswer,
    summary="活動報告の送信 / Report activities",
)
async def send_report(sent: NewReport, write: Write) -> JSONResponse:
    """正しい行を受け付け、誤りのある行は理由とともに返します。すべて誤りなら422です。

    Good rows are kept, the others named with their reasons; 422 if there is no good one. A row with
    a `line_ref` that this sender used before changes nothing.
    """
    closed: frozenset[int] = frozenset() if sent.late else await settled_years(write.session)
    good, errors = sort_rows(sent.lines, write.caller, today(), closed)
    good, elsewhere = without_counted_elsewhere(good, await ways_now(write.session))
    errors = sorted([*errors, *elsewhere], key=lambda error: error["row"])
    if not good:
        raise refuse(422, "no-line-accepted", "lines", errors=errors)

    async def keep() -> ReportAnswer:
        report_id, kept = await keep_report(write.session, write.caller, good)
        new = [one for one in kept if one.new]
        known = [one for one in kept if not one.new]
        counts = {
            "received": len(sent.lines),
            "accepted": len(new),
            "already_reported": len(known),
            "refused": len(sent.lines) - len(good),
        }
        await write.done("report.send", report_id, counts=counts)
        log.info("activities reported", report_id=str(report_id), **counts)
        return ReportAnswer(
            report_id=report_id,
            status="accepted",
            counts=counts,
            lines=[_row(one) for one in new],
            already_reported=[
                KnownRowAnswer(**_row(one).model_dump(), differs=one.differs) for one in known
            ],
            errors=[RowError(**error) for error in errors],
            links={"self": f"{PREFIX}/activity-reports/{report_id}"},
        )

    return await write.once(keep, status=202)


@router.get("/activity-reports/{report_id}", summary="活動報告の参照 / Read a report")
async def read_report(
    report_id: UUID,
    caller: Caller,
    session: Session,
    after: Annotated[int, Query(ge=0, le=MOST_LINES)] = 0,
    limit: Annotated[int, Query(ge=1, le=MOST_LINES_ON_PAGE)] = 500,
) -> ReportView:
    """現在の内容 / The lines as they stand now; a frontline client sees its own channels' lines."""
    report = await find_report(session, report_id)
    lines = await lines_of_report(session, report_id, after=after, limit=limit)
    seen = [line for line in lines if sight(caller, line.channel) is not Sight.NOTHING]
    if report is None or (report.sender != caller.sub and not seen):
        raise refuse(404, "report-unknown")
    return ReportView(
        report_id=report_id,
        reported_at=report.reported_at,
        counts={"lines": await count_lines(session, report_id)},
        items=[LineView(**line.model_dump(exclude={"on_date"}), on=line.on_date) for line in seen],
        next_after=lines[-1].row if len(lines) == limit else None,
    )


def _row(one: Kept) -> RowAnswer:
    return RowAnswer(row=one.row, line_id=one.line_id, line_ref=one.line_ref)
