"""The channels as of a date, their schemas, and the documentation of the API."""

from typing import Any

import pytest
from jsonschema import Draft202012Validator

from contracts import catalogue
from contracts.calendar import today
from tests.services.intake.conftest import BASE, an_intake

CHANNELS = sorted(catalogue.channels(today()))


async def test_there_are_twenty_channels_with_the_divisions_of_the_day(
    http: Any, anyone: dict[str, str]
) -> None:
    async def on(day: str) -> dict[str, Any]:
        answer = await http.get(f"{BASE}/channels", params={"on": day}, headers=anyone)
        assert answer.json()["on"] == day
        return {item["channel"]: item for item in answer.json()["items"]}

    before, after = await on("2026-07-31"), await on("2026-08-01")
    assert len(before) == len(after) == 20
    assert before["flat-ota"]["divisions"] == ["子ども家庭支援センター"]
    assert after["flat-ota"]["divisions"] == ["おおたこども家庭センター"]
    assert [kind["kind"] for kind in after["flat-ota"]["kinds"]] == ["flat-visit"]
    assert len((await http.get(f"{BASE}/channels", headers=anyone)).json()["items"]) == 20


@pytest.mark.parametrize("channel", CHANNELS)
def test_a_channels_own_fields_are_a_closed_schema_with_japanese_titles(channel: str) -> None:
    schema = catalogue.channel_schema(channel)
    Draft202012Validator.check_schema(schema)
    assert schema["additionalProperties"] is False
    assert schema["title"]
    assert schema["properties"]
    for name, field in schema["properties"].items():
        assert any(ord(char) > 0x3000 for char in field["title"]), name
        free_text = field.get("type") == "string" and "format" not in field
        assert field.get("x-private", False) is free_text, name
        assert not free_text or field["maxLength"] <= 10_000


@pytest.mark.parametrize("channel", CHANNELS)
async def test_the_schema_of_a_channel_takes_what_the_api_takes(
    http: Any, anyone: dict[str, str], channel: str
) -> None:
    answer = await http.get(f"{BASE}/channels/{channel}/schema", headers=anyone)
    schema = answer.json()
    Draft202012Validator.check_schema(schema)
    taken = Draft202012Validator(schema)
    assert taken.is_valid(an_intake(channel=channel))
    assert not taken.is_valid(an_intake(channel="elsewhere"))
    assert not taken.is_valid(an_intake(channel=channel, details={"unheard_of": 1}))
    assert not taken.is_valid(an_intake(channel=channel, topics=["weather"]))
    assert not taken.is_valid(an_intake(channel=channel, colour="blue"))


async def test_an_unknown_channel_has_no_schema(http: Any, anyone: dict[str, str]) -> None:
    answer = await http.get(f"{BASE}/channels/nowhere/schema", headers=anyone)
    assert (answer.status_code, answer.json()["code"]) == (404, "channel-unknown")


async def test_every_operation_is_documented_in_japanese_and_english(http: Any) -> None:
    document = (await http.get(f"{BASE}/openapi.json")).json()
    ours = {
        (method, path): operation
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
        if path.startswith(BASE) and "operations" not in path
    }
    assert len(ours) >= 28
    for where, operation in ours.items():
        assert " / " in operation["summary"], where
        assert any(ord(char) > 0x3000 for char in operation["summary"]), where
    sent = document["components"]["schemas"]["NewIntake"]
    assert sent["properties"]["received_on"]["title"] == "受付日"
    assert sent["examples"]
    row = document["components"]["schemas"]["NewReport"]["properties"]["lines"]["items"]
    assert {"channel", "kind", "date", "quantity"} <= set(row["required"])
