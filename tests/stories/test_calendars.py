"""One calendar entry per person and webinar, for seats and for the team: always current, with increasing numbers."""

from __future__ import annotations

import asyncio
import random
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import aiohttp
import pytest
import pytest_asyncio
from icalendar.cal import Component
from sqlalchemy import update

from bot.app import Greenroom
from bot.db.people_schema import calendar_entries, invitees, seats
from bot.model.team import NewRole, Role, TeamChange
from bot.registration.seats import digest as seat_digest
from bot.services import Services
from bot.slack.client import Identity
from bot.startup.services import build_services
from bot.team import member_messages
from bot.team.diff import TeamDiff
from bot.webinars.texts import calendar as calendar_texts
from sandbox.slack import Message
from tests.support.registration import PERSON
from tests.support.seat_samples import DEV
from tests.support.seats import SeatsHarness, seats_harness, without_waits
from tests.support.team import TeamHarness
from tests.support.world import World, running_world

if TYPE_CHECKING:
    from tests.support.databases import Postgres

pytest_plugins = ["tests.support.databases"]

SEEDS = range(4)
NOTICE = re.compile("now called|was moved|planned for|starts in")
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def prepared(world: World) -> None:
    """No waits for RingCentral's budget; periodic work runs when a story says so."""
    without_waits(world)
    on_build = world.on_build

    def build(bot: Greenroom) -> None:
        on_build(bot)
        bot.services.scheduler.pause("resume")
        bot.services.team.leases.retry = bot.services.seats.leases.retry = timedelta()

    world.on_build = build


@pytest_asyncio.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """A world without waits."""
    async with running_world(tmp_path, prepare=prepared) as started:
        yield started


@dataclass
class Calendars:
    """A webinar with seats and a team, and the calendar files of each person."""

    world: World
    launch: SeatsHarness
    team: TeamHarness

    def messages(self, user: str = "dev") -> list[Message]:
        """The direct messages to a user except for notices, which come at times of their own."""
        return [one for one in self.launch.dms(user) if not NOTICE.search(one.words)]

    def files(self, user: str = "dev") -> list[tuple[str, Component]]:
        """The calendar files sent to a user: the method and the event of each."""
        return self.launch.calendar_files(user)

    def numbers(self, user: str = "dev") -> list[int]:
        """The sequence of each of them; checked to be one entry whose number only increases."""
        files = self.files(user)
        assert len({str(event["UID"]) for _, event in files}) == 1
        found = [int(str(event["SEQUENCE"])) for _, event in files]
        assert found == sorted(set(found)), found
        return found

    def last(self, user: str = "dev") -> tuple[str, str]:
        """The method and the link of the last file."""
        method, event = self.files(user)[-1]
        return method, str(event.get("URL", ""))

    def invitation(self, user: str = "dev") -> Message:
        """The first message to a member of the team."""
        return next(one for one in self.launch.dms(user) if "on the team" in one.words or "You are *a" in one.words)

    async def take_seat(self, user: str = "dev") -> str:
        """Take a seat from the card; return its link."""
        view = await self.launch.take_seat(user)
        await self.world.slack.close(user, view, clear=True)
        return self.launch.link_of(view)

    async def give_up_seat(self, user: str = "dev") -> None:
        """Press the button of the seat's message."""
        message = next(one for one in reversed(self.launch.dms(user)) if "Cancel My Seat" in one.buttons)
        await self.world.click(user, message, "Cancel My Seat")

    async def set_team(self, **fields: Any) -> None:
        """Save the form of the team, and confirm removals."""
        view = await self.team.save(fields)
        if view.title.startswith("Remove"):
            await self.world.slack.submit("chloe", view)
            await self.world.settled()
        assert self.world.slack.view("chloe").title == "Team saved"
        await self.world.slack.close("chloe", self.world.slack.view("chloe"), clear=True)

    def link(self, user: str = "dev") -> str:
        """The link of a member of the team."""
        return self.team.link_of(f"{user}@acme.example")

    async def edit(self, **changes: Any) -> None:
        """Change the webinar in RingCentral's own app; the bot notices it, and updates everybody."""
        await self.change(**changes)
        await self.resume()

    async def change(self, **changes: Any) -> None:
        """Change the webinar in RingCentral's own app; the bot notices it."""
        key = self.launch.session_id
        if changes.keys() & {"title", "description"}:
            key = (await self.world.bot.services.mirror.find(key)).webinar_id
        self.world.ringcentral.edit(key, **changes)
        await self.world.bot.services.mirror.sweep()

    async def cancel_webinar(self) -> None:
        """Cancel the webinar as its creator."""
        await self.world.command("chloe", "#launch", "cancel launch")
        await self.world.slack.submit("chloe", self.world.slack.view("chloe"))
        await self.world.settled()
        await self.resume()

    async def resume(self) -> None:
        """Run the periodic work twice: the second run finds nothing to do."""
        for _ in range(2):
            await self.world.bot.services.seats.resume()
            await self.world.bot.services.team.resume()


async def calendars(world: World) -> Calendars:
    """A webinar by Chloé with its card in #launch."""
    world.slack.limits.messages_per_second = None
    launch = await seats_harness(world)
    return Calendars(world, launch, TeamHarness(world, launch.session_id))


async def test_registering_again_continues_the_numbers(world: World) -> None:
    """Register, cancel, register, cancel, register: one entry, and every file has a higher number."""
    both = await calendars(world)
    for _ in range(2):
        await both.take_seat()
        await both.give_up_seat()
    link = await both.take_seat()

    assert both.numbers() == [0, 1, 2, 3, 4]
    assert [method for method, _ in both.files()] == ["PUBLISH", "CANCEL", "PUBLISH", "CANCEL", "PUBLISH"]
    assert both.last() == ("PUBLISH", link)


async def test_numbers_survive_a_registration_removed_by_others(world: World) -> None:
    """By an organizer, and at RingCentral; also after a change of the name."""
    both = await calendars(world)
    await both.take_seat()
    await world.command("chloe", "#launch", "registrants launch")
    await world.click("chloe", world.last("#launch", "chloe"), "Remove")
    assert both.last()[0] == "CANCEL"
    view = await both.launch.take_seat()
    await both.launch.press("dev", "Not Me / Change", view)
    await both.launch.send("dev", first_name="Devendra")
    await world.slack.close("dev", world.slack.view("dev"), clear=True)

    assert both.numbers() == [0, 1, 2, 3]
    assert both.last() == ("PUBLISH", both.launch.registrants[0]["joinUri"])


@pytest.mark.parametrize("change", ["moved", "renamed", "longer", "described", "panel comes earlier"])
async def test_the_team_gets_every_change_of_the_webinar(world: World, change: str) -> None:
    """Once: the invitation is rewritten in place, and a new file replaces the entry."""
    both = await calendars(world)
    await both.set_team(cohosts=["dev"], panelists=["finn"])
    webinar = await world.bot.services.mirror.find(both.launch.session_id)
    start = webinar.start + DAY
    changes: dict[str, dict[str, Any]] = {
        "moved": {"scheduledStartTime": f"{start:%Y-%m-%dT%H:%M:%SZ}"},
        "renamed": {"title": "Launch week"},
        "longer": {"scheduledDuration": 7200},
        "described": {"description": "New words"},
        "panel comes earlier": {"panelJoinTimeOffset": 900},
    }
    await both.edit(**changes[change])

    current = await world.bot.services.mirror.find(both.launch.session_id)
    for user in ("dev", "finn"):
        assert both.numbers(user) == [0, 1]
        method, event = both.files(user)[-1]
        assert (method, str(event["URL"])) == ("PUBLISH", both.link(user))
        assert event.decoded("DTSTART") == (current.start - current.panel_offset).replace(microsecond=0)
        assert event.decoded("DTEND") == current.end.replace(microsecond=0)
        assert str(event["SUMMARY"]) == current.title
        assert current.description in str(event["DESCRIPTION"])
        words = both.invitation(user).words
        assert str(int(current.start.timestamp())) in words
        assert f"*{current.title}*" in words
        assert ("Be there 15 minutes early" in words) is (change == "panel comes earlier")
        assert both.link(user) in str(both.invitation(user).blocks)
        assert calendar_texts.UPDATED in both.messages(user)[-1].words


async def test_an_unimportant_change_sends_nothing(world: World) -> None:
    """Another language, or a read of the team: no message, no file."""
    both = await calendars(world)
    await both.set_team(panelists=["dev"])
    await both.edit(localeCode="de-DE")
    await both.team.reply_to("chloe", "team launch")
    await world.click("chloe", world.last("#launch", "chloe"), "Refresh")
    await both.resume()

    assert both.numbers() == [0]
    assert len(both.messages()) == 2


async def test_what_an_earlier_version_sent_is_not_sent_again(world: World) -> None:
    """Its digests had no description: an update of Greenroom alone sends nothing; the next change does."""
    both = await calendars(world)
    await both.take_seat("emi")
    await both.set_team(panelists=["dev"])
    webinar = await world.bot.services.mirror.find(both.launch.session_id)
    async with world.bot.services.store.write() as db:
        await db.execute(update(invitees).values(shown_digest=member_messages.earlier_digest(webinar)))
        await db.execute(update(seats).values(told_what=seat_digest.earlier_digest(webinar)))
    await both.resume()
    assert (both.numbers("dev"), both.numbers("emi")) == ([0], [0])
    await both.edit(title="Launch week")

    assert (both.numbers("dev"), both.numbers("emi")) == ([0, 1], [0, 1])


async def test_another_time_zone_edits_the_messages_only(world: World) -> None:
    """The moment and the calendar entry are the same: no file."""
    both = await calendars(world)
    await both.take_seat("emi")
    await both.set_team(panelists=["dev"])
    await both.edit(timeZone="Asia/Tokyo")

    assert (both.numbers("dev"), both.numbers("emi")) == ([0], [0])
    assert "JST" in both.invitation("dev").words
    assert "JST" in both.messages("emi")[0].words


async def test_a_canceled_webinar_leaves_every_calendar(world: World) -> None:
    """Of the team, of seats, and of those who are both: one file each, and no link in any message."""
    both = await calendars(world)
    await both.take_seat("emi")
    await both.take_seat("dev")
    await both.set_team(panelists=["dev", "finn"])
    await both.cancel_webinar()

    for user in ("emi", "dev", "finn"):
        both.numbers(user)
        assert [method for method, _ in both.files(user)].count("CANCEL") == 1
        assert both.last(user) == ("CANCEL", "")
        [file] = [one for one in both.messages(user) if calendar_texts.REMOVAL in one.words]
        assert file.files[0].name == "Launch day.ics"
        live = [one for one in both.messages(user) if not one.files]
        assert "/w/" not in str([one.blocks for one in live])
    assert "is canceled and will not take place." in both.messages("finn")[0].words


async def test_a_removed_member_loses_the_entry(world: World) -> None:
    """The link leaves their invitation, and the file removes the entry; invited again, they get a higher number."""
    both = await calendars(world)
    await both.set_team(panelists=["dev", "finn"])
    await both.set_team(panelists=["finn"])

    assert both.last() == ("CANCEL", "")
    invitation, _, notice, removal = both.messages()
    assert "You are no longer on the team of *Launch day*" in invitation.words
    assert invitation.buttons == []
    assert "You are no longer on the team" in notice.words
    assert "Open this file to remove the webinar from your calendar" in removal.words
    await both.set_team(panelists=["finn", "dev"])
    assert both.numbers() == [0, 1, 2]
    assert both.last() == ("PUBLISH", both.link())
    assert both.numbers("finn") == [0]


async def test_a_new_role_is_a_new_file_and_a_rewritten_invitation(world: World) -> None:
    """In both directions; the notice beside it has no link that could become outdated."""
    both = await calendars(world)
    await both.set_team(panelists=["dev"])
    for role, fields in (
        ("a co-host", {"cohosts": ["dev"], "panelists": []}),
        ("a panelist", {"cohosts": [], "panelists": ["dev"]}),
    ):
        await both.set_team(**fields)
        assert f"You are *{role}* of *Launch day*." in both.messages()[0].words
        assert both.link() in str(both.messages()[0].blocks)
        assert f"You are now *{role}* of *Launch day*." in both.messages()[-2].words
        assert both.link() not in str(both.messages()[-2].blocks)
    assert both.numbers() == [0, 1, 2]
    assert both.last() == ("PUBLISH", both.link())


@pytest.mark.parametrize("how", ["by the button", "by an organizer", "at RingCentral"])
async def test_a_seat_given_up_leaves_the_entry_of_the_team(world: World, how: str) -> None:
    """Seat, then panelist, then no seat: no file removes the entry, which stays that of the team."""
    both = await calendars(world)
    await both.take_seat()
    await both.set_team(panelists=["dev"])
    assert both.last() == ("PUBLISH", both.link())
    count = len(both.files())
    if how == "by the button":
        await both.give_up_seat()
    elif how == "by an organizer":
        await world.command("chloe", "#launch", "registrants launch")
        await world.click("chloe", world.last("#launch", "chloe"), "Remove")
    else:
        async with aiohttp.ClientSession() as http:
            await http.post(both.launch.registrants[0]["cancellationUri"])
        await both.give_up_seat()  # only now is it noticed
    await both.resume()

    assert both.launch.registrants == []
    assert len(both.files()) == count
    assert both.last() == ("PUBLISH", both.link())
    await both.edit(title="Launch week")
    assert both.last() == ("PUBLISH", both.link())
    both.numbers()


async def test_the_entry_of_the_team_comes_before_that_of_the_seat(world: World) -> None:
    """A member of the team who takes a seat keeps the team's entry, also when the webinar moves."""
    both = await calendars(world)
    await both.set_team(panelists=["dev"])
    webinar = await world.bot.services.mirror.find(both.launch.session_id)
    services = world.bot.services
    dev = await services.users.get(services.account.workspace, "U0DEV")
    seat = await services.seats.take(webinar, dev, DEV, "slack", PERSON)
    await services.seats.notifier.notify_taken(seat)
    assert len(both.files()) == 1
    start = webinar.start + HOUR
    await both.edit(scheduledStartTime=f"{start:%Y-%m-%dT%H:%M:%SZ}")

    assert both.last() == ("PUBLISH", both.link())
    assert len(both.files()) == 2
    seat_message = next(one for one in both.messages() if "Cancel My Seat" in one.buttons)
    assert str(int(start.timestamp())) in seat_message.words


async def test_a_former_member_with_a_seat_gets_the_entry_of_the_seat(world: World) -> None:
    """Nothing removes the entry: the seat's link replaces the team's, and leaves when the seat is given up."""
    both = await calendars(world)
    seat_link = await both.take_seat()
    await both.set_team(panelists=["dev", "finn"])
    await both.set_team(panelists=["finn"])
    await both.resume()

    assert "CANCEL" not in [method for method, _ in both.files()]
    assert both.last() == ("PUBLISH", seat_link)
    await both.give_up_seat()
    assert both.last() == ("CANCEL", "")
    both.numbers()


async def test_a_seat_lost_by_a_new_name_leaves_the_calendar(world: World) -> None:
    """RingCentral refuses the second of the two calls: the message and the entry go with the seat."""
    both = await calendars(world)
    await both.take_seat()
    await both.launch.press("dev", "Not Me / Change", both.messages()[0])
    world.ringcentral.fail("POST", r"/registrants(/|$)", status=403)
    await both.launch.send("dev", first_name="Devendra")

    assert "so you have no seat now." in world.slack.view("dev").words
    assert "so you have no seat now." in both.messages()[0].words
    assert both.launch.link_of(both.messages()[0]) == ""
    assert both.last() == ("CANCEL", "")
    await world.slack.close("dev", world.slack.view("dev"), clear=True)
    await both.take_seat()
    assert both.numbers() == [0, 1, 2]


async def test_a_link_sent_again_is_the_message_that_is_kept_current(world: World) -> None:
    """The earlier one refers to it."""
    both = await calendars(world)
    await both.set_team(panelists=["dev"])
    await both.team.reply_to("chloe", "team launch")
    await world.click("chloe", world.last("#launch", "chloe"), "Send Link Again")
    first, _, again, _ = both.messages()
    assert "is in a newer message below." in first.words
    assert first.buttons == []
    await both.edit(title="Launch week")

    assert "*Launch week*" in again.words
    assert both.numbers() == [0, 1, 2]


async def test_a_deleted_invitation_is_posted_anew(world: World) -> None:
    """With the current details; later changes rewrite the new one."""
    both = await calendars(world)
    await both.set_team(panelists=["dev"])
    await both.change(title="Launch week")
    world.slack.fail("chat.update", error="message_not_found")
    await both.resume()
    assert "You are *a panelist* of *Launch week*." in both.messages()[2].words
    await both.edit(title="Launch year")

    assert "You are *a panelist* of *Launch year*." in both.messages()[2].words
    assert both.numbers() == [0, 1, 2]


@pytest.mark.parametrize("method", ["chat.update", "files.getUploadURLExternal"])
@pytest.mark.parametrize("role", ["seat", "team"])
async def test_a_busy_slack_delays_the_update(world: World, method: str, role: str) -> None:
    """It follows when Slack accepts it, once."""
    both = await calendars(world)
    await (both.set_team(panelists=["dev"]) if role == "team" else both.take_seat())
    await both.change(title="Launch week")
    world.slack.fail(method, retry_after=30)
    await both.resume()
    assert len(both.files()) == 1
    await _end_leases(world)
    await both.resume()

    assert "*Launch week*" in both.messages()[0].words
    assert len(both.files()) == 2
    assert len(both.messages()) == 3
    both.numbers()


@pytest.mark.parametrize("stage", ["chat.update", "files.getUploadURLExternal", "files.completeUploadExternal"])
async def test_a_crash_while_the_team_is_updated(world: World, stage: str) -> None:
    """After the restart the invitation and the calendar are current; at the worst, one file is repeated."""
    both = await calendars(world)
    await both.set_team(panelists=["dev"])
    await both.change(title="Launch week")
    world.slack.fail(stage, effect=stage.startswith("files.complete"), hang=60)
    updating = asyncio.create_task(world.bot.services.team.resume())
    await world.until(lambda: not world.slack.pending_faults)
    await world.crash_bot()
    updating.cancel()
    world.slack.calm()
    await world.start_bot()
    await both.resume()

    assert "*Launch week*" in both.messages()[0].words
    assert str(both.files()[-1][1]["SUMMARY"]) == "Launch week"
    assert len(both.files()) == (3 if stage.startswith("files.complete") else 2)
    both.numbers()


async def test_a_crash_while_the_entry_of_the_seat_returns(world: World) -> None:
    """A former member of the team: after the restart they still get the entry of their seat."""
    both = await calendars(world)
    seat_link = await both.take_seat()
    await both.set_team(panelists=["dev", "finn"])
    await both.set_team(panelists=["finn"])
    world.slack.fail("files.getUploadURLExternal", hang=60)
    updating = asyncio.create_task(world.bot.services.seats.resume())
    await world.until(lambda: not world.slack.pending_faults)
    await world.crash_bot()
    updating.cancel()
    world.slack.calm()
    assert both.last() != ("PUBLISH", seat_link)
    await world.start_bot()
    await both.resume()

    assert both.last() == ("PUBLISH", seat_link)
    both.numbers()


async def test_members_notified_by_an_earlier_version_get_only_changes(world: World) -> None:
    """Nothing is known of their message: it is not repeated after the update, and replaced when something changes."""
    both = await calendars(world)
    await both.set_team(panelists=["dev"])
    async with world.bot.services.store.write() as db:
        await db.execute(update(invitees).values(shown_digest="", dm_ts=""))
        await db.execute(update(calendar_entries).values(sequence=1000))
    await both.resume()
    assert len(both.messages()) == 2
    await both.edit(title="Launch week")

    assert "You are *a panelist* of *Launch week*." in both.messages()[2].words
    assert both.numbers() == [0, 1001]


async def test_a_removal_at_ringcentral_leaves_the_calendar(world: World) -> None:
    """Noticed when the team is read; a member with a seat keeps the seat's entry."""
    both = await calendars(world)
    seat_link = await both.take_seat("emi")
    await both.set_team(panelists=["dev", "emi"])
    webinar = await world.bot.services.mirror.find(both.launch.session_id)
    listed = world.ringcentral.invitees(both.launch.session_id)
    gone = tuple(str(one["id"]) for one in listed if one["role"] == "Panelist")
    await world.bot.provider.change_team(webinar.webinar_id, webinar.session_id, TeamChange(deleted=gone), PERSON)
    await both.team.reply_to("chloe", "team launch")
    await world.click("chloe", world.last("#launch", "chloe"), "Refresh")
    await both.resume()
    await both.resume()

    assert both.last("dev") == ("CANCEL", "")
    assert both.last("emi") == ("PUBLISH", seat_link)
    assert [one.words for one in both.messages("emi") if "you keep your seat" in one.words]
    both.numbers("dev")
    both.numbers("emi")


@pytest.mark.parametrize("backend", ["sqlite", "postgresql"])
async def test_two_replicas_update_everybody_once(tmp_path: Path, backend: str, request: pytest.FixtureRequest) -> None:
    """Both notice the change at the same time: one file and one edit each, with different numbers."""
    url = ""
    if backend == "postgresql":
        postgres: Postgres = request.getfixturevalue("postgres")
        url = await postgres.migrated()
    async with running_world(tmp_path, prepare=prepared, database_url=url) as world:
        both = await calendars(world)
        await both.take_seat("emi")
        await both.set_team(cohosts=["dev"], panelists=["finn"])
        other = await _replica(world)
        await both.change(title="Launch week")
        await asyncio.gather(*(one.resume() for one in (world.bot.services, other) for _ in range(3)))

        for user in ("emi", "dev", "finn"):
            assert both.numbers(user) == [0, 1]
            assert str(both.files(user)[-1][1]["SUMMARY"]) == "Launch week"


@dataclass
class RandomWalk:
    """Random events about one person, and what they are in the end."""

    both: Calendars
    rng: random.Random
    on_team: str = ""
    """The field of the form that has their role."""
    steps: list[str] = field(default_factory=list)

    async def step(self) -> None:
        """The next event."""
        events = {
            "seat": self.seat,
            "team": self.team,
            "title": self.title,
            "start": self.start,
            "resume": self.both.resume,
            "busy": self.busy,
            "restart": self.restart,
        }
        name = self.rng.choice(["seat", "seat", "team", "team", *events])
        self.steps.append(name)
        await events[name]()

    async def seat(self) -> None:
        """Take a seat, or give it up. The button shows a member of the team their link instead."""
        await self.both.resume()  # or an earlier answer may still be worked on
        if [one for one in self.both.messages() if "Cancel My Seat" in one.buttons]:
            await self.both.give_up_seat()
        elif not self.on_team:
            await self.both.take_seat()

    async def team(self) -> None:
        """Another role, or none."""
        self.on_team = self.rng.choice([role for role in ("", "cohosts", "panelists") if role != self.on_team])
        roles = {"cohosts": [], "panelists": [], **({self.on_team: ["dev"]} if self.on_team else {})}
        await self.both.set_team(**roles, outside="Zoe Klein <zoe@partner.example>")

    async def title(self) -> None:
        """Another title."""
        await self.both.change(title=f"Launch {len(self.steps)}")

    async def start(self) -> None:
        """An hour later."""
        webinar = await self.both.world.bot.services.mirror.find(self.both.launch.session_id)
        await self.both.change(scheduledStartTime=f"{webinar.start + HOUR:%Y-%m-%dT%H:%M:%SZ}")

    async def busy(self) -> None:
        """Slack refuses the next edit or file."""
        self.both.world.slack.fail(self.rng.choice(["chat.update", "files.getUploadURLExternal"]), retry_after=1)

    async def restart(self) -> None:
        """Stop the bot and start it, which releases every lease."""
        await self.both.world.stop_bot()
        await self.both.world.start_bot()


@pytest.mark.parametrize("seed", SEEDS)
async def test_any_order_of_events_ends_with_the_right_entry(world: World, seed: int) -> None:
    """Seats, roles, removals, moves, a busy Slack, restarts: the calendar has what the person is in the end."""
    both = await calendars(world)
    walk = RandomWalk(both, random.Random(seed))  # noqa: S311 - not a secret
    await both.take_seat()
    for _ in range(14):
        await walk.step()
    await walk.restart()
    for _ in range(4):  # Slack may still refuse as many calls
        await both.resume()
    await walk.restart()
    await both.resume()

    both.numbers()
    links = [one["joinUri"] for one in both.launch.registrants]
    link = both.link() if walk.on_team else links[0] if links else ""
    assert both.last() == ("PUBLISH" if link else "CANCEL", link), walk.steps
    webinar = await world.bot.services.mirror.find(both.launch.session_id)
    _, event = both.files()[-1]
    if link:
        assert str(event["SUMMARY"]) == webinar.title, walk.steps
        assert event.decoded("DTSTART") == webinar.start.replace(microsecond=0), walk.steps


@pytest.mark.parametrize("change", ["removed", "another role"])
async def test_two_replicas_make_the_same_change(world: World, change: str) -> None:
    """Two organizers confirm it at the same time: the member is notified once, and has one more file."""
    both = await calendars(world)
    await both.set_team(panelists=["dev", "finn"])
    webinar = await world.bot.services.mirror.find(both.launch.session_id)
    team = await world.bot.services.team.cached(webinar)
    assert team
    [dev] = [one.invitee.invitee_id for one in team.members if one.user_id == "U0DEV"]
    new_role = NewRole(invitee_id=dev, role=Role.COHOST, is_mailed=False)
    diff = TeamDiff(deleted=(dev,)) if change == "removed" else TeamDiff(updated=(new_role,))

    async def carry_out(services: Services) -> None:
        operation = await services.team.begin(webinar, diff, "U0CHLOE")
        await services.team.finish(operation, await services.team.carry_out(operation, PERSON))

    await asyncio.gather(*(carry_out(one) for one in (world.bot.services, await _replica(world))))
    await both.resume()

    assert len(both.messages()) == 4  # the invitation and its file, the notice and its file
    assert both.numbers() == [0, 1]
    assert both.last()[0] == ("CANCEL" if change == "removed" else "PUBLISH")


async def _replica(world: World) -> Services:
    """The services of another process on the same database."""
    services = world.bot.services
    identity = Identity(services.account.workspace, "B0", "U0")
    return build_services(world.settings, identity, services.store, services.slack, world.bot.provider, services.clock)


async def _end_leases(world: World) -> None:
    """Let every lease on a person expire."""
    async with world.bot.services.store.write() as db:
        for table in (invitees, seats):
            await db.execute(update(table).values(claimed_until=None))
