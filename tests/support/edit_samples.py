"""The fields of a webinar as read, and another value for each of them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from pydantic import SecretStr

from bot.model.webinar import Access, Audience
from bot.model.webinar_edit import WebinarEdit, WebinarFields, difference
from tests.support.webinar_samples import START

OTHERS: dict[str, Any] = {
    "title": "Launch week",
    "start": START + timedelta(days=1),
    "length": timedelta(hours=1),
    "time_zone": "Asia/Tokyo",
    "audience": Audience.ANYONE,
    "description": "All of it",
    "auto_record": True,
    "panelist_waiting_room": True,
    "panelist_video": False,
    "panelist_screen_sharing": False,
    "panelist_mute_control": False,
    "panelist_access": Access.COWORKER,
    "attendee_access": Access.SIGNED_IN,
    "artifacts_access": Access.GUEST,
    "phone_dial_in": True,
    "password": SecretStr("open-sesame"),
    "qna": False,
    "qna_anonymous": False,
    "qna_moderated": True,
    "redirect_uri": "https://acme.example/thanks",
    "manual_approval": True,
    "waiting_room": True,
    "join_before_host": True,
    "host_video": True,
    "participant_video": True,
    "mute_on_entry": True,
    "practice_session": True,
    "alternative_hosts": SecretStr("ben@acme.example"),
    "locale_code": "de-DE",
    "panel_join_offset": timedelta(minutes=15),
}
"""For each field that a user can change, a value that `fields` does not have."""


def fields(**changes: Any) -> WebinarFields:
    """An ordinary webinar as read."""
    known = {"title": "Launch day", "start": START, "length": timedelta(minutes=45), "time_zone": "Europe/Madrid"}
    return WebinarFields(**{**known, **changes})


def edit(**changes: Any) -> WebinarEdit:
    """An edit of these fields of an ordinary webinar."""
    return difference(fields(), fields(**changes))
