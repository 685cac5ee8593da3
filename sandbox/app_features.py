"""The command and the shortcuts that Slack offers, as in manifest.yml."""

from __future__ import annotations

from typing import Any

COMMANDS: list[dict[str, Any]] = [
    {
        "command": "/webinar",
        "description": "Create webinars, invite their team, register people, and remind your channels",
        "usage_hint": "create [title] [when] | add | edit | list | show | count | share | invite | team | register | "
        "registrants | link | remind | subscribe | unsubscribe | subscriptions | open | close | limit | registration | "
        "settings | move | duplicate | cancel | report | recording | followup | help",
        "should_escape": True,
    }
]
SHORTCUTS: list[dict[str, Any]] = [
    {
        "name": "Create a webinar",
        "type": "global",
        "callback_id": "create_webinar",
        "description": "Opens the form that creates a webinar",
    },
    {
        "name": "Use as webinar text",
        "type": "message",
        "callback_id": "use_as_description",
        "description": "Opens the form that creates a webinar, with this message as its description",
    },
]
