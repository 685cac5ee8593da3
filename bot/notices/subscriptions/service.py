"""Reads and changes the subscriptions and hours of a channel, inside the caller's transaction."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.db.connection import Db
from bot.model.people import Workspace
from bot.model.webinar import Webinar
from bot.notices.model import Feature
from bot.notices.outbox import notice_table
from bot.notices.planner import replan, replan_channel
from bot.notices.quiet_hours import ChannelHours, DigestPace
from bot.notices.rules import DEFAULT_OFFSETS
from bot.notices.subscriptions import table as subscription_table
from bot.notices.subscriptions.changes import set_for_all, subscribe
from bot.notices.subscriptions.channel_state import ChannelChoice, ChannelState, PlannedNotices, UndeliveredNotice
from bot.notices.subscriptions.model import (
    Features,
    Scope,
    Subscription,
    SubscriptionChange,
    channel_features,
    own_subscription,
    webinar_subscription,
)
from bot.notices.subscriptions.undo import UnsubscribeUndo, fingerprint, restored
from bot.webinars import card_table
from bot.webinars import table as webinar_table

UNDELIVERED_WINDOW = timedelta(days=7)
MAX_UNDELIVERED = 10
OPENING_FEATURES: Features = frozenset({Feature.ALERTS})
"""The features of a person who only wants to know when registration opens."""


@dataclass(frozen=True)
class ChannelChange:
    """The state of a channel before and after a change."""

    before: ChannelState
    after: ChannelState

    @property
    def is_changed(self) -> bool:
        """Whether anything changed."""
        return self.before != self.after

    @property
    def is_first(self) -> bool:
        """Whether this is the channel's first subscription other than from shared cards."""
        return self.after.is_set_up and not self.before.is_set_up


async def channel_state(db: Db, workspace: Workspace, channel_id: str, now: datetime) -> ChannelState:
    """All subscriptions and hours of one channel."""
    subscriptions = await subscription_table.of_channel(db, workspace, channel_id)
    upcoming = await webinar_table.list_webinars(db, workspace, ending_after=now) if subscriptions else []
    own_ids = {subscription.subject for subscription in subscriptions if subscription.scope is Scope.WEBINAR}
    defaults = await subscription_table.default_offsets(db, workspace)
    return ChannelState(
        channel_id=channel_id,
        subscriptions=subscriptions,
        webinars={webinar.session_id: webinar for webinar in upcoming if webinar.session_id in own_ids},
        hours=(await subscription_table.hours_of(db, workspace, [channel_id])).get(channel_id),
        default_offsets=DEFAULT_OFFSETS if defaults is None else defaults,
    )


async def change_subscriptions(
    db: Db,
    change: SubscriptionChange,
    apply: Callable[[Sequence[Subscription]], Sequence[Subscription]],
    *,
    ends_digest: bool = False,
) -> ChannelChange:
    """Replace the subscriptions of a channel by what `apply` returns, and replan the channel.

    With `ends_digest`, it gets no digest any more; its quiet hours stay.
    """
    await subscription_table.lock_channel(db, change.workspace, change.channel_id)
    before = await channel_state(db, change.workspace, change.channel_id, change.at)
    subscriptions = apply(before.subscriptions)
    await subscription_table.replace(db, before.subscriptions, subscriptions)
    if ends_digest:
        await _set_digest(db, before, DigestPace.NEVER, change.by, change.at)
    if subscriptions != before.subscriptions:
        await replan_channel(db, change.workspace, change.channel_id, change.at)
    return ChannelChange(before, await channel_state(db, change.workspace, change.channel_id, change.at))


async def undo_unsubscribe(
    db: Db, workspace: Workspace, undo: UnsubscribeUndo, by: str, now: datetime
) -> tuple[ChannelState, bool]:
    """Restore what was ended in a channel unless it has changed since. Return its state, and whether it is done."""
    await subscription_table.lock_channel(db, workspace, undo.channel_id)
    current = await channel_state(db, workspace, undo.channel_id, now)
    if fingerprint(current) != undo.state:
        return current, False
    await subscription_table.replace(db, current.subscriptions, restored(current.subscriptions, undo))
    if undo.digest is not DigestPace.NEVER:
        await _set_digest(db, current, undo.digest, by, now)
    await replan_channel(db, workspace, undo.channel_id, now)
    return await channel_state(db, workspace, undo.channel_id, now), True


async def apply_choice(db: Db, change: SubscriptionChange, choice: ChannelChoice) -> ChannelChange:
    """Apply the channel form: features of all webinars, quiet hours and digest."""
    await subscription_table.lock_channel(db, change.workspace, change.channel_id)
    before = await channel_state(db, change.workspace, change.channel_id, change.at)
    hours = ChannelHours(
        workspace=change.workspace,
        channel_id=change.channel_id,
        set_by=change.by,
        set_at=change.at,
        **choice.model_dump(exclude={"features"}),
    )
    if _is_changed(before.hours, hours) if before.hours else choice.has_hours:
        await subscription_table.save_hours(db, hours)
    result = await change_subscriptions(
        db, change, lambda subscriptions: set_for_all(subscriptions, change, choice.features)
    )
    return ChannelChange(before, result.after)


async def subscribe_for_card(db: Db, webinar: Webinar, channel_id: str, by: str, now: datetime) -> None:
    """Subscribe a channel to a webinar whose card was posted there, unless it has a subscription to it already."""
    workspace = webinar.account.workspace
    await subscription_table.lock_channel(db, workspace, channel_id)
    if own_subscription(webinar, await subscription_table.of_channel(db, workspace, channel_id)) is None:
        subscription = webinar_subscription(webinar, channel_id, by, now, by_share=True)
        await subscription_table.save(db, subscription)
    await replan(db, webinar, now)


async def remove_card_subscription(db: Db, webinar: Webinar, channel_id: str, now: datetime) -> None:
    """Remove the subscription made by a card after the last card in the channel is gone."""
    workspace = webinar.account.workspace
    await subscription_table.lock_channel(db, workspace, channel_id)
    cards = await card_table.of_session(db, webinar.account, webinar.session_id)
    own = own_subscription(webinar, await subscription_table.of_channel(db, workspace, channel_id))
    if own and own.by_share and own.offsets is None and channel_id not in {card.channel_id for card in cards}:
        await subscription_table.remove(db, own)
    await replan(db, webinar, now)


async def subscribe_person(
    db: Db, webinar: Webinar, channel_id: str, features: Features, by: str, now: datetime
) -> None:
    """Add features of a webinar for a person, in their DM.

    A subscription for the opening of registration alone is replaced.
    """
    workspace = webinar.account.workspace
    await subscription_table.lock_channel(db, workspace, channel_id)
    subscriptions = await subscription_table.of_channel(db, workspace, channel_id)
    change = SubscriptionChange(workspace=workspace, channel_id=channel_id, about=webinar, by=by, at=now)
    own = own_subscription(webinar, subscriptions)
    is_replaced = own is not None and own.features == OPENING_FEATURES and own.offsets is None
    kept = [each for each in subscriptions if each != own] if is_replaced else subscriptions
    await subscription_table.replace(db, subscriptions, subscribe(kept, change, features))
    await replan(db, webinar, now)


async def unsubscribe_person(db: Db, webinar: Webinar, channel_id: str, now: datetime) -> None:
    """Remove a person's subscription to a webinar, in their DM."""
    workspace = webinar.account.workspace
    await subscription_table.lock_channel(db, workspace, channel_id)
    own = own_subscription(webinar, await subscription_table.of_channel(db, workspace, channel_id))
    if own:
        await subscription_table.remove(db, own)
        await replan(db, webinar, now)


async def planned_notices(db: Db, webinar: Webinar, channel_id: str, now: datetime) -> PlannedNotices:
    """The notices that a channel will get of one webinar."""
    state = await channel_state(db, webinar.account.workspace, channel_id, now)
    channel = next(iter(channel_features(webinar, state.subscriptions)), None)
    offsets = channel.offsets if channel and channel.offsets is not None else state.default_offsets
    return PlannedNotices(
        features=channel.features if channel else frozenset(),
        upcoming_offsets=tuple(offset for offset in offsets if webinar.start - offset > now),
        hours=state.hours,
    )


async def undelivered_notices(db: Db, workspace: Workspace, now: datetime) -> list[UndeliveredNotice]:
    """Recent notices that were not posted or whose outcome is unknown, newest first."""
    rows = await notice_table.problems(db, workspace, now - UNDELIVERED_WINDOW, MAX_UNDELIVERED)
    webinars = await webinar_table.by_keys(db, {(row.notice.account, row.notice.session_id) for row in rows})
    return [
        UndeliveredNotice(row.notice, row.state, row.problem, webinars.get((row.notice.account, row.notice.session_id)))
        for row in rows
    ]


async def _set_digest(db: Db, channel: ChannelState, pace: DigestPace, by: str, now: datetime) -> None:
    if channel.hours and channel.hours.digest is not pace:
        changes = {"digest": pace, "set_by": by, "set_at": now}
        await subscription_table.save_hours(db, channel.hours.model_copy(update=changes))


def _is_changed(before: ChannelHours, after: ChannelHours) -> bool:
    return before != after.model_copy(update={"set_by": before.set_by, "set_at": before.set_at})
