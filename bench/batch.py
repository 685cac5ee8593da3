"""`python -m bench.batch`: registers 1,000 people at RingCentral's pace while somebody types commands, in fast time."""

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

from tests.proof.fast_time import FastTime

if TYPE_CHECKING:
    from bot.app import Greenroom
    from bot.settings import Settings
    from sandbox.ringcentral import RingCentral
    from sandbox.slack import Slack

PEOPLE = 1_000
SPEED = 30.0
BUDGET = 10
"""Calls a minute and user, as RingCentral publishes them."""
BETWEEN = 240.0
"""Seconds of hurried time between two commands of a person."""
WHO, WHERE = "ana", "#launch"
WEBINAR = "Launch day"


@dataclass
class Measured:
    """What came of it; times in seconds of hurried time."""

    people: int
    took: float
    registered: int
    penalties: int
    waits: list[float] = field(default_factory=list)

    @property
    def floor(self) -> float:
        """How long as many calls take at least, where nobody else makes one."""
        return self.people / BUDGET * 60


async def measure(hurry: FastTime, people: int = PEOPLE) -> Measured:
    """Register so many, and count how long it takes and how long somebody waits who types a command meanwhile."""
    # Imported only now: clocks are taken over before anything that looks at one is imported.
    from bot.app import build
    from sandbox.clock import SandboxClock
    from sandbox.ringcentral import RingCentral
    from sandbox.slack import Slack

    slack, clock = Slack(SandboxClock()), hurry.clock()  # Slack signs by the time that Bolt goes by
    slack.world.limits.ack_seconds *= hurry.speed
    ringcentral = RingCentral(clock)
    await slack.start()
    await ringcentral.start()
    ringcentral.create(WEBINAR, clock.now() + timedelta(days=3), settings={"registrationEnabled": True})
    with TemporaryDirectory() as folder:
        bot = await build(_settings(slack, ringcentral, folder), clock)
        slack.events_url = f"{bot.url}/slack/events"
        try:
            return await _registered(hurry, bot, slack, ringcentral, people)
        finally:
            await bot.stop()
            await slack.stop()
            await ringcentral.stop()


async def _registered(hurry: FastTime, bot: Greenroom, slack: Slack, ringcentral: RingCentral, people: int) -> Measured:
    from bot.registration.bulk.batch_table import BatchState
    from bot.registration.bulk.csv_import import read_people

    services = bot.services
    while not (known := await services.mirror.everything()):  # noqa: ASYNC110 - the bot tells nobody that it has listed
        await asyncio.sleep(1.0)
    lines = "\n".join(f"First{number},Last{number},guest{number}@mail.example" for number in range(people))
    batch = await services.bulk.draft(known[0], slack.user_id(WHO), read_people(lines), [], own_pages=False)
    began = hurry.monotonic()
    await services.bulk.start(batch.batch_id)
    waits: list[float] = []
    typing = asyncio.create_task(_typing(hurry, slack, waits))
    while (await services.bulk.find(batch.batch_id)).state is not BatchState.DONE:  # noqa: ASYNC110 - nor that it is done
        await asyncio.sleep(2.0)
    took = hurry.monotonic() - began
    typing.cancel()
    with suppress(asyncio.CancelledError):
        await typing
    registered = len(ringcentral.registrants(known[0].session_id))
    return Measured(people, took, registered, ringcentral.penalties, waits)


async def _typing(hurry: FastTime, slack: Slack, waits: list[float]) -> None:
    limit = PEOPLE * 2
    while True:
        limit += 1
        asked = hurry.monotonic()
        await slack.command(WHO, WHERE, "/webinar", f'limit "{WEBINAR}" {limit}')
        await slack.wait_for(partial(_is_told, slack, f"The limit is now {limit:,} people"), 300)
        waits.append(hurry.monotonic() - asked)
        await asyncio.sleep(BETWEEN)


def _is_told(slack: Slack, words: str) -> bool | None:
    return any(words in message.words for message in slack.messages(WHERE, WHO)) or None


def _settings(slack: Slack, ringcentral: RingCentral, folder: str) -> Settings:
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
        database_url=f"sqlite:///{Path(folder) / 'greenroom.db'}",
        port=0,
        encryption_key=SecretStr(Fernet.generate_key().decode()),
    )


def shown(one: Measured) -> str:
    """The table that is printed."""
    return "\n".join(
        [
            f"{'registered, of ' + format(one.people, ','):48}{one.registered:9,}",
            f"{'minutes':48}{one.took / 60:9.1f}",
            f"{'floor: all calls of the budget, minutes':48}{one.floor / 60:9.1f}",
            f"{'ratio':48}{one.took / one.floor:9.2f}",
            f"{'commands of a person meanwhile':48}{len(one.waits):9}",
            f"{'their wait in seconds, median':48}{statistics.median(one.waits):9.1f}",
            f"{'their wait in seconds, longest':48}{max(one.waits):9.1f}",
            f"{'penalties at RingCentral':48}{one.penalties:9}",
        ]
    )


def main() -> None:
    """Do it, and print the table."""
    hurry = FastTime(speed=SPEED)
    hurry.take_over()
    with asyncio.Runner(loop_factory=hurry.loop) as runner:
        print(shown(runner.run(measure(hurry))))


if __name__ == "__main__":
    main()
