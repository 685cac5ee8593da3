"""Parses people outside Slack, one per line: an address, or a name with the address in < >."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from bot.model.email_address import AddressProblem, address_problem
from bot.model.people import Person
from bot.model.registrant import MAX_EMAIL, MAX_NAME
from bot.model.team import Invitee, Role
from bot.slack.blocks import MAX_INPUT
from bot.team.diff import Member

_NAMED = re.compile(r"\s*[\"']?(?P<name>[^<>@]*?)[\"']?\s*<(?P<address>[^<>]*)>[\s,;]*")
MAX_SHOWN = 40


@dataclass(frozen=True)
class Outsider:
    """A person known by name and address only."""

    first_name: str = field(repr=False)
    last_name: str = field(repr=False)
    email: str = field(repr=False)


def read_outsiders(text: str) -> tuple[list[Outsider], list[str]]:
    """The people without duplicates, and a sentence for each invalid line."""
    found: dict[str, Outsider] = {}
    problems: list[str] = []
    for number, line in enumerate(text.splitlines(), 1):
        for name, address in _people(line):
            if problem := _problem(name, address):
                problems.append(f"Line {number}: {problem}")
            else:
                found.setdefault(address.lower(), Outsider(*(_split(name, address)), address))
    return list(found.values()), problems


def full_name(person: Person) -> tuple[str, str]:
    """First and last name of a Slack user: RingCentral requires both."""
    if person.first_name.strip() and person.last_name.strip():
        return person.first_name.strip()[:MAX_NAME], person.last_name.strip()[:MAX_NAME]
    first, last = _split(person.name, person.email)
    return first[:MAX_NAME], last[:MAX_NAME]


def invitee_line(invitee: Invitee) -> str:
    """A member as a line that `read_outsiders` parses."""
    name = re.sub(r"[<>@\s]+", " ", invitee.name).strip()
    return f"{name} <{invitee.email}>" if name else invitee.email


def outsider_lines(team: Iterable[Member]) -> tuple[list[Member], str]:
    """The panelists outside Slack whose lines fit into the field, and the lines."""
    shown: list[Member] = []
    lines: Sequence[str] = ()
    for member in team:
        if member.user_id or member.invitee.role is not Role.PANELIST or address_problem(member.invitee.email):
            continue
        longer = [*lines, invitee_line(member.invitee)]
        if len("\n".join(longer)) <= MAX_INPUT:
            shown, lines = [*shown, member], longer
    return shown, "\n".join(lines)


def _people(line: str) -> Iterator[tuple[str, str]]:
    if named := _NAMED.fullmatch(line):
        yield " ".join(named["name"].split()), named["address"].strip()
        return
    pieces = [piece for piece in re.split(r"[\s,;]+", line) if piece]
    if all("@" in piece for piece in pieces):
        yield from (("", piece) for piece in pieces)
    elif pieces:
        yield "", line.strip()


def _problem(name: str, address: str) -> str:
    problem = address_problem(address)
    if problem is AddressProblem.TOO_LONG:
        return f"this address is longer than the {MAX_EMAIL} characters that RingCentral takes."
    if problem:
        return f"“{(address or name)[:MAX_SHOWN]}” is no e-mail address. Write Zoe Lang <zoe@partner.example>."
    if any(len(part) > MAX_NAME for part in _split(name, address)):
        return f"a first or last name can have {MAX_NAME} characters at most."
    return ""


def _split(name: str, address: str) -> tuple[str, str]:
    """First and last name; missing parts come from the address."""
    first, _, last = " ".join(name.split()).partition(" ")
    local, _, domain = address.partition("@")
    if not first:
        pieces = [piece.capitalize() for piece in re.split(r"[._+-]+", local) if piece] or [local]
        first, last = pieces[0], " ".join(pieces[1:])
    return first, last or domain[:MAX_NAME]
