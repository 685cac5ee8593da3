"""RingCentral's error responses as our errors, with a sentence that tells a user or an administrator what to do."""

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
    ProviderForbidden,
    ProviderGone,
    ProviderRefused,
    ProviderUnauthorized,
)

BUSY = "RingCentral's limit of calls a minute is reached, so nothing was changed. Try again soon."
DOWN = "RingCentral can't be reached or has a problem, so nothing was changed. Try again in a few minutes."
UNKNOWN = "RingCentral gave no clear answer, so this may or may not be done. Check in RingCentral before you try again."
GONE = "RingCentral doesn't have this webinar, or doesn't show it to Greenroom's user."
CONFLICT = "RingCentral already has this, so nothing was changed."
STATE = "RingCentral did not allow this. The webinar may have started or ended, or Greenroom's user may not change it."
APP_PERMISSION = (
    "Greenroom's RingCentral app lacks the permission {}. An administrator can add it in RingCentral's "
    "developer console, in the app's settings under App permissions."
)
USER_PERMISSION = (
    "Greenroom's RingCentral user lacks the permission {}. An administrator can give it in "
    "RingCentral's Admin Portal, in the role of that user."
)
LICENSE = (
    "This is not part of the RingCentral plan of the host. An administrator can give the host a Webinar license in "
    "RingCentral's Admin Portal."
)
WRONG_APP = (
    "RingCentral doesn't know Greenroom's app. An administrator must check RC_APP_CLIENT_ID and RC_APP_CLIENT_SECRET."
)
WRONG_JWT = (
    "RingCentral doesn't accept Greenroom's JWT. An administrator must make a new one in the "
    "developer console, for this app, and set RC_USER_JWT."
)
NO_JWT_GRANT = (
    "Greenroom's RingCentral app may not log in with a JWT. An administrator can allow the JWT auth flow "
    "in the app's settings in RingCentral's developer console."
)
NO_USER = (
    "RingCentral doesn't let Greenroom's user log in. An administrator must enable that user, or set RC_USER_JWT to "
    "the JWT of another one."
)
NO_LOGIN = (
    "RingCentral doesn't accept Greenroom's login. An administrator must check RC_APP_CLIENT_ID, "
    "RC_APP_CLIENT_SECRET and RC_USER_JWT."
)

# developers.ringcentral.com/guide/basics/errors, and RFC 6749 §5.2 for the lower-case words
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
LICENSE_CODES = frozenset({"CMN-109"})
GONE_CODES = frozenset({"CMN-102"})
CONFLICT_CODES = frozenset({"CMN-406"})

UNREACHABLE = (
    "RingCentral cannot reach Greenroom at PUBLIC_URL. An administrator must check that this address is open to the "
    "internet, over https, and leads to Greenroom."
)
WEBHOOKS = {
    "SUB-505": "Greenroom's RingCentral app has too many webhook subscriptions. An administrator can delete those "
    "that are no longer needed.",
    "SUB-524": "RingCentral does not accept the certificate of PUBLIC_URL. An administrator must install a valid one "
    "with its full chain.",
    "SUB-525": "RingCentral did not get the expected answer from PUBLIC_URL. An administrator must check that this "
    "address leads to Greenroom, and that nothing in between changes its answers or takes longer than three seconds.",
}
"""Refusals of a webhook subscription: developers.ringcentral.com/guide/notifications/webhooks/creating-webhooks"""

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
    "suppressEmails": "that nobody is emailed",
    "firstName": "the first name",
    "lastName": "the last name",
    "email": "the email address",
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
class ErrorCodes:
    """The codes of an error response. Its messages are never used: they may be translated or contain names."""

    code: str = ""
    parameter: str = ""
    permission: str = ""
    oauth: str = ""


def error_for_answer(
    status: int, body: object, *, changes: bool, app_permission: str, ready_at: datetime
) -> ProviderError:
    """The error that an answer means. `ready_at` is used for a 429; `app_permission` is what the request needs."""
    codes = _parse(body)
    login = LOGINS.get(codes.code) or LOGINS.get(codes.oauth)
    facts = {"code": codes.code or codes.oauth, "parameter": codes.parameter}
    if status == 429:
        return ProviderBusy(BUSY, ready_at=ready_at, code=codes.code)
    if status >= 500 or status == 408 or status < 400:
        return no_answer_error(may_have_happened=changes, status=status, code=codes.code)
    if status == 401 or login or (status == 400 and codes.oauth):
        return ProviderUnauthorized(login or NO_LOGIN, status=status, **facts)
    kind, sentence = _refusal(status, codes, app_permission)
    return kind(sentence, status=status, **facts)


def no_answer_error(*, may_have_happened: bool, status: int = 0, code: str = "") -> ProviderError:
    """The error for no answer, or for one that does not tell the outcome, such as a 5xx."""
    kind, sentence = (OutcomeUnknown, UNKNOWN) if may_have_happened else (ProviderDown, DOWN)
    return kind(sentence, status=status, code=code)


def _refusal(status: int, codes: ErrorCodes, app_permission: str) -> tuple[type[ProviderRefused], str]:
    if codes.code in APP_CODES:
        return ProviderForbidden, APP_PERMISSION.format(_spaced(codes.permission or app_permission))
    if codes.code in USER_CODES:
        return ProviderForbidden, USER_PERMISSION.format(_spaced(codes.permission or "WebinarSettings"))
    if codes.code in LICENSE_CODES:
        return ProviderForbidden, LICENSE
    if codes.code in WEBHOOKS:
        return ProviderRefused, WEBHOOKS[codes.code]
    if codes.parameter == "deliveryMode.address":
        return ProviderRefused, UNREACHABLE
    if status == 409 or codes.code in CONFLICT_CODES:
        return ProviderConflict, CONFLICT
    parameter = codes.parameter.rpartition(".")[2]
    if status == 404 or (codes.code in GONE_CODES and parameter not in PARAMETERS):
        return ProviderGone, GONE
    if status == 403 and (not parameter or parameter in STATES):
        # The vendor publishes no code for "has already started"; a status as the parameter is the only hint.
        return (ProviderRefused if parameter else ProviderForbidden), STATE
    what = PARAMETERS.get(parameter) or _spaced(codes.parameter).lower()
    return ProviderRefused, (
        f"RingCentral doesn't accept {what}, so nothing was changed. Correct it and try again."
        if what
        else f"RingCentral refused this ({codes.code or status}). Nothing was changed."
    )


def _spaced(name: str) -> str:
    """A name of RingCentral's in words, as the Admin Portal shows it: Webinar Settings, not WebinarSettings."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])|[._]", " ", name)


def _parse(body: object) -> ErrorCodes:
    """Webinar services send `errors`; older services repeat the first error beside it; logins add RFC 6749's words."""
    if not isinstance(body, Mapping):
        return ErrorCodes()
    errors = body.get("errors")
    listed = errors[0] if isinstance(errors, list) and errors else None
    first: Mapping[str, object] = listed if isinstance(listed, Mapping) else body
    return ErrorCodes(
        code=_name(first.get("errorCode")),
        parameter=_name(first.get("parameterName")),
        permission=_name(first.get("permissionName")),
        oauth=_name(body.get("error")),
    )


def _name(value: object) -> str:
    """A well-formed name, or an empty string: other values are never shown or logged."""
    return value if isinstance(value, str) and NAME.fullmatch(value) else ""
