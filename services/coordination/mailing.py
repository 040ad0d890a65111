"""The relay of letters: what is written for agencies is sent, each letter until it is settled.

A letter is a row of the transaction that caused it, so none is lost. It is handed to the ward's
mail server under a Message-ID of its own and marked when the server has taken it; after a crash
between the two it is handed over again as the very same message, which a mailbox knows by that
id. Of several processes one relays: the holder of an advisory lock.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from typing import Any
from urllib.parse import unquote, urlsplit
from uuid import UUID

import asyncpg
from aiosmtplib import SMTP, SMTPException, SMTPRecipientsRefused, SMTPResponseException
from sqlalchemy import ColumnElement, exists, func, not_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from chassis.context import Context
from chassis.db import plain_url
from chassis.telemetry import log
from contracts import catalogue
from contracts.calendar import today
from contracts.policies import Policy
from services.coordination import labels
from services.coordination.letter import Entry, Letter, compose
from services.coordination.models import CommandRow, Mail, SittingAct, SittingActCase
from services.coordination.store.letters import WAKE_CHANNEL

PART = "mails"
"""The relay's name among the running parts of the service."""

LOCK = 0x6D6169
"""First half of the advisory lock that makes a relay the only active one of its schema."""

BATCH = 50
"""Letters of one connection to the mail server."""

POLL_SECONDS = 5.0
STANDBY_SECONDS = 1.0
SMTP_SECONDS = 15.0
"""How long one exchange with the mail server may take."""

RETRY_FIRST, RETRY_MOST = 2.0, 300.0

REFUSED_FOR_GOOD = 500
"""SMTP replies from here on say that trying again is of no use (RFC 5321 4.2.1)."""


class MailRelay:
    """Sends what is written, the oldest first, and never gives a letter up silently."""

    def __init__(self, context: Context) -> None:
        self.last_error: str | None = "not started"
        self._context = context
        self._wake = asyncio.Event()
        url = context.settings.smtp_url
        self._url = url.get_secret_value() if url else ""

    def healthy(self) -> bool:
        return self.last_error is None

    async def backlog(self, session: AsyncSession) -> dict[str, int]:
        """How many letters wait, how many could not be sent, and how old the oldest of them is."""
        counted = await session.execute(
            select(col(Mail.status), func.count())
            .where(col(Mail.status) != "sent")
            .group_by(col(Mail.status))
        )
        by = {row[0]: int(row[1]) for row in counted}
        oldest = await session.scalar(
            select(func.extract("epoch", func.now() - func.min(col(Mail.created_at)))).where(
                col(Mail.status) != "sent"
            )
        )
        return {
            "mails": by.get("waiting", 0),
            "mails_unsent": by.get("refused", 0) + by.get("no-address", 0),
            "mails_age_seconds": max(0, int(oldest or 0)),
        }

    async def run(self) -> None:
        """Relay for ever. Cancel to stop; raises what made it impossible to go on."""
        try:
            async with self._leading():
                while not _told_to_stop():
                    self._wake.clear()
                    if not await self.send_what_is_due():
                        await self._wait_for_work()
        except Exception as error:
            self.last_error = type(error).__name__
            raise

    async def send_what_is_due(self) -> int:
        """One round: every waiting letter is tried once. How many were settled."""
        if not self._url:
            self.last_error = None
            return 0
        due = await self._due()
        if not due:
            self.last_error = None
            return 0
        try:
            async with self._server() as server:
                settled = 0
                for mail in due:
                    settled += await self._send(server, mail)
        except (SMTPException, OSError, TimeoutError) as error:
            self.last_error = type(error).__name__
            log.warning("the mail server is away", error=self.last_error)
            await self._put_off(due, self.last_error)
            return 0
        self.last_error = None
        return settled

    async def _due(self) -> list[Mail]:
        found = (
            select(Mail)
            .where(
                col(Mail.status) == "waiting",
                col(Mail.next_try_at) <= func.now(),
                not_(_still_growing()),
            )
            .order_by(col(Mail.seq))
            .limit(BATCH)
        )
        async with self._context.database.transaction() as session:
            rows = list((await session.scalars(found)).all())
            session.expunge_all()
        return rows

    async def _send(self, server: SMTP, mail: Mail) -> int:
        """One letter. Raises what the connection raises; the letter stays waiting then."""
        agency = catalogue.agencies(today()).get(mail.agency)
        if agency is None or agency.mail is None:
            return await self._settle(mail, "no-address")
        try:
            await server.send_message(await self._composed(mail, agency.mail))
        except SMTPRecipientsRefused as error:
            return await self._judge(mail, error.recipients[0].code)
        except SMTPResponseException as error:
            return await self._judge(mail, error.code)
        return await self._settle(mail, "sent")

    async def _judge(self, mail: Mail, code: int) -> int:
        if code >= REFUSED_FOR_GOOD:
            return await self._settle(mail, "refused", str(code))
        await self._put_off([mail], str(code))
        return 0

    async def _composed(self, mail: Mail, to: str) -> EmailMessage:
        settings = self._context.settings
        sitting_id = None
        if mail.sitting_act_id is not None:
            async with self._context.database.transaction() as session:
                sitting_id = (await session.get_one(SittingAct, mail.sitting_act_id)).sitting_id
        return compose(
            Letter(
                mail_id=mail.mail_id,
                meeting_id=mail.meeting_id,
                what=mail.what,
                number=mail.number,
                starts_at=mail.starts_at,
                minutes=Policy().meeting_minutes,
                venue=labels.value("venue", mail.venue),
                written_at=mail.created_at,
                sender=settings.mail_from,
                to=to,
                portal=settings.public_url,
                sitting_id=sitting_id,
                entries=tuple(
                    Entry(UUID(one["meeting_id"]), one["number"], datetime.fromisoformat(at))
                    for one in mail.entries
                    if (at := one["starts_at"])
                ),
            )
        )

    async def _settle(self, mail: Mail, status: str, error: str | None = None) -> int:
        async with self._context.database.transaction() as session:
            row = await session.get_one(Mail, mail.mail_id, with_for_update=True)
            if row.status == "waiting":
                row.status, row.error, row.attempts = status, error, row.attempts + 1
                row.sent_at = datetime.now(UTC) if status == "sent" else None
        return 1

    async def _put_off(self, mails: list[Mail], error: str) -> None:
        async with self._context.database.transaction() as session:
            for mail in mails:
                row = await session.get_one(Mail, mail.mail_id, with_for_update=True)
                if row.status == "waiting":
                    pause = min(RETRY_FIRST * 2 ** min(row.attempts, 10), RETRY_MOST)
                    row.attempts, row.error = row.attempts + 1, error
                    row.next_try_at = datetime.now(UTC) + timedelta(seconds=pause)

    @asynccontextmanager
    async def _server(self) -> AsyncIterator[SMTP]:
        """A connection to the mail server of `KASANE_SMTP_URL`."""
        at = urlsplit(self._url)
        async with SMTP(
            hostname=at.hostname,
            port=at.port,
            username=unquote(at.username) if at.username else None,
            password=unquote(at.password) if at.password else None,
            use_tls=at.scheme == "smtps",
            start_tls=None if at.scheme == "smtp" else at.scheme == "smtp+starttls",
            timeout=SMTP_SECONDS,
            local_hostname="kasane",
        ) as server:
            yield server

    @asynccontextmanager
    async def _leading(self) -> AsyncIterator[None]:
        connection: Any = await asyncpg.connect(plain_url(self._context.database.url), timeout=10)
        try:
            schema = await connection.fetchval("SELECT current_schema()")
            while not await connection.fetchval(
                "SELECT pg_try_advisory_lock($1, hashtext($2))", LOCK, schema
            ):
                self.last_error = None
                await asyncio.sleep(STANDBY_SECONDS)
            await connection.add_listener(f"{WAKE_CHANNEL}.{schema}", lambda *_: self._wake.set())
            connection.add_termination_listener(lambda *_: self._wake.set())
            self._connection = connection
            yield
        finally:
            connection.terminate()

    async def _wait_for_work(self) -> None:
        try:
            async with asyncio.timeout(POLL_SECONDS):
                await self._wake.wait()
        except TimeoutError:
            pass
        if self._connection.is_closed():
            # The lock went with it: another process may send now.
            raise ConnectionError("the relay's connection is gone")


def _still_growing() -> ColumnElement[bool]:
    """Whether a case of the sitting that a letter tells of has not followed yet."""
    return exists().where(
        col(SittingActCase.sitting_act_id) == col(Mail.sitting_act_id),
        col(CommandRow.command_id) == col(SittingActCase.command_id),
        col(CommandRow.status) == "pending",
    )


def _told_to_stop() -> bool:
    """Whether this task was cancelled. Before Python 3.12 `asyncio.wait_for`, on which the SMTP
    client stands, may lose a cancellation that comes in the moment of its answer."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


def relay_of(context: Context) -> MailRelay:
    """The mail relay of this process."""
    return context.part(PART, MailRelay)


async def relay_mails(context: Context) -> None:
    """The service's background part."""
    await relay_of(context).run()
