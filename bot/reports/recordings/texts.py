"""Texts about recordings: the message with the link, and the direct messages to the organizer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from bot.commands.lengths import length_text
from bot.model.recording import Recording, RecordingStatus
from bot.model.webinar import Access, Webinar
from bot.providers.event_ref import provider_name
from bot.reports.messages.table import PostState, ReportMessage
from bot.reports.recordings import rules
from bot.reports.recordings.places import SharePlaces
from bot.reports.recordings.table import TrackedRecording
from bot.slack import buttons
from bot.slack.blocks import (
    MAX_SECTION,
    Element,
    actions,
    context,
    cut,
    link_button,
    message,
    number,
    plain,
    section,
    when,
)
from bot.slack.message import Message
from bot.slack.refusals import NO_MESSAGE

SHARE_CHANNELS = "recording.channels"
SHARE_SEATS = "recording.seats"
SHARE_BOTH = "recording.both"
DECLINE = "recording.decline"
CHECK = "recording.check"
"""The value of each of these is the id of the webinar."""

MOST_CHANNELS = 20
"""Channels that a text names."""
OPENS = {
    Access.GUEST: "Anyone with the link can open it",
    Access.SIGNED_IN: "People who are signed in to {provider} can open it",
    Access.COWORKER: "Coworkers who are signed in to {provider} can open it",
}
"""Who can open the link, by the setting of the webinar, with `{provider}` in place of the provider's name."""


def share_message(webinar: Webinar, known: TrackedRecording | None, *, now: datetime) -> Message:
    """The message with the link, in a channel or to a person; one line once the link is not to be used any more."""
    name = plain(webinar.title)
    gone = _why_gone(known, now)
    if gone or known is None:
        text = f"The link to the recording of *{name}* was here. {gone}"
        return message(text, [context(text)])
    text = f"The recording of *{name}* is here{_length(known.recording)}."
    watch = watch_button(webinar, known)
    return message(text, [section(text), *actions(watch), context(terms(webinar, known))])


def question(
    webinar: Webinar, known: TrackedRecording, places: SharePlaces, shares: Sequence[ReportMessage], *, now: datetime
) -> Message:
    """The question to the organizer whether to share the link; once it is decided, what was."""
    name = plain(webinar.title)
    if known.decision is not None:
        return decided(webinar, known, shares)
    found = known.recording
    if found is None or found.status is not RecordingStatus.AVAILABLE:
        text = f"The recording of *{name}* can no longer be watched."
        return message(text, [context(text)])
    head = f"The recording of *{name}* is available{_length(found)}."
    ask, row = what_to_do(webinar, known, places, now=now)
    text = cut(f"{head} {ask}", MAX_SECTION)
    notes = [context(terms(webinar, known))] if rules.is_watchable(found, now) else []
    return message(text, [section(text), *actions(*row), *notes])


def decided(webinar: Webinar, known: TrackedRecording, shares: Sequence[ReportMessage]) -> Message:
    """What was decided, by whom, and where Slack did not take the message."""
    name, decision = plain(webinar.title), known.decision
    by = f"<@{decision.by}>" if decision and decision.by else "somebody"
    if decision is None or not decision.is_share:
        text = f"The recording of *{name}* is not shared: {by} chose that it is not needed."
        row = actions(buttons.webinar_button(webinar, "Recording", buttons.RECORDING))
        return message(text, [context(text), *map(context, left_behind(shares)), *row])
    text = cut(f"The recording of *{name}* is shared {shared_where(shares)}, by {by}.", MAX_SECTION)
    problems = [context(line) for line in share_problems(shares)]
    return message(
        text, [section(text), *problems, *actions(buttons.webinar_button(webinar, "Recording", buttons.RECORDING))]
    )


def problem(webinar: Webinar, *, is_slow: bool) -> Message:
    """Tells the organizer that the recording takes long, or failed."""
    provider = provider_name(webinar.id)
    name = plain(webinar.title)
    if is_slow:
        text = (
            f"{provider} is still processing the recording of *{name}*. Greenroom looks again for three days, and "
            "writes to you when it is available."
        )
    else:
        text = (
            f"{provider} could not process the recording of *{name}*, so there is nothing to watch or to share. "
            f"If you need it, ask an administrator to contact {provider}'s support."
        )
    return message(text, [section(text), *actions(buttons.webinar_button(webinar, "Recording", buttons.RECORDING))])


def expiry(
    webinar: Webinar, known: TrackedRecording, places: SharePlaces, shares: Sequence[ReportMessage], *, now: datetime
) -> Message:
    """Asks the organizer about a link that is about to expire; afterwards, one line."""
    provider = provider_name(webinar.id)
    name, found = plain(webinar.title), known.recording
    if found is None or found.shared_until is None or not rules.is_expiring(found, now):
        text = f"The link to the recording of *{name}*: {_expiry_outcome(known, now)}"
        return message(text, [context(text)])
    until = when(found.shared_until, webinar.time_zone)
    head = f"The link to the recording of *{name}* stops working on {until}"
    check = buttons.webinar_button(webinar, "Check Again", CHECK)
    if known.decision is None:
        ask, row = what_to_do(webinar, known, places, now=now)
        text = cut(f"{head}, and is not shared yet. {ask}", MAX_SECTION)
        return message(text, [section(text), *actions(*row)])
    text = cut(
        f"{head}. It is shared {shared_where(shares)}.\nTo make it work longer, change that in {provider}, then press "
        f"Check Again. Otherwise Greenroom removes the link from these messages when it stops working.",
        MAX_SECTION,
    )
    return message(text, [section(text), *actions(check, take_off_button(webinar))])


def take_off_button(webinar: Webinar) -> Element:
    """Takes the link off all messages that have it."""
    return buttons.webinar_button(webinar, "Take Links Off", DECLINE)


def what_to_do(
    webinar: Webinar, known: TrackedRecording, places: SharePlaces, *, now: datetime
) -> tuple[str, list[Element]]:
    """What the organizer can decide now, and the buttons for it."""
    provider = provider_name(webinar.id)
    not_needed = buttons.webinar_button(webinar, "Not Needed", DECLINE)
    if not known.may_share:
        sentence = (
            f"Your company's {provider} settings do not let recordings be shared; a {provider} administrator "
            "can allow it in the Admin Portal."
        )
        return sentence, [not_needed]
    if not rules.is_watchable(known.recording, now):
        sentence = f"To share its link, turn on sharing for this recording in {provider}, then press Check Again."
        return sentence, [buttons.webinar_button(webinar, "Check Again", CHECK), not_needed]
    if not places.count:
        return "It has no card in a channel, and nobody has a seat: share its link yourself.", [
            buttons.webinar_button(webinar, "Recording", buttons.RECORDING)
        ]
    return f"Share its link {where(places)}?", [*share_buttons(webinar, places), not_needed]


def share_buttons(webinar: Webinar, places: SharePlaces) -> list[Element]:
    """The buttons that share the link, as far as there are channels and people."""
    in_channels = buttons.webinar_button(webinar, "Share in Channels", SHARE_CHANNELS)
    with_seats = buttons.webinar_button(webinar, "Share With Seats", SHARE_SEATS)
    both = buttons.webinar_button(webinar, "Share With Both", SHARE_BOTH, style="primary")
    return [
        *([both] if places.channels and places.people else []),
        *([in_channels] if places.channels else []),
        *([with_seats] if places.people else []),
    ]


def watch_button(webinar: Webinar, known: TrackedRecording, *, style: str | None = "primary") -> Element | None:
    """Opens the recording."""
    return link_button(
        "Watch Recording",
        buttons.RECORDING_PAGE,
        known.link.get_secret_value(),
        style=style,
        label=f"Watch the recording of {plain(webinar.title)}",
    )


def terms(webinar: Webinar, known: TrackedRecording) -> str:
    """Who can open the link, and until when."""
    provider = provider_name(webinar.id)
    opens = OPENS[known.access].format(provider=provider) if known.access else f"{provider} decides who can open it"
    until = known.recording.shared_until if known.recording else None
    return f"{opens}. {f'It works until {when(until, webinar.time_zone)}.' if until else 'It has no end date.'}"


def where(places: SharePlaces) -> str:
    """The channels and how many people: "in #a and #b and with 12 people who have a seat"."""
    return _and(_channels(places.channels), f"with {people_with_seats(len(places.people))}" if places.people else "")


def shared_where(shares: Sequence[ReportMessage]) -> str:
    """Where the link is, and to how many it is still on the way."""
    states = Counter(one.state for one in shares if one.is_direct)
    in_channels = [one.place_id for one in shares if not one.is_direct and one.state is PostState.POSTED]
    people = f"with {people_with_seats(states[PostState.POSTED])}" if states[PostState.POSTED] else ""
    coming = sum(one.state in (PostState.DUE, PostState.SENDING) for one in shares)
    done = _and(_channels(in_channels), people) or "nowhere so far"
    return f"{done}; {number(coming, 'message is', 'messages are')} on the way" if coming else done


def share_problems(shares: Sequence[ReportMessage]) -> list[str]:
    """Where Slack did not take the message, and why."""
    lines = [f"Not in <#{one.place_id}>: {one.problem}" for one in shares if one.problem and not one.is_direct][
        :MOST_CHANNELS
    ]
    unreached = sum(bool(one.problem) for one in shares if one.is_direct)
    if unreached:
        lines.append(f"Slack did not let Greenroom write to {number(unreached, 'person', 'people')} with a seat.")
    return lines


def left_behind(shares: Sequence[ReportMessage]) -> list[str]:
    """Where a posted message still has the link, because Slack did not let it be changed; empty if nowhere."""
    kept = [one for one in shares if one.state is PostState.REFUSED and one.message_ts and one.problem != NO_MESSAGE]
    channels, people = [one.place_id for one in kept if not one.is_direct], sum(one.is_direct for one in kept)
    found = _and(_channels(channels), f"in {number(people, 'direct message')}" if people else "")
    return [f"Slack did not let Greenroom take the link off {found}: it is still there."] if found else []


def _channels(channels: Sequence[str]) -> str:
    named = [f"<#{channel}>" for channel in channels[:MOST_CHANNELS]]
    more = len(channels) - len(named)
    named += [number(more, "more channel")] if more else []
    return f"in {', '.join(named)}" if named else ""


def people_with_seats(count: int) -> str:
    """A number of people: "12 people who have a seat"."""
    return "1 person who has a seat" if count == 1 else f"{count:,} people who have a seat"


def _and(*parts: str) -> str:
    return " and ".join(part for part in parts if part)


def _length(found: Recording | None) -> str:
    return f" ({length_text(found.duration)})" if found and found.duration else ""


def _why_gone(known: TrackedRecording | None, now: datetime) -> str:
    """Why the link is not to be used any more; empty if it is."""
    if known is None or known.recording is None:
        return "It no longer works."
    if known.decision is None or not known.decision.is_share:
        return "It was taken off."
    if rules.is_watchable(known.recording, now):
        return ""
    until = known.recording.shared_until
    if known.recording.status is RecordingStatus.AVAILABLE and until and until <= now:
        return "It has expired."
    return "It no longer works."


def _expiry_outcome(known: TrackedRecording, now: datetime) -> str:
    found = known.recording
    if not rules.is_watchable(found, now):
        return "it no longer works."
    until = found.shared_until if found else None
    return "it works longer now." if until else "it works without an end now."
