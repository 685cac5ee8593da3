"""RingCentral's refusals about people as our errors: on a team, or in a registration."""

from __future__ import annotations

import re

from bot.errors import AnswersRequired, ProviderConflict, ProviderGone, ProviderRefused, RegistrationClosed
from bot.model.team import MAX_TEAM
from bot.providers.ringcentral.errors import STATE

ON_THE_TEAM = "Somebody among them is on the team of this webinar already. Nothing has changed."
NOT_ON_THE_TEAM = (
    "Somebody who was to be changed or removed is not on the team of this webinar any more. Nothing has changed; "
    "please look at the team again."
)
NOT_CHANGEABLE = (
    "RingCentral does not let one of them be changed or removed; the host never can be. Nothing has changed."
)
ROLES = (
    "RingCentral does not accept one of the roles. A co-host must be a coworker, and attendees come by registration. "
    "Nothing has changed."
)
TOO_MANY = (
    f"RingCentral does not take all of these people. A webinar can have {MAX_TEAM} co-hosts and panelists at most. "
    "Nothing has changed."
)
NO_COWORKER = (
    "RingCentral does not know one of these people as a coworker. Nothing has changed; they can be invited as "
    "panelists, by email address."
)
REGISTERED = "This email address is registered for this webinar already. Nothing has changed."
NOT_REGISTERED = "This registration is not there any more. It may have been canceled."
CLOSED = "Registration for this webinar is closed or full, so nobody can register just now. Nothing has changed."
ANSWERS = (
    "This webinar asks questions when people register, and RingCentral lets them be answered on its own registration "
    "page only. Nothing has changed; please register there."
)
ADDRESS = (
    "RingCentral does not accept this email address; this webinar may take work addresses only. Nothing has changed; "
    "please try another address."
)

MAILED = (
    "RingCentral has sent one of these people their invitation meanwhile. Nothing has changed; please look at the "
    "team again."
)

TOO_MANY_CODES = frozenset({"CMN-106"})
COWORKERS = frozenset({"linkedUser", "userId", "accountId", "domain"})
MEMBERS = frozenset({"id", "inviteeId"})
QUESTIONS = frozenset({"questionnaire", "questionId", "answerIds", "answerText"})
ADDRESSES = frozenset({"email", "workEmailRequired"})


def team_error(refusal: ProviderRefused) -> ProviderRefused:
    """The refusal of a team change, with a more specific sentence if there is one."""
    parameter = _parameter(refusal)
    if isinstance(refusal, ProviderConflict):
        return _specific(ProviderConflict, ON_THE_TEAM, refusal)
    if isinstance(refusal, ProviderGone):
        return _specific(ProviderGone, NOT_ON_THE_TEAM, refusal) if parameter in MEMBERS else refusal
    if parameter in MEMBERS:
        return _specific(ProviderRefused, NOT_CHANGEABLE, refusal)
    if parameter == "sendInvite":
        # It cannot change from true to false: RingCentral has sent the invitation since we read the team.
        return _specific(ProviderConflict, MAILED, refusal)
    if parameter == "role":
        return _specific(ProviderRefused, ROLES, refusal)
    if parameter == "addedInvitees" or refusal.code in TOO_MANY_CODES:
        return _specific(ProviderRefused, TOO_MANY, refusal)
    return _specific(ProviderRefused, NO_COWORKER, refusal) if parameter in COWORKERS else refusal


def registrant_error(refusal: ProviderRefused, *, is_new: bool = False) -> ProviderRefused:
    """The refusal of a request about a registrant. Only the registration of a new one (`is_new`) can be closed."""
    parameter = _parameter(refusal)
    if isinstance(refusal, ProviderConflict):
        return _specific(ProviderConflict, REGISTERED, refusal)
    if isinstance(refusal, ProviderGone):
        return _specific(ProviderGone, NOT_REGISTERED, refusal) if parameter == "registrantId" else refusal
    if not is_new:
        return refusal
    if refusal.sentence == STATE:
        return _specific(RegistrationClosed, CLOSED, refusal)
    if parameter in QUESTIONS:
        return _specific(AnswersRequired, ANSWERS, refusal)
    return _specific(ProviderRefused, ADDRESS, refusal) if parameter in ADDRESSES else refusal


def _parameter(refusal: ProviderRefused) -> str:
    """The last part of the refused parameter's path, without a list index."""
    return re.sub(r"\[\d*\]$", "", refusal.parameter).rpartition(".")[2]


def _specific(kind: type[ProviderRefused], sentence: str, refusal: ProviderRefused) -> ProviderRefused:
    return kind(sentence, code=refusal.code, parameter=refusal.parameter, status=refusal.status)
