"""The names of the providers in sentences for users."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from bot.providers.event_ref import provider_name
from bot.settings import Settings

RINGCENTRAL: Final = "RingCentral"
ZOOM: Final = "Zoom"
SUBSCRIBED: Final = RINGCENTRAL
"""The provider whose webhooks are subscribed to by calls, and stored until they are read."""
LINKED: Final = ZOOM
"""The provider whose events are added by their link or number."""
PLACEHOLDER: Final = "{provider}"


def configured(settings: Settings) -> tuple[str, ...]:
    """The names of the providers that the settings have a login of."""
    logins = {RINGCENTRAL: settings.ringcentral, ZOOM: settings.zoom}
    return tuple(name for name, login in logins.items() if login)


def named(text: str, event_id: str) -> str:
    """A sentence with the name of the event's provider in place of `{provider}`; other braces stay."""
    return text.replace(PLACEHOLDER, provider_name(event_id))


def all_of(names: Sequence[str]) -> str:
    """The names of all providers of an account, for what is true of each: "A, B and C"."""
    *others, last = names
    return f"{', '.join(others)} and {last}" if others else last


def any_of(names: Sequence[str]) -> str:
    """The names of all providers of an account, for what is true of one of them: "A or B"."""
    return " or ".join(names)
