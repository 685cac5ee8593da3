"""Fills databases for the benchmark of the outbox: a million planned notices, or many that are due at once."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import text

from bot.db.connection import Store
from bot.model.people import Account, Workspace
from bot.model.webinar import Audience, Webinar
from bot.notices.model import Feature, Notice, NoticeFacts, NoticeKind
from bot.notices.outbox import notice_table
from bot.notices.planner import replan
from bot.notices.subscriptions import table as subscription_table
from bot.notices.subscriptions.model import Features, webinar_subscription
from bot.webinars import table as webinar_table

CHANNELS = 3
"""Channels in which each of the planned sessions is announced."""
FEATURES: Features = frozenset({Feature.REMINDERS, Feature.CHANGES})
AT_ONCE = 10_000
OFFSET = timedelta(minutes=10)


def webinar(team: str, session: str, start: datetime, now: datetime) -> Webinar:
    """A webinar that is announced in channels."""
    return Webinar(
        account=Account(workspace=Workspace(team_id=team), provider="ringcentral"),
        webinar_id=session,
        session_id=session,
        title=f"Launch day of {team}",
        start=start,
        length=timedelta(minutes=45),
        time_zone="Europe/Madrid",
        audience=Audience.REGISTRANTS,
        host_name="Ana Ruiz",
        created_by="U1",
        seen_at=now,
    )


def notice(about: Webinar, channel: str, kind: NoticeKind, now: datetime) -> Notice:
    """A reminder ten minutes before, or an alert now that the webinar is full."""
    timed = kind is NoticeKind.REMINDER
    return Notice(
        kind=kind,
        account=about.account,
        session_id=about.session_id,
        channel_id=channel,
        start=about.start,
        offset=OFFSET if timed else timedelta(),
        occurrence="" if timed else "full",
        due_at=about.start - OFFSET if timed else now,
        schedulable_at=now,
        expires_at=about.start,
        facts=NoticeFacts() if timed else NoticeFacts(count=100, limit=100),
    )


async def plan_due(store: Store, kind: NoticeKind, start: datetime, now: datetime, teams: int, channels: int) -> None:
    """Plan one notice for each of so many channels of so many workspaces, about one webinar of each workspace."""
    for number in range(teams):
        about = webinar(f"T{number}", "s1", start, now)
        async with store.write() as db:
            await webinar_table.save(db, about)
            await notice_table.plan(db, [notice(about, f"C{channel:06}", kind, now) for channel in range(channels)])
    await analyze(store)


async def plan_many(store: Store, sessions: int, now: datetime) -> int:
    """Plan notices for so many sessions, announced in three channels each; returns the number of notices.

    One is planned as the bot plans it, and the others are copied from it by the database.
    """
    about = webinar("T0", "s0", now + timedelta(days=30), now)
    async with store.write() as db:
        await webinar_table.save(db, about)
        for channel in range(CHANNELS):
            await subscription_table.save(
                db, webinar_subscription(about, f"C{channel:06}", "U1", now, features=FEATURES)
            )
        await replan(db, about, now)
    for table in ("webinars", "subscriptions", "notices"):
        copy = text(_copy(table, await _columns(store, table)))
        for first in range(1, sessions, AT_ONCE):
            async with store.write() as db:
                await db.execute(copy, {"first": first, "last": min(first + AT_ONCE, sessions) - 1})
    await analyze(store)
    async with store.read() as db:
        return int((await db.execute(text("select count(*) from notices"))).scalar_one())


async def _columns(store: Store, table: str) -> list[str]:
    query = text("select column_name from information_schema.columns where table_name = :name")
    async with store.read() as db:
        return [str(name) for name in (await db.execute(query, {"name": table})).scalars()]


def _copy(table: str, columns: list[str]) -> str:
    """Copy the rows about s0 for s1, s2 …, each starting a minute after the one before, in channels of its own."""
    later = "{} + n * interval '1 minute'"
    values: dict[str, Any] = {
        "id": "nextval(pg_get_serial_sequence('notices', 'id'))",
        "session_id": "'s' || n",
        "webinar_id": "'s' || n",
        "subject": "'s' || n",
        "channel_id": "'C' || lpad((n % 3000 * 3 + right(channel_id, 6)::int)::text, 6, '0')",
        **{name: later.format(name) for name in ("start", "due_at", "hand_at", "expires_at")},
    }
    chosen = ", ".join(values.get(name, f'"{name}"') for name in columns)
    about = "subject" if table == "subscriptions" else "session_id"
    names = ", ".join(f'"{name}"' for name in columns)
    return (
        f"insert into {table} ({names}) select {chosen} from {table}, "  # noqa: S608 - all of it is ours
        f"generate_series(cast(:first as int), cast(:last as int)) n where {about} = 's0'"
    )


async def analyze(store: Store) -> None:
    """Collect the planner's statistics now: autovacuum would do it only some time after a bulk insert."""
    async with store.write() as db:
        await db.execute(text("analyze"))
