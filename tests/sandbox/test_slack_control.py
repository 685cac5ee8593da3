"""The Slack stand-in in its own process: control routes and many workspaces."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.slack import Slack
from tests.sandbox.slack_app import refusal

Json = dict[str, Any]


class ControlClient:
    """Client of a stand-in by its URL."""

    def __init__(self, url: str, token: str, http: aiohttp.ClientSession) -> None:
        """Use the stand-in at this URL."""
        self.url, self.http = url, http
        self.web = self.client(token)

    def client(self, token: str) -> AsyncWebClient:
        """Slack's own client with this token."""
        return AsyncWebClient(token, base_url=f"{self.url}/api/", session=self.http, retry_handlers=[])

    async def control(self, method: str, path: str, body: Any = None) -> tuple[int, Json]:
        """One control call: its status and JSON."""
        async with self.http.request(method, f"{self.url}/sandbox/{path}", json=body) as response:
            answer: Json = await response.json()
            return response.status, answer

    async def get(self, path: str) -> Json:
        """The response of a control route."""
        status, answer = await self.control("GET", path)
        assert status == 200
        return answer

    async def later(self, seconds: float) -> int:
        """Sandbox time this many seconds from now."""
        return int((await self.get("state"))["now"] + seconds)


@pytest.fixture
async def api(slack: Slack) -> AsyncIterator[ControlClient]:
    """A stand-in in this process, used by its URL only."""
    async with aiohttp.ClientSession() as http:
        yield ControlClient(slack.url, slack.bot_token, http)


@asynccontextmanager
async def elsewhere() -> AsyncIterator[ControlClient]:
    """A stand-in in its own process."""
    command = (sys.executable, "-m", "sandbox.slack", "--port", "0")
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    assert process.stdout is not None
    lines = [(await process.stdout.readline()).decode().strip() for _ in range(6)]
    settings = dict(line.split("=", 1) for line in lines if line.startswith("SLACK_"))
    try:
        async with aiohttp.ClientSession() as http:
            yield ControlClient(settings["SLACK_API_URL"].removesuffix("/api/"), settings["SLACK_BOT_TOKEN"], http)
    finally:
        process.terminate()
        await process.wait()


async def test_control_counts_what_a_process_of_its_own_accepted() -> None:
    """Posted and scheduled, by the clock that is moved from outside, regardless of the response."""
    async with elsewhere() as api:
        mark = {"event_type": "n", "event_payload": {"id": "1"}}
        posted = (await api.web.chat_postMessage(channel="C0LAUNCH", text="now", metadata=mark))["ts"]
        post_at = await api.later(900)
        held = await api.web.chat_scheduleMessage(channel="C0LAUNCH", text="later", post_at=post_at)
        assert (await api.get("state"))["held"] == 1
        status, moved = await api.control("POST", "clock", {"to": post_at + 60})
        assert (status, moved["now"] >= post_at + 60) == (200, True)
        await api.control("POST", "faults", {"method": "chat.postMessage", "status": 500, "effect": True})
        with pytest.raises(SlackApiError):
            await api.web.chat_postMessage(channel="C0LAUNCH", text="lost to the caller")
        first, second, third = (await api.get("accepted"))["accepted"]
        assert (first["text"], first["metadata"], first["ts"], first["channel"]) == ("now", mark, posted, "C0LAUNCH")
        assert (second["text"], second["scheduled_id"]) == ("later", held["scheduled_message_id"])
        assert int(float(second["ts"])) == post_at
        assert third["text"] == "lost to the caller"
        assert (await api.get("accepted?since=2"))["accepted"] == [third]
        state = await api.get("state")
        assert (state["accepted"], state["accepted_at"], state["held"]) == (3, third["at"], 0)


async def test_scheduled_messages_are_shown_with_what_became_of_them(api: ControlClient) -> None:
    """Posted, lost, deleted, pending."""
    ids = []
    for channel, seconds in (("C0LAUNCH", 300), ("C0MARKETING", 301), ("D0ANA", 3000), ("D0BEN", 3001)):
        held = await api.web.chat_scheduleMessage(channel=channel, text=channel, post_at=await api.later(seconds))
        ids.append(held["scheduled_message_id"])
    await api.control("PATCH", "channels/C0MARKETING", {"archived": True})
    await api.web.chat_deleteScheduledMessage(channel="D0ANA", scheduled_message_id=ids[2])
    await api.control("POST", "clock", {"seconds": 400})
    shown = (await api.get("scheduled"))["scheduled"]
    assert [one["id"] for one in shown] == ids
    assert [one["state"] for one in shown] == ["posted", "lost", "deleted", "pending"]
    assert set(shown[0]) == {"id", "channel", "post_at", "text", "state"}


async def test_clock_is_moved_by_whoever_is_attached(slack: Slack, api: ControlClient) -> None:
    """The whole sandbox if there is one; it only moves forward."""
    moved: list[int] = []

    async def move(seconds: float) -> None:
        moved.append(round(seconds))

    slack.move_clock = move
    await api.control("POST", "clock", {"seconds": 60})
    slack.move_clock = None
    status, answer = await api.control("POST", "clock", {"seconds": -60})
    assert (moved, status, answer) == ([60], 400, {"error": "The sandbox clock only goes forward."})
    assert await api.control("POST", "clock", {}) == (400, {"error": "'seconds' is missing."})


async def test_limits_can_be_changed_one_by_one(slack: Slack, api: ControlClient) -> None:
    """By their names; an invalid value changes nothing."""
    status, limits = await api.control("PATCH", "limits", {"messages_per_second": None, "ack_seconds": 0.5})
    assert (status, limits["messages_per_second"], limits["ack_seconds"]) == (200, None, 0.5)
    assert (slack.limits.messages_per_second, slack.limits.ack_seconds, slack.limits.stack) == (None, 0.5, 3)
    mistakes: list[Any] = [{"speed": 1}, {"stack": "many"}, {"check_blocks": None}, []]
    for wrong in mistakes:
        status, answer = await api.control("PATCH", "limits", wrong)
        assert (status, list(answer)) == (400, ["error"])
    assert await api.get("limits") == limits


async def test_chaos_can_be_ordered_watched_and_ended(api: ControlClient) -> None:
    """With the arguments of `chaos`."""
    status, answer = await api.control("POST", "chaos", {"method": "auth.test", "limited": 1.0})
    assert status == 200
    assert await refusal(api.web.auth_test()) == "ratelimited"
    going_on = {"method": "auth.test", "limited": 1.0, "refused": 0.0, "lost": 0.0, "cut": 0.0, "hang": 0.0}
    assert answer == {"chaos": [{**going_on, "calls": 0, "met": {}}]}
    assert await api.get("chaos") == {"chaos": [{**going_on, "calls": 1, "met": {"limited": 1}}]}
    for wrong in ({"refused": 2}, {"sometimes": 0.5}, {"lost": "often"}):
        assert (await api.control("POST", "chaos", wrong))[0] == 400
    assert (await api.control("DELETE", "chaos"))[1]["chaos"][0]["calls"] == 1
    assert (await api.web.auth_test())["ok"]


async def test_installation_can_be_changed_from_outside(slack: Slack, api: ControlClient) -> None:
    """Scopes, the app itself, and its place in a channel."""
    assert (await api.control("PUT", "scopes", {"scopes": ["users:read"]}))[1] == {"scopes": ["users:read"]}
    assert await refusal(api.web.chat_postMessage(channel="C0LAUNCH", text="x")) == "missing_scope"
    assert (await api.control("PUT", "scopes", {"scopes": "users:read"}))[0] == 400
    await api.control("POST", "uninstall")
    assert await refusal(api.web.auth_test()) == "account_inactive"
    assert (await api.get("state"))["installed"] is False
    await api.control("POST", "install")
    assert (await api.web.auth_test())["ok"]
    await api.control("PATCH", "channels/C0LAUNCH", {"bot_in": False, "archived": True})
    launch = slack.channel("#launch")
    assert (slack.world.bot.id in launch.members, launch.archived) == (False, True)
    await api.control("PATCH", "channels/C0LAUNCH", {"bot_in": True, "archived": False})
    assert (slack.world.bot.id in launch.members, launch.archived) == (True, False)
    assert (await api.control("PATCH", "channels/C0NOWHERE", {}))[0] == 400


async def test_many_workspaces_take_what_their_own_tokens_bring(slack: Slack, api: ControlClient) -> None:
    """Any number is a workspace; only the rates are checked; our own workspace is as strict as before."""
    seventh = api.client("xoxb-anything-7")
    assert await refusal(seventh.auth_test()) == "invalid_auth"
    slack.limits.many_workspaces = True
    slack.limits.message_burst = 1
    assert (await seventh.auth_test())["team_id"] == "T7"
    body: Json = {"channel": "CWHATEVER", "text": "x", "blocks": [{"type": "nonsense"}], "metadata": {"id": 1}}
    ts = (await seventh.api_call("chat.postMessage", json=body))["ts"]
    assert (await api.client("xoxb-8").api_call("chat.postMessage", json=body))["ok"]
    assert (await seventh.chat_postMessage(channel="U0X", text="to a person"))["channel"] == "D0X"
    assert [(one.team, one.channel, one.text) for one in slack.accepted()] == [
        ("T7", "CWHATEVER", "x"),
        ("T8", "CWHATEVER", "x"),
        ("T7", "D0X", "to a person"),
    ]
    assert (slack.accepted()[0].ts, slack.accepted()[0].metadata) == (ts, {"id": 1})
    assert await refusal(seventh.api_call("chat.postMessage", json=body)) == "ratelimited"
    assert await refusal(seventh.users_info(user="U0ANA")) == "unknown_method"
    assert await refusal(api.web.chat_postMessage(channel="CWHATEVER", text="x")) == "channel_not_found"


async def test_many_workspaces_hold_messages_until_their_time(slack: Slack, api: ControlClient) -> None:
    """Listed by workspace, channel, time and page; deleted until a minute before; posted; never with metadata."""
    slack.limits.many_workspaces = True
    one, two = api.client("xoxb-n-1"), api.client("xoxb-n-2")
    start = await api.later(600)
    ids = []
    for number in range(4):
        held = await one.chat_scheduleMessage(channel=f"C{number % 2}", text=str(number), post_at=start + number)
        ids.append(held["scheduled_message_id"])
    await two.chat_scheduleMessage(channel="C0", text="two's", post_at=start)
    odd = {"channel": "C0", "text": "never", "post_at": start, "metadata": {"event_type": "n", "event_payload": {}}}
    await two.api_call("chat.scheduleMessage", json=odd)

    async def texts(web: AsyncWebClient, **wanted: Any) -> list[str]:
        answer = await web.chat_scheduledMessages_list(**wanted)
        return [message["text"] for message in answer["scheduled_messages"]]

    assert await texts(one) == ["0", "1", "2", "3"]
    assert await texts(one, channel="C0") == ["0", "2"]
    assert await texts(one, oldest=str(start + 1), latest=str(start + 2)) == ["1", "2"]
    assert await texts(one, channel="C9") == []
    first = await one.chat_scheduledMessages_list(limit=3)
    assert await texts(one, limit=3, cursor=first["response_metadata"]["next_cursor"]) == ["3"]
    assert sorted(await texts(two)) == ["never", "two's"]
    assert await refusal(one.chat_scheduleMessage(channel="C0", text="x", post_at=start - 700)) == "time_in_past"
    await one.chat_deleteScheduledMessage(channel="C1", scheduled_message_id=ids[1])
    gone = one.chat_deleteScheduledMessage(channel="C1", scheduled_message_id=ids[1])
    assert await refusal(gone) == "invalid_scheduled_message_id"
    assert (await api.get("state"))["held"] == 5
    await slack.move(570)
    late = one.chat_deleteScheduledMessage(channel="C0", scheduled_message_id=ids[0])
    assert await refusal(late) == "invalid_scheduled_message_id"
    await slack.move(60)
    assert [(a.team, a.channel, a.text, int(float(a.ts))) for a in slack.accepted()] == [
        ("T1", "C0", "0", start),
        ("T2", "C0", "two's", start),
        ("T1", "C0", "2", start + 2),
        ("T1", "C1", "3", start + 3),
    ]
    assert slack.accepted()[0].scheduled_id == ids[0]
    slack.limits.method_limits = True
    for number in range(50):
        await two.chat_scheduleMessage(channel="C0", text=str(number), post_at=start + 900)
    assert await refusal(two.chat_scheduleMessage(channel="C0", text="x", post_at=start + 900)) == "ratelimited"
    assert (await one.chat_scheduleMessage(channel="C0", text="x", post_at=start + 900))["ok"]


async def test_many_workspaces_are_quick() -> None:
    """A thousand posts to as many workspaces cost at most a few hundred microseconds each."""
    async with elsewhere() as api:
        await api.control("PATCH", "limits", {"many_workspaces": True})
        begun = asyncio.get_running_loop().time()
        for first in range(0, 1000, 50):
            posts = (
                api.client(f"xoxb-n-{number}").chat_postMessage(channel=f"C{number}", text="x")
                for number in range(first, first + 50)
            )
            await asyncio.gather(*posts)
        took = asyncio.get_running_loop().time() - begun
        state = await api.get("state")
        assert (state["accepted"], state["calls"]) == (1000, 1000)
        assert took < 5
