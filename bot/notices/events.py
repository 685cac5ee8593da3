"""Detects what happened to a webinar between two snapshots, and coalesces pending notices of one channel."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta

from pydantic import AwareDatetime

from bot.model.lifecycle import ENDED_STATUSES, RegistrationStatus, has_begun_early, registration_status
from bot.model.people import Account, Frozen
from bot.model.webinar import Registration, Status, Webinar
from bot.notices.model import Notice, NoticeFacts, NoticeKind
from bot.notices.rules import EARLY, expires_at

FILLING_PERCENTS = (95, 80)
"""Percentages of the limit at which a webinar counts as filling up, highest first."""
PRACTICE = timedelta(hours=1)
"""How long before the start hosts may practice. The session is Active then, but not live."""


KIND_BY_STATUS: Mapping[RegistrationStatus, NoticeKind] = {
    RegistrationStatus.OPEN: NoticeKind.OPENED,
    RegistrationStatus.FULL: NoticeKind.FULL,
    RegistrationStatus.CLOSED: NoticeKind.CLOSED,
}


class WebinarEvent(Frozen):
    """Something that happened to a webinar. Every replica that detects it computes the same `occurrence`."""

    kind: NoticeKind
    occurrence: str = ""
    facts: NoticeFacts = NoticeFacts()
    due_at: AwareDatetime
    expires_at: AwareDatetime


def detect_events(before: Webinar, after: Webinar, now: datetime) -> list[WebinarEvent]:
    """Events between two snapshots of a webinar, without those that have expired at `now`.

    The first reading of a registration is not an event. A canceled or finished webinar yields that event alone.
    """
    if after.status is Status.CANCELED:
        happened = _canceled(before)
    elif after.status is Status.FINISHED:
        happened = _ended(before, after, now)
    else:
        happened = [
            *_live(before, after),
            *_edited(before, after),
            *_registration_changes(before, after),
        ]
    events = [_event(kind, occurrence, facts, after, now) for kind, occurrence, facts in happened]
    return [event for event in events if event.due_at < event.expires_at]


Happened = tuple[NoticeKind, str, NoticeFacts]


def _canceled(before: Webinar) -> list[Happened]:
    was_on = before.status not in ENDED_STATUSES
    return [(NoticeKind.CANCELED, _timestamp(before.seen_at), NoticeFacts())] if was_on else []


def _ended(before: Webinar, after: Webinar, now: datetime) -> list[Happened]:
    # Never seen active: only a webinar that finished before its planned end has certainly taken place.
    took_place = before.status is Status.ACTIVE or (before.status is Status.SCHEDULED and now < after.end)
    return [(NoticeKind.ENDED, "", NoticeFacts())] if took_place else []


def _live(before: Webinar, after: Webinar) -> Iterator[Happened]:
    # Once per start: a practice session that is ended and begun again is not another event.
    if before.status is Status.SCHEDULED and after.status is Status.ACTIVE:
        yield NoticeKind.LIVE, "", NoticeFacts()
    if has_begun_early(after) and not has_begun_early(before):
        yield NoticeKind.LIVE, EARLY, NoticeFacts()


def _edited(before: Webinar, after: Webinar) -> Iterator[Happened]:
    """One event for title, start and length together: an edit is announced once, whatever it changes."""
    facts = NoticeFacts()
    if before.title and before.title != after.title:
        facts = NoticeFacts(was_title=before.title, title=after.title)
    kind = NoticeKind.RETITLED
    if before.status is after.status is Status.SCHEDULED and (times := _changed_times(before, after)):
        kind, facts = NoticeKind.MOVED, facts.model_copy(update=times)
    if facts != NoticeFacts():
        yield kind, _timestamp(before.seen_at), facts


def _changed_times(before: Webinar, after: Webinar) -> dict[str, object]:
    is_moved = before.start.astimezone(UTC) != after.start.astimezone(UTC)
    start: dict[str, object] = {"was_start": before.start} if is_moved else {}
    return start | ({"was_length": before.length, "length": after.length} if before.length != after.length else {})


def _registration_changes(before: Webinar, after: Webinar) -> Iterator[Happened]:
    was, read = before.registration, after.registration
    if was is None or read is None:
        return
    figures = NoticeFacts(count=read.count, limit=read.limit)
    # Between full and closed, nothing changes for people who want to register.
    if (registration_status(was) is RegistrationStatus.OPEN) is not (
        registration_status(read) is RegistrationStatus.OPEN
    ):
        yield KIND_BY_STATUS[registration_status(read)], _timestamp(was.read_at), figures
    if registration_status(read) is RegistrationStatus.OPEN and (percent := _crossed(was, read)):
        since = _timestamp(read.limit_since) if read.limit_since else ""
        yield NoticeKind.FILLING, f"{percent}/{read.limit}/{since}", figures.model_copy(update={"percent": percent})
    if was.full_since and registration_status(read) is RegistrationStatus.CLOSED and read.limit == was.limit:
        yield NoticeKind.FREED, _timestamp(was.full_since), figures
    if read.count > was.count:
        grown = figures.model_copy(update={"was_count": was.count})
        yield NoticeKind.REGISTRATIONS, _timestamp(was.read_at), grown


def _crossed(was: Registration, read: Registration) -> int | None:
    return next(
        (percent for percent in FILLING_PERCENTS if _reaches(read, percent) and not _reaches(was, percent)), None
    )


def _reaches(registration: Registration, percent: int) -> bool:
    return registration.limit is not None and registration.count * 100 >= registration.limit * percent


def _event(kind: NoticeKind, occurrence: str, facts: NoticeFacts, after: Webinar, now: datetime) -> WebinarEvent:
    may_be_practice = kind is NoticeKind.LIVE and occurrence != EARLY
    is_practice = may_be_practice and after.start - PRACTICE <= now < after.start
    return WebinarEvent(
        kind=kind,
        occurrence=occurrence,
        facts=facts,
        due_at=after.start if is_practice else now,
        expires_at=expires_at(kind, after, moment=now),
    )


def _timestamp(moment: datetime) -> str:
    """A time of the earlier snapshot as text; the same in every replica that compares with it."""
    return moment.astimezone(UTC).strftime("%Y%m%dT%H%M%S.%f")


def coalesce_events(pending: Sequence[Notice]) -> tuple[list[Notice], list[Notice]]:
    """Split the pending notices of one channel into those to post and those that they supersede.

    Notices of one subject are merged into the latest, which gets the facts of all: the first old start, the newest
    count. Every notice, compared by its unique key, is in exactly one of the two lists.
    """
    if len(pending) == 1:
        kept = _coalesce_session(list(pending))
        return kept, [] if kept else list(pending)
    sessions: defaultdict[tuple[Account, str], list[Notice]] = defaultdict(list)
    for notice in sorted(pending, key=lambda notice: notice.due_at):
        sessions[notice.account, notice.session_id].append(notice)
    kept = [notice for session_notices in sessions.values() for notice in _coalesce_session(session_notices)]
    identities = {_identity(notice) for notice in kept}
    ordered = sorted(kept, key=lambda notice: notice.due_at)
    return ordered, [notice for notice in pending if _identity(notice) not in identities]


def _coalesce_session(session_notices: list[Notice]) -> list[Notice]:
    by_kind: defaultdict[NoticeKind, list[Notice]] = defaultdict(list)
    for notice in session_notices:
        by_kind[notice.kind].append(notice)
    if by_kind[NoticeKind.CANCELED]:
        # A correction also reports the cancellation.
        return (by_kind[NoticeKind.CORRECTION] or by_kind[NoticeKind.CANCELED])[-1:]
    edits = sorted([*by_kind[NoticeKind.MOVED], *by_kind[NoticeKind.RETITLED]], key=lambda notice: notice.due_at)
    # A correction also reports the new start and length.
    edited = _merge_edits(edits, with_times=not by_kind[NoticeKind.CORRECTION])
    progress = (
        by_kind[NoticeKind.RESULTS]
        or by_kind[NoticeKind.ENDED]
        or by_kind[NoticeKind.LIVE]
        or by_kind[NoticeKind.STARTING]
    )
    latest = [by_kind[NoticeKind.CORRECTION], progress, by_kind[NoticeKind.DIGEST]]
    merged = [*edited, *_merge_counts(by_kind[NoticeKind.REGISTRATIONS])]
    unmerged = [*by_kind[NoticeKind.REMINDER], *by_kind[NoticeKind.CHANNEL_LOST]]
    return [
        *unmerged,
        *(notice for notices in latest for notice in notices[-1:]),
        *merged,
        *_registration_notices(session_notices),
    ]


def _merge_edits(edits: list[Notice], *, with_times: bool) -> list[Notice]:
    """One notice with the first old and the last new values of each field; none if all are as they were."""
    if not edits:
        return []
    moves = [notice for notice in edits if notice.kind is NoticeKind.MOVED]
    facts = {**_merged_title(edits), **(_merged_times(moves) if with_times and moves else NO_TIMES)}
    if all(value is None for value in facts.values()):
        return []
    authors = {notice.facts.by for notice in edits if notice.facts.by}
    by = authors.pop() if len(authors) == 1 else ""  # of several authors, none made all of the change
    return [_with_facts((moves or edits)[-1], by=by, **facts)]


NO_TIMES: Mapping[str, object] = {"was_start": None, "was_length": None, "length": None}


def _merged_title(edits: list[Notice]) -> dict[str, object]:
    renamed = [notice.facts for notice in edits if notice.facts.was_title is not None]
    if not renamed or renamed[0].was_title == renamed[-1].title:
        return {"was_title": None, "title": None}
    return {"was_title": renamed[0].was_title, "title": renamed[-1].title}


def _merged_times(moves: list[Notice]) -> dict[str, object]:
    started = [notice.facts.was_start for notice in moves if notice.facts.was_start is not None]
    was_start = started[0] if started and started[0] != moves[-1].start else None
    resized = [notice.facts for notice in moves if notice.facts.was_length is not None]
    is_resized = resized and resized[0].was_length != resized[-1].length
    lengths = (resized[0].was_length, resized[-1].length) if is_resized else (None, None)
    return {"was_start": was_start, "was_length": lengths[0], "length": lengths[1]}


def _merge_counts(counts: list[Notice]) -> list[Notice]:
    if not counts or (counts[-1].facts.count or 0) <= (counts[0].facts.was_count or 0):
        return []
    return [_with_facts(counts[-1], was_count=counts[0].facts.was_count)]


def _registration_notices(session_notices: list[Notice]) -> list[Notice]:
    """The latest change of the registration status, and the fill level since then.

    Statuses alternate between open and not open: if registration was closed and reopened before either was posted,
    the channel is still up to date and neither is posted. A seat that became free since it was full replaces that.
    """
    status_changes = [notice for notice in session_notices if notice.kind in KIND_BY_STATUS.values()]
    filling = [notice for notice in session_notices if notice.kind is NoticeKind.FILLING]
    freed = [notice for notice in session_notices if notice.kind is NoticeKind.FREED][-1:]
    if not status_changes:
        return [*freed, *_highest_percent(filling)]
    if freed and freed[0].due_at >= status_changes[-1].due_at:
        return freed
    is_closed, was_closed = (notice.kind is not NoticeKind.OPENED for notice in (status_changes[-1], status_changes[0]))
    last = [] if was_closed and not is_closed else status_changes[-1:]
    later = [notice for notice in filling if notice.due_at >= status_changes[-1].due_at]
    return last if is_closed else [*last, *_highest_percent(later)]


def _highest_percent(filling: list[Notice]) -> list[Notice]:
    """The highest percentage among the notices with the latest limit."""
    current = [notice for notice in filling if notice.facts.limit == filling[-1].facts.limit]
    return [max(current, key=lambda notice: notice.facts.percent or 0)] if current else []


def _with_facts(notice: Notice, **facts: object) -> Notice:
    return notice.model_copy(update={"facts": notice.facts.model_copy(update=facts)})


def _identity(notice: Notice) -> tuple[object, ...]:
    subject = (notice.account, notice.session_id, notice.kind, notice.channel_id)
    return *subject, notice.start, notice.offset, notice.occurrence
