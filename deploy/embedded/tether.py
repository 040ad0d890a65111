"""Ties a child process to its parent, so that no part of the stack outlives its supervisor."""

import ctypes
import os
import signal
import sys
from collections.abc import Callable

_PR_SET_PDEATHSIG = 1


def tether(death_signal: int = signal.SIGKILL) -> Callable[[], None]:
    """A function for the child to call between fork and exec: the kernel then sends it
    `death_signal` when the parent dies, however it dies. Linux only; elsewhere it does nothing
    and leftovers are found by their pid files at the next start."""
    parent = os.getpid()
    libc = ctypes.CDLL(None) if sys.platform == "linux" else None

    def hold_on() -> None:
        if libc is None:
            return
        libc.prctl(_PR_SET_PDEATHSIG, int(death_signal), 0, 0, 0)
        if os.getppid() != parent:
            os._exit(1)

    return hold_on
