"""Our own pages in a browser, mostly without JavaScript: by keyboard, with input errors, on a narrow screen."""

from __future__ import annotations

import re
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from playwright.async_api import Page, expect

from bot.model.question import QuestionSet
from bot.model.registrant import RegistrantDetails
from bot.model.webinar import Webinar
from bot.web import page_text
from bot.web.page_look import PageLook
from bot.web.render import PageRenderer
from tests.handlers.test_question_fields import DATES
from tests.support.browser import TIMEOUT_MS, PageMonitor, launched_browser
from tests.support.own_pages import LENA, PageVisitor, page_visitor

pytestmark = pytest.mark.browser

NARROW = 320
LABELS = {"first_name": "First name", "last_name": "Last name", "email": "Email"}
LUMINANCE = """
element => {
  const channel = value => (value /= 255) <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  const rgb = text => text.match(/[\\d.]+/g).map(Number);
  const light = ([r, g, b]) => 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b);
  let behind = element;
  while (behind && rgb(getComputedStyle(behind).backgroundColor)[3] === 0) behind = behind.parentElement;
  const [a, b] = [light(rgb(getComputedStyle(element).color)), light(rgb(getComputedStyle(behind).backgroundColor))];
  return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
}
"""
"""The contrast ratio of an element's text by WCAG 2."""


def an_address_of_this_machine() -> str:
    """A URL with a free port."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{one.getsockname()[1]}"


@asynccontextmanager
async def visiting(folder: Path, **how: Any) -> AsyncIterator[tuple[PageVisitor, Page]]:
    """A site, and a browser without JavaScript as wide as a small phone."""
    async with (
        page_visitor(folder, public_url=an_address_of_this_machine(), **how) as visitor,
        launched_browser() as browser,
    ):
        context = await browser.new_context(java_script_enabled=False, viewport={"width": NARROW, "height": 640})
        page = await context.new_page()
        page.set_default_timeout(TIMEOUT_MS)
        watch = PageMonitor(page)
        yield visitor, page
        watch.check()


async def check_page(page: Page) -> None:
    """Check the language, the title, one h1, no horizontal overflow, contrast, labels and target sizes."""
    assert await page.locator("html").get_attribute("lang") == "en"
    heading = page.get_by_role("heading", level=1)
    assert await heading.count() == 1
    assert await page.title() == await heading.inner_text()
    assert await page.evaluate("document.documentElement.scrollWidth") <= NARROW
    assert await page.locator("script[src], img, iframe, link").count() == 0
    for element in await page.locator("h1, h2, p, label, a, button, time, input:visible, .error").all():
        assert await element.evaluate(LUMINANCE) >= 4.5
    for field in await page.locator("form input:not([type=hidden]):not([tabindex='-1'])").all():
        name = await field.get_attribute("name")
        await expect(page.get_by_label(LABELS[name or ""], exact=True)).to_have_attribute("name", name or "")
    for target in await page.locator("button, input:visible:not([tabindex='-1'])").all():
        box = await target.bounding_box()
        assert box is not None
        assert box["height"] >= 44


async def test_a_visitor_registers_by_keyboard_joins_and_cancels(tmp_path: Path) -> None:
    """From the form with errors to the webinar, and off the list again."""
    async with visiting(tmp_path) as (visitor, page):
        heading = page.get_by_role("heading", level=1)
        await page.goto(visitor.url)
        await check_page(page)
        await expect(heading).to_have_text("Register for Launch day")
        await _check_with_script(page, visitor)

        await _send_empty_by_keyboard(page)
        await _correct_by_keyboard(page)
        await expect(heading).to_have_text(re.compile("You are (in line|registered)"))
        await visitor.world.settled()
        await page.reload()
        await expect(heading).to_have_text("You are registered")
        await check_page(page)
        names = ("Join Webinar", "Cancel Registration")
        join, cancel = [await page.get_by_role("link", name=name).get_attribute("href") or "" for name in names]

        await page.goto(join)
        await check_page(page)
        await expect(heading).to_have_text("This webinar has not started yet")
        visitor.world.clock.move(visitor.webinar.start - timedelta(minutes=15) - visitor.world.clock.now())
        await page.reload()
        await expect(page.get_by_text("This link belongs to Lena Berger.")).to_be_visible()

        await page.goto(cancel)
        await check_page(page)
        await page.get_by_role("button", name="Cancel Registration").press("Enter")
        await expect(heading).to_have_text(re.compile("Your registration is canceled|Canceling your registration"))
        await visitor.world.settled()
        await page.reload()
        await expect(heading).to_have_text("Your registration is canceled")
        await check_page(page)
        assert visitor.registrants == []


async def test_the_status_page_refreshes_and_the_visitor_can_stop_it(tmp_path: Path) -> None:
    """Also if the URL ends in a fragment: a plain reload would only scroll."""
    async with visiting(tmp_path) as (visitor, page):
        heading = page.get_by_role("heading", level=1)
        refresh = page.locator("meta[http-equiv=refresh]")
        place = await visitor.queue_person()

        await page.goto(f"{place}#email")
        await expect(heading).to_have_text("You are in line")
        await check_page(page)
        await expect(refresh).to_have_attribute("content", f"20;url=?{place.partition('?')[2]}")
        await page.get_by_role("link", name="Stop Refreshing").click()
        await expect(refresh).to_have_count(0)

        visitor.world.bot.services.page_queue.wake()
        await visitor.world.settled()
        await page.get_by_role("link", name="Refresh Now").click()
        await expect(heading).to_have_text("You are registered")


async def _check_with_script(page: Page, visitor: PageVisitor) -> None:
    """The start is in the visitor's time zone and clock. The calendar file is saved under the title."""
    browser = page.context.browser
    assert browser is not None
    for locale, zone, clock, name in (
        ("en-GB", "Europe/London", "%H:%M", "Greenwich Mean Time"),
        ("en-US", "America/New_York", "%-I:%M\u00a0%p", "Eastern Standard Time"),
    ):
        context = await browser.new_context(locale=locale, timezone_id=zone)
        theirs = await context.new_page()
        watch = PageMonitor(theirs)
        await theirs.goto(visitor.url)
        local = visitor.webinar.start.astimezone(ZoneInfo(zone))
        shown = f"{local:%A, %B} {local.day}, {local.year}, {local:{clock}}, your time ({name})"
        await expect(theirs.locator("time")).to_have_text(re.compile(f"^{re.escape(shown)}$"))
        async with theirs.expect_download() as download:
            await theirs.get_by_role("link", name="Add to Calendar").click()
        assert (await download.value).suggested_filename == "Launch day.ics"
        with_dates = await context.new_page()
        await with_dates.set_content(_form_with_dates(visitor.webinar))
        first = datetime.fromisoformat(DATES.choices[0].label).astimezone(ZoneInfo(zone))
        shown = f"{first:%A, %B} {first.day}, {first.year}, {first:{clock}}, your time ({name})"
        await expect(with_dates.get_by_role("checkbox", name=shown)).to_be_visible()
        watch.check()
        await context.close()


def _form_with_dates(webinar: Webinar) -> str:
    nobody = RegistrantDetails(first_name="", last_name="", email="")
    form = page_text.form_page(webinar, nobody, "token", questions=QuestionSet(questions=(DATES,)))
    return PageRenderer(PageLook()).form_html(form)


async def _send_empty_by_keyboard(page: Page) -> None:
    """The tab order skips the honeypot, and the focus moves to the error summary."""
    await page.keyboard.press("Tab")
    await expect(page.locator(":focus")).to_have_text("Add to Calendar")
    for name in LABELS:
        await page.keyboard.press("Tab")
        await expect(page.locator(":focus")).to_have_attribute("name", name)
    await page.keyboard.type("lena")
    await page.keyboard.press("Tab")
    await expect(page.locator(":focus")).to_have_text("Register")
    await expect(page.locator(":focus")).to_have_css("outline-style", "solid")
    await page.keyboard.press("Enter")

    summary = page.get_by_role("alert")
    await expect(summary).to_be_focused()
    await expect(summary.get_by_role("link")).to_have_text(
        [
            "Enter your first name.",
            "Enter your last name.",
            "Enter a complete email address, for example name@example.com.",
        ]
    )
    await check_page(page)


async def _correct_by_keyboard(page: Page) -> None:
    """A link of the summary focuses its field, which is described by the error; the input is kept."""
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    first = page.get_by_label(LABELS["first_name"])
    await expect(first).to_be_focused()
    await expect(first).to_have_accessible_description("Enter your first name.")
    await expect(first).to_have_attribute("aria-invalid", "true")
    await expect(page.get_by_label(LABELS["email"])).to_have_value("lena")
    for name in LABELS:
        await page.keyboard.press("ControlOrMeta+a")
        await page.keyboard.type(LENA[name])
        await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
