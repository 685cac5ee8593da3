"""Injected faults, `wait_for`, and its timeout message."""

from __future__ import annotations

import asyncio

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.slack import Slack
from tests.sandbox.slack_app import refusal


async def test_fault_without_words_is_a_rate_limit_once(slack: Slack, web: AsyncWebClient) -> None:
    """429 with Retry-After, nothing posted; the next call succeeds; other methods are unaffected."""
    slack.fail("chat.postMessage", retry_after=7)
    assert (await web.auth_test())["ok"]
    with pytest.raises(SlackApiError) as caught:
        await web.chat_postMessage(channel="C0LAUNCH", text="x")
    assert (caught.value.response.status_code, caught.value.response.headers["Retry-After"]) == (429, "7")
    assert slack.messages("#launch") == []
    assert (await web.chat_postMessage(channel="C0LAUNCH", text="x"))["ok"]


async def test_fault_names_any_error_and_number_of_times(slack: Slack, web: AsyncWebClient) -> None:
    """Of one method, or of the next calls."""
    slack.fail("users.info", error="fatal_error", times=2)
    slack.fail("*", error="team_added_to_org")
    assert await refusal(web.users_info(user="U0ANA")) == "fatal_error"
    assert await refusal(web.users_info(user="U0ANA")) == "fatal_error"
    assert await refusal(web.auth_test()) == "team_added_to_org"
    assert (await web.users_info(user="U0ANA"))["ok"]
    assert [c.error for c in slack.calls] == ["fatal_error", "fatal_error", "team_added_to_org", ""]


async def test_fault_after_the_effect_posts_and_answers_500(slack: Slack, web: AsyncWebClient) -> None:
    """The worst case: it happened, and the caller does not know."""
    slack.fail("chat.postMessage", status=500, effect=True)
    with pytest.raises(SlackApiError) as caught:
        await web.chat_postMessage(channel="C0LAUNCH", text="once")
    assert (caught.value.response.status_code, [m.text for m in slack.messages("#launch")]) == (500, ["once"])


@pytest.mark.parametrize(("effect", "there"), [(False, []), (True, ["x"])])
async def test_fault_cuts_the_connection(slack: Slack, web: AsyncWebClient, effect: bool, there: list[str]) -> None:
    """No response, before or after the effect."""
    slack.fail("chat.postMessage", cut=True, effect=effect)
    with pytest.raises(aiohttp.ServerDisconnectedError):
        await web.chat_postMessage(channel="C0LAUNCH", text="x")
    assert [m.text for m in slack.messages("#launch")] == there
    assert slack.calls[-1].error == "no_answer"


async def test_fault_hangs_until_the_caller_gives_up(slack: Slack) -> None:
    """And ends when the workspace stops."""
    slack.fail("chat.postMessage", hang=60, effect=True)
    impatient = AsyncWebClient(slack.bot_token, base_url=f"{slack.url}/api/", timeout=0.05, retry_handlers=[])  # type: ignore[arg-type]
    with pytest.raises(asyncio.TimeoutError):
        await impatient.chat_postMessage(channel="C0LAUNCH", text="x")
    assert [m.text for m in slack.messages("#launch")] == ["x"]


async def test_fault_may_hang_and_then_answer(slack: Slack, web: AsyncWebClient) -> None:
    """Slow and wrong."""
    slack.fail("auth.test", hang=0.01, error="internal_error")
    assert await refusal(web.auth_test()) == "internal_error"


async def test_wait_for_returns_what_it_waited_for(slack: Slack, web: AsyncWebClient) -> None:
    """At once if it exists, else at the change that creates it."""
    waiting = asyncio.create_task(slack.wait_for(lambda: slack.messages("#launch")))
    await web.chat_postMessage(channel="C0LAUNCH", text="there")
    assert [m.text for m in await waiting] == ["there"]
    assert await slack.wait_for(lambda: len(slack.messages("#launch"))) == 1


async def test_wait_for_tells_what_was_there_instead(slack: Slack, web: AsyncWebClient) -> None:
    """The last calls and messages, so that a failed test can be understood."""
    await web.chat_postMessage(channel="C0LAUNCH", text="something else")
    with pytest.raises(TimeoutError, match=r"Last calls: chat\.postMessage.*launch: 'something else'"):
        await slack.wait_for(lambda: slack.messages("#random"), timeout=0.01)


async def test_on_change_is_called_at_each_change(slack: Slack, web: AsyncWebClient) -> None:
    """For listeners that render the workspace."""
    seen: list[int] = []
    slack.on_change.append(lambda: seen.append(slack.world.rev))
    await web.chat_postMessage(channel="C0LAUNCH", text="x")
    assert len(seen) >= 2
    assert seen == sorted(seen)
