"""The recipients of a follow-up in Slack: ids alone, and how far the message to each is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, delete, exists, func, or_, select, update

from bot.db.connection import Db
from bot.db.follow_up_schema import follow_up_recipients, follow_ups
from bot.db.keys import account_columns, of_account, of_workspace
from bot.db.schema import outbox_messages
from bot.model.people import Account
from bot.reports.follow_up.audience import SlackRecipient
from bot.reports.follow_up.run_table import UNDER_WAY
from bot.reports.follow_up.wording import FollowUpGroup


class DeliveryState(StrEnum):
    """How far the message to one person is. The values are stored."""

    WAITING = "waiting"
    SCHEDULING = "scheduling"
    """Slack is asked, and has not answered yet."""
    SCHEDULED = "scheduled"
    """Slack posts it, or has posted it, at `post_at`."""
    REFUSED = "refused"
    """Slack does not let us write to this person."""
    OPTED_OUT = "opted_out"
    UNCLEAR = "unclear"
    """Slack may or may not have posted it; it is not repeated."""


@dataclass(frozen=True)
class Delivery:
    """The message to one person."""

    account: Account
    follow_up_id: str
    recipient: SlackRecipient
    state: DeliveryState
    post_at: int = 0
    """The Unix second for which it is scheduled; with the channel, it identifies a message at Slack."""
    scheduled_id: str = ""
    problem: str = ""


@dataclass(frozen=True)
class DeliveryCounts:
    """How many messages are how far."""

    waiting: int = 0
    """Not at Slack yet, or withdrawn."""
    scheduled: int = 0
    """At Slack, which has not posted them yet."""
    sent: int = 0
    opted_out: int = 0
    unclear: int = 0
    refused: tuple[tuple[str, int], ...] = ()
    """How many Slack refused, by the code of the reason."""

    @property
    def total(self) -> int:
        """Everybody who was to get a message, without those who opted out."""
        return self.waiting + self.scheduled + self.sent + self.unclear + self.not_reached

    @property
    def not_reached(self) -> int:
        """How many Slack refused."""
        return sum(count for _, count in self.refused)


async def add(
    db: Db, account: Account, follow_up_id: str, recipients: Iterable[SlackRecipient], state: DeliveryState
) -> None:
    """Save these recipients."""
    shared = {**account_columns(account), "follow_up_id": follow_up_id, "state": state}
    rows = [
        {
            **shared,
            "user_id": one.user_id,
            "registrant_id": one.registrant_id,
            "channel_id": one.channel_id,
            "part": one.group,
        }
        for one in recipients
    ]
    if rows:
        await db.execute(follow_up_recipients.insert(), rows)


async def in_states(
    db: Db, account: Account, follow_up_id: str, *states: DeliveryState, limit: int | None = None
) -> list[Delivery]:
    """The deliveries of a follow-up in these states."""
    which = [*_of_run(account, follow_up_id), follow_up_recipients.c.state.in_(states)]
    query = select(follow_up_recipients).where(*which).order_by(follow_up_recipients.c.user_id).limit(limit)
    return [_delivery(account, row) for row in await db.execute(query)]


async def settle(
    db: Db, delivery: Delivery, state: DeliveryState, *, post_at: int = 0, scheduled_id: str = "", problem: str = ""
) -> Delivery | None:
    """Save how far a delivery is. None, and nothing saved, if it is not as in this record any more."""
    values = {"state": state, "post_at": post_at, "scheduled_id": scheduled_id, "problem": problem}
    same = (
        *_of_run(delivery.account, delivery.follow_up_id),
        follow_up_recipients.c.user_id == delivery.recipient.user_id,
        follow_up_recipients.c.state == delivery.state,
        follow_up_recipients.c.post_at == delivery.post_at,
    )
    saved = (await db.execute(update(follow_up_recipients).where(*same).values(**values))).rowcount == 1
    changed = replace(delivery, state=state, post_at=post_at, scheduled_id=scheduled_id, problem=problem)
    return changed if saved else None


async def is_second_taken(db: Db, account: Account, channel_id: str, post_at: int) -> bool:
    """Whether a reminder or another follow-up is due in this channel in this second: Slack does not tell them apart."""
    reminders, messages = (
        [*of_workspace(one, account.workspace), one.c.channel_id == channel_id, one.c.post_at == post_at]
        for one in (outbox_messages, follow_up_recipients)
    )
    mine = *of_workspace(follow_ups, account.workspace), follow_ups.c.state.in_(UNDER_WAY)
    messages.append(follow_up_recipients.c.follow_up_id.in_(select(follow_ups.c.follow_up_id).where(*mine)))
    is_taken = or_(exists().where(*reminders), exists().where(*messages))
    return bool((await db.execute(select(is_taken))).scalar())


async def last_post_at(db: Db, account: Account, follow_up_id: str) -> int:
    """The latest second for which a message of this follow-up is scheduled; 0 if none is."""
    scheduled = follow_up_recipients.c.state == DeliveryState.SCHEDULED
    query = select(func.max(follow_up_recipients.c.post_at)).where(*_of_run(account, follow_up_id), scheduled)
    return int((await db.execute(query)).scalar() or 0)


async def counts(db: Db, account: Account, follow_up_id: str, now: int) -> DeliveryCounts:
    """How many messages are how far at this Unix second."""
    state, problem = follow_up_recipients.c.state, follow_up_recipients.c.problem
    is_posted = (state == DeliveryState.SCHEDULED) & (follow_up_recipients.c.post_at <= now)
    query = select(state, problem, is_posted, func.count()).where(*_of_run(account, follow_up_id))
    found: Counter[str] = Counter()
    refused: Counter[str] = Counter()
    for row_state, row_problem, row_posted, count in await db.execute(query.group_by(state, problem, is_posted)):
        found["sent" if row_posted else row_state] += count
        if row_state == DeliveryState.REFUSED:
            refused[row_problem] += count
    return DeliveryCounts(
        waiting=found[DeliveryState.WAITING] + found[DeliveryState.SCHEDULING],
        scheduled=found[DeliveryState.SCHEDULED],
        sent=found["sent"],
        opted_out=found[DeliveryState.OPTED_OUT],
        unclear=found[DeliveryState.UNCLEAR],
        refused=tuple(sorted(refused.items())),
    )


async def forget(db: Db, account: Account, follow_up_id: str) -> None:
    """Delete the recipients of a follow-up."""
    await db.execute(delete(follow_up_recipients).where(*_of_run(account, follow_up_id)))


async def forget_orphans(db: Db, account: Account) -> None:
    """Delete the recipients of follow-ups that do not exist any more, because their sender was forgotten."""
    known = select(follow_ups.c.follow_up_id).where(*of_account(follow_ups, account))
    mine = of_account(follow_up_recipients, account)
    await db.execute(delete(follow_up_recipients).where(*mine, follow_up_recipients.c.follow_up_id.not_in(known)))


def _of_run(account: Account, follow_up_id: str) -> list[ColumnElement[bool]]:
    return [*of_account(follow_up_recipients, account), follow_up_recipients.c.follow_up_id == follow_up_id]


def _delivery(account: Account, row: Any) -> Delivery:
    recipient = SlackRecipient(
        user_id=row.user_id,
        registrant_id=row.registrant_id,
        channel_id=row.channel_id,
        group=FollowUpGroup(row.part),
    )
    return Delivery(
        account, row.follow_up_id, recipient, DeliveryState(row.state), row.post_at, row.scheduled_id, row.problem
    )
