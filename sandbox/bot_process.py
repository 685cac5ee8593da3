"""Run the real bot in its own process, on a clock that the sandbox moves through standard input."""

from __future__ import annotations

import asyncio
import json
import signal
import sys
from datetime import timedelta
from typing import Any

from bot import logging_setup
from bot.app import Greenroom, build
from bot.commands.reminder_offsets import offset_text
from bot.errors import GreenroomError
from bot.notices.model import TIMED, NoticeState
from bot.notices.outbox import notice_table
from bot.settings import read_settings
from sandbox.clock import SandboxClock

UNUSABLE = 2
MOST_PLANNED = 30


async def serve(offset: timedelta) -> None:
    """Serve until standard input ends: one JSON command per line in, one JSON line out.

    `{"planned": true}` returns the reminders that are planned and not yet scheduled at Slack, soonest first, and
    changes nothing. `{"move": seconds}` moves the clock, with `"arrived": true` on the last step; the response is the
    time at which the bot next has something to do.
    """
    settings = read_settings()
    logging_setup.set_up(settings.log_level, settings.log_format)
    clock = SandboxClock()
    clock.offset = offset  # pictures are taken on a past date
    greenroom = await build(settings, clock)
    _write_line({"url": greenroom.url})
    lines, control = await _standard_input(), BotControl(greenroom, clock)
    while line := await lines.readline():
        _write_line(await control.execute(json.loads(line)))
    await greenroom.stop()


class BotControl:
    """Executes the commands of the sandbox on a running bot."""

    def __init__(self, greenroom: Greenroom, clock: SandboxClock) -> None:
        """Control this bot, which uses this clock."""
        self._services = greenroom.services
        self._clock = clock

    async def execute(self, order: dict[str, Any]) -> dict[str, object]:
        """Execute one command and return the response."""
        if order.get("planned"):
            return {"planned": await self._planned()}
        self._clock.move(timedelta(seconds=order["move"]))
        await self._services.digests.plan_due()  # the bot's own job runs by machine time
        due = await self._services.scheduler.deliver()
        if order.get("arrived"):
            # The page does not wait for RingCentral's rate limit: the result shows in the channels.
            self._services.background.start(self._catch_up(), "look at RingCentral")
        return {"next": due.timestamp() if due else None}

    async def _planned(self) -> list[dict[str, object]]:
        services, found = self._services, []
        for webinar in await services.mirror.everything(self._clock.now()):
            async with services.store.read() as db:
                rows = await notice_table.of_session(db, webinar.account, webinar.session_id)
            ahead = [one.notice for one in rows if one.state is NoticeState.PLANNED and one.notice.kind in TIMED]
            found += [
                {
                    "channel": notice.channel_id,
                    "at": notice.due_at.timestamp(),
                    "before": f"{offset_text(notice.offset)} before" if notice.offset else "At the start",
                    "title": webinar.title,
                }
                for notice in ahead
                if notice.due_at > self._clock.now()
            ]
        return sorted(found, key=lambda one: (one["at"], str(one["channel"])))[:MOST_PLANNED]

    async def _catch_up(self) -> None:
        """Do what the bot would have done on the way: renew the webhook subscription, look at RingCentral, deliver."""
        await self._services.webhooks.maintain()
        await self._services.mirror.sync()
        await self._services.scheduler.deliver()


def _write_line(words: dict[str, object]) -> None:
    print(json.dumps(words), flush=True)


async def _standard_input() -> asyncio.StreamReader:
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    return reader


def main() -> None:
    """Start with the clock already moved by the number of seconds in the first argument."""
    # Ctrl-C reaches the whole process group: the sandbox stops this process by closing its input.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        asyncio.run(serve(timedelta(seconds=float(sys.argv[1]))))
    except GreenroomError as error:
        print(error.sentence, file=sys.stderr)
        sys.exit(UNUSABLE)


if __name__ == "__main__":
    main()
