"""The More Settings form: every writable field once, read-only ones only shown, lossless round trip."""

from __future__ import annotations

import json
from collections import Counter
from datetime import timedelta

import pytest
from hypothesis import given, settings
from pydantic import SecretStr

from bot.model.form_rules import FormRules
from bot.model.recurrence import EventForm
from bot.model.webinar import Access, Audience, FixedOptions, Options
from bot.providers.ringcentral.form_rules import RULES
from bot.providers.zoom.form_rules import rules_of
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
    """Settings with these options changed."""
    return More(options=Options.model_validate(options))


def test_every_writable_setting_has_exactly_one_element() -> None:
    """Each is one select, text or checkbox, and there are no others."""
    inputs = [
        block
        for block in build(More(), draft_id="d1", fixed=FIXED, fixed_read_at=NOW, rules=RULES)["blocks"]
        if block["type"] == "input"
    ]
    boxes = [block["element"] for block in inputs if block["element"]["type"] == "checkboxes"]
    asked = [option["value"] for box in boxes for option in box["options"]]
    asked += [block["block_id"] for block in inputs if block["element"]["type"] != "checkboxes"]
    assert Counter(asked) == Counter(WRITABLE)


def test_settings_come_in_groups() -> None:
    """Each group has a header."""
    blocks = build(More(), draft_id="d1", fixed=None, fixed_read_at=None, rules=RULES)["blocks"]
    assert [block["text"]["text"] for block in blocks if block["type"] == "header"] == [
        "Recording",
        "Panelists",
        "Attendees",
        "Questions",
        "Before and after",
        "Language",
    ]


def test_view_belongs_to_its_draft() -> None:
    """With Save Settings and Back."""
    view = build(More(), draft_id="d1", fixed=None, fixed_read_at=None, rules=RULES)
    assert (view["callback_id"], view["private_metadata"], view["notify_on_close"]) == ("settings.form", "d1", True)
    assert (view["submit"]["text"], view["close"]["text"]) == ("Save Settings", "Back")


def test_every_choice_is_reported() -> None:
    """Slack sends no values when a view is closed, so each choice is reported."""
    blocks = build(More(), draft_id="d1", fixed=None, fixed_read_at=None, rules=RULES)["blocks"]
    inputs = [block for block in blocks if block["type"] == "input"]
    assert [block["block_id"] for block in inputs if not block.get("dispatch_action")] == [
        "password",
        "postWebinarRedirectUri",
    ]


def test_fixed_settings_are_shown_with_their_age() -> None:
    """The read-only fields as last read."""
    blocks = build(More(), draft_id="d1", fixed=FIXED, fixed_read_at=NOW, rules=RULES)["blocks"]
    assert blocks[-1]["elements"][0]["text"] == (
        "Set by your RingCentral account: Recording on · Sharing recordings on · Downloading recordings off · "
        "Deleting past sessions off · Polls on · Anonymous polls on · Livestreaming elsewhere on · as of "
        "<!date^1795274400^{date_short} at {time}|Sat, Nov 21, 2026 at 3:20 PM UTC>"
    )


def test_fixed_settings_are_not_guessed() -> None:
    """Before the first webinar no value is shown."""
    assert "not read yet" in visible_text(
        build(More(), draft_id="d1", fixed=None, fixed_read_at=None, rules=RULES)["blocks"]
    )


@settings(deadline=None)
@given(MORES)
def test_settings_round_trip(more: More) -> None:
    """Slack's values of an untouched view change nothing; read into the defaults, they give the shown settings."""
    view = build(more, draft_id="d1", fixed=FIXED, fixed_read_at=NOW, problem="x" * 300, rules=RULES)
    check_view(view)
    values = json.loads(json.dumps(initial_values(view)))
    assert read(more, values, rules=RULES) == more
    hidden = {} if more.options.qna else {"qna_anonymous": False, "qna_moderated": False}
    shown_only = more.model_copy(update={"options": more.options.model_copy(update=hidden)})
    assert read(More(), values, rules=RULES) == shown_only


def test_unchecked_boxes_are_read_as_off() -> None:
    """Slack sends an empty list."""
    values = initial_values(build(More(), draft_id="d1", fixed=None, fixed_read_at=None, rules=RULES))
    values["questions"]["settings.change"]["selected_options"] = []
    assert read(More(), values, rules=RULES) == with_options(qna=False, qna_anonymous=False, qna_moderated=False)


def test_view_without_values_changes_nothing() -> None:
    """A closed view sends no values."""
    more = More(options=Options(qna=False, password=SecretStr("x")), locale_code="fr-FR")
    assert read(more, {}, rules=RULES) == more


def test_setting_that_the_form_does_not_offer_is_kept() -> None:
    """A select without a selected option sends none."""
    more = More(locale_code="xx-XX", panel_join_offset=timedelta(seconds=77))
    view = build(more, draft_id="d1", fixed=None, fixed_read_at=None, rules=RULES)
    assert read(more, initial_values(view), rules=RULES) == more


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
    """At most 64 characters, all visible and typeable."""
    assert check(with_options(password=password), rules=RULES).get("password") == sentence


@pytest.mark.parametrize("address", ["", " https://acme.example/thanks?a=b ", "http://localhost:8080"])
def test_redirect_to_a_web_page_is_accepted(address: str) -> None:
    """Surrounding spaces are ignored."""
    assert check(with_options(redirect_uri=address), rules=RULES) == {}


@pytest.mark.parametrize(
    "address", ["example.com", "ftp://example.com", "javascript:alert(1)", "https://", "https://a b"]
)
def test_redirect_that_is_no_web_page_is_refused(address: str) -> None:
    """Only complete http and https addresses."""
    assert list(check(with_options(redirect_uri=address), rules=RULES)) == ["postWebinarRedirectUri"]


def test_all_mistakes_are_reported_at_once() -> None:
    """Both texts can be invalid at once."""
    more = with_options(password="x" * 65, redirect_uri="example")
    assert list(check(more, rules=RULES)) == ["password", "postWebinarRedirectUri"]
    fields = initial_values(build(more, draft_id="d1", fixed=None, fixed_read_at=None, rules=RULES))
    assert check(more, rules=RULES).keys() <= fields.keys()


def test_normalized_settings_keep_everything_else() -> None:
    """With Q&A on, its two settings are kept."""
    more = with_options(qna_anonymous=False, qna_moderated=True, password="x", panelist_access=Access.COWORKER)
    assert normalized(more) == more


def test_changes_are_named_by_their_labels() -> None:
    """Only changed settings, by label."""
    more = More(
        options=Options(auto_record=True, attendee_access=Access.SIGNED_IN, password=SecretStr("x")),
        locale_code="de-DE",
        panel_join_offset=timedelta(minutes=5),
    )
    assert (changed(More()), changed(more)) == (
        [],
        [
            "Start recording automatically",
            "Who can join as an attendee?",
            "Password",
            "When can hosts and panelists join?",
            "Language",
        ],
    )


def shown(more: More, rules: FormRules = RULES, audience: Audience = Audience.REGISTRANTS) -> set[str]:
    """The settings that the form shows."""
    view = build(more, draft_id="d1", fixed=None, fixed_read_at=None, rules=rules, audience=audience)
    elements = [block["element"] for block in view["blocks"] if block["type"] == "input"]
    return {option["value"] for element in elements for option in element.get("options") or ()}


@pytest.mark.parametrize(
    ("rules", "qna"),
    [
        (RULES, {"qnaAnonymousEnabled", "moderatedQnaEnabled"}),
        (rules_of(EventForm.MEETING), {"settings.question_and_answer.allow_anonymous_questions"}),
    ],
)
def test_what_belongs_to_questions_appears_with_them(rules: FormRules, qna: set[str]) -> None:
    """And keeps its choices while they are off."""
    on, off = with_options(qna=True, qna_anonymous=True), with_options(qna=False, qna_anonymous=True)
    assert shown(on, rules) - shown(off, rules) == qna
    key = next(setting.key for setting in rules.settings if setting.name == "qna")
    again = read(off, {"questions": {"x": {"selected_options": [{"value": key}]}}}, rules=rules)
    assert (again.options.qna, again.options.qna_anonymous) == (True, True)


def test_approval_appears_only_with_registration() -> None:
    """One that is on stays, so that it can be turned off."""
    rules, key = rules_of(EventForm.MEETING), "settings.approval_type"
    approved = with_options(manual_approval=True)
    found = {
        (more.options.manual_approval, audience): key in shown(more, rules, audience)
        for more in (More(), approved)
        for audience in Audience
    }
    assert found == {
        (False, Audience.REGISTRANTS): True,
        (False, Audience.ANYONE): False,
        (True, Audience.REGISTRANTS): True,
        (True, Audience.ANYONE): True,
    }
