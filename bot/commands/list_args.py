"""Parse the arguments of `list`: which webinars, and words of their titles."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Final, Literal, TypeAlias
from zoneinfo import ZoneInfo

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
_STARTS: Final = {"today": 0, "tomorrow": 1, "this week": 0, "next week": 7}


@dataclass(frozen=True, slots=True)
class List:
    """List webinars: upcoming, created by the user, past, or of a day or week; with `words` in their titles."""

    which: Which = "coming"
    words: str = ""


def parse_list(rest: str) -> List:
    """Parse the text after `list`, in Slack's encoding. Quoted words are always words of a title."""
    words = rest.split(maxsplit=2)
    for count in (2, 1) if not QUOTED.fullmatch(rest) else ():
        kind = _WORDS.get(" ".join(map(normalized_word, words[:count])))
        if kind and len(words) >= count:
            after = rest.split(maxsplit=count)[count:]
            return List(kind, strip_quotes(unescape("".join(after))))
    return List("coming", strip_quotes(unescape(rest)))


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
