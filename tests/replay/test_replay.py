"""Running cases outlive every deploy: each recorded history is replayed on today's workflows.

If this fails, a change made workflow code differ from what running cases have done. Guard the
change with `workflow.patched("reason")`; do not record anew to make it pass.
"""

import json
from pathlib import Path

import pytest
from temporalio.client import WorkflowHistory
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.worker import Replayer

from contracts.cases import Kind
from contracts.fiscal_years import FISCAL_YEAR_KIND
from tests.replay.record import HISTORIES
from workflows.sandbox import RUNNER
from workflows.worker import WORKFLOWS

RECORDED = sorted(HISTORIES.rglob("*.json"))


def name_of(path: Path) -> str:
    return str(path.relative_to(HISTORIES))


def recorded(path: Path) -> str:
    return path.read_text("utf-8")


def replayer() -> Replayer:
    return Replayer(
        workflows=WORKFLOWS, workflow_runner=RUNNER, data_converter=pydantic_data_converter
    )


@pytest.mark.parametrize("path", RECORDED, ids=name_of)
async def test_a_recorded_history_is_replayed_without_a_difference(path: Path) -> None:
    await replayer().replay_workflow(WorkflowHistory.from_json(path.stem, recorded(path)))


def test_every_kind_of_workflow_has_a_recorded_history() -> None:
    assert {path.stem.split("-", 2)[2] for path in RECORDED} == {*Kind, FISCAL_YEAR_KIND}


async def test_a_history_of_another_course_is_told_apart() -> None:
    """The replay would notice: a history whose first activity has another name does not fit."""
    path = next(path for path in RECORDED if path.stem.endswith("-case"))
    told = json.loads(recorded(path))
    for event in told["events"]:
        scheduled = event.get("activityTaskScheduledEventAttributes")
        if scheduled:
            scheduled["activityType"]["name"] = "another_activity"
    result = await replayer().replay_workflow(
        WorkflowHistory.from_json("another", json.dumps(told)), raise_on_replay_failure=False
    )
    assert result.replay_failure is not None
