"""Links and ids of meetings and webinars, as people paste them: the number alone is kept, never a password or a token.

The forms are those of an invitation: a link to join, to register or to edit, one that opens the app, or the id itself
with blanks or hyphens.
"""

from __future__ import annotations

import re
from typing import Final
from unicodedata import normalize
from urllib.parse import parse_qs, urlsplit

_SLACK_LINK: Final = re.compile(r"<([a-z][a-z0-9+.-]*:[^<>|\s]*)(?:\|[^<>]*)?>", re.IGNORECASE)
_BARE_LINK: Final = re.compile(
    r"(?:[a-z][a-z0-9+.-]*://[^\s<>|]+|(?<![\w.@/-])(?:[a-z0-9-]+\.)+[a-z]{2,}/[^\s<>|]+)", re.IGNORECASE
)
_NUMBER_IN_PATH: Final = re.compile(
    r"/(?:j|w|s|wc|wc/join|meeting|webinar|meetings|webinars|start|launch/\w+)/([0-9]{9,19})(?:[/-]|$)"
)
_REGISTRATION_PATH: Final = re.compile(r"/(?:meeting|webinar)/register/([\w-]+)")
_LABELED: Final = re.compile(
    r"\bid\b[^0-9\n]{0,20}?([0-9]{3}[ -][0-9]{3,4}[ -][0-9]{3,4}|[0-9]{9,19})(?![0-9])", re.IGNORECASE
)
_GROUPED: Final = re.compile(r"([0-9]{3})[ -]([0-9]{3,4})[ -]([0-9]{4})(?![0-9]|[ -][0-9]{3,4}(?![0-9]))")
_ALONE: Final = re.compile(r"[0-9](?:[ -]?[0-9]){8,18}")
_SECRET: Final = re.compile(r"[?&#;](?:pwd|password|passcode|tk|zak|wpk|token|access_token)=", re.IGNORECASE)
"""A parameter of a link that lets people in."""
_PASSCODE: Final = re.compile(r"\s*\bpass(?:code|word)\s*[:=]\s*(?=\S*[0-9])\S+", re.IGNORECASE)
_EDGES: Final = " \t\r\n.,;:!?#()[]'\"`"
_BLANKS: Final = re.compile(r"[\u00a0\u2000-\u200b\u202f\u2060]")
_DASHES: Final = re.compile(r"[\u2010-\u2015\u2212]")


def event_number(text: str) -> str:
    """The number of the meeting or webinar in a pasted link, id or invitation, in Slack's encoding; empty if none.

    A link counts before a labeled id, and that before a text that is nothing but a number.
    """
    plain = _plain(text)
    for link in _links(plain):
        if number := _number_in(link):
            return number
    if labeled := _LABELED.search(_without_links(plain)):
        return _digits(labeled[1])
    bare = plain.strip(_EDGES)
    return _digits(bare) if _ALONE.fullmatch(bare) else ""


def registration_code(text: str) -> str:
    """The code in a link to a registration page, from which nobody but the provider knows the number; empty if none."""
    codes = (_REGISTRATION_PATH.search(urlsplit(link).path) for link in _links(_plain(text)) if _is_url(link))
    return next((match[1] for match in codes if match), "")


def without_secrets(text: str) -> str:
    """Replace each link to a meeting by its number or, if it has none, by its part without password or token.

    Also an id with blanks at the beginning, and leave out a passcode. Everything else stays as it was typed.
    """
    short = _SLACK_LINK.sub(lambda match: _short(match[1], match[0]), text)
    short = _BARE_LINK.sub(lambda match: _short(match[0], match[0]), short)
    short = _PASSCODE.sub("", short)
    labeled = _LABELED.search(short)
    if labeled:
        short = f"{short[: labeled.start()]}{_digits(labeled[1])}{short[labeled.end() :]}"
        short = re.sub(r"^\s*(?:meeting|webinar)\s+(?=[0-9])", "", short, flags=re.IGNORECASE)
    at_start = _GROUPED.match(_plain(short).lstrip())
    return f"{_digits(at_start[0])}{_plain(short).lstrip()[at_start.end() :]}" if at_start else short


def _short(link: str, as_typed: str) -> str:
    link = link.replace("&amp;", "&")
    if number := _number_in(link):
        return number
    if not _is_url(link):
        return as_typed
    is_page = _REGISTRATION_PATH.search(urlsplit(link).path)
    return re.split("[?#]", link)[0] if is_page or _SECRET.search(link) else as_typed


def _links(text: str) -> list[str]:
    escaped = [match[1] for match in _SLACK_LINK.finditer(text)]
    return [link.replace("&amp;", "&") for link in (*escaped, *_BARE_LINK.findall(_SLACK_LINK.sub(" ", text)))]


def _without_links(text: str) -> str:
    return _BARE_LINK.sub(" ", _SLACK_LINK.sub(" ", text))


def _number_in(link: str) -> str:
    """The number in a link to join, start or edit, also one that opens the app (`confno`)."""
    if not _is_url(link):
        return ""
    parts = urlsplit(link if "://" in link else f"https://{link}")
    if not parts.scheme.lower().startswith("http"):
        value = next(iter(parse_qs(parts.query).get("confno", [])), "")
        return _digits(value) if _ALONE.fullmatch(value) else ""
    match = _NUMBER_IN_PATH.search(parts.path)
    return match[1] if match else ""


def _is_url(link: str) -> bool:
    try:
        urlsplit(link)
    except ValueError:  # for example an unfinished IPv6 address
        return False
    return True


def _plain(text: str) -> str:
    """The text with ordinary digits, blanks and hyphens."""
    return _DASHES.sub("-", _BLANKS.sub(" ", normalize("NFKC", text)))


def _digits(text: str) -> str:
    return re.sub("[^0-9]", "", text)
