"""The grammar of `/webinar`: what was typed becomes a command, and words for a webinar become the webinars meant."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from bot.commands.people_args import (
    Invite,
    Register,
    ShowRegistrants,
    ShowTeam,
    parse_invite,
    parse_register,
    parse_registrants,
    parse_team,
)
from bot.commands.slack_text import (
    EDGE_MARKS,
    QUOTED,
    normalized_word,
    split_lengths,
    split_quoted,
    strip_quotes,
    unescape,
)
from bot.commands.verbs import VERBS, nearest_verb
from bot.commands.webinar_ref import WebinarRef, ref_from_slack, ref_from_text

# https://docs.slack.dev/messaging/formatting-message-text: <#C1|name>
_CHANNEL = re.compile(r"<#([A-Z0-9]+)(?:\|([^<>]*))?>")
_TYPED_CHANNEL = re.compile(r"(?:^|\s)#((?=[\w-]*[^\W\d])[\w-]{1,80})[.,;!?]*$")  # "Episode #5" is no channel
_TO_CHANNEL = re.compile(r"(?:^|\s)(?:to|in)\s*$", re.IGNORECASE)
_TO_LIMIT = re.compile(r"\s(?:to|at|=)$", re.IGNORECASE)
_ABOUT = frozenset({"for", "to", "from"})  # what stands before the target of a subscription


@dataclass(frozen=True, slots=True)
class Home:
    """`/webinar` and nothing else."""


@dataclass(frozen=True, slots=True)
class Help:
    """Help on one verb or on all; `unknown` is a word that is none of ours, `nearest_verb` the verb it may have meant."""

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

    which: WebinarRef


@dataclass(frozen=True, slots=True)
class Count:
    """Say how many have registered."""

    which: WebinarRef


@dataclass(frozen=True, slots=True)
class Share:
    """Put a webinar's card into a channel: by id, by name where Slack gave no id, or, with neither, here."""

    which: WebinarRef
    channel_id: str | None = None
    channel_name: str | None = None


@dataclass(frozen=True, slots=True)
class Remind:
    """Say what a channel is reminded of, or when; `times` are lengths as typed, or words that are none."""

    which: WebinarRef
    times: str = ""


Target: TypeAlias = WebinarRef | Literal["mine", "all"]
"""What a subscription is about: one webinar, those that the person made, or all of the workspace."""


@dataclass(frozen=True, slots=True)
class Subscribe:
    """Have more said in this channel; `features` are words as typed, ours or not, and none means the usual ones."""

    features: tuple[str, ...] = ()
    target: Target = "all"


@dataclass(frozen=True, slots=True)
class Unsubscribe:
    """Have less said in this channel; without `features`, nothing at all."""

    features: tuple[str, ...] = ()
    target: Target = "all"


@dataclass(frozen=True, slots=True)
class Subscriptions:
    """Say what is said in this channel."""


@dataclass(frozen=True, slots=True)
class Open:
    """Open the registration of a webinar."""

    which: WebinarRef


@dataclass(frozen=True, slots=True)
class Close:
    """Close the registration of a webinar."""

    which: WebinarRef


@dataclass(frozen=True, slots=True)
class Limit:
    """Say how many may register: `to` is the last word as typed, empty where only a webinar was named."""

    which: WebinarRef
    to: str = ""


@dataclass(frozen=True, slots=True)
class ShowSettings:
    """Say what holds for the whole workspace."""


@dataclass(frozen=True, slots=True)
class CancelWebinar:
    """Cancel a webinar, after asking."""

    which: WebinarRef


Command: TypeAlias = (
    Home
    | Help
    | Create
    | List
    | Show
    | Count
    | Share
    | Remind
    | Subscribe
    | Unsubscribe
    | Subscriptions
    | Open
    | Close
    | Limit
    | Invite
    | ShowTeam
    | Register
    | ShowRegistrants
    | ShowSettings
    | CancelWebinar
)


def parse(text: str) -> Command:
    """The command that `text` (what follows `/webinar`, as Slack sends it) asks for. Never raises, for any text."""
    words = _without_backticks(text.strip()).split(maxsplit=1)
    if not words:
        return Home()
    first, rest = words[0], words[1] if len(words) > 1 else ""
    verb = normalized_word(first) or "help"
    return _READ[verb](rest) if verb in _READ else Help(unknown=unescape(first), nearest=nearest_verb(verb))


def _without_backticks(text: str) -> str:
    """A command that was pasted as code, without its marks."""
    bare = text.lstrip("`")
    ticks = text[: len(text) - len(bare)]
    verb, _, rest = bare.partition(" ")
    if rest and verb.endswith(ticks):  # only the verb was in code: later marks are the title's
        return bare
    return bare.removesuffix(ticks).strip()


def _list(rest: str) -> List:
    words = rest.split(maxsplit=1)
    first = normalized_word(words[0]) if words and not QUOTED.fullmatch(rest) else ""
    after = strip_quotes(unescape(words[1] if len(words) > 1 else ""))
    if first == "mine":
        return List("mine", after)
    if first == "past":
        return List("past", after)
    return List("coming", strip_quotes(unescape(rest)))


def _share(rest: str) -> Share:
    marked = list(_CHANNEL.finditer(rest))
    match = marked[-1] if marked else _TYPED_CHANNEL.search(rest)
    if not match:
        return Share(ref_from_slack(rest))
    before = _TO_CHANNEL.sub("", rest[: match.start()])
    after = rest[match.end() :]
    which = ref_from_slack(f"{before} {after if after.strip(EDGE_MARKS + ' ') else ''}".strip())
    if not marked:
        return Share(which, channel_name=match[1])
    return Share(which, channel_id=match[1], channel_name=unescape(match[2] or "") or None)


def _remind(rest: str) -> Remind:
    text = unescape(rest)
    quoted = split_quoted(text)
    first, after = [*text.split(maxsplit=1), "", ""][:2]
    if normalized_word(first) == "defaults" and not quoted:
        return Remind(WebinarRef("defaults"), after)
    before, times = quoted or split_lengths(text)
    return Remind(ref_from_text(before), times)


def _subscribe(rest: str) -> Subscribe | Subscriptions:
    if normalized_word(rest) == "list":
        return Subscriptions()
    return Subscribe(*_followed(unescape(rest)))


def _unsubscribe(rest: str) -> Unsubscribe:
    return Unsubscribe(*_followed(unescape(rest)))


def _followed(text: str) -> tuple[tuple[str, ...], Target]:
    """The features, and what comes after "for"; "mine" and "all" need no "for"."""
    about = next((found for found in re.finditer(r"\S+", text) if normalized_word(found[0]) in _ABOUT), None)
    named = text[: about.start()] if about else text
    features = [word.strip(EDGE_MARKS) or word for word in re.split(r"[\s,]+", named)]
    features = [word for word in features if word and normalized_word(word) not in ("and", "")]
    target = _target(text[about.end() :].strip()) if about else None
    if target is None and features and normalized_word(features[-1]) in ("mine", "all"):
        target = _target(features.pop())
    return tuple(features), target or "all"


def _target(text: str) -> Target | None:
    which = ref_from_text(text)
    word = "" if which.quoted else normalized_word(text)
    if word == "mine" or word == "all":
        return "mine" if word == "mine" else "all"
    return None if which.is_missing else which


def _limit(rest: str) -> Limit:
    text = unescape(rest)
    words = text.rsplit(maxsplit=1)
    before, to = split_quoted(text) or ((words[0], words[1]) if len(words) > 1 else (text, ""))
    return Limit(ref_from_text(_TO_LIMIT.sub("", before)), to)


def _help(topic: str) -> Help:
    word = normalized_word(topic)
    if not word or word in VERBS:
        return Help(word or None)
    return Help(unknown=topic, nearest=nearest_verb(word))


_READ: Final[dict[str, Callable[[str], Command]]] = {
    "create": lambda rest: Create(unescape(rest)),
    "list": _list,
    "show": lambda rest: Show(ref_from_slack(rest)),
    "count": lambda rest: Count(ref_from_slack(rest)),
    "share": _share,
    "remind": _remind,
    "subscribe": _subscribe,
    "unsubscribe": _unsubscribe,
    "subscriptions": lambda _: Subscriptions(),
    "open": lambda rest: Open(ref_from_slack(rest)),
    "close": lambda rest: Close(ref_from_slack(rest)),
    "limit": _limit,
    "invite": parse_invite,
    "team": parse_team,
    "register": parse_register,
    "registrants": parse_registrants,
    "settings": lambda _: ShowSettings(),
    "cancel": lambda rest: CancelWebinar(ref_from_slack(rest)),
    "help": lambda rest: _help(unescape(rest)),
}
