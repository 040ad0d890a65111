"""The ward's data: complete, and true on each date."""

from datetime import date, timedelta

import pytest
from jsonschema import Draft202012Validator

from contracts import catalogue

RENAMED = date(2026, 8, 1)


@pytest.mark.parametrize("on", [RENAMED - timedelta(days=1), RENAMED, date(2024, 4, 1)])
def test_there_are_thirteen_programmes_and_twenty_channels_on_every_date(on: date) -> None:
    channels = catalogue.channels(on).values()
    assert len(channels) == 20
    assert {channel.programme_no for channel in channels} == set(range(1, 14))


def test_a_division_is_called_what_it_was_called_on_the_day() -> None:
    before = catalogue.channels(RENAMED - timedelta(days=1))["flat-ota"]
    after = catalogue.channels(RENAMED)["flat-ota"]
    assert before.divisions == ("子ども家庭支援センター",)
    assert after.divisions == ("おおたこども家庭センター",)


def test_every_channel_has_a_valid_schema_of_its_own_fields() -> None:
    for channel in catalogue.channels(RENAMED):
        Draft202012Validator.check_schema(catalogue.channel_schema(channel))


def test_the_ward_has_four_basic_and_eighteen_daily_areas() -> None:
    assert len(catalogue.areas()) == 18
    assert len({area.basic_area for area in catalogue.areas()}) == 4
    assert catalogue.basic_area_of("大森東") == "大森"
    assert catalogue.basic_area_of("新宿") is None


def test_venues_stand_in_areas_that_exist_and_belong_to_channels_that_exist() -> None:
    known = set(catalogue.channels(RENAMED))
    for venue in catalogue.venues(RENAMED).values():
        assert catalogue.basic_area_of(venue.daily_area)
        assert venue.channels
        assert set(venue.channels) <= known


def test_activity_kinds_name_channels_that_exist() -> None:
    known = set(catalogue.channels(RENAMED))
    for kind in catalogue.activity_kinds().values():
        assert kind.channels
        assert set(kind.channels) <= known
