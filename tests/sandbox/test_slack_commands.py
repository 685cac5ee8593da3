"""Slash commands and response_urls, with a real Bolt app that verifies signatures."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from slack_sdk.webhook.async_client import AsyncWebhookClient

from sandbox.slack import Slack
from tests.sandbox.slack_app import BoltApp, actions, button, card, refusal, section

Json = dict[str, Any]


async def respond(url: str, **body: Any) -> tuple[int, str]:
    """Respond at a response_url with Slack's own webhook client."""
    answer = await AsyncWebhookClient(url, retry_handlers=[]).send_dict(body)
    return answer.status_code, answer.body


async def test_command_reaches_the_app_signed(slack: Slack, bolt: BoltApp) -> None:
    """Bolt accepts it, so the signature is valid; the form has Slack's fields."""
    bolt.responds()
    outcome = await slack.command("ana", "#launch", "/webinar", " create Launch day ")
    assert (outcome.ok, outcome.status, outcome.message) == (True, 200, None)
    (body,) = bolt.heard
    wanted = {"command": "/webinar", "text": "create Launch day", "user_id": "U0ANA", "user_name": "ana"}
    wanted |= {"channel_id": "C0LAUNCH", "channel_name": "launch", "team_id": "T0ACME", "team_domain": "acme"}
    assert {key: body[key] for key in wanted} == wanted
    assert body["response_url"].startswith(f"{slack.url}/commands/T0ACME/")


async def test_command_to_an_app_with_another_secret_is_not_taken(slack: Slack) -> None:
    """Bolt responds with 401, and the user sees that it failed."""
    app = BoltApp(slack, signing_secret="another")
    app.responds()
    await app.start()
    outcome = await slack.command("ana", "#launch", "/webinar")
    await app.stop()
    assert (outcome.ok, outcome.status, outcome.error, app.heard) == (False, 401, "dispatch_failed", [])


async def test_command_in_a_dm_and_a_private_channel_hides_the_name(slack: Slack, bolt: BoltApp) -> None:
    """As Slack names them."""
    bolt.responds()
    await slack.command("ana", "@ana", "/webinar")
    await slack.command("ana", "#board", "/webinar")
    assert [(b["channel_id"], b["channel_name"]) for b in bolt.heard] == [
        ("D0ANA", "directmessage"),
        ("C0BOARD", "privategroup"),
    ]


async def test_command_answered_in_the_ack_is_ephemeral(slack: Slack, bolt: BoltApp) -> None:
    """Text or blocks, for this user only."""
    bolt.responds(text="Hi", blocks=[section("Hi there")])
    outcome = await slack.command("ana", "#launch", "/webinar")
    assert outcome.message
    assert outcome.message.words == "Hi there"
    assert slack.messages("#launch", as_user="ana") == [outcome.message]
    assert slack.messages("#launch", as_user="ben") == []


async def test_command_answered_in_channel_shows_what_was_typed(slack: Slack, bolt: BoltApp) -> None:
    """Everybody sees the command and the response, although the app is not in the channel."""
    bolt.responds(text="Hi all", response_type="in_channel")
    await slack.command("ana", "#random", "/webinar", "show")
    seen = [(m.username, m.text) for m in slack.messages("#random", as_user="ben")]
    assert seen == [("Ana Ruiz", "/webinar show"), ("Greenroom", "Hi all")]


async def test_command_answered_with_invalid_blocks_fails(slack: Slack, bolt: BoltApp) -> None:
    """The user sees Slackbot's message instead of the response."""
    bolt.responds(blocks=[section("x" * 3001)])
    outcome = await slack.command("ana", "#launch", "/webinar")
    assert (outcome.ok, outcome.error) == (False, "invalid_command_response")
    (line,) = slack.messages("#launch", as_user="ana")
    assert (line.username, line.text) == ("Slackbot", '/webinar failed with the error "invalid_command_response"')


async def test_command_not_taken_in_time_fails(slack: Slack, bolt: BoltApp) -> None:
    """Slack gives up after three seconds (here: at once) and reports it to the user only."""
    release = asyncio.Event()

    @bolt.bolt.command("/webinar")
    async def _late(ack: Any) -> None:
        await release.wait()
        await ack()

    slack.limits.ack_seconds = 0.05
    outcome = await slack.command("ana", "#launch", "/webinar")
    release.set()
    assert (outcome.ok, outcome.error, outcome.status) == (False, "operation_timeout", None)
    assert outcome.text == '/webinar failed with the error "operation_timeout"'
    assert [m.text for m in slack.messages("#launch", as_user="ana")] == [outcome.text]
    assert slack.messages("#launch", as_user="ben") == []


async def test_command_without_a_listener_or_an_app_fails(slack: Slack, bolt: BoltApp) -> None:
    """A 404 from Bolt, then no server."""
    outcome = await slack.command("ana", "#launch", "/webinar")
    assert (outcome.ok, outcome.status, outcome.error) == (False, 404, "dispatch_failed")
    await bolt.runner.cleanup()
    outcome = await slack.command("ana", "#launch", "/webinar")
    assert (outcome.ok, outcome.status, outcome.error) == (False, None, "dispatch_failed")
    assert slack.app_state == {"mode": "http", "connected": False}


async def test_command_that_is_not_registered_stays_with_slack(slack: Slack, bolt: BoltApp) -> None:
    """If the workspace knows the app's commands, others never reach it."""
    bolt.responds()
    slack.commands.append({"command": "/webinar", "description": "", "usage_hint": ""})
    outcome = await slack.command("ana", "#launch", "/webinarr")
    assert (outcome.error, outcome.text, bolt.heard) == ("unknown_command", "/webinarr is not a valid command.", [])


async def test_command_escapes_people_and_channels_when_registered_so(slack: Slack, bolt: BoltApp) -> None:
    """should_escape replaces existing names with ids."""
    bolt.responds()
    slack.commands.append({"command": "/webinar", "should_escape": True})
    await slack.command("ana", "#launch", "/webinar", "invite x @ben @nobody #marketing #nowhere a@ben")
    text = "invite x <@U0BEN|ben> @nobody <#C0MARKETING|marketing> #nowhere a@ben"
    assert bolt.heard[0]["text"] == text


async def test_person_cannot_use_a_channel_they_do_not_see(slack: Slack) -> None:
    """A guest knows their own channels only; using another is an error of the test."""
    with pytest.raises(LookupError, match="gia does not see #general"):
        await slack.command("gia", "#general", "/webinar")
    with pytest.raises(LookupError, match="chloe does not see #board"):
        await slack.say("chloe", "#board", "hi")


async def test_response_url_answers_five_times_in_thirty_minutes(slack: Slack, bolt: BoltApp) -> None:
    """Ephemeral by default, also without the app in the channel; then it is used up, or expired."""
    bolt.responds()
    await slack.command("ana", "#board", "/webinar")
    url = bolt.heard[0]["response_url"]
    assert await respond(url, text="only you") == (200, "ok")
    assert await respond(url, text="all", response_type="in_channel") == (200, "ok")
    assert [m.text for m in slack.messages("#board", as_user="ana")] == ["only you", "all"]
    assert [m.text for m in slack.messages("#board", as_user="ben")] == ["all"]
    for _ in range(3):
        await respond(url, text="again")
    assert await respond(url, text="once more") == (404, '{"ok": false, "error": "used_url"}')
    await slack.command("ana", "#board", "/webinar")
    slack.limits.response_url_seconds = 0
    assert await respond(bolt.heard[1]["response_url"], text="late") == (404, '{"ok": false, "error": "expired_url"}')
    assert [c.error for c in slack.calls if c.method == "response_url"] == [
        "",
        "",
        "",
        "",
        "",
        "used_url",
        "expired_url",
    ]


async def test_response_url_of_a_command_replaces_and_deletes_nothing(slack: Slack, bolt: BoltApp) -> None:
    """replace_original posts a new message, delete_original does nothing."""
    bolt.responds(text="first")
    await slack.command("ana", "#launch", "/webinar")
    url = bolt.heard[0]["response_url"]
    await respond(url, text="second", replace_original=True)
    await respond(url, delete_original=True)
    assert [m.text for m in slack.messages("#launch")] == ["first", "second"]


async def test_response_url_refuses_what_is_no_message(slack: Slack, bolt: BoltApp) -> None:
    """400, and the use is not counted."""
    bolt.responds()
    await slack.command("ana", "#launch", "/webinar")
    url = bolt.heard[0]["response_url"]
    status, body = await respond(url, blocks=[section("x" * 3001)])
    assert (status, "invalid_blocks" in body) == (400, True)
    assert (await respond(url))[0] == 400
    for _ in range(5):
        assert await respond(url, text="x") == (200, "ok")


async def test_response_url_of_a_click_rewrites_or_deletes_its_message(slack: Slack, bolt: BoltApp) -> None:
    """The buttons of a message lead back to it; an ephemeral one stays ephemeral."""
    bolt.acks_clicks("go")
    web = bolt.bolt.client
    message = await card(web, slack, section("old"), actions(button("Go", "go")))
    await slack.click("ana", message, "Go")
    await respond(bolt.heard[0]["response_url"], text="new", replace_original=True)
    assert (message.words, message.blocks, message.deleted) == ("new", [], False)
    await respond(bolt.heard[0]["response_url"], text="beside")
    assert [m.text for m in slack.messages("#launch", as_user="ben")] == ["new"]
    await respond(bolt.heard[0]["response_url"], delete_original=True)
    assert message.deleted
    whisper = (
        await web.chat_postEphemeral(
            channel="C0LAUNCH", user="U0ANA", text="psst", blocks=[actions(button("Go", "go"))]
        )
    )["message_ts"]
    ours = next(m for m in slack.messages("#launch") if m.ts == whisper)
    await slack.click("ana", ours, "go")
    url = bolt.heard[1]["response_url"]
    await respond(url, text="still", replace_original=True, response_type="in_channel")
    assert (ours.words, ours.ephemeral_to) == ("still", "U0ANA")
    await respond(url, delete_original=True)
    assert "still" not in [m.words for m in slack.messages("#launch")]


async def test_trigger_id_opens_one_view_for_three_seconds(slack: Slack, bolt: BoltApp) -> None:
    """Then it is used or expired; an unknown one is invalid."""
    bolt.responds()
    web = bolt.bolt.client
    view = {"type": "modal", "title": {"type": "plain_text", "text": "Hi"}, "blocks": [section("hi")]}
    await slack.command("ana", "#launch", "/webinar")
    trigger = bolt.heard[0]["trigger_id"]
    await web.views_open(trigger_id=trigger, view=view)
    assert await refusal(web.views_open(trigger_id=trigger, view=view)) == "exchanged_trigger_id"
    assert await refusal(web.views_open(trigger_id="1.2.abc", view=view)) == "invalid_trigger_id"
    assert await refusal(web.api_call("views.open", json={"view": view})) == "invalid_arguments"
    await slack.command("ana", "#launch", "/webinar")
    slack.limits.trigger_seconds = 0
    late = web.views_open(trigger_id=bolt.heard[1]["trigger_id"], view=view)
    assert await refusal(late) == "expired_trigger_id"


async def test_persons_own_line_stands_in_the_channel_and_reaches_the_app_in_its_dm(
    slack: Slack, bolt: BoltApp
) -> None:
    """Only if the app subscribes to message.im."""
    heard: list[str] = []

    @bolt.bolt.event("message")
    async def _hear(event: Json) -> None:
        heard.append(event["text"])

    await slack.say("ana", "@ana", "nobody listens")
    slack.events.add("message.im")
    slack.scopes |= {"im:history"}
    line = await slack.say("ana", "@ana", "hello app")
    await slack.say("ana", "#launch", "hello all")
    assert (heard, line.username, line.bot) == (["hello app"], "Ana Ruiz", False)
