"""The page's form elements: each by keyboard only, and with an error from the app."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from playwright.async_api import Page, expect

from tests.sandbox.page_server import STARTS, Json, PageServer, field, option, section, show_modal

pytest_plugins = ["tests.sandbox.page_fixtures"]
pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

TEXT = {"type": "plain_text_input"}
ROLES = [option("People who register", "registrants"), option("Everyone with the link", "everyone")]


async def test_every_element_of_a_form_works_by_keyboard(page: Page, acme: PageServer) -> None:
    """Times, checkboxes, numbers, texts, menus and dates are filled in with keys only, in their order."""
    tags = [option("Red", "red"), option("Green", "green")]
    modal = await show_modal(
        page,
        acme,
        field("at", "At", {"type": "timepicker"}),
        field("what", "What", {"type": "checkboxes", "options": tags}),
        field("limit", "Limit", {"type": "number_input", "is_decimal_allowed": False}),
        field("note", "Note", TEXT),
        field("pace", "Pace", {"type": "static_select", "options": tags}),
        STARTS,
    )
    keys = page.keyboard
    await expect(modal.get_by_label("At", exact=True)).to_be_focused()
    await keys.type("1005PM")
    await modal.get_by_role("checkbox", name="Red").focus()
    for key in ("Space", "Tab", "Space", "Tab"):
        await keys.press(key)
    await keys.type("250")
    await keys.press("Tab")
    await keys.type("Quiet at night")
    await keys.press("Tab")
    await keys.type("Gr")
    await modal.get_by_label("Starts date").focus()
    await keys.type("10012026")
    await modal.get_by_label("Starts time").focus()
    await keys.type("0330PM")
    await keys.press("Enter")
    values = (await acme.posted("submit"))["values"]
    assert {name: dict(list(state[name].items())[1:]) for name, state in values.items()} == {
        "at": {"selected_time": "22:05"},
        "what": {"selected_options": tags},
        "limit": {"value": "250"},
        "note": {"value": "Quiet at night"},
        "pace": {"selected_option": tags[1]},
        "starts": {
            "selected_date_time": int(datetime(2026, 10, 1, 15, 30, tzinfo=ZoneInfo("Europe/Madrid")).timestamp())
        },
    }


ELEMENTS: dict[str, Json] = {
    "timepicker": {"type": "timepicker"},
    "checkboxes": {"type": "checkboxes", "options": ROLES},
    "number_input": {"type": "number_input", "is_decimal_allowed": False},
    "plain_text_input": TEXT,
    "static_select": {"type": "static_select", "options": ROLES},
    "datetimepicker": {"type": "datetimepicker"},
}


async def test_every_element_of_a_form_shows_the_apps_error(page: Page, acme: PageServer) -> None:
    """Below it, announced with it, with focus on the first; each disappears when its own element changes."""
    blocks = [field(name, name, element, optional=True) for name, element in ELEMENTS.items()]
    modal = await show_modal(page, acme, *blocks)
    acme.answers["submit"] = {"ok": False, "errors": {name: f"Wrong: {name}." for name in ELEMENTS}}
    await modal.get_by_role("button", name="Create Webinar").click()
    errors = modal.locator(".field-error:visible")
    await expect(errors).to_have_text([f"Wrong: {name}." for name in ELEMENTS])
    await expect(modal.get_by_label("timepicker", exact=True)).to_be_focused()
    for name in ELEMENTS:
        control = modal.locator(f"[data-block={name}] [data-focus]").first
        await expect(control).to_have_attribute("aria-invalid", "true")
        described = modal.locator(f"[data-block={name}] [aria-describedby]").first
        await expect(described).to_have_accessible_description(f"(optional) Wrong: {name}.")
    await modal.get_by_label("timepicker", exact=True).fill("10:00")
    await modal.get_by_role("checkbox").first.check()
    await modal.get_by_label("number_input").fill("5")
    await modal.get_by_label("plain_text_input").fill("x")
    await modal.get_by_label("static_select").select_option("Everyone with the link")
    await modal.get_by_label("datetimepicker date").fill("2026-10-01")
    await expect(errors).to_have_text(["Wrong: datetimepicker."])
    await modal.get_by_label("datetimepicker time").fill("10:00")
    await expect(errors).to_have_count(0)


async def test_menu_of_a_row_in_a_modal_works_by_keyboard(page: Page, acme: PageServer) -> None:
    """It opens, cycles and closes without closing the modal; a choice reaches the app, and focus stays."""
    choices = [option("Skip", "skip"), option("Move", "move"), option("Mute", "mute")]
    more = {"type": "overflow", "action_id": "row", "options": choices}
    modal = await show_modal(page, acme, section("r1", "10 minutes before", accessory=more), submit="")
    button_of_row = modal.get_by_role("button", name="More options")
    await button_of_row.press("Enter")
    items = modal.get_by_role("menuitem")
    await expect(items.first).to_be_focused()
    await page.keyboard.press("ArrowUp")
    await expect(items.last).to_be_focused()
    await page.keyboard.press("Escape")
    await expect(items.last).to_be_hidden()
    await expect(button_of_row).to_be_focused()
    assert (await modal.is_visible(), acme.unseen("close")) == (True, 0)
    await button_of_row.press("Enter")
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Enter")
    sent = await acme.posted("action")
    assert (sent["block_id"], sent["action_id"], sent["element"]) == (
        "r1",
        "row",
        {"type": "overflow", "selected_option": choices[1]},
    )
    await expect(button_of_row).to_be_focused()
