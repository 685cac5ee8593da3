"""Every response of Slack is a success, a refusal, a rate limit, or an unknown outcome."""

from __future__ import annotations

import json

import pytest

from bot.slack.refusals import CODES
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


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        ("expired_trigger_id", "Slack took too long. Press the button or type the command again."),
        ("exchanged_trigger_id", "Slack took too long. Press the button or type the command again."),
        ("invalid_trigger_id", "Slack took too long. Press the button or type the command again."),
        (
            "push_limit_reached",
            "Slack shows at most three windows on top of each other. Close one, then press the button again.",
        ),
        ("token_revoked", "Slack no longer accepts Greenroom's token."),
        ("missing_scope", "Greenroom lacks a permission in Slack. An admin must install it again"),
        ("is_archived", "This channel is archived. Choose another one."),
        ("restricted_action", "The settings of this workspace or channel don't allow this."),
        ("user_disabled", "Slack does not let Greenroom write to this person"),
        ("msg_too_long", "This is too long for Slack."),
        ("used_url", "Slack accepts no more answers to this"),
        ("storage_limit_reached", "This workspace does not accept files, or has no room for more."),
        ("some_new_code", "Slack refused this (some new code). If it keeps happening, tell your Greenroom admin."),
    ],
)
def test_each_code_has_a_sentence_with_a_remedy(code: str, sentence: str) -> None:
    """In plain words; no code is shown as it is."""
    assert SlackRefused(code).sentence.startswith(sentence)
    assert code not in SlackRefused(code).sentence


def test_no_code_has_two_sentences() -> None:
    """Each code of the table is listed once."""
    codes = [code for codes in CODES.values() for code in codes]
    assert len(codes) == len(set(codes))
