"""The More settings step: every writable field once, the read-only ones only shown, nothing lost there and back."""

from __future__ import annotations

import json
from collections import Counter
from datetime import timedelta

import pytest
from hypothesis import given, settings
from pydantic import SecretStr

from bot.model.webinar import Access, FixedOptions, Options
from handlers.create.settings_form import More, build, changed, check, normalized, read
from tests.handlers.test_create_form import MORES
from tests.support.block_kit import check_view, initial_values, visible_text
from tests.support.webinar_samples import NOW

# Every field of WcsWebinarSettingsModel that is not readOnly, but registrationEnabled, which is "Who is it for?" on the
# first view; and the two fields of a session that nothing else asks for.
WRITABLE = [
    "autoRecord",
    "panelistWaitingRoom",
    "panelistVideoEnabled",
    "panelistScreenSharingEnabled",
    "panelistMuteControlEnabled",
    "panelistAuthentication",
    "attendeeAuthentication",
    "artifactsAccessAuthentication",
    "pstnEnabled",
    "password",
    "qnaEnabled",
    "qnaAnonymousEnabled",
    "moderatedQnaEnabled",
    "postWebinarRedirectUri",
    "localeCode",
    "panelJoinTimeOffset",
]
FIXED = FixedOptions(
    recording=True,
    recording_sharing=True,
    recording_download=False,
    past_session_deletion=False,
    polls=True,
    polls_anonymous=True,
    external_livestream=True,
)


def with_options(**options: object) -> More:
    """Settings of which some options differ from the defaults."""
    return More(options=Options.model_validate(options))


def test_every_writable_setting_has_exactly_one_element() -> None:
    """Each is one select, one text or one checkbox, and there is nothing else."""
    inputs = [
        block
        for block in build(More(), draft_id="d1", fixed=FIXED, fixed_read_at=NOW)["blocks"]
        if block["type"] == "input"
    ]
    boxes = [block["element"] for block in inputs if block["element"]["type"] == "checkboxes"]
    asked = [option["value"] for box in boxes for option in box["options"]]
    asked += [block["block_id"] for block in inputs if block["element"]["type"] != "checkboxes"]
    assert Counter(asked) == Counter(WRITABLE)


def test_settings_come_in_groups() -> None:
    """A marketer finds them by headers."""
    blocks = build(More(), draft_id="d1", fixed=None, fixed_read_at=None)["blocks"]
    assert [block["text"]["text"] for block in blocks if block["type"] == "header"] == [
        "Recording",
        "Panelists",
        "Attendees",
        "Questions",
        "Joining and afterwards",
        "Language",
    ]


def test_view_belongs_to_its_draft() -> None:
    """Its buttons say that settings are kept and that one can go back."""
    view = build(More(), draft_id="d1", fixed=None, fixed_read_at=None)
    assert (view["callback_id"], view["private_metadata"], view["notify_on_close"]) == ("settings.form", "d1", True)
    assert (view["submit"]["text"], view["close"]["text"]) == ("Save Settings", "Back")


def test_every_choice_reports_itself() -> None:
    """Going back without saving loses no choice; Slack sends no values when a view is closed."""
    blocks = build(More(), draft_id="d1", fixed=None, fixed_read_at=None)["blocks"]
    inputs = [block for block in blocks if block["type"] == "input"]
    assert [block["block_id"] for block in inputs if not block.get("dispatch_action")] == [
        "password",
        "postWebinarRedirectUri",
    ]


def test_what_the_account_decides_is_shown_and_dated() -> None:
    """The read-only fields as they came back."""
    blocks = build(More(), draft_id="d1", fixed=FIXED, fixed_read_at=NOW)["blocks"]
    assert blocks[-1]["elements"][0]["text"] == (
        "Decided by your RingCentral account: Recording on · Sharing recordings on · Downloading recordings off · "
        "Deleting past sessions off · Polls on · Anonymous polls on · Livestreaming elsewhere on · as of "
        "<!date^1795274400^{date_short_pretty} at {time}|Sat, Nov 21, 2026 at 15:20 UTC>"
    )


def test_what_the_account_decides_is_not_guessed() -> None:
    """Before the first webinar nothing is known."""
    assert "not read yet" in visible_text(build(More(), draft_id="d1", fixed=None, fixed_read_at=None)["blocks"])


@settings(deadline=None)
@given(MORES)
def test_settings_there_and_back_lose_nothing(more: More) -> None:
    """What Slack sends for an untouched view, read into the defaults, is what was shown."""
    view = build(more, draft_id="d1", fixed=FIXED, fixed_read_at=NOW, problem="x" * 300)
    check_view(view)
    assert read(More(), json.loads(json.dumps(initial_values(view)))) == more


def test_boxes_that_are_all_unticked_read_as_off() -> None:
    """Slack sends an empty list for them."""
    values = initial_values(build(More(), draft_id="d1", fixed=None, fixed_read_at=None))
    values["questions"]["settings.change"]["selected_options"] = []
    assert read(More(), values) == with_options(qna=False, qna_anonymous=False, qna_moderated=False)


def test_view_that_carries_nothing_changes_nothing() -> None:
    """Closing a view sends no values."""
    more = More(options=Options(qna=False, password=SecretStr("x")), locale_code="fr-FR")
    assert read(more, {}) == more


def test_setting_that_the_form_does_not_offer_is_kept() -> None:
    """A select that shows no choice sends none."""
    more = More(locale_code="xx-XX", panel_join_offset=timedelta(seconds=77))
    view = build(more, draft_id="d1", fixed=None, fixed_read_at=None)
    assert read(more, initial_values(view)) == more


@pytest.mark.parametrize(
    ("password", "sentence"),
    [
        ("", None),
        ("x" * 64, None),
        ("pass word", None),
        ("x" * 65, "Use at most 64 characters: this has 65."),
        (" x", "Remove the spaces at the beginning or end: people would not see them."),
        ("x ", "Remove the spaces at the beginning or end: people would not see them."),
        ("a\u200bb", "Use only letters, digits and signs that can be typed."),
    ],
)
def test_password_rule(password: str, sentence: str | None) -> None:
    """At most 64 characters, all of which people can see and type."""
    assert check(with_options(password=password)).get("password") == sentence


@pytest.mark.parametrize("address", ["", " https://acme.example/thanks?a=b ", "http://localhost:8080"])
def test_redirect_to_a_web_page_is_taken(address: str) -> None:
    """Spaces around it are nobody's intention."""
    assert check(with_options(redirect_uri=address)) == {}


@pytest.mark.parametrize(
    "address", ["example.com", "ftp://example.com", "javascript:alert(1)", "https://", "https://a b"]
)
def test_redirect_that_is_no_web_page_is_refused(address: str) -> None:
    """Only http and https addresses, whole."""
    assert list(check(with_options(redirect_uri=address))) == ["postWebinarRedirectUri"]


def test_every_mistake_is_named_at_once() -> None:
    """Both texts can be wrong together."""
    more = with_options(password="x" * 65, redirect_uri="example")
    assert list(check(more)) == ["password", "postWebinarRedirectUri"]
    fields = initial_values(build(more, draft_id="d1", fixed=None, fixed_read_at=None))
    assert check(more).keys() <= fields.keys()


def test_settled_settings_leave_everything_else_alone() -> None:
    """With Q&A on, its two settings stay as chosen."""
    more = with_options(qna_anonymous=False, qna_moderated=True, password="x", panelist_access=Access.COWORKER)
    assert normalized(more) == more


def test_changes_are_named_by_the_words_of_the_form() -> None:
    """Defaults are not mentioned."""
    more = More(
        options=Options(auto_record=True, attendee_access=Access.SIGNED_IN, password=SecretStr("x")),
        locale_code="de-DE",
        panel_join_offset=timedelta(minutes=5),
    )
    assert (changed(More()), changed(more)) == (
        [],
        [
            "Start recording automatically",
            "Who can come in as an attendee?",
            "Password",
            "When can hosts and panelists come in?",
            "Language",
        ],
    )
