"""Rules for reminders of one webinar in one channel: which subscription a change leads to, and what may be changed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from bot.commands.reminder_offsets import MAX_OFFSETS, offset_text
from bot.errors import BadInput
from bot.model.webinar import Webinar
from bot.notices.model import PENDING, Feature
from bot.notices.reminder_sheet import Reminder, ReminderOrigin, ReminderSheet, is_locked
from bot.notices.schedule import is_direct
from bot.notices.subscriptions.changes import subscribe, unsubscribe
from bot.notices.subscriptions.model import (
    ALL_FEATURES,
    Features,
    Scope,
    Subscription,
    SubscriptionChange,
    features_of,
    own_subscription,
    webinar_subscription,
)
from bot.notices.texts.reminder_list import no_reminder_reason

ONLY_REMINDERS: Features = frozenset({Feature.REMINDERS})
PERSONAL_FEATURES: Features = frozenset({Feature.REMINDERS, Feature.CHANGES})
"""What a person who asked for a reminder is subscribed to: also to the webinar being moved or canceled."""

TOO_MANY = f"There can be at most {MAX_OFFSETS} reminders of a webinar. Change the time of one of them instead."
TOO_LATE = "This one goes out in a moment, so it can no longer be changed."
GONE = "This reminder is no longer waiting to go out. Look again at what is planned."

Apply = Callable[[Sequence[Subscription], SubscriptionChange, Features], Sequence[Subscription]]
"""`subscribe` or `unsubscribe`."""


def origin_of(subscription: Subscription | None) -> ReminderOrigin:
    """How a channel came to have reminders, by the subscription that decides."""
    if subscription is None:
        return ReminderOrigin.NONE
    if subscription.scope is not Scope.WEBINAR:
        return ReminderOrigin.SUBSCRIPTION
    is_card = subscription.by_share and subscription.offsets is None
    return ReminderOrigin.CARD if is_card else ReminderOrigin.CHOSEN


def check_upcoming(webinar: Webinar, now: datetime) -> None:
    """Raise `BadInput` if the webinar is canceled or its start has passed."""
    if problem := no_reminder_reason(webinar, now):
        raise BadInput(problem)


def changeable(sheet: ReminderSheet, notice_id: int, now: datetime) -> Reminder:
    """The pending reminder with this id. Raises `BadInput` if it is gone or about to be posted."""
    reminder, problem = find_changeable(sheet, notice_id, now)
    if reminder is None:
        raise BadInput(problem)
    return reminder


def find_changeable(sheet: ReminderSheet, notice_id: int, now: datetime) -> tuple[Reminder | None, str]:
    """The pending reminder with this id, or none and why: it is gone, or about to be posted."""
    reminder = next((each for each in sheet.reminders if each.id == notice_id and each.state in PENDING), None)
    if reminder is None or reminder.start != sheet.webinar.start:
        return None, GONE
    return (None, TOO_LATE) if is_locked(reminder, now) else (reminder, "")


def with_added(sheet: ReminderSheet, offsets: Sequence[timedelta]) -> tuple[timedelta, ...]:
    """The channel's offsets with these added; these alone if reminders were off and no times were chosen.

    Raises `BadInput` if all of them exist already, or if they are too many.
    """
    current = sheet.offsets if sheet.is_on or sheet.has_own_offsets else ()
    new = [offset for offset in offsets if offset not in current]
    if not new and sheet.is_on:
        raise BadInput(f"There is a reminder {offset_text(offsets[0])} before already.")
    if len(current) + len(new) > MAX_OFFSETS:
        raise BadInput(TOO_MANY)
    return (*current, *new)


def with_moved(sheet: ReminderSheet, reminder: Reminder, offset: timedelta) -> tuple[timedelta, ...]:
    """The channel's offsets with `offset` in place of the reminder's. Raises `BadInput` if it exists already."""
    if offset != reminder.offset and offset in sheet.offsets:
        raise BadInput(f"There is a reminder {offset_text(offset)} before already.")
    return tuple({each for each in sheet.offsets if each != reminder.offset} | {offset})


def with_offsets(
    webinar: Webinar,
    channel_id: str,
    subscriptions: Sequence[Subscription],
    offsets: Sequence[timedelta] | None,
    by: str,
    now: datetime,
) -> Subscription | None:
    """The webinar's subscription that gives exactly these reminders (None: the workspace's); None if none is needed."""
    own = own_subscription(webinar, subscriptions)
    ordered = None if offsets is None else tuple(sorted(offsets, reverse=True))
    if own is not None and own.by_share:
        # Times are chosen, not features: a card's subscription still only adds to the channel's other subscriptions.
        changes = {"features": own.features | ONLY_REMINDERS, "offsets": ordered, "set_by": by, "set_at": now}
        return own.model_copy(update=changes)
    features = features_of(webinar, subscriptions) | ONLY_REMINDERS
    others = [each for each in subscriptions if each != own]
    if offsets is None and features == features_of(webinar, others):
        return None
    return webinar_subscription(webinar, channel_id, by, now, features=features, offsets=ordered)


def with_snooze(
    webinar: Webinar,
    channel_id: str,
    subscriptions: Sequence[Subscription],
    offset: timedelta,
    by: str,
    now: datetime,
) -> Subscription:
    """A person's subscription with one more reminder, without those that have passed. Raises `BadInput` if too many."""
    own = own_subscription(webinar, subscriptions)
    upcoming = [each for each in (own.offsets or () if own else ()) if webinar.start - each > now]
    offsets = tuple(sorted({*upcoming, offset}, reverse=True))
    if len(offsets) > MAX_OFFSETS:
        raise BadInput(f"You are reminded of this webinar {MAX_OFFSETS} times already.")
    features = features_of(webinar, subscriptions) | PERSONAL_FEATURES
    return webinar_subscription(webinar, channel_id, by, now, features=features, offsets=offsets)


def turned_on(
    webinar: Webinar, channel_id: str, subscriptions: Sequence[Subscription], by: str, now: datetime
) -> Subscription | None:
    """The webinar's subscription with reminders on; None if none is needed."""
    change = _change(webinar, channel_id, by, now)
    return _switched(webinar, subscriptions, change, subscribe, ONLY_REMINDERS)


def muted(
    webinar: Webinar, channel_id: str, subscriptions: Sequence[Subscription], by: str, now: datetime
) -> Subscription | None:
    """The webinar's subscription with reminders off; None if none is needed."""
    change = _change(webinar, channel_id, by, now)
    return _switched(webinar, subscriptions, change, unsubscribe, muted_features(channel_id))


def muted_features(channel_id: str) -> Features:
    """What muting ends: the reminders in a channel, everything in a person's DM."""
    return ALL_FEATURES if is_direct(channel_id) else ONLY_REMINDERS


def _switched(
    webinar: Webinar,
    subscriptions: Sequence[Subscription],
    change: SubscriptionChange,
    apply: Apply,
    features: Features,
) -> Subscription | None:
    own = own_subscription(webinar, subscriptions)
    if own is None or own.offsets is None or is_direct(change.channel_id):
        return own_subscription(webinar, apply(subscriptions, change, features))
    # Keep it even if it adds nothing to the other subscriptions: it stores the chosen times.
    kept = features_of(webinar, subscriptions) - ONLY_REMINDERS
    wanted = kept | ONLY_REMINDERS if apply is subscribe else kept
    return webinar_subscription(webinar, change.channel_id, change.by, change.at, features=wanted, offsets=own.offsets)


def _change(webinar: Webinar, channel_id: str, by: str, now: datetime) -> SubscriptionChange:
    return SubscriptionChange(workspace=webinar.account.workspace, channel_id=channel_id, about=webinar, by=by, at=now)
