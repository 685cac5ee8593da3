"""The page's fields and links in every place that allows them: dispatched at once, opened in a new tab, mentioned."""

from __future__ import annotations

import pytest
from playwright.async_api import Locator, Page, expect

from tests.sandbox.page_server import (
    Json,
    PageServer,
    actions,
    button,
    field,
    message,
    mrkdwn,
    option,
    plain,
    section,
    show,
    show_modal,
)

pytest_plugins = ["tests.sandbox.page_fixtures"]
pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

TAGS = [option("Red", "red"), option("Green", "green")]
TYPING = {"dispatch_action_config": {"trigger_actions_on": ["on_enter_pressed", "on_character_entered"]}}
FIELDS: dict[str, tuple[Json, str, Json]] = {
    "plain_text_input": ({"multiline": True, **TYPING}, "fill:one", {"value": "one"}),
    "email_text_input": (TYPING, "fill:jo@example.com", {"value": "jo@example.com"}),
    "url_text_input": ({}, "enter:https://example.com", {"value": "https://example.com"}),
    "number_input": ({"is_decimal_allowed": False}, "enter:5", {"value": "5"}),
    "static_select": ({"options": TAGS}, "select:Green", {"selected_option": TAGS[1]}),
    "radio_buttons": ({"options": TAGS}, "check:Red", {"selected_option": TAGS[0]}),
    "checkboxes": ({"options": TAGS}, "check:Green", {"selected_options": TAGS[1:]}),
    "multi_static_select": ({"options": TAGS}, "pick:Green", {"selected_options": TAGS[1:]}),
    "users_select": ({}, "select:Finn Berg", {"selected_user": "UFINN"}),
    "multi_users_select": ({}, "pick:Dev Patel", {"selected_users": ["UDEV"]}),
    "conversations_select": ({}, "select:#board", {"selected_conversation": "CBOARD"}),
    "multi_conversations_select": ({}, "pick:#launch", {"selected_conversations": ["CLAUNCH"]}),
    "datepicker": ({}, "fill:2026-10-01", {"selected_date": "2026-10-01"}),
    "timepicker": ({}, "fill:10:05", {"selected_time": "10:05"}),
}


async def _answer(page: Page, place: Locator, name: str, what: str) -> None:
    how, _, value = what.partition(":")
    control = place.get_by_label(name, exact=True)
    if how == "check":
        await place.locator(f"[data-block={name}]").get_by_label(value, exact=True).check()
    elif how == "select":
        await control.select_option(value)
    elif how == "pick":
        await control.press("ArrowDown")
        await page.get_by_role("listbox").get_by_role("option", name=value).click()
    else:
        await control.fill(value)
        if how == "enter":
            await control.press("Enter")


async def test_every_field_with_dispatch_action_is_told_at_once(page: Page, acme: PageServer) -> None:
    """With its own value, and nothing is submitted."""
    blocks = [field(n, n, {"type": n, **more}, dispatch_action=True) for n, (more, _, _) in FIELDS.items()]
    place = await show_modal(page, acme, *blocks)
    for name, (_, what, state) in FIELDS.items():
        await _answer(page, place, name, what)
        sent = await acme.posted("action")
        assert (sent["action_id"], sent["element"]) == (name, {"type": name, **state})
        assert sent["values"][name] == {name: {"type": name, **state}}
    assert acme.unseen("submit") == 0


async def test_link_button_opens_beside_the_page_wherever_it_stands(page: Page, acme: PageServer) -> None:
    """In an ephemeral message and in a modal: a new tab, the app is notified, the page stays."""
    join = button("Join Now", "join", url=f"{acme.url}/page/style.css", style="primary")
    alone = message(5, "UBOT", "Only you", section("s", "Your link"), actions("row", join), to="UANA")
    acme.state["messages"]["CLAUNCH"].append(alone)
    modal_of = await show_modal(page, acme, section("s", "Your link"), actions("inside", join), submit="")
    await _follow(page, acme, modal_of.get_by_role("link", name="Join Now"), "inside")
    acme.views["UANA"].clear()
    acme.changed()
    await expect(modal_of).to_be_hidden()
    await _follow(page, acme, page.get_by_test_id("message").get_by_role("link", name="Join Now"), "row")
    await expect(page.get_by_text("Only visible to you")).to_be_visible()


async def _follow(page: Page, acme: PageServer, link: Locator, block: str) -> None:
    await expect(link).to_have_attribute("target", "_blank")
    await expect(link).to_have_attribute("rel", "noopener noreferrer")
    async with page.context.expect_page() as opened:
        await link.click()
    tab = await opened.value
    assert tab.url == f"{acme.url}/page/style.css"
    await tab.close()
    sent = await acme.posted("action")
    assert (sent["block_id"], sent["action_id"]) == (block, "join")


async def test_confirmation_is_asked_for_menus_as_well(page: Page, acme: PageServer) -> None:
    """After a canceled confirmation, a menu shows its old choice; an overflow menu sends nothing."""
    confirm = {"title": plain("Sure?"), "text": mrkdwn("It *tells* all"), "confirm": plain("Yes"), "deny": plain("No")}
    pick = {
        "type": "static_select",
        "action_id": "pick",
        "options": TAGS,
        "placeholder": plain("Pick"),
        "confirm": confirm,
    }
    more = {"type": "overflow", "action_id": "more", "options": TAGS, "confirm": confirm}
    acme.state["messages"]["CLAUNCH"].append(message(5, "UBOT", "card", actions("row", pick, more)))
    await show(page, acme)
    dialog = page.get_by_role("alertdialog", name="Sure?")
    await page.get_by_label("Pick").select_option("Green")
    await dialog.get_by_role("button", name="No").click()
    await expect(page.get_by_label("Pick")).to_have_value("-1")
    await page.get_by_role("button", name="More options").click()
    await page.get_by_role("menuitem", name="Red").click()
    await dialog.get_by_role("button", name="No").click()
    assert acme.unseen("action") == 0
    await page.get_by_label("Pick").select_option("Green")
    await dialog.get_by_role("button", name="Yes").click()
    assert (await acme.posted("action"))["element"] == {"type": "static_select", "selected_option": TAGS[1]}


async def test_user_group_is_completed_sent_and_shown_by_its_handle(page: Page, acme: PageServer) -> None:
    """In a command as typed, because the workspace replaces names with ids; in a message as Slack stores it."""
    acme.state["messages"]["CLAUNCH"].append(message(5, "UBOT", "With <!subteam^SEVENTS> and <!subteam^SGONE|@gone>"))
    await show(page, acme)
    await expect(page.get_by_text("With @events and @gone")).to_be_visible()
    composer = page.get_by_test_id("composer")
    await composer.press_sequentially("Thanks @ev")
    await expect(page.get_by_role("option", name="@events Events, a user group")).to_be_visible()
    await composer.press("Enter")
    await expect(composer).to_have_value("Thanks @events ")
    await composer.press("Enter")
    assert (await acme.posted("message"))["text"] == "Thanks <!subteam^SEVENTS|@events>"
    # While it is being sent, nothing can be typed: the first letters would be lost.
    await expect(composer).to_have_value("")
    await expect(composer).to_be_editable()
    await composer.press_sequentially("/webinar invite next @events @Dev Patel")
    await composer.press("Escape")
    await composer.press("Enter")
    assert (await acme.posted("command"))["text"] == "/webinar invite next @events @dev"
