"""The text of each kind of notice about a webinar, in two parts: what happened, and the time or figures."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache

from bot.commands.lengths import length_text
from bot.model.webinar import Audience, Status, Webinar
from bot.notices.model import Notice, NoticeFacts, NoticeKind
from bot.notices.texts.results import results_text
from bot.slack.blocks import number, person, plain, relative_time, when
from bot.webinars.texts.facts import time_before

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
MAX_COUNT_AGE = timedelta(hours=1)
"""Maximum age of a count that is shown without its age."""


@dataclass(frozen=True, slots=True)
class NoticeContext:
    """A notice with its webinar from the mirror (None for a notice about a channel)."""

    notice: Notice
    webinar: Webinar | None
    by: str = ""
    """The name of the user who made the change; empty if unknown."""
    ended_by: str = ""
    """The name of the user who made the notice lose its point; empty if unknown."""


@dataclass(frozen=True, slots=True)
class Phrase:
    """`head` is a sentence without its period; `tail` may follow a colon or stand on its own line (mrkdwn)."""

    head: str
    tail: str = ""


def phrase(context: NoticeContext, name: str, at: datetime) -> Phrase:
    """The phrase of a notice posted at `at`; `name` is the webinar's name in the sentence (mrkdwn)."""
    return PHRASES[context.notice.kind](context, name, at)


def title(context: NoticeContext) -> str:
    """The webinar's title (mrkdwn, bold)."""
    return _bold(context.webinar.title) if context.webinar else "A webinar"


@lru_cache(maxsize=1000)
def _bold(text: str) -> str:
    # Cached: one webinar is announced in many channels.
    return f"*{plain(text)}*"


def timing(context: NoticeContext) -> str:
    """The start that the notice is about, and the webinar's length (mrkdwn), for the start of a line."""
    return _timing(context, relative_time)


def _timing(context: NoticeContext, shown: Callable[[datetime, str], str]) -> str:
    if context.webinar is None:
        return shown(context.notice.start, "UTC")
    return f"{shown(context.notice.start, context.webinar.time_zone)}, {length_text(context.webinar.length)}"


def count_text(count: int | None, limit: int | None) -> str:
    """The registration count and its limit; empty if the count is unknown."""
    if count is None:
        return ""
    return f"{count:,} registered" if limit is None else f"{count:,} of {limit:,} registered"


def count_change(count: int, was: int, then: str) -> str:
    """The change of a count: "up 5 from 37 a week ago"."""
    if count == was:
        return f"the same as {then}"
    return f"{'up' if count > was else 'down'} {abs(count - was):,} from {was:,} {then}"


def start_distance(start: datetime, at: datetime) -> str:
    """The time until a start, rounded to minutes, because messages are shifted by seconds to keep them apart."""
    left = round((start - at) / MINUTE) * MINUTE
    if left > 2 * DAY:
        # Days ahead, minutes do not matter, and a slightly late reminder stays readable.
        hours = round(left / HOUR)
        rest = f" {length_text(hours % 24 * HOUR)}" if hours % 24 else ""
        return f"starts in {time_before(hours // 24 * DAY)}{rest}"
    if left > timedelta():
        return f"starts in {time_before(left)}"
    return f"was due to start {time_before(-left)} ago" if left else "starts now"


def _reminder(context: NoticeContext, name: str, at: datetime) -> Phrase:
    return Phrase(f"{name} {start_distance(context.notice.start, at)}", timing(context))


def _starting(context: NoticeContext, name: str, at: datetime) -> Phrase:
    is_live = context.webinar is not None and context.webinar.status is Status.ACTIVE
    if is_live and at - context.notice.start > MINUTE:
        return Phrase(f"{name} is live now", timing(context))  # the notice is late; on time, it is known in advance
    return Phrase(f"{name} {start_distance(context.notice.start, at)}", timing(context))


def _live(context: NoticeContext, name: str, at: datetime) -> Phrase:
    return Phrase(f"{name} is live now", count_text(_recent_count(context, at), None))


def _ended(context: NoticeContext, name: str, at: datetime) -> Phrase:
    return Phrase(f"{name} has ended", count_text(_recent_count(context, at), None))


def _recent_count(context: NoticeContext, at: datetime) -> int | None:
    if context.notice.facts.count is not None or context.webinar is None or context.webinar.audience is Audience.ANYONE:
        return context.notice.facts.count
    read = context.webinar.registration
    return read.count if read and at - read.read_at <= MAX_COUNT_AGE else None


def _full(context: NoticeContext, name: str, _: datetime) -> Phrase:
    facts = context.notice.facts
    limit = "" if facts.limit is None else f"closed by the limit of {facts.limit:,}"
    return Phrase(f"{name} is full", _joined(count_text(facts.count, None), limit))


def _closed(context: NoticeContext, name: str, _: datetime) -> Phrase:
    return _registration_phrase(context, f"Registration for {name} {_done_by('closed', 'is closed', context)}")


def _opened(context: NoticeContext, name: str, _: datetime) -> Phrase:
    return _registration_phrase(
        context, f"Registration for {name} {_done_by('opened again', 'is open again', context)}"
    )


def _registration_phrase(context: NoticeContext, head: str) -> Phrase:
    return Phrase(head, count_text(context.notice.facts.count, context.notice.facts.limit))


def _freed(context: NoticeContext, name: str, _: datetime) -> Phrase:
    facts = context.notice.facts
    figures = _joined(count_text(facts.count, facts.limit), "registration is still closed")
    if facts.count is None or facts.limit is None:
        return Phrase(f"{name} has seats free again", figures)
    return Phrase(f"{name} has {number(max(1, facts.limit - facts.count), 'seat')} free again", figures)


def _filling(context: NoticeContext, name: str, _: datetime) -> Phrase:
    facts = context.notice.facts
    percent = facts.percent
    seats = ""
    if facts.count is not None and facts.limit:
        percent = facts.count * 100 // facts.limit
        left = max(0, facts.limit - facts.count)
        seats = f"{left:,} {'seat' if left == 1 else 'seats'} left"
    head = f"{name} is filling up" if percent is None else f"{name} is {percent:,}% full"
    return Phrase(head, _joined(count_text(facts.count, facts.limit), seats))


def _registrations(context: NoticeContext, name: str, _: datetime) -> Phrase:
    facts = context.notice.facts
    if facts.count is None or facts.was_count is None or facts.count == facts.was_count:
        return Phrase(f"Registrations for {name}", count_text(facts.count, facts.limit) or "not known yet")
    more = facts.count - facts.was_count
    limit = "" if facts.limit is None else f" of {facts.limit:,}"
    return Phrase(
        f"{abs(more):,} {'more' if more > 0 else 'fewer'} registered for {name}",
        f"now {facts.count:,}{limit}, before {facts.was_count:,}",
    )


def _moved(context: NoticeContext, name: str, _: datetime) -> Phrase:
    facts = context.notice.facts
    is_resized = facts.was_length is not None and facts.length is not None and facts.was_start is None
    if facts.was_title is not None:
        return Phrase(_renamed(context), _resized(facts, "it takes") if is_resized else _new_times(context, "moved to"))
    if is_resized and facts.length and facts.was_length:
        longer = "longer" if facts.length > facts.was_length else "shorter"
        return Phrase(f"{name} {_done_by(f'made {longer}', f'is {longer}', context)}", _resized(facts, "now"))
    return Phrase(f"{name} {_done_by('moved', 'was moved', context)}", _new_times(context, "now"))


def _new_times(context: NoticeContext, begin: str) -> str:
    """The new start and length, and the old ones as far as they differ; empty if only the title has changed."""
    facts = context.notice.facts
    if facts.was_title is not None and facts.was_start is None:
        return ""
    was_length = f", {length_text(facts.was_length)}" if facts.was_length else ""
    old = _old_start(context, facts.was_start)
    return f"{begin} {_timing(context, when)}{old}{was_length if old else ''}"


def _resized(facts: NoticeFacts, begin: str) -> str:
    new, old = facts.length or timedelta(), facts.was_length or timedelta()
    return f"{begin} {length_text(new)}, instead of {length_text(old)}"


def _old_start(context: NoticeContext, start: datetime | None) -> str:
    if start is None or start == context.notice.start:
        return ""
    return f", instead of {when(start, context.webinar.time_zone if context.webinar else 'UTC')}"


def _retitled(context: NoticeContext, name: str, _: datetime) -> Phrase:
    if context.notice.facts.was_title is not None:
        return Phrase(_renamed(context))
    by = _by(context)
    return Phrase(f"{name} has a new title{f', given{by}' if by else ''}")


def _renamed(context: NoticeContext) -> str:
    facts, by = context.notice.facts, _by(context)
    new = title(context) if facts.title is None else f"*{plain(facts.title)}*"
    return f"*{plain(facts.was_title or '')}* {f'was renamed{by} and ' if by else ''}is now called {new}"


def _canceled(context: NoticeContext, name: str, _: datetime) -> Phrase:
    return Phrase(
        f"{name} {_done_by('canceled', 'is canceled', context)}", f"it was planned for {_timing(context, when)}"
    )


def _correction(context: NoticeContext, name: str, _: datetime) -> Phrase:
    """The current state, from the mirror; the notice's start is the one that the reminder announced."""
    webinar, facts = context.webinar, context.notice.facts
    wrong = "so the reminder above is out of date"
    then = facts.was_start or context.notice.start
    if webinar is None or webinar.status is Status.CANCELED:
        zone = webinar.time_zone if webinar else "UTC"
        return Phrase(f"{name} is canceled, {wrong}", f"it does not take place on {when(then, zone)}")
    if webinar.status is not Status.SCHEDULED:
        return Phrase(f"{name} {'is live now' if webinar.status is Status.ACTIVE else 'has ended'}, {wrong}")
    new = NoticeContext(context.notice.model_copy(update={"start": webinar.start}), webinar)
    return Phrase(f"{name} was moved, {wrong}", f"now {_timing(new, when)}{_old_start(new, then)}")


def channel_lost(context: NoticeContext) -> str:
    """For the person who set up a channel; the notice's `occurrence` begins with the channel's id."""
    match = re.match(r"[CGD][A-Z0-9]+", context.notice.occurrence)
    where = f"<#{match[0]}>" if match else "a channel that you set up"
    return (
        f"Greenroom can't post in {where} right now, so nothing is posted there. If the channel is still in use, type "
        f"/invite @Greenroom in it."
    )


def _done_by(done: str, otherwise: str, context: NoticeContext) -> str:
    by = _by(context)
    return f"was {done}{by}" if by else otherwise


def _by(context: NoticeContext) -> str:
    # The name, not a mention: a mention would notify them of their own change.
    who = person(context.by)
    return f" by {who}" if who else ""


def _joined(*parts: str) -> str:
    return ", ".join(part for part in parts if part)


def _results(context: NoticeContext, name: str, _: datetime) -> Phrase:
    return Phrase(name, results_text(context.notice.facts))


PHRASES: Mapping[NoticeKind, Callable[[NoticeContext, str, datetime], Phrase]] = {
    NoticeKind.RESULTS: _results,
    NoticeKind.RETITLED: _retitled,
    NoticeKind.CANCELED: _canceled,
    NoticeKind.MOVED: _moved,
    NoticeKind.CORRECTION: _correction,
    NoticeKind.REMINDER: _reminder,
    NoticeKind.STARTING: _starting,
    NoticeKind.LIVE: _live,
    NoticeKind.ENDED: _ended,
    NoticeKind.FULL: _full,
    NoticeKind.CLOSED: _closed,
    NoticeKind.OPENED: _opened,
    NoticeKind.FREED: _freed,
    NoticeKind.FILLING: _filling,
    NoticeKind.REGISTRATIONS: _registrations,
}

KIND_ORDER = {kind: place for place, kind in enumerate(PHRASES)}
"""Order of several notices about one webinar. Kinds that are missing are about a channel."""
