"""One bot process, built and run as by `python -m bot run`, until it is stopped or killed."""

from __future__ import annotations

import asyncio
import signal
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from bot import logging_setup
from bot.app import ProviderTiming, build
from bot.clock import SystemClock
from bot.commands import create_args
from bot.settings import Settings

create_args.warm_up()  # once for all bots, before they are forked


@dataclass(frozen=True)
class BotOptions:
    """How to start a bot."""

    settings: dict[str, Any]
    lease: float
    """Seconds until another bot takes over an edit whose bot was killed."""


async def run(settings: dict[str, Any], lease: float) -> None:
    """Run with these `BotOptions` until SIGTERM."""
    logging_setup.set_up("INFO", "json")
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    bot = await build(Settings(_env_file=None, **settings), SystemClock(), ProviderTiming())
    bot.services.changes.leases.lease = timedelta(seconds=lease)
    await stop.wait()
    await bot.stop()
