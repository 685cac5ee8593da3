"""Trouble around webhooks: RingCentral fails for ten minutes, a new session is unknown, deliveries are forged."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from bot.model.webinar import Status
from tests.support.creation import without_waits
from tests.support.webhooks import deliver, hint_body, quiet, reads, webhook_world
from tests.support.world import World

pytest_plugins = ["tests.support.databases"]

API = "^/webinar/"
CHANNEL = "#launch"


async def announced(world: World) -> str:
    """Create a webinar with a card in #launch; return its session, with nothing left to read."""
    await world.create(channel=CHANNEL, fields={"Announce in": CHANNEL})
    await quiet(world)
    world.clock.move(timedelta(minutes=2))  # long after it was created
    world.ringcentral.calls.clear()
    [webinar] = world.ringcentral.webinars()
    return str(webinar["session_id"])


def card(world: World) -> str:
    """What the card says."""
    return world.slack.messages(CHANNEL)[0].words


async def statuses(world: World) -> set[Status]:
    """The statuses of all webinars in the mirror."""
    return {webinar.status for webinar in await world.bot.services.mirror.everything()}


async def test_503_for_ten_minutes_loses_and_cancels_nothing(database_url: str, tmp_path: Path) -> None:
    """A hint whose reads fail is followed after the outage. No admin is alarmed: the subscription was never lost."""
    async with webhook_world(tmp_path, database_url, prepare=without_waits) as world:
        session = await announced(world)
        shown, alarms = card(world), world.slack.messages("@ana")
        world.ringcentral.fail("*", API, status=503, retry_after=0, times=100_000)
        world.ringcentral.register(session, 3)
        world.ringcentral.edit(session, scheduledDuration=5400)
        await world.until(lambda: len(reads(world, session)) >= 4)
        for _ in range(10):
            world.clock.move(timedelta(minutes=1))
            await world.bot.services.sweep()
            await world.bot.services.webhooks.maintain()
        assert (card(world), await statuses(world)) == (shown, {Status.SCHEDULED})
        world.ringcentral.faults.clear()

        await world.until(lambda: "1 hour 30 minutes" in card(world) and "3 registered" in card(world))
        await quiet(world)
        await world.bot.services.webhooks.maintain()
        assert len(world.ringcentral.world.state.subscriptions) == 1
        assert world.slack.messages("@ana") == alarms


async def test_a_new_session_that_registration_does_not_know_yet(tmp_path: Path) -> None:
    """404 for the registration right after the creation, here and there: it is not canceled, and is read later."""

    def slow(world: World) -> None:
        world.ringcentral.rules.registration_delay = 1.5

    async with webhook_world(tmp_path, prepare=slow) as world:
        await world.create(channel=CHANNEL, fields={"Announce in": CHANNEL})
        world.ringcentral.create("Made there", world.clock.now() + timedelta(days=2))
        [here] = [one for one in world.ringcentral.webinars() if one["title"] == "Launch day"]
        await deliver(world.bot, hint_body(str(here["session_id"])))
        await quiet(world)

        assert await statuses(world) == {Status.SCHEDULED}
        assert "cancel" not in card(world).lower()
        await world.until(lambda: "Register" in world.slack.messages(CHANNEL)[0].buttons)


@pytest.mark.parametrize("forgery", ["token", "path", "unknown ids", "deleted"])
async def test_a_forged_delivery_changes_nothing(tmp_path: Path, forgery: str) -> None:
    """Without our secrets nothing is read; with them a claim is looked up, and never believed."""
    async with webhook_world(tmp_path) as world:
        session = await announced(world)
        shown, messages = card(world), len(world.slack.messages(CHANNEL))
        claim = hint_body(session, "/webinar/configuration/v1/company/sessions").replace(
            b"{", b'{"eventType":"Deleted",', 1
        )
        sent = {
            "token": (claim, {"Verification-Token": "forged"}, None, 401),
            "path": (claim, None, "forged", 404),
            "unknown ids": (hint_body("999999999"), None, None, 200),
            "deleted": (claim, None, None, 200),
        }
        body, headers, secret, status = sent[forgery]
        answers = [await deliver(world.bot, body, headers=headers, secret=secret) for _ in range(5)]
        await quiet(world)

        assert {answer.status for answer in answers} == {status}
        assert len(world.vendor_calls()) == len(reads(world)) == (1 if status == 200 else 0)
        assert await statuses(world) == {Status.SCHEDULED}
        assert (card(world), len(world.slack.messages(CHANNEL))) == (shown, messages)
