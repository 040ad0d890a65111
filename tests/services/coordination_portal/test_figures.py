"""The figures in the portal: dashboard, charts, lineage, years, approval, and a closer look."""

import re
from collections.abc import AsyncIterator
from datetime import date
from itertools import pairwise

import pytest

from chassis.db import Database
from chassis.settings import Settings
from contracts.events import new_id
from contracts.events.participation import ResourcePublished
from services.coordination.portal.charts import HEIGHT, added_up, bars, course, meter
from services.indicators.events import count
from tests.services.coordination_portal.conftest import Browser, Portal
from tests.services.coordination_portal.test_pages import is_a_page
from tests.services.indicators.conftest import empty
from tests.services.indicators.facts import corrected, line, reported
from tests.services.indicators.years import Led

YEAR = 2024
HIROBA = "2.12.hiroba-users"


@pytest.fixture
async def ledger(settings: Settings) -> AsyncIterator[Database]:
    database = Database(settings.database_url("indicators"))
    await empty(database)
    yield database
    await database.close()


@pytest.fixture
def keeper(portal: Portal) -> Browser:
    return portal.as_("hanako", "statistics")


async def tell(database: Database, *facts: object) -> None:
    for fact in facts:
        async with database.transaction() as session:
            await count(session, fact)  # type: ignore[arg-type]


async def test_the_dashboard_compares_with_last_year_and_the_target(
    ledger: Database, keeper: Browser
) -> None:
    await tell(
        ledger,
        reported(line("hiroba-visit", 120, date(YEAR, 6, 1), venue="v1", basic_area="大森")),
        reported(line("hiroba-visit", 100, date(YEAR - 1, 6, 1), venue="v1")),
    )
    set_to = {"value": "150", "_key": "target-of-hiroba"}
    answer = await keeper.post(f"/indicators/{HIROBA}/target?year={YEAR}", set_to)
    is_a_page(await keeper.follow(answer))
    page = await keeper.get(f"/indicators?year={YEAR}")
    is_a_page(page)
    for told in ("▲ 20人増", "(+20.0%)", "150人", "達成率 80.0%", "区の確認待ち", 'class="meter"'):
        assert told in page.text, told
    here = await keeper.get(f"/indicators?year={YEAR}&area=大森&programme=12")
    assert "2項目・2件" in here.text


async def test_the_same_figures_are_laid_out_by_programme_area_and_month(
    ledger: Database, keeper: Browser
) -> None:
    places = ResourcePublished(resource_id=new_id(), on=date(YEAR - 2, 5, 1), basic_area="蒲田")
    await tell(
        ledger,
        reported(
            line("hiroba-visit", 1200, date(YEAR, 6, 1), basic_area="大森"),
            line("hiroba-visit", 30, date(YEAR, 7, 1)),
        ),
        places,
    )
    by_programme = await keeper.get(f"/indicators?year={YEAR}&view=programmes")
    is_a_page(by_programme)
    assert "<h2>事業12 地域子育て支援拠点事業</h2>" in by_programme.text
    by_area = await keeper.get(f"/indicators?year={YEAR}&view=areas&programme=12")
    is_a_page(by_area)
    cells = re.findall(r'<td class="number">([\d,–]+人)</td>', by_area.text)
    assert cells[-5:] == ["1,200人", "0人", "0人", "0人", "30人"], "four areas, and what tells none"
    stock = await keeper.get(f"/indicators?year={YEAR}&view=areas&programme=10")
    assert "1件</td>" in stock.text, "a place that has been listed for years is there this year"
    by_month = await keeper.get(f"/indicators?year={YEAR}&view=months&programme=12")
    is_a_page(by_month)
    assert '<td class="number">1,200人</td><td class="number">30人</td>' in by_month.text
    await Led(ledger, YEAR).to_final()
    await tell(ledger, reported(line("hiroba-visit", 5, date(YEAR, 6, 1), basic_area="大森")))
    frozen = await keeper.get(f"/indicators?year={YEAR}&view=areas&programme=12")
    assert "1,205人" not in frozen.text, "a version's areas are frozen with it"


async def test_five_years_stand_beside_each_other_each_with_what_stands_for_it(
    ledger: Database, keeper: Browser
) -> None:
    for year in range(YEAR - 5, YEAR + 1):
        told = line("hiroba-visit", 100 + year - YEAR, date(max(year, 2021), 6, 1))
        await tell(ledger, reported(told))
    await Led(ledger, YEAR - 1).to_final()
    await tell(ledger, reported(line("hiroba-visit", 1000, date(YEAR - 1, 7, 1))))
    page = await keeper.get(f"/indicators?year={YEAR}&view=years&programme=12")
    is_a_page(page)
    assert '令和5年度<br><span class="quiet">確定</span>' in page.text
    row = page.text.split("子育てひろばの利用者数")[1]
    cells = re.findall(r'<td class="number">(?:<a[^>]*>)?([\d,–]+)', row)[:5]
    assert cells == ["–", "288", "98", "99", "100"], "what came late is not in what stands"


async def test_a_figure_shows_a_chart_its_shares_and_where_each_event_comes_from(
    ledger: Database, keeper: Browser
) -> None:
    wrong = line("hiroba-visit", 30, date(YEAR, 6, 1), venue="v1", basic_area="大森")
    await tell(
        ledger,
        reported(wrong, line("hiroba-visit", 70, date(YEAR, 7, 1), venue="v2")),
        corrected(
            wrong.line_id, 2, "hiroba-visit", 35, date(YEAR, 6, 1), venue="v1", basic_area="大森"
        ),
    )
    page = await keeper.get(f"/indicators/{HIROBA}?year={YEAR}")
    is_a_page(page)
    drawn = page.text.split('<svg viewBox="0 0 960 280" role="img"')
    assert len(drawn) == 3, "the months, and how they add up"
    assert drawn[1].count("<rect") == 24, "two bars a month"
    assert (drawn[2].count("<circle"), drawn[2].count("<rect")) == (12, 12)
    divided = await keeper.get(f"/indicators/{HIROBA}?year={YEAR}&by=venue")
    is_a_page(divided)
    shares = re.findall(r'venue=(v\d)">v\d</a></th><td class="number">(\d+)人', divided.text)
    assert shares == [("v2", "70"), ("v1", "35")]
    areas = await keeper.get(f"/indicators/{HIROBA}?year={YEAR}&by=daily_area")
    assert "報告に記載なし" in areas.text, "nobody knows where v1 is"
    narrowed = await keeper.get(f"/indicators/{HIROBA}?year={YEAR}&venue=v1")
    assert "合計 35人" in narrowed.text
    found = re.search(r'href="(/indicators/entries/[0-9a-f-]+)"', narrowed.text)
    assert found is not None
    entry = await keeper.get(found[1])
    is_a_page(entry)
    assert "第2版" in entry.text
    assert "typing-error" in entry.text
    assert HIROBA in entry.text
    assert (await keeper.get(f"/indicators/{HIROBA}?year={YEAR}&month=13")).status_code == 404


async def test_a_venue_has_its_name_and_its_daily_area(ledger: Database, keeper: Browser) -> None:
    code, name, daily_area = "hiroba-omori-higashi", "子育てひろば 大森東", "大森東"
    await tell(
        ledger,
        reported(
            line("hiroba-visit", 30, date(YEAR, 6, 1), venue=code, basic_area="大森"),
            line("hiroba-visit", 7, date(YEAR - 1, 6, 1), venue="jidokan-iriarai"),
        ),
    )
    page = await keeper.get(f"/indicators/{HIROBA}?year={YEAR}&by=venue")
    assert f"venue={code}" in page.text
    assert f"{name}</a></th>" in page.text
    assert "入新井児童館" in page.text, "a venue of last year alone is compared as well"
    divided = await keeper.get(f"/indicators/{HIROBA}?year={YEAR}&by=daily_area")
    is_a_page(divided)
    assert f"{daily_area}</a></th>" in divided.text
    narrowed = await keeper.get(f"/indicators/{HIROBA}?year={YEAR}&daily_area={daily_area}")
    assert "合計 30人" in narrowed.text
    assert f"<td>{name}</td>" in narrowed.text
    nowhere = await keeper.get(f"/indicators/{HIROBA}?year={YEAR}&daily_area=江戸")
    assert nowhere.status_code == 422


async def test_a_figure_whose_version_stands_says_that_it_has_changed_since(
    ledger: Database, keeper: Browser
) -> None:
    await tell(ledger, reported(line("hiroba-visit", 30, date(YEAR, 6, 1))))
    await Led(ledger, YEAR).to_final()
    address = f"/indicators/{HIROBA}?year={YEAR}"
    assert "有効な版の数値は" not in (await keeper.get(address)).text
    await tell(ledger, reported(line("hiroba-visit", 5, date(YEAR, 6, 1))))
    assert "有効な版の数値は 30人です" in (await keeper.get(address)).text


async def test_a_comment_is_kept_and_shown_with_its_author(
    ledger: Database, keeper: Browser
) -> None:
    said = {"text": "7月は休館<工事>のため少ない", "_key": "a-comment-of-mine"}
    for _ in range(2):
        answer = await keeper.post(f"/indicators/{HIROBA}/comments?year={YEAR}", said)
        page = await keeper.follow(answer)
    assert page.text.count("7月は休館&lt;工事&gt;のため少ない") == 1
    assert "hanako さん" in page.text


@pytest.mark.parametrize(
    ("form", "begins"), [("csv", b"\xef\xbb\xbf"), ("xlsx", b"PK"), ("pdf", b"%PDF")]
)
async def test_the_table_is_saved_in_every_form(
    ledger: Database, keeper: Browser, form: str, begins: bytes
) -> None:
    answer = await keeper.get(f"/indicators.{form}?year={YEAR}")
    assert answer.status_code == 200
    assert answer.content.startswith(begins)
    assert f"indicators-ward-{YEAR}.{form}" in answer.headers["content-disposition"]
    assert answer.headers["cache-control"] == "no-store"


async def test_a_year_shows_its_versions_what_came_late_and_what_may_be_done(
    ledger: Database, portal: Portal, keeper: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.indicators.api.fiscal_years.WAIT_SECONDS", 0.0)
    await tell(ledger, reported(line("flat-visit", 9, date(YEAR, 6, 1))))
    await Led(ledger, YEAR).to_final()
    await tell(ledger, reported(line("flat-visit", 1, date(YEAR, 6, 2))))
    is_a_page(await keeper.get("/fiscal-years"))
    page = await keeper.get(f"/fiscal-years/{YEAR}")
    is_a_page(page)
    assert "確定(第2版)" in page.text
    assert "第2版のあとの変化" in page.text
    assert "訂正値を提案する" in page.text
    assert "公表する</button>" not in page.text, "publishing is the manager's"
    refused = await keeper.post(
        f"/fiscal-years/{YEAR}/acts", {"act": "propose_restatement", "_key": "no-reason-given"}
    )
    assert refused.status_code == 422
    is_a_page(refused)
    assert "理由を記入してください" in refused.text
    told = {"act": "propose_restatement", "note": "報告漏れ", "_key": "with-a-reason"}
    answer = await keeper.post(f"/fiscal-years/{YEAR}/acts", told)
    assert "まもなく反映されます" in (await keeper.follow(answer)).text
    assert (await portal.as_("someone", "agency").get(f"/fiscal-years/{YEAR}")).status_code == 200


async def test_a_figure_ten_times_the_usual_is_listed_until_somebody_has_looked(
    ledger: Database, portal: Portal, keeper: Browser
) -> None:
    usual = [line("hiroba-visit", 10, date(YEAR, 6, n), venue="v1") for n in range(1, 6)]
    await tell(ledger, reported(*usual))
    await tell(ledger, reported(line("hiroba-visit", 100, date(YEAR, 6, 6), venue="v1")))
    page = await keeper.get("/fiscal-years/flagged")
    is_a_page(page)
    assert "10倍" in page.text
    found = re.search(r'action="(/fiscal-years/flagged/[0-9a-f-]+)"', page.text)
    assert found is not None
    assert (
        'name="verdict"'
        not in (await portal.as_("someone", "coordinator").get("/fiscal-years/flagged")).text
    )
    answer = await keeper.post(found[1], {"verdict": "accepted", "_key": "looked-at-it"})
    assert "当てはまる数値はありません" in (await keeper.follow(answer)).text
    again = await keeper.post(found[1], {"verdict": "accepted", "_key": "looked-again"})
    assert "確認の対象ではありません" in (await keeper.follow(again)).text


def test_the_highest_bar_fills_the_chart_and_nothing_falls_out_of_it() -> None:
    chart = bars(["4月", "5月", "6月"], [10, None, 5], [20, 0, 10])
    assert chart is not None
    drawn = [bar for group in chart.groups for bar in (group.now, group.last) if bar]
    assert len(drawn) == 5
    assert all(bar.y >= 0 and bar.y + bar.height <= HEIGHT for bar in drawn)
    assert max(drawn, key=lambda bar: bar.height).value == 20
    assert bars(["4月"], [0], None) is None


def test_the_target_is_drawn_within_the_chart_and_above_bars_that_miss_it() -> None:
    chart = bars(["4月", "5月"], [3, 5], None, 20)
    assert chart is not None
    assert chart.target is not None
    assert chart.target < min(group.now.y for group in chart.groups if group.now)
    assert 0 < chart.target < chart.ground


def test_a_course_adds_up_ends_with_the_last_month_that_began_and_names_no_line_twice() -> None:
    assert added_up([3, 5, None]) == [3, 8, None]
    drawn = course(["4月", "5月", "6月"], [3, 8, None], [3, 8, 9], 8)
    assert drawn is not None
    assert ([p.value for p in drawn.now], [p.value for p in drawn.last]) == ([3, 8], [3, 8, 9])
    names = sorted(drawn.names.values())
    assert len(names) == 3
    assert all(below - above >= 18 for above, below in pairwise(names))
    assert all(0 < y <= drawn.ground for y in names)
    assert course(["4月"], [0], None, None) is None


def test_a_meter_stays_within_its_row_whatever_it_compares() -> None:
    one = meter(5, 10, 20)
    assert (one.now, one.last, one.target) == (one.width / 4, one.width / 2, one.width)
    assert meter(None, None, None).now == 0
    assert meter(30, None, None, most=10).now == one.width
