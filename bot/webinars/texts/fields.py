"""The fields of a webinar that a user can change: their labels, and their values as text."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from pydantic import SecretStr

from bot.commands.lengths import length_text
from bot.model.field_labels import FIELD_LABELS, LOCALES
from bot.model.form_rules import access_words
from bot.model.webinar import Access, Audience
from bot.model.webinar_edit import WebinarFields
from bot.slack.blocks import plain, relative_time

AUDIENCES = {Audience.REGISTRANTS: "People who register", Audience.ANYONE: "Everyone with the link"}

NONE = "none"


def offset_text(offset: timedelta) -> str:
    """Return how long before the start hosts and panelists can come in."""
    return f"{length_text(offset)} before the start" if offset else "At the start"


def value_text(name: str, fields: WebinarFields, provider: str) -> str:
    """Return the value of a field (mrkdwn) of a webinar at this provider. Of a password, only whether there is one."""
    value = getattr(fields, name)
    if name == "start":
        return relative_time(fields.start, fields.time_zone)
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
