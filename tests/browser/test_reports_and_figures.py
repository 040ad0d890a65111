"""From an agency's file of activities to the figure it makes, in a real browser."""

from pathlib import Path
from uuid import uuid4

import pytest
from playwright.async_api import expect
from tenacity import AsyncRetrying, stop_after_delay, wait_fixed

from contracts.calendar import fiscal_year, today
from tests.browser.conftest import Visitor, Walker

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("chromium")]

HEADINGS = "整理番号,活動の種別,日付,数量,会場"
CASES = "3.1.care-conference-cases"
VENUE, VENUE_NAME = "houkatsu-iriarai", "地域包括支援センター入新井"


async def send(walker: Walker, content: bytes, *, trial: bool) -> None:
    """A file through the form, and its page once it has been read."""
    await walker.go("/report-files")
    page = walker.page
    await page.get_by_label("ファイル", exact=True).set_input_files(
        {"name": "実績.csv", "mimeType": "text/csv", "buffer": content}
    )
    await page.get_by_label("まず確認だけする").set_checked(trial)
    await walker.press("送る")
    await until_read(walker)


async def until_read(walker: Walker) -> None:
    while await walker.page.get_by_role("link", name="最新の状態を見る").count():
        await walker.follow("最新の状態を見る")
    await walker.says("読み終わりました")


async def told(walker: Walker, name: str) -> str:
    """What the page says under a heading of its facts."""
    return await walker.page.locator(f"dt:text-is('{name}') + dd").inner_text()


async def test_an_agency_tries_mends_and_sends_its_file_and_the_figure_opens_into_its_rows(
    visitor: Visitor, tmp_path: Path
) -> None:
    agency = await visitor("houkatsu")
    mark = f"walk-{uuid4().hex[:8]}"
    rows = [
        f"{mark}-1,care-conference-case,{today()},2,{VENUE_NAME}",
        f"{mark}-2,care-conference-case,{today()},三つ,{VENUE}",
        f"{mark}-3,care-conference-case,2999-04-01,1,{VENUE}",
    ]
    await send(agency, "\r\n".join((HEADINGS, *rows, "")).encode("cp932"), trial=True)
    await agency.says("Shift_JIS (CP932) として読みました")
    assert await told(agency, "受け付けられる行") == "1行"
    assert await told(agency, "直す必要がある行") == "2行"
    table = agency.page.get_by_role("region", name="確認が必要な行の表")
    await expect(table).to_contain_text("数量")
    await expect(table).to_contain_text("日付")

    async with agency.page.expect_download() as saving:
        await agency.page.get_by_role("link", name="直す行を CSV で保存する").click()
    mending = tmp_path / "mending.csv"
    await (await saving.value).save_as(mending)
    mended = mending.read_text("utf-8-sig").replace("三つ", "3").replace("2999-04-01", f"{today()}")

    await agency.press("受け付けられる行を報告する")
    await until_read(agency)
    assert await told(agency, "受け付けた行") == "1行"
    await send(agency, mended.encode("utf-8-sig"), trial=False)
    assert await told(agency, "受け付けた行") == "2行"

    other = "\r\n".join((HEADINGS, rows[0].replace(",2,", ",9,"), ""))
    await send(agency, other.encode(), trial=True)
    assert await told(agency, "すでに報告された行") == "1行(うち内容が違う行 1行)"

    statistics = await visitor("statistics")
    year = fiscal_year(today())
    async for attempt in AsyncRetrying(stop=stop_after_delay(30), wait=wait_fixed(0.5)):
        with attempt:
            await statistics.page.goto(
                f"{statistics.public_url}/indicators/{CASES}?year={year}&venue={VENUE}"
            )
            await statistics.says("合計")
    await expect(statistics.page.get_by_role("region", name="内訳の表")).to_contain_text(VENUE_NAME)
    await statistics.look()
    await statistics.page.get_by_role("region", name="内訳の表").get_by_role("link").first.click()
    await statistics.look()
    await statistics.says("活動報告")


async def test_the_figures_are_looked_at_in_every_way(visitor: Visitor) -> None:
    walker = await visitor("statistics")
    for view in ("goals", "programmes", "areas", "months"):
        await walker.go(f"/indicators?view={view}")
    for by in ("venue", "daily_area"):
        await walker.go(f"/indicators/{CASES}?by={by}")
    await walker.go("/tasks")
    await expect(walker.page.get_by_role("heading", name="作業一覧")).to_be_visible()


async def test_the_figures_are_there_without_javascript(visitor: Visitor) -> None:
    walker = await visitor("statistics", scripts=False)
    await walker.go("/indicators?view=areas")
    await walker.follow("月別")
    await walker.go(f"/indicators/{CASES}")
    await walker.follow("日常生活圏域別")
