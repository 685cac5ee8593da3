"""The webhook subscription is made, found again, checked, renewed and replaced; admins hear of it once."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.app import build
from bot.concurrency import SlidingWindow
from sandbox.ringcentral.subscriptions import Subscription
from tests.sandbox.webhook_receiver import EVENTS
from tests.support.webhooks import free_port, quicken, quiet, reads, subscription_calls, webhook_world
from tests.support.world import World, running_world

pytest_plugins = ["tests.support.databases"]

MINUTE = timedelta(minutes=1)


@pytest.fixture
async def hooked(tmp_path: Path) -> AsyncIterator[World]:
    """A bot that has subscribed."""
    async with webhook_world(tmp_path) as world:
        yield world


def subscriptions(world: World) -> list[Subscription]:
    """The subscriptions at RingCentral."""
    return list(world.ringcentral.world.state.subscriptions.values())


async def pass_time(world: World, by: timedelta) -> list[str]:
    """Let this time pass, and the bot look after its subscription; returns its calls about that."""
    world.ringcentral.calls.clear()
    world.clock.move(by)
    await world.ringcentral.webhooks.tick()
    await world.bot.services.webhooks.maintain()
    await quiet(world)
    return subscription_calls(world)


def told(world: World) -> list[str]:
    """What Ana, an admin, was sent by direct message."""
    return [message.words for message in world.slack.messages("@ana")]


async def let_ana_be_known(world: World) -> None:
    """Ana, an admin, uses Greenroom."""
    await world.command("ana", "#launch", "list")


async def test_one_subscription_has_all_events_of_the_company(hooked: World) -> None:
    """Made at the start, with a token, at a secret address."""
    [one] = subscriptions(hooked)
    assert (one.filters, one.disabled, bool(one.token)) == (EVENTS, [], True)
    assert one.address.startswith(f"{hooked.public_url}/ringcentral/webhook/")
    assert len(one.address.rpartition("/")[2]) == 64
    assert one.expires - one.created == timedelta(days=7)


async def test_it_is_found_again_after_a_restart_and_leftovers_are_deleted(hooked: World) -> None:
    """By its address; those of other installations stay."""
    [one] = subscriptions(hooked)
    earlier = one.model_copy(update={"id": "earlier", "address": f"{hooked.public_url}/ringcentral/webhook/earlier"})
    double = one.model_copy(update={"id": "double"})
    other = one.model_copy(update={"id": "other", "address": "https://staging.acme.example/ringcentral/webhook/x"})
    await hooked.stop_bot()
    hooked.ringcentral.world.state.subscriptions |= {each.id: each for each in (earlier, double, other)}
    hooked.ringcentral.calls.clear()
    await hooked.start_bot()
    await hooked.until(lambda: len(subscriptions(hooked)) == 2)
    await quiet(hooked)
    assert [each.id for each in subscriptions(hooked)] == [one.id, "other"]
    assert subscription_calls(hooked) == ["GET ", "DELETE /earlier", "DELETE /double"]


async def test_it_is_checked_every_five_minutes_and_renewed_in_time(hooked: World) -> None:
    """Light calls; nothing in between."""
    [one] = subscriptions(hooked)
    assert await pass_time(hooked, 4 * MINUTE) == []
    assert await pass_time(hooked, MINUTE) == [f"GET /{one.id}"]
    assert await pass_time(hooked, timedelta(days=4)) == [f"GET /{one.id}", f"POST /{one.id}/renew"]
    assert subscriptions(hooked)[0].expires - hooked.clock.now() > timedelta(days=6)


@pytest.mark.parametrize("trouble", ["blacklisted", "expired", "deleted"])
async def test_a_dead_subscription_is_replaced_and_what_was_missed_is_read(hooked: World, trouble: str) -> None:
    """The same address; the list is read, because events were delivered nowhere."""
    await let_ana_be_known(hooked)
    [one] = subscriptions(hooked)
    if trouble == "blacklisted":
        hooked.ringcentral.webhooks.blacklist(one)
    elif trouble == "expired":
        one.expires = hooked.clock.now()
    else:
        hooked.ringcentral.world.state.subscriptions.clear()
    hooked.ringcentral.create("Missed", hooked.clock.now() + timedelta(days=1))

    calls = await pass_time(hooked, 5 * MINUTE)

    assert (calls[0], calls[1], calls[-1]) == (f"GET /{one.id}", "GET ", "POST ")
    [new] = [each for each in subscriptions(hooked) if each.expires > hooked.clock.now()]
    assert (new.address, new.id != one.id, new.blacklisted) == (one.address, True, None)
    assert len(reads(hooked)) == 1
    assert "Missed" in [webinar.title for webinar in await hooked.bot.services.mirror.everything()]
    assert told(hooked) == []


async def test_admins_hear_once_that_webhooks_fail_and_once_that_they_work(
    hooked: World, caplog: pytest.LogCaptureFixture
) -> None:
    """Meanwhile it is tried again with longer and longer waits, and the poller continues."""
    await let_ana_be_known(hooked)
    hooked.ringcentral.webhooks.blacklist(subscriptions(hooked)[0])
    hooked.ringcentral.rules.webhook_timeout = 1e-6  # no answer is in time
    calls = [await pass_time(hooked, MINUTE * minutes) for minutes in (5, 1, 1, 1, 1, 1)]
    assert [len(one) > 0 for one in calls] == [True, True, False, True, False, False]
    assert subscriptions(hooked) == []
    [problem] = told(hooked)
    assert "RingCentral does not notify Greenroom of changes." in problem
    assert "did not get the expected answer from PUBLIC_URL" in problem
    hooked.ringcentral.create("Polled", hooked.clock.now() + timedelta(days=1))
    await hooked.bot.services.sweep()
    assert "Polled" in [webinar.title for webinar in await hooked.bot.services.mirror.everything()]
    assert len([one for one in caplog.records if one.getMessage() == "webhook.failed"]) == 1

    hooked.ringcentral.rules.webhook_timeout = 3.0
    await pass_time(hooked, timedelta(hours=1))
    await pass_time(hooked, timedelta(hours=1))
    assert [len(subscriptions(hooked)), len(told(hooked))] == [1, 2]
    assert "notifies Greenroom of changes again" in told(hooked)[1]


async def test_the_poller_relaxes_while_webhooks_work(hooked: World, caplog: pytest.LogCaptureFixture) -> None:
    """And returns to its usual pace when they fail, or have left out a change."""
    await hooked.create(fields={"Announce in": "#launch"})
    hooked.bot.services.scheduler.pause()
    hooked.bot.services.mirror.budget.calls = SlidingWindow(1000, 60)  # the clock moves hours within its minute
    [webinar] = hooked.ringcentral.webinars()
    await quiet(hooked)

    async def counts_after(minutes: int) -> int:
        await pass_time(hooked, MINUTE * minutes)
        before = len(reads(hooked, webinar["session_id"]))
        await hooked.bot.services.mirror.count_next()
        return len(reads(hooked, webinar["session_id"])) - before

    assert [await counts_after(minutes) for minutes in (6, 6, 6, 6, 6, 6)] == [0, 0, 0, 0, 1, 0]
    hooked.ringcentral.rules.deliveries = "lost"
    hooked.ringcentral.register(webinar["session_id"], 2)
    assert [await counts_after(minutes) for minutes in (6, 6, 6, 6, 6)] == [0, 0, 0, 1, 1]
    assert [one.getMessage() for one in caplog.records].count("webhook.change_missed") == 1
    assert [await counts_after(minutes) for minutes in (60, 6)] == [1, 0]

    hooked.ringcentral.rules.webhook_timeout = 1e-6
    hooked.ringcentral.webhooks.blacklist(subscriptions(hooked)[0])
    assert [await counts_after(minutes) for minutes in (6, 6)] == [1, 1]


async def test_a_certificate_that_is_not_accepted_has_its_own_words(tmp_path: Path) -> None:
    """RingCentral finds none at this https address, and the admins read what to install."""

    def prepare(world: World) -> None:
        world.ringcentral.rules.webhook_permission = False

    async with running_world(tmp_path, public_url=f"https://127.0.0.1:{free_port()}", prepare=prepare) as world:
        await let_ana_be_known(world)
        for minutes in (1, 2):
            await pass_time(world, MINUTE * minutes)

        [problem] = told(world)
        assert "RingCentral does not accept the certificate of PUBLIC_URL" in problem
        assert "with its full chain" in problem


async def test_organizers_hear_of_it_if_no_admin_is_known(hooked: World) -> None:
    """Sent later, once there is anybody to send it to."""
    hooked.ringcentral.webhooks.blacklist(subscriptions(hooked)[0])
    hooked.ringcentral.rules.webhook_timeout = 1e-6
    for minutes in (5, 1, 2):
        await pass_time(hooked, MINUTE * minutes)
    assert told(hooked) == []
    await let_ana_be_known(hooked)
    await pass_time(hooked, timedelta(hours=1))
    assert len(told(hooked)) == 1


async def test_a_user_without_webinar_settings_subscribes_by_host(tmp_path: Path) -> None:
    """RingCentral disables the filters of the company; the admins hear of it once."""

    def without_rights(world: World) -> None:
        people = world.ringcentral.company.people
        people[0] = people[0].model_copy(update={"webinar_settings": False, "admin": False})

    async with webhook_world(tmp_path, prepare=without_rights) as world:
        await let_ana_be_known(world)
        [one] = subscriptions(world)
        assert one.filters == [f"{event}?hostUserId=62190001" for event in EVENTS]
        assert subscription_calls(world)[:4] == ["GET ", "POST ", f"DELETE /{_deleted(world)}", "POST "]
        for _ in range(2):
            await pass_time(world, 5 * MINUTE)
        [message] = told(world)
        assert "notifies Greenroom of some changes only" in message
        assert "/webinar/configuration/v1/company/sessions (CMN-408)" in message
        session = world.ringcentral.create("Mine", world.clock.now() + timedelta(days=1))
        await quiet(world)
        assert session
        assert "Mine" in [webinar.title for webinar in await world.bot.services.mirror.everything()]


def _deleted(world: World) -> str:
    """The id of the subscription that was deleted."""
    [call] = [one for one in subscription_calls(world) if one.startswith("DELETE")]
    return call.rpartition("/")[2]


async def test_an_unclear_answer_makes_no_second_subscription(hooked: World) -> None:
    """It may have been made: the list is read before another try."""
    hooked.ringcentral.world.state.subscriptions.clear()
    hooked.ringcentral.fail("POST", "subscriptions$", status=500, effect=True)
    await pass_time(hooked, 5 * MINUTE)
    assert len(subscriptions(hooked)) == 1
    assert await pass_time(hooked, MINUTE) == ["GET "]
    assert len(subscriptions(hooked)) == 1


async def test_two_replicas_have_one_subscription(database_url: str, tmp_path: Path) -> None:
    """One takes care of it at a time."""
    async with webhook_world(tmp_path, database_url) as world:
        other = await build(world.settings.model_copy(update={"port": 0}), world.clock, world.pace)
        quicken(other)
        try:
            for _ in range(3):
                await world.bot.services.webhooks.maintain()
                await other.services.webhooks.maintain()
            assert len(subscriptions(world)) == 1
            calls = await pass_time(world, 5 * MINUTE)
            world.ringcentral.calls.clear()
            await other.services.webhooks.maintain()
            assert (len(calls), subscription_calls(world)) == (1, [])
            await other.services.background.wait_idle()
        finally:
            await other.stop()


async def test_without_a_public_url_there_are_no_webhooks(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Said once in the log."""
    caplog.set_level(logging.INFO)
    async with running_world(tmp_path) as world:
        await world.bot.services.webhooks.maintain()
        assert subscription_calls(world) == []
        assert [one.getMessage() for one in caplog.records].count("webhook.off") == 1
        routes: list[Any] = [route.resource and route.resource.canonical for route in _routes(world)]
        assert not any("webhook" in str(one) for one in routes)


def _routes(world: World) -> list[Any]:
    app = world.bot.runner.app
    return list(app.router.routes())
