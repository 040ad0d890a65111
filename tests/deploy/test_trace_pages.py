"""The trace pages: who may look, what they show, and that a browser finds nothing wrong."""

import asyncio
import re
import shutil

import pytest
from axe_playwright_python.async_playwright import Axe
from opentelemetry.proto.trace.v1 import trace_pb2
from opentelemetry.trace import Status, StatusCode
from playwright.async_api import Page, async_playwright

from chassis.settings import Settings
from deploy.embedded.traces import create_app
from tests.deploy.trace_parts import CASE, PASSWORD, Door, export_of, span_of


async def test_the_list_narrows_and_pages_without_losing_or_repeating(door: Door) -> None:
    spans = [span_of(minutes_ago=minutes) for minutes in range(120)]
    failed = span_of(minutes_ago=200, name="failing", status={"code": 2})
    await door.send(export_of(*spans))
    await door.send(export_of(failed, service="worker"))
    page = await door.log_in("operator")
    seen: list[str] = []
    for _ in range(4):
        seen += re.findall(r'href="/traces/([0-9a-f]{32})"', page.text)
        onward = re.search(r'href="\?([^"]+)">さらに古いもの', page.text)
        if onward is None:
            break
        page = await door.browser.get(f"/traces?{onward.group(1).replace('&amp;', '&')}")
    assert len(seen) == len(set(seen)) == 121
    assert seen == [span.trace_id.hex() for span in [*spans, failed]]

    for query in ("errors=true", "service=worker", "service=worker&errors=true"):
        narrowed = (await door.browser.get(f"/traces?{query}")).text
        assert re.findall(r'href="/traces/([0-9a-f]{32})"', narrowed) == [failed.trace_id.hex()]
        assert "✕ 1 件" in narrowed
    nothing = await door.browser.get("/traces?service=worker&before=nonsense~x")
    assert nothing.status_code == 200


async def test_a_long_trace_is_paged_and_narrowed(door: Door) -> None:
    root = span_of(name="root", minutes_ago=1)
    steps = [
        span_of(root.trace_id, parent_span_id=root.span_id, name=f"step-{number}")
        for number in range(250)
    ]
    steps[-1].status.code = trace_pb2.Status.STATUS_CODE_ERROR
    await door.send(export_of(root, *steps))
    page = f"/traces/{root.trace_id.hex()}"
    first = (await door.log_in("operator", page)).text
    second = (await door.browser.get(f"{page}?page=2")).text
    rows = [set(re.findall(r"span-[0-9a-f]{16}", text)) for text in (first, second)]
    assert [len(found) for found in rows] == [200, 51]
    assert not rows[0] & rows[1]
    failed = (await door.browser.get(f"{page}?errors=true")).text
    assert set(re.findall(r"span-[0-9a-f]{16}", failed)) == {f"span-{steps[-1].span_id.hex()}"}
    assert "✕ エラー" in failed


async def test_a_failure_shows_what_was_raised(door: Door) -> None:
    provider, tracer = door.tracer("worker")

    def play() -> str:
        with tracer.start_as_current_span("RunActivity:assess") as span:
            span.record_exception(RuntimeError("<b>out of order</b>"))
            span.set_status(Status(StatusCode.ERROR, "failed"))
        return format(span.get_span_context().trace_id, "032x")

    trace_id = await asyncio.to_thread(play)
    provider.shutdown()
    page = (await door.log_in("operator", f"/traces/{trace_id}")).text
    assert "&lt;b&gt;out of order&lt;/b&gt;" in page
    assert "<script" not in page


async def test_only_operators_look_at_traces(door: Door) -> None:
    span = span_of()
    await door.send(export_of(span))
    path = span.trace_id.hex()
    for page in ("/traces", "/traces/search?q=x", f"/traces/{path}"):
        turned = await door.browser.get(page)
        assert turned.status_code == 303
        assert turned.headers["location"].startswith("/traces/login?next=%2Ftraces")
    for path_of_api in (f"/traces/api/traces/{path}", "/traces/api/search?receipt=x"):
        nobody = await door.browser.get(path_of_api)
        assert nobody.status_code == 401
        assert nobody.json()["code"] == "token-missing"
        forged = {"Authorization": "Bearer nonsense"}
        assert (await door.browser.get(path_of_api, headers=forged)).status_code == 401
        service = {"Authorization": f"Bearer {await door.token('intake')}"}
        refused = await door.browser.get(path_of_api, headers=service)
        assert refused.status_code == 403
        assert refused.json()["code"] == "not-allowed-for-role"

    coordinator = await door.log_in("coordinator")
    assert coordinator.status_code == 403
    assert "運用の担当者だけ" in coordinator.text
    assert path not in coordinator.text
    assert (await door.browser.get(f"/traces/api/traces/{path}")).status_code == 403


async def test_an_operator_logs_in_looks_and_logs_out(door: Door) -> None:
    span = span_of()
    await door.send(export_of(span))
    page = await door.log_in("operator", f"/traces/{span.trace_id.hex()}")
    assert page.url.path == f"/traces/{span.trace_id.hex()}"
    assert "運用 守 さん" in page.text
    assert "default-src 'none'" in page.headers["content-security-policy"]
    as_json = await door.browser.get(f"/traces/api/traces/{span.trace_id.hex()}")
    assert as_json.status_code == 200
    missing = await door.browser.get(f"/traces/{'0' * 32}")
    assert missing.status_code == 404
    assert "記録が見つかりません" in missing.text

    left = await door.browser.post("/traces/logout", follow_redirects=True)
    assert "ログアウトしますか" in left.text
    assert (await door.browser.get("/traces")).status_code == 303


@pytest.mark.parametrize(
    "elsewhere", ["//evil.test/", "https://evil.test/", "/tracesevil", "/traces/..\\evil", "/x"]
)
async def test_a_login_leads_back_to_this_page_only(door: Door, elsewhere: str) -> None:
    page = await door.log_in("operator", f"/traces/login?next={elsewhere}")
    assert page.status_code == 200
    assert str(page.url) == f"{door.url}/traces"


async def test_a_login_that_somebody_else_began_is_not_taken(door: Door) -> None:
    answer = await door.browser.get("/traces/login/callback?code=x&state=y")
    assert answer.status_code == 400
    assert "ログインできませんでした" in answer.text
    assert (await door.browser.get("/traces")).status_code == 303


def test_it_refuses_to_start_without_its_secrets() -> None:
    with pytest.raises(RuntimeError, match="KASANE_SESSION_SECRET"):
        create_app(Settings(profile="embedded"))


STANDARDS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


async def _nothing_is_wrong_with(page: Page) -> None:
    found = await Axe().run(page, options={"runOnly": STANDARDS})
    assert [violation["id"] for violation in found.response["violations"]] == []


@pytest.mark.browser
@pytest.mark.skipif(shutil.which("chromium") is None, reason="chromium is not installed")
async def test_an_operator_finds_a_trace_by_keyboard_on_pages_without_barriers(door: Door) -> None:
    whole = span_of(name="POST /intakes", status={"code": 2, "message": "refused"})
    whole.attributes.add(key="kasane.receipt", value={"string_value": "R8-000123"})
    part = span_of(whole.trace_id, parent_span_id=b"somebody", name="RunActivity:assess")
    part.attributes.add(key="kasane.case_id", value={"string_value": CASE})
    await door.send(export_of(whole, part))
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox"]
        )
        # The pages allow no script at all; axe is one.
        page = await (await browser.new_context(bypass_csp=True)).new_page()
        await page.goto(f"{door.url}/traces")
        await page.get_by_label("利用者名").fill("operator")
        await page.get_by_label("パスワード").fill("wrong")
        await page.keyboard.press("Enter")
        await page.get_by_role("alert").wait_for()
        await _nothing_is_wrong_with(page)
        await page.get_by_label("パスワード").fill(PASSWORD)
        await page.keyboard.press("Enter")
        await page.get_by_role("heading", name="最近の処理").wait_for()
        await _nothing_is_wrong_with(page)

        await page.get_by_label("受付番号").fill("R8-000123")
        await page.keyboard.press("Enter")
        await page.get_by_role("heading", name="「R8-000123」の処理").wait_for()
        await _nothing_is_wrong_with(page)
        await page.get_by_role("link", name="POST /intakes").press("Enter")
        details = page.locator("summary", has_text="RunActivity:assess")
        await details.press("Enter")
        await page.get_by_text("kasane.case_id").wait_for()
        await _nothing_is_wrong_with(page)
        await browser.close()


async def test_the_pages_run_no_script_and_stay_in_no_cache(door: Door) -> None:
    page = await door.log_in("operator")
    policy = page.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "script-src" not in policy
    assert "<script" not in page.text
    assert page.headers["cache-control"] == "no-store"
