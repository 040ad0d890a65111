"""Files of activity lines: every row gets its answer, and a row counts once whoever sends it."""

import asyncio
import io
from collections.abc import Awaitable, Callable
from datetime import timedelta
from random import Random
from typing import Any
from uuid import uuid4

import httpx
import pytest
import xlsxwriter
from sqlalchemy import text

from chassis.context import Context
from contracts.calendar import today, wareki
from contracts.events.participation import ReportingWaySet
from services.intake.app import create_app
from services.intake.events import remember_way
from services.intake.file_reader import read_next
from services.intake.store.files import claim_file, held_file
from tests.services.conftest import Tokens

FILES = "/api/intake/v1/report-files"
HEADINGS = "整理番号,活動の種別,日付,数量,会場"
Body = dict[str, Any]
Send = Callable[..., Awaitable[Body]]


@pytest.fixture(scope="module")
async def service(served: Any) -> Any:
    async with served(create_app) as (client, context):
        yield client, context


@pytest.fixture
def context(service: tuple[httpx.AsyncClient, Context]) -> Context:
    return service[1]


@pytest.fixture
def client(service: tuple[httpx.AsyncClient, Context]) -> httpx.AsyncClient:
    return service[0]


@pytest.fixture
def send(service: tuple[httpx.AsyncClient, Context], tokens: Tokens) -> Send:
    """Send a file and wait until it has been read; what is said of it."""
    client, context = service

    async def sent(content: bytes | str, who: Body | None = None, **params: Any) -> Body:
        who = who or tokens.frontline()
        body = content.encode() if isinstance(content, str) else content
        answer = await client.post(
            FILES, content=body, params=params, headers={**who, "Idempotency-Key": uuid4().hex}
        )
        assert answer.status_code == 202, answer.text
        while await read_next(context):
            pass
        read: Body = (await client.get(answer.json()["links"]["self"], headers=who)).json()
        read["rows"] = (await client.get(read["links"]["rows"], headers=who)).json()["items"]
        return read

    return sent


def ref() -> str:
    return f"t-{uuid4().hex[:12]}"


def row(line_ref: str | None = None, **changes: str) -> str:
    cells = {
        "ref": ref() if line_ref is None else line_ref,
        "kind": "hiroba-visit",
        "on": today().isoformat(),
        "quantity": "12",
        "venue": "hiroba-kamata",
    } | changes
    return ",".join(cells.values())


def a_file(*rows: str, headings: str = HEADINGS) -> str:
    return "\r\n".join((headings, *rows, ""))


def counts(accepted: int = 0, already: int = 0, refused: int = 0, differing: int = 0) -> Body:
    return {
        "rows": accepted + already + refused,
        "accepted": accepted,
        "already_reported": already,
        "differing": differing,
        "refused": refused,
    }


def faults(read: Body) -> list[tuple[int, str, str]]:
    return [(row["row"], f["column"], f["code"]) for row in read["rows"] for f in row["faults"]]


async def test_good_rows_are_kept_and_the_others_named_with_their_reasons(send: Send) -> None:
    tomorrow = (today() + timedelta(days=1)).isoformat()
    read = await send(
        a_file(
            row(),
            row(quantity="-3"),
            row(on=tomorrow),
            row(venue="nowhere"),
            row(venue="senior-magome"),
            row(on="2024-13-01"),
            row(kind="unknown"),
            row(),
        )
    )

    assert (read["status"], read["encoding"], read["percent"]) == ("done", "utf-8", 100)
    assert read["counts"] == counts(accepted=2, refused=6)
    assert faults(read) == [
        (3, "数量", "quantity-invalid"),
        (4, "日付", "date-in-future"),
        (5, "会場", "venue-unknown"),
        (6, "会場", "venue-not-of-channel"),
        (7, "日付", "date-invalid"),
        (8, "活動の種別", "kind-unknown"),
    ]
    assert all(fault["ja"] for row in read["rows"] for fault in row["faults"])


async def test_the_words_of_an_office_are_understood(send: Send) -> None:
    on = wareki(today())
    content = a_file(
        f"{on},子育てひろばの利用,1,子育てひろば 蒲田駅前",
        f"{on},児童館の子育て相談,1,馬込児童館",
        headings="実施日,種別,人数,会場",
    ).encode("cp932")
    read = await send(content)

    assert read["encoding"] == "cp932"
    assert faults(read) == []


async def test_an_excel_file_with_its_own_dates_is_taken_in(send: Send) -> None:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        page, day = book.add_worksheet(), book.add_format({"num_format": "yyyy/m/d"})
        page.write_row(0, 0, ["整理番号", "活動の種別", "日付", "数量"])
        page.write_row(1, 0, [ref(), "flat-visit"])
        page.write_datetime(1, 2, today(), day)
        page.write_number(1, 3, 4)
    read = await send(out.getvalue())

    assert (read["kind"], read["counts"]) == ("xlsx", counts(accepted=1))


async def test_the_same_file_twice_changes_nothing(send: Send, tokens: Tokens) -> None:
    content = a_file(row(), row())
    first, second = await send(content), await send(content)

    assert first["counts"] == counts(accepted=2)
    assert second["counts"] == counts(already=2)
    assert first["digest"] == second["digest"]


async def test_rows_without_references_are_known_by_what_they_are_about(
    send: Send, tokens: Tokens
) -> None:
    on = (today() - timedelta(days=400)).isoformat()
    visit = row("", on=on, quantity="1", venue="hiroba-haneda")
    assert (await send(a_file(visit, visit, visit)))["counts"] == counts(accepted=3)

    somebody_else = tokens.person("somebody", "coordinator")
    again = await send(a_file(visit, visit, visit, visit), somebody_else)
    assert again["counts"] == counts(accepted=1, already=3)


async def test_a_known_row_that_says_something_else_stands_and_is_named(send: Send) -> None:
    known = ref()
    await send(a_file(row(known)))
    read = await send(a_file(row(known, quantity="13")))

    assert read["counts"] == counts(already=1, differing=1)
    assert faults(read) == [(2, "数量", "line-differs")]


async def test_two_people_of_a_window_who_send_a_file_have_it_counted_once(
    send: Send, tokens: Tokens
) -> None:
    content = a_file(row())
    for name, expected in (("one", counts(accepted=1)), ("other", counts(already=1))):
        assert (await send(content, tokens.person(name, "agency")))["counts"] == expected


async def test_a_file_cut_in_the_middle_keeps_what_is_whole_and_the_rest_comes_later(
    send: Send,
) -> None:
    content = a_file(row(), row(), row())
    cut = await send(content[: len(content) - len("2,hiroba-kamata\r\n")])
    assert cut["counts"] == counts(accepted=2, refused=1)
    assert [code for _, _, code in faults(cut)] == ["row-cut"]

    assert (await send(content))["counts"] == counts(accepted=1, already=2)


async def test_a_trial_keeps_nothing_until_it_is_sent(
    send: Send, client: httpx.AsyncClient, context: Context, tokens: Tokens
) -> None:
    read = await send(a_file(row(), row(quantity="")), dry_run=True)
    assert (read["dry_run"], read["counts"]) == (True, counts(accepted=1, refused=1))

    headers = {**tokens.frontline(), "Idempotency-Key": uuid4().hex}
    sent = await client.post(f"{read['links']['self']}/sending", headers=headers)
    assert sent.status_code == 202
    await read_next(context)
    after = (await client.get(read["links"]["self"], headers=headers)).json()
    assert (after["dry_run"], after["status"], after["counts"]) == (
        False,
        "done",
        counts(accepted=1, refused=1),
    )
    headers["Idempotency-Key"] = uuid4().hex
    again = await client.post(f"{read['links']['self']}/sending", headers=headers)
    assert (again.status_code, again.json()["code"]) == (409, "file-sent")


@pytest.mark.parametrize("seed", range(3))
async def test_a_trial_tells_exactly_what_taking_the_file_in_will(
    send: Send,
    client: httpx.AsyncClient,
    context: Context,
    tokens: Tokens,
    monkeypatch: pytest.MonkeyPatch,
    seed: int,
) -> None:
    """Rows that stand, that stand otherwise, that come twice in one file or chunk, and bad ones."""
    monkeypatch.setattr("services.intake.file_reader.ROWS_AT_ONCE", 3)
    chance = Random(seed)  # noqa: S311 - the same rows each time
    references = [ref() for _ in range(8)]
    on = (today() - timedelta(days=300 + seed)).isoformat()
    await send(a_file(*(row(one, quantity="1") for one in references[:6]), row("", on=on)))
    rows = [
        row(one, quantity=chance.choice(["1", "2"])) for one in chance.choices(references, k=14)
    ]
    rows += [row(references[0]), row(ref(), quantity="-1"), row("", on=on, quantity="3")]
    rows += [row("", on=on, quantity="4")]
    tried = await send(a_file(*rows), dry_run=True)
    counted = tried["counts"]
    assert min(counted["accepted"], counted["differing"], counted["refused"]) > 0
    assert counted["already_reported"] > counted["differing"]

    headers = {**tokens.frontline(), "Idempotency-Key": uuid4().hex}
    assert (
        await client.post(f"{tried['links']['self']}/sending", headers=headers)
    ).status_code == 202
    await read_next(context)
    taken = (await client.get(tried["links"]["self"], headers=headers)).json()
    taken["rows"] = (await client.get(taken["links"]["rows"], headers=headers)).json()["items"]
    assert taken["counts"] == tried["counts"]
    assert faults(taken) == faults(tried)


def _dies_at_the_second_chunk() -> Any:
    taken = 0

    async def held(*arguments: Any) -> Any:
        nonlocal taken
        taken += 1
        if taken == 2:
            raise asyncio.CancelledError
        return await held_file(*arguments)

    return held


async def test_refused_rows_can_be_mended_and_sent_again(
    send: Send, client: httpx.AsyncClient, tokens: Tokens
) -> None:
    read = await send(a_file(row(), row(quantity="-3")))
    mending = (await client.get(read["links"]["mending"], headers=tokens.frontline())).content
    text = mending.decode("utf-8-sig")
    assert text.splitlines()[0].endswith('"列","理由"')
    assert "数量は0以上の整数です" in text

    mended = await send(mending.replace(b'"\'-3"', b'"3"'))
    assert mended["counts"] == counts(accepted=1)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ("氏名,日付\r\n見本,1\r\n", "heading-unknown"),
        ("日付,数量\r\n1,1\r\n", "heading-missing"),
        ("日付,実施日,種別,数量\r\n1,1,1,1\r\n", "heading-twice"),
        (b"PK\x03\x04 half", "file-cut"),
        (b"\xd0\xcf\x11\xe0 old", "file-kind-unknown"),
        ("\r\n", "file-empty"),
    ],
)
async def test_a_file_of_which_nothing_can_be_read_says_why(
    send: Send, content: bytes | str, code: str
) -> None:
    read = await send(content)

    assert (read["status"], read["problem"]["code"]) == ("failed", code)
    assert read["problem"]["ja"]


async def test_an_individual_number_is_not_even_given_back(send: Send) -> None:
    read = await send(a_file(row("123456789018"), row(quantity="x")))

    assert [code for _, _, code in faults(read)] == ["my-number-refused", "quantity-invalid"]
    assert read["rows"][0]["cells"]["line_ref"] == ""


async def test_a_reader_that_is_killed_leaves_the_file_to_another(
    client: httpx.AsyncClient, context: Context, tokens: Tokens, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.intake.file_reader.ROWS_AT_ONCE", 2)
    monkeypatch.setattr("services.intake.store.files.LEASE", timedelta(0))
    headers = {**tokens.frontline(), "Idempotency-Key": uuid4().hex}
    on = (today() - timedelta(days=500)).isoformat()
    visit = row("", on=on, quantity="1", venue="hiroba-kojiya")
    sent = await client.post(FILES, content=a_file(*[visit] * 5), headers=headers)

    with monkeypatch.context() as dying:
        dying.setattr("services.intake.file_reader.held_file", _dies_at_the_second_chunk())
        with pytest.raises(asyncio.CancelledError):
            await read_next(context)
    half = (await client.get(sent.json()["links"]["self"], headers=headers)).json()
    assert (half["status"], half["counts"]["accepted"]) == ("running", 2)

    assert await read_next(context)
    whole = (await client.get(sent.json()["links"]["self"], headers=headers)).json()
    assert (whole["status"], whole["counts"]) == ("done", counts(accepted=5))


async def test_a_file_has_one_reader_at_a_time(
    client: httpx.AsyncClient, context: Context, tokens: Tokens
) -> None:
    headers = {**tokens.frontline(), "Idempotency-Key": uuid4().hex}
    await client.post(FILES, content=a_file(row()), headers=headers)
    async with context.database.transaction() as session:
        first = await claim_file(session)
        assert first is not None
    async with context.database.transaction() as session:
        assert await claim_file(session) is None
        held = await held_file(session, first.file_id, first.rows_done)
        assert held is not None
        held.leased_until = None
    await read_next(context)


async def test_files_are_for_those_who_report_and_only_their_sender_sees_them(
    send: Send, client: httpx.AsyncClient, tokens: Tokens
) -> None:
    reader = {**tokens.person("reader", "statistics"), "Idempotency-Key": uuid4().hex}
    refused = await client.post(FILES, content=a_file(row()), headers=reader)
    assert (refused.status_code, refused.json()["code"]) == (403, "reporting-not-allowed")

    read = await send(a_file(row()), tokens.person("sender", "coordinator"))
    other = await client.get(read["links"]["self"], headers=tokens.person("other", "coordinator"))
    assert (other.status_code, other.json()["code"]) == (404, "file-unknown")


async def test_a_frontline_system_reports_for_its_own_windows_only(
    send: Send, tokens: Tokens
) -> None:
    read = await send(a_file(row()), tokens.frontline("sapota"))

    assert faults(read) == [(2, "窓口", "channel-not-allowed")]


async def test_rows_for_what_records_count_are_refused_with_that_reason(
    send: Send, context: Context
) -> None:
    said = ReportingWaySet(
        scope_id=uuid4(),
        scope="venue",
        code="hiroba-omori-higashi",
        channel="kosodate-hiroba",
        way="records",
        on=today(),
    )
    async with context.database.transaction() as session:
        await remember_way(session, said)
    try:
        rows = [row(venue="hiroba-omori-higashi"), row(), row(venue="")]
        for dry_run in (True, False):
            read = await send(a_file(*rows), dry_run=dry_run)
            assert read["counts"] == counts(accepted=1, refused=2)
            assert [code for _, _, code in faults(read)] == [
                "counted-by-day-sheets",
                "venue-needed",
            ]
    finally:
        async with context.database.transaction() as session:
            await session.execute(text("DELETE FROM reporting_way"))
