"""Finds the webinars that words stand for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final, TypeVar
from unicodedata import category, normalize

from bot.commands.parser import Remind
from bot.commands.slack_text import EDGES
from bot.commands.webinar_ref import WebinarRef
from bot.model.lifecycle import ListedWebinar, is_upcoming

MAX_WRONG: Final = 8  # words at the end that may be meant for times and are none

_FLAT = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"', "„": '"', "–": "-", "—": "-", "\N{HYPHEN}": "-"})


W = TypeVar("W", bound=ListedWebinar)


def find(which: WebinarRef, webinars: Iterable[W], now: datetime) -> list[W]:
    """The webinars that `which` may mean: first those to come, the soonest first, then those that are over, backwards.

    An id means its webinar alone, `next` the soonest that is not over, a whole title only the webinars that bear it.
    Other words must all occur in the title, in any order, whatever their case and accents.
    """
    ordered = _in_order(webinars, now)
    if which.is_missing:
        return []
    if which.is_next:
        coming = [webinar for webinar in ordered if is_upcoming(webinar, now)]
        return [webinar for webinar in coming if webinar.start == coming[0].start]
    by_id = [webinar for webinar in ordered if not which.quoted and webinar.id == which.text.strip(EDGES)]
    whole = [webinar for webinar in ordered if _folded(webinar.title) == _folded(which.text)]
    words = [word.strip(EDGES) or word for word in _folded(which.text).split()]
    partly = [webinar for webinar in ordered if all(word in _folded(webinar.title) for word in words)]
    return by_id or whole or partly


def settle(command: Remind, webinars: Sequence[ListedWebinar], now: datetime) -> Remind:
    """`remind` as it was meant, seeing which webinars there are.

    Where all that was typed is a whole title, no times were named. Where no webinar matches, the last words are taken
    for times, as few as let one match: "remind launch soon" is about Launch day, and "soon" is no time.
    """
    which = command.which
    if which.quoted or which.is_defaults:
        return command
    whole = f"{which.text} {command.times}".strip()
    if any(_folded(webinar.title) == _folded(whole) for webinar in webinars):
        return Remind(WebinarRef(whole), "")
    words = which.text.split()
    for keep in range(len(words), max(0, len(words) - MAX_WRONG), -1):
        shorter = WebinarRef(" ".join(words[:keep]))
        if find(shorter, webinars, now):
            return Remind(shorter, " ".join([*words[keep:], command.times]).strip())
    return command


def _in_order(webinars: Iterable[W], now: datetime) -> list[W]:
    found = sorted(webinars, key=lambda webinar: webinar.start)
    coming = [webinar for webinar in found if is_upcoming(webinar, now)]
    return coming + [webinar for webinar in reversed(found) if not is_upcoming(webinar, now)]


def _folded(text: str) -> str:
    """`text` for comparing: without case, accents, and the difference between straight and typographic marks."""
    flat = normalize("NFKD", text).translate(_FLAT)
    return " ".join("".join(c for c in flat if not category(c).startswith("M")).casefold().split())
