"""A record that cannot be taken in is parked; the rest goes on; it can be put back once mended."""

import asyncio
from dataclasses import replace

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from chassis import deadletter
from chassis.bus import Events, Outcome, deliver
from chassis.db import Database
from chassis.deadletter import DeadLetter
from chassis.records import RawRecord
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
    until,
)

Headers = list[tuple[str, bytes]]


def _with(headers: Headers, **changed: bytes) -> Headers:
    return [(name, changed.get(name, content)) for name, content in headers]


def poison() -> dict[str, tuple[bytes | None, Headers]]:
    """A record of every kind that can never be taken in, each with an event id of its own."""
    kinds: dict[str, tuple[bytes | None, Headers]] = {}
    for kind, content in {
        "bad JSON": b'{"event_id": ',
        "wrong type": b"[1, 2, 3]",
        "empty": b"",
        "not UTF-8": b'{"channel": "\xff\xfe"}',
        "missing fields": b"{}",
        "deep nesting": b"[" * 50_000,
        "tombstone": None,
    }.items():
        kinds[kind] = (content, as_record(intake_accepted())[1])
    content, headers = as_record(intake_accepted())
    kinds["unknown major version"] = (
        content,
        _with(headers, ce_type=b"kasane.intake.accepted.v9"),
    )
    content, headers = as_record(intake_accepted())
    kinds["headers not UTF-8"] = (content, _with(headers, ce_type=b"\xff\xfe"))
    content, headers = as_record(intake_accepted())
    kinds["NUL in a header"] = (b"{}", [*headers, ("na\0me", b"a\0b")])
    content, headers = as_record(intake_accepted())
    kinds["another event's id"] = (content, as_record(intake_accepted())[1])
    kinds["no headers"] = (b"{}", [])
    return kinds


async def _letters(database: Database) -> list[DeadLetter]:
    async with database.transaction() as session:
        return await deadletter.parked(session)


@pytest.mark.parametrize("kind", poison())
async def test_poison_is_parked_once_however_often_it_comes(listener: Database, kind: str) -> None:
    content, headers = poison()[kind]
    record = RawRecord(TOPIC, 2, 41, b"k", content, tuple(headers))
    for offset in (41, 7):
        outcome = await deliver(listener, tallying(), replace(record, offset=offset))
        assert outcome is Outcome.PARKED
    (letter,) = await _letters(listener)
    assert (letter.topic, letter.partition, letter.offset) == (TOPIC, 2, 41)
    assert letter.reason
    async with listener.transaction() as session:
        assert await deadletter.count(session) == 1


async def test_the_rest_goes_on_while_poison_is_parked(stage: Stage) -> None:
    kinds = poison()
    good = [intake_accepted() for _ in kinds]
    for fact, (content, headers) in zip(good, kinds.values(), strict=True):
        await stage.broker.send(content, headers)
        await stage.broker.send(*as_record(fact))

    async def all_counted() -> bool:
        return len(await tallied(stage.listener)) == len(good)

    async with running(stage.consumer(tallying())):
        await until(all_counted)
    assert await tallied(stage.listener) == {fact.event_id: 1 for fact in good}
    assert len(await _letters(stage.listener)) == len(kinds)


async def test_a_handler_that_keeps_failing_has_its_fact_parked_without_its_words(
    listener: Database,
) -> None:
    events, runs = Events(CONSUMER), []

    @events.on(IntakeAccepted)
    async def fail(session: AsyncSession, event: IntakeAccepted) -> None:
        runs.append(event.event_id)
        raise ArithmeticError("架空 太郎")

    content, headers = as_record(intake_accepted())
    record = RawRecord(TOPIC, 0, 0, b"k", content, tuple(headers))
    assert await deliver(listener, events, record) is Outcome.PARKED
    assert len(runs) == 5
    (letter,) = await _letters(listener)
    assert letter.reason == "handler failed: ArithmeticError"
    assert letter.tries == 5

    # Told again after the broker lost its log, it waits for somebody and is not tried.
    assert await deliver(listener, events, record) is Outcome.PARKED
    assert len(runs) == 5


async def test_a_parked_fact_is_put_back_once_what_was_wrong_is_mended(listener: Database) -> None:
    broken = Events(CONSUMER)

    @broken.on(IntakeAccepted)
    async def fail(session: AsyncSession, event: IntakeAccepted) -> None:
        raise ArithmeticError

    fact = intake_accepted()
    content, headers = as_record(fact)
    record = RawRecord(TOPIC, 0, 0, b"k", content, tuple(headers))
    await deliver(listener, broken, record)
    (letter,) = await _letters(listener)

    assert await deadletter.retry(listener, broken, letter.id) is Outcome.PARKED
    (letter,) = await _letters(listener)
    assert letter.tries == 6

    mended = tallying()
    assert await deadletter.retry(listener, mended, letter.id) is Outcome.APPLIED
    assert await _letters(listener) == []
    with pytest.raises(LookupError):
        await deadletter.retry(listener, mended, letter.id)
    assert await deliver(listener, mended, record) is Outcome.DUPLICATE
    assert await tallied(listener) == {fact.event_id: 1}


async def test_a_parked_fact_put_back_by_two_people_at_once_counts_once(
    listener: Database,
) -> None:
    broken = Events(CONSUMER)

    @broken.on(IntakeAccepted)
    async def fail(session: AsyncSession, event: IntakeAccepted) -> None:
        raise ArithmeticError

    fact = intake_accepted()
    content, headers = as_record(fact)
    await deliver(listener, broken, RawRecord(TOPIC, 0, 0, b"k", content, tuple(headers)))
    (letter,) = await _letters(listener)
    mended = tallying()
    outcomes = await asyncio.gather(
        *(deadletter.retry(listener, mended, letter.id) for _ in range(2)),
        return_exceptions=True,
    )
    assert Outcome.APPLIED in outcomes
    assert await tallied(listener) == {fact.event_id: 1}
    assert await _letters(listener) == []
