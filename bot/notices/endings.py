"""Decides which posted notices lose their point by a change of a webinar. Pure."""

from __future__ import annotations

from datetime import datetime

from bot.model.lifecycle import ENDED_STATUSES, RegistrationStatus, registration_status
from bot.model.webinar import Registration, Status, Webinar
from bot.notices.model import FEATURE_BY_KIND, TIMED, EndReason, NoticeEnd, NoticeKind

LASTING = frozenset({NoticeKind.ENDED, NoticeKind.RESULTS, NoticeKind.CANCELED})
"""Kinds that are about the end itself."""

Endings = dict[NoticeKind, NoticeEnd]
"""The kinds of notices that lose their point, each with the reason."""


def endings(before: Webinar, after: Webinar, by: str, now: datetime) -> Endings:
    """The kinds whose posted notices offer nothing useful any more, because user `by` changed the webinar."""
    if after.status in ENDED_STATUSES:
        if before.status in ENDED_STATUSES:
            return {}
        reason = EndReason.CANCELED if after.status is Status.CANCELED else EndReason.ENDED
        end = NoticeEnd(reason=reason, by=by, at=now)
        return {kind: end for kind in FEATURE_BY_KIND if kind not in LASTING}
    if before.registration is None or after.registration is None:
        return {}
    return {
        kind: NoticeEnd(reason=reason, by=by, at=now, limit=after.registration.limit)
        for kind, reason in _registration_endings(before.registration, after.registration).items()
    }


def endings_of_leaver(now: datetime) -> Endings:
    """The kinds that lose their point for a person who no longer takes part: those with their own link."""
    end = NoticeEnd(reason=EndReason.LEFT, at=now)
    return dict.fromkeys((*TIMED, NoticeKind.LIVE, NoticeKind.MOVED), end)


def changes_posted(before: Webinar, after: Webinar) -> bool:
    """Whether a posted notice may look different after this change."""
    return _shown(before) != _shown(after)


def _registration_endings(was: Registration, read: Registration) -> dict[NoticeKind, EndReason]:
    ended: dict[NoticeKind, EndReason] = {}
    old, new = registration_status(was), registration_status(read)
    if old is not new and new is RegistrationStatus.OPEN:
        ended |= dict.fromkeys((NoticeKind.FULL, NoticeKind.CLOSED, NoticeKind.FREED), EndReason.OPENED)
    if old is not new and new is RegistrationStatus.CLOSED:
        ended |= {NoticeKind.OPENED: EndReason.CLOSED, NoticeKind.FILLING: EndReason.CLOSED}
    if old is not new and new is RegistrationStatus.FULL:
        ended |= {NoticeKind.OPENED: EndReason.FULL, NoticeKind.FREED: EndReason.FULL}
    if was.limit is not None and (read.limit is None or read.limit > was.limit):
        ended |= {NoticeKind.FULL: EndReason.LIMIT, NoticeKind.FILLING: EndReason.LIMIT}
    return ended


def _shown(webinar: Webinar) -> tuple[object, ...]:
    read = webinar.registration
    registration = (registration_status(read), read.limit) if read else None
    times = webinar.start.timestamp(), webinar.length
    return webinar.status, webinar.title, *times, webinar.audience, webinar.attendee_link, registration
