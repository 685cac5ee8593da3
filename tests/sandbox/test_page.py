"""The page's channel view: messages, the composer, users and their time zones, and the tools beside it."""

from __future__ import annotations

import pytest
from playwright.async_api import Page, expect

from tests.sandbox.page_server import (
    START,
    Json,
    PageServer,
    actions,
    button,
    message,
    mrkdwn,
    option,
    plain,
    section,
    show,
)

pytest_plugins = ["tests.sandbox.page_fixtures"]
pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

INJECTIONS = (
    "<img src=x onerror=alert(1)>",
    "<script>alert(1)</script>",
    "&lt;img src=x onerror=alert(1)&gt;",
    "<javascript:alert(1)|click me>",
    '<https://a.example/"onmouseover=alert(1)|*<b>bold</b>*>',
    "<data:text/html,<script>alert(1)</script>|data>",
    "`<script>alert(1)</script>` ```<img src=x onerror=alert(1)>```",
    "<!date^0^{<img src=x onerror=alert(1)>}^javascript:alert(1)|<b>x</b>>",
)


async def test_command_posts_what_was_typed(page: Page, acme: PageServer) -> None:
    """Enter sends the command in this channel as this user, and empties the composer."""
    await show(page, acme)
    composer = page.get_by_label("Message #launch")
    await expect(composer).to_be_focused()
    await composer.press_sequentially("/webinar create Launch day for @Dev Patel & co")
    await composer.press("Enter")
    text = "/webinar create Launch day for @dev & co"
    assert await acme.posted("command") == {"as": "UANA", "channel": "CLAUNCH", "text": text}
    await expect(composer).to_have_value("")


async def test_command_that_fails_keeps_its_text_and_says_why(page: Page, acme: PageServer) -> None:
    """The error is shown above the composer until the next key press; each channel has its own draft."""
    acme.answers["command"] = {"ok": False, "error": "operation_timeout", "text": "/webinar failed with the error"}
    await show(page, acme)
    composer = page.get_by_test_id("composer")
    await composer.fill("/webinar list")
    await composer.press("Enter")
    await expect(page.get_by_test_id("composer-error")).to_have_text("/webinar failed with the error")
    await expect(composer).to_have_value("/webinar list")
    await page.get_by_role("button", name="board").click()
    await expect(composer).to_have_value("")
    await page.get_by_role("button", name="launch", exact=True).click()
    await expect(composer).to_have_value("/webinar list")
    await composer.press("End")
    await composer.press_sequentially(" mine")
    await expect(page.get_by_test_id("composer-error")).to_be_hidden()


async def test_the_app_takes_no_messages_and_opens_home_only_when_chosen(page: Page, acme: PageServer) -> None:
    """Its Messages tab is read-only: a message stays in the composer, with what to type; commands are sent."""
    await show(page, acme)
    await page.get_by_role("button", name="greenroom").last.click()
    composer = page.get_by_test_id("composer")
    await composer.fill("help")
    await composer.press("Enter")
    await expect(page.get_by_test_id("composer-error")).to_contain_text("Type /webinar help")
    await expect(composer).to_have_value("help")
    await composer.fill("/webinar help")
    await composer.press("Enter")
    assert (await acme.posted("command"))["channel"] == "DBOT"
    await page.get_by_role("tab", name="Home").click()
    assert await acme.posted("home") == {"as": "UANA"}
    await expect(composer).to_be_hidden()


async def test_slash_shows_commands_and_arrow_up_the_last_line(page: Page, acme: PageServer) -> None:
    """ "/" offers the commands, Tab inserts one and its usage stays visible; the up arrow restores the last line."""
    await show(page, acme)
    composer = page.get_by_test_id("composer")
    await composer.press("/")
    await expect(page.get_by_role("option", name="/webinar [create | list]")).to_be_visible()
    await composer.press("Tab")
    await expect(composer).to_have_value("/webinar ")
    await expect(page.get_by_test_id("usage")).to_contain_text("[create | list]")
    await composer.press_sequentially("list")
    await composer.press("Enter")
    await acme.posted("command")
    await expect(composer).to_have_value("")
    await composer.press("ArrowUp")
    await expect(composer).to_have_value("/webinar list")


async def test_line_of_ones_own_is_escaped_and_names_become_ids(page: Page, acme: PageServer) -> None:
    """As Slack stores it; @ completes to a user by keyboard."""
    await show(page, acme)
    composer = page.get_by_test_id("composer")
    await composer.press_sequentially("a < b & @fi")
    await composer.press("Enter")
    await composer.press_sequentially("in #launch")
    await composer.press("Escape")
    await composer.press("Enter")
    text = "a &lt; b &amp; <@UFINN> in <#CLAUNCH|launch>"
    assert await acme.posted("message") == {"as": "UANA", "channel": "CLAUNCH", "text": text}


async def test_message_text_never_becomes_markup(page: Page, acme: PageServer) -> None:
    """No text of a message, block or name is executed, loaded or parsed as HTML; unsafe links are not links."""
    for number, text in enumerate(INJECTIONS):
        rich = {"type": "rich_text_section", "elements": [{"type": "link", "url": "javascript:alert(1)", "text": text}]}
        blocks = [section(f"s{number}", text), {"type": "markdown", "text": f"[x](javascript:alert(1)) {text}"}]
        blocks += [{"type": "rich_text", "elements": [rich]}, {"type": "header", "text": plain(text)}]
        acme.state["messages"]["CLAUNCH"] += [
            message(90 - number, "UDEV", text),
            message(60 - number, "UBOT", text, *blocks),
        ]
    acme.state["people"][1]["real_name"] = "<img src=x onerror=alert(1)>"
    await show(page, acme)
    area = page.get_by_test_id("messages")
    await expect(area.get_by_test_id("message")).to_have_count(1 + 2 * len(INJECTIONS))
    found = "nodes => nodes.map(node => node.outerHTML)"
    assert await area.locator("img, script, iframe, b, [onerror], [onmouseover]").evaluate_all(found) == []
    schemes = "nodes => [...new Set(nodes.map(node => new URL(node.href).protocol))]"
    assert await area.locator("a").evaluate_all(schemes) == ["https:"]


async def test_mrkdwn_is_drawn_as_slack_draws_it(page: Page, acme: PageServer) -> None:
    """Bold, italic, strike, code, quote, list, mentions, links and line breaks; other text is unchanged."""
    text = (
        "*b* _i_ ~s~ `c` snake_case 2*3*4 :tada: <@UANA> <#CBOARD> <https://a.example|A>\n&gt; q\n• one\n<slack://x|no>"
    )
    acme.state["messages"]["CLAUNCH"] = [message(5, "UDEV", text)]
    await show(page, acme)
    body = page.get_by_test_id("message").locator(".message-text")
    await expect(body).to_be_visible()
    drawn = body.locator("strong, em, s, code, blockquote, li, a, .mention")
    assert await drawn.evaluate_all("nodes => nodes.map(node => `${node.tagName} ${node.textContent}`)") == [
        "STRONG b",
        "EM i",
        "S s",
        "CODE c",
        "SPAN @Ana Ruiz",
        "BUTTON #board",
        "A A",
        "BLOCKQUOTE q",
        "LI • one",
    ]
    assert (await body.inner_text()).startswith("b i s c snake_case 2*3*4 🎉 @Ana Ruiz #board A")


async def test_ephemeral_message_is_marked_and_only_for_its_person(page: Page, acme: PageServer) -> None:
    """It is marked as visible to this user only; other users do not see it."""
    acme.state["messages"]["CLAUNCH"].append(message(5, "UBOT", "Two registrations.", to="UANA"))
    await show(page, acme)
    own = page.get_by_test_id("message").filter(has_text="Two registrations.")
    await expect(own).to_contain_text("Only visible to you")
    await expect(own).to_have_attribute("data-ephemeral", "true")
    await page.get_by_label("You are").select_option("UDEV")
    await expect(page.get_by_test_id("message")).to_have_count(1)


async def test_times_follow_the_chosen_person(page: Page, acme: PageServer) -> None:
    """The same time is shown in the zone of Madrid, Kolkata and Los Angeles: on messages, in texts and on the clock."""
    stamp = f"<!date^{START}^{{date_short_pretty}} at {{time}}|fallback>"
    acme.state["messages"]["CLAUNCH"] = [message(600, "UBOT", "x", section("when", stamp))]
    await show(page, acme)
    seen = page.get_by_test_id("message")
    for user, text, at, clock in (
        ("UANA", "Tomorrow at 5:00 PM", "3:54 PM", "4:04:"),
        ("UDEV", "Tomorrow at 8:30 PM", "7:24 PM", "7:34:"),
        ("UFINN", "Tomorrow at 8:00 AM", "6:54 AM", "7:04:"),
    ):
        await page.get_by_label("You are").select_option(user)
        await expect(seen.locator("[data-block=when] time")).to_have_text(text)
        await expect(seen.locator(".message-time")).to_have_text(at)
        await expect(page.get_by_test_id("clock")).to_contain_text(clock)


async def test_day_dividers_fall_at_the_persons_midnight(page: Page, acme: PageServer) -> None:
    """19:10 UTC is the evening of the same day in Madrid, but past midnight in Kolkata."""
    acme.state["messages"]["CLAUNCH"] = [message(19.9 * 3600, "UDEV", "one"), message(19 * 3600, "UDEV", "two")]
    await show(page, acme)
    await expect(page.locator(".day")).to_have_text(["Yesterday"])
    await page.get_by_label("You are").select_option("UDEV")
    await expect(page.locator(".day")).to_have_text(["Yesterday", "Today"])


async def test_messages_stay_at_the_bottom_unless_one_has_scrolled_up(page: Page, acme: PageServer) -> None:
    """The view follows new messages; after scrolling up it stays and offers a button to the end."""
    acme.state["messages"]["CLAUNCH"] = [message(6000 - i, "UDEV", f"line {i}") for i in range(60)]
    await show(page, acme)
    await expect(page.get_by_text("line 59", exact=True)).to_be_in_viewport()
    acme.state["messages"]["CLAUNCH"].append(message(2, "UDEV", "newest"))
    acme.changed()
    await expect(page.get_by_text("newest", exact=True)).to_be_in_viewport()
    await page.get_by_test_id("messages").evaluate(
        "node => new Promise(done => { node.onscroll = done; node.scrollTop = 200; })"
    )
    acme.state["messages"]["CLAUNCH"].append(message(1, "UDEV", "very newest"))
    acme.changed()
    await page.get_by_role("button", name="New messages below").click(trial=True)
    assert await page.get_by_test_id("messages").evaluate("node => node.scrollTop") == 200
    await page.get_by_role("button", name="New messages below").click()
    await expect(page.get_by_text("very newest", exact=True)).to_be_in_viewport()


async def test_channel_with_news_is_marked_until_it_is_opened(page: Page, acme: PageServer) -> None:
    """With the number of unread messages."""
    await show(page, acme)
    acme.state["messages"]["CBOARD"].append(message(-1, "UDEV", "news"))
    acme.changed()
    place = page.locator("[data-channel=CBOARD]")
    await expect(place).to_have_text("board1 unread")
    await place.click()
    await expect(place).to_have_text("board")


async def test_dm_of_the_app_with_news_is_marked_for_whom_it_is_for(page: Page, acme: PageServer) -> None:
    """As soon as the page shows that user, also if the message came earlier."""
    await show(page, acme)
    news = message(-1, "UBOT", "Your webinar is filling up", to="UDEV")
    acme.state["messages"]["DBOT"].append(news)
    acme.changed()
    place = page.locator("[data-channel=DBOT]")
    await expect(place).to_have_text("Greenroom")
    await page.get_by_label("You are").select_option("UDEV")
    await expect(place).to_have_text("Greenroom1 unread")
    await place.click()
    await expect(place).to_have_text("Greenroom")


async def test_buttons_and_menus_of_a_message_reach_the_app(page: Page, acme: PageServer) -> None:
    """A button sends its value, a menu its option with Slack's fields, both with their message."""
    choice = option("Launch day", "s1")
    menu = {"type": "static_select", "action_id": "pick", "options": [choice], "placeholder": plain("Pick one")}
    more = {"type": "overflow", "action_id": "more", "options": [option("Edit", "edit"), option("Cancel", "cancel")]}
    sent = message(
        5, "UBOT", "card", section("s", "Card", accessory=more), actions("row", button("Refresh", "refresh"), menu)
    )
    acme.state["messages"]["CLAUNCH"].append(sent)
    await show(page, acme)
    where: Json = {"as": "UANA", "container": {"type": "message", "channel": "CLAUNCH", "ts": sent["ts"]}}
    nothing = {"row": {"pick": {"type": "static_select", "selected_option": None}}}
    await page.get_by_role("button", name="Refresh").click()
    element: Json = {"type": "button", "value": "refresh"}
    expected = {**where, "block_id": "row", "action_id": "refresh", "element": element, "values": nothing}
    assert await acme.posted("action") == expected
    await page.get_by_label("Pick one").select_option("Launch day")
    chosen = {"type": "static_select", "selected_option": choice}
    expected = {**where, "block_id": "row", "action_id": "pick", "element": chosen, "values": {"row": {"pick": chosen}}}
    assert await acme.posted("action") == expected
    await page.get_by_role("button", name="More options").press("Enter")
    await expect(page.get_by_role("menuitem", name="Edit")).to_be_focused()
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Enter")
    element = {"type": "overflow", "selected_option": option("Cancel", "cancel")}
    assert (await acme.posted("action"))["element"] == element


async def test_click_the_app_does_not_answer_is_told_under_the_message(page: Page, acme: PageServer) -> None:
    """The error is shown there until the next click succeeds."""
    acme.answers["action"] = {"ok": False, "error": "operation_timeout", "text": "The app did not answer in time."}
    acme.state["messages"]["CLAUNCH"].append(message(5, "UBOT", "card", actions("row", button("Refresh", "refresh"))))
    await show(page, acme)
    await page.get_by_role("button", name="Refresh").click()
    told = page.get_by_text("The app did not answer in time.")
    await expect(told).to_be_visible()
    acme.answers.clear()
    await page.get_by_role("button", name="Refresh").click()
    await expect(told).to_be_hidden()


async def test_confirmation_is_asked_before_anything_is_sent(page: Page, acme: PageServer) -> None:
    """Escape and the second button send nothing and restore focus; only the first sends."""
    confirm = {
        "title": plain("Cancel it?"),
        "text": mrkdwn("*3* people"),
        "confirm": plain("Cancel It"),
        "deny": plain("Keep It"),
    }
    asked = button("Cancel Webinar", "cancel", style="danger", confirm=confirm)
    acme.state["messages"]["CLAUNCH"].append(message(5, "UBOT", "card", actions("row", asked)))
    await show(page, acme)
    origin = page.get_by_role("button", name="Cancel Webinar")
    dialog = page.get_by_role("alertdialog", name="Cancel it?")
    for refuse in ("Escape", "Enter"):
        await origin.press("Enter")
        await expect(dialog.get_by_role("button", name="Keep It")).to_be_focused()
        await page.keyboard.press(refuse)
        await expect(dialog).to_be_hidden()
        await expect(origin).to_be_focused()
    assert acme.unseen("action") == 0
    await origin.click()
    await dialog.get_by_role("button", name="Cancel It").click()
    assert (await acme.posted("action"))["action_id"] == "cancel"
