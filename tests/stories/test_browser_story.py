"""The whole of it in the page, in a real browser, with the bot in a process of its own."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from playwright.async_api import Locator, Page, expect

from sandbox.launcher import Launcher
from tests.support.browser import opened_page

pytestmark = pytest.mark.browser


async def test_from_the_command_to_the_reminder_in_the_page(tmp_path: Path) -> None:
    """Create, invite two, a third person registers, it fills up, an alert says so; the clock moves, reminders come."""
    launcher = Launcher(tmp_path)
    launcher.clock.offset = timedelta(days=-200)  # also on a past date, as `make pictures` does
    launcher.ringcentral.rules.budgets = {
        "Heavy": 1000
    }  # all of this takes more calls than RingCentral allows in a minute
    await launcher.start((0, 0, 0), lambda _, __: None)
    try:
        async with opened_page() as page:
            await page.goto(f"{launcher.slack.url}/#as=U0ANA&in=C0LAUNCH")
            steps = page.get_by_role("region", name="First steps")
            await expect(steps.get_by_role("listitem")).to_have_count(3)
            await _create(page)
            await expect(steps.locator(".done")).to_have_count(1)
            planned = page.get_by_test_id("planned")
            await expect(planned).to_contain_text("1 day before in #launch")
            await expect(planned).to_contain_text("10 minutes before in #launch")
            card = page.get_by_test_id("message").filter(has_text="Launch day").first
            await expect(card.get_by_role("button", name="Register")).to_be_visible()

            await _invite(page)
            await _register(page, launcher.slack.url, card)
            await expect(steps.locator(".done")).to_have_count(2)
            messages = page.get_by_test_id("messages")
            await _say(page, "/webinar limit Launch day 4")
            await expect(messages).to_contain_text("The limit is now 4 people.")
            await page.get_by_role("button", name="3 people register").click()
            await expect(messages).to_contain_text("Launch day is full", timeout=15_000)
            await expect(messages).to_contain_text("closed by the limit of 4")
            await expect(card).to_contain_text("Full: all seats are taken")

            await planned.get_by_role("button", name="reminder 1 day before in #launch").click()
            await expect(messages).to_contain_text("starts in 1 day", timeout=10_000)
            await expect(steps).to_be_hidden()
            await expect(planned).not_to_contain_text("1 day before in #launch")
            await page.get_by_role("button", name="Just before next webinar").click()
            await expect(messages).to_contain_text("starts in 1 hour")
            await _minutes(page, 2)
            await expect(messages).to_contain_text("starts in 10 minutes")
            reminders = page.get_by_test_id("message").filter(has_text="starts in")
            await expect(reminders).to_have_count(3)
    finally:
        await launcher.stop()


async def _say(page: Page, text: str) -> None:
    composer = page.get_by_test_id("composer")
    await composer.fill(text)
    await composer.press("Enter")


async def _create(page: Page) -> None:
    await _say(page, "/webinar create Launch day in 72 hours for 45m")
    form = page.get_by_role("dialog", name="Create a webinar")
    await expect(form.get_by_label("Title")).to_have_value("Launch day")
    await form.get_by_label("Announce in").select_option("#launch")
    await form.get_by_role("button", name="Create Webinar").click()
    done = page.get_by_role("dialog", name="Webinar created")
    await expect(done).to_contain_text("Launch day is ready.")
    await done.get_by_test_id("modal-cancel").click()


async def _invite(page: Page) -> None:
    await _say(page, "/webinar invite Launch day @ben @dev as cohost")
    form = page.get_by_role("dialog", name="Invite to the team")
    await expect(form.get_by_label("Co-hosts")).to_be_visible()
    await form.get_by_role("button", name="Save Team").click()
    done = page.get_by_role("dialog", name="Team saved")
    await expect(done).to_contain_text("Ben Okafor")
    await expect(done).to_contain_text("Dev Patel")
    await done.get_by_test_id("modal-cancel").click()


async def _register(page: Page, url: str, card: Locator) -> None:
    await page.goto(f"{url}/#as=U0EMI&in=C0LAUNCH")
    await page.reload()  # the same page otherwise, with another fragment
    await card.get_by_role("button", name="Register").click()
    dialog = page.get_by_role("alertdialog", name="Register with your Slack profile?")
    await expect(dialog).to_contain_text("RingCentral and the host get your name, email address and Slack IDs")
    await dialog.get_by_role("button", name="Register").click()
    seat = page.get_by_role("dialog", name="Your seat")
    await expect(seat.get_by_role("button", name="Cancel My Seat")).to_be_visible()
    await seat.get_by_test_id("modal-cancel").click()
    await page.goto(f"{url}/#as=U0ANA&in=C0LAUNCH")
    await page.reload()


async def _minutes(page: Page, minutes: int) -> None:
    await page.get_by_label("How much to move the clock").fill(str(minutes))
    await page.get_by_role("button", name="Move", exact=True).click()
