"""The RingCentral client and its rate budget: 429 answers, penalties and lanes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import aiohttp
import pytest

from bot.errors import ProviderBusy
from bot.providers.base import UPKEEP
from bot.providers.gate import LocalGate
from bot.providers.rate_budget import SEND_WITHIN
from sandbox.ringcentral import Rules
from tests.support.ringcentral import COMPANY, PERSON, START, TOKEN, WEBINARS, Pair, ringcentral_pair, webinar_form

LONG_AGO = datetime(2001, 1, 1, tzinfo=UTC)


@pytest.fixture
async def pair() -> AsyncIterator[Pair]:
    """A client and a stand-in with large budgets."""
    async with ringcentral_pair() as both:
        yield both


def short(**budgets: int) -> Rules:
    """Rules with windows and penalties of one second."""
    plenty = {"Light": 1000, "Medium": 1000, "Heavy": 1000, "Auth": 1000}
    return Rules(window=1, penalty=1, budgets={**plenty, **budgets})


async def exceed_budget(pair: Pair, path: str) -> None:
    """Exceed the service user's budget, as another program might."""
    basic = {"Authorization": aiohttp.encode_basic_auth(pair.vendor.client_id, pair.vendor.client_secret)}
    form = {"grant_type": "urn:ietf:params:oauth:grant-type:jwt-bearer", "assertion": pair.vendor.jwt}
    async with pair.http.post(pair.vendor.url + TOKEN, data=form, headers=basic) as response:
        headers = {"Authorization": f"Bearer {(await response.json())['access_token']}"}
    for _ in range(21):
        async with pair.http.get(pair.vendor.url + path, headers=headers) as response:
            await response.read()


async def test_a_throttled_change_is_sent_again_and_done_once(pair: Pair) -> None:
    """A 429 had no effect; the wait is reported to the user."""
    waits: list[float] = []

    async def on_wait(seconds: float) -> None:
        waits.append(seconds)

    pair.vendor.fail("POST", "/webinars$", status=429, retry_after=1)
    client = pair.client()

    await client.create_webinar(webinar_form(), None, replace(PERSON, on_wait=on_wait))

    assert (pair.titles(), pair.asked("POST", WEBINARS)) == (["Launch day"], [429, 201])
    assert waits == pytest.approx([1.25], abs=0.05)


async def test_a_throttled_change_fails_if_the_wait_exceeds_the_patience(pair: Pair) -> None:
    """The error says when to retry, and nothing was created."""
    pair.vendor.fail("POST", "/webinars$", status=429, retry_after=600)

    with pytest.raises(ProviderBusy, match=r"nothing was changed\. Try again in 11 minutes"):
        await pair.client().create_webinar(webinar_form(), None, PERSON)

    assert (pair.titles(), pair.asked("POST", WEBINARS)) == ([], [429])


async def test_patience_covers_all_tries_together(pair: Pair) -> None:
    """Two waits of more than a second exceed a patience of two."""
    pair.vendor.fail("POST", "/webinars$", status=429, retry_after=1, times=9)

    with pytest.raises(ProviderBusy):
        await pair.client().create_webinar(webinar_form(), None, replace(PERSON, patience=2.0))

    assert pair.asked("POST", WEBINARS) == [429, 429]


async def test_a_request_fails_after_five_429_answers(pair: Pair) -> None:
    """However short their waits."""
    pair.vendor.fail("GET", "/webinars/", status=429, times=99, retry_after=0)

    with pytest.raises(ProviderBusy):
        await pair.client().webinar("1", PERSON)

    assert pair.asked("GET", f"{WEBINARS}/1") == [429] * 5


async def test_thirty_callers_never_exceed_a_budget() -> None:
    """With twelve calls a second, all succeed without a 429."""
    async with ringcentral_pair(short(Heavy=12)) as pair:
        client, webinars = pair.client(), [pair.vendor.create("Launch day", START) for _ in range(30)]

        await asyncio.gather(*(client.webinar(webinar_id, PERSON) for webinar_id in webinars))

        assert [status for one in webinars for status in pair.asked("GET", f"{WEBINARS}/{one}")] == [200] * 30
        assert (pair.vendor.penalties, pair.vendor.throttled) == (0, 0)


async def test_thirty_callers_wait_in_a_penalty() -> None:
    """Another program has caused it: one call gets a 429, and no other is sent until it is over."""
    async with ringcentral_pair(short(Heavy=20)) as pair:
        client, webinars = pair.client(), [pair.vendor.create("Launch day", START) for _ in range(30)]
        await exceed_budget(pair, f"{WEBINARS}/{webinars[0]}")
        pair.vendor.calls.clear()
        throttled = pair.vendor.throttled

        await asyncio.gather(*(client.webinar(webinar_id, PERSON) for webinar_id in webinars))

        assert [call.status for call in pair.vendor.calls if call.path.startswith(WEBINARS)] == [429] + [200] * 30
        assert pair.vendor.throttled == throttled + 1
        first, second = [call.at for call in pair.vendor.calls if call.path.startswith(WEBINARS)][:2]
        assert second - first > timedelta(seconds=1)


async def test_a_user_overtakes_the_sweep() -> None:
    """The next slot goes to the user who came later."""
    async with ringcentral_pair(short(Heavy=2)) as pair:
        client, webinar_id = pair.client(), pair.vendor.create("Launch day", START)
        for _ in range(2):
            await client.webinar(webinar_id, PERSON)
        pair.vendor.calls.clear()
        waits = asyncio.Event()

        async def on_wait(seconds: float) -> None:
            waits.set()

        sweep = asyncio.ensure_future(client.sessions(LONG_AGO, replace(UPKEEP, on_wait=on_wait)))
        await waits.wait()
        await client.webinar(webinar_id, PERSON)
        await sweep

        heavy = [call.path for call in pair.vendor.calls if call.group == "Heavy"]
        assert (heavy, pair.vendor.throttled) == ([f"{WEBINARS}/{webinar_id}", COMPANY], 0)


async def test_two_clients_share_a_gate() -> None:
    """One user, one gate: a second client uses the same budget."""
    async with ringcentral_pair(short(Heavy=4)) as pair:
        gate, webinar_id = LocalGate(), pair.vendor.create("Launch day", START)
        clients = [pair.client(gate=gate) for _ in range(2)]

        await asyncio.gather(*(client.webinar(webinar_id, PERSON) for client in clients * 4))

        assert pair.vendor.throttled == 0


async def test_a_call_whose_slot_has_expired_gets_another_one(pair: Pair) -> None:
    """What its caller does before sending took too long, as if the process had been frozen."""
    now, prepared = [1000.0], 0

    async def prepare() -> None:
        nonlocal prepared
        prepared += 1
        now[0] += SEND_WITHIN if prepared == 1 else 0.0

    gate, webinar_id = LocalGate(monotonic=lambda: now[0]), pair.vendor.create("Launch day", START)

    await pair.client(gate=gate).webinar(webinar_id, replace(PERSON, before_sending=prepare))

    assert (prepared, pair.asked("GET", f"{WEBINARS}/{webinar_id}")) == (2, [200])
