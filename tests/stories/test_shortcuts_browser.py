"""Shortcuts and the Home tab in the page, in a real browser."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from playwright.async_api import expect

from sandbox.launcher import Launcher
from tests.support.browser import opened_page

pytestmark = pytest.mark.browser


async def test_from_a_message_to_the_form_and_from_home_back_to_it(tmp_path: Path) -> None:
    """Both shortcuts open the form; what a message has filled in is still there when Home opens it again."""
    launcher = Launcher(tmp_path)
    launcher.ringcentral.create("Launch day", launcher.clock.now() + timedelta(days=3))
    await launcher.start((0, 0, 0), lambda _, __: None)
    try:
        async with opened_page() as page:
            await page.goto(f"{launcher.slack.url}/#as=U0ANA&in=C0LAUNCH")
            await page.get_by_role("button", name="Shortcuts").click()
            await page.get_by_role("menuitem", name="Create a webinar").click()
            form = page.get_by_role("dialog", name="Create a webinar")
            await expect(form.get_by_label("Description")).to_have_value("")
            await form.get_by_test_id("modal-cancel").click()

            composer = page.get_by_test_id("composer")
            await composer.fill("We show what is new this spring.")
            await composer.press("Enter")
            line = page.get_by_test_id("message").filter(has_text="what is new")
            await line.hover()
            await line.get_by_role("button", name="More actions").click()
            await line.get_by_role("menuitem", name="Use as webinar text").click()
            await expect(form.get_by_label("Description")).to_have_value("We show what is new this spring.")
            await expect(form).to_contain_text("#launch")
            await form.get_by_test_id("modal-cancel").click()

            await page.get_by_role("navigation").get_by_text("Greenroom").click()
            await page.get_by_role("tab", name="Home").click()
            home = page.get_by_test_id("messages")
            await expect(home).to_contain_text("Launch day")
            await home.get_by_role("button", name="Create Webinar").click()
            await expect(form.get_by_label("Description")).to_have_value("We show what is new this spring.")
    finally:
        await launcher.stop()
