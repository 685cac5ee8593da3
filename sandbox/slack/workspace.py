"""The Slack workspace of the stand-in: people, app, limits, faults and clock, without the HTTP server."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from datetime import timedelta
from secrets import token_hex
from typing import TypeVar

from aiohttp import web

from sandbox.clock import SandboxClock
from sandbox.slack import conversations, payloads, persistence, schedule, seed
from sandbox.slack.accepted import Accepted
from sandbox.slack.delivery import Delivery, Reply
from sandbox.slack.events import SUBSCRIBED, Events
from sandbox.slack.faults import ANY, Chaos, Fault
from sandbox.slack.limits import Limits, RateLimits
from sandbox.slack.model import ApiCall, Channel, Json, Person, Scheduled, UserGroup
from sandbox.slack.socket_mode import SocketMode
from sandbox.slack.user_actions import UserActions
from sandbox.slack.users import WorkspaceUsers
from sandbox.slack.web_api import WebApi
from sandbox.slack.world import World

T = TypeVar("T")


class Workspace(WorkspaceUsers):
    """The workspace; `commands` are those of the app (empty: every command is delivered), `events` its subscriptions.

    The actions of people are in users.py.
    """

    bot_token, app_token, signing_secret = seed.BOT_TOKEN, seed.APP_TOKEN, seed.SIGNING_SECRET

    def __init__(
        self,
        clock: SandboxClock,
        *,
        commands: Sequence[Json] = (),
        events: Iterable[str] | None = None,
        shortcuts: Sequence[Json] = (),
        people: Sequence[Person] | None = None,
        channels: Sequence[Channel] | None = None,
    ) -> None:
        """Create a workspace without messages."""
        self.clock = clock
        self.limits = Limits()
        world = World(clock, self.limits)
        world.populate(people or seed.people(), channels or seed.channels())
        self.url = ""
        self._sockets = SocketMode(world)
        self._delivery = Delivery(world, self._sockets)
        self._events = Events(world, self._delivery, SUBSCRIBED if events is None else events)
        super().__init__(world, UserActions(world, self._delivery, commands, shortcuts))
        self._api = WebApi(self.world, self._sockets.new_url, RateLimits(clock, self.limits))
        # Set by the launcher; without them the page reports that nothing is attached.
        self.move_clock: Callable[[float], Awaitable[None]] | None = None
        self.register_outsiders: Callable[[str, int], Awaitable[int]] | None = None
        self.change_webinar: Callable[[str, str, Json], Awaitable[None]] | None = None
        self.set_fault: Callable[[str, str], Awaitable[None]] | None = None
        self.webinars: Callable[[], list[Json]] | None = None
        self.ringcentral_calls: Callable[[], list[Json]] | None = None
        self.first_steps: Callable[[], Json | None] | None = None
        self.dismiss_first_steps: Callable[[], None] | None = None
        self.planned: Callable[[], list[Json]] | None = None
        self.zoom: Callable[[], Json] | None = None
        self.change_zoom: Callable[[str, str, Json], Awaitable[None]] | None = None

    @property
    def stopping(self) -> asyncio.Event:
        """Set while the workspace shuts down."""
        return self._api.stopping

    @property
    def events_url(self) -> str | None:
        """URL for signed requests; None for Socket Mode."""
        return self._delivery.events_url

    @events_url.setter
    def events_url(self, url: str | None) -> None:
        self._delivery.events_url = url

    @property
    def app_state(self) -> Json:
        """How the app is connected, and whether it is reachable."""
        return {"mode": "http" if self.events_url else "socket", "connected": self._delivery.connected}

    @property
    def commands(self) -> list[Json]:
        """The app's slash commands."""
        return self._actions.commands

    @property
    def shortcuts(self) -> list[Json]:
        """The app's shortcuts as in its manifest (`name`, `type`, `callback_id`, `description`), changeable."""
        return self._actions.shortcuts

    def offered_shortcuts(self, user: str) -> list[Json]:
        """Those that Slack offers to this person."""
        return self._actions.offered_shortcuts(self.person(user))

    @property
    def events(self) -> set[str]:
        """The app's event subscriptions, changeable, such as "message.im" and "app_mention"."""
        return self._events.subscribed

    @property
    def on_change(self) -> list[Callable[[], None]]:
        """Called after each change and each call."""
        return self.world.on_change

    @property
    def calls(self) -> list[ApiCall]:
        """All Web API calls and requests to response_urls, oldest first."""
        return self.world.calls

    @property
    def scopes(self) -> set[str]:
        """The scopes of the bot token, changeable. Every response names them in `x-oauth-scopes`."""
        return self.world.scopes

    @scopes.setter
    def scopes(self, granted: Iterable[str]) -> None:
        self.world.scopes = set(granted)

    @property
    def groups(self) -> dict[str, UserGroup]:
        """The user groups by id, changeable."""
        return self.world.groups

    def uninstall(self) -> None:
        """Uninstall the app: its token is account_inactive, nothing more is delivered, scheduled messages are lost."""
        self.world.installed = False
        self.world.changed()
        self.world.emit(conversations.uninstalled())

    def install(self) -> None:
        """Install the app again, with the same token."""
        self.world.installed = True
        self.world.changed()

    async def kick(self, channel: str, by: str = "") -> None:
        """Remove the app from a channel; `by` is the id of the person who does so."""
        await conversations.leave(self.world, self.channel(channel), self.world.bot, by)

    async def invite(self, channel: str) -> None:
        """Add the app to a channel."""
        await conversations.join(self.world, self.channel(channel), self.world.bot)

    def refuse_dms(self, user: str, error: str = "messages_tab_disabled") -> None:
        """Refuse the app's DMs to this person with this error; an empty one allows them again."""
        self.person(user).dm_refusal = error
        self.world.changed()

    async def wait_for(self, predicate: Callable[[], T], timeout: float = 5.0) -> T:
        """The first truthy value of `predicate`, tried now and after each change; TimeoutError describes the state."""
        return await self.world.wait_for(predicate, timeout)

    async def tick(self) -> None:
        """Post the scheduled messages and retry the events that are due by the sandbox clock."""
        self.post_due()
        await self._events.deliver_due()

    def post_due(self) -> None:
        """The same without waiting for the responses to events."""
        schedule.post_due(self.world)
        self._api.others.post_due()

    async def move(self, seconds: float) -> None:
        """Move the sandbox clock forward; what is due on the way happens at its own second, as in `tick`."""
        if seconds < 0:
            raise ValueError("The sandbox clock only goes forward.")
        target = self.clock.now() + timedelta(seconds=seconds)
        while (due := self.next_due()) is not None and due < target.timestamp():
            self.clock.move(timedelta(seconds=max(due - self.world.now(), 0.0)))
            await self.tick()
        self.clock.move(max(target - self.clock.now(), timedelta()))
        await self.tick()

    def next_due(self) -> float | None:
        """When `tick` has something to do next, in Unix seconds."""
        moments = (self.next_post_at(), self._events.next_due())
        return min((moment for moment in moments if moment is not None), default=None)

    def next_post_at(self) -> float | None:
        """When the next scheduled message is due, in Unix seconds."""
        soonest, elsewhere = schedule.next_due(self.world), self._api.others.next_post_at()
        moments = [float(soonest.post_at) if soonest else None, elsewhere]
        return min((moment for moment in moments if moment is not None), default=None)

    def scheduled(self) -> list[Scheduled]:
        """Pending scheduled messages, soonest first."""
        return schedule.pending(self.world)

    def held(self) -> int:
        """Number of pending scheduled messages in all workspaces."""
        return len(self.scheduled()) + self._api.others.count()

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
        """Make the next `times` calls of `method` fail ("*": any; "response_url": requests to one).

        Default: ratelimited. `effect`: the call takes effect first. `hang`: seconds before the response, or before the
        connection is cut if no response is given.
        """
        self._api.faults.add(Fault(method, error, status, effect, cut, hang, times, retry_after))

    def chaos(
        self,
        method: str = ANY,
        *,
        limited: float = 0.0,
        refused: float = 0.0,
        lost: float = 0.0,
        cut: float = 0.0,
        hang: float = 0.0,
        seed: int = 0,
        retry_after: int = 1,
        hang_seconds: float = 60.0,
    ) -> Chaos:
        """Make these shares of the calls of `method` fail; the returned `Chaos` counts them."""
        chaos = Chaos(method, limited, refused, lost, cut, hang, seed, retry_after, hang_seconds)
        self._api.faults.chaos.append(chaos)
        return chaos

    @property
    def pending_faults(self) -> list[Fault]:
        """The faults of `fail` that no call has met yet."""
        return self._api.faults.waiting

    @property
    def active_chaos(self) -> list[Chaos]:
        """The active chaos."""
        return self._api.faults.chaos

    def calm(self) -> None:
        """Remove all chaos and faults; hanging calls keep hanging."""
        self._api.faults.chaos.clear()
        self._api.faults.waiting.clear()

    def accepted(self) -> list[Accepted]:
        """All messages accepted by the Web API, direct or scheduled, oldest first, as they were posted."""
        return list(self.world.accepted.values())

    async def deliver(self, kind: str, payload: Json) -> Reply:
        """Send the app a payload of this kind ("command", "interaction", "event") as it is, signed."""
        return await self._delivery.deliver(kind, payload)

    async def verify_url(self) -> bool:
        """Whether the app answers Slack's check of its request URL, as when it is entered in the app's settings."""
        challenge = token_hex(16)
        reply = await self._delivery.deliver("event", payloads.url_verification(challenge))
        answer = reply.body.get("challenge") if isinstance(reply.body, dict) else reply.body
        return not reply.error and str(answer).removeprefix("challenge=") == challenge

    @property
    def socket_connections(self) -> list[web.WebSocketResponse]:
        """The Socket Mode connections of the app."""
        return list(self._sockets.connections)

    async def disconnect(self, reason: str = "refresh_requested") -> None:
        """Socket Mode: tell the app to reconnect ("warning" leaves the connection open for a while)."""
        await self._sockets.disconnect(reason)

    def dump(self) -> Json:
        """The persistent state: messages, files, Home tabs, scheduled messages, membership."""
        return persistence.dump(self.world)

    def load(self, kept: Json) -> None:
        """Restore a dump."""
        persistence.load(self.world, kept)
