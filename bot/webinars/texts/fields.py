"""The fields of a webinar that a user can change: their labels, and their values as text."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from pydantic import SecretStr

from bot.commands.lengths import length_text
from bot.model.webinar import Access, Audience
from bot.model.webinar_edit import WebinarFields
from bot.slack.blocks import plain, when

FIELD_LABELS: Mapping[str, str] = {
    "title": "Title",
    "start": "Starts",
    "length": "Length",
    "time_zone": "Time zone",
    "audience": "Who is it for?",
    "description": "Description",
    "auto_record": "Start recording automatically",
    "artifacts_access": "Who can watch the recording afterwards?",
    "panelist_waiting_room": "Wait in a waiting room until they are let in",
    "panelist_video": "Camera on",
    "panelist_screen_sharing": "Screen sharing allowed",
    "panelist_mute_control": "Can mute and unmute themselves",
    "phone_dial_in": "Can dial in by phone",
    "panelist_access": "Who can come in as a panelist?",
    "attendee_access": "Who can come in as an attendee?",
    "password": "Password",
    "qna": "Attendees can ask questions",
    "qna_anonymous": "Questions can be anonymous",
    "qna_moderated": "Questions are checked before everyone sees them",
    "panel_join_offset": "When can hosts and panelists come in?",
    "redirect_uri": "Web page to show afterwards",
    "locale_code": "Language",
}
"""The label of each field, which the forms use too."""

AUDIENCES = {Audience.REGISTRANTS: "People who register", Audience.ANYONE: "Everyone with the link"}
LOCALES = {
    "en-US": "English (U.S.)",
    "en-GB": "English (U.K.)",
    "de-DE": "German",
    "es-ES": "Spanish",
    "es-419": "Spanish (Latin America)",
    "fi-FI": "Finnish",
    "fr-FR": "French",
    "fr-CA": "French (Canada)",
    "it-IT": "Italian",
    "ja-JP": "Japanese",
    "ko-KR": "Korean",
    "nl-NL": "Dutch",
    "pt-BR": "Portuguese (Brazil)",
    "pt-PT": "Portuguese (Portugal)",
    "zh-CN": "Chinese (simplified)",
    "zh-HK": "Chinese (traditional, Hong Kong)",
    "zh-TW": "Chinese (traditional, Taiwan)",
}

NONE = "none"


def offset_text(offset: timedelta) -> str:
    """Return how long before the start hosts and panelists can come in."""
    return f"{length_text(offset)} before the start" if offset else "At the start"


def access_words(provider: str) -> Mapping[Access, str]:
    """Who can join or watch, in words; `provider` is the name of the provider."""
    return {
        Access.GUEST: "Anyone with the link",
        Access.SIGNED_IN: f"People signed in to {provider}",
        Access.COWORKER: "Coworkers only",
    }


def value_text(name: str, fields: WebinarFields, provider: str) -> str:
    """Return the value of a field (mrkdwn) of a webinar at this provider. Of a password, only whether there is one."""
    value = getattr(fields, name)
    if name == "start":
        return when(fields.start, fields.time_zone)
    if isinstance(value, SecretStr):
        return "set" if value.get_secret_value() else NONE
    if isinstance(value, bool):
        return "on" if value else "off"
    words = access_words(provider)[value] if isinstance(value, Access) else _WORDS.get(name, str)(value)
    return plain(words) if words.strip() else NONE


def change_text(name: str, before: WebinarFields, after: WebinarFields, provider: str) -> str:
    """Return the label of a field with its old and its new value (mrkdwn)."""
    old, new = value_text(name, before, provider), value_text(name, after, provider)
    return f"*{FIELD_LABELS[name]}:* {'another one' if old == new else f'{old} → {new}'}"


_WORDS: Mapping[str, Callable[[Any], str]] = {
    "length": length_text,
    "audience": AUDIENCES.__getitem__,
    "panel_join_offset": offset_text,
    "locale_code": lambda code: LOCALES.get(code, code),
}
