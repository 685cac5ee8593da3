"""How long personal data is kept: the durations of docs/privacy.md, which a test compares with this module."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final


@dataclass(frozen=True)
class RetentionRule:
    """A duration, and the event that it is counted from."""

    length: timedelta
    since: str

    def __str__(self) -> str:
        """The wording of docs/privacy.md."""
        days = self.length.days
        return f"{days} {'day' if days == 1 else 'days'} after {self.since}"


_AFTER_WEBINAR: Final = RetentionRule(timedelta(days=90), "the webinar")
_A_DAY: Final = timedelta(days=1)

RULES: Final[Mapping[str, RetentionRule]] = {
    "calendars": _AFTER_WEBINAR,
    "changes": RetentionRule(_A_DAY, "it has ended"),
    "creations": RetentionRule(timedelta(days=30), "it has begun"),
    "day_counts": RetentionRule(timedelta(days=2), "the day has begun"),
    "drafts": RetentionRule(timedelta(days=7), "the last change"),
    "follow_ups": RetentionRule(timedelta(days=90), "it has begun"),
    "host_refusals": RetentionRule(_A_DAY, "the refusal"),
    "lists": RetentionRule(timedelta(days=90), "the last change"),
    "notices": RetentionRule(timedelta(days=90), "it has ended"),
    "people": RetentionRule(timedelta(days=90), "their last use"),
    "recordings": RetentionRule(timedelta(days=400), "the webinar"),
    "refreshes": RetentionRule(_A_DAY, "the last Refresh"),
    "reports": RetentionRule(timedelta(days=7), "the request"),
    "seats": _AFTER_WEBINAR,
    "subscriptions": _AFTER_WEBINAR,
    "suggestions": _AFTER_WEBINAR,
    "team_changes": RetentionRule(_A_DAY, "it has begun"),
    "teams": _AFTER_WEBINAR,
    "webhooks": RetentionRule(_A_DAY, "it was received"),
    "webinars": RetentionRule(timedelta(days=730), "the webinar"),
}
"""How long the data of each job of `bot/retention.py` is kept."""
STOPPED_LISTS: Final = timedelta(days=7)
"""How long the waiting people of a list are kept that was stopped and not continued."""
STOPPED_FOLLOW_UPS: Final = timedelta(days=7)
"""How long a follow-up is kept that was stopped and not continued."""
UNCONFIRMED_LISTS: Final = timedelta(hours=1)
"""How long a list is kept that nobody has confirmed."""


def keep(job: str) -> timedelta:
    """How long the data of this job is kept."""
    return RULES[job].length
