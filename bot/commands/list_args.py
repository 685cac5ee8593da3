"""Parse the arguments of `list`: which webinars, and words to look for in them."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from typing import Final, Literal, TypeAlias
from zoneinfo import ZoneInfo

from bot.commands.date_shapes import MONTHS
from bot.commands.slack_text import QUOTED, normalized_word, strip_quotes, unescape

Which: TypeAlias = Literal["coming", "mine", "past", "today", "tomorrow", "this week", "next week"]

KINDS: Final = ("mine", "past", "today", "tomorrow", "this week", "next week")
"""Every list but that of upcoming webinars."""
SUNDAY_FIRST: Final = frozenset({"en-US", "pt-BR"})
"""Slack's names of the languages whose calendars begin the week on Sunday."""

_UPCOMING: Final = frozenset({"upcoming", "coming", "coming up", "future"})
_WORDS: Final[dict[str, Which]] = {
    **dict.fromkeys(_UPCOMING, "coming"), "mine": "mine", "past": "past", "today": "today", "tomorrow": "tomorrow",
    "this week": "this week", "next week": "next week",
}  # fmt: skip
_PAST: Final = re.compile(
    r"(?:last|previous) (?:\w+ )?(?:week|month|quarter|year|half-year|days|weeks|months|quarters|years)$|yesterday$|"
    rf"since (?:(?:{'|'.join(name[:3] for name in MONTHS)})[a-z]*|q[1-4]|last \w+|yesterday|\d[\d/-]*)"
    r"(?: [a-z\d]+,?)*$",
    re.IGNORECASE,
)
"""A period that can only be one of past webinars."""
MAX_WORDS: Final = 180
"""Characters of a search that a paging button carries."""
_STARTS: Final = {"today": 0, "tomorrow": 1, "this week": 0, "next week": 7}


@dataclass(frozen=True, slots=True)
class List:
    """List webinars: upcoming, created by the user, past, or of a day or week; with `words` in them.

    Quoted words are never a period.
    """

    which: Which = "coming"
    words: str = ""
    quoted: bool = False

    @property
    def text(self) -> str:
        """The arguments that are parsed as this list, for buttons: of many words the first."""
        words = self.words[:MAX_WORDS].strip()
        kind = "" if self.which == "coming" else self.which
        return f'{kind} "{words}"'.strip() if self.quoted else f"{kind} {words}".strip()


def parse_list(rest: str) -> List:
    """Parse the text after `list`, in Slack's encoding. Quoted words are always words of a title."""
    words = rest.split(maxsplit=2)
    for count in (2, 1) if not QUOTED.fullmatch(rest) else ():
        kind = _WORDS.get(" ".join(map(normalized_word, words[:count])))
        if kind and len(words) >= count:
            after = rest.split(maxsplit=count)[count:]
            return _list(kind, unescape("".join(after)))
    found = _list("coming", unescape(rest))
    return replace(found, which="past") if not found.quoted and _PAST.match(found.words) else found


def _list(kind: Which, text: str) -> List:
    words = strip_quotes(text)
    return List(kind, words, quoted=words != text)


def period(which: Which, now: datetime, zone: ZoneInfo, locale: str = "") -> tuple[datetime, datetime] | None:
    """The first moment of a day or week and the first one after it, in UTC; `None` for the other lists.

    `zone` is the user's; `locale` is Slack's name of their language, which decides on which day a week begins.
    """
    if which not in _STARTS:
        return None
    day, days = now.astimezone(zone).date(), 1
    if which.endswith("week"):
        day, days = day - timedelta(days=(day.weekday() + (locale in SUNDAY_FIRST)) % 7), 7
    first = day + timedelta(days=_STARTS[which])
    midnights = (datetime.combine(each, time(), zone) for each in (first, first + timedelta(days=days)))
    begin, end = (midnight.astimezone(UTC) for midnight in midnights)
    return begin, end
