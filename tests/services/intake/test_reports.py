"""Activity reports: good rows are kept once, bad ones named; corrections follow the line's id."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from contracts import catalogue
from contracts.calendar import today
from tests.services.conftest import Tokens
from tests.services.intake.conftest import BASE, a_line


def ref() -> str:
    return f"ref-{uuid4().hex[:10]}"


async def test_good_rows_are_kept_and_bad_ones_named(post: Any, facts: Any, count: Any) -> None:
    tomorrow = (today() + timedelta(days=1)).isoformat()
    answer = await post(
        "/activity-reports",
        {
            "lines": [
                a_line(line_ref=ref(), daily_area="蒲田西"),
                a_line(date=tomorrow),
                a_line(kind="flat-visit"),
                "not a row",
                a_line(quantity=0),
            ]
        },
    )
    body = answer.json()
    assert answer.status_code == 202
    assert body["counts"] == {"received": 5, "accepted": 2, "already_reported": 0, "refused": 3}
    assert [line["row"] for line in body["lines"]] == [1, 5]
    assert [(error["row"], error["field"], error["code"]) for error in body["errors"]] == [
        (2, "date", "date-in-future"),
        (3, "kind", "kind-not-of-channel"),
        (4, "row", "invalid"),
    ]
    assert all(error["ja"] and error["en"] for error in body["errors"])
    [told] = await facts(body["report_id"])
    assert told["type"] == "kasane.activity.reported.v1"
    assert [line["line_id"] for line in told["lines"]] == [
        line["line_id"] for line in body["lines"]
    ]
    assert told["lines"][0]["basic_area"] == "蒲田"
    assert told["lines"][0]["programme_no"] == 12
    assert await count("activity_line", f"report_id = '{body['report_id']}'") == 2


@pytest.mark.parametrize("kind", sorted(catalogue.activity_kinds()))
async def test_every_kind_is_taken_from_each_of_its_channels_with_its_flags(
    post: Any, kind: str
) -> None:
    known = catalogue.activity_kinds()[kind]
    on = (known.valid_to or today()).isoformat()
    lines = [
        a_line(
            channel=channel,
            kind=kind,
            date=on,
            flags=list(known.flags),
            group="npo-sample",
            venue=None,
        )
        for channel in known.channels
    ]
    answer = await post("/activity-reports", {"lines": lines})
    assert answer.json()["counts"]["accepted"] == len(known.channels), answer.text


BAD: list[tuple[dict[str, Any], str, str]] = [
    ({"channel": "nowhere"}, "channel", "channel-unknown"),
    ({"channel": "takikan"}, "kind", "kind-not-of-channel"),
    ({"kind": "dancing"}, "kind", "kind-unknown"),
    (
        {"channel": "takikan", "kind": "support-meeting", "venue": None, "date": "2026-04-01"},
        "kind",
        "kind-ended",
    ),
    ({"flags": ["first-consultation"]}, "flags.0", "flag-not-of-kind"),
    (
        {"channel": "food-network", "kind": "food-pantry-group", "venue": None},
        "group",
        "group-missing",
    ),
    ({"date": "2019-03-31"}, "date", "date-too-early"),
    ({"date": "31.3.2026"}, "date", "date-invalid"),
    ({"date": 20_260_401}, "date", "date-invalid"),
    ({"quantity": -1}, "quantity", "quantity-invalid"),
    ({"quantity": 1.5}, "quantity", "quantity-invalid"),
    ({"quantity": True}, "quantity", "quantity-invalid"),
    ({"quantity": "12"}, "quantity", "quantity-invalid"),
    ({"quantity": 10**30}, "quantity", "quantity-too-large"),
    ({"daily_area": "銀座"}, "daily_area", "area-unknown"),
    ({"venue": "蒲田のひろば"}, "venue", "invalid"),
    ({"venue": "nowhere"}, "venue", "venue-unknown"),
    ({"venue": "senior-magome"}, "venue", "venue-not-of-channel"),
    ({"colour": "blue"}, "colour", "field-unknown"),
    ({"line_ref": "\0"}, "line_ref", "text-not-storable"),
    ({"line_ref": "試験 太郎"}, "line_ref", "invalid"),
]


@pytest.mark.parametrize(("changes", "field", "code"), BAD)
async def test_a_report_without_a_good_row_is_refused_and_nothing_is_stored(
    post: Any, count: Any, changes: dict[str, Any], field: str, code: str
) -> None:
    tables = ("activity_report", "activity_line", "outbox", "idempotency_key")
    before = [await count(table) for table in tables]
    answer = await post("/activity-reports", {"lines": [a_line(**changes)]})
    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (422, "no-line-accepted")
    assert [(error["row"], error["field"], error["code"]) for error in problem["errors"]] == [
        (1, field, code)
    ]
    assert [await count(table) for table in tables] == before


async def test_a_missing_field_is_named(post: Any) -> None:
    answer = await post("/activity-reports", {"lines": [{"channel": "flat-ota"}]})
    missing = {error["field"] for error in answer.json()["errors"] if error["code"] == "missing"}
    assert missing == {"kind", "date", "quantity"}


async def test_a_client_reports_for_its_own_channels_only(post: Any, tokens: Tokens) -> None:
    lines = [a_line(), a_line(channel="flat-ota", kind="flat-visit", venue="flat-ota")]
    answer = await post("/activity-reports", {"lines": lines}, as_=tokens.frontline("flat-ota"))
    body = answer.json()
    assert body["counts"]["accepted"] == 1
    assert [(error["row"], error["code"]) for error in body["errors"]] == [
        (1, "channel-not-allowed")
    ]
    service = tokens.bearer("coordination", kind="service", channels=("*",))
    assert (await post("/activity-reports", {"lines": lines}, as_=service)).status_code == 422


async def test_a_line_sent_again_changes_nothing_and_says_if_it_differs(
    post: Any, facts: Any, count: Any, tokens: Tokens
) -> None:
    one, two = ref(), ref()
    first = (
        await post("/activity-reports", {"lines": [a_line(line_ref=one), a_line(line_ref=two)]})
    ).json()
    again = (
        await post(
            "/activity-reports",
            {"lines": [a_line(line_ref=two, quantity=99), a_line(line_ref=one), a_line()]},
        )
    ).json()

    assert again["counts"] == {"received": 3, "accepted": 1, "already_reported": 2, "refused": 0}
    ids = {line["line_ref"]: line["line_id"] for line in first["lines"]}
    assert again["already_reported"] == [
        {"row": 1, "line_id": ids[two], "line_ref": two, "differs": True},
        {"row": 2, "line_id": ids[one], "line_ref": one, "differs": False},
    ]
    [told] = await facts(again["report_id"])
    assert len(told["lines"]) == 1
    assert await count("activity_line", f"line_ref IN ('{one}', '{two}')") == 2

    only_known = await post("/activity-reports", {"lines": [a_line(line_ref=one)]})
    assert only_known.status_code == 202
    assert await facts(only_known.json()["report_id"]) == []
    # Another sender's numbers are its own.
    other = tokens.bearer("another-system", kind="frontline", channels=("*",))
    mine = await post("/activity-reports", {"lines": [a_line(line_ref=one)]}, as_=other)
    assert mine.json()["counts"]["accepted"] == 1


async def test_a_reference_twice_in_one_report_counts_once(post: Any) -> None:
    one = ref()
    answer = await post("/activity-reports", {"lines": [a_line(line_ref=one)] * 2})
    assert answer.json()["counts"]["accepted"] == 1
    assert [(error["row"], error["code"]) for error in answer.json()["errors"]] == [
        (2, "line-ref-twice")
    ]


async def test_the_same_lines_from_ten_requests_at_once_are_counted_once(
    post: Any, count: Any
) -> None:
    lines = [a_line(line_ref=ref(), group=f"crowd-{number}") for number in range(20)]
    batches = [lines if number % 2 else lines[::-1] for number in range(10)]
    answers = await asyncio.gather(
        *(post("/activity-reports", {"lines": batch}) for batch in batches)
    )
    assert [answer.status_code for answer in answers] == [202] * 10
    assert sum(answer.json()["counts"]["accepted"] for answer in answers) == 20
    assert await count("activity_line", "group_code LIKE 'crowd-%'") == 20


async def test_five_thousand_lines_are_told_in_events_of_five_hundred(
    post: Any, http: Any, facts: Any, anyone: dict[str, str]
) -> None:
    lines = [a_line(line_ref=f"{ref()}-{number}") for number in range(5_000)]
    answer = await post("/activity-reports", {"lines": lines})
    assert answer.json()["counts"]["accepted"] == 5_000
    report = answer.json()["report_id"]
    told = await facts(report)
    assert [len(fact["lines"]) for fact in told] == [500] * 10
    assert len({line["line_id"] for fact in told for line in fact["lines"]}) == 5_000

    page = (
        await http.get(
            f"{BASE}/activity-reports/{report}",
            params={"after": 4_600, "limit": 300},
            headers=anyone,
        )
    ).json()
    assert page["counts"] == {"lines": 5_000}
    assert [line["row"] for line in page["items"]] == list(range(4_601, 4_901))
    assert page["next_after"] == 4_900
    too_many = await post("/activity-reports", {"lines": [1] * 5_001})
    assert (too_many.status_code, too_many.json()["code"]) == (422, "invalid")
    assert (await post("/activity-reports", {"lines": []})).status_code == 422


async def a_report(post: Any) -> tuple[str, str]:
    body = (await post("/activity-reports", {"lines": [a_line(line_ref=ref())]})).json()
    return body["report_id"], f"{body['links']['self']}/lines/{body['lines'][0]['line_id']}"[
        len(BASE) :
    ]


async def test_a_corrected_line_is_told_whole_under_its_id(
    post: Any, http: Any, facts: Any, count: Any, anyone: dict[str, str]
) -> None:
    report, line = await a_report(post)
    key, body = str(uuid4()), {"reason": "counted-wrongly", "quantity": 13, "daily_area": "羽田"}
    first = await post(f"{line}/correction", body, key=key)
    again = await post(f"{line}/correction", body, key=key)

    assert first.status_code == 200
    assert first.json()["revision"] == 2
    assert again.json() == first.json()
    told = (await facts(report))[1:]
    assert [(fact["type"], fact["revision"]) for fact in told] == [
        ("kasane.activity.corrected.v1", 2)
    ]
    assert told[0]["line"]["quantity"] == 13
    assert told[0]["line"]["basic_area"] == "糀谷・羽田"
    assert told[0]["line"]["venue"] == "hiroba-kamata"
    assert told[0]["reason"] == "counted-wrongly"
    [seen] = (await http.get(f"{BASE}/activity-reports/{report}", headers=anyone)).json()["items"]
    assert (seen["quantity"], seen["revision"], seen["status"]) == (13, 2, "standing")
    assert await count("activity_line_revision", f"line_id = '{seen['line_id']}'") == 1


async def test_a_withdrawn_line_counts_nowhere_and_takes_no_more_changes(
    post: Any, facts: Any
) -> None:
    report, line = await a_report(post)
    await post(f"{line}/correction", {"reason": "other", "quantity": 1})
    answer = await post(f"{line}/withdrawal", {"reason": "entered-twice"})
    assert (answer.json()["revision"], answer.json()["status"]) == (3, "withdrawn")
    told = (await facts(report))[-1]
    assert (told["type"], told["revision"]) == ("kasane.activity.withdrawn.v1", 3)
    for refused in (
        await post(f"{line}/withdrawal", {"reason": "entered-twice"}),
        await post(f"{line}/correction", {"reason": "other", "quantity": 2}),
    ):
        assert (refused.status_code, refused.json()["code"]) == (409, "line-withdrawn")


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"quantity": -1}, "invalid"),
        ({"quantity": None}, "quantity-invalid"),
        ({"date": (today() + timedelta(days=1)).isoformat()}, "date-in-future"),
        ({"kind": "flat-visit"}, "kind-not-of-channel"),
        ({"flags": ["needs-continued-support"]}, "flag-not-of-kind"),
        ({"quantity": 12}, "nothing-changed"),
        ({"channel": "flat-ota"}, "invalid"),
    ],
)
async def test_a_wrong_correction_of_a_line_changes_nothing(
    post: Any, facts: Any, body: dict[str, Any], code: str
) -> None:
    report, line = await a_report(post)
    answer = await post(f"{line}/correction", {"reason": "other", **body})
    assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert len(await facts(report)) == 1


async def test_a_line_of_another_channel_or_report_is_not_there(
    post: Any, http: Any, tokens: Tokens
) -> None:
    report, line = await a_report(post)
    stranger = tokens.bearer("stranger", kind="frontline", channels=("jobota",))
    body = {"reason": "other", "quantity": 1}
    assert (await post(f"{line}/correction", body, as_=stranger)).status_code == 404
    manager = await post(f"{line}/correction", body, as_=tokens.person("b", "manager"))
    assert manager.status_code == 403
    assert (await http.get(f"{BASE}/activity-reports/{report}", headers=stranger)).json()[
        "code"
    ] == "report-unknown"
    elsewhere = line.replace(report, str(uuid4()))
    assert (await post(f"{elsewhere}/correction", body)).json()["code"] == "line-unknown"
