"""Threads of the stand-in: replies, what they may hang on, reading them back, and what Slack refuses in them."""

from __future__ import annotations

from typing import Any

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.slack import Slack
from tests.sandbox.slack_app import BoltApp, actions, button, refusal

Json = dict[str, Any]


async def test_reply_hangs_on_its_parent_and_not_in_the_channel(slack: Slack, web: AsyncWebClient) -> None:
    """The parent counts its replies; the history of the channel has the parent alone."""
    slack.scopes |= {"channels:history"}
    parent = await web.chat_postMessage(channel="C0LAUNCH", text="parent")
    reply = await web.chat_postMessage(channel="C0LAUNCH", text="reply", thread_ts=parent["ts"])
    await slack.say("ana", "#launch", "another", parent["ts"])
    assert reply["message"]["thread_ts"] == parent["ts"]
    [shown] = (await web.conversations_history(channel="C0LAUNCH"))["messages"]
    counted = {key: shown[key] for key in ("text", "thread_ts", "reply_count", "reply_users")}
    assert counted == {
        "text": "parent",
        "thread_ts": parent["ts"],
        "reply_count": 2,
        "reply_users": ["U0GREENROOM", "U0ANA"],
    }


async def test_thread_is_read_with_its_parent_oldest_first(slack: Slack, web: AsyncWebClient) -> None:
    """By the ts of its parent or of a reply, in pages, between two times; not what is ephemeral."""
    slack.scopes |= {"channels:history"}
    parent = (await web.chat_postMessage(channel="C0LAUNCH", text="parent"))["ts"]
    other = (await web.chat_postMessage(channel="C0LAUNCH", text="other"))["ts"]
    replies = [(await slack.say("ana", "#launch", f"reply {number}", parent)).ts for number in range(3)]
    await web.chat_postEphemeral(channel="C0LAUNCH", user="U0ANA", text="for Ana", thread_ts=parent)

    async def texts(**given: Any) -> list[str]:
        answer = await web.conversations_replies(channel="C0LAUNCH", **given)
        return [message["text"] for message in answer["messages"]]

    whole = ["parent", "reply 0", "reply 1", "reply 2"]
    assert await texts(ts=parent) == whole
    assert await texts(ts=replies[1]) == whole
    assert await texts(ts=other) == ["other"]
    assert await texts(ts=parent, oldest=replies[0], latest=replies[2]) == ["parent", "reply 1"]
    page = await web.conversations_replies(channel="C0LAUNCH", ts=parent, limit=2)
    assert (len(page["messages"]), page["has_more"]) == (2, True)
    assert await texts(ts=parent, cursor=page["response_metadata"]["next_cursor"]) == whole[2:]
    assert page["messages"][1]["parent_user_id"] == "U0GREENROOM"


async def test_thread_that_cannot_be_read_is_refused(slack: Slack, web: AsyncWebClient) -> None:
    """An unknown ts, a channel without the app, a token without the scope."""
    assert await refusal(web.conversations_replies(channel="C0LAUNCH", ts="1.000001")) == "missing_scope"
    slack.scopes |= {"channels:history"}
    assert await refusal(web.conversations_replies(channel="C0LAUNCH", ts="1.000001")) == "thread_not_found"
    line = await slack.say("ana", "#random", "hi")
    assert await refusal(web.conversations_replies(channel="C0RANDOM", ts=line.ts)) == "not_in_channel"
    slack.limits.history_per_minute = 1
    slack.limits.history_objects = 1
    parent = (await web.chat_postMessage(channel="C0LAUNCH", text="parent"))["ts"]
    assert (await web.conversations_replies(channel="C0LAUNCH", ts=parent, limit=1))["ok"]
    assert await refusal(web.conversations_replies(channel="C0LAUNCH", ts=parent)) == "ratelimited"


async def test_reply_needs_a_parent_in_its_channel(slack: Slack, web: AsyncWebClient) -> None:
    """Not a ts that is none, an unknown or deleted message, one elsewhere, a reply, or an ephemeral message."""
    parent = (await web.chat_postMessage(channel="C0LAUNCH", text="parent"))["ts"]
    reply = (await web.chat_postMessage(channel="C0LAUNCH", text="reply", thread_ts=parent))["ts"]
    elsewhere = (await web.chat_postMessage(channel="C0MARKETING", text="elsewhere"))["ts"]
    gone = (await web.chat_postMessage(channel="C0LAUNCH", text="gone"))["ts"]
    await web.chat_delete(channel="C0LAUNCH", ts=gone)
    seen = (await web.chat_postEphemeral(channel="C0LAUNCH", user="U0ANA", text="for Ana"))["message_ts"]
    later = int(slack.world.now()) + 600
    refused = {
        "0": "invalid_thread_ts",
        "1790000000": "invalid_thread_ts",
        "1790000000.000001": "thread_not_found",
        elsewhere: "thread_not_found",
        gone: "thread_not_found",
        seen: "thread_not_found",
        reply: "cannot_reply_to_message",
    }
    for ts, error in refused.items():
        given: Json = {"channel": "C0LAUNCH", "text": "x", "thread_ts": ts}
        assert await refusal(web.chat_postMessage(**given)) == error
        assert await refusal(web.chat_postEphemeral(user="U0ANA", **given)) == error
        assert await refusal(web.chat_scheduleMessage(post_at=later, **given)) == error
    with pytest.raises(LookupError, match="thread_not_found"):
        await slack.say("ana", "#launch", "x", elsewhere)


async def test_reply_may_also_be_shown_in_the_channel(slack: Slack, web: AsyncWebClient) -> None:
    """reply_broadcast: in the history, with its parent; also later, by chat.update."""
    slack.scopes |= {"channels:history"}
    parent = (await web.chat_postMessage(channel="C0LAUNCH", text="parent"))["ts"]
    await web.chat_postMessage(channel="C0LAUNCH", text="loud", thread_ts=parent, reply_broadcast=True)
    quiet = (await web.chat_postMessage(channel="C0LAUNCH", text="quiet", thread_ts=parent))["ts"]
    history = (await web.conversations_history(channel="C0LAUNCH"))["messages"]
    assert [message["text"] for message in history] == ["loud", "parent"]
    assert (history[0]["subtype"], history[0]["root"]["ts"]) == ("thread_broadcast", parent)
    await web.chat_update(channel="C0LAUNCH", ts=quiet, text="quiet", reply_broadcast=True)
    history = (await web.conversations_history(channel="C0LAUNCH"))["messages"]
    assert [message["text"] for message in history] == ["quiet", "loud", "parent"]


async def test_scheduled_reply_is_posted_in_its_thread(slack: Slack, web: AsyncWebClient) -> None:
    """When the clock gets there."""
    parent = (await web.chat_postMessage(channel="C0LAUNCH", text="parent"))["ts"]
    post_at = int(slack.world.now()) + 600
    await web.chat_scheduleMessage(channel="C0LAUNCH", text="later", post_at=post_at, thread_ts=parent)
    await slack.move(700)
    assert slack.messages("#launch")[-1].thread_ts == parent


async def test_command_in_a_thread_is_refused_by_slack_itself(slack: Slack, bolt: BoltApp) -> None:
    """The app does not hear of it; the person reads why, in the thread."""
    bolt.responds(text="Hi")
    parent = await slack.say("ana", "#launch", "parent")
    outcome = await slack.command("ana", "#launch", "/webinar", "list", thread=parent.ts)
    assert (outcome.ok, outcome.text) == (False, "/webinar is not supported in threads. Sorry!")
    assert bolt.heard == []
    assert slack.messages("#launch", as_user="ben") == [parent]
    assert [line.thread_ts for line in slack.messages("#launch", as_user="ana")] == [None, parent.ts]


async def test_button_in_a_thread_says_so_and_its_response_stays_there(
    slack: Slack, bolt: BoltApp, web: AsyncWebClient
) -> None:
    """The container has thread_ts; a response goes to the thread."""

    @bolt.bolt.action("go")
    async def _go(ack: Any, body: Json, respond: Any) -> None:
        bolt.heard.append(body)
        await ack()
        await respond("Here", replace_original=False)

    parent = await slack.say("ana", "#launch", "parent")
    await web.chat_postMessage(channel="C0LAUNCH", text="x", thread_ts=parent.ts, blocks=[actions(button("Go", "go"))])
    assert (await slack.click("ana", slack.messages("#launch")[-1], "Go")).ok
    assert bolt.heard[0]["container"]["thread_ts"] == parent.ts
    answer = slack.messages("#launch", as_user="ana")[-1]
    assert (answer.text, answer.thread_ts, answer.ephemeral_to) == ("Here", parent.ts, "U0ANA")


async def test_reply_is_an_event_of_its_thread(slack: Slack, bolt: BoltApp) -> None:
    """With thread_ts and who began it; a broadcast one with its own subtype."""
    slack.scopes |= {"channels:history"}
    slack.events.add("message.channels")
    heard: list[Json] = []

    @bolt.bolt.event("message")
    async def _hear(event: Json) -> None:
        heard.append(event)

    @bolt.bolt.event({"type": "message", "subtype": "thread_broadcast"})
    async def _hear_loud(event: Json) -> None:
        heard.append(event)

    parent = await slack.say("ana", "#launch", "parent")
    await slack.say("ben", "#launch", "reply", parent)
    await slack.say("ben", "#launch", "loud", parent, broadcast=True)
    told = [(one["text"], one.get("thread_ts"), one.get("parent_user_id"), one.get("subtype")) for one in heard]
    assert told == [
        ("parent", None, None, None),
        ("reply", parent.ts, "U0ANA", None),
        ("loud", parent.ts, "U0ANA", "thread_broadcast"),
    ]


async def test_threads_survive_a_restart(slack: Slack, web: AsyncWebClient) -> None:
    """With what is shown in the channel."""
    parent = await slack.say("ana", "#launch", "parent")
    await slack.say("ana", "#launch", "loud", parent, broadcast=True)
    again = Slack(slack.clock)
    again.load(slack.dump())
    assert [(line.thread_ts, line.broadcast) for line in again.messages("#launch")] == [
        (parent.ts, False),
        (parent.ts, True),
    ]
