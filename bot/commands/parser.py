"""The grammar of `/webinar`: parse typed text into a command."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from bot.commands.add_args import Add, parse_add
from bot.commands.event_link import without_secrets
from bot.commands.limit_arg import Limit, parse_limit
from bot.commands.link_args import RegistrationLink
from bot.commands.list_args import List, parse_list
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
from bot.commands.remind_args import Remind, RemindMe, parse_remind
from bot.commands.report_args import FollowUp, ShowRecording, ShowReport
from bot.commands.slack_text import (
    EDGE_MARKS,
    normalized_word,
    unescape,
    without_backticks,
)
from bot.commands.verbs import OWN, OWN_SEAT, VERBS, nearest_verb
from bot.commands.webinar_ref import WebinarRef, ref_from_slack, ref_from_text

# https://docs.slack.dev/messaging/formatting-message-text: <#C1|name>
_CHANNEL = re.compile(r"<#([A-Z0-9]+)(?:\|([^<>]*))?>")
_TYPED_CHANNEL = re.compile(r"(?:^|\s)#((?=[\w-]*[^\W\d])[\w-]{1,80})[.,;!?]*$")  # not "Episode #5"
_TO_CHANNEL = re.compile(r"(?:^|\s)(?:to|in)\s*$", re.IGNORECASE)
_AS_TYPED = frozenset({"add", "create", "help"})
"""Verbs whose words are no reference to a webinar: a link among them stays as it is."""
_TARGET_WORDS = frozenset({"for", "to", "from"})  # introduce the target of a subscription


@dataclass(frozen=True, slots=True)
class Home:
    """`/webinar` without arguments."""


@dataclass(frozen=True, slots=True)
class Help:
    """Help on one verb or on all. `unknown` is an unknown verb, `nearest` the closest match."""

    topic: str | None = None
    unknown: str | None = None
    nearest: str | None = None


@dataclass(frozen=True, slots=True)
class Create:
    """Open the form. `words` are the title and optionally the start and the length, unchanged."""

    words: str = ""


@dataclass(frozen=True, slots=True)
class Edit:
    """Open the form of one webinar."""

    which: WebinarRef


@dataclass(frozen=True, slots=True)
class Show:
    """Show one webinar."""

    which: WebinarRef


@dataclass(frozen=True, slots=True)
class Count:
    """Show the number of registrations."""

    which: WebinarRef


@dataclass(frozen=True, slots=True)
class Share:
    """Post a webinar's card in a channel: by id, by name if Slack sent no id, otherwise in this channel."""

    which: WebinarRef
    channel_id: str | None = None
    channel_name: str | None = None


Target: TypeAlias = WebinarRef | Literal["mine", "all"]
"""The webinars of a subscription: one, those created by the user, or all of the workspace."""


@dataclass(frozen=True, slots=True)
class Subscribe:
    """Subscribe this channel. `features` are words as typed, valid or not; empty means the default features."""

    features: tuple[str, ...] = ()
    target: Target = "all"


@dataclass(frozen=True, slots=True)
class Unsubscribe:
    """Unsubscribe this channel from `features`; empty means all."""

    features: tuple[str, ...] = ()
    target: Target = "all"


@dataclass(frozen=True, slots=True)
class Subscriptions:
    """Show the subscriptions of this channel."""


@dataclass(frozen=True, slots=True)
class Open:
    """Open the registration of a webinar."""

    which: WebinarRef


@dataclass(frozen=True, slots=True)
class Close:
    """Close the registration of a webinar."""

    which: WebinarRef


@dataclass(frozen=True, slots=True)
class ShowRegistration:
    """Open the form for the registration of a webinar: its status, limit and settings."""

    which: WebinarRef


@dataclass(frozen=True, slots=True)
class ShowSettings:
    """Show the settings of the workspace."""


@dataclass(frozen=True, slots=True)
class Duplicate:
    """Open the form filled from a webinar, to create it again."""

    which: WebinarRef


@dataclass(frozen=True, slots=True)
class Move:
    """Move a webinar, after a confirmation. `words` are the webinar and the new time, unchanged."""

    words: str = ""


@dataclass(frozen=True, slots=True)
class CancelWebinar:
    """Cancel a webinar, after a confirmation."""

    which: WebinarRef


Command: TypeAlias = (
    Home
    | Help
    | Create
    | Edit
    | List
    | Show
    | Count
    | Share
    | Remind
    | RemindMe
    | Subscribe
    | Unsubscribe
    | Subscriptions
    | Open
    | Close
    | ShowRegistration
    | Limit
    | Invite
    | ShowTeam
    | Register
    | ShowRegistrants
    | ShowSettings
    | Duplicate
    | RegistrationLink
    | Move
    | CancelWebinar
    | ShowReport
    | ShowRecording
    | FollowUp
    | Add
)


def parse(text: str) -> Command:
    """Parse the text after `/webinar`, in Slack's encoding. Never raises."""
    words = without_backticks(text.strip()).split(maxsplit=1)
    if not words:
        return Home()
    first, rest = words[0], words[1] if len(words) > 1 else ""
    verb = normalized_word(first) or "help"
    if verb in OWN or (verb in ("cancel", "link") and OWN_SEAT.fullmatch(rest.strip())):
        return Home()
    if verb not in _PARSERS:
        return Help(unknown=unescape(without_secrets(first)), nearest=nearest_verb(verb))
    return _PARSERS[verb](rest if verb in _AS_TYPED else without_secrets(rest))


def corrected(text: str, verb: str) -> str:
    """The text after `/webinar` with this verb in place of the unknown one, or of the unknown topic of `help`."""
    words = without_backticks(text.strip()).split(maxsplit=1)
    if normalized_word(words[0]) in ("", "help") and len(words) > 1:
        return f"help {verb}"
    is_title = verb in _AS_TYPED - {"add"}
    return " ".join([verb, *words[1:]]) if is_title else " ".join([verb, *map(without_secrets, words[1:])])


def _share(rest: str) -> Share:
    escaped = list(_CHANNEL.finditer(rest))
    match = escaped[-1] if escaped else _TYPED_CHANNEL.search(rest)
    if not match:
        return Share(ref_from_slack(rest))
    before = _TO_CHANNEL.sub("", rest[: match.start()])
    after = rest[match.end() :]
    ref = ref_from_slack(f"{before} {after if after.strip(EDGE_MARKS + ' ') else ''}".strip())
    if not escaped:
        return Share(ref, channel_name=match[1])
    return Share(ref, channel_id=match[1], channel_name=unescape(match[2] or "") or None)


def _subscribe(rest: str) -> Subscribe | Subscriptions:
    if normalized_word(rest) == "list":
        return Subscriptions()
    return Subscribe(*_features_and_target(unescape(rest)))


def _features_and_target(text: str) -> tuple[tuple[str, ...], Target]:
    """The features, and the target after "for". "mine" and "all" need no "for"."""
    words = re.finditer(r"\S+", text)
    introducer = next((word for word in words if normalized_word(word[0]) in _TARGET_WORDS), None)
    before = text[: introducer.start()] if introducer else text
    features = [word.strip(EDGE_MARKS) or word for word in re.split(r"[\s,]+", before)]
    features = [word for word in features if word and normalized_word(word) not in ("and", "")]
    target = _target(text[introducer.end() :].strip()) if introducer else None
    if target is None and features and normalized_word(features[-1]) in ("mine", "all"):
        target = _target(features.pop())
    return tuple(features), target or "all"


def _target(text: str) -> Target | None:
    ref = ref_from_text(text)
    word = "" if ref.quoted else normalized_word(text)
    if word == "mine" or word == "all":
        return "mine" if word == "mine" else "all"
    return None if ref.is_missing else ref


def _help(topic: str) -> Help:
    word = normalized_word(topic)
    if not word or word in VERBS:
        return Help(word or None)
    return Help(unknown=topic, nearest=nearest_verb(word))


_PARSERS: Final[dict[str, Callable[[str], Command]]] = {
    "add": parse_add,
    "create": lambda rest: Create(unescape(rest)),
    "edit": lambda rest: Edit(ref_from_slack(rest)),
    "list": parse_list,
    "show": lambda rest: Show(ref_from_slack(rest)),
    "count": lambda rest: Count(ref_from_slack(rest)),
    "share": _share,
    "remind": parse_remind,
    "subscribe": _subscribe,
    "unsubscribe": lambda rest: Unsubscribe(*_features_and_target(unescape(rest))),
    "subscriptions": lambda _: Subscriptions(),
    "open": lambda rest: Open(ref_from_slack(rest)),
    "close": lambda rest: Close(ref_from_slack(rest)),
    "limit": parse_limit,
    "registration": lambda rest: ShowRegistration(ref_from_slack(rest)),
    "invite": parse_invite,
    "team": parse_team,
    "register": parse_register,
    "registrants": parse_registrants,
    "settings": lambda _: ShowSettings(),
    "link": lambda rest: RegistrationLink(unescape(rest)),
    "move": lambda rest: Move(unescape(rest)),
    "duplicate": lambda rest: Duplicate(ref_from_slack(rest)),
    "cancel": lambda rest: CancelWebinar(ref_from_slack(rest)),
    "report": lambda rest: ShowReport(ref_from_slack(rest)),
    "recording": lambda rest: ShowRecording(ref_from_slack(rest)),
    "followup": lambda rest: FollowUp(ref_from_slack(rest)),
    "help": lambda rest: _help(unescape(rest)),
}
