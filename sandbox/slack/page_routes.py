"""Routes of the page: the state as a snapshot or a stream, and actions of people."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from aiohttp import web

from sandbox.slack import page_files
from sandbox.slack.inputs import stateful
from sandbox.slack.model import Json, Message, Outcome, Person, View
from sandbox.slack.snapshot import snapshot
from sandbox.slack.workspace import Workspace

PAGE = Path(__file__).resolve().parent.parent / "page"
CONTENT_TYPES = {".html": "text/html", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}
COALESCE = 0.03  # seconds in which changes are combined
KEEP_ALIVE = 15.0  # seconds between keep-alive lines of a stream
HANG = 10.0  # duration in seconds of an injected timeout
SLACK_FAULTS: dict[str, Json] = {
    "429": {"error": "ratelimited", "retry_after": 3},
    "500": {"status": 500},
    "timeout_before": {"hang": HANG},
    "timeout_after": {"hang": HANG, "effect": True},
}
NOT_ATTACHED = {"ok": False, "error": "not_attached", "text": "Nothing is attached to the sandbox that could do this."}

Action = Callable[[Person, Json], Awaitable[Json]]


class PageRoutes:
    """Serves the page and its JSON."""

    def __init__(self, slack: Workspace) -> None:
        self.slack = slack
        self.actions: dict[str, Action] = {
            "command": self._command,
            "message": self._message,
            "shortcut": self._shortcut,
            "join": self._join,
            "leave": self._leave,
            "app": self._app,
            "action": self._action,
            "submit": self._submit,
            "close": self._close,
            "suggest": self._suggest,
            "home": self._home,
        }
        self.commands: dict[str, Callable[[Json], Awaitable[Json]]] = {
            "clock": self._clock,
            "register": self._register,
            "webinar": self._webinar,
            "zoom": self._zoom,
            "faults": self._faults,
            "dismiss": self._dismiss,
        }

    def add_to(self, app: web.Application) -> None:
        """Add the page's routes to an application."""
        app.router.add_get("/", self.index)
        app.router.add_get("/page/{name:.+}", self.file)
        app.router.add_get("/workspace/state", self.state)
        app.router.add_get("/workspace/events", self.events)
        app.router.add_get("/workspace/files/{file}", self.shared_file)
        app.router.add_post("/workspace/upload", self.upload)
        app.router.add_post("/workspace/{what}", self.post)

    async def index(self, _request: web.Request) -> web.StreamResponse:
        """The HTML of the page."""
        return _static_file("index.html")

    async def file(self, request: web.Request) -> web.StreamResponse:
        """A script or style sheet of the page."""
        return _static_file(request.match_info["name"])

    async def state(self, request: web.Request) -> web.StreamResponse:
        """The current snapshot for a person; without `as`, the first person."""
        person = self._person_by_id(request.query.get("as"))
        if person is None:
            return web.json_response({"ok": False, "error": "user_not_found"}, status=404)
        return web.json_response(snapshot(self.slack, person))

    async def events(self, request: web.Request) -> web.StreamResponse:
        """The snapshots for a person after each change, as Server-Sent Events."""
        person = self._person_by_id(request.query.get("as"))
        if person is None:
            return web.json_response({"ok": False, "error": "user_not_found"}, status=404)
        stream = web.StreamResponse(
            headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        )
        await stream.prepare(request)
        try:
            while not self.slack.stopping.is_set():
                shown = self.slack.world.rev
                await stream.write(f"data: {json.dumps(snapshot(self.slack, person))}\n\n".encode())
                while shown == self.slack.world.rev and not self.slack.stopping.is_set():
                    await self._change_or_keep_alive(stream)
                await asyncio.sleep(COALESCE)
        except ConnectionResetError:
            pass  # the browser closed the connection
        return stream

    async def shared_file(self, request: web.Request) -> web.StreamResponse:
        """A file in a message that the person sees."""
        if (person := self._person_by_id(request.query.get("as"))) is None:
            raise web.HTTPNotFound
        return page_files.download(self.slack.world, person.id, request.match_info["file"])

    async def upload(self, request: web.Request) -> web.StreamResponse:
        """A file that the person chose for a form."""
        if (person := self._person_by_id(request.query.get("as"))) is None:
            return web.json_response(_error("user_not_found", "There is no user with this id."))
        return web.json_response(await page_files.upload(self.slack.world, person.id, request))

    async def post(self, request: web.Request) -> web.StreamResponse:
        """An action of a person on the page, or a command to the sandbox."""
        what, given = request.match_info["what"], await _body(request)
        order, action = self.commands.get(what), self.actions.get(what)
        if given is None or (order is None and action is None):
            return web.json_response(_error("bad_request", "The sandbox does not know this action."), status=400)
        try:
            if order is not None:
                return web.json_response(await order(given))
            person = self._person_by_id(given.get("as"))
            if person is None or action is None:
                return web.json_response(_error("user_not_found", "There is no user with this id."))
            return web.json_response(await action(person, given))
        except (LookupError, ValueError, TypeError) as error:
            return web.json_response(_error("not_possible", str(error)))

    async def _change_or_keep_alive(self, stream: web.StreamResponse) -> None:
        try:
            async with asyncio.timeout(KEEP_ALIVE):
                await self.slack.world.next_change()
        except TimeoutError:
            await stream.write(b": still here\n\n")

    def _person_by_id(self, user: Any) -> Person | None:
        people = self.slack.world.people
        return people.get(str(user)) if user else next(iter(people.values()))

    async def _command(self, person: Person, given: Json) -> Json:
        name, _, text = str(given["text"]).strip().partition(" ")
        thread = str(given.get("thread") or "")
        return _result(await self.slack.command(person.id, given["channel"], name, text, thread))

    async def _message(self, person: Person, given: Json) -> Json:
        thread, broadcast = str(given.get("thread") or ""), bool(given.get("broadcast"))
        await self.slack.say(person.id, given["channel"], str(given["text"]), thread, broadcast=broadcast)
        return {"ok": True}

    async def _shortcut(self, person: Person, given: Json) -> Json:
        message = self._message_at(person, given) if given.get("ts") else None
        return _result(await self.slack.shortcut(person.id, str(given["callback_id"]), message))

    async def _join(self, person: Person, given: Json) -> Json:
        await self.slack.join(person.id, str(given["channel"]))
        return {"ok": True}

    async def _leave(self, person: Person, given: Json) -> Json:
        await self.slack.leave(person.id, str(given["channel"]))
        return {"ok": True}

    async def _app(self, person: Person, given: Json) -> Json:
        """Add the app to a channel that the person is in, or remove it."""
        channel = self.slack.channel(str(given["channel"]))
        if person.id not in channel.members:
            raise LookupError(f"{person.name} is not in {channel.name}.")
        await (self.slack.invite(channel.id) if given["in"] else self.slack.kick(channel.id, by=person.id))
        return {"ok": True}

    async def _action(self, person: Person, given: Json) -> Json:
        where = self._container(person, given["container"])
        outcome = await self.slack.click(
            person.id,
            where,
            given["action_id"],
            given.get("block_id"),
            element=given.get("element") or {},
            values=_current_values(where, given.get("values")),
        )
        return _result(outcome)

    async def _submit(self, person: Person, given: Json) -> Json:
        view = self._view(given["view_id"])
        outcome = await self.slack.submit(person.id, view, _current_values(view, given.get("values")))
        return {"ok": False, "errors": outcome.errors} if outcome.errors else _result(outcome)

    async def _close(self, person: Person, given: Json) -> Json:
        return _result(await self.slack.close(person.id, str(given["view_id"]), bool(given.get("clear"))))

    async def _suggest(self, person: Person, given: Json) -> Json:
        where = self._container(person, given["container"])
        typed = str(given.get("value", ""))
        outcome = await self.slack.suggest(person.id, where, given["action_id"], typed, given.get("block_id"))
        if not outcome.ok:
            return _result(outcome)
        return {"ok": True, "options": outcome.options, "option_groups": outcome.option_groups}

    async def _home(self, person: Person, _given: Json) -> Json:
        return _result(await self.slack.open_home(person.id))

    async def _clock(self, given: Json) -> Json:
        if self.slack.move_clock is None:
            return NOT_ATTACHED
        seconds = float(given["to"]) - self.slack.world.now() if "to" in given else float(given["seconds"])
        await self.slack.move_clock(seconds)
        self.slack.world.changed()
        return {"ok": True, "now": self.slack.world.now()}

    async def _register(self, given: Json) -> Json:
        if self.slack.register_outsiders is None:
            return NOT_ATTACHED
        registered = await self.slack.register_outsiders(str(given["session_id"]), int(given.get("count", 1)))
        self.slack.world.changed()
        return {"ok": True, "registered": registered}

    async def _webinar(self, given: Json) -> Json:
        if self.slack.change_webinar is None:
            return NOT_ATTACHED
        await self.slack.change_webinar(str(given["session_id"]), str(given["act"]), given)
        self.slack.world.changed()
        return {"ok": True}

    async def _zoom(self, given: Json) -> Json:
        if self.slack.change_zoom is None:
            return NOT_ATTACHED
        await self.slack.change_zoom(str(given["id"]), str(given["act"]), given)
        self.slack.world.changed()
        return {"ok": True}

    async def _faults(self, given: Json) -> Json:
        target, kind = str(given["target"]), str(given["kind"])
        if target == "slack":
            self.slack.fail("*", **SLACK_FAULTS[kind])
        elif self.slack.set_fault is None:
            return NOT_ATTACHED
        else:
            await self.slack.set_fault(target, kind)
        return {"ok": True}

    async def _dismiss(self, _given: Json) -> Json:
        if self.slack.dismiss_first_steps is None:
            return NOT_ATTACHED
        self.slack.dismiss_first_steps()
        self.slack.world.changed()
        return {"ok": True}

    def _container(self, person: Person, container: Json) -> Message | View:
        if container["type"] == "view":
            return self._view(container["view_id"])
        return self._message_at(person, container)

    def _message_at(self, person: Person, place: Json) -> Message:
        channel = self.slack.channel(str(place["channel"]))
        message = self.slack.world.messages.get(channel.id, {}).get(str(place["ts"]))
        if message is None:
            raise LookupError(f"{person.real_name} does not see this message any more.")
        return message

    def _view(self, view_id: Any) -> View:
        view = self.slack.world.views.get(str(view_id))
        if view is None:
            raise LookupError("This view is closed.")
        return view


def _result(outcome: Outcome) -> Json:
    return {"ok": True} if outcome.ok else _error(outcome.error, outcome.text)


def _error(error: str, text: str) -> Json:
    return {"ok": False, "error": error, "text": text}


def _current_values(where: Message | View, values: Any) -> Json:
    """Keep the values whose element is still on the screen: the app may have replaced it meanwhile."""
    there = {(b["block_id"], e["action_id"]): e["type"] for b, e in stateful(where.blocks)}
    kept: Json = {}
    for block_id, actions in (values or {}).items():
        for action_id, state in actions.items():
            if there.get((block_id, action_id)) == state.get("type"):
                kept.setdefault(block_id, {})[action_id] = state
    return kept


async def _body(request: web.Request) -> Json | None:
    try:
        body: Any = await request.json()
    except ValueError:
        return None
    return body if isinstance(body, dict) else None


def _static_file(name: str) -> web.StreamResponse:
    path = (PAGE / name).resolve()
    if not path.is_relative_to(PAGE) or not path.is_file():
        raise web.HTTPNotFound
    kind = CONTENT_TYPES.get(
        path.suffix, "application/octet-stream"
    )  # the system's MIME type of .js differs between machines
    return web.FileResponse(path, headers={"Cache-Control": "no-store", "Content-Type": f"{kind}; charset=utf-8"})
