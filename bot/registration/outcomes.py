"""What an error of the provider means for one person to register. Pure."""

from __future__ import annotations

from datetime import datetime

from bot.errors import (
    AnswersRequired,
    AttemptsUsed,
    OutcomeUnknown,
    ProviderConflict,
    ProviderError,
    ProviderForbidden,
    ProviderGone,
    ProviderRefused,
    ProviderUnauthorized,
    RegistrationClosed,
)
from bot.model.time_text import date_and_clock
from bot.registration.request_state import RequestState

UNCLEAR = "unclear"
"""The problem of a request whose call was made, and whose registrant is not listed so far."""
ATTEMPTS = "attempts"
"""How the problem begins of an address whose attempts of the day are used up; the time of the next one follows."""
AFFECTS_ALL = (RegistrationClosed, AnswersRequired, ProviderForbidden, ProviderGone, ProviderUnauthorized)
"""Refusals that affect every other person as well."""


def outcome_of(error: ProviderError, problem: str, next_try: datetime | None = None) -> tuple[RequestState, str] | None:
    """The state and the problem after this error; `None` if the request must wait, and so must all others.

    `problem` is the one before; `next_try` is when attempts are possible again, by the clock of users.
    """
    if isinstance(error, OutcomeUnknown):
        return RequestState.REGISTERING, problem
    if isinstance(error, ProviderConflict):
        # After an unclear outcome, our own earlier call may have completed late: look it up in the list.
        is_unclear = problem == UNCLEAR
        return (RequestState.REGISTERING, problem) if is_unclear else (RequestState.ALREADY_REGISTERED, "")
    if isinstance(error, AttemptsUsed):
        return RequestState.REFUSED, f"{ATTEMPTS} {date_and_clock(next_try)}" if next_try else ATTEMPTS
    if isinstance(error, AFFECTS_ALL) or not isinstance(error, ProviderRefused):
        return None
    return RequestState.REFUSED, " ".join(filter(None, [error.code, error.parameter])) or str(error.status)
