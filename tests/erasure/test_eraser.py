"""An erasure removes one person from every table and workspace, and nobody else, on both databases."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

from cryptography.fernet import Fernet
from sqlalchemy import LargeBinary, select, type_coerce, update

from bot.clock import machine_now
from bot.db.connection import Db, Store
from bot.db.people_schema import batches, registration_requests, seats
from bot.db.schema import people
from bot.db.vault import Vault
from bot.erasure.address import SoughtAddress
from bot.erasure.kinds import KINDS, Kind
from bot.erasure.scan import PAGE
from bot.erasure.service import Eraser
from bot.erasure.texts import NOTHING, report
from bot.model.people import Account
from bot.model.registrant import RegistrantDetails
from bot.registration import request_table
from bot.registration.request_state import RequestState
from bot.reports.recordings.table import SharingDecision
from tests.support.db_samples import OTHER_ACCOUNTS
from tests.support.personal_data import KEYS, TABLES, add, personal
from tests.support.webinar_samples import ACCOUNT, NOW, START

pytest_plugins = ["tests.support.databases"]

JANE, RICK = "Jane@Acme.example", "rick@acme.example"
ENDED = {"creations": {"step": "told"}, "webinar_changes": {"step": "closed"}, "team_changes": {"step": "draft"}}
ACCOUNTS = [ACCOUNT, *OTHER_ACCOUNTS[:2]]
"""One account in each of three workspaces."""


async def test_one_person_is_removed_everywhere_and_nobody_else(store: Store) -> None:
    """From every kind of row of three workspaces, by the address and by the Slack user that has it."""
    async with store.write() as db:
        for account in ACCOUNTS:
            await _add_rows(db, account, "jane", JANE)
            await _add_rows(db, account, "rick", RICK)

    erasure = await Eraser(store).forget(SoughtAddress("JANE@acme.example"))

    assert erasure.is_complete
    assert set(erasure.removed) == {kind.one for kind in KINDS}
    assert await _owners(store) == {kind.table.name: {"rick"} for kind in KINDS}
    assert not [text for text in await _opened(store) if "jane" in text.lower()]
    printed = report(erasure, providers=["RingCentral"])
    assert "“Launch of jane”, Tue, Nov 24, 2026 at 3:20 PM UTC: " in printed
    assert not [one for one in (JANE.lower(), RICK, "launch of rick") if one in printed.lower()]
    assert "direct message 1.jane in Djane" in printed

    again = await Eraser(store).forget(SoughtAddress(JANE))

    assert again.is_complete
    assert NOTHING in report(again, providers=["RingCentral"])


async def test_a_finished_row_of_a_list_is_found_by_its_digest(store: Store) -> None:
    """Its name and address are gone already; the list counts one person less."""
    details = [RegistrantDetails(first_name="A", last_name="B", email=one) for one in (JANE, RICK)]
    async with store.write() as db:
        await add(db, ACCOUNT, "batches", NOW, batch_id="b1", total=2, state="done")
        rows = [(number, one, "") for number, one in enumerate(details, 1)]
        await request_table.add(db, ACCOUNT, "s1", rows, batch_id="b1", now=NOW)
        await db.execute(update(registration_requests).values(content=None, state=RequestState.REGISTERED))

    erasure = await Eraser(store).forget(SoughtAddress(JANE.lower()))

    assert (erasure.removed.total(), erasure.lists) == (1, 1)
    assert "file with the results of a list" in report(erasure, providers=["RingCentral"])
    async with store.read() as db:
        assert list((await db.execute(select(registration_requests.c.number))).scalars()) == [2]
        assert (await db.execute(select(batches.c.total))).scalar() == 1


async def test_a_row_that_is_worked_on_is_removed_once_that_has_ended(store: Store) -> None:
    """A registration under way, and a seat that a live worker owns."""
    async with store.write() as db:
        await _add_seat(db, "s1", state="asked")
        await _add_seat(db, "s2", claimed_by="worker", claimed_until=machine_now() + timedelta(seconds=50))

    waits = []

    async def finish(seconds: float) -> None:
        waits.append(seconds)
        async with store.write() as db:
            await db.execute(update(seats).values(state="held", claimed_until=None))

    erasure = await _eraser(store, finish).forget(SoughtAddress(JANE))

    assert (erasure.removed["seat"], erasure.is_complete, len(waits)) == (2, True, 1)


async def test_work_that_does_not_end_is_reported_and_left(store: Store) -> None:
    """A later wake-up is no work: that seat is removed."""
    async with store.write() as db:
        await _add_seat(db, "s1", state="asked")
        await _add_seat(db, "s2", claimed_by="worker", claimed_until=machine_now() + timedelta(hours=1))

    async def wait(_: float) -> None:
        return

    erasure = await _eraser(store, wait).forget(SoughtAddress(JANE))

    assert (erasure.removed["seat"], erasure.in_progress["seat"], erasure.is_complete) == (1, 1, False)
    assert "Run this again in a few minutes:\n  1 seat" in report(erasure, providers=["RingCentral"])


async def test_values_of_a_lost_key_are_reported(store: Store) -> None:
    """They cannot be searched."""
    async with store.write() as db:
        await _add_seat(db, "s1")
        lost = Vault(Fernet.generate_key().decode()).seal(JANE)
        await add(db, ACCOUNT, "people", NOW, user_id="U9")
        await db.execute(update(people).values({type_coerce(people.c.profile, LargeBinary): lost}))

    erasure = await Eraser(store).forget(SoughtAddress(JANE))

    assert (erasure.removed["seat"], erasure.unreadable, erasure.is_complete) == (1, 1, False)
    assert "1 value that ENCRYPTION_KEY does not open" in report(erasure, providers=["RingCentral"])


async def test_a_large_table_is_read_in_pages(sqlite_store: Store) -> None:
    """The last row is found as well as the first."""
    async with sqlite_store.write() as db:
        for number in range(2 * PAGE + 3):
            first_or_last = number in (0, PAGE, 2 * PAGE + 2)
            content = json.dumps([JANE if first_or_last else RICK])
            await add(db, ACCOUNT, "drafts", NOW, draft_id=f"d{number:04}", user_id="U1", content=content)

    erasure = await Eraser(sqlite_store).forget(SoughtAddress(JANE))

    assert erasure.removed == {"unfinished form": 3}


def test_every_table_about_people_is_searched() -> None:
    """Those of docs/privacy.md with an encrypted column or a Slack user; except where no address can be."""
    # Names of hosts, who registers a list, and links that are the same for everybody.
    not_about_one_person = {"webinars", "batches", "recordings"}
    about = {name for row in personal() for name in row.tables if row.is_encrypted or "user_id" in row.columns}
    searched = {kind.table.name: kind for kind in KINDS}

    missing = about - set(searched) - not_about_one_person
    assert not missing, f"Add these tables to bot/erasure/kinds.py: {sorted(missing)}"
    sealed = {(name, one) for row in personal() if row.is_encrypted for name in row.tables for one in row.columns}
    assert {one for one in sealed if one[0] in searched and one[1] not in searched[one[0]].sealed} == set()


def _eraser(store: Store, sleep: Callable[[float], Awaitable[None]]) -> Eraser:
    return Eraser(store, patience=timedelta(seconds=0.2), sleep=sleep)


async def _add_seat(db: Db, session_id: str, **more: Any) -> None:
    given = {"state": "held", "user_id": "U1", "content": json.dumps({"email": JANE}), **more}
    await add(db, ACCOUNT, "seats", NOW, session_id=session_id, **given)
    lease = {name: more[name] for name in ("claimed_by", "claimed_until") if name in more}
    if lease:
        await db.execute(update(seats).where(seats.c.session_id == session_id).values(**lease))


async def _add_rows(db: Db, account: Account, who: str, address: str) -> None:
    """A row of each kind about this person, and their webinar."""
    await add(db, account, "webinars", START, session_id=f"s-{who}", title=f"Launch of {who}")
    for kind in KINDS:
        await add(db, account, kind.table.name, NOW, **_values(kind, str(account), who, address))


def _values(kind: Kind, key: str, who: str, address: str) -> dict[str, Any]:
    keys = {one.name: who for one in kind.table.primary_key if one.name not in KEYS | {"id", "occurrence"}}
    personal = {
        "place_id": f"U{who}",
        "user_id": f"U{who}",
        "dm_channel_id": f"D{who}",
        "dm_ts": f"1.{who}",
        "page_key": f"{who} {hash(key) % 10**9}",
    }
    sealed = {name: json.dumps({"email": address}) for name in kind.sealed}
    state = {"state": "held" if kind.table is seats else "registered", **ENDED.get(kind.table.name, {})}
    return {**keys, **personal, **sealed, **state, "session_id": f"s-{who}", "batch_id": "", "address": who}


async def _owners(store: Store) -> dict[str, set[str]]:
    """Who has rows of each kind."""
    owners = {}
    async with store.read() as db:
        for kind in KINDS:
            key = next(kind.table.c[one] for one in ("session_id", "user_id", "delivery_id") if one in kind.table.c)
            rows = (await db.execute(select(key))).scalars()
            owners[kind.table.name] = {row.removeprefix("s-").removeprefix("U") for row in rows}
    return owners


async def _opened(store: Store) -> list[str]:
    """Every stored value of the tables that are searched, opened."""
    async with store.read() as db:
        return [str(tuple(row)) for kind in KINDS for row in await db.execute(select(TABLES[kind.table.name]))]


async def test_a_message_that_waits_for_a_user_is_not_waited_for(store: Store) -> None:
    """Nobody works on a follow-up that was stopped: its recipient is removed at once. One that is sent is."""
    async with store.write() as db:
        await add(db, ACCOUNT, "people", NOW, user_id="Ujane", profile=json.dumps({"email": JANE}))
        for follow_up_id, state in (("f1", "stopped"), ("f2", "sending")):
            await add(db, ACCOUNT, "follow_ups", NOW, follow_up_id=follow_up_id, state=state, user_id="Urick")
            row = {"follow_up_id": follow_up_id, "user_id": "Ujane", "state": "waiting"}
            await add(db, ACCOUNT, "follow_up_recipients", NOW, **row)

    async def wait(_: float) -> None:
        return

    erasure = await _eraser(store, wait).forget(SoughtAddress(JANE))

    assert (erasure.removed["message of a follow-up"], erasure.in_progress.total()) == (1, 1)


async def test_what_somebody_decided_after_a_webinar_still_names_them(store: Store) -> None:
    """Who closed a reminder, and who decided about a recording: it is said, as for other settings."""
    decision = SharingDecision(by="Ujane", at=NOW).model_dump_json()
    async with store.write() as db:
        await add(db, ACCOUNT, "people", NOW, user_id="Ujane", profile=json.dumps({"email": JANE}))
        await add(db, ACCOUNT, "open_items", NOW, session_id="s1", user_id="Urick", closed_by="Ujane")
        await add(db, ACCOUNT, "recordings", NOW, session_id="s1", decision=decision)
        await add(db, ACCOUNT, "recordings", NOW, session_id="s2", decision=decision.replace("Ujane", "Ujane2"))

    assert (await Eraser(store).forget(SoughtAddress(JANE))).still_named == 2
