"""Facts that the intake service tells of households: who belongs to one, and what guards a person.

Identifiers, codes and dates only; the key is the intake's, so that they keep their order with it.
"""

from datetime import date
from typing import ClassVar, Literal
from uuid import UUID

from contracts.events.envelope import fact
from contracts.events.intake import IntakeEvent

FlagKind = Literal["staff-safety", "address-protection"]
"""訪問時の職員の安全 · 支援措置 (DV等支援措置による住所等の保護)."""


class HouseholdEvent(IntakeEvent):
    """The base of the facts about a household of an intake."""

    subject_field: ClassVar[str] = "intake_id"

    intake_id: UUID
    household_id: UUID
    person_id: UUID


@fact
class HouseholdMemberAdded(HouseholdEvent):
    """Somebody is known to belong to the household; whether the case is about them, people say."""

    type: ClassVar[str] = "kasane.household.member-added.v1"


@fact
class PersonFlagged(HouseholdEvent):
    """A flag stands from one day to another; told again, under the same id, when it is renewed."""

    type: ClassVar[str] = "kasane.person.flagged.v1"

    flag_id: UUID
    kind: FlagKind
    starts_on: date
    expires_on: date
    """Its last day; it ends by itself."""
    renewable_from: date | None = None


@fact
class PersonFlagEnded(HouseholdEvent):
    """A flag was taken away before its last day."""

    type: ClassVar[str] = "kasane.person.flag-ended.v1"

    flag_id: UUID
    kind: FlagKind
    on: date
