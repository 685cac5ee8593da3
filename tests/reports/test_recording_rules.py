"""When a recording is looked for again, and what follows from what was found."""

from __future__ import annotations

from datetime import timedelta

from pydantic import SecretStr

from bot.model.recording import Recording, RecordingStatus
from bot.reports.recordings.rules import (
    EXPIRES_SOON,
    FIRST_CHECK,
    GIVE_UP_AFTER,
    LONGEST_PAUSE,
    NONE_AFTER,
    WATCH_PAUSE,
    RecordingEvent,
    findings,
    is_watchable,
    may_watch,
    next_check,
    updated,
)
from bot.reports.recordings.table import SharingDecision, TrackedRecording
from tests.support.recording_samples import DECLINED, SHARED, recording, tracked
from tests.support.rows import each_row
from tests.support.webinar_samples import NOW

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
IN_SEATS = SharingDecision(by="U1", at=NOW, with_seats=True)
PROCESSING = recording(RecordingStatus.PROCESSING)


@each_row(("found", "limit"), [(None, NONE_AFTER), (PROCESSING, GIVE_UP_AFTER)])
def test_pauses_grow_and_the_search_ends(found: Recording | None, limit: timedelta) -> None:
    """From five minutes to six hours; never twice in five minutes, and not for ever."""
    age, pauses = FIRST_CHECK, []
    while check := next_check(tracked(found, ended_at=NOW - age), NOW):
        pauses.append(check - NOW)
        age += pauses[-1]
    assert pauses == sorted(pauses)
    assert (pauses[0], max(pauses) <= LONGEST_PAUSE) == (FIRST_CHECK, True)
    assert limit <= age <= limit + LONGEST_PAUSE
    assert len(pauses) < 30


UNTIL = recording(shared_until=NOW + 10 * DAY)
NEXT: list[tuple[str, TrackedRecording, timedelta | None]] = [
    ("its link is missing", tracked(recording(), access=None), timedelta()),
    ("not decided, no end", tracked(recording()), None),
    ("not decided, expires", tracked(UNTIL), 10 * DAY - EXPIRES_SOON),
    ("not decided, expires soon", tracked(recording(shared_until=NOW + DAY)), DAY),
    ("shared", tracked(UNTIL, decision=SHARED), WATCH_PAUSE),
    ("shared, expires within the day", tracked(recording(shared_until=NOW + HOUR), decision=SHARED), HOUR),
    ("not needed", tracked(UNTIL, decision=DECLINED), None),
    ("failed", tracked(recording(RecordingStatus.FAILED)), None),
    ("deleted", tracked(recording(RecordingStatus.PURGED), decision=SHARED), None),
]


@each_row(("case", "known", "wait"), NEXT)
def test_only_what_may_change_is_watched(case: str, known: TrackedRecording, wait: timedelta | None) -> None:
    """A shared link daily, and when it expires; one that nobody decided on, around its end alone."""
    check = next_check(known, NOW)
    assert (check - NOW if check else None) == wait


FOUND: list[tuple[str, Recording | None, Recording | None, list[RecordingEvent]]] = [
    ("nothing", None, None, []),
    ("processing", None, PROCESSING, []),
    ("available", PROCESSING, recording(), [RecordingEvent.AVAILABLE]),
    ("the same", recording(), recording(), [RecordingEvent.AVAILABLE]),
    ("failed", PROCESSING, recording(RecordingStatus.FAILED), [RecordingEvent.FAILED]),
    ("deleted", recording(), recording(RecordingStatus.PURGED), [RecordingEvent.GONE, RecordingEvent.LINK_CHANGED]),
    ("deleted before", recording(RecordingStatus.PURGED), recording(RecordingStatus.PURGED), []),
    (
        "not shared any more",
        recording(),
        recording(is_shared=False),
        [RecordingEvent.AVAILABLE, RecordingEvent.LINK_CHANGED],
    ),
    (
        "about to expire",
        recording(shared_until=NOW + DAY),
        recording(shared_until=NOW + DAY),
        [RecordingEvent.AVAILABLE, RecordingEvent.EXPIRES_SOON],
    ),
]


@each_row(("case", "before", "after", "expected"), FOUND)
def test_what_a_read_brings(
    case: str, before: Recording | None, after: Recording | None, expected: list[RecordingEvent]
) -> None:
    """Only what is new, except for messages that exist once."""
    assert findings(tracked(before), tracked(after), NOW) == expected


def test_a_link_that_has_expired_by_itself_is_noticed() -> None:
    """Although RingCentral says the same as before."""
    ended = recording(shared_until=NOW - HOUR)
    brought = findings(tracked(ended, read_at=NOW - DAY), tracked(ended), NOW)
    assert RecordingEvent.LINK_CHANGED in brought


def test_a_recording_that_is_not_listed_any_more_is_kept_with_its_link() -> None:
    """A list may be short for want of a permission; one with the same recording keeps the link that was read."""
    known = tracked(recording())
    assert updated(known, None, NOW).recording == known.recording
    listed = recording(is_shared=False, link=SecretStr(""))
    assert updated(known, listed, NOW).link == known.link


WATCHED = [
    (None, True, False),
    (DECLINED, True, False),
    (SHARED, False, True),
    (IN_SEATS, True, True),
    (IN_SEATS, False, False),
]


@each_row(("decision", "has_seat", "expected"), WATCHED)
def test_others_see_a_link_once_it_is_shared_with_them(
    decision: SharingDecision | None, has_seat: bool, expected: bool
) -> None:
    """And never one that does not work."""
    assert may_watch(tracked(recording(), decision=decision), NOW, has_seat=has_seat) is expected
    expired = tracked(recording(shared_until=NOW), decision=decision)
    assert not may_watch(expired, NOW, has_seat=has_seat)
    assert not is_watchable(expired.recording, NOW)
