"""The two meetings in a real browser: dates, sheets, minutes; secrecy, papers, being refused."""

from datetime import datetime, time

import pytest
from playwright.async_api import expect

from contracts.calendar import TOKYO, add_business_days, today
from simulation import lives
from simulation.stage import Case, Cast, soon
from tests.browser.conftest import Visitor, Walker
from tests.browser.test_walk import a_case

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("chromium")]


async def meeting_of(case: Case) -> str:
    """The address of a case's latest meeting."""
    shown = await case.show()
    return f"/meetings/{shown['meetings'][-1]['meeting_id']}"


async def put_to_the_agencies(cast: Cast) -> Case:
    """A case whose plan waits for a meeting, for which two dates were proposed."""
    case = await a_case(cast)
    await case.do("coordinator", "ask_consent")
    await lives.give_consent(case)
    await case.do("coordinator", "complete_assessment", issues=["income"])
    await lives.plan(case)
    days = [add_business_days(today(), ahead) for ahead in (11, 12)]
    slots = [datetime.combine(day, time(10), TOKYO).isoformat() for day in days]
    await case.do("coordinator", "propose_dates", slots=slots, attendees=lives.TEAM)
    return case


async def answers_and_prepares(walker: Walker, meeting: str) -> None:
    """An agency says when it can come."""
    await walker.go(meeting)
    await walker.says("日程を調整しています")
    await walker.follow("日程を回答する")
    await walker.page.locator('[name="yes"]').nth(1).check()
    await walker.press("日程を回答する")
    await expect(walker.page.get_by_role("status")).to_contain_text(
        "「日程を回答する」を記録しました"
    )


async def test_agencies_find_a_date_prepare_and_somebody_else_approves_the_minutes(
    cast: Cast, visitor: Visitor
) -> None:
    case = await put_to_the_agencies(cast)
    meeting = await meeting_of(case)
    agency = await visitor("houkatsu", scripts=False)
    coordinator, looking = [await visitor("coordinator", scripts=on) for on in (False, True)]
    await answers_and_prepares(agency, meeting)

    page = coordinator.page
    await coordinator.go(meeting)
    await expect(page.get_by_role("region", name="候補日時と回答の表")).to_contain_text("○")
    await looking.go(meeting)
    await coordinator.follow("開催日を決める")
    await expect(page.locator('[name="starts_at"] option:checked')).to_contain_text("○1")
    await coordinator.press("開催日を決める")

    await agency.go(meeting)
    await agency.follow("準備シートを提出する")
    await agency.page.get_by_label("把握している世帯像").fill("仕事を失い、家計が苦しい")
    await agency.press("準備シートを提出する")

    await coordinator.go(meeting)
    assert await page.get_by_role("link", name="守秘義務を確認する").count() == 0
    await coordinator.follow("会議の開催を記録する")
    for box in await page.get_by_role("checkbox").all():
        await box.check()
    await page.get_by_label("会議録").fill("役割を決めた")
    await coordinator.press("会議の開催を記録する")
    case.expected.count("3.5.support-meetings-held")
    await coordinator.go(meeting)
    await coordinator.follow("重層的支援会議の結論を記録する")
    await page.get_by_role("radio", name="プランを了承").check()
    await coordinator.press("重層的支援会議の結論を記録する")
    await coordinator.go(meeting)
    assert await page.get_by_role("link", name="会議録を承認する").count() == 0, "its author"

    await looking.go(meeting)
    manager = await visitor("manager", scripts=False)
    await manager.go(meeting)
    await manager.follow("会議録を承認する")
    await manager.press("会議録を承認する")
    await manager.go(meeting)
    await manager.says("完了")


async def test_papers_open_to_who_acknowledged_secrecy_and_to_nobody_else(
    cast: Cast, visitor: Visitor
) -> None:
    case = await a_case(cast)
    await case.do("coordinator", "request_support_meeting", reason="unobtainable")
    await case.do("ward", "accept_support_meeting")
    invited = ["chiiki-fukushi-omori", "sapota"]
    await case.do("coordinator", "schedule_meeting", starts_at=soon(), attendees=invited)
    meeting = await meeting_of(case)

    agency = await visitor("outreach", scripts=False)
    await agency.go(f"{meeting}/papers")
    await agency.says("守秘義務をまだ確認していません")
    await agency.follow("会議の画面へ")
    await agency.follow("守秘義務を確認する")
    await agency.press("守秘義務を確認する")
    await agency.go(meeting)
    await agency.follow("準備シートを提出する")
    await agency.page.locator('[name="household_view"]').fill("長く外に出ていない")
    await agency.press("準備シートを提出する")
    await agency.go(f"{meeting}/papers")
    await agency.says("長く外に出ていない")
    await agency.press("番号の付いた写しを作る")
    await agency.says("写し 第1号")

    coordinator = await visitor("coordinator")
    await coordinator.go(f"{meeting}/papers")
    await coordinator.says("守秘義務をまだ確認していません")
    assert await coordinator.page.get_by_text("長く外に出ていない").count() == 0
    uninvited = await visitor("jobota")  # of the case's team
    await uninvited.go(f"{meeting}/papers")
    await uninvited.says("出席者ではないため、資料は開けません")
    await uninvited.go(meeting)
    await uninvited.says("この支援会議に招かれていないため、結論だけを表示しています")
    stranger = await visitor("houkatsu", scripts=False)
    await stranger.go(f"{meeting}/papers")
    await expect(stranger.page.get_by_role("heading", level=1)).to_have_text("見つかりません")
