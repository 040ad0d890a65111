"""What stands around a case, in a real browser: its household, its people, its places."""

from uuid import uuid4

import pytest
from playwright.async_api import expect

from contracts.calendar import today
from simulation import lives
from simulation.stage import PARTICIPATION, Case, Cast, Expected
from tests.browser.conftest import Visitor
from tests.browser.test_walk import a_case
from tests.embedded_stack import Stack

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("chromium")]


async def a_family(cast: Cast) -> Case:
    """A parent, and a child of 17 who cares for them; both consent."""
    case = Case(cast, Expected(), lambda _: None)
    await case.arrive(
        "kodomo-katei-center",
        cast.residents.person(age=44),
        cast.residents.person(age=17, relation="child", carer=True, birth_date=lives.soon_18()),
    )
    await case.do("coordinator", "ask_consent")
    await lives.give_consent(case)
    return case


async def test_a_household_is_written_down_and_handed_over_at_18_without_javascript(
    cast: Cast, visitor: Visitor
) -> None:
    case = await a_family(cast)
    walker = await visitor("coordinator", scripts=False)
    page = walker.page
    home = f"/cases/{case.case_id}/household"
    await walker.go(home)
    await walker.says("ヤングケアラーかもしれません")

    await walker.follow("関係を登録する")
    await page.locator('[name="person_id"]').nth(1).check()
    await page.locator('[name="other_person_id"]').nth(0).check()
    await page.locator('[name="kind"]').select_option(index=1)
    await walker.press("関係を登録する")
    await walker.says("関係を登録しました")
    await walker.follow("家族年表に記載する")
    await page.locator('[name="on_date"]').fill("2020-04-01")
    await page.locator('[name="exact"][value="month"]').check()
    await page.locator('[name="kind"]').select_option(index=1)
    await page.locator('[name="legal_basis"]').select_option(index=1)
    await page.locator('[name="text"]').fill("転居した")
    await walker.press("家族年表に記載する")
    await walker.says("令和2年4月")
    await walker.follow("注意・支援措置を登録する")
    await page.locator('[name="person_id"]').nth(0).check()
    await page.locator('[name="kind"]').first.check()
    await page.locator('[name="reason"]').fill("犬がいる")
    await walker.press("注意・支援措置を登録する")
    await walker.says("登録しました")

    await walker.go(f"/cases/{case.case_id}")
    await walker.follow("引継ぎ元と引継ぎ先を決める")
    await walker.press("引継ぎ元と引継ぎ先を決める")
    await walker.follow("引継ぎ書類を引き渡す")
    for basis in await page.locator('select[name$=".basis"]').all():
        await basis.select_option("consent")
    await walker.press("引継ぎ書類を引き渡す")
    await walker.follow("引継ぎを確認する")
    await page.locator('[name="side"][value="giving"]').check()
    await page.locator('[name="agency"]').select_option("kodomo-katei-center")
    await walker.press("引継ぎを確認する")
    await case.do("jobota", "confirm_handover", side="receiving", agency="jobota")

    with_scripts = await visitor("coordinator")
    for path in (home, f"/cases/{case.case_id}", f"/cases/{case.case_id}/looks", "/consent-forms"):
        await with_scripts.go(path)
    for form in ("members", "kinships", "flags", "renewals", "ends", "chronology", "judged"):
        await with_scripts.go(f"{home}/{form}")


async def place_in_the_directory(cast: Cast) -> str:
    name = f"見本の居場所 {uuid4().hex[:4]}"
    await cast.staff["community"].post(
        f"{PARTICIPATION}/resources",
        {
            "name": name,
            "organiser": "見本の会",
            "kinds": ["ibasho"],
            "daily_area": cast.residents.area(),
            "capacity": 20,
            "publish": True,
        },
    )
    return name


async def test_a_wish_is_matched_from_its_candidates_and_a_missing_place_is_answered(
    cast: Cast, visitor: Visitor
) -> None:
    case = await a_case(cast)
    await case.do("coordinator", "refer_to_agency", agency="jobota")
    wanted = {"person_id": case.persons[0], "kinds": ["ibasho"], "agency": "shakyo"}
    await case.do("coordinator", "start_participation", wish="静かな場所", **wanted)
    name = await place_in_the_directory(cast)
    placement = (await case.show())["placements"][-1]["placement_id"]

    walker = await visitor("community")
    page = walker.page
    await walker.go(f"/placements/{placement}")
    await page.get_by_role("checkbox", name="日曜日").check()
    await page.get_by_label("年齢").fill("48")
    await walker.press("記録して候補を出し直す")
    await expect(page.get_by_label("年齢")).to_have_value("48")
    candidate = page.get_by_role("listitem").filter(has_text=name)
    await candidate.get_by_role("link", name="打診する").click()
    await walker.look()
    chosen = page.locator('[name="resource_id"] option:checked, [name="resource_id"]:checked')
    await expect(chosen).to_have_count(1)
    await walker.press("受け入れ先に打診する")
    if await page.get_by_role("alert").count():  # not the one proposed first: a word on why
        await page.get_by_label("理由").fill("本人の希望")
        await walker.press("受け入れ先に打診する")
    await expect(page.get_by_role("status")).to_contain_text(
        "「受け入れ先に打診する」を記録しました"
    )

    await case.do("community", "record_answer", accepted=False)
    await case.do("community", "request_development")
    await walker.go("/developments")
    request = page.locator("section").filter(has=page.get_by_role("button", name="回答する")).first
    await request.get_by_label("見つかった・作った受け入れ先").select_option(label=name)
    await request.get_by_role("button", name="回答する").click()
    await walker.look()
    await expect(page.get_by_role("status")).to_contain_text("回答しました")
    await walker.go("/developments?status=met")
    await walker.says("見つかった(")


async def test_an_agency_answers_a_referral_by_the_keyboard_alone(
    cast: Cast, visitor: Visitor
) -> None:
    case = await a_case(cast)
    await case.do("coordinator", "refer_to_agency", agency="jobota", request="就労の相談を")
    walker = await visitor("jobota")
    page = walker.page
    await walker.go(f"/cases/{case.case_id}")
    await walker.press_keys_to("a", "依頼を受ける")
    await page.wait_for_url("**/acts/accept_referral*")
    await walker.look()
    await walker.press_keys_to("button", "依頼を受ける")
    await expect(page.get_by_role("status")).to_contain_text("「依頼を受ける」を記録しました")
    await walker.look()
    await walker.follow("対応の結果を記録する")
    await walker.follow("対応の結果を記録する")  # of the task's acts
    await page.get_by_role("radio", name="完了").check()
    await walker.press("対応の結果を記録する")
    await case.reaches("closed", "triage")


async def test_a_manager_previews_many_cases_to_another_and_takes_it_back(
    stack: Stack, cast: Cast, visitor: Visitor
) -> None:
    case = await a_case(cast)
    manager = await visitor("manager")
    page = manager.page
    await manager.go("/reassignments")
    await manager.press("対象を確かめる")
    await expect(page.get_by_role("alert")).to_be_visible()
    shown = await case.show()
    await page.get_by_label("いまの所管").select_option(shown["coordinator_agency"])
    await page.get_by_label("新しい担当者").select_option(label="調整 花子")
    await manager.press("対象を確かめる")
    await manager.says("まだ何も変更していません")
    await expect(page.get_by_role("region", name="対象のケースの表")).to_contain_text(
        case.receipt_number
    )
    await page.get_by_role("button", name="件の担当替えを行う").click()
    await manager.look()
    await manager.says("担当替えの結果")
    assert (await case.show())["coordinator"]["name"] == "調整 花子"
    await manager.press("元の担当に戻す")
    assert (await case.show())["coordinator"] is None


async def test_a_file_of_reports_is_tried_mended_and_taken_in(visitor: Visitor) -> None:
    walker = await visitor("coordinator")
    page = walker.page
    await walker.go("/report-files")
    row = f"walk-{uuid4().hex[:8]},hiroba-visit,{today()},"
    lines = ("整理番号,活動の種別,日付,数量,会場", f"{row}3,hiroba-kamata", f"{row}b,hiroba-kamata")
    await page.get_by_label("ファイル", exact=True).set_input_files(
        {
            "name": "実績.csv",
            "mimeType": "text/csv",
            "buffer": "\r\n".join((*lines, "")).encode("cp932"),
        }
    )
    await walker.press("送る")
    while await page.get_by_role("link", name="最新の状態を見る").count():
        await walker.follow("最新の状態を見る")
    await walker.says("Shift_JIS (CP932) として読みました")
    await expect(page.get_by_role("region", name="確認が必要な行の表")).to_contain_text("数量")
    await walker.press("受け付けられる行を報告する")
    while await page.get_by_role("link", name="最新の状態を見る").count():
        await walker.follow("最新の状態を見る")
    await walker.says("読み終わりました")
    await expect(page.get_by_text("受け付けた行")).to_be_visible()
