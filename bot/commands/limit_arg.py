"""Reads a limit on registrations as people write it, and finds a good next one."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Final
from unicodedata import normalize

from bot.commands.find_webinar import find
from bot.commands.parser import Limit
from bot.commands.slack_text import plain
from bot.commands.webinar_ref import WebinarRef
from bot.errors import BadInput
from bot.model.lifecycle import ListedWebinar

MOST: Final = 2**31 - 1
"""What RingCentral's `autoCloseLimit` can hold (RegSessionModel, int32); no lower bound is published."""
OFF: Final = frozenset({"off", "none", "no", "unlimited"})

_NUMBER = re.compile(r"([+\-−–]?)([0-9]{1,3}(?:[,.'’ _][0-9]{3})+|[0-9]+)")
_FRACTION = re.compile(r"[+\-−–]?[0-9]*[.,][0-9]+")
_QUOTED_AT_MOST = 40

HOW: Final = "Use a whole number such as 200, or {} for no limit."
ZERO: Final = "A limit of 0 would let nobody in. To stop registrations, close registration; {} for no limit."
NEGATIVE: Final = f"A limit can't be less than 1. {HOW}"
FRACTION: Final = f"People come whole. {HOW}"
TOO_MANY: Final = f"RingCentral can't count to that. Use at most {MOST:,}, or {{}} for no limit."
NO_LIMIT: Final = f"“{{}}” is no limit. {HOW}"


def read_limit(text: str, off: str = "use `off`") -> int | None:
    """The most people who may register; None for no limit.

    Raises `BadInput` with what to write instead; `off` says how no limit is written there.
    """
    word = normalize("NFKC", text[:80]).strip().rstrip(".,;!?")
    if plain(word) in OFF:
        return None
    match = _NUMBER.fullmatch(word)
    if not match:
        if _FRACTION.fullmatch(word):
            raise BadInput(FRACTION.format(off))
        raise BadInput(NO_LIMIT.format(_shortened(text), off))
    sign, digits = match.groups()
    limit = int(re.sub(r"\D", "", digits))
    if limit == 0:
        raise BadInput(ZERO.format(off))
    if sign and sign != "+":
        raise BadInput(NEGATIVE.format(off))
    if limit > MOST:
        raise BadInput(TOO_MANY.format(off))
    return limit


def settle(command: Limit, webinars: Sequence[ListedWebinar], now: datetime) -> Limit:
    """`limit` as it was meant, seeing which webinars there are: the last word may belong to the title after all.

    "limit Budget 2027" names the webinar Budget 2027 and no limit, where there is one; "limit launch day" names no
    limit; "limit 50" names no webinar.
    """
    which, to = command.which, command.to
    if which.quoted:
        return command
    if not to:
        return command if not _is_limit(which.text) or find(which, webinars, now) else Limit(WebinarRef(), which.text)
    whole = WebinarRef(f"{which.text} {to}")
    meant = find(whole, webinars, now)
    if _is_limit(to):
        meant = [webinar for webinar in meant if len(webinar.title.split()) == len(whole.text.split())]
    return Limit(whole, "") if meant else command


def next_limit(limit: int, count: int) -> int:
    """A limit worth offering next: half as many again, in two leading figures."""
    least = max(limit, count)
    more = least + -(-least // 2)
    step = int("1" + "0" * (len(str(more)) - 2))
    return min(MOST, -(-more // step) * step)


def _is_limit(text: str) -> bool:
    try:
        read_limit(text)
    except BadInput:
        return False
    return True


def _shortened(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _QUOTED_AT_MOST else line[: _QUOTED_AT_MOST - 1] + "…"
