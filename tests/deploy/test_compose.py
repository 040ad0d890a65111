"""compose.yaml against the settings: every variable exists, every needed one is given."""

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic_core import PydanticUndefined

from chassis.migrate import OWNERS
from chassis.settings import PLACEHOLDER, Settings
from deploy.embedded import caddy
from deploy.embedded.broker import PARTITIONS, TOPICS
from deploy.embedded.layout import SERVICES
from deploy.process import NAMES

ROOT = Path(__file__).parents[2]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text())
PARTS: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = {name: part for name, part in PARTS.items() if part["image"].startswith("kasane:")}
PROCESSES = (*SERVICES, "worker", "migrate")


def variable(field: str) -> str:
    alias = Settings.model_fields[field].validation_alias
    return str(alias.choices[0]) if alias else f"KASANE_{field.upper()}"  # type: ignore[union-attr]


VARIABLES = {variable(field): field for field in Settings.model_fields}


def interpolated(text: str) -> set[str]:
    return set(re.findall(r"\$\{([A-Z_]+)", text))


def filled(environment: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Settings:
    """The settings of a process when every secret of the environment is filled in."""
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, re.sub(r"\$\{[A-Z_]+(:-([^}]*)|:\?[^}]*)\}", r"\2x", value))
    return Settings()


def test_the_processes_of_the_product_are_all_there() -> None:
    assert set(OURS) == set(PROCESSES)
    for name, part in OURS.items():
        command = ["migrate"] if name == "migrate" else ["run", name]
        assert part["command"] == command
        assert name in NAMES


@pytest.mark.parametrize("name", PROCESSES)
def test_every_variable_of_a_process_exists(name: str) -> None:
    for given in OURS[name]["environment"]:
        assert given in VARIABLES or given.startswith("OTEL_"), given


@pytest.mark.parametrize("name", PROCESSES)
def test_a_process_starts_in_the_production_profile_on_what_it_is_given(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = filled(OURS[name]["environment"], monkeypatch)
    assert settings.profile == "production"
    assert settings.broker_generation == "cluster"
    assert settings.host == "0.0.0.0"  # noqa: S104 - inside its container


@pytest.mark.parametrize("name", PROCESSES)
def test_a_process_has_the_database_roles_it_needs_and_no_others(name: str) -> None:
    given = {it for it in OURS[name]["environment"] if it.endswith("_DATABASE_URL")}
    owners = {"migrate": ("admin", *OWNERS), "worker": ()}.get(name, (name,))
    assert given == {f"KASANE_{owner.upper()}_DATABASE_URL" for owner in owners}
    for owner in set(owners) - {"admin"}:
        url = OURS[name]["environment"][f"KASANE_{owner.upper()}_DATABASE_URL"]
        assert url.startswith(f"postgresql://{owner}:${{{owner.upper()}_DATABASE_PASSWORD")


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_has_credentials_and_keys(name: str) -> None:
    environment = OURS[name]["environment"]
    assert environment["KASANE_CLIENT_ID"]
    for secret in ("KASANE_CLIENT_SECRET", "KASANE_MASTER_KEYS", "KASANE_PAYLOAD_KEYS"):
        assert environment[secret].startswith("${"), secret


def test_only_coordination_signs_the_portals_sessions() -> None:
    signing = {
        name for name, part in OURS.items() if "$" in part["environment"]["KASANE_SESSION_SECRET"]
    }
    assert signing == {"coordination"}


def test_no_secret_has_a_usable_default() -> None:
    text = (ROOT / "compose.yaml").read_text()
    for name, default in re.findall(r"\$\{([A-Z_]+):?-([^}]*)\}", text):
        assert not re.search("PASSWORD|SECRET|KEY", name), f"{name} defaults to {default}"
    assert PLACEHOLDER not in text


@pytest.mark.parametrize("name", PARTS)
def test_every_image_is_pinned_by_a_version(name: str) -> None:
    _, _, tag = PARTS[name]["image"].partition(":")
    assert re.match(r"v?\d+\.\d+", tag), PARTS[name]["image"]


def test_every_base_image_is_pinned_by_a_version() -> None:
    bases = re.findall(r"^FROM (\S+)", (ROOT / "deploy" / "Dockerfile").read_text(), re.M)
    assert bases
    assert all(re.search(r":\d+\.\d+\.\d+", base) for base in bases)


@pytest.mark.parametrize("name", PARTS)
def test_what_is_waited_for_can_be_waited_for(name: str) -> None:
    waits = PARTS[name].get("depends_on", {})
    for other, how in waits.items() if isinstance(waits, dict) else ():
        if how["condition"] == "service_healthy":
            assert "healthcheck" in PARTS[other], other
        else:
            assert PARTS[other]["restart"] == "on-failure", other


@pytest.mark.parametrize("name", PARTS)
def test_every_mounted_file_exists(name: str) -> None:
    for mount in PARTS[name].get("volumes", []):
        source = mount.split(":")[0]
        known = (ROOT / source).exists() if source.startswith(".") else source in COMPOSE["volumes"]
        assert known, mount


def test_nothing_but_the_front_door_listens_beyond_this_host() -> None:
    for name, part in PARTS.items():
        for port in part.get("ports", []):
            assert name == "caddy" or port.startswith("127.0.0.1:"), f"{name}: {port}"


def test_the_example_of_the_environment_lists_what_compose_asks_for() -> None:
    example = (ROOT / "deploy" / "compose.env.example").read_text()
    listed = set(re.findall(r"^([A-Z_]+)=", example, re.M))
    assert listed == interpolated((ROOT / "compose.yaml").read_text())


def test_the_example_of_the_settings_lists_every_setting_with_its_default() -> None:
    example = (ROOT / ".env.example").read_text()
    listed = dict(re.findall(r"^#?([A-Z_]+)=(.*)$", example, re.M))
    assert set(listed) == set(VARIABLES)
    for name, field in VARIABLES.items():
        default = Settings.model_fields[field].get_default()
        assert default is not PydanticUndefined, f"{name} has no default"
        plain = getattr(default, "get_secret_value", lambda value=default: value)()
        shown = (
            "" if plain is None else str(plain).lower() if plain in (True, False) else str(plain)
        )
        assert listed[name] == shown, name


def test_topics_are_the_same_in_production_and_on_one_machine() -> None:
    script = (ROOT / "deploy" / "kafka" / "create-topics.sh").read_text()
    services = re.search(r"for service in (.*); do", script)
    assert services is not None
    assert {f"kasane.{service}" for service in services[1].split()} == set(TOPICS)
    assert f"--partitions {PARTITIONS} " in script
    kept = re.search(r"retention\.ms=(\d+)", script)
    assert kept is not None
    days = Settings.model_fields["outbox_retention_days"].default
    assert int(kept[1]) == days * 24 * 60 * 60 * 1000


@pytest.mark.parametrize("configuration", ["Caddyfile", "Caddyfile.embedded"])
def test_the_front_door_is_a_valid_configuration(configuration: str, tmp_path: Path) -> None:
    environment = dict.fromkeys(PARTS["caddy"]["environment"], "127.0.0.1:1")
    environment |= {"ISSUER_UPSTREAM": "127.0.0.1:1", "TRACES_UPSTREAM": "127.0.0.1:1"}
    environment |= {"SITE_ADDRESS": "kasane.example.jp", "ACME_EMAIL": "ops@kasane.example.jp"}
    environment |= {"FRONT_DOOR_PORT": "8600", "XDG_DATA_HOME": str(tmp_path)}
    checked = subprocess.run(
        [caddy.program(), "validate", "--adapter", "caddyfile", "--config", configuration],
        cwd=ROOT / "deploy" / "caddy",
        env=environment,
        capture_output=True,
        text=True,
    )
    assert checked.returncode == 0, checked.stderr
