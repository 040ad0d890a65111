"""Finding cases: by a name that only intake knows, by anything else, for who may see them."""

import re
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import text

from contracts.calendar import today
from contracts.events import new_id
from contracts.life import CaseState
from services.coordination.models import CaseFile, GuardFlag
from tests.services.coordination_portal.conftest import Browser, Portal, Seeded, seed
from tests.services.coordination_portal.test_pages import is_a_page

FIELDS = ("person", "receipt_number", "agency", "state", "flag", "basic_area", "daily_area")
KANA = "アイウエオカキクケコサシスセソ"


def given_name() -> str:
    """A given name that no other test has."""
    return "".join(KANA[int(digit, 16) % len(KANA)] for digit in uuid4().hex[:7])


Take = Callable[..., Awaitable[Seeded]]


@pytest.fixture
async def take(portal: Portal, monkeypatch: pytest.MonkeyPatch) -> Take:
    """A case of somebody of that name, taken in at the real intake."""

    async def headers() -> dict[str, str]:
        return portal.tokens.bearer("kasane-portal", kind="service", roles=("casework",))

    monkeypatch.setattr(portal.context.tokens, "headers", headers)

    async def made(name: str, kana: str, **case: Any) -> Seeded:
        answer = await portal.intake.post(
            "/api/intake/v1/intakes",
            headers={**portal.tokens.frontline(), "Idempotency-Key": str(new_id())},
            json={
                "channel": "jobota",
                "received_on": today().isoformat(),
                "daily_area": "馬込",
                "persons": [{"name": name, "kana": kana}],
            },
        )
        assert answer.status_code == 202, answer.text
        found = await seed(portal, answer.json(), CaseState.CONSENT)
        async with portal.database.transaction() as session:
            row = await session.get_one(CaseFile, found.case_id)
            for field, value in {"daily_area": "馬込", **case}.items():
                setattr(row, field, value)
            session.add(row)
        return found

    return made


async def search(browser: Browser, **typed: str) -> str:
    answer = await browser.post("/search", {**dict.fromkeys(FIELDS, ""), **typed})
    assert answer.status_code == 200, answer.text
    is_a_page(answer)
    return answer.text


async def test_a_case_is_found_by_a_name_in_any_spelling(coordinator: Browser, take: Take) -> None:
    given = given_name()
    case = await take(f"髙﨑 {given}", f"タカサキ {given}")
    for words in (f"高崎 {given}", f"たかさき{given}", given):
        page = await search(coordinator, person=words)
        assert f"/cases/{case.case_id}" in page
        assert f"髙﨑 {given}" in page, "the name is shown as it was given"


async def test_everything_that_is_said_must_be_so(coordinator: Browser, take: Take) -> None:
    given = given_name()
    case = await take(f"見本 {given}", f"ミホン {given}", urgent=True)
    fits = {
        "receipt_number": case.receipt_number.lower(),
        "agency": "chiiki-fukushi-omori",
        "state": "consent",
        "flag": "urgent",
        "basic_area": "大森",
        "daily_area": "馬込",
    }
    assert str(case.case_id) in await search(coordinator, person=given, **fits)
    misses = {
        "receipt_number": "R8-蒲田",
        "agency": "sapota",
        "state": "closed",
        "flag": "overdue",
        "basic_area": "蒲田",
        "daily_area": "池上",
    }
    for name, value in misses.items():
        assert str(case.case_id) not in await search(
            coordinator, person=given, **{**fits, name: value}
        ), name


async def test_a_flag_is_found_while_it_holds_and_not_after(
    portal: Portal, coordinator: Browser, take: Take
) -> None:
    given = given_name()
    case = await take(f"見本 {given}", f"ミホン {given}")
    day = today()
    flag = GuardFlag(
        flag_id=new_id(),
        case_id=case.case_id,
        person_id=case.person_id,
        kind="staff-safety",
        starts_on=day,
        expires_on=day,
        recorded_by="coordinator",
        recorded_at=datetime.now(UTC),
    )
    async with portal.database.transaction() as session:
        session.add(flag)
    found = await search(coordinator, person=given, flag="staff-safety")
    assert str(case.case_id) in found
    assert str(case.case_id) not in await search(
        coordinator, person=given, flag="address-protection"
    )
    async with portal.database.transaction() as session:
        row = await session.get_one(GuardFlag, flag.flag_id)
        row.starts_on = row.expires_on = day - timedelta(days=1)
    assert str(case.case_id) not in await search(coordinator, person=given, flag="staff-safety")


async def test_an_agency_finds_only_what_it_may_see(portal: Portal, take: Take) -> None:
    given = given_name()
    case = await take(f"見本 {given}", f"ミホン {given}")
    own = portal.as_("own", "agency", agency="chiiki-fukushi-omori")
    other = portal.as_("other", "agency", agency="shakyo")
    assert str(case.case_id) in await search(own, person=given)
    page = await search(other, person=given)
    assert str(case.case_id) not in page
    assert "当てはまるケースはありません" in page
    assert f"見本 {given}" not in page


async def test_a_search_is_audited_without_the_name(
    portal: Portal, coordinator: Browser, take: Take
) -> None:
    given = given_name()
    await take(f"見本 {given}", f"ミホン {given}")
    await search(coordinator, person=given, state="consent")
    async with portal.database.transaction() as session:
        row = (
            await session.execute(
                text("SELECT * FROM audit WHERE action = 'case.search' ORDER BY id DESC LIMIT 1")
            )
        ).one()
    assert (row.actor, row.details) == ("coordinator", {"by": ["person", "state"], "found": 1})
    assert given not in str(row)


async def test_without_intake_all_but_the_name_can_be_searched(
    portal: Portal, coordinator: Browser, take: Take
) -> None:
    case = await take(f"見本 {given_name()}", "ミホン")
    portal.door.away.add("intake")
    assert str(case.case_id) in await search(coordinator, receipt_number=case.receipt_number)
    answer = await coordinator.post(
        "/search", {**dict.fromkeys(FIELDS, ""), "person": "見本", "state": "consent"}
    )
    assert answer.status_code == 503
    assert 'value="見本"' in answer.text
    assert "入力した内容は残っています" in answer.text


async def test_the_pages_of_a_search_have_no_gap_and_no_name_in_their_address(
    portal: Portal, coordinator: Browser, take: Take
) -> None:
    given = given_name()
    made = {str((await take(f"見本 {given}", f"ミホン {given}")).case_id) for _ in range(3)}
    seen: list[str] = []
    body: dict[str, Any] = {"person": given, "limit": 2}
    while True:
        answer = await portal.client.post(
            "/api/coordination/v1/cases/search",
            json=body,
            headers=portal.tokens.bearer("coordinator", roles=("coordinator",)),
        )
        page = answer.json()
        seen += [row["case_id"] for row in page["items"]]
        if page["next"] is None:
            break
        body["after"] = page["next"]
    assert sorted(seen) == sorted(made)
    shown = await search(coordinator, person=given)
    assert not re.search(f'(href|action)="[^"]*{given}', shown)


async def test_a_my_number_is_refused_in_a_search(coordinator: Browser) -> None:
    answer = await coordinator.post(
        "/search", {**dict.fromkeys(FIELDS, ""), "person": "123456789018"}
    )
    assert answer.status_code == 422
    assert "個人番号" in answer.text


async def test_the_search_and_the_offices_open(coordinator: Browser) -> None:
    for path in ("/search", "/organisation", "/organisation?on=2026-07-31"):
        is_a_page(await coordinator.get(path))
    old = (await coordinator.get("/organisation?on=2026-07-31")).text
    new = (await coordinator.get("/organisation?on=2026-08-01")).text
    assert "<td>子ども家庭支援センター</td>" in old
    assert "<td>おおたこども家庭センター</td>" in new
    wrong = await coordinator.get("/organisation?on=yesterday")
    assert (wrong.status_code, 'aria-invalid="true"' in wrong.text) == (422, True)
