"""The Home tab of the stand-in: published with Slack's client, opened by users."""

from __future__ import annotations

from typing import Any

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.slack import Slack
from tests.sandbox.slack_app import BoltApp, actions, button, modal, refusal, section

Json = dict[str, Any]


async def test_home_is_published_and_shown(slack: Slack, web: AsyncWebClient) -> None:
    """One view each, guarded by its hash; a modal is no Home tab."""
    home = {"type": "home", "blocks": [section("Next webinar")]}
    first = (await web.views_publish(user_id="U0ANA", view=home))["view"]
    assert slack.home("ben") is None
    shown = slack.home("ana")
    assert shown
    assert (shown.words, shown.id) == ("Next webinar", first["id"])
    await web.views_publish(user_id="U0ANA", view=home, hash=first["hash"])
    assert await refusal(web.views_publish(user_id="U0ANA", view=home, hash=first["hash"])) == "hash_conflict"
    assert await refusal(web.views_publish(user_id="U0ANA", view=modal())) == "invalid_arguments"
    assert await refusal(web.views_publish(user_id="U0NOBODY", view=home)) == "user_not_found"


async def test_home_opened_is_told_to_the_app(slack: Slack, bolt: BoltApp) -> None:
    """app_home_opened through the Events API; its buttons work."""
    bolt.acks_clicks("go")
    slack.events.add("app_home_opened")

    @bolt.bolt.event("app_home_opened")
    async def _opened(event: Json, client: AsyncWebClient) -> None:
        bolt.heard.append(event)
        await client.views_publish(
            user_id=event["user"], view={"type": "home", "blocks": [actions(button("Go", "go"))]}
        )

    assert (await slack.open_home("ana")).ok
    home = slack.home("ana")
    assert home
    assert bolt.heard[0]["channel"] == "D0ANA"
    assert (await slack.click("ana", home, "Go")).ok
    assert (bolt.heard[1]["container"]["type"], bolt.heard[1]["view"]["type"]) == ("view", "home")
    await slack.open_home("ana")
    assert bolt.heard[2]["view"]["id"] == home.id
    with pytest.raises(ValueError, match="nothing to submit"):
        await slack.submit("ana", home)
