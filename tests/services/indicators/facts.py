"""Synthetic facts as the other services tell them, and as they come off the bus."""

from datetime import date
from typing import Any
from uuid import UUID

from chassis.records import RawRecord
from contracts.events import Event, new_id
from contracts.events.coordination import CaseEvent
from contracts.events.intake import ActivityCorrected, ActivityReported, ReportLine

SOME_DAY = date(2026, 6, 10)


def line(kind: str, quantity: int = 1, on: date = SOME_DAY, **more: Any) -> ReportLine:
    told = {"line_id": new_id(), "channel": "sapota", "programme_no": 6, **more}
    return ReportLine(kind=kind, quantity=quantity, on=on, **told)


def reported(*lines: ReportLine, report_id: UUID | None = None) -> ActivityReported:
    return ActivityReported(report_id=report_id or new_id(), lines=lines)


def corrected(
    line_id: UUID, revision: int, kind: str, quantity: int, on: date = SOME_DAY, **more: Any
) -> ActivityCorrected:
    return ActivityCorrected(
        report_id=new_id(),
        line=line(kind, quantity, on, line_id=line_id, **more),
        revision=revision,
        reason="typing-error",
    )


def of_case(model: type[CaseEvent], on: date = SOME_DAY, **more: Any) -> Any:
    told: dict[str, Any] = {
        "case_id": new_id(),
        "receipt_number": "R8-大森-00001",
        "on": on,
        "channel": "takikan",
        "programme_no": 5,
        "basic_area": "大森",
    }
    return model(**(told | more))


def record_of(event: Event) -> RawRecord:
    """The fact as a record of its topic."""
    headers = {"ce_id": str(event.event_id), "ce_type": event.type}
    return RawRecord(
        topic=event.topic,
        partition=0,
        offset=0,
        key=event.subject.encode(),
        value=event.model_dump_json().encode(),
        headers=tuple((name, value.encode()) for name, value in headers.items()),
    )
