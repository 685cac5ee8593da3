"""OAuth scopes: those granted to the app, and those of each kind of conversation."""

from __future__ import annotations

GRANTED = frozenset(
    {
        "commands",
        "chat:write",
        "chat:write.public",
        "channels:read",
        "groups:read",
        "users:read",
        "users:read.email",
        "usergroups:read",
        "team:read",
        "files:read",
        "files:write",
    }
)
"""Default scopes of the installed app."""

# Kind of conversation → scope (https://docs.slack.dev/reference/scopes). A shared channel counts as public here.
READ = {
    "public": "channels:read",
    "shared": "channels:read",
    "private": "groups:read",
    "dm": "im:read",
    "mpim": "mpim:read",
}
HISTORY = {
    "public": "channels:history",
    "shared": "channels:history",
    "private": "groups:history",
    "dm": "im:history",
    "mpim": "mpim:history",
}


def any_of(kinds: dict[str, str]) -> tuple[str, ...]:
    """The scopes of which a token needs at least one, in the order of Slack's documentation."""
    return tuple(dict.fromkeys(kinds.values()))
