"""RingCentral's refusals about people as our errors: on a team, or in a registration."""

from __future__ import annotations

import re

from bot.errors import AnswersRequired, ProviderConflict, ProviderGone, ProviderRefused, RegistrationClosed
from bot.model.team import MAX_TEAM
from bot.providers.ringcentral.errors import STATE

ON_THE_TEAM = "One of these people is already on the team of this webinar. Nothing was changed."
NOT_ON_THE_TEAM = (
    "One of these people is no longer on the team of this webinar, so nothing was changed. Look at the team again."
)
NOT_CHANGEABLE = (
    "RingCentral doesn't let one of these people be changed or removed, such as the host. Nothing was changed."
)
ROLES = (
    "RingCentral doesn't accept one of the roles, so nothing was changed. Co-hosts must be coworkers, and attendees "
    "register."
)
TOO_MANY = (
    f"These are too many people, so nothing was changed. A RingCentral webinar can have {MAX_TEAM} co-hosts and "
    f"panelists at most."
)
NO_COWORKER = (
    "RingCentral doesn't know one of these people as a coworker, so nothing was changed. Invite them as a panelist, "
    "by email address."
)
REGISTERED = "This email address is already registered for this webinar. Nothing was changed."
NOT_REGISTERED = "This registration no longer exists. It may have been canceled."
CLOSED = "Registration for this webinar is closed or full, so nobody can register right now. Nothing was changed."
ANSWERS = (
    "This webinar asks questions that can be answered only on RingCentral's registration page. Nothing was changed: "
    "register there."
)
ADDRESS = (
    "RingCentral doesn't accept this email address, so nothing was changed. The webinar may take work addresses only: "
    "try another one."
)

MAILED = (
    "RingCentral has just sent one of these people their invitation, so nothing was changed. Look at the team again."
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
