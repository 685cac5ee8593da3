"""The forms follow the provider's rules: lengths, and which settings there are under which labels."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from pydantic import SecretStr

from bot.errors import BadInput, ProviderRefused
from bot.model.ability import ALL, Ability
from bot.model.field_labels import FIELD_LABELS
from bot.model.form_rules import FormRules
from bot.model.recurrence import EventForm
from bot.model.webinar import Audience, Options
from bot.model.webinar_edit import fields_as_mirrored
from bot.providers.ringcentral.form_rules import RULES as RINGCENTRAL
from bot.providers.zoom.form_rules import rules_of
from bot.slack.form_values import Values
from handlers.create import form as create_form
from handlers.create import settings_form
from handlers.create.draft import CreateDraft
from handlers.create.settings_form import More
from handlers.edit import form as edit_form
from handlers.move import form as move_form
from handlers.move.form import TypedTime
from tests.support.block_kit import check_view, initial_values, visible_text
from tests.support.webinar_samples import NOW, webinar

MEETING, WEBINAR = rules_of(EventForm.MEETING), rules_of(EventForm.WEBINAR)
EVERY = {"RingCentral": RINGCENTRAL, "Zoom meeting": MEETING, "Zoom webinar": WEBINAR}
TOMORROW = int((NOW + timedelta(days=1)).timestamp())


def draft(**changes: object) -> CreateDraft:
    """A valid form."""
    facts = {"draft_id": "d1", "title": "Launch day", "start": TOMORROW, "length": "45 minutes"}
    return CreateDraft.model_validate(facts | changes)


def problems(rules: FormRules, **changes: object) -> set[str]:
    """The fields that a form with these changes has to correct, without the id of the draft."""
    try:
        create_form.check(draft(**changes), rules, now=NOW, zone="UTC")
    except BadInput as error:
        return {name.partition(":")[0] for name in error.fields}
    return set()


@pytest.mark.parametrize("rules", EVERY.values(), ids=EVERY)
def test_lengths_are_the_providers(rules: FormRules) -> None:
    """The longest is taken and one more is refused; the form says the limits."""
    assert problems(rules) == set()
    for name, most in (("title", rules.max_title), ("description", rules.max_description)):
        assert problems(rules, **{name: "x" * most}) == set()
        assert problems(rules, **{name: "x" * (most + 1)}) == {name}
    for length, is_wrong in (
        (rules.min_length, False),
        (rules.max_length, False),
        (rules.min_length - timedelta(seconds=1), True),
        (rules.max_length + timedelta(minutes=1), True),
    ):
        typed = f"{int(length.total_seconds())}s"
        assert problems(rules, length=typed) == ({"length"} if is_wrong else set()), typed
    view = create_form.build(draft(), rules=rules, host_line="x")
    check_view(view)
    assert f"Up to {rules.max_description:,} characters" in json.dumps(view)


@pytest.mark.parametrize("rules", EVERY.values(), ids=EVERY)
def test_more_settings_has_each_setting_once_under_its_label(rules: FormRules) -> None:
    """And reads back what it shows; the password may have as many characters as the provider takes."""
    more = More(options=Options(auto_record=True, qna_anonymous=False, password=SecretStr("Abc123")))
    view = settings_form.build(more, rules=rules, draft_id="d1", fixed=None, fixed_read_at=None)
    check_view(view)
    shown = visible_text(view["blocks"])
    assert [setting.label for setting in rules.settings if setting.label not in shown] == []
    others = [label for name, label in FIELD_LABELS.items() if name in Options.model_fields and name not in rules.names]
    assert [label for label in others if f"{label}\n" in shown] == []
    assert (f"Set by your {rules.provider} account" in shown) is rules.has_fixed_options
    assert settings_form.read(more, initial_values(view), rules) == more

    [password] = [setting for setting in rules.settings if setting.name == "password"]
    for size, is_wrong in ((password.max_length, False), (password.max_length + 1, True)):
        typed = More(options=Options(password=SecretStr("x" * size)))
        assert (set(settings_form.check(typed, rules)) == {password.key}) is is_wrong


@pytest.mark.parametrize(
    ("rules", "parameter", "words"),
    [
        (RINGCENTRAL, "scheduledDuration", "Length: "),
        (MEETING, "duration", "Length: "),
        (MEETING, "password", "Passcode (under More Settings): "),
        (WEBINAR, "settings.panelists_video", "Camera on (under More Settings): "),
        (MEETING, "settings.panelists_video", "No."),
        (MEETING, "settings.alternative_hosts", "Alternative hosts (under More Settings): "),
    ],
)
def test_a_refusal_names_the_field_of_that_provider(rules: FormRules, parameter: str, words: str) -> None:
    """By the provider's own name of the parameter."""
    assert create_form.refusal(ProviderRefused("No.", parameter=parameter), rules).startswith(words)


def test_zoom_has_the_settings_that_are_sent_to_it() -> None:
    """Panelists and practice belong to webinars alone, and what participants meet to meetings."""
    both = {"manual_approval", "auto_record", "host_video", "password", "qna", "qna_anonymous", "alternative_hosts"}
    assert MEETING.names == both | {"waiting_room", "join_before_host", "participant_video", "mute_on_entry"}
    assert WEBINAR.names == both | {"panelist_video", "practice_session"}
    everywhere = {"auto_record", "password", "qna", "qna_anonymous", "panelist_video"}
    assert RINGCENTRAL.names & (MEETING.names | WEBINAR.names) == everywhere


@pytest.mark.parametrize(
    ("typed", "wrong", "kept"),
    [
        ("", "", ""),
        (" Ben@acme.example;ana@acme.example ", "", "ben@acme.example, ana@acme.example"),
        ("ben@acme.example, BEN@acme.example", "", "ben@acme.example"),
        ("ben@acme.example, Ben Okafor", "“ben” is not an email address.", ""),
        ("@ben", "“@ben” is not an email address.", ""),
    ],
)
def test_alternative_hosts_are_addresses(typed: str, wrong: str, kept: str) -> None:
    """As people write lists of them; one that is no address is named, with what to write."""
    more = More(options=Options(alternative_hosts=SecretStr(typed)))
    found = settings_form.check(more, MEETING)
    assert found.get("settings.alternative_hosts", "").startswith(wrong)
    assert bool(found) is bool(wrong)
    if not wrong:
        assert settings_form.normalized(more).options.alternative_hosts.get_secret_value() == kept
    assert settings_form.check(more, RINGCENTRAL) == {}


@pytest.mark.parametrize(("abilities", "shown"), [(ALL, True), (ALL - {Ability.MOVE}, False)])
def test_the_edit_form_has_the_time_only_if_it_can_change(abilities: frozenset[Ability], shown: bool) -> None:
    """Its start, length and time zone stay as they are; everything else can be edited."""
    edited = webinar(abilities=abilities)
    draft = edit_form.draft_of(edited, fields_as_mirrored(edited), "d1")
    view = create_form.build(draft, rules=RINGCENTRAL, host_line="x")
    check_view(view)
    names = {block["block_id"].partition(":")[0] for block in view["blocks"] if block["type"] == "input"}
    assert {"title", "audience", "description"} <= names
    times = {"starts", "length", "time_zone"}
    assert names & times == (times if shown else set())
    assert draft.edits is not None
    read = create_form.read(draft, initial_values(view))
    edit = edit_form.check(read, draft.edits, RINGCENTRAL, now=NOW, zone="UTC")
    assert edit.names == ()


@pytest.mark.parametrize(
    ("rules", "longest"), [(RINGCENTRAL, "12 hours"), (MEETING, "24 hours"), (WEBINAR, "24 hours")]
)
def test_a_move_has_the_lengths_of_the_provider(rules: FormRules, longest: str) -> None:
    """The longest is taken, and one minute more is refused."""
    moved = webinar()
    assert f"to {longest}" in json.dumps(move_form.form(moved, TypedTime(), rules))
    for more, is_wrong in ((timedelta(), False), (timedelta(minutes=1), True)):
        typed = f"{int((rules.max_length + more).total_seconds())}s"
        values: Values = {"starts": {"field": {"selected_date_time": TOMORROW}}, "length": {"field": {"value": typed}}}
        try:
            move_form.read(moved, values, rules, change_id="c", now=NOW, zone="UTC")
            sentence = ""
        except BadInput as error:
            sentence = error.fields["length"]
        assert sentence == (f"Choose at most {longest}." if is_wrong else "")


@pytest.mark.parametrize(
    ("rules", "audience", "is_manual", "wrong"),
    [
        (MEETING, Audience.ANYONE, True, {"audience"}),
        (WEBINAR, Audience.ANYONE, True, {"audience"}),
        (MEETING, Audience.REGISTRANTS, True, set()),
        (MEETING, Audience.ANYONE, False, set()),
        (RINGCENTRAL, Audience.ANYONE, True, set()),
    ],
)
def test_approval_needs_registration(rules: FormRules, audience: Audience, is_manual: bool, wrong: set[str]) -> None:
    """The contradiction is named in the form; a provider without approval ignores what was ticked for another."""
    more = More(options=Options(manual_approval=is_manual))
    assert problems(rules, audience=audience, more=more) == wrong
