"""What registering sends to the provider and what is kept: what a person sees before they register."""

from __future__ import annotations

from bot.model.ability import Ability
from bot.model.webinar import Webinar
from bot.providers.event_ref import provider_name
from bot.slack.blocks import Element, confirm_dialog, escape_sentence

KEPT_FOR = "90 days after the webinar"


def consent(webinar: Webinar, submit: str, *, with_channel: bool) -> str:
    """The line (mrkdwn) above or below the button `submit`. `with_channel`: the id of the channel is sent as well."""
    provider = provider_name(webinar.id)
    kept = "name, address, answers and link" if Ability.QUESTIONS in webinar.abilities else "name, address and link"
    return escape_sentence(
        f"With {submit} you send {_sent(webinar, with_channel=with_channel)} to {provider}, where the host of the "
        f"webinar sees them.{_mail(webinar)} Greenroom keeps your {kept} encrypted, until {KEPT_FOR}."
    )


def consent_dialog(webinar: Webinar) -> Element:
    """The confirmation of a button that registers with the Slack profile.

    It is the same for everybody who sees the button, also for those who have a seat, or to whom a form or a reason for
    no seat is shown: so it says what registering sends, and promises no seat.
    """
    keeps_ids = Ability.EXTERNAL_ID in webinar.abilities
    sent = "name, email address and Slack IDs" if keeps_ids else "name and email address"
    text = (
        f"{provider_name(webinar.id)} and the host get your {sent}{_mail_clause(webinar)}. "
        f"Greenroom keeps your seat encrypted until {KEPT_FOR}."
    )
    title = "Register with your Slack profile?"
    return confirm_dialog(title=title, text=escape_sentence(text), confirm="Register", deny="Not Now")


def _sent(webinar: Webinar, *, with_channel: bool) -> str:
    """What the provider of this event gets: ids only if it keeps ids of other systems."""
    if Ability.EXTERNAL_ID not in webinar.abilities:
        answers = ", and your answers," if Ability.QUESTIONS in webinar.abilities else ""
        return f"your name and your email address{answers}"
    ids = "of this workspace, of you and of this channel" if with_channel else "of this workspace and of you"
    return f"your name, your email address, and the IDs {ids}"


def _mail(webinar: Webinar) -> str:
    provider, sends = provider_name(webinar.id), _sends_emails(webinar)
    if sends is None:
        return ""
    return f" {provider} {'confirms it by email' if sends else 'sends no emails'}."


def _mail_clause(webinar: Webinar) -> str:
    sends = _sends_emails(webinar)
    if sends is None:
        return ""
    return f", and {provider_name(webinar.id)} {'confirms by email' if sends else 'sends no emails'}"


def _sends_emails(webinar: Webinar) -> bool | None:
    """Whether the provider emails registrants; None if that is not known."""
    preferences = webinar.registration.preferences if webinar.registration else None
    return not preferences.suppress_emails if preferences else None
