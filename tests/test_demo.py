"""The sandbox from outside: `python -m bot sandbox` as a process, and its page's own requests. `make demo` is this."""

from __future__ import annotations

import asyncio
import json
import re
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import psutil

from bot.sandbox.slack.model import Json
from tests.programs import PATIENCE, Program, program

ANA, LAUNCH = "U0ANA", "C0LAUNCH"
DAY, HOUR, MINUTE = 86_400, 3_600, 60


class Page:
    """What Ana's browser asks the sandbox, and what it is told."""

    def __init__(self, url: str, session: aiohttp.ClientSession) -> None:
        """Look at the sandbox at this address."""
        self.url = url
        self._session = session

    async def state(self) -> Json:
        """What stands on the page now."""
        async with self._session.get(f"{self.url}/workspace/state", params={"as": ANA}) as answer:
            state: Json = await answer.json()
            return state

    async def post(self, what: str, **body: Any) -> None:
        """Do something on the page; it must work."""
        async with self._session.post(f"{self.url}/workspace/{what}", json={"as": ANA, **body}) as answer:
            said = await answer.json()
        assert said["ok"], said

    async def until(self, condition: Callable[[Json], Any]) -> Any:
        """The first truthy value of `condition` among the states that the page is sent."""
        async with (
            asyncio.timeout(PATIENCE),
            self._session.get(f"{self.url}/workspace/events", params={"as": ANA}) as stream,
        ):
            async for line in stream.content:
                if line.startswith(b"data: ") and (found := condition(json.loads(line.removeprefix(b"data: ")))):
                    return found
        raise AssertionError("the page was sent nothing more")

    async def command(self, text: str) -> None:
        """Type `/webinar text` in #launch."""
        await self.post("command", channel=LAUNCH, text=f"/webinar {text}")

    async def click(self, message: Json, words: str) -> None:
        """Press the button with these words on a message."""
        block, button = next((b, e) for b, e in elements(message) if e["text"]["text"] == words)
        await self.post(
            "action",
            container={"type": "message", "channel": LAUNCH, "ts": message["ts"]},
            action_id=button["action_id"],
            block_id=block["block_id"],
        )


def elements(message: Json) -> list[tuple[Json, Json]]:
    """The buttons of a message, with their blocks."""
    return [
        (block, element)
        for block in message["blocks"]
        for element in block.get("elements", ())
        if "text" in element and "action_id" in element
    ]


def said(state: Json, words: str) -> list[Json]:
    """The messages in #launch that hold these words, oldest first."""
    return [message for message in state["messages"][LAUNCH] if words in json.dumps(message, ensure_ascii=False)]


def reminders(state: Json) -> list[str]:
    """What has come out in #launch, in order: how long before the start."""
    texts = (message["text"] for message in state["messages"][LAUNCH])
    return [found[1] for text in texts if (found := re.search(r"Launch day (starts in [^:]+):", text))]


@asynccontextmanager
async def sandbox(folder: Path, *words: str) -> AsyncIterator[tuple[Program, Page, list[str]]]:
    """A sandbox that has started, its page, and the lines it printed."""
    async with program("sandbox", *(words or ("--port", "0")), cwd=folder) as running, aiohttp.ClientSession() as web:
        await running.line("Ctrl-C ends it")
        (url,) = re.findall(r"open (http://\S+)", "\n".join(running.printed))
        yield running, Page(url, web), running.printed.copy()


async def stop(running: Program) -> None:
    """Press Ctrl-C: all of it ends within seconds, in good order, and leaves no process behind."""
    family = [psutil.Process(running.process.pid), *psutil.Process(running.process.pid).children(recursive=True)]
    assert len(family) == 2  # the bot is a process of its own

    async with asyncio.timeout(8):
        code = await running.end(signal.SIGINT)

    assert [one for one in family if one.is_running()] == []
    assert (code, running.printed[-1]) == (0, "Stopped. Start it with --keep (make demo KEEP=1) to go on from here.")


async def make_webinar(page: Page) -> Json:
    """Ana creates a webinar by the form that her command opens; returns it as the page's panel shows it."""
    await page.command("create Launch day in 72 hours for 45m")
    form = await page.until(lambda state: state["views"])
    await page.post("submit", view_id=form[0]["id"], values=form[0]["state"]["values"])
    done = await page.until(lambda state: [v for v in state["views"] if v["title"] == "Webinar created"])
    await page.post("close", view_id=done[0]["id"])
    (webinar,) = (await page.state())["webinars"]
    return dict(webinar)


async def test_from_the_command_to_the_reminders_and_on_after_a_restart(tmp_path: Path) -> None:
    """One URL and five lines; create, share, three register, Refresh says 3; the clock brings the reminders, in order.

    Then Ctrl-C; a start with --keep goes on with all of it, and one without begins with nothing.
    """
    async with sandbox(tmp_path) as (running, page, printed):
        assert len(printed) == 5
        assert re.findall(r"http\S+", "\n".join(printed)) == [page.url]
        webinar = await make_webinar(page)
        await page.command("share next")
        (card,) = await page.until(lambda state: said(state, '"seat.register"'))
        await page.post("register", session_id=webinar["session_id"], count=3)
        await page.click(card, "Refresh")
        (card,) = await page.until(lambda state: said(state, "3 registered"))
        await page.post("clock", to=webinar["start"] - HOUR - MINUTE)
        assert reminders(await page.state()) == ["starts in 1 day"]
        await page.post("clock", to=webinar["start"] - 1)
        before = await page.state()
        assert reminders(before) == ["starts in 1 day", "starts in 1 hour", "starts in 10 minutes"]
        await stop(running)

    async with sandbox(tmp_path, "--port", "0", "--keep") as (running, page, _):
        after = await page.state()
        assert after["offset"] == before["offset"] > 2 * DAY
        assert [one["title"] for one in after["webinars"]] == ["Launch day"]
        assert after["webinars"][0]["registrants"] == 3
        assert reminders(after) == reminders(before)
        await page.command("count next")
        await page.until(lambda state: said(state, "Launch day: 3 registered"))
        await stop(running)

    async with sandbox(tmp_path) as (running, page, _):
        anew = await page.state()
        assert (anew["offset"], anew["webinars"], anew["messages"][LAUNCH]) == (0, [], [])
        await stop(running)


async def test_a_second_sandbox_finds_its_own_port_and_folder_and_says_so(tmp_path: Path) -> None:
    """The first one goes on undisturbed."""
    async with sandbox(tmp_path) as (first, page, _):
        taken = urlsplit(page.url).port
        async with sandbox(tmp_path, "--port", str(taken)) as (second, other, printed):
            assert printed[0] == "Another sandbox runs in .sandbox. This one uses .sandbox~2."
            assert printed[1] == f"Port {taken} is taken, so this uses {urlsplit(other.url).port}."
            await other.command("help")
            await other.until(lambda state: said(state, "/webinar create"))
            assert said(await page.state(), "/webinar create") == []
            await stop(second)
        await page.command("help")
        await page.until(lambda state: said(state, "/webinar create"))
        await stop(first)


async def test_what_a_host_does_in_ringcentrals_own_app_is_seen_at_once(tmp_path: Path) -> None:
    """By the panel's tools, with nobody pressing Refresh: people register, the title, the limit, the beginning."""
    async with sandbox(tmp_path) as (running, page, _):
        session = (await make_webinar(page))["session_id"]
        await page.post("register", session_id=session, count=3)
        await page.command("share next")
        await page.until(lambda state: said(state, "3 registered"))
        for given, words in (
            ({"act": "rename", "title": "Launching day"}, "Launching day"),
            ({"act": "limit", "limit": 3}, "3 of 3"),
            ({"act": "begin"}, "Live now"),
        ):
            await page.post("webinar", session_id=session, **given)
            await page.until(partial(said, words=words))
        await stop(running)
