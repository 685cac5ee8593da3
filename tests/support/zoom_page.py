"""Zoom's tools on the page of the sandbox, used in a real browser."""

from __future__ import annotations

from playwright.async_api import Locator, Page, expect

from sandbox.zoom_demo import ZoomDemo


async def use_zoom_tools(page: Page, zoom: ZoomDemo) -> None:
    """The host decides, renames and starts; people register and come; webhooks, limits and faults are shown."""
    await expect(page.get_by_test_id("zoom-state")).to_have_text("Webhooks are sent to the app.")
    row = _row(page, "Customer council")
    await expect(row).to_contain_text("0 of 100 registered, 2 waiting · manual")
    await row.get_by_text("Registrants").click()
    await row.get_by_role("button", name="Approve").first.click()
    await expect(row).to_contain_text("1 of 100 registered, 1 waiting")
    await row.get_by_role("button", name="Deny").click()
    await row.get_by_role("button", name="3 people register").click()
    await expect(row).to_contain_text("1 of 100 registered, 3 waiting")

    await row.get_by_role("button", name="Type /webinar add").click()
    composer, number = page.get_by_test_id("composer"), await row.get_attribute("data-session")
    await expect(composer).to_have_value(f"/webinar add {number}")
    await composer.fill("Hello")
    await row.get_by_role("button", name="Type /webinar add").click()
    await expect(page.get_by_test_id("tool-status")).to_contain_text("Send or clear it first.")
    await expect(composer).to_have_value("Hello")

    await _in_the_hosts_menu(page, row, "Rename…")
    await page.get_by_label("New title").fill("Council")
    await page.get_by_role("button", name="Rename", exact=True).click()
    row, told = _row(page, "Council"), page.get_by_test_id("tool-status")
    await expect(told).to_contain_text("has a new title at Zoom.")
    await _in_the_hosts_menu(page, row, "Begin")
    await row.get_by_role("button", name="3 come").click()
    await expect(row).to_contain_text("2 joined, 2 there now")
    await row.get_by_role("button", name="3 come").click()
    await expect(told).to_have_text("Nobody else is registered and approved.")

    await page.get_by_label("Whose next call fails").select_option("zoom")
    await page.get_by_role("button", name="Too many today (429)").click()
    await expect(told).to_contain_text("The next Zoom call will meet")
    assert [one.limit for one in zoom.zoom.faults] == ["day"]
    await page.get_by_text("Zoom’s limits").click()
    await expect(page.get_by_test_id("zoom-limits")).to_contain_text("of 30,000 today, 10 a second")


def _row(page: Page, topic: str) -> Locator:
    return page.get_by_test_id("zoom-meetings").locator(".row").filter(has_text=topic)


async def _in_the_hosts_menu(page: Page, row: Locator, words: str) -> None:
    await row.get_by_role("button", name="What the host of").click()
    await page.get_by_role("menuitem", name=words).click()
