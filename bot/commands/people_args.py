"""Parse the arguments of the commands about people: `invite`, `team`, `register`, `registrants`."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from bot.commands.slack_text import EDGE_MARKS, normalized_word, split_quoted, unescape
from bot.commands.webinar_ref import WebinarRef, ref_from_slack, ref_from_text

# https://docs.slack.dev/messaging/formatting-message-text: <@U1|ana>, <!subteam^S1|@events>, <mailto:a@b.c|a@b.c>
_PERSON = re.compile(
    r"<@(?P<user>[UW][A-Z0-9]+)(?:\|[^<>]*)?>"
    r"|<!subteam\^(?P<group>S[A-Z0-9]+)(?:\|(?P<handle>[^<>]*))?>"
    r"|<mailto:(?P<mailto>[^<>|]+)(?:\|[^<>]*)?>"
    r"|(?<!\S)(?P<address>[^\s<>@,;]+@[^\s<>@,;]+\.[^\s<>@,;]+)"
    r"|(?<!\S)@(?P<unknown>[\w.-]+)"
)
_AS = re.compile(r"(?:^|\s)as\s+(?:an?\s+|the\s+)?(?P<role>[\w-]+(?:\s+host)?)[.!]*$", re.IGNORECASE)

_UNAMBIGUOUS_ROLES = frozenset({"cohost", "co-host", "panelist", "panellist"})
"""No title ends with "as" and one of these, so they can also be before the people."""
_ROLES = _UNAMBIGUOUS_ROLES | {"host", "attendee", "speaker", "guest"}
"""The words that are read as a role if no people follow."""


@dataclass(frozen=True, slots=True)
class NamedPeople:
    """The people in a command."""

    user_ids: tuple[str, ...] = ()
    group_ids: tuple[str, ...] = ()
    group_names: tuple[str, ...] = ()
    """The handles of these groups, such as "@events", in the same order; empty if Slack did not send them."""
    addresses: tuple[str, ...] = field(default=(), repr=False)
    unknown_names: tuple[str, ...] = ()
    """Names after an @ that no user of the workspace has."""

    def __bool__(self) -> bool:
        """Whether there are any."""
        return bool(self.user_ids or self.group_ids or self.addresses or self.unknown_names)


@dataclass(frozen=True, slots=True)
class Invite:
    """Invite people to the team of a webinar. `role` is the word after "as", as typed, or empty."""

    which: WebinarRef
    people: NamedPeople = NamedPeople()
    role: str = ""


@dataclass(frozen=True, slots=True)
class ShowTeam:
    """Show the team of a webinar."""

    which: WebinarRef


@dataclass(frozen=True, slots=True)
class Register:
    """Register for a webinar, or register others."""

    which: WebinarRef
    people: NamedPeople = NamedPeople()


@dataclass(frozen=True, slots=True)
class ShowRegistrants:
    """Show the registrants of a webinar."""

    which: WebinarRef


def parse_invite(rest: str) -> Invite:
    """Parse the arguments of `invite`: a webinar, people, and optionally a role."""
    before, people, after = _people(rest)
    role = _AS.search(after) if people else None
    if role is None and (role := _AS.search(before)):
        if normalized_word(role["role"]) in (_UNAMBIGUOUS_ROLES if people else _ROLES):
            before = before[: role.start()]
        else:
            role = None  # part of the title
    return Invite(ref_from_text(unescape(before)), people, normalized_word(role["role"]) if role else "")


def parse_team(rest: str) -> ShowTeam:
    """Parse the arguments of `team`."""
    return ShowTeam(ref_from_slack(rest))


def parse_register(rest: str) -> Register:
    """Parse the arguments of `register`: a webinar, and optionally people."""
    before, people, _ = _people(rest)
    return Register(ref_from_text(unescape(before)), people)


def parse_registrants(rest: str) -> ShowRegistrants:
    """Parse the arguments of `registrants`."""
    return ShowRegistrants(ref_from_slack(rest))


def slack_text(people: NamedPeople, max_length: int, ending: str = "") -> str:
    """The people in Slack's notation, as `parse_register` and `parse_invite` read them, in at most this length."""
    groups = zip(people.group_ids, people.group_names, strict=True)
    words = [
        *(f"<@{user}>" for user in people.user_ids),
        *(f"<!subteam^{group}{'|' if name else ''}{name}>" for group, name in groups),
        *people.addresses,
        *(f"@{name}" for name in people.unknown_names),
    ]
    while words and len(" ".join([*words, ending])) > max_length:
        words.pop()
    return " ".join([*words, ending]).strip()


def _people(rest: str) -> tuple[str, NamedPeople, str]:
    """The text before the people, the people, and the text after them."""
    quoted = split_quoted(rest)
    start = len(rest) - len(quoted[1]) if quoted else 0
    matches = list(_PERSON.finditer(rest, start))
    if not matches:
        return rest.strip(), NamedPeople(), ""
    groups = {match["group"]: match["handle"] or "" for match in matches if match["group"]}
    people = NamedPeople(
        user_ids=_unique(matches, "user"),
        group_ids=tuple(groups),
        group_names=tuple(groups.values()),
        addresses=tuple(dict.fromkeys(word.strip(EDGE_MARKS) for word in _unique(matches, "mailto", "address"))),
        unknown_names=_unique(matches, "unknown"),
    )
    before = rest[: matches[0].start()].strip()
    return re.sub(r"\s+(?:and|with|for)$", "", before), people, rest[matches[-1].end() :].strip()


def _unique(matches: list[re.Match[str]], *groups: str) -> tuple[str, ...]:
    """The values of these groups, each once, in order."""
    return tuple(dict.fromkeys(match[group] for match in matches for group in groups if match[group]))
