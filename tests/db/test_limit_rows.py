"""The rows of a gate with several limits, on both databases: days are stored, and survive a restart."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from pydantic import SecretStr
from sqlalchemy import select

from bot.clock import Clock, machine_now
from bot.db.connection import Store
from bot.db.day_count_schema import day_counts
from bot.db.limit_rows import StoredLimitRows, forget_days
from bot.errors import AttemptsUsed
from bot.providers.caller import Caller, Lane
from bot.providers.keyed_gate import KeyedGate
from bot.providers.zoom.limits import Label, keys_for
from bot.settings import ZoomLogin
from bot.startup.gates import build_zoom_gate

pytest_plugins = ["tests.support.databases"]

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
ANA, BEN = "Ana@acme.example", "ben@acme.example"


class Days(Clock):
    """A clock of days that can be moved."""

    def __init__(self) -> None:
        """Start at noon."""
        self.time = NOON

    def now(self) -> datetime:
        """The time."""
        return self.time


def gate(store: Store, days: Days) -> KeyedGate:
    """The gate of a process that has just started."""
    return build_zoom_gate("https://api.zoom.us/v2", ZoomLogin("account", "app", SecretStr("secret")), store, days)


async def add(gate: KeyedGate, address: str) -> str:
    """Add an address; return an empty text, or why it was not called."""
    try:
        turn = await gate.enter(keys_for(Label.LIGHT, address=address), Caller(Lane.PERSON))
    except AttemptsUsed as error:
        hours = (error.ready_at - machine_now()) / timedelta(hours=1)
        return f"{round(hours)} h: {error.sentence}"
    await gate.answered(turn, 201, {"X-RateLimit-Category": "Light", "X-RateLimit-Limit": "30"})
    return ""


async def test_three_adds_a_day_survive_a_restart(store: Store) -> None:
    """The fourth is refused before a call, with the time of the next attempt, in any case; others go on."""
    days = Days()
    first, second = [await add(gate(store, days), ANA) for _ in range(2)]
    third, fourth = [await add(gate(store, days), one) for one in (ANA, ANA.lower())]
    other = await add(gate(store, days), BEN)
    days.time = NOON + timedelta(hours=12, seconds=11)
    next_day = await add(gate(store, days), ANA)

    assert (first, second, third, other, next_day) == ("", "", "", "", "")
    assert fourth == (
        "12 h: Zoom lets one address register only three times a day, and this address has used them, so nothing was "
        "changed. Try again after 00:00 UTC, in about 12 hours."
    )


async def test_replicas_share_the_adds_of_an_address(store: Store) -> None:
    """Nine adds at once by three processes, of which SQLite has one: any three of them go."""
    days = Days()
    gates = [gate(store, days) for _ in range(1 if store.is_sqlite else 3)]
    await asyncio.gather(*(add(one, f"first{number}@acme.example") for number, one in enumerate(gates)))

    refused = await asyncio.gather(*(add(gates[number % len(gates)], ANA) for number in range(9)))
    other = await add(gates[-1], BEN)
    left = (await gates[0].snapshot()).left
    for one in gates:
        await one.close()

    assert [bool(sentence) for sentence in sorted(refused)] == [False] * 3 + [True] * 6
    assert other == ""
    assert left["light"] > 4


async def test_no_address_is_stored_and_old_days_are_deleted(store: Store) -> None:
    """A keyed digest only; the row of a day is deleted two days after its start."""
    await add(gate(store, Days()), ANA)

    async with store.write() as db:
        rows = list(await db.execute(select(day_counts.c.limit_name, day_counts.c.subject, day_counts.c.used)))
        await forget_days(db, NOON.replace(hour=0))
        kept = len(list(await db.execute(select(day_counts.c.day))))
        await forget_days(db, NOON.replace(hour=1))
        left = len(list(await db.execute(select(day_counts.c.day))))

    digest = store.vault.digests(ANA.lower())[0]
    assert sorted(rows) == [("address", digest, 1), ("light", "", 1)]
    assert (kept, left) == (2, 0)


async def test_processes_never_lose_a_count(store: Store) -> None:
    """Many changes of the same days at once, from gates of their own and in rows of different rates."""
    kinds = [StoredLimitRows(store, "account") for _ in range(1 if store.is_sqlite else 3)]

    def counted(values: Mapping[str, Any], _: float) -> Mapping[str, Any]:
        used = {name: (value or {}).get("2026-03-02", {"used": 0})["used"] + 1 for name, value in values.items()}
        return {name: {"2026-03-02": {"used": count, "limit": 9}} for name, count in used.items() if ":" in name}

    rates = ("light", "heavy")
    await asyncio.gather(*(rows.change((rate, "day:heavy:"), counted) for rows in kinds for rate in rates * 6))

    values, _ = await kinds[0].read(["day:heavy:", "day:light:"])
    assert values == {"day:heavy:": {"2026-03-02": {"used": 12 * len(kinds), "limit": 9}}, "day:light:": None}
