"""The names and labels of the registration preferences, by the provider's parameter."""

from __future__ import annotations

from collections.abc import Mapping

from bot.model.webinar import OnDemand, Preferences, Webinar
from bot.providers.event_ref import provider_name
from bot.webinars.texts.facts import people

# Block and option ids of the form are these names.
SUPPRESS = "suppressEmails"
DIGEST = "registrationDigestEnabled"
WORK_EMAIL = "workEmailRequired"
DEVICES = "preventMultipleDeviceJoins"
REOPENS = "autoOpenPostWebinarRegistration"
RECORDING = "viewRecording"
ON_DEMAND = "onDemandDuration"

FIELDS: Mapping[str, tuple[str, str]] = {
    SUPPRESS: ("suppress_emails", "{provider} emails nobody"),
    DIGEST: ("digest", "Daily digest of registrations by email"),
    WORK_EMAIL: ("work_email_required", "A work email address is required"),
    DEVICES: ("prevent_multiple_device_joins", "Joining on several devices"),
    REOPENS: ("open_after_event", "People can register after the event"),
    RECORDING: ("view_recording", "Registrants can watch the recording"),
    ON_DEMAND: ("on_demand", "How long after the event?"),
}
"""Our field of each parameter, and its label, with `{provider}` in place of the provider's name."""

DURATIONS: Mapping[OnDemand, str] = {
    OnDemand.ONE_MONTH: "1 month",
    OnDemand.TWO_MONTHS: "2 months",
    OnDemand.THREE_MONTHS: "3 months",
    OnDemand.SIX_MONTHS: "6 months",
    OnDemand.ONE_YEAR: "1 year",
}


def preference_label(parameter: str, provider: str) -> str:
    """The label of a preference; `provider` is the provider's name."""
    return FIELDS[parameter][1].format(provider=provider)


def value_text(preferences: Preferences, parameter: str) -> str:
    """The value of a preference in words."""
    current = getattr(preferences, FIELDS[parameter][0])
    return DURATIONS[current] if isinstance(current, OnDemand) else "On" if current else "Off"


def emails_sentence(webinar: Webinar, count: int) -> str:
    """How many of `count` people the provider emails when it registers them, by the registration as last read."""
    provider = provider_name(webinar.id)
    preferences = webinar.registration.preferences if webinar.registration else None
    if preferences is None:
        return f"{provider} emails at most {people(count)}: nobody if its emails are turned off for this webinar."
    if preferences.suppress_emails:
        return f"{provider} emails nobody: its emails are turned off for this webinar."
    return f"{provider} emails {people(count)}: each gets a confirmation with their own link."


def differing_parameters(first: Preferences | None, second: Preferences | None) -> list[str]:
    """The parameters in which two sets of preferences differ; empty if either is unknown."""
    if first is None or second is None:
        return []
    return [parameter for parameter, (field, _) in FIELDS.items() if getattr(first, field) != getattr(second, field)]
