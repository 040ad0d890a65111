"""The rules of the structure, as tests: arrows, ports, acknowledgement, one commit, tidy files."""

import ast
import importlib
import subprocess
import sys
from pathlib import Path

import pytest
from faststream.middlewares import AckPolicy

from chassis.bus import subscribe
from chassis.service import Service
from chassis.settings import Settings
from chassis.temporal import activities_of, activity_name
from contracts.events import EVENT_TYPES
from workflows import activities as port

ROOT = Path(__file__).resolve().parents[2]
PRODUCT = ("chassis", "contracts", "deploy", "services", "simulation", "workflows")
SERVICES = ("intake", "coordination", "participation", "indicators")
PORTS = {
    "intake": port.IntakeActivities,
    "coordination": port.CoordinationActivities,
    "participation": port.ParticipationActivities,
    "indicators": port.IndicatorsActivities,
}
LONGEST_FILE = 360
DRAWERS = {"utils", "helpers", "common", "manager", "base_service", "misc"}


def sources(*packages: str) -> list[Path]:
    return [path for package in packages for path in (ROOT / package).rglob("*.py")]


def service(name: str) -> Service:
    made: Service = importlib.import_module(f"services.{name}.app").SERVICE
    return made


def test_the_arrows_are_kept() -> None:
    linted = subprocess.run(
        [Path(sys.executable).parent / "lint-imports"], cwd=ROOT, capture_output=True, text=True
    )
    assert linted.returncode == 0, linted.stdout


@pytest.mark.parametrize("name", SERVICES)
def test_every_subscriber_acknowledges_only_after_its_effect(name: str) -> None:
    async def take(_: object) -> None: ...

    topics = service(name).events.topics or ("kasane.intake",)
    broker, subscriber = subscribe(Settings(profile="embedded"), name, topics, take)
    assert subscriber.ack_policy is AckPolicy.NACK_ON_ERROR
    assert {one.ack_policy for one in broker.subscribers} == {AckPolicy.NACK_ON_ERROR}


def test_only_the_bus_subscribes() -> None:
    elsewhere = [
        path
        for path in sources("services", "workflows", "deploy")
        if ".subscriber(" in path.read_text("utf-8")
    ]
    assert elsewhere == []


def test_every_service_has_a_metadata_of_its_own() -> None:
    metadata = {
        name: importlib.import_module(f"services.{name}.models").Table.metadata for name in SERVICES
    }
    assert len({id(one) for one in metadata.values()}) == len(SERVICES)
    assert all(one.tables for one in metadata.values())


@pytest.mark.parametrize("name", sorted(PORTS))
def test_a_service_implements_every_method_of_its_port_under_the_same_name(name: str) -> None:
    asked = {activity_name(method) for method in vars(PORTS[name]).values()} - {None}
    implementation = service(name).activities
    assert implementation is not None
    assert issubclass(implementation, PORTS[name])  # type: ignore[arg-type]
    made = implementation.__new__(implementation)  # type: ignore[call-overload]
    offered = {activity_name(method) for method in activities_of(made)}
    assert offered == asked
    own = {method for method in vars(implementation) if not method.startswith("_")}
    assert asked <= own, "a port method is inherited, not implemented"


def test_transactions_are_committed_in_one_place() -> None:
    committing = {
        str(path.relative_to(ROOT))
        for path in sources("services", "chassis", "workflows")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "commit"
    }
    # A migration's transaction is the schema's, not a request's.
    assert committing <= {"chassis/migrate.py"}
    assert "session.begin()" in (ROOT / "chassis" / "db.py").read_text("utf-8")


def test_a_service_listens_only_to_facts_that_are_published() -> None:
    for name in SERVICES:
        assert set(service(name).events.models) <= set(EVENT_TYPES.values())


def test_workflows_name_every_duration_in_their_policies() -> None:
    elsewhere = [
        str(path.relative_to(ROOT))
        for path in sources("workflows")
        if path.name not in ("policies.py", "worker.py") and "timedelta(" in path.read_text("utf-8")
    ]
    assert elsewhere == []


def test_files_have_a_size_that_can_be_read() -> None:
    long = {
        str(path.relative_to(ROOT)): count
        for path in sources(*PRODUCT)
        if (count := len(path.read_text("utf-8").splitlines())) > LONGEST_FILE
    }
    assert long == {}


def test_there_are_no_drawers() -> None:
    assert [path for path in sources(*PRODUCT) if path.stem in DRAWERS] == []


def test_every_module_says_what_it_is() -> None:
    silent = [
        str(path.relative_to(ROOT))
        for path in sources(*PRODUCT)
        if "versions" not in path.parts
        and path.read_text("utf-8").strip()
        and not ast.get_docstring(ast.parse(path.read_text("utf-8")))
    ]
    assert silent == []
