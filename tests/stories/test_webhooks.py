"""RingCentral's webhooks reach cards and alerts within seconds, with one read however many there are."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select, update

from bot.app import build
from bot.clock import machine_now
from bot.db.webhook_schema import webhook_deliveries, webhook_hints
from bot.model.webinar import Status
from sandbox.slack import Message
from tests.support.webhooks import QUICK, deliver, hint_body, quicken, quiet, reads, webhook_world
from tests.support.world import RECHECK_S, WAIT_LIMIT_S, World

pytest_plugins = ["tests.support.databases"]

SESSIONS = "/webinar/configuration/v1/company/sessions"
CHANNEL = "#marketing"
LONG = timedelta(hours=1)


@pytest.fixture
async def hooked(tmp_path: Path) -> AsyncIterator[World]:
    """A bot that RingCentral delivers to, with a webinar that has a card in #marketing."""
    async with webhook_world(tmp_path) as world:
        await announce(world)
        yield world


@pytest.fixture
async def both(database_url: str, tmp_path: Path) -> AsyncIterator[World]:
    """The same on both databases."""
    async with webhook_world(tmp_path, database_url) as world:
        await announce(world)
        yield world


async def announce(world: World) -> str:
    """Create a webinar with a card in the channel, and wait until its own events are over; returns its session."""
    await world.create(channel="#launch")
    await world.command("chloe", "#launch", "share launch <#C0MARKETING|marketing>")
    await quiet(world)
    world.clock.move(timedelta(minutes=2))  # long after it was created
    world.ringcentral.calls.clear()
    return session_of(world)


def session_of(world: World) -> str:
    """The session of the only webinar."""
    [webinar] = world.ringcentral.webinars()
    return str(webinar["session_id"])


def card(world: World) -> Message:
    """The card."""
    return world.slack.messages(CHANNEL)[0]


async def alert(world: World, words: str) -> Message:
    """Wait for the alert with these words."""
    found = await world.until(lambda: [one for one in world.slack.messages(CHANNEL)[1:] if words in one.words])
    return found[0]


async def left(world: World) -> int:
    """How many deliveries are stored, and hints are due."""
    async with world.bot.services.store.read() as db:
        stored = await db.execute(select(func.count()).select_from(webhook_deliveries))
        due = await db.execute(select(func.count()).where(webhook_hints.c.due_at.is_not(None)))
        return int(stored.scalar() or 0) + int(due.scalar() or 0)


async def test_people_who_register_are_counted_on_the_card(both: World) -> None:
    """With one read, whatever the poller does."""
    session = session_of(both)
    both.ringcentral.register(session, 3)
    await both.until(lambda: "3 registered" in card(both).words)
    await quiet(both)
    assert reads(both, session) == [f"GET /webinar/registration/v1/sessions/{session}"]
    assert await left(both) == 0


async def test_a_change_in_ringcentrals_own_app_reaches_card_and_channel(both: World) -> None:
    """Moved, closed, started: with one read of the list or of the registration each."""
    session = session_of(both)
    both.ringcentral.edit(session, scheduledStartTime=(both.clock.now() + timedelta(days=9)).isoformat())
    await alert(both, "was moved")
    await quiet(both)
    await both.move(timedelta(minutes=2))  # alerts of a channel are a minute apart
    both.ringcentral.edit(session, registration={"registrationStatus": "Closed"})
    await alert(both, "closed")
    await quiet(both)
    assert (len(reads(both)), len(reads(both, session))) == (1, 1)
    both.ringcentral.begin(session)
    await both.until(lambda: "live" in card(both).words.lower())


async def test_a_webinar_that_is_deleted_there_is_canceled_here(hooked: World) -> None:
    """The list and then the webinar itself: two reads."""
    hooked.ringcentral.cancel(session_of(hooked))
    await alert(hooked, "cancel")
    await quiet(hooked)
    [webinar] = await hooked.bot.services.mirror.everything()
    assert webinar.status is Status.CANCELED
    assert len(hooked.vendor_calls()) == 2


async def test_a_hint_about_the_session_also_brings_its_title_and_description(hooked: World) -> None:
    """The list of sessions has both: one read, although RingCentral tells nothing of the webinar itself."""
    [made] = [one for one in hooked.ringcentral.webinars() if one["session_id"] == session_of(hooked)]
    hooked.ringcentral.edit(made["webinar_id"], title="Launch week", description="All of it")
    hooked.ringcentral.edit(made["webinar_id"], scheduledDuration=7200)
    await quiet(hooked)
    [webinar] = await hooked.bot.services.mirror.everything()
    assert (webinar.title, webinar.description, webinar.length) == ("Launch week", "All of it", timedelta(hours=2))
    assert len(reads(hooked)) == 1


async def test_a_webinar_that_is_created_there_is_listed_here(hooked: World) -> None:
    """An unknown session has the list read once."""
    for number in range(5):
        hooked.ringcentral.create(f"Made there {number}", hooked.clock.now() + timedelta(days=1))
    await quiet(hooked)
    titles = {webinar.title for webinar in await hooked.bot.services.mirror.everything()}
    assert {f"Made there {number}" for number in range(5)} < titles
    assert len(reads(hooked)) == len(hooked.vendor_calls()) <= 2


@pytest.mark.parametrize("shape", ["resource", "ids", "numbers", "nested"])
async def test_ids_are_found_in_bodies_of_any_shape(hooked: World, shape: Any) -> None:
    """None of them is published."""
    hooked.ringcentral.rules.event_bodies = shape
    session = session_of(hooked)
    hooked.ringcentral.register(session)
    await hooked.until(lambda: "1 registered" in card(hooked).words)
    await quiet(hooked)
    assert (len(reads(hooked, session)), len(hooked.vendor_calls())) == (1, 1)


@pytest.mark.parametrize("shape", ["empty", "text"])
async def test_a_delivery_without_ids_has_the_list_read(hooked: World, shape: Any) -> None:
    """Once: whatever it may mean."""
    hooked.ringcentral.rules.event_bodies = shape
    hooked.ringcentral.edit(session_of(hooked), scheduledDuration=3600)
    await hooked.until(lambda: "1 hour" in card(hooked).words)
    await quiet(hooked)
    assert hooked.vendor_calls() == reads(hooked)
    assert len(reads(hooked)) == 1


async def test_a_storm_of_registrations_costs_two_reads(both: World) -> None:
    """1,000 people within the time of one read and the next: the last figure is right."""
    session, hints = session_of(both), both.bot.services.webhooks.hints
    hints.timing = replace(hints.timing, collect=timedelta(seconds=3), spacing=timedelta(seconds=8))  # as in real life
    for _ in range(10):
        both.ringcentral.register(session, 100)
        await both.ringcentral.webhooks.settle()
    await both.until(lambda: "1,000 registered" in card(both).words or "1000 registered" in card(both).words)
    await quiet(both)
    assert len(both.ringcentral.webhooks.attempts) >= 1000
    assert len(reads(both, session)) <= 2


async def test_repeated_and_shuffled_deliveries_are_harmless(hooked: World) -> None:
    """Started and ended, delivered in reverse and twice: the actual state counts."""
    session = session_of(hooked)
    hooked.ringcentral.rules.deliveries = "twice"
    hooked.ringcentral.register(session, 2)
    hooked.ringcentral.rules.deliveries = "shuffled"
    hooked.ringcentral.begin(session)
    hooked.ringcentral.finish(session)
    await quiet(hooked)
    await hooked.until(lambda: "over" in card(hooked).words.lower() or "ended" in card(hooked).words.lower())
    await quiet(hooked)
    webinar = await hooked.bot.services.mirror.find(session)
    assert (webinar.status, webinar.registration and webinar.registration.count) == (Status.FINISHED, 2)
    assert len([one for one in hooked.slack.messages(CHANNEL)[1:] if "live" in one.words.lower()]) <= 1


async def test_lost_deliveries_leave_it_to_the_poller(hooked: World) -> None:
    """As without webhooks."""
    hooked.ringcentral.rules.deliveries = "lost"
    session = session_of(hooked)
    hooked.ringcentral.edit(session, scheduledDuration=3600)
    await quiet(hooked)
    assert hooked.vendor_calls() == []
    await hooked.bot.services.sweep()
    assert "1 hour" in card(hooked).words


async def test_a_failed_read_is_repeated(hooked: World) -> None:
    """RingCentral was not available for a moment."""
    session = session_of(hooked)
    hooked.ringcentral.fail("GET", f"/webinar/registration/v1/sessions/{session}$", status=403, times=2)
    hooked.ringcentral.register(session, 4)
    await hooked.until(lambda: "4 registered" in card(hooked).words)
    await quiet(hooked)
    assert len(reads(hooked, session)) == 3
    assert await left(hooked) == 0


async def test_deliveries_stored_before_a_crash_are_acted_upon_after_it(both: World) -> None:
    """By the next process, at its start."""
    session = session_of(both)
    hints = both.bot.services.webhooks.hints
    hints.timing = replace(hints.timing, gather=timedelta(hours=1))
    both.ringcentral.register(session, 5)
    await both.ringcentral.webhooks.settle()
    await both.crash_bot()
    both.ringcentral.calls.clear()

    await both.start_bot()

    await both.until(lambda: "5 registered" in card(both).words)
    await quiet(both)
    assert await left(both) == 0


async def test_two_replicas_act_once(both: World) -> None:
    """Each gets half of the deliveries; a session is read by one of them."""
    session = session_of(both)
    other = await build(both.settings.model_copy(update={"port": 0}), both.clock, both.pace)
    quicken(other)
    try:
        await both.until(lambda: other.services.mirror.swept_at)
        for bot in (both.bot, other):
            bot.services.scheduler.pause()  # what is read from now on follows from a delivery
            bot.services.webhooks.hints.timing = replace(QUICK, collect=LONG, spacing=LONG, slow_spacing=LONG)
        await other.services.background.wait_idle()
        await quiet(both)
        both.ringcentral.calls.clear()
        both.ringcentral.rules.deliveries = "lost"
        both.ringcentral.register(session, 6)
        bots = [both.bot, other] * 10
        await asyncio.gather(*(deliver(bot, hint_body(session)) for bot in bots))
        async with asyncio.timeout(WAIT_LIMIT_S):
            # All are there before the first read, on a busy machine too.
            while await left(both) > 1:  # noqa: ASYNC110 - the database has no event
                await asyncio.sleep(RECHECK_S)
        async with both.bot.services.store.write() as db:
            is_due = webhook_hints.c.due_at.is_not(None)
            await db.execute(update(webhook_hints).where(is_due).values(due_at=machine_now()))
        for bot in (both.bot, other):
            bot.services.webhooks.hints.wake()
        await both.until(lambda: "6 registered" in card(both).words)
        await other.services.background.wait_idle()
        await quiet(both)
        assert len(reads(both, session)) == 1
        assert await left(both) == 0
    finally:
        await other.stop()
