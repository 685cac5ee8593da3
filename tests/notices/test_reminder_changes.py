"""Changes of a channel's reminders are atomic on both databases, also with concurrent changes."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from bot.db.connection import Store
from bot.errors import BadInput, NotFound
from bot.notices import reminders
from bot.notices.model import Feature, NoticeState
from bot.notices.outbox import notice_table
from bot.notices.planner import replan
from bot.notices.reminder_sheet import ReminderOrigin, ReminderSheet
from bot.notices.rules import DEFAULT_OFFSETS
from bot.notices.subscriptions import table as subscription_table
from bot.notices.subscriptions.model import DEFAULT_FEATURES, Scope, Subscription
from bot.webinars import table as webinar_table
from tests.support.db_samples import LATER
from tests.support.webinar_samples import ACCOUNT, NOW, START, webinar

pytest_plugins = ["tests.support.databases"]

HERE = ACCOUNT.workspace
DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)


def subscription(**changes: Any) -> Subscription:
    """#launch has a subscription by a shared card."""
    facts = {"workspace": HERE, "channel_id": "C1", "scope": Scope.WEBINAR, "subject": "s1", "account": ACCOUNT}
    return Subscription(**(facts | {"set_by": "U1", "set_at": NOW, "by_share": True} | changes))


def followed(**changes: Any) -> Subscription:
    """#launch is subscribed to all webinars with the default features."""
    return subscription(
        **({"scope": Scope.ALL, "subject": "", "account": None, "by_share": False, "by_organizer": True} | changes)
    )


async def save_webinar(store: Store, *subscriptions: Subscription) -> None:
    """The ordinary webinar, planned for these subscriptions."""
    async with store.write() as db:
        await webinar_table.save(db, webinar())
        for one in subscriptions:
            await subscription_table.save(db, one)
        await replan(db, webinar(), NOW)


async def seen(store: Store, channel_id: str = "C1") -> ReminderSheet:
    """The reminder sheet."""
    async with store.read() as db:
        return await reminders.load_sheet(db, webinar(), channel_id)


def waiting(sheet: ReminderSheet) -> list[timedelta]:
    """The offsets of the planned reminders."""
    return [one.offset for one in sheet.reminders if one.state is NoticeState.PLANNED]


async def test_shared_channel_is_reminded_as_usual(store: Store) -> None:
    """The sheet names who shared the card."""
    await save_webinar(store, subscription())
    sheet = await seen(store)
    assert waiting(sheet) == list(DEFAULT_OFFSETS)
    assert (sheet.is_on, sheet.has_own_offsets, sheet.offsets, sheet.default_offsets) == (
        True,
        False,
        DEFAULT_OFFSETS,
        DEFAULT_OFFSETS,
    )
    assert (sheet.origin, sheet.set_by, sheet.set_at) == (ReminderOrigin.CARD, "U1", NOW)
    elsewhere = await seen(store, "C2")
    assert (elsewhere.is_on, elsewhere.origin, elsewhere.reminders) == (False, ReminderOrigin.NONE, [])


async def test_own_offsets_keep_other_features(store: Store) -> None:
    """The card's subscription keeps its meaning and gets the offsets; Undo restores it."""
    await save_webinar(store, subscription())
    async with store.write() as db:
        change = await reminders.set_offsets(db, webinar(), "C1", (HOUR, 2 * DAY), "U2", LATER)
        (own,) = await subscription_table.of_channel(db, HERE, "C1")
    assert own == subscription(
        features=DEFAULT_FEATURES, offsets=(2 * DAY, HOUR), set_by="U2", set_at=LATER, by_share=True
    )
    assert waiting(await seen(store)) == [2 * DAY, HOUR]
    async with store.write() as db:
        assert await reminders.undo(db, webinar(), change, LATER)
        assert await subscription_table.of_channel(db, HERE, "C1") == [subscription()]
        assert not await reminders.undo(db, webinar(), change, LATER)
    assert waiting(await seen(store)) == list(DEFAULT_OFFSETS)


async def test_default_offsets_leave_no_redundant_subscription(store: Store) -> None:
    """A channel subscribed to all webinars uses that subscription again, also after it changes."""
    await save_webinar(store, followed())
    async with store.write() as db:
        await reminders.set_offsets(db, webinar(), "C1", (HOUR,), "U2", LATER)
        await reminders.set_offsets(db, webinar(), "C1", None, "U2", LATER)
        assert await subscription_table.of_channel(db, HERE, "C1") == [followed()]
    sheet = await seen(store)
    assert (waiting(sheet), sheet.origin) == (list(DEFAULT_OFFSETS), ReminderOrigin.SUBSCRIPTION)


async def test_mute_is_for_reminders_only_and_keeps_their_times(store: Store) -> None:
    """Other features stay; turned on again, the chosen offsets return."""
    await save_webinar(store, followed())
    async with store.write() as db:
        await reminders.set_offsets(db, webinar(), "C1", (HOUR,), "U2", LATER)
        assert await reminders.mute(db, webinar(), "C1", "U2", LATER)
        assert await reminders.mute(db, webinar(), "C1", "U2", LATER) is None
        own = next(one for one in await subscription_table.of_channel(db, HERE, "C1") if one.scope is Scope.WEBINAR)
    assert own.features == {Feature.ALERTS, Feature.CHANGES}
    assert waiting(await seen(store)) == []
    async with store.write() as db:
        await reminders.turn_on(db, webinar(), "C1", "U2", LATER)
    assert waiting(await seen(store)) == [HOUR]


async def test_mute_of_what_all_webinars_bring_is_for_one(store: Store) -> None:
    """Turned on again, nothing is left of it."""
    await save_webinar(store, followed())
    async with store.write() as db:
        await reminders.mute(db, webinar(), "C1", "U2", LATER)
    assert not (await seen(store)).is_on
    async with store.write() as db:
        await reminders.turn_on(db, webinar(), "C1", "U2", LATER)
        assert await subscription_table.of_channel(db, HERE, "C1") == [followed()]
    assert waiting(await seen(store)) == list(DEFAULT_OFFSETS)


async def test_added_where_reminders_are_off_is_the_only_one(store: Store) -> None:
    """The defaults are not added."""
    await save_webinar(store)
    async with store.write() as db:
        await reminders.add(db, webinar(), "C1", (HOUR,), "U2", LATER)
    sheet = await seen(store)
    assert (waiting(sheet), sheet.origin, sheet.set_by) == ([HOUR], ReminderOrigin.CHOSEN, "U2")


async def test_two_who_add_at_the_same_time_both_get_theirs(store: Store) -> None:
    """Neither change is lost, and the limit of ten holds."""
    await save_webinar(store, subscription(offsets=(DAY,), by_share=False))
    refused = 0

    async def add(minutes: int) -> None:
        nonlocal refused
        try:
            async with store.write() as db:
                current = await reminders.lock_webinar(db, ACCOUNT, "s1", "C1")
                await reminders.add(db, current, "C1", (minutes * MINUTE,), "U2", LATER)
        except BadInput:
            refused += 1

    await asyncio.gather(*(add(minutes) for minutes in range(10, 22)))

    sheet = await seen(store)
    assert len(waiting(sheet)) == len(sheet.offsets) == 10
    assert refused == 3


async def test_skipped_one_stays_so_whatever_else_changes(store: Store) -> None:
    """Until it is planned again, or its time has passed."""
    await save_webinar(store, subscription())
    skipped = next(one for one in (await seen(store)).reminders if one.offset == HOUR)
    async with store.write() as db:
        await reminders.skip(db, webinar(), "C1", skipped.id, LATER)
        await reminders.add(db, webinar(), "C1", (2 * HOUR,), "U2", LATER)
        with pytest.raises(BadInput, match="no longer waiting to go out"):
            await reminders.skip(db, webinar(), "C1", skipped.id, LATER)
    assert waiting(await seen(store)) == [DAY, 2 * HOUR, 10 * MINUTE]
    async with store.write() as db:
        with pytest.raises(BadInput, match="Its time has passed"):
            await reminders.unskip(db, webinar(), "C1", skipped.id, START - HOUR)
        await reminders.unskip(db, webinar(), "C1", skipped.id, LATER)
    assert waiting(await seen(store)) == [DAY, 2 * HOUR, HOUR, 10 * MINUTE]


async def test_reminder_of_another_channel_is_left_alone(store: Store) -> None:
    """By whatever id it is named."""
    await save_webinar(store, subscription(), subscription(channel_id="C2"))
    theirs = (await seen(store, "C2")).reminders[0]
    async with store.write() as db:
        for change in (
            reminders.skip(db, webinar(), "C1", theirs.id, LATER),
            reminders.move(db, webinar(), "C1", theirs.id, 2 * HOUR, "U2", LATER),
            reminders.unskip(db, webinar(), "C1", theirs.id, LATER),
        ):
            with pytest.raises(BadInput):
                await change
    assert waiting(await seen(store, "C2")) == list(DEFAULT_OFFSETS)


async def test_defaults_apply_without_own_offsets(store: Store) -> None:
    """Each webinar that uses them is replanned and counted."""
    await save_webinar(store, subscription(), subscription(channel_id="C2", offsets=(2 * HOUR,), by_share=False))
    other = webinar(session_id="s2", webinar_id="w2")
    async with store.write() as db:
        await webinar_table.save(db, other)
        assert (await reminders.load_defaults(db, HERE)).offsets == DEFAULT_OFFSETS
        assert await reminders.save_defaults(db, HERE, (3 * HOUR,), "U9", LATER) == 1
        found = await reminders.load_defaults(db, HERE)
    assert (found.offsets, found.set_by, found.set_at) == ((3 * HOUR,), "U9", LATER)
    assert waiting(await seen(store)) == [3 * HOUR]
    assert waiting(await seen(store, "C2")) == [2 * HOUR]


async def test_snooze_forgets_what_has_passed(store: Store) -> None:
    """A person's subscription holds the future offsets; when it ends, nothing is left."""
    await save_webinar(store)
    async with store.write() as db:
        await reminders.snooze(db, webinar(), "D1", DAY, "U2", NOW)
        await reminders.snooze(db, webinar(), "D1", HOUR, "U2", START - 2 * HOUR)
        (own,) = await subscription_table.of_channel(db, HERE, "D1")
        assert (own.offsets, own.set_by) == ((HOUR,), "U2")
        assert own.features == {Feature.REMINDERS, Feature.CHANGES}
        await reminders.mute(db, webinar(), "D1", "U2", LATER)
        assert await subscription_table.of_channel(db, HERE, "D1") == []
        rows = await notice_table.of_session(db, ACCOUNT, "s1")
    assert {row.state for row in rows} == {NoticeState.WITHDRAWN}


async def test_webinar_that_has_begun_or_is_unknown_is_not_planned(store: Store) -> None:
    """Each in a sentence."""
    await save_webinar(store)
    async with store.write() as db:
        with pytest.raises(BadInput, match="has already started"):
            await reminders.set_offsets(db, webinar(), "C1", (HOUR,), "U2", START)
        with pytest.raises(NotFound):
            await reminders.lock_webinar(db, ACCOUNT, "s9", "C1")
