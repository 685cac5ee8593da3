"""Zoom's error answers as our errors, by status, code and operation, with a sentence that says what to do."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from bot.errors import (
    ProviderBusy,
    ProviderError,
    ProviderForbidden,
    ProviderGone,
    ProviderRefused,
    ProviderUnauthorized,
)
from bot.providers.zoom.no_answer import no_answer_error
from bot.providers.zoom.refusals import LOGINS, MEANINGS, NO_LOGIN, NOT_LICENSED, SCHEDULING, Refusal
from bot.providers.zoom.value_names import value_sentence

if TYPE_CHECKING:
    from bot.providers.zoom.operations import Purpose
    from bot.providers.zoom.scopes import AppScope

BUSY = "Zoom's limit of calls is reached, so nothing was changed. Try again soon."
GONE = "Zoom no longer has this meeting or webinar, or doesn't show it to Greenroom's app."
SCOPE = (
    "Greenroom's Zoom app lacks the scope {}. An administrator can add it in the Zoom App Marketplace, in "
    "the app's settings under Scopes."
)
ALTERNATIVE_HOSTS = re.compile("alternative.?host", re.IGNORECASE)
SCOPE_CODES = frozenset({"4700", "4711"})
_SCOPES = re.compile(r"scopes?:?\s*\[([a-z_:,\s]{1,2000})\]", re.IGNORECASE)
_SCOPE = re.compile(r"[a-z_]+(?::[a-z_]+)+")
_FIELD = re.compile(r"[A-Za-z][\w.\[\]-]{0,63}")
_CODE = re.compile(r"[0-9]{1,6}")
_WORD = re.compile(r"[a-z_]{1,64}")


@dataclass(frozen=True)
class ZoomErrorBody:
    """What an error answer says. The message is only searched for known words: it may contain names and addresses."""

    code: str = ""
    fields: tuple[str, ...] = ()
    oauth: str = ""
    message: str = field(default="", repr=False)


def error_for_answer(
    status: int, body: object, *, purpose: Purpose, changes: bool, scope: AppScope | None, ready_at: datetime
) -> ProviderError:
    """The error that an answer means. `ready_at` is used for a 429; `scope` is what the operation needs."""
    answer = read_error(body)
    facts = {"code": answer.code or answer.oauth, "parameter": next(iter(answer.fields), "")}
    if status == 429:
        return ProviderBusy(BUSY, ready_at=ready_at, code=answer.code)
    if status >= 500 or status == 408 or status < 400:
        return no_answer_error(may_have_happened=changes, status=status, code=answer.code)
    if answer.code in SCOPE_CODES:
        return ProviderForbidden(SCOPE.format(_scope_name(answer, scope)), status=status, **facts)
    login = LOGINS.get(answer.code) or LOGINS.get(answer.oauth)
    if status == 401 or login or (status == 400 and answer.oauth):
        return ProviderUnauthorized(login or NO_LOGIN, status=status, **facts)
    meaning = _meaning(status, answer, purpose)
    if meaning is None:
        return ProviderRefused(_other(status, answer, purpose), status=status, **facts)
    return meaning.kind(meaning.sentence, status=status, **facts)


def read_error(body: object) -> ZoomErrorBody:
    """Read `{"code", "message", "errors": [{"field"}]}`, or RFC 6749's words of a login with Zoom's reason."""
    if not isinstance(body, Mapping):
        return ZoomErrorBody()
    errors = body.get("errors")
    listed = [one.get("field") for one in errors if isinstance(one, Mapping)] if isinstance(errors, list) else []
    code = body.get("code", body.get("errorCode"))
    message = body.get("message", body.get("reason"))
    return ZoomErrorBody(
        code=_matching(_CODE, str(code)) if isinstance(code, int | str) and not isinstance(code, bool) else "",
        fields=tuple(filter(None, (_matching(_FIELD, name) for name in listed))),
        oauth=_matching(_WORD, body.get("error")),
        message=message if isinstance(message, str) else "",
    )


def _meaning(status: int, answer: ZoomErrorBody, purpose: Purpose) -> Refusal | None:
    """The first meaning in the table that fits, else that of a missing object."""
    for meaning in MEANINGS:
        if answer.code == meaning.code and meaning.fits(status, purpose, answer.message):
            return meaning
    return Refusal(answer.code, ProviderGone, GONE) if status == 404 and answer.code != "2300" else None


def _other(status: int, answer: ZoomErrorBody, purpose: Purpose) -> str:
    if purpose in SCHEDULING and any(ALTERNATIVE_HOSTS.search(text) for text in (*answer.fields, answer.message)):
        return NOT_LICENSED
    named = value_sentence(answer.fields)
    return named or f"Zoom refused this ({answer.code or status}). Nothing was changed."


def _scope_name(answer: ZoomErrorBody, scope: AppScope | None) -> str:
    """The missing scope: what the message names, in its granular form, or else what the operation needs."""
    listed = _SCOPES.search(answer.message)
    names = _SCOPE.findall(listed[1]) if listed else []
    if scope and (not names or scope.granular in names):
        return scope.granular
    return max(names, key=lambda name: name.endswith(":admin"), default="that this needs")


def _matching(pattern: re.Pattern[str], value: object) -> str:
    """A well-formed value, or an empty text: other values are never shown or logged."""
    return value if isinstance(value, str) and pattern.fullmatch(value) else ""
