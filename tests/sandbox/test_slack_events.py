"""What the app hears of: messages, mentions, people and channels, and what it does not."""

from __future__ import annotations

from typing import Any

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.slack import Slack
from sandbox.slack.events import SUBSCRIBED
from tests.sandbox.event_listener import HISTORY, MESSAGES, Json, Listener, subscribe
from tests.sandbox.slack_app import BoltApp


async def test_message_of_each_kind_of_conversation_is_an_event_of_its_own(slack: Slack, listener: Listener) -> None:
    """message.channels, message.groups and message.im, each with its own subscription and scope."""
    await slack.invite("#board")
    listener.heard.clear()
    places = {"message.channels": "#launch", "message.groups": "#board", "message.im": "@ana"}
    for wanted in places:
        subscribe(slack, wanted)
        for place in (*places.values(), "#random"):
            await slack.say("ana", place, f"in {slack.channel(place).name}")
    heard = [(one["type"], one["text"], one["channel"], one["channel_type"]) for one in listener.events]
    assert heard == [
        ("message", "in launch", "C0LAUNCH", "channel"),
        ("message", "in board", "C0BOARD", "group"),
        ("message", "in ana", "D0ANA", "im"),
    ]
    assert listener.events[0]["user"] == "U0ANA"
    assert listener.events[0]["ts"] == listener.events[0]["event_ts"]


async def test_nothing_is_delivered_that_is_not_subscribed_or_has_no_scope(slack: Slack, listener: Listener) -> None:
    """By default the events of manifest.yml; a subscription without its scope is void."""
    assert slack.events == SUBSCRIBED
    await slack.say("ana", "#launch", "hello <@U0GREENROOM>")
    await slack.change_profile("ana", title="CEO")
    await slack.archive("ana", "#random")
    subscribe(slack, *MESSAGES, "app_mention", "user_change")
    slack.scopes = {"chat:write"}
    await slack.say("ana", "#launch", "hello <@U0GREENROOM>")
    await slack.change_profile("ana", title="CTO")
    assert listener.heard == []


async def test_mention_is_an_event_where_the_app_is_in_the_channel(slack: Slack, listener: Listener) -> None:
    """Typed by name or as Slack writes it; not in a DM with the app, not by the app itself."""
    subscribe(slack, "app_mention")
    for place in ("#launch", "#random", "@ben"):
        await slack.say("ben", place, "@greenroom when is it?")
    await slack.say("ben", "#launch", "greenroom is no mention, nor is me@greenroom.example")
    [heard] = listener.events
    assert (heard["type"], heard["user"], heard["text"]) == ("app_mention", "U0BEN", "<@U0GREENROOM> when is it?")
    assert (heard["channel"], "channel_type" in heard) == ("C0LAUNCH", False)


async def test_own_messages_edits_and_deletions_are_events(
    slack: Slack, listener: Listener, web: AsyncWebClient
) -> None:
    """As at Slack, an app hears itself too; not what is ephemeral, and not where it is no member."""
    subscribe(slack, "message.channels")
    sent = await web.chat_postMessage(channel="C0LAUNCH", text="one")
    await web.chat_update(channel="C0LAUNCH", ts=sent["ts"], text="two")
    await web.chat_delete(channel="C0LAUNCH", ts=sent["ts"])
    await web.chat_postEphemeral(channel="C0LAUNCH", user="U0ANA", text="for Ana")
    await web.chat_postMessage(channel="C0RANDOM", text="elsewhere")
    await slack.wait_for(lambda: len(listener.heard) == 3)
    posted, edited, deleted = sorted(listener.events, key=lambda one: one["ts"])
    assert (posted["text"], posted["bot_id"], "subtype" in posted) == ("one", "B0GREENROOM", False)
    assert (edited["subtype"], edited["message"]["text"], edited["previous_message"]["text"]) == (
        "message_changed",
        "two",
        "one",
    )
    assert (deleted["subtype"], deleted["deleted_ts"], deleted["hidden"]) == ("message_deleted", sent["ts"], True)


async def test_people_come_and_go(slack: Slack, listener: Listener) -> None:
    """Where the app is a member; the app itself hears that it joined, and that it was removed."""
    await slack.join("gia", "#marketing", inviter="ana")
    await slack.leave("gia", "#marketing")
    await slack.join("emi", "#launch")  # she is there already
    await slack.leave("finn", "#random")
    await slack.invite("#board")
    await slack.join("dev", "#board", inviter="ben")
    await slack.kick("#board")
    await slack.kick("#launch")
    assert listener.types == [
        *("member_joined_channel", "member_left_channel"),
        *("member_joined_channel", "member_joined_channel", "group_left", "channel_left"),
    ]
    joined = {name: listener.events[0][name] for name in ("user", "channel", "channel_type", "team", "inviter")}
    assert joined == {
        "user": "U0GIA",
        "channel": "C0MARKETING",
        "channel_type": "C",
        "team": "T0ACME",
        "inviter": "U0ANA",
    }
    assert (listener.events[2]["user"], listener.events[3]["inviter"], listener.events[4]["channel"]) == (
        "U0GREENROOM",
        "U0BEN",
        "C0BOARD",
    )
    assert "U0DEV" in slack.channel("#board").members


async def test_nobody_joins_what_they_cannot_see(slack: Slack, listener: Listener) -> None:
    """A private channel needs an invitation by a member; a direct message takes nobody."""
    with pytest.raises(LookupError, match="does not see"):
        await slack.join("finn", "#board")
    with pytest.raises(LookupError, match="is not in"):
        await slack.join("finn", "#board", inviter="dev")
    with pytest.raises(LookupError, match="direct message"):
        await slack.leave("ana", "@ana")
    assert listener.heard == []


async def test_channels_are_archived_restored_and_renamed(slack: Slack, listener: Listener) -> None:
    """Public ones anywhere, private ones where the app is; a taken name is refused."""
    subscribe(slack, "channel_archive", "channel_unarchive", "channel_rename", "group_archive", "group_rename")
    await slack.archive("ana", "#random")
    await slack.unarchive("ana", "#random")
    await slack.rename("ana", "#random", "chatter")
    await slack.rename("ana", "#board", "directors")
    await slack.invite("#directors")
    await slack.archive("ben", "#directors")
    assert listener.types == ["channel_archive", "channel_unarchive", "channel_rename", "group_archive"]
    assert (listener.events[0]["channel"], listener.events[0]["user"]) == ("C0RANDOM", "U0ANA")
    assert listener.events[2]["channel"]["name"] == "chatter"
    assert slack.channel("#chatter").id == "C0RANDOM"
    with pytest.raises(ValueError, match="already"):
        await slack.rename("ana", "#launch", "chatter")


async def test_profile_changes_are_told(slack: Slack, listener: Listener) -> None:
    """user_change, with the whole user object."""
    subscribe(slack, "user_change")
    await slack.change_profile("chloe", title="Head of Events")
    [heard] = listener.events
    assert (heard["user"]["id"], heard["user"]["profile"]["title"]) == ("U0CHLOE", "Head of Events")


async def test_bolt_gets_mentions_and_messages(slack: Slack, bolt: BoltApp) -> None:
    """With Bolt's own listeners, which do not see what the app says itself."""
    slack.scopes |= HISTORY
    subscribe(slack, "message.channels", "app_mention")

    @bolt.bolt.event("app_mention")
    async def _mentioned(event: Json, say: Any) -> None:
        bolt.heard.append(event)
        await say("Coming")

    @bolt.bolt.event("message")
    async def _said(event: Json) -> None:
        bolt.heard.append(event)

    await slack.say("ana", "#launch", "@greenroom?")
    await slack.wait_for(lambda: len(slack.messages("#launch")) == 2)
    assert sorted(one["type"] for one in bolt.heard) == ["app_mention", "message"]
