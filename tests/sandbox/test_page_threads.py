"""Threads, shortcuts, group direct messages and membership of channels on the page."""

from __future__ import annotations

import pytest
from playwright.async_api import Locator, Page, expect

from tests.sandbox.page_server import NOW, Json, PageServer, message, show

pytest_plugins = ["tests.sandbox.page_fixtures"]
pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

PARENT = f"{NOW - 600:.6f}"
CREATE = {"name": "Create Webinar", "type": "global", "callback_id": "create", "description": "Opens the form"}
SHARE = {"name": "Share Webinar", "type": "message", "callback_id": "share", "description": ""}


def reply(seconds_ago: float, user: str, text: str, **more: object) -> Json:
    """A reply to the only message of #launch."""
    return message(seconds_ago, user, text, thread=PARENT, **more)


def with_replies(acme: PageServer, *replies: Json) -> None:
    """#launch with one thread."""
    parent = {**message(600, "UDEV", "Shall we?"), "thread": PARENT}
    acme.state["messages"]["CLAUNCH"] = [parent, *replies, message(5, "UFINN", "Something else")]


def thread_of(page: Page) -> Locator:
    """The thread beside the channel."""
    return page.get_by_role("complementary", name="Thread")


async def test_replies_are_in_the_thread_and_counted_in_the_channel(page: Page, acme: PageServer) -> None:
    """Only a broadcast one is in the channel too."""
    with_replies(acme, reply(60, "UANA", "Yes"), reply(50, "UFINN", "Loud yes", broadcast=True))
    await show(page, acme)
    channel = page.get_by_test_id("messages")
    await expect(channel.get_by_test_id("message")).to_contain_text(["Shall we?", "Loud yes", "Something else"])
    await expect(channel.get_by_text("Replied to a thread")).to_have_count(1)
    await channel.get_by_role("button", name="2 replies").click()
    thread = thread_of(page)
    await expect(thread.get_by_test_id("message")).to_contain_text(["Shall we?", "Yes", "Loud yes"])
    await expect(thread.get_by_text("2 replies")).to_be_visible()
    await thread.get_by_role("button", name="Close thread").click()
    await expect(thread).to_be_hidden()


async def test_reply_is_posted_to_its_thread(page: Page, acme: PageServer) -> None:
    """Also to the channel if chosen; the next one is not."""
    with_replies(acme)
    await show(page, acme)
    await page.get_by_text("Shall we?").hover()
    await page.get_by_role("button", name="Reply in thread").first.click()
    thread = thread_of(page)
    composer = thread.get_by_label("Reply…")
    await expect(composer).to_be_focused()
    await thread.get_by_label("Also send to #launch").check()
    await composer.fill("Why not")
    await composer.press("Enter")
    expected: Json = {"as": "UANA", "channel": "CLAUNCH", "text": "Why not", "thread": PARENT, "broadcast": True}
    assert await acme.posted("message") == expected
    await expect(composer).to_have_value("")
    await composer.fill("Quietly")
    await composer.press("Enter")
    assert await acme.posted("message") == {**expected, "text": "Quietly", "broadcast": False}
    await expect(page.get_by_test_id("composer")).to_have_value("")


async def test_new_reply_appears_and_a_draft_stays(page: Page, acme: PageServer) -> None:
    """While somebody types."""
    with_replies(acme, reply(60, "UDEV", "First"))
    await show(page, acme)
    await page.get_by_role("button", name="1 reply").click()
    thread = thread_of(page)
    await thread.get_by_label("Reply…").press_sequentially("Half a")
    acme.state["messages"]["CLAUNCH"].insert(2, reply(1, "UFINN", "Second"))
    acme.changed()
    await expect(thread.get_by_test_id("message")).to_contain_text(["Shall we?", "First", "Second"])
    await expect(thread.get_by_label("Reply…")).to_have_value("Half a")
    await expect(thread.get_by_label("Reply…")).to_be_focused()


async def test_command_in_a_thread_shows_slacks_refusal(page: Page, acme: PageServer) -> None:
    """Above the composer of the thread, where its text stays."""
    refusal = "/webinar is not supported in threads. Sorry!"
    acme.answers["command"] = {"ok": False, "error": "command_not_supported_in_thread", "text": refusal}
    with_replies(acme, reply(60, "UDEV", "First"))
    await show(page, acme)
    await page.get_by_role("button", name="1 reply").click()
    composer = thread_of(page).get_by_label("Reply…")
    await composer.fill("/webinar list")
    await composer.press("Enter")
    assert (await acme.posted("command"))["thread"] == PARENT
    await expect(page.get_by_test_id("thread-composer-error")).to_have_text(refusal)
    await expect(composer).to_have_value("/webinar list")


async def test_shortcuts_are_offered_where_slack_does(page: Page, acme: PageServer) -> None:
    """Global ones at the composer, those of messages in their menu, none on an ephemeral message."""
    acme.state["shortcuts"] = [CREATE, SHARE]
    acme.state["messages"]["CLAUNCH"].append(message(5, "UBOT", "Only you", to="UANA"))
    await show(page, acme)
    await page.get_by_role("button", name="Shortcuts").click()
    await page.get_by_role("menuitem", name="Create Webinar").click()
    assert await acme.posted("shortcut") == {"as": "UANA", "callback_id": "create"}
    first, ephemeral = page.get_by_test_id("message").first, page.get_by_test_id("message").last
    await first.hover()
    await first.get_by_role("button", name="More actions").click()
    await first.get_by_role("menuitem", name="Share Webinar").click()
    assert await acme.posted("shortcut") == {"as": "UANA", "callback_id": "share", "channel": "CLAUNCH", "ts": PARENT}
    await expect(ephemeral.get_by_role("button", name="More actions")).to_have_count(0)


async def test_shortcut_that_fails_says_why(page: Page, acme: PageServer) -> None:
    """Above the composer."""
    acme.state["shortcuts"] = [CREATE]
    acme.answers["shortcut"] = {"ok": False, "error": "dispatch_failed", "text": "That did not work."}
    await show(page, acme)
    await page.get_by_role("button", name="Shortcuts").click()
    await page.get_by_role("menuitem", name="Create Webinar").click()
    await expect(page.get_by_test_id("composer-error")).to_have_text("That did not work.")


async def test_group_dm_is_among_the_direct_messages(page: Page, acme: PageServer) -> None:
    """Under the names of the others; no channel is mentioned by it."""
    group = {"id": "CGROUP", "name": "mpdm-ana--dev--greenroom-1", "kind": "mpim", "members": ["UANA", "UDEV", "UBOT"]}
    acme.state["channels"].append({**group, "bot_in": True, "topic": "", "others": ["UDEV", "UBOT"]})
    acme.state["messages"]["CGROUP"] = [message(5, "UBOT", "Hello both")]
    await show(page, acme)
    direct = page.locator("section", has=page.get_by_role("heading", name="Direct messages"))
    await direct.get_by_role("button", name="Dev, Greenroom").click()
    await expect(page.get_by_role("heading", name="Dev, Greenroom", level=1)).to_be_visible()
    await expect(page.get_by_test_id("message")).to_contain_text(["Hello both"])
    await expect(page.get_by_label("Message Dev, Greenroom")).to_be_visible()


async def test_people_leave_and_join_channels(page: Page, acme: PageServer) -> None:
    """From the head of the channel."""
    acme.effects["leave"] = lambda body: acme.state["channels"][0]["members"].remove(body["as"])
    acme.effects["join"] = lambda body: acme.state["channels"][0]["members"].append(body["as"])
    await show(page, acme)
    await page.get_by_role("button", name="Leave").click()
    assert await acme.posted("leave") == {"as": "UANA", "channel": "CLAUNCH"}
    await page.get_by_role("button", name="Join").click()
    assert await acme.posted("join") == {"as": "UANA", "channel": "CLAUNCH"}
    await expect(page.get_by_role("button", name="Leave")).to_be_visible()


async def test_the_app_is_removed_from_a_channel_and_added_again(page: Page, acme: PageServer) -> None:
    """By the same button, whose words say whether it is in; those who are not in the channel see the words alone."""
    acme.effects["app"] = lambda body: acme.state["channels"][0].update(bot_in=body["in"])
    await show(page, acme)
    await page.get_by_role("button", name="App is in. Remove it from this channel").click()
    assert await acme.posted("app") == {"as": "UANA", "channel": "CLAUNCH", "in": False}
    await page.get_by_role("button", name="App is not in. Add it to this channel").click()
    await expect(page.get_by_role("button", name="App is in.")).to_be_visible()
    acme.effects["leave"] = lambda body: acme.state["channels"][0]["members"].remove(body["as"])
    await page.get_by_role("button", name="Leave").click()
    await expect(page.get_by_role("button", name="App is")).to_have_count(0)
    await expect(page.get_by_text("App is in", exact=True)).to_be_visible()
