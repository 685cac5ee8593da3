"""What happens at the providers shows in the page by itself, in a real browser, with a bot in its own process."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from sandbox.launcher import Launcher
from tests.support.browser import opened_page
from tests.support.zoom_page import use_zoom_tools

pytestmark = pytest.mark.browser

FOLLOWS = 10_000
"""Milliseconds within which a card follows."""


async def test_a_card_follows_what_happens_at_ringcentral_and_zoom_is_beside_it(tmp_path: Path) -> None:
    """Somebody registers on RingCentral's own page, then the host renames and closes it; nobody presses Refresh.

    Zoom's tools work beside those of RingCentral.
    """
    launcher = Launcher(tmp_path, zoom=True)
    assert launcher.zoom is not None
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

            await _register_there(page)
            await expect(card).to_contain_text("1 registered", timeout=FOLLOWS)
            await expect(card.get_by_role("button", name="Register")).to_be_visible()

            await _in_the_hosts_menu(page, "Rename…")
            await page.get_by_label("New title").fill("Launch week")
            await page.get_by_role("button", name="Rename", exact=True).click()
            renamed = page.get_by_test_id("message").filter(has_text="Launch week").first
            await expect(renamed.get_by_role("button", name="Register")).to_be_visible(timeout=FOLLOWS)
            await expect(renamed).to_contain_text("1 registered")

            await _in_the_hosts_menu(page, "Close registration")
            await expect(renamed).to_contain_text("closed", timeout=FOLLOWS)
            assert {one.status for one in launcher.ringcentral.webhooks.attempts} == {200}
            await use_zoom_tools(page, launcher.zoom)
            assert {one.status for one in launcher.zoom.zoom.webhooks.attempts} == {200}
    finally:
        await launcher.stop()


async def _say(page: Page, text: str) -> None:
    composer = page.get_by_test_id("composer")
    await composer.fill(text)
    await composer.press("Enter")


async def _in_the_hosts_menu(page: Page, words: str) -> None:
    await page.get_by_test_id("webinars").get_by_role("button", name="What the host of").click()
    await page.get_by_role("menuitem", name=words).click()


async def _register_there(page: Page) -> None:
    """Fill in RingCentral's registration page, in a tab of its own."""
    async with page.expect_popup() as opened:
        await page.get_by_test_id("webinars").get_by_role("link", name="Registration page").click()
    tab = await opened.value
    await tab.get_by_label("First name").fill("Noor")
    await tab.get_by_label("Last name").fill("Haddad")
    await tab.get_by_label("Email").fill("noor@globex.example")
    await tab.get_by_role("button").click()
    await expect(tab.locator("body")).to_contain_text("registered, Noor")
    await tab.close()
