"""Files of resources: tried, taken in row by row, mended, sent again; and HSDS out and in."""

import csv
import io
import json
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from chassis.context import Context
from services.participation import importing
from services.participation.importing import import_some
from services.participation.recurrence_words import rule_of
from tests.services.participation.conftest import BASE, Enter, keyed

HEAD = "名称,主催,種類,日常生活圏域,定員,開催の繰り返し,開始日,時間,連絡先(非公開)"
GOOD = "見本サロン,見本の会,サロン,大森東,10,毎週火・木,令和8年4月1日,10:00-12:00,架空 花子"
OTHER = "架空食堂,架空の会,食堂・食を通じた場,六郷,,,,,"


def table(*rows: str, head: str = HEAD) -> bytes:
    return ("\ufeff" + "\r\n".join((head, *rows)) + "\r\n").encode()


@pytest.fixture
def send(client: httpx.AsyncClient, keeper: dict[str, str], context: Context) -> Any:
    """Send a file, let the service take it in, and look at what came of it."""

    async def sent(content: bytes, **params: Any) -> dict[str, Any]:
        answer = await client.post(
            f"{BASE}/resource-imports", params=params, content=content, headers=keyed(keeper)
        )
        assert answer.status_code == 202, answer.text
        read = None
        while True:
            read, worked = await import_some(context, read)
            if not worked:
                break
        url = f"{BASE}/resource-imports/{answer.json()['import_id']}"
        told: dict[str, Any] = (await client.get(url, headers=keeper)).json()
        return told

    return sent


def counts(told: dict[str, Any]) -> dict[str, int]:
    return {name: told[name] for name in ("made", "changed", "same", "refused") if told[name]}


async def names(client: httpx.AsyncClient, keeper: dict[str, str]) -> list[str]:
    listed = (await client.get(f"{BASE}/resources", headers=keeper)).json()
    return [row["name"] for row in listed["resources"]]


async def test_a_trial_changes_nothing_and_can_then_be_taken_in(
    client: httpx.AsyncClient, keeper: dict[str, str], context: Context, send: Any
) -> None:
    tried = await send(table(GOOD, OTHER), dry_run=True, publish=True)
    assert (tried["state"], tried["total"], tried["done"]) == ("done", 2, 2)
    assert counts(tried) == {"made": 2}
    assert await names(client, keeper) == []
    url = f"{BASE}/resource-imports/{tried['import_id']}/taking-in"
    again = await client.post(url, headers=keyed(keeper))
    assert again.status_code == 202
    read, _ = await import_some(context)
    await import_some(context, read)
    assert await names(client, keeper) == ["見本サロン", "架空食堂"]
    (salon, _) = (await client.get(f"{BASE}/resources", headers=keeper)).json()["resources"]
    assert (salon["status"], salon["kinds"], salon["capacity"]) == ("published", ["salon"], 10)
    assert salon["opening_labels"] == ["毎週火・木曜日 10:00〜12:00"]
    assert (await client.post(url, headers=keyed(keeper))).status_code == 202


async def test_good_rows_are_kept_and_bad_ones_come_back_to_be_mended(
    client: httpx.AsyncClient, keeper: dict[str, str], send: Any
) -> None:
    bad = [
        "古い定員,会,サロン,大森東,十,,,,",
        "ない種類,会,宇宙,大森東,,,,,",
        "ない地域,会,サロン,江戸,,,,,",
        "逆さの時間,会,サロン,大森東,,毎週火,2026-04-01,12:00-10:00,",
        "こわれた繰り返し,会,サロン,大森東,,FREQ=WEEKLY;BYDAY=XX,2026-04-01,10:00-12:00,",
        ",会,サロン,大森東,,,,,",
        "番号,会,サロン,大森東,,,,,123456789018",
    ]
    told = await send(table(GOOD, *bad))
    assert counts(told) == {"made": 1, "refused": 7}
    assert [(fault["row"], fault["field"]) for fault in told["faults"]] == [
        (3, "定員"),
        (4, "種類"),
        (5, "日常生活圏域"),
        (6, "開催の繰り返し"),
        (7, "開催の繰り返し"),
        (8, "名称"),
        (9, "連絡先(非公開)"),
    ]
    assert "終了が開始より前です" in told["faults"][3]["ja"]
    url = f"{BASE}/resource-imports/{told['import_id']}/mending.csv"
    mending = (await client.get(url, headers=keeper)).content.decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(mending)))
    assert len(rows) == 7
    assert {"列", "理由"} <= set(rows[0])
    mended = mending.replace("十", "10").replace("宇宙", "サロン").replace("江戸", "六郷")
    again = await send(mended.encode())
    assert counts(again) == {"made": 3, "refused": 4}


async def test_the_same_file_twice_changes_nothing_and_a_duplicate_is_shown(
    client: httpx.AsyncClient, keeper: dict[str, str], send: Any, context: Context
) -> None:
    await send(table(GOOD, OTHER), publish=True)
    twice = await send(table(GOOD, OTHER), publish=True)
    assert counts(twice) == {"same": 2}
    told = await send(table(GOOD.replace(",10,", ",11,")))
    assert counts(told) == {"refused": 1}
    (salon, _) = (await client.get(f"{BASE}/resources", headers=keeper)).json()["resources"]
    assert told["faults"][0]["code"] == "resource-alike"
    assert salon["resource_id"] in told["faults"][0]["ja"]
    by_id = await send(
        table(f"{salon['resource_id']},11", head="ID,定員"),
    )
    assert counts(by_id) == {"changed": 1}
    another = table(f"はい,{GOOD.replace(',10,', ',5,')}", head=f"別の資源,{HEAD}")
    assert counts(await send(another)) == {"made": 1}
    assert counts(await send(another)) == {"same": 1}
    async with context.database.transaction() as session:
        published = await session.scalar(
            text("SELECT count(*) FROM outbox WHERE type = 'kasane.resource.published.v1'")
        )
    assert published == 2


async def test_the_directory_as_a_file_can_be_sent_back_unchanged(
    client: httpx.AsyncClient, keeper: dict[str, str], enter: Enter, send: Any
) -> None:
    await send(table(GOOD, OTHER))
    await enter(name="=SUM(1)", confidential_location=True, place="架空町1-2-3", fee_yen=0)
    for path in ("resources.csv", "resources.xlsx", "resources.csv?private=true"):
        file = await client.get(f"{BASE}/{path}", headers=keeper)
        assert file.status_code == 200
        told = await send(file.content)
        assert counts(told) == {"same": 3}, (path, told["faults"])
    plain = (await client.get(f"{BASE}/resources.csv", headers=keeper)).content
    assert plain.startswith(b"\xef\xbb\xbf")
    assert "架空 花子".encode() not in plain
    assert "架空町1-2-3".encode() not in plain


async def test_a_file_that_was_being_taken_in_goes_on_where_it_was(
    client: httpx.AsyncClient,
    keeper: dict[str, str],
    context: Context,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(importing, "ROWS_AT_ONCE", 2)
    rows = [f"見本{n}号,会{n},サロン,大森東,,,,," for n in ("い", "ろ", "は", "に", "ほ")]
    url = f"{BASE}/resource-imports"
    answer = await client.post(url, content=table(*rows), headers=keyed(keeper))
    await import_some(context)
    shown = await client.get(f"{url}/{answer.json()['import_id']}", headers=keeper)
    assert (shown.json()["state"], shown.json()["done"], shown.json()["total"]) == ("waiting", 2, 5)
    # Another process, which has read nothing yet.
    await import_some(context, None)
    await import_some(context, None)
    shown = await client.get(f"{url}/{answer.json()['import_id']}", headers=keeper)
    assert (shown.json()["state"], shown.json()["made"]) == ("done", 5)


@pytest.mark.parametrize(
    ("content", "form", "problem"),
    [
        (b"", "table", "file-empty"),
        (b"PK\x03\x04nonsense", "table", "file-cut"),
        (b"\xd0\xcf\x11\xe0old", "table", "file-kind-unknown"),
        (b"not json", "hsds", "file-kind-unknown"),
        (b"[]", "hsds", "file-empty"),
    ],
)
async def test_a_file_of_which_nothing_can_be_read_says_why(
    send: Any, content: bytes, form: str, problem: str
) -> None:
    told = await send(content, form=form)
    assert (told["state"], told["problem"]) == ("failed", problem)
    assert told["problem_ja"]


async def test_hsds_comes_back_in_as_it_went_out(
    client: httpx.AsyncClient, keeper: dict[str, str], enter: Enter, send: Any
) -> None:
    opening = {"rule": "FREQ=MONTHLY;BYDAY=2TU", "starts_on": "2026-04-01"}
    hours = {"opens_at": "10:00", "closes_at": "12:00", "except_holidays": True, "note": "予約制"}
    await enter(
        name="見本の場",
        kana="みほんのば",
        openings=[
            opening | hours,
            {"rule": "FREQ=DAILY", "starts_on": "2026-04-01"}
            | {"opens_at": "13:00", "closes_at": "15:00", "except_on": ["2026-05-05"]},
        ],
        min_age=15,
        max_age=39,
        eligibility="若者",
        fee_yen=100,
        cost="材料費",
        languages=["ja", "en"],
        features=["quiet", "cooking"],
        place="見本会館",
        access="バス停前",
        website="https://example.test/",
        public_contact="見本の会",
        schedule_note="8月は休み",
        capacity_status="asks-first",
    )
    await enter(name="見本の家", confidential_location=True, place="架空町1-2-3", access="裏口")
    pages = f"{BASE}/public/hsds/services"
    out = (await client.get(pages)).json()
    before = (await client.get(f"{BASE}/public/resources")).json()
    assert counts(await send(json.dumps(out).encode(), form="hsds")) == {"same": 2}

    async def forget(context: Context) -> None:
        async with context.database.transaction() as session:
            await session.execute(text("TRUNCATE resource, resource_change, hold, waiting CASCADE"))

    await forget(client._transport.app.state.context)  # type: ignore[attr-defined]
    told = await send(json.dumps(out).encode(), form="hsds", publish=True)
    assert counts(told) == {"made": 2}, told["faults"]
    assert (await client.get(f"{BASE}/public/resources")).json() == before
    again = (await client.get(pages)).json()
    for service in (*again["contents"], *out["contents"]):
        service.pop("last_modified")
    assert again == out
    foreign = [{"id": "no-uuid", "name": "x", "status": "open"}]
    refused = await send(json.dumps(foreign).encode(), form="hsds")
    assert counts(refused) == {"refused": 1}
    assert {fault["field"] for fault in refused["faults"]} == {"id", "status"}


@pytest.mark.parametrize(
    ("said", "rule"),
    [
        ("毎日", "FREQ=DAILY"),
        ("毎週火曜日", "FREQ=WEEKLY;BYDAY=TU"),
        ("毎週 月・水・日", "FREQ=WEEKLY;BYDAY=MO,WE,SU"),
        ("隔週土", "FREQ=WEEKLY;INTERVAL=2;BYDAY=SA"),
        ("第2・第4火曜", "FREQ=MONTHLY;BYDAY=2TU,4TU"),
        ("毎月最終金曜日", "FREQ=MONTHLY;BYDAY=-1FR"),
        ("毎月15日", "FREQ=MONTHLY;BYMONTHDAY=15"),
        ("freq=yearly", "FREQ=YEARLY"),
        ("", None),
    ],
)
def test_recurrences_are_understood_as_people_write_them(said: str, rule: str | None) -> None:
    assert rule_of(said) == rule


def test_what_is_not_understood_is_refused() -> None:
    with pytest.raises(ValueError, match="understood"):
        rule_of("ときどき")
