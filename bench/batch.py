"""`python -m bench.batch`: registers 1,000 people within the rate limit while a user sends commands, in fast time."""

from __future__ import annotations

import asyncio
import statistics
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from bench.timers import run_in_fast_time
from tests.proof.fast_time import FastTime

if TYPE_CHECKING:
    from bot.app import Greenroom
    from bot.settings import Settings
    from sandbox.ringcentral import RingCentral
    from sandbox.slack import Slack

PEOPLE = 1_000
SPEED = 15.0
BUDGET = 10
"""Calls a minute and user, as RingCentral publishes them."""
BETWEEN = 240.0
"""Seconds of fast time between two commands of a user."""
USER, CHANNEL = "ana", "#launch"
WEBINAR = "Launch day"


@dataclass
class Measured:
    """The figures; times in seconds of fast time."""

    people: int
    took: float
    registered: int
    penalties: int
    waits: list[float] = field(default_factory=list)

    @property
    def floor(self) -> float:
        """The shortest time for as many calls, without any other call."""
        return self.people / BUDGET * 60


async def measure(fast_time: FastTime, people: int = PEOPLE) -> Measured:
    """Register so many people; measure how long it takes, and how long a user waits for a command meanwhile."""
    # Imported here: the clocks are set before the import of any module that uses one.
    from bot.app import build
    from sandbox.ringcentral import RingCentral
    from sandbox.slack import Slack

    clock = fast_time.clock()
    slack = Slack(clock)
    slack.world.limits.ack_seconds *= fast_time.speed
    ringcentral = RingCentral(clock)
    await slack.start()
    await ringcentral.start()
    ringcentral.create(WEBINAR, clock.now() + timedelta(days=3), settings={"registrationEnabled": True})
    with TemporaryDirectory() as folder:
        bot = await build(bot_settings(slack, ringcentral, f"sqlite:///{Path(folder) / 'greenroom.db'}"), clock)
        slack.events_url = f"{bot.url}/slack/events"
        try:
            return await _registered(fast_time, bot, slack, ringcentral, people)
        finally:
            await bot.stop()
            await slack.stop()
            await ringcentral.stop()


async def _registered(
    fast_time: FastTime, bot: Greenroom, slack: Slack, ringcentral: RingCentral, people: int
) -> Measured:
    from bot.registration.bulk.batch_table import BatchState
    from bot.registration.bulk.csv_import import read_people

    services = bot.services
    while not (known := await services.mirror.everything()):  # noqa: ASYNC110 - the bot does not signal that it has listed
        await asyncio.sleep(1.0)
    lines = "\n".join(f"Emi,Tanaka,guest{number}@mail.example" for number in range(people))
    batch = await services.bulk.draft(known[0], slack.user_id(USER), read_people(lines), [], own_pages=False)
    began = fast_time.monotonic()
    await services.bulk.start(batch.batch_id)
    waits: list[float] = []
    typing = asyncio.create_task(_send_commands(fast_time, slack, waits))
    while (await services.bulk.find(batch.batch_id)).state is not BatchState.DONE:  # noqa: ASYNC110 - nor that it has ended
        await asyncio.sleep(2.0)
    took = fast_time.monotonic() - began
    typing.cancel()
    with suppress(asyncio.CancelledError):
        await typing
    registered = len(ringcentral.registrants(known[0].session_id))
    return Measured(people, took, registered, ringcentral.penalties, waits)


async def _send_commands(fast_time: FastTime, slack: Slack, waits: list[float]) -> None:
    limit = PEOPLE * 2
    while True:
        limit += 1
        asked = fast_time.monotonic()
        await slack.command(USER, CHANNEL, "/webinar", f'limit "{WEBINAR}" {limit}')
        await slack.wait_for(partial(_is_answered, slack, f"The limit is now {limit:,} people"), 300)
        waits.append(fast_time.monotonic() - asked)
        await asyncio.sleep(BETWEEN)


def _is_answered(slack: Slack, words: str) -> bool | None:
    return any(words in message.words for message in slack.messages(CHANNEL, USER)) or None


def bot_settings(slack: Slack, ringcentral: RingCentral, database_url: str) -> Settings:
    """Connect the bot to the stand-ins and this database, with a new key."""
    from cryptography.fernet import Fernet
    from pydantic import SecretStr

    from bot.settings import Settings

    return Settings(
        _env_file=None,
        slack_bot_token=SecretStr(slack.bot_token),
        slack_signing_secret=SecretStr(slack.signing_secret),
        slack_api_url=f"{slack.url}/api/",
        rc_server_url=ringcentral.url,
        rc_app_client_id=ringcentral.client_id,
        rc_app_client_secret=SecretStr(ringcentral.client_secret),
        rc_user_jwt=SecretStr(ringcentral.jwt),
        database_url=database_url,
        port=0,
        encryption_key=SecretStr(Fernet.generate_key().decode()),
    )


def format_table(measured: Measured) -> str:
    """The table that is printed."""
    return "\n".join(
        [
            f"{'registered, of ' + format(measured.people, ','):48}{measured.registered:9,}",
            f"{'minutes':48}{measured.took / 60:9.1f}",
            f"{'floor: all calls of the budget, minutes':48}{measured.floor / 60:9.1f}",
            f"{'ratio':48}{measured.took / measured.floor:9.2f}",
            f"{'commands of a person meanwhile':48}{len(measured.waits):9}",
            f"{'their wait in seconds, median':48}{statistics.median(measured.waits):9.1f}",
            f"{'their wait in seconds, longest':48}{max(measured.waits):9.1f}",
            f"{'penalties at RingCentral':48}{measured.penalties:9}",
        ]
    )


def main() -> None:
    """Run it, and print the table."""
    print(format_table(run_in_fast_time(measure, SPEED)))


if __name__ == "__main__":
    main()
