"""Volunteers and the sessions they are engaged for: never two at a time, never more than wanted.

Locks are taken in one order, the session before the volunteer, so that engagements made at the
same time wait for each other in a line.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from chassis.vault import Vault
from contracts.events import new_id
from services.participation.models import Engagement, Session, Volunteer
from services.participation.volunteering import Helper

VAULT_KIND = "volunteer"

MOST_WEIGHED = 2_000
"""Volunteers weighed for one session at most."""

HOLDING = ("engaged", "attended", "absent")
"""The states of an engagement that take up a place."""


async def register(
    session: AsyncSession, vault: Vault, private: Mapping[str, str | None], **fields: Any
) -> Volunteer:
    volunteer_id = new_id()
    sealed = await vault.seal(
        session, VAULT_KIND, volunteer_id, json.dumps(dict(private), ensure_ascii=False)
    )
    made = Volunteer(volunteer_id=volunteer_id, sealed=sealed, status="active", version=1, **fields)
    session.add(made)
    await session.flush()
    return made


async def find_volunteer(
    session: AsyncSession, volunteer_id: UUID, *, lock: bool = False
) -> Volunteer | None:
    rows = select(Volunteer).where(col(Volunteer.volunteer_id) == volunteer_id)
    return (await session.scalars(rows.with_for_update() if lock else rows)).one_or_none()


async def by_reference(session: AsyncSession, reference: str) -> Volunteer | None:
    rows = select(Volunteer).where(col(Volunteer.reference) == reference)
    return (await session.scalars(rows)).one_or_none()


async def like(session: AsyncSession, digests: Sequence[bytes]) -> Volunteer | None:
    rows = select(Volunteer).where(col(Volunteer.likeness).in_(digests)).limit(1)
    return (await session.scalars(rows)).first()


async def private_of(
    session: AsyncSession, vault: Vault, volunteer: Volunteer
) -> dict[str, str | None]:
    opened = await vault.open(session, VAULT_KIND, volunteer.volunteer_id, volunteer.sealed)
    told: dict[str, str | None] = {"name": None, "kana": None, "phone": None}
    return told | (json.loads(opened) if opened else {})


async def list_volunteers(
    session: AsyncSession,
    *,
    skill: str | None,
    status: str | None,
    after: UUID | None,
    limit: int,
) -> Sequence[Volunteer]:
    rows = select(Volunteer).order_by(col(Volunteer.volunteer_id)).limit(limit)
    if skill is not None:
        rows = rows.where(col(Volunteer.skills).bool_op("@>")([skill]))
    if status is not None:
        rows = rows.where(col(Volunteer.status) == status)
    if after is not None:
        rows = rows.where(col(Volunteer.volunteer_id) > after)
    return (await session.scalars(rows)).all()


async def helpers(session: AsyncSession, skills: Sequence[str]) -> list[Helper]:
    """The active volunteers with one of the skills, as matching weighs them."""
    rows = select(Volunteer).where(col(Volunteer.status) == "active")
    if skills:
        rows = rows.where(col(Volunteer.skills).bool_op("&&")(list(skills)))
    rows = rows.order_by(col(Volunteer.volunteer_id)).limit(MOST_WEIGHED)
    return [as_helper(one) for one in await session.scalars(rows)]


def as_helper(volunteer: Volunteer) -> Helper:
    return Helper(
        volunteer.volunteer_id,
        volunteer.skills,
        volunteer.daily_areas,
        [
            (span["weekday"], time.fromisoformat(span["from"]), time.fromisoformat(span["to"]))
            for span in volunteer.times
        ],
        volunteer.insured_until,
    )


async def engagements_on(session: AsyncSession, volunteer_id: UUID, on: date) -> Sequence[Session]:
    """The sessions of a day for which a volunteer is engaged."""
    rows = (
        select(Session)
        .join(Engagement, col(Engagement.session_id) == col(Session.session_id))
        .where(
            col(Engagement.volunteer_id) == volunteer_id,
            col(Engagement.status).in_(HOLDING),
            col(Session.on_date) == on,
        )
    )
    return (await session.scalars(rows)).all()


async def find_engagement(
    session: AsyncSession, session_id: UUID, volunteer_id: UUID
) -> Engagement | None:
    return await session.get(Engagement, (session_id, volunteer_id))


async def engagements_of(session: AsyncSession, session_id: UUID) -> Sequence[Engagement]:
    rows = (
        select(Engagement)
        .where(col(Engagement.session_id) == session_id)
        .order_by(col(Engagement.volunteer_id))
    )
    return (await session.scalars(rows)).all()


async def engage(
    session: AsyncSession, of: Session, volunteer: Volunteer, status: str, by: str, now: datetime
) -> Engagement:
    """Write what a volunteer is to a session. The caller holds both locks and has judged it."""
    found = await find_engagement(session, of.session_id, volunteer.volunteer_id)
    before = found is not None and found.status in HOLDING
    if found is None:
        found = Engagement(
            session_id=of.session_id,
            volunteer_id=volunteer.volunteer_id,
            status=status,
            by=by,
            at=now,
        )
        session.add(found)
    found.status, found.by, found.at = status, by, now
    of.engaged += int(status in HOLDING) - int(before)
    await session.flush()
    return found
