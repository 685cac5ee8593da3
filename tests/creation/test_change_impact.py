"""Whom another time of a webinar affects: the rule, and what is read for it on both databases."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.creation.change.impact import ImpactCounts, PlannedReminder, impact_of
from bot.creation.change.impact_query import read_impact_counts
from bot.db.connection import Db, Store
from bot.model.people import Account
from bot.model.seat import SeatState
from bot.model.team import NotifiedBy, Role
from bot.model.webinar import Audience
from bot.notices.model import NoticeKind
from bot.notices.outbox import notice_table
from bot.registration.seats import table as seat_table
from bot.team import table as team_table
from bot.webinars import card_table
from tests.support.notice_samples import notice
from tests.support.seat_samples import seat
from tests.support.team_samples import member
from tests.support.webinar_samples import ACCOUNT, NOW, START, registration, webinar

pytest_plugins = ["tests.support.databases"]

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
REMINDERS = [
    PlannedReminder("C1", DAY),
    PlannedReminder("C1", HOUR),
    PlannedReminder("C2", HOUR),
    PlannedReminder("D1", timedelta()),
]


@pytest.mark.parametrize(
    ("start", "moved", "lapsed"),
    [
        (NOW + 2 * DAY, 4, 0),
        (NOW + DAY, 3, 1),
        (NOW + HOUR, 1, 3),
        (NOW + timedelta(seconds=1), 1, 3),
        (NOW, 0, 4),
    ],
)
def test_reminders_move_along_unless_they_would_be_due(start: object, moved: int, lapsed: int) -> None:
    """Counted back from the new start."""
    impact = impact_of(webinar(), ImpactCounts(reminders=REMINDERS), start, NOW)  # type: ignore[arg-type] # a moment
    assert (len(impact.moved), len(impact.lapsed)) == (moved, lapsed)


def test_places_are_counted_once() -> None:
    """Channels and direct messages apart; a channel with two cards is named once."""
    counts = ImpactCounts(team=3, seats=2, card_channels=["C1", "C2", "C1"], reminders=REMINDERS)
    impact = impact_of(webinar(registration=registration(count=12)), counts, START + DAY, NOW)

    assert (impact.channels_reminded, impact.people_reminded) == (2, 1)
    assert impact.card_channels == ("C1", "C2")
    assert (impact.registrants, impact.seats, impact.team) == (12, 2, 3)


def test_nobody_registers_for_an_open_webinar() -> None:
    """A count that was read before it was opened to everyone is not shown."""
    one = webinar(audience=Audience.ANYONE, registration=registration(count=12))
    impact = impact_of(one, ImpactCounts(), START + DAY, NOW)
    assert (impact.is_for_anyone, impact.registrants) == (True, None)
    unread = impact_of(webinar(), ImpactCounts(), START + DAY, NOW)
    assert (unread.is_for_anyone, unread.registrants, unread.counted_at) == (False, None, None)


async def test_what_is_read(store: Store) -> None:
    """Of this webinar and account alone: members that are on the team, seats that are taken, reminders to come."""
    other = ACCOUNT.model_copy(update={"name": "other"})
    async with store.write() as db:
        assert await read_impact_counts(db, webinar()) == ImpactCounts(card_channels=[], reminders=[])
        for account in (ACCOUNT, other):
            await _fill(db, account)
        counts = await read_impact_counts(db, webinar())

    assert (counts.team, counts.seats, list(counts.card_channels)) == (2, 1, ["C1", "C2"])
    assert sorted(counts.reminders, key=lambda one: -one.offset) == [
        PlannedReminder("C1", DAY),
        PlannedReminder("C1", HOUR),
    ]


async def _fill(db: Db, account: Account) -> None:
    """A webinar with all that counts, and with what does not."""
    people = [
        member("Ana Ruiz", Role.HOST),
        member("Ben Okafor", Role.COHOST),
        member("Dev Patel"),
        member("Zoe Lang", notified_by=NotifiedBy.LEFT),
    ]
    for one in people:
        await team_table.save(db, account, "s1", one, NOW)
    states = {"U1": SeatState.NOTIFIED, "U2": SeatState.CANCELING, "U3": SeatState.REGISTERING}
    for user, state in states.items():
        await seat_table.begin(db, seat(account=account, user_id=user, state=state), "me", NOW)
    cards = [("C1", "1.1"), ("C2", "1.2")]
    for minute, (channel, ts) in enumerate(cards):
        shared = {"shown": "x", "shared_by": "U1", "shared_at": NOW + minute * HOUR}
        posted = card_table.Card(account=account, session_id="s1", channel_id=channel, message_ts=ts, **shared)
        await card_table.save(db, posted)
    due = [(NoticeKind.REMINDER, DAY), (NoticeKind.REMINDER, HOUR), (NoticeKind.FULL, timedelta())]
    for kind, offset in due:
        await notice_table.plan(db, [notice(kind, account=account, offset=offset, due_at=START - offset)])
    await notice_table.plan(db, [notice(account=account, session_id="s2", offset=DAY)])
