"""The panel beside the page's workspace: the clock, the vendors' view of things, faults, and the connection."""

from __future__ import annotations

import pytest
from playwright.async_api import Page, expect

from tests.sandbox.page_world import NOW, START, PageWorld, message, show

pytest_plugins = ["tests.sandbox.page_fixtures"]
pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def test_tools_move_the_clock_register_people_and_order_faults(page: Page, acme: PageWorld) -> None:
    """Each button posts what the contract says; the answer is told in words."""
    await show(page, acme)
    tools = page.get_by_role("complementary", name="Sandbox tools")
    acme.answers["clock"] = {"ok": True, "now": NOW + 600}
    await tools.get_by_role("button", name="+10 min").click()
    assert await acme.posted("clock") == {"as": "UANA", "seconds": 600}
    await expect(page.get_by_test_id("tool-status")).to_have_text("It is now Sep 24, 4:14 PM.")
    await tools.get_by_role("button", name="Just before next webinar").click()
    assert await acme.posted("clock") == {"as": "UANA", "to": START - 660}
    await tools.get_by_label("How much to move the clock").fill("2")
    await tools.get_by_label("Unit").select_option("days")
    await tools.get_by_role("button", name="Move", exact=True).click()
    assert await acme.posted("clock") == {"as": "UANA", "seconds": 172800}
    await tools.get_by_role("button", name="3 people register").click()
    assert await acme.posted("register") == {"as": "UANA", "session_id": "s1", "count": 3}
    await tools.get_by_role("button", name="Time-out after the effect").click()
    assert await acme.posted("faults") == {"as": "UANA", "target": "ringcentral", "kind": "timeout_after"}
    acme.answers["faults"] = {"ok": False, "error": "not_attached", "text": "Nothing is attached."}
    await tools.get_by_role("button", name="Server error (500)").click()
    await expect(page.get_by_test_id("tool-status")).to_have_text("Nothing is attached.")


async def test_tools_show_what_the_vendors_know(page: Page, acme: PageWorld) -> None:
    """Webinars with their count and registration page, calls with status and rate group, messages waiting, the app."""
    await show(page, acme)
    await expect(page.get_by_test_id("webinars")).to_contain_text("Sep 25, 5:00 PM · 2 of 500 registered")
    link = page.get_by_role("link", name="Registration page")
    await expect(link).to_have_attribute("href", "http://127.0.0.1:9/register/s1")
    await expect(page.get_by_test_id("count-ringcentral")).to_have_text("3")
    await expect(page.get_by_test_id("count-slack")).to_have_text("7")
    await page.get_by_text("Last RingCentral calls").click()
    await expect(page.get_by_test_id("calls-ringcentral").get_by_role("listitem")).to_have_text(
        ["429GET /webinar/historyHeavy"]
    )
    await page.get_by_text("Last Slack calls").click()
    await expect(page.get_by_test_id("calls-slack").get_by_role("listitem")).to_have_text(
        ["ratelimitedchat.postMessage"]
    )
    await expect(page.get_by_test_id("scheduled")).to_contain_text(
        "#launch · Sep 25, 4:00 PMLaunch day starts in 1 hour"
    )
    await expect(page.get_by_test_id("app-state")).to_have_text("App connected · HTTP")
    acme.state["app"] = {"mode": "socket", "connected": False}
    acme.changed()
    await expect(page.get_by_test_id("app-state")).to_have_text("App not connected")


async def test_lost_connection_is_told_and_mended(page: Page, acme: PageWorld) -> None:
    """A bar says so while the sandbox is away; when it is back, the page shows what has changed meanwhile."""
    await show(page, acme)
    lost = page.get_by_text("Connection lost")
    await expect(lost).to_be_hidden()
    await acme.stop()
    await expect(lost).to_be_visible()
    await page.get_by_role("button", name="+1 day").click()
    await expect(page.get_by_test_id("tool-status")).to_have_text("The sandbox does not answer. Is it still running?")
    acme.state["messages"]["CLAUNCH"].append(message(1, "UDEV", "back again"))
    await acme.start()
    await expect(page.get_by_text("back again")).to_be_visible()
    await expect(lost).to_be_hidden()
