"""What each kind of notice says of a webinar, in two parts: what happened, and the time or figures that go with it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache

from bot.commands.create_args import length_text
from bot.model.webinar import Audience, Status, Webinar
from bot.notices.model import Notice, NoticeKind
from bot.slack.blocks import person, plain, when
from bot.webinars.texts.facts import ahead

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
MAX_COUNT_AGE = timedelta(hours=1)
"""How old a count may be to be told without saying how old it is."""


@dataclass(frozen=True, slots=True)
class NoticeContext:
    """A notice and the webinar it is about, as the mirror has it; none for what is about a channel."""

    notice: Notice
    webinar: Webinar | None
    by: str = ""
    """What the person is called who did it; empty where nobody did, or nobody knows."""


@dataclass(frozen=True, slots=True)
class Phrase:
    """`head` is a sentence without its full stop, `tail` may stand behind a colon or on a line of its own (mrkdwn)."""

    head: str
    tail: str = ""


def phrase(said: NoticeContext, it: str, at: datetime) -> Phrase:
    """What a notice says at the moment `at` of the webinar that is called `it` (mrkdwn)."""
    return PHRASES[said.notice.kind](said, it, at)


def title(said: NoticeContext) -> str:
    """What the webinar is called (mrkdwn, in bold)."""
    return _bold(said.webinar.title) if said.webinar else "A webinar"


@lru_cache(maxsize=1000)
def _bold(text: str) -> str:
    # One webinar is announced in many channels.
    return f"*{plain(text)}*"


def timing(said: NoticeContext) -> str:
    """The start that the notice speaks of, and how long it takes (mrkdwn)."""
    if said.webinar is None:
        return when(said.notice.start)
    return f"{when(said.notice.start, said.webinar.time_zone)}, {length_text(said.webinar.length)}"


def count_text(count: int | None, limit: int | None) -> str:
    """How many have registered, of how many who may; empty where it is not known."""
    if count is None:
        return ""
    return f"{count:,} registered" if limit is None else f"{count:,} of {limit:,} registered"


def count_change(count: int, was: int, then: str) -> str:
    """How a count moved: "up 5 from 37 a week ago"."""
    if count == was:
        return f"the same as {then}"
    return f"{'up' if count > was else 'down'} {abs(count - was):,} from {was:,} {then}"


def start_distance(start: datetime, at: datetime, now: str = "starts now") -> str:
    """How far ahead a start is, to the minute: a second, spent on keeping two messages apart, is nothing to read."""
    left = round((start - at) / MINUTE) * MINUTE
    if left > 2 * DAY:
        # Nobody plans by the minute days ahead; a reminder that is handed over a little late stays readable.
        hours = round(left / HOUR)
        rest = f" {length_text(hours % 24 * HOUR)}" if hours % 24 else ""
        return f"starts in {ahead(hours // 24 * DAY)}{rest}"
    if left > timedelta():
        return f"starts in {ahead(left)}"
    return f"was due to start {ahead(-left)} ago" if left else now


def _reminder(said: NoticeContext, it: str, at: datetime) -> Phrase:
    return Phrase(f"{it} {start_distance(said.notice.start, at)}", timing(said))


def _starting(said: NoticeContext, it: str, at: datetime) -> Phrase:
    return Phrase(f"{it} {start_distance(said.notice.start, at, now='is due to start now')}", timing(said))


def _live(said: NoticeContext, it: str, at: datetime) -> Phrase:
    return Phrase(f"{it} is live now", count_text(_recent_count(said, at), None))


def _ended(said: NoticeContext, it: str, at: datetime) -> Phrase:
    return Phrase(f"{it} has ended", count_text(_recent_count(said, at), None))


def _recent_count(said: NoticeContext, at: datetime) -> int | None:
    if said.notice.facts.count is not None or said.webinar is None or said.webinar.audience is Audience.ANYONE:
        return said.notice.facts.count
    read = said.webinar.registration
    return read.count if read and at - read.read_at <= MAX_COUNT_AGE else None


def _full(said: NoticeContext, it: str, _: datetime) -> Phrase:
    facts = said.notice.facts
    limit = "" if facts.limit is None else f"closed by the limit of {facts.limit:,}"
    return Phrase(f"{it} is full", _joined(count_text(facts.count, None), limit))


def _closed(said: NoticeContext, it: str, _: datetime) -> Phrase:
    return _registration_phrase(said, f"Registration for {it} {_done_by('closed', 'is closed', said)}")


def _opened(said: NoticeContext, it: str, _: datetime) -> Phrase:
    return _registration_phrase(said, f"Registration for {it} {_done_by('opened again', 'is open again', said)}")


def _registration_phrase(said: NoticeContext, head: str) -> Phrase:
    return Phrase(head, count_text(said.notice.facts.count, said.notice.facts.limit))


def _filling(said: NoticeContext, it: str, _: datetime) -> Phrase:
    facts = said.notice.facts
    percent = facts.percent
    seats = ""
    if facts.count is not None and facts.limit:
        percent = facts.count * 100 // facts.limit
        left = max(0, facts.limit - facts.count)
        seats = f"{left:,} {'seat' if left == 1 else 'seats'} left"
    head = f"{it} is filling up" if percent is None else f"{it} is {percent:,}% full"
    return Phrase(head, _joined(count_text(facts.count, facts.limit), seats))


def _registrations(said: NoticeContext, it: str, _: datetime) -> Phrase:
    facts = said.notice.facts
    if facts.count is None or facts.was_count is None or facts.count == facts.was_count:
        return Phrase(f"Registrations for {it}", count_text(facts.count, facts.limit) or "not known yet")
    more = facts.count - facts.was_count
    limit = "" if facts.limit is None else f" of {facts.limit:,}"
    return Phrase(
        f"{abs(more):,} {'more' if more > 0 else 'fewer'} registered for {it}",
        f"now {facts.count:,}{limit}, before {facts.was_count:,}",
    )


def _moved(said: NoticeContext, it: str, _: datetime) -> Phrase:
    old = _old_start(said, said.notice.facts.was_start)
    return Phrase(f"{it} {_done_by('moved', 'was moved', said)}", f"now {timing(said)}{old}")


def _old_start(said: NoticeContext, start: datetime | None) -> str:
    if start is None or start == said.notice.start:
        return ""
    return f", instead of {when(start, said.webinar.time_zone if said.webinar else 'UTC')}"


def _retitled(said: NoticeContext, it: str, _: datetime) -> Phrase:
    facts = said.notice.facts
    by = _by(said)
    if facts.was_title is None:
        return Phrase(f"{it} has a new title{f', given{by}' if by else ''}")
    new = title(said) if facts.title is None else f"*{plain(facts.title)}*"
    return Phrase(f"*{plain(facts.was_title)}* {f'was renamed{by} and ' if by else ''}is now called {new}")


def _canceled(said: NoticeContext, it: str, _: datetime) -> Phrase:
    return Phrase(f"{it} {_done_by('cancelled', 'is cancelled', said)}", f"it was planned for {timing(said)}")


def _correction(said: NoticeContext, it: str, _: datetime) -> Phrase:
    """What is so now, from the mirror; the notice speaks of the start that the reminder spoke of."""
    one, facts = said.webinar, said.notice.facts
    wrong = "so the reminder above is no longer right"
    then = facts.was_start or said.notice.start
    if one is None or one.status is Status.CANCELED:
        zone = one.time_zone if one else "UTC"
        return Phrase(f"{it} is cancelled, {wrong}", f"it does not take place {when(then, zone)}")
    if one.status is not Status.SCHEDULED:
        return Phrase(f"{it} {'is live now' if one.status is Status.ACTIVE else 'has ended'}, {wrong}")
    new = NoticeContext(said.notice.model_copy(update={"start": one.start}), one)
    return Phrase(f"{it} was moved, {wrong}", f"now {timing(new)}{_old_start(new, then)}")


def channel_lost(said: NoticeContext) -> str:
    """To whoever set a channel up; the notice's `occurrence` begins with the channel's id."""
    found = re.match(r"[CGD][A-Z0-9]+", said.notice.occurrence)
    where = f"<#{found[0]}>" if found else "a channel that you set up"
    return (
        f"Greenroom can't post in {where} any more, so nothing is said there. "
        "If it is still in use, type /invite @Greenroom in it."
    )


def _done_by(done: str, otherwise: str, said: NoticeContext) -> str:
    by = _by(said)
    return f"was {done}{by}" if by else otherwise


def _by(said: NoticeContext) -> str:
    # By name: a mention would notify them of what they did themselves.
    who = person(said.by)
    return f" by {who}" if who else ""


def _joined(*parts: str) -> str:
    return ", ".join(part for part in parts if part)


PHRASES: Mapping[NoticeKind, Callable[[NoticeContext, str, datetime], Phrase]] = {
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
    NoticeKind.FILLING: _filling,
    NoticeKind.REGISTRATIONS: _registrations,
}

KIND_ORDER = {kind: place for place, kind in enumerate(PHRASES)}
"""In which order several notices about one webinar are read; what is in here is about a webinar."""
