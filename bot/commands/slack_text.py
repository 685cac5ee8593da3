"""Split and normalize typed text: Slack's escapes, quotation marks, and trailing lengths of time."""

from __future__ import annotations

import re
from string import punctuation
from typing import Final
from unicodedata import category, normalize

from bot.commands.amounts import FRACTION, normalized

EDGE_MARKS: Final = punctuation + "“”„«»‘’‚‹›–—…·"
QUOTED: Final = re.compile(r"[\"“”„«»]([^\"“”„«»]*)[\"“”„«»]|['‘’‚‹](.*)['‘’›]", re.DOTALL)

_DOUBLE = re.compile(r"[\"“”„«»]")
_FIRST_QUOTED = re.compile(rf"(?:{QUOTED.pattern})(?:\s+(?P<rest>\S.*))?", re.DOTALL)
# https://docs.slack.dev/messaging/formatting-message-text: <#C1|name>, <@U1|name>, <!here>, <https://…|label>, &amp;
_ESCAPED = re.compile(
    r"<(?:([#@])([A-Z0-9]+)|(!)([^<>|]+)|([a-z][a-z0-9+.-]*:[^<>|]*))(?:\|([^<>]*))?>|&(?:amp|lt|gt);"
)
_ENTITY = re.compile(r"&(amp|lt|gt);")
_CHARACTERS = {"amp": "&", "lt": "<", "gt": ">"}
_UNIT = r"(?:w|wks?|weeks?|d|days?|h|hrs?|hours?|m|mins?|minutes?|s|secs?|seconds?)"
_NUMBER = rf"[+\-−–]?(?:[0-9]*(?:{FRACTION})|[0-9]+(?:[.,:][0-9]+)?)"
_LENGTH = re.compile(rf"{_NUMBER}{_UNIT}(?:[0-9]+{_UNIT})*(?:[0-9]+)?")
_BETWEEN = frozenset({"and", "&", ",", "before"})


def unescape(text: str) -> str:
    """Decode Slack's escapes: channels, people and links become the text that the user saw."""
    return _ESCAPED.sub(_as_typed, text).strip()


def _as_typed(match: re.Match[str]) -> str:
    sign, object_id, special, broadcast, link, label = match.groups(default="")
    text = label or object_id or broadcast or link
    if not text:
        return _ENTITY.sub(_character, match[0])
    sign = "@" if special and not label else sign
    return sign + _ENTITY.sub(_character, text)


def _character(match: re.Match[str]) -> str:
    return _CHARACTERS[match[1]]


def normalized_word(word: str) -> str:
    """Normalize a word for comparison: case, width, surrounding punctuation and invisible characters."""
    visible = "".join(c for c in normalize("NFKC", word[:80]) if category(c) != "Cf")
    return visible.strip(EDGE_MARKS + " ").casefold()


def strip_quotes(text: str) -> str:
    """Remove quotation marks that enclose the whole text."""
    match = QUOTED.fullmatch(text)
    return (match[1] or match[2] or "").strip() if match else text


def split_quoted(text: str) -> tuple[str, str] | None:
    """Split a quoted text at the beginning, with its marks, from the rest. `None` if there is none."""
    match = _FIRST_QUOTED.fullmatch(text)
    if not match or _DOUBLE.search(match["rest"] or ""):  # `"a" or "b"` is not a quoted title with more text
        return None
    rest: str = match["rest"] or ""
    return text[: len(text) - len(rest)].strip(), rest


def split_lengths(text: str) -> tuple[str, str]:
    """Split `text` before its longest trailing run of lengths ("1d 1h 10m", "2 weeks and 1 hour").

    A number without a unit is not a length, but an id or a year. A signed length is one, so that it can be refused.
    """
    spans = [match.span() for match in re.finditer(r"\S+", text)]
    words = [normalized(text[a:b]).casefold().rstrip(".;!?") for a, b in spans]
    at = first = len(words)
    while at:
        if _is_length(words[at - 1]):
            at = first = at - 1
        elif at > 1 and re.fullmatch(rf"{_UNIT},?", words[at - 1]) and re.fullmatch(_NUMBER, words[at - 2]):
            at -= 3 if at > 2 and re.fullmatch(FRACTION, words[at - 2]) and words[at - 3].isdecimal() else 2
            first = at
        elif words[at - 1] in _BETWEEN:
            at -= 1
        else:
            break
    position = spans[first][0] if first < len(spans) else len(text)
    return text[:position].strip(), text[position:].strip()


def _is_length(word: str) -> bool:
    word = word.rstrip(",")
    return bool(_LENGTH.fullmatch(word)) or all(_LENGTH.fullmatch(part) for part in word.split(","))


def without_backticks(text: str) -> str:
    """Remove the marks of a command that was pasted as code."""
    bare = text.lstrip("`")
    ticks = text[: len(text) - len(bare)]
    verb, _, rest = bare.partition(" ")
    if rest and verb.endswith(ticks):  # only the verb is code: later marks belong to the title
        return bare
    return bare.removesuffix(ticks).strip()
