"""The verbs of `/webinar`, and their synonyms."""

from __future__ import annotations

import re
from difflib import get_close_matches
from typing import Final

VERBS: Final = (
    "create", "add", "edit", "list", "show", "count", "share", "remind", "subscribe", "unsubscribe", "subscriptions",
    "open", "close", "limit", "registration", "invite", "team", "register", "registrants", "link", "settings", "move",
    "duplicate", "cancel", "report", "recording", "followup", "help",
)  # fmt: skip
# Only words whose spelling is not close to the verb: `get_close_matches` finds the others.
SYNONYMS: Final = {
    "new": "create", "make": "create", "schedule": "create", "plan": "create",
    "import": "add", "adopt": "add", "ls": "list", "all": "list", "upcoming": "list", "find": "list", "search": "list",
    "info": "show", "details": "show", "view": "show",
    "registrations": "registrants", "attendees": "registrants", "signups": "registrants", "who": "registrants",
    "results": "report", "result": "report", "attendance": "report", "statistics": "report", "stats": "report",
    "analytics": "report", "figures": "report", "outcome": "report", "attended": "report",
    "follow-up": "followup", "thank": "followup", "thanks": "followup",
    "people": "team", "speakers": "team", "hosts": "team", "panel": "team", "panelists": "team", "invitees": "team",
    "speaker": "invite", "cohost": "invite", "panelist": "invite", "seat": "register", "attend": "register",
    "signup": "register", "enroll": "register", "organisers": "settings", "organizers": "settings",
    "preferences": "settings", "admin": "settings",
    "post": "share", "announce": "share", "publish": "share", "send": "share",
    "reminder": "remind", "reminders": "remind", "notify": "remind", "alarm": "remind", "defaults": "remind",
    "follow": "subscribe", "watch": "subscribe", "alerts": "subscribe",
    "unfollow": "unsubscribe", "mute": "unsubscribe", "unwatch": "unsubscribe", "silence": "unsubscribe",
    "following": "subscriptions", "digest": "subscriptions", "quiet": "subscriptions",
    "url": "link", "campaign": "link", "campaigns": "link", "utm": "link",
    "reopen": "open", "unlock": "open", "lock": "close", "shut": "close",
    "cap": "limit", "max": "limit", "capacity": "limit", "seats": "limit",
    "reschedule": "move", "postpone": "move", "delay": "move", "shift": "move", "prepone": "move",
    "copy": "duplicate", "clone": "duplicate", "again": "duplicate", "repeat": "duplicate",
    "change": "edit", "update": "edit", "modify": "edit", "rename": "edit", "correct": "edit",
    "recordings": "recording", "record": "recording", "video": "recording", "replay": "recording",
    "delete": "cancel", "remove": "cancel", "stop": "cancel",
}  # fmt: skip

OWN: Final = frozenset({"home", "me", "my", "mine", "myself", "unregister", "unenroll", "withdraw", "leave"})
"""Words by which people ask for their own seats: these are on the page that the bare command shows."""
OWN_SEAT: Final = re.compile(r"(?:me|my (?:seat|registration|spot|place|link|join link)s?(?: for .*)?)", re.IGNORECASE)
"""What follows `cancel` or `link` when people mean their own seat and not a webinar."""


def nearest_verb(word: str) -> str | None:
    """The verb that is most likely meant by `word`, if any."""
    word = word[:40]
    completed = [verb for verb in VERBS if word and verb.startswith(word)]
    close = completed if len(completed) == 1 else get_close_matches(word, VERBS, n=1)
    return SYNONYMS.get(word) or (close[0] if close else None)
