"""Whole lists: tried first, good rows kept, the others in a file to be mended, twice is once."""

from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from chassis.context import Context
from tests.services.participation.conftest import types_told
from tests.services.participation.hand import BASE, YESTERDAY, Hand
from tests.services.participation.test_day_sheets import HIROBA

VOLUNTEERS = """整理番号,区分,氏名,フリガナ,電話番号,できること,圏域,曜日と時間,保険の期限
v-1,ボランティア,架空 一郎,カクウ イチロウ,03-0000-0001,調理;傾聴・話し相手,六郷,TIMES,R9.3.31
v-2,担い手,架空 二子,カクウ ニコ,,,,,
v-3,ボランティア,架空 三郎,カクウ サブロウ,,空を飛ぶ,六郷,,
,ボランティア,架空 四郎,カクウ シロウ,,,,,
v-5,ボランティア,123456789018,カクウ ゴロウ,,,,,
v-6,ボランティア,架空 六郎,カクウ ロクロウ,,,,月 12:00-9:00,
""".replace("TIMES", "月 9:00-12:00;水 13:00〜15:00")


async def taken(hand: Hand, kind: str, content: str | bytes, **params: Any) -> dict[str, Any]:
    data = content.encode() if isinstance(content, str) else content
    answer = await hand.client.post(
        f"{BASE}/lists/{kind}",
        content=data,
        params=params,
        headers=hand.headers | {"Content-Type": "text/csv"},
    )
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


async def rows_of(context: Context, table: str) -> int:
    async with context.database.transaction() as session:
        return int(await session.scalar(text(f"SELECT count(*) FROM {table}")) or 0)  # noqa: S608


async def test_a_list_of_volunteers_keeps_the_good_rows_and_gives_the_others_back(
    hand: Hand, context: Context
) -> None:
    tried = await taken(hand, "volunteers", VOLUNTEERS, dry_run=True)
    assert tried["counts"] == {"rows": 6, "accepted": 2, "already_there": 0, "refused": 4}
    assert await rows_of(context, "volunteer") == 0
    kept = await taken(hand, "volunteers", VOLUNTEERS.encode("cp932"))
    assert kept["counts"] == tried["counts"]
    assert [(fault["row"], fault["column"], fault["code"]) for fault in kept["faults"]] == [
        (4, "できること", "string_pattern_mismatch"),
        (5, "整理番号", "reference-needed"),
        (6, "氏名", "my-number-refused"),
        (7, "曜日と時間", "end-before-start"),
    ]
    (first, _) = (await hand.read("/volunteers"))["volunteers"]
    assert sorted(first["skills"]) == ["cooking", "listening"]
    assert first["times"][1] == {"weekday": 2, "from": "13:00:00", "to": "15:00:00"}
    assert (first["insured_until"], first["daily_areas"]) == ("2027-03-31", ["六郷"])
    again = await taken(hand, "volunteers", VOLUNTEERS)
    assert again["counts"]["already_there"] == 2
    assert await rows_of(context, "volunteer") == 2


async def test_the_file_of_refused_rows_is_mended_and_sent_again(
    hand: Hand, context: Context
) -> None:
    kept = await taken(hand, "volunteers", VOLUNTEERS)
    mended = kept["mending"].replace("空を飛ぶ", "調理").replace("月 12:00-9:00", "月 9:00-12:00")
    again = await taken(hand, "volunteers", mended)
    assert again["counts"] == {"rows": 4, "accepted": 2, "already_there": 0, "refused": 2}
    assert await rows_of(context, "volunteer") == 4


async def test_a_month_of_day_sheets_counts_once(hand: Hand, context: Context) -> None:
    await hand.write("/venues", **HIROBA)
    days = [YESTERDAY - timedelta(days=back) for back in range(3)]
    lines = ["会場,日付,保護者,こども,ボランティア,備考"]
    lines += [f"見本ひろば,{day:%Y/%m/%d},１２,15,2," for day in days]
    lines += ["知らない会場,2026/06/01,1,1,1,", f"見本ひろば,{days[0]},x,1,1,"]
    content = "\r\n".join(lines) + "\r\n"
    kept = await taken(hand, "day-sheets", content)
    assert kept["counts"] == {"rows": 5, "accepted": 3, "already_there": 0, "refused": 2}
    assert [(f["row"], f["column"]) for f in kept["faults"]] == [(5, "会場"), (6, "保護者")]
    again = await taken(hand, "day-sheets", content)
    assert again["counts"]["already_there"] == 3
    assert (await types_told(context)).count("community-work.recorded") == 6


async def test_donors_of_a_list_are_sealed(hand: Hand, context: Context) -> None:
    content = "整理番号,種別,名前,連絡先\nd-1,企業,架空商事,03-0000-0000\nd-2,個人,架空 花子,\n"
    kept = await taken(hand, "donors", content)
    assert kept["counts"]["accepted"] == 2
    async with context.database.transaction() as session:
        plain = await session.scalar(
            text("SELECT count(*) FROM donor d WHERE d::text LIKE '%架空%'")
        )
    assert plain == 0
    assert [d["name"] for d in (await hand.read("/donors"))["donors"]] == ["架空商事", "架空 花子"]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "file-unreadable"),
        (b"\xd0\xcf\x11\xe0 an old workbook", "file-unreadable"),
        ("氏名,フリガナ\n架空,カクウ\n".encode(), "heading-missing"),
    ],
    ids=["empty", "old-workbook", "headings"],
)
async def test_a_file_that_is_no_list_is_refused_as_a_whole(
    hand: Hand, content: bytes, code: str
) -> None:
    answer = await hand.client.post(
        f"{BASE}/lists/volunteers", content=content, headers=hand.headers
    )
    assert (answer.status_code, answer.json()["code"]) == (422, code)


async def test_no_name_stays_with_the_key_of_a_request(
    hand: Hand, client: httpx.AsyncClient, context: Context
) -> None:
    await hand.write("/volunteers", name="植込 名菜子", kana="ウエコミ", phone="090-5555-0000")
    notice = {"noticed_by": "other", "on": YESTERDAY, "theme": "other", "words": "植込の話"}
    await hand.write("/issues", **notice)
    await hand.write(
        "/learners", agency="shakyo", reference="s-1", job="official", name="植込 名菜子"
    )
    async with context.database.transaction() as session:
        kept = await session.scalar(
            text("SELECT count(*) FROM idempotency_key k WHERE k::text LIKE '%植込%'")
        )
    assert kept == 0
