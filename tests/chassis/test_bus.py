"""A fact counts once, whatever happens to the consumer, the broker or the database."""

import asyncio
from uuid import UUID

import pytest
from faststream._internal.endpoint.subscriber import SubscriberUsecase
from faststream.middlewares import AckPolicy
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.bus import Events, Outcome, UnavailableError, deliver
from chassis.db import Database
from chassis.generation import GENERATION_HEADER
from chassis.inbox import once
from chassis.records import RawRecord
from chassis.subscription import subscribe
from contracts.events.envelope import Event, new_id
from contracts.events.intake import IntakeAccepted
from tests.chassis.parts import (
    CONSUMER,
    TOPIC,
    Stage,
    as_record,
    intake_accepted,
    running,
    tallied,
    tallying,
    tell,
    until,
)


def raw(event: Event) -> RawRecord:
    content, headers = as_record(event)
    return RawRecord(TOPIC, 0, 0, b"k", content, tuple(headers))


async def test_a_fact_is_new_to_a_consumer_once(listener: Database) -> None:
    event_id = new_id()
    answers = []
    for _ in range(2):
        async with listener.transaction() as session:
            answers.append(await once(session, CONSUMER, event_id))
    assert answers == [True, False]


async def test_a_fact_delivered_twice_has_one_effect(listener: Database) -> None:
    fact = intake_accepted()
    events = tallying()
    assert await deliver(listener, events, raw(fact)) is Outcome.APPLIED
    assert await deliver(listener, events, raw(fact)) is Outcome.DUPLICATE
    assert await tallied(listener) == {fact.event_id: 1}


async def test_a_fact_delivered_twice_at_once_has_one_effect(listener: Database) -> None:
    fact = intake_accepted()
    events = tallying()
    outcomes = await asyncio.gather(*(deliver(listener, events, raw(fact)) for _ in range(8)))
    assert sorted(outcomes) == [Outcome.APPLIED] + [Outcome.DUPLICATE] * 7
    assert await tallied(listener) == {fact.event_id: 1}


async def test_a_handler_that_fails_and_then_succeeds_has_one_effect(listener: Database) -> None:
    fact, events = intake_accepted(), Events(CONSUMER)
    failures: list[UUID] = []
    tally = tallying().handler(fact)

    @events.on(IntakeAccepted)
    async def stumble(session: AsyncSession, event: IntakeAccepted) -> None:
        await tally(session, event)
        if len(failures) < 2:
            failures.append(event.event_id)
            raise ArithmeticError

    assert await deliver(listener, events, raw(fact)) is Outcome.APPLIED
    assert len(failures) == 2
    assert await tallied(listener) == {fact.event_id: 1}


@pytest.mark.parametrize(
    "outage",
    [
        UnavailableError("the workflow engine does not answer"),
        ConnectionRefusedError(),
        TimeoutError(),
        OperationalError("SELECT 1", {}, Exception("gone"), connection_invalidated=True),
    ],
    ids=lambda outage: type(outage).__name__,
)
async def test_a_record_is_never_parked_for_an_outage(
    listener: Database, outage: Exception
) -> None:
    events = Events(CONSUMER)

    @events.on(IntakeAccepted)
    async def cut_off(session: AsyncSession, event: IntakeAccepted) -> None:
        raise outage

    fact = intake_accepted()
    with pytest.raises(UnavailableError):
        await deliver(listener, events, raw(fact))
    assert await deliver(listener, tallying(), raw(fact)) is Outcome.APPLIED


async def test_a_fact_may_have_one_handler_only() -> None:
    events = tallying()
    with pytest.raises(ValueError, match="has a handler"):
        events.on(IntakeAccepted)(events.handler(intake_accepted()))


async def test_a_fact_of_no_interest_is_passed_over(listener: Database) -> None:
    content, headers = as_record(intake_accepted())
    other = [(n, b"kasane.case.opened.v1" if n == "ce_type" else v) for n, v in headers]
    record = RawRecord(TOPIC, 0, 0, b"k", content, tuple(other))
    assert await deliver(listener, tallying(), record) is Outcome.IGNORED
    assert await tallied(listener) == {}


async def test_facts_travel_from_the_teller_to_the_listener_and_leave_no_lag(
    stage: Stage,
) -> None:
    facts = [intake_accepted() for _ in range(20)]
    await tell(stage.teller, *facts)
    consumer = stage.consumer(tallying())

    async def all_counted() -> bool:
        return await tallied(stage.listener) == {fact.event_id: 1 for fact in facts}

    async def caught_up() -> bool:
        return consumer.healthy() and await consumer.lag() == 0

    async with running(stage.relay(), consumer):
        await until(all_counted)
        await until(caught_up)


async def test_a_consumer_that_is_ended_in_the_middle_of_a_fact_gets_it_again(
    stage: Stage,
) -> None:
    fact, events, entered = intake_accepted(), Events(CONSUMER), asyncio.Event()
    tally = tallying().handler(fact)

    @events.on(IntakeAccepted)
    async def never_finish(session: AsyncSession, event: IntakeAccepted) -> None:
        await tally(session, event)
        entered.set()
        await asyncio.Event().wait()

    await tell(stage.teller, fact)
    async with running(stage.relay()):
        interrupted = stage.consumer(events)
        interrupted.grace = 0.1
        async with running(interrupted):
            await entered.wait()
        assert await tallied(stage.listener) == {}

        async def counted() -> bool:
            return await tallied(stage.listener) == {fact.event_id: 1}

        async with running(stage.consumer(tallying())):
            await until(counted)


async def test_an_outage_holds_the_facts_back_and_shows(stage: Stage) -> None:
    fact, events, outage = intake_accepted(), Events(CONSUMER), asyncio.Event()
    tally = tallying().handler(fact)

    @events.on(IntakeAccepted)
    async def cut_off(session: AsyncSession, event: IntakeAccepted) -> None:
        if not outage.is_set():
            raise UnavailableError("the workflow engine does not answer")
        await tally(session, event)

    consumer = stage.consumer(events)

    async def shows() -> bool:
        return consumer.ready and not consumer.healthy()

    async def counted() -> bool:
        return consumer.healthy() and await tallied(stage.listener) == {fact.event_id: 1}

    await tell(stage.teller, fact)
    async with running(stage.relay(), consumer):
        await until(shows)
        outage.set()
        await until(counted)


async def test_a_consumer_waits_for_a_broker_that_is_away(stage: Stage) -> None:
    stage.broker.kill()
    fact = intake_accepted()
    await tell(stage.teller, fact)
    consumer = stage.consumer(tallying())

    async def complains() -> bool:
        return consumer.last_error is not None and not consumer.ready

    async def counted() -> bool:
        return await tallied(stage.listener) == {fact.event_id: 1}

    async with running(stage.relay(), consumer):
        await until(complains)
        await stage.broker.start()
        await until(counted)


async def test_a_broker_wiped_under_load_loses_nothing_and_doubles_nothing(stage: Stage) -> None:
    told: list[UUID] = []
    quiet = asyncio.Event()

    async def keep_telling() -> None:
        while not quiet.is_set():
            fact = intake_accepted()
            await tell(stage.teller, fact)
            told.append(fact.event_id)
            await asyncio.sleep(0.01)

    async def at_least(count: int) -> None:
        async def reached() -> bool:
            return len(await tallied(stage.listener)) >= count

        await until(reached)

    async with running(stage.relay(), stage.consumer(tallying())):
        telling = asyncio.create_task(keep_telling())
        await at_least(len(told) + 20)
        await stage.broker.wipe()
        await at_least(len(told) + 20)
        quiet.set()
        await telling
        await at_least(len(told))
    assert await tallied(stage.listener) == dict.fromkeys(told, 1)


async def test_what_was_published_for_a_log_that_is_gone_is_not_taken_in_out_of_order(
    stage: Stage,
) -> None:
    early, late = intake_accepted(), intake_accepted()
    content, headers = as_record(late)
    await stage.broker.send(content, [*headers, (GENERATION_HEADER, b"an older one")])
    consumer = stage.consumer(tallying())

    async def both_counted() -> bool:
        return len(await tallied(stage.listener)) == 2

    async def passed_over() -> bool:
        return consumer.outcomes[Outcome.IGNORED] == 1

    async with running(consumer):
        await until(passed_over)
        await tell(stage.teller, early, late)
        async with running(stage.relay()):
            await until(both_counted)


async def test_every_subscriber_gives_a_failed_record_back(stage: Stage) -> None:
    async def take(record: RawRecord) -> None:
        """Nothing is delivered in this test."""

    broker, subscriber = subscribe(stage.settings, CONSUMER, (TOPIC,), take)
    assert isinstance(subscriber, SubscriberUsecase)
    assert [s.ack_policy for s in broker.subscribers] == [AckPolicy.NACK_ON_ERROR]
