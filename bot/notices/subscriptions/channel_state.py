"""What is set up in a channel, as data."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from bot.model.people import Frozen
from bot.model.webinar import Webinar
from bot.notices.model import Notice, NoticeState
from bot.notices.quiet_hours import ChannelHours, DigestPace
from bot.notices.subscriptions.model import Feature, Features, Scope, Subscription

DEFAULT_DIGEST_AT = 9 * 60


class ChannelChoice(Frozen):
    """What the form holds, made sense of."""

    features: Features
    time_zone: str
    quiet_from: int | None = None
    quiet_to: int | None = None
    digest: DigestPace = DigestPace.NEVER
    digest_at: int = DEFAULT_DIGEST_AT
    digest_day: int = 0

    @property
    def has_hours(self) -> bool:
        """Whether there are any hours to be kept."""
        return self.quiet_from is not None or self.digest is not DigestPace.NEVER


@dataclass(frozen=True)
class PlannedNotices:
    """What will be said about one webinar in one channel."""

    features: Features
    upcoming_offsets: Collection[timedelta]
    """The reminders whose time has not passed, by how long before the start they are."""
    hours: ChannelHours | None = None


@dataclass(frozen=True)
class ChannelState:
    """All that was set up in one channel."""

    channel_id: str
    subscriptions: Sequence[Subscription]
    webinars: Mapping[str, Webinar]
    """Those that are to come and have a line of their own, by session."""
    hours: ChannelHours | None
    default_offsets: tuple[timedelta, ...]
    """The workspace's own reminders."""

    @property
    def general_features(self) -> Features:
        """What the channel hears of all webinars of the workspace."""
        return next((line.features for line in self.subscriptions if line.scope is Scope.ALL), frozenset[Feature]())

    @property
    def is_set_up(self) -> bool:
        """Whether anybody asked for anything here, beside sharing cards."""
        return any(not line.by_share for line in self.subscriptions)


@dataclass(frozen=True)
class UndeliveredNotice:
    """A notice that did not go out, or perhaps did not."""

    notice: Notice
    state: NoticeState
    problem: str
    webinar: Webinar | None
