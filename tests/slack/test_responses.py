"""Every response of Slack is a success, a refusal, a rate limit, or an unknown outcome."""

from __future__ import annotations

import json

import pytest

from bot.slack.responses import SlackBusy, SlackOutcomeUnknown, SlackRefused, checked_answer

HTML = b"<html>Bad gateway</html>"


def test_success_is_returned() -> None:
    """Unchanged."""
    assert checked_answer(200, {}, b'{"ok": true, "ts": "1.2"}') == {"ok": True, "ts": "1.2"}


@pytest.mark.parametrize(("headers", "seconds"), [({"Retry-After": "7"}, 7.0), ({}, 30.0)])
def test_429_is_a_rate_limit(headers: dict[str, str], seconds: float) -> None:
    """For as long as Retry-After says, with any body."""
    with pytest.raises(SlackBusy) as caught:
        checked_answer(429, headers, b"")
    assert caught.value.seconds == seconds


@pytest.mark.parametrize(
    ("status", "content", "code"),
    [
        (200, {"ok": False, "error": "is_archived"}, "is_archived"),
        (403, {"ok": False, "error": "accesslimited"}, "accesslimited"),
        (200, {"ok": False}, "unknown_error"),
        (404, HTML, "unknown_error"),
    ],
)
def test_refusal_has_its_code(status: int, content: object, code: str) -> None:
    """With Slack's error code if there is one."""
    with pytest.raises(SlackRefused) as caught:
        checked_answer(status, {}, content if isinstance(content, bytes) else json.dumps(content).encode())
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("status", "content"),
    [
        (200, {"ok": False, "error": "internal_error"}),
        (200, {"ok": False, "error": "fatal_error"}),
        (500, {"ok": False, "error": "is_archived"}),
        (502, HTML),
        (200, HTML),
        (200, []),
    ],
)
def test_anything_else_is_an_unknown_outcome(status: int, content: object) -> None:
    """The request may have been executed, so it must not be repeated without a lookup."""
    with pytest.raises(SlackOutcomeUnknown):
        checked_answer(status, {}, content if isinstance(content, bytes) else json.dumps(content).encode())
