"""Plans notices about talks in many channels, and compares them with the messages that Slack accepted."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from bot.db.connection import Store
from bot.model.people import Account, Workspace
from bot.notices.model import Notice, NoticeFacts, NoticeKind
from bot.notices.outbox import notice_table
from bot.notices.schedule import SCHEDULE_AHEAD
from bot.notices.texts.compose import REPEATED
from bot.webinars import table as webinar_table
from sandbox.slack import Accepted, Channel
from sandbox.slack.seed import BOT_USER, TEAM
from tests.support.webinar_samples import webinar

ACME = str(TEAM["id"])
TEAMS = (ACME, "T1", "T2", "T3", "T4", "T5")
OFFSET = timedelta(minutes=10)
LIFETIME = timedelta(hours=2)
TALK = re.compile(r"Talk \d{6}")

TalkInChannel = tuple[str, str, str]
"""A workspace, a channel, and the talk that a notice there is about."""


@dataclass(frozen=True)
class DeliveryCount:
    """How the messages that Slack accepted differ from the planned notices."""

    lost: int = 0
    doubled: int = 0
    """Duplicates that are still in the channel."""
    deleted: int = 0
    """Duplicates that the worker which caused them has deleted."""
    marked: int = 0
    """Messages with the note that they may be repetitions."""


PERFECT = DeliveryCount()


@dataclass
class Workload:
    """Plans notices, each about a talk of its own, so that the text of a message identifies its notices."""

    store: Store
    planned: set[TalkInChannel] = field(default_factory=set)

    async def remind(self, count: int, due: datetime, *, teams: Iterable[str], channels: int) -> None:
        """Plan so many reminders with this due time, spread over channels of workspaces."""
        kind = {"kind": NoticeKind.REMINDER, "start": due + OFFSET, "offset": OFFSET}
        await self._plan(count, _channel_cycle(teams, channels), kind, due, due - SCHEDULE_AHEAD, due + OFFSET / 2)

    async def alert(self, count: int, now: datetime, *, channels: int) -> None:
        """Plan so many alerts, to be posted at once in channels of the main workspace."""
        full = NoticeFacts(count=100, limit=100)
        kind = {"kind": NoticeKind.FULL, "start": now + LIFETIME, "facts": full, "occurrence": "full"}
        await self._plan(count, _channel_cycle([ACME], channels), kind, now, now, now + LIFETIME)

    def count(self, accepted: Iterable[Accepted]) -> DeliveryCount:
        """Compare the messages that Slack accepted with the plan, by the talks they name."""
        posted: Counter[TalkInChannel] = Counter()
        deleted: Counter[TalkInChannel] = Counter()
        marked = 0
        for message in accepted:
            talks = {(message.team, message.channel, talk) for talk in TALK.findall(message.text)}
            (deleted if message.deleted else posted).update(talks)
            marked += REPEATED in message.text
        planned = Counter(self.planned)
        return DeliveryCount((planned - posted).total(), (posted - planned).total(), deleted.total(), marked)

    async def _plan(
        self,
        count: int,
        cycle: list[tuple[str, str]],
        kind: dict[str, Any],
        due: datetime,
        schedulable_at: datetime,
        expires_at: datetime,
    ) -> None:
        times = {"due_at": due, "schedulable_at": schedulable_at, "expires_at": expires_at}
        planned = []
        for _ in range(count):
            team, channel = cycle[len(self.planned) % len(cycle)]
            title = f"Talk {len(self.planned):06}"
            self.planned.add((team, channel, title))
            account = Account(workspace=Workspace(team_id=team), provider="ringcentral")
            planned.append(Notice(account=account, session_id=title, channel_id=channel, **kind, **times))
        async with self.store.write() as db:
            for one in planned:
                named = {"account": one.account, "session_id": one.session_id, "webinar_id": one.session_id}
                await webinar_table.save(db, webinar(**named, title=one.session_id, start=one.start))
            await notice_table.plan(db, planned)


def channels(count: int) -> list[Channel]:
    """The channels of the main workspace: the app is in all of them."""
    return [Channel(channel, channel.lower(), "public", [BOT_USER]) for _, channel in _channel_cycle([ACME], count)]


def _channel_cycle(teams: Iterable[str], channels: int) -> list[tuple[str, str]]:
    return [(team, f"C{number:06}") for team in teams for number in range(channels)]
