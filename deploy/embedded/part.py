"""What the supervisor needs to know of one part of the stack."""

import signal
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from deploy.embedded.account import Account

Probe = Callable[[], Awaitable[bool]]
Step = Callable[[], Awaitable[None]]


@dataclass(frozen=True)
class Part:
    """One child process and its place among the others."""

    name: str
    command: Sequence[str]
    directory: Path
    """Its working directory, entered before the account is changed."""
    ready: Probe | None = None
    """Asked until it answers True. A part without one is a job: it is ready when it has ended
    well, and is not started again."""
    environment: Mapping[str, str] = field(default_factory=dict)
    after: frozenset[str] = frozenset()
    """The parts that must be ready before this one starts; it is stopped before they are."""
    settle: Step | None = None
    """Done after every start, before anything else may take the part for ready."""
    watch: Step | None = None
    """Runs while the part is ready; when it returns, the part is started afresh."""
    listens: tuple[int, ...] = ()
    """Ports on loopback that must be free before the stack starts."""
    account: Account | None = None
    start_seconds: float = 60
    """How long it may take over becoming ready before it is started afresh."""
    stop_signal: int = signal.SIGTERM
    stop_seconds: float = 10
    """How long it may take over stopping before it is killed."""
    death_signal: int = signal.SIGKILL
    """What the kernel sends it when the supervisor dies."""
