"""A referral to one agency, in a closed loop (peers' practice: deciding and doing apart)."""

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


class ReferOn(Act):
    """再転: to another agency."""

    act: Literal["refer_on"] = "refer_on"
    agency: Code


class FinishReferral(Act):
    """転介完了・失敗: deciding and doing are two things (peers B3)."""

    act: Literal["finish_referral"] = "finish_referral"
    result: Literal["done", "failed"]
