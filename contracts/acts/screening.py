"""At the front: information, one agency, a duplicate, an emergency, or several agencies."""

from datetime import date
from enum import StrEnum
from typing import Literal
from uuid import UUID

from contracts.acts.base import Act
from contracts.message import Code, Text


class EndWithInformation(Act):
    """情報提供で終了: what was asked could be answered at once."""

    act: Literal["end_with_information"] = "end_with_information"


class ReferToAgency(Act):
    """単独機関で対応: one agency is enough; it is asked in a closed loop."""

    act: Literal["refer_to_agency"] = "refer_to_agency"
    agency: Code
    request: Text | None = None
    due_on: date | None = None
    """By when it should be done; none: `Policy.referral_done_due` after it was accepted."""


class MergeInto(Act):
    """重複統合: the same trouble of the same people is another case already."""

    act: Literal["merge_into"] = "merge_into"
    into_case_id: UUID


class RespondUrgently(Act):
    """緊急対応: something is done before any plan, and the case goes on."""

    act: Literal["respond_urgently"] = "respond_urgently"
    measure: Literal["safety-visit", "shelter", "medical", "food", "statutory-report"]


class AskConsent(Act):
    """多機関協働へ: several agencies are needed, so the person is asked for consent."""

    act: Literal["ask_consent"] = "ask_consent"


class NoConsentReason(StrEnum):
    """Why there is no consent (同意なし様式)."""

    REFUSED = "refused"
    UNOBTAINABLE = "unobtainable"
    UNSAFE = "unsafe"
    """Asking would put somebody in danger."""


class RequestSupportMeeting(Act):
    """支援会議の開催依頼 (法106条の6): any agency may ask, saying why consent is not obtained."""

    act: Literal["request_support_meeting"] = "request_support_meeting"
    reason: NoConsentReason
