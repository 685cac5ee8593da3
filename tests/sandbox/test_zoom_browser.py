"""Zoom beside RingCentral on the page, in a real browser, with the bot in a process of its own."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from playwright.async_api import expect

from sandbox.launcher import Launcher
from tests.support.browser import opened_page

pytestmark = pytest.mark.browser


async def test_the_tools_of_zoom_work_beside_those_of_ringcentral(tmp_path: Path) -> None:
    """The host decides, starts and renames; people register and come; calls, limits and faults are shown."""
    launcher = Launcher(tmp_path, zoom=True)
    assert launcher.zoom is not None
    zoom = launcher.zoom.zoom
    launcher.ringcentral.create("Launch day", launcher.clock.now() + timedelta(days=3))
    await launcher.start((0, 0, 0), lambda _, __: None)
    try:
        async with opened_page() as page:
            await page.goto(f"{launcher.slack.url}/#as=U0ANA&in=C0LAUNCH")
            await expect(page.get_by_test_id("webinars")).to_contain_text("Launch day")
            row = page.get_by_test_id("zoom-meetings").locator(".row").filter(has_text="Customer council")
            await expect(row).to_contain_text("0 of 100 registered, 2 waiting · manual")
            await row.get_by_text("Registrants").click()
            await row.get_by_role("button", name="Approve").first.click()
            await expect(row).to_contain_text("1 of 100 registered, 1 waiting")
            await row.get_by_role("button", name="Deny").click()
            await row.get_by_role("button", name="3 people register").click()
            await expect(row).to_contain_text("1 of 100 registered, 3 waiting")

            menu = row.get_by_role("button", name="What the host of")
            await menu.click()
            await page.get_by_role("menuitem", name="Rename…").click()
            await page.get_by_label("New title").fill("Council")
            await page.get_by_role("button", name="Rename", exact=True).click()
            row = page.get_by_test_id("zoom-meetings").locator(".row").filter(has_text="Council")
            await expect(page.get_by_test_id("tool-status")).to_contain_text("has a new title at Zoom.")
            await row.get_by_role("button", name="What the host of").click()
            await page.get_by_role("menuitem", name="Begin").click()
            await row.get_by_role("button", name="3 come").click()
            await expect(row).to_contain_text("2 joined, 2 there now")
            await row.get_by_role("button", name="3 come").click()
            await expect(page.get_by_test_id("tool-status")).to_have_text("Nobody else is registered and approved.")

            await page.get_by_label("Whose next call fails").select_option("zoom")
            await page.get_by_role("button", name="Too many today (429)").click()
            await expect(page.get_by_test_id("tool-status")).to_contain_text("The next Zoom call will meet")
            assert [one.limit for one in zoom.faults] == ["day"]
            await page.get_by_text("Zoom’s limits").click()
            await expect(page.get_by_test_id("zoom-limits")).to_contain_text("of 30,000 today, 10 a second")
    finally:
        await launcher.stop()
    kept = Launcher(tmp_path, zoom=True)
    assert kept.zoom is not None
    assert "Council" in [one["topic"] for one in kept.zoom.zoom.meetings()]
    await kept.stop()
