"""Starts and stops everything: both stand-ins, the bot's process, and the clock they share."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

from cryptography.fernet import Fernet

from sandbox import hosts
from sandbox.app_features import COMMANDS, SHORTCUTS
from sandbox.clock import SandboxClock
from sandbox.first_steps import FirstSteps
from sandbox.folder import lock_folder
from sandbox.planned import Planned, PlannedReminders
from sandbox.ringcentral import RingCentral
from sandbox.slack import Slack
from sandbox.zoom_demo import ZoomDemo

STEP = 1.0
"""Minimum step of the clock in seconds, so that a busy bot cannot stop it."""
STOP_EVERY = 3600.0
"""The clock stops at each full hour, so that hourly checks run at the right time during a long move."""
SAVE_EVERY = 5.0
PATIENCE = 10.0
"""Seconds the bot has to shut down."""
RINGCENTRAL_FAULTS: dict[str, dict[str, Any]] = {
    "429": {"status": 429, "retry_after": 30},
    "500": {"status": 500},
    "timeout_before": {"status": 500, "hang": 25.0},
    "timeout_after": {"status": 500, "hang": 25.0, "effect": True},
}


class BotDidNotStartError(Exception):
    """The bot's process ended before it was ready; the reason is in its log."""


class Launcher:
    """One sandbox with its state folder."""

    def __init__(self, folder: Path, *, keep: bool = True, zoom: bool = False) -> None:
        """Lock the folder and load the state of the stand-ins from it; with `zoom` there is a Zoom account, too.

        Without `keep` the folder is cleared first. Raises `FolderTakenError` if another sandbox runs in it.
        """
        self.folder = folder
        self._lock = lock_folder(folder, keep=keep)
        self.clock = SandboxClock()
        self.slack = Slack(self.clock, commands=COMMANDS, shortcuts=SHORTCUTS)
        self.ringcentral = RingCentral(self.clock)
        self.ringcentral.rules.webinar_events = True  # a rename changes only the webinar, and must show within seconds
        self._saved = self._read_state()
        self.clock.move(timedelta(seconds=self._saved.get("offset", 0)))
        self.zoom = ZoomDemo(self.clock) if zoom else None
        self.first_steps = FirstSteps(self.slack, self.ringcentral)
        self.planned = PlannedReminders(self._ask_planned, self.slack.world.changed)
        self._load()
        self.slack.first_steps, self.slack.dismiss_first_steps = self.first_steps.state, self.first_steps.dismiss
        self.slack.planned = lambda: self.planned.listed
        self.slack.on_change.append(self.planned.note_change)
        self.slack.move_clock = self.move
        self.slack.register_outsiders = self._register
        self.slack.change_webinar = self._change
        self.slack.set_fault = self._set_fault
        self.slack.webinars = self.ringcentral.webinars
        self.slack.ringcentral_calls = self._calls
        self.ringcentral.on_change.append(self.slack.world.changed)
        if self.zoom:
            self.slack.zoom, self.slack.change_zoom = self.zoom.state, self.zoom.change
            self.zoom.zoom.on_change.append(self.slack.world.changed)
        self._bot: Process | None = None
        self._next: float | None = None
        self._move_lock = asyncio.Lock()
        self._bot_lock = asyncio.Lock()
        self._tasks: list[asyncio.Task[None]] = []

    @property
    def log_path(self) -> Path:
        """Path of the bot's log."""
        return self.folder / "bot.log"

    async def start(
        self, ports: tuple[int, int, int], on_taken: Callable[[int, int], None], zoom_port: int = 0
    ) -> None:
        """Start the page, RingCentral, Zoom and the bot; a taken port is replaced by the next free one and reported."""
        page, ringcentral, bot = ports
        await _on_free_port(self.slack.start, page, on_taken)
        await _on_free_port(self.ringcentral.start, ringcentral, on_taken)
        if self.zoom:
            await _on_free_port(self.zoom.zoom.start, zoom_port, on_taken)
        await self._start_bot(await _on_free_port(_check_port, bot or _free_port(), on_taken))
        self.planned.note_change()
        self._tasks = [asyncio.create_task(one) for one in (self._save_periodically(), self.planned.follow())]

    async def stop(self) -> None:
        """Stop the bot, save the state, stop the stand-ins."""
        for task in self._tasks:
            task.cancel()
        await self._stop_bot()
        self.save()
        await self.slack.stop()
        await self.ringcentral.stop()
        if self.zoom:
            await self.zoom.zoom.stop()
        self._lock.close()

    async def bot_ended(self) -> int:
        """Wait for the bot's process to end on its own, an error, and return its exit code."""
        return await self._bot.wait() if self._bot else 0

    async def move(self, seconds: float) -> None:
        """Move the clock, stopping wherever the bot or Slack has something to do."""
        async with self._move_lock:
            target = self.clock.now().timestamp() + seconds
            # The bot's next due time may have changed since the last move: new webinars, new cards.
            self._next = (await self._send({"move": 0})).get("next")
            while (left := target - self.clock.now().timestamp()) > 0:
                now = self.clock.now().timestamp()
                next_stop = (now // STOP_EVERY + 1) * STOP_EVERY
                moments = [next_stop, *(moment for moment in (self._next, self.slack.next_due()) if moment)]
                step = min([max(moment - now, STEP) for moment in moments] + [left])
                self.clock.move(timedelta(seconds=step))
                self._next = (await self._send({"move": step, "arrived": step == left})).get("next")
                await self.slack.tick()
                self.ringcentral.room.catch_up()
                await self.ringcentral.webhooks.tick()
                if self.zoom:
                    await self.zoom.zoom.webhooks.tick()

    def save(self) -> None:
        """Save the state of the stand-ins."""
        state = {
            "offset": self.clock.offset.total_seconds(),
            "slack": self.slack.dump(),
            "ringcentral": self.ringcentral.dump(),
            "zoom": self.zoom.zoom.dump() if self.zoom else self._saved.get("zoom"),
            "first_steps": self.first_steps.dump(),
        }
        fresh = self._state_file.with_suffix(".new")
        fresh.write_text(json.dumps(state))
        fresh.replace(self._state_file)

    @property
    def _state_file(self) -> Path:
        return self.folder / "sandbox.json"

    def _read_state(self) -> dict[str, Any]:
        if not self._state_file.exists():
            return {}
        state: dict[str, Any] = json.loads(self._state_file.read_text())
        return state

    def _load(self) -> None:
        if self._saved:
            self.slack.load(self._saved["slack"])
            self.ringcentral.load(self._saved["ringcentral"])
            self.first_steps.load(self._saved.get("first_steps") or self.first_steps.dump())
        if self.zoom and self._saved.get("zoom"):
            self.zoom.zoom.load(self._saved["zoom"])

    async def _save_periodically(self) -> None:
        while True:
            await asyncio.sleep(SAVE_EVERY)
            self.ringcentral.room.catch_up()
            self.save()

    async def _start_bot(self, port: int) -> None:
        with self.log_path.open("w") as bot_log:
            self._bot = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "sandbox.bot_process",
                str(self.clock.offset.total_seconds()),
                stdin=PIPE,
                stdout=PIPE,
                stderr=bot_log,
                env=self._environment(port),
            )
        answer = await self._read()
        self.slack.events_url = f"{answer['url']}/slack/events"
        if self.zoom:
            await self.zoom.listen(f"{answer['url']}/zoom/webhook")

    async def _stop_bot(self) -> None:
        if self._bot and self._bot.returncode is None and self._bot.stdin:
            self._bot.stdin.close()
            try:
                await asyncio.wait_for(self._bot.wait(), PATIENCE)
            except TimeoutError:
                self._bot.kill()
                await self._bot.wait()

    def _environment(self, port: int) -> dict[str, str]:
        outer = os.environ.items()  # noqa: TID251 - the bot's process needs PATH and the like; its own settings are set below
        return {
            # Slack's client would use a proxy even for this machine.
            **{name: value for name, value in outer if not name.lower().endswith("_proxy") and name[:5] != "ZOOM_"},
            "SLACK_BOT_TOKEN": self.slack.bot_token,
            "SLACK_SIGNING_SECRET": self.slack.signing_secret,
            "SLACK_APP_TOKEN": "",
            "SLACK_API_URL": f"{self.slack.url}/api/",
            "RC_SERVER_URL": self.ringcentral.url,
            "RC_APP_CLIENT_ID": self.ringcentral.client_id,
            "RC_APP_CLIENT_SECRET": self.ringcentral.client_secret,
            "RC_USER_JWT": self.ringcentral.jwt,
            **(self.zoom.zoom.environment if self.zoom else {}),
            "DATABASE_URL": f"sqlite:///{self.folder.resolve() / 'greenroom.db'}",
            "ENCRYPTION_KEY": self._key(),
            "HOST": "127.0.0.1",
            "PORT": str(port),
            "PUBLIC_URL": f"http://127.0.0.1:{port}",
        }

    def _key(self) -> str:
        path = self.folder / "key"
        if not path.exists():
            path.write_text(Fernet.generate_key().decode())
        return path.read_text()

    async def _send(self, order: dict[str, object]) -> dict[str, Any]:
        if self._bot is None or self._bot.stdin is None or self._bot.returncode is not None:
            return {}
        async with self._bot_lock:  # responses arrive in the order of the commands
            self._bot.stdin.write(json.dumps(order).encode() + b"\n")
            await self._bot.stdin.drain()
            return await self._read()

    async def _ask_planned(self) -> Planned:
        planned: Planned = (await self._send({"planned": True})).get("planned", [])
        return planned

    async def _read(self) -> dict[str, Any]:
        line = await self._bot.stdout.readline() if self._bot and self._bot.stdout else b""
        if not line:
            raise BotDidNotStartError(f"The bot's process has ended; see {self.log_path}")
        answer: dict[str, Any] = json.loads(line)
        return answer

    async def _register(self, session_id: str, count: int) -> int:
        return await hosts.register(self.ringcentral, session_id, count)

    async def _change(self, session_id: str, act: str, given: dict[str, Any]) -> None:
        hosts.change(self.ringcentral, session_id, act, given)

    async def _set_fault(self, target: str, kind: str) -> None:
        if target == "ringcentral":
            self.ringcentral.fail("*", "^/webinar/", **RINGCENTRAL_FAULTS[kind])
        if target == "zoom" and self.zoom:
            self.zoom.fail(kind)

    def _calls(self) -> list[dict[str, Any]]:
        return [
            {
                "method": call.method,
                "path": call.path,
                "status": call.status,
                "group": str(call.group or ""),
                "at": call.at.timestamp(),
            }
            for call in self.ringcentral.calls
        ]


async def _on_free_port(
    start: Callable[[str, int], Awaitable[None]], port: int, on_taken: Callable[[int, int], None]
) -> int:
    """Start on this port or the next free one and return it; 0 takes any."""
    for candidate in range(port, port + 50):
        try:
            await start("127.0.0.1", candidate)
        except OSError:
            continue
        if candidate != port:
            on_taken(port, candidate)
        return candidate
    raise BotDidNotStartError(f"No port from {port} to {port + 49} is free.")


async def _check_port(host: str, port: int) -> None:
    """Raise OSError if the bot cannot listen there."""
    (await asyncio.start_server(lambda _, __: None, host, port)).close()


def _free_port() -> int:
    """A port chosen by the system: the bot must know its own before it starts, for its public URL."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])
