"""Letters to agencies: sent by SMTP to a real server, none lost, none doubled, nobody named."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session
from icalendar import Calendar
from pydantic import SecretStr
from sqlalchemy import text

from chassis.context import Context
from contracts.cases import Kind
from deploy.embedded.mail import Mailbox, serve
from services.coordination.letter import DOMAIN
from services.coordination.mailing import MailRelay
from services.coordination.models import Mail
from services.coordination.store.letters import put_back
from tests.services.coordination.conftest import Get
from tests.services.coordination.desk import Case, Desk, act_of, tomorrow
from tests.services.coordination.scenarios.dates import at, open_dates, polled


@dataclass
class PostOffice:
    """A mail server that keeps what it takes, and can be told to refuse."""

    port: int
    box: Path
    answers: dict[str, str] = field(default_factory=dict)
    """What a recipient's address is answered with."""
    came: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(0))
    """Counts the letters as they come."""

    def letters(self, meeting: UUID | str) -> list[EmailMessage]:
        """What came about a meeting, in the order in which it was written."""
        found = [
            message_from_bytes(p.read_bytes(), policy=policy.default)
            for p in self.box.glob("new/*")
        ]
        own = [m for m in found if isinstance(m, EmailMessage) and str(meeting) in body_of(m)]
        return sorted(own, key=lambda m: (m["Date"].datetime, m["Message-ID"]))


def body_of(message: EmailMessage) -> str:
    plain = message.get_body(("plain",))
    return plain.get_content() if plain else ""


def event_of(message: EmailMessage) -> tuple[str, Any]:
    """The method and the event of a letter's calendar entry."""
    [part] = [p for p in message.walk() if p.get_content_type() == "text/calendar"]
    calendar = Calendar.from_ical(part.get_content())
    assert part.get_param("method") == str(calendar["METHOD"])
    return str(calendar["METHOD"]), calendar.walk("VEVENT")[0]


class Fussy(Mailbox):
    """Refuses recipients as a test tells it to."""

    def __init__(self, office: PostOffice) -> None:
        super().__init__(office.box)
        self.office = office

    def keep(self, content: bytes) -> Path:
        kept = super().keep(content)
        self.office.came.release()
        return kept

    async def handle_RCPT(  # noqa: N802 - the library's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        answer = self.office.answers.get(address, "250 OK")
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[PostOffice]:
    made = PostOffice(0, tmp_path / "mail")
    handler = Fussy(made)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(handler), "127.0.0.1", 0)
    async with server:
        made.port = server.sockets[0].getsockname()[1]
        yield made


@pytest.fixture
async def relay(context: Context, office: PostOffice) -> MailRelay:
    """A relay to that server, with nothing left over from other tests."""
    async with context.database.transaction() as session:
        await session.execute(text("UPDATE mail SET status = 'sent' WHERE status = 'waiting'"))
    return MailRelay(sending_to(context, f"smtp://127.0.0.1:{office.port}"))


def sending_to(context: Context, url: str) -> Context:
    changes = {"smtp_url": SecretStr(url), "mail_from": "kasane@ward.example"}
    return replace(context, settings=context.settings.model_copy(update=changes))


async def invited(desk: Desk) -> tuple[Case, UUID]:
    case = await desk.open()
    return case, await desk.meeting(case, basis="law-106-6")


async def test_an_invitation_moves_with_the_meeting_and_is_called_off_under_one_id(
    desk: Desk, relay: MailRelay, office: PostOffice
) -> None:
    """REQUEST, REQUEST with a higher SEQUENCE, CANCEL; the UID stays (RFC 5546)."""
    case, key = await invited(desk)
    later = tomorrow().replace(microsecond=0) + timedelta(days=3)
    await at(desk, case, key, "preparing", "postpone_meeting", starts_at=later)
    await at(desk, case, key, "cancelled", "cancel_meeting")
    assert await relay.send_what_is_due() == 6
    letters = [m for m in office.letters(key) if m["To"] == "sapota@kasane.example"]
    told = [event_of(message) for message in letters]
    assert [(method, int(event["SEQUENCE"])) for method, event in told] == [
        ("REQUEST", 0),
        ("REQUEST", 1),
        ("CANCEL", 2),
    ]
    assert {str(event["UID"]) for _, event in told} == {f"{key}@{DOMAIN}"}
    assert told[1][1]["DTSTART"].dt == later
    assert told[1][1]["DTEND"].dt - told[1][1]["DTSTART"].dt == timedelta(minutes=60)


async def test_a_letter_names_nobody_and_no_case_and_leads_to_the_portal(
    desk: Desk, relay: MailRelay, office: PostOffice
) -> None:
    case, key = await invited(desk)
    await relay.send_what_is_due()
    for letter in office.letters(key):
        whole = "\n".join(
            [*(str(value) for value in letter.values())]
            + [part.get_content() for part in letter.walk() if not part.is_multipart()]
        )
        assert f"/meetings/{key}" in whole
        for secret in (case.case_id, case.person, case.intake.receipt_number, "支援会議"):
            assert str(secret) not in whole
        assert letter["From"] == "kasane@ward.example"


async def test_the_agencies_are_asked_for_dates_and_for_feedback(
    desk: Desk, relay: MailRelay, office: PostOffice
) -> None:
    case, key = await polled(desk)
    first = open_dates()[0]
    await at(desk, case, key, "preparing", "choose_date", starts_at=first)
    for agency in ("sapota", "jobota"):
        await at(desk, case, key, "preparing", "acknowledge_secrecy", agency=agency)
    await at(desk, case, key, "held", "hold_meeting", present=["sapota", "jobota"])
    await relay.send_what_is_due()
    subjects = {m["Subject"] for m in office.letters(key)}
    assert len(subjects) == 3
    assert any("日程" in subject for subject in subjects)
    assert any("アンケート" in subject for subject in subjects)


async def test_a_letter_that_is_sent_again_after_a_crash_is_the_same_and_is_kept_once(
    desk: Desk, relay: MailRelay, office: PostOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed between the server's answer and the mark: the very same bytes, one letter there."""
    _, key = await invited(desk)
    seen: list[bytes] = []
    composed = relay._composed

    async def watched(mail: Mail, to: str) -> EmailMessage:
        message = await composed(mail, to)
        seen.append(message.as_bytes())
        return message

    async def killed(mail: Mail, status: str, error: str | None = None) -> int:
        raise asyncio.CancelledError

    with monkeypatch.context() as crash:
        crash.setattr(relay, "_settle", killed)
        crash.setattr(relay, "_composed", watched)
        with pytest.raises(asyncio.CancelledError):
            await relay.send_what_is_due()
    assert len(office.letters(key)) == 1
    monkeypatch.setattr(relay, "_composed", watched)
    assert await relay.send_what_is_due() == 2
    assert len(office.letters(key)) == 2, "one to each agency"
    assert seen[0] == seen[1]
    assert await relay.send_what_is_due() == 0


async def test_letters_wait_while_the_server_is_away_and_then_go(
    desk: Desk, context: Context, relay: MailRelay, office: PostOffice
) -> None:
    _, key = await invited(desk)
    away = MailRelay(sending_to(context, "smtp://127.0.0.1:9"))
    assert await away.send_what_is_due() == 0
    assert not away.healthy()
    rows = await desk.rows(Mail, meeting_id=key)
    assert {(row.status, row.attempts) for row in rows} == {("waiting", 1)}
    assert all(row.next_try_at > row.created_at for row in rows)
    await due_now(desk, key)
    assert await relay.send_what_is_due() == 2
    assert relay.healthy()
    assert len(office.letters(key)) == 2


async def due_now(desk: Desk, key: UUID) -> None:
    async with desk.context.database.transaction() as session:
        await session.execute(
            text("UPDATE mail SET next_try_at = now() WHERE meeting_id = :key"), {"key": key}
        )


async def test_a_refused_letter_is_told_to_the_operators_and_can_be_sent_again(
    desk: Desk, relay: MailRelay, office: PostOffice, get: Get, tokens: Any
) -> None:
    """For good: it is shown. For the moment: it is tried again. The others go out."""
    office.answers["sapota@kasane.example"] = "550 no such mailbox"
    office.answers["jobota@kasane.example"] = "451 try later"
    _, key = await invited(desk)
    assert await relay.send_what_is_due() == 1
    rows = {row.agency: row for row in await desk.rows(Mail, meeting_id=key)}
    assert (rows["sapota"].status, rows["sapota"].error) == ("refused", "550")
    assert (rows["jobota"].status, rows["jobota"].attempts) == ("waiting", 1)
    operator = tokens.bearer("operator", roles=("operator",))
    shown = (await get("/operations/mails", operator)).json()["items"]
    assert str(rows["sapota"].mail_id) in {one["mail_id"] for one in shown}
    office.answers.clear()
    async with desk.context.database.transaction() as session:
        assert await put_back(session, rows["sapota"].mail_id, datetime.now().astimezone())
    await due_now(desk, key)
    assert await relay.send_what_is_due() == 2
    assert len(office.letters(key)) == 2


async def test_an_agency_without_a_mailbox_is_shown_as_not_reached(
    desk: Desk, relay: MailRelay, office: PostOffice, get: Get, hanako: dict[str, str]
) -> None:
    case = await desk.open()
    key = await desk.meeting(case, basis="law-106-6", agencies=("sapota", "minsei-iin"))
    await relay.send_what_is_due()
    seats = {
        seat["agency"]: seat for seat in (await get(f"/meetings/{key}", hanako)).json()["seats"]
    }
    assert seats["sapota"]["letter"]["status"] == "sent"
    assert seats["minsei-iin"]["letter"]["status_label"] == "宛先がありません"


async def test_a_letter_exists_if_and_only_if_what_caused_it_does(desk: Desk) -> None:
    """The row is of the transaction: a step that is rolled back has written to nobody."""
    _, key = await invited(desk)
    before = len(await desk.rows(Mail))
    refused = act_of("postpone_meeting", starts_at="2026-01-05T10:00:00+09:00")
    case = next(iter(desk.cases.values()))
    with pytest.raises(Exception, match="meeting-in-the-past"):
        await desk.step(case, "preparing", refused, kind=Kind.MEETING, key=key)
    assert len(await desk.rows(Mail)) == before


async def test_the_running_relay_sends_by_itself_as_soon_as_something_is_written(
    desk: Desk, relay: MailRelay, office: PostOffice
) -> None:
    running = asyncio.create_task(relay.run())
    try:
        _, key = await invited(desk)
        async with asyncio.timeout(10):
            for _ in range(2):
                await office.came.acquire()
        assert len(office.letters(key)) == 2
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


async def test_the_stacks_own_mail_server_takes_a_letter_once(
    tmp_path: Path, desk: Desk, context: Context
) -> None:
    server = await serve(0, tmp_path)
    async with server:
        port = server.sockets[0].getsockname()[1]
        async with context.database.transaction() as session:
            await session.execute(text("UPDATE mail SET status = 'sent'"))
        _, key = await invited(desk)
        relay = MailRelay(sending_to(context, f"smtp://127.0.0.1:{port}"))
        await relay.send_what_is_due()
        async with context.database.transaction() as session:
            await session.execute(
                text("UPDATE mail SET status = 'waiting' WHERE meeting_id = :key"), {"key": key}
            )
        await relay.send_what_is_due()
        assert len(PostOffice(port, tmp_path).letters(key)) == 2
