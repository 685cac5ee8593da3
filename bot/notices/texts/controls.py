"""The buttons under the notices about one webinar, and the line that replaces those that have lost their point."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from bot.model.lifecycle import Stage, accepts_registrations, stage
from bot.model.webinar import Audience, Webinar
from bot.notices.model import TIMED, EndReason, NoticeEnd, NoticeKind
from bot.notices.schedule import is_direct
from bot.slack import buttons
from bot.slack.blocks import SAME_DAY, Element, person, relative_time, time_of_day
from bot.webinars.texts.after_event import report_button
from bot.webinars.texts.facts import attendee_button

if TYPE_CHECKING:
    from bot.notices.texts.phrases import NoticeContext

AFTER_THE_END = frozenset({NoticeKind.ENDED, NoticeKind.RESULTS, NoticeKind.CANCELED, NoticeKind.CORRECTION})
"""Kinds that keep their point when the webinar is over or canceled."""
OVER = {Stage.CANCELED: "This webinar was canceled.", Stage.OVER: "This webinar has ended."}

_WITH_ENTRANCE = {NoticeKind.LIVE, NoticeKind.OPENED, NoticeKind.MOVED}
_WITH_OWN_LINK = {NoticeKind.LIVE, NoticeKind.MOVED}
_FOR_READERS = {NoticeKind.FULL, NoticeKind.CLOSED, NoticeKind.FILLING}
_REOPENABLE = {NoticeKind.CLOSED, NoticeKind.FREED}
_WITH_LIMIT = {NoticeKind.FULL, NoticeKind.FILLING}


@dataclass(frozen=True, slots=True)
class Controls:
    """The buttons under a message about one webinar, and the line about those that are gone."""

    buttons: Sequence[Element | None] = ()
    line: str = ""


def controls(group: Sequence[NoticeContext], at: datetime, now: datetime) -> Controls:
    """What a message posted at `at` offers at `now`.

    Equal arguments give equal controls. For a message that Slack posts later, `now` is the time of the post.
    """
    webinar = group[0].webinar
    if webinar is None:
        return Controls()
    kinds = {each.notice.kind for each in group}
    lines = [_ended_line(each, each.notice.facts.end, at) for each in group if each.notice.facts.end]
    current = stage(webinar, now)
    if current in OVER and not kinds & AFTER_THE_END:
        return Controls(line=lines[-1] if lines else OVER[current])
    left = {each.notice.kind for each in group if each.notice.facts.end is None}
    if not left:
        return Controls(line=lines[-1])
    return Controls(_buttons(webinar, left, group[0].notice.channel_id, now), lines[-1] if lines else "")


def one_button(group: Sequence[NoticeContext], at: datetime, now: datetime) -> Element | None:
    """The button beside a webinar in a list: the entrance if it is about to start, else Details."""
    webinar = group[0].webinar
    if webinar is None or not controls(group, at, now).buttons:
        return None
    is_timed = any(each.notice.kind in TIMED for each in group)
    entrance = entrance_button(webinar, group[0].notice.channel_id, now, is_line=True) if is_timed else None
    # At most one button of a message may be primary.
    return {name: value for name, value in (entrance or buttons.details(webinar)).items() if name != "style"}


def entrance_button(webinar: Webinar, channel_id: str, now: datetime, *, is_line: bool = False) -> Element | None:
    """The entrance under a reminder. It depends on the start and on registration, not on whether the hosts practice."""
    if is_direct(channel_id):
        return buttons.my_link(webinar)
    if webinar.audience is Audience.ANYONE:
        return buttons.join(webinar)
    if webinar.registration is None:
        return None
    if now < webinar.start and not accepts_registrations(webinar.registration):
        return buttons.when_open(webinar)
    if now >= webinar.start:
        return buttons.registration_form(webinar, "Join Now")
    # A dialog beside each line of a list would exceed the size of a message.
    return buttons.registration_form(webinar, "Register") if is_line else buttons.register(webinar)


def next_change(contexts: Sequence[NoticeContext], now: datetime) -> datetime | None:
    """When a message may look different because time has passed: at the next end of one of its webinars."""
    webinars = [each.webinar for each in contexts if each.webinar and each.notice.kind not in AFTER_THE_END]
    return min((each.end for each in webinars if each.end > now and stage(each, now) is Stage.COMING), default=None)


def _buttons(webinar: Webinar, kinds: set[NoticeKind], channel_id: str, now: datetime) -> list[Element | None]:
    """The readers' buttons first; the organizer's only in a direct message."""
    elements: list[Element | None] = []
    is_personal = is_direct(channel_id)
    if kinds & TIMED:
        elements.append(entrance_button(webinar, channel_id, now))
    elif kinds & _WITH_ENTRANCE or (kinds & _FOR_READERS and not is_personal):
        has_own_link = is_personal and kinds & _WITH_OWN_LINK
        elements.append(buttons.my_link(webinar) if has_own_link else attendee_button(webinar, now))
    if NoticeKind.REMINDER in kinds and now < webinar.start:
        elements += [buttons.remind_me(webinar), buttons.mute(webinar, channel_id)]
    if is_personal:
        elements += _for_organizers(webinar, kinds)
    return [*elements, buttons.details(webinar)]


def _for_organizers(webinar: Webinar, kinds: set[NoticeKind]) -> list[Element | None]:
    return [
        buttons.raise_limit(webinar) if kinds & _WITH_LIMIT else None,
        buttons.reopen(webinar) if kinds & _REOPENABLE else None,
        report_button(webinar) if NoticeKind.RESULTS in kinds else None,
    ]


def _ended_line(context: NoticeContext, end: NoticeEnd | None, at: datetime) -> str:
    """What happened, by whom and when: "Limit raised to 80 by Ana · 10:42"."""
    if end is None:
        return ""
    limit = "Limit removed" if end.limit is None else f"Limit raised to {end.limit:,}"
    what = {
        EndReason.LIMIT: limit,
        EndReason.OPENED: "Opened",
        EndReason.CLOSED: "Closed",
        EndReason.FULL: "Full",
        EndReason.CANCELED: "Canceled",
        EndReason.ENDED: "Ended",
        EndReason.LEFT: "You no longer take part",
    }[end.reason]
    who = person(context.ended_by)
    moment = time_of_day(end.at) if end.at - at < SAME_DAY else relative_time(end.at)
    return f"{what}{f' by {who}' if who else ''} · {moment}"
