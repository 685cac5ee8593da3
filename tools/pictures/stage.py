"""A sandbox on a fixed date with a browser before it: what the pictures' stories are made of."""

from __future__ import annotations

import re
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from playwright.async_api import Locator, Page, async_playwright
from playwright.async_api import TimeoutError as NotInTime

from sandbox.launcher import Launcher

NAMES = ("chromium", "chromium-browser", "google-chrome")
FLAGS = ("--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--force-color-profile=srgb")
WIDTHS = {"desktop": 1280, "phone": 390}
TALL = 5000
"""Height of the window in pixels, so that a long message or form is visible as a whole."""
TIMEOUT_MS = 10_000
ROUNDS = 5
"""How often time is let pass."""
START = datetime(2026, 5, 12, 8, 0, tzinfo=UTC)
"""The date of all pictures: a Tuesday, ten o'clock in Madrid."""
FREE_PORTS = (0, 0, 0)
CLEAN = """
.first-steps, .tools, .member-count, .channel-head .tag, .composer-tip, .message-actions { display: none !important }
.window { grid-template-columns: minmax(0, 1fr) !important }
* { transition: none !important; animation: none !important }
@media (max-width: 720px) {
  .rail, .side, .scrim { display: none !important }
  .workspace { grid-template: minmax(0, 1fr) / minmax(0, 1fr) !important; padding: 0 !important }
  .main { border-radius: 0 !important }
  .overlay { place-items: start !important }
  .modal { height: auto !important }
}
"""
"""The page without the sandbox's own tools; on a phone without the sidebar, and forms as high as needed."""


class Stage:
    """The sandbox, and the page that one person at a time looks at."""

    def __init__(self, launcher: Launcher, page: Page) -> None:
        """Use this sandbox and this page."""
        self.launcher = launcher
        self.page = page
        self.messages = page.get_by_test_id("message")
        self.posted = page.locator("[data-testid=message]:not(.ephemeral)")
        """What everybody in the channel sees."""

    async def become(self, person: str, channel: str = "launch") -> None:
        """Open a channel as a person; `dm` is the app's own conversation."""
        user = f"U0{person.upper()}"
        place = self.launcher.slack.world.dm(user).id if channel == "dm" else f"C0{channel.upper()}"
        await self.page.goto(f"{self.launcher.slack.url}/#as={user}&in={place}")
        await self.page.reload()  # the same page otherwise, with another fragment
        await self.page.add_style_tag(content=CLEAN)
        await self.page.locator(f"[data-channel={place}][aria-current=page]").wait_for(state="attached")

    async def home(self, person: str) -> Locator:
        """The app's Home tab of a person."""
        await self.launcher.slack.open_home(f"U0{person.upper()}")
        await self.become(person, "dm")
        await self.page.get_by_role("tab", name="Home").click()
        tab = self.page.locator(".home-tab")
        await tab.wait_for()
        return tab

    async def say(self, text: str) -> None:
        """Type into the channel."""
        composer = self.page.get_by_test_id("composer")
        await composer.fill(text)
        await composer.press("Enter")

    async def answer(self, text: str) -> Locator:
        """Type into the channel, and return the message that comes next."""
        known = await self.messages.count()
        await self.say(text)
        await self.messages.nth(known).wait_for()
        return self.messages.last

    async def message(self, words: str) -> Locator:
        """The newest message with these words."""
        found = self.messages.filter(has_text=words).last
        await found.wait_for()
        return found

    async def window(self, title: str) -> Locator:
        """The open window whose title contains these words."""
        found = self.page.get_by_role("dialog", name=title)
        await found.wait_for()
        return found

    def button(self, where: Locator, name: str) -> Locator:
        """A button by what is written on it; its accessible name may say more."""
        return where.locator(".button").filter(has_text=re.compile(rf"^\s*{re.escape(name)}\s*$")).first

    async def press(self, where: Locator, name: str) -> None:
        """Press a button, or choose it in the menu with more actions."""
        button, more = self.button(where, name), where.locator("button.overflow").last
        await button.or_(more).first.wait_for()
        if await button.count():
            await button.click()
            return
        await more.click()
        await where.get_by_role("menuitem", name=name, exact=True).first.click()

    async def confirm(self) -> None:
        """Confirm what a button asks."""
        await self.page.get_by_role("alertdialog").get_by_role("button").last.click()

    async def close_windows(self) -> None:
        """Close every open window, also those that a failed step left open."""
        while await (asked := self.page.get_by_role("alertdialog")).count():
            await asked.get_by_role("button").first.click()
        while await (opened := self.page.get_by_test_id("modal")).is_visible():
            await opened.locator("[aria-label=Close]").click()
            await opened.wait_for(state="hidden")

    async def move_on(self, *, minutes: float) -> None:
        """Move the clock by so many minutes."""
        await self.launcher.move(minutes * 60)

    async def pass_until(self, what: Locator) -> None:
        """Let time pass, some minutes at once, until this is visible: RingCentral is looked at now and then."""
        for _ in range(ROUNDS):
            try:
                await what.wait_for(timeout=TIMEOUT_MS / 2)
            except NotInTime:
                await self.move_on(minutes=3)
            else:
                return
        await what.wait_for()

    async def move_to(self, when: datetime) -> None:
        """Move the clock, unless it is later already; everything that is due on the way happens."""
        await self.launcher.move(max((when - self.launcher.clock.now()).total_seconds(), 0))

    def session_of(self, title: str) -> str:
        """The id of the webinar's session at RingCentral."""
        return str(self._webinar(title)["session_id"])

    def start_of(self, title: str) -> datetime:
        """When the webinar starts."""
        return datetime.fromtimestamp(self._webinar(title)["start"], UTC)

    def _webinar(self, title: str) -> dict[str, Any]:
        return next(one for one in self.launcher.ringcentral.webinars() if one["title"] == title)


@asynccontextmanager
async def staged(folder: Path, scale: float = 1) -> AsyncIterator[Stage]:
    """A started sandbox on the date of the pictures. LookupError if this machine has no browser."""
    path = next((found for name in NAMES if (found := shutil.which(name))), None)
    if path is None:
        raise LookupError(f"This machine has no browser: none of {', '.join(NAMES)} is on the PATH.")
    launcher = Launcher(folder, keep=False)
    launcher.clock.offset = START - launcher.clock.machine()
    launcher.ringcentral.rules.budgets = {"Light": 1000, "Medium": 1000, "Heavy": 1000}  # the story runs in a minute
    await launcher.start(FREE_PORTS, lambda _taken, _free: None)
    try:
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(executable_path=path, args=list(FLAGS))
            page = await browser.new_page(
                viewport={"width": WIDTHS["desktop"], "height": TALL},
                device_scale_factor=scale,
                locale="en-US",
                timezone_id="Europe/Madrid",
                color_scheme="light",
                reduced_motion="reduce",
            )
            page.set_default_timeout(TIMEOUT_MS)
            yield Stage(launcher, page)
            await browser.close()
    finally:
        await launcher.stop()
