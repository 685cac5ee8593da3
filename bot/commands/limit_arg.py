"""Parse the arguments of `limit` and a limit on registrations, and suggest the next one."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final
from unicodedata import normalize

from bot.commands.slack_text import normalized_word, split_quoted, unescape
from bot.commands.webinar_ref import WebinarRef, ref_from_text
from bot.errors import BadInput

MAX_LIMIT: Final = 2**31 - 1
"""The largest `autoCloseLimit` (int32); the provider publishes no lower bound."""
OFF_WORDS: Final = frozenset({"off", "none", "no", "unlimited"})

_NUMBER = re.compile(
    r"([+\-−–]?)([0-9]{1,3}([,.'’`´_·٬ ])[0-9]{3}(?:\3[0-9]{3})*"
    r"|[0-9]{1,2}(?:,[0-9]{2})+,[0-9]{3}"  # India: 1,00,000
    r"|[0-9]+)"
)
_FIRST_GROUP = re.compile(r"[+\-−–]?[0-9]{1,3}")
_GROUP = re.compile(r"[0-9]{3}[.,;!?]*")
_TO_LIMIT = re.compile(r"\s(?:to|at|=)$", re.IGNORECASE)
_FRACTION = re.compile(r"[+\-−–]?[0-9]*[.,][0-9]+")
_MAX_QUOTED = 40

HOW: Final = "Use a whole number such as 200, or {} for no limit."
ZERO: Final = "A limit of 0 would let nobody in. To stop registrations, close registration; {} for no limit."
NEGATIVE: Final = f"A limit can't be less than 1. {HOW}"
FRACTION: Final = f"A limit can't be a fraction. {HOW}"
TOO_MANY: Final = f"{{}} doesn't take a limit this high. Use at most {MAX_LIMIT:,}, or {{}} for no limit."
NO_LIMIT: Final = f"I don't understand “{{}}”. {HOW}"


@dataclass(frozen=True, slots=True)
class Limit:
    """Show or set the limit on registrations.

    `to` is the last word as typed, or a number with spaces ("2 500"); empty if there is only a webinar.
    """

    which: WebinarRef
    to: str = ""


def parse_limit(rest: str) -> Limit:
    """Parse the text after `limit`, in Slack's encoding."""
    text = unescape(rest)
    before, to = split_quoted(text) or _split_last(text)
    return Limit(ref_from_text(_TO_LIMIT.sub("", before)), to)


def _split_last(text: str) -> tuple[str, str]:
    """Split off the last word, or the groups of three of a number, but never the first word."""
    spans = [match.span() for match in re.finditer(r"\S+", text)]
    words = [text[a:b] for a, b in spans]
    at = len(words) - 1
    while at > 1 and _GROUP.fullmatch(words[at]) and _FIRST_GROUP.fullmatch(words[at - 1]):
        at -= 1
    return (text[: spans[at][0]].strip(), text[spans[at][0] :]) if at > 0 else (text, "")


def read_limit(text: str, off: str = "use `off`", provider: str = "The provider") -> int | None:
    """Parse the highest number of registrations; `None` means no limit.

    Raises `BadInput` that names a valid input. `off` is how to write "no limit" where the text was typed.
    `provider` is the provider's name.
    """
    word = " ".join(normalize("NFKC", text[:80]).split()).rstrip(".,;!?")
    if normalized_word(word) in OFF_WORDS:
        return None
    match = _NUMBER.fullmatch(word)
    if not match:
        if _FRACTION.fullmatch(word):
            raise BadInput(FRACTION.format(off))
        raise BadInput(NO_LIMIT.format(_shortened(text), off))
    sign, digits = match[1], match[2]
    limit = int(re.sub(r"\D", "", digits))
    if limit == 0:
        raise BadInput(ZERO.format(off))
    if sign and sign != "+":
        raise BadInput(NEGATIVE.format(off))
    if limit > MAX_LIMIT:
        raise BadInput(TOO_MANY.format(provider, off))
    return limit


def is_limit(text: str) -> bool:
    """Whether `read_limit` accepts `text`."""
    try:
        read_limit(text)
    except BadInput:
        return False
    return True


def next_limit(limit: int, count: int) -> int:
    """Suggest a higher limit: half as many again, rounded up to two significant digits."""
    least = max(limit, count)
    more = least + -(-least // 2)
    step = int("1" + "0" * (len(str(more)) - 2))
    return min(MAX_LIMIT, -(-more // step) * step)


def _shortened(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _MAX_QUOTED else line[: _MAX_QUOTED - 1] + "…"
