"""From a person's wish to a place in the community (process A8)."""

from datetime import date
from typing import Literal
from uuid import UUID

from contracts.acts.base import Act
from contracts.message import Text


class Approach(Act):
    """打診: ask a host whether the person may come."""

    act: Literal["approach"] = "approach"
    resource_id: UUID
    because: Text | None = None
    """Why this host, where it is not the one that was proposed first."""


class RequestDevelopment(Act):
    """資源開発依頼: nothing fits, so a place is to be made."""

    act: Literal["request_development"] = "request_development"


class JoinWaitingList(Act):
    """空き待ち: the host is full, and the person waits until a place there comes free."""

    act: Literal["join_waiting_list"] = "join_waiting_list"
    resource_id: UUID


class StopWaiting(Act):
    """空き待ちの取りやめ: back to the candidates."""

    act: Literal["stop_waiting"] = "stop_waiting"


class MatchAgain(Act):
    """再マッチング: the host is given back, and the wish stands (process A8)."""

    act: Literal["match_again"] = "match_again"
    reason: Literal["person", "host", "circumstances"]
    """Whose wish it was: 本人の希望, 受け入れ先の都合, or neither's."""


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
    host: Literal["goes-on", "declines"] | None = None
    """What the host says; None: not asked."""


class RecordLink(Act):
    """つながり成立: counts once for 1.7.linked-to-resources."""

    act: Literal["record_link"] = "record_link"
    on: date


class RecordSettling(Act):
    """定着支援: is the person at home there, and the host at ease?"""

    act: Literal["record_settling"] = "record_settling"
    settled: bool
    host: Literal["at-ease", "needs-support"] | None = None
    """受け入れ先の定着: a host that needs support keeps the settling going; None: not asked."""
    host_support: Text | None = None
    """受け入れ先への支援: what was done for the host (process A8)."""


class EndPlacement(Act):
    """参加支援の終了, or the person's withdrawal at any step."""

    act: Literal["end_placement"] = "end_placement"
    reason: Literal["settled", "withdrawn-by-person", "host-withdrew", "case-closed"]
