"""Letters as people see them: on a meeting's page, and those that did not go out."""

from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.coordination import labels, views
from services.coordination.letter import SUBJECTS
from services.coordination.models import Mail, SittingActCase

MOST = 200


def letter_view(mail: Mail) -> views.LetterView:
    return views.LetterView(
        **mail.model_dump(include={"mail_id", "what", "agency", "status", "sent_at", "error"}),
        what_label=SUBJECTS.get(mail.what, mail.what),
        agency_name=labels.agency(mail.agency),
        status_label=labels.value("mail_status", mail.status),
        written_at=mail.created_at,
    )


async def letters_of(session: AsyncSession, meeting_id: UUID) -> list[Mail]:
    """The letters about a meeting, those about its whole sitting too, as they were written."""
    whole = select(col(SittingActCase.sitting_act_id)).where(
        col(SittingActCase.meeting_id) == meeting_id
    )
    found = select(Mail).where(
        or_(col(Mail.meeting_id) == meeting_id, col(Mail.sitting_act_id).in_(whole))
    )
    return list((await session.scalars(found.order_by(col(Mail.seq)))).all())


async def unsent_letters(session: AsyncSession) -> views.Letters:
    """What waits or could not be sent, the oldest first. No case and no person is in it."""
    unsent = col(Mail.status) != "sent"
    rows = await session.scalars(select(Mail).where(unsent).order_by(col(Mail.seq)).limit(MOST))
    known = select(func.count(), func.min(col(Mail.created_at))).where(unsent)
    count, oldest = (await session.execute(known)).one()
    failed = select(col(Mail.error)).where(unsent, col(Mail.error).is_not(None))
    return views.Letters(
        count=count,
        oldest_at=oldest,
        last_error=await session.scalar(failed.order_by(col(Mail.next_try_at).desc()).limit(1)),
        items=tuple(letter_view(mail) for mail in rows),
    )
