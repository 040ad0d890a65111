"""Random walks over what is allowed: whatever people do, in any order, some things always hold."""

import random
from datetime import timedelta
from uuid import UUID

import pytest

from contracts import acts
from contracts.acts import Act
from contracts.cases import Kind, workflow_id
from contracts.life import LIVES, allowed
from tests.workflows.samples import DAY, PLAINEST, consent, contact, draft, monitoring, schedule
from tests.workflows.ward import COORDINATOR, MANAGER, Case, Ward, opened

LENGTH = 40
"""Acts of one walk."""

FREE_TO_END = {"merge_into": 0.03, "end_with_information": 0.1, "withdraw_consent": 0.15}
"""How often an act that cuts a walk short is let through."""


@pytest.mark.parametrize("seed", range(12))
async def test_whatever_people_do_a_case_waits_for_something_and_keeps_the_law(
    ward: Ward, seed: int
) -> None:
    chance = random.Random(seed)  # noqa: S311 - a walk that can be walked again
    case = await opened(ward)
    for _ in range(LENGTH):
        kind, key = chance.choice(living(ward, case))
        code = chance.choice(sorted(allowed(kind, str(ward.state(kind, key)))) or ["none"])
        if code == "none" or chance.random() > FREE_TO_END.get(code, 1):
            continue
        await tried(ward, kind, key, await act_for(ward, chance, code, case))
        await ward.settle()
        keeps_the_law(ward, case)
        if case.state == "closed":
            break


def living(ward: Ward, case: Case) -> list[tuple[Kind, UUID]]:
    """The lives of a case that take acts, the case itself more often than the others."""
    found: list[tuple[Kind, UUID]] = [(Kind.CASE, case.id)] * 2
    for kind in Kind:
        if kind != Kind.CASE:
            found += [(kind, key) for key in case.all(kind)]
    # A meeting that is done takes something for a term only.
    done = (Kind.MEETING, "done")
    return [
        (k, key)
        for k, key in found
        if allowed(k, str(ward.state(k, key))) and (k, ward.state(k, key)) != done
    ]


async def act_for(ward: Ward, chance: random.Random, code: str, case: Case) -> Act:
    person = case.persons[0]
    fresh: dict[str, Act] = {
        "record_consent": consent(person, chance.choice([("sharing",), ("sharing", "support")])),
        "record_refusal": acts.RecordRefusal(person_id=person, reason=acts.NoConsentReason.REFUSED),
        "withdraw_consent": acts.WithdrawConsent(person_id=person),
        "record_acceptance": acts.RecordAcceptance(person_id=person),
        "record_decline": acts.RecordDecline(person_id=person),
        "start_participation": acts.StartParticipation(person_id=person, kinds=("ibasho",)),
        "schedule_meeting": schedule((await ward.now()) + timedelta(days=chance.randint(1, 60))),
        "draft_plan": draft(),
        "record_monitoring": monitoring(
            chance.choice(["continue", "change", "goal-met", "stalled"])
        ),
        "record_contact": contact(chance.choice(["no-answer", "talked", "good-relation"])),
        "decide_plan": acts.DecidePlan(
            verdict=chance.choice(list(acts.PlanVerdict)), agency="jobota"
        ),
        "decide_support": acts.DecideSupport(
            decision=chance.choice(list(acts.SupportDecision)),
            agency="sapota",
            starts_on=DAY,
            ends_on=DAY + timedelta(days=400),
            tasks=(acts.PlanTask(agency="sapota", what="visit", due_on=DAY),),
        ),
    }
    return fresh.get(code, PLAINEST[code])


async def tried(ward: Ward, kind: Kind, key: UUID, act: Act) -> None:
    """Do it, by somebody else where the first is the author; a refusal is an answer too."""
    for sub in (COORDINATOR, MANAGER):
        refusal = await ward.answer(kind, key, act, sub)
        if refusal is None or refusal.type != "approver-is-author":
            return


def keeps_the_law(ward: Ward, case: Case) -> None:
    state = str(case.state)
    stage = LIVES["case"][state]
    tasks = ward.tasks(Kind.CASE, case.id)
    children = [
        (kind, key)
        for kind in Kind
        if kind not in (Kind.CASE, Kind.HANDOVER)
        for key in case.all(kind)
        if ward.tasks(kind, key) or ward.last(kind, key).waits_until
    ]
    assert tasks or children or state == "closed", f"nothing is waited for in {state}"
    assert len(tasks) <= 1
    if stage.due and state not in ("closed", "meeting"):
        assert tasks, f"{state} asks for nothing"
    plans = [key for key in case.all(Kind.PLAN) if not over(ward, key)]
    assert len(plans) <= 1, "two current plans"
    assert not (state in ("decision", "active", "monitor") and not plans)
    for step in ward.steps[workflow_id(Kind.CASE, case.id)]:
        if step.legal_basis == "consent":
            assert step.came_from == "meeting"
            assert shares(case, step.number), "a meeting on consent without consent"


def over(ward: Ward, plan: UUID) -> bool:
    return ward.state(Kind.PLAN, plan) in ("returned", "revised", "completed", "stopped")


def shares(case: Case, number: int) -> bool:
    """Whether the person had consented to sharing before a step, by what was recorded."""
    sharing = False
    for step in case.steps:
        act = step.command.act if step.command else None
        if step.number >= number:
            return sharing
        if isinstance(act, acts.RecordConsent) and "sharing" in act.kinds:
            sharing = True
        if isinstance(act, acts.WithdrawConsent) and "sharing" in act.kinds:
            sharing = False
    return sharing
