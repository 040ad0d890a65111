"""Somebody who decides sees the words the decision is about, and no others."""

from datetime import UTC, datetime
from uuid import UUID

from contracts.events import new_id
from services.coordination import views
from services.coordination.forms import MODELS
from services.coordination.portal.material import MATERIAL, material

CASE, PLAN, MEETING, OTHER = (new_id() for _ in range(4))
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


def record(command: str, act: str, kind: str, target: UUID, text: str) -> views.Record:
    return views.Record(
        record_id=f"{command}/note",
        field="note",
        label="記録",
        act=act,
        act_label=act,
        target=views.Target.model_validate({"kind": kind, "id": target}),
        text=text,
        by=views.Staff(sub="somebody"),
        agency=None,
        at=NOW,
        legal_basis=None,
    )


def task(kind: str, target: UUID, *acts: str) -> views.Task:
    return views.Task.model_construct(
        target=views.Target.model_validate({"kind": kind, "id": target}), acts=acts
    )


RECORDS = [
    record("1", "draft_plan", "case", CASE, "前の案"),
    record("2", "draft_plan", "case", CASE, "今の案"),
    record("3", "hold_meeting", "meeting", OTHER, "別の会議"),
    record("4", "hold_meeting", "meeting", MEETING, "この会議"),
    record("5", "record_progress", "case", CASE, "経過"),
]


def texts(found: list[views.Record]) -> list[str | None]:
    return [one.text for one in found]


def test_who_decides_on_a_plan_reads_its_latest_draft() -> None:
    assert texts(material(RECORDS, task("plan", PLAN, "approve_plan", "return_plan"))) == ["今の案"]


def test_who_approves_minutes_reads_those_of_that_meeting() -> None:
    assert texts(material(RECORDS, task("meeting", MEETING, "approve_minutes"))) == ["この会議"]


def test_a_task_that_judges_nothing_opens_nothing() -> None:
    assert material(RECORDS, task("case", CASE, "draft_plan")) == []


def test_every_act_that_is_named_exists() -> None:
    assert {*MATERIAL, *(act for acts in MATERIAL.values() for act in acts)} <= set(MODELS)
