"""People outside Slack in the team form, as the list of any form is read: one or several a line."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from bot.commands.people_table import ListedPerson
from bot.commands.people_text import read_list
from bot.model.email_address import AddressProblem, address_problem
from bot.model.registrant import MAX_EMAIL, MAX_NAME
from bot.model.team import Invitee, Role
from bot.slack.blocks import MAX_INPUT
from bot.team.diff import Member

MAX_SHOWN = 40
REMEDY = "Write Zoe Lang <zoe@partner.example>."


@dataclass(frozen=True)
class Outsider:
    """A person known by name and address only. A name that was not typed is empty."""

    number: int
    first_name: str = field(repr=False)
    last_name: str = field(repr=False)
    email: str = field(repr=False)

    @property
    def name_problem(self) -> str:
        """What is missing in the name; empty if it is whole. The provider requires both, and an address is no name."""
        if self.first_name and self.last_name:
            return ""
        missing = "last name" if self.first_name else "first name" if self.last_name else "name"
        return f"Line {self.number}: “{self.email[:MAX_SHOWN]}” has no {missing}. {REMEDY}"


def read_outsiders(text: str, provider: str) -> tuple[list[Outsider], list[str]]:
    """The people without duplicates, and a sentence for each line that the provider of this name does not take."""
    found: dict[str, Outsider] = {}
    problems: list[str] = []
    for person in read_list(text).people:
        if problem := _problem(person, provider):
            problems.append(f"Line {person.number}: {problem}")
        else:
            outsider = Outsider(person.number, person.first_name, person.last_name, person.email)
            known = found.get(person.email.lower())
            if known is None or known.name_problem:
                found[person.email.lower()] = outsider
    return list(found.values()), problems


def listed_problems(problems: Sequence[str]) -> str:
    """Sentences about several people as one text: a line for each, with the example of a line once."""
    lines = [problem.removesuffix(REMEDY).strip() if len(problems) > 1 else problem for problem in problems]
    return "\n".join([*lines, *([REMEDY] if lines != list(problems) else [])])


def invitee_line(invitee: Invitee) -> str:
    """A member as a line that `read_outsiders` parses: the name in quotes if it could be read as two people's."""
    name = re.sub(r"[<>@;|\"\s]+", " ", invitee.name).strip()
    lines = (f"{name} <{invitee.email}>", f'"{name}" <{invitee.email}>') if name else ()
    return next((line for line in lines if _is_read_as(line, invitee.email)), invitee.email)


def _is_read_as(line: str, address: str) -> bool:
    people, problems = read_outsiders(line, "")
    return [one.email for one in people] == [address] and not problems


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


def _problem(person: ListedPerson, provider: str) -> str:
    """Why a line is not a person; a missing name is not decided here."""
    problem = address_problem(person.email)
    if problem is AddressProblem.TOO_LONG:
        return f"this address is longer than the {MAX_EMAIL} characters that {provider} takes."
    shown = (person.email if problem else person.text)[:MAX_SHOWN] or person.text[:MAX_SHOWN]
    if problem:
        return f"“{shown}” is not an email address. {REMEDY}"
    if person.problem:
        return f"“{shown}” does not say clearly who has this address. {REMEDY}"
    if max(len(person.first_name), len(person.last_name)) > MAX_NAME:
        return f"a first or last name can have {MAX_NAME} characters at most."
    return ""
