"""Which webinars a list has: upcoming, of a day or week, of a person, past, of a period, with words in them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from bot.commands.list_args import SUNDAY_FIRST, List, period
from bot.commands.past_period import Period, parse_past_period, split_past_period
from bot.commands.slack_text import normalized_word
from bot.commands.webinar_ref import search_webinars
from bot.model.lifecycle import Stage, is_coming_or_live, stage
from bot.model.people import Person
from bot.model.webinar import Status, Webinar


@dataclass(frozen=True)
class PastSelection:
    """Past webinars, latest first: of a period if the words name one, with the remaining words in them."""

    webinars: Sequence[Webinar]
    period: Period | None = None
    words: str = ""
    only_mine: bool = False
    earlier: Sequence[Webinar] = ()
    """Those of the period before, with the same words."""


def select(webinars: Sequence[Webinar], command: List, person: Person, now: datetime) -> list[Webinar]:
    """The webinars of a list that is not the one of past webinars, soonest first. `webinars` are those they can see."""
    alive = [webinar for webinar in webinars if webinar.status is not Status.CANCELED]
    if command.which == "mine":
        found = [webinar for webinar in alive if webinar.created_by == person.user_id]
    elif dates := period(command.which, now, person.zone, person.locale):
        found = [webinar for webinar in alive if dates[0] <= webinar.start < dates[1]]
    elif command.words:
        found = alive
    else:
        found = [webinar for webinar in webinars if is_coming_or_live(webinar, now)]
    return search_webinars(command.words, found) if command.words else found


def select_past(webinars: Sequence[Webinar], command: List, person: Person, now: datetime) -> PastSelection:
    """The past webinars of a list. `webinars` are those that this person can see.

    Words that name a period are the period, unless they are quoted. If some of several words could be one, they are
    looked for in the webinars first.
    """
    over = [webinar for webinar in reversed(webinars) if stage(webinar, now) is Stage.OVER]
    words = command.words
    if command.quoted or not words:
        return PastSelection(search_webinars(words, over) if words else over, words=words)
    first, _, rest = words.partition(" ")
    only_mine = normalized_word(first) == "mine"
    if only_mine:
        words, over = rest.strip(), [webinar for webinar in over if webinar.created_by == person.user_id]
    found = _by_words(over, words, person, now)
    return PastSelection(found.webinars, found.period, found.words, only_mine, found.earlier)


def _by_words(over: Sequence[Webinar], words: str, person: Person, now: datetime) -> PastSelection:
    if not words:
        return PastSelection(over)
    zone, sunday_first = person.zone, person.locale in SUNDAY_FIRST
    if whole := parse_past_period(words, now, zone, sunday_first=sunday_first):
        return _of_period(over, whole, "")
    if found := search_webinars(words, over):
        return PastSelection(found, words=words)
    of_period = partial(_of_period, over)
    splits = [of_period(*split) for split in split_past_period(words, now, zone, sunday_first=sunday_first)]
    return next((split for split in splits if split.webinars), splits[0] if splits else PastSelection((), words=words))


def _of_period(over: Sequence[Webinar], when: Period, words: str) -> PastSelection:
    found = search_webinars(words, over) if words else over
    within = [one for one in found if when.begin <= one.start < when.end]
    earlier = [one for one in found if when.earlier_begin <= one.start < when.begin]
    return PastSelection(within, when, words, earlier=earlier)
