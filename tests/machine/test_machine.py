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

from hypothesis import HealthCheck, Phase, event, settings
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
from tests.machine.world import World

WALKS = int(os.environ.get("KASANE_WALKS", "0"))
"""How many new ways are walked; 0: the few that are the same each time."""

CUTS_SHORT = frozenset({"merge_into", "end_with_information", "approve_closure"})
"""Acts that end a walk; they are done now and then."""

LED = {
    "taken in": (),
    "to a support meeting": (
        ("hanako", "request_support_meeting"),
        ("shuko", "accept_support_meeting"),
        ("shuko", "schedule_meeting"),
    ),
    "to a drafted plan": (
        ("hanako", "ask_consent"),
        ("hanako", "record_consent"),
        ("hanako", "complete_assessment"),
        ("hanako", "draft_plan"),
    ),
}
"""How far a case has come when the walk begins: who has done what."""

ACTING = ("hanako", "jiro", "ichiro", "shuko", "sapota-1", "jobota-1")
REFUSALS = frozenset({403, 404, 409, 422})


class Casework(RuleBasedStateMachine):
    """One case, from its intake to wherever it is led."""

    world: World

    def __init__(self) -> None:
        super().__init__()
        self.began = False

    @initialize(persons=st.integers(1, 2), led=st.sampled_from(sorted(LED)))
    def a_case_is_opened(self, persons: int, led: str) -> None:
        """And led some way, so that a short walk gets to see the rest of it."""
        self.case_id = self.world.run(self.world.open(persons))
        self.law = Invariants(self.world, self.case_id)
        self.began = True
        for sub, code in LED[led]:
            self._lead(sub, code)

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
            self.world.run(self._end())

    def _act(self, data: Any, sub: str, fits: Callable[[dict[str, Any]], bool]) -> None:
        allowed = [act for act in self.world.run(self._allowed(sub)) if fits(act)]
        if not allowed:
            return
        act = allowed[data.draw(st.integers(0, len(allowed) - 1), label="which act")]
        if act["act"] in CUTS_SHORT and data.draw(st.integers(0, 9), label="let it") < 8:
            return
        self.world.run(self._do((sub, self._body(data, act))))

    def _lead(self, sub: str, code: str) -> None:
        """Do one act of a plain way, for everybody whom it is about."""
        act = next(one for one in self.world.run(self._allowed(sub)) if one["act"] == code)
        now = self.world.run(self.world.at_work.now())
        people = next((f["choices"] for f in act["fields"] if f["type"] == "person"), [None])
        for person in people:
            body = filled(plainest, act, now)
            if person:
                body["person_id"] = person["value"]
            self.world.run(self._do((sub, {"act": body, "target": act["target"]})))

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

    async def _do(self, *deeds: tuple[str, dict[str, Any]]) -> None:
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

    async def _wait(self, length: timedelta) -> None:
        await self.world.at_work.pass_time(length)
        await self.world.rest()

    async def _end(self) -> None:
        await self.law.papers_are_for_attendees_alone()
        await self.law.no_words_leave()
        await self.world.engine.end()


FEW = settings(
    max_examples=4,
    stateful_step_count=12,
    derandomize=True,
    phases=(Phase.generate,),
)
MANY = settings(max_examples=WALKS or 1, stateful_step_count=40, print_blob=True)
QUIET = {"deadline": None, "suppress_health_check": list(HealthCheck), "database": None}


def test_whatever_is_done_to_a_case_the_nine_invariants_hold(world: World) -> None:
    machine = type("CaseworkHere", (Casework,), {"world": world})
    chosen = settings(MANY if WALKS else FEW, **QUIET)
    run_state_machine_as_test(machine, settings=chosen)  # type: ignore[no-untyped-call]
