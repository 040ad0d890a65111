"""People walk through the portal in a real browser, on the real stack."""

from datetime import timedelta

import pytest
from playwright.async_api import expect
from tenacity import AsyncRetrying, stop_after_delay, wait_fixed

from contracts.calendar import fiscal_year, today
from simulation.lives import give_consent, meet, plan
from simulation.stage import Case, Cast, Expected
from tests.browser.conftest import Walker
from tests.embedded_stack import Stack

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("chromium")]


async def a_case(cast: Cast) -> Case:
    """A case that has just come in, with one person."""
    case = Case(cast, Expected(), lambda _: None)
    await case.arrive("jobota", cast.residents.person(age=48), text="相談の内容")
    return case


async def test_a_coordinator_finds_the_task_acts_and_sees_the_next_step(
    stack: Stack, cast: Cast, walker: Walker
) -> None:
    case = await a_case(cast)
    page = walker.page
    await walker.log_in("coordinator", stack.logins["coordinator"])
    await expect(page.get_by_role("heading", name="作業一覧")).to_be_visible()
    await walker.go("/tasks?tab=all")

    row = page.get_by_role("row").filter(has_text=case.receipt_number)
    await row.get_by_role("link", name="スクリーニングを行う").click()
    await walker.look()
    await walker.follow("本人同意の確認へ進む")
    await walker.press("本人同意の確認へ進む")

    await expect(page.get_by_role("status")).to_contain_text(
        "「本人同意の確認へ進む」を記録しました"
    )
    await walker.follow("本人同意を確認する")
    await walker.follow("同意を記録する")
    await page.get_by_role("radio").first.check()  # the only person
    await page.get_by_role("checkbox", name="情報共有の同意").check()
    await page.get_by_role("checkbox", name="支援を受ける同意").check()
    await page.get_by_role("radio", name="署名").check()
    await walker.press("同意を記録する")

    await expect(page.get_by_role("status")).to_contain_text("同意を記録する")
    await expect(page.get_by_role("link", name="アセスメントを行う").first).to_be_visible()
    await expect(page.get_by_role("main")).to_contain_text("あり")
    await walker.go("/cases")
    await walker.go("/intakes/new")
    await walker.go("/indicators")
    await walker.go("/indicators/1.8.flat-visitors")
    await walker.go("/fiscal-years")
    await walker.go(f"/fiscal-years/{fiscal_year(today())}")
    await walker.go("/fiscal-years/flagged")
    await walker.go("/nowhere")
    await walker.go("/tasks")
    await page.get_by_role("button", name="ログアウト").click()
    await page.goto(f"{walker.public_url}/tasks")
    await expect(page.locator("#password")).to_be_visible()


async def test_a_manager_sees_the_plan_returns_it_or_approves_it(
    stack: Stack, cast: Cast, walker: Walker
) -> None:
    case = await a_case(cast)
    await case.do("coordinator", "ask_consent")
    await give_consent(case)
    await case.do("coordinator", "complete_assessment", issues=["income"])
    await plan(case)
    await meet(case)
    await case.reaches("decision")

    page = walker.page
    await walker.log_in("manager", stack.logins["manager"])
    await walker.go("/tasks?tab=all")
    row = page.get_by_role("row").filter(has_text=case.receipt_number)
    await row.get_by_role("link").nth(1).click()
    await walker.look()
    await walker.says("生活の見通しが立つ")
    await walker.follow("支援プランを差し戻す")
    await walker.follow("支援プランを決定する")
    await walker.press("支援プランを決定する")

    await expect(page.get_by_role("status")).to_contain_text(
        "「支援プランを決定する」を記録しました"
    )
    await walker.says("支援決定")
    assert any(case.receipt_number in title for title in walker.walked)


async def test_a_refused_form_keeps_what_was_typed_and_names_the_field(
    stack: Stack, cast: Cast, walker: Walker
) -> None:
    case = await a_case(cast)
    await case.do("coordinator", "ask_consent")
    await give_consent(case)
    await case.do("coordinator", "complete_assessment", issues=["income"])

    page = walker.page
    await walker.log_in("coordinator", stack.logins["coordinator"])
    await walker.go(f"/cases/{case.case_id}")
    await walker.follow("プラン案を作成する")
    goal = page.get_by_role("group", name="目標1").get_by_label("目標の内容")
    await goal.fill("通院を続ける")
    await page.get_by_label("開始日").fill(today().isoformat())
    await page.get_by_label("終了日").fill((today() + timedelta(days=90)).isoformat())
    await walker.press("プラン案を作成する")

    await expect(page.get_by_role("alert")).to_contain_text("支援機関ごとの役割")
    await expect(goal).to_have_value("通院を続ける")
    await page.get_by_label("支援機関 1").select_option("jobota")
    await walker.press("行を増やす")
    await expect(page.get_by_label("支援機関 1")).to_have_value("jobota")
    await walker.press("プラン案を作成する")
    await expect(page.get_by_role("status")).to_contain_text("重層的支援会議")


async def test_operations_staff_see_health_and_backlog(stack: Stack, walker: Walker) -> None:
    await walker.log_in("operator", stack.logins["operator"])
    await walker.go("/operations")
    await expect(walker.page.get_by_text("正常").first).to_be_visible()
    await walker.go("/tasks")
    await expect(walker.page.get_by_role("heading", name="権限がありません")).to_be_visible()


async def test_the_keyboard_alone_opens_a_task(stack: Stack, cast: Cast, walker: Walker) -> None:
    case = await a_case(cast)
    page = walker.page
    await walker.log_in("coordinator", stack.logins["coordinator"])
    await walker.go("/tasks?tab=all")
    await page.keyboard.press("Tab")
    await expect(page.get_by_role("link", name="本文へ移動")).to_be_focused()
    await page.keyboard.press("Enter")
    await walker.press_keys_to("a", case.receipt_number)
    await page.wait_for_url(f"**/cases/{case.case_id}")
    await walker.look()


async def test_everything_works_without_javascript(
    stack: Stack, cast: Cast, plain_walker: Walker
) -> None:
    """From a consultation entered by hand to the end of its case."""
    walker, page = plain_walker, plain_walker.page
    await walker.log_in("coordinator", stack.logins["coordinator"])
    await walker.follow("受付入力")
    await page.locator('a[href="/intakes/new?channel=jobota"]').click()
    await walker.look()
    person = cast.residents.person(age=48)
    await page.locator('[name="persons.0.name"]').fill(person["name"])
    await page.locator('[name="text"]').fill("窓口の場所を尋ねられた")
    await walker.press("受け付ける")
    await walker.says("受付番号")
    receipt = await page.locator("main strong").first.inner_text()

    async for attempt in AsyncRetrying(stop=stop_after_delay(30), wait=wait_fixed(0.5)):
        with attempt:  # the case opens a moment after the intake
            await walker.go(f"/cases?receipt={receipt}")
            assert await page.get_by_role("link", name="スクリーニングを行う").count()
    await walker.follow("スクリーニングを行う")
    await walker.follow("情報提供で終了する")
    await walker.press("情報提供で終了する")
    await walker.says("終結")
    await walker.says(person["name"])


async def test_a_programme_writes_its_day_sheet_by_the_keyboard(
    stack: Stack, cast: Cast, walker: Walker
) -> None:
    """Community building, page by page, with nothing but a keyboard for the numbers."""
    page = walker.page
    await walker.log_in("community", stack.logins["community"])
    await walker.go("/community")
    for path in ("venues", "activities", "volunteers", "food", "issues", "courses"):
        await walker.go(f"/community/{path}")
    for form in ("volunteer", "food-lot", "notice"):
        await walker.go(f"/community/forms/{form}")
    await walker.go("/community/imports/day-sheets")

    await walker.go("/community/forms/venue")
    name = f"見本ひろば {today():%m%d}"
    await page.get_by_label("会場の符号").fill(f"hiroba-walk-{today():%m%d}")
    await page.get_by_label("会場の名前").fill(name)
    await page.get_by_label("事業(窓口)").select_option(label="子育てひろば")
    await page.get_by_label("日常生活圏域").select_option("馬込")
    await page.get_by_label("開設日").fill("2024-04-01")
    await walker.press("登録する")
    row = page.get_by_role("row").filter(has_text=name)
    await row.get_by_role("link", name="今日の日報").click()
    await walker.look()
    for number in ("12", "15", "2"):
        await page.keyboard.type(number)
        await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("status")).to_contain_text("日報を記録しました")
    await walker.look()
    await expect(page.get_by_label("こども(人)")).to_have_value("15")
