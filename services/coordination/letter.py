"""A letter about a meeting as an e-mail message with its calendar entry. Pure.

It says when and where, and leads to the portal; of whom the meeting is about it says nothing,
not even a receipt number. Sources: RFC 5545 (iCalendar), RFC 5546 (iTIP: REQUEST, CANCEL), RFC
5322 (Message-ID). The same letter is the same bytes whenever it is made.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime
from uuid import UUID

from icalendar import Calendar, Event, vCalAddress, vText

from contracts.calendar import TOKYO, tokyo_date, wareki

DOMAIN = "kasane"
"""Right of the @ in ids that must never change: not the name of any machine."""

PRODUCT = "-//kasane//coordination//JA"

SUBJECTS = {
    "dates": "会議の日程のご都合をお知らせください",
    "dates-reminder": "会議の日程のご回答をお待ちしています",
    "invitation": "会議の開催のお知らせ",
    "cancellation": "会議の取りやめのお知らせ",
    "sheet-reminder": "会議の準備シートをご提出ください",
    "feedback": "会議後のアンケートにご協力ください",
}
"""What each kind of letter is about."""


@dataclass(frozen=True)
class Letter:
    """What a letter is made from: ids, codes and times."""

    mail_id: UUID
    meeting_id: UUID
    what: str
    number: int
    starts_at: datetime | None
    minutes: int
    venue: str
    written_at: datetime
    sender: str
    to: str
    portal: str
    """The front door's address; the letter leads to the meeting's page behind it."""

    @property
    def link(self) -> str:
        return f"{self.portal.rstrip('/')}/meetings/{self.meeting_id}"


def message_id(mail_id: UUID) -> str:
    return f"<{mail_id}@{DOMAIN}>"


def compose(letter: Letter) -> EmailMessage:
    """The message to be sent; with a calendar entry where a date is set or called off."""
    message = EmailMessage()
    subject = SUBJECTS[letter.what]
    if letter.what == "invitation" and letter.number:
        subject = "会議の日時の変更のお知らせ"
    message["Subject"] = f"[重ね] {subject}"
    message["From"] = letter.sender
    message["To"] = letter.to
    message["Date"] = format_datetime(letter.written_at.astimezone(UTC))
    message["Message-ID"] = message_id(letter.mail_id)
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(_text(letter, subject))
    if letter.starts_at is not None and letter.what in ("invitation", "cancellation"):
        method = "REQUEST" if letter.what == "invitation" else "CANCEL"
        message.add_alternative(
            _calendar(letter, method), subtype="calendar", params={"method": method}
        )
        # The boundary is drawn by chance otherwise, and the letter would be another each time.
        message.set_boundary(f"=={letter.mail_id}==")
    return message


def _text(letter: Letter, subject: str) -> str:
    lines = [f"{subject}。", ""]
    if letter.starts_at is not None:
        at = letter.starts_at.astimezone(TOKYO)
        lines += [f"日時: {wareki(tokyo_date(at))} {at:%H:%M}", f"会場: {letter.venue}", ""]
    lines += [
        "内容の確認と手続きは、次のページにログインして行ってください。",
        letter.link,
        "",
        "このメールには個人情報を記載していません。返信はできません。",
    ]
    return "\n".join(lines) + "\n"


def _calendar(letter: Letter, method: str) -> str:
    """One event under an id of its own for ever; a change raises its SEQUENCE."""
    if letter.starts_at is None:
        raise ValueError("a calendar entry needs a date")
    calendar, event = Calendar(), Event()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("method", method)
    starts_at = letter.starts_at.astimezone(TOKYO)
    event.add("uid", f"{letter.meeting_id}@{DOMAIN}")
    event.add("sequence", letter.number)
    event.add("dtstamp", letter.written_at.astimezone(UTC))
    event.add("dtstart", starts_at)
    event.add("dtend", starts_at + timedelta(minutes=letter.minutes))
    event.add("summary", "支援に関する会議")
    event.add("location", letter.venue)
    event.add("description", f"内容は次のページで確認してください。\n{letter.link}")
    event.add("url", letter.link)
    event.add("class", "PRIVATE")
    event.add("status", "CONFIRMED" if method == "REQUEST" else "CANCELLED")
    event.add("organizer", vCalAddress(f"mailto:{letter.sender}"))
    attendee = vCalAddress(f"mailto:{letter.to}")
    attendee.params["RSVP"] = vText("FALSE")
    event.add("attendee", attendee, encode=False)
    calendar.add_component(event)
    calendar.add_missing_timezones()
    content: bytes = calendar.to_ical()
    return content.decode()
