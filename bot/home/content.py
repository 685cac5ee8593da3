"""Choose what one person sees at a glance. Pure functions of the mirror."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from pydantic import SecretStr

from bot.model.lifecycle import Stage, stage
from bot.model.webinar import Webinar
from bot.reports.open_items_table import ItemKind

MOST: Final = 5
"""Webinars in each part; the list has all of them."""
LOOK_BACK: Final = timedelta(days=30)
"""How long after its end a webinar is shown to its organizer while something about it is open."""


@dataclass(frozen=True)
class OwnWebinar:
    """A webinar that the person runs, and what is open about it."""

    webinar: Webinar
    open_items: tuple[ItemKind, ...] = ()
    waiting: int = 0
    """Slack users who wait for approval."""
    has_link: bool = False
    """Whether the person has a link of their own, as a member of the team."""


@dataclass(frozen=True)
class HomeContent:
    """The parts of the page, each soonest first. Every webinar in it exists for the person."""

    live: tuple[Webinar, ...] = ()
    links: Mapping[str, SecretStr] = field(default_factory=dict)
    """The person's own join links of live webinars, by session id."""
    seats: tuple[Webinar, ...] = ()
    """Upcoming webinars in which the person has a seat."""
    own: tuple[OwnWebinar, ...] = ()
    """Webinars that the person runs: upcoming ones, and past ones with something open."""
    coming: tuple[Webinar, ...] = ()
    """The next other ones."""
    takes_part: Collection[str] = ()
    """Webinars in which the person has a seat, or which they run, by session id."""
    more: int = 0
    """How many further upcoming webinars the list has."""
    can_create: bool = False

    @property
    def is_empty(self) -> bool:
        """Whether there is no webinar to show."""
        return not (self.live or self.seats or self.own or self.coming)


@dataclass(frozen=True)
class HomeScope:
    """What a person has to do with webinars, by session id."""

    seats: Collection[str] = ()
    runs: Collection[str] = ()
    open_items: Mapping[str, Sequence[ItemKind]] = field(default_factory=dict)
    waiting: Mapping[str, int] = field(default_factory=dict)
    """How many Slack users wait for approval."""
    links: Mapping[str, SecretStr] = field(default_factory=dict)
    has_team_link: Collection[str] = ()
    """Webinars of which the person has a link as a member of the team."""


def home_content(visible: Sequence[Webinar], part: HomeScope, *, can_create: bool, now: datetime) -> HomeContent:
    """Sort the webinars that exist for a person into the parts of the page. Those that are over are never "next"."""
    open_items = part.open_items
    ordered = sorted(visible, key=lambda webinar: (webinar.start, webinar.id))
    stages = {webinar.id: stage(webinar, now) for webinar in ordered}
    live = [webinar for webinar in ordered if stages[webinar.id] is Stage.LIVE]
    upcoming = [webinar for webinar in ordered if stages[webinar.id] is Stage.COMING]
    seats = [webinar for webinar in upcoming if webinar.id in part.seats]
    over = [webinar for webinar in ordered if stages[webinar.id] is Stage.OVER and open_items.get(webinar.id)]
    runs = [webinar for webinar in upcoming if webinar.id in part.runs]
    own = [_own(webinar, part) for webinar in [*over[-MOST:], *runs[:MOST]]]
    shown = {webinar.id for webinar in [*seats[:MOST], *runs[:MOST]]}
    others = [webinar for webinar in upcoming if webinar.id not in shown]
    return HomeContent(
        live=tuple(live[:MOST]),
        links=part.links,
        seats=tuple(seats[:MOST]),
        own=tuple(own),
        coming=tuple(others[:MOST]),
        takes_part={*part.seats, *part.runs},
        more=max(len(others) - MOST, 0) + max(len(live) - MOST, 0),
        can_create=can_create,
    )


def _own(webinar: Webinar, part: HomeScope) -> OwnWebinar:
    return OwnWebinar(
        webinar=webinar,
        open_items=tuple(part.open_items.get(webinar.id, ())),
        waiting=part.waiting.get(webinar.id, 0),
        has_link=webinar.id in part.has_team_link,
    )
