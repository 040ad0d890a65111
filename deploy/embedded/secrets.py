"""The generated secrets of one installation: passwords, keys, clients and demo users.

They are made on the first start, kept in the data directory readable by its owner alone, and
never leave it but as environment variables of the processes that need them.
"""

import base64
import json
import os
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from deploy.embedded.layout import SCHEMAS, SERVICES, Layout

ADMINISTRATOR = "kasane"
"""Login role that owns the cluster; only the migration uses it."""

DEMO_USERS: dict[str, dict[str, Any]] = {
    "coordinator": {
        "name": "調整 花子",
        "roles": ["coordinator"],
        "agency": "chiiki-fukushi-omori",
    },
    "manager": {"name": "決裁 一郎", "roles": ["manager"], "agency": "chiiki-fukushi-omori"},
    "ward": {"name": "会議 主子", "roles": ["ward"], "agency": "fukushi-kanri"},
    "outreach": {"name": "訪問 歩", "roles": ["agency"], "agency": "sapota"},
    "community": {"name": "地域 縁", "roles": ["agency"], "agency": "shakyo"},
    "houkatsu": {"name": "包括 支子", "roles": ["agency"], "agency": "houkatsu"},
    "jobota": {"name": "就労 相太", "roles": ["agency"], "agency": "jobota"},
    "statistics": {"name": "統計 数馬", "roles": ["statistics"], "agency": "fukushi-kanri"},
    "operator": {"name": "運用 守", "roles": ["operator"], "agency": "fukushi-kanri"},
}
"""Synthetic people, one for each role a screen is made for; agencies as in the catalogue."""


@dataclass(frozen=True)
class Secrets:
    """What `settings.env`, `clients.json` and `users.json` hold."""

    values: dict[str, str]
    clients: dict[str, dict[str, Any]]
    users: dict[str, dict[str, Any]]

    def database_url(self, layout: Layout, role: str) -> str:
        """URL of the database `kasane` for a service's login role or for the administrator."""
        password = self.values[_password_of(role)]
        return f"postgresql://{role}:{password}@{layout.address('postgres')}/kasane"


def ensure_secrets(layout: Layout) -> Secrets:
    """Read the secrets; make those that are missing, so that an older data directory gets the
    new ones too. The redirect address of the portal follows the port base."""
    settings = layout.data / "settings.env"
    values = {**_fresh_values(), **_read_settings(settings)}
    clients = _with_kept(_clients(layout.public_url), _read_json(layout.clients), "secret")
    users = _with_kept(_users(), _read_json(layout.users), "password")
    _write_private(settings, "".join(f"{name}={value}\n" for name, value in values.items()))
    _write_private(layout.clients, json.dumps(clients, ensure_ascii=False, indent=2))
    _write_private(layout.users, json.dumps(users, ensure_ascii=False, indent=2))
    return Secrets(values, clients, users)


def _password_of(role: str) -> str:
    return f"DATABASE_PASSWORD_{role.upper()}"


def _fresh_values() -> dict[str, str]:
    return {
        "KASANE_PAYLOAD_KEYS": _key(),
        "KASANE_MASTER_KEYS": _key(),
        "KASANE_SESSION_SECRET": secrets.token_urlsafe(32),
        "TRACES_SESSION_SECRET": secrets.token_urlsafe(32),
        **{_password_of(role): secrets.token_urlsafe(24) for role in (ADMINISTRATOR, *SCHEMAS)},
    }


def _key() -> str:
    return "k1:" + base64.b64encode(secrets.token_bytes(32)).decode()


def _clients(public_url: str) -> dict[str, dict[str, Any]]:
    """Who may ask the issuer for tokens, and with which claims."""
    plain: dict[str, Any] = {"roles": [], "channels": [], "agency": None, "redirect_uris": []}
    portal = {
        "kind": "service",
        "roles": ["casework"],
        "redirect_uris": [f"{public_url}/login/callback"],
    }
    players = {"kind": "service", "redirect_uris": [f"{public_url}/simulation/callback"]}
    clients: dict[str, dict[str, Any]] = {
        "kasane-portal": plain | portal,
        "kasane-traces": plain
        | {"kind": "person", "redirect_uris": [f"{public_url}/traces/login/callback"]},
        "kasane-simulation": plain | players,
        **{name: plain | {"kind": "service"} for name in SERVICES},
        "operations": plain | {"kind": "service", "roles": ["operator", "statistics"]},
        "frontline-demo": plain | {"kind": "frontline", "channels": ["*"]},
        "frontline-houkatsu": plain | {"kind": "frontline", "channels": ["houkatsu"]},
    }
    return {name: {"secret": secrets.token_urlsafe(32), **it} for name, it in clients.items()}


def _users() -> dict[str, dict[str, Any]]:
    return {name: {"password": secrets.token_urlsafe(9), **it} for name, it in DEMO_USERS.items()}


def _with_kept(
    fresh: dict[str, dict[str, Any]], kept: dict[str, dict[str, Any]], secret: str
) -> dict[str, dict[str, Any]]:
    """The fresh entries with the secrets they already had, and entries somebody added by hand."""
    for name, entry in fresh.items():
        if name in kept:
            entry[secret] = kept[name][secret]
    return {**kept, **fresh}


def _read_settings(path: Path) -> dict[str, str]:
    if not path.exists():
        return {}
    lines = path.read_text().splitlines()
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


def _read_json(path: Path) -> dict[str, dict[str, Any]]:
    return json.loads(path.read_text()) if path.exists() else {}


def _write_private(path: Path, text: str) -> None:
    """Write whole or not at all, readable by the owner alone."""
    draft = path.with_suffix(".draft")
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
