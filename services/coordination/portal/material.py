"""What somebody who decides has to read first: the words of the acts that led up to it. Pure."""

from collections.abc import Sequence

from contracts.acts import LegalBasis
from services.coordination import views

PLANNING = ("draft_plan", "prepare_plan")
MEETING = ("submit_sheet", "hold_meeting")

MATERIAL: dict[str, tuple[str, ...]] = {
    "approve_plan": PLANNING,
    "return_plan": PLANNING,
    "record_acceptance": PLANNING,
    "hold_meeting": ("submit_sheet", *PLANNING),
    "decide_plan": (*MEETING, *PLANNING),
    "decide_support": MEETING,
    "approve_minutes": ("hold_meeting",),
    "approve_closure": ("evaluate_closure",),
    "return_closure": ("evaluate_closure",),
    "accept_support_meeting": ("request_support_meeting", "record_refusal"),
    "evaluate_closure": ("record_monitoring",),
}
"""By the act that decides: the acts whose words it judges."""


def needed(acts: Sequence[str]) -> frozenset[str]:
    """The acts whose words a task with these acts is about; empty where it judges nothing."""
    return frozenset(wanted for act in acts for wanted in MATERIAL.get(act, ()))


def material(records: Sequence[views.Record], task: views.Task) -> list[views.Record]:
    """Of a case's records those to be read for a task: of its own workflow all, of the case as a
    whole what was said last. Papers of a 支援会議 are read on their own page (`papers`)."""
    records = [one for one in records if one.legal_basis != LegalBasis.LAW_106_6]
    wanted = needed(task.acts)
    last: dict[str, str] = {}
    for one in records:
        if one.act in wanted and one.target.kind == "case":
            kind = "plan" if one.act in PLANNING else one.act
            last[kind] = one.record_id.partition("/")[0]
    latest = set(last.values())
    return [
        one
        for one in records
        if one.act in wanted
        and (one.target.id == task.target.id or one.record_id.partition("/")[0] in latest)
    ]
