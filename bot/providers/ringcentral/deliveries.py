"""Read hints from RingCentral's deliveries, whose bodies are published nowhere: any content is survived."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from bot.providers.events import EventHint, EventTopic

ID_KEYS = frozenset({"id", "sessionid", "webinarid", "registrantid"})
"""In lower case and without underscores."""
ID = re.compile(r"[A-Za-z0-9_-]{1,20}")
"""Ids are strings of 1 to 20 characters; some services send numbers."""
MAX_IDS = 200
MAX_EVENT = 256
ANY_ID = re.compile(
    rb'"(?:id|session_?id|webinar_?id|registrant_?id)"\s*:\s*"?([A-Za-z0-9_-]{1,20})[",\s}\]]', re.IGNORECASE
)
ANY_EVENT = re.compile(rb'"event"\s*:\s*"([^"\\]{1,256})"')
TOPICS = {
    "/webinar/configuration/": EventTopic.SESSIONS,
    "/webinar/runtime/": EventTopic.SESSIONS,
    "/webinar/registration/": EventTopic.REGISTRATION,
}


def read_delivery(raw: bytes) -> EventHint:
    """The topic of a delivery by its event filter, and every id in it, however deeply nested."""
    try:
        body = json.loads(raw)
    except (ValueError, RecursionError):
        # Not JSON, nested too deeply, or a number that is too long: whatever looks like an id is one.
        return _search(raw)
    return EventHint(_topic(body.get("event") if isinstance(body, dict) else None), read_ids(body))


def read_ids(body: Any) -> frozenset[str]:
    """Every id in a parsed value, at most `MAX_IDS`; without recursion, and each container once."""
    found: dict[str, None] = {}
    for key, value in _walk(body):
        if key.lower().replace("_", "") in ID_KEYS and (one := _id(value)):
            found.setdefault(one)
            if len(found) >= MAX_IDS:
                break
    return frozenset(found)


def _walk(body: Any) -> Iterator[tuple[str, Any]]:
    """Every pair of every object in a value. A value that contains itself ends."""
    pending, seen = [body], set()
    while pending:
        value = pending.pop()
        if not isinstance(value, dict | list) or id(value) in seen:
            continue
        seen.add(id(value))
        if isinstance(value, dict):
            yield from ((key, inner) for key, inner in value.items() if isinstance(key, str))
            pending += value.values()
        else:
            pending += value


def _id(value: Any) -> str:
    """The value as an id; empty if it is none. A list of ids is not read: its objects are."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        return ""
    text = str(value) if isinstance(value, str) or abs(value) < 10**20 else ""
    return text if ID.fullmatch(text) else ""


def _topic(event: Any) -> EventTopic:
    text = event[:MAX_EVENT] if isinstance(event, str) else ""
    return next((topic for prefix, topic in TOPICS.items() if prefix in text), EventTopic.UNKNOWN)


def _search(raw: bytes) -> EventHint:
    event = ANY_EVENT.search(raw)
    ids = dict.fromkeys(found[1].decode() for found in ANY_ID.finditer(raw))
    return EventHint(_topic(event[1].decode(errors="replace") if event else None), frozenset(list(ids)[:MAX_IDS]))
