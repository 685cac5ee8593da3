"""A Slack workspace on this machine: the Web API, the way to the app, and the people who use it."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, TypeVar

from aiohttp import web

from bot.sandbox.clock import SandboxClock
from bot.sandbox.slack import schedule, seed
from bot.sandbox.slack.acts import Acts, element_of
from bot.sandbox.slack.delivery import Delivery
from bot.sandbox.slack.faults import Fault
from bot.sandbox.slack.keeping import dumped, loaded
from bot.sandbox.slack.limits import Limits, RateLimits
from bot.sandbox.slack.model import ApiCall, Channel, Json, Message, Outcome, Person, Scheduled, View
from bot.sandbox.slack.socket_mode import SocketMode
from bot.sandbox.slack.web_api import WebApi
from bot.sandbox.slack.workspace import WorkspacePage
from bot.sandbox.slack.world import World

T = TypeVar("T")
TICK = 0.2  # seconds between looks at the domain clock for scheduled messages
LARGEST_REQUEST = 4 * 1024 * 1024


class Slack:
    """The stand-in workspace; `commands` are those the app has registered (none: every command is delivered)."""

    bot_token, app_token, signing_secret = seed.BOT_TOKEN, seed.APP_TOKEN, seed.SIGNING_SECRET

    def __init__(
        self,
        clock: SandboxClock,
        *,
        commands: Sequence[Json] = (),
        people: Sequence[Person] | None = None,
        channels: Sequence[Channel] | None = None,
    ) -> None:
        """Build a workspace that nobody has spoken in yet."""
        self.clock = clock
        self.limits = Limits()
        self.world = World(clock, self.limits)
        self.world.populate(people or seed.people(), channels or seed.channels())
        self.url = ""
        self._sockets = SocketMode(self.world)
        self._delivery = Delivery(self.world, self._sockets)
        self._acts = Acts(self.world, self._delivery, commands)
        self._api = WebApi(self.world, self._sockets.new_url, RateLimits(clock, self.limits))
        self._runner: web.AppRunner | None = None
        self._ticking: asyncio.Task[None] | None = None
        # Set by whoever wires the sandbox; without them the page is told that nothing is attached.
        self.move_clock: Callable[[float], Awaitable[None]] | None = None
        self.register_outsiders: Callable[[str, int], Awaitable[None]] | None = None
        self.set_fault: Callable[[str, str], Awaitable[None]] | None = None
        self.webinars: Callable[[], list[Json]] | None = None
        self.ringcentral_calls: Callable[[], list[Json]] | None = None

    async def start(self, host: str = "127.0.0.1", port: int = 0) -> None:
        """Listen; `url` is known afterwards. OSError if the port is taken."""
        app = web.Application(client_max_size=LARGEST_REQUEST)
        app.router.add_route("*", "/api/{method}", self._api.handle)
        app.router.add_get("/link/", self._sockets.connect)
        for kind in ("commands", "actions", "app"):
            app.router.add_post(f"/{kind}/{{team}}/{{token}}", self._api.respond)
        WorkspacePage(self).add_to(app)
        self._api.stopping.clear()
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        try:
            await web.TCPSite(runner, host, port).start()
        except OSError:
            await runner.cleanup()
            raise
        self._runner = runner
        address = runner.addresses[0]
        self.url = self.world.url = f"http://{address[0]}:{address[1]}"
        await self._delivery.start()
        self._ticking = asyncio.create_task(self._tick_on())

    async def stop(self) -> None:
        """Let go of every connection."""
        self._api.stopping.set()
        self.world.changed()
        if self._ticking is not None:
            self._ticking.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._ticking
        await self._sockets.stop()
        await self._delivery.stop()
        if self._runner is not None:
            await self._runner.cleanup()

    @property
    def stopping(self) -> asyncio.Event:
        """Set when the workspace is going down."""
        return self._api.stopping

    @property
    def events_url(self) -> str | None:
        """Where signed requests go; None means Socket Mode."""
        return self._delivery.events_url

    @events_url.setter
    def events_url(self, url: str | None) -> None:
        self._delivery.events_url = url

    @property
    def app_state(self) -> Json:
        """How the app is reached, and whether it is there."""
        return {"mode": "http" if self.events_url else "socket", "connected": self._delivery.connected}

    @property
    def commands(self) -> list[Json]:
        """The app's slash commands."""
        return self._acts.commands

    @property
    def events(self) -> set[str]:
        """The events the app has subscribed to; change it freely ("app_home_opened", "message.im")."""
        return self._acts.events

    @property
    def on_change(self) -> list[Callable[[], None]]:
        """Called after each change and each call."""
        return self.world.on_change

    @property
    def calls(self) -> list[ApiCall]:
        """Every Web API call and every answer to a response_url, oldest first."""
        return self.world.calls

    async def command(self, user: str, channel: str, name: str, text: str = "") -> Outcome:
        """`user` types "/name text" in `channel`; LookupError if they cannot see it."""
        return await self._acts.command(self.person(user), self._seen(user, channel), name, text)

    async def click(
        self,
        user: str,
        where: Message | View | str,
        action: str,
        block_id: str | None = None,
        *,
        value: Any = None,
        element: Json | None = None,
        values: Json | None = None,
    ) -> Outcome:
        """`user` clicks or chooses; `action` is an action_id or the words on it.

        `value` is what they choose in plain Python, `element` the same as Slack's own state fields, `values` what else
        is filled in on the screen. LookupError or ValueError if they cannot do that.
        """
        screen = self._on_screen(user, where)
        block, part = element_of(screen, action, block_id)
        given = value if element is None else element
        return await self._acts.click(self.person(user), screen, block, part, given, values or {})

    async def fill(self, user: str, view: View | str, values: Json) -> None:
        """`user` types into a modal without sending it."""
        self._acts.fill(self._top(user, view), values)

    async def submit(self, user: str, view: View | str, values: Json | None = None) -> Outcome:
        """`user` fills in `values` and submits; `Outcome.errors` are the field errors, Slack's own or the app's.

        `values`: {block_id or label: plain value}, or Slack's {block_id: {action_id: state}}; the rest stays as it is.
        """
        top = self._top(user, view)
        if top.body["type"] == "home":
            raise ValueError("A Home tab has nothing to submit.")
        return await self._acts.submit(self.person(user), top, values or {})

    async def close(self, user: str, view: View | str, clear: bool = False) -> Outcome:  # noqa: FBT001, FBT002
        """`user` goes back one view, or with `clear` closes the whole modal."""
        return await self._acts.close(self.person(user), self._top(user, view), clear=clear)

    async def suggest(
        self, user: str, where: Message | View | str, action: str, text: str, block_id: str | None = None
    ) -> Outcome:
        """`user` types `text` into an external select; the answer is in `options` or `option_groups`."""
        screen = self._on_screen(user, where)
        block, part = element_of(screen, action, block_id)
        return await self._acts.suggest(self.person(user), screen, block, part, text)

    async def open_home(self, user: str) -> Outcome:
        """`user` opens the app's Home tab."""
        return await self._acts.open_home(self.person(user))

    async def say(self, user: str, channel: str, text: str) -> Message:
        """`user` writes a line of their own."""
        return await self._acts.say(self.person(user), self._seen(user, channel), text)

    async def wait_for(self, predicate: Callable[[], T], timeout: float = 5.0) -> T:
        """The first truthy value of `predicate`, tried now and after each change; TimeoutError tells what was there."""
        return await self.world.wait_for(predicate, timeout)

    async def tick(self) -> None:
        """Post the scheduled messages whose time has come by the domain clock."""
        schedule.post_due(self.world)

    def next_post_at(self) -> float | None:
        """When the next scheduled message is due, in unix seconds."""
        soonest = schedule.next_due(self.world)
        return None if soonest is None else float(soonest.post_at)

    def scheduled(self) -> list[Scheduled]:
        """What is held for later, soonest first."""
        return schedule.pending(self.world)

    def messages(self, channel: str, as_user: str | None = None) -> list[Message]:
        """A conversation, oldest first: all of it, or what `as_user` sees."""
        place = self.channel(channel).id
        return self.world.standing(place) if as_user is None else self.world.seen_by(self.user_id(as_user), place)

    def view_stack(self, user: str) -> list[View]:
        """The person's open modal, bottom view first."""
        return [self.world.views[view_id] for view_id in self.world.stacks.get(self.user_id(user), [])]

    def view(self, user: str) -> View:
        """The view the person looks at; LookupError if no modal is open."""
        if not (open_views := self.view_stack(user)):
            raise LookupError(f"No modal is open for {user}.")
        return open_views[-1]

    def home(self, user: str) -> View | None:
        """The person's Home tab, if the app has published one."""
        return self.world.homes.get(self.user_id(user))

    def person(self, user: str) -> Person:
        """A person by id or first name."""
        return self.world.person(user)

    def user_id(self, user: str) -> str:
        """A person's id."""
        return self.world.person(user).id

    def channel(self, channel: str) -> Channel:
        """A channel by id, "#name", or "@person" for their DM with the app."""
        return self.world.channel(channel)

    def fail(
        self,
        method: str,
        *,
        error: str = "",
        status: int | None = None,
        effect: bool = False,
        cut: bool = False,
        hang: float | None = None,
        times: int = 1,
        retry_after: int | None = None,
    ) -> None:
        """Make the next `times` calls of `method` fail ("*": of any; "response_url": answers to one).

        Nothing said: ratelimited. `effect`: it happens, then this is answered. `hang`: seconds before the answer, or
        before the connection is cut when nothing else is said.
        """
        self._api.faults.add(Fault(method, error, status, effect, cut, hang, times, retry_after))

    async def disconnect(self, reason: str = "refresh_requested") -> None:
        """Socket Mode: tell the app to reconnect ("warning" leaves the connection open a while)."""
        await self._sockets.disconnect(reason)

    def dump(self) -> Json:
        """What outlives a restart: messages, Home tabs, scheduled messages, membership."""
        return dumped(self.world)

    def load(self, kept: Json) -> None:
        """Go on where a `dump` left off."""
        loaded(self.world, kept)

    def _seen(self, user: str, channel: str) -> Channel:
        place = self.channel(channel)
        if not self.world.can_see(self.user_id(user), place):
            raise LookupError(f"{user} does not see {channel}.")
        return place

    def _on_screen(self, user: str, where: Message | View | str) -> Message | View:
        if not isinstance(where, Message):
            return self._top(user, where)
        self._seen(user, where.channel)
        if where.ephemeral_to not in (None, self.user_id(user)) or where.deleted:
            raise LookupError(f"{user} does not see this message.")
        return where

    def _top(self, user: str, view: View | str) -> View:
        view_id = view if isinstance(view, str) else view.id
        home, open_views = self.home(user), self.view_stack(user)
        if home is not None and home.id == view_id:
            return home
        if not open_views or open_views[-1].id != view_id:
            raise LookupError(f"{user} is not looking at this view.")
        return open_views[-1]

    async def _tick_on(self) -> None:
        while True:
            await self.tick()
            await asyncio.sleep(TICK)
