"""The stack's own mail server: letters to agencies end in a maildir that operations staff can read.

It listens on loopback and sends nothing on. A letter that comes twice under one Message-ID is kept
once, as a mailbox does; for that the name of its file is made of the id.
"""

import asyncio
import hashlib
import os
import signal
import sys
from email import message_from_bytes
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session

from deploy.embedded.layout import Layout
from deploy.embedded.part import Part
from deploy.embedded.probes import listens

LARGEST = 1_000_000
"""Bytes of a letter that is taken."""


class Mailbox:
    """What the server does with a letter."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        for part in ("tmp", "new", "cur"):
            (directory / part).mkdir(mode=0o700, parents=True, exist_ok=True)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - the library's name
        """Answer only when the letter is on the disk."""
        content = envelope.content or b""
        self.keep(content if isinstance(content, bytes) else content.encode())
        return "250 OK"

    def keep(self, content: bytes) -> Path:
        """Put a letter into the mailbox, once for its Message-ID; give its file."""
        named = message_from_bytes(content)["Message-ID"]
        name = hashlib.sha256((named or "").encode() or content).hexdigest()[:32]
        kept = self.directory / "new" / f"{name}.kasane"
        if not kept.exists() and not list((self.directory / "cur").glob(f"{kept.name}*")):
            fresh = self.directory / "tmp" / f"{name}.{os.getpid()}"
            with fresh.open("wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            fresh.rename(kept)
        return kept


async def serve(port: int, directory: Path) -> asyncio.Server:
    """Take letters on a loopback port."""
    mailbox = Mailbox(directory)

    def session() -> Any:
        return SMTP(mailbox, data_size_limit=LARGEST, hostname="kasane", enable_SMTPUTF8=True)

    return await asyncio.get_running_loop().create_server(session, "127.0.0.1", port)


def part(layout: Layout, environment: dict[str, str]) -> Part:
    port = layout.port("mail")

    async def ready() -> bool:
        return await listens(port)

    return Part(
        "mail",
        [sys.executable, "-m", "deploy.embedded.mail", str(port), str(layout.mails)],
        layout.data,
        ready,
        environment,
        listens=(port,),
    )


async def _run(port: int, directory: Path) -> None:
    server, stopped = await serve(port, directory), asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stopped.set)
    async with server:
        await stopped.wait()


if __name__ == "__main__":
    asyncio.run(_run(int(sys.argv[1]), Path(sys.argv[2])))
