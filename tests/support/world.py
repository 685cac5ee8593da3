"""The environment of a story: a Slack workspace, RingCentral, and the real bot between them, on real sockets."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

from cryptography.fernet import Fernet
from pydantic import SecretStr
from sqlalchemy import event

from bot.app import EVENTS, Greenroom, ProviderTiming, build
from bot.clock import machine_now
from bot.model.visibility import Unannounced
from bot.settings import Settings
from bot.slack.deliver import Pace
from bot.webinars import organizer_table, visibility_table
from sandbox.app_features import SHORTCUTS
from sandbox.clock import SandboxClock
from sandbox.ringcentral import RingCentral, Rules
from sandbox.slack import Message, Outcome, Slack, View
from sandbox.zoom import Zoom
from tests.support import compiled_statements as compiled_statements
from tests.support.provider_settings import ringcentral_settings, without_rates, zoom_settings
from tests.support.shown_content import ShownContent
from tests.support.sqlite_file import STORY_FILE, migrated

T = TypeVar("T")
WAIT_LIMIT_S = 8.0
RECHECK_S = 0.02
SECOND = timedelta(seconds=1)
PACE = Pace(patience=2.0, appearance=0.2, pause=0.01, later=(0.05, 0.1), post_pauses=(0.02, 0.05, 0.1))
KEY = Fernet.generate_key().decode()
COMMANDS = [{"command": "/webinar", "description": "Webinars", "usage_hint": "help"}]


class World:
    """Slack's people on one side, RingCentral on the other, Greenroom between them."""

    def __init__(self, database_url: str, *, socket_mode: bool = False, public_url: str = "") -> None:
        """Start nothing yet."""
        self.clock = SandboxClock()
        self.zoom = Zoom(self.clock, without_rates())
        self.has_zoom, self.has_ringcentral = False, True
        self.slack = Slack(self.clock, commands=COMMANDS, shortcuts=SHORTCUTS)
        self.shown = ShownContent(self.slack)
        self.ringcentral = RingCentral(self.clock, rules=Rules(registration_delay=0, webhook_permission=True))
        # Without the permission, RingCentral has no webhooks: stories about them grant it (tests.support.webhooks).
        self.socket_mode, self.public_url = socket_mode, public_url
        self.more_settings: dict[str, Any] = {}  # those that most stories leave at their defaults
        self.database_url = database_url
        self.pace = ProviderTiming()
        self.compares = False
        """Whether the bot compares registrations and teams with RingCentral: other stories count its calls."""
        self.reads_reports = False
        """Whether the bot reads reports by itself after the end: other stories count its calls."""
        self.updates_at_once = False
        """Whether people's messages are updated right after a change: other stories do so when they say so."""
        self.is_new = False
        """Whether the database is empty, so that the first bot has nothing to resume, clean up or forget."""
        self.on_build: Callable[[Greenroom], None] = lambda _: None
        """Called with each new bot before it does anything, to shorten delays that a story would have to wait for."""
        self._bot: Greenroom | None = None
        self._changed = asyncio.Event()
        for on_change in (self.slack.on_change, self.ringcentral.on_change, self.zoom.on_change):
            on_change.append(self._changed.set)

    @property
    def bot(self) -> Greenroom:
        """The running bot."""
        assert self._bot is not None
        return self._bot

    @property
    def is_bot_running(self) -> bool:
        """Whether there is a bot: between `start_bot` and `stop_bot` or `crash_bot`."""
        return self._bot is not None

    def use_bot(self, bot: Greenroom) -> None:
        """Make this the running bot, in place of one that crashed; Slack still sends to the URL of that one."""
        self._bot = bot

    @property
    def settings(self) -> Settings:
        """The settings with which the bot reaches the stand-ins."""
        return Settings(
            **(ringcentral_settings(self.ringcentral) if self.has_ringcentral else {}),
            **((zoom_settings(self.zoom) if self.has_zoom else {}) | self.more_settings),
            _env_file=None,
            slack_bot_token=SecretStr(self.slack.bot_token),
            slack_signing_secret=SecretStr("" if self.socket_mode else self.slack.signing_secret),
            slack_app_token=SecretStr(self.slack.app_token if self.socket_mode else ""),
            slack_api_url=f"{self.slack.url}/api/",
            database_url=self.database_url,
            public_url=self.public_url,
            port=urlsplit(self.public_url).port or 0,
            encryption_key=SecretStr(KEY),
        )

    async def start_bot(self, *, ready: bool = True) -> None:
        """Start Greenroom; if `ready`, wait until it has read the directory and the sessions once."""
        self._bot = await build(self.settings, self.clock, self.pace)
        self._bot.services.creation.registration_waits = (0.01, 0.05, 0.2, 1.0)
        if self.is_new:
            _skip_first_run(self._bot, "resume", "daily")
            self.is_new = False
        if not self.compares:
            self._bot.services.scheduler.pause("drift")
        if not self.reads_reports:
            self._bot.services.scheduler.pause("reports")
        self._bot.services.scheduler.pause("recordings")  # a story runs it when it says so: others count calls
        if not self.updates_at_once:
            self._bot.services.scheduler.pause("updates")
        self._bot.services.background.grace = 0.005  # both ends of the response are in this event loop
        self._bot.services.results.pace = PACE
        self.on_build(self._bot)
        self.slack.events_url = None if self.socket_mode else f"{self._bot.url}{EVENTS}"
        if ready:
            await self.until(lambda: self.bot.services.mirror.swept_at and self.bot.services.directory.service_user)

    async def stop_bot(self) -> None:
        """Stop Greenroom cleanly."""
        await self.bot.stop()
        self._bot = None

    async def crash_bot(self) -> None:
        """End Greenroom as `kill -9` would: nothing is completed, written or sent any more."""
        bot, self._bot = self.bot, None
        services = bot.services
        for engine in services.store.engines:
            event.listen(engine.sync_engine, "begin", _refuse_connection)
            event.listen(engine.sync_engine, "commit", _refuse_connection)
        scheduler = services.scheduler._scheduler
        renewals = [one._login._renewal for one in bot.provider.providers.values()]  # type: ignore[attr-defined] # each
        jobs = {future for executor in scheduler._executors.values() for future in executor._pending_futures}
        writing = services.scheduler._delivery._results  # type: ignore[attr-defined] # the Delivery that main has wired
        others = [task for task in (*renewals, writing._supervision) if task]
        dying = [*services.background._running, *jobs, *others]
        for task in dying:
            task.cancel()
        scheduler.shutdown(wait=False)
        await asyncio.gather(*dying, return_exceptions=True)
        if bot.socket:
            await bot.socket.close_async()  # type: ignore[no-untyped-call] # Bolt's own
        await bot.http.close()
        bot.runner._shutdown_timeout = 0.01  # a dead process does not wait
        await bot.runner.cleanup()
        await services.store.close()

    async def until(self, condition: Callable[[], T]) -> T:
        """Wait until the condition is true and return its value; check after each change on either side."""
        async with asyncio.timeout(WAIT_LIMIT_S):
            while not (value := condition()):
                self._changed.clear()
                with contextlib.suppress(TimeoutError):
                    # The bot's own state changes a moment after the last call.
                    await asyncio.wait_for(self._changed.wait(), RECHECK_S)
        return value

    async def settled(self) -> None:
        """Wait until the bot has no work in progress."""
        async with asyncio.timeout(WAIT_LIMIT_S):
            await self.bot.services.background.wait_idle()

    async def move(self, by: timedelta) -> None:
        """Advance the clock, as the sandbox does: from one due action to the next, on either side."""
        target = self.clock.now() + by
        while (left := target - self.clock.now()) > timedelta():
            wake, post_at = await self.bot.services.scheduler.deliver(), self.slack.next_post_at()
            moments = [wake] if wake else []
            moments += [datetime.fromtimestamp(post_at, UTC)] if post_at else []
            self.clock.move(min([left, *(max(moment - self.clock.now(), SECOND) for moment in moments)]))
            await self.slack.tick()
        await self.bot.services.scheduler.deliver()
        await self.slack.tick()

    async def command(self, user: str, channel: str, text: str) -> Outcome:
        """Type `/webinar text` as this user; wait until the bot has finished."""
        outcome = await self.slack.command(user, channel, "/webinar", text)
        await self.settled()
        return outcome

    async def click(self, user: str, where: Message | View, action: str, **more: object) -> Outcome:
        """Press a button as this user; wait until the bot has finished."""
        outcome = await self.slack.click(user, where, action, **more)  # type: ignore[arg-type] # passed on as given
        await self.settled()
        return outcome

    async def create(
        self,
        user: str = "chloe",
        title: str = "Launch day",
        *,
        channel: str = "#launch",
        start: datetime | None = None,
        fields: Mapping[str, object] | None = None,
    ) -> View:
        """Create a webinar through the form; return the view with the result."""
        await self.command(user, channel, "create")
        typed = {
            "Title": title,
            "Starts": start or self.clock.now() + timedelta(days=3),
            "Length": "45m",
            "Announce in": None,  # the form suggests the channel
            **(fields or {}),
        }
        outcome = await self.slack.submit(user, self.slack.view(user), typed)
        assert outcome.errors == {}
        await self.settled()
        return self.slack.view(user)

    async def post_card(self, title: str, channel_id: str = "C0LAUNCH") -> None:
        """Share a webinar as an admin, whose registration is not read because of that."""
        known = {webinar.title.casefold(): webinar for webinar in await self.bot.services.mirror.everything()}
        await self.bot.services.cards.share(known[title.strip('"').casefold()], channel_id, "U0ANA")

    async def choose_organizers(self, *user_ids: str) -> None:
        """Set these people as the organizers."""
        services = self.bot.services
        async with services.store.write() as db:
            await organizer_table.save(db, services.account.workspace, user_ids, "U0ANA", self.clock.now())

    async def let_members_see_all(self) -> None:
        """Set that all members see the webinars that were announced nowhere."""
        services = self.bot.services
        async with services.store.write() as db:
            await visibility_table.save_unannounced(
                db, services.account.workspace, Unannounced.MEMBERS, "U0ANA", self.clock.now()
            )

    def last(self, channel: str, user: str | None = None) -> Message:
        """The newest message in a channel, as this user sees it."""
        return self.slack.messages(channel, user)[-1]

    def vendor_calls(self) -> list[str]:
        """The webinar calls that reached RingCentral, as `METHOD path`."""
        return [f"{call.method} {call.path}" for call in self.ringcentral.calls if call.path.startswith("/webinar/")]


async def _database_url(folder: Path) -> str:
    path = folder / STORY_FILE
    # A story may continue with an existing database.
    return f"sqlite:///{path}" if path.exists() else await migrated(path)


def _skip_first_run(bot: Greenroom, *jobs: str) -> None:
    """Let these jobs run after their interval, and not at the start: a third of its time."""
    for name in jobs:
        job = bot.services.scheduler._scheduler.get_job(name)
        job.modify(next_run_time=machine_now() + job.trigger.interval)


def _refuse_connection(_: object) -> None:
    raise asyncio.CancelledError


@asynccontextmanager
async def running_world(
    folder: Path,
    *,
    socket_mode: bool = False,
    database_url: str = "",
    public_url: str = "",
    prepare: Callable[[World], None] = lambda _: None,
) -> AsyncIterator[World]:
    """Start everything, after `prepare` has changed the world, and stop it at the end."""
    logging.getLogger("slack_bolt").setLevel(logging.WARNING)
    is_new = not database_url and not (folder / STORY_FILE).exists()
    world = World(database_url or await _database_url(folder), socket_mode=socket_mode, public_url=public_url)
    world.is_new = is_new
    prepare(world)
    await world.slack.start()
    await world.ringcentral.start()
    starts_zoom = world.has_zoom  # a story may take Zoom away
    if starts_zoom:
        await world.zoom.start()
    try:
        await world.start_bot()
        yield world
        await world.settled()
        world.shown.check()
    finally:
        if world.is_bot_running:
            await world.stop_bot()
        await world.slack.stop()
        await world.ringcentral.stop()
        if starts_zoom:
            await world.zoom.stop()
