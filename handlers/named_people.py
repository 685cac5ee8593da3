"""The people named in a command, with user groups expanded; a group that cannot be read does not stop the others."""

from __future__ import annotations

import asyncio

from bot.commands.people_args import NamedPeople
from bot.errors import GreenroomError
from bot.slack.scopes import USER_GROUPS
from handlers.request import SlackRequest

NO_GROUP = "{} can't be read: it may be disabled. Its people are missing below."
NO_GROUPS = "Greenroom isn't allowed to read user groups, so the people of {} are missing below: choose them yourself."
A_GROUP = "One of the user groups"
NOBODY_HERE = "Nobody here is called {}: choose them below."


async def named_users(request: SlackRequest, people: NamedPeople) -> tuple[tuple[str, ...], str]:
    """The named Slack users, and a sentence that names the user groups that cannot be read; empty if all can."""
    read = (request.slack.user_group_members(group) for group in people.group_ids)
    found = await asyncio.gather(*read, return_exceptions=True)
    users = dict.fromkeys(people.user_ids)
    missing: list[str] = []
    for name, members in zip(people.group_names, found, strict=True):
        if isinstance(members, frozenset):
            users |= dict.fromkeys(sorted(members))
        elif isinstance(members, GreenroomError):
            missing.append(name or A_GROUP)
        else:
            raise members
    sentence = NO_GROUP if request.slack.granted.allow(USER_GROUPS) else NO_GROUPS
    return tuple(users), sentence.format(" and ".join(missing)) if missing else ""


def unknown_note(people: NamedPeople) -> str:
    """A sentence about names that no user has; empty without such names."""
    names = ", ".join(f"@{name}" for name in people.unknown_names)
    return NOBODY_HERE.format(names) if names else ""
