"""The tables of the lives are sound: every word in them exists, every state can be left."""

from typing import get_args

import pytest

from contracts.acts import AnyAct
from contracts.life import ALWAYS, LIVES, CaseState, allowed
from contracts.policies import Policy

CODES = {model.model_fields["act"].default for model in get_args(get_args(AnyAct)[0])}
STATES = [(kind, state) for kind, life in LIVES.items() for state in life]


def test_every_act_is_allowed_somewhere_and_every_allowed_act_exists() -> None:
    named = {code for kind, state in STATES for code in allowed(kind, state)}
    assert named == CODES


@pytest.mark.parametrize(("kind", "state"), STATES)
def test_a_state_names_only_policies_acts_and_states_that_exist(kind: str, state: str) -> None:
    stage = LIVES[kind][state]
    policies = {stage.due, stage.reminder, stage.escalation, *stage.lapses} - {None}
    assert policies <= set(Policy.model_fields)
    exits = {exit for exits in stage.acts.values() for exit in exits}
    assert exits | set(stage.lapses.values()) <= set(LIVES[kind])


@pytest.mark.parametrize(("kind", "state"), STATES)
def test_a_state_that_asks_for_something_offers_an_act(kind: str, state: str) -> None:
    stage = LIVES[kind][state]
    assert bool(stage.task) <= bool(stage.acts)
    assert bool(stage.due) <= bool(stage.task)


def test_every_state_of_a_case_can_be_reached() -> None:
    reached, fresh = set(), {CaseState.TRIAGE}
    by_children = {CaseState.DECISION, CaseState.ACTIVE, CaseState.MONITOR, CaseState.REPLAN}
    by_children |= {CaseState.SK_HELD, CaseState.SK_DECIDED, CaseState.OUTREACH}
    by_children |= {CaseState.CLOSE_REVIEW}
    while fresh:
        state = fresh.pop()
        reached.add(state)
        exits = {exit for exits in allowed("case", state).values() for exit in exits}
        fresh |= {CaseState(exit) for exit in exits | by_children} - reached
    assert reached == set(CaseState) - {CaseState.RECEIVED}


def test_acts_that_are_always_allowed_are_refused_on_a_closed_case() -> None:
    assert not set(ALWAYS) & set(allowed("case", CaseState.CLOSED))
