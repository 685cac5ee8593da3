"""The Events API of the stand-in: subscriptions, scopes, the envelope, retries, over HTTP and in Socket Mode."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiohttp import ClientSession, web
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.slack import Slack
from sandbox.slack.events import SUBSCRIBED
from tests.sandbox.slack_app import BoltApp

Json = dict[str, Any]
HISTORY = {"channels:history", "groups:history", "im:history", "mpim:history", "app_mentions:read"}
MESSAGES = {"message.channels", "message.groups", "message.im", "message.mpim"}


@dataclass
class Listener:
    """An app that records the events it gets, and answers as it is told to."""

    slack: Slack
    answers: list[web.Response] = field(default_factory=list)  # of the next requests; afterwards 200
    headers: list[dict[str, str]] = field(default_factory=list)
    heard: list[Json] = field(default_factory=list)
    wait_for: asyncio.Event | None = None  # before it answers

    async def handle(self, request: web.Request) -> web.Response:
        """Take one event."""
        self.headers.append({name.lower(): value for name, value in request.headers.items()})
        self.heard.append(await request.json())
        self.slack.world.changed()
        if self.wait_for:
            await self.wait_for.wait()
        return self.answers.pop(0) if self.answers else web.Response()

    @property
    def events(self) -> list[Json]:
        """The inner events."""
        return [one["event"] for one in self.heard]

    @property
    def types(self) -> list[str]:
        """Their types, with the subtype."""
        return [".".join(filter(None, (one["type"], one.get("subtype")))) for one in self.events]

    def retries(self) -> list[tuple[str, str]]:
        """Number and reason of each delivery."""
        return [(one.get("x-slack-retry-num", ""), one.get("x-slack-retry-reason", "")) for one in self.headers]


@pytest.fixture
async def app(slack: Slack) -> AsyncIterator[Listener]:
    """An app with the scopes to read everything."""
    slack.scopes |= HISTORY | {"im:read", "mpim:read"}
    listener = Listener(slack)
    site = web.Application()
    site.router.add_post("/slack/events", listener.handle)
    runner = web.AppRunner(site, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    host, port = runner.addresses[0]
    slack.events_url = f"http://{host}:{port}/slack/events"
    yield listener
    await runner.cleanup()


async def test_message_of_each_kind_of_conversation_is_an_event_of_its_own(slack: Slack, app: Listener) -> None:
    """message.channels, message.groups and message.im, each with its own subscription and scope."""
    await slack.invite("#board")
    app.heard.clear()
    places = {"message.channels": "#launch", "message.groups": "#board", "message.im": "@ana"}
    for wanted in places:
        subscribe(slack, wanted)
        for place in (*places.values(), "#random"):
            await slack.say("ana", place, f"in {slack.channel(place).name}")
    heard = [(one["type"], one["text"], one["channel"], one["channel_type"]) for one in app.events]
    assert heard == [
        ("message", "in launch", "C0LAUNCH", "channel"),
        ("message", "in board", "C0BOARD", "group"),
        ("message", "in ana", "D0ANA", "im"),
    ]
    assert app.events[0]["user"] == "U0ANA"
    assert app.events[0]["ts"] == app.events[0]["event_ts"]


async def test_nothing_is_delivered_that_is_not_subscribed_or_has_no_scope(slack: Slack, app: Listener) -> None:
    """By default the events of manifest.yml; a subscription without its scope is void."""
    assert slack.events == SUBSCRIBED
    await slack.say("ana", "#launch", "hello <@U0GREENROOM>")
    await slack.open_home("ana")
    await slack.change_profile("ana", title="CEO")
    await slack.archive("ana", "#random")
    subscribe(slack, *MESSAGES, "app_mention", "user_change")
    slack.scopes = {"chat:write"}
    await slack.say("ana", "#launch", "hello <@U0GREENROOM>")
    await slack.change_profile("ana", title="CTO")
    assert app.heard == []


async def test_mention_is_an_event_where_the_app_is_in_the_channel(slack: Slack, app: Listener) -> None:
    """Typed by name or as Slack writes it; not in a DM with the app, not by the app itself."""
    subscribe(slack, "app_mention")
    for place in ("#launch", "#random", "@ben"):
        await slack.say("ben", place, "@greenroom when is it?")
    await slack.say("ben", "#launch", "greenroom is no mention, nor is me@greenroom.example")
    [heard] = app.events
    assert (heard["type"], heard["user"], heard["text"]) == ("app_mention", "U0BEN", "<@U0GREENROOM> when is it?")
    assert (heard["channel"], "channel_type" in heard) == ("C0LAUNCH", False)


async def test_own_messages_edits_and_deletions_are_events(slack: Slack, app: Listener, web: AsyncWebClient) -> None:
    """As at Slack, an app hears itself too; not what is ephemeral, and not where it is no member."""
    subscribe(slack, "message.channels")
    sent = await web.chat_postMessage(channel="C0LAUNCH", text="one")
    await web.chat_update(channel="C0LAUNCH", ts=sent["ts"], text="two")
    await web.chat_delete(channel="C0LAUNCH", ts=sent["ts"])
    await web.chat_postEphemeral(channel="C0LAUNCH", user="U0ANA", text="for Ana")
    await web.chat_postMessage(channel="C0RANDOM", text="elsewhere")
    await slack.wait_for(lambda: len(app.heard) == 3)
    posted, edited, deleted = sorted(app.events, key=lambda one: one["ts"])
    assert (posted["text"], posted["bot_id"], "subtype" in posted) == ("one", "B0GREENROOM", False)
    assert (edited["subtype"], edited["message"]["text"], edited["previous_message"]["text"]) == (
        "message_changed",
        "two",
        "one",
    )
    assert (deleted["subtype"], deleted["deleted_ts"], deleted["hidden"]) == ("message_deleted", sent["ts"], True)


async def test_envelope_names_the_event_once(slack: Slack, app: Listener) -> None:
    """Signed, with an id, a time, the authorization, and whether the channel is shared."""
    subscribe(slack, "message.channels")
    await slack.say("hal", "#partners", "hi")
    await slack.say("ana", "#launch", "ho")
    shared, own = app.heard
    assert (shared["is_ext_shared_channel"], own["is_ext_shared_channel"]) == (True, False)
    assert shared["event_id"] != own["event_id"]
    assert own["type"] == "event_callback"
    assert own["api_app_id"] == "A0GREENROOM"
    assert abs(own["event_time"] - float(own["event"]["ts"])) <= 1
    assert [(one["team_id"], one["user_id"], one["is_bot"]) for one in own["authorizations"]] == [
        ("T0ACME", "U0GREENROOM", True)
    ]
    assert {"x-slack-signature", "x-slack-request-timestamp"} <= set(app.headers[0])


async def test_event_that_fails_is_repeated_at_once_after_a_minute_and_after_five(slack: Slack, app: Listener) -> None:
    """With its number and reason, on the sandbox clock; then no more."""
    subscribe(slack, "message.channels")
    app.answers = [web_error(500) for _ in range(9)]
    await slack.say("ana", "#launch", "hello")
    await slack.tick()
    assert len(app.heard) == 2
    await slack.move(55)
    assert len(app.heard) == 2
    await slack.move(10)
    assert len(app.heard) == 3
    await slack.move(5 * 60 - 10)
    assert len(app.heard) == 3
    await slack.move(3600)
    assert app.retries() == [("", ""), ("1", "http_error"), ("2", "http_error"), ("3", "http_error")]
    assert len({one["event_id"] for one in app.heard}) == 1


async def test_event_is_not_repeated_once_it_is_taken_or_the_app_wants_no_more(slack: Slack, app: Listener) -> None:
    """x-slack-no-retry: 1 in the response to a failure, or a good response."""
    subscribe(slack, "message.channels")
    app.answers = [web_error(503)]
    await slack.say("ana", "#launch", "once more")
    await slack.wait_for(lambda: len(app.heard) == 2)
    app.answers = [web_error(503, {"X-Slack-No-Retry": "1"})]
    await slack.say("ana", "#launch", "never again")
    await slack.move(3600)
    assert [one["text"] for one in app.events] == ["once more", "once more", "never again"]


async def test_retry_says_why_the_delivery_before_it_failed(slack: Slack, app: Listener) -> None:
    """A timeout, a refused connection, an endless redirect."""
    subscribe(slack, "message.channels")
    url, slack.limits.ack_seconds = str(slack.events_url), 0.05
    slow = asyncio.Event()
    app.wait_for = slow
    await slack.say("ana", "#launch", "too slow")
    app.wait_for = None
    slow.set()
    slack.limits.ack_seconds = 3
    await slack.wait_for(lambda: len(app.heard) == 2)
    slack.events_url = "http://127.0.0.1:9/slack/events"
    await slack.say("ana", "#launch", "nobody there")
    slack.events_url = url
    await slack.wait_for(lambda: len(app.heard) == 3)
    app.answers = [web_redirect(url) for _ in range(3)]
    await slack.say("ana", "#launch", "in circles")
    await slack.wait_for(lambda: app.retries()[-1][0])
    reasons = [reason for number, reason in app.retries() if number == "1"]
    assert reasons == ["http_timeout", "connection_failed", "too_many_redirects"]


async def test_people_come_and_go(slack: Slack, app: Listener) -> None:
    """Where the app is a member; the app itself hears that it joined, and that it was removed."""
    await slack.join("gia", "#marketing", inviter="ana")
    await slack.leave("gia", "#marketing")
    await slack.join("emi", "#launch")  # she is there already
    await slack.leave("finn", "#random")
    await slack.invite("#board")
    await slack.join("dev", "#board", inviter="ben")
    await slack.kick("#board")
    await slack.kick("#launch")
    assert app.types == [
        *("member_joined_channel", "member_left_channel"),
        *("member_joined_channel", "member_joined_channel", "group_left", "channel_left"),
    ]
    joined = {name: app.events[0][name] for name in ("user", "channel", "channel_type", "team", "inviter")}
    assert joined == {
        "user": "U0GIA",
        "channel": "C0MARKETING",
        "channel_type": "C",
        "team": "T0ACME",
        "inviter": "U0ANA",
    }
    assert (app.events[2]["user"], app.events[3]["inviter"], app.events[4]["channel"]) == (
        "U0GREENROOM",
        "U0BEN",
        "C0BOARD",
    )
    assert "U0DEV" in slack.channel("#board").members


async def test_nobody_joins_what_they_cannot_see(slack: Slack, app: Listener) -> None:
    """A private channel needs an invitation by a member; a direct message takes nobody."""
    with pytest.raises(LookupError, match="does not see"):
        await slack.join("finn", "#board")
    with pytest.raises(LookupError, match="is not in"):
        await slack.join("finn", "#board", inviter="dev")
    with pytest.raises(LookupError, match="direct message"):
        await slack.leave("ana", "@ana")
    assert app.heard == []


async def test_channels_are_archived_restored_and_renamed(slack: Slack, app: Listener) -> None:
    """Public ones anywhere, private ones where the app is; a taken name is refused."""
    subscribe(slack, "channel_archive", "channel_unarchive", "channel_rename", "group_archive", "group_rename")
    await slack.archive("ana", "#random")
    await slack.unarchive("ana", "#random")
    await slack.rename("ana", "#random", "chatter")
    await slack.rename("ana", "#board", "directors")
    await slack.invite("#directors")
    await slack.archive("ben", "#directors")
    assert app.types == ["channel_archive", "channel_unarchive", "channel_rename", "group_archive"]
    assert (app.events[0]["channel"], app.events[0]["user"]) == ("C0RANDOM", "U0ANA")
    assert app.events[2]["channel"]["name"] == "chatter"
    assert slack.channel("#chatter").id == "C0RANDOM"
    with pytest.raises(ValueError, match="already"):
        await slack.rename("ana", "#launch", "chatter")


async def test_profile_changes_are_told(slack: Slack, app: Listener) -> None:
    """user_change, with the whole user object."""
    subscribe(slack, "user_change")
    await slack.change_profile("chloe", title="Head of Events")
    [heard] = app.events
    assert (heard["user"]["id"], heard["user"]["profile"]["title"]) == ("U0CHLOE", "Head of Events")


async def test_uninstalling_is_the_last_thing_an_app_hears(slack: Slack, app: Listener) -> None:
    """app_uninstalled and tokens_revoked; nothing after, and no retry."""
    subscribe(slack, "app_uninstalled", "tokens_revoked", "message.channels")
    app.answers = [web_error(500), web_error(500)]
    slack.uninstall()
    await slack.wait_for(lambda: len(app.heard) == 2)
    await slack.say("ana", "#launch", "gone?")
    await slack.move(3600)
    assert sorted(app.types) == ["app_uninstalled", "tokens_revoked"]


async def test_event_travels_by_web_socket_and_is_repeated_there(slack: Slack) -> None:
    """The envelope counts the attempts; an acknowledgment ends them."""
    slack.scopes |= HISTORY
    subscribe(slack, "message.channels")
    slack.limits.ack_seconds = 0.05
    opener = AsyncWebClient(slack.app_token, base_url=f"{slack.url}/api/")
    async with ClientSession() as session:
        url = (await opener.apps_connections_open(app_token=slack.app_token))["url"]
        socket = await session.ws_connect(url)
        assert (await socket.receive_json())["type"] == "hello"
        await slack.say("ana", "#launch", "hello")
        first, second = await socket.receive_json(), await socket.receive_json()
        await socket.send_json({"envelope_id": second["envelope_id"]})
        await slack.move(3600)
        await socket.close()
    attempts = [(one["type"], one["retry_attempt"], one["retry_reason"]) for one in (first, second)]
    assert attempts == [("events_api", 0, ""), ("events_api", 1, "http_timeout")]
    assert first["payload"] == second["payload"]


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


def subscribe(slack: Slack, *names: str) -> None:
    """Subscribe to these alone."""
    slack.events.clear()
    slack.events.update(names)


def web_error(status: int, headers: dict[str, str] | None = None) -> web.Response:
    """A failure."""
    return web.Response(status=status, headers=headers)


def web_redirect(url: str) -> web.Response:
    """A redirect that keeps the method."""
    return web.Response(status=307, headers={"Location": url})
