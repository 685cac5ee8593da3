"""References to a webinar in a command: parse them, and find the webinars that one stands for."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, TypeVar
from unicodedata import category, normalize

from bot.commands.slack_text import EDGE_MARKS, normalized_word, strip_quotes, unescape
from bot.model.lifecycle import ListedWebinar, is_upcoming

_PLAIN_MARKS = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"', "„": '"', "–": "-", "—": "-", "\N{HYPHEN}": "-"})

W = TypeVar("W", bound=ListedWebinar)


class DescribedWebinar(ListedWebinar, Protocol):
    """A webinar as far as searching needs it."""

    @property
    def description(self) -> str: ...


D = TypeVar("D", bound=DescribedWebinar)


@dataclass(frozen=True, slots=True)
class WebinarRef:
    """What a command has for `<webinar>`: an id, `next`, words of a title, or nothing.

    A quoted text is always words of a title.
    """

    text: str = ""
    quoted: bool = False

    @property
    def is_missing(self) -> bool:
        """Whether the command names no webinar. The answer is a picker."""
        return not self.text

    @property
    def is_next(self) -> bool:
        """Whether it is the word `next`."""
        return not self.quoted and normalized_word(self.text) == "next"

    @property
    def is_defaults(self) -> bool:
        """Whether it is the word `defaults`: the workspace's default reminders, which only `remind` has."""
        return not self.quoted and normalized_word(self.text) == "defaults"


def ref_from_slack(rest: str) -> WebinarRef:
    """Parse the text after a verb, in Slack's encoding."""
    return ref_from_text(unescape(rest))


def ref_from_text(text: str) -> WebinarRef:
    """Parse text that is already decoded."""
    bare = strip_quotes(text)
    return WebinarRef(bare, quoted=bare != text)


def find_webinars(ref: WebinarRef, webinars: Iterable[W], now: datetime) -> list[W]:
    """Find the webinars that `ref` may mean: upcoming ones by start, then past ones, latest first.

    An id matches its webinar only, `next` the earliest upcoming start, a complete title the webinars with that title.
    Other words match if all of them occur in the title, in any order, ignoring case and accents.
    """
    ordered = _in_order(webinars, now)
    if ref.is_missing:
        return []
    if ref.is_next:
        upcoming = [webinar for webinar in ordered if is_upcoming(webinar, now)]
        return [webinar for webinar in upcoming if webinar.start == upcoming[0].start]
    by_id = [webinar for webinar in ordered if not ref.quoted and has_id(webinar, ref.text)]
    by_title = [webinar for webinar in ordered if has_title(webinar, ref.text)]
    words = [word.strip(EDGE_MARKS) or word for word in _folded(ref.text).split()]
    by_words = [webinar for webinar in ordered if all(word in _folded(webinar.title) for word in words)]
    return by_id or by_title or by_words


def search_webinars(text: str, webinars: Iterable[D]) -> list[D]:
    """The webinars, in their order, whose title and description together have all these words; or the one with this id.

    Case, accents and typographic marks are ignored, and a word may be a part of a longer one.
    """
    found = list(webinars)
    by_id = [webinar for webinar in found if has_id(webinar, text)]
    words = [word.strip(EDGE_MARKS) or word for word in _folded(text).split()]
    return by_id or [one for one in found if has_all(f"{one.title}\n{one.description}", words)]


def has_all(text: str, words: Iterable[str]) -> bool:
    """Whether all these folded words occur in `text`."""
    folded = _folded(text)
    return all(word in folded for word in words)


def has_title(webinar: ListedWebinar, text: str) -> bool:
    """Whether `text` is the complete title of `webinar`, ignoring case, accents and typographic marks."""
    return _folded(webinar.title) == _folded(text)


def has_words(webinar: ListedWebinar, text: str) -> bool:
    """Whether `text` is the id of `webinar`, or all its words are complete words of the title."""
    words, title = (Counter(re.findall(r"\w+", _folded(each))) for each in (text, webinar.title))
    return has_id(webinar, text) or bool(words and words <= title)


def has_id(webinar: ListedWebinar, text: str) -> bool:
    """Whether `text` is the id of `webinar`, or the number in it: an id can have a prefix and a date."""
    bare = text.strip(EDGE_MARKS)
    return webinar.id == bare or (bare.isdecimal() and webinar.id.split("-")[1:2] == [bare])


def _in_order(webinars: Iterable[W], now: datetime) -> list[W]:
    by_start = sorted(webinars, key=lambda webinar: webinar.start)
    upcoming = [webinar for webinar in by_start if is_upcoming(webinar, now)]
    return upcoming + [webinar for webinar in reversed(by_start) if not is_upcoming(webinar, now)]


def _folded(text: str) -> str:
    """Normalize `text` for comparison: lower case, no accents, straight quotation marks and hyphens."""
    flat = normalize("NFKD", text).translate(_PLAIN_MARKS)
    return " ".join("".join(c for c in flat if not category(c).startswith("M")).casefold().split())
