"""Who sees the recording, and that each place gets its link once, whatever happens at Slack or to the bot."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from bot.model.webinar import Status
from bot.providers.ringcentral.recordings_api import NO_DOWNLOAD
from bot.reports.messages import table as message_table
from bot.reports.messages.service import MOST_A_RUN, UNCERTAIN
from bot.reports.messages.table import MessageTopic, ReportMessage
from bot.reports.recordings.builder import build_recordings
from bot.services import Services
from bot.slack.client import Identity
from bot.startup.services import build_services
from handlers.recording.texts import NOT_SHARED_WITH_YOU
from tests.support.creation import HANG_S
from tests.support.recordings import COMPANY_LIST, DAY, MINUTE, RecordedHarness, recorded_harness, without_waits
from tests.support.seats import seats_harness
from tests.support.world import World, running_world

pytest_plugins = ["tests.support.databases"]


def quickly(world: World) -> None:
    """No rate limits, and what is unclear is looked at again at once."""
    without_waits(world)
    before = world.on_build

    def build(bot: Any) -> None:
        before(bot)
        bot.services.recordings.messages.leases.retry = timedelta()

    world.on_build = build


@pytest_asyncio.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """A world without rate limits and pauses."""
    async with running_world(tmp_path, prepare=quickly) as started:
        yield started


@pytest_asyncio.fixture
async def anywhere(database_url: str, tmp_path: Path) -> AsyncIterator[World]:
    """The same, on SQLite and on PostgreSQL."""
    async with running_world(tmp_path, database_url=database_url, prepare=quickly) as started:
        yield started


async def test_nothing_is_looked_for_before_the_end(world: World) -> None:
    """Not even for a command, which says so; a canceled webinar has no recording."""
    launch = RecordedHarness(world, await seats_harness(world))
    launch.vendor_calls()
    assert "has not ended yet" in (await launch.ask()).words
    await world.move(3 * DAY)
    world.ringcentral.begin(launch.session_id)
    world.ringcentral.room.record(launch.session_id)
    await launch.services.mirror.sweep()
    launch.vendor_calls()
    await launch.look(30 * MINUTE, every=MINUTE)
    assert "has not ended yet" in (await launch.ask("dev")).words
    assert (launch.vendor_calls(), launch.dms()) == ([], [])
    webinar = await launch.services.mirror.find(launch.session_id)
    await launch.services.mirror.set_status(webinar, Status.CANCELED)
    assert "is canceled, so there is no recording of it." in (await launch.ask()).words


async def test_seat_holders_see_it_once_shared_and_files_are_for_those_who_manage(world: World) -> None:
    """Shared with seats only: a colleague without one sees nothing. A refused download says who can."""
    launch = await recorded_harness(world, "dev", processed=False)
    assert "RingCentral is still processing the recording." in (await launch.ask()).words  # read for the command
    await launch.look(11 * MINUTE)
    for user in ("dev", "finn"):
        assert NOT_SHARED_WITH_YOU in (await launch.ask(user)).words
    await world.click("chloe", launch.dms()[0], "Share With Seats")

    assert not world.slack.view_stack("chloe")  # one place needs no review
    assert (await launch.ask("dev")).buttons == ["Watch Recording"]
    assert NOT_SHARED_WITH_YOU in (await launch.ask("finn")).words
    reply = await launch.ask()
    assert "It is shared with 1 person who has a seat, by <@U0CHLOE>." in reply.words
    await world.click("chloe", reply, "Download Video")
    file = world.last("#launch", "chloe")
    assert file.words.startswith("The video of *Launch day*, ")
    assert launch.seats.link_of(file, "Download Video").endswith("/video")
    world.ringcentral.fail("GET", "/download", status=403, code="CMN-109")
    await world.click("chloe", reply, "Download Audio")
    assert NO_DOWNLOAD in world.last("#launch", "chloe").words


async def test_what_slack_does_not_take_is_said_and_the_rest_arrives(world: World) -> None:
    """A refused direct message, a rate limit, and a post whose outcome is unknown, which is not repeated."""
    launch = await recorded_harness(world, "dev", "finn")
    world.slack.refuse_dms("finn")
    await world.click("chloe", launch.dms()[0], "Share With Both")
    world.slack.fail("chat.postMessage", effect=True, cut=True)  # of #launch, which comes first
    result = await launch.confirm()
    await launch.look(MINUTE)

    assert await launch.states() == {
        ("question", "U0CHLOE"): "posted",
        ("share", "C0LAUNCH"): "unclear",
        ("share", "U0DEV"): "posted",
        ("share", "U0FINN"): "refused",
    }
    assert len(launch.posts()) == 1  # Slack had posted it
    assert f"Not in <#C0LAUNCH>: {UNCERTAIN}" in result.words
    assert "Slack did not let Greenroom write to 1 person with a seat." in launch.dms()[0].words
    assert "with 1 person who has a seat, by <@U0CHLOE>." in launch.dms()[0].words


async def test_a_rate_limit_delays_the_messages(world: World) -> None:
    """Nothing is posted meanwhile, and each arrives once."""
    launch = await recorded_harness(world, "dev", "finn")
    await world.click("chloe", launch.dms()[0], "Share With Both")
    world.slack.fail("chat.postMessage", retry_after=30)
    result = await launch.confirm()
    assert "3 messages are on the way" in result.words
    messages = launch.services.recordings.messages
    await launch.look(MINUTE)
    assert (launch.posts(), len(launch.dms("dev"))) == ([], 0)
    messages._busy_until = 0.0  # half a minute later
    await messages.leases.release(*await _all(launch))
    await launch.look(MINUTE)
    assert [len(launch.posts()), len(launch.dms("dev")), len(launch.dms("finn"))] == [1, 1, 1]
    assert "is shared in <#C0LAUNCH> and with 2 people who have a seat, by" in launch.dms()[0].words


async def _all(launch: RecordedHarness) -> list[Any]:
    """The messages with the link."""
    webinar = await launch.services.mirror.find(launch.session_id)
    return await launch.services.recordings.shares(webinar)


@pytest.mark.parametrize("effect", [True, False], ids=["posted", "not posted"])
async def test_a_crash_while_the_link_is_posted_loses_and_repeats_nothing(world: World, effect: bool) -> None:
    """Where the history of the channel can be read, it is looked up."""
    world.slack.scopes = world.slack.scopes | {"channels:history"}
    launch = await recorded_harness(world)
    world.slack.fail("chat.postMessage", effect=effect, hang=HANG_S)
    await world.slack.click("chloe", launch.dms()[0], "Share in Channels")
    await world.until(lambda: not world.slack.pending_faults)
    await world.crash_bot()
    await world.start_bot()
    await launch.look(MINUTE)

    assert len(launch.posts()) == 1
    assert (await launch.states())["share", "C0LAUNCH"] == "posted"
    assert "is shared in <#C0LAUNCH>, by <@U0CHLOE>." in launch.dms()[0].words


def another_replica(world: World) -> Services:
    """The services of a second replica on the same database."""
    services = world.bot.services
    identity = Identity(services.account.workspace, "B0", "U0")
    return build_services(world.settings, identity, services.store, services.slack, world.bot.provider, services.clock)


async def test_two_replicas_look_ask_share_and_remind_once(anywhere: World) -> None:
    """One list call, one question, one message in each place, one reminder; on both databases."""
    world = anywhere
    launch = await recorded_harness(world, "dev", processed=False)
    other = another_replica(world)
    other.mirror.budget.calls.most = 1000
    both = launch.services.recordings, other.recordings
    world.clock.move(11 * MINUTE)
    await asyncio.gather(*(one.step() for one in both))
    assert launch.vendor_calls().count(COMPANY_LIST) == 1
    assert len(launch.dms()) == 1
    world.clock.move(DAY)
    await asyncio.gather(*(one.step() for one in both))
    assert len(launch.dms()) == 2

    webinar = await launch.services.mirror.find(launch.session_id)
    await asyncio.gather(*(one.share(webinar, "U0CHLOE", channels=True, seats=True) for one in both))
    await asyncio.gather(*(one.step() for one in (*both, *both)))
    assert (len(launch.posts()), len(launch.dms("dev")), len(launch.dms())) == (1, 1, 2)


async def test_messages_are_paced(world: World) -> None:
    """At most so many in one run, half a minute; the others follow in the next."""
    launch = await recorded_harness(world)
    messages = launch.services.recordings.messages
    template = ReportMessage(
        account=launch.services.account,
        session_id=launch.session_id,
        kind=MessageTopic.SHARE,
        place_id="U0",
        changed_at=launch.services.clock.now(),
    )
    many = [template.model_copy(update={"place_id": f"U{number}"}) for number in range(MOST_A_RUN + 5)]
    async with launch.services.store.write() as db:
        await message_table.plan(db, many)
    left = []
    for _ in range(2):
        await messages.run()  # nobody has decided to share it, so each is skipped when its turn comes
        left.append(list((await launch.states()).values()).count("due"))
    assert left == [5, 0]


async def test_another_organization_is_named_before_the_link_goes_there(world: World) -> None:
    """In the review, which a single channel gets too if others read it."""
    launch = await seats_harness(world)
    await world.command("chloe", "#partners", "share launch")
    await world.click("chloe", world.last("#partners", "chloe"), "Share With Them")
    recorded = RecordedHarness(world, launch)
    await recorded.take_place()
    world.ringcentral.room.share_recording(launch.session_id)
    await recorded.look(11 * MINUTE)
    await world.click("chloe", recorded.dms()[0], "Share in Channels")
    review = world.slack.view("chloe").words
    assert "• <#C0LAUNCH>\n• <#C0PARTNERS>" in review or "• <#C0PARTNERS>\n• <#C0LAUNCH>" in review
    assert ":warning: <#C0PARTNERS> is shared with Globex: its people see the link, too." in review
    before = len(launch.dms("chloe"))
    await world.slack.submit("chloe", world.slack.view("chloe"), {})
    await world.slack.close("chloe", world.slack.view("chloe"), clear=True)
    await world.settled()
    assert [len(recorded.posts(channel)) for channel in ("#launch", "#partners")] == [1, 1]
    assert (
        "is shared in <#C0LAUNCH>, <#C0PARTNERS>" in launch.dms("chloe")[before].words
    )  # its window was closed meanwhile


async def test_people_who_want_no_messages_get_none(world: World) -> None:
    """Nor are they counted; also if they say so after the decision."""
    launch = await recorded_harness(world, "dev", "finn")
    services, silent = launch.services, {"U0FINN"}

    async def opted_out(_db: object, _webinar: object) -> set[str]:
        return silent

    parts = services.account, services.store, services.slack, world.bot.provider, services.mirror, services.clock
    recordings = build_recordings("w2", *parts, opted_out)
    webinar = await services.mirror.find(launch.session_id)
    assert (await recordings.places(webinar)).people == ("U0DEV",)
    await recordings.share(webinar, "U0CHLOE", channels=False, seats=True)
    silent.add("U0DEV")
    await recordings.messages.run()
    assert await launch.states() == {("question", "U0CHLOE"): "posted", ("share", "U0DEV"): "skipped"}
