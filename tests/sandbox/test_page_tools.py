"""The page's tools panel: clock, webinars and calls, faults, connection."""

from __future__ import annotations

import pytest
from playwright.async_api import Page, expect

from tests.sandbox.page_server import NOW, START, PageServer, message, show

pytest_plugins = ["tests.sandbox.page_fixtures"]
pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def test_tools_move_the_clock_register_people_and_order_faults(page: Page, acme: PageServer) -> None:
    """Each button posts its documented request; the response is shown as text."""
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


async def test_fewer_than_three_may_get_in(page: Page, acme: PageServer) -> None:
    """If the limit is reached on the way, the number is shown."""
    await show(page, acme)
    acme.answers["register"] = {"ok": True, "registered": 1}
    await page.get_by_role("button", name="3 people register").click()
    await expect(page.get_by_test_id("tool-status")).to_have_text(
        "1 of 3 people registered for “Launch day”, then registration was closed."
    )


async def test_host_acts_at_ringcentral_by_a_menu(page: Page, acme: PageServer) -> None:
    """It contains the possible actions; each is posted, and its result or refusal is shown."""
    await show(page, acme)
    menu = page.get_by_role("button", name="What the host of “Launch day” does")
    items = page.get_by_role("menuitem")
    await menu.click()
    begin, change = (
        ["Begin", "Start practice", "Rename…", "Move…"],
        ["Set limit…", "Close registration", "Cancel webinar"],
    )
    await expect(items).to_have_text([*begin, *change])
    await items.get_by_text("Begin").click()
    assert await acme.posted("webinar") == {"as": "UANA", "session_id": "s1", "act": "begin"}
    await expect(page.get_by_test_id("tool-status")).to_have_text("“Launch day” has begun at RingCentral.")
    acme.state["webinars"][0] |= {"status": "Active", "runtime": "Live", "open": False}
    acme.changed()
    await expect(page.get_by_test_id("webinars")).to_contain_text("2 of 500 registered · closed")
    await menu.click()
    await expect(items).to_have_text(
        ["Take a break", "Debrief", "Finish", "Record", "Rename…", "Set limit…", "Open registration"]
    )
    acme.answers["webinar"] = {"ok": False, "error": "not_possible", "text": "RingCentral does not allow this."}
    await items.get_by_text("Open registration").click()
    assert (await acme.posted("webinar"))["act"] == "open"
    await expect(page.get_by_test_id("tool-status")).to_have_text("RingCentral does not allow this.")
    acme.state["webinars"][0] |= {"status": "Finished", "runtime": None}
    acme.changed()
    await expect(page.get_by_test_id("webinars").locator(".pill")).to_have_text("Finished")
    await menu.click()
    await expect(items).to_have_text(["Rename…"])


async def test_host_forms_work_by_keyboard_and_outlive_snapshots(page: Page, acme: PageServer) -> None:
    """Each has the fields it needs, keeps typed values while counts change, and restores focus."""
    await show(page, acme)
    menu = page.get_by_role("button", name="What the host of “Launch day” does")
    keys = page.keyboard

    async def choose(down: int) -> None:
        await menu.focus()
        await keys.press("Enter")
        for _ in range(down):
            await keys.press("ArrowDown")
        await keys.press("Enter")

    await choose(2)
    title = page.get_by_label("New title")
    await expect(title).to_be_focused()
    await expect(title).to_have_value("Launch day")
    await title.fill("Launch")
    acme.state["webinars"][0]["registrants"] = 7
    acme.changed()
    await expect(page.get_by_test_id("registrants")).to_have_text("7 of 500 registered")
    await keys.type("ing day")
    await keys.press("Enter")
    sent = {"as": "UANA", "session_id": "s1"}
    assert await acme.posted("webinar") == {**sent, "act": "rename", "title": "Launching day"}
    await expect(title).to_be_hidden()
    await expect(menu).to_be_focused()
    await choose(3)
    await page.get_by_label("By how much").fill("2")
    await page.get_by_label("Unit of the move").select_option("hours")
    await page.get_by_label("Later or earlier").select_option("earlier")
    await keys.press("Enter")
    assert await acme.posted("webinar") == {**sent, "act": "move", "seconds": -7200}
    await choose(4)
    limit = page.get_by_label("Limit, 0 for none")
    await expect(limit).to_have_value("500")
    await limit.fill("7")
    await keys.press("Enter")
    assert await acme.posted("webinar") == {**sent, "act": "limit", "limit": 7}
    await choose(4)
    await keys.press("Escape")
    await expect(limit).to_be_hidden()
    await expect(menu).to_be_focused()
    assert acme.unseen("webinar") == 0


async def test_tools_show_what_the_vendors_know(page: Page, acme: PageServer) -> None:
    """Webinars with count and registration page, calls with status and rate group, scheduled messages, the app."""
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


async def test_lost_connection_is_told_and_mended(page: Page, acme: PageServer) -> None:
    """A bar is shown while the sandbox is unreachable; afterwards the page shows what changed."""
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


async def test_planned_reminders_lead_the_clock_to_them(page: Page, acme: PageServer) -> None:
    """Those that the app has planned, beside those that are scheduled at Slack."""
    acme.state["planned"] = [
        {"channel": "CLAUNCH", "at": START - 86400, "before": "1 day before", "title": "Launch day"},
        {"channel": "UDEV", "at": START - 600, "before": "10 minutes before", "title": "Launch day"},
    ]
    await show(page, acme)
    planned = page.get_by_test_id("planned")
    await expect(planned.locator(".row-line")).to_have_text(
        ["1 day before in #launch · Sep 24, 5:00 PM", "10 minutes before to Dev Patel · Sep 25, 4:50 PM"]
    )
    await planned.get_by_role("button").first.click()
    assert await acme.posted("clock") == {"as": "UANA", "to": START - 86400 + 1}


async def test_first_steps_can_be_dismissed_and_disappear_when_done(page: Page, acme: PageServer) -> None:
    """What is done is marked in words, too; a click on a hint does not tick it."""
    names = ("created", "registered", "reminded")
    acme.state["first_steps"] = {"steps": [{"id": name, "done": name == "created"} for name in names]}
    await show(page, acme)
    steps = page.get_by_role("region", name="First steps")
    await expect(steps.get_by_role("listitem").first).to_contain_text("Done: In #launch, send /webinar create")
    await steps.get_by_role("button", name="Show Tools").click()
    await expect(steps.locator(".done")).to_have_count(1)
    await steps.get_by_role("button", name="Hide the first steps").click()
    assert await acme.posted("dismiss") == {"as": "UANA"}
    acme.state["first_steps"] = None
    acme.changed()
    await expect(steps).to_be_hidden()
