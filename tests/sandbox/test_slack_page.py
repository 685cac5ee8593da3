"""The page's JSON: the snapshot of a user, and the user's actions."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient
from yarl import URL

from sandbox.slack import Slack
from tests.sandbox.slack_app import BoltApp, Browser, actions, button, card, field, modal, option, section

Json = dict[str, Any]
SIZES = [option("Small", "s"), option("Large", "l")]


async def test_state_shows_people_and_the_channels_one_sees(slack: Slack, browser: Browser) -> None:
    """A guest sees their own channels, an owner the private ones they are in."""
    ana, gia, hal = [await browser.snapshot(who) for who in ("U0ANA", "U0GIA", "U0HAL")]
    assert [c["name"] for c in ana["channels"]] == [
        "general",
        "launch",
        "marketing",
        "random",
        "board",
        "partners",
        "ana",
    ]
    assert [c["name"] for c in gia["channels"]] == ["launch", "partners", "gia"]
    assert [c["name"] for c in hal["channels"]] == ["partners", "hal"]
    assert ana["channels"][-1] == {
        "id": "D0ANA",
        "name": "ana",
        "kind": "dm",
        "members": ["U0ANA", "U0GREENROOM"],
        "bot_in": True,
        "topic": "",
        "with": "U0GREENROOM",
    }
    roles = {person["name"]: person["role"] for person in ana["people"]}
    assert roles["ana"] == "owner"
    assert (roles["ben"], roles["gia"], roles["hal"], roles["greenroom"]) == ("admin", "guest", "stranger", "bot")
    assert (ana["me"], ana["team"], ana["app"]) == (
        "U0ANA",
        {"id": "T0ACME", "name": "Acme"},
        {"mode": "socket", "connected": False},
    )


async def test_state_shows_messages_as_the_person_sees_them(
    slack: Slack, web: AsyncWebClient, browser: Browser
) -> None:
    """Ephemeral ones marked, those of others hidden, deleted ones removed."""
    await web.chat_postMessage(channel="C0LAUNCH", text="all")
    gone = await web.chat_postMessage(channel="C0LAUNCH", text="gone")
    await web.chat_delete(channel="C0LAUNCH", ts=gone["ts"])
    await web.chat_postEphemeral(channel="C0LAUNCH", user="U0BEN", text="ben only")
    ana, ben = await browser.snapshot("U0ANA"), await browser.snapshot("U0BEN")
    assert [(m["text"], m["ephemeral"]) for m in ana["messages"]["C0LAUNCH"]] == [("all", False)]
    assert [(m["text"], m["ephemeral"]) for m in ben["messages"]["C0LAUNCH"]] == [("all", False), ("ben only", True)]
    message = ana["messages"]["C0LAUNCH"][0]
    shown = {"ts", "user", "username", "bot", "text", "blocks", "files", "ephemeral", "edited", "deleted"}
    shown |= {"thread", "broadcast"}
    assert set(message) == shown
    assert [c["method"] for c in ana["calls"]["slack"]][:1] == ["chat.postMessage"]
    assert ana["calls"]["counts"] == {"slack": 4, "ringcentral": 0}


async def test_state_carries_what_others_attach(slack: Slack, web: AsyncWebClient, browser: Browser) -> None:
    """Webinars, RingCentral's calls, commands, scheduled messages, the moved clock."""
    slack.webinars = lambda: [{"webinar_id": "1"}]
    slack.ringcentral_calls = lambda: [{"method": "GET", "path": f"/{n}"} for n in range(60)]
    slack.commands.append({"command": "/webinar", "description": "Webinars", "usage_hint": "create"})
    post_at = int(slack.clock.now().timestamp()) + 7200
    await web.chat_scheduleMessage(channel="C0LAUNCH", text="later", post_at=post_at)
    slack.clock.move(timedelta(hours=1))
    state = await browser.snapshot("U0ANA")
    assert (state["webinars"], len(state["calls"]["ringcentral"])) == ([{"webinar_id": "1"}], 50)
    assert state["calls"]["counts"] == {"slack": 1, "ringcentral": 60}
    assert state["commands"] == [{"command": "/webinar", "description": "Webinars", "usage_hint": "create"}]
    assert state["scheduled"] == [{"channel": "C0LAUNCH", "post_at": post_at, "text": "later"}]
    assert (state["offset"], abs(state["now"] - slack.clock.now().timestamp()) < 5) == (3600.0, True)


async def test_state_of_nobody_is_refused_and_of_no_one_in_particular_is_the_first(
    slack: Slack, browser: Browser
) -> None:
    """So that the page opens without a chosen user."""
    async with browser.session.get(f"{slack.url}/workspace/state") as answer:
        assert (await answer.json())["me"] == "U0ANA"
    async with browser.session.get(f"{slack.url}/workspace/state?as=U0NOBODY") as answer:
        assert (answer.status, await answer.json()) == (404, {"ok": False, "error": "user_not_found"})
    async with browser.session.get(f"{slack.url}/workspace/events?as=U0NOBODY") as answer:
        assert answer.status == 404


async def test_events_stream_a_snapshot_after_each_change(slack: Slack, browser: Browser) -> None:
    """The first at once, the next after a message."""

    async def following(lines: aiohttp.StreamReader) -> Json:
        while not (line := await lines.readline()).startswith(b"data: "):
            pass
        snapshot: Json = json.loads(line.removeprefix(b"data: "))
        return snapshot

    async with browser.session.get(f"{slack.url}/workspace/events?as=U0ANA") as stream:
        assert stream.content_type == "text/event-stream"
        first = await following(stream.content)
        await slack.say("ben", "#launch", "news")
        second = await following(stream.content)
    assert (first["messages"]["C0LAUNCH"], [m["text"] for m in second["messages"]["C0LAUNCH"]]) == ([], ["news"])
    assert second["rev"] > first["rev"]


async def test_command_form_and_errors_from_the_page(slack: Slack, bolt: BoltApp, browser: Browser) -> None:
    """A command opens a form; the page sends all values; errors return by block_id; stale values are dropped."""
    bolt.opens(
        modal(
            field("title"),
            field("size", "static_select", options=SIZES, optional=True),
            close={"type": "plain_text", "text": "No"},
        )
    )
    bolt.responds_to_view("form")
    assert await browser.post("command", who="U0ANA", channel="C0LAUNCH", text="/webinar create Launch") == {"ok": True}
    assert bolt.heard[0]["text"] == "create Launch"
    (view,) = (await browser.snapshot("U0ANA"))["views"]
    shown = {key: view[key] for key in ("type", "title", "submit", "close", "callback_id", "errors")}
    assert shown == {
        "type": "modal",
        "title": "Form",
        "submit": "Send",
        "close": "No",
        "callback_id": "form",
        "errors": {},
    }
    values = view["state"]["values"]
    said = await browser.post("submit", who="U0ANA", view_id=view["id"], values=values)
    assert said == {"ok": False, "errors": {"title": "Please complete this required field."}}
    assert (await browser.snapshot("U0ANA"))["views"][0]["errors"] == said["errors"]
    values["title"]["title_it"]["value"] = "Launch"
    values["gone"] = {"gone_it": {"type": "plain_text_input", "value": "from an older screen"}}
    assert await browser.post("submit", who="U0ANA", view_id=view["id"], values=values) == {"ok": True}
    assert bolt.heard[-1]["view"]["state"]["values"]["title"]["title_it"]["value"] == "Launch"
    assert (await browser.snapshot("U0ANA"))["views"] == []
    said = await browser.post("close", who="U0ANA", view_id=view["id"], clear=False, values={})
    assert (said["ok"], said["error"]) == (False, "not_possible")


async def test_click_close_and_suggest_from_the_page(slack: Slack, bolt: BoltApp, browser: Browser) -> None:
    """In a message and in a view."""
    bolt.opens(modal(field("who", "external_select", min_query_length=0), actions(button("More", "more"))))
    bolt.acks_clicks("go")
    bolt.acks_clicks("more")

    @bolt.bolt.options("who_it")
    async def _options(ack: Any) -> None:
        await ack(options=SIZES)

    message = await card(bolt.bolt.client, slack, actions(button("Go", "go", value="7")))
    container = {"type": "message", "channel": "C0LAUNCH", "ts": message.ts}
    where = {"container": container, "block_id": "buttons", "action_id": "go"}
    element = {"type": "button", "value": "7"}
    assert await browser.post("action", who="U0BEN", **where, element=element, values={}) == {"ok": True}
    assert bolt.heard[0]["actions"][0]["value"] == "7"
    await browser.post("command", who="U0ANA", channel="C0LAUNCH", text="/webinar")
    view = slack.view("ana")
    inside = {"container": {"type": "view", "view_id": view.id}, "block_id": "who", "action_id": "who_it"}
    assert await browser.post("suggest", who="U0ANA", **inside, value="x") == {
        "ok": True,
        "options": SIZES,
        "option_groups": [],
    }
    chosen = {"who": {"who_it": {"type": "external_select", "selected_option": SIZES[0]}}}
    more = {**inside, "block_id": "buttons", "action_id": "more", "element": {"type": "button"}}
    assert await browser.post("action", who="U0ANA", **more, values=chosen) == {"ok": True}
    assert bolt.heard[-1]["view"]["state"]["values"] == chosen
    assert await browser.post("close", who="U0ANA", view_id=view.id, clear=True, values={}) == {"ok": True}
    assert slack.view_stack("ana") == []


async def test_failure_is_told_in_slacks_words(slack: Slack, browser: Browser) -> None:
    """Without an app: the command, and Slackbot's message."""
    said = await browser.post("command", who="U0ANA", channel="C0LAUNCH", text="/webinar list")
    text = '/webinar failed with the error "dispatch_failed"'
    assert said == {"ok": False, "error": "dispatch_failed", "text": text}
    (line,) = (await browser.snapshot("U0ANA"))["messages"]["C0LAUNCH"]
    assert (line["username"], line["text"], line["ephemeral"]) == ("Slackbot", text, True)


async def test_message_and_home_from_the_page(slack: Slack, bolt: BoltApp, browser: Browser) -> None:
    """A user's message; the app's Home tab when they open it."""

    slack.events.add("app_home_opened")

    @bolt.bolt.event("app_home_opened")
    async def _home(event: Json, client: AsyncWebClient) -> None:
        await client.views_publish(user_id=event["user"], view={"type": "home", "blocks": [section("Next")]})

    assert await browser.post("message", who="U0ANA", channel="C0LAUNCH", text="hi") == {"ok": True}
    assert [m.text for m in slack.messages("#launch")] == ["hi"]
    assert (await browser.snapshot("U0ANA"))["home"] is None
    assert await browser.post("home", who="U0ANA") == {"ok": True}
    home = (await browser.snapshot("U0ANA"))["home"]
    assert (home["type"], home["blocks"][0]["text"]["text"]) == ("home", "Next")


async def test_page_refuses_what_it_does_not_know(slack: Slack, browser: Browser) -> None:
    """Unknown posts, invalid JSON, an unknown user, a closed view, a missing field."""
    assert (await browser.post("dance", who="U0ANA"))["error"] == "bad_request"
    async with browser.session.post(f"{slack.url}/workspace/command", data="oops") as answer:
        assert (answer.status, (await answer.json())["ok"]) == (400, False)
    assert (await browser.post("message", who="U0NOBODY", channel="C0LAUNCH", text="x"))["error"] == "user_not_found"
    assert (await browser.post("submit", who="U0ANA", view_id="V1", values={}))["text"] == "This view is closed."
    assert (await browser.post("message", who="U0ANA", text="x"))["ok"] is False


async def test_page_files_are_served_and_nothing_else(slack: Slack, browser: Browser) -> None:
    """Only from the page's folder."""
    for path in ("/page/nothing.js", "/page/../slack/seed.py", "/page/%2e%2e%2fslack/seed.py", "/page/%2fetc/passwd"):
        async with browser.session.get(URL(f"{slack.url}{path}", encoded=True)) as answer:
            assert answer.status == 404
    async with browser.session.get(slack.url) as answer:
        assert (answer.status, answer.content_type) == (200, "text/html")
    async with browser.session.get(f"{slack.url}/page/main.js") as answer:
        assert (answer.status, answer.content_type) == (200, "text/javascript")


async def test_people_leave_and_join_channels_from_the_page(slack: Slack, browser: Browser) -> None:
    """A private channel is gone for who leaves it; a direct message cannot be left."""
    assert await browser.post("leave", who="U0BEN", channel="C0BOARD") == {"ok": True}
    assert "C0BOARD" not in [one["id"] for one in (await browser.snapshot("U0BEN"))["channels"]]
    assert (await browser.post("join", who="U0BEN", channel="C0BOARD"))["error"] == "not_possible"
    assert await browser.post("leave", who="U0BEN", channel="C0LAUNCH") == {"ok": True}
    assert "U0BEN" not in slack.channel("#launch").members
    assert await browser.post("join", who="U0BEN", channel="C0LAUNCH") == {"ok": True}
    assert "U0BEN" in slack.channel("#launch").members
    assert (await browser.post("leave", who="U0BEN", channel="D0BEN"))["error"] == "not_possible"


async def test_a_member_removes_the_app_from_a_channel_and_adds_it(slack: Slack, browser: Browser) -> None:
    """Nobody else does: not in a channel that they are not in, and not in a direct message."""
    for is_in in (False, True):
        assert await browser.post("app", who="U0ANA", channel="C0LAUNCH", **{"in": is_in}) == {"ok": True}
        assert (slack.world.bot.id in slack.channel("#launch").members) is is_in
        shown = {one["id"]: one["bot_in"] for one in (await browser.snapshot("U0ANA"))["channels"]}
        assert shown["C0LAUNCH"] is is_in
    assert slack.world.bot.id not in slack.channel("#board").members
    for who, channel in (("U0GIA", "C0BOARD"), ("U0ANA", "D0ANA")):
        said = await browser.post("app", who=who, channel=channel, **{"in": who == "U0GIA"})
        assert (said["ok"], said["error"]) == (False, "not_possible")
    assert slack.world.bot.id not in slack.channel("#board").members
