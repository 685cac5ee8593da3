"""Global shortcuts, and shortcuts of messages."""

from __future__ import annotations

from typing import Any

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.slack import Slack
from tests.sandbox.slack_app import BoltApp, Browser, field, modal

Json = dict[str, Any]
CREATE = {"name": "Create Webinar", "type": "global", "callback_id": "create", "description": "Opens the form"}
SHARE = {"name": "Share Webinar", "type": "message", "callback_id": "share", "description": ""}


def listen(slack: Slack, bolt: BoltApp) -> None:
    """The app has both shortcuts; each opens a form."""
    slack.shortcuts.extend([CREATE, SHARE])

    async def _open(ack: Any, body: Json, client: AsyncWebClient) -> None:
        bolt.heard.append(body)
        await ack()
        await client.views_open(trigger_id=body["trigger_id"], view=modal(field("title")))

    bolt.bolt.shortcut("create")(_open)
    bolt.bolt.shortcut({"type": "message_action", "callback_id": "share"})(_open)


async def test_global_shortcut_opens_a_form(slack: Slack, bolt: BoltApp) -> None:
    """Its payload has a trigger_id, and neither a channel nor a response_url."""
    listen(slack, bolt)
    assert (await slack.shortcut("ana", "create")).ok
    [body] = bolt.heard
    assert (body["type"], body["callback_id"], body["user"]["id"]) == ("shortcut", "create", "U0ANA")
    assert {"channel", "message", "response_url"} & set(body) == set()
    assert body["action_ts"]
    assert slack.view("ana").title == "Form"


async def test_message_shortcut_has_the_message_and_its_channel(slack: Slack, bolt: BoltApp) -> None:
    """And a response_url."""
    listen(slack, bolt)
    line = await slack.say("ben", "#random", "Launch day on Friday")
    assert (await slack.shortcut("ana", "share", line)).ok
    [body] = bolt.heard
    assert (body["type"], body["callback_id"], body["message_ts"]) == ("message_action", "share", line.ts)
    assert body["channel"] == {"id": "C0RANDOM", "name": "random"}
    assert (body["message"]["text"], body["message"]["user"]) == ("Launch day on Friday", "U0BEN")
    assert body["response_url"].startswith(slack.url)
    assert slack.view("ana").title == "Form"


async def test_shortcut_that_slack_does_not_offer_cannot_be_used(
    slack: Slack, bolt: BoltApp, web: AsyncWebClient
) -> None:
    """Global ones to guests and other organizations; those of messages on an ephemeral one, or on one unseen."""
    listen(slack, bolt)
    line = await slack.say("gia", "#launch", "hi")
    await web.chat_postEphemeral(channel="C0LAUNCH", user="U0ANA", text="for Ana")
    [*_, seen_by_ana] = slack.messages("#launch", as_user="ana")
    for user, shortcut, message in (
        ("gia", "create", None),
        ("hal", "create", None),
        ("ana", "share", None),
        ("ana", "create", line),
        ("ana", "share", seen_by_ana),
        ("hal", "share", line),
        ("ana", "unknown", None),
    ):
        with pytest.raises(LookupError):
            await slack.shortcut(user, shortcut, message)
    assert (await slack.shortcut("gia", "share", line)).ok
    assert [body["user"]["id"] for body in bolt.heard] == ["U0GIA"]


async def test_shortcut_that_fails_says_so(slack: Slack, bolt: BoltApp) -> None:
    """As a click does."""
    slack.shortcuts.append(CREATE)
    outcome = await slack.shortcut("ana", "create")
    assert (outcome.ok, outcome.error) == (False, "dispatch_failed")
    assert "did not work" in outcome.text


async def test_page_offers_shortcuts_and_starts_them(slack: Slack, bolt: BoltApp, browser: Browser) -> None:
    """Each person their own."""
    listen(slack, bolt)
    line = await slack.say("ben", "#launch", "hi")
    assert (await browser.snapshot("U0ANA"))["shortcuts"] == [CREATE, SHARE]
    assert (await browser.snapshot("U0GIA"))["shortcuts"] == [SHARE]
    assert await browser.post("shortcut", who="U0ANA", callback_id="create") == {"ok": True}
    at = {"channel": "C0LAUNCH", "ts": line.ts}
    assert await browser.post("shortcut", who="U0GIA", callback_id="share", **at) == {"ok": True}
    refused = await browser.post("shortcut", who="U0GIA", callback_id="create")
    assert (refused["ok"], refused["error"]) == (False, "not_possible")
