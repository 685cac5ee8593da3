"""Moving a webinar: the time as typed, whom it affects, one button, the result with Undo, and who is notified."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import aiohttp
import pytest
import pytest_asyncio

from bot.creation.change.service import BUSY
from bot.creation.change.steps import STARTED
from bot.model.webinar import Webinar
from bot.slack.blocks import relative_time
from handlers.move import form as move_form
from sandbox.slack import View
from tests.support.derived import Derived, derived, second_replica, without_periodic_work
from tests.support.own_pages import PUBLIC_URL
from tests.support.seats import SeatsHarness, seats_harness
from tests.support.world import World, running_world

pytest_plugins = ["tests.support.databases"]

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
PARIS = ZoneInfo("Europe/Paris")


@pytest_asyncio.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """A world without waits."""
    async with running_world(tmp_path, prepare=without_periodic_work) as started:
        yield started


@pytest_asyncio.fixture
async def launch(world: World) -> SeatsHarness:
    """A webinar by Chloé with its card in #launch."""
    return await seats_harness(world)


async def current(launch: SeatsHarness) -> Webinar:
    """The webinar in the mirror."""
    return await launch.world.bot.services.mirror.find(launch.session_id)


def in_days(world: World, days: int = 5, hour: int = 15) -> datetime:
    """A full hour in Paris, where Chloé is."""
    day = world.clock.now().astimezone(PARIS) + days * DAY
    return day.replace(hour=hour, minute=0, second=0, microsecond=0)


def typed(start: datetime) -> str:
    """The time as it is typed."""
    return f"{start.astimezone(PARIS):%Y-%m-%d %H:%M}"


async def ask(world: World, text: str, user: str = "chloe") -> View:
    """Type the command; return the window that opens."""
    await world.command(user, "#launch", text)
    return world.slack.view(user)


async def send(world: World, view: View, user: str = "chloe", **values: object) -> View:
    """Press the window's button; return what follows."""
    outcome = await world.slack.submit(user, view, values)
    assert outcome.errors == {}
    await world.settled()
    return world.slack.view(user)


def writes(world: World) -> list[str]:
    """The webinar calls that changed something, by method and the last part of the path."""
    return [call for call in world.vendor_calls() if not call.startswith("GET")]


async def test_a_move_shows_whom_it_affects_and_is_one_button(launch: SeatsHarness) -> None:
    """Old and new time first, without any call; then one read and one write; the result has Undo."""
    world = launch.world
    await launch.update(registrants=3)
    await launch.take_seat("dev")
    await world.slack.close("dev", world.slack.view("dev"), clear=True)
    webinar, start = await current(launch), in_days(world)
    calls = len(world.vendor_calls())
    view = await ask(world, f"move launch {typed(start)}")

    assert len(world.vendor_calls()) == calls
    assert f"Now: {relative_time(webinar.start, webinar.time_zone)}, 45 minutes" in view.words
    assert f"New: *{relative_time(start, webinar.time_zone)}, 45 minutes*" in view.words
    assert "registered (as of" in view.words
    assert "RingCentral may email them the new time." in view.words
    assert "Its team is not read yet" in view.words
    assert "Its card is updated in <#C0LAUNCH>" in view.words
    assert "5 planned reminders in 1 channel and 1 direct message move with it." in view.words
    assert (await current(launch)).start == webinar.start
    result = await send(world, view)

    made = [call.split()[0] for call in world.vendor_calls()[calls:]]
    assert made == ["GET", "PATCH"]
    assert "Undo" in result.buttons
    assert (
        f"*Starts:* {relative_time(webinar.start, webinar.time_zone)} → {relative_time(start, webinar.time_zone)}"
        in result.words
    )
    assert (await current(launch)).start == start
    [at_ringcentral] = world.ringcentral.webinars()
    assert at_ringcentral["start"] == start.timestamp()


async def test_what_the_mirror_does_not_have_is_nobodys_change(launch: SeatsHarness) -> None:
    """The language and the settings: they stay, and the result says nothing of them; a new length is named."""
    world = launch.world
    [made] = world.ringcentral.webinars()
    world.ringcentral.edit(launch.session_id, localeCode="de-DE")
    world.ringcentral.edit(made["webinar_id"], settings={"autoRecord": True})
    result = await send(world, await ask(world, f"move launch {typed(in_days(world))}"))
    assert "Someone else" not in result.words
    session = world.ringcentral.world.find_webinar(launch.session_id).session
    assert session
    assert session.fields.locale_code == "de-DE"

    await world.slack.close("chloe", world.slack.view("chloe"), clear=True)
    confirmation = await ask(world, f"move launch {typed(in_days(world, 6))}")
    world.ringcentral.edit(launch.session_id, scheduledDuration=5400)
    result = await send(world, confirmation)
    assert (
        "Someone else changed this in the meantime, and it was kept: *Length:* 45 minutes → 1 hour 30 minutes"
        in result.words
    )
    assert (await current(launch)).length == 1.5 * HOUR


async def test_undo_moves_it_back(launch: SeatsHarness) -> None:
    """Nobody has changed it since."""
    world, before = launch.world, await current(launch)
    result = await send(world, await ask(world, f"move launch {typed(in_days(world))}"))
    await world.click("chloe", result, "Undo")

    assert (await current(launch)).start == before.start
    assert "is back to what it was" in world.slack.view("chloe").words


async def test_a_shift_moves_it_from_now_or_from_its_start(launch: SeatsHarness) -> None:
    """The confirmation shows old and new; a day keeps the hour of the webinar, and the picker keeps what was typed."""
    world, before = launch.world, await current(launch)
    later = before.start.astimezone(PARIS) + 5 * DAY
    view = await ask(world, "move launch 5 days later")
    assert f"Now: {relative_time(before.start, before.time_zone)}, 45 minutes" in view.words
    assert f"New: *{relative_time(later, before.time_zone)}, 45 minutes*" in view.words
    await world.slack.close("chloe", view, clear=True)

    await send(world, await ask(world, "move launch in 9 days for 1h"))
    moved, today = await current(launch), world.clock.now().astimezone(PARIS).date()
    local = moved.start.astimezone(PARIS)
    assert (local.date(), local.time()) == (today + 9 * DAY, before.start.astimezone(PARIS).time())
    assert moved.length == HOUR
    await world.slack.close("chloe", world.slack.view("chloe"), clear=True)
    await send(world, await ask(world, "move launch eine Stunde früher"))
    assert (await current(launch)).start == moved.start - HOUR

    await world.slack.close("chloe", world.slack.view("chloe"), clear=True)
    view = await ask(world, "move launch 40 days earlier")
    assert "This is in the past" in view.words
    assert view.callback_id == move_form.FORM


async def test_a_range_and_a_length_also_set_the_length(launch: SeatsHarness) -> None:
    """ "3-4pm", and "for 90m" alone."""
    world = launch.world
    await send(world, await ask(world, "move launch 3-4pm tomorrow"))
    moved = await current(launch)
    assert (moved.start.astimezone(PARIS).hour, moved.length) == (15, HOUR)
    await world.slack.close("chloe", world.slack.view("chloe"), clear=True)
    await send(world, await ask(world, "move launch for 90m"))
    longer = await current(launch)
    assert (longer.start, longer.length) == (moved.start, 1.5 * HOUR)


@pytest.mark.parametrize(
    ("time", "reason"),
    [
        ("", ""),
        ("3ish tomorrow", "“3ish” was not understood as the time of “tomorrow”."),
        ("Feb 30 3pm", "There is no February 30."),
        ("tommorow 3pm", "Did you mean tomorrow by “tommorow”?"),
        ("sometime", "“sometime” was not understood as a date and a time."),
        ("2024-03-12 15:00", "This is in the past:"),
    ],
)
async def test_an_unclear_or_past_time_opens_the_form_with_the_reason(
    launch: SeatsHarness, time: str, reason: str
) -> None:
    """The time is chosen there; then whom it affects; Change Time goes back."""
    world = launch.world
    form = await ask(world, f"move launch {time}".strip())
    assert reason in form.words
    assert form.callback_id == move_form.FORM
    start = in_days(world)
    too_long = await world.slack.submit("chloe", form, {"Starts": start, "Length": "13h"})
    assert too_long.errors == {"length": "Choose at most 12 hours."}
    confirmation = await send(world, form, Starts=start, Length="1h")
    assert f"New: *{relative_time(start, 'Europe/Paris')}, 1 hour*" in confirmation.words
    await world.click("chloe", confirmation, "Change Time")
    back = world.slack.view("chloe")
    assert back.callback_id == move_form.FORM
    await send(world, await send(world, back, Length="30m"))

    moved = await current(launch)
    assert (moved.start, moved.length) == (start, HOUR / 2)


async def test_the_form_refuses_the_past_and_the_time_it_has(launch: SeatsHarness) -> None:
    """With a sentence below the field; nothing is lost, nothing is sent."""
    world, webinar = launch.world, await current(launch)
    form = await ask(world, "move launch")
    same = await world.slack.submit("chloe", form, {"Starts": webinar.start, "Length": "45 minutes"})
    assert same.errors == {"starts": move_form.SAME}
    past = await world.slack.submit("chloe", form, {"Starts": world.clock.now() - HOUR})
    assert "This is in the past: in Europe/Paris it is now" in past.errors["starts"]
    assert writes(world)[-1].startswith("POST")


async def test_the_same_time_is_said(launch: SeatsHarness) -> None:
    """No window, no call."""
    world = launch.world
    first = in_days(world)
    await send(world, await ask(world, f"move launch {typed(first)}"))
    await world.slack.close("chloe", world.slack.view("chloe"), clear=True)
    calls = len(world.vendor_calls())
    await world.command("chloe", "#launch", f"move launch {typed(first)}")

    assert "already has this start and length, so nothing was moved." in world.last("#launch", "chloe").words
    assert len(world.vendor_calls()) == calls


@pytest.mark.parametrize("state", ["started", "over", "canceled"])
async def test_what_can_not_be_moved_is_refused_with_a_sentence(launch: SeatsHarness, state: str) -> None:
    """By the command, and by a confirmation that was open when it happened."""
    world = launch.world
    confirmation = await ask(world, f"move launch {typed(in_days(world))}")
    expected = STARTED.format(provider="RingCentral")
    if state == "canceled":
        world.ringcentral.cancel(launch.session_id)
        expected = "This webinar is canceled, so it can't be changed."
    else:
        world.ringcentral.begin(launch.session_id)
        if state == "over":
            world.ringcentral.finish(launch.session_id)
    world.clock.move(timedelta(minutes=2))  # a session that was seen just now may be missing from a list
    await world.bot.services.mirror.sweep()
    await world.slack.submit("chloe", confirmation)
    await world.settled()
    assert expected in world.slack.view("chloe").words
    await world.slack.close("chloe", world.slack.view("chloe"), clear=True)
    await world.command("chloe", "#launch", f"move {launch.session_id} {typed(in_days(world))}")

    assert expected in world.last("#launch", "chloe").words
    assert not [call for call in writes(world) if call.startswith("PATCH")]


async def test_one_that_started_in_the_meantime_is_not_moved(launch: SeatsHarness) -> None:
    """The mirror does not know it yet: RingCentral is read before anything is written."""
    world, before = launch.world, await current(launch)
    confirmation = await ask(world, f"move launch {typed(in_days(world))}")
    world.ringcentral.begin(launch.session_id)
    result = await send(world, confirmation)

    assert STARTED.format(provider="RingCentral") in result.words
    assert (await current(launch)).start == before.start
    assert not [call for call in writes(world) if call.startswith("PATCH")]


async def test_a_stale_confirmation_shows_the_new_state_and_asks_again(launch: SeatsHarness) -> None:
    """Ana has moved it since Chloé looked."""
    world = launch.world
    mine, theirs = in_days(world, 5), in_days(world, 6)
    confirmation = await ask(world, f"move launch {typed(mine)}")
    await send(world, await ask(world, f"move launch {theirs:%Y-%m-%d %H:%M}", "ana"), "ana")
    again = await send(world, confirmation)

    assert move_form.MOVED_MEANWHILE in again.words
    assert f"Now: {relative_time(theirs, 'Europe/Paris')}" in again.words
    assert f"New: *{relative_time(mine, 'Europe/Paris')}" in again.words
    assert (await current(launch)).start == theirs
    await send(world, again)
    assert (await current(launch)).start == mine


async def test_a_move_made_elsewhere_meanwhile_is_shown_with_a_choice(launch: SeatsHarness) -> None:
    """The mirror does not know it yet: nothing is written before the user has chosen."""
    world, webinar = launch.world, await current(launch)
    confirmation = await ask(world, f"move launch {typed(in_days(world))}")
    there = webinar.start + 2 * HOUR
    world.ringcentral.edit(launch.session_id, scheduledStartTime=f"{there:%Y-%m-%dT%H:%M:%SZ}")
    shown = await send(world, confirmation)

    assert shown.title == "Changed in the meantime"
    assert f"Theirs: {relative_time(there, webinar.time_zone)}" in shown.words
    assert not [call for call in writes(world) if call.startswith("PATCH")]


@pytest.mark.parametrize("backend", ["sqlite", "postgresql"])
async def test_two_moves_at_the_same_time(tmp_path: Path, backend: str, request: pytest.FixtureRequest) -> None:
    """One is made; the other is asked again or told to wait; it is announced once."""
    url = await request.getfixturevalue("postgres").migrated() if backend == "postgresql" else ""
    async with running_world(tmp_path, database_url=url, prepare=without_periodic_work) as world:
        launch = await seats_harness(world)
        starts = {"chloe": in_days(world, 5), "ana": in_days(world, 6)}
        views = {user: await ask(world, f"move launch {start:%Y-%m-%d %H:%M}", user) for user, start in starts.items()}
        await asyncio.gather(*(world.slack.submit(user, view) for user, view in views.items()))
        await world.settled()

        made = [call for call in writes(world) if call.startswith("PATCH")]
        assert len(made) == 1, [world.slack.view(user).words for user in starts]
        shown = [world.slack.view(user).words for user in starts]
        assert [
            BUSY in words or move_form.MOVED_MEANWHILE in words or "Someone else" in words for words in shown
        ].count(True) == 1
        assert (await current(launch)).start in starts.values()


async def test_several_webinars_ask_which_and_keep_the_time(launch: SeatsHarness) -> None:
    """The picker's buttons carry what was typed."""
    world = launch.world
    await world.create("chloe", "Launch day two", fields={"Announce in": "#launch"})
    await world.slack.close("chloe", world.slack.view("chloe"), clear=True)
    start = in_days(world)
    await world.command("chloe", "#launch", f"move launch da {typed(start)}")
    await world.click("chloe", world.last("#launch", "chloe"), "Move")
    assert f"New: *{relative_time(start, 'Europe/Paris')}" in world.slack.view("chloe").words

    await world.slack.close("chloe", world.slack.view("chloe"), clear=True)
    await world.command("chloe", "#launch", "move launch da a week later")
    await world.click("chloe", world.last("#launch", "chloe"), "Move")
    assert world.slack.view("chloe").callback_id == move_form.CONFIRM


async def test_details_offer_the_move(launch: SeatsHarness) -> None:
    """The button opens the form."""
    world = launch.world
    await world.command("chloe", "#launch", "show launch")
    await world.click("chloe", world.last("#launch", "chloe"), "Move")
    assert world.slack.view("chloe").callback_id == move_form.FORM


@pytest.mark.parametrize("backend", ["sqlite", "postgresql"])
async def test_a_move_reaches_everything_and_names_who_made_it(
    tmp_path: Path, backend: str, request: pytest.FixtureRequest
) -> None:
    """As a change in RingCentral does; announced once, by two replicas, with the name; the mover gets no notice."""
    url = await request.getfixturevalue("postgres").migrated() if backend == "postgresql" else ""
    started = running_world(tmp_path, database_url=url, public_url=PUBLIC_URL, prepare=without_periodic_work)
    async with started as world, aiohttp.ClientSession() as http:
        everything: Derived = await derived(world, http)
        other = second_replica(world)
        start = (await everything.webinar()).start + 5 * HOUR
        confirmation = await ask(world, f"move launch {start.astimezone(PARIS):%Y-%m-%d %H:%M} for 90m")
        assert "1 person on its team" in confirmation.words
        await send(world, confirmation)
        await asyncio.gather(*(one.mirror.sweep() for one in (world.bot.services, other)))
        await asyncio.gather(*(one.scheduler.deliver() for one in (world.bot.services, other)))
        await everything.update()

        await everything.check()
        assert len(everything.changes()) == 1, (
            world.slack.view("chloe").words,
            [one.words for one in everything.public()],
        )
        [line] = everything.changes()
        assert line.startswith("*Launch day* was moved by Chloé Martin")
