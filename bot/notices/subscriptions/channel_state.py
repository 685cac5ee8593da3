"""The settings of a channel, as values."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from bot.model.people import Frozen
from bot.model.webinar import Webinar
from bot.notices.model import Feature, Notice, NoticeState
from bot.notices.quiet_hours import ChannelHours, DigestPace
from bot.notices.subscriptions.model import Features, Scope, Subscription

DEFAULT_DIGEST_AT = 9 * 60


class ChannelChoice(Frozen):
    """The parsed input of the channel form."""

    features: Features
    time_zone: str
    quiet_from: int | None = None
    quiet_to: int | None = None
    digest: DigestPace = DigestPace.NEVER
    digest_at: int = DEFAULT_DIGEST_AT
    digest_day: int = 0

    @property
    def has_hours(self) -> bool:
        """Whether quiet hours or a digest are chosen."""
        return self.quiet_from is not None or self.digest is not DigestPace.NEVER


@dataclass(frozen=True)
class PlannedNotices:
    """The notices that one channel will get of one webinar."""

    features: Features
    upcoming_offsets: Collection[timedelta]
    """Offsets of the reminders whose time has not passed."""
    hours: ChannelHours | None = None


@dataclass(frozen=True)
class ChannelState:
    """All subscriptions and hours of one channel."""

    channel_id: str
    subscriptions: Sequence[Subscription]
    webinars: Mapping[str, Webinar]
    """Upcoming webinars with a subscription of their own, by session id."""
    hours: ChannelHours | None
    default_offsets: tuple[timedelta, ...]
    """The workspace's default reminders."""

    @property
    def general_features(self) -> Features:
        """The features of the channel's subscription to all webinars."""
        return next((line.features for line in self.subscriptions if line.scope is Scope.ALL), frozenset[Feature]())

    @property
    def is_set_up(self) -> bool:
        """Whether the channel has a subscription other than from shared cards."""
        return any(not line.by_share for line in self.subscriptions)


@dataclass(frozen=True)
class UndeliveredNotice:
    """A notice that was not posted, or whose outcome is unknown."""

    notice: Notice
    state: NoticeState
    problem: str
    webinar: Webinar | None
