"""Random failures of the Slack stand-in, and its record of accepted messages."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import Any

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.slack import Slack
from tests.sandbox.slack_app import refusal

CALLS = 300


async def met(web: AsyncWebClient, text: str) -> str:
    """The outcome of a post for the caller."""
    try:
        await web.chat_postMessage(channel="C0LAUNCH", text=text, metadata={"event_type": "n", "event_payload": {}})
    except SlackApiError as error:
        return str(error.response.status_code)
    except aiohttp.ServerDisconnectedError:
        return "broken"
    return "ok"


async def test_chaos_meets_its_shares_and_counts_them(slack: Slack) -> None:
    """Accepted messages are the successful calls plus those lost, cut and hung, exactly."""
    slack.limits.messages_per_second = None
    chaos = slack.chaos("chat.postMessage", limited=0.1, refused=0.1, lost=0.1, cut=0.1, hang=0.1, hang_seconds=0.2)
    seen: Counter[str] = Counter()
    async with aiohttp.ClientSession() as http:
        web = AsyncWebClient(slack.bot_token, base_url=f"{slack.url}/api/", session=http, retry_handlers=[])
        for begin in range(0, CALLS, 50):
            seen.update(await asyncio.gather(*(met(web, str(n)) for n in range(begin, begin + 50))))
    assert chaos.calls == CALLS == seen.total()
    assert seen == {
        "ok": CALLS - chaos.met.total(),
        "429": chaos.met["limited"],
        "500": chaos.met["refused"] + chaos.met["lost"],
        "broken": chaos.met["cut"] + chaos.met["hang"],  # the silence ends after a while
    }
    there = CALLS - chaos.met["limited"] - chaos.met["refused"]
    assert len(slack.accepted()) == len(slack.messages("#launch")) == there
    for name in ("limited", "refused", "lost", "cut", "hang"):
        assert abs(chaos.met[name] - CALLS / 10) < CALLS / 20, name


async def test_chaos_of_one_seed_is_always_the_same(slack: Slack, web: AsyncWebClient) -> None:
    """Call by call, and other methods are unaffected; `calm` ends it."""
    slack.limits.messages_per_second = None
    runs = []
    for seed in (1, 1, 2):
        slack.chaos("chat.postMessage", refused=0.5, seed=seed)
        runs.append([await met(web, "x") for _ in range(20)])
        assert (await web.auth_test())["ok"]
        slack.calm()
        assert await met(web, "x") == "ok"
    assert runs[0] == runs[1] != runs[2]


async def test_chaos_of_everything_waits_for_ordered_faults(slack: Slack, web: AsyncWebClient) -> None:
    """An injected fault comes first; then a random failure of any method; 429 has its seconds."""
    slack.chaos(limited=1.0, retry_after=9)
    slack.fail("auth.test", error="fatal_error")
    assert await refusal(web.auth_test()) == "fatal_error"
    with pytest.raises(SlackApiError) as caught:
        await web.auth_test()
    assert (caught.value.response.status_code, caught.value.response.headers["Retry-After"]) == (429, "9")


@pytest.mark.parametrize("shares", [{"lost": 0.6, "cut": 0.5}, {"hang": -0.1}])
def test_chaos_of_impossible_shares_is_refused(slack: Slack, shares: dict[str, float]) -> None:
    """More than 1, or less than 0."""
    with pytest.raises(ValueError, match="Shares are at least 0 and together at most 1"):
        slack.chaos(**shares)  # type: ignore[arg-type] # the words are checked where they are used


async def test_accepted_is_what_was_posted_at_once_or_from_the_schedule(slack: Slack, web: AsyncWebClient) -> None:
    """With the text at that time, regardless of later changes; not pending, ephemeral or response_url messages."""
    mark = {"event_type": "n", "event_payload": {"id": "1"}}
    later = int(slack.clock.now().timestamp()) + 600
    posted = await web.chat_postMessage(channel="U0ANA", text="now", metadata=mark)
    held = await web.chat_scheduleMessage(channel="C0LAUNCH", text="later", post_at=later)
    await web.chat_scheduleMessage(channel="C0LAUNCH", text="much later", post_at=later + 6000)
    await web.chat_postEphemeral(channel="C0LAUNCH", user="U0ANA", text="whispered")
    await slack.say("ana", "#launch", "hers")
    await web.chat_update(channel="D0ANA", ts=posted["ts"], text="changed")
    await slack.move(700)
    first, second = slack.accepted()
    assert (first.channel, first.text, first.metadata, first.ts) == ("D0ANA", "now", mark, posted["ts"])
    assert (first.team, first.scheduled_id, first.deleted) == ("T0ACME", "", False)
    assert (second.channel, second.text, second.metadata) == ("C0LAUNCH", "later", None)
    assert (second.scheduled_id, int(float(second.ts))) == (held["scheduled_message_id"], later)
    assert abs(second.at - slack.clock.machine().timestamp()) < 5
    await web.chat_delete(channel="D0ANA", ts=posted["ts"])
    assert [one.deleted for one in slack.accepted()] == [True, False]


async def test_workspace_ceiling_holds_for_all_channels_together(slack: Slack, web: AsyncWebClient) -> None:
    """Off by default; when on, 429 with the seconds until the oldest is a minute old, and nothing is posted."""
    slack.limits.workspace_per_minute = 3

    async def post(channel: str) -> Any:
        return await web.chat_postMessage(channel=channel, text="x")

    for channel in ("C0LAUNCH", "C0MARKETING", "D0ANA"):
        assert (await post(channel))["ok"]
    with pytest.raises(SlackApiError) as caught:
        await post("C0PARTNERS")
    assert (caught.value.response.status_code, slack.messages("#partners")) == (429, [])
    assert 1 <= int(caught.value.response.headers["Retry-After"]) <= 60
    slack.limits.workspace_per_minute = None
    assert (await post("C0PARTNERS"))["ok"]


async def test_blocks_are_taken_unseen_when_nobody_is_to_check_them(slack: Slack, web: AsyncWebClient) -> None:
    """For speed."""
    odd = {"channel": "C0LAUNCH", "text": "x", "blocks": [{"type": "section", "elements": []}]}
    assert await refusal(web.api_call("chat.postMessage", json=odd)) == "invalid_blocks"
    slack.limits.check_blocks = False
    assert (await web.api_call("chat.postMessage", json=odd))["ok"]
