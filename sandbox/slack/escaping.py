"""The "Escape channels, users, and links" option of slash commands.

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
    people = {person.name: f"<@{person.id}|{person.name}>" for person in world.people.values()}
    groups = {g.handle: f"<!subteam^{g.id}|@{g.handle}>" for g in world.groups.values() if not g.disabled}
    channels = {c.name: f"<#{c.id}|{c.name}>" for c in world.channels.values() if c.kind != "dm"}
    mentions = groups | people

    def written(found: re.Match[str]) -> str:
        if found["link"]:
            return f"<{found['link']}>"
        if found["address"]:
            return f"<mailto:{found['address']}|{found['address']}>"
        known = mentions.get(found["person"]) if found["person"] else channels.get(found["channel"])
        return known or found[0]

    return NAMES.sub(written, text)
