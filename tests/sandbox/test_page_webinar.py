"""A webinar that takes place, in the page's tools panel: phases, people and the recording."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.async_api import Page, expect

from tests.sandbox.page_server import PageServer, show

pytest_plugins = ["tests.sandbox.page_fixtures"]
pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

MENU = "What the host of “Launch day” does"
SENT = {"as": "UANA", "session_id": "s1"}


def becomes(acme: PageServer, **changes: Any) -> None:
    """Change the webinar at RingCentral."""
    acme.state["webinars"][0] |= changes
    acme.changed()


async def test_a_host_goes_through_the_phases_of_a_webinar(page: Page, acme: PageServer) -> None:
    """The menu has what can follow; each is posted, and the phase is shown."""
    await show(page, acme)
    items, pill = page.get_by_role("menuitem"), page.get_by_test_id("webinars").locator(".pill")
    steps = [
        ("Start practice", "practice", "Practice", "Active · Practice"),
        ("Go live", "going_live", "GoingLive", "Active · Going live"),
        ("Live now", "live", "Live", "Active · Live"),
        ("Take a break", "break", "Break", "Active · Break"),
        ("Live now", "live", "Live", "Active · Live"),
        ("Debrief", "debrief", "Debrief", "Active · Debrief"),
    ]
    for words, act, phase, shown in steps:
        await page.get_by_role("button", name=MENU).click()
        await items.get_by_text(words, exact=True).click()
        assert await acme.posted("webinar") == {**SENT, "act": act}
        becomes(acme, status="Active", runtime=phase)
        await expect(pill).to_have_text(shown)
    await page.get_by_role("button", name=MENU).click()
    await expect(items).to_have_text(["Finish", "Rename…", "Set limit…", "Close registration"])


async def test_people_come_leave_and_come_back(page: Page, acme: PageServer) -> None:
    """By buttons that appear when they are possible, also without registration; the numbers are shown."""
    await show(page, acme)
    tools = page.get_by_role("complementary", name="Sandbox tools")
    people = tools.locator(".people button")
    await expect(people).to_have_count(0)
    becomes(acme, status="Active", runtime="Practice", registration=False, present=1, participants=1)
    await expect(people).to_have_text(["30 over the hour"])
    becomes(acme, runtime="Live")
    await expect(people).to_have_text(["3 come", "30 over the hour"])
    await people.get_by_text("30 over the hour").click()
    assert await acme.posted("webinar") == {**SENT, "act": "come", "count": 30, "seconds": 3600}
    await expect(page.get_by_test_id("tool-status")).to_have_text(
        "Up to 30 people will come to “Launch day” over the next hour: move the clock."
    )
    becomes(acme, present=9, participants=12)
    await expect(page.get_by_test_id("present")).to_have_text("12 joined, 9 in the webinar now")
    for words, act in (("3 come", "come"), ("3 leave", "leave"), ("3 come back", "return")):
        await people.get_by_text(words, exact=True).click()
        assert await acme.posted("webinar") == {**SENT, "act": act, "count": 3}
    becomes(acme, status="Finished", runtime=None, present=0)
    await expect(people).to_have_count(0)


async def test_a_recording_is_shown_and_shared(page: Page, acme: PageServer) -> None:
    """Recorded by hand while it is live, shared and made to fail afterwards."""
    await show(page, acme)
    items = page.get_by_role("menuitem")

    async def choose(words: str) -> Any:
        await page.get_by_role("button", name=MENU).click()
        await items.get_by_text(words, exact=True).click()
        return (await acme.posted("webinar"))["act"]

    becomes(acme, status="Active", runtime="Live")
    assert await choose("Record") == "record"
    becomes(acme, status="Finished", runtime=None, recording={"id": "r1", "status": "Processing", "shared": False})
    shown = page.get_by_test_id("recording")
    await expect(shown).to_have_text("Recording: processing")
    assert await choose("Recording fails") == "fail"
    becomes(acme, recording={"id": "r1", "status": "Available", "shared": False})
    await expect(shown).to_have_text("Recording: available")
    assert await choose("Share recording") == "share"
    becomes(acme, recording={"id": "r1", "status": "Available", "shared": True})
    await expect(shown).to_have_text("Recording: available, shared")
    assert await choose("Stop sharing recording") == "unshare"
