"""Makes one message of all that is to be said in a channel at one moment, in words for every kind of notice."""

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
from bot.notices.schedule import is_direct
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
from bot.webinars.texts.facts import NOT_READ, entrance, timing

MAX_WEBINARS = 20
"""How many webinars one message names: more than that nobody reads."""
MAX_BLOCKS = 12_000
"""Slack says `msg_blocks_too_long` at about 13,200 characters of blocks, and nowhere how it counts them."""
MAX_TEXT = 3_500
"""Of `text` Slack takes 4,000; what remains is for a line about what was left out, and for the notes."""

LATE = "Greenroom was away for a while, so this comes late."
REPEATED = "Slack's answer got lost, so this may have been said before."
SEE_ALL = "`/webinar list` shows all of them."
COMPARED_WITH = {DigestPace.DAILY: "a day ago", DigestPace.WEEKLY: "a week ago"}
"""What a digest compares with: the moment of the one before."""

NO_OTHERS: Mapping[str, Webinar] = MappingProxyType({})

_WITH_ENTRANCE = {NoticeKind.LIVE, NoticeKind.OPENED, NoticeKind.MOVED}
_WITH_OWN_LINK = {NoticeKind.LIVE, NoticeKind.MOVED}
_WITH_LIMIT = {NoticeKind.FULL, NoticeKind.FILLING}


@dataclass(frozen=True, slots=True)
class _Entry:
    """What is said of one webinar: `line` for the eye (mrkdwn), with the button beside it where there are several."""

    line: str
    button: Element | None = None


def compose(
    said: Sequence[NoticeContext],
    *,
    at: datetime,
    others: Mapping[str, Webinar] = NO_OTHERS,
    late: bool = False,
    repeated: bool = False,
) -> Message:
    """One message of these notices, all for one channel, as it is to stand there from the moment `at` on.

    `others` are the webinars of a digest, by session id. `late` and `repeated` add a note that says so. The same
    arguments give the same message, and that of a timed notice holds nothing that changes by itself.
    """
    groups = _by_webinar(said)
    about_channel = [one for one in said if one.notice.kind not in KIND_ORDER]
    notes = [note for note, wanted in ((LATE, late), (REPEATED, repeated)) if wanted]
    if len(groups) == 1 and not about_channel:
        return _single_message(groups[0], at, notes)
    entries = [_entry(group, at) for group in groups]
    cut = [_Entry(channel_lost(one)) for one in about_channel if one.notice.kind is NoticeKind.CHANNEL_LOST]
    digests = [one.notice for one in about_channel if one.notice.kind is NoticeKind.DIGEST]
    # Where one digest still waited when the next came due, the newer one says it all.
    digest = max(digests, key=lambda notice: notice.start, default=None)
    coming = _digest(digest, others, at) if digest else []
    ways_on = actions(buttons.change_features(digest.channel_id)) if digest else []
    return _list_message([*cut, *entries, *coming], ways_on, notes)


def _by_webinar(said: Iterable[NoticeContext]) -> list[list[NoticeContext]]:
    """The notices about one webinar together, soonest first; of several about its start only one."""
    groups: dict[tuple[str, ...], list[NoticeContext]] = {}
    for one in said:
        if one.notice.kind in KIND_ORDER:
            account = one.notice.account
            groups.setdefault((account.provider, account.name, one.notice.session_id), []).append(one)
    return sorted((_in_order(group) for group in groups.values()), key=_sort_key)


def _in_order(group: list[NoticeContext]) -> list[NoticeContext]:
    if len(group) == 1:
        return group
    timed = [one for one in group if one.notice.kind in TIMED]
    last = [max(timed, key=lambda one: one.notice.due_at)] if timed else []
    rest = [one for one in group if one.notice.kind not in TIMED]
    return sorted(
        [*rest, *last], key=lambda one: (KIND_ORDER[one.notice.kind], one.notice.due_at, one.notice.occurrence)
    )


def _sort_key(group: list[NoticeContext]) -> tuple[datetime, str]:
    one = group[0]
    return (one.webinar.start if one.webinar else one.notice.start, one.notice.session_id)


def _single_message(group: list[NoticeContext], at: datetime, notes: list[str]) -> Message:
    sayings = _phrases(group, at)
    lines = [_joined(one, ": ") for one in sayings]
    shown = [_joined(sayings[0], "\n")] if len(sayings) == 1 else lines
    blocks: list[Block] = [section(_fit(shown, MAX_SECTION)), *actions(*_all_buttons(group, at))]
    return Message(_plain_text(lines, notes), [*blocks, *_notes(notes)])


def _entry(group: list[NoticeContext], at: datetime) -> _Entry:
    lines = [_joined(one, ": ") for one in _phrases(group, at)]
    return _Entry(_fit(lines, MAX_SECTION), _one_button(group))


def _phrases(group: list[NoticeContext], at: datetime) -> list[Phrase]:
    first, *rest = group
    named = phrase(first, title(first), at)
    return [named, *(_capitalized(phrase(one, "it", at)) for one in rest)]


def _capitalized(one: Phrase) -> Phrase:
    return Phrase(one.head[0].upper() + one.head[1:], one.tail)


def _joined(one: Phrase, between: str) -> str:
    if not one.tail:
        return one.head
    # A tail is always ours, never someone's title: it may begin with a capital.
    tail = one.tail[0].upper() + one.tail[1:] if between == "\n" else one.tail
    return f"{one.head}{between}{tail}"


def _all_buttons(group: list[NoticeContext], at: datetime) -> list[Element | None]:
    """What can be done about one webinar after these notices about it."""
    webinar = group[0].webinar
    if webinar is None:
        return []
    kinds = {one.notice.kind for one in group}
    found: list[Element | None] = []
    if kinds & TIMED:
        found.append(_entrance_button(group))
    elif kinds & _WITH_ENTRANCE:
        found.append(
            buttons.my_link(webinar) if _is_direct_message(group) and kinds & _WITH_OWN_LINK else entrance(webinar, at)
        )
    if NoticeKind.REMINDER in kinds:
        found += [buttons.remind_me(webinar), buttons.mute(webinar, group[0].notice.channel_id)]
    if kinds & _WITH_LIMIT:
        found.append(buttons.raise_limit(webinar))
    if NoticeKind.CLOSED in kinds:
        found.append(buttons.reopen(webinar))
    return [*found, buttons.details(webinar)]


def _entrance_button(group: list[NoticeContext]) -> Element | None:
    # Whether registration is open may change while Slack holds the message: whoever presses it is told what is so then.
    webinar = group[0].webinar
    if webinar is None:
        return None
    if _is_direct_message(group):
        return buttons.my_link(webinar)
    if webinar.audience is Audience.ANYONE:
        return buttons.join(webinar)
    return buttons.register(webinar) if webinar.registration else None


def _is_direct_message(group: list[NoticeContext]) -> bool:
    """Whether it goes to one person, who has a link of their own or is offered one."""
    return is_direct(group[0].notice.channel_id)


def _one_button(group: list[NoticeContext]) -> Element | None:
    """The way in beside what is about to start, else Details, where all the others are."""
    webinar = group[0].webinar
    if webinar is None:
        return None
    is_timed = any(one.notice.kind in TIMED for one in group)
    button = (is_timed and _entrance_button(group)) or buttons.details(webinar)
    # A message has one primary button at most.
    return {name: value for name, value in button.items() if name != "style"}


def _digest(notice: Notice, others: Mapping[str, Webinar], at: datetime) -> list[_Entry]:
    """What is coming, soonest first, with how registrations moved; its `occurrence` is the pace of the digest."""
    known = [(others[session_id], was) for session_id, was in notice.facts.coming if session_id in others]
    coming = [(webinar, was) for webinar, was in known if is_coming_or_live(webinar, at)]
    coming.sort(key=lambda one: (one[0].start, one[0].session_id))
    pace = DigestPace.DAILY if notice.occurrence == DigestPace.DAILY else DigestPace.WEEKLY
    days = number(DIGEST_SPAN[pace].days, "day")
    if not coming:
        return [_Entry(f"No webinars are coming up in the next {days}.")]
    lines = [
        f"*{plain(webinar.title)}*: {timing(webinar)} · {_registered(webinar, was, pace)}" for webinar, was in coming
    ]
    shown = [_Entry(line, buttons.details(webinar)) for line, (webinar, _) in zip(lines, coming, strict=True)]
    return [_Entry(f"*Coming up in the next {days}*"), *shown]


def _registered(webinar: Webinar, was: int | None, pace: DigestPace) -> str:
    if webinar.audience is Audience.ANYONE:
        return "no registration needed"
    read = webinar.registration
    if read is None:
        return f"registrations {NOT_READ}"
    now = count_text(read.count, read.limit)
    return now if was is None else f"{now}, {count_change(read.count, was, COMPARED_WITH[pace])}"


def _list_message(entries: list[_Entry], ways_on: list[Block], notes: list[str]) -> Message:
    shown = [section(entry.line, entry.button) for entry in entries[:MAX_WEBINARS]]
    sizes = accumulate(len(json.dumps(block, ensure_ascii=False)) for block in shown)
    fits = max(1, sum(size <= MAX_BLOCKS for size in sizes))
    left_out = len(entries) - fits
    more = [context(f"… and {left_out:,} more. {SEE_ALL}")] if left_out else []
    return Message(
        _plain_text([entry.line for entry in entries], notes), [*shown[:fits], *more, *ways_on, *_notes(notes)]
    )


def _plain_text(lines: list[str], notes: list[str]) -> str:
    # Titles hold no asterisk by now, so these are all ours; a notification shows them as such.
    return "\n".join([_fit(lines, MAX_TEXT), *notes]).replace("*", "")


def _fit(lines: list[str], size: int) -> str:
    """As many whole lines as fit, and how many were left out: a time that is cut in two is no time."""
    ends = accumulate(len(line) + 1 for line in lines)
    fits = max(1, sum(end <= size - 30 for end in ends))
    left_out = len(lines) - fits
    return "\n".join([*lines[:fits], f"… and {left_out:,} more"] if left_out else lines)


def _notes(notes: list[str]) -> list[Block]:
    return [context(*notes)] if notes else []
