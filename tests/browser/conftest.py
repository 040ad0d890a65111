"""A real browser on the real embedded stack; without one, the walk is skipped and says so."""

import os
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, Page, async_playwright

from tests.embedded_stack import Stack

CHROMIUM = Path(os.environ.get("KASANE_CHROMIUM", "/usr/bin/chromium"))
THERE = CHROMIUM.exists()
REQUIRED = "KASANE_BROWSER_REQUIRED"
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
STANDARDS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@dataclass
class Walker:
    """Somebody at a browser, who has every page looked over by axe."""

    page: Page
    public_url: str
    walked: list[str] = field(default_factory=list)
    scripts: bool = True
    """Whether the browser runs JavaScript; axe is JavaScript itself."""

    async def go(self, path: str) -> None:
        await self.page.goto(f"{self.public_url}{path}")
        await self.look()

    async def press(self, name: str) -> None:
        await self.page.get_by_role("button", name=name, exact=True).click()
        await self.look()

    async def follow(self, name: str) -> None:
        await self.page.get_by_role("link", name=name, exact=True).first.click()
        await self.look()

    async def look(self) -> None:
        """What every page owes: a language, a title, one main heading, and nothing axe finds."""
        await self.page.wait_for_load_state()
        title = await self.page.title()
        self.walked.append(title)
        assert await self.page.locator("html").get_attribute("lang") == "ja", title
        assert await self.page.locator("h1").count() == 1, title
        assert await self.page.locator("main").count() == 1, title
        if self.scripts:
            found = await Axe().run(
                self.page, options={"runOnly": {"type": "tag", "values": STANDARDS}}
            )
            assert found.violations_count == 0, f"{title}: {found.generate_report()}"

    async def log_in(self, username: str, password: str) -> None:
        await self.go("/")
        await self.page.fill("#username", username)
        await self.page.fill("#password", password)
        await self.page.get_by_role("button", name="ログイン", exact=True).click()
        await self.look()

    async def says(self, text: str) -> None:
        await self.page.get_by_text(text).first.wait_for()


@pytest.fixture(scope="session")
async def chromium() -> AsyncIterator[Browser]:
    if not THERE:
        told = f"there is no browser at {CHROMIUM} (Debian: apt-get install chromium)"
        if os.environ.get(REQUIRED):
            pytest.fail(told)
        pytest.skip(told)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield browser
        await browser.close()


@pytest.fixture
async def walker(chromium: Browser, stack: Stack) -> AsyncIterator[Walker]:
    context = await chromium.new_context(locale="ja-JP", timezone_id="Asia/Tokyo")
    yield Walker(await context.new_page(), stack.public_url)
    await context.close()


@pytest.fixture
async def plain_walker(chromium: Browser, stack: Stack) -> AsyncIterator[Walker]:
    """Somebody whose browser runs no JavaScript."""
    context = await chromium.new_context(locale="ja-JP", java_script_enabled=False)
    yield Walker(await context.new_page(), stack.public_url, scripts=False)
    await context.close()
