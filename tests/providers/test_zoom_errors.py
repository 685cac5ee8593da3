"""Zoom's error codes in words: by status, code and operation, and without a name or an address."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from bot.errors import (
    BatchRefused,
    HistoryForbidden,
    OutcomeUnknown,
    ProviderConflict,
    ProviderDown,
    ProviderError,
    ProviderForbidden,
    ProviderGone,
    ProviderRefused,
    ProviderUnauthorized,
    RegistrationClosed,
    RegistrationFull,
)
from bot.providers.zoom.errors import error_for_answer
from bot.providers.zoom.operations import Purpose, purpose_of
from bot.providers.zoom.scopes import SCOPES, missing_scopes, scope_of

SOON = datetime(2031, 3, 4, tzinfo=UTC)
ADD, WEBINAR_ADD = ("POST", "/meetings/{event_id}/registrants"), ("POST", "/webinars/{id}/registrants")
BATCH, STATUS = ("POST", "/meetings/{id}/batch_registrants"), ("PUT", "/webinars/{id}/registrants/status")
READ, CREATE = ("GET", "/meetings/{event_id}"), ("POST", "/users/{user_id}/webinars")
CHANGE, DELETE = ("PATCH", "/webinars/{event_id}"), ("DELETE", "/meetings/{event_id}")
ONE, REMOVE = ("GET", "/webinars/{id}/registrants/{who}"), ("DELETE", "/meetings/{id}/registrants/{who}")
INVITE, UNINVITE = ("POST", "/webinars/{id}/panelists"), ("DELETE", "/webinars/{id}/panelists/{who}")
PAST, REPORT = ("GET", "/past_meetings/{id}/participants"), ("GET", "/report/webinars/{id}/participants")
LIST, USER = ("GET", "/users/{user_id}/meetings"), ("GET", "/users/{user_id}")


def error(operation: tuple[str, str], status: int, code: int | None, message: str = "", **more: Any) -> ProviderError:
    """The error of an answer to this operation."""
    body = {"code": code, "message": message, **more} if code is not None else None
    method, path = operation
    return error_for_answer(
        status,
        body,
        purpose=purpose_of(method, path),
        changes=method != "GET",
        scope=scope_of(method, path),
        ready_at=SOON,
    )


OFF = "Registration has not been enabled for this meeting: 1."


@pytest.mark.parametrize(
    ("operation", "status", "code", "message", "kind", "words"),
    [
        (ADD, 400, 3000, OFF, RegistrationClosed, "Registration is not on"),
        (ADD, 400, 3000, "Registration is closed.", RegistrationClosed, "is closed at Zoom"),
        (ADD, 400, 3000, "You have reached the limit of 4999 registrants.", RegistrationFull, "is full"),
        (WEBINAR_ADD, 400, 3000, "Webinar has reached maximum attendee capacity.", RegistrationFull, "is full"),
        (WEBINAR_ADD, 400, 3000, "The user is already a panelist: a@x.example", ProviderConflict, "is a panelist"),
        (WEBINAR_ADD, 400, 3000, "Cannot register for a paid webinar.", RegistrationClosed, "People pay"),
        (ADD, 400, 3000, "The user was blocked.", ProviderRefused, "has blocked this person"),
        (ADD, 400, 3000, "Cannot access meeting information.", RegistrationClosed, "may be off, full or paid"),
        (BATCH, 400, 303, "x", BatchRefused, "a single date"),
        (("POST", "/webinars/{i}/batch_registrants"), 400, 300, "Batch is only supported", BatchRefused, "single"),
        (BATCH, 400, 404, "Registration has not been enabled.", RegistrationClosed, "Registration is not on"),
        (ADD, 400, 3043, "Meeting has reached maximum attendee capacity.", RegistrationFull, "is full"),
        (STATUS, 400, 3035, "x", RegistrationFull, "is full"),
        (BATCH, 400, 3038, "Meeting is over", RegistrationClosed, "is over"),
        (WEBINAR_ADD, 400, 3038, "Webinar is over", RegistrationClosed, "is over"),
        (WEBINAR_ADD, 400, 3027, "Host can not register", ProviderRefused, "host of a webinar can't register"),
        (WEBINAR_ADD, 400, 3034, "x", ProviderRefused, "work email addresses only"),
        (CHANGE, 400, 3003, "x", ProviderRefused, "addresses of this domain"),
        (ADD, 404, 1001, "Meeting does not exist: 1.", ProviderGone, "no longer has this meeting or webinar"),
        (LIST, 404, 1001, "User does not exist: 1.", ProviderGone, "doesn't have this user"),
        (USER, 404, 1001, "User does not exist: a@x.example", ProviderGone, "doesn't have this user"),
        (REPORT, 400, 1010, "x", ProviderForbidden, "belongs to another account"),
        (READ, 404, 3001, "Meeting does not exist: 1.", ProviderGone, "no longer has this meeting or webinar"),
        (PAST, 404, 3001, "Meeting does not exist: 1.", ProviderGone, "no record of this meeting"),
        (REPORT, 400, 12702, "Can not access a webinar a year ago.", HistoryForbidden, "for a year"),
        (PAST, 400, 200, "Only available for Paid or ZMP account.", HistoryForbidden, "doesn't show who attended"),
        (ADD, 400, 200, "Only available for Paid or ZMP account.", ProviderForbidden, "a Licensed user"),
        (CREATE, 400, 200, "Webinar plan is missing.", ProviderForbidden, "Webinars add-on"),
        (("POST", "/users/{u}/meetings"), 400, 3161, "x", ProviderForbidden, "a Licensed user"),
        (CREATE, 400, 4505, "x", ProviderRefused, "plays a recording"),
        (CHANGE, 400, 3000, "Cannot access webinar info.", ProviderForbidden, "doesn't let Greenroom's app"),
        (DELETE, 400, 3018, "x", ProviderRefused, "personal meeting"),
        (DELETE, 400, 3037, "x", ProviderRefused, "personal meeting"),
        (("PUT", "/webinars/{i}/status"), 400, 3063, "x", ProviderRefused, "own servers"),
        (ONE, 400, 3079, "x", ProviderGone, "no longer exists"),
        (
            ("GET", "/meetings/{i}/registrants/{w}"),
            400,
            3000,
            "Registrant not found",
            ProviderGone,
            "no longer exists",
        ),
        (REMOVE, 400, 300, "The registrant id is invalid.", ProviderGone, "no longer exists"),
        (INVITE, 400, 3000, "The number of panelists has reached the limit.", ProviderRefused, "room for no more"),
        (INVITE, 400, 3000, "The user is already a panelist.", ProviderConflict, "already a panelist of the webinar"),
        (UNINVITE, 400, 300, "x", ProviderGone, "no longer a panelist"),
        (ADD, 400, 9999, "x", ProviderRefused, r"refused this \(9999\)"),
        (ADD, 418, None, "", ProviderRefused, r"refused this \(418\)"),
        (READ, 404, 2300, "This API endpoint is not recognized.", ProviderRefused, r"refused this \(2300\)"),
        (READ, 401, 124, "Invalid access token.", ProviderUnauthorized, "check ZOOM_ACCOUNT_ID"),
        (READ, 401, 200, "x", ProviderUnauthorized, "check ZOOM_ACCOUNT_ID"),
        (READ, 401, 201, "x", ProviderUnauthorized, "check ZOOM_ACCOUNT_ID"),
        (READ, 500, None, "", ProviderDown, "can't be reached"),
        (ADD, 502, None, "", OutcomeUnknown, "may or may not"),
        (ADD, 408, None, "", OutcomeUnknown, "may or may not"),
        (ADD, 302, None, "", OutcomeUnknown, "may or may not"),
    ],
)
def test_each_code_is_explained_by_its_operation(
    operation: tuple[str, str], status: int, code: int | None, message: str, kind: type[ProviderError], words: str
) -> None:
    """The kind of the error is exact, and the sentence holds nothing of the message."""
    found = error(operation, status, code, message)

    assert type(found) is kind
    with pytest.raises(kind, match=words):
        raise found
    assert "@" not in found.sentence
    assert found.code == ("" if code is None else str(code))


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        (["email"], "the email address"),
        (["registrants.0.email"], "the email address"),
        (["settings.alternative_hosts"], "the alternative hosts"),
        (["recurrence.end_date_time"], "the last date"),
        (["no_of_employees", "country"], "the number of employees or the country"),
        (["custom_questions.What is your favorite <color>?"], r"refused this \(300\)"),
        (["<script>"], r"refused this \(300\)"),
    ],
)
def test_a_refused_value_is_named(fields: list[str], words: str) -> None:
    """In words; what Zoom or a user wrote freely is not repeated."""
    found = error(ADD, 400, 300, "Validation Failed.", errors=[{"field": one, "message": "no"} for one in fields])

    assert type(found) is ProviderRefused
    with pytest.raises(ProviderRefused, match=words):
        raise found


@pytest.mark.parametrize(
    ("message", "named"),
    [
        (
            "Invalid access token, does not contain scopes:[meeting:write:registrant, meeting:write:registrant:admin].",
            "",
        ),
        ("Invalid access token, does not contain scopes: [meeting:write:admin].", "meeting:write:admin"),
        ("Invalid access token, does not contain scope.", ""),
        ("scopes:[<b>]", ""),
    ],
)
@pytest.mark.parametrize(("status", "code"), [(400, 4711), (401, 4700), (401, 4711)])
def test_a_missing_scope_is_named(status: int, code: int, message: str, named: str) -> None:
    """Not the login is wrong, but the app: its granular name, or what Zoom names."""
    found = error(ADD, status, code, message)

    assert type(found) is ProviderForbidden
    assert f"lacks the scope {named or 'meeting:write:registrant:admin'}." in found.sentence


@pytest.mark.parametrize(
    "body", [None, [], "x", {"code": True}, {"code": "<b>"}, {"code": None, "errors": [3]}, {"errors": {"a": 1}}]
)
def test_any_body_is_survived(body: object) -> None:
    """Its status still counts."""
    found = error_for_answer(404, body, purpose=Purpose.READ, changes=False, scope=None, ready_at=SOON)

    assert type(found) is ProviderGone


def test_every_operation_has_a_purpose_and_a_scope() -> None:
    """The placeholders of a template are each module's own."""
    assert not [key for key in SCOPES if purpose_of(*key) is Purpose.OTHER]
    assert purpose_of("GET", "/unknown/{id}") is Purpose.OTHER
    assert scope_of("POST", "/webinars/{webinar_id}/panelists") == SCOPES["POST", "/webinars/{}/panelists"]


def test_missing_scopes_are_listed_by_either_name() -> None:
    """A classic scope includes the granular ones."""
    classic = {"meeting:read:admin", "meeting:write:admin", "webinar:read:admin", "webinar:write:admin"}

    assert missing_scopes([one.granular for one in SCOPES.values()]) == []
    missing = {one.granular for one in missing_scopes(classic)}
    assert {name.partition(":")[0] for name in missing} == {"user", "report", "cloud_recording"}
    assert len(missing_scopes([])) == len({one.granular for one in SCOPES.values()})
