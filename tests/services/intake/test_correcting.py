"""Intakes corrected and withdrawn: what stood before is kept, and the facts are told once."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import text

from contracts.calendar import today
from tests.services.conftest import Tokens
from tests.services.intake.conftest import BASE, an_intake


async def test_a_correction_changes_what_it_names_and_keeps_what_stood_before(
    post: Any, http: Any, facts: Any, context: Any, anyone: dict[str, str]
) -> None:
    sent = an_intake(urgent=True, received_on=(today() - timedelta(days=2)).isoformat())
    intake = (await post("/intakes", sent)).json()
    path = f"/intakes/{intake['intake_id']}"
    answer = await post(
        f"{path}/corrections",
        {
            "reason": "learned-later",
            "based_on_revision": 1,
            "received_on": today().isoformat(),
            "daily_area": "羽田",
            "topics": ["debts", "withdrawal", "debts"],
            "main_topic": "debts",
            "text": "借金もあった。",
            "details": {"goes_out": "room"},
        },
    )
    assert answer.json() == {
        "intake_id": intake["intake_id"],
        "receipt_number": intake["receipt_number"],
        "revision": 2,
        "status": "accepted",
    }
    told = (await facts(intake["intake_id"]))[1]
    assert told["type"] == "kasane.intake.corrected.v1"
    assert told["basic_area"] == "糀谷・羽田"
    assert told["topics"] == ["debts", "withdrawal"]
    assert told["urgent"] is True
    seen = (await http.get(BASE + path, headers=anyone)).json()
    assert seen["revision"] == 2
    assert seen["daily_area"] == "羽田"
    assert seen["private"]["text"] == "借金もあった。"
    assert seen["private"]["details"] == {"goes_out": "room"}
    assert seen["private"]["persons"][0]["name"] == sent["persons"][0]["name"]
    async with context.database.transaction() as session:
        kept = (
            await session.execute(
                text("SELECT * FROM intake_revision WHERE intake_id = :id"),
                {"id": intake["intake_id"]},
            )
        ).one()
    assert (kept.revision, kept.reason) == (2, "learned-later")
    assert kept.before["daily_area"] == "馬込"
    assert set(kept.changed) == {
        "received_on", "daily_area", "basic_area", "topics", "main_topic", "text", "details",
    }  # fmt: skip


async def test_a_persons_fields_are_corrected_and_the_old_ones_kept_sealed(
    post: Any, http: Any, count: Any, coordinator: dict[str, str]
) -> None:
    sent = an_intake(
        persons=[{"name": "試験 誤", "birth_date": "1980-01-01", "phone": "0312345678"}]
    )
    intake = (await post("/intakes", sent)).json()
    [person] = intake["person_ids"]
    answer = await post(
        f"/intakes/{intake['intake_id']}/corrections",
        {
            "reason": "typing-error",
            "persons": [
                {"person_id": person, "name": "試験 正", "birth_unknown": True, "carer": True}
            ],
        },
    )
    assert answer.status_code == 200
    seen = (await http.get(f"{BASE}/persons/{person}", headers=coordinator)).json()
    assert (seen["name"], seen["birth_date"], seen["birth_unknown"]) == ("試験 正", None, True)
    assert (seen["phone"], seen["carer"]) == ("0312345678", True)
    assert await count("person_revision", f"person_id = '{person}'") == 1


async def test_it_is_told_that_a_birth_date_was_entered_and_never_which(
    post: Any, facts: Any
) -> None:
    sent = an_intake(persons=[{"name": "試験 未", "birth_unknown": True}])
    intake = (await post("/intakes", sent)).json()
    [person] = intake["person_ids"]
    for change in ({"name": "試験 未定"}, {"birth_date": "1980-01-01"}):
        body = {"reason": "learned-later", "persons": [{"person_id": person, **change}]}
        path = f"/intakes/{intake['intake_id']}/corrections"
        assert (await post(path, body)).status_code == 200
    told = (await facts(intake["intake_id"]))[1:]
    assert [fact["birth_dates_of"] for fact in told] == [[], [person]]
    assert "1980" not in str(told)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"received_on": (today() + timedelta(days=1)).isoformat()}, "date-in-future"),
        ({"received_on": None}, "missing"),
        ({"basic_area": "蒲田", "daily_area": "馬込"}, "area-mismatch"),
        ({"topics": ["weather"]}, "topic-unknown"),
        ({"topics": ["care"], "main_topic": "food"}, "main-topic-not-chosen"),
        ({"details": {"pregnancy_weeks": 1}}, "field-unknown"),
        ({"persons": [{"person_id": str(uuid4()), "name": "他人"}]}, "person-not-of-intake"),
        ({"text": "外出しない状態が続いている。", "urgent": False}, "nothing-changed"),
        ({"channel": "jobota"}, "invalid"),
        ({"reason": "because"}, "invalid"),
    ],
)
async def test_a_wrong_correction_changes_nothing(
    post: Any, http: Any, facts: Any, anyone: dict[str, str], body: dict[str, Any], code: str
) -> None:
    intake = (await post("/intakes", an_intake())).json()
    answer = await post(f"/intakes/{intake['intake_id']}/corrections", {"reason": "other", **body})
    assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert len(await facts(intake["intake_id"])) == 1
    seen = (await http.get(intake["links"]["self"], headers=anyone)).json()
    assert seen["revision"] == 1


async def test_of_two_corrections_of_one_revision_the_second_is_told_so(
    post: Any, facts: Any
) -> None:
    intake = (await post("/intakes", an_intake())).json()
    path = f"/intakes/{intake['intake_id']}/corrections"
    answers = await asyncio.gather(
        *(
            post(path, {"reason": "other", "based_on_revision": 1, "text": f"訂正{number}"})
            for number in range(4)
        )
    )
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409]
    stale = next(answer.json() for answer in answers if answer.status_code == 409)
    assert (stale["code"], stale["revision"]) == ("revision-stale", 2)
    assert len(await facts(intake["intake_id"])) == 2


async def test_a_correction_sent_twice_with_its_key_has_one_effect(post: Any, facts: Any) -> None:
    intake = (await post("/intakes", an_intake())).json()
    path, key = f"/intakes/{intake['intake_id']}/corrections", str(uuid4())
    body = {"reason": "typing-error", "urgent": True}
    first, again = await post(path, body, key=key), await post(path, body, key=key)
    assert (again.status_code, again.json()) == (200, first.json())
    assert len(await facts(intake["intake_id"])) == 2


async def test_a_withdrawn_intake_stays_on_record_and_takes_no_more_changes(
    post: Any, http: Any, facts: Any, anyone: dict[str, str]
) -> None:
    intake = (await post("/intakes", an_intake())).json()
    path, key = f"/intakes/{intake['intake_id']}", str(uuid4())
    body = {"reason": "entered-twice"}
    first = await post(f"{path}/withdrawal", body, key=key)
    again = await post(f"{path}/withdrawal", body, key=key)

    assert (first.status_code, first.json()["status"]) == (200, "withdrawn")
    assert again.json() == first.json()
    told = (await facts(intake["intake_id"]))[1:]
    assert [(fact["type"], fact["reason"]) for fact in told] == [
        ("kasane.intake.withdrawn.v1", "entered-twice")
    ]
    for refused in (
        await post(f"{path}/withdrawal", body),
        await post(f"{path}/corrections", {"reason": "other", "urgent": True}),
    ):
        assert (refused.status_code, refused.json()["code"]) == (409, "intake-withdrawn")
    seen = (await http.get(BASE + path, headers=anyone)).json()
    assert (seen["status"], seen["withdrawal_reason"]) == ("withdrawn", "entered-twice")


async def test_only_the_channel_and_people_who_enter_intakes_may_change_one(
    post: Any, tokens: Tokens, facts: Any
) -> None:
    intake = (await post("/intakes", an_intake())).json()
    path = f"/intakes/{intake['intake_id']}/withdrawal"
    stranger = await post(path, {"reason": "entered-twice"}, as_=tokens.frontline("jobota"))
    manager = await post(path, {"reason": "entered-twice"}, as_=tokens.person("b", "manager"))
    nothing = await post(f"/intakes/{uuid4()}/withdrawal", {"reason": "entered-twice"})

    assert (stranger.status_code, stranger.json()["code"]) == (404, "intake-unknown")
    assert (manager.status_code, manager.json()["code"]) == (403, "channel-not-allowed")
    assert nothing.json()["code"] == "intake-unknown"
    assert len(await facts(intake["intake_id"])) == 1


async def test_many_refusals_at_once_do_not_wait_for_each_others_connections(
    post: Any, tokens: Tokens, facts: Any, count: Any
) -> None:
    intake = (await post("/intakes", an_intake())).json()
    path = f"/intakes/{intake['intake_id']}/withdrawal"
    stranger = tokens.frontline("jobota")
    async with asyncio.timeout(20):
        answers = await asyncio.gather(
            *(post(path, {"reason": "entered-twice"}, as_=stranger) for _ in range(40))
        )
    assert {answer.status_code for answer in answers} == {404}
    where = f"subject_id = '{intake['intake_id']}' AND outcome = 'refused'"
    assert await count("audit", where) == 40
    assert len(await facts(intake["intake_id"])) == 1
