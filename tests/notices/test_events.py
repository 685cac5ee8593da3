"""Events of a webinar: detected once each time something happens."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from bot.model.lifecycle import RegistrationStatus, full_since, registration_status
from bot.model.webinar import Status, Webinar
from bot.notices.events import FILLING_PERCENTS, WebinarEvent, detect_events
from bot.notices.model import NoticeFacts, NoticeKind
from tests.support.rows import each_row
from tests.support.webinar_samples import MOMENTS, NOW, START, WEBINARS, registration, webinar

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
MINUTES = timedelta(minutes=45)
LATER = NOW + MINUTE
DOOR_KINDS = {NoticeKind.OPENED, NoticeKind.FULL, NoticeKind.CLOSED}
MOVED, RETITLED, CANCELLED = NoticeKind.MOVED, NoticeKind.RETITLED, NoticeKind.CANCELED
OPENED, FULL, CLOSED, FILLING = NoticeKind.OPENED, NoticeKind.FULL, NoticeKind.CLOSED, NoticeKind.FILLING
REGISTRATIONS, FREED = NoticeKind.REGISTRATIONS, NoticeKind.FREED


def counted(count: int, limit: int | None = None, *, is_open: bool = True, **changed: Any) -> Webinar:
    """An ordinary webinar with this registration count."""
    return webinar(registration=registration(count=count, limit=limit, is_open=is_open, **changed))


def kinds(before: Webinar, after: Webinar, now: datetime = LATER) -> list[NoticeKind]:
    """Detected events, by kind."""
    return [events.kind for events in detect_events(before, after, now)]


def only(before: Webinar, after: Webinar, now: datetime = LATER) -> WebinarEvent:
    """The only detected event."""
    (events,) = detect_events(before, after, now)
    return events


def test_move_has_the_old_start() -> None:
    """A move has the old start and expires at the new one."""
    events = only(webinar(), webinar(start=START + HOUR))

    assert (events.kind, events.facts) == (MOVED, NoticeFacts(was_start=START))
    assert (events.due_at, events.expires_at) == (LATER, START + HOUR)
    assert kinds(webinar(), webinar(start=LATER)) == []


def test_one_edit_is_one_event() -> None:
    """With the old and new values of everything that changed, whatever the combination."""
    title, length = {"was_title": "Launch day", "title": "Launch week"}, {"was_length": MINUTES, "length": HOUR}
    start = {"was_start": START}
    edits: list[tuple[dict[str, Any], NoticeKind, dict[str, Any]]] = [
        ({"length": HOUR}, MOVED, length),
        ({"length": HOUR, "start": START + HOUR}, MOVED, start | length),
        ({"length": HOUR, "title": "Launch week"}, MOVED, length | title),
        ({"start": START + HOUR, "title": "Launch week"}, MOVED, start | title),
        ({"start": START + HOUR, "length": HOUR, "title": "Launch week"}, MOVED, start | length | title),
        ({"title": "Launch week"}, RETITLED, title),
    ]
    for changes, kind, facts in edits:
        event = only(webinar(), webinar(**changes))
        assert (event.kind, event.facts) == (kind, NoticeFacts(**facts)), changes


def test_what_people_do_not_see_or_need_not_know_is_no_event() -> None:
    """The same moment in another time zone, a description, another time for the panel."""
    berlin = START.astimezone(ZoneInfo("Europe/Berlin"))
    for changes in (
        {"time_zone": "Asia/Tokyo", "start": berlin},
        {"description": "New words"},
        {"panel_offset": HOUR},
        {"host_name": "Ana Lima"},
    ):
        assert kinds(webinar(), webinar(**changes)) == [], changes


def test_a_length_changed_after_the_start_is_no_event() -> None:
    """RingCentral allows no change then; a length read differently is not news."""
    assert kinds(_as(Status.ACTIVE), webinar(status=Status.ACTIVE, length=HOUR), START) == []


def test_repeated_moves_are_different_events() -> None:
    """The key of an event comes from the earlier snapshot, so every replica computes the same."""
    here, there = webinar(seen_at=NOW), webinar(start=START + HOUR, seen_at=LATER)
    again = [
        detect_events(here, there, LATER),
        detect_events(there, here, LATER),
        detect_events(_seen(here, LATER + HOUR), there, LATER),
    ]

    assert len({events.occurrence for (events,) in again}) == 3
    assert detect_events(here, there, LATER)[0].occurrence == detect_events(here, there, LATER + HOUR)[0].occurrence


def test_occurrence_has_the_stored_format() -> None:
    """The format is part of a row's key: another one would plan events twice after an upgrade."""
    seen_at = datetime(2026, 3, 11, 14, 0, 5, 250_000, tzinfo=ZoneInfo("Europe/Berlin"))

    assert only(webinar(seen_at=seen_at), webinar(start=START + HOUR)).occurrence == "20260311T130005.250000"
    assert only(webinar(), _as(Status.ACTIVE), START).occurrence == ""
    assert only(_as(Status.ACTIVE), _as(Status.FINISHED), START).occurrence == ""


def test_rename_has_both_titles() -> None:
    """The new title is stored, because the webinar may be renamed again before the post."""
    assert only(webinar(), webinar(title="Launch week")).facts == NoticeFacts(
        was_title="Launch day", title="Launch week"
    )
    assert kinds(webinar(title=""), webinar()) == []


def test_canceled_webinar_has_no_other_events() -> None:
    """Whatever else changed; no event after the planned end."""
    off = counted(9, 9).model_copy(update={"status": Status.CANCELED, "title": "New", "start": START + HOUR})

    assert kinds(counted(1, 9), off) == [CANCELLED]
    assert kinds(counted(1, 9), off, off.end) == []
    assert kinds(_as(Status.FINISHED), off) == []
    assert kinds(off, off) == []


def test_live_waits_while_hosts_may_practice() -> None:
    """A session becomes active with the practice, up to an hour ahead: the live notice waits for the start."""
    scheduled, active = webinar(), _as(Status.ACTIVE)

    expected = {ahead: only(scheduled, active, START - ahead).due_at for ahead in (2 * HOUR, HOUR, MINUTE, -MINUTE)}

    assert expected == {2 * HOUR: START - 2 * HOUR, HOUR: START, MINUTE: START, -MINUTE: START + MINUTE}
    assert kinds(scheduled, active, scheduled.end) == []
    assert kinds(active, active) == []


def test_ended_requires_a_webinar_that_took_place() -> None:
    """Reported if it was seen active or ended early; a webinar that was never started is not reported."""
    finished = _as(Status.FINISHED)

    assert kinds(_as(Status.ACTIVE), finished, finished.end + HOUR) == [NoticeKind.ENDED]
    assert kinds(webinar(), finished, finished.end - MINUTE) == [NoticeKind.ENDED]
    assert kinds(webinar(), finished, finished.end) == []
    assert kinds(_as(Status.ACTIVE), finished, finished.end + 12 * HOUR) == []
    assert kinds(_as(Status.CANCELED), finished) == []


@each_row(
    ("was", "read", "expected"),
    [
        ((3, 4, True), (4, 4, True), FULL),
        ((3, 4, True), (4, 4, False), FULL),
        ((3, 4, True), (3, 4, False), CLOSED),
        ((3, None, True), (3, None, False), CLOSED),
        ((3, None, False), (3, None, True), OPENED),
        ((4, 4, False), (4, 9, True), OPENED),
        ((9, 20, True), (9, 5, False), FULL),
        ((4, 4, False), (4, 9, False), None),  # a raised limit opens nothing by itself
        ((4, 4, False), (3, 4, False), None),  # news for the organizer alone: see below
        ((3, 4, False), (3, 3, False), None),
        ((3, 9, True), (3, 9, True), None),
    ],
)
def test_registration_status_change_is_an_event(
    was: tuple[int, int | None, bool], read: tuple[int, int | None, bool], expected: NoticeKind | None
) -> None:
    """Full, closed or reopened, with the figures; between full and closed there is no event."""
    before, after = (counted(count, limit, is_open=is_open) for count, limit, is_open in (was, read))

    events = [one for one in detect_events(before, after, LATER) if one.kind in DOOR_KINDS]

    assert [one.kind for one in events] == ([expected] if expected else [])
    assert all(one.facts == NoticeFacts(count=read[0], limit=read[1]) for one in events)
    assert all(one.expires_at == START for one in events)


@each_row(
    ("was", "read", "is_by_limit", "is_event"),
    [
        ((4, 4, False), (3, 4, False), True, True),
        ((4, 4, False), (0, 4, False), True, True),
        ((4, 4, True), (3, 4, False), True, True),  # full, and not closed yet when it was read
        ((4, 4, False), (3, 4, False), False, False),  # a person closed it
        ((4, 4, False), (3, 4, True), True, False),  # open again
        ((4, 4, False), (4, 9, False), True, False),  # a higher limit, and nobody canceled
        ((5, 4, False), (4, 4, False), True, False),  # still full
        ((3, 4, False), (2, 4, False), True, False),  # one more
    ],
)
def test_a_seat_freed_after_the_limit_closed_is_an_event(
    was: tuple[int, int, bool], read: tuple[int, int, bool], *, is_by_limit: bool, is_event: bool
) -> None:
    """Once for each closing: the key has its time, and the next snapshot does not have it any more."""
    since = NOW - HOUR if is_by_limit and was[0] >= was[1] else None
    before = counted(was[0], was[1], is_open=was[2], full_since=since)
    after = counted(read[0], read[1], is_open=read[2])

    found = [[one for one in detect_events(before, after, now) if one.kind is FREED] for now in (LATER, LATER + HOUR)]

    expected = (
        [(NoticeFacts(count=read[0], limit=read[1]), START, f"{NOW - HOUR:%Y%m%dT%H%M%S.%f}")] if is_event else []
    )
    for events in found:
        assert [(one.facts, one.expires_at, one.occurrence) for one in events] == expected


@each_row(
    ("before", "read", "since"),
    [
        (None, (4, 4, False), NOW),  # full when it was first seen
        ((3, 4, True, None), (4, 4, False), NOW),
        ((3, None, True, None), (4, 4, True), NOW),  # a lower limit
        ((4, 4, False, START), (5, 4, False), START),  # since then
        ((4, 4, False, None), (4, 4, False), None),  # closed by a person, and full
        ((3, 4, False, None), (3, 3, False), None),  # the same, by a lower limit
        ((4, 4, False, START), (3, 4, False), None),
        ((4, 4, False, START), (4, 9, True), None),
    ],
)
def test_it_is_known_whether_the_limit_closed_the_registration(
    before: tuple[int, int | None, bool, datetime | None] | None, read: tuple[int, int, bool], since: datetime | None
) -> None:
    """As long as it is full."""
    known = None
    if before:
        count, limit, is_open, was_full_since = before
        known = registration(count=count, limit=limit, is_open=is_open, full_since=was_full_since)
    now = registration(count=read[0], limit=read[1], is_open=read[2])
    assert full_since(known, now) == since


@each_row(
    ("was", "read", "percent"),
    [
        ((79, 100), (80, 100), 80),
        ((80, 100), (81, 100), None),
        ((80, 100), (95, 100), 95),
        ((10, 100), (99, 100), 95),  # both at once: only the higher
        ((10, 100), (100, 100), None),  # full is another thing
        ((85, 200), (85, 100), 80),  # a lower limit is nearly reached
        ((85, None), (85, 100), 80),
        ((85, 100), (85, 110), None),
        ((3, 5), (4, 5), 80),
        ((10, 1000), (799, 1000), None),
        ((799, 1000), (800, 1000), 80),
        ((0, 1), (1, 1), None),
    ],
)
def test_reaching_a_percentage_is_an_event(
    was: tuple[int, int | None], read: tuple[int, int | None], percent: int | None
) -> None:
    """Filling up is reported at 80 and 95 percent, with the figures."""
    events = [one for one in detect_events(counted(*was), counted(*read), LATER) if one.kind is FILLING]

    expected = [NoticeFacts(count=read[0], limit=read[1], percent=percent)] if percent else []
    assert [one.facts for one in events] == expected


def test_filling_is_one_event_per_limit() -> None:
    """Crossing a percentage again is the same event; after a change of the limit it is a new one."""

    def occurrence(limit: int, limit_since: datetime) -> str:
        reached = (
            counted(limit, 2 * limit, limit_since=limit_since),
            counted(limit * 9 // 10, limit, limit_since=limit_since),
        )
        (found,) = [events.occurrence for events in detect_events(*reached, LATER) if events.kind is FILLING]
        return found

    again = [occurrence(100, NOW), occurrence(100, NOW), occurrence(110, LATER), occurrence(100, LATER + HOUR)]

    assert again[0] == again[1]
    assert len(set(again)) == 3


def test_growing_count_is_an_event() -> None:
    """Growth has the old and new count; a decrease or a first reading is no event."""
    grown = only(counted(3), counted(5))

    assert (grown.kind, grown.facts, grown.expires_at) == (
        REGISTRATIONS,
        NoticeFacts(was_count=3, count=5),
        LATER + DAY,
    )
    assert kinds(counted(5), counted(3)) == []
    assert kinds(webinar(), counted(5)) == []
    assert kinds(counted(5), webinar()) == []


@given(WEBINARS, WEBINARS, MOMENTS)
def test_any_change_has_valid_events(before: Webinar, after: Webinar, now: datetime) -> None:
    """At most one event per kind, not expired when due, with a valid key; none without a change."""
    events = detect_events(before, after, now)

    assert len({one.kind for one in events}) == len(events)
    assert all(now <= one.due_at < one.expires_at for one in events)
    assert all(len(one.occurrence) <= 64 for one in events)
    assert len({one.kind for one in events} & (DOOR_KINDS | {FILLING})) <= 2
    assert detect_events(after, after, now) == []


@given(st.integers(0, 120), st.integers(1, 120), st.booleans())
def test_registration_is_open_full_or_closed(count: int, limit: int, is_open: bool) -> None:
    """Full wins over closed, and without a limit nothing is full."""
    read = registration(count=count, limit=limit, is_open=is_open)

    assert registration_status(read) is (
        RegistrationStatus.FULL if count >= limit else RegistrationStatus.OPEN if is_open else RegistrationStatus.CLOSED
    )
    unlimited = read.model_copy(update={"limit": None})
    assert registration_status(unlimited) is (RegistrationStatus.OPEN if is_open else RegistrationStatus.CLOSED)


@given(st.lists(st.integers(0, 100), min_size=2, max_size=30))
def test_filling_occurs_at_most_once_per_percentage(readings: list[int]) -> None:
    """However the count moves, there are at most as many keys as percentages."""
    read = [counted(count, 100, limit_since=NOW) for count in readings]
    expected = [
        one for before, after in pairwise(read) for one in detect_events(before, after, LATER) if one.kind is FILLING
    ]

    assert len({one.occurrence for one in expected}) <= len(FILLING_PERCENTS)
    assert {one.facts.percent for one in expected} <= set(FILLING_PERCENTS)


def _as(status: Status) -> Webinar:
    return webinar(status=status)


def _seen(known: Webinar, at: datetime) -> Webinar:
    return known.model_copy(update={"seen_at": at})
