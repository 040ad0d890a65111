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


WHOLE = {
    "invitation": "合同開催の会議の日時の変更のお知らせ",
    "cancellation": "合同開催の会議の取りやめのお知らせ",
}
"""The same about a whole sitting, which is told once to each attendee."""


@dataclass(frozen=True)
class Entry:
    """One calendar entry: its meeting, how often it was changed, and when it is."""

    meeting_id: UUID
    number: int
    starts_at: datetime


@dataclass(frozen=True)
class Letter:
    """What a letter is made from: ids, codes and times."""

    mail_id: UUID
    meeting_id: UUID | None
    """None: it is about a whole sitting."""
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
    sitting_id: UUID | None = None
    entries: tuple[Entry, ...] = ()
    """Of a sitting: an entry for each meeting to which the agency is invited."""

    @property
    def link(self) -> str:
        if self.meeting_id is None:
            return f"{self.portal.rstrip('/')}/sittings/{self.sitting_id}"
        return self.page_of(self.meeting_id)

    def page_of(self, meeting_id: UUID) -> str:
        return f"{self.portal.rstrip('/')}/meetings/{meeting_id}"


def message_id(mail_id: UUID) -> str:
    return f"<{mail_id}@{DOMAIN}>"


def compose(letter: Letter) -> EmailMessage:
    """The message to be sent; with a calendar entry where a date is set or called off."""
    message = EmailMessage()
    subject = SUBJECTS[letter.what]
    if letter.what == "invitation" and letter.number:
        subject = "会議の日時の変更のお知らせ"
    if letter.meeting_id is None:
        subject = WHOLE[letter.what]
    message["Subject"] = f"[重ね] {subject}"
    message["From"] = letter.sender
    message["To"] = letter.to
    message["Date"] = format_datetime(letter.written_at.astimezone(UTC))
    message["Message-ID"] = message_id(letter.mail_id)
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(_text(letter, subject))
    method = "CANCEL" if letter.what == "cancellation" else "REQUEST"
    for place, entry in enumerate(letter.entries, start=1):
        # Entries of one calendar object have one UID (RFC 5546 3.2.2): each meeting has its own.
        message.add_attachment(
            _calendar(letter, method, entry),
            subtype="calendar",
            params={"method": method},
            filename=f"kaigi-{place}.ics",
        )
    if letter.entries:
        message.set_boundary(f"=={letter.mail_id}==")
    elif letter.meeting_id and letter.starts_at and letter.what in ("invitation", "cancellation"):
        own = Entry(letter.meeting_id, letter.number, letter.starts_at)
        message.add_alternative(
            _calendar(letter, method, own), subtype="calendar", params={"method": method}
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


def _calendar(letter: Letter, method: str, entry: Entry) -> str:
    """One event under an id of its own for ever; a change raises its SEQUENCE."""
    calendar, event = Calendar(), Event()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("method", method)
    starts_at, link = entry.starts_at.astimezone(TOKYO), letter.page_of(entry.meeting_id)
    event.add("uid", f"{entry.meeting_id}@{DOMAIN}")
    event.add("sequence", entry.number)
    event.add("dtstamp", letter.written_at.astimezone(UTC))
    event.add("dtstart", starts_at)
    event.add("dtend", starts_at + timedelta(minutes=letter.minutes))
    event.add("summary", "支援に関する会議")
    event.add("location", letter.venue)
    event.add("description", f"内容は次のページで確認してください。\n{link}")
    event.add("url", link)
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
