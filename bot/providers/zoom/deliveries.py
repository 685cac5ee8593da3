"""Reads Zoom's webhooks: checks of our address, and events, reduced to what is needed of them.

developers.zoom.us/docs/api/webhooks. The id of a meeting is a number in some events and a text in others.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from pydantic import SecretStr

from bot.model.registrant import Decision
from bot.providers.events import DecisionNews, EventHint, EventTopic

VALIDATION = "endpoint.url_validation"
MARK = b"zoom:"
"""The beginning of a reduced event: one inbox stores the deliveries of all providers."""
TOPICS: Mapping[str, EventTopic] = {
    "created": EventTopic.SESSIONS,
    "updated": EventTopic.SESSIONS,
    "deleted": EventTopic.SESSIONS,
    "started": EventTopic.SESSIONS,
    "ended": EventTopic.SESSIONS,
    "converted_to_webinar": EventTopic.SESSIONS,
    "converted_to_meeting": EventTopic.SESSIONS,
    "registration_created": EventTopic.REGISTRATION,
    "registration_approved": EventTopic.REGISTRATION,
    "registration_cancelled": EventTopic.REGISTRATION,
    "registration_denied": EventTopic.REGISTRATION,
    "participant_joined": EventTopic.PRESENCE,
    "participant_left": EventTopic.PRESENCE,
}
"""The events of meetings and of webinars that matter, by the part of their name after the kind."""
EVENTS = (
    *(f"{kind}.{name}" for kind in ("meeting", "webinar") for name in TOPICS if not name.startswith("converted")),
    "meeting.converted_to_webinar",
    "webinar.converted_to_meeting",
)
"""The events to subscribe to in the Zoom app; others are accepted and ignored."""
DECISIONS: Mapping[str, Decision] = {
    "registration_approved": Decision.APPROVE,
    "registration_denied": Decision.DENY,
    "registration_cancelled": Decision.CANCEL,
}
OLD = frozenset({"deleted", "started", "ended", "participant_joined", "participant_left"})
"""Events because of which nothing is read of a meeting that is not known here."""
_EVENT_ID = re.compile(r"[0-9]{1,19}")
_WORD = re.compile(r"[A-Za-z0-9_+/=.-]{1,64}")
_LINK = re.compile(r"https?://[!-~]{1,240}")
_TIME = re.compile(r"[0-9]{1,14}")
_TOKEN = re.compile(r"[!-9;-~]{1,512}")
"""Without a colon: a digest of "v0:…" would be a signature."""


def digest(secret: str, content: bytes) -> str:
    """What Zoom and its apps prove with that they know the secret token of the app: HMAC-SHA256, in hexadecimal."""
    return hmac.new(secret.encode(), content, hashlib.sha256).hexdigest()


def signature(secret: str, timestamp: str, raw: bytes) -> str:
    """The signature of a delivery with this timestamp and body."""
    return f"v0={digest(secret, f'v0:{timestamp}:'.encode() + raw)}"


@dataclass(frozen=True)
class Validation:
    """Zoom checks that our address knows the secret; repeated every 72 hours."""

    token: str


@dataclass(frozen=True)
class AccountEvent:
    """An event of an account; `content` is what is stored of it, empty if it does not matter here."""

    account_id: str
    content: bytes


def read_body(raw: bytes) -> Validation | AccountEvent | None:
    """What a signed body is; None if it is neither a check nor an event. Survives any content."""
    try:
        body = json.loads(raw)
    except (ValueError, RecursionError):
        return None
    name, payload = _field(body, "event"), _field(body, "payload")
    if name == VALIDATION:
        token = _field(payload, "plainToken")
        return Validation(token) if isinstance(token, str) and _TOKEN.fullmatch(token) else None
    account = _field(payload, "account_id")
    if not isinstance(name, str) or not isinstance(account, str):
        return None
    return AccountEvent(account, _reduced(name, body, _field(payload, "object")))


def _reduced(name: str, body: Any, thing: Any) -> bytes:
    """The event without names and addresses, with the link of somebody approved; empty if it does not matter."""
    event_id = _digits(_field(thing, "id"))
    if name not in EVENTS or not event_id:
        return b""
    registrant, participant = _field(thing, "registrant"), _field(thing, "participant")
    kept = {
        "event": name,
        "at": _digits(_field(body, "event_ts")),
        "id": event_id,
        "registrant": _word(_field(registrant, "id")),
        "participant": _word(_field(participant, "user_id")) or _word(_field(participant, "id")),
    }
    if name.endswith("registration_approved"):
        kept["link"] = _link(_field(registrant, "join_url"))
    return MARK + json.dumps(kept).encode()


def read_delivery(stored: bytes) -> EventHint:
    """What a stored event suggests. Survives any content."""
    try:
        kept = json.loads(stored.removeprefix(MARK))
    except (ValueError, RecursionError):
        kept = {}
    name, event_id = _field(kept, "event"), _digits(_field(kept, "id"))
    if name not in EVENTS or not event_id:
        return EventHint(EventTopic.NOTHING, frozenset())
    change = name.partition(".")[2]
    parts = [_field(kept, key) for key in ("event", "at", "id", "registrant", "participant")]
    reference = f"zoom-{event_id}"
    return EventHint(
        TOPICS[change],
        frozenset({reference}),
        key=hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:32],
        event_id=reference,
        may_be_new=change not in OLD,
        news=_news(kept, change, reference),
        is_live={"started": True, "participant_joined": True, "ended": False}.get(change),
    )


def _news(kept: Any, change: str, event_id: str) -> DecisionNews | None:
    registrant, at = _word(_field(kept, "registrant")), _digits(_field(kept, "at"))
    if change not in DECISIONS or not registrant or not _TIME.fullmatch(at):
        return None
    moment = datetime.fromtimestamp(int(at) / 1000, UTC)
    return DecisionNews(event_id, registrant, DECISIONS[change], moment, SecretStr(_link(_field(kept, "link"))))


def _link(value: Any) -> str:
    return value if isinstance(value, str) and _LINK.fullmatch(value) else ""


def _field(value: Any, name: str) -> Any:
    return value.get(name) if isinstance(value, dict) else None


def _digits(value: Any) -> str:
    """A positive number of at most 64 bits as text, whichever way it was sent; empty for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | str):
        return ""
    text = str(value) if isinstance(value, str) or 0 < value < 2**63 else ""
    return text if _EVENT_ID.fullmatch(text) else ""


def _word(value: Any) -> str:
    text = str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""
    return text if _WORD.fullmatch(text) else ""
