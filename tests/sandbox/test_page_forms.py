"""The page's modals: submitted values, kept input, errors and focus, and keyboard use."""

from __future__ import annotations

import asyncio
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from playwright.async_api import Page, expect

from tests.sandbox.page_server import (
    START,
    STARTS,
    PageServer,
    actions,
    button,
    field,
    mrkdwn,
    option,
    plain,
    section,
    show,
    show_modal,
    view,
)

pytest_plugins = ["tests.sandbox.page_fixtures"]
pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

TEXT = {"type": "plain_text_input"}
TITLE = field("title", "Title", TEXT)
ROLES = [option("People who register", "registrants"), option("Everyone with the link", "everyone")]


async def test_every_element_sends_slacks_own_form(page: Page, acme: PageServer) -> None:
    """Texts, numbers, dates, choices, users and channels are sent in Slack's format; an empty one is null or []."""
    tags = [option("Red", "red"), option("Green", "green")]
    modal = await show_modal(
        page,
        acme,
        TITLE,
        field("limit", "Limit", {"type": "number_input", "is_decimal_allowed": False}),
        field("day", "Day", {"type": "datepicker"}),
        field("time", "Time", {"type": "timepicker"}),
        field("who", "Who is it for?", {"type": "radio_buttons", "options": ROLES, "initial_option": ROLES[0]}),
        field("tags", "Tags", {"type": "multi_static_select", "options": tags}),
        field("boxes", "Extras", {"type": "checkboxes", "options": tags, "initial_options": tags}),
        field("team", "Co-hosts", {"type": "multi_users_select", "max_selected_items": 2}),
        field("host", "Host", {"type": "users_select"}),
        field("place", "Announce in", {"type": "conversations_select", "default_to_current_conversation": True}),
        field("other", "Also in", {"type": "channels_select"}, optional=True),
        field("found", "Webinar", {"type": "external_select", "min_query_length": 2}),
        field("page", "Redirect", {"type": "url_text_input"}, optional=True),
        field("empty", "Notes", {"type": "multi_static_select", "options": tags}, optional=True),
    )
    found = option("Launch day", "s1")
    acme.answers["suggest"] = {"options": [found]}
    await modal.get_by_label("Title").fill("Launch day")
    await modal.get_by_label("Limit").fill("50")
    await modal.get_by_label("Day").fill("2026-10-01")
    await modal.get_by_label("Time").fill("09:05")
    await modal.get_by_label("Everyone with the link").check()
    await modal.get_by_label("Tags").press("ArrowDown")
    await page.get_by_role("listbox").get_by_role("option", name="Green").click()
    await modal.get_by_role("checkbox", name="Red").uncheck()
    for name in ("dev", "fin"):
        await modal.get_by_label("Co-hosts").press_sequentially(name)
        await page.get_by_role("listbox").get_by_role("option").first.wait_for()
        await modal.get_by_label("Co-hosts").press("Enter")
    await modal.get_by_label("Co-hosts").press("Backspace")
    await modal.get_by_label("Host", exact=True).select_option("Finn Berg")
    await modal.get_by_label("Webinar").press_sequentially("la")
    await page.get_by_role("listbox").get_by_role("option", name="Launch day").click()
    asked = {"block_id": "found", "action_id": "found", "value": "la", "container": {"type": "view", "view_id": "V1"}}
    assert await acme.posted("suggest") == {"as": "UANA", **asked}
    await modal.get_by_role("button", name="Create Webinar").click()
    sent = await acme.posted("submit")
    states = {
        "title": {"type": "plain_text_input", "value": "Launch day"},
        "limit": {"type": "number_input", "value": "50"},
        "day": {"type": "datepicker", "selected_date": "2026-10-01"},
        "time": {"type": "timepicker", "selected_time": "09:05"},
        "who": {"type": "radio_buttons", "selected_option": ROLES[1]},
        "tags": {"type": "multi_static_select", "selected_options": [tags[1]]},
        "boxes": {"type": "checkboxes", "selected_options": [tags[1]]},
        "team": {"type": "multi_users_select", "selected_users": ["UDEV"]},
        "host": {"type": "users_select", "selected_user": "UFINN"},
        "place": {"type": "conversations_select", "selected_conversation": "CLAUNCH"},
        "other": {"type": "channels_select", "selected_channel": None},
        "found": {"type": "external_select", "selected_option": found},
        "page": {"type": "url_text_input", "value": None},
        "empty": {"type": "multi_static_select", "selected_options": []},
    }
    assert sent == {"as": "UANA", "view_id": "V1", "values": {name: {name: state} for name, state in states.items()}}


async def test_what_slacks_client_refuses_is_never_sent(page: Page, acme: PageServer) -> None:
    """Missing and invalid values are shown under their fields, all at once; the first one gets focus."""
    modal = await show_modal(
        page,
        acme,
        field("note", "Note", TEXT, optional=True),
        STARTS,
        field("short", "Code", {**TEXT, "min_length": 3}),
        field("limit", "Limit", {"type": "number_input", "is_decimal_allowed": False, "max_value": "10"}),
        field("mail", "Email", {"type": "email_text_input"}),
    )
    await modal.get_by_label("Code").fill("ab")
    await modal.get_by_label("Limit").fill("11")
    await modal.get_by_label("Email").fill("nobody")
    await modal.get_by_role("button", name="Create Webinar").click()
    await expect(modal.locator(".field-error:visible")).to_have_text(
        [
            "Please complete this required field.",
            "Enter at least 3 characters.",
            "Enter 10 or less.",
            "Enter a valid email address.",
        ]
    )
    await expect(modal.get_by_label("Starts date")).to_be_focused()
    assert acme.unseen("submit") == 0


async def test_field_errors_of_the_app_stand_under_their_fields(page: Page, acme: PageServer) -> None:
    """A form cannot be sent twice while it is being sent; each error is announced with its field until it changes."""
    modal = await show_modal(
        page, acme, TITLE, field("length", "Length", TEXT), actions("more", button("More Settings", "more"))
    )
    submit = modal.get_by_role("button", name="Create Webinar")
    acme.answers["submit"] = {"ok": False, "errors": {"length": "At most 12 hours.", "gone": "Nothing was created."}}
    acme.hold = asyncio.Event()
    await modal.get_by_label("Title").fill("Launch day")
    await modal.get_by_label("Length").fill("13 hours")
    await modal.get_by_label("Length").press("Enter")
    await acme.posted("submit")
    await expect(submit).to_be_disabled()
    acme.hold.set()
    length = modal.get_by_label("Length")
    await expect(length).to_be_focused()
    await expect(length).to_have_accessible_description("At most 12 hours.")
    await expect(length).to_have_attribute("aria-invalid", "true")
    await expect(modal.get_by_role("alert")).to_have_text("Nothing was created.")
    await expect(length).to_have_value("13 hours")
    await length.press_sequentially("!")
    await expect(modal.get_by_text("At most 12 hours.")).to_be_hidden()
    assert (await submit.is_enabled(), acme.unseen("submit")) == (True, 0)


async def test_what_is_typed_just_before_a_form_is_sent_is_sent_once(page: Page, acme: PageServer) -> None:
    """With the form: an action after it would name a field that the next view does not have."""
    typing = {**TEXT, "dispatch_action_config": {"trigger_actions_on": ["on_character_entered"]}}
    modal = await show_modal(page, acme, TITLE, {**field("zone", "Time zone", typing), "dispatch_action": True})
    acme.hold = asyncio.Event()
    await modal.get_by_label("Title").fill("Launch day")
    await modal.get_by_label("Time zone").fill("Tokyo")
    await modal.get_by_label("Time zone").press("Enter")
    sent = await acme.posted("submit")
    assert sent["values"]["zone"]["zone"]["value"] == "Tokyo"
    await page.evaluate("new Promise((resolve) => setTimeout(resolve, 310))")  # after the field's own timer
    acme.hold.set()
    await expect(modal.get_by_role("button", name="Create Webinar")).to_be_enabled()
    assert acme.unseen("action") == 0


async def test_typed_values_survive_snapshots_and_updates(page: Page, acme: PageServer) -> None:
    """Text, caret and focus stay while the app changes the view; removed fields are forgotten."""
    modal = await show_modal(
        page, acme, TITLE, field("who", "Audience", {"type": "static_select", "options": ROLES}), STARTS
    )
    title = modal.get_by_label("Title")
    await modal.get_by_label("Audience").select_option("Everyone with the link")
    await modal.get_by_label("Starts date").fill("2026-10-01")
    await title.fill("Launch day")
    await title.press("ArrowLeft")
    hinted = {**field("title", "Title", {**TEXT, "initial_value": "other"}), "hint": plain("Shown to everyone")}
    later = field("later", "Later", {**TEXT, "initial_value": "new"})
    old = acme.views["UANA"][0]
    acme.views["UANA"] = [
        {**old, "hash": "2", "blocks": [section("s", "Now with a hint."), hinted, later, *old["blocks"][1:2]]}
    ]
    acme.changed()
    await expect(modal.get_by_text("Shown to everyone")).to_be_visible()
    await expect(title).to_be_focused()
    await title.press_sequentially("s ")
    await expect(title).to_have_value("Launch das y")
    acme.views["UANA"] = [{**acme.views["UANA"][0], "hash": "3", "blocks": [hinted, later, *old["blocks"][1:]]}]
    acme.changed()
    await expect(modal.get_by_label("Starts date")).to_have_value("")
    await modal.get_by_label("Starts date").fill("2026-10-02")
    await modal.get_by_label("Starts time").fill("10:00")
    await modal.get_by_role("button", name="Create Webinar").click()
    values = (await acme.posted("submit"))["values"]
    assert (values["title"]["title"]["value"], values["later"]["later"]["value"]) == ("Launch das y", "new")
    assert values["who"]["who"]["selected_option"] == ROLES[1]


async def test_button_in_a_modal_carries_what_is_on_screen_and_may_push(page: Page, acme: PageServer) -> None:
    """The app gets all values with the click; the view it pushes lies on top, and Back returns to the same place."""
    modal = await show_modal(page, acme, TITLE, actions("more", button("More Settings", "more")))
    pushed = view("V2", "More settings", field("title", "Password", TEXT), root="V1", submit="Save")
    acme.effects["action"] = lambda _body: acme.views["UANA"].append(pushed)
    acme.effects["close"] = lambda _body: acme.views["UANA"].remove(pushed)
    await modal.get_by_label("Title").fill("Launch day")
    await modal.get_by_role("button", name="More Settings").click()
    values = {"title": {"title": {"type": "plain_text_input", "value": "Launch day"}}}
    sent = await acme.posted("action")
    assert (sent["container"], sent["values"]) == ({"type": "view", "view_id": "V1"}, values)
    top = page.get_by_role("dialog", name="More settings")
    await expect(top.get_by_label("Password")).to_be_focused()
    await top.get_by_label("Password").fill("secret")
    await top.get_by_role("button", name="Back to Create webinar").click()
    kept = {"title": {"title": {"type": "plain_text_input", "value": "secret"}}}
    assert await acme.posted("close") == {"as": "UANA", "view_id": "V2", "clear": False, "values": kept}
    await expect(modal.get_by_label("Title")).to_have_value("Launch day")
    await expect(modal.get_by_role("button", name="More Settings")).to_be_focused()
    await modal.get_by_role("button", name="Close").click()
    assert await acme.posted("close") == {"as": "UANA", "view_id": "V1", "clear": True, "values": values}


async def test_whole_path_works_by_keyboard_alone(page: Page, acme: PageServer) -> None:
    """Command, fields in order, around the dialog, Escape, back in the composer; again, and Enter sends."""
    radio = {"type": "radio_buttons", "options": ROLES, "initial_option": ROLES[0]}
    form = view("V1", "Create webinar", TITLE, STARTS, field("who", "Who is it for?", radio))
    acme.effects["command"] = lambda _body: acme.views["UANA"].append(form)
    acme.effects["close"] = acme.effects["submit"] = lambda _body: acme.views["UANA"].clear()
    await show(page, acme)
    keys = page.keyboard
    await keys.type("/webinar create")
    await keys.press("Enter")
    modal = page.get_by_role("dialog", name="Create webinar")
    await expect(modal.get_by_label("Title")).to_be_focused()
    order = [await _next_stop(page, key) for key in ("Tab",) * 10]
    assert order == ["starts/starts/date"] * 4 + ["starts/starts/time"] * 4 + ["who/who/0", "Cancel"]
    assert [await _next_stop(page, "Tab") for _ in range(2)] == ["Create Webinar", "Close"]
    assert await _next_stop(page, "Shift+Tab") == "Create Webinar"
    await keys.press("F6")
    await expect(page.get_by_role("button", name="+10 min")).to_be_focused()
    await keys.press("F6")
    await keys.press("Escape")
    await expect(modal).to_be_hidden()
    assert (await acme.posted("close"))["clear"] is False
    await expect(page.get_by_test_id("composer")).to_be_focused()
    await keys.type("/webinar create")
    await keys.press("Enter")
    await expect(modal.get_by_label("Title")).to_be_focused()
    await keys.type("By hand")
    await keys.press("Tab")
    await keys.type("10012026")
    for _ in range(2):  # over the calendar's own button
        await keys.press("Tab")
    await keys.type("0330PM")
    await keys.press("Enter")
    values = (await acme.posted("submit"))["values"]
    unix = int(datetime(2026, 10, 1, 15, 30, tzinfo=ZoneInfo("Europe/Madrid")).timestamp())
    assert (values["title"]["title"]["value"], values["starts"]["starts"]["selected_date_time"]) == ("By hand", unix)
    await expect(modal).to_be_hidden()


async def _next_stop(page: Page, key: str) -> str:
    await page.keyboard.press(key)
    name = "() => { const at = document.activeElement; return at.dataset.focus ?? at.ariaLabel ?? at.textContent; }"
    return str(await page.evaluate(name))


async def test_blocks_without_a_field_are_drawn_or_named(page: Page, acme: PageServer) -> None:
    """An alert has its level, an unknown block its name; a date follows the user's zone in rich text too."""
    date = {"type": "date", "timestamp": START, "format": "{date_long} at {time_secs}", "fallback": "soon"}
    modal = await show_modal(
        page,
        acme,
        {"type": "alert", "level": "warning", "text": mrkdwn("*Slow* today")},
        {"type": "plan", "block_id": "c"},
        {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [date]}]},
        submit="",
        close="",
    )
    await expect(modal.locator(".alert.warning")).to_have_text("Slow today")
    await expect(modal.get_by_text("The sandbox does not draw “plan”.")).to_be_visible()
    await expect(modal.get_by_text("Friday, September 25th, 2026 at 5:00:00 PM")).to_be_visible()
    await expect(modal.get_by_role("button")).to_have_count(1)
