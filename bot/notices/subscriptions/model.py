"""Subscriptions: which channel gets which notices of which webinars. Pure rules."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from difflib import get_close_matches
from enum import StrEnum
from typing import Literal

from pydantic import AwareDatetime, ConfigDict, Field

from bot.commands.slack_text import normalized_word
from bot.model.people import Account, Frozen, Workspace
from bot.model.webinar import Webinar
from bot.notices.model import Feature
from bot.notices.schedule import is_direct

Features = frozenset[Feature]

DEFAULT_FEATURES: Features = frozenset({Feature.REMINDERS, Feature.ALERTS, Feature.CHANGES})
"""The features of a subscription made by sharing a card, or by `subscribe` without features."""

ALL_FEATURES: Features = frozenset(Feature)
"""The features that `unsubscribe` removes if none are named."""


class Scope(StrEnum):
    """What a subscription covers: one webinar, those that one person created, or all of the workspace."""

    WEBINAR = "webinar"
    MINE = "mine"
    ALL = "all"


class Subscription(Frozen):
    """The notices that a channel, or a person in their DM, gets of some webinars. Serialized into Undo buttons."""

    # Serialized names are kept: older buttons and forms must still parse.
    model_config = ConfigDict(populate_by_name=True, serialize_by_alias=True)

    workspace: Workspace
    channel_id: str
    scope: Scope
    subject: str = ""
    """The session id for `WEBINAR`, the person's id for `MINE`, empty for `ALL`."""
    account: Account | None = None
    """The webinar's account; only for `WEBINAR`."""
    features: Features = DEFAULT_FEATURES
    offsets: tuple[timedelta, ...] | None = Field(default=None, alias="leads")
    """Chosen reminder offsets, longest first; only for `WEBINAR`. None: the workspace's defaults."""
    set_by: str
    set_at: AwareDatetime
    by_share: bool = False
    """Made by sharing a card and not changed since. It only adds to other subscriptions, and it is removed with the
    card unless its offsets were chosen."""
    by_organizer: bool = False
    """For `ALL`: set up by an organizer, who sees every webinar. Otherwise it covers the webinars of the person who set
    it up, and those whose card is in its channel: it must not announce what was announced nowhere."""


def webinar_subscription(
    webinar: Webinar,
    channel_id: str,
    by: str,
    now: datetime,
    *,
    features: Features = DEFAULT_FEATURES,
    offsets: tuple[timedelta, ...] | None = None,
    by_share: bool = False,
) -> Subscription:
    """A channel's subscription to one webinar."""
    return Subscription(
        workspace=webinar.account.workspace,
        channel_id=channel_id,
        scope=Scope.WEBINAR,
        subject=webinar.session_id,
        account=webinar.account,
        features=features,
        offsets=offsets,
        set_by=by,
        set_at=now,
        by_share=by_share,
    )


class ChannelFeatures(Frozen):
    """The features and offsets that apply to one webinar in one channel."""

    channel_id: str
    features: Features
    offsets: tuple[timedelta, ...] | None = None
    with_start: bool = False
    """Whether it is the direct message of a person with reminders of this webinar, who also learns that it starts."""


class SubscriptionChange(Frozen):
    """A request to change a channel's subscriptions: which webinars, by which person, and when."""

    workspace: Workspace
    channel_id: str
    about: Webinar | Literal["mine", "all"] = "all"
    by: str
    at: AwareDatetime
    by_organizer: bool = False


def channel_features(webinar: Webinar, subscriptions: Iterable[Subscription]) -> list[ChannelFeatures]:
    """The features of this webinar per channel, ordered by channel; channels without any are left out.

    A subscription to the webinar itself, other than by its card, decides alone, even without features (a muted
    webinar). Otherwise the subscriptions to its creator's webinars, to all, and by its card are added up.
    """
    given = list(subscriptions)
    own = {each.channel_id: each for each in given if each.scope is Scope.WEBINAR and covers(each, webinar)}
    with_card = {channel for channel, each in own.items() if each.by_share}
    added: dict[str, Features] = {}
    for each in given:
        if covers(each, webinar, with_card) and (each.scope is not Scope.WEBINAR or each.by_share):
            added[each.channel_id] = added.get(each.channel_id, frozenset()) | each.features
    decided = {channel: each.features for channel, each in own.items() if not each.by_share}
    return [
        ChannelFeatures(
            channel_id=channel,
            features=features,
            offsets=own[channel].offsets if channel in own else None,
            with_start=channel in decided and is_direct(channel) and Feature.REMINDERS in features,
        )
        for channel, features in sorted((added | decided).items())
        if features
    ]


def features_of(webinar: Webinar, subscriptions: Iterable[Subscription]) -> Features:
    """The features of the webinar that these subscriptions, all of one channel, give together."""
    return frozenset[Feature]().union(*(channel.features for channel in channel_features(webinar, subscriptions)))


def features_of_all(subscriptions: Iterable[Subscription]) -> Features:
    """The features that these subscriptions, all of one channel, give of all webinars."""
    return frozenset[Feature]().union(*(each.features for each in subscriptions if each.scope is Scope.ALL))


def own_subscription(webinar: Webinar, subscriptions: Iterable[Subscription]) -> Subscription | None:
    """The subscription to this one webinar, of the subscriptions of one channel."""
    return next((each for each in subscriptions if each.scope is Scope.WEBINAR and covers(each, webinar)), None)


def covers(subscription: Subscription, webinar: Webinar, with_card: Collection[str] = ()) -> bool:
    """Whether the subscription applies to the webinar, whose card is in the channels `with_card`.

    Without these channels, it is the rule of which subscriptions announce a webinar, which
    `bot.webinars.visibility_table` repeats as a query.
    """
    if subscription.workspace != webinar.account.workspace:
        return False
    match subscription.scope:
        case Scope.WEBINAR:
            return subscription.subject == webinar.session_id and subscription.account == webinar.account
        case Scope.MINE:
            return bool(webinar.created_by) and subscription.subject == webinar.created_by
        case Scope.ALL:
            is_theirs = bool(webinar.created_by) and subscription.set_by == webinar.created_by
            return subscription.by_organizer or is_theirs or subscription.channel_id in with_card


def parse_features(words: Iterable[str]) -> tuple[Features, dict[str, Feature | None]]:
    """The features that these words name, and each unknown word with the most similar feature, if any."""
    features: set[Feature] = set()
    unknown: dict[str, Feature | None] = {}
    for word in words:
        word_key = normalized_word(word)
        if word_key in ("everything", "all"):
            features |= ALL_FEATURES
        elif word_key in set(Feature):
            features.add(Feature(word_key))
        else:
            unknown[word] = _nearest(word_key)
    return frozenset(features), unknown


def _nearest(word: str) -> Feature | None:
    close = get_close_matches(word[:40], list(Feature), n=1)
    return _SYNONYMS.get(word) or (Feature(close[0]) if close else None)


_SYNONYMS = {
    "reminder": Feature.REMINDERS,
    "full": Feature.ALERTS,
    "closed": Feature.ALERTS,
    "moved": Feature.CHANGES,
    "renamed": Feature.CHANGES,
    "canceled": Feature.CHANGES,
    "cancelled": Feature.CHANGES,
    "updates": Feature.CHANGES,
    "count": Feature.REGISTRATIONS,
    "counts": Feature.REGISTRATIONS,
    "signups": Feature.REGISTRATIONS,
    "start": Feature.LIVE,
    "starting": Feature.LIVE,
    "ended": Feature.LIVE,
    "seats": Feature.FILLING,
}
"""Words that mean a feature without being similar to its name."""
