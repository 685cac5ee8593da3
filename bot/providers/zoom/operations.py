"""The operations of Zoom's API that Greenroom uses, as far as refusals and scopes distinguish them."""

from __future__ import annotations

import re
from enum import StrEnum


class Purpose(StrEnum):
    """What an operation is for. The same error code means different things in different operations."""

    LOGIN = "login"
    USERS = "users"
    LIST = "list"
    READ = "read"
    CREATE = "create"
    CHANGE = "change"
    DELETE = "delete"
    REGISTRANTS = "registrants"
    ADD = "add"
    BATCH = "batch"
    STATUS = "status"
    REGISTRANT = "registrant"
    REMOVE = "remove"
    QUESTIONS = "questions"
    SOURCES = "sources"
    PANELISTS = "panelists"
    INVITE = "invite"
    UNINVITE = "uninvite"
    HISTORY = "history"
    RECORDINGS = "recordings"
    OTHER = "other"


REGISTERING = frozenset({Purpose.ADD, Purpose.BATCH, Purpose.STATUS})
"""The operations that need room for more registrants."""

_PURPOSES: tuple[tuple[str, str, Purpose], ...] = (
    ("POST", r"/oauth/.*", Purpose.LOGIN),
    ("GET", r"/users(/{})?", Purpose.USERS),
    ("GET", r"/users/{}/recordings", Purpose.RECORDINGS),
    ("GET", r"/meetings/{}/recordings", Purpose.RECORDINGS),
    ("GET", r"/users/{}/(meetings|webinars)", Purpose.LIST),
    ("POST", r"/users/{}/(meetings|webinars)", Purpose.CREATE),
    ("GET", r"/(meetings|webinars)/{}", Purpose.READ),
    ("PATCH", r"/(meetings|webinars)/{}", Purpose.CHANGE),
    ("DELETE", r"/(meetings|webinars)/{}", Purpose.DELETE),
    ("GET", r"/(meetings|webinars)/{}/registrants", Purpose.REGISTRANTS),
    ("POST", r"/(meetings|webinars)/{}/registrants", Purpose.ADD),
    ("POST", r"/(meetings|webinars)/{}/batch_registrants", Purpose.BATCH),
    ("PUT", r"/(meetings|webinars)/{}/registrants/status", Purpose.STATUS),
    ("(GET|PATCH)", r"/(meetings|webinars)/{}/registrants/questions", Purpose.QUESTIONS),
    ("GET", r"/(meetings|webinars)/{}/registrants/{}", Purpose.REGISTRANT),
    ("DELETE", r"/(meetings|webinars)/{}/registrants/{}", Purpose.REMOVE),
    ("GET", r"/webinars/{}/tracking_sources", Purpose.SOURCES),
    ("GET", r"/webinars/{}/panelists", Purpose.PANELISTS),
    ("POST", r"/webinars/{}/panelists", Purpose.INVITE),
    ("DELETE", r"/webinars/{}/panelists(/{})?", Purpose.UNINVITE),
    ("GET", r"/(past_meetings|past_webinars|report)/.*", Purpose.HISTORY),
)


def without_names(path: str) -> str:
    """A path template without the names of its placeholders: those are each module's own."""
    return re.sub(r"{\w+}", "{}", path)


def purpose_of(method: str, path: str) -> Purpose:
    """What the operation with this method and path template is for."""
    plain = without_names(path)
    for methods, pattern, purpose in _PURPOSES:
        if re.fullmatch(methods, method) and re.fullmatch(pattern.replace("{}", r"\{\}"), plain):
            return purpose
    return Purpose.OTHER
