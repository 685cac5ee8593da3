"""Literal answers of RingCentral, and what a person reads of them."""

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


def one(code: str, **more: str) -> dict[str, Any]:
    """The shape of the webinar services; the message names people and must never be repeated."""
    return {"errors": [{"errorCode": code, "message": RESCUE, **more}]}


def older(code: str, **more: str) -> dict[str, Any]:
    """The shape of the older services: a word of their own outside, the code inside."""
    return {"errorCode": "InsufficientPermissions", "message": RESCUE, **one(code, **more), **more}


def login(word: str, code: str = "") -> dict[str, Any]:
    """The shape of the token service."""
    return {"error": word, "error_description": RESCUE, **(one(code) if code else {})}


def said(status: int, body: object, *, changes: bool = False) -> ProviderError:
    """The error of an answer, to a call for which the app needs ReadWebinars."""
    return error_for_answer(status, body, changes=changes, app_permission="ReadWebinars", ready_at=NOON)


CASES = [
    (403, older("CMN-401", permissionName="ReadAccounts"), ProviderForbidden, errors.APP_PERMISSION, "ReadAccounts"),
    (403, one("CMN-401"), ProviderForbidden, errors.APP_PERMISSION, "ReadWebinars"),
    (403, older("CMN-402", permissionName="Webinars"), ProviderForbidden, errors.USER_PERMISSION, "Webinars"),
    (403, one("CMN-408"), ProviderForbidden, errors.USER_PERMISSION, "WebinarSettings"),
    (403, one("CMN-404"), ProviderForbidden, errors.USER_PERMISSION, "WebinarSettings"),
    (403, one("CMN-109"), ProviderForbidden, errors.LICENSE, ""),
    (403, one("WLA-123"), ProviderForbidden, errors.STATE, ""),
    (403, None, ProviderForbidden, errors.STATE, ""),
    (403, one("CMN-101", parameterName="status"), ProviderRefused, errors.STATE, ""),
    (404, one("CMN-102", parameterName="webinarId"), ProviderGone, errors.GONE, ""),
    (404, "<html>", ProviderGone, errors.GONE, ""),
    (400, one("CMN-102", parameterName="sessionId"), ProviderGone, errors.GONE, ""),
    (409, {}, ProviderConflict, errors.CONFLICT, ""),
    (400, one("CMN-406"), ProviderConflict, errors.CONFLICT, ""),
    (401, login("invalid_client", "OAU-146"), ProviderUnauthorized, errors.WRONG_APP, ""),
    (401, login("invalid_client"), ProviderUnauthorized, errors.WRONG_APP, ""),
    (400, login("invalid_grant"), ProviderUnauthorized, errors.WRONG_JWT, ""),
    (401, login("invalid_grant", "OAU-140"), ProviderUnauthorized, errors.WRONG_JWT, ""),
    (401, one("OAU-141"), ProviderUnauthorized, errors.NO_USER, ""),
    (401, one("OAU-142"), ProviderUnauthorized, errors.NO_USER, ""),
    (400, login("unauthorized_client", "OAU-251"), ProviderUnauthorized, errors.NO_JWT_GRANT, ""),
    (403, one("OAU-112"), ProviderUnauthorized, errors.NO_JWT_GRANT, ""),
    (400, login("unsupported_grant_type"), ProviderUnauthorized, errors.NO_JWT_GRANT, ""),
    (400, login("invalid_request"), ProviderUnauthorized, errors.NO_LOGIN, ""),
    (401, one("OAU-129"), ProviderUnauthorized, errors.NO_LOGIN, ""),
    (429, one("CMN-301"), ProviderBusy, errors.BUSY, ""),
    (500, one("CMN-203"), ProviderDown, errors.DOWN, ""),
    (503, {"errors": [{"errorCode": "ADG-000"}]}, ProviderDown, errors.DOWN, ""),
    (408, None, ProviderDown, errors.DOWN, ""),
    (302, None, ProviderDown, errors.DOWN, ""),
]


@each_row(("status", "body", "kind", "sentence", "name"), CASES)
def test_an_answer_means_one_error(
    status: int, body: object, kind: type[ProviderError], sentence: str, name: str
) -> None:
    """By its code first, by its status else; the sentence names what to do and where."""
    error = said(status, body)

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
        ("settings.newThing", "settings.newThing"),
    ],
)
def test_a_blamed_parameter_is_said_in_our_words(parameter: str, what: str) -> None:
    """A marketer reads the form's word, and code can still match the vendor's."""
    error = said(400, one("CMN-101", parameterName=parameter, parameterValue=RESCUE), changes=True)

    assert type(error) is ProviderRefused
    assert error.sentence == (
        f"RingCentral does not accept {what}. Nothing has changed; please correct it and try again."
    )
    assert (error.code, error.parameter) == ("CMN-101", parameter)


def test_a_host_who_is_not_found_is_no_missing_webinar() -> None:
    """CMN-102 is about what it blames."""
    error = said(400, one("CMN-102", parameterName="host.linkedUser.userId"), changes=True)

    assert (type(error), error.sentence[:43]) == (ProviderRefused, "RingCentral does not accept the host. Nothi")


@pytest.mark.parametrize("body", [None, "text", [], {}, {"errors": []}, {"errors": ["x"]}, one(RESCUE)])
def test_an_odd_refusal_says_at_least_its_status(body: object) -> None:
    """Whatever the body holds, none of it is repeated."""
    error = said(400, body)

    assert (type(error), error.sentence) == (ProviderRefused, "RingCentral refused this (400). Nothing has changed.")


def test_trouble_with_a_change_leaves_its_outcome_open() -> None:
    """A 500 to a change may have come after the effect."""
    error = said(500, one("CMN-201"), changes=True)

    assert (type(error), error.sentence, error.code) == (OutcomeUnknown, errors.UNKNOWN, "CMN-201")


def test_a_busy_answer_tells_when_to_come_back() -> None:
    """The time is machine time, as given."""
    error = said(429, one("CMN-310"), changes=True)

    assert isinstance(error, ProviderBusy)
    assert (error.ready_at, error.code) == (NOON, "CMN-310")
