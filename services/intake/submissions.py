"""What is sent to open, correct or withdraw an intake. Titles are what a form shows."""

from typing import Annotated, Any
from uuid import UUID

from pydantic import ConfigDict, Field, model_validator

from contracts.message import Code
from services.intake.fields import (
    Day,
    Email,
    Flag,
    Line,
    Phone,
    PostalCode,
    Reference,
    Sent,
    Text,
    wrong,
)
from services.intake.vocabulary import (
    INTAKE_CORRECTION_REASONS,
    INTAKE_WITHDRAWAL_REASONS,
    RELATIONS,
    SEXES,
    VISITOR_RELATIONS,
    IntakeCorrectionReason,
    IntakeWithdrawalReason,
    Relation,
    Sex,
    VisitorRelation,
    choices,
)

MOST_PERSONS = 20


class PersonFields(Sent):
    """One person of the household."""

    name: Line | None = Field(None, title="氏名", description="Any character is kept as written")
    kana: Line | None = Field(None, title="フリガナ")
    birth_date: Day | None = Field(None, title="生年月日")
    birth_unknown: Flag = Field(False, title="生年月日不詳")
    sex: Annotated[Sex, choices("性別", SEXES)] | None = Field(None, title="性別")
    address: Line | None = Field(None, title="住所")
    postal_code: PostalCode | None = Field(None, title="郵便番号")
    phone: Phone | None = Field(None, title="電話番号")
    email: Email | None = Field(None, title="メールアドレス")
    relation: Annotated[Relation, choices("続柄", RELATIONS)] = Field("unknown", title="続柄")
    key_person: Flag = Field(False, title="キーパーソン")
    carer: Flag = Field(False, title="介護者・ケアラー")

    @model_validator(mode="after")
    def _known_or_not(self) -> "PersonFields":
        if self.birth_date is not None and self.birth_unknown:
            raise wrong("birth-date-and-unknown")
        return self


class PersonCorrection(PersonFields):
    """The fields of one person that were wrong; what is not named stays as it is."""

    person_id: UUID


class Visitor(Sent):
    """来談者: who came, where it was not the person."""

    name: Line | None = Field(None, title="来談者の氏名")
    phone: Phone | None = Field(None, title="来談者の電話番号")
    relation: Annotated[VisitorRelation, choices("本人との関係", VISITOR_RELATIONS)] = Field(
        "other", title="本人との関係"
    )


class IntakeFields(Sent):
    """What an intake says beside its persons; everything here can be corrected."""

    received_by: Line | None = Field(None, title="受付者")
    urgent: Flag = Field(False, title="緊急")
    referred_in: Flag = Field(False, title="関係機関から相談につながった")
    daily_area: str | None = Field(None, title="日常生活圏域", max_length=40)
    basic_area: str | None = Field(None, title="基本圏域", max_length=40)
    topics: tuple[Code, ...] = Field((), title="相談内容", max_length=16)
    main_topic: Code | None = Field(None, title="主な相談内容 (◎)")
    text: Text | None = Field(None, title="相談の内容(自由記述)")
    visitor: Visitor | None = Field(None, title="来談者")
    details: dict[str, Any] = Field(
        default_factory=dict,
        title="窓口固有の項目",
        description="The channel's own fields: GET /channels/{channel}/schema",
    )


class NewIntake(IntakeFields):
    """相談受付: one consultation at one channel."""

    channel: Code = Field(title="窓口")
    received_on: Day = Field(title="受付日", description="The Tokyo date of the consultation")
    source_reference: Reference | None = Field(
        None, title="送信元の番号", description="The sending system's own id of this consultation"
    )
    persons: tuple[PersonFields, ...] = Field(
        (),
        title="世帯の人",
        max_length=MOST_PERSONS,
        description="Nobody, for a light report of something noticed (気づき)",
    )

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "channel": "sapota",
                    "received_on": "2026-04-20",
                    "daily_area": "馬込",
                    "topics": ["withdrawal", "family"],
                    "main_topic": "withdrawal",
                    "text": "長男が外出しない状態が続いている。",
                    "persons": [
                        {
                            "name": "見本 一郎",
                            "kana": "ミホン イチロウ",
                            "birth_date": "1990-04-02",
                            "relation": "child",
                        }
                    ],
                    "visitor": {"name": "見本 花子", "relation": "family"},
                    "details": {"withdrawal_months": 60, "goes_out": "nearby"},
                }
            ]
        }
    )


class IntakeCorrection(IntakeFields):
    """What was wrong, and is told anew; what is not named stays as it is."""

    reason: Annotated[IntakeCorrectionReason, choices("訂正の理由", INTAKE_CORRECTION_REASONS)] = (
        Field(title="訂正の理由")
    )
    based_on_revision: int | None = Field(
        None, ge=1, strict=True, title="元の版", description="409 if it is no longer the latest"
    )
    received_on: Day | None = Field(None, title="受付日")
    persons: tuple[PersonCorrection, ...] = Field((), title="世帯の人", max_length=MOST_PERSONS)


class IntakeWithdrawal(Sent):
    """An intake that should not have been sent."""

    reason: Annotated[
        IntakeWithdrawalReason, choices("取下げの理由", INTAKE_WITHDRAWAL_REASONS)
    ] = Field(title="取下げの理由")
