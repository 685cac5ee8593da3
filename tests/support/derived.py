"""Everything that is derived from one webinar, set up in a story, and checked against the mirror."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import aiohttp

from bot.app import Greenroom
from bot.commands.lengths import length_text
from bot.model.webinar import Webinar
from bot.notices.model import PENDING
from bot.notices.outbox import notice_table
from bot.services import Services
from bot.slack.client import Identity
from bot.startup.services import build_services
from sandbox.slack import Message
from tests.support.seats import SeatsHarness, seats_harness, without_waits
from tests.support.team import TeamHarness
from tests.support.world import World

DAY = timedelta(days=1)


@dataclass
class Derived:
    """A webinar with its cards, reminders, seat, team, suggestion, digest and own page."""

    world: World
    launch: SeatsHarness
    team: TeamHarness
    http: aiohttp.ClientSession

    async def webinar(self) -> Webinar:
        """The webinar in the mirror."""
        return await self.world.bot.services.mirror.find(self.launch.session_id)

    def edit(self, **changes: Any) -> None:
        """Change the webinar in RingCentral's own app, in one edit."""
        [one] = [one for one in self.world.ringcentral.webinars() if one["session_id"] == self.launch.session_id]
        self.world.ringcentral.edit(one["webinar_id"], **changes)

    async def notice(self) -> None:
        """Let the poller and the periodic work run, and deliver what is due."""
        await self.world.bot.services.mirror.sweep()
        await self.update()

    async def update(self) -> None:
        """Let the periodic work run, and deliver what is due."""
        for _ in range(2):
            await self.world.bot.services.resume()
            await self.world.settled()
            await self.world.move(timedelta(seconds=61))

    def public(self, channel: str = "#launch") -> list[Message]:
        """The messages that everybody in a channel sees."""
        return [one for one in self.world.slack.messages(channel) if one.bot and one.ephemeral_to is None]

    def changes(self, channel: str = "#launch") -> list[str]:
        """The first lines of the announcements of changes in a channel."""
        words = ("was moved", "is now called", "is longer", "is shorter", "made longer", "made shorter", "moved to")
        lines = [line for one in self.public(channel) for line in one.words.splitlines()]
        return [line for line in lines if any(word in line for word in words)]

    def scheduled(self, channel: str = "C0LAUNCH") -> list[str]:
        """The texts that Slack is to post in a channel."""
        held = self.world.slack.world.scheduled.values()
        return [one.text for one in held if one.channel == channel and one.state == "pending"]

    async def pending_starts(self) -> set[datetime]:
        """The starts that the pending reminders are about."""
        webinar = await self.webinar()
        async with self.world.bot.services.store.read() as db:
            rows = await notice_table.of_session(db, webinar.account, webinar.session_id)
        return {row.notice.start for row in rows if row.state in PENDING}

    async def check(self) -> None:
        """Everything shows the webinar as the mirror has it."""
        webinar = await self.webinar()
        for shown in (self.card(), self.suggestion(), *self.invitations()):
            self.check_facts(shown.words, webinar)
        for described in (self.card(), self.suggestion()):
            assert webinar.description in described.words, described.words
        digest = next(line for line in self.digest().words.splitlines() if "registered" in line)
        self.check_facts(digest, webinar)
        assert "Launch day" not in self.pointer().words
        for user in ("dev", "finn"):
            self.check_calendar(user, webinar)
        for text in self.scheduled():
            self.check_facts(text, webinar)
        assert await self.pending_starts() <= {webinar.start.astimezone(UTC)}
        page = await self.page()
        assert webinar.title in page, page
        assert f'datetime="{webinar.start.astimezone(UTC):%Y-%m-%dT%H:%MZ}"' in page, page
        local = webinar.start.astimezone(ZoneInfo(webinar.time_zone))
        assert f"{local:%A, %B %-d, %Y, %-I:%M %p} ({webinar.time_zone.replace('_', ' ')})" in page, page
        assert length_text(webinar.length) in page, page

    def check_facts(self, text: str, webinar: Webinar) -> None:
        """The text has the title, the start and the length."""
        for shown in (webinar.title, f"<!date^{int(webinar.start.timestamp())}^", length_text(webinar.length)):
            assert shown in text, text

    def check_calendar(self, user: str, webinar: Webinar) -> None:
        """The last file of a user is that of the webinar, with a number of its own."""
        files = [event for _, event in self.launch.calendar_files(user)]
        numbers = [int(str(event["SEQUENCE"])) for event in files]
        assert numbers == sorted(set(numbers))
        last = files[-1]
        assert str(last["SUMMARY"]) == webinar.title
        assert webinar.description in str(last["DESCRIPTION"])
        assert last.decoded("DTSTART") == webinar.start.astimezone(UTC).replace(microsecond=0)
        assert last.decoded("DTEND") == webinar.end.replace(microsecond=0)

    def card(self) -> Message:
        """The current card."""
        return next(one for one in reversed(self.public()) if "Refresh" in one.buttons)

    def pointer(self) -> Message:
        """The message that replaced the first card."""
        return self.public()[0]

    def digest(self) -> Message:
        """The posted digest."""
        return next(one for one in self.public() if "oming up in the next" in one.words)

    def suggestion(self) -> Message:
        """The message that suggests a seat to Emi."""
        return self.launch.dms("emi")[0]

    def invitations(self) -> list[Message]:
        """The messages of Dev's seat and of Finn's place on the team."""
        seat = next(one for one in self.launch.dms("dev") if "Cancel My Seat" in one.buttons)
        return [seat, next(one for one in self.launch.dms("finn") if "You are *a" in one.words)]

    async def page(self) -> str:
        """The own registration page, as a visitor gets it."""
        url = self.world.bot.services.own_pages.urls.register_url(await self.webinar())
        async with self.http.get(url.replace(self.world.public_url, self.world.bot.url)) as response:
            return await response.text()


async def derived(world: World, http: aiohttp.ClientSession) -> Derived:
    """A webinar in three days by Chloé: announced twice in #launch, with everything that can be derived from it."""
    world.slack.limits.messages_per_second = None
    launch = await seats_harness(world)
    team = TeamHarness(world, launch.session_id)
    await launch.take_seat("dev")
    await world.slack.close("dev", world.slack.view("dev"), clear=True)
    await team.save({"panelists": ["finn"]})
    await world.slack.close("chloe", world.slack.view("chloe"), clear=True)
    await world.command("chloe", "#launch", "register launch <@U0EMI>")
    await world.slack.submit("chloe", world.slack.view("chloe"), {})
    await world.settled()
    await world.slack.close("chloe", world.slack.view("chloe"), clear=True)
    await world.command("chloe", "#launch", "share launch")
    await world.click("chloe", world.last("#launch", "chloe"), "Repost")
    await _set_up_digest(world)
    made = Derived(world, launch, team, http)
    await world.move(DAY)
    await world.bot.services.plan_digests()
    await world.move(timedelta(minutes=1))
    made.digest()  # raises without one
    return made


def second_replica(world: World) -> Services:
    """The services of another process on the same database."""
    services = world.bot.services
    identity = Identity(services.account.workspace, "B0", "U0")
    return build_services(world.settings, identity, services.store, services.slack, world.bot.provider, services.clock)


async def _set_up_digest(world: World) -> None:
    """A weekly digest in #launch, in less than a day."""
    soon = world.clock.now() + timedelta(hours=20)
    await world.command("ana", "#launch", "subscriptions")
    await world.click("ana", world.last("#launch", "ana"), "Change")
    await world.click("ana", world.slack.view("ana"), "follow.fields", block_id="digest", value="weekly")
    times = {"digest": "weekly", "digest_day": str(soon.weekday()), "digest_at": f"{soon:%H:%M}", "zone": "UTC"}
    outcome = await world.slack.submit("ana", world.slack.view("ana"), {"features": [], **times})
    assert outcome.errors == {}
    await world.settled()
    await world.slack.close("ana", world.slack.view("ana"), clear=True)


def without_periodic_work(world: World) -> None:
    """No waits for RingCentral's budget; periodic work runs when a story says so."""
    without_waits(world)
    on_build = world.on_build

    def build(bot: Greenroom) -> None:
        on_build(bot)
        for job in ("resume", "count"):
            bot.services.scheduler.pause(job)

    world.on_build = build
