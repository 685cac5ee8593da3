"""Who hears what: which channel follows which webinar, and with which features."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from difflib import get_close_matches
from enum import StrEnum
from typing import Literal

from pydantic import AwareDatetime, ConfigDict, Field

from bot.commands.slack_text import normalized_word
from bot.model.people import Account, Frozen, Workspace
from bot.model.webinar import Webinar
from bot.notices.model import NoticeKind


class Feature(StrEnum):
    """What a channel can ask for, by the word people type."""

    REMINDERS = "reminders"
    ALERTS = "alerts"
    FILLING = "filling"
    CHANGES = "changes"
    REGISTRATIONS = "registrations"
    LIVE = "live"


Features = frozenset[Feature]

DEFAULT_FEATURES: Features = frozenset({Feature.REMINDERS, Feature.ALERTS, Feature.CHANGES})
"""What a channel hears of a webinar whose card is shared there, and what `subscribe` means without features."""

ALL_FEATURES: Features = frozenset(Feature)
"""What `unsubscribe` means without features."""

FEATURE_BY_KIND: Mapping[NoticeKind, Feature] = {
    NoticeKind.REMINDER: Feature.REMINDERS,
    NoticeKind.STARTING: Feature.LIVE,
    NoticeKind.LIVE: Feature.LIVE,
    NoticeKind.ENDED: Feature.LIVE,
    NoticeKind.FULL: Feature.ALERTS,
    NoticeKind.CLOSED: Feature.ALERTS,
    NoticeKind.OPENED: Feature.ALERTS,
    NoticeKind.FILLING: Feature.FILLING,
    NoticeKind.REGISTRATIONS: Feature.REGISTRATIONS,
    NoticeKind.MOVED: Feature.CHANGES,
    NoticeKind.RETITLED: Feature.CHANGES,
    NoticeKind.CANCELED: Feature.CHANGES,
}
"""Which feature a kind of notice belongs to; the others go wherever they are addressed to."""


class Scope(StrEnum):
    """What a subscription is about: one webinar, those that one person created, or all of the workspace."""

    WEBINAR = "webinar"
    MINE = "mine"
    ALL = "all"


class Subscription(Frozen):
    """One line of what a channel (or a person, in their DM) hears."""

    model_config = ConfigDict(populate_by_name=True, serialize_by_alias=True)

    workspace: Workspace
    channel_id: str
    scope: Scope
    subject: str = ""
    """The session's id for a webinar, the person's id for `mine`, empty for all."""
    account: Account | None = None
    """Whose webinar it is; only for one webinar."""
    features: Features = DEFAULT_FEATURES
    offsets: tuple[timedelta, ...] | None = Field(default=None, alias="leads")
    """How long before the start reminders go out, longest first (one webinar only); None: as the workspace has it."""
    set_by: str
    set_at: AwareDatetime
    by_share: bool = False
    """Made by sharing a card, and nobody has said what to hear of this webinar since: it only adds to other lines, and
    goes when the card goes, unless somebody chose its times."""


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
    """The line of a channel that hears of one webinar."""
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
    """What one channel hears of one webinar."""

    channel_id: str
    features: Features
    offsets: tuple[timedelta, ...] | None = None


class SubscriptionChange(Frozen):
    """Somebody wants more or less said in a channel: about one webinar, those that they created, or all."""

    workspace: Workspace
    channel_id: str
    about: Webinar | Literal["mine", "all"] = "all"
    by: str
    at: AwareDatetime


def channel_features(webinar: Webinar, subscriptions: Iterable[Subscription]) -> list[ChannelFeatures]:
    """What each channel hears of this webinar, by channel; channels that hear nothing are left out.

    A line about the webinar itself that somebody asked for decides alone, even where it asks for nothing (that is how
    one webinar is muted). Otherwise lines about its creator's webinars, about all, and of its card are added up.
    """
    added: dict[str, Features] = {}
    own: dict[str, Subscription] = {}
    for line in subscriptions:
        if not _covers(line, webinar):
            continue
        if line.scope is Scope.WEBINAR:
            own[line.channel_id] = line
        if line.scope is not Scope.WEBINAR or line.by_share:
            added[line.channel_id] = added.get(line.channel_id, frozenset()) | line.features
    decided = {channel: line.features for channel, line in own.items() if not line.by_share}
    heard = [
        ChannelFeatures(channel_id=channel, features=features, offsets=own[channel].offsets if channel in own else None)
        for channel, features in sorted((added | decided).items())
    ]
    return [hearing for hearing in heard if hearing.features]


def parse_features(words: Iterable[str]) -> tuple[Features, dict[str, Feature | None]]:
    """The features that these words name, and each word that names none with the nearest one, if any is near."""
    found: set[Feature] = set()
    unknown: dict[str, Feature | None] = {}
    for word in words:
        known = normalized_word(word)
        if known in ("everything", "all"):
            found |= ALL_FEATURES
        elif known in set(Feature):
            found.add(Feature(known))
        else:
            unknown[word] = _nearest(known)
    return frozenset(found), unknown


def _nearest(word: str) -> Feature | None:
    close = get_close_matches(word[:40], list(Feature), n=1)
    return _SYNONYMS.get(word) or (Feature(close[0]) if close else None)


def subscribe(lines: Sequence[Subscription], wish: SubscriptionChange, features: Features) -> list[Subscription]:
    """The lines of a channel after somebody asked for `features`, on top of what it hears already."""
    if not features:
        return list(lines)
    if not isinstance(wish.about, Webinar):
        here = next((line for line in lines if _key(line) == _change_key(wish)), None)
        wanted = (here.features if here else frozenset()) | features
        return _replace(lines, wish, wanted, of=here)
    own, general = _own(lines, wish.about), _general(lines, wish.about)
    heard = _features(lines, wish.about)
    if features <= heard and not (own and own.by_share):
        return list(lines)
    return _change_one(lines, wish, heard | features, of=own, back=bool(own and not own.by_share), general=general)


def unsubscribe(
    lines: Sequence[Subscription], wish: SubscriptionChange, features: Features = ALL_FEATURES
) -> list[Subscription]:
    """The lines of a channel after somebody asked for these `features` no more.

    What is asked about all webinars holds for every line; what is asked about one is remembered as its own line
    wherever the others would say something else.
    """
    if isinstance(wish.about, Webinar):
        heard = _features(lines, wish.about)
        if not features & heard:
            return list(lines)
        own, general = _own(lines, wish.about), _general(lines, wish.about)
        return _change_one(lines, wish, heard - features, of=own, back=True, general=general)
    key = _change_key(wish)
    less = [
        _with_features(line, wish, line.features - features) if wish.about == "all" or _key(line) == key else line
        for line in lines
    ]
    return _without_empty(less)


def set_for_all(lines: Sequence[Subscription], wish: SubscriptionChange, features: Features) -> list[Subscription]:
    """The lines of a channel after somebody said what exactly it hears of all webinars; lines about others stay."""
    here = next((line for line in lines if line.scope is Scope.ALL), None)
    return _without_empty(_replace(lines, wish, features, of=here))


def _covers(line: Subscription, webinar: Webinar) -> bool:
    if line.workspace != webinar.account.workspace:
        return False
    match line.scope:
        case Scope.WEBINAR:
            return line.subject == webinar.session_id and line.account == webinar.account
        case Scope.MINE:
            return bool(webinar.created_by) and line.subject == webinar.created_by
        case Scope.ALL:
            return True


def _own(lines: Iterable[Subscription], webinar: Webinar) -> Subscription | None:
    about = (line for line in lines if line.scope is Scope.WEBINAR and _covers(line, webinar))
    return next(about, None)


def _general(lines: Iterable[Subscription], webinar: Webinar) -> Features:
    general = [line.features for line in lines if line.scope is not Scope.WEBINAR and _covers(line, webinar)]
    return frozenset[Feature]().union(*general)


def _features(lines: Iterable[Subscription], webinar: Webinar) -> Features:
    return frozenset[Feature]().union(*(hearing.features for hearing in channel_features(webinar, lines)))


def _change_one(
    lines: Sequence[Subscription],
    wish: SubscriptionChange,
    features: Features,
    *,
    of: Subscription | None,
    back: bool,
    general: Features,
) -> list[Subscription]:
    """With `back`, there is no own line any more where it would say what the others say."""
    own_times = of is not None and of.offsets is not None and Feature.REMINDERS in features
    if back and features == general and not own_times:
        return [line for line in lines if line != of]
    return _replace(lines, wish, features, of=of)


def _replace(
    lines: Sequence[Subscription], wish: SubscriptionChange, features: Features, *, of: Subscription | None
) -> list[Subscription]:
    """The lines with this one in the place of the one that there was, if there was one."""
    if of and of.features == features and not of.by_share:
        return list(lines)
    scope, subject, account = _change_key(wish)
    line = Subscription(
        workspace=wish.workspace,
        channel_id=wish.channel_id,
        scope=scope,
        subject=subject,
        account=account,
        features=features,
        offsets=of.offsets if of else None,
        set_by=wish.by,
        set_at=wish.at,
    )
    return [*(other for other in lines if other != of), line]


def _with_features(line: Subscription, wish: SubscriptionChange, features: Features) -> Subscription:
    if features == line.features:
        return line
    return line.model_copy(update={"features": features, "set_by": wish.by, "set_at": wish.at})


def _without_empty(lines: Sequence[Subscription]) -> list[Subscription]:
    """A line that asks for nothing has a meaning only as the mute of one webinar, where others are heard."""
    general = any(line.features for line in lines if line.scope is not Scope.WEBINAR)
    mutes = [line for line in lines if line.scope is Scope.WEBINAR and not line.by_share and general]
    return [line for line in lines if line.features or line in mutes]


def _key(line: Subscription) -> tuple[Scope, str, Account | None]:
    return line.scope, line.subject, line.account


def _change_key(wish: SubscriptionChange) -> tuple[Scope, str, Account | None]:
    match wish.about:
        case "all":
            return Scope.ALL, "", None
        case "mine":
            return Scope.MINE, wish.by, None
        case webinar:
            return Scope.WEBINAR, webinar.session_id, webinar.account


_SYNONYMS = {
    "reminder": Feature.REMINDERS,
    "full": Feature.ALERTS,
    "closed": Feature.ALERTS,
    "moved": Feature.CHANGES,
    "renamed": Feature.CHANGES,
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
"""Words that are near to a feature by what they mean."""
