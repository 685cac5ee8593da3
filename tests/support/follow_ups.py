"""A webinar that is over, whose organizer follows up with its people in a story."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass, field
from datetime import timedelta

from bot.app import Greenroom
from sandbox.slack import Message, View
from tests.support.creation import without_waits
from tests.support.seats import SeatsHarness, seats_harness
from tests.support.team import TeamHarness
from tests.support.world import World

ORGANIZER = "chloe"
HEADER = ["First name", "Last name", "Email", "Group", "Message", "Webinar", "Recording", "Not reached in Slack"]
SEATED = ("dev", "emi", "finn")


def prepare(world: World) -> None:
    """No waiting, and what is resumed is resumed when a story says so."""
    without_waits(world)
    world.slack.limits.messages_per_second = None
    on_build = world.on_build

    def build(bot: Greenroom) -> None:
        on_build(bot)
        shorten(bot)

    world.on_build = build


def shorten(bot: Greenroom) -> None:
    """Send without pauses."""
    follow_ups = bot.services.follow_ups
    follow_ups.sender.pace.interval = 0.0
    follow_ups.sender.pace.settle = timedelta()
    follow_ups.report.interval = 0.0
    follow_ups.leases.retry = timedelta()
    bot.services.scheduler.pause("resume")


@dataclass
class FollowUpHarness:
    """The organizer's actions in Slack, and what everybody gets."""

    world: World
    launch: SeatsHarness
    outsiders: list[str] = field(default_factory=list)
    """The registrants without a seat."""

    @property
    def session_id(self) -> str:
        """The webinar."""
        return self.launch.session_id

    async def open(self, user: str = ORGANIZER, text: str = "followup launch") -> View:
        """Type the command; return the form."""
        await self.world.command(user, "#launch", text)
        return self.world.slack.view(user)

    async def review(self, user: str = ORGANIZER, **values: object) -> View:
        """Open the form, fill it in and continue; return the review."""
        outcome = await self.world.slack.submit(user, await self.open(user), values)
        assert outcome.errors == {}
        await self.world.settled()
        return self.world.slack.view(user)

    async def send(self, **values: object) -> None:
        """Send a follow-up, and wait until Slack has its messages."""
        review = await self.review(ORGANIZER, **values)
        await self.world.slack.submit(ORGANIZER, review)
        await self.world.settled()

    async def finish(self) -> None:
        """Let Slack post all messages, and the bot report that."""
        await self.world.move(timedelta(minutes=10))
        await self.resume()

    async def resume(self) -> None:
        """Resume interrupted work, as the bot does every 30 seconds."""
        await self.world.bot.services.follow_ups.resume()
        await self.world.settled()

    def received(self, user: str) -> list[Message]:
        """The follow-ups that a user got."""
        return [one for one in self.launch.dms(user) if "From <@" in one.words]

    @property
    def progress(self) -> Message:
        """The message to the organizer about the last follow-up."""
        found = [one for one in self.launch.dms(ORGANIZER) if "ollow-up of" in one.text and not one.files]
        return found[-1]

    @property
    def files(self) -> list[list[list[str]]]:
        """The rows of each file that the organizer got, without the header."""
        files = [file for one in self.launch.dms(ORGANIZER) for file in one.files if file.name == "follow-up.csv"]
        tables = [list(csv.reader(io.StringIO(file.content.decode("utf-8-sig")))) for file in files]
        assert all(table[0] == HEADER for table in tables)
        return [table[1:] for table in tables]

    async def press(self, button: str) -> None:
        """Press a button of the message to the organizer."""
        await self.world.click(ORGANIZER, self.progress, button)


async def follow_up_harness(
    world: World,
    *,
    seated: tuple[str, ...] = SEATED,
    cohosts: list[str] | None = None,
    recorded: bool = False,
) -> FollowUpHarness:
    """A webinar that is over: Dev attended, Emi left early, Finn did not come; the same of three people outside."""
    world.slack.scopes = {*world.slack.scopes, "files:read", "files:write"}
    launch = await seats_harness(world, user=ORGANIZER)
    for user in seated:
        await launch.take_seat(user)
        await world.slack.close(user, world.slack.view(user), clear=True)
    if cohosts:
        await TeamHarness(world, launch.session_id).save({"cohosts": cohosts})
        await world.slack.close(ORGANIZER, world.slack.view(ORGANIZER), clear=True)
    outsiders = world.ringcentral.register(launch.session_id, 3)
    came = [user for user in ("dev", "emi") if user in seated]
    early = [*came[1:], outsiders[1]]
    await hold(launch, attend=[*came, *outsiders[:2]], leave_early=early, recorded=recorded)
    return FollowUpHarness(world, launch, outsiders)


async def hold(launch: SeatsHarness, *, attend: list[str], leave_early: list[str], recorded: bool = False) -> None:
    """Hold the webinar for its 45 minutes; people are users with a seat, or registrants by their ids."""
    world, rc = launch.world, launch.world.ringcentral
    ids = {str(one["email"]).partition("@")[0]: str(one["id"]) for one in launch.registrants}
    [webinar] = await world.bot.services.mirror.everything()
    await world.move(webinar.start - world.clock.now())
    rc.begin(launch.session_id)
    if recorded:
        rc.room.record(launch.session_id)
    came = {one: rc.attend(ids.get(one, one)) for one in attend}
    await world.move(timedelta(minutes=10))
    for one in leave_early:
        rc.room.leave(came[one])
    await world.move(timedelta(minutes=35))
    rc.finish(launch.session_id)
    await world.bot.services.mirror.sweep()
    await world.settled()
