"""Validates the people chosen in the team form: a sentence under each field for people who cannot have the role."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from bot.commands.people_args import Invite
from bot.commands.people_name import PersonName, name_of
from bot.errors import BadInput
from bot.model.people import Coworker, Person
from bot.model.registrant import MAX_NAME
from bot.model.team import MAX_TEAM, NewInvitee, Role
from bot.slack.blocks import cut, number
from bot.team.diff import Member, TeamDiff, WantedMember, diff_team, excess, find_member, is_same_person, read_role
from handlers.named_people import unknown_note
from handlers.team.form import COHOSTS, OUTSIDE, PANELISTS, TeamInput
from handlers.team.outsiders import Outsider, listed_problems, read_outsiders

NOT_POSSIBLE = "Some people can't be on the team as chosen: look at the messages below the fields."
NOTHING = "Nothing was changed. Choose someone, or close this form."
FROZEN = "The webinar has started: it is too late to change or remove {}. Put them back, and add people only."
FULL = "{} takes {} co-hosts and panelists together at most. Leave out {}."
OUTSIDERS = "People named by an address can be panelists only: co-hosts are people in your {provider} directory."
BY_ADDRESS = (
    "{} was invited by email address, and {} makes co-hosts only of those invited from its directory. Remove them "
    "first, then invite them as a co-host: they get another link."
)
NO_ADDRESS = (
    "Slack does not show the email address of {}. Leave them here, and write it in the field for people from outside "
    "Slack: {} <…>"
)
NO_LAST_NAME = (
    "Slack does not show the whole name of {}. Leave them here, and write their name in the field for people from "
    "outside Slack: {} <{}>"
)
HOST_ALREADY = "{} is the host already."
MAX_PROBLEM = 500


@dataclass(frozen=True)
class KnownPeople:
    """What is known about people who can be chosen."""

    team: Sequence[Member]
    people: Mapping[str, Person]
    coworker_at: Callable[[str], Coworker | None]
    """The coworker in the company directory with this address."""
    is_directory_read: bool = True
    provider: str = field(kw_only=True)
    """The provider's name."""


def users_to_look_up(typed: TeamInput, team: Sequence[Member]) -> list[str]:
    """The Slack users to look up: all chosen ones but members who keep their role."""
    unchanged = {(one.user_id, one.invitee.role) for one in team}
    chosen = [*((user, Role.COHOST) for user in typed.cohosts), *((user, Role.PANELIST) for user in typed.panelists)]
    return list(dict.fromkeys(user for user, role in chosen if (user, role) not in unchanged))


def wanted_members(typed: TeamInput, known: KnownPeople) -> list[WantedMember]:
    """The chosen people. Raises `BadInput` with all problems, each under its field."""
    wanted: list[WantedMember] = []
    problems: dict[str, list[str]] = {COHOSTS: [], PANELISTS: [], OUTSIDE: []}
    chosen = [*((COHOSTS, user, Role.COHOST) for user in typed.cohosts)]
    chosen += [(PANELISTS, user, Role.PANELIST) for user in typed.panelists]
    outsiders, problems[OUTSIDE] = read_outsiders(typed.outside, known.provider)
    named = _addressed_by_line(known.people, outsiders)
    addressed = {user: known.people[user].model_copy(update={"email": line.email}) for user, line in named.items()}
    known = replace(known, people={**known.people, **addressed})
    outsiders = [one for one in outsiders if one not in named.values()]
    for block, user_id, role in chosen:
        person = _from_slack(user_id, role, typed, known, outsiders)
        problem = person if isinstance(person, str) else _clash(person, _name(user_id, known), wanted, known)
        if problem:
            problems[block].append(problem)
        elif isinstance(person, WantedMember):
            wanted.append(person)
    _add_outsiders(typed, known, outsiders, wanted, problems[OUTSIDE])
    _refuse({block: listed_problems(sentences) for block, sentences in problems.items()})
    return wanted


def prefill_problem(command: Invite, typed: TeamInput, known: KnownPeople) -> str:
    """The problem with the people named in a command, shown when the form opens; empty if none."""
    unknown = unknown_note(command.people)
    by_address = (
        OUTSIDERS.format(provider=known.provider)
        if command.people.addresses and read_role(command.role) is Role.COHOST
        else ""
    )
    try:
        wanted_members(typed, known)
    except BadInput as error:
        return "\n".join(filter(None, [unknown, by_address, *error.fields.values()]))
    return "\n".join(filter(None, [unknown, by_address]))


def requested_diff(
    wanted: Sequence[WantedMember], team: Sequence[Member], shown: frozenset[str], *, started: bool, provider: str
) -> TeamDiff:
    """The requested diff; `provider` is the provider's name. Raises `BadInput` if it is empty or not possible."""
    diff = diff_team(team, wanted, shown)
    if not diff:
        _refuse({PANELISTS: NOTHING})
    if started and not diff.only_adds:
        _refuse({PANELISTS: FROZEN.format(number(len(diff.updated) + len(diff.deleted), "person", "people"))})
    if surplus := excess(team, diff):
        _refuse({OUTSIDE: FULL.format(provider, MAX_TEAM, number(surplus, "person", "people"))})
    return diff


def _addressed_by_line(people: Mapping[str, Person], outsiders: Sequence[Outsider]) -> dict[str, Outsider]:
    """The line with the whole name of each person whose address Slack does not show, by user id."""
    return {
        user_id: line
        for user_id, one in people.items()
        if not (one.email or one.is_bot)
        for line in [next((line for line in outsiders if _has_name(line, one)), None)]
        if line
    }


def _has_name(outsider: Outsider, person: Person) -> bool:
    name = " ".join(name_of(person)).split() or person.name.split()
    written = f"{outsider.first_name} {outsider.last_name}".casefold().split()
    return not outsider.name_problem and {word.casefold() for word in name} <= set(written)


def _from_slack(
    user_id: str, role: Role, typed: TeamInput, known: KnownPeople, outsiders: Sequence[Outsider]
) -> WantedMember | str:
    """The Slack user as a wanted member, or the reason why they cannot be one."""
    member = next((one for one in known.team if one.user_id == user_id), None)
    if member and member.invitee.role is role:
        return WantedMember(who=NewInvitee(role=role, email=member.invitee.email), user_id=user_id)
    person = known.people.get(user_id)
    if person is None:
        return "Slack does not tell who one of these people is. Choose them again, or write their address below."
    coworker = known.coworker_at(person.email)
    invitee = find_member(known.team, WantedMember(who=NewInvitee(role=role, coworker=coworker, email=person.email)))
    if invitee and invitee.role is Role.HOST:
        return HOST_ALREADY.format(person.name)
    if problem := _refusal(person, role, coworker, known):
        return problem
    if role is Role.COHOST and invitee and invitee.role is Role.PANELIST and not invitee.coworker_id:
        return BY_ADDRESS.format(person.name, known.provider)
    if coworker:
        return WantedMember(who=NewInvitee(role=role, coworker=coworker, is_mailed=typed.mails_slack), user_id=user_id)
    name = name_of(person)
    named_below = next((one for one in outsiders if _names(one, person)), None)
    if named_below:
        name = PersonName(named_below.first_name, named_below.last_name)
    if not all(name):
        return NO_LAST_NAME.format(person.name, " ".join(filter(None, [*name, "…"])), person.email)
    first, last = name.first[:MAX_NAME], name.last[:MAX_NAME]
    return WantedMember(
        who=NewInvitee(role=role, first_name=first, last_name=last, email=person.email, is_mailed=typed.mails_slack),
        user_id=user_id,
    )


def _names(outsider: Outsider, person: Person) -> bool:
    """Whether a line has the whole name of a Slack user whose profile does not have it."""
    is_named = outsider.email.lower() == person.email.lower() and not outsider.name_problem
    return is_named and not all(name_of(person))


def _refusal(person: Person, role: Role, coworker: Coworker | None, known: KnownPeople) -> str:
    if person.is_bot:
        return f"{person.name} is an app, so it can't be on a team."
    if person.is_deactivated:
        return f"{person.name} no longer uses Slack: their account is deactivated."
    if not person.email:
        return NO_ADDRESS.format(person.name, " ".join(filter(None, name_of(person))) or person.name)
    if role is Role.COHOST and coworker is None:
        if not known.is_directory_read:
            return (
                f"{person.name} can't be looked up: {known.provider}'s directory is not read yet. "
                "Try again in a minute."
            )
        return (
            f"{person.name} can't be a co-host: their email address is not in your company's {known.provider} "
            "directory. Choose them as a panelist."
        )
    return ""


def _clash(person: WantedMember, name: str, wanted: Sequence[WantedMember], known: KnownPeople) -> str:
    invitee = find_member(known.team, person)
    if invitee and invitee.role is Role.HOST:
        return HOST_ALREADY.format(name)
    if any(is_same_person(person, other) for other in wanted):
        return f"{name} is named twice: leave them in one place."
    return ""


def _add_outsiders(
    typed: TeamInput,
    known: KnownPeople,
    outsiders: Sequence[Outsider],
    wanted: list[WantedMember],
    problems: list[str],
) -> None:
    chosen = [known.people[user] for user in typed.user_ids if user in known.people]
    for outsider in outsiders:
        if any(_names(outsider, person) for person in chosen):
            continue  # the line names somebody who is chosen above
        coworker = known.coworker_at(outsider.email)
        # A coworker is invited by their directory entry; a typed name is ignored.
        facts = {} if coworker else {"first_name": outsider.first_name, "last_name": outsider.last_name}
        address = "" if coworker else outsider.email
        # Nor are they emailed unless coworkers are to be: without a direct message, the organizer gets their link.
        is_mailed = typed.mails_slack if coworker else typed.mails_outside
        who = NewInvitee(role=Role.PANELIST, coworker=coworker, email=address, is_mailed=is_mailed, **facts)
        person = WantedMember(who=who, user_id=_user_with_address(outsider.email, known))
        is_new = coworker is None and find_member(known.team, person) is None
        problem = _clash(person, outsider.email, wanted, known) or (outsider.name_problem if is_new else "")
        if problem:
            problems.append(problem)
        else:
            wanted.append(person)


def _user_with_address(address: str, known: KnownPeople) -> str:
    members = (one for one in known.team if one.user_id and one.invitee.email.lower() == address.lower())
    return next((one.user_id for one in members), "")


def _name(user_id: str, known: KnownPeople) -> str:
    person = known.people.get(user_id)
    member_name = next((one.invitee.name for one in known.team if one.user_id == user_id), "")
    return person.name if person else member_name


def _refuse(problems: Mapping[str, str]) -> None:
    fields = {block: cut(sentence, MAX_PROBLEM) for block, sentence in problems.items() if sentence}
    if fields:
        raise BadInput(NOT_POSSIBLE, fields)
