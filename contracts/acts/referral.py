"""A referral to one agency, in a closed loop (peers' practice: deciding and doing apart)."""

from datetime import date
from typing import Literal

from contracts.acts.base import Act
from contracts.message import Code


class AcceptReferral(Act):
    """受案."""

    act: Literal["accept_referral"] = "accept_referral"


class DeclineReferral(Act):
    """不受案, with the reason."""

    act: Literal["decline_referral"] = "decline_referral"
    reason: Literal["not-in-charge", "no-capacity", "needs-several-agencies", "other"]


class ReturnReferral(Act):
    """退回: back to whoever asked, because as it is nothing can be done with it."""

    act: Literal["return_referral"] = "return_referral"
    reason: Literal["more-information", "wrong-addressee", "person-not-told", "other"]


class ReferOn(Act):
    """再転: to another agency."""

    act: Literal["refer_on"] = "refer_on"
    agency: Code


class StartReferral(Act):
    """着手: deciding and doing are two things (peers B3)."""

    act: Literal["start_referral"] = "start_referral"


class ReportReferral(Act):
    """経過の報告, while the agency is at it."""

    act: Literal["report_referral"] = "report_referral"
    on: date


class FinishReferral(Act):
    """対応の完了・失敗; for a failure, why."""

    act: Literal["finish_referral"] = "finish_referral"
    result: Literal["done", "failed"]
    reason: (
        Literal["person-declined", "lost-contact", "moved-away", "not-eligible", "other"] | None
    ) = None
