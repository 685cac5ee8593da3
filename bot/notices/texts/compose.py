"""Composes one Slack message from the notices that a channel gets at one time."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import accumulate
from types import MappingProxyType

from bot.model.lifecycle import is_coming_or_live
from bot.model.webinar import Audience, Webinar
from bot.notices.model import TIMED, Notice, NoticeKind
from bot.notices.quiet_hours import DIGEST_SPAN, DigestPace
from bot.notices.texts.controls import controls, one_button
from bot.notices.texts.phrases import (
    KIND_ORDER,
    NoticeContext,
    Phrase,
    channel_lost,
    count_change,
    count_text,
    phrase,
    title,
)
from bot.slack import buttons
from bot.slack.blocks import MAX_SECTION, Block, Element, actions, context, number, plain, section
from bot.slack.message import Message
from bot.webinars.texts.facts import NOT_READ, timing

MAX_WEBINARS = 20
"""Maximum webinars listed in one message."""
MAX_BLOCKS = 12_000
"""Slack returns `msg_blocks_too_long` at about 13,200 characters of blocks; how it counts is undocumented."""
MAX_TEXT = 3_500
"""Slack accepts 4,000 characters of `text`; the rest is for the line about omitted entries and for the notes."""

LATE = "Greenroom was away for a while, so this comes late."
REPEATED = "Slack's answer got lost, so this may have been said before."
SEE_ALL = "`/webinar list` shows all of them."
COMPARED_WITH = {DigestPace.DAILY: "a day ago", DigestPace.WEEKLY: "a week ago"}
"""When the previous digest was, with which a digest compares."""

NO_OTHERS: Mapping[str, Webinar] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class _WebinarText:
    """The text about one webinar (mrkdwn), and the button beside it in a list."""

    text: str
    button: Element | None = None


def compose(
    contexts: Sequence[NoticeContext],
    *,
    at: datetime,
    now: datetime | None = None,
    others: Mapping[str, Webinar] = NO_OTHERS,
    late: bool = False,
    repeated: bool = False,
) -> Message:
    """Compose one message from these notices, all for one channel, as posted at `at`.

    `now`, if it is later, is when the posted message is edited: the buttons follow what has happened since. `others`
    are the webinars of a digest, by session id. `late` and `repeated` add a note. Equal arguments give equal messages.
    """
    now = now or at
    groups = _by_webinar(contexts)
    about_channel = [each for each in contexts if each.notice.kind not in KIND_ORDER]
    notes = [note for note, is_set in ((LATE, late), (REPEATED, repeated)) if is_set]
    if len(groups) == 1 and not about_channel:
        return _single_message(groups[0], at, now, notes)
    entries = [_entry(group, at, now) for group in groups]
    lost_channels = [
        _WebinarText(channel_lost(each)) for each in about_channel if each.notice.kind is NoticeKind.CHANNEL_LOST
    ]
    digests = [each.notice for each in about_channel if each.notice.kind is NoticeKind.DIGEST]
    # If an older digest is still pending when the next is due, the newer one replaces it.
    digest = max(digests, key=lambda notice: notice.start, default=None)
    upcoming = _digest(digest, others, at) if digest else []
    footer = actions(buttons.change_features(digest.channel_id)) if digest else []
    return _list_message([*lost_channels, *entries, *upcoming], footer, notes)


def _by_webinar(contexts: Iterable[NoticeContext]) -> list[list[NoticeContext]]:
    """Group notices by webinar, ordered by start; of several timed notices of one webinar, keep the last."""
    groups: dict[tuple[str, ...], list[NoticeContext]] = {}
    for each in contexts:
        if each.notice.kind in KIND_ORDER:
            account = each.notice.account
            groups.setdefault((account.provider, account.name, each.notice.session_id), []).append(each)
    return sorted((_in_order(group) for group in groups.values()), key=_sort_key)


def _in_order(group: list[NoticeContext]) -> list[NoticeContext]:
    if len(group) == 1:
        return group
    timed = [each for each in group if each.notice.kind in TIMED]
    last = [max(timed, key=lambda each: each.notice.due_at)] if timed else []
    rest = [each for each in group if each.notice.kind not in TIMED]
    return sorted(
        [*rest, *last],
        key=lambda each: (KIND_ORDER[each.notice.kind], each.notice.due_at, each.notice.occurrence),
    )


def _sort_key(group: list[NoticeContext]) -> tuple[datetime, str]:
    each = group[0]
    return (each.webinar.start if each.webinar else each.notice.start, each.notice.session_id)


def _single_message(group: list[NoticeContext], at: datetime, now: datetime, notes: list[str]) -> Message:
    phrases = _phrases(group, at)
    lines = [_joined(parts, ": ") for parts in phrases]
    listed = [_joined(phrases[0], "\n")] if len(phrases) == 1 else lines
    below = controls(group, at, now)
    ended = [context(below.line)] if below.line else []
    blocks: list[Block] = [section(_fit(listed, MAX_SECTION)), *actions(*below.buttons), *ended]
    return Message(_plain_text(lines, notes), [*blocks, *_notes(notes)])


def _entry(group: list[NoticeContext], at: datetime, now: datetime) -> _WebinarText:
    lines = [_joined(parts, ": ") for parts in _phrases(group, at)]
    ended = controls(group, at, now).line
    return _WebinarText(_fit([*lines, ended] if ended else lines, MAX_SECTION), one_button(group, at, now))


def _phrases(group: list[NoticeContext], at: datetime) -> list[Phrase]:
    first, *rest = group
    named = phrase(first, title(first), at)
    return [named, *(_capitalized(phrase(each, "it", at)) for each in rest)]


def _capitalized(parts: Phrase) -> Phrase:
    return Phrase(parts.head[0].upper() + parts.head[1:], parts.tail)


def _joined(parts: Phrase, between: str) -> str:
    if not parts.tail:
        return parts.head
    # A tail never begins with a title, so it may be capitalized.
    tail = parts.tail[0].upper() + parts.tail[1:] if between == "\n" else parts.tail
    return f"{parts.head}{between}{tail}"


def _digest(notice: Notice, others: Mapping[str, Webinar], at: datetime) -> list[_WebinarText]:
    """Upcoming webinars, soonest first, with the change of their counts; `occurrence` is the pace of the digest."""
    webinars = [(others[session_id], previous) for session_id, previous in notice.facts.coming if session_id in others]
    upcoming = [(webinar, previous) for webinar, previous in webinars if is_coming_or_live(webinar, at)]
    upcoming.sort(key=lambda pair: (pair[0].start, pair[0].session_id))
    pace = DigestPace.DAILY if notice.occurrence == DigestPace.DAILY else DigestPace.WEEKLY
    days = number(DIGEST_SPAN[pace].days, "day")
    if not upcoming:
        return [_WebinarText(f"No webinars are coming up in the next {days}.")]
    lines = [
        f"*{plain(webinar.title)}*: {timing(webinar)} · {_registered(webinar, previous, pace)}"
        for webinar, previous in upcoming
    ]
    listed = [_WebinarText(line, buttons.details(webinar)) for line, (webinar, _) in zip(lines, upcoming, strict=True)]
    return [_WebinarText(f"*Coming up in the next {days}*"), *listed]


def _registered(webinar: Webinar, previous: int | None, pace: DigestPace) -> str:
    if webinar.audience is Audience.ANYONE:
        return "no registration needed"
    read = webinar.registration
    if read is None:
        return f"registrations {NOT_READ}"
    now = count_text(read.count, read.limit)
    return now if previous is None else f"{now}, {count_change(read.count, previous, COMPARED_WITH[pace])}"


def _list_message(entries: list[_WebinarText], footer: list[Block], notes: list[str]) -> Message:
    listed = [section(entry.text, entry.button) for entry in entries[:MAX_WEBINARS]]
    sizes = accumulate(len(json.dumps(block, ensure_ascii=False)) for block in listed)
    fits = max(1, sum(size <= MAX_BLOCKS for size in sizes))
    left_out = len(entries) - fits
    more = [context(f"… and {left_out:,} more. {SEE_ALL}")] if left_out else []
    return Message(
        _plain_text([entry.text for entry in entries], notes), [*listed[:fits], *more, *footer, *_notes(notes)]
    )


def _plain_text(lines: list[str], notes: list[str]) -> str:
    # Escaped titles contain no asterisk, so all of them are bold markers, which a notification would show.
    return "\n".join([_fit(lines, MAX_TEXT), *notes]).replace("*", "")


def _fit(lines: list[str], size: int) -> str:
    """As many whole lines as fit, and how many were omitted; no line is cut in the middle."""
    ends = accumulate(len(line) + 1 for line in lines)
    fits = max(1, sum(end <= size - 30 for end in ends))
    left_out = len(lines) - fits
    return "\n".join([*lines[:fits], f"… and {left_out:,} more"] if left_out else lines)


def _notes(notes: list[str]) -> list[Block]:
    return [context(*notes)] if notes else []
