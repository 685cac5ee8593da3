"""The scopes of the Slack app, as in manifest.yml: what each is for, and what is lost without an optional one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

EMAIL, USER_GROUPS, FILES = "users:read.email", "usergroups:read", "files:read"


@dataclass(frozen=True)
class SlackScope:
    """One scope that the app requests."""

    reason: str
    lost: str = ""
    """What Greenroom does without it; empty for a scope that it cannot do without."""

    @property
    def is_optional(self) -> bool:
        """Whether Greenroom works without it."""
        return bool(self.lost)


SCOPES: Mapping[str, SlackScope] = {
    "commands": SlackScope("the command /webinar"),
    "chat:write": SlackScope("cards, reminders and direct messages"),
    "chat:write.public": SlackScope("cards in public channels without an invitation"),
    "channels:read": SlackScope("who can read a public channel"),
    "groups:read": SlackScope("who can read a private channel"),
    "users:read": SlackScope("names, time zones and admins"),
    EMAIL: SlackScope(
        "finding people in the company directory",
        "people type their address when they register, nobody becomes the host of a webinar that they create or add, "
        "and co-hosts need a line with their address",
    ),
    USER_GROUPS: SlackScope(
        "user groups as organizers",
        "user groups can't be organizers, and those chosen before count as nobody; choose people under "
        "/webinar settings",
    ),
    "team:read": SlackScope("the names of organizations that share a channel"),
    "files:write": SlackScope("calendar files, charts and CSV files"),
    FILES: SlackScope("lists of people that users upload", "lists of people are pasted into the form"),
}
OPTIONAL: frozenset[str] = frozenset(name for name, scope in SCOPES.items() if scope.is_optional)
"""Scopes that people can leave out when they install the app: docs.slack.dev/changelog/2026/03/16/optional-scopes"""
ADDED_BY_ADMIN: frozenset[str] = frozenset({"channels:history", "groups:history", "im:history"})
"""Scopes that an admin may add to avoid repeated alerts: docs/notices.md"""


class GrantedScopes:
    """The scopes of the token, as Slack names them with every answer: no call is made for them."""

    def __init__(self) -> None:
        """Nothing is known before the first answer."""
        self._header = ""
        self._refused: set[str] = set()
        self.names: frozenset[str] = frozenset()
        """Empty until Slack has named them."""

    def note_header(self, header: str) -> None:
        """Note the header `X-OAuth-Scopes` of an answer: docs.slack.dev/authentication/installing-with-oauth."""
        if header and header != self._header:
            self._header, self.names = header, frozenset(header.replace(" ", "").split(",")) - {""}
            self._refused.clear()

    def note_refusal(self, needed: str) -> None:
        """Note the scopes that Slack names as `needed` with `missing_scope`; any one of them would do."""
        self._refused |= {name for name in needed.replace(" ", "").split(",") if name}

    def allow(self, scope: str) -> bool:
        """Whether the token has this scope. A scope counts as granted as long as Slack has not said otherwise."""
        return scope not in self._refused and (not self.names or scope in self.names)
