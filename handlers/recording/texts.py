"""The reply to `/webinar recording`, the review before a link is shared, and the links to the files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.commands.lengths import length_text
from bot.model.lifecycle import Stage, stage
from bot.model.people import Frozen
from bot.model.recording import MediaKind, RecordingFile, RecordingStatus
from bot.model.webinar import Webinar
from bot.providers.event_ref import provider_name
from bot.reports.messages.table import PostState, ReportMessage
from bot.reports.recordings import rules
from bot.reports.recordings import texts as recording_texts
from bot.reports.recordings.places import SharePlaces
from bot.reports.recordings.table import TrackedRecording
from bot.slack import buttons
from bot.slack.blocks import (
    MAX_SECTION,
    Block,
    Element,
    actions,
    as_of,
    context,
    cut,
    fields,
    heading,
    link_button,
    message,
    modal,
    paragraph,
    plain,
    section,
)
from bot.slack.message import Message, View

REFRESH = "recording.refresh"
VIDEO = "recording.video"
AUDIO = "recording.audio"
"""The value of each of these is the id of the webinar."""
REVIEW = "recording.review"
"""The form in which the organizer confirms where the link goes."""
MOST_LISTED = 40
"""Channels that the review names."""
NOT_SHARED_WITH_YOU = "No recording of it is shared with you. Ask the people who run it."
STATES = {
    RecordingStatus.PROCESSING: "{provider} is still processing the recording. It is available some time later.",
    RecordingStatus.FAILED: "{provider} could not process the recording, so there is nothing to watch.",
    RecordingStatus.PURGED: "{provider} has deleted the recording, as it does after a time set by your company.",
}


class ShareRequest(Frozen):
    """What the form confirms."""

    session_id: str
    channels: bool
    seats: bool


@dataclass(frozen=True)
class KnownRecording:
    """What the reply shows to people who manage the webinar."""

    tracked: TrackedRecording | None
    places: SharePlaces
    shares: Sequence[ReportMessage]


def not_ended(webinar: Webinar, *, now: datetime) -> Message:
    """The reply for a webinar that has not ended, or that was canceled."""
    if stage(webinar, now) is Stage.CANCELED:
        text = f"*{plain(webinar.title)}* is canceled, so there is no recording of it."
    else:
        text = (
            f"*{plain(webinar.title)}* has not ended yet. If it is recorded, the recording is available some time "
            "afterwards."
        )
    return message(text, [section(text), *actions(buttons.details(webinar))])


def shared_view(webinar: Webinar, tracked: TrackedRecording | None, *, may_watch: bool) -> Message:
    """The reply for people who do not manage the webinar."""
    if tracked is None or not may_watch:
        text = f"*{plain(webinar.title)}*: {NOT_SHARED_WITH_YOU}"
        return message(text, [section(text)])
    text = f"The recording of *{plain(webinar.title)}*"
    watch = recording_texts.watch_button(webinar, tracked)
    return message(text, [section(text), *actions(watch), context(recording_texts.terms(webinar, tracked))])


def managed_view(webinar: Webinar, known: KnownRecording, *, now: datetime) -> Message:
    """The reply for people who manage the webinar: its state in words, the link, and what can be done."""
    provider = provider_name(webinar.id)
    tracked, refresh = known.tracked, buttons.webinar_button(webinar, "Refresh", REFRESH)
    found = tracked.recording if tracked else None
    read = f"From {provider} {as_of(tracked.read_at, now)}" if tracked and tracked.read_at else ""
    notes = [context(read)] if read else []
    if tracked is None or found is None or found.status is not RecordingStatus.AVAILABLE:
        text = STATES[found.status].format(provider=provider) if found else _missing(tracked, provider)
        head = f"Recording of {plain(webinar.title)}: {text}"
        return message(head, [heading(webinar.title), paragraph(text), *actions(refresh), *notes])
    facts = [("Status", _status(tracked, now)), ("Link", recording_texts.terms(webinar, tracked))]
    if found.duration:
        facts.insert(1, ("Length", length_text(found.duration)))
    rows: list[Block] = [heading(webinar.title), fields(facts), *_sharing(webinar, tracked, known, now=now)]
    rows += actions(
        recording_texts.watch_button(webinar, tracked, style=None),
        buttons.webinar_button(webinar, "Download Video", VIDEO),
        buttons.webinar_button(webinar, "Download Audio", AUDIO),
        refresh,
    )
    return message(f"Recording of {plain(webinar.title)}: available.", [*rows, *notes])


def review(webinar: Webinar, request: ShareRequest, places: SharePlaces, outside: Sequence[str]) -> View:
    """The form that shows where the link goes. `outside` says which channels other organizations read."""
    lines = [f"• <#{channel}>" for channel in places.channels[:MOST_LISTED]]
    if len(places.channels) > MOST_LISTED:
        lines.append(f"• and {len(places.channels) - MOST_LISTED} more channels")
    if places.people:
        lines.append(f"• {recording_texts.people_with_seats(len(places.people))}, each by direct message")
    text = f"The link to the recording of *{plain(webinar.title)}* goes to:\n" + "\n".join(lines)
    warnings = [context(cut(line, MAX_SECTION)) for line in outside[:5]]
    return modal(
        REVIEW,
        "Share the recording",
        [section(cut(text, MAX_SECTION)), *warnings],
        submit="Share",
        close="Cancel",
        private_metadata=request.model_dump_json(),
    )


def external_line(channel_id: str, organizations: str) -> str:
    """Says that another organization reads a channel."""
    return f":warning: <#{channel_id}> is shared with {plain(organizations)}: its people see the link, too."


def sharing_view(webinar: Webinar) -> View:
    """Replaces the form while the messages are posted."""
    return modal("recording", "Share the recording", [section(f"Sharing the recording of *{plain(webinar.title)}*…")])


def shared_result(webinar: Webinar, shares: Sequence[ReportMessage]) -> Message:
    """Where the link is now; more follow while messages are on the way."""
    text = cut(
        f"The recording of *{plain(webinar.title)}* is shared {recording_texts.shared_where(shares)}.", MAX_SECTION
    )
    problems = [context(cut(line, MAX_SECTION)) for line in recording_texts.share_problems(shares)[:5]]
    return message(text, [section(text), *problems])


def file_message(webinar: Webinar, file: RecordingFile) -> Message:
    """The link to a file, for the person who asked for it."""
    kind = "video" if file.kind is MediaKind.VIDEO else "audio"
    text = f"The {kind} of *{plain(webinar.title)}*, {_size(file.size)}. The link works for a while: don't share it."
    link = link_button(f"Download {kind.capitalize()}", buttons.RECORDING_PAGE, file.link.get_secret_value())
    return message(text, [section(text), *actions(link)])


def _sharing(webinar: Webinar, tracked: TrackedRecording, known: KnownRecording, *, now: datetime) -> list[Block]:
    """Where the link is shared, and how it can be."""
    decision = tracked.decision
    row: list[Element] = []
    if decision is not None and decision.is_share:
        text = f"It is shared {recording_texts.shared_where(known.shares)}, by <@{decision.by}>."
        missing = _not_shared_yet(known)
        row = [*recording_texts.share_buttons(webinar, missing), recording_texts.take_off_button(webinar)]
        lines = [context(cut(line, MAX_SECTION)) for line in recording_texts.share_problems(known.shares)[:5]]
        return [section(cut(text, MAX_SECTION)), *lines, *actions(*row)]
    text, row = recording_texts.what_to_do(webinar, tracked, known.places, now=now)
    if decision is not None:
        text, row = f"<@{decision.by}> chose not to share it. {text}", row[:-1]
    lines = [context(line) for line in recording_texts.left_behind(known.shares)] if decision is not None else []
    return [section(cut(text, MAX_SECTION)), *lines, *actions(*row)]


def _not_shared_yet(known: KnownRecording) -> SharePlaces:
    """The places that have no message with the link, nor is one on the way."""
    done = {one.place_id for one in known.shares if one.state not in (PostState.SKIPPED, PostState.REFUSED)}
    return SharePlaces(
        channels=tuple(channel for channel in known.places.channels if channel not in done),
        people=tuple(person for person in known.places.people if person not in done),
    )


def _missing(tracked: TrackedRecording | None, provider: str) -> str:
    if tracked is not None and tracked.check_at is None:
        return f"It was not recorded, or {provider} does not show its recording to Greenroom's user."
    return (
        f"{provider} has no recording of it so far. If it was recorded, the recording is available some time after "
        "the end."
    )


def _status(tracked: TrackedRecording, now: datetime) -> str:
    if rules.is_watchable(tracked.recording, now):
        return "Available, and shared by its link"
    until = tracked.recording.shared_until if tracked.recording else None
    return "Available; its link has expired" if until and until <= now else "Available; its link is not shared"


def _size(count: int) -> str:
    for unit, size in (("GB", 10**9), ("MB", 10**6), ("KB", 10**3)):
        if count >= size:
            return f"{count / size:.1f} {unit}"
    return f"{count:,} bytes"
