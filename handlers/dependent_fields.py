"""Shows a form again after a choice in it, with the fields that belong to the choice."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.slack.message import View
    from handlers.request import SlackRequest


async def show_fields(request: SlackRequest, view: View) -> None:
    """Show the form in which a choice was made; Slack keeps what is typed into fields whose ids are the same."""
    action = request.body["actions"][0]
    await request.services.results.show_fields(
        request.view_id,
        view,
        view_hash=str((request.view or {}).get("hash", "")),
        chosen_at=float(action.get("action_ts") or 0.0),
    )
