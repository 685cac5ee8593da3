"""What registering sends to the provider and what is kept: the line that a person sees before they register."""

from __future__ import annotations

from bot.model.webinar import Webinar
from bot.providers.event_ref import provider_name
from bot.slack.blocks import escape_sentence

KEPT_FOR = "90 days after the webinar"


def consent(webinar: Webinar, submit: str, *, with_channel: bool) -> str:
    """The line (mrkdwn) above or below the button `submit`. `with_channel`: the id of the channel is sent as well."""
    provider = provider_name(webinar.id)
    ids = "the ids of this workspace, of you and of this channel"
    if not with_channel:
        ids = "the ids of this workspace and of you"
    return escape_sentence(
        f"With {submit} you send your name, your email address, and {ids} to {provider}, where the host of the "
        f"webinar sees them.{_mail(webinar)} Greenroom keeps your name, address and link encrypted, until {KEPT_FOR}."
    )


def _mail(webinar: Webinar) -> str:
    provider = provider_name(webinar.id)
    preferences = webinar.registration.preferences if webinar.registration else None
    if preferences is None:
        return ""
    return f" {provider} {'sends no emails' if preferences.suppress_emails else 'confirms it by email'}."
