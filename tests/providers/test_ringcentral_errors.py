"""RingCentral's error responses, and the sentences that users read."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

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
from bot.providers.ringcentral import errors
from bot.providers.ringcentral.errors import error_for_answer
from tests.support.rows import each_row

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
RESCUE = "ana@acme.example wants https://secret.example"


def error_body(code: str, **more: str) -> dict[str, Any]:
    """An error of the webinar services. Its message contains a name and must never be repeated."""
    return {"errors": [{"errorCode": code, "message": RESCUE, **more}]}


def older_error_body(code: str, **more: str) -> dict[str, Any]:
    """An error of the older_error_body services: another code outside, the same list inside."""
    return {"errorCode": "InsufficientPermissions", "message": RESCUE, **error_body(code, **more), **more}


def login_error_body(word: str, code: str = "") -> dict[str, Any]:
    """An error of the token service."""
    return {"error": word, "error_description": RESCUE, **(error_body(code) if code else {})}


def error_for(status: int, body: object, *, changes: bool = False) -> ProviderError:
    """The error for an answer to a request that needs ReadWebinars."""
    return error_for_answer(status, body, changes=changes, app_permission="ReadWebinars", ready_at=NOON)


CASES = [
    (
        403,
        older_error_body("CMN-401", permissionName="ReadAccounts"),
        ProviderForbidden,
        errors.APP_PERMISSION,
        "Read Accounts",
    ),
    (403, error_body("CMN-401"), ProviderForbidden, errors.APP_PERMISSION, "Read Webinars"),
    (
        403,
        older_error_body("CMN-402", permissionName="Webinars"),
        ProviderForbidden,
        errors.USER_PERMISSION,
        "Webinars",
    ),
    (403, error_body("CMN-408"), ProviderForbidden, errors.USER_PERMISSION, "Webinar Settings"),
    (403, error_body("CMN-404"), ProviderForbidden, errors.USER_PERMISSION, "Webinar Settings"),
    (403, error_body("CMN-109"), ProviderForbidden, errors.LICENSE, ""),
    (403, error_body("WLA-123"), ProviderForbidden, errors.STATE, ""),
    (403, None, ProviderForbidden, errors.STATE, ""),
    (403, error_body("CMN-101", parameterName="status"), ProviderRefused, errors.STATE, ""),
    (404, error_body("CMN-102", parameterName="webinarId"), ProviderGone, errors.GONE, ""),
    (404, "<html>", ProviderGone, errors.GONE, ""),
    (400, error_body("CMN-102", parameterName="sessionId"), ProviderGone, errors.GONE, ""),
    (409, {}, ProviderConflict, errors.CONFLICT, ""),
    (400, error_body("CMN-406"), ProviderConflict, errors.CONFLICT, ""),
    (401, login_error_body("invalid_client", "OAU-146"), ProviderUnauthorized, errors.WRONG_APP, ""),
    (401, login_error_body("invalid_client"), ProviderUnauthorized, errors.WRONG_APP, ""),
    (400, login_error_body("invalid_grant"), ProviderUnauthorized, errors.WRONG_JWT, ""),
    (401, login_error_body("invalid_grant", "OAU-140"), ProviderUnauthorized, errors.WRONG_JWT, ""),
    (401, error_body("OAU-141"), ProviderUnauthorized, errors.NO_USER, ""),
    (401, error_body("OAU-142"), ProviderUnauthorized, errors.NO_USER, ""),
    (400, login_error_body("unauthorized_client", "OAU-251"), ProviderUnauthorized, errors.NO_JWT_GRANT, ""),
    (403, error_body("OAU-112"), ProviderUnauthorized, errors.NO_JWT_GRANT, ""),
    (400, login_error_body("unsupported_grant_type"), ProviderUnauthorized, errors.NO_JWT_GRANT, ""),
    (400, login_error_body("invalid_request"), ProviderUnauthorized, errors.NO_LOGIN, ""),
    (401, error_body("OAU-129"), ProviderUnauthorized, errors.NO_LOGIN, ""),
    (429, error_body("CMN-301"), ProviderBusy, errors.BUSY, ""),
    (500, error_body("CMN-203"), ProviderDown, errors.DOWN, ""),
    (503, {"errors": [{"errorCode": "ADG-000"}]}, ProviderDown, errors.DOWN, ""),
    (408, None, ProviderDown, errors.DOWN, ""),
    (302, None, ProviderDown, errors.DOWN, ""),
]


@each_row(("status", "body", "kind", "sentence", "name"), CASES)
def test_an_answer_maps_to_one_error(
    status: int, body: object, kind: type[ProviderError], sentence: str, name: str
) -> None:
    """By its code first, then by its status; the sentence tells what to do and where."""
    error = error_for(status, body)

    assert type(error) is kind
    assert error.sentence == sentence.format(name)
    assert (error.status, RESCUE in repr(error)) == (status, False)


@pytest.mark.parametrize(
    ("parameter", "what"),
    [
        ("title", "the title"),
        ("settings.password", "the password"),
        ("settings.postWebinarRedirectUri", "the page to show afterwards"),
        ("scheduledStartTime", "the start"),
        ("host.linkedUser.userId", "the host"),
        ("settings.newThing", "settings new thing"),
    ],
)
def test_a_refused_parameter_is_named_in_our_words(parameter: str, what: str) -> None:
    """The sentence has the form's word, the error the vendor's name."""
    error = error_for(400, error_body("CMN-101", parameterName=parameter, parameterValue=RESCUE), changes=True)

    assert type(error) is ProviderRefused
    assert error.sentence == (f"RingCentral doesn't accept {what}, so nothing was changed. Correct it and try again.")
    assert (error.code, error.parameter) == ("CMN-101", parameter)


def test_a_missing_host_is_not_a_missing_webinar() -> None:
    """CMN-102 is about its parameter."""
    error = error_for(400, error_body("CMN-102", parameterName="host.linkedUser.userId"), changes=True)

    assert (type(error), error.sentence[:43]) == (ProviderRefused, "RingCentral doesn't accept the host, so not")


@pytest.mark.parametrize("body", [None, "text", [], {}, {"errors": []}, {"errors": ["x"]}, error_body(RESCUE)])
def test_an_unknown_refusal_has_its_status(body: object) -> None:
    """Nothing of its body is repeated."""
    error = error_for(400, body)

    assert (type(error), error.sentence) == (ProviderRefused, "RingCentral refused this (400). Nothing was changed.")


def test_a_500_to_a_change_is_an_unknown_outcome() -> None:
    """It may have happened."""
    error = error_for(500, error_body("CMN-201"), changes=True)

    assert (type(error), error.sentence, error.code) == (OutcomeUnknown, errors.UNKNOWN, "CMN-201")


def test_a_429_has_the_time_to_retry() -> None:
    """In machine time, as given."""
    error = error_for(429, error_body("CMN-310"), changes=True)

    assert isinstance(error, ProviderBusy)
    assert (error.ready_at, error.code) == (NOON, "CMN-310")
