"""`python -m bench.own_pages`: 800 people of a mailing send the form of our own page; waits are shortened."""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import aiohttp

from bench.batch import WEBINAR, bot_settings
from bench.idle_time import IdleTime
from bench.timers import run_in_fast_time
from tests.proof.fast_time import FastTime

if TYPE_CHECKING:
    from bot.app import Greenroom
    from sandbox.ringcentral import RingCentral

PEOPLE = 800
SPEED = 50.0
TICK = 5.0
"""Seconds between two looks of a stand-in for what is due."""
AT_ONCE = 2
"""Forms that are sent at the same time."""
PUBLIC_URL = "https://webinars.acme.example"


@dataclass
class Mailing:
    """The figures; times in minutes."""

    people: int
    accepted: int
    """Forms that were accepted the first time."""
    shown: int
    """People whose page has shown their place in line, or that they are registered."""
    expected: int
    """The longest wait that a page has shown."""
    took: float
    registered: int
    penalties: int


async def measure(fast_time: FastTime, people: int = PEOPLE) -> Mailing:
    """Let so many people register at about the same time, close their browsers, and be registered."""
    # Imported here: the clocks are set before the import of any module that uses one.
    from bot.app import build
    from sandbox.ringcentral import RingCentral, webhooks
    from sandbox.slack import Slack, server

    for stand_in in (server, webhooks):  # otherwise they end every wait within a fraction of a second
        vars(stand_in)["TICK"] = TICK
    clock = fast_time.clock()
    slack, ringcentral = Slack(clock), RingCentral(clock)
    await slack.start()
    await ringcentral.start()
    ringcentral.create(WEBINAR, clock.now() + timedelta(days=3), settings={"registrationEnabled": True})
    with TemporaryDirectory() as folder:
        settings = bot_settings(slack, ringcentral, f"sqlite:///{Path(folder) / 'greenroom.db'}")
        bot = await build(settings.model_copy(update={"public_url": PUBLIC_URL}), clock)
        try:
            async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=None)) as http:
                return await _mailing(fast_time, bot, http, ringcentral, people)
        finally:
            await bot.stop()
            await slack.stop()
            await ringcentral.stop()


async def _mailing(
    fast_time: FastTime, bot: Greenroom, http: aiohttp.ClientSession, ringcentral: RingCentral, people: int
) -> Mailing:
    from bot.registration.own_pages.pace import minutes_in_line

    while not (known := await bot.services.mirror.everything()):  # noqa: ASYNC110 - the bot does not signal that it has listed
        await asyncio.sleep(1.0)
    page = bot.services.own_pages.urls.register_url(known[0]).replace(PUBLIC_URL, bot.url)
    began, turns = fast_time.monotonic(), asyncio.Semaphore(AT_ONCE)

    async def sign_up(number: int) -> str:
        async with turns:
            return await _sign_up(http, page, number)

    statuses = list(filter(None, await asyncio.gather(*(sign_up(number) for number in range(people)))))
    pages = [await _read(http, f"{page}{status}") for status in statuses]
    while (registered := len(ringcentral.registrants(known[0].session_id))) < len(statuses):  # noqa: ASYNC110
        await asyncio.sleep(10.0)
    waits = [re.search(r"You are number ([\d,]+) in line", text) for text in pages]
    return Mailing(
        people=people,
        accepted=len(statuses),
        shown=sum(
            bool(wait) or "being registered" in text or "You are registered" in text
            for wait, text in zip(waits, pages, strict=True)
        ),
        expected=minutes_in_line(
            max(int(wait[1].replace(",", "")) for wait in waits if wait), bot.services.own_pages.per_minute(known[0])
        ),
        took=(fast_time.monotonic() - began) / 60,
        registered=registered,
        penalties=ringcentral.penalties,
    )


async def _sign_up(http: aiohttp.ClientSession, page: str, number: int) -> str:
    """Send the form from an address of its own; return the query of its status page, empty if it was refused."""
    [form] = re.findall(r'name="form" value="([^"]+)"', await _read(http, page))
    person = {
        "first_name": "Emi",
        "last_name": f"Tanaka {number}",
        "email": f"guest{number}@mail.example",
        "form": form,
    }
    headers = {"X-Forwarded-For": f"198.18.{number // 250}.{number % 250}"}
    async with http.post(page, data=person, headers=headers, allow_redirects=False) as answer:
        return f"?{answer.headers['Location'].partition('?')[2]}" if answer.status == 303 else ""


async def _read(http: aiohttp.ClientSession, url: str) -> str:
    async with http.get(url) as answer:
        return await answer.text()


def format_table(mailing: Mailing) -> str:
    """The table that is printed."""
    return "\n".join(
        [
            f"{'people of the mailing':48}{mailing.people:9,}",
            f"{'forms accepted at once':48}{mailing.accepted:9,}",
            f"{'people who saw their place':48}{mailing.shown:9,}",
            f"{'the longest wait shown, minutes':48}{mailing.expected:9,}",
            f"{'minutes until all are registered':48}{mailing.took:9.1f}",
            f"{'registered':48}{mailing.registered:9,}",
            f"{'penalties at RingCentral':48}{mailing.penalties:9}",
        ]
    )


def main() -> None:
    """Run it, and print the table."""
    print(format_table(run_in_fast_time(measure, SPEED, IdleTime)))


if __name__ == "__main__":
    main()
