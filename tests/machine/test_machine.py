"""Whatever people do to a case, in any order, at once, and however time passes: the law is kept.

A machine of rules posts acts to the real API, by whoever may do them, and fills in whatever form
an act has; the workflows decide on a real engine whose clock skips, and the service remembers in
a real PostgreSQL. After every rule the invariants of process A12 are asked of the database.

`make test` walks the same few ways each time; `make walk` walks new ones for some minutes.
"""

import asyncio
import os
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, Phase, assume, event, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from tests.machine.filling import filled, plainest
from tests.machine.invariants import Invariants
from tests.machine.ways import EVERY_STATE, PASSES, WAYS, Days, Deed
from tests.machine.world import World

WALKS = int(os.environ.get("KASANE_WALKS", "0"))
"""How many new ways are walked; 0: the few that are the same each time."""

CUTS_SHORT = frozenset({"merge_into", "end_with_information", "approve_closure"})
"""Acts that end a walk; they are done now and then."""

ACTING = ("hanako", "jiro", "ichiro", "shuko", "sapota-1", "jobota-1")
REFUSALS = frozenset({403, 404, 409, 422})


class Casework(RuleBasedStateMachine):
    """One case, from its intake along a way to wherever it is led from there."""

    world: World
    way: str | None = None
    """The way to be gone to its end; None: any of them, so far as it is drawn."""
    reached: set[str]
    """The states that the walks so far have passed, by kind."""

    def __init__(self) -> None:
        super().__init__()
        self.began = False

    @initialize(
        persons=st.integers(1, 2),
        drawn=st.sampled_from(sorted(WAYS)),
        steps=st.integers(0, max(map(len, WAYS.values()))),
        begins=st.integers(0, 10**6),
    )
    def a_case_is_opened(self, persons: int, drawn: str, steps: int, begins: int) -> None:
        """And led along a way, so that a short walk gets to see the rest of it."""
        assume(begins)  # the simplest walk of all, with which hypothesis begins, is none
        self.case_id = self.world.run(self.world.open(persons, soon_18=True))
        self.law = Invariants(self.world, self.case_id)
        self.began = True
        for deed in WAYS[self.way] if self.way else WAYS[drawn][:steps]:
            self._lead(deed)
            self.world.run(self.law.check())

    @rule(data=st.data(), sub=st.sampled_from(("hanako", "ichiro", "shuko", "sapota-1")))
    def the_case_comes_to_where_it_never_was(self, data: Any, sub: str) -> None:
        """What leads to a state that this walk has not seen is done before anything else."""
        seen = self._states()
        self._act(
            data,
            sub,
            lambda act: any(
                f"{act['target']['kind']}:{to['state']}" not in seen for to in act["leads_to"]
            ),
        )

    @rule(data=st.data(), sub=st.sampled_from(("hanako", "ichiro")))
    def what_a_task_asks_for_is_done(self, data: Any, sub: str) -> None:
        """By somebody who may do it: this is how a case gets on."""
        self._act(data, sub, lambda act: act["task_id"] is not None)

    @rule(data=st.data(), sub=st.sampled_from(("hanako", "jiro", "shuko")))
    def the_ward_acts(self, data: Any, sub: str) -> None:
        """Does one of the things that the API says they may do, asked for or not."""
        self._act(data, sub, lambda _: True)

    @rule(data=st.data(), sub=st.sampled_from(("sapota-1", "jobota-1", "ichiro")))
    def others_act(self, data: Any, sub: str) -> None:
        self._act(data, sub, lambda _: True)

    @rule(data=st.data(), other=st.sampled_from(("jiro", "ichiro")))
    def two_people_do_the_same_at_once(self, data: Any, other: str) -> None:
        """One wins; the other is told, and nothing is done twice."""
        asked = [one for one in self.world.run(self._allowed("hanako")) if one["task_id"]]
        if not asked:
            return
        act = asked[data.draw(st.integers(0, len(asked) - 1), label="which act")]
        if act["act"] in CUTS_SHORT:
            return
        body = self._body(data, act)
        self.world.run(self._do(("hanako", body), (other, body)))

    @rule(days=st.sampled_from((1, 7, 20, 45, 100)))
    def time_passes(self, days: int) -> None:
        """Every deadline on the way rings."""
        self.world.run(self._wait(timedelta(days=days)))

    @rule(sub=st.sampled_from(ACTING))
    def somebody_sends_a_form_that_is_past(self, sub: str) -> None:
        allowed = self.world.run(self._allowed(sub))
        if allowed:
            body = {"act": {"act": allowed[0]["act"]}, "target": allowed[0]["target"]}
            answer = self.world.run(
                self.world.act(self.case_id, sub, {**body, "seen": "triage@2020-01-01T00:00:00"})
            )
            assert answer.status_code in (409, 422), answer.text

    @precondition(lambda self: self.began)
    @invariant()
    def the_law_is_kept(self) -> None:
        self.world.run(self.law.check())

    def teardown(self) -> None:
        if self.began:
            self.reached |= self._states()
            for state in sorted(self._states()):
                event(f"reached {state}")
            self.world.run(self._end())

    def _act(self, data: Any, sub: str, fits: Callable[[dict[str, Any]], bool]) -> None:
        allowed = [act for act in self.world.run(self._allowed(sub)) if fits(act)]
        if not allowed:
            return
        act = allowed[data.draw(st.integers(0, len(allowed) - 1), label="which act")]
        if act["act"] in CUTS_SHORT and data.draw(st.integers(0, 9), label="let it") < 8:
            return
        self.world.run(self._do((sub, self._body(data, act))))

    def _lead(self, deed: Deed | Days) -> None:
        """Do one deed of a way, for everybody whom it is about; here nothing is refused."""
        if isinstance(deed, Days):
            return self.world.run(self._wait(timedelta(days=deed.count)))
        found = [one for one in self.world.run(self._allowed(deed.sub)) if one["act"] == deed.act]
        assert found, f"{deed.sub} may not {deed.act}"
        act, now = found[0], self.world.run(self.world.at_work.now())
        people = next((f["choices"] for f in act["fields"] if f["type"] == "person"), [None])
        for person in people if deed.everybody else people[:1]:
            body = {**filled(plainest, act, now, deed.also), **deed.fields}
            if person:
                body["person_id"] = person["value"]
            [answer] = self.world.run(self._do((deed.sub, {"act": body, "target": act["target"]})))
            assert answer.status_code == 200, answer.text
        return None

    def _states(self) -> set[str]:
        """The states that this case and its lives have passed."""
        return {
            f"{step.kind}:{step.state}"
            for steps in self.world.at_work.steps.values()
            for step in steps
            if step.case_id == self.case_id
        }

    def _body(self, data: Any, act: dict[str, Any]) -> dict[str, Any]:
        now = self.world.run(self.world.at_work.now())
        return {"act": filled(data.draw, act, now), "target": act["target"]}

    async def _allowed(self, sub: str) -> list[dict[str, Any]]:
        answer = await self.world.get(f"/cases/{self.case_id}", sub)
        if answer.status_code == 404:
            return []
        assert answer.status_code == 200, answer.text
        found: list[dict[str, Any]] = answer.json()["next"]
        # Ids differ from run to run; what is chosen may not depend on them.
        return sorted(found, key=lambda one: (one["target"]["kind"], one["act"]))

    async def _do(self, *deeds: tuple[str, dict[str, Any]]) -> list[httpx.Response]:
        answers = await asyncio.gather(
            *(self.world.act(self.case_id, sub, body) for sub, body in deeds)
        )
        for (_, body), answer in zip(deeds, answers, strict=True):
            event(f"{body['act']['act']}: {answer.status_code}")
            done = answer.status_code in (200, 202)
            assert done or answer.status_code in REFUSALS, answer.text
            assert done or answer.json()["code"], "a refusal names its code"
        await self.world.rest()
        await self.law.papers_are_for_attendees_alone()
        return answers

    async def _wait(self, length: timedelta) -> None:
        await self.world.at_work.pass_time(length)
        await self.world.rest()

    async def _end(self) -> None:
        await self.law.papers_are_for_attendees_alone()
        await self.law.no_words_leave()
        await self.world.engine.end()


ONE = settings(
    max_examples=1,
    stateful_step_count=6,
    derandomize=True,
    phases=(Phase.generate,),
)
MANY = settings(max_examples=WALKS or 1, stateful_step_count=40, print_blob=True)
QUIET: dict[str, Any] = {
    "deadline": None,
    "suppress_health_check": list(HealthCheck),
    "database": None,
}
SURELY = 50
"""So many walks reach everything."""


def walk(world: World, way: str | None, chosen: settings) -> set[str]:
    """The states reached by walks along a way, or along any of them."""
    reached: set[str] = set()
    machine = type("CaseworkHere", (Casework,), {"world": world, "way": way, "reached": reached})
    run_state_machine_as_test(machine, settings=settings(chosen, **QUIET))
    return reached


@pytest.mark.parametrize("way", sorted(WAYS))
def test_whatever_is_done_to_a_case_the_nine_invariants_hold(world: World, way: str) -> None:
    reached = walk(world, way, ONE)
    assert reached >= PASSES[way], f"never reached: {PASSES[way] - reached}"


def test_together_the_ways_pass_every_state() -> None:
    passed = set().union(*PASSES.values())
    assert passed == EVERY_STATE, f"nobody goes to {EVERY_STATE - passed}"


@pytest.mark.skipif(not WALKS, reason="`make walk` walks new ways for some minutes")
def test_new_walks_reach_every_state_and_keep_the_nine_invariants(world: World) -> None:
    reached = walk(world, None, MANY)
    print(f"{len(reached)} states reached by {WALKS} walks")  # noqa: T201 - whoever walks asks
    assert WALKS < SURELY or reached >= EVERY_STATE, f"never reached: {EVERY_STATE - reached}"
