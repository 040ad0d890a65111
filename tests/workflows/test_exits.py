"""Every exit of every state of every life, by whatever leads there: the tables hold.

The rows come from `contracts.life`: an exit that is added there and not arranged for fails here.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from uuid import uuid4

import pytest

from contracts import acts
from contracts.awaited import AGE_CORRECTED, AgeReached, ConsentExpiry
from contracts.cases import (
    CHILD_MOVED,
    DEVELOPMENT_ANSWERED,
    INTAKE_WITHDRAWN,
    MEETING_VERDICT,
    PLACE_OFFERED,
    STOP,
    ChildMoved,
    Kind,
    MeetingSaid,
    Stop,
    Timer,
    workflow_id,
)
from contracts.life import LIVES, allowed
from contracts.message import Message
from tests.workflows.samples import (
    MEETING,
    OUTREACH,
    PERSON,
    PLAINEST,
    PLAN,
    REFERRAL,
    arranged,
    placed,
)
from tests.workflows.ward import Ward


def exits_by_act() -> Iterator[tuple[str, str, str, str]]:
    for kind, life in LIVES.items():
        for state in life:
            for code, exits in allowed(kind, state).items():
                for to in exits or (state,):
                    yield kind, str(state), code, str(to)


def exits_by_news() -> Iterator[tuple[str, str, str, str]]:
    for kind, life in LIVES.items():
        for state, stage in life.items():
            for news, exits in stage.news.items():
                for to in exits:
                    if news != "started":
                        yield kind, str(state), news, str(to)


def exits_by_time() -> Iterator[tuple[str, str, str, str]]:
    for kind, life in LIVES.items():
        for state, stage in life.items():
            for field, to in stage.lapses.items():
                yield kind, str(state), field, str(to)


@pytest.mark.parametrize(("kind", "state", "code", "to"), list(exits_by_act()))
async def test_an_act_leads_where_the_table_says(
    ward: Ward, kind: str, state: str, code: str, to: str
) -> None:
    key, row = uuid4(), arranged(kind, state, code, to)
    assert row.act is not None
    begins_with = placed(kind, key, state, await ward.now(), row.remembers, row.timers)
    await ward.start(Kind(kind), key, begins_with)

    outcome = await ward.act(Kind(kind), key, row.act, row.sub)

    assert outcome.state == to
    step = ward.steps[workflow_id(Kind(kind), key)][0]
    assert (step.came_from, step.state, step.command and step.command.act.code) == (state, to, code)


@pytest.mark.parametrize(("kind", "state", "news", "to"), list(exits_by_news()))
async def test_news_leads_where_the_table_says(
    ward: Ward, kind: str, state: str, news: str, to: str
) -> None:
    key, now = uuid4(), await ward.now()
    remembers, timers = {}, ()
    if news == "consent-expired":
        remembers = {"expiries": (ConsentExpiry(person_id=PERSON, kind="sharing", at=now),)}
    if news in ("plan-ended", "monitoring-date"):
        remembers = {"looks_on": (now.date(),)}
        timers = (Timer(at=now, does="lapse", cause=news),)
    if news == "resume":
        remembers = {"paused_from": to}
    if news == "outreach:unreached":
        remembers = {"outreach_id": OUTREACH}
    if news.startswith("plan:") and state in ("outreach", "consent-recheck"):
        remembers = {"outreach_plan_id": PLAN}
    await ward.start(Kind(kind), key, placed(kind, key, state, now, remembers, timers))
    if signal := signalled(news, to, now.date()):
        name, message = signal
        await ward.signal(Kind(kind), key, name, *([message] if message else []))

    await ward.until(lambda: ward.steps[workflow_id(Kind(kind), key)], f"{news} heard")
    step = ward.steps[workflow_id(Kind(kind), key)][0]
    assert (step.came_from, step.state, step.cause) == (state, to, news)


@pytest.mark.parametrize(("kind", "state", "field", "to"), list(exits_by_time()))
async def test_a_time_that_is_up_leads_where_the_table_says(
    ward: Ward, kind: str, state: str, field: str, to: str
) -> None:
    key, now = uuid4(), await ward.now()
    remembers = {"relation_good": True} if kind == "case" and state == "outreach" else {}
    timers = (Timer(at=now, does="lapse", cause=field),)
    await ward.start(Kind(kind), key, placed(kind, key, state, now, remembers, timers))

    await ward.until(lambda: ward.steps[workflow_id(Kind(kind), key)], f"{field} lapsed")
    step = ward.steps[workflow_id(Kind(kind), key)][0]
    assert (step.came_from, step.state, step.cause) == (state, to, field)


@pytest.mark.parametrize("kind", LIVES)
async def test_no_state_takes_an_act_that_its_row_does_not_name(ward: Ward, kind: str) -> None:
    for state, stage in LIVES[kind].items():
        if not (stage.acts or stage.news or kind == "case") or state == "received":
            continue
        key = uuid4()
        forbidden = next(a for code, a in PLAINEST.items() if code not in allowed(kind, state))
        far = arranged(kind, str(state), "record_progress", str(state)).timers
        await ward.start(Kind(kind), key, placed(kind, key, str(state), await ward.now(), {}, far))
        refusal = await ward.refused(Kind(kind), key, forbidden)
        assert refusal.type == "act-not-allowed"
        assert refusal.details[0]["state"] == state
        assert refusal.details[0]["allowed"] == sorted(allowed(kind, state))
        assert not ward.steps[workflow_id(Kind(kind), key)]
        await ward.handle(Kind(kind), key).terminate()


def test_every_act_has_a_sample() -> None:
    known = {act for life in LIVES for state in LIVES[life] for act in allowed(life, state)}
    assert known == set(PLAINEST)


CHILDREN = {"meeting": MEETING, "plan": PLAN, "outreach": OUTREACH, "referral": REFERRAL}

CONCLUSIONS = {
    "decision": "adopted",
    "plan-draft": "revise",
    "assess": "more-information",
    "single-agency": "not-suitable",
    "outreach": "outreach-plan",
    "sk-decided": "watch",
    "triage": "not-applicable",
}
"""What a meeting concludes so that a case goes there."""


def signalled(news: str, to: str, today: date) -> tuple[str, Message | None] | None:
    """The signal that brings a piece of news; None if a date brings it."""
    if ":" in news:
        child, state = news.split(":")
        result = CONCLUSIONS.get(to) if state == "minutes" else None
        moved = ChildMoved(
            kind=Kind(child), child_id=CHILDREN[child], state=state, result=result, agency="jobota"
        )
        return CHILD_MOVED, moved
    if news == "meeting-verdict":
        adopted = to == "to-decide"
        verdict = acts.PlanVerdict.ADOPTED if adopted else acts.PlanVerdict.REVISE
        return MEETING_VERDICT, MeetingSaid(verdict=verdict)
    if news == "birth-date-corrected":
        days = 1000 if to == "waiting" else 30
        return AGE_CORRECTED, AgeReached(reached_on=today + timedelta(days=days))
    if news == "stop":
        return STOP, Stop(reason="case-closed")
    if news == "intake-withdrawn":
        return INTAKE_WITHDRAWN, None
    by_name = ("pause", "resume", PLACE_OFFERED, DEVELOPMENT_ANSWERED)
    return (news, None) if news in by_name else None
