"""Which scopes the token has, as far as Slack's answers have said."""

from __future__ import annotations

from bot.slack.scopes import EMAIL, FILES, SCOPES, USER_GROUPS, GrantedScopes


def test_a_scope_counts_as_granted_until_slack_says_otherwise() -> None:
    """By the list that comes with every answer, or by a refusal if a proxy has removed the list."""
    granted = GrantedScopes()
    assert all(granted.allow(name) for name in SCOPES)

    granted.note_refusal(f"{USER_GROUPS}, {EMAIL}")
    granted.note_header("")
    assert [name for name in SCOPES if not granted.allow(name)] == [EMAIL, USER_GROUPS]

    granted.note_header(f"chat:write, {FILES}")
    assert (granted.allow(FILES), granted.allow("chat:write"), granted.allow(EMAIL)) == (True, True, False)
    assert granted.names == {"chat:write", FILES}


def test_a_scope_that_is_granted_later_counts_at_once() -> None:
    """A new list replaces what was refused before; the same list does not."""
    granted = GrantedScopes()
    granted.note_header("chat:write")
    granted.note_refusal(FILES)
    granted.note_header("chat:write")
    assert not granted.allow(FILES)
    granted.note_header(f"chat:write,{FILES}")
    assert granted.allow(FILES)
