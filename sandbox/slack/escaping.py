"""Names that people type: in commands with the "Escape channels, users, and links" option, and in messages.

https://docs.slack.dev/interactivity/implementing-slash-commands
"""

from __future__ import annotations

import re

from sandbox.slack.world import World

NAMES = re.compile(
    r"(?<![^\s,(])(?:"
    r"(?P<link>https?://[^\s<>|]*[^\s<>|.,;:!?)])"
    r"|(?P<address>[^\s<>@|,;:()]+@[^\s<>@|,;:()]+\.[A-Za-z]{2,})"
    r"|@(?P<person>[a-z0-9._-]*[a-z0-9_-])"
    r"|#(?P<channel>[a-z0-9_-]+))"
)


def escape(world: World, text: str) -> str:
    """Replace names of existing people, user groups and channels by ids, and put links and addresses in brackets."""
    return _written(world, text, "<@{0.id}|{0.name}>")


def mentions(world: World, text: str) -> str:
    """The same for a message, in which Slack writes people without their names."""
    return _written(world, text, "<@{0.id}>")


def _written(world: World, text: str, a_person: str) -> str:
    people = {person.name: a_person.format(person) for person in world.people.values()}
    groups = {g.handle: f"<!subteam^{g.id}|@{g.handle}>" for g in world.groups.values() if not g.disabled}
    channels = {c.name: f"<#{c.id}|{c.name}>" for c in world.channels.values() if c.kind not in ("dm", "mpim")}
    known = groups | people

    def written(found: re.Match[str]) -> str:
        if found["link"]:
            return f"<{found['link']}>"
        if found["address"]:
            return f"<mailto:{found['address']}|{found['address']}>"
        name = known.get(found["person"]) if found["person"] else channels.get(found["channel"])
        return name or found[0]

    return NAMES.sub(written, text)
