"""Move a webinar in the page, in a real browser: whom it affects, one button, the result, and Undo."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from sandbox.launcher import Launcher
from tests.support.browser import opened_page

pytestmark = pytest.mark.browser

VENDOR = 10_000
"""Milliseconds that a window may wait for RingCentral."""


async def test_move_in_the_page_and_undo_it(tmp_path: Path) -> None:
    """The window lists whom it affects before anything moves; Undo restores the time, and the card follows both."""
    launcher = Launcher(tmp_path)
    launcher.ringcentral.rules.budgets = {"Heavy": 1000}
    start = launcher.clock.now() + timedelta(days=3)
    launcher.ringcentral.create("Launch day", start, settings={"registrationEnabled": True})
    await launcher.start((0, 0, 0), lambda _, __: None)
    try:
        async with opened_page() as page:
            await page.goto(f"{launcher.slack.url}/#as=U0ANA&in=C0LAUNCH")
            await _say(page, "/webinar share launch")
            card = page.get_by_test_id("message").filter(has_text="Launch day").first
            await expect(card).to_be_visible()
            await page.get_by_role("button", name="3 people register").click()
            await expect(card).to_contain_text("3 registered", timeout=VENDOR)
            before = await card.inner_text()

            await _say(page, "/webinar move launch in 120 hours")
            window = page.get_by_role("dialog", name="Move this webinar")
            await expect(window).to_contain_text("Now:")
            await expect(window).to_contain_text("New:")
            await expect(window).to_contain_text("3 people registered (as of")
            await expect(window).to_contain_text("RingCentral may email them the new time.")
            await expect(window).to_contain_text("Its card is updated in #launch")
            await expect(window).to_contain_text("planned reminders")
            assert _start(launcher) == pytest.approx(start.timestamp(), abs=1)
            await window.get_by_role("button", name="Move Webinar").click()

            result = page.get_by_role("dialog", name="Webinar changed")
            await expect(result).to_contain_text("Starts:", timeout=VENDOR)
            assert _start(launcher) - start.timestamp() == pytest.approx(2 * 86_400, abs=120)
            await expect(card).not_to_have_text(before)
            await result.get_by_role("button", name="Undo").click()
            undone = page.get_by_role("dialog", name="Change undone")
            await expect(undone).to_contain_text("Starts:", timeout=VENDOR)
            assert _start(launcher) == pytest.approx(start.timestamp(), abs=1)
            await undone.get_by_test_id("modal-cancel").click()
            await expect(card).to_have_text(before, use_inner_text=True)
    finally:
        await launcher.stop()


def _start(launcher: Launcher) -> float:
    [webinar] = launcher.ringcentral.webinars()
    return float(webinar["start"])


async def _say(page: Page, text: str) -> None:
    composer = page.get_by_test_id("composer")
    await composer.fill(text)
    await composer.press("Enter")
