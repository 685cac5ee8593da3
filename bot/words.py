"""The grammar of `/webinar`: what was typed becomes a command, and words for a webinar become the webinars meant."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from difflib import get_close_matches
from string import punctuation
from typing import Final, Literal, Protocol, TypeAlias, TypeVar
from unicodedata import category, normalize

VERBS: Final = ("create", "list", "show", "count", "share", "cancel", "help")
# What people type first when they do not know our word; none of them is close to it in letters.
SYNONYMS: Final = {
    "new": "create", "add": "create", "make": "create", "schedule": "create", "plan": "create",
    "ls": "list", "all": "list", "upcoming": "list", "find": "list", "search": "list",
    "open": "show", "info": "show", "details": "show", "view": "show",
    "registrations": "count", "attendees": "count",
    "post": "share", "announce": "share", "publish": "share", "send": "share",
    "delete": "cancel", "remove": "cancel", "stop": "cancel",
}  # fmt: skip
LATE: Final = timedelta(hours=1)  # how long after its start a webinar that nobody has opened still counts as coming
OVER: Final = frozenset({"Finished", "Cancelled"})

_QUOTED = re.compile(r"[\"“”„«»]([^\"“”„«»]*)[\"“”„«»]|['‘’‚‹](.*)['‘’›]", re.DOTALL)
_EDGES = punctuation + "“”„«»‘’‚‹›–—…·"
# https://docs.slack.dev/messaging/formatting-message-text: <#C1|name>, <@U1|name>, <!here>, <https://…|label>, &amp;
_ESCAPED = re.compile(
    r"<(?:([#@])([A-Z0-9]+)|(!)([^<>|]+)|([a-z][a-z0-9+.-]*:[^<>|]*))(?:\|([^<>]*))?>|&(?:amp|lt|gt);"
)
_ENTITY = re.compile(r"&(amp|lt|gt);")
_CHARACTERS = {"amp": "&", "lt": "<", "gt": ">"}
_CHANNEL = re.compile(r"<#([A-Z0-9]+)(?:\|([^<>]*))?>")
_TYPED_CHANNEL = re.compile(r"(?:^|\s)#((?=[\w-]*[^\W\d])[\w-]{1,80})[.,;!?]*$")  # "Episode #5" is no channel
_TO_CHANNEL = re.compile(r"(?:^|\s)(?:to|in)\s*$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class WebinarWords:
    """What stands for `<webinar>`: an id, `next`, words of the title (all that it can be if `quoted`), or nothing."""

    text: str = ""
    quoted: bool = False

    @property
    def is_missing(self) -> bool:
        """Whether no webinar was named, so that a picker is the answer."""
        return not self.text

    @property
    def is_next(self) -> bool:
        """Whether the webinar that comes next is meant."""
        return not self.quoted and _plain(self.text) == "next"


@dataclass(frozen=True, slots=True)
class Bare:
    """`/webinar` and nothing else."""


@dataclass(frozen=True, slots=True)
class Help:
    """Help on one verb or on all; `unknown` is a word that is none of ours, `nearest` the verb it may have meant."""

    topic: str | None = None
    unknown: str | None = None
    nearest: str | None = None


@dataclass(frozen=True, slots=True)
class Create:
    """Open the form; `words` are the title and perhaps the start and the length, to the letter."""

    words: str = ""


@dataclass(frozen=True, slots=True)
class List:
    """List webinars: those to come, those the person made, or those that are over; with `words` in their titles."""

    which: Literal["coming", "mine", "past"] = "coming"
    words: str = ""


@dataclass(frozen=True, slots=True)
class Show:
    """Show one webinar."""

    which: WebinarWords


@dataclass(frozen=True, slots=True)
class Count:
    """Say how many have registered."""

    which: WebinarWords


@dataclass(frozen=True, slots=True)
class Share:
    """Put a webinar's card into a channel: by id, by name where Slack gave no id, or, with neither, here."""

    which: WebinarWords
    channel_id: str | None = None
    channel_name: str | None = None


@dataclass(frozen=True, slots=True)
class Cancel:
    """Cancel a webinar, after asking."""

    which: WebinarWords


Command: TypeAlias = Bare | Help | Create | List | Show | Count | Share | Cancel


class Named(Protocol):
    """What `find` needs to know of a webinar."""

    @property
    def id(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def start(self) -> datetime: ...
    @property
    def status(self) -> str: ...


W = TypeVar("W", bound=Named)


def parse(text: str) -> Command:
    """The command that `text` (what follows `/webinar`, as Slack sends it) asks for. Never raises, for any text."""
    words = _without_backticks(text.strip()).split(maxsplit=1)
    if not words:
        return Bare()
    first, rest = words[0], words[1] if len(words) > 1 else ""
    match _plain(first):
        case "create":
            return Create(unescape(rest))
        case "list":
            return _list(rest)
        case "show":
            return Show(_webinar(rest))
        case "count":
            return Count(_webinar(rest))
        case "cancel":
            return Cancel(_webinar(rest))
        case "share":
            return _share(rest)
        case "help" | "":
            return _help(unescape(rest))
    return Help(unknown=unescape(first), nearest=nearest(_plain(first)))


def _without_backticks(text: str) -> str:
    """A command that was pasted as code, without its marks."""
    bare = text.lstrip("`")
    ticks = text[: len(text) - len(bare)]
    verb, _, rest = bare.partition(" ")
    if rest and verb.endswith(ticks):  # only the verb was in code: later marks are the title's
        return bare
    return bare.removesuffix(ticks).strip()


def _plain(word: str) -> str:
    """A word of ours however it was typed: any case, any width, with punctuation or invisible characters around it."""
    visible = "".join(c for c in normalize("NFKC", word[:80]) if category(c) != "Cf")
    return visible.strip(_EDGES + " ").casefold()


def _list(rest: str) -> List:
    words = rest.split(maxsplit=1)
    first = _plain(words[0]) if words and not _QUOTED.fullmatch(rest) else ""
    after = _unquoted(unescape(words[1] if len(words) > 1 else ""))
    if first == "mine":
        return List("mine", after)
    if first == "past":
        return List("past", after)
    return List("coming", _unquoted(unescape(rest)))


def _webinar(rest: str) -> WebinarWords:
    text = unescape(rest)
    bare = _unquoted(text)
    return WebinarWords(bare, quoted=bare != text)


def _unquoted(text: str) -> str:
    match = _QUOTED.fullmatch(text)
    return (match[1] or match[2] or "").strip() if match else text


def _share(rest: str) -> Share:
    marked = list(_CHANNEL.finditer(rest))
    match = marked[-1] if marked else _TYPED_CHANNEL.search(rest)
    if not match:
        return Share(_webinar(rest))
    before = _TO_CHANNEL.sub("", rest[: match.start()])
    after = rest[match.end() :]
    which = _webinar(f"{before} {after if after.strip(_EDGES + ' ') else ''}".strip())
    if not marked:
        return Share(which, channel_name=match[1])
    return Share(which, channel_id=match[1], channel_name=unescape(match[2] or "") or None)


def _help(topic: str) -> Help:
    word = _plain(topic)
    if not word or word in VERBS:
        return Help(word or None)
    return Help(unknown=topic, nearest=nearest(word))


def unescape(text: str) -> str:
    """`text` as it was typed: Slack's marks for channels, people and links become what the person saw."""
    return _ESCAPED.sub(_as_typed, text).strip()


def _as_typed(match: re.Match[str]) -> str:
    sign, thing, special, broadcast, link, label = match.groups(default="")
    named = label or thing or broadcast or link
    if not named:
        return _ENTITY.sub(_character, match[0])
    shown = _ENTITY.sub(_character, named)
    sign = "@" if special and not label else sign
    return sign + shown


def _character(match: re.Match[str]) -> str:
    return _CHARACTERS[match[1]]


def nearest(word: str) -> str | None:
    """The verb that someone who typed `word` may have meant."""
    word = word[:40]
    begins = [verb for verb in VERBS if word and verb.startswith(word)]
    close = begins if len(begins) == 1 else get_close_matches(word, VERBS, n=1)
    return SYNONYMS.get(word) or (close[0] if close else None)


def find(which: WebinarWords, webinars: Iterable[W], now: datetime) -> list[W]:
    """The webinars that `which` may mean: first those to come, the soonest first, then those that are over, backwards.

    An id means its webinar alone, `next` the soonest that is not over, a whole title only the webinars that bear it.
    Other words must all occur in the title, in any order, whatever their case and accents.
    """
    ordered = _in_order(webinars, now)
    if which.is_missing:
        return []
    if which.is_next:
        coming = [webinar for webinar in ordered if _is_coming(webinar, now)]
        return [webinar for webinar in coming if webinar.start == coming[0].start]
    by_id = [webinar for webinar in ordered if not which.quoted and webinar.id == which.text.strip(_EDGES)]
    whole = [webinar for webinar in ordered if _folded(webinar.title) == _folded(which.text)]
    words = [word.strip(_EDGES) or word for word in _folded(which.text).split()]
    partly = [webinar for webinar in ordered if all(word in _folded(webinar.title) for word in words)]
    return by_id or whole or partly


def _in_order(webinars: Iterable[W], now: datetime) -> list[W]:
    found = sorted(webinars, key=lambda webinar: webinar.start)
    coming = [webinar for webinar in found if _is_coming(webinar, now)]
    return coming + [webinar for webinar in reversed(found) if not _is_coming(webinar, now)]


def _is_coming(webinar: Named, now: datetime) -> bool:
    """Whether it is on or still ahead; one that was due an hour ago and has not been opened is not."""
    return webinar.status not in OVER and (webinar.status == "Active" or webinar.start > now - LATE)


def _folded(text: str) -> str:
    """`text` for comparing: without case, accents, and the difference between straight and typographic marks."""
    flat = normalize("NFKD", text).translate(_FLAT)
    return " ".join("".join(c for c in flat if not category(c).startswith("M")).casefold().split())


_FLAT = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"', "„": '"', "–": "-", "—": "-", "\N{HYPHEN}": "-"})
