"""After the end, the organizer is asked once whether to share the recording, and where it goes is kept correct."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.support.recordings import COMPANY_LIST, DAY, HOUR, MINUTE, recorded_harness, without_waits
from tests.support.world import World, running_world

RECORDING = "/webinar/history/v1/company/recordings/"


@pytest_asyncio.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """A world without rate limits: how sparing the search is, is counted."""
    async with running_world(tmp_path, prepare=without_waits) as started:
        yield started


async def test_the_organizer_is_asked_once_when_the_recording_is_available(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    """With the length, who can open the link and until when, and where it can go; never before, and never twice."""
    caplog.set_level(logging.DEBUG)
    launch = await recorded_harness(world, "dev", processed=False)
    assert launch.vendor_calls() == []
    await launch.look(4 * MINUTE)
    assert launch.vendor_calls() == []  # sparing: nothing is ready so soon

    await launch.look(2 * MINUTE)
    assert (launch.vendor_calls(), launch.dms()) == ([COMPANY_LIST], [])
    await launch.look(6 * MINUTE)

    [question] = launch.dms()
    assert "The recording of *Launch day* is available (45 minutes)." in question.words
    assert "Share its link in <#C0LAUNCH> and with 1 person who has a seat?" in question.words
    assert "People who are signed in to RingCentral can open it. It works until <!date^" in question.words
    assert question.buttons == ["Share With Both", "Share in Channels", "Share With Seats", "Not Needed"]
    assert [call.split(" ")[1][: len(RECORDING)] for call in launch.vendor_calls()][1] == RECORDING
    await launch.look(2 * DAY, every=3 * HOUR)
    assert [one.ts for one in launch.dms()][:1] == [question.ts]
    assert [one for one in launch.dms() if "Share its link" in one.words] == [question]
    assert launch.vendor_calls() == []  # nothing is shared, so nothing is watched until it expires
    assert "/w/recording/" not in caplog.text


async def test_a_confirmed_share_goes_to_every_place_once(world: World) -> None:
    """After a review that names the places; a second confirmation posts nothing more."""
    launch = await recorded_harness(world, "dev", "finn")
    [question] = launch.dms()

    await world.click("chloe", question, "Share With Both")
    form = world.slack.view("chloe")
    assert "• <#C0LAUNCH>\n• 2 people who have a seat, each by direct message" in form.words
    assert (launch.posts(), launch.dms("dev")) == ([], [])
    result = await launch.confirm()

    [posted] = launch.posts()
    assert posted.words.startswith("The recording of *Launch day* is here (45 minutes).")
    assert "/w/recording/" in launch.seats.link_of(posted, "Watch Recording")
    assert [len(launch.dms(user)) for user in ("dev", "finn")] == [1, 1]
    where = "is shared in <#C0LAUNCH> and with 2 people who have a seat"
    assert where in result.words
    [question] = [one for one in launch.dms() if "recording of" in one.words]
    assert f"{where}, by <@U0CHLOE>." in question.words
    assert question.buttons == ["Recording"]
    await world.slack.close("chloe", result, clear=True)
    reply = await launch.ask()
    assert reply.buttons == ["Take Links Off", "Watch Recording", "Download Video", "Download Audio", "Refresh"]
    await launch.services.recordings.share(
        await launch.services.mirror.find(launch.session_id), "U0ANA", channels=True, seats=True
    )
    await launch.look(DAY)
    assert (len(launch.posts()), len(launch.dms("dev"))) == (1, 1)


async def test_one_place_needs_no_review(world: World) -> None:
    """A double click posts once; without seats there is one button."""
    launch = await recorded_harness(world)
    [question] = launch.dms()
    assert question.buttons == ["Share in Channels", "Not Needed"]

    await asyncio.gather(*(world.slack.click("chloe", question, "Share in Channels") for _ in range(2)))
    await world.settled()

    assert len(launch.posts()) == 1
    assert not world.slack.view_stack("chloe")
    assert "is shared in <#C0LAUNCH>." in world.last("@chloe", "chloe").words


async def test_not_needed_ends_it_and_can_be_changed(world: World) -> None:
    """Nobody is reminded; the recording can still be shared from its command, and its links be taken off again."""
    launch = await recorded_harness(world)
    [question] = launch.dms()
    await world.click("chloe", question, "Not Needed")
    [question] = [one for one in launch.seats.dms("chloe") if one.ts == question.ts]
    assert "is not shared: <@U0CHLOE> chose that it is not needed." in question.words
    await launch.look(4 * DAY, every=DAY)
    assert (launch.posts(), len(launch.dms()), launch.vendor_calls()[4:]) == ([], 1, [])

    reply = await launch.ask()
    assert "<@U0CHLOE> chose not to share it. Share its link in <#C0LAUNCH>?" in reply.words
    await world.click("chloe", reply, "Share in Channels")
    [posted] = launch.posts()
    await world.click("chloe", await launch.ask(), "Take Links Off")
    [gone] = launch.posts()
    assert (gone.ts, gone.words, gone.buttons) == (
        posted.ts,
        "The link to the recording of *Launch day* was here. It was taken off.",
        [],
    )
    await world.click("chloe", await launch.ask(), "Share in Channels")
    assert [(one.ts, one.buttons) for one in launch.posts()] == [(posted.ts, ["Watch Recording"])]


async def test_a_recording_that_ringcentral_does_not_share_is_not_shared_here(world: World) -> None:
    """Its link would not work: the question says what to do, and Check Again brings the buttons."""
    launch = await recorded_harness(world, shared=False)
    [question] = launch.dms()
    assert "turn on sharing for this recording in RingCentral, then press Check Again." in question.words
    assert question.buttons == ["Check Again", "Not Needed"]

    world.ringcentral.room.share_recording(launch.session_id)
    await world.click("chloe", question, "Check Again")

    [question] = launch.dms()[:1]
    assert question.buttons == ["Share in Channels", "Not Needed"]
    assert "It has no end date." in question.words


async def test_a_company_that_forbids_sharing_is_said(world: World) -> None:
    """With who can change it, and nothing to decide but that."""
    world.ringcentral.company.locked_settings["recordingSharingEnabled"] = False
    launch = await recorded_harness(world, shared=False)
    [question] = launch.dms()
    assert "a RingCentral administrator can allow it in the Admin Portal" in question.words
    await launch.look(2 * DAY, every=DAY)
    assert len(launch.dms()) == 1  # there is nothing to be reminded of


async def test_the_organizer_is_asked_before_the_link_expires_and_it_is_taken_off_then(world: World) -> None:
    """Once, three days before; a link that works longer stays; an expired one becomes one line everywhere."""
    launch = await recorded_harness(world, "dev")
    await world.click("chloe", launch.dms()[0], "Share With Both")
    await launch.confirm()
    await launch.look(26 * DAY, every=DAY)
    assert len(launch.dms()) == 1
    await launch.look(2 * DAY, every=HOUR * 12)
    [_, warning] = launch.dms()
    assert "The link to the recording of *Launch day* stops working on <!date^" in warning.words
    assert "It is shared in <#C0LAUNCH> and with 1 person who has a seat." in warning.words
    assert warning.buttons == ["Check Again", "Take Links Off"]

    world.ringcentral.room.share_recording(launch.session_id, days=30)
    await world.click("chloe", warning, "Check Again")
    assert "it works longer now." in launch.dms()[1].words
    await launch.look(26 * DAY, every=DAY)
    assert len(launch.dms()) == 2
    await launch.look(3 * DAY, every=DAY)
    assert len(launch.dms()) == 3
    assert launch.posts()[0].buttons == ["Watch Recording"]
    await launch.look(2 * DAY, every=DAY)

    for [message] in (launch.posts(), launch.dms("dev")):
        assert message.words == "The link to the recording of *Launch day* was here. It has expired."
        assert message.buttons == []
    assert "it no longer works." in launch.dms()[2].words
    assert "Available; its link has expired" in (await launch.ask()).words


async def test_a_failed_and_a_slow_recording_are_told_once(world: World) -> None:
    """In plain words, to the organizer; the search ends after a bounded time."""
    world.ringcentral.rules.recording_processing = 10 * 24 * 3600
    launch = await recorded_harness(world, shared=False, processed=False)
    await launch.look(5 * HOUR, every=HOUR)
    assert launch.dms() == []
    await launch.look(10 * HOUR, every=HOUR)
    [slow] = launch.dms()
    assert "RingCentral is still processing the recording of *Launch day*." in slow.words
    world.ringcentral.room.fail_recording(launch.session_id)
    await launch.look(12 * HOUR, every=HOUR)
    [_, failed] = launch.dms()
    assert "RingCentral could not process the recording of *Launch day*" in failed.words
    calls = launch.vendor_calls()
    await launch.look(5 * DAY, every=HOUR)
    assert (len(launch.dms()), launch.vendor_calls(), set(calls)) == (2, [], {COMPANY_LIST})
    assert "could not process the recording" in (await launch.ask()).words


async def test_webinars_that_end_together_are_one_call(world: World) -> None:
    """With growing pauses, also for one that was not recorded, which is given up after a day."""
    launch = await recorded_harness(world, processed=False, shared=False)
    await world.create("chloe", "Garden party", start=world.clock.now() + HOUR)
    await world.slack.close("chloe", world.slack.view("chloe"), clear=True)
    garden = next(one for one in world.ringcentral.webinars() if one["title"] == "Garden party")
    world.ringcentral.begin(garden["session_id"])
    world.ringcentral.finish(garden["session_id"])
    await launch.services.mirror.sweep()
    launch.vendor_calls()
    await launch.look(2 * MINUTE, every=MINUTE)
    await launch.look(5 * MINUTE, every=MINUTE)
    assert launch.vendor_calls() == [COMPANY_LIST]
    world.ringcentral.rules.recording_processing = 10 * 24 * 3600
    await launch.look(22 * HOUR, every=10 * MINUTE)
    pauses = launch.vendor_calls()
    assert 5 < len(pauses) < 15
    assert set(pauses) == {COMPANY_LIST}
    await launch.look(8 * HOUR, every=HOUR)
    launch.vendor_calls()
    assert (
        "It was not recorded, or RingCentral does not show its recording"
        in (await launch.ask(words="recording garden")).words
    )


async def test_the_search_keeps_within_the_share_of_upkeep(world: World) -> None:
    """Nothing is read while its calls are used up, and nothing is lost."""
    launch = await recorded_harness(world, processed=False)
    budget = launch.services.mirror.budget
    spent = budget.calls.most - budget.left
    budget.calls.most = spent
    await launch.look(11 * MINUTE)
    assert launch.vendor_calls() == []
    budget.calls.most = spent + 2
    await launch.look(MINUTE)
    assert launch.vendor_calls() == [COMPANY_LIST]
    budget.calls.most = 1000
    await launch.look(MINUTE)
    assert COMPANY_LIST not in launch.vendor_calls()  # the link alone is missing
    assert len(launch.dms()) == 1


async def test_trouble_at_ringcentral_delays_the_question(world: World, caplog: pytest.LogCaptureFixture) -> None:
    """It is logged once, and looked for again."""
    caplog.set_level(logging.INFO)
    launch = await recorded_harness(world, processed=False)
    fault = world.ringcentral.fail("GET", "/webinar/history/v1/company/recordings", status=503, times=50)
    await launch.look(12 * MINUTE)
    await launch.look(16 * MINUTE)
    assert [one for one in caplog.messages if one == "recording.list_failed"] == ["recording.list_failed"]
    assert launch.dms() == []
    fault.times = 1  # the last one: it is repeated at once
    await launch.look(16 * MINUTE)
    assert len(launch.dms()) == 1
    assert "recording.list_recovered" in caplog.messages
