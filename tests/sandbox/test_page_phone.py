"""The page at the width of a phone: the sidebar is a drawer, the tools are a sheet, modals fill the screen."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Page, expect

from tests.sandbox.page_server import NOW, STARTS, PageServer, actions, button, message, section, view

pytest_plugins = ["tests.sandbox.page_fixtures"]
pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

WIDTH, HEIGHT = 390, 844
TOO_WIDE = """() => [...document.querySelectorAll("body *")].filter((one) => {
  const box = one.getBoundingClientRect();
  const clipped = one.closest(".side, .visually-hidden, .block, svg, select, pre");
  const isOutside = box.right > innerWidth + 1 || box.left < -1;
  return one.checkVisibility({visibilityProperty: true}) && !clipped && box.width && isOutside;
}).map((one) => one.outerHTML.slice(0, 120))"""
TOO_SMALL = """() => [...document.querySelectorAll("button, select, summary, input:not([type=checkbox], [type=radio])")]
  .filter((one) => one.checkVisibility({visibilityProperty: true}) && one.getBoundingClientRect().height)
  .filter((one) => !one.closest(".message-actions, .format-bar, .text-tools, .chip, .content, .gutter"))
  .filter((one) => !one.classList.contains("author") && one.getBoundingClientRect().height < 40)
  .map((one) => one.outerHTML.slice(0, 120))"""


@pytest_asyncio.fixture(loop_scope="session")
async def phone(page: Page) -> AsyncIterator[Page]:
    """The page in a narrow window."""
    await page.set_viewport_size({"width": WIDTH, "height": HEIGHT})
    yield page
    await page.set_viewport_size({"width": 1440, "height": 900})


async def fits(page: Page) -> None:
    """Nothing is wider than the window, and what can be pressed is large enough for a finger."""
    assert await page.evaluate("() => document.documentElement.scrollWidth") <= WIDTH
    assert await page.evaluate(TOO_WIDE) == []
    assert await page.evaluate(TOO_SMALL) == []


async def test_create_register_and_tools_on_a_phone(phone: Page, acme: PageServer) -> None:
    """Send the command, fill in the form, change the person in the drawer, press Register, move the clock."""
    names = ("created", "registered", "reminded")
    acme.state["first_steps"] = {"steps": [{"id": name, "done": False} for name in names]}
    card = (section("s", "*Launch day*\nTomorrow at 5:00 PM"), actions("a", button("Register", "seat.register")))
    acme.state["messages"]["CLAUNCH"] = [message(600, "UBOT", "Launch day", *card)]
    acme.state["planned"] = [{"channel": "CLAUNCH", "at": NOW + 60, "before": "1 hour before", "title": "Launch day"}]
    await phone.goto(f"{acme.url}/#as=UANA&in=CLAUNCH")
    tools = phone.get_by_role("complementary", name="Sandbox tools")
    await expect(tools).to_be_hidden()
    composer = phone.get_by_test_id("composer")
    await expect(composer).to_be_in_viewport(ratio=1)
    await fits(phone)
    await composer.fill("/webinar create Launch day")
    await composer.press("Enter")
    assert (await acme.posted("command"))["text"] == "/webinar create Launch day"

    acme.views["UANA"] = [view("V1", "Create a webinar", section("x", "Where and when"), STARTS)]
    acme.changed()
    form = phone.get_by_role("dialog", name="Create a webinar")
    box = await form.bounding_box()
    assert box
    assert (box["x"], box["width"], box["height"]) == (0, WIDTH, HEIGHT)
    await expect(form.get_by_test_id("modal-submit")).to_be_in_viewport(ratio=1)
    await fits(phone)
    acme.views["UANA"] = []
    acme.changed()
    await expect(form).to_be_hidden()

    menu = phone.get_by_role("button", name="Menu", exact=True)
    await menu.click()
    await phone.get_by_test_id("person").select_option("UDEV")
    await expect(phone.get_by_test_id("person")).to_be_hidden()
    await phone.get_by_role("button", name="Register").click()
    assert (await acme.posted("action"))["as"] == "UDEV"
    await menu.click()
    await phone.mouse.click(WIDTH - 10, HEIGHT / 2)
    await expect(phone.get_by_test_id("person")).to_be_hidden()

    await phone.get_by_role("button", name="Tools", exact=True).click()
    await expect(tools.get_by_role("button", name="+10 min")).to_be_in_viewport(ratio=1)
    await fits(phone)
    await tools.get_by_role("button", name="+10 min").click()
    assert await acme.posted("clock") == {"as": "UDEV", "seconds": 600}
    await phone.get_by_role("button", name="Tools", exact=True).click()
    await expect(tools).to_be_hidden()
    await expect(composer).to_be_in_viewport(ratio=1)
