"""A real browser on the real embedded stack; without one, the walk is skipped and says so."""

import os
import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, Page, StorageState, ViewportSize, async_playwright

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
WIDE: ViewportSize = {"width": 1280, "height": 900}
NARROW: ViewportSize = {"width": 320, "height": 900}
"""A desk's screen, and the width to which every page must reflow (WCAG 2.2, 1.4.10)."""
A_CASE = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}|R\d+-\w+-\d+")
"""What tells one page of a kind from another: ids and receipt numbers."""
MOST_TABS = 250
PATIENCE_MS = 15_000
STANDARDS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@dataclass
class Walker:
    """Somebody at a browser, who has every page looked over by axe."""

    page: Page
    public_url: str
    walked: list[str] = field(default_factory=list)
    scripts: bool = True
    """Whether the browser runs JavaScript; axe is JavaScript itself."""
    looked: set[tuple[str, ...]] = field(default_factory=set)
    """What was looked over, by anybody: axe looks once at every kind of page in every state."""

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
        await self.reflows(title)
        if self.scripts and await self.is_new(title):
            found = await Axe().run(
                self.page, options={"runOnly": {"type": "tag", "values": STANDARDS}}
            )
            assert found.violations_count == 0, f"{title}: {found.generate_report()}"

    async def is_new(self, title: str) -> bool:
        heading = await self.page.locator("h1").inner_text()
        kind = tuple(A_CASE.sub("", said) for said in (self.page.url, title, heading))
        known = kind in self.looked
        self.looked.add(kind)
        return not known

    async def reflows(self, title: str) -> None:
        """Nothing but a table is scrolled through sideways, however narrow the screen."""
        await self.page.set_viewport_size(NARROW)
        width = await self.page.locator("html").evaluate("page => page.scrollWidth")
        await self.page.set_viewport_size(WIDE)
        assert width <= NARROW["width"], f"{title}: {width} pixels wide"

    async def press_keys_to(self, tag: str, words: str) -> None:
        """Reach a link or button with the keyboard alone, and press it."""
        for _ in range(MOST_TABS):
            await self.page.keyboard.press("Tab")
            at = self.page.locator(f"{tag}:focus")
            if await at.count() and await at.inner_text() == words:
                return await self.page.keyboard.press("Enter")
        raise AssertionError(f"the keyboard does not reach {words}")

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


class Visitor(Protocol):
    """Lets somebody in: by user name, with or without JavaScript."""

    async def __call__(self, username: str, *, scripts: bool = True) -> Walker: ...


@pytest.fixture(scope="session")
def looked() -> set[tuple[str, ...]]:
    return set()


@pytest.fixture(scope="session")
def sessions() -> dict[str, StorageState]:
    """Whoever logged in once stays so."""
    return {}


@pytest.fixture
async def visitor(
    chromium: Browser,
    stack: Stack,
    looked: set[tuple[str, ...]],
    sessions: dict[str, StorageState],
) -> AsyncIterator[Visitor]:
    """Gives one after another of the demo users, each at a browser of their own, logged in."""
    async with AsyncExitStack() as open_ones:

        async def visit(username: str, *, scripts: bool = True) -> Walker:
            context = await chromium.new_context(
                locale="ja-JP",
                timezone_id="Asia/Tokyo",
                java_script_enabled=scripts,
                viewport=WIDE,
                storage_state=sessions.get(username),
            )
            open_ones.push_async_callback(context.close)
            context.set_default_timeout(PATIENCE_MS)
            page = await context.new_page()
            found = Walker(page, stack.public_url, scripts=scripts, looked=looked)
            if username not in sessions:
                await found.log_in(username, stack.logins[username])
                sessions[username] = await context.storage_state()
            return found

        yield visit


@pytest.fixture
async def walker(
    chromium: Browser, stack: Stack, looked: set[tuple[str, ...]]
) -> AsyncIterator[Walker]:
    context = await chromium.new_context(locale="ja-JP", timezone_id="Asia/Tokyo")
    yield Walker(await context.new_page(), stack.public_url, looked=looked)
    await context.close()


@pytest.fixture
async def plain_walker(chromium: Browser, stack: Stack) -> AsyncIterator[Walker]:
    """Somebody whose browser runs no JavaScript."""
    context = await chromium.new_context(locale="ja-JP", java_script_enabled=False)
    yield Walker(await context.new_page(), stack.public_url, scripts=False)
    await context.close()
