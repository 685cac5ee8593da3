"""A webinar that took place and was recorded, in Slack and at RingCentral."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from bot.db.recording_schema import report_messages
from bot.services import Services
from sandbox.slack import Message, View
from tests.support.creation import without_waits
from tests.support.seats import SeatsHarness, seats_harness
from tests.support.world import World

DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)
LIST, COMPANY_LIST = "GET /webinar/history/v1/recordings", "GET /webinar/history/v1/company/recordings"

__all__ = ["DAY", "HOUR", "MINUTE", "RecordedHarness", "recorded_harness", "without_waits"]


@dataclass
class RecordedHarness:
    """The webinar, at RingCentral and in Slack."""

    world: World
    seats: SeatsHarness
    calls_seen: int = 0

    @property
    def session_id(self) -> str:
        """Its id."""
        return self.seats.session_id

    @property
    def services(self) -> Services:
        """The services of the running bot."""
        return self.world.bot.services

    async def take_place(self, *, recorded: bool = True, minutes: int = 45) -> None:
        """Let it start now, be recorded, and end; the mirror notices the end."""
        room, rc = self.world.ringcentral.room, self.world.ringcentral
        await self.world.move(3 * DAY)
        rc.begin(self.session_id)
        if recorded:
            room.record(self.session_id)
        self.world.clock.move(minutes * MINUTE)
        rc.finish(self.session_id)
        await self.services.mirror.sweep()
        await self.look()
        self.vendor_calls()

    async def look(self, after: timedelta = timedelta(), *, every: timedelta = timedelta()) -> None:
        """Let this time pass, then run the periodic work, as the scheduler does; or run it every so often."""
        left = after
        while left > timedelta():
            step = min(every or left, left)
            self.world.clock.move(step)
            left -= step
            await self.services.recordings.step()
        if not after:
            await self.services.recordings.step()

    def vendor_calls(self) -> list[str]:
        """The webinar calls since this was last called."""
        calls = self.world.vendor_calls()
        seen, self.calls_seen = self.calls_seen, len(calls)
        return calls[seen:]

    def dms(self, user: str = "chloe") -> list[Message]:
        """The bot's direct messages to a user about recordings and what is open."""
        words = ("recording", "still open", "left to do", "After *")
        return [one for one in self.seats.dms(user) if any(word in one.words for word in words)]

    def posts(self, channel: str = "#launch") -> list[Message]:
        """The messages about the recording in a channel."""
        found = [one for one in self.world.slack.messages(channel) if one.bot and not one.ephemeral_to]
        return [one for one in found if "recording of *" in one.words]

    async def ask(self, user: str = "chloe", channel: str = "#launch", words: str = "recording launch") -> Message:
        """The reply to the command."""
        await self.world.command(user, channel, words)
        return self.world.last(channel, user)

    async def confirm(self, user: str = "chloe") -> View:
        """Confirm the review that is open; return the view with the result."""
        outcome = await self.world.slack.submit(user, self.world.slack.view(user), {})
        assert outcome.errors == {}
        await self.world.settled()
        return self.world.slack.view(user)

    async def states(self) -> dict[tuple[str, str], str]:
        """The state of each message, by kind and place."""
        async with self.services.store.read() as db:
            rows = await db.execute(report_messages.select())
            return {(row.kind, row.place_id): row.state for row in rows}


async def recorded_harness(world: World, *seats: str, shared: bool = True, processed: bool = True) -> RecordedHarness:
    """A webinar by Chloé with its card in #launch, seats, and a recording that is available and shared."""
    launch = await seats_harness(world)
    for user in seats:
        await launch.take_seat(user)
        await world.slack.close(user, world.slack.view(user), clear=True)
    recorded = RecordedHarness(world, launch)
    await recorded.take_place()
    if shared:
        world.ringcentral.room.share_recording(launch.session_id, days=30)
    if processed:
        await recorded.look(11 * MINUTE)
    return recorded
