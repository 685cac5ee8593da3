"""What a refusal means where it is about people: on a team, or at the door of a registration."""

from __future__ import annotations

import re

from bot.errors import AnswersWanted, ProviderConflict, ProviderGone, ProviderRefused, RegistrationClosed
from bot.model.team import MOST
from bot.providers.ringcentral.errors import STATE

ON_THE_TEAM = "Somebody among them is on the team of this webinar already. Nothing has changed."
NOT_ON_THE_TEAM = (
    "Somebody who was to be changed or removed is not on the team of this webinar any more. Nothing has changed; "
    "please look at the team again."
)
UNTOUCHABLE = "RingCentral does not let one of them be changed or removed; the host never can be. Nothing has changed."
ROLES = (
    "RingCentral does not accept one of the roles. A co-host must be a coworker, and attendees come by registration. "
    "Nothing has changed."
)
TOO_MANY = (
    f"RingCentral does not take all of these people. A webinar can have {MOST} co-hosts and panelists at most. "
    "Nothing has changed."
)
NO_COWORKER = (
    "RingCentral does not know one of these people as a coworker. Nothing has changed; they can be invited as "
    "panelists, by e-mail address."
)
REGISTERED = "This e-mail address is registered for this webinar already. Nothing has changed."
NOT_REGISTERED = "This registration is not there any more. It may have been cancelled."
CLOSED = "Registration for this webinar is closed or full, so nobody can register just now. Nothing has changed."
ANSWERS = (
    "This webinar asks questions when people register, and RingCentral lets them be answered on its own registration "
    "page only. Nothing has changed; please register there."
)
ADDRESS = (
    "RingCentral does not accept this e-mail address; this webinar may take work addresses only. Nothing has changed; "
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


def of_a_team(refusal: ProviderRefused) -> ProviderRefused:
    """The refusal of a change to a team, in words about it where there are any."""
    blamed = _blamed(refusal)
    if isinstance(refusal, ProviderConflict):
        return _as(ProviderConflict, ON_THE_TEAM, refusal)
    if isinstance(refusal, ProviderGone):
        return _as(ProviderGone, NOT_ON_THE_TEAM, refusal) if blamed in MEMBERS else refusal
    if blamed in MEMBERS:
        return _as(ProviderRefused, UNTOUCHABLE, refusal)
    if blamed == "sendInvite":
        # True cannot go back to false: what we knew of them is not so any more.
        return _as(ProviderConflict, MAILED, refusal)
    if blamed == "role":
        return _as(ProviderRefused, ROLES, refusal)
    if blamed == "addedInvitees" or refusal.code in TOO_MANY_CODES:
        return _as(ProviderRefused, TOO_MANY, refusal)
    return _as(ProviderRefused, NO_COWORKER, refusal) if blamed in COWORKERS else refusal


def of_a_registrant(refusal: ProviderRefused, *, is_new: bool = False) -> ProviderRefused:
    """The refusal of a question about a registrant; only `is_new` ones can come to a closed door."""
    blamed = _blamed(refusal)
    if isinstance(refusal, ProviderConflict):
        return _as(ProviderConflict, REGISTERED, refusal)
    if isinstance(refusal, ProviderGone):
        return _as(ProviderGone, NOT_REGISTERED, refusal) if blamed == "registrantId" else refusal
    if not is_new:
        return refusal
    if refusal.sentence == STATE:
        return _as(RegistrationClosed, CLOSED, refusal)
    if blamed in QUESTIONS:
        return _as(AnswersWanted, ANSWERS, refusal)
    return _as(ProviderRefused, ADDRESS, refusal) if blamed in ADDRESSES else refusal


def _blamed(refusal: ProviderRefused) -> str:
    """The last name in the path of what is blamed, without its number in a list."""
    return re.sub(r"\[\d*\]$", "", refusal.parameter).rpartition(".")[2]


def _as(kind: type[ProviderRefused], sentence: str, refusal: ProviderRefused) -> ProviderRefused:
    return kind(sentence, code=refusal.code, parameter=refusal.parameter, status=refusal.status)
