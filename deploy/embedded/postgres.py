"""PostgreSQL 18 from the wheel's programs: loopback only, a generated password, small memory.

The wheel's own Python layer is not used: it opens a socket without a password and, under root,
makes every parent of the data directory traversable. Here the server is entered through its
working directory, which works even when the account it runs under could not walk there.
"""

import contextlib
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg

from deploy.embedded.account import Account, database_account, named_account
from deploy.embedded.part import Part
from deploy.embedded.postgres_programs import programs
from deploy.embedded.secrets import ADMINISTRATOR
from deploy.embedded.tether import tether
from deploy.problem import ProblemError

CLUSTER = "/proc/self/cwd"
"""The data directory, as the server sees it: wherever it was started, reachable or not."""

SMALL = {
    "unix_socket_directories": "",
    "listen_addresses": "127.0.0.1",
    "max_connections": "120",
    "shared_buffers": "64MB",
    "work_mem": "4MB",
    "maintenance_work_mem": "32MB",
    "wal_buffers": "1MB",
    "max_wal_size": "256MB",
    "effective_cache_size": "512MB",
    "max_parallel_workers_per_gather": "0",
    "io_method": "sync",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "password_encryption": "scram-sha-256",
    "log_checkpoints": "off",
    "log_parameter_max_length_on_error": "0",
    "log_error_verbosity": "terse",
}
"""Settings for a machine that also runs everything else. Statements' parameters stay out of the
log because they may hold personal data."""

FORGETFUL = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
"""For a cluster that is thrown away after the tests."""


def initialise(home: Path, password: str) -> Account | None:
    """Make a cluster in `home`/cluster unless there is one. Returns the account it belongs to."""
    account = database_account(home)
    cluster = home / "cluster"
    if (cluster / "PG_VERSION").exists():
        return account
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir(mode=0o700)
    cluster.mkdir(mode=0o700)
    secret = home / "password"
    secret.touch(mode=0o600)
    secret.write_text(password + "\n")
    maker = named_account() if account else None
    if maker:
        _give(home, maker)
    command = [
        str(programs(maker) / "initdb"),
        f"--pgdata={CLUSTER if account else cluster}",
        f"--username={ADMINISTRATOR}",
        "--auth=scram-sha-256",
        "--pwfile=../password",
        "--encoding=UTF8",
        "--locale=C",
        "--locale-provider=builtin",
        "--builtin-locale=C.UTF-8",
        "--no-instructions",
    ]
    identity = maker.identity() if maker else {}
    made = subprocess.run(command, cwd=cluster, capture_output=True, text=True, **identity)  # noqa: S603
    secret.unlink()
    if made.returncode != 0:
        shutil.rmtree(home, ignore_errors=True)
        raise ProblemError(
            f"データベースを用意できません: {made.stderr.strip()}",
            f"initdb failed: {made.stderr.strip()}",
        )
    if account:
        _give(home, account)
    return account


def _give(home: Path, account: Account) -> None:
    try:
        account.own(home)
    except OSError as error:
        raise ProblemError(
            f"{home} をデータベース用アカウントの所有にできません({error.strerror})。"
            "root 以外で起動してください",
            f"{home} cannot be given to the database's account ({error.strerror}); "
            "start the stack as another user than root",
        ) from error


def command(home: Path, port: int, account: Account | None, **more: str) -> list[str]:
    """The server's command line; it is to be run in `home`/cluster."""
    server = [
        str(programs(account) / "postgres"),
        "-D",
        CLUSTER if account else str(home / "cluster"),
    ]
    for name, value in {**SMALL, "port": str(port), **more}.items():
        server += ["-c", f"{name}={value}"]
    return server


def part(home: Path, port: int, admin_url: str, environment: dict[str, str]) -> Part:
    """The server as a part of the stack; its cluster is made if there is none."""
    password = urlsplit(admin_url).password or ""
    account = initialise(home, password)

    async def ready() -> bool:
        return await accepts(admin_url)

    async def settle() -> None:
        await ensure_database(admin_url)

    return Part(
        "postgres",
        command(home, port, account),
        home / "cluster",
        ready,
        environment,
        settle=settle,
        listens=(port,),
        account=account,
        stop_signal=signal.SIGINT,
        stop_seconds=20,
        death_signal=signal.SIGQUIT,
    )


async def ensure_database(admin_url: str) -> None:
    """Make the database named by the URL unless it is there."""
    base, _, name = admin_url.rpartition("/")
    connection = await asyncpg.connect(f"{base}/postgres", timeout=10)
    try:
        with contextlib.suppress(asyncpg.DuplicateDatabaseError):
            await connection.execute(f'CREATE DATABASE "{name}"')
    finally:
        await connection.close()


async def accepts(admin_url: str) -> bool:
    """Whether the server lets the administrator in."""
    try:
        base = admin_url.rpartition("/")[0]
        connection = await asyncpg.connect(f"{base}/postgres", timeout=5)
    except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError):
        return False
    await connection.close()
    return True


@contextlib.contextmanager
def temporary_postgres() -> Iterator[str]:
    """A throw-away cluster on a free port; yields the administrator's URL of its database
    `postgres`. Nothing of it remains afterwards. Raises TimeoutError if it does not start."""
    home = Path(tempfile.mkdtemp(prefix="kasane-postgres-"))
    password = secrets.token_urlsafe(16)
    port = _free_port()
    log = (home.parent / f"{home.name}.log").open("wb")
    try:
        account = initialise(home, password)
        server = subprocess.Popen(  # noqa: S603
            command(home, port, account, **FORGETFUL),
            cwd=home / "cluster",
            stdout=log,
            stderr=subprocess.STDOUT,
            process_group=0,
            preexec_fn=tether(signal.SIGQUIT),
            **(account.identity() if account else {}),
        )
        try:
            _wait_until_listening(server, port, Path(log.name))
            yield f"postgresql://{ADMINISTRATOR}:{password}@127.0.0.1:{port}/postgres"
        finally:
            server.send_signal(signal.SIGINT)
            server.wait(timeout=30)
    finally:
        log.close()
        Path(log.name).unlink()
        shutil.rmtree(home, ignore_errors=True)


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def _wait_until_listening(server: "subprocess.Popen[bytes]", port: int, log: Path) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and server.poll() is None:
        if b"ready to accept connections" in log.read_bytes():
            return
        time.sleep(0.02)
    raise TimeoutError(f"PostgreSQL did not start on port {port}: {log.read_text()[-500:]}")
