"""Whom another time of a webinar affects: pure rules over counts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.model.webinar import Audience, Webinar
from bot.notices.schedule import is_direct


@dataclass(frozen=True)
class PlannedReminder:
    """A reminder that was not posted yet: where it goes, and how long before the start it is due."""

    channel_id: str
    offset: timedelta


@dataclass(frozen=True)
class ImpactCounts:
    """What is stored about a webinar that another time, or its cancellation, affects."""

    team: int | None = None
    """Co-hosts and panelists; `None` if the team was never read."""
    panelists: int = 0
    """The panelists among them."""
    seats: int = 0
    """Registrants who are Slack users."""
    card_channels: Sequence[str] = ()
    """The ids of the channels with a card."""
    reminders: Sequence[PlannedReminder] = ()


@dataclass(frozen=True)
class Impact:
    """Whom another time affects."""

    registrants: int | None
    """`None` if they were never counted, or if nobody registers."""
    counted_at: datetime | None
    is_for_anyone: bool
    seats: int
    team: int | None
    card_channels: Sequence[str]
    moved: Sequence[PlannedReminder]
    """The reminders that move along."""
    lapsed: Sequence[PlannedReminder]
    """The reminders that would be due already, and are not posted."""

    @property
    def channels_reminded(self) -> int:
        """In how many channels reminders move along."""
        return len({one.channel_id for one in self.moved if not is_direct(one.channel_id)})

    @property
    def people_reminded(self) -> int:
        """In how many direct messages reminders move along."""
        return len({one.channel_id for one in self.moved if is_direct(one.channel_id)})


def impact_of(webinar: Webinar, counts: ImpactCounts, start: datetime, now: datetime) -> Impact:
    """Whom the move of a webinar to `start` affects."""
    read = webinar.registration if webinar.audience is not Audience.ANYONE else None
    return Impact(
        registrants=read.count if read else None,
        counted_at=read.read_at if read else None,
        is_for_anyone=webinar.audience is Audience.ANYONE,
        seats=counts.seats,
        team=counts.team,
        card_channels=tuple(dict.fromkeys(counts.card_channels)),
        moved=[one for one in counts.reminders if start - one.offset > now],
        lapsed=[one for one in counts.reminders if start - one.offset <= now],
    )
