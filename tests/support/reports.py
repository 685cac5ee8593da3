"""A webinar at the stand-in that takes place, and the service that reports it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from bot.model.webinar import Webinar
from bot.reports.service import ReportService
from bot.webinars import table as webinar_table
from tests.support.known_people import KnownPerson, register_known, take_place
from tests.support.registration import without_waits
from tests.support.world import World

if TYPE_CHECKING:
    from datetime import datetime

HISTORY = "/webinar/history/"


def prepare(world: World) -> None:
    """Remove rate limits and pauses between retries; look often whether somebody waits."""
    without_waits(world)

    def hurry(bot: Any) -> None:
        reports: ReportService = bot.services.reports
        reports.look_again = reports.reader.look_again = 0.02
        for leases in (reports.leases, reports.waiters):
            leases.lease, leases.retry = timedelta(seconds=1), timedelta()

    world.on_build = hurry


class PastWebinar:
    """A webinar created in RingCentral, which the bot mirrors."""

    def __init__(self, world: World, session_id: str) -> None:
        """Use `past_webinar`."""
        self.world = world
        self.session_id = session_id

    @property
    def service(self) -> ReportService:
        """The reports of the running bot."""
        return self.world.bot.services.reports

    async def created_by(self, user_id: str) -> None:
        """Let this user be the one who created it."""
        webinar = await self.webinar()
        async with self.world.bot.services.store.write() as db:
            await webinar_table.save(db, webinar.model_copy(update={"created_by": user_id}))

    async def webinar(self) -> Webinar:
        """The bot's copy, as current as RingCentral."""
        await self.world.bot.services.mirror.sweep()
        return await self.world.bot.services.mirror.find(self.session_id)

    def take_calls(self) -> list[str]:
        """The calls that a report needs since the last time, by the last part of their path."""
        calls = [call for call in self.world.vendor_calls() if HISTORY in call or call.endswith("/registrants")]
        self.world.ringcentral.calls.clear()
        return [call.rpartition("/")[2] for call in calls]

    def take_place(self, people: list[KnownPerson]) -> datetime:
        """Register these people and let the webinar take place; return when it went live."""
        register_known(self.world.ringcentral, self.session_id, people)
        return take_place(self.world.ringcentral, self.session_id, people)


async def past_webinar(world: World, *, start: timedelta = timedelta(hours=1), **changes: Any) -> PastWebinar:
    """A webinar in RingCentral with registration, unless the changes say otherwise; it has not taken place."""
    settings = changes.pop("settings", {"registrationEnabled": True})
    begins = world.clock.now() + start
    webinar_id = world.ringcentral.create("Launch day", begins, settings=settings, **changes)
    [session_id] = [one["session_id"] for one in world.ringcentral.webinars() if one["webinar_id"] == webinar_id]
    past = PastWebinar(world, str(session_id))
    await past.webinar()
    world.clock.move(start)
    world.ringcentral.calls.clear()
    return past
