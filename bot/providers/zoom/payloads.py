"""The request bodies of Zoom's API for meetings and webinars. Pure functions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from bot.model.email_address import split_addresses
from bot.model.recurrence import Every
from bot.model.webinar import Audience
from bot.providers.zoom.records import (
    AUTOMATIC,
    MANUAL,
    NO_REGISTRATION,
    RECURRING,
    RECURRING_WEBINAR,
    SCHEDULED,
    WEBINAR,
    EventKind,
)
from bot.providers.zoom.times import format_utc, zone_of

if TYPE_CHECKING:
    from bot.model.webinar import Options, WebinarForm
    from bot.model.webinar_edit import WebinarEdit, WebinarFields

SWITCHES: Mapping[EventKind, Mapping[str, str]] = {
    EventKind.MEETING: {
        "waiting_room": "waiting_room",
        "join_before_host": "join_before_host",
        "host_video": "host_video",
        "participant_video": "participant_video",
        "mute_on_entry": "mute_upon_entry",
    },
    EventKind.WEBINAR: {"practice_session": "practice_session", "host_video": "host_video"},
}
"""Zoom's names of the settings that are on or off and mean nothing more, by ours."""


def new_event_body(form: WebinarForm, kind: EventKind) -> dict[str, Any]:
    """A meeting or webinar with one date, or with several.

    Who registers gets Zoom's mail with the link, also somebody without Slack: both settings are sent, because the
    first works only with the second, and the defaults of an account may differ. A switch that is off is not sent:
    the account may want a waiting room for everybody, which a form filled in quickly should not remove.
    """
    options = form.options
    settings: dict[str, Any] = {
        "approval_type": _approval(form.audience, is_manual=options.manual_approval),
        "registrants_confirmation_email": True,
        "registrants_email_notification": True,
        "auto_recording": "cloud" if options.auto_record else "none",
        **({"panelists_video": options.panelist_video} if kind is EventKind.WEBINAR else {}),
        "question_and_answer": _questions(enable=options.qna, anonymous=options.qna_anonymous),
        **({"alternative_hosts": hosts_text(hosts)} if (hosts := _hosts(options)) else {}),
        **{theirs: True for ours, theirs in SWITCHES[kind].items() if getattr(options, ours)},
    }
    password = options.password.get_secret_value()
    return {
        "topic": form.title,
        **_dates(form, kind),
        "start_time": format_utc(form.start),
        "duration": minutes(form.length),
        "timezone": form.time_zone,
        "settings": settings,
        **({"agenda": form.description} if form.description else {}),
        **({"password": password} if password else {}),
    }


def _dates(form: WebinarForm, kind: EventKind) -> dict[str, Any]:
    """The type of a new event, and how it recurs: on the weekday or the day of its first date."""
    recurrence = form.recurrence
    if recurrence is None:
        return {"type": SCHEDULED if kind is EventKind.MEETING else WEBINAR}
    first = form.start.astimezone(zone_of(form.time_zone))
    by_unit: dict[Every, dict[str, Any]] = {
        Every.DAY: {"type": 1},
        Every.WEEK: {"type": 2, "weekly_days": str(first.isoweekday() % 7 + 1)},  # 1 is Sunday
        Every.MONTH: {"type": 3, "monthly_day": first.day},
    }
    many = {"repeat_interval": recurrence.interval, "end_times": recurrence.dates}
    kinds = {EventKind.MEETING: RECURRING, EventKind.WEBINAR: RECURRING_WEBINAR}
    return {"type": kinds[kind], "recurrence": {**by_unit[recurrence.every], **many}}


def changed_event_body(edit: WebinarEdit, kind: EventKind) -> dict[str, Any]:
    """The fields of an event that an edit changes; those that Zoom's events do not have are left out."""
    after, names = edit.after, edit.names
    fields: dict[str, Any] = {"topic": after.title, "agenda": after.description}
    by_name = {"title": "topic", "description": "agenda"}
    body = {by_name[name]: fields[by_name[name]] for name in names if name in by_name}
    body |= {"password": after.password.get_secret_value()} if "password" in names else {}
    settings = _changed_settings(after, names, kind)
    return body | changed_date_body(edit) | ({"settings": settings} if settings else {})


def changed_date_body(edit: WebinarEdit, *, is_one_of_several: bool = False) -> dict[str, Any]:
    """The fields of a date that an edit changes."""
    after, names, body = edit.after, edit.names, dict[str, Any]()
    if "start" in names or "time_zone" in names:
        body |= {"start_time": format_utc(after.start)}
        body |= {} if is_one_of_several else {"timezone": after.time_zone}
    return body | ({"duration": minutes(after.length)} if "length" in names else {})


def minutes(length: timedelta) -> int:
    """A length in Zoom's whole minutes: rounded up, so that it is never too short."""
    return max(1, -(-int(length.total_seconds()) // 60))


def _changed_settings(after: WebinarFields, names: tuple[str, ...], kind: EventKind) -> dict[str, Any]:
    switches = SWITCHES[kind].items()
    settings: dict[str, Any] = {theirs: getattr(after, ours) for ours, theirs in switches if ours in names}
    if {"audience", "manual_approval"} & set(names):
        settings["approval_type"] = _approval(after.audience, is_manual=after.manual_approval)
    if "alternative_hosts" in names:
        settings["alternative_hosts"] = hosts_text(_hosts(after))
    if "auto_record" in names:
        settings["auto_recording"] = "cloud" if after.auto_record else "none"
    if "panelist_video" in names and kind is EventKind.WEBINAR:
        settings["panelists_video"] = after.panelist_video
    if {"qna", "qna_anonymous"} & set(names):
        settings["question_and_answer"] = _questions(enable=after.qna, anonymous=after.qna_anonymous)
    return settings


def hosts_text(addresses: Sequence[str]) -> str:
    """The alternative hosts as Zoom takes them."""
    return ";".join(addresses)


def _hosts(options: Options) -> list[str]:
    return split_addresses(options.alternative_hosts.get_secret_value())


def _approval(audience: Audience, *, is_manual: bool) -> int:
    if audience is not Audience.REGISTRANTS:
        return NO_REGISTRATION
    return MANUAL if is_manual else AUTOMATIC


def _questions(*, enable: bool, anonymous: bool) -> dict[str, bool]:
    return {"enable": enable, "allow_anonymous_questions": anonymous}
