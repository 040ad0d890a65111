"""The ward's data: complete, and true on each date."""

from datetime import date, timedelta

import pytest
from jsonschema import Draft202012Validator

from contracts import catalogue
from contracts.venues import venues

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
    for venue in venues(RENAMED).values():
        assert catalogue.basic_area_of(venue.daily_area)
        assert venue.channels
        assert set(venue.channels) <= known


def test_activity_kinds_name_channels_that_exist() -> None:
    known = set(catalogue.channels(RENAMED))
    for kind in catalogue.activity_kinds().values():
        assert kind.channels
        assert set(kind.channels) <= known


def test_an_agency_is_called_what_it_was_called_on_the_day() -> None:
    """Plan §8: 子ども家庭支援センター becomes おおたこども家庭センター on 2026-08-01; one code."""
    july, august = catalogue.agencies(date(2026, 7, 31)), catalogue.agencies(RENAMED)
    assert july["kodomo-katei-shien"].name == "子ども家庭支援センター"
    assert august["kodomo-katei-shien"].name == "おおたこども家庭センター"
    assert set(july) == set(august), "a new name is not a new agency"


def test_an_agency_out_of_its_time_is_called_as_it_was_nearest_to_it(offices: None) -> None:
    names = [catalogue.agency("old", date(year, 1, 1)) for year in (2020, 2026, 2030)]
    assert [one and one.name for one in names] == ["旧相談室", "旧相談室", "旧相談室"]
    assert catalogue.agency("never", RENAMED) is None


@pytest.mark.parametrize(
    ("code", "on", "heir"),
    [
        ("old", date(2027, 3, 31), "old"),
        ("old", date(2027, 4, 1), "middle"),
        ("old", date(2028, 4, 1), "new"),
        ("middle", date(2028, 4, 1), "new"),
        ("new", date(2028, 4, 1), "new"),
        ("orphan", date(2028, 4, 1), "orphan"),
        ("never", date(2028, 4, 1), "never"),
    ],
)
def test_the_work_of_an_abolished_agency_is_its_successors(
    offices: None, code: str, on: date, heir: str
) -> None:
    assert catalogue.agency_in_charge(code, on) == heir


def test_an_agency_knows_whom_it_took_over_from(offices: None) -> None:
    assert catalogue.predecessors("new", date(2028, 4, 1)) == ("middle", "old")
    assert catalogue.predecessors("new", date(2027, 4, 1)) == ()


@pytest.fixture
def offices(monkeypatch: pytest.MonkeyPatch) -> None:
    """Agencies that are merged one after the other, and one that ends without a successor."""
    ends = {"old": date(2027, 3, 31), "middle": date(2028, 3, 31), "orphan": date(2027, 3, 31)}
    heirs = {"old": "middle", "middle": "new"}
    names = {"old": "旧相談室", "middle": "中間相談室", "new": "新相談室", "orphan": "廃止室"}
    rows = tuple(
        catalogue.Agency(
            agency=code,
            name=name,
            role="counsel",
            valid_from=date(2027, 4, 1) if code == "middle" else None,
            valid_to=ends.get(code),
            successor=heirs.get(code),
        )
        for code, name in names.items()
    )
    monkeypatch.setattr(catalogue, "_agencies", lambda: rows)
