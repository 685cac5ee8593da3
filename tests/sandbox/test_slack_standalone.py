"""The Slack stand-in on its own."""

from __future__ import annotations

import asyncio
import signal
import sys

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.clock import SandboxClock
from sandbox.slack import Slack


async def test_workspace_runs_alone_until_it_is_told_to_end(slack: Slack) -> None:
    """It finds a free port if its own is taken, prints the settings of an app, and ends cleanly."""
    taken = slack.url.rpartition(":")[2]
    command = (sys.executable, "-m", "sandbox.slack", "--port", taken, "--command", "/webinar")
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    assert process.stdout is not None
    lines = [(await process.stdout.readline()).decode().strip() for _ in range(7)]
    assert lines[0] == f"Port {taken} is taken; using a free one."
    settings = dict(line.split("=", 1) for line in lines if line.startswith("SLACK_"))
    web = AsyncWebClient(settings["SLACK_BOT_TOKEN"], base_url=settings["SLACK_API_URL"])
    assert (await web.auth_test())["team"] == "Acme"
    process.send_signal(signal.SIGTERM)
    rest = (await process.stdout.read()).decode()
    assert (rest.strip().splitlines()[-1], await process.wait()) == ("Stopped; nothing was kept.", 0)


async def test_start_on_a_taken_port_leaves_nothing_behind(slack: Slack) -> None:
    """An OSError, and a second start elsewhere works."""
    second = Slack(SandboxClock())
    with pytest.raises(OSError, match="address already in use"):
        await second.start(port=int(slack.url.rpartition(":")[2]))
    await second.start()
    await second.stop()


async def test_stopped_workspace_starts_again_where_it_was(slack: Slack) -> None:
    """Like a Slack outage: same URL, same messages."""
    await slack.say("ana", "#launch", "before")
    address = slack.url
    await slack.stop()
    await slack.start(port=int(address.rpartition(":")[2]))
    web = AsyncWebClient(slack.bot_token, base_url=f"{address}/api/")
    await web.chat_postMessage(channel="C0LAUNCH", text="after")
    assert [m.text for m in slack.messages("#launch")] == ["before", "after"]
