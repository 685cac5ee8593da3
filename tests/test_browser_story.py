"""The whole of it in the page, in a real browser, with the bot in a process of its own."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from bot.sandbox.office import Office
from tests.browser import opened

pytestmark = pytest.mark.browser

PICTURE = os.environ.get("GREENROOM_PICTURE")  # noqa: TID251 - where to leave the README's picture, if anywhere


async def test_from_the_command_to_the_reminder_in_the_page(tmp_path: Path) -> None:
    """Create, card, three outside registrations, Refresh says 3, the clock moves, the reminder comes out."""
    office = Office(tmp_path)
    await office.start((0, 0, 0), lambda _, __: None)
    try:
        async with opened() as page:
            await page.goto(f"{office.slack.url}/#as=U0ANA&in=C0LAUNCH")
            await _create(page)
            card = page.get_by_test_id("message").filter(has_text="Launch day").first
            await expect(card.get_by_role("link", name="Register")).to_be_visible()

            await page.get_by_role("button", name="3 people register").click()
            await card.get_by_role("button", name="Refresh").click()
            await expect(card).to_contain_text("3 registered")

            await page.get_by_role("button", name="Just before next webinar").click()
            messages = page.get_by_test_id("messages")
            await expect(messages).to_contain_text("starts in 1 day", timeout=10_000)
            await expect(messages).to_contain_text("starts in 1 hour")
            await _minutes(page, 2)
            await expect(messages).to_contain_text("starts in 10 minutes")
            reminders = page.get_by_test_id("message").filter(has_text="starts in")
            await expect(reminders).to_have_count(3)
            if PICTURE:
                await _leave_picture(page)
    finally:
        await office.stop()


async def _create(page: Page) -> None:
    composer = page.get_by_test_id("composer")
    await composer.fill("/webinar create Launch day in 72 hours for 45m")
    await composer.press("Enter")
    form = page.get_by_role("dialog", name="Create a webinar")
    await expect(form.get_by_label("Title")).to_have_value("Launch day")
    await form.get_by_label("Announce in").select_option("#launch")
    await form.get_by_role("button", name="Create Webinar").click()
    done = page.get_by_role("dialog", name="Webinar created")
    await expect(done).to_contain_text("Launch day is ready.")
    await done.get_by_test_id("modal-cancel").click()


async def _minutes(page: Page, minutes: int) -> None:
    await page.get_by_label("How much to move the clock").fill(str(minutes))
    await page.get_by_role("button", name="Move", exact=True).click()


async def _leave_picture(page: Page) -> None:
    await expect(page.get_by_test_id("tool-status")).to_be_hidden(timeout=10_000)
    await page.screenshot(path=str(PICTURE))
