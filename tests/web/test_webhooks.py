"""The webhook's route: what it answers, and that a delivery is stored before it is answered."""

from __future__ import annotations

import asyncio
import logging
import statistics
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from sqlalchemy import func, select, text

from bot.db.connection import Store
from bot.db.webhook_schema import webhook_deliveries
from bot.sync.webhooks.address import PATH, WebhookAddress
from bot.sync.webhooks.inbox import DeliveryInbox
from bot.web.limits import MAX_BODY
from bot.web.webhooks import WebhookIngress
from tests.support.webhooks import hint_body
from tests.support.webinar_samples import ACCOUNT

pytest_plugins = ["tests.support.databases"]

NAME = "Lena Berger"


@dataclass
class Route:
    """The route on a socket, with its database."""

    url: str
    address: WebhookAddress
    store: Store
    http: aiohttp.ClientSession

    async def post(
        self, body: Any, headers: dict[str, str] | None = None, secret: str | None = None
    ) -> aiohttp.ClientResponse:
        """Deliver this; by default with the right secret and token."""
        right = self.address.url.removeprefix(self.address.prefix)
        sent = {"Verification-Token": self.address.token} if headers is None else headers
        url = f"{self.url}{PATH}{right if secret is None else secret}"
        async with self.http.post(url, data=body, headers=sent) as answer:
            await answer.read()
            return answer

    async def stored(self) -> list[str]:
        """The bodies that are stored."""
        async with self.store.read() as db:
            return [row.content for row in await db.execute(select(webhook_deliveries.c.content))]


@pytest.fixture
async def route(store: Store) -> AsyncIterator[Route]:
    """The route without a bot behind it, on both databases."""
    address = WebhookAddress("https://webinars.acme.example", store.vault, ACCOUNT)
    app = web.Application()
    WebhookIngress(address, DeliveryInbox(store, ACCOUNT).add).add_routes(app)
    runner = web.AppRunner(app, access_log=None, auto_decompress=False)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    async with aiohttp.ClientSession() as http:
        yield Route(f"http://127.0.0.1:{runner.addresses[0][1]}", address, store, http)
    await runner.cleanup()


async def test_a_handshake_is_answered_with_its_token(route: Route) -> None:
    """200, JSON, and less than 1,024 bytes, headers included."""
    token = "t" * 512
    answer = await route.post(None, headers={"Validation-Token": token})
    assert (answer.status, answer.headers["Validation-Token"]) == (200, token)
    assert answer.headers["Content-Type"] == "application/json"
    head = sum(len(name) + len(value) + 4 for name, value in answer.raw_headers)
    assert answer.headers["Content-Length"] == "0"
    assert head + len("HTTP/1.1 200 OK\r\n\r\n") <= 1024
    assert (await route.post(None, headers={"Validation-Token": "t" * 513})).status == 400
    assert await route.stored() == []


@pytest.mark.parametrize("header", ["Verification-Token", "Validation-Token", "verification-token"])
async def test_a_delivery_with_our_token_is_stored(route: Route, header: str) -> None:
    """In either header, whatever its body."""
    for body in (b"{}", b"", b"\xff\x00", hint_body("61")):
        assert (await route.post(body, headers={header: route.address.token})).status == 200
    assert sorted(await route.stored()) == sorted(["{}", "", "\xff\x00", hint_body("61").decode()])


@pytest.mark.parametrize(
    ("secret", "headers", "status"),
    [
        ("wrong", None, 404),
        ("%C3%A9" * 64, None, 404),
        ("wrong", {"Validation-Token": "a-handshake"}, 404),
        (None, {}, 401),
        (None, {"Verification-Token": "wrong"}, 401),
        (None, {"Verification-Token": ""}, 401),
        (None, {"Validation-Token": "wrong"}, 401),
        (None, {"Verification-Token": "wrong", "Validation-Token": "wrong"}, 401),
    ],
)
async def test_a_forged_delivery_is_refused(
    route: Route, caplog: pytest.LogCaptureFixture, secret: str | None, headers: dict[str, str] | None, status: int
) -> None:
    """404 for a wrong address, 401 for a wrong token: one line in the log, without the body, and nothing is stored."""
    caplog.set_level(logging.INFO)
    assert (await route.post(NAME.encode(), headers=headers, secret=secret)).status == status
    assert [(one.getMessage(), vars(one)["status"]) for one in caplog.records] == [("webhook.refused", status)]
    logged = str([vars(one) for one in caplog.records])
    for private in (NAME, "wrong", route.address.token, route.address.url.removeprefix(route.address.prefix)):
        assert private not in logged
    assert await route.stored() == []


async def test_an_earlier_key_still_opens(store: Store) -> None:
    """As long as it is kept: the subscription has the earlier address until it is replaced."""
    new, old = "Q" * 43 + "=", "R" * 43 + "="
    before = WebhookAddress("https://x.example", type(store.vault)(old), ACCOUNT)
    after = WebhookAddress("https://x.example", type(store.vault)(f"{new},{old}"), ACCOUNT)
    secret = before.url.removeprefix(before.prefix)
    assert after.is_path(secret)
    assert after.is_token(before.token)
    assert (after.url, after.token) != (before.url, before.token)
    assert not WebhookAddress("https://x.example", type(store.vault)(new), ACCOUNT).is_path(secret)


async def test_a_long_delivery_is_refused(route: Route) -> None:
    """413, with a length or in chunks."""

    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(10):
            yield b"x" * 50_000

    assert (await route.post(b"x" * (MAX_BODY + 1))).status == 413
    assert (await route.post(chunks())).status == 413
    assert await route.stored() == []
    assert (await route.post(b"x" * MAX_BODY)).status == 200


async def test_other_methods_and_paths_are_not_served(route: Route) -> None:
    """Only POST, only with one secret."""
    async with route.http.get(f"{route.url}{PATH}x") as answer:
        assert answer.status == 405
    for path in (PATH, f"{PATH}x/y"):
        async with route.http.post(f"{route.url}{path}") as answer:
            assert answer.status == 404


async def test_a_delivery_that_cannot_be_stored_is_not_accepted(route: Route, caplog: pytest.LogCaptureFixture) -> None:
    """503, so that it is delivered again."""
    async with route.store.write() as db:
        await db.execute(text("alter table webhook_deliveries rename to elsewhere"))
    assert (await route.post(NAME.encode())).status == 503
    assert NAME not in caplog.text
    async with route.store.write() as db:
        await db.execute(text("alter table elsewhere rename to webhook_deliveries"))
    assert (await route.post(b"{}")).status == 200
    assert await route.stored() == ["{}"]


async def test_stored_deliveries_are_encrypted(route: Route) -> None:
    """They may contain names and addresses."""
    await route.post(f'{{"firstName": "{NAME}"}}'.encode())
    async with route.store.read() as db:
        [row] = (await db.execute(text("select * from webhook_deliveries"))).all()
    assert NAME not in str(tuple(bytes(one) if isinstance(one, memoryview) else one for one in row))
    assert NAME in (await route.stored())[0]


async def _storm(route: Route, count: int, at_once: int) -> list[float]:
    """Deliver so many, a few at a time; the seconds of each answer."""
    times: list[float] = []
    slots = asyncio.Semaphore(at_once)

    async def send() -> None:
        async with slots:
            began = time.perf_counter()
            assert (await route.post(hint_body("61"))).status == 200
            times.append(time.perf_counter() - began)

    await asyncio.gather(*(send() for _ in range(count)))
    return times


async def test_an_answer_takes_less_than_fifty_milliseconds(route: Route) -> None:
    """Stored before it is answered. Eight at a time share an event loop with their clients: each has an eighth."""
    await _storm(route, 5, 1)
    alone, together = await _storm(route, 100, 1), await _storm(route, 1000, 8)
    assert statistics.median(alone) < 0.05
    assert statistics.median(together) / 8 < 0.05
    async with route.store.read() as db:
        assert (await db.execute(select(func.count()).select_from(webhook_deliveries))).scalar() == 1105


async def test_what_is_answered_survives_a_client_that_gives_up(route: Route) -> None:
    """The others of its transaction are stored and answered."""
    hasty = [asyncio.create_task(route.post(b"hasty")) for _ in range(5)]
    patient = [asyncio.create_task(route.post(b"patient")) for _ in range(5)]
    await asyncio.sleep(0)
    for one in hasty:
        one.cancel()
    assert [answer.status for answer in await asyncio.gather(*patient)] == [200] * 5
    assert (await route.stored()).count("patient") == 5
