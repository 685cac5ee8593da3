"""The commands about people: whom to invite and as what, who runs a webinar, and who has registered."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from bot.commands.slack_text import EDGE_MARKS, normalized_word, split_quoted, unescape
from bot.commands.webinar_ref import WebinarRef, ref_from_slack, ref_from_text

# https://docs.slack.dev/messaging/formatting-message-text: <@U1|ana>, <!subteam^S1|@events>, <mailto:a@b.c|a@b.c>
_PERSON = re.compile(
    r"<@(?P<user>[UW][A-Z0-9]+)(?:\|[^<>]*)?>"
    r"|<!subteam\^(?P<group>S[A-Z0-9]+)(?:\|[^<>]*)?>"
    r"|<mailto:(?P<mailto>[^<>|]+)(?:\|[^<>]*)?>"
    r"|(?<!\S)(?P<address>[^\s<>@,;]+@[^\s<>@,;]+\.[^\s<>@,;]+)"
    r"|(?<!\S)@(?P<nobody>[\w.-]+)"
)
_AS = re.compile(r"(?:^|\s)as\s+(?:an?\s+|the\s+)?(?P<role>[\w-]+(?:\s+host)?)[.!]*$", re.IGNORECASE)

_COMMON = frozenset({"cohost", "co-host", "panelist", "panellist"})
"""What no title ends in, so that it may also stand before the people."""
_ROLES = _COMMON | {"host", "attendee", "speaker", "guest"}
"""What people call those who are invited; without people, only these words end a title."""


@dataclass(frozen=True, slots=True)
class NamedPeople:
    """People who were named in a command."""

    user_ids: tuple[str, ...] = ()
    group_ids: tuple[str, ...] = ()
    addresses: tuple[str, ...] = field(default=(), repr=False)
    nobody: tuple[str, ...] = ()
    """Names after an @ that are nobody's in this workspace."""

    def __bool__(self) -> bool:
        """Whether anybody was named."""
        return bool(self.user_ids or self.group_ids or self.addresses or self.nobody)


@dataclass(frozen=True, slots=True)
class Invite:
    """Invite people to run a webinar; `role` is the word after "as", as typed, or empty."""

    which: WebinarRef
    people: NamedPeople = NamedPeople()
    role: str = ""


@dataclass(frozen=True, slots=True)
class ShowTeam:
    """Say who runs a webinar."""

    which: WebinarRef


@dataclass(frozen=True, slots=True)
class Register:
    """Register for a webinar, or register others."""

    which: WebinarRef
    people: NamedPeople = NamedPeople()


@dataclass(frozen=True, slots=True)
class ShowRegistrants:
    """Say who has registered."""

    which: WebinarRef


def parse_invite(rest: str) -> Invite:
    """What follows `invite`: a webinar, people, and perhaps what they are to be."""
    before, people, after = _people(rest)
    role = _AS.search(after) if people else None
    if role is None and (role := _AS.search(before)):
        if normalized_word(role["role"]) in (_COMMON if people else _ROLES):
            before = before[: role.start()]
        else:
            role = None  # it belongs to the title
    return Invite(ref_from_text(unescape(before)), people, normalized_word(role["role"]) if role else "")


def parse_team(rest: str) -> ShowTeam:
    """What follows `team`."""
    return ShowTeam(ref_from_slack(rest))


def parse_register(rest: str) -> Register:
    """What follows `register`: a webinar, and perhaps people."""
    before, people, _ = _people(rest)
    return Register(ref_from_text(unescape(before)), people)


def parse_registrants(rest: str) -> ShowRegistrants:
    """What follows `registrants`."""
    return ShowRegistrants(ref_from_slack(rest))


def _people(rest: str) -> tuple[str, NamedPeople, str]:
    """What stands before the people, the people, and what stands behind them."""
    quoted = split_quoted(rest)
    start = len(rest) - len(quoted[1]) if quoted else 0
    found = list(_PERSON.finditer(rest, start))
    if not found:
        return rest.strip(), NamedPeople(), ""
    people = NamedPeople(
        user_ids=_each(found, "user"),
        group_ids=_each(found, "group"),
        addresses=tuple(dict.fromkeys(one.strip(EDGE_MARKS) for one in _each(found, "mailto", "address"))),
        nobody=_each(found, "nobody"),
    )
    before = rest[: found[0].start()].strip()
    return re.sub(r"\s+(?:and|with|for)$", "", before), people, rest[found[-1].end() :].strip()


def _each(found: list[re.Match[str]], *groups: str) -> tuple[str, ...]:
    named = (match[group] for match in found for group in groups if match[group])
    return tuple(dict.fromkeys(named))
