"""Scopes of the token, and an app that is uninstalled or removed from a channel."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import yaml
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.clock import SandboxClock
from sandbox.slack import Slack
from sandbox.slack.web_api import METHODS
from tests.sandbox.slack_app import BoltApp, actions, button, card, refusal, section

MANIFEST = Path(__file__).parents[2] / "manifest.yml"


async def refused(web: AsyncWebClient, method: str, **arguments: Any) -> dict[str, str]:
    """The whole response of a refused call."""
    with pytest.raises(SlackApiError) as caught:
        await web.api_call(method, json=arguments)
    answer: dict[str, str] = caught.value.response.data
    return answer


def test_token_has_the_scopes_of_the_manifest() -> None:
    """So that the sandbox has the permissions that an administrator grants, and no more."""
    granted = yaml.safe_load(MANIFEST.read_text(encoding="utf-8"))["oauth_config"]["scopes"]["bot"]
    assert sorted(Slack(SandboxClock()).scopes) == sorted(granted)


async def test_every_answer_names_the_scopes(slack: Slack) -> None:
    """A success, a refusal, a rate limit, a server error, and one of a response_url."""
    slack.scopes = {"chat:write", "users:read"}
    slack.fail("team.info", status=500)
    slack.fail("auth.test", error="ratelimited")
    url = slack.world.new_response_url("commands", "U0ANA", "C0LAUNCH")
    headers = {"Authorization": f"Bearer {slack.bot_token}"}
    seen = []
    async with aiohttp.ClientSession(headers=headers) as http:
        for address in ("users.list", "team.info", "auth.test", "dogs.list", "conversations.list"):
            async with http.post(f"{slack.url}/api/{address}") as answer:
                seen.append((answer.status, answer.headers["x-oauth-scopes"]))
        async with http.post(url, json={"text": "x"}) as answer:
            seen.append((answer.status, answer.headers["x-oauth-scopes"]))
    assert seen == [(status, "chat:write,users:read") for status in (200, 500, 429, 200, 200, 200)]


@pytest.mark.parametrize("name", sorted(name for name, method in METHODS.items() if method.scopes))
async def test_method_without_its_scope_is_missing_scope(slack: Slack, web: AsyncWebClient, name: str) -> None:
    """Checked before anything else, with the needed and the provided scopes."""
    slack.scopes = {"commands", "team:write"}
    needed = ",".join(METHODS[name].scopes)
    answer = {"ok": False, "error": "missing_scope", "needed": needed, "provided": "commands,team:write"}
    assert await refused(web, name) == answer


@pytest.mark.parametrize(
    ("method", "arguments", "granted", "needed"),
    [
        ("conversations.info", {"channel": "D0ANA"}, "channels:read", "im:read"),
        ("conversations.info", {"channel": "C0BOARD"}, "channels:read", "groups:read"),
        ("conversations.members", {"channel": "C0LAUNCH"}, "groups:read", "channels:read"),
        ("conversations.list", {"types": "public_channel,im"}, "channels:read", "im:read"),
        ("conversations.list", {"types": "private_channel"}, "channels:read", "groups:read"),
        ("conversations.history", {"channel": "C0LAUNCH"}, "im:history", "channels:history"),
        ("conversations.history", {"channel": "C0PARTNERS"}, "im:history", "channels:history"),
        ("conversations.history", {"channel": "C0BOARD"}, "channels:history", "groups:history"),
        ("conversations.history", {"channel": "D0ANA"}, "channels:history", "im:history"),
    ],
)
async def test_each_kind_of_conversation_has_its_own_scope(
    slack: Slack, web: AsyncWebClient, method: str, arguments: dict[str, str], granted: str, needed: str
) -> None:
    """One scope allows the call, another one is missing for this conversation; with it, the call succeeds."""
    await slack.invite("#board")
    slack.scopes = {granted}
    answer = await refused(web, method, **arguments)
    assert (answer["error"], answer["needed"], answer["provided"]) == ("missing_scope", needed, granted)
    slack.scopes = {granted, needed}
    assert (await web.api_call(method, json=arguments))["ok"]


async def test_removed_app_is_account_inactive_until_it_is_back(slack: Slack, web: AsyncWebClient) -> None:
    """Every call is refused and scheduled messages are lost silently; the same token works again afterwards."""
    now = slack.clock.now().timestamp()
    await web.chat_scheduleMessage(channel="C0LAUNCH", text="lost", post_at=int(now + 60))
    await web.chat_scheduleMessage(channel="C0LAUNCH", text="kept", post_at=int(now + 6000))
    slack.uninstall()
    refusals = {await refusal(web.api_call(name)) for name in METHODS if name != "apps.connections.open"}
    assert refusals == {"account_inactive"}
    await slack.move(120)
    slack.install()
    assert (await web.auth_test())["ok"]
    await slack.move(6000)
    assert [message.text for message in slack.messages("#launch")] == ["kept"]


async def test_removed_app_hears_of_nothing(slack: Slack, web: AsyncWebClient, bolt: BoltApp) -> None:
    """Commands are unknown, buttons do not work, and response_urls are invalid."""
    bolt.responds(text="here")
    bolt.acks_clicks("go")
    message = await card(web, slack, actions(button("Go", "go")))
    url = slack.world.new_response_url("actions", "U0ANA", "C0LAUNCH", message.ts)
    slack.uninstall()
    assert (await slack.command("ana", "#launch", "/webinar", "list")).text == "/webinar is not a valid command."
    assert (await slack.click("ana", message, "Go")).error == "dispatch_failed"
    async with aiohttp.ClientSession() as http, http.post(url, json={"text": "x"}) as answer:
        assert (answer.status, (await answer.json())["error"]) == (404, "expired_url")
    assert bolt.heard == []
    slack.install()
    assert (await slack.click("ana", message, "Go")).ok


@pytest.mark.parametrize(("channel", "code"), [("#launch", ""), ("#partners", "not_in_channel"), ("#board", "gone")])
async def test_app_taken_out_of_a_channel_meanwhile(slack: Slack, web: AsyncWebClient, channel: str, code: str) -> None:
    """A public one still accepts posts, a shared one refuses, a private one is not found; then it is added again."""
    await slack.invite(channel)
    place = slack.channel(channel).id
    await slack.kick(channel)
    post = web.chat_postMessage(channel=place, text="x")
    if code:
        assert await refusal(post) == {"gone": "channel_not_found"}.get(code, code)
        await slack.invite(channel)
        assert (await web.chat_postMessage(channel=place, text="x"))["ok"]
    else:
        assert (await post)["ok"]


async def test_archived_channel_takes_nothing_and_keeps_what_it_has(slack: Slack, web: AsyncWebClient) -> None:
    """Neither new messages nor edits; both again after it is restored."""
    ts = (await web.chat_postMessage(channel="C0LAUNCH", text="old", blocks=[section("old")]))["ts"]
    slack.channel("#launch").archived = True
    later = int((slack.clock.now() + timedelta(hours=1)).timestamp())
    assert await refusal(web.chat_postMessage(channel="C0LAUNCH", text="x")) == "is_archived"
    assert await refusal(web.chat_scheduleMessage(channel="C0LAUNCH", text="x", post_at=later)) == "is_archived"
    assert await refusal(web.chat_update(channel="C0LAUNCH", ts=ts, text="new")) == "is_inactive"
    slack.channel("#launch").archived = False
    await web.chat_update(channel="C0LAUNCH", ts=ts, text="new", blocks=[section("new")])
    assert [message.words for message in slack.messages("#launch")] == ["new"]
