"""What registering sends to the provider and what is kept: the line that a person sees before they register."""

from __future__ import annotations

from bot.model.ability import Ability
from bot.model.webinar import Webinar
from bot.providers.event_ref import provider_name
from bot.slack.blocks import escape_sentence

KEPT_FOR = "90 days after the webinar"


def consent(webinar: Webinar, submit: str, *, with_channel: bool) -> str:
    """The line (mrkdwn) above or below the button `submit`. `with_channel`: the id of the channel is sent as well."""
    provider = provider_name(webinar.id)
    kept = "name, address, answers and link" if Ability.QUESTIONS in webinar.abilities else "name, address and link"
    return escape_sentence(
        f"With {submit} you send {_sent(webinar, with_channel=with_channel)} to {provider}, where the host of the "
        f"webinar sees them.{_mail(webinar)} Greenroom keeps your {kept} encrypted, until {KEPT_FOR}."
    )


def _sent(webinar: Webinar, *, with_channel: bool) -> str:
    """What the provider of this event gets: ids only if it keeps ids of other systems."""
    if Ability.EXTERNAL_ID not in webinar.abilities:
        answers = ", and your answers," if Ability.QUESTIONS in webinar.abilities else ""
        return f"your name and your email address{answers}"
    ids = "of this workspace, of you and of this channel" if with_channel else "of this workspace and of you"
    return f"your name, your email address, and the ids {ids}"


def _mail(webinar: Webinar) -> str:
    provider = provider_name(webinar.id)
    preferences = webinar.registration.preferences if webinar.registration else None
    if preferences is None:
        return ""
    return f" {provider} {'sends no emails' if preferences.suppress_emails else 'confirms it by email'}."
