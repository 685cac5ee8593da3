"""Changes what a channel hears, and knows all that was set up in it; every function is one transaction's part."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.db.connection import Db
from bot.model.people import Workspace
from bot.model.webinar import Webinar
from bot.notices.outbox import notice_table
from bot.notices.planner import replan, replan_channel
from bot.notices.quiet_hours import ChannelHours
from bot.notices.rules import DEFAULT_OFFSETS
from bot.notices.subscriptions import table as subscription_table
from bot.notices.subscriptions.channel_state import ChannelChoice, ChannelState, PlannedNotices, UndeliveredNotice
from bot.notices.subscriptions.model import (
    Feature,
    Features,
    Scope,
    Subscription,
    SubscriptionChange,
    channel_features,
    set_for_all,
    subscribe,
    webinar_subscription,
)
from bot.webinars import card_table
from bot.webinars import table as webinar_table

UNDELIVERED_WINDOW = timedelta(days=7)
MAX_UNDELIVERED = 10
OPENING_FEATURES: Features = frozenset({Feature.ALERTS})
"""What says that a registration opens."""


@dataclass(frozen=True)
class ChannelChange:
    """What a channel was set up for before somebody said something, and after it."""

    before: ChannelState
    after: ChannelState

    @property
    def is_changed(self) -> bool:
        """Whether anything is different."""
        return self.before != self.after

    @property
    def is_first(self) -> bool:
        """Whether it is the first time that somebody asked for anything there, beside sharing cards."""
        return self.after.is_set_up and not self.before.is_set_up


async def channel_state(db: Db, workspace: Workspace, channel_id: str, now: datetime) -> ChannelState:
    """All that was set up in one channel."""
    lines = await subscription_table.of_channel(db, workspace, channel_id)
    coming = await webinar_table.list_webinars(db, workspace, ending_after=now) if lines else []
    own = {line.subject for line in lines if line.scope is Scope.WEBINAR}
    usual = await subscription_table.default_offsets(db, workspace)
    return ChannelState(
        channel_id=channel_id,
        subscriptions=lines,
        webinars={webinar.session_id: webinar for webinar in coming if webinar.session_id in own},
        hours=(await subscription_table.hours_of(db, workspace, [channel_id])).get(channel_id),
        default_offsets=DEFAULT_OFFSETS if usual is None else usual,
    )


async def change_subscriptions(
    db: Db,
    wish: SubscriptionChange,
    apply: Callable[[Sequence[Subscription], SubscriptionChange], Sequence[Subscription]],
) -> ChannelChange:
    """Bring the lines of a channel to what `granted` makes of them, and plan anew what is to be said there."""
    await subscription_table.lock_channel(db, wish.workspace, wish.channel_id)
    before = await channel_state(db, wish.workspace, wish.channel_id, wish.at)
    lines = apply(before.subscriptions, wish)
    await subscription_table.replace(db, before.subscriptions, lines)
    if lines != before.subscriptions:
        await replan_channel(db, wish.workspace, wish.channel_id, wish.at)
    return ChannelChange(before, await channel_state(db, wish.workspace, wish.channel_id, wish.at))


async def apply_choice(db: Db, wish: SubscriptionChange, choice: ChannelChoice) -> ChannelChange:
    """Bring a channel to what its form says: what it hears of all webinars, its quiet hours and its digest."""
    await subscription_table.lock_channel(db, wish.workspace, wish.channel_id)
    before = await channel_state(db, wish.workspace, wish.channel_id, wish.at)
    hours = ChannelHours(
        workspace=wish.workspace,
        channel_id=wish.channel_id,
        set_by=wish.by,
        set_at=wish.at,
        **choice.model_dump(exclude={"features"}),
    )
    if _is_changed(before.hours, hours) if before.hours else choice.has_hours:
        await subscription_table.save_hours(db, hours)
    done = await change_subscriptions(db, wish, lambda lines, wish: set_for_all(lines, wish, choice.features))
    return ChannelChange(before, done.after)


async def subscribe_for_card(db: Db, webinar: Webinar, channel_id: str, by: str, now: datetime) -> None:
    """Have a channel hear about a webinar whose card was put up there, unless somebody said what it hears of it."""
    workspace = webinar.account.workspace
    await subscription_table.lock_channel(db, workspace, channel_id)
    if _own(await subscription_table.of_channel(db, workspace, channel_id), webinar) is None:
        line = webinar_subscription(webinar, channel_id, by, now, by_share=True)
        await subscription_table.save(db, line)
    await _replan(db, webinar, now)


async def remove_card_subscription(db: Db, webinar: Webinar, channel_id: str, now: datetime) -> None:
    """A card is gone: with the last one in a channel, what came with it goes as well."""
    workspace = webinar.account.workspace
    await subscription_table.lock_channel(db, workspace, channel_id)
    standing = await card_table.of_session(db, webinar.account, webinar.session_id)
    own = _own(await subscription_table.of_channel(db, workspace, channel_id), webinar)
    if own and own.by_share and own.offsets is None and channel_id not in {card.channel_id for card in standing}:
        await subscription_table.remove(db, own)
    await _replan(db, webinar, now)


async def subscribe_person(
    db: Db, webinar: Webinar, channel_id: str, features: Features, by: str, now: datetime
) -> None:
    """Have a person hear this of a webinar, in their own messages, on top of what they hear there already.

    Who asked for no more than to be told that registration opens needs that no longer.
    """
    workspace = webinar.account.workspace
    await subscription_table.lock_channel(db, workspace, channel_id)
    lines = await subscription_table.of_channel(db, workspace, channel_id)
    wish = SubscriptionChange(workspace=workspace, channel_id=channel_id, about=webinar, by=by, at=now)
    own = _own(lines, webinar)
    kept = [line for line in lines if not (line == own and line.features == OPENING_FEATURES and line.offsets is None)]
    await subscription_table.replace(db, lines, subscribe(kept, wish, features))
    await _replan(db, webinar, now)


async def unsubscribe_person(db: Db, webinar: Webinar, channel_id: str, now: datetime) -> None:
    """A person has nothing to do with a webinar any more: what was set up for it in their own messages ends."""
    workspace = webinar.account.workspace
    await subscription_table.lock_channel(db, workspace, channel_id)
    own = _own(await subscription_table.of_channel(db, workspace, channel_id), webinar)
    if own:
        await subscription_table.remove(db, own)
        await _replan(db, webinar, now)


async def planned_notices(db: Db, webinar: Webinar, channel_id: str, now: datetime) -> PlannedNotices:
    """What will be said about one webinar in a channel."""
    known = await channel_state(db, webinar.account.workspace, channel_id, now)
    heard = next(iter(channel_features(webinar, known.subscriptions)), None)
    leads = heard.offsets if heard and heard.offsets is not None else known.default_offsets
    return PlannedNotices(
        features=heard.features if heard else frozenset(),
        upcoming_offsets=tuple(lead for lead in leads if webinar.start - lead > now),
        hours=known.hours,
    )


async def undelivered_notices(db: Db, workspace: Workspace, now: datetime) -> list[UndeliveredNotice]:
    """What did not go out lately, or perhaps did not, the newest first."""
    rows = await notice_table.problems(db, workspace, now - UNDELIVERED_WINDOW, MAX_UNDELIVERED)
    known = await webinar_table.by_keys(db, {(row.notice.account, row.notice.session_id) for row in rows})
    return [
        UndeliveredNotice(row.notice, row.state, row.problem, known.get((row.notice.account, row.notice.session_id)))
        for row in rows
    ]


async def _replan(db: Db, webinar: Webinar, now: datetime) -> None:
    # As it is by now: it may have been moved while Slack took the card, by somebody who saw no line of this channel.
    await replan(db, await webinar_table.find(db, webinar.account, webinar.session_id, for_update=True) or webinar, now)


def _is_changed(before: ChannelHours, after: ChannelHours) -> bool:
    return before != after.model_copy(update={"set_by": before.set_by, "set_at": before.set_at})


def _own(lines: Sequence[Subscription], webinar: Webinar) -> Subscription | None:
    about = (line for line in lines if line.scope is Scope.WEBINAR and line.account == webinar.account)
    return next((line for line in about if line.subject == webinar.session_id), None)
