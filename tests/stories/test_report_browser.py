"""From the card to the report in the page, in a real browser: figures, rendered charts, the people, and the file."""

from __future__ import annotations

import contextlib
import re
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.async_api import Locator, Page, expect
from playwright.async_api import TimeoutError as PlaywrightTimeout

from sandbox.launcher import Launcher
from tests.support.browser import opened_page
from tests.support.known_people import END, expected_figures, expected_present, known_people, register_known, take_place

pytestmark = pytest.mark.browser

VENDOR = 15_000
"""Milliseconds that an answer may wait for RingCentral."""


async def _refresh(page: Page, card: Locator) -> None:
    """Choose Refresh in the menu of the card; one that is drawn anew meanwhile has closed its menu."""
    item, is_chosen = page.get_by_role("menuitem", name="Refresh"), False
    while not is_chosen:
        if not await item.is_visible():
            await card.get_by_role("button", name="More options").click()
        with contextlib.suppress(PlaywrightTimeout):
            await item.click(timeout=1000)
            is_chosen = True


async def test_from_the_card_to_the_report_in_the_page(tmp_path: Path) -> None:
    """The charts are drawn with the known figures; names appear in the people's table, and not in the report."""
    launcher, people = Launcher(tmp_path), known_people(40)
    launcher.ringcentral.rules.budgets = {"Light": 1000, "Medium": 1000, "Heavy": 1000}
    expected = expected_figures(people)
    start = launcher.clock.now() + timedelta(hours=1)
    launcher.ringcentral.create("Launch day", start, settings={"registrationEnabled": True})
    [session_id] = [one["session_id"] for one in launcher.ringcentral.webinars()]
    await launcher.start((0, 0, 0), lambda _, __: None)
    try:
        async with opened_page() as page:
            await page.goto(f"{launcher.slack.url}/#as=U0ANA&in=C0LAUNCH")
            await _say(page, "/webinar share launch")
            card = page.get_by_test_id("message").filter(has_text="Launch day").first
            await expect(card.get_by_role("button", name="More options")).to_be_visible(timeout=VENDOR)
            launcher.clock.move(timedelta(hours=1))
            register_known(launcher.ringcentral, session_id, people)
            take_place(launcher.ringcentral, session_id, people)
            launcher.clock.move(timedelta(minutes=5))
            await _refresh(page, card)
            await expect(card).to_contain_text("This webinar is over.", timeout=VENDOR)

            await card.get_by_role("button", name="Report").click()
            came = f"{expected['registered']} registered, {expected['attended']} came"
            report = page.get_by_test_id("message").filter(has_text=came)
            await expect(report).to_be_visible(timeout=VENDOR)
            drop_off = report.get_by_role("img", name="Attendance")
            await expect(drop_off.locator("circle")).to_have_count(20)
            await expect(drop_off).to_contain_text(
                re.compile(rf"There, \d+:\d\d [AP]M: {expected_present(people, END)}Etc/UTC")
            )
            by_source = report.get_by_role("img", name="Registered and attended by source")
            await expect(by_source.locator("rect.fill-1")).not_to_have_count(0)
            await expect(report.get_by_role("table", name="Registrations by source").last).to_contain_text("newsletter")
            await expect(report).not_to_contain_text("Vorname")

            await report.get_by_role("button", name="People").click()
            names = page.get_by_role("table", name="People of Launch day")
            await expect(names).to_contain_text("Vorname", timeout=VENDOR)
            await report.get_by_role("button", name="CSV").click()
            await expect(page.get_by_text("The file is in your direct messages")).to_be_visible(timeout=VENDOR)
    finally:
        await launcher.stop()


async def _say(page: Page, text: str) -> None:
    composer = page.get_by_test_id("composer")
    await composer.fill(text)
    await composer.press("Enter")
