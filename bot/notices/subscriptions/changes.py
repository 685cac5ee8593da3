"""Changes to the subscriptions of one channel. Pure rules: from the current subscriptions to the new ones."""

from __future__ import annotations

from collections.abc import Sequence

from bot.model.people import Account
from bot.model.webinar import Webinar
from bot.notices.model import Feature
from bot.notices.subscriptions.model import (
    ALL_FEATURES,
    Features,
    Scope,
    Subscription,
    SubscriptionChange,
    covers,
    features_of,
    own_subscription,
)


def subscribe(
    subscriptions: Sequence[Subscription], change: SubscriptionChange, features: Features
) -> list[Subscription]:
    """The subscriptions of a channel with `features` added for the webinars that `change` is about."""
    if not features:
        return list(subscriptions)
    if not isinstance(change.about, Webinar):
        current = next((each for each in subscriptions if _key(each) == _change_key(change)), None)
        new_features = (current.features if current else frozenset()) | features
        return _replace(subscriptions, change, new_features, current=current)
    own, general = own_subscription(change.about, subscriptions), _general(subscriptions, change.about)
    existing = features_of(change.about, subscriptions)
    if features <= existing and not (own and own.by_share):
        return list(subscriptions)
    can_remove = own is not None and not own.by_share
    return _change_one(subscriptions, change, existing | features, current=own, can_remove=can_remove, general=general)


def unsubscribe(
    subscriptions: Sequence[Subscription], change: SubscriptionChange, features: Features = ALL_FEATURES
) -> list[Subscription]:
    """The subscriptions of a channel with `features` removed for the webinars that `change` is about.

    A change about all webinars applies to every subscription. A change about one webinar is stored as a subscription
    of its own if the others would give different features.
    """
    if isinstance(change.about, Webinar):
        existing = features_of(change.about, subscriptions)
        if not features & existing:
            return list(subscriptions)
        own, general = own_subscription(change.about, subscriptions), _general(subscriptions, change.about)
        return _change_one(subscriptions, change, existing - features, current=own, can_remove=True, general=general)
    key = _change_key(change)
    reduced = [
        _with_features(each, change, each.features - features) if change.about == "all" or _key(each) == key else each
        for each in subscriptions
    ]
    return _without_empty(reduced)


def set_for_all(
    subscriptions: Sequence[Subscription], change: SubscriptionChange, features: Features
) -> list[Subscription]:
    """The subscriptions of a channel with exactly these features for all webinars; other subscriptions stay."""
    current = next((each for each in subscriptions if each.scope is Scope.ALL), None)
    return _without_empty(_replace(subscriptions, change, features, current=current))


def _general(subscriptions: Sequence[Subscription], webinar: Webinar) -> Features:
    own = own_subscription(webinar, subscriptions)
    with_card = {own.channel_id} if own and own.by_share else frozenset[str]()
    general = [each for each in subscriptions if each.scope is not Scope.WEBINAR and covers(each, webinar, with_card)]
    return frozenset[Feature]().union(*(each.features for each in general))


def _change_one(
    subscriptions: Sequence[Subscription],
    change: SubscriptionChange,
    features: Features,
    *,
    current: Subscription | None,
    can_remove: bool,
    general: Features,
) -> list[Subscription]:
    """With `can_remove`, the webinar's own subscription is removed if the others give the same features."""
    has_offsets = current is not None and current.offsets is not None and Feature.REMINDERS in features
    if can_remove and features == general and not has_offsets:
        return [each for each in subscriptions if each != current]
    return _replace(subscriptions, change, features, current=current)


def _replace(
    subscriptions: Sequence[Subscription],
    change: SubscriptionChange,
    features: Features,
    *,
    current: Subscription | None,
) -> list[Subscription]:
    """The subscriptions with a new one in place of `current`."""
    scope, subject, account = _change_key(change)
    by_organizer = scope is Scope.ALL and (change.by_organizer or bool(current and current.by_organizer))
    is_same = current and (current.features, current.by_organizer) == (features, by_organizer)
    if current and is_same and not current.by_share:
        return list(subscriptions)
    replacement = Subscription(
        workspace=change.workspace,
        channel_id=change.channel_id,
        scope=scope,
        subject=subject,
        account=account,
        features=features,
        offsets=current.offsets if current else None,
        set_by=change.by,
        set_at=change.at,
        by_organizer=by_organizer,
    )
    return [*(each for each in subscriptions if each != current), replacement]


def _with_features(subscription: Subscription, change: SubscriptionChange, features: Features) -> Subscription:
    if features == subscription.features:
        return subscription
    return subscription.model_copy(update={"features": features, "set_by": change.by, "set_at": change.at})


def _without_empty(subscriptions: Sequence[Subscription]) -> list[Subscription]:
    """Drop subscriptions without features, except mutes of one webinar beside a general subscription."""
    general = any(each.features for each in subscriptions if each.scope is not Scope.WEBINAR)
    mutes = [each for each in subscriptions if each.scope is Scope.WEBINAR and not each.by_share and general]
    return [each for each in subscriptions if each.features or each in mutes]


def _key(subscription: Subscription) -> tuple[Scope, str, Account | None]:
    return subscription.scope, subscription.subject, subscription.account


def _change_key(change: SubscriptionChange) -> tuple[Scope, str, Account | None]:
    match change.about:
        case "all":
            return Scope.ALL, "", None
        case "mine":
            return Scope.MINE, change.by, None
        case webinar:
            return Scope.WEBINAR, webinar.session_id, webinar.account
