"""The generated secrets: complete, private, and the same on every start."""

import base64
import stat
from dataclasses import replace
from pathlib import Path

import pytest

from deploy.embedded.layout import SCHEMAS, SERVICES, Layout
from deploy.embedded.processes import process_environment
from deploy.embedded.secrets import ensure_secrets
from deploy.problem import ProblemError


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    layout = Layout(tmp_path / "data", 8600)
    layout.create()
    return layout


def test_secrets_are_readable_by_their_owner_alone(layout: Layout) -> None:
    ensure_secrets(layout)
    for file in (layout.data / "settings.env", layout.clients, layout.users):
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(layout.data.stat().st_mode) == 0o700


def test_a_second_start_finds_the_same_secrets(layout: Layout) -> None:
    assert ensure_secrets(layout) == ensure_secrets(layout)


def test_no_two_installations_share_a_secret(layout: Layout, tmp_path: Path) -> None:
    other = Layout(tmp_path / "other", 8600)
    other.create()
    mine, theirs = ensure_secrets(layout), ensure_secrets(other)
    assert not set(mine.values.values()) & set(theirs.values.values())
    assert not {it["secret"] for it in mine.clients.values()} & {
        it["secret"] for it in theirs.clients.values()
    }


def test_the_portals_return_address_follows_the_port_base_and_its_secret_stays(
    layout: Layout,
) -> None:
    before = ensure_secrets(layout).clients["kasane-portal"]
    after = ensure_secrets(replace(layout, port_base=9700)).clients["kasane-portal"]
    assert after["redirect_uris"] == ["http://127.0.0.1:9700/login/callback"]
    assert after["secret"] == before["secret"]


def test_a_secret_that_an_older_data_directory_lacks_is_added(layout: Layout) -> None:
    kept = ensure_secrets(layout)
    settings = layout.data / "settings.env"
    lines = settings.read_text().splitlines(keepends=True)
    settings.write_text("".join(it for it in lines if "MASTER_KEYS" not in it))
    mended = ensure_secrets(layout)
    assert mended.values["KASANE_MASTER_KEYS"] != kept.values["KASANE_MASTER_KEYS"]
    assert mended.values["KASANE_PAYLOAD_KEYS"] == kept.values["KASANE_PAYLOAD_KEYS"]


def test_keys_are_32_bytes_with_an_id(layout: Layout) -> None:
    for name in ("KASANE_PAYLOAD_KEYS", "KASANE_MASTER_KEYS"):
        key_id, _, key = ensure_secrets(layout).values[name].partition(":")
        assert key_id
        assert len(base64.b64decode(key, validate=True)) == 32


def test_every_process_is_given_the_address_of_its_own_schema_only(layout: Layout) -> None:
    secrets = ensure_secrets(layout)
    for name in (*SCHEMAS, "worker", "issuer"):
        environment = process_environment(name, layout, secrets)
        databases = {it for it in environment if it.endswith("_DATABASE_URL")}
        own = {f"KASANE_{name.upper()}_DATABASE_URL"} if name in SCHEMAS else set()
        assert databases == own


def test_only_services_can_unwrap_personal_data(layout: Layout) -> None:
    secrets = ensure_secrets(layout)
    holders = {
        name
        for name in (*SCHEMAS, "worker", "issuer", "migrate")
        if "KASANE_MASTER_KEYS" in process_environment(name, layout, secrets)
    }
    assert holders == set(SERVICES)


def test_only_coordination_is_told_of_a_compressed_clock(layout: Layout) -> None:
    secrets = ensure_secrets(layout)
    told = {
        name
        for name in (*SCHEMAS, "worker", "issuer", "migrate")
        if "KASANE_DAY_SECONDS" in process_environment(name, layout, secrets, "0.5")
    }
    assert told == {"coordination"}


@pytest.mark.parametrize("base", ["eighty", "80", "65530", "-1", "8600.5"])
def test_a_port_base_that_cannot_be_is_named(base: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KASANE_PORT_BASE", base)
    with pytest.raises(ProblemError, match="KASANE_PORT_BASE"):
        Layout.from_environment()
