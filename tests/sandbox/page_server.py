"""A small server with the page's API and a literal snapshot, which records what the page posts."""

from __future__ import annotations

import asyncio
import copy
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from aiohttp import web
from playwright.async_api import Locator, Page

Json = dict[str, Any]

PAGE = Path(__file__).parents[2] / "sandbox" / "page"
TIMEOUT_S = 15.0  # seconds a test waits for a post; a loaded machine takes its time

NOW = 1_790_258_640.0  # 2026-09-24 14:04 UTC
START = 1_790_348_400  # 2026-09-25 15:00 UTC


def plain(words: str) -> Json:
    """A plain text object."""
    return {"type": "plain_text", "text": words}


def mrkdwn(words: str) -> Json:
    """A mrkdwn text object."""
    return {"type": "mrkdwn", "text": words}


def option(words: str, value: str) -> Json:
    """One choice of a menu."""
    return {"text": plain(words), "value": value}


def field(name: str, label: str, element: Json, **more: Any) -> Json:
    """An input block whose block_id and action_id are `name`."""
    return {"type": "input", "block_id": name, "label": plain(label), "element": {"action_id": name, **element}, **more}


def button(words: str, action: str, **more: Any) -> Json:
    """A button."""
    return {"type": "button", "text": plain(words), "action_id": action, "value": action, **more}


def actions(block: str, *elements: Json) -> Json:
    """A row of elements."""
    return {"type": "actions", "block_id": block, "elements": list(elements)}


def section(block: str, words: str, **more: Any) -> Json:
    """A text."""
    return {"type": "section", "block_id": block, "text": mrkdwn(words), **more}


def message(seconds_ago: float, user: str, text: str = "", *blocks: Json, **more: Any) -> Json:
    """An old message; `to` makes it ephemeral for that person."""
    kept: Json = {"ts": f"{NOW - seconds_ago:.6f}", "user": user, "username": None, "bot": user == "UBOT"}
    return kept | {"text": text, "blocks": list(blocks), "edited": None, "deleted": False, **more}


def file(file_id: str, name: str, **more: Any) -> Json:
    """A file of a message."""
    known: Json = {"id": file_id, "name": name, "title": name, "size": 34, "mimetype": "", "alt": "", "picture": False}
    return known | {"deleted": False, "url": f"/workspace/files/{file_id}?as=UANA", **more}


def view(view_id: str, title: str, *blocks: Json, root: str = "", **more: Any) -> Json:
    """A modal with a submit and a Cancel."""
    words: Json = {"id": view_id, "root_id": root or view_id, "type": "modal", "callback_id": "form", "title": title}
    flags = {"clear_on_close": False, "notify_on_close": True}
    body = {"submit": "Create Webinar", "close": "Cancel", "state": {"values": {}}, "errors": {}, "hash": "1"}
    return words | body | flags | {"blocks": list(blocks), **more}


STARTS = field("starts", "Starts", {"type": "datetimepicker"})


def _person(user: str, name: str, tz: str, role: str) -> Json:
    return {
        "id": user,
        "name": name.split()[0].lower(),
        "real_name": name,
        "tz": tz,
        "tz_label": tz,
        "role": role,
        "title": "",
    }


def _channel(channel: str, name: str, kind: str = "public", **more: Any) -> Json:
    members = ["UANA", "UDEV", "UFINN", "UBOT"]
    return {"id": channel, "name": name, "kind": kind, "members": members, "bot_in": True, "topic": "", **more}


SNAPSHOT: Json = {
    "rev": 1,
    "now": NOW,
    "offset": 0.0,
    "team": {"id": "T1", "name": "Acme"},
    "people": [
        _person("UANA", "Ana Ruiz", "Europe/Madrid", "owner"),
        _person("UDEV", "Dev Patel", "Asia/Kolkata", "member"),
        _person("UFINN", "Finn Berg", "America/Los_Angeles", "member"),
        _person("UBOT", "Greenroom", "America/Los_Angeles", "bot"),
    ],
    "channels": [
        _channel("CLAUNCH", "launch", topic="Everything about the launch"),
        _channel("CBOARD", "board", "private", bot_in=False),
        _channel("CPARTNERS", "partners", "shared"),
        _channel("DBOT", "greenroom", "dm", **{"with": "UBOT"}),
    ],
    "commands": [{"command": "/webinar", "description": "Run webinars from Slack", "usage_hint": "[create | list]"}],
    "groups": [{"id": "SEVENTS", "handle": "events", "name": "Events"}],
    "messages": {"CLAUNCH": [message(600, "UDEV", "Shall we?")], "CBOARD": [], "CPARTNERS": [], "DBOT": []},
    "home": None,
    "calls": {
        "slack": [{"method": "chat.postMessage", "ok": False, "error": "ratelimited", "at": NOW - 5}],
        "ringcentral": [{"method": "GET", "path": "/webinar/history", "status": 429, "group": "Heavy", "at": NOW - 9}],
        "counts": {"slack": 7, "ringcentral": 3},
    },
    "webinars": [
        {
            "webinar_id": "w1",
            "session_id": "s1",
            "title": "Launch day",
            "start": START,
            "status": "Scheduled",
            "runtime": None,
            "present": 0,
            "participants": 0,
            "recording": None,
            "registration": True,
            "open": True,
            "registrants": 2,
            "limit": 500,
            "registration_page_uri": "http://127.0.0.1:9/register/s1",
        },
    ],
    "scheduled": [{"channel": "CLAUNCH", "post_at": START - 3600, "text": "Launch day starts in 1 hour"}],
    "app": {"mode": "http", "connected": True},
}


class PageServer:
    """The server, its snapshot (change `state` and `views`, then call `changed()`), and the recorded posts."""

    def __init__(self) -> None:
        """Create the server without listening."""
        self.url = ""
        self._streams: set[asyncio.Event] = set()
        self._runner: web.AppRunner | None = None
        self._port = 0
        self.reset()

    def reset(self) -> None:
        """Restore the initial snapshot: no open modal, no posts."""
        self.state = copy.deepcopy(SNAPSHOT)
        self.views: dict[str, list[Json]] = {"UANA": [], "UDEV": [], "UFINN": []}
        self.answers: dict[str, Json] = {}  # what a kind of post is answered with, {"ok": True} otherwise
        self.effects: dict[str, Callable[[Json], None]] = {}  # what a kind of post does to the snapshot
        self.files: dict[str, bytes] = {}  # id → what the page gets for it
        self.hold: asyncio.Event | None = None  # set: posts wait for it
        self._posts: dict[str, asyncio.Queue[Json]] = {}

    async def start(self) -> None:
        """Listen, on the previous port if there was one."""
        app = web.Application()
        app.router.add_get("/", self._file)
        app.router.add_get("/page/{name}", self._file)
        app.router.add_get("/workspace/state", self._state)
        app.router.add_get("/workspace/events", self._events)
        app.router.add_get("/workspace/files/{file}", self._shared_file)
        app.router.add_post("/workspace/upload", self._upload)
        app.router.add_post("/workspace/{name}", self._post)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1, access_log=None)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self._port)
        await site.start()
        self._port = self._runner.addresses[0][1]
        self.url = f"http://127.0.0.1:{self._port}"

    async def stop(self) -> None:
        """Stop listening and close all streams."""
        if self._runner:
            await self._runner.cleanup()

    def changed(self) -> None:
        """Send the snapshot to every open page."""
        self.state["rev"] += 1
        for stream in self._streams:
            stream.set()

    async def posted(self, name: str) -> Json:
        """Wait for the next post of this kind and return it."""
        return await asyncio.wait_for(self._queue(name).get(), TIMEOUT_S)

    def unseen(self, name: str) -> int:
        """Number of posts of this kind not returned by `posted`."""
        return self._queue(name).qsize()

    def _queue(self, name: str) -> asyncio.Queue[Json]:
        return self._posts.setdefault(name, asyncio.Queue())

    def _seen_by(self, user: str) -> Json:
        shown = {
            channel: [{**each, "ephemeral": "to" in each} for each in messages if each.get("to", user) == user]
            for channel, messages in self.state["messages"].items()
        }
        return {**self.state, "me": user, "messages": shown, "views": self.views[user]}

    async def _file(self, request: web.Request) -> web.StreamResponse:
        path = PAGE / request.match_info.get("name", "index.html")
        return web.FileResponse(path, headers={"Cache-Control": "max-age=3600"})  # one test run is short

    async def _state(self, request: web.Request) -> web.StreamResponse:
        return web.json_response(self._seen_by(request.query.get("as") or "UANA"))

    async def _events(self, request: web.Request) -> web.StreamResponse:
        stream = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await stream.prepare(request)
        change = asyncio.Event()
        self._streams.add(change)
        try:
            while True:
                await stream.write(f"data: {json.dumps(self._seen_by(request.query['as']))}\n\n".encode())
                await change.wait()
                change.clear()
        except ConnectionResetError:
            return stream
        finally:
            self._streams.discard(change)

    async def _shared_file(self, request: web.Request) -> web.StreamResponse:
        content = self.files.get(request.match_info["file"])
        return web.Response(status=404) if content is None else web.Response(body=content, content_type="image/png")

    async def _upload(self, request: web.Request) -> web.StreamResponse:
        content = await request.read()
        self._queue("upload").put_nowait({**request.query, "content": content})
        chosen = {"id": f"F{len(content)}", "name": request.query["name"], "size": len(content)}
        return web.json_response(self.answers.get("upload", {"ok": True, "file": chosen}))

    async def _post(self, request: web.Request) -> web.StreamResponse:
        name, body = request.match_info["name"], await request.json()
        self._queue(name).put_nowait(body)
        if self.hold:
            await self.hold.wait()
        if effect := self.effects.get(name):
            effect(body)
            self.changed()
        return web.json_response(self.answers.get(name, {"ok": True}))


async def show(page: Page, world: PageServer, user: str = "UANA", channel: str = "CLAUNCH") -> None:
    """Open the page as this person in this channel, and wait until it is rendered."""
    await page.goto(f"{world.url}/#as={user}&in={channel}")
    await page.locator(f"[data-channel={channel}][aria-current=page]").wait_for()


async def show_modal(page: Page, world: PageServer, *blocks: Json, user: str = "UANA", **more: Any) -> Locator:
    """Open the page as this person with a modal "Create webinar" of these blocks."""
    world.views[user] = [view("V1", "Create webinar", *blocks, **more)]
    await show(page, world, user)
    modal = page.get_by_role("dialog", name="Create webinar")
    await modal.wait_for()
    return modal


@asynccontextmanager
async def running_page_server() -> AsyncIterator[PageServer]:
    """A started server."""
    world = PageServer()
    await world.start()
    try:
        yield world
    finally:
        await world.stop()
