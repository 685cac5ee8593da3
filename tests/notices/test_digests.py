"""Digests: once, at the channel's time, with its subscribed webinars and their counts."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bot.db.connection import Store
from bot.model.people import Workspace
from bot.model.webinar import Status, Webinar
from bot.notices.digests import Digests
from bot.notices.model import Feature, Notice, NoticeKind, NoticeState
from bot.notices.outbox import notice_table
from bot.notices.quiet_hours import ChannelHours, DigestPace
from bot.notices.subscriptions import table as subscription_table
from bot.notices.subscriptions.model import Scope, Subscription
from bot.notices.texts.compose import compose
from bot.notices.texts.phrases import NoticeContext
from bot.webinars import count_history
from bot.webinars import table as webinar_table
from tests.support.webinar_samples import ACCOUNT, registration, webinar

pytest_plugins = ["tests.support.databases"]

HOUR, DAY, WEEK = timedelta(hours=1), timedelta(days=1), timedelta(days=7)
MONDAY = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)  # nine o'clock in Madrid
LONG_AGO = MONDAY - 30 * DAY


class At:
    """A clock that stands still."""

    def __init__(self, moment: datetime) -> None:
        """Stand at this moment."""
        self.moment = moment

    def now(self) -> datetime:
        """The moment it stands at."""
        return self.moment


def hours(**changes: Any) -> ChannelHours:
    """A weekly digest for #launch, on Monday at nine in Madrid, set up long ago."""
    facts: dict[str, Any] = {
        "workspace": ACCOUNT.workspace,
        "channel_id": "C1",
        "time_zone": "Europe/Madrid",
        "digest": DigestPace.WEEKLY,
        "set_by": "U1",
        "set_at": LONG_AGO,
    }
    return ChannelHours(**(facts | changes))


def line(**changes: Any) -> Subscription:
    """#launch is subscribed to all webinars."""
    facts: dict[str, Any] = {
        "workspace": ACCOUNT.workspace,
        "channel_id": "C1",
        "scope": Scope.ALL,
        "by_organizer": True,
    }
    return Subscription(**(facts | {"set_by": "U1", "set_at": LONG_AGO} | changes))


async def keep(store: Store, *things: ChannelHours | Subscription | Webinar) -> None:
    """Store these values."""
    async with store.write() as db:
        for thing in things:
            match thing:
                case ChannelHours():
                    await subscription_table.save_hours(db, thing)
                case Subscription():
                    await subscription_table.save(db, thing)
                case Webinar():
                    await webinar_table.save(db, thing)


async def count(store: Store, session_id: str, many: int, moment: datetime) -> None:
    """Record a registration count at this time."""
    async with store.write() as db:
        await count_history.add(db, ACCOUNT, session_id, registration(count=many, read_at=moment))


async def planned(store: Store, channel_id: str = "C1", workspace: Workspace = ACCOUNT.workspace) -> list[Notice]:
    """The digests planned there."""
    async with store.read() as db:
        rows = await notice_table.of_channel(db, workspace, channel_id, LONG_AGO)
    assert {row.state for row in rows} <= {NoticeState.PLANNED}
    return [row.notice for row in rows]


async def coming(store: Store, channel_id: str = "C1") -> list[str]:
    """The sessions in the only digest that is planned there."""
    (only,) = await planned(store, channel_id)
    return [session_id for session_id, _ in only.facts.coming]


def at(moment: datetime, store: Store) -> Digests:
    """A replica at that moment."""
    return Digests(store, At(moment), ACCOUNT)


def on(day: int, session_id: str = "s1", **changes: Any) -> Webinar:
    """A webinar so many days after that Monday at nine."""
    return webinar(session_id=session_id, start=MONDAY + day * DAY, **changes)


async def test_digest_contains_upcoming_webinars_and_previous_counts(sqlite_store: Store) -> None:
    """Due at the digest time; expires after twelve hours."""
    await keep(sqlite_store, hours(), line(), on(1), on(2, "s2"))
    await count(sqlite_store, "s1", 37, MONDAY - WEEK - HOUR)
    await count(sqlite_store, "s1", 40, MONDAY - DAY)
    await count(sqlite_store, "s2", 5, MONDAY - DAY)

    assert await at(MONDAY + HOUR, sqlite_store).plan_due() == 1

    (only,) = await planned(sqlite_store)
    assert only.facts.coming == (("s1", 37), ("s2", None))
    assert (only.kind, only.account, only.session_id, only.occurrence) == (NoticeKind.DIGEST, ACCOUNT, "", "weekly")
    assert (only.start, only.due_at, only.schedulable_at, only.expires_at) == (
        *(MONDAY, MONDAY),
        *(MONDAY + HOUR, MONDAY + 12 * HOUR),
    )


async def test_planned_digest_can_be_composed(sqlite_store: Store) -> None:
    """Phrased by its pace, with the counts at the time of the post."""
    one = on(1, registration=registration(count=42, limit=100))
    await keep(sqlite_store, hours(digest=DigestPace.DAILY), line(), one)
    await count(sqlite_store, "s1", 37, MONDAY - DAY)
    await at(MONDAY, sqlite_store).plan_due()
    (only,) = await planned(sqlite_store)
    text = compose([NoticeContext(only, None)], at=MONDAY, others={"s1": one}).text
    assert text.splitlines()[0] == "Coming up in the next 2 days"
    assert text.endswith("42 of 100 registered, up 5 from 37 a day ago")


@pytest.mark.parametrize(
    ("now", "digests"),
    [
        (MONDAY - timedelta(seconds=1), 0),
        (MONDAY, 1),
        (MONDAY + 12 * HOUR - timedelta(seconds=1), 1),
        (MONDAY + 12 * HOUR, 0),
        (MONDAY + DAY, 0),
    ],
)
async def test_digest_is_planned_from_its_hour_on_for_half_a_day(
    sqlite_store: Store, now: datetime, digests: int
) -> None:
    """After that the next one is nearer."""
    await keep(sqlite_store, hours(), line(), on(2))
    assert await at(now, sqlite_store).plan_due() == digests


async def test_digest_that_is_set_up_after_its_hour_begins_with_the_next(sqlite_store: Store) -> None:
    """A digest set up after its time starts the next day."""
    await keep(sqlite_store, hours(set_at=MONDAY + HOUR), line(), on(2), on(8, "s2"))
    assert await at(MONDAY + 2 * HOUR, sqlite_store).plan_due() == 0
    assert await at(MONDAY + WEEK, sqlite_store).plan_due() == 1


async def test_empty_daily_digest_is_skipped(sqlite_store: Store) -> None:
    """An empty weekly digest is still posted, because silence could be a fault."""
    daily = hours(channel_id="C2", digest=DigestPace.DAILY)
    await keep(sqlite_store, hours(), daily, line(), line(channel_id="C2"))
    assert await at(MONDAY, sqlite_store).plan_due() == 1
    assert (await coming(sqlite_store), await planned(sqlite_store, "C2")) == ([], [])


async def test_daily_digest_looks_two_days_ahead_and_a_weekly_one_eight(sqlite_store: Store) -> None:
    """A little further than the next one, and not behind its own hour."""
    soon = [on(day, f"s{day}") for day in range(10)]
    yesterday = on(-1, "yesterday", length=12 * HOUR)
    daily = hours(channel_id="C2", digest=DigestPace.DAILY)
    await keep(sqlite_store, hours(), daily, line(), line(channel_id="C2"), *soon, yesterday)
    await at(MONDAY, sqlite_store).plan_due()
    assert await coming(sqlite_store) == ["s0", "s1", "s2", "s3", "s4", "s5", "s6", "s7"]
    assert await coming(sqlite_store, "C2") == ["s0", "s1"]


async def test_digest_contains_only_subscribed_webinars(sqlite_store: Store) -> None:
    """Subscriptions to all, to a creator's, and to one webinar count; muted webinars do not."""
    mine = line(channel_id="C2", scope=Scope.MINE, subject="U1", features=frozenset({Feature.LIVE}))
    one = {"scope": Scope.WEBINAR, "account": ACCOUNT}
    await keep(
        sqlite_store,
        *(hours(channel_id=channel) for channel in ("C1", "C2", "C3", "C4")),
        *(line(), line(subject="s1", features=frozenset(), **one), mine, line(channel_id="C3", subject="s2", **one)),
        *(on(1), on(2, "s2", created_by="U2"), on(3, "s3", created_by="U2")),
    )
    await at(MONDAY, sqlite_store).plan_due()
    assert [await coming(sqlite_store, channel) for channel in ("C1", "C2", "C3", "C4")] == [
        *(["s2", "s3"], ["s1"], ["s2"], []),
    ]


async def test_what_is_off_or_over_is_not_coming(sqlite_store: Store) -> None:
    """Nor what has ended between the hour and now."""
    states = {Status.CANCELED: "s1", Status.FINISHED: "s2", Status.ACTIVE: "s3"}
    ended = on(0, "s4", length=HOUR)
    await keep(sqlite_store, hours(), line(), *(on(1, name, status=state) for state, name in states.items()), ended)
    await at(MONDAY + 2 * HOUR, sqlite_store).plan_due()
    assert await coming(sqlite_store) == ["s3"]


async def test_a_slot_has_one_digest_however_often_and_by_whomever_it_is_planned(store: Store) -> None:
    """Two replicas at once, each of them again and again, and one that has just started."""
    await keep(store, hours(), line(), on(1))
    replicas = [at(MONDAY, store), at(MONDAY + HOUR, store)]
    first = await asyncio.gather(*(one.plan_due() for one in replicas))
    again = await asyncio.gather(*(one.plan_due() for one in replicas))
    await keep(store, on(2, "s2"))
    await at(MONDAY + 2 * HOUR, store).plan_due()
    assert (first, again) == ([1, 1], [0, 0])
    assert await coming(store) == ["s1"]


async def test_next_slot_has_a_digest_of_its_own(sqlite_store: Store) -> None:
    """From the same replica, a day later."""
    await keep(sqlite_store, hours(digest=DigestPace.DAILY), line(), on(2))
    clock = At(MONDAY)
    replica = Digests(sqlite_store, clock, ACCOUNT)
    found = []
    for day in range(4):
        clock.moment = MONDAY + day * DAY
        found.append(await replica.plan_due())
    assert found == [0, 1, 1, 0]
    assert [one.start for one in await planned(sqlite_store)] == [MONDAY + DAY, MONDAY + 2 * DAY]


@pytest.mark.parametrize(
    ("minutes", "local", "slot"),
    [
        pytest.param(9 * 60, "2027-03-27T09:00", "2027-03-27T08:00", id="the day before summer time"),
        pytest.param(9 * 60, "2027-03-28T09:00", "2027-03-28T07:00", id="the first day of summer time"),
        pytest.param(150, "2027-03-28T03:30", "2027-03-28T01:30", id="an hour that is skipped"),
        pytest.param(150, "2026-10-25T02:30", "2026-10-25T00:30", id="an hour that comes twice"),
    ],
)
async def test_digest_is_due_at_its_wall_time(sqlite_store: Store, minutes: int, local: str, slot: str) -> None:
    """Whatever the clocks do; once a day, also where the hour comes twice."""
    moment = datetime.fromisoformat(local).replace(tzinfo=ZoneInfo("Europe/Madrid")).astimezone(UTC)
    long_ago = moment - 90 * DAY
    wanted = hours(digest=DigestPace.DAILY, digest_at=minutes, set_at=long_ago)
    await keep(sqlite_store, wanted, line(), webinar(start=moment + 2 * HOUR))
    before = moment - timedelta(seconds=1)
    assert await at(before, sqlite_store).plan_due() == 0  # that of the day before is too old
    for later in (timedelta(), HOUR):
        assert await at(moment + later, sqlite_store).plan_due() == 1
    async with sqlite_store.read() as db:
        rows = await notice_table.of_channel(db, ACCOUNT.workspace, "C1", long_ago)
    assert [row.notice.start for row in rows] == [datetime.fromisoformat(slot).replace(tzinfo=UTC)]


async def test_digest_of_another_workspace_is_none_of_ours(sqlite_store: Store) -> None:
    """The workspace's own bot plans it."""
    other = Workspace(team_id="T2")
    await keep(sqlite_store, hours(workspace=other), line(workspace=other), on(1))
    assert await at(MONDAY, sqlite_store).plan_due() == 0
    assert await planned(sqlite_store, workspace=other) == []
