"""What a service tells leaves if and only if it was committed, in order, and again if lost."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from chassis.db import Database
from chassis.outbox import Relay, backlog, emit
from chassis.publishing import OutboxRow, waves
from contracts.events.envelope import new_id
from tests.chassis.parts import Stage, intake_accepted, running, tell, until, value


class RefusedError(Exception):
    pass


async def _refuse_after_emitting(database: Database) -> None:
    async with database.transaction() as session:
        await emit(session, intake_accepted())
        raise RefusedError


async def test_a_fact_is_not_told_when_its_transaction_fails(teller: Database) -> None:
    with pytest.raises(RefusedError):
        await _refuse_after_emitting(teller)
    assert await value(teller, "SELECT count(*) FROM outbox") == 0


async def test_the_backlog_tells_how_many_facts_wait_and_for_how_long(teller: Database) -> None:
    async with teller.transaction() as session:
        assert (await backlog(session)).rows == 0
    await tell(teller, intake_accepted(), intake_accepted())
    await value(teller, "UPDATE outbox SET created_at = now() - interval '1 minute' RETURNING seq")
    async with teller.transaction() as session:
        waiting = await backlog(session)
    assert waiting.rows == 2
    assert 60 <= waiting.oldest_seconds < 70


async def test_facts_of_one_aggregate_reach_the_log_in_the_order_they_were_told(
    stage: Stage,
) -> None:
    first, second = new_id(), new_id()
    facts = [intake_accepted(first if n % 3 else second) for n in range(30)]
    await tell(stage.teller, *facts)
    async with running(stage.relay()):
        records = await stage.broker.records(len(facts))
    for key in (first, second):
        told = [str(fact.event_id) for fact in facts if fact.intake_id == key]
        sent = [dict(r.headers)["ce_id"].decode() for r in records if r.key == str(key).encode()]
        assert sent == told


def test_rows_in_flight_together_have_different_keys_and_each_key_keeps_its_order() -> None:
    told = [_row(seq, subject) for seq, subject in enumerate("aabacbbad")]
    cut = list(waves(told))
    assert len(cut) == 4
    for wave in cut:
        assert len({row.subject for row in wave}) == len(wave)
    for subject in "abcd":
        sent = [row.seq for wave in cut for row in wave if row.subject == subject]
        assert sent == [row.seq for row in told if row.subject == subject]


def _row(seq: int, subject: str) -> OutboxRow:
    fact = intake_accepted()
    return OutboxRow(
        seq=seq,
        event_id=fact.event_id,
        topic=fact.topic,
        type=fact.type,
        subject=subject,
        occurred_at=fact.occurred_at,
        body=fact.model_dump_json(),
        traceparent=None,
        tracestate=None,
    )


async def test_a_record_is_a_cloud_event_in_binary_mode(stage: Stage) -> None:
    fact = intake_accepted()
    await tell(stage.teller, fact)
    async with running(stage.relay()):
        (record,) = await stage.broker.records(1)
    headers = {name: content.decode() for name, content in record.headers}
    assert headers["ce_specversion"] == "1.0"
    assert headers["ce_id"] == str(fact.event_id)
    assert headers["ce_type"] == "kasane.intake.accepted.v1"
    assert headers["ce_source"] == "/kasane/intake"
    assert headers["ce_subject"] == str(fact.intake_id)
    assert headers["content-type"] == "application/json"
    assert type(fact).model_validate_json(record.value) == fact


async def test_a_fact_that_commits_late_is_still_told(stage: Stage) -> None:
    early, late = intake_accepted(), intake_accepted()
    async with running(stage.relay()):
        async with stage.teller.transaction() as session:
            await emit(session, late)
            await tell(stage.teller, early)
            (first,) = await stage.broker.records(1)
        records = await stage.broker.records(2)
    assert dict(first.headers)["ce_id"].decode() == str(early.event_id)
    assert {dict(r.headers)["ce_id"].decode() for r in records} == {
        str(early.event_id),
        str(late.event_id),
    }


async def test_a_new_generation_has_the_retained_facts_published_again(stage: Stage) -> None:
    facts = [intake_accepted() for _ in range(5)]
    await tell(stage.teller, *facts)
    async with running(stage.relay()):
        await stage.broker.records(5)
        await stage.broker.wipe()
        records = await stage.broker.records(5)
    assert {dict(r.headers)["ce_id"].decode() for r in records} == {
        str(fact.event_id) for fact in facts
    }


async def test_two_relays_of_a_service_take_turns(stage: Stage) -> None:
    active, standby = stage.relay(), stage.relay()

    async def active_has_published() -> bool:
        return active.published == 1

    async def standby_has_published() -> bool:
        return standby.published == 1

    async with running(active):
        await tell(stage.teller, intake_accepted())
        await until(active_has_published)
        async with running(standby):
            await until(_standing_by(standby))
            await tell(stage.teller, intake_accepted())
            await stage.broker.records(2)
            assert standby.published == 0
    await tell(stage.teller, intake_accepted())
    async with running(standby):
        await until(standby_has_published)
    assert len(await stage.broker.records(3)) == 3


def _standing_by(relay: Relay) -> Callable[[], Awaitable[bool]]:
    async def waits_for_the_lock() -> bool:
        return relay.healthy()

    return waits_for_the_lock


async def test_a_relay_waits_for_a_broker_that_is_away(stage: Stage) -> None:
    stage.broker.kill()
    await tell(stage.teller, intake_accepted())
    relay = stage.relay()

    async def complains() -> bool:
        return relay.last_error not in (None, "not started") and not relay.healthy()

    async def recovers() -> bool:
        return relay.healthy()

    async with running(relay):
        await until(complains)
        await stage.broker.start()
        await stage.broker.records(1)
        await until(recovers)


async def test_a_relay_survives_the_loss_of_its_database_connection(stage: Stage) -> None:
    async with running(stage.relay()):
        await tell(stage.teller, intake_accepted())
        await stage.broker.records(1)
        await value(
            stage.teller,
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
            " WHERE usename = current_user AND pid <> pg_backend_pid()",
        )
        await tell(stage.teller, intake_accepted())
        await stage.broker.records(2)


async def test_published_facts_are_kept_for_the_retention_and_no_longer(stage: Stage) -> None:
    old, recent, unpublished = (intake_accepted() for _ in range(3))
    await tell(stage.teller, old, recent)
    async with running(stage.relay()):
        await stage.broker.records(2)
    keep = timedelta(days=stage.settings.outbox_retention_days)
    for fact, age in ((old, keep + timedelta(hours=1)), (recent, keep - timedelta(hours=1))):
        await value(
            stage.teller,
            "UPDATE outbox SET published_at = now() - cast(:age AS interval)"
            " WHERE event_id = :event_id RETURNING seq",
            age=age,
            event_id=fact.event_id,
        )
    await tell(stage.teller, unpublished)

    async def pruned() -> bool:
        gone = await value(
            stage.teller, "SELECT count(*) FROM outbox WHERE event_id = :id", id=old.event_id
        )
        return bool(gone == 0)

    async with running(stage.relay()):
        await until(pruned)
    assert await value(stage.teller, "SELECT count(*) FROM outbox") == 2


async def test_a_relay_that_is_cancelled_leaves_nothing_running(stage: Stage) -> None:
    before = asyncio.all_tasks()
    async with running(stage.relay()):
        await tell(stage.teller, intake_accepted())
        await stage.broker.records(1)

    async def quiet() -> bool:
        return asyncio.all_tasks() - before == set()

    await until(quiet, seconds=5)
