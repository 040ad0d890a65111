"""Duplicate candidates: found among persons that share a search key, kept with their reasons."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import ARRAY, BigInteger, LargeBinary, Row, String, bindparam, or_, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from contracts.calendar import today
from services.intake.duplicates import Identity, Reason, may_be_alike, reasons_alike, search_terms
from services.intake.flags import HIDDEN
from services.intake.models import DuplicateCandidate, Intake, Person
from services.intake.sealing import Safe
from services.intake.store.flags import protected

MOST_OPENED = 50
"""Persons opened for one new person: those with most keys in common, then the latest."""

_LOCK = text(
    "SELECT pg_advisory_xact_lock(key) FROM (SELECT unnest(:keys) AS key) AS wanted"
).bindparams(bindparam("keys", type_=ARRAY(BigInteger)))

_SHARING_A_KEY = text(
    """
    SELECT found.person_id, found.kind, person.birth_unknown
    FROM unnest(:kinds, :digests) AS wanted (kind, digest)
    CROSS JOIN LATERAL (
        SELECT person_id, kind FROM search_key
        WHERE search_key.kind = wanted.kind AND search_key.digest = wanted.digest
        ORDER BY person_id DESC LIMIT 50
    ) AS found
    JOIN person USING (person_id)
    -- Nobody is found by where they live or by their telephone while that is protected (支援措置).
    WHERE found.kind NOT IN ('address', 'phone') OR NOT EXISTS (
        SELECT FROM person_flag AS flag
        WHERE flag.person_id = found.person_id AND flag.kind = 'address-protection'
            AND flag.ended_at IS NULL
            AND flag.expires_on >= (now() AT TIME ZONE 'Asia/Tokyo')::date
    )
    """
).bindparams(
    bindparam("kinds", type_=ARRAY(String)), bindparam("digests", type_=ARRAY(LargeBinary))
)


class Lookalike(NamedTuple):
    """An earlier person who looks like the `place`-th person of an intake."""

    place: int
    person_id: UUID
    intake_id: UUID
    receipt_number: str
    channel: str
    reasons: tuple[Reason, ...]


async def find_lookalikes(
    session: AsyncSession, safe: Safe, persons: Sequence[Identity], *, but: UUID | None = None
) -> list[Lookalike]:
    """The earlier persons, of intakes that stand, who may be these; none of the intake `but`.

    Two requests about the same person wait for each other here, so that the later one sees the
    earlier.
    """
    await _wait_for_each_other(session, safe, persons)
    found = []
    for place, who in enumerate(persons):
        for person, intake in await _sharing_a_key(session, safe, who):
            if intake.intake_id == but:
                continue
            other = await safe.open_identity(session, person.person_id, person.sealed)
            if other and await protected(session, [person.person_id], today()):
                other = other.model_copy(update=dict.fromkeys(HIDDEN))
            reasons = reasons_alike(who, other) if other else ()
            if reasons:
                found.append(
                    Lookalike(
                        place,
                        person.person_id,
                        intake.intake_id,
                        intake.receipt_number,
                        intake.channel,
                        reasons,
                    )
                )
    return found


async def remember_lookalikes(
    session: AsyncSession,
    intake_id: UUID,
    person_ids: Sequence[UUID],
    found: Sequence[Lookalike],
    at: datetime,
) -> None:
    """Keep the candidates; one that is known already gets the reasons of today."""
    for alike in found:
        row = insert(DuplicateCandidate).values(
            person_id=person_ids[alike.place],
            other_person_id=alike.person_id,
            intake_id=intake_id,
            other_intake_id=alike.intake_id,
            reasons=list(alike.reasons),
            found_at=at,
        )
        await session.execute(
            row.on_conflict_do_update(
                index_elements=["person_id", "other_person_id"],
                set_={"reasons": row.excluded.reasons},
            )
        )


async def candidates_of(
    session: AsyncSession, intake_id: UUID
) -> list[tuple[DuplicateCandidate, Intake]]:
    """The candidates of an intake, whichever of the two came first, with the other intake."""
    mine, other = col(DuplicateCandidate.intake_id), col(DuplicateCandidate.other_intake_id)
    rows = await session.execute(
        select(DuplicateCandidate, Intake)
        .join(
            Intake,
            ((mine == intake_id) & (col(Intake.intake_id) == other))
            | ((other == intake_id) & (col(Intake.intake_id) == mine)),
        )
        .where(or_(mine == intake_id, other == intake_id))
        .order_by(col(Intake.intake_id).desc())
    )
    return [(candidate, intake) for candidate, intake in rows]


async def _wait_for_each_other(
    session: AsyncSession, safe: Safe, persons: Sequence[Identity]
) -> None:
    digests = {
        safe.index.digest(kind, term) for who in persons for kind, term in search_terms(who).items()
    }
    # In one order for everybody, so that nobody waits in a circle.
    keys = sorted(int.from_bytes(digest[:8], signed=True) for digest in digests)
    if keys:
        await session.execute(_LOCK, {"keys": keys})


async def _sharing_a_key(
    session: AsyncSession, safe: Safe, who: Identity
) -> list[Row[tuple[Person, Intake]]]:
    wanted = [
        (kind, digest)
        for kind, term in search_terms(who).items()
        for digest in safe.index.digests(kind, term)
    ]
    if not wanted:
        return []
    kinds, digests = zip(*wanted, strict=True)
    shared: dict[UUID, set[str]] = defaultdict(set)
    undated: set[UUID] = set()
    for person_id, kind, birth_unknown in await session.execute(
        _SHARING_A_KEY, {"kinds": list(kinds), "digests": list(digests)}
    ):
        shared[person_id].add(kind)
        if birth_unknown or who.birth_date is None:
            undated.add(person_id)
    nearest = sorted(
        (
            person_id
            for person_id, kinds_shared in shared.items()
            if may_be_alike(kinds_shared, birth_unknown=person_id in undated)
        ),
        key=lambda person_id: (len(shared[person_id]), person_id.int),
        reverse=True,
    )
    rows = await session.execute(
        select(Person, Intake)
        .join(Intake, col(Intake.intake_id) == col(Person.intake_id))
        .where(col(Person.person_id).in_(nearest[:MOST_OPENED]), col(Intake.status) == "accepted")
    )
    return list(rows)
