"""Shows what a channel hears and who set that up, after a change and on asking, and what did not go out lately."""

from __future__ import annotations

from collections.abc import Sequence

from bot.commands.reminder_offsets import offsets_text
from bot.notices.model import NoticeState
from bot.notices.subscriptions.channel_state import ChannelState, UndeliveredNotice
from bot.notices.subscriptions.model import ALL_FEATURES, Feature, Scope, Subscription
from bot.notices.subscriptions.texts.phrases import (
    digest_text,
    feature_lines,
    feature_names,
    join_words,
    quiet_hours_text,
)
from bot.notices.texts.reminder_list import channel_name
from bot.slack import buttons
from bot.slack.blocks import (
    MAX_SECTION,
    Block,
    actions,
    context,
    cut,
    escape_sentence,
    message,
    modal,
    number,
    person,
    plain,
    section,
    when,
)
from bot.slack.message import Message, View

DONE = "follow.done"
MAX_SUBSCRIPTIONS = 15
"""How many webinars are named; a channel may have a line for each that was ever shared there."""
MAX_NAMED = 5
MAX_REASON = 150

NO_SUBSCRIPTIONS = (
    "Nothing is said here yet. Share a webinar's card with `/webinar share`, or hear about all webinars with "
    "`/webinar subscribe`."
)


def channel_message(
    channel: ChannelState, *, head: str = "", may_change: bool = True, unsaid: Sequence[UndeliveredNotice] = ()
) -> Message:
    """What is said in a channel, who set it up, its quiet hours and digest; first what was just done, if anything was.

    `may_change` says whether the person may change it; `unsaid` is for those who look after the workspace.
    """
    change = actions(buttons.change_features(channel.channel_id) if may_change else None)
    missing = [section(text) for text in _section_texts(_undelivered_lines(unsaid))] if unsaid else []
    spoken = [head, _title(channel), *_subscription_lines(channel), *_notes(channel)]
    blocks = [*_blocks(channel, head), *change, *missing]
    return message(cut(" ".join(filter(None, spoken)), MAX_SECTION), blocks)


def saved_view(channel: ChannelState, head: str) -> View:
    """The same in the place of the form."""
    return modal(DONE, "What is said here", _blocks(channel, head), close="Done")


def intro(name: str, channel: ChannelState) -> Message:
    """The line in a channel that is set up for the first time: by whom, and how it is changed.

    Everybody there reads it, so it mentions nobody; and what was asked for was all asked for by that one person.
    """
    who = person(name) or "Somebody"
    lines = [line for line in _shown(channel) if not line.by_share]
    asked = [f"{feature_names(line.features)} about {_about(line, channel, creator=who)}" for line in lines]
    text = f"{who} set up Greenroom here: {join_words(asked[:3])}. To see or change it: `/webinar subscriptions`"
    return message(text, [section(text)])


def other_subscriptions(channel: ChannelState) -> str:
    """What else than all webinars the channel has lines about, the first few; empty where there is nothing else."""
    others = [_about(line, channel) for line in _shown(channel) if line.scope is not Scope.ALL]
    more = [number(len(others) - MAX_NAMED, "other")] if len(others) > MAX_NAMED else []
    return join_words([*others[:MAX_NAMED], *more])


def _blocks(channel: ChannelState, head: str) -> list[Block]:
    first = f"{head}\n*{_title(channel)}*" if head else f"*{_title(channel)}*"
    pieces = _section_texts([first, *(f"• {line}" for line in _subscription_lines(channel))])
    return [*(section(text) for text in pieces), context(*_notes(channel))]


def _title(channel: ChannelState) -> str:
    return f"What Greenroom says in {channel_name(channel.channel_id)}:"


def _shown(channel: ChannelState) -> list[Subscription]:
    """The lines as they are listed: about all first, then about people's webinars, then about one, the next first."""
    general = [line for line in channel.subscriptions if line.scope is not Scope.WEBINAR]
    single = [
        line for line in channel.subscriptions if line.scope is Scope.WEBINAR and line.subject in channel.webinars
    ]
    single.sort(key=lambda line: channel.webinars[line.subject].start)
    return sorted(general, key=lambda line: line.scope) + single


def _subscription_lines(channel: ChannelState) -> list[str]:
    shown = _shown(channel)
    lines = [_subscription_line(line, channel) for line in shown[:MAX_SUBSCRIPTIONS]]
    more = [f"and {number(len(shown) - MAX_SUBSCRIPTIONS, 'line')} more"] if len(shown) > MAX_SUBSCRIPTIONS else []
    return [*lines, *more] or [NO_SUBSCRIPTIONS]


def _subscription_line(line: Subscription, channel: ChannelState) -> str:
    about = _about(line, channel)
    own = line.offsets is not None and Feature.REMINDERS in line.features
    times = f" (reminders {offsets_text(line.offsets or ())})" if own else ""
    at = when(line.set_at, channel.hours.time_zone if channel.hours else "UTC")
    who = f"<@{line.set_by}> shared its card here" if line.by_share and not own else f"set by <@{line.set_by}>"
    heard = feature_names(line.features) if line.features else "muted"
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
    hours, meaning = channel.hours, feature_lines(heard, channel.default_offsets)
    set_up = [text for text in (quiet_hours_text(hours), digest_text(hours)) if text]
    if hours and set_up:
        set_up.append(f"set by <@{hours.set_by}>, {when(hours.set_at, hours.time_zone)}")
    rest = ALL_FEATURES - heard
    more = f"Not said here: {feature_names(rest)}" if rest and heard else ""
    return [text for text in (" · ".join(meaning), " · ".join(set_up) or "No quiet hours and no digest", more) if text]


def _undelivered_lines(unsaid: Sequence[UndeliveredNotice]) -> list[str]:
    return ["*What did not go out lately*", *(f"• {_undelivered_line(one)}" for one in unsaid)]


def _undelivered_line(one: UndeliveredNotice) -> str:
    about = f" of *{plain(one.webinar.title)}*" if one.webinar else ""
    kind = one.notice.kind.value.replace("_", " ")
    channel = one.notice.channel_id
    where = channel_name(channel) if channel.startswith(("C", "G")) else "direct message"
    return f"{when(one.notice.due_at)}, {where}, {kind}{about}: {_reason(one)}"


def _reason(one: UndeliveredNotice) -> str:
    because = f": {escape_sentence(cut(one.problem, MAX_REASON))}" if one.problem else ""
    match one.state:
        case NoticeState.MISSED:
            return "missed, because Greenroom was away or could not post in time"
        case NoticeState.UNKNOWN:
            return "unclear, because Slack's answer got lost: look whether it was posted"
    return f"not posted{because}"


def _section_texts(lines: Sequence[str]) -> list[str]:
    """Lines as texts that each fit a section."""
    pieces: list[str] = []
    for line in lines:
        if pieces and len(pieces[-1]) + len(line) < MAX_SECTION:
            pieces[-1] += f"\n{line}"
        else:
            pieces.append(cut(line, MAX_SECTION))
    return pieces
