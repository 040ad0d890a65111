"""Where the one-machine stack keeps its files and which ports its parts listen on."""

import os
from dataclasses import dataclass
from pathlib import Path

from deploy.problem import ProblemError

SERVICES = ("intake", "coordination", "participation", "indicators")
"""The services, in the order in which a case meets them."""

SCHEMAS = (*SERVICES, "traces")
"""Everything that has a schema and a login role of its own in the database."""

PORTS = {
    "caddy": 0,
    "intake": 1,
    "coordination": 2,
    "participation": 3,
    "indicators": 4,
    "traces": 5,
    "issuer": 6,
    "worker": 7,
    "mail": 8,
    "temporal": 10,
    "temporal-ui": 11,
    "postgres": 12,
    "broker": 13,
}
"""Distance of each listener from the port base."""


@dataclass(frozen=True)
class Layout:
    """One installation of the stack: a data directory and a block of 15 ports on loopback."""

    data: Path
    port_base: int

    @classmethod
    def from_environment(cls) -> "Layout":
        """Read `KASANE_DATA_DIR` and `KASANE_PORT_BASE`. Raises ProblemError on nonsense."""
        data = Path(os.environ.get("KASANE_DATA_DIR") or ".kasane").absolute()
        text = os.environ.get("KASANE_PORT_BASE") or "8600"
        if not text.isdecimal() or not 1024 <= int(text) <= 65_520:
            raise ProblemError(
                f"KASANE_PORT_BASE は 1024 から 65520 の数で指定してください: {text}",
                f"KASANE_PORT_BASE must be a number from 1024 to 65520: {text}",
            )
        return cls(data, int(text))

    def port(self, listener: str) -> int:
        return self.port_base + PORTS[listener]

    def address(self, listener: str) -> str:
        return f"127.0.0.1:{self.port(listener)}"

    def url(self, listener: str) -> str:
        return f"http://{self.address(listener)}"

    @property
    def public_url(self) -> str:
        """The front door."""
        return self.url("caddy")

    @property
    def logs(self) -> Path:
        return self.data / "log"

    @property
    def run(self) -> Path:
        """Files that mean something only while the stack runs."""
        return self.data / "run"

    @property
    def clock(self) -> Path:
        """Holds the length of a day in seconds while coordination runs on a compressed clock."""
        return self.run / "day-seconds"

    @property
    def mails(self) -> Path:
        """The mailbox of the stack's mail server, a maildir."""
        return self.data / "mail"

    @property
    def clients(self) -> Path:
        return self.data / "clients.json"

    @property
    def users(self) -> Path:
        return self.data / "users.json"

    def create(self) -> None:
        """Make the directories, private to the owner. Raises ProblemError if that is refused."""
        try:
            for directory in (self.data, self.logs, self.run):
                directory.mkdir(mode=0o700, parents=True, exist_ok=True)
            probe = self.run / "writable"
            probe.touch()
            probe.unlink()
        except OSError as error:
            raise ProblemError(
                f"データの置き場所に書き込めません: {self.data}({error.strerror})",
                f"the data directory is not writable: {self.data} ({error.strerror})",
            ) from error
