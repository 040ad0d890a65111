"""The boundary of determinism: what workflows import, how fast, and what they keep out of."""

import ast
import time
from pathlib import Path

import pytest
from temporalio.workflow import _Definition

import workflows
from contracts.acts import AnyAct
from contracts.cases import ACT, Kind
from contracts.life import ALWAYS, LIVES
from workflows.life import Life
from workflows.sandbox import RUNNER
from workflows.worker import CASEWORK, WORKFLOWS

FOLDER = Path(workflows.__file__).parent
MODULES = sorted(
    path for path in FOLDER.glob("*.py") if path.name not in ("worker.py", "__init__.py")
)


def test_there_is_a_workflow_for_every_life_under_its_name() -> None:
    names = {_Definition.must_from_class(life).name for life in CASEWORK}
    assert names == {kind.value for kind in Kind} == set(LIVES)


def test_every_workflow_takes_acts_by_the_one_update() -> None:
    for life in WORKFLOWS:
        assert set(_Definition.must_from_class(life).updates) == {ACT}


def test_every_rule_that_is_named_like_an_act_is_for_one_that_the_table_knows() -> None:
    codes = {model.model_fields["act"].default for model in AnyAct.__origin__.__args__}
    for life in CASEWORK:
        table = {code for stage in LIVES[life.kind].values() for code in stage.acts}
        table |= set(ALWAYS) if life.kind == Kind.CASE else set()
        signals = set(_Definition.must_from_class(life).signals)
        rules = {name for name in vars(life) if name in codes} - signals
        assert rules <= table, f"{life.__name__} has a rule for an act it never takes"


async def test_every_workflow_loads_in_the_sandbox_quickly() -> None:
    started = time.perf_counter()
    for life in WORKFLOWS:
        RUNNER.prepare_workflow(_Definition.must_from_class(life))
    assert time.perf_counter() - started < 1.0


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.name)
def test_lengths_of_time_are_made_in_the_policies_only(path: Path) -> None:
    calls = {
        node.func.id
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    }
    assert path.name == "policies.py" or "timedelta" not in calls


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.name)
def test_workflows_read_no_clock_and_no_chance_of_their_own(path: Path) -> None:
    text = path.read_text("utf-8")
    for forbidden in ("datetime.now", "time.time", "uuid4()", "random.", "os.environ", "print("):
        found = [line for line in text.splitlines() if forbidden in line]
        assert all("workflow." + forbidden in line for line in found), (path.name, found)


def test_the_engine_is_shared_by_every_life_of_casework() -> None:
    assert all(issubclass(life, Life) for life in CASEWORK)
