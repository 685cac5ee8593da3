"""Zoom's webhooks reach cards and alerts within seconds, with one read of the meeting; the poller works alone, too."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from bot.db.webhook_schema import webhook_deliveries, webhook_hints, webhook_seen
from bot.model.ability import Ability
from bot.model.webinar import Status
from bot.providers.base import NOTICE
from sandbox.slack import Message
from tests.support.seats import SeatsHarness
from tests.support.webhooks import deliver_zoom, zoom_quiet, zoom_webhook_world
from tests.support.world import World

CHANNEL = "#marketing"
MINUTE = timedelta(minutes=1)


@pytest.fixture
async def hooked(tmp_path: Path) -> AsyncIterator[World]:
    """A bot that Zoom alone delivers to."""
    async with zoom_webhook_world(tmp_path) as world:
        yield world


def plan(world: World, title: str = "Town hall", days: float = 3, **fields: object) -> int:
    """A meeting with registration, planned at Zoom; its id."""
    given = {"settings": {"approval_type": 0}, "duration": 45, **fields}
    return world.zoom.create(title, world.clock.now() + timedelta(days=days), **given)  # type: ignore[arg-type] # API fields


async def announce(world: World, event_id: int) -> None:
    """Share its card, and forget the calls until then."""
    await world.command("ana", CHANNEL, f"share {event_id}")
    await zoom_quiet(world)
    world.clock.move(2 * MINUTE)
    world.zoom.calls.clear()


def card(world: World) -> Message:
    """The card in the channel."""
    return world.slack.messages(CHANNEL)[0]


async def alert(world: World, words: str) -> Message:
    """Wait for the alert with these words."""
    found = await world.until(lambda: [one for one in world.slack.messages(CHANNEL)[1:] if words in one.words])
    return found[0]


def reads(world: World) -> list[str]:
    """The calls to the API."""
    calls = [(call.method, call.path) for call in world.zoom.calls if call.path.startswith("/v2/")]
    return [f"{method} {path.removeprefix('/v2')}" for method, path in calls]


async def left(world: World) -> int:
    """How many deliveries are stored, and hints are due."""
    async with world.bot.services.store.read() as db:
        stored = await db.execute(select(func.count()).select_from(webhook_deliveries))
        due = await db.execute(select(func.count()).where(webhook_hints.c.due_at.is_not(None)))
        return int(stored.scalar() or 0) + int(due.scalar() or 0)


async def seen_deliveries(world: World) -> int:
    """How many deliveries are remembered as seen."""
    async with world.bot.services.store.read() as db:
        return int((await db.execute(select(func.count()).select_from(webhook_seen))).scalar() or 0)


async def test_the_course_of_a_meeting_reaches_card_and_channel(hooked: World) -> None:
    """Made at Zoom, registered for, moved, started and ended there: each with one read, though delivered twice."""
    hooked.zoom.world.rules.deliver_twice = True
    event_id = plan(hooked)
    plan(hooked, "Stand-up", settings={"approval_type": 2})
    await zoom_quiet(hooked)
    [webinar] = await hooked.bot.services.mirror.everything()
    assert (webinar.title, webinar.session_id) == ("Town hall", f"zoom-{event_id}")
    assert [one for one in reads(hooked) if "users" not in one].count(f"GET /meetings/{event_id}") == 1
    await announce(hooked, event_id)

    hooked.zoom.register(event_id, 3)
    await hooked.until(lambda: "3 registered" in card(hooked).words)
    await zoom_quiet(hooked)
    assert reads(hooked) == [f"GET /meetings/{event_id}", f"GET /meetings/{event_id}/registrants"]

    hooked.zoom.calls.clear()
    hooked.zoom.move(event_id, timedelta(days=2))
    await alert(hooked, "was moved")
    await zoom_quiet(hooked)
    assert reads(hooked) == [f"GET /meetings/{event_id}"]

    await hooked.move(timedelta(days=5) - 2 * MINUTE)
    hooked.zoom.begin(event_id)
    await hooked.until(lambda: "live" in card(hooked).words.lower())
    hooked.zoom.finish(event_id)
    await hooked.until(lambda: "over" in card(hooked).words.lower() or "ended" in card(hooked).words.lower())
    await zoom_quiet(hooked)
    assert (await hooked.bot.services.mirror.find(f"zoom-{event_id}")).status is Status.FINISHED
    assert await left(hooked) == 0


async def test_a_meeting_that_is_deleted_at_zoom_is_canceled_here(hooked: World) -> None:
    """At once, with a post in its channel. A delivery that is repeated later, signed anew, has nothing read again."""
    event_id = plan(hooked)
    await zoom_quiet(hooked)
    await announce(hooked, event_id)
    payload = {"account_id": hooked.zoom.account_id, "object": {"id": str(event_id)}}
    raw = json.dumps({"event": "meeting.updated", "event_ts": 1_772_000_000_000, "payload": payload}).encode()
    for expected in ([f"GET /meetings/{event_id}"], []):
        hooked.zoom.calls.clear()
        assert await deliver_zoom(hooked, raw) == 200
        await zoom_quiet(hooked)
        assert reads(hooked) == expected
    hooked.zoom.delete(event_id)
    await alert(hooked, "cancel")
    await zoom_quiet(hooked)
    assert (await hooked.bot.services.mirror.find(f"zoom-{event_id}")).status is Status.CANCELED
    assert await left(hooked) == 0


async def test_a_converted_meeting_keeps_its_row_and_its_card(hooked: World) -> None:
    """Under the same id, with what a webinar can do, and back."""
    event_id = plan(hooked)
    await zoom_quiet(hooked)
    await announce(hooked, event_id)
    for is_webinar in (True, False):
        hooked.zoom.convert(event_id)
        await zoom_quiet(hooked)
        [webinar] = await hooked.bot.services.mirror.everything()
        assert webinar.session_id == f"zoom-{event_id}"
        assert (Ability.INVITE_PANELIST in webinar.abilities) is is_webinar
        hooked.zoom.register(event_id, 1)
        await zoom_quiet(hooked)
    assert "2 registered" in card(hooked).words
    assert len([one for one in hooked.slack.messages(CHANNEL) if not one.ephemeral_to]) == 1


async def test_somebody_who_joins_shows_that_a_meeting_is_live(hooked: World) -> None:
    """Even if the event of its start was lost; nothing more is read when others join."""
    event_id = plan(hooked, days=0.01)
    await zoom_quiet(hooked)
    await announce(hooked, event_id)
    [subscriber] = hooked.zoom.webhooks.subscribers
    subscriber.events = ("meeting.participant_joined", "meeting.participant_left")
    hooked.clock.move(timedelta(minutes=14))
    hooked.zoom.begin(event_id)
    hooked.zoom.room.join(event_id, name="Jane")
    await hooked.until(lambda: "live" in card(hooked).words.lower())
    await zoom_quiet(hooked)
    hooked.zoom.calls.clear()
    hooked.zoom.room.join(event_id, name="Joe")
    hooked.zoom.go(event_id, 1)
    await zoom_quiet(hooked)
    assert reads(hooked) == []

    seen = await seen_deliveries(hooked)
    for number, event in enumerate(("meeting.participant_joined", "meeting.participant_left", "webinar.ended")):
        thing = {"id": 81234567890, "participant": {"user_id": str(number)}}
        payload = {"account_id": hooked.zoom.account_id, "object": thing}
        raw = json.dumps({"event": event, "event_ts": 1, "payload": payload}).encode()
        assert await deliver_zoom(hooked, raw) == 200
    await zoom_quiet(hooked)
    assert reads(hooked) == []
    assert await seen_deliveries(hooked) == seen, "what happens in meetings that are not known here leaves no row"


def said(at: SeatsHarness) -> list[Message]:
    """The direct messages without the calendar files."""
    return [one for one in at.dms("dev") if not one.files]


async def test_what_a_host_decides_at_zoom_reaches_the_person(hooked: World) -> None:
    """At once, with the link of the webhook and without a call; a decision that is late is looked up first."""
    event_id = plan(hooked, settings={"approval_type": 1})
    await zoom_quiet(hooked)
    await hooked.bot.services.mirror.refresh(f"zoom-{event_id}", NOTICE)
    await hooked.post_card("Town hall")
    at = SeatsHarness(hooked, f"zoom-{event_id}")
    await at.take_seat()
    await zoom_quiet(hooked)
    [one] = hooked.zoom.world.events[event_id].registrants.values()

    hooked.zoom.calls.clear()
    hooked.zoom.decide(event_id, "approve", one.id)
    await zoom_quiet(hooked)
    assert "Your registration is approved" in said(at)[-2].words
    assert at.link_of(said(at)[-1]).startswith(hooked.zoom.url)
    assert f"GET /meetings/{event_id}/registrants/{one.id}" not in reads(hooked)

    hooked.zoom.decide(event_id, "deny", one.id)
    await zoom_quiet(hooked)
    assert "Your registration was denied" in said(at)[-1].words
    count = len(said(at))
    registrant = {"id": one.id, "join_url": "https://zoom.example/w/1?tk=old"}
    payload = {"account_id": hooked.zoom.account_id, "object": {"id": event_id, "registrant": registrant}}
    then = int(hooked.clock.now().timestamp() * 1000) - 600_000
    late = {"event": "meeting.registration_approved", "event_ts": then, "payload": payload}
    assert await deliver_zoom(hooked, json.dumps(late).encode()) == 200
    await zoom_quiet(hooked)
    assert len(said(at)) == count

    hooked.zoom.decide(event_id, "cancel", one.id)
    await zoom_quiet(hooked)
    webinar = await hooked.bot.services.mirror.find(f"zoom-{event_id}")
    assert await hooked.bot.services.seats.find(webinar, "U0DEV") is None


async def test_without_webhooks_the_poller_reads_the_same(hooked: World) -> None:
    """Nothing is delivered; the next list brings the title, the time and the end of a meeting."""
    hooked.zoom.webhooks.subscribers.clear()
    event_id = plan(hooked)
    await hooked.bot.services.sweep()
    await announce(hooked, event_id)
    hooked.zoom.edit(event_id, topic="All hands", duration=120)
    await hooked.bot.services.sweep()
    assert "All hands" in card(hooked).words
    assert "2 hours" in card(hooked).words
    hooked.zoom.delete(event_id)
    hooked.clock.move(2 * MINUTE)
    await hooked.bot.services.mirror.sweep(NOTICE)
    assert "cancel" in card(hooked).words.lower()
