"""Phrases for features, quiet hours and digests."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import time, timedelta

from bot.commands.reminder_offsets import offsets_text
from bot.model.time_text import clock_text
from bot.model.webinar import Audience, Webinar
from bot.notices.model import Feature
from bot.notices.quiet_hours import ChannelHours, DigestPace
from bot.notices.subscriptions.model import Features

FEATURE_TEXTS: Mapping[Feature, str] = {
    Feature.REMINDERS: "before it starts",
    Feature.ALERTS: "when registration is full, closed, or open again",
    Feature.CHANGES: "when it is moved, renamed or canceled",
    Feature.LIVE: "when it starts, is live, has ended, and how many came",
    Feature.FILLING: "when 80% of the places are taken, and when nearly all are",
    Feature.REGISTRATIONS: "how many have registered since the last time",
}
"""When each feature posts something, or what. Features are listed in this order."""

FEATURE_NAMES: Mapping[Feature, str] = {
    Feature.REMINDERS: "reminders",
    Feature.ALERTS: "alerts",
    Feature.CHANGES: "changes",
    Feature.LIVE: "live updates",
    Feature.FILLING: "seat alerts",
    Feature.REGISTRATIONS: "registration counts",
}
"""Each feature in a sentence; a command takes the feature's value."""

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")

_OF_REGISTRATION = frozenset({Feature.ALERTS, Feature.FILLING, Feature.REGISTRATIONS})


def feature_names(features: Features) -> str:
    """Features in a sentence: "reminders, alerts and live updates", or "nothing"."""
    return join_words([name for feature, name in FEATURE_NAMES.items() if feature in features]) or "nothing"


def join_words(words: Sequence[str]) -> str:
    """Words joined as an enumeration: "one", "one and two", "one, two and three"."""
    *others, last = words or [""]
    return f"{', '.join(others)} and {last}" if others else last


def feature_lines(features: Features, offsets: Collection[timedelta]) -> list[str]:
    """One line per feature that explains it (mrkdwn); `offsets` are those of the reminders."""
    shown = [feature for feature in FEATURE_TEXTS if feature in features]
    return [f"*{FEATURE_NAMES[feature].capitalize()}*: {_feature_text(feature, offsets)}" for feature in shown]


def webinar_lines(webinar: Webinar, features: Features, upcoming: Collection[timedelta]) -> list[str]:
    """One line per feature about one webinar; `upcoming` are the offsets of reminders whose time has not passed."""
    applicable = features - _OF_REGISTRATION if webinar.audience is Audience.ANYONE else features
    lines = [
        _feature_text(feature, upcoming)
        for feature in FEATURE_TEXTS
        if feature in applicable and feature is not Feature.REMINDERS
    ]
    if Feature.REMINDERS not in features:
        return lines
    return [
        f"reminders {offsets_text(upcoming)} the start" if upcoming else "no reminder: it is too late for one",
        *lines,
    ]


def quiet_hours_text(hours: ChannelHours | None) -> str:
    """A channel's quiet hours and their effect; empty if it has none."""
    if hours is None or hours.quiet_from is None or hours.quiet_to is None or hours.quiet_from == hours.quiet_to:
        return ""
    span = f"{wall_time(hours.quiet_from)} to {wall_time(hours.quiet_to)} ({hours.time_zone})"
    return f"Quiet from {span}: everything but reminders and “starts now” waits until then"


def digest_text(hours: ChannelHours | None) -> str:
    """When a channel's digest is posted; empty if it has none."""
    if hours is None or hours.digest is DigestPace.NEVER:
        return ""
    pace = "day" if hours.digest is DigestPace.DAILY else DAYS[hours.digest_day]
    return f"Digest every {pace} at {wall_time(hours.digest_at)} ({hours.time_zone})"


def wall_time(minutes: int) -> str:
    """Minutes after midnight as a time of day: "9:05 AM"."""
    return clock_text(time(minutes // 60, minutes % 60))


def _feature_text(feature: Feature, offsets: Collection[timedelta]) -> str:
    return f"{offsets_text(offsets)} it starts" if feature is Feature.REMINDERS and offsets else FEATURE_TEXTS[feature]
