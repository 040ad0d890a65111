"""What the API answers with."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel, Field

from services.intake.api.family_answers import FlagView, KinshipView, PromptView
from services.intake.submissions import Visitor


class CandidateAnswer(BaseModel):
    """An earlier intake whose persons look alike."""

    intake_id: UUID
    receipt_number: str
    reasons: list[str] = Field(examples=[["kana-same", "birth-date-same"]])


class AcceptedAnswer(BaseModel):
    """受付済み: the intake is durable; a case follows."""

    intake_id: UUID
    receipt_number: str = Field(title="受付番号", examples=["R8-大森-00123"])
    status: str = Field(examples=["accepted"])
    person_ids: list[UUID]
    household_id: UUID | None
    links: dict[str, str]
    duplicate_candidates: list[CandidateAnswer] = Field(
        description="A frontline client sees the candidates of its own channels only"
    )


class ChangedAnswer(BaseModel):
    """An intake after a correction or a withdrawal."""

    intake_id: UUID
    receipt_number: str
    revision: int
    status: str = Field(examples=["accepted", "withdrawn"])


class PersonView(BaseModel):
    """One person, as far as is known. Everything is None once the person's key is destroyed."""

    person_id: UUID
    household_id: UUID
    intake_id: UUID
    name: str | None = Field(None, title="氏名")
    kana: str | None = Field(None, title="フリガナ")
    birth_date: date | None = Field(None, title="生年月日")
    birth_unknown: bool = Field(title="生年月日不詳")
    sex: str | None = Field(None, title="性別")
    address: str | None = Field(None, title="住所")
    postal_code: str | None = Field(None, title="郵便番号")
    phone: str | None = Field(None, title="電話番号")
    email: str | None = Field(None, title="メールアドレス")
    relation: str = Field(title="続柄")
    key_person: bool
    carer: bool
    flags: list[FlagView] = Field(default=[], title="注意・支援措置")
    address_hidden: bool = Field(
        default=False,
        description="住所と連絡先は支援措置により表示されません / Protected, not unknown",
    )


class PrivatePart(BaseModel):
    """What may identify somebody."""

    source_reference: str | None
    text: str | None
    received_by: str | None
    visitor: Visitor | None
    details: dict[str, Any]
    persons: list[PersonView]


class IntakeView(BaseModel):
    """受付: one consultation at one channel."""

    intake_id: UUID
    receipt_number: str
    channel: str
    programme_no: int
    received_on: date
    accepted_at: datetime
    urgent: bool
    referred_in: bool
    basic_area: str | None
    daily_area: str | None
    topics: list[str]
    main_topic: str | None
    revision: int
    status: str
    withdrawal_reason: str | None
    household_id: UUID | None
    person_ids: list[UUID]
    private: PrivatePart | None = Field(
        None, description="None for readers who see identifiers and codes only"
    )


class IntakeList(BaseModel):
    items: list[IntakeView]


class NameView(BaseModel):
    """A person's name for a screen; None once the person's key is destroyed."""

    person_id: UUID
    name: str | None
    kana: str | None


class NameList(BaseModel):
    items: list[NameView]


class HouseholdView(BaseModel):
    household_id: UUID
    intake_id: UUID
    basic_area: str | None
    daily_area: str | None
    members: list[PersonView]
    kinships: list[KinshipView] = []
    prompts: list[PromptView] = Field(
        default=[], description="気づき: for the ward's staff / Whom to look at"
    )


class PairView(BaseModel):
    person_id: UUID
    other_person_id: UUID
    reasons: list[str]


class CandidateView(BaseModel):
    """Another intake whose persons look alike, and why."""

    intake_id: UUID
    receipt_number: str
    channel: str
    received_on: date
    status: str
    reasons: list[str]
    pairs: list[PairView]


class CandidateList(BaseModel):
    items: list[CandidateView]
