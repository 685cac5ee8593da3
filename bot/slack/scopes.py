"""The scopes that the Slack app requests, as in manifest.yml, and what each is for."""

from __future__ import annotations

from collections.abc import Mapping

SCOPES: Mapping[str, str] = {
    "commands": "the command /webinar",
    "chat:write": "cards, reminders and direct messages",
    "chat:write.public": "cards in public channels without an invitation",
    "channels:read": "who can read a public channel",
    "groups:read": "who can read a private channel",
    "users:read": "names, time zones and admins",
    "users:read.email": "finding people in the company directory",
    "usergroups:read": "user groups as organizers",
    "team:read": "the names of organizations that share a channel",
    "files:write": "calendar files, charts and CSV files",
    "files:read": "lists of people that users upload",
}
OPTIONAL: frozenset[str] = frozenset({"channels:history", "groups:history", "im:history"})
"""Scopes that an admin may add to avoid repeated alerts: docs/notices.md"""
