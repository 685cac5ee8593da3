"""Creations with a failure at a chosen point: inject it, and collect the final state on all sides."""

from __future__ import annotations

import asyncio
from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, NamedTuple

import aiohttp
from sqlalchemy import event, select

from bot.app import Greenroom, ProviderTiming
from bot.creation.table import ACTIVE, CARD_OPEN
from bot.db.schema import creations
from sandbox.slack import Outcome
from tests.support.world import WAIT_LIMIT_S, World

HANG_S = 60.0
"""Seconds for which a stand-in delays a response: longer than any story."""
TIMEOUT_S = 0.3
"""Seconds after which the bot gives up a request, in stories that wait for it."""
SHORT_LEASE = timedelta(seconds=0.3)
TITLE = "Launch day"
START_IN = timedelta(days=3)

FaultReached = Callable[[], object]
SetFault = Callable[[World], FaultReached]
"""Prepares a world so that the bot stops at some point; the returned function reports whether it got there."""


class FinalState(NamedTuple):
    """What exists in the end."""

    complete: int
    """Webinars at RingCentral with a session."""
    incomplete: int
    """Webinars at RingCentral without one."""
    mirrored: int
    """Scheduled webinars in the mirror."""
    cards: int
    notified: tuple[str, ...]
    """The results shown to the user, in the modal and by direct message."""


CREATED = FinalState(1, 0, 1, 1, ("made",))
CREATED_WITHOUT_CARD = FinalState(1, 0, 1, 0, ("made",))
NOTHING = FinalState(0, 0, 0, 0, ("not made",))


def without_waits(world: World) -> None:
    """Remove rate limits and pauses between retries; look again at once for an unknown outcome."""
    world.ringcentral.rules.budgets = {"Light": 1000, "Medium": 1000, "Heavy": 1000, "Auth": 1000}
    company = world.ringcentral.company
    company.people = [person.model_copy() for person in company.people]  # so that a change affects one story only
    world.pace = ProviderTiming(sleep=_sleep_briefly)
    world.on_build = _remove_delays


def with_short_leases(world: World) -> None:
    """The same, with a lease short enough to wait for after a crash on PostgreSQL."""
    without_waits(world)

    def on_build(bot: Greenroom) -> None:
        _remove_delays(bot)
        bot.services.creation.leases.lease = bot.services.locks.lease = SHORT_LEASE

    world.on_build = on_build


def with_short_timeout(world: World) -> None:
    """The same, with a short request timeout."""
    without_waits(world)
    world.pace = ProviderTiming(timeout=TIMEOUT_S, sleep=_sleep_briefly)


async def _sleep_briefly(seconds: float) -> None:
    await asyncio.sleep(min(seconds, 0.01))


def _remove_delays(bot: Greenroom) -> None:
    creation = bot.services.creation
    creation._report.announcer.retry = timedelta()
    creation.leases.retry = creation.steps.watch = creation.steps.reconciler.min_age = timedelta()
    bot.services.mirror.budget.calls.most = 1000


async def submit_form(world: World, user: str = "finn", title: str = TITLE, **values: object) -> Outcome:
    """Fill in the form and send it, without waiting for the result."""
    await world.slack.command(user, "#launch", "/webinar", "create")
    await world.until(lambda: world.slack.view_stack(user))
    typed = {
        "Title": title,
        "Starts": world.clock.now() + START_IN,
        "Length": "45m",
        "Announce in": "#launch",
        **values,
    }
    return await world.slack.submit(user, world.slack.view(user), typed)


def hang_at_ringcentral(method: str, path: str, *, done: bool) -> SetFault:
    """RingCentral receives a call, `done` or not, and does not respond."""

    def arm(world: World) -> FaultReached:
        fault = world.ringcentral.fail(method, path, status=None if done else 500, effect=done, hang=HANG_S)
        return lambda: fault.times == 0

    return arm


def hang_at_slack(method: str, *, done: bool) -> SetFault:
    """The same at Slack."""

    def arm(world: World) -> FaultReached:
        world.slack.fail(method, effect=done, hang=HANG_S)
        return lambda: not world.slack.pending_faults

    return arm


def crash_before_writing(table: str, fact: str) -> SetFault:
    """Cancel the first statement that writes `fact` to `table`, and every later statement."""

    def arm(world: World) -> FaultReached:
        reached: list[str] = []

        def look(_: object, __: object, statement: str, values: Any, *___: object) -> None:
            changes = statement.startswith((f"INSERT INTO {table} ", f"UPDATE {table} "))
            if reached or (changes and (fact in statement or fact in map(str, values))):
                reached.append(statement)
                raise asyncio.CancelledError

        store = world.bot.services.store
        for engine in store.engines:
            event.listen(engine.sync_engine, "before_cursor_execute", look)
        return lambda: reached

    return arm


@dataclass(frozen=True)
class _StoredCreation:
    step: str
    title: str


async def stored_creations(world: World) -> list[_StoredCreation]:
    """The creations in the database."""
    async with world.bot.services.store.read() as db:
        rows = await db.execute(select(creations.c.step, creations.c.title))
        return [_StoredCreation(row.step, row.title) for row in rows]


async def wait_until_done(world: World) -> None:
    """Resume creations, as the scheduler does, until none is in progress."""
    async with asyncio.timeout(WAIT_LIMIT_S):
        while True:
            await world.bot.services.creation.resume()
            await world.settled()
            if not any(one.step in (*ACTIVE, *CARD_OPEN) for one in await stored_creations(world)):
                return
            await asyncio.sleep(0.01)


async def final_state(world: World, user: str = "finn") -> FinalState:
    """Wait until the creations are done, and return the final state."""
    await wait_until_done(world)
    now = world.clock.now()
    webinars = world.ringcentral.dump().get("webinars", {}).values()
    complete = [one for one in webinars if one.get("session")]
    mirrored = [one for one in await world.bot.services.mirror.everything(now) if one.status == "Scheduled"]
    cards = [message for message in world.slack.messages("#launch") if message.bot and not message.ephemeral_to]
    return FinalState(
        len(complete), len(webinars) - len(complete), len(mirrored), len(cards), notifications(world, user)
    )


def notifications(world: World, user: str) -> tuple[str, ...]:
    """The results a user was notified of, in order."""
    kinds = {"create.done": "made", "create.failed": "not made"}
    shown = [kinds[view.callback_id] for view in world.slack.view_stack(user) if view.callback_id in kinds]
    messages = [message for message in world.slack.messages(f"@{user}") if message.bot]
    return (*shown, *("made" if one.text.startswith("Created: ") else "not made" for one in messages))


async def deliver_late_create(world: World, title: str = TITLE) -> None:
    """Send the request that creates a webinar, as if it had been lost on the way until now."""
    await post_to_ringcentral(world, "/webinars", {"title": title, "settings": {"registrationEnabled": True}})


async def post_to_ringcentral(world: World, path: str, body: dict[str, Any]) -> None:
    """Send a request of the service user to RingCentral."""
    rc = world.ringcentral
    form = {"grant_type": "urn:ietf:params:oauth:grant-type:jwt-bearer", "assertion": rc.jwt}
    app = b64encode(f"{rc.client_id}:{rc.client_secret}".encode()).decode()
    login = {"Authorization": f"Basic {app}"}
    async with aiohttp.ClientSession(rc.url) as http:
        async with http.post("/restapi/oauth/token", data=form, headers=login) as answer:
            token = (await answer.json())["access_token"]
        headers = {"Authorization": f"Bearer {token}"}
        async with http.post(f"/webinar/configuration/v1{path}", json=body, headers=headers) as answer:
            assert answer.status == 201


def release_held_responses(world: World) -> None:
    """Let RingCentral send the responses it delays."""
    world.ringcentral.release_hanging()
