"""The product's own processes as parts: each gets the settings it needs and no others."""

import sys

from deploy.embedded.layout import SCHEMAS, SERVICES, Layout
from deploy.embedded.part import Part
from deploy.embedded.probes import answers
from deploy.embedded.secrets import ADMINISTRATOR, Secrets

READY_PATHS = {
    **{service: f"/api/{service}/health/ready" for service in SERVICES},
    "traces": "/traces/health/ready",
    "issuer": "/issuer/health/ready",
    "worker": "/health/ready",
}

AFTER: dict[str, frozenset[str]] = {
    "migrate": frozenset({"postgres"}),
    "issuer": frozenset(),
    "traces": frozenset({"migrate"}),
    "worker": frozenset({"temporal"}),
    **{service: frozenset({"migrate", "broker", "temporal"}) for service in SERVICES},
}

THRIFT = {"MALLOC_ARENA_MAX": "2", "PYTHONUNBUFFERED": "1"}
"""glibc otherwise gives every thread an arena of its own, which doubles an idle process."""


def process_environment(
    name: str, layout: Layout, secrets: Secrets, day_seconds: str | None = None
) -> dict[str, str]:
    """The settings of one process, as environment variables. `day_seconds` is the compressed
    clock; coordination alone hands deadlines out, so it alone is told."""
    environment = {
        "KASANE_PROFILE": "embedded",
        "KASANE_HOST": "127.0.0.1",
        "KASANE_PORT": str(layout.port(name)) if name in READY_PATHS else "0",
        "KASANE_PUBLIC_URL": layout.public_url,
        "KASANE_ISSUER_URL": f"{layout.public_url}/issuer",
        "KASANE_TRACES_URL": f"{layout.public_url}/traces",
        "KASANE_TEMPORAL_UI_URL": layout.url("temporal-ui"),
        **THRIFT,
    }
    if name == "migrate":
        environment |= _database_urls(layout, secrets, (ADMINISTRATOR, *SCHEMAS))
    elif name == "issuer":
        environment |= {
            "KASANE_ISSUER_CLIENTS": str(layout.clients),
            "KASANE_ISSUER_USERS": str(layout.users),
            "KASANE_ISSUER_KEY": str(layout.data / "issuer-key.pem"),
        }
    elif name == "traces":
        environment |= _database_urls(layout, secrets, ("traces",))
        environment |= _login(secrets, "kasane-traces", "TRACES_SESSION_SECRET")
    else:
        environment |= {
            "KASANE_KAFKA_SERVERS": layout.address("broker"),
            "KASANE_KAFKA_IDEMPOTENT_PRODUCER": "false",
            "KASANE_BROKER_GENERATION": "marker",
            "TEMPORAL_ADDRESS": layout.address("temporal"),
            "KASANE_PAYLOAD_KEYS": secrets.values["KASANE_PAYLOAD_KEYS"],
            "OTEL_SERVICE_NAME": name,
            "OTEL_EXPORTER_OTLP_ENDPOINT": layout.url("traces"),
        }
    if name in SERVICES:
        environment |= _database_urls(layout, secrets, (name,))
        environment |= {
            "KASANE_MASTER_KEYS": secrets.values["KASANE_MASTER_KEYS"],
            "KASANE_CLIENT_ID": name,
            "KASANE_CLIENT_SECRET": secrets.clients[name]["secret"],
        }
    if name == "coordination":
        environment |= _login(secrets, "kasane-portal", "KASANE_SESSION_SECRET")
        environment["KASANE_SMTP_URL"] = f"smtp://{layout.address('mail')}"
        environment["KASANE_MAIL_FROM"] = "kasane@kasane.example"
        if day_seconds:
            environment["KASANE_DAY_SECONDS"] = day_seconds
    return environment


def _database_urls(layout: Layout, secrets: Secrets, roles: tuple[str, ...]) -> dict[str, str]:
    return {
        f"KASANE_{'ADMIN' if role == ADMINISTRATOR else role.upper()}_DATABASE_URL": (
            secrets.database_url(layout, role)
        )
        for role in roles
    }


def _login(secrets: Secrets, client: str, session_secret: str) -> dict[str, str]:
    """Credentials of the web pages people log in to, and the key of their session cookie."""
    return {
        "KASANE_CLIENT_ID": client,
        "KASANE_CLIENT_SECRET": secrets.clients[client]["secret"],
        "KASANE_SESSION_SECRET": secrets.values[session_secret],
    }


def part(
    name: str,
    layout: Layout,
    secrets: Secrets,
    inherited: dict[str, str],
    day_seconds: str | None = None,
) -> Part:
    path = READY_PATHS.get(name)

    async def ready() -> bool:
        return await answers(f"{layout.url(name)}{path}")

    return Part(
        name,
        [sys.executable, "-m", "deploy.process", name],
        layout.data,
        ready if path else None,
        {**inherited, **process_environment(name, layout, secrets, day_seconds)},
        after=AFTER[name],
        listens=(layout.port(name),) if path else (),
    )
