"""Edit a webinar in the page, in a real browser: the form, its settings, the result, a conflict and Undo."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from sandbox.launcher import Launcher
from tests.support.browser import opened_page

pytestmark = pytest.mark.browser


async def test_edit_in_the_page(tmp_path: Path) -> None:
    """What somebody else changes meanwhile is decided in the window that shows the result, and undone there."""
    launcher = Launcher(tmp_path)
    launcher.ringcentral.rules.budgets = {"Heavy": 1000}
    start = launcher.clock.now() + timedelta(days=3)
    webinar_id = launcher.ringcentral.create("Launch day", start, settings={"registrationEnabled": True})
    await launcher.start((0, 0, 0), lambda _, __: None)
    try:
        async with opened_page() as page:
            await page.goto(f"{launcher.slack.url}/#as=U0ANA&in=C0LAUNCH")
            await _edit(page)
            window = page.get_by_role("dialog", name="Edit webinar")
            await expect(window.get_by_label("Title")).to_have_value("Launch day", timeout=10_000)
            await expect(window).to_contain_text("can't change the host")
            await window.get_by_role("button", name="More Settings").click()
            settings = page.get_by_role("dialog", name="More settings")
            await settings.get_by_label("Start recording automatically").check()
            await settings.get_by_role("button", name="Save Settings").click()
            await expect(window).to_contain_text("Changed under More Settings: Start recording automatically")
            await window.get_by_label("Title").fill("Launch week")
            launcher.ringcentral.edit(webinar_id, title="Launch month")
            await window.get_by_role("button", name="Save Changes").click()

            choice = page.get_by_role("dialog", name="Changed in the meantime")
            await expect(choice).to_contain_text("Someone else has changed", timeout=10_000)
            await expect(choice).to_contain_text("Theirs: Launch month")
            await choice.get_by_label("Use mine").check()
            await choice.get_by_role("button", name="Save Changes").click()

            result = page.get_by_role("dialog", name="Webinar changed")
            await expect(result).to_contain_text("Title: Launch month → Launch week", timeout=10_000)
            await expect(result).to_contain_text("Start recording automatically: off → on")
            await result.get_by_role("button", name="Undo").click()
            undone = page.get_by_role("dialog", name="Change undone")
            await expect(undone).to_contain_text("Title: Launch week → Launch month", timeout=10_000)
            assert [one["title"] for one in launcher.ringcentral.webinars()] == ["Launch month"]
    finally:
        await launcher.stop()


async def _edit(page: Page) -> None:
    composer = page.get_by_test_id("composer")
    await composer.fill("/webinar edit launch")
    await composer.press("Enter")
