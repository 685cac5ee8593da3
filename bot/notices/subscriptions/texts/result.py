"""The settings of a channel as a message or view, and recent notices that were not posted."""

from __future__ import annotations

from collections.abc import Sequence

from bot.commands.reminder_offsets import offsets_text
from bot.notices.model import Feature, NoticeState
from bot.notices.quiet_hours import DigestPace
from bot.notices.subscriptions.channel_state import ChannelState, UndeliveredNotice
from bot.notices.subscriptions.model import ALL_FEATURES, Scope, Subscription
from bot.notices.subscriptions.texts.phrases import (
    digest_text,
    feature_lines,
    feature_names,
    join_words,
    quiet_hours_text,
)
from bot.notices.subscriptions.undo import digest_of
from bot.notices.texts.reminder_list import channel_name
from bot.slack import buttons
from bot.slack.blocks import (
    MAX_SECTION,
    Block,
    actions,
    button,
    context,
    cut,
    escape_sentence,
    message,
    modal,
    number,
    person,
    plain,
    relative_time,
    section,
    when,
)
from bot.slack.message import Message, View

DONE = "follow.done"
UNDO = "follow.undo"
MAX_SUBSCRIPTIONS = 15
"""Maximum subscriptions listed; a channel may have one for each webinar that was ever shared there."""
MAX_NAMED = 5
MAX_REASON = 150

_PACES = {DigestPace.DAILY: "daily", DigestPace.WEEKLY: "weekly"}
NO_SUBSCRIPTIONS = (
    "Nothing is posted here. Share a webinar's card with `/webinar share`, or get posts about all webinars with "
    "`/webinar subscribe`."
)


def channel_message(
    channel: ChannelState,
    *,
    head: str = "",
    may_change: bool = True,
    undelivered: Sequence[UndeliveredNotice] = (),
    undo: str = "",
) -> Message:
    """A channel's subscriptions with who set them, its quiet hours and its digest; `head` reports a change just made.

    `may_change` adds the button to change them, `undo` the one that takes the change back, with this value.
    `undelivered` is for admins.
    """
    take_back = button("Undo", UNDO, undo, label="Undo this change of what is posted here") if undo else None
    change = actions(take_back, buttons.change_features(channel.channel_id) if may_change else None)
    undelivered_sections = (
        [section(text) for text in _section_texts(_undelivered_lines(undelivered))] if undelivered else []
    )
    texts = [head, _title(channel), *_subscription_lines(channel), *_notes(channel)]
    blocks = [*_blocks(channel, head), *change, *undelivered_sections]
    return message(cut(" ".join(filter(None, texts)), MAX_SECTION), blocks)


def saved_view(channel: ChannelState, head: str) -> View:
    """The same as a view that replaces the form."""
    return modal(DONE, "Channel notifications", _blocks(channel, head), close="Done")


def intro(name: str, channel: ChannelState) -> Message:
    """The message in a channel that gets its first subscription: who set it up, and how to change it.

    It uses the person's name instead of a mention. All subscriptions so far are that person's.
    """
    who = person(name) or "Somebody"
    chosen = [subscription for subscription in _shown(channel) if not subscription.by_share]
    summaries = [
        f"{feature_names(subscription.features)} about {_about(subscription, channel, creator=who)}"
        for subscription in chosen
    ]
    text = f"{who} set up Greenroom here: {join_words(summaries[:3])}. To see or change it: `/webinar subscriptions`"
    return message(text, [section(text)])


def digest_note(before: ChannelState, after: ChannelState) -> str:
    """Whether the digest still comes after something was ended; empty if there was none."""
    pace = _PACES.get(digest_of(before))
    if not pace:
        return ""
    if digest_of(after) is DigestPace.NEVER:
        return f"The {pace} digest has ended, too."
    return f"The {pace} digest still comes: `/webinar unsubscribe` ends it as well."


def other_subscriptions(channel: ChannelState) -> str:
    """The first few subscriptions other than to all webinars, as text; empty if there are none."""
    others = [_about(subscription, channel) for subscription in _shown(channel) if subscription.scope is not Scope.ALL]
    more = [number(len(others) - MAX_NAMED, "other")] if len(others) > MAX_NAMED else []
    return join_words([*others[:MAX_NAMED], *more])


def _blocks(channel: ChannelState, head: str) -> list[Block]:
    first = f"{head}\n*{_title(channel)}*" if head else f"*{_title(channel)}*"
    marker = "• " if _shown(channel) else ""
    pieces = _section_texts([first, *(f"{marker}{line}" for line in _subscription_lines(channel))])
    return [*(section(text) for text in pieces), context(*_notes(channel))]


def _title(channel: ChannelState) -> str:
    return f"What Greenroom posts in {channel_name(channel.channel_id)}:"


def _shown(channel: ChannelState) -> list[Subscription]:
    """Subscriptions in the order of display: to all, to people's webinars, then to single ones by start."""
    general = [subscription for subscription in channel.subscriptions if subscription.scope is not Scope.WEBINAR]
    single = [
        subscription
        for subscription in channel.subscriptions
        if subscription.scope is Scope.WEBINAR and subscription.subject in channel.webinars
    ]
    single.sort(key=lambda subscription: channel.webinars[subscription.subject].start)
    return sorted(general, key=lambda subscription: subscription.scope) + single


def _subscription_lines(channel: ChannelState) -> list[str]:
    shown = _shown(channel)
    lines = [_subscription_line(subscription, channel) for subscription in shown[:MAX_SUBSCRIPTIONS]]
    more = [f"and {number(len(shown) - MAX_SUBSCRIPTIONS, 'line')} more"] if len(shown) > MAX_SUBSCRIPTIONS else []
    return [*lines, *more] or [NO_SUBSCRIPTIONS]


def _subscription_line(subscription: Subscription, channel: ChannelState) -> str:
    about = _about(subscription, channel)
    own = subscription.offsets is not None and Feature.REMINDERS in subscription.features
    times = f" (reminders {offsets_text(subscription.offsets or ())})" if own else ""
    at = when(subscription.set_at, channel.hours.time_zone if channel.hours else "UTC")
    who = (
        f"<@{subscription.set_by}> shared its card here"
        if subscription.by_share and not own
        else f"set by <@{subscription.set_by}>"
    )
    features = feature_names(subscription.features) if subscription.features else "muted"
    name = about if subscription.scope is Scope.WEBINAR else f"{about[0].upper()}{about[1:]}"
    return f"*{name}*: {features}{times} · {who}, {at}"


def _about(subscription: Subscription, channel: ChannelState, *, creator: str = "") -> str:
    match subscription.scope:
        case Scope.ALL:
            if subscription.by_organizer:
                return "all webinars"
            return f"webinars that {creator or f'<@{subscription.set_by}>'} created or whose card is here"
        case Scope.MINE:
            return f"webinars that {creator or f'<@{subscription.subject}>'} created"
    return plain(channel.webinars[subscription.subject].title)


def _notes(channel: ChannelState) -> list[str]:
    """Explanations: the features in use, the hours, and the features not in use."""
    features = frozenset[Feature]().union(*(subscription.features for subscription in _shown(channel)))
    hours, explanations = channel.hours, feature_lines(features, channel.default_offsets)
    hours_texts = [text for text in (quiet_hours_text(hours), digest_text(hours)) if text]
    if hours and hours_texts:
        hours_texts.append(f"set by <@{hours.set_by}>, {when(hours.set_at, hours.time_zone)}")
    unused = ALL_FEATURES - features
    more = f"Off here: {feature_names(unused)}" if unused and features else ""
    return [
        text
        for text in (" · ".join(explanations), " · ".join(hours_texts) or "No quiet hours and no digest", more)
        if text
    ]


def _undelivered_lines(undelivered: Sequence[UndeliveredNotice]) -> list[str]:
    return ["*What did not go out lately*", *(f"• {_undelivered_line(notice)}" for notice in undelivered)]


def _undelivered_line(undelivered: UndeliveredNotice) -> str:
    about = f" of *{plain(undelivered.webinar.title)}*" if undelivered.webinar else ""
    kind = undelivered.notice.kind.value.replace("_", " ")
    channel = undelivered.notice.channel_id
    where = channel_name(channel) if channel.startswith(("C", "G")) else "direct message"
    return f"{relative_time(undelivered.notice.due_at)}, {where}, {kind}{about}: {_reason(undelivered)}"


def _reason(undelivered: UndeliveredNotice) -> str:
    because = f": {escape_sentence(cut(undelivered.problem, MAX_REASON))}" if undelivered.problem else ""
    match undelivered.state:
        case NoticeState.MISSED:
            return "missed, because Greenroom was away or could not post in time"
        case NoticeState.UNKNOWN:
            return "unclear, because Slack's answer got lost: look whether it was posted"
    return f"not posted{because}"


def _section_texts(lines: Sequence[str]) -> list[str]:
    """Join lines into texts that each fit a section block."""
    pieces: list[str] = []
    for line in lines:
        if pieces and len(pieces[-1]) + len(line) < MAX_SECTION:
            pieces[-1] += f"\n{line}"
        else:
            pieces.append(cut(line, MAX_SECTION))
    return pieces
