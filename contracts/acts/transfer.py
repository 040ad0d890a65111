"""Another office takes a case over: proposed, and answered by whoever is to have it."""

from typing import Literal

from contracts.acts.base import Act
from contracts.message import Code


class ProposeTransfer(Act):
    """移管の打診: to the office that is to coordinate the case from now on."""

    act: Literal["propose_transfer"] = "propose_transfer"
    agency: Code
    reason: Literal["moved-within-ward", "workload", "personnel-change", "better-placed", "other"]


class AcceptTransfer(Act):
    """移管の引受: by the receiving office; its tasks and timers follow the case."""

    act: Literal["accept_transfer"] = "accept_transfer"


class DeclineTransfer(Act):
    """移管を引き受けない, with the reason: the case stays where it is."""

    act: Literal["decline_transfer"] = "decline_transfer"
    reason: Literal["not-in-charge", "no-capacity", "needs-talk", "other"]


class WithdrawTransfer(Act):
    """移管の打診の取下げ."""

    act: Literal["withdraw_transfer"] = "withdraw_transfer"
