"""Run `python -m sandbox` as a process, as `make demo` does, and use it through the requests of its page."""

from __future__ import annotations

import asyncio
import json
import re
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import psutil

from sandbox.launcher import Launcher
from sandbox.slack.model import Json
from tests.support.processes import TIMEOUT_S, Program, program

ANA, LAUNCH = "U0ANA", "C0LAUNCH"
DAY, HOUR, MINUTE = 86_400, 3_600, 60


class Page:
    """The requests of Ana's browser to the sandbox."""

    def __init__(self, url: str, session: aiohttp.ClientSession) -> None:
        """Use the sandbox at this address."""
        self.url = url
        self._session = session

    async def state(self) -> Json:
        """The current snapshot."""
        async with self._session.get(f"{self.url}/workspace/state", params={"as": ANA}) as answer:
            state: Json = await answer.json()
            return state

    async def post(self, what: str, **body: Any) -> None:
        """Post an action; it must succeed."""
        async with self._session.post(f"{self.url}/workspace/{what}", json={"as": ANA, **body}) as answer:
            result = await answer.json()
        assert result["ok"], result

    async def until(self, condition: Callable[[Json], Any]) -> Any:
        """The first truthy value of `condition` among the streamed snapshots."""
        async with (
            asyncio.timeout(TIMEOUT_S),
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
        """Press the button or choose the menu item with these words on a message."""
        block, element, chosen = next(found for found in controls(message) if found[2]["text"]["text"] == words)
        await self.post(
            "action",
            container={"type": "message", "channel": LAUNCH, "ts": message["ts"]},
            action_id=element["action_id"],
            block_id=block["block_id"],
            element={"selected_option": chosen},
        )


def controls(message: Json) -> list[tuple[Json, Json, Json]]:
    """The buttons and menu items of a message, each with its block and its element."""
    return [
        (block, element, shown)
        for block in message["blocks"]
        for element in block.get("elements", ())
        if "action_id" in element
        for shown in element.get("options", [element])
    ]


def messages_with(state: Json, words: str) -> list[Json]:
    """The messages in #launch that contain these words, oldest first."""
    return [message for message in state["messages"][LAUNCH] if words in json.dumps(message, ensure_ascii=False)]


def reminders(state: Json) -> list[str]:
    """The reminders posted in #launch, in order, as the time before the start."""
    texts = (message["text"] for message in state["messages"][LAUNCH])
    return [found[1] for text in texts if (found := re.search(r"Launch day (starts in [^:]+):", text))]


@asynccontextmanager
async def sandbox(folder: Path, *words: str) -> AsyncIterator[tuple[Program, Page, list[str]]]:
    """A started sandbox: the program, its page, and the lines it printed."""
    words = words or ("--port", "0")
    async with program(*words, cwd=folder, module="sandbox") as running, aiohttp.ClientSession() as web:
        address = await running.line("http://")
        yield running, Page(address.strip(), web), running.printed.copy()


async def stop(running: Program) -> None:
    """Press Ctrl-C: everything ends within seconds and leaves no process behind."""
    family = [psutil.Process(running.process.pid), *psutil.Process(running.process.pid).children(recursive=True)]
    assert len(family) == 2  # the bot runs in its own process

    async with asyncio.timeout(8):
        code = await running.end(signal.SIGINT)

    assert [one for one in family if one.is_running()] == []
    assert (code, running.printed[-1]) == (0, "Stopped. Start it with --keep (make demo KEEP=1) to go on from here.")


async def make_webinar(page: Page) -> Json:
    """Create a webinar as Ana with the form that her command opens; returns it as in the tools panel."""
    await page.command("create Launch day in 72 hours for 45m")
    form = await page.until(lambda state: state["views"])
    await page.post("submit", view_id=form[0]["id"], values=form[0]["state"]["values"])
    done = await page.until(lambda state: [v for v in state["views"] if v["title"] == "Webinar created"])
    await page.post("close", view_id=done[0]["id"])
    (webinar,) = (await page.state())["webinars"]
    return dict(webinar)


async def test_from_the_command_to_the_reminders_and_on_after_restarts(tmp_path: Path) -> None:
    """Three lines, the address last; create, share, register three, Refresh shows 3; the clock brings the reminders.

    It starts empty, although its folder has the state of an earlier one. Then Ctrl-C. A start with --keep continues
    with the same state and shows changes made by a host, and a second sandbox beside it finds a free port.
    """
    await leave_state(tmp_path / ".sandbox")
    async with sandbox(tmp_path) as (running, page, printed):
        anew = await page.state()
        assert (anew["offset"], anew["webinars"], anew["messages"][LAUNCH], anew["zoom"]) == (0, [], [], None)
        assert len(printed) == 3
        assert re.findall(r"http\S+", "\n".join(printed)) == [page.url]
        assert [one["done"] for one in anew["first_steps"]["steps"]] == [False, False, False]
        webinar = await make_webinar(page)
        await page.command("share next")
        (card,) = await page.until(lambda state: messages_with(state, '"seat.register"'))
        await page.post("register", session_id=webinar["session_id"], count=3)
        (card,) = await page.until(
            lambda state: messages_with(state, "3 registered")
        )  # the sandbox makes the bot refresh at once
        await page.click(card, "Refresh")
        (card,) = await page.until(lambda state: messages_with(state, "3 registered"))
        await page.post("clock", to=webinar["start"] - HOUR - MINUTE)
        assert reminders(await page.state()) == ["starts in 1 day"]
        await page.post("clock", to=webinar["start"] - 1)
        before = await page.state()
        assert reminders(before) == ["starts in 1 day", "starts in 1 hour", "starts in 10 minutes"]
        await stop(running)

    async with sandbox(tmp_path, "--port", "0", "--keep") as (running, page, _):
        await check_that_all_is_still_there(page, before)
        await check_that_a_hosts_changes_are_seen_at_once(page, webinar["session_id"])
        await check_that_a_second_one_finds_its_own_place(page, tmp_path)
        await page.command("help")
        await page.until(lambda state: messages_with(state, "*Plan:*"))
        await stop(running)


async def leave_state(folder: Path) -> None:
    """Leave what a sandbox saves: a moved clock, and a webinar."""
    earlier = Launcher(folder)
    earlier.clock.move(timedelta(days=1))
    earlier.ringcentral.create("Of earlier", earlier.clock.now() + timedelta(days=3))
    await earlier.stop()
    assert "Of earlier" in (folder / "sandbox.json").read_text(encoding="utf-8")


async def check_that_all_is_still_there(page: Page, before: Json) -> None:
    """The clock, the webinar, the registrants and the messages are kept."""
    after = await page.state()
    assert after["offset"] == before["offset"] > 2 * DAY
    assert [one["title"] for one in after["webinars"]] == ["Launch day"]
    assert after["webinars"][0]["registrants"] == 3
    assert reminders(after) == reminders(before)
    assert after["first_steps"] == before["first_steps"]
    assert [one["done"] for one in after["first_steps"]["steps"]] == [True, False, True]
    await page.command("count next")
    await page.until(lambda state: messages_with(state, "Launch day: 3 registered"))


async def check_that_zoom_is_beside_it(page: Page) -> None:
    """Its ready-made meetings lie ahead, and its webhooks reach the bot."""
    state = await page.state()
    assert len(state["zoom"]["meetings"]) == 5
    assert all(one["start"] > state["now"] for one in state["zoom"]["meetings"])
    assert state["zoom"]["webhooks"]


async def check_that_a_hosts_changes_are_seen_at_once(page: Page, session: str) -> None:
    """The bot reports changes made with the tools without a Refresh; all at once, as each read waits for its turn."""
    await page.post("webinar", session_id=session, act="rename", title="Launching day")
    await page.post("webinar", session_id=session, act="limit", limit=4)
    await page.post("register", session_id=session, count=1)
    await page.post("webinar", session_id=session, act="begin")
    for words in ("Launching day", "4 registered", "Live now"):
        await page.until(partial(messages_with, words=words))


async def check_that_a_second_one_finds_its_own_place(page: Page, folder: Path) -> None:
    """A second sandbox uses another port and folder, prints both, and does not disturb the first."""
    taken = urlsplit(page.url).port
    async with sandbox(folder, "--port", str(taken), "--zoom") as (second, other, printed):
        assert printed[0] == "Another sandbox runs in .sandbox. This one uses .sandbox~2."
        assert printed[1] == f"Port {taken} is taken, so this uses {urlsplit(other.url).port}."
        await check_that_zoom_is_beside_it(other)
        await other.command("help")
        await other.until(lambda state: messages_with(state, "*Plan:*"))
        assert messages_with(await page.state(), "*Plan:*") == []
        await stop(second)
