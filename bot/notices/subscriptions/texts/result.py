"""Shows what a channel hears and who set that up, after a change and on asking, and what did not go out lately."""

from __future__ import annotations

from collections.abc import Sequence

from bot.commands.reminder_offsets import say_leads
from bot.notices.model import NoticeState
from bot.notices.subscriptions.channel_state import ChannelState, UndeliveredNotice
from bot.notices.subscriptions.model import EVERYTHING, Feature, Scope, Subscription
from bot.notices.subscriptions.texts.phrases import digest, explained, listed, named, quiet
from bot.notices.texts.reminder_list import place
from bot.slack import buttons
from bot.slack.blocks import (
    MAX_SECTION,
    Block,
    actions,
    context,
    cut,
    message,
    modal,
    number,
    person,
    plain,
    said,
    section,
    when,
)
from bot.slack.message import Message, View

DONE = "follow.done"
MAX_LINES = 15
"""How many webinars are named; a channel may have a line for each that was ever shared there."""
MAX_NAMED = 5
MAX_REASON = 150

NOTHING = (
    "Nothing is said here yet. Share a webinar's card with `/webinar share`, or hear about all webinars with "
    "`/webinar subscribe`."
)


def state(
    channel: ChannelState, *, head: str = "", may_change: bool = True, unsaid: Sequence[UndeliveredNotice] = ()
) -> Message:
    """What is said in a channel, who set it up, its quiet hours and digest; first what was just done, if anything was.

    `may_change` says whether the person may change it; `unsaid` is for those who look after the workspace.
    """
    change = actions(buttons.follow(channel.channel_id) if may_change else None)
    missing = [section(text) for text in _pieces(_unsaid(unsaid))] if unsaid else []
    spoken = [head, _title(channel), *_lines(channel), *_notes(channel)]
    blocks = [*_blocks(channel, head), *change, *missing]
    return message(cut(" ".join(filter(None, spoken)), MAX_SECTION), blocks)


def done(channel: ChannelState, head: str) -> View:
    """The same in the place of the form."""
    return modal(DONE, "What is said here", _blocks(channel, head), close="Done")


def intro(name: str, channel: ChannelState) -> Message:
    """The line in a channel that is set up for the first time: by whom, and how it is changed.

    Everybody there reads it, so it mentions nobody; and what was asked for was all asked for by that one person.
    """
    who = person(name) or "Somebody"
    lines = [line for line in _shown(channel) if not line.by_share]
    asked = [f"{named(line.features)} about {_about(line, channel, creator=who)}" for line in lines]
    text = f"{who} set up Greenroom here: {listed(asked[:3])}. To see or change it: `/webinar subscriptions`"
    return message(text, [section(text)])


def listed_webinars(channel: ChannelState) -> str:
    """What else than all webinars the channel has lines about, the first few; empty where there is nothing else."""
    others = [_about(line, channel) for line in _shown(channel) if line.scope is not Scope.ALL]
    more = [number(len(others) - MAX_NAMED, "other")] if len(others) > MAX_NAMED else []
    return listed([*others[:MAX_NAMED], *more])


def _blocks(channel: ChannelState, head: str) -> list[Block]:
    first = f"{head}\n*{_title(channel)}*" if head else f"*{_title(channel)}*"
    pieces = _pieces([first, *(f"• {line}" for line in _lines(channel))])
    return [*(section(text) for text in pieces), context(*_notes(channel))]


def _title(channel: ChannelState) -> str:
    return f"What Greenroom says in {place(channel.channel_id)}:"


def _shown(channel: ChannelState) -> list[Subscription]:
    """The lines as they are listed: about all first, then about people's webinars, then about one, the next first."""
    general = [line for line in channel.lines if line.scope is not Scope.WEBINAR]
    single = [line for line in channel.lines if line.scope is Scope.WEBINAR and line.subject in channel.webinars]
    single.sort(key=lambda line: channel.webinars[line.subject].start)
    return sorted(general, key=lambda line: line.scope) + single


def _lines(channel: ChannelState) -> list[str]:
    shown = _shown(channel)
    lines = [_line(line, channel) for line in shown[:MAX_LINES]]
    more = [f"and {number(len(shown) - MAX_LINES, 'line')} more"] if len(shown) > MAX_LINES else []
    return [*lines, *more] or [NOTHING]


def _line(line: Subscription, channel: ChannelState) -> str:
    about = _about(line, channel)
    own = line.offsets is not None and Feature.REMINDERS in line.features
    times = f" (reminders {say_leads(line.offsets or ())})" if own else ""
    at = when(line.set_at, channel.hours.time_zone if channel.hours else "UTC")
    who = f"<@{line.set_by}> shared its card here" if line.by_share and not own else f"set by <@{line.set_by}>"
    heard = named(line.features) if line.features else "muted"
    name = about if line.scope is Scope.WEBINAR else f"{about[0].upper()}{about[1:]}"
    return f"*{name}*: {heard}{times} · {who}, {at}"


def _about(line: Subscription, channel: ChannelState, *, creator: str = "") -> str:
    match line.scope:
        case Scope.ALL:
            return "all webinars"
        case Scope.MINE:
            return f"webinars that {creator or f'<@{line.subject}>'} created"
    return plain(channel.webinars[line.subject].title)


def _notes(channel: ChannelState) -> list[str]:
    """What the words mean, when it is quiet, and what there is besides."""
    heard = frozenset[Feature]().union(*(line.features for line in _shown(channel)))
    hours, meaning = channel.hours, explained(heard, channel.usual)
    set_up = [text for text in (quiet(hours), digest(hours)) if text]
    if hours and set_up:
        set_up.append(f"set by <@{hours.set_by}>, {when(hours.set_at, hours.time_zone)}")
    rest = EVERYTHING - heard
    more = f"Not said here: {named(rest)}" if rest and heard else ""
    return [text for text in (" · ".join(meaning), " · ".join(set_up) or "No quiet hours and no digest", more) if text]


def _unsaid(unsaid: Sequence[UndeliveredNotice]) -> list[str]:
    return ["*What did not go out lately*", *(f"• {_unsaid_line(one)}" for one in unsaid)]


def _unsaid_line(one: UndeliveredNotice) -> str:
    about = f" of *{plain(one.webinar.title)}*" if one.webinar else ""
    kind = one.notice.kind.value.replace("_", " ")
    channel = one.notice.channel_id
    where = place(channel) if channel.startswith(("C", "G")) else "direct message"
    return f"{when(one.notice.due_at)}, {where}, {kind}{about}: {_reason(one)}"


def _reason(one: UndeliveredNotice) -> str:
    because = f": {said(cut(one.problem, MAX_REASON))}" if one.problem else ""
    match one.state:
        case NoticeState.MISSED:
            return "missed, because Greenroom was away or could not post in time"
        case NoticeState.UNKNOWN:
            return "unclear, because Slack's answer got lost: look whether it was posted"
    return f"not posted{because}"


def _pieces(lines: Sequence[str]) -> list[str]:
    """Lines as texts that each fit a section."""
    pieces: list[str] = []
    for line in lines:
        if pieces and len(pieces[-1]) + len(line) < MAX_SECTION:
            pieces[-1] += f"\n{line}"
        else:
            pieces.append(cut(line, MAX_SECTION))
    return pieces
