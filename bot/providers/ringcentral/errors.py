"""What RingCentral's refusals mean, in words that a marketer or an administrator can act on."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.errors import (
    OutcomeUnknown,
    ProviderBusy,
    ProviderConflict,
    ProviderDown,
    ProviderError,
    ProviderForbids,
    ProviderGone,
    ProviderLogin,
    ProviderRefused,
)

BUSY = (
    "RingCentral takes only so many calls a minute, and they are used up. Nothing has changed; please try again soon."
)
DOWN = "RingCentral cannot be reached or is in trouble. Nothing has changed there; please try again in a few minutes."
UNKNOWN = "RingCentral gave no clear answer, so it may or may not have done this. Look there before trying again."
GONE = "RingCentral does not have this webinar, or does not show it to the user that Greenroom works as."
CONFLICT = "RingCentral says that this is there already. Nothing has changed."
STATE = (
    "RingCentral did not allow this. The webinar may have started or ended already, "
    "or the user that Greenroom works as may not change it."
)
APP_PERMISSION = (
    "The RingCentral app that Greenroom uses lacks the permission {}. An administrator can add it in RingCentral's "
    "developer console, in the app's settings under App permissions."
)
USER_PERMISSION = (
    "The RingCentral user that Greenroom works as lacks the permission {}. An administrator can give it in "
    "RingCentral's Admin Portal, in the role of that user."
)
LICENCE = (
    "This is not part of the RingCentral plan of the host. An administrator can give the host a Webinar licence in "
    "RingCentral's Admin Portal."
)
WRONG_APP = (
    "RingCentral does not know the app that Greenroom logs in with. An administrator must check RC_APP_CLIENT_ID and "
    "RC_APP_CLIENT_SECRET."
)
WRONG_JWT = (
    "RingCentral does not accept the JWT that Greenroom logs in with. An administrator must make a new one in the "
    "developer console, for this app, and set RC_USER_JWT."
)
NO_JWT_GRANT = (
    "The RingCentral app that Greenroom uses may not log in with a JWT. An administrator can allow the JWT auth flow "
    "in the app's settings in RingCentral's developer console."
)
NO_USER = (
    "RingCentral does not let the user log in that Greenroom works as. An administrator must enable that user, or set "
    "RC_USER_JWT to the JWT of another."
)
NO_LOGIN = (
    "RingCentral does not accept Greenroom's login. An administrator must check RC_APP_CLIENT_ID, "
    "RC_APP_CLIENT_SECRET and RC_USER_JWT."
)

# developers.ringcentral.com/guide/basics/errors, and RFC 6749 §5.2 for the words in small letters
LOGINS = {
    "OAU-140": WRONG_JWT,
    "OAU-146": WRONG_APP,
    "OAU-112": NO_JWT_GRANT,
    "OAU-125": NO_JWT_GRANT,
    "OAU-141": NO_USER,
    "OAU-142": NO_USER,
    "invalid_client": WRONG_APP,
    "invalid_grant": WRONG_JWT,
    "unauthorized_client": NO_JWT_GRANT,
    "unsupported_grant_type": NO_JWT_GRANT,
}
APP_CODES = frozenset({"CMN-401"})
USER_CODES = frozenset({"CMN-402", "CMN-408", "CMN-404"})
LICENCE_CODES = frozenset({"CMN-109"})
GONE_CODES = frozenset({"CMN-102"})
CONFLICT_CODES = frozenset({"CMN-406"})

PARAMETERS = {
    "title": "the title",
    "description": "the description",
    "scheduledStartTime": "the start",
    "scheduledDuration": "the length",
    "timeZone": "the time zone",
    "localeCode": "the language",
    "panelJoinTimeOffset": "how early the panel may come in",
    "password": "the password",
    "postWebinarRedirectUri": "the page to show afterwards",
    "linkedUser": "the host",
    "userId": "the host",
    "accountId": "the host",
    "host": "the host",
    "autoCloseLimit": "the limit",
    "onDemandDuration": "how long the recording is there",
    "workEmailRequired": "that a work address is required",
    "suppressEmails": "that nobody is e-mailed",
    "firstName": "the first name",
    "lastName": "the last name",
    "email": "the e-mail address",
    "jobTitle": "the job title",
    "role": "the role",
    "sendInvite": "who sends the invitation",
    "externalId": "the external id",
    "source": "the source",
    "joinUri": "the join link",
    "cancellationUri": "the cancellation link",
}
STATES = frozenset({"status", "registrationStatus"})
NAME = re.compile(r"[A-Za-z][\w.\[\]-]{0,63}")


@dataclass(frozen=True)
class Refusal:
    """The codes of an error answer; its messages may be translated or name people, so they are never used."""

    code: str = ""
    parameter: str = ""
    permission: str = ""
    oauth: str = ""


def problem(status: int, body: object, *, changes: bool, app_permission: str, ready_at: datetime) -> ProviderError:
    """The error that an answer means. `ready_at` is for a 429 only, `app_permission` is what the call needs."""
    said = _read(body)
    login = LOGINS.get(said.code) or LOGINS.get(said.oauth)
    facts = {"code": said.code or said.oauth, "parameter": said.parameter}
    if status == 429:
        return ProviderBusy(BUSY, ready_at=ready_at, code=said.code)
    if status >= 500 or status == 408 or status < 400:
        return trouble(may_have_happened=changes, status=status, code=said.code)
    if status == 401 or login or (status == 400 and said.oauth):
        return ProviderLogin(login or NO_LOGIN, status=status, **facts)
    kind, sentence = _refused(status, said, app_permission)
    return kind(sentence, status=status, **facts)


def trouble(*, may_have_happened: bool, status: int = 0, code: str = "") -> ProviderError:
    """The error for no answer, or for one that says nothing about what was asked."""
    kind, sentence = (OutcomeUnknown, UNKNOWN) if may_have_happened else (ProviderDown, DOWN)
    return kind(sentence, status=status, code=code)


def _refused(status: int, said: Refusal, app_permission: str) -> tuple[type[ProviderRefused], str]:
    if said.code in APP_CODES:
        return ProviderForbids, APP_PERMISSION.format(said.permission or app_permission)
    if said.code in USER_CODES:
        return ProviderForbids, USER_PERMISSION.format(said.permission or "WebinarSettings")
    if said.code in LICENCE_CODES:
        return ProviderForbids, LICENCE
    if status == 409 or said.code in CONFLICT_CODES:
        return ProviderConflict, CONFLICT
    blamed = said.parameter.rpartition(".")[2]
    if status == 404 or (said.code in GONE_CODES and blamed not in PARAMETERS):
        return ProviderGone, GONE
    if status == 403 and (not blamed or blamed in STATES):
        # The vendor publishes no code for "has started already"; a blamed status is the only hint.
        return (ProviderRefused if blamed else ProviderForbids), STATE
    what = PARAMETERS.get(blamed, said.parameter)
    return ProviderRefused, (
        f"RingCentral does not accept {what}. Nothing has changed; please correct it and try again."
        if what
        else f"RingCentral refused this ({said.code or status}). Nothing has changed."
    )


def _read(body: object) -> Refusal:
    """Webinar services send `errors` alone, the older ones repeat the first beside it, logins add RFC 6749's words."""
    if not isinstance(body, Mapping):
        return Refusal()
    errors = body.get("errors")
    listed = errors[0] if isinstance(errors, list) and errors else None
    first: Mapping[str, object] = listed if isinstance(listed, Mapping) else body
    return Refusal(
        code=_name(first.get("errorCode")),
        parameter=_name(first.get("parameterName")),
        permission=_name(first.get("permissionName")),
        oauth=_name(body.get("error")),
    )


def _name(value: object) -> str:
    """A name as the vendor prints it, or nothing: whatever else stands there is not repeated to anybody."""
    return value if isinstance(value, str) and NAME.fullmatch(value) else ""
