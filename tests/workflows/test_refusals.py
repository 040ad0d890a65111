"""Every `Refusal`: what is refused, with what details, and that nothing moves by it."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import pytest
from temporalio.api.enums.v1 import EventType
from temporalio.exceptions import ApplicationError

from contracts import acts
from contracts.acts import Act
from contracts.cases import Kind, Refusal, workflow_id
from tests.workflows.samples import (
    AUTHOR,
    MEETING,
    OTHER,
    PERSON,
    STRANGER,
    consent,
    placed,
    schedule,
)
from tests.workflows.ward import Ward, opened
from workflows.policies import MENDING_PAUSE

LAW = {"legal_basis": "law-106-6"}


@dataclass(frozen=True)
class Refused:
    refusal: Refusal
    kind: Kind
    state: str
    act: Act
    sub: str = AUTHOR
    remembers: dict[str, Any] = field(default_factory=dict)
    details: dict[str, Any] = field(default_factory=dict)


REFUSED = [
    Refused(Refusal.NOT_ALLOWED, Kind.CASE, "triage", acts.Resume(), details={"state": "triage"}),
    Refused(
        Refusal.NOT_ALLOWED,
        Kind.CASE,
        "consent",
        acts.WithdrawConsent(person_id=PERSON),
        remembers={"sharing": (), "support": ()},
    ),
    Refused(Refusal.NOT_ALLOWED, Kind.CASE, "meeting", schedule(), details={"state": "meeting"}),
    Refused(
        Refusal.CONSENT_MISSING,
        Kind.CASE,
        "meeting",
        schedule(),
        remembers={"meeting_id": None, "sharing": ()},
        details={"persons": [str(PERSON)]},
    ),
    Refused(Refusal.APPROVER_IS_AUTHOR, Kind.CASE, "close-approval", acts.ApproveClosure()),
    Refused(Refusal.APPROVER_IS_AUTHOR, Kind.PLAN, "to-decide", acts.ApprovePlan()),
    Refused(Refusal.APPROVER_IS_AUTHOR, Kind.MEETING, "minutes", acts.ApproveMinutes()),
    Refused(
        Refusal.APPROVER_IS_AUTHOR,
        Kind.MEETING,
        "minutes",
        acts.ApproveMinutes(),
        sub="writer",
        remembers={"drafted_by": "writer"},
    ),
    Refused(
        Refusal.LEAD_AGENCY_MISSING,
        Kind.CASE,
        "close-review",
        acts.EvaluateClosure(reason=acts.ClosureReason.SOLVED, achievement="met"),
        details={"field": "lead_agency"},
    ),
    *(
        Refused(Refusal.UNKNOWN_PERSON, kind, state, act, details={"person_id": str(STRANGER)})
        for kind, state, act in (
            (Kind.CASE, "consent", consent(STRANGER)),
            (Kind.CASE, "active", acts.WithdrawConsent(person_id=STRANGER)),
            (Kind.CASE, "active", acts.StartParticipation(person_id=STRANGER, kinds=("ibasho",))),
            (Kind.PLAN, "to-accept", acts.RecordAcceptance(person_id=STRANGER)),
            (Kind.PLAN, "to-accept", acts.RecordDecline(person_id=STRANGER)),
        )
    ),
    Refused(
        Refusal.CONSENT_MISSING,
        Kind.CASE,
        "outreach",
        acts.StartParticipation(person_id=PERSON, kinds=("ibasho",)),
        remembers={"support": ()},
        details={"persons": [str(PERSON)]},
    ),
    Refused(
        Refusal.INCOMPLETE,
        Kind.CASE,
        "single-agency",
        acts.StartParticipation(person_id=PERSON, kinds=("ibasho",)),
        details={"field": "agency"},
    ),
    Refused(
        Refusal.SECRECY_NOT_ACKNOWLEDGED,
        Kind.MEETING,
        "preparing",
        acts.HoldMeeting(present=("jobota", "sapota")),
        remembers={**LAW, "acknowledged": ("jobota",)},
        details={"agencies": ["sapota"]},
    ),
    Refused(
        Refusal.NOT_ALLOWED,
        Kind.MEETING,
        "preparing",
        acts.HoldMeeting(present=("jobota", "police")),
        details={"not_invited": ["police"]},
    ),
    Refused(
        Refusal.NOT_ALLOWED,
        Kind.MEETING,
        "held",
        acts.DecidePlan(verdict=acts.PlanVerdict.ADOPTED),
        remembers=LAW,
        details={"allowed": ["decide_support"]},
    ),
    Refused(
        Refusal.NOT_ALLOWED,
        Kind.MEETING,
        "held",
        acts.DecideSupport(decision=acts.SupportDecision.WATCH),
        details={"allowed": ["decide_plan"]},
    ),
    Refused(
        Refusal.INCOMPLETE,
        Kind.MEETING,
        "held",
        acts.DecidePlan(verdict=acts.PlanVerdict.NOT_SUITABLE),
        details={"field": "agency"},
    ),
    Refused(
        Refusal.INCOMPLETE,
        Kind.MEETING,
        "held",
        acts.DecideSupport(decision=acts.SupportDecision.OUTREACH_PLAN),
        remembers=LAW,
        details={"field": "agency"},
    ),
]


def named(rows: list[Refused]) -> Iterator[Any]:
    for row in rows:
        yield pytest.param(row, id=f"{row.refusal}-{row.kind}-{row.state}-{row.act.code}")


@pytest.mark.parametrize("row", list(named(REFUSED)))
async def test_an_act_that_the_rules_forbid_is_refused_and_leaves_no_trace(
    ward: Ward, row: Refused
) -> None:
    key = uuid4()
    begins_with = placed(row.kind, key, row.state, await ward.now(), row.remembers)
    await ward.start(row.kind, key, begins_with)
    refusal = await ward.refused(row.kind, key, row.act, row.sub)
    assert (refusal.type, refusal.non_retryable) == (row.refusal, True)
    assert refusal.details[0].items() >= row.details.items()
    assert not ward.steps[workflow_id(row.kind, key)]
    assert (await ward.handle(row.kind, key).query("state"))["state"] == row.state
    told = {event.event_type for event in await ward.at_rest(ward.handle(row.kind, key))}
    assert EventType.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ACCEPTED not in told


async def test_a_case_is_not_merged_into_itself(ward: Ward) -> None:
    case = await opened(ward)
    refusal = await case.refused(acts.MergeInto(into_case_id=case.id))
    assert refusal.type == Refusal.NOT_ALLOWED


async def test_only_those_who_are_discussed_need_to_consent(ward: Ward) -> None:
    key = uuid4()
    sharing = {"meeting_id": None, "sharing": (PERSON, OTHER)}
    await ward.start(Kind.CASE, key, placed("case", key, "meeting", await ward.now(), sharing))
    outcome = await ward.act(Kind.CASE, key, schedule())
    assert outcome.state == "meeting"
    assert ward.last(Kind.CASE, key).created_id not in (None, MEETING)


BY_THE_DATA = {
    Refusal.IN_THE_PAST,
    Refusal.CLOSED_DAY,
    Refusal.NO_ACCESS,
    Refusal.NO_QUORUM,
    Refusal.NOT_THE_CHAIR,
    Refusal.NOT_THE_ORGANISER,
    Refusal.OUTSIDE_COMPARTMENT,
    Refusal.WARD_NOT_INVITED,
    Refusal.STALE_DRAFT,
    Refusal.PLAN_ADOPTED,
    Refusal.SIDES_MISSING,
    Refusal.PACKAGE_INCOMPLETE,
    Refusal.NOT_RECEIVER,
    Refusal.INTAKE_WITHDRAWN,
}
"""What only the recording service can know: which 稿 was read, what papers lie there, who asks.

Those of plans, handovers and transfers are seen in tests/services/coordination: test_plans.py and
test_loop_and_package.py."""


def test_every_refusal_is_seen() -> None:
    assert {row.refusal for row in REFUSED} == set(Refusal) - BY_THE_DATA


async def test_a_refusal_by_the_recording_service_moves_nothing_and_reaches_the_person(
    ward: Ward,
) -> None:
    case = await opened(ward)
    ward.refusals["ask_consent"] = ApplicationError(
        "unknown-person", {"person_id": "x"}, type="unknown-person", non_retryable=True
    )
    refusal = await case.refused(acts.AskConsent())
    assert (refusal.type, refusal.details[0]) == ("unknown-person", {"person_id": "x"})
    assert case.state == "triage"
    assert len(case.steps) == 1

    ward.refusals.clear()
    assert (await case.act(acts.AskConsent())).state == "consent"
    assert case.steps[-1].number == 3


async def test_a_host_that_is_full_refuses_the_approach(ward: Ward) -> None:
    key = uuid4()
    await ward.start(Kind.PLACEMENT, key, placed("placement", key, "matching", await ward.now()))
    ward.refusals["approach"] = ApplicationError("full", type="resource-full", non_retryable=True)
    refusal = await ward.refused(Kind.PLACEMENT, key, acts.Approach(resource_id=uuid4()))
    assert refusal.type == "resource-full"
    assert not ward.steps[workflow_id(Kind.PLACEMENT, key)]


async def test_a_service_that_is_down_holds_an_act_up_and_does_not_lose_it(ward: Ward) -> None:
    case = await opened(ward)
    ward.failures = 3
    assert (await case.act(acts.AskConsent())).state == "consent"
    assert ward.failures == 0


async def test_a_step_that_nobody_asked_for_is_tried_until_the_service_is_mended(
    ward: Ward,
) -> None:
    key = uuid4()
    ward.refused_steps = 2
    await ward.start(Kind.REFERRAL, key, placed("referral", key, "", await ward.now()))
    await ward.until(lambda: ward.refused_steps < 2, "a refusal")
    while not ward.steps[workflow_id(Kind.REFERRAL, key)]:
        await ward.pass_time(MENDING_PAUSE)
    assert ward.state(Kind.REFERRAL, key) == "asked"
