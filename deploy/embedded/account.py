"""The unprivileged account the database runs under when root starts the stack.

PostgreSQL refuses to run as root. It gets a numeric account of its own that no entry of the
password file has, so that it shares nothing with any other daemon, and it keeps that account for
as long as its files exist. No account is created and no parent directory is opened to it: the
process is given its data directory as its working directory while it still may enter it.
"""

import os
import pwd
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FIRST = 48_612
"""Where the search for an unused account begins: above people and system accounts, and inside
the 65,536 accounts that a container usually has."""


@dataclass(frozen=True)
class Account:
    uid: int
    gid: int

    def own(self, path: Path) -> None:
        """Make this account the owner of a file or of a directory with all it holds."""
        os.chown(path, self.uid, self.gid, follow_symlinks=False)
        if path.is_dir() and not path.is_symlink():
            for entry in path.iterdir():
                self.own(entry)

    def identity(self) -> dict[str, Any]:
        """Keyword arguments that make `subprocess` run a child under this account."""
        return {"user": self.uid, "group": self.gid, "extra_groups": []}


def database_account(home: Path) -> Account | None:
    """The account for a database whose files are in `home`; None unless root starts it."""
    if os.geteuid() != 0:
        return None
    if home.exists() and home.stat().st_uid != 0:
        return Account(home.stat().st_uid, home.stat().st_gid)
    uid = next(number for number in range(FIRST, 65_534) if not _is_taken(number))
    return Account(uid, uid)


def named_account() -> Account:
    """An account that has a name. `initdb` alone insists on one."""
    entries = {entry.pw_name: entry for entry in pwd.getpwall() if entry.pw_uid != 0}
    entry = entries.get("nobody") or next(iter(entries.values()))
    return Account(entry.pw_uid, entry.pw_gid)


def _is_taken(uid: int) -> bool:
    try:
        pwd.getpwuid(uid)
    except KeyError:
        return False
    return True
