"""Kills bot processes while they apply edits of a webinar and its session, and compares what each edit has led to."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import socket
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from cryptography.fernet import Fernet
from sqlalchemy import func, select

from bot.app import EVENTS
from bot.creation.change.table import TO_REPORT, UNDER_WAY
from bot.db.change_schema import webinar_changes
from bot.db.connection import Store
from bot.db.schema import webinars
from bot.db.vault import Vault
from sandbox.clock import SandboxClock
from sandbox.ringcentral import RingCentral, Rules
from sandbox.slack import Person, Slack
from sandbox.slack.seed import TEAM, people
from tests.proof.bot_worker import BotOptions
from tests.proof.fast_time import FastTime
from tests.proof.worker_starter import WorkerStarter, worker_starter
from tests.support.world import COMMANDS

REAL_TIME = FastTime(1.0)
LEASE = 1.5
"""Seconds; short enough to wait for, and long enough to be renewed on a busy machine."""
PATIENCE = 40.0
POLL = 0.02
QUIET = 2.0
"""Seconds after which a bot that makes no call is killed anyway."""
CALLS = (0, 1, 2, 2, 3, 3, 4, 4, 5)
"""After how many calls of an edit it is killed: it has two reads, two writes, and its result."""
BEFORE_S, AFTER_S = 3600, 2700
RESULTS = {"edit.done": "changed", "edit.failed": "not changed", "edit.conflict": "conflict"}


class EditKills:
    """A webinar and an admin for each edit; one bot after the other."""

    def __init__(self, edits: int, store: Store, slack: Slack, vendor: RingCentral, starter: WorkerStarter) -> None:
        """Start without a bot."""
        self.edits, self.store, self.slack, self.vendor = edits, store, slack, vendor
        self._starter = starter
        self._settings: dict[str, Any] = {}
        self._ids: list[str] = []

    async def start(self, database_url: str, key: str) -> None:
        """Start the first bot, and wait until it has all webinars."""
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        self.slack.events_url = f"http://127.0.0.1:{port}{EVENTS}"
        self._settings = settings(self.slack, self.vendor) | {
            "database_url": database_url,
            "encryption_key": key,
            "port": port,
        }
        now = self.vendor.clock.now()
        self._ids = [self.vendor.create(title_of(one), now + timedelta(days=3 + one)) for one in range(self.edits)]

    async def bot(self) -> int:
        """Start a bot that gets Slack's requests, and wait until it has listed the webinars; returns its process id."""
        ready = self._log().count("bot.ready") + 1
        pid = await self._starter.start(BotOptions(self._settings, LEASE))
        await self._until(lambda: self._log().count("bot.ready") >= ready)
        return pid

    async def wait_until_mirrored(self) -> None:
        """Wait until the webinars are known."""
        async with asyncio.timeout(PATIENCE):
            while await self._count(select(func.count()).select_from(webinars)) < self.edits:  # noqa: ASYNC110 - the database is silent
                await asyncio.sleep(POLL)

    async def edit_and_kill(self, number: int, rng: random.Random) -> str:
        """Submit an edit of title and length, and kill the bot during its work. Returns where."""
        pid, user = await self.bot(), name_of(number)
        await self.wait_until_mirrored()
        await self.slack.command(user, "#launch", "/webinar", f'edit "{title_of(number)}"')
        await self._until(lambda: self._shown(user) == "edit.form")
        calls, wait = rng.choice(CALLS), rng.choice((0.0, 0.0, 0.002, 0.005, 0.02))
        made = self._made(number)
        submitted = asyncio.ensure_future(
            self.slack.submit(user, self.slack.view(user), {"Title": changed_title(number), "Length": "45m"})
        )
        reached = await self._reached(number, pid, made + calls, wait)
        await self._starter.kill(pid)
        outcome = await submitted
        where = f"{wait * 1000:.0f} ms after call {calls} of its edit" if reached else "at rest"
        return f"{where}{'' if outcome.ok else ', not acknowledged: ' + outcome.error}"

    async def _reached(self, number: int, pid: int, calls: int, wait: float) -> bool:
        reached = asyncio.Event()

        def look() -> None:
            if not reached.is_set() and self._made(number) >= calls:
                if not wait:
                    os.kill(pid, signal.SIGKILL)  # the call is done, and the bot does not get its answer
                reached.set()

        for one in (self.slack, self.vendor):
            one.on_change.append(look)
        try:
            async with asyncio.timeout(QUIET):
                await reached.wait()
            await asyncio.sleep(wait)
        except TimeoutError:
            return False
        finally:
            for one in (self.slack, self.vendor):
                one.on_change.remove(look)
        return True

    async def finish(self) -> None:
        """Let one more bot complete everything, and stop it."""
        await asyncio.sleep(LEASE)  # it looks for expired leases when it starts
        pid = await self.bot()
        unfinished = select(func.count()).where(webinar_changes.c.step.in_((*UNDER_WAY, *TO_REPORT)))
        async with asyncio.timeout(PATIENCE):
            while await self._count(unfinished):  # noqa: ASYNC110 - the database does not notify this process
                await asyncio.sleep(POLL)
        await self._starter.end(pid)

    def outcomes(self) -> Counter[tuple[str, ...]]:
        """How many edits have led to what: at RingCentral, and each result that the user got."""
        return Counter(self._outcome(number) for number in range(self.edits))

    def _outcome(self, number: int) -> tuple[str, ...]:
        titles = {title_of(number): "before", changed_title(number): "after"}
        [found] = [
            webinar for webinar in self.vendor.dump()["webinars"].values() if webinar["fields"]["title"] in titles
        ]
        length = found["session"]["fields"]["scheduledDuration"]
        sides = titles[found["fields"]["title"]], {BEFORE_S: "before", AFTER_S: "after"}[length]
        user = name_of(number)
        shown = [RESULTS.get(view.callback_id, view.callback_id) for view in self.slack.view_stack(user)]
        return (*sides, *shown, *(f"DM: {one.text}" for one in self.slack.messages(f"@{user}") if one.bot))

    def _shown(self, user: str) -> str:
        return self.slack.view(user).callback_id if self.slack.view_stack(user) else ""

    def _made(self, number: int) -> int:
        """The calls about a webinar, and those that show something in a modal."""
        about = f"/webinars/{self._ids[number]}"
        return sum(about in call.path for call in self.vendor.calls) + sum(
            call.method == "views.update" for call in self.slack.calls
        )

    def _log(self) -> str:
        return self._starter.log.read_text(encoding="utf-8")

    async def _count(self, query: Any) -> int:
        async with self.store.read() as db:
            return int((await db.execute(query)).scalar_one())

    async def _until(self, condition: Callable[[], bool]) -> None:
        try:
            async with asyncio.timeout(PATIENCE):
                while not condition():  # noqa: ASYNC110 - the log of another process does not notify this one
                    await asyncio.sleep(POLL)
        except TimeoutError:
            raise AssertionError(self._log()) from None


def title_of(number: int) -> str:
    """The title of a webinar before its edit."""
    return f"Talk {number:03}"


def changed_title(number: int) -> str:
    """Its title after it."""
    return f"Lecture {number:03}"


def name_of(number: int) -> str:
    """The admin who edits it."""
    return f"editor{number:03}"


def settings(slack: Slack, vendor: RingCentral) -> dict[str, Any]:
    """How a bot reaches both stand-ins."""
    return {
        "slack_bot_token": slack.bot_token,
        "slack_signing_secret": slack.signing_secret,
        "slack_api_url": f"{slack.url}/api/",
        "rc_server_url": vendor.url,
        "rc_app_client_id": vendor.client_id,
        "rc_app_client_secret": vendor.client_secret,
        "rc_user_jwt": vendor.jwt,
    }


@asynccontextmanager
async def edit_kills(database_url: str, folder: Path, edits: int) -> AsyncIterator[EditKills]:
    """Both stand-ins, and so many webinars and admins, on a migrated database."""
    admins = [
        Person(f"U{number:06}", name_of(number), f"Editor {number}", "Europe/Madrid", "admin", team_id=str(TEAM["id"]))
        for number in range(edits)
    ]
    clock = SandboxClock()
    slack = Slack(clock, commands=COMMANDS, people=[*people(), *admins])
    plenty = Rules(budgets={"Light": 9000, "Medium": 9000, "Heavy": 9000, "Auth": 9000}, sessions_per_user=9000)
    vendor = RingCentral(clock, rules=plenty)
    key = Fernet.generate_key().decode()
    store = Store(database_url, Vault(key))
    await slack.start()
    await vendor.start()
    try:
        async with worker_starter(REAL_TIME, folder, "tests.proof.bot_worker") as starter:
            kills = EditKills(edits, store, slack, vendor, starter)
            await kills.start(database_url, key)
            yield kills
    finally:
        await store.close()
        await slack.stop()
        await vendor.stop()
