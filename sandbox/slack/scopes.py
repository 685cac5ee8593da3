"""OAuth scopes: what the app's token is granted, and what each kind of conversation asks for."""

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
        "files:read",
        "files:write",
    }
)
"""What the app is installed with, unless somebody grants it other scopes."""

# Kind of conversation → scope (https://docs.slack.dev/reference/scopes). A shared channel is a public one here.
READ = {"public": "channels:read", "shared": "channels:read", "private": "groups:read", "dm": "im:read"}
HISTORY = {"public": "channels:history", "shared": "channels:history", "private": "groups:history", "dm": "im:history"}


def any_of(kinds: dict[str, str]) -> tuple[str, ...]:
    """The scopes of which a token needs at least one to be let in at all, in the order Slack's pages name them."""
    return tuple(dict.fromkeys(kinds.values()))
