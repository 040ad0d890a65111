"""How far the consents of a case reach: purposes × categories × recipients (process A4).

Something of a case may be told on the ground of consent where everybody it is about agreed to this
purpose, to these categories of information, and to this agency.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from contracts.acts import ConsentKind, RecordConsent
from services.coordination.models import CasePerson, Consent

PLAN_MAKING, SUPPORT = "plan-making", "support"
"""What information is shared for; the purposes of the ward's consent form."""

EVERYTHING: tuple[str, ...] = RecordConsent.model_fields["categories"].default
"""What a text may hold of which nobody has said what it is about."""


@dataclass(frozen=True)
class Use:
    """To whom something is to be told, what for, and what it is about."""

    agencies: frozenset[str] = frozenset()
    purpose: str | None = None
    categories: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Reach:
    """What is lacking for a use, person by person; nobody at all could consent if `nobody`."""

    nobody: bool = False
    lacks: dict[UUID, tuple[str, ...]] = field(default_factory=dict)
    """`consent`, `purpose:<code>`, `category:<code>`, `recipient:<agency>`."""

    @property
    def whole(self) -> bool:
        return not self.nobody and not self.lacks

    @property
    def categories(self) -> tuple[str, ...]:
        """The categories of information that somebody did not agree to."""
        return self._named("category:")

    def _named(self, kind: str) -> tuple[str, ...]:
        every = (one for lacking in self.lacks.values() for one in lacking)
        return tuple(sorted({one.removeprefix(kind) for one in every if one.startswith(kind)}))

    @property
    def only_scope(self) -> bool:
        """Everybody consented, but not to all of this."""
        return not self.nobody and not any("consent" in lacking for lacking in self.lacks.values())

    def told(self) -> dict[str, object]:
        """For a refusal: who is missing, and what of each. Identifiers and codes only."""
        persons = sorted(self.lacks, key=str)
        return {
            "persons": [str(person) for person in persons],
            "lacks": {str(person): list(self.lacks[person]) for person in persons},
        }


@dataclass(frozen=True)
class Consents:
    """The live consents to sharing of a case's persons, read once."""

    given: dict[UUID, Consent | None]

    def reach(self, use: Use) -> Reach:
        if not self.given:
            return Reach(nobody=True)
        lacks = {person: _lacking(consent, use) for person, consent in self.given.items()}
        return Reach(lacks={person: lacking for person, lacking in lacks.items() if lacking})


def _lacking(consent: Consent | None, use: Use) -> tuple[str, ...]:
    """What one consent lacks. One that names its recipients reaches no other agency."""
    if consent is None:
        return ("consent",)
    lacking = []
    if use.purpose is not None and use.purpose not in consent.purposes:
        lacking.append(f"purpose:{use.purpose}")
    lacking += [f"category:{one}" for one in sorted(use.categories - set(consent.categories))]
    if consent.recipients:
        lacking += [f"recipient:{one}" for one in sorted(use.agencies - set(consent.recipients))]
    return tuple(lacking)


async def consents_of(session: AsyncSession, case_id: UUID, on: date) -> Consents:
    """Everybody's consent to sharing, as it stands on a day."""
    persons = await persons_of(session, case_id)
    live = await session.scalars(
        select(Consent).where(
            col(Consent.case_id) == case_id,
            col(Consent.kind) == ConsentKind.SHARING,
            col(Consent.withdrawn_at).is_(None),
            col(Consent.replaced_at).is_(None),
            or_(col(Consent.expires_on).is_(None), col(Consent.expires_on) >= on),
        )
    )
    standing = {consent.person_id: consent for consent in live}
    return Consents({person: standing.get(person) for person in persons})


async def persons_of(session: AsyncSession, case_id: UUID) -> frozenset[UUID]:
    found = select(col(CasePerson.person_id)).where(col(CasePerson.case_id) == case_id)
    return frozenset((await session.scalars(found)).all())


async def reach(
    session: AsyncSession,
    case_id: UUID,
    on: date,
    agencies: Iterable[str],
    purpose: str | None = None,
    categories: Iterable[str] = (),
) -> Reach:
    """What is lacking for telling something of a case to agencies on a day."""
    use = Use(frozenset(agencies), purpose, frozenset(categories))
    return (await consents_of(session, case_id, on)).reach(use)
