"""From a person's wish to a place in the community (process A8)."""

from datetime import date
from typing import Literal
from uuid import UUID

from contracts.acts.base import Act


class Approach(Act):
    """打診: ask a host whether the person may come."""

    act: Literal["approach"] = "approach"
    resource_id: UUID


class RequestDevelopment(Act):
    """資源開発依頼: nothing fits, so a place is to be made."""

    act: Literal["request_development"] = "request_development"


class RecordAnswer(Act):
    """受け入れ先の返事."""

    act: Literal["record_answer"] = "record_answer"
    accepted: bool


class RecordVisit(Act):
    """見学."""

    act: Literal["record_visit"] = "record_visit"
    liked: bool
    on: date


class RecordTrial(Act):
    """体験."""

    act: Literal["record_trial"] = "record_trial"
    liked: bool
    on: date


class RecordLink(Act):
    """つながり成立: counts once for 1.7.linked-to-resources."""

    act: Literal["record_link"] = "record_link"
    on: date


class RecordSettling(Act):
    """定着支援: is the person at home there, and the host at ease?"""

    act: Literal["record_settling"] = "record_settling"
    settled: bool


class EndPlacement(Act):
    """参加支援の終了, or the person's withdrawal at any step."""

    act: Literal["end_placement"] = "end_placement"
    reason: Literal["settled", "withdrawn-by-person", "host-withdrew", "case-closed"]
