"""Tells what has happened to a webinar between two readings, and what of several news is still worth saying."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta

from pydantic import AwareDatetime

from bot.model.lifecycle import RegistrationStatus, registration_status
from bot.model.people import Account, Frozen
from bot.model.webinar import Registration, Status, Webinar
from bot.notices.model import Notice, NoticeFacts, NoticeKind
from bot.notices.rules import expires_at

FILLING_PERCENTS = (95, 80)
"""Percent of the limit at which it is said that a webinar fills up, the higher first."""
PRACTICE = timedelta(hours=1)
"""How long before the start hosts may practise (support.ringcentral.com); the session is Active then, and not live."""


KIND_BY_STATUS: Mapping[RegistrationStatus, NoticeKind] = {
    RegistrationStatus.OPEN: NoticeKind.OPENED,
    RegistrationStatus.FULL: NoticeKind.FULL,
    RegistrationStatus.CLOSED: NoticeKind.CLOSED,
}


class WebinarEvent(Frozen):
    """Something that happened to a webinar. Everybody who sees it happen gives it the same `occurrence`."""

    kind: NoticeKind
    occurrence: str = ""
    facts: NoticeFacts = NoticeFacts()
    due_at: AwareDatetime
    expires_at: AwareDatetime


def detect_events(before: Webinar, after: Webinar, now: datetime) -> list[WebinarEvent]:
    """What is news in a webinar that was known as `before`, as far as it is still worth saying at `now`.

    A first reading of a registration is no news. Of what is off or over, that is the last news.
    """
    if after.status is Status.CANCELLED:
        happened = _canceled(before)
    elif after.status is Status.FINISHED:
        happened = _ended(before, after, now)
    else:
        happened = [
            *_live(before, after),
            *_rescheduled(before, after),
            *_renamed(before, after),
            *_registration_changes(before, after),
        ]
    told = [_event(kind, occurrence, facts, after, now) for kind, occurrence, facts in happened]
    return [news for news in told if news.due_at < news.expires_at]


Happened = tuple[NoticeKind, str, NoticeFacts]


def _canceled(before: Webinar) -> list[Happened]:
    was_on = before.status in (Status.SCHEDULED, Status.ACTIVE)
    return [(NoticeKind.CANCELED, _timestamp(before.seen_at), NoticeFacts())] if was_on else []


def _ended(before: Webinar, after: Webinar, now: datetime) -> list[Happened]:
    # Nobody started it as far as we saw: only what is over before its time has surely been run.
    has_run = before.status is Status.ACTIVE or (before.status is Status.SCHEDULED and now < after.end)
    return [(NoticeKind.ENDED, "", NoticeFacts())] if has_run else []


def _live(before: Webinar, after: Webinar) -> Iterator[Happened]:
    # Once for each start: a practice that is broken off and begun again is not another occasion.
    if before.status is Status.SCHEDULED and after.status is Status.ACTIVE:
        yield NoticeKind.LIVE, "", NoticeFacts()


def _rescheduled(before: Webinar, after: Webinar) -> Iterator[Happened]:
    both = before.status is after.status is Status.SCHEDULED
    if both and before.start.astimezone(UTC) != after.start.astimezone(UTC):
        yield NoticeKind.MOVED, _timestamp(before.seen_at), NoticeFacts(was_start=before.start)


def _renamed(before: Webinar, after: Webinar) -> Iterator[Happened]:
    if before.title and before.title != after.title:
        yield NoticeKind.RETITLED, _timestamp(before.seen_at), NoticeFacts(was_title=before.title, title=after.title)


def _registration_changes(before: Webinar, after: Webinar) -> Iterator[Happened]:
    was, read = before.registration, after.registration
    if was is None or read is None:
        return
    figures = NoticeFacts(count=read.count, limit=read.limit)
    # From full to closed, or back, nothing changes for those who want to register, so nothing is said.
    if (registration_status(was) is RegistrationStatus.OPEN) is not (
        registration_status(read) is RegistrationStatus.OPEN
    ):
        yield KIND_BY_STATUS[registration_status(read)], _timestamp(was.read_at), figures
    if registration_status(read) is RegistrationStatus.OPEN and (percent := _crossed(was, read)):
        since = _timestamp(read.limit_since) if read.limit_since else ""
        yield NoticeKind.FILLING, f"{percent}/{read.limit}/{since}", figures.model_copy(update={"percent": percent})
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
    practising = kind is NoticeKind.LIVE and after.start - PRACTICE <= now < after.start
    return WebinarEvent(
        kind=kind,
        occurrence=occurrence,
        facts=facts,
        due_at=after.start if practising else now,
        expires_at=expires_at(kind, after, moment=now),
    )


def _timestamp(moment: datetime) -> str:
    """A moment of what was known before, which is the same for everybody who compares with it."""
    return moment.astimezone(UTC).strftime("%Y%m%dT%H%M%S.%f")


def coalesce_events(waiting: Sequence[Notice]) -> tuple[list[Notice], list[Notice]]:
    """Of what waits to be said in one channel, what is still worth saying, and the rest, which that makes pointless.

    What belongs together is merged into its latest notice, which then holds the facts of all: the first old start, the
    newest count. Each notice is found on one side or the other, by all that makes it unique.
    """
    if len(waiting) == 1:
        said = _coalesce_session(list(waiting))
        return said, [] if said else list(waiting)
    sessions: defaultdict[tuple[Account, str], list[Notice]] = defaultdict(list)
    for notice in sorted(waiting, key=lambda one: one.due_at):
        sessions[notice.account, notice.session_id].append(notice)
    said = [notice for about in sessions.values() for notice in _coalesce_session(about)]
    identities = {_identity(notice) for notice in said}
    in_order = sorted(said, key=lambda one: one.due_at)
    return in_order, [notice for notice in waiting if _identity(notice) not in identities]


def _coalesce_session(about: list[Notice]) -> list[Notice]:
    of: defaultdict[NoticeKind, list[Notice]] = defaultdict(list)
    for notice in about:
        of[notice.kind].append(notice)
    if of[NoticeKind.CANCELED]:
        # A correction says so, too.
        return (of[NoticeKind.CORRECTION] or of[NoticeKind.CANCELED])[-1:]
    moved = [] if of[NoticeKind.CORRECTION] else _merge_moves(of[NoticeKind.MOVED])
    progress = of[NoticeKind.ENDED] or of[NoticeKind.LIVE] or of[NoticeKind.STARTING]
    latest = [of[NoticeKind.CORRECTION], progress, of[NoticeKind.DIGEST]]
    merged = [*moved, *_merge_titles(of[NoticeKind.RETITLED]), *_merge_counts(of[NoticeKind.REGISTRATIONS])]
    by_themselves = [*of[NoticeKind.REMINDER], *of[NoticeKind.CHANNEL_LOST]]
    return [*by_themselves, *(one for some in latest for one in some[-1:]), *merged, *_registration_notices(about)]


def _merge_moves(moves: list[Notice]) -> list[Notice]:
    if not moves or moves[0].facts.was_start == moves[-1].start:
        return []
    return [_with_facts(moves[-1], was_start=moves[0].facts.was_start)]


def _merge_titles(names: list[Notice]) -> list[Notice]:
    if not names or names[0].facts.was_title == names[-1].facts.title:
        return []
    return [_with_facts(names[-1], was_title=names[0].facts.was_title)]


def _merge_counts(counts: list[Notice]) -> list[Notice]:
    if not counts or (counts[-1].facts.count or 0) <= (counts[0].facts.was_count or 0):
        return []
    return [_with_facts(counts[-1], was_count=counts[0].facts.was_count)]


def _registration_notices(about: list[Notice]) -> list[Notice]:
    """The last word on the door, and how full it is since then.

    Shut and open in turn is all that can happen to it: where it was shut and is open again before that was said, the
    channel still knows what is so, and nothing is said.
    """
    swings = [notice for notice in about if notice.kind in KIND_BY_STATUS.values()]
    filling = [notice for notice in about if notice.kind is NoticeKind.FILLING]
    if not swings:
        return _highest_percent(filling)
    shut, was_shut = (notice.kind is not NoticeKind.OPENED for notice in (swings[-1], swings[0]))
    last = [] if was_shut and not shut else swings[-1:]
    since = [notice for notice in filling if notice.due_at >= swings[-1].due_at]
    return last if shut else [*last, *_highest_percent(since)]


def _highest_percent(filling: list[Notice]) -> list[Notice]:
    """The highest of those that speak of the limit as it is by now."""
    ours = [notice for notice in filling if notice.facts.limit == filling[-1].facts.limit]
    return [max(ours, key=lambda one: one.facts.percent or 0)] if ours else []


def _with_facts(notice: Notice, **facts: object) -> Notice:
    return notice.model_copy(update={"facts": notice.facts.model_copy(update=facts)})


def _identity(notice: Notice) -> tuple[object, ...]:
    what = (notice.account, notice.session_id, notice.kind, notice.channel_id)
    return *what, notice.start, notice.offset, notice.occurrence
