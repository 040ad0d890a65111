"""What the API answers about households, and about what guards a person."""

from datetime import date, datetime
from uuid import UUID

from pydantic import BaseModel, Field


class FlagView(BaseModel):
    """A flag that stands. It ends by itself after its last day."""

    flag_id: UUID
    person_id: UUID
    kind: str = Field(examples=["address-protection"])
    label: str
    starts_on: date
    expires_on: date
    renewable_from: date | None = Field(description="None where it may be renewed at any time")
    renewable: bool
    reason: str | None = Field(None, description="For people who work with the household only")


class KinshipView(BaseModel):
    """`person_id` is the … of `other_person_id`, or does it for them."""

    kinship_id: UUID
    person_id: UUID
    other_person_id: UUID
    kind: str
    label: str


class PromptView(BaseModel):
    """Somebody to look at: a question to the coordinator, not a finding."""

    person_id: UUID
    kind: str = Field(examples=["young-carer"])
    label: str
    reasons: list[str]
    reason_labels: list[str]


class EntryView(BaseModel):
    """One entry of the 家族年表."""

    entry_id: UUID
    on_date: date
    exact: str
    kind: str
    kind_label: str
    person_ids: list[UUID]
    agency: str
    legal_basis: str
    legal_basis_label: str
    text: str | None = Field(description="None once the household's key is destroyed")
    recorded_at: datetime


class ChronologyView(BaseModel):
    """家族年表, the oldest first; for an agency's staff what their agency contributed."""

    household_id: UUID
    items: list[EntryView]


class AddressView(BaseModel):
    """Where a protected person can be found: shown on demand, each time with a reason."""

    person_id: UUID
    address: str | None
    postal_code: str | None
    phone: str | None
    email: str | None


class LookView(BaseModel):
    """One look at a record, or one act on it, granted or refused."""

    at: datetime
    actor: str
    actor_kind: str
    action: str
    outcome: str
    reason: str | None


class LooksView(BaseModel):
    items: list[LookView]


class Done(BaseModel):
    """It was done."""

    id: UUID
