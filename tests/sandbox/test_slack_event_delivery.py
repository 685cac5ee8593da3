"""How events are delivered: the envelope, retries, the limit, in Socket Mode, and the check of a request URL."""

from __future__ import annotations

import asyncio

from aiohttp import ClientSession
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.slack import Slack
from tests.sandbox.event_listener import HISTORY, Listener, subscribe, web_error, web_redirect
from tests.sandbox.slack_app import BoltApp


async def test_envelope_names_the_event_once(slack: Slack, listener: Listener) -> None:
    """Signed, with an id, a time, the authorization, and whether the channel is shared."""
    subscribe(slack, "message.channels")
    await slack.say("hal", "#partners", "hi")
    await slack.say("ana", "#launch", "ho")
    shared, own = listener.heard
    assert (shared["is_ext_shared_channel"], own["is_ext_shared_channel"]) == (True, False)
    assert shared["event_id"] != own["event_id"]
    assert own["type"] == "event_callback"
    assert own["api_app_id"] == "A0GREENROOM"
    assert abs(own["event_time"] - float(own["event"]["ts"])) <= 1
    assert [(one["team_id"], one["user_id"], one["is_bot"]) for one in own["authorizations"]] == [
        ("T0ACME", "U0GREENROOM", True)
    ]
    assert {"x-slack-signature", "x-slack-request-timestamp"} <= set(listener.headers[0])


async def test_event_that_fails_is_repeated_at_once_after_a_minute_and_after_five(
    slack: Slack, listener: Listener
) -> None:
    """With its number and reason, on the sandbox clock; then no more."""
    subscribe(slack, "message.channels")
    listener.answers = [web_error(500) for _ in range(9)]
    await slack.say("ana", "#launch", "hello")
    await slack.tick()
    assert len(listener.heard) == 2
    await slack.move(55)
    assert len(listener.heard) == 2
    await slack.move(10)
    assert len(listener.heard) == 3
    await slack.move(5 * 60 - 10)
    assert len(listener.heard) == 3
    await slack.move(3600)
    assert listener.retries() == [("", ""), ("1", "http_error"), ("2", "http_error"), ("3", "http_error")]
    assert len({one["event_id"] for one in listener.heard}) == 1


async def test_event_is_not_repeated_once_it_is_taken_or_the_app_wants_no_more(
    slack: Slack, listener: Listener
) -> None:
    """x-slack-no-retry: 1 in the response to a failure, or a good response."""
    subscribe(slack, "message.channels")
    listener.answers = [web_error(503)]
    await slack.say("ana", "#launch", "once more")
    await slack.wait_for(lambda: len(listener.heard) == 2)
    listener.answers = [web_error(503, {"X-Slack-No-Retry": "1"})]
    await slack.say("ana", "#launch", "never again")
    await slack.move(3600)
    assert [one["text"] for one in listener.events] == ["once more", "once more", "never again"]


async def test_retry_says_why_the_delivery_before_it_failed(slack: Slack, listener: Listener) -> None:
    """A timeout, a refused connection, an endless redirect."""
    subscribe(slack, "message.channels")
    url, slack.limits.ack_seconds = str(slack.events_url), 0.05
    slow = asyncio.Event()
    listener.wait_for = slow
    await slack.say("ana", "#launch", "too slow")
    listener.wait_for = None
    slow.set()
    slack.limits.ack_seconds = 3
    await slack.wait_for(lambda: len(listener.heard) == 2)
    slack.events_url = "http://127.0.0.1:9/slack/events"
    await slack.say("ana", "#launch", "nobody there")
    slack.events_url = url
    await slack.wait_for(lambda: len(listener.heard) == 3)
    listener.answers = [web_redirect(url) for _ in range(3)]
    await slack.say("ana", "#launch", "in circles")
    await slack.wait_for(lambda: listener.retries()[-1][0])
    reasons = [reason for number, reason in listener.retries() if number == "1"]
    assert reasons == ["http_timeout", "connection_failed", "too_many_redirects"]


async def test_uninstalling_is_the_last_thing_an_app_hears(slack: Slack, listener: Listener) -> None:
    """app_uninstalled and tokens_revoked; nothing after, and no retry."""
    subscribe(slack, "app_uninstalled", "tokens_revoked", "message.channels")
    listener.answers = [web_error(500), web_error(500)]
    slack.uninstall()
    await slack.wait_for(lambda: len(listener.heard) == 2)
    await slack.say("ana", "#launch", "gone?")
    await slack.move(3600)
    assert sorted(listener.types) == ["app_uninstalled", "tokens_revoked"]


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


async def test_events_beyond_the_limit_of_an_hour_are_left_out(slack: Slack, listener: Listener) -> None:
    """The app gets `app_rate_limited` instead, once a minute."""
    subscribe(slack, "message.channels")
    slack.limits.events_per_hour = 2
    for number in range(5):
        await slack.say("ana", "#launch", f"line {number}")
    await slack.wait_for(lambda: len(listener.heard) == 3)
    assert [one["type"] for one in listener.heard] == ["event_callback", "event_callback", "app_rate_limited"]
    assert listener.heard[2]["minute_rate_limited"] % 60 == 0


async def test_request_url_is_verified_as_when_it_is_entered(slack: Slack, listener: Listener) -> None:
    """Bolt answers with the challenge; an app that does not know it fails."""
    assert not await slack.verify_url()
    bolt = BoltApp(slack)
    await bolt.start()
    assert await slack.verify_url()
    await bolt.stop()
