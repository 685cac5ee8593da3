"""A company whose talks are announced in many channels: what is planned to be said there, and what Slack took of it."""

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
LEAD = timedelta(minutes=10)
WORTH = timedelta(hours=2)
TALK = re.compile(r"Talk \d{6}")

Said = tuple[str, str, str]
"""A workspace, a channel, and the talk of which something was to be said there."""


@dataclass(frozen=True)
class DeliveryCount:
    """How what Slack took differs from what was planned."""

    lost: int = 0
    doubled: int = 0
    """Said once too often, and it still stands there."""
    undone: int = 0
    """Said once too often, and taken away again by who noticed."""
    marked: int = 0
    """Messages that say of themselves that they may be repetitions."""


PERFECT = DeliveryCount()


@dataclass
class Workload:
    """Plans notices, each about a talk of its own, so that every message shows what it is about."""

    store: Store
    planned: set[Said] = field(default_factory=set)

    async def remind(self, count: int, due: datetime, *, teams: Iterable[str], channels: int) -> None:
        """Plan so many reminders that fall due then, spread over channels of workspaces."""
        kind = {"kind": NoticeKind.REMINDER, "start": due + LEAD, "offset": LEAD}
        await self._plan(count, _channel_cycle(teams, channels), kind, due, due - SCHEDULE_AHEAD, due + LEAD / 2)

    async def alert(self, count: int, now: datetime, *, channels: int) -> None:
        """Plan so many alerts, to be said at once in channels of the workspace that has people in it."""
        full = NoticeFacts(count=100, limit=100)
        kind = {"kind": NoticeKind.FULL, "start": now + WORTH, "facts": full, "occurrence": "full"}
        await self._plan(count, _channel_cycle([ACME], channels), kind, now, now, now + WORTH)

    def count(self, accepted: Iterable[Accepted]) -> DeliveryCount:
        """Compare what Slack took with what was planned, by what the messages say."""
        stands: Counter[Said] = Counter()
        undone: Counter[Said] = Counter()
        marked = 0
        for message in accepted:
            told = {(message.team, message.channel, talk) for talk in TALK.findall(message.text)}
            (undone if message.deleted else stands).update(told)
            marked += REPEATED in message.text
        wanted = Counter(self.planned)
        return DeliveryCount((wanted - stands).total(), (stands - wanted).total(), undone.total(), marked)

    async def _plan(
        self,
        count: int,
        places: list[tuple[str, str]],
        kind: dict[str, Any],
        due: datetime,
        schedulable_at: datetime,
        expires_at: datetime,
    ) -> None:
        times = {"due_at": due, "schedulable_at": schedulable_at, "expires_at": expires_at}
        wanted = []
        for _ in range(count):
            team, channel = places[len(self.planned) % len(places)]
            title = f"Talk {len(self.planned):06}"
            self.planned.add((team, channel, title))
            account = Account(workspace=Workspace(team_id=team), provider="ringcentral")
            wanted.append(Notice(account=account, session_id=title, channel_id=channel, **kind, **times))
        async with self.store.write() as db:
            for one in wanted:
                named = {"account": one.account, "session_id": one.session_id, "webinar_id": one.session_id}
                await webinar_table.save(db, webinar(**named, title=one.session_id, start=one.start))
            await notice_table.plan(db, wanted)


def channels(count: int) -> list[Channel]:
    """The channels of the workspace that has people in it: the app is in all of them."""
    return [Channel(channel, channel.lower(), "public", [BOT_USER]) for _, channel in _channel_cycle([ACME], count)]


def _channel_cycle(teams: Iterable[str], channels: int) -> list[tuple[str, str]]:
    return [(team, f"C{number:06}") for team in teams for number in range(channels)]
