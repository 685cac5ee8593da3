"""The create form: six inputs, lossless round trip, all mistakes reported at once."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import SecretStr

from bot.errors import BadInput, ProviderRefused
from bot.model.field_labels import LOCALES
from bot.model.webinar import Access, Audience, Options, WebinarForm
from bot.providers.ringcentral.form_rules import OFFSETS, RULES
from handlers.create import form as create_form
from handlers.create.draft import CreateDraft
from handlers.create.form import build, check, read
from handlers.create.settings_form import More
from tests.support.block_kit import buttons, check_view, initial_values, visible_text
from tests.support.webinar_samples import NASTY, NOW, START

OPTIONS = st.builds(
    Options,
    **{
        field: st.booleans()
        for field, info in Options.model_fields.items()
        if info.annotation is bool and field in RULES.names
    },
    **{field: st.sampled_from(Access) for field, info in Options.model_fields.items() if info.annotation is Access},
    password=st.builds(SecretStr, st.text(max_size=80)),
    redirect_uri=st.text(max_size=80),
)
MORES = st.builds(
    More,
    options=OPTIONS,
    locale_code=st.sampled_from(sorted(LOCALES)),
    panel_join_offset=st.sampled_from([timedelta(seconds=int(seconds)) for seconds in OFFSETS]),
)
DRAFTS = st.builds(
    CreateDraft,
    draft_id=st.uuids().map(str),
    title=st.text(max_size=600) | st.just(NASTY) | st.just("&" * 3000),
    start=st.none() | st.integers(10**9, 9_999_999_999),
    start_note=st.text(max_size=400),
    length=st.text(max_size=40),
    audience=st.sampled_from(Audience),
    description=st.text(max_size=100) | st.just("<!channel>" * 300),
    announce_in=st.none() | st.just("C1"),
    origin_channel=st.just("C2"),
    more=MORES,
)

GOOD = CreateDraft(draft_id="d1", title="Launch day", start=int(START.timestamp()), length="45m", announce_in="C1")


def faults(draft: CreateDraft, **more: Any) -> dict[str, str]:
    """The errors of `check`, by block name."""
    with pytest.raises(BadInput) as caught:
        check(draft, RULES, now=NOW, zone="Europe/Madrid", **more)
    return {block_id.removesuffix(":d1"): sentence for block_id, sentence in caught.value.fields.items()}


def test_form_has_six_inputs_with_their_labels() -> None:
    """Six inputs; Description and the channel are optional."""
    inputs = [block for block in build(GOOD, host_line="Ana hosts", rules=RULES)["blocks"] if block["type"] == "input"]
    assert [(block["label"]["text"], block["element"]["type"], block["optional"]) for block in inputs] == [
        ("Title", "plain_text_input", False),
        ("Starts", "datetimepicker", False),
        ("Length", "plain_text_input", False),
        ("Who is it for?", "radio_buttons", False),
        ("Description", "plain_text_input", True),
        ("Announce in", "conversations_select", True),
    ]
    assert [option["text"]["text"] for option in inputs[3]["element"]["options"]] == [
        "People who register",
        "Everyone with the link",
    ]
    assert (inputs[4]["element"]["max_length"], inputs[4]["hint"]["text"]) == (3000, "Up to 3,000 characters")
    assert inputs[5]["element"]["filter"] == {"include": ["public", "private"], "exclude_bot_users": True}


def test_choices_are_reported_and_texts_are_not() -> None:
    """A closed form resumes from the last reported inputs."""
    inputs = [block for block in build(GOOD, host_line="Ana hosts", rules=RULES)["blocks"] if block["type"] == "input"]
    assert [block["label"]["text"] for block in inputs if block["dispatch_action"]] == [
        "Starts",
        "Who is it for?",
        "Announce in",
    ]


def test_view_has_its_draft_and_notifies_on_close() -> None:
    """The handlers rely on both."""
    view = build(GOOD, host_line="Ana hosts", rules=RULES)
    assert (view["callback_id"], view["private_metadata"], view["notify_on_close"]) == ("create.form", "d1", True)
    assert view["submit"]["text"] == "Create Webinar"
    assert buttons(view["blocks"])["More Settings"]["value"] == "d1"


def test_form_shows_the_host_line() -> None:
    """The user sees who will host before submitting."""
    line = "Hosted by <@U1>, not <!channel>"
    assert "Hosted by <@U1>, not &lt;!channel&gt;" in visible_text(build(GOOD, host_line=line, rules=RULES)["blocks"])


@pytest.mark.parametrize("problem", ["Short", "Long " * 100])
def test_problem_is_on_top_of_the_reopened_form(problem: str) -> None:
    """The whole problem, above the filled fields, at any length."""
    view = build(GOOD, host_line="Ana hosts", problem=problem, rules=RULES)
    check_view(view)
    assert view["blocks"][0]["text"]["text"] == problem
    assert read(CreateDraft(draft_id="d1"), initial_values(view)) == GOOD


def test_resumed_form_says_so_and_can_start_over() -> None:
    """The button carries the draft to discard."""
    view = build(GOOD, host_line="Ana hosts", resumed=True, rules=RULES)
    check_view(view)
    assert view["blocks"][0]["text"]["text"] == "Picked up where you left off"
    assert view["blocks"][0]["accessory"]["value"] == "d1"


def test_two_drafts_share_no_block_id() -> None:
    """Slack keeps inputs by block id, so an empty form needs new ids."""
    first, second = (
        initial_values(build(CreateDraft(draft_id=name), host_line="x", rules=RULES)) for name in ("d1", "d2")
    )
    assert not first.keys() & second.keys()


def test_settings_that_were_changed_are_named_without_their_values() -> None:
    """After More Settings the form names the changed settings, without the password."""
    options = Options(password=SecretStr("hunter2"), qna=False)
    shown = visible_text(
        build(GOOD.model_copy(update={"more": More(options=options)}), host_line="x", rules=RULES)["blocks"]
    )
    assert "Changed under More Settings: Attendees can ask questions, Password" in shown
    assert "hunter2" not in shown


@settings(deadline=None)
@given(DRAFTS)
def test_form_round_trips(draft: CreateDraft) -> None:
    """Slack's values of an untouched form, read into a draft with what are no inputs, give the shown draft."""
    values = json.loads(json.dumps(initial_values(build(draft, host_line="x", rules=RULES))))
    kept = {field: getattr(draft, field) for field in ("draft_id", "origin_channel", "more", "start", "start_note")}
    assert read(CreateDraft(**kept), values) == draft


@settings(deadline=None)
@given(DRAFTS)
def test_draft_survives_being_stored(draft: CreateDraft) -> None:
    """A draft is stored as JSON, including the password."""
    assert CreateDraft.model_validate_json(draft.model_dump_json()) == draft


@settings(deadline=None)
@given(DRAFTS, st.text(max_size=400), st.booleans())
def test_form_keeps_slacks_limits(draft: CreateDraft, line: str, resumed: bool) -> None:
    """With inputs of any length."""
    check_view(build(draft, host_line=line or "x", problem=line, resumed=resumed, rules=RULES))


def test_note_about_the_start_is_under_its_field_until_another_is_chosen() -> None:
    """With what to do if there is no start."""
    doubtful = GOOD.model_copy(update={"start": None, "start_note": "There is no February 30."})
    starts = build(doubtful, host_line="Ana hosts", rules=RULES)["blocks"][1]
    assert starts["hint"]["text"] == "There is no February 30. Choose the date and the time."
    noted = GOOD.model_copy(update={"start_note": "EST is UTC-5."})
    assert build(noted, host_line="Ana hosts", rules=RULES)["blocks"][1]["hint"]["text"] == "EST is UTC-5."
    assert "hint" not in build(GOOD, host_line="Ana hosts", rules=RULES)["blocks"][1]
    kept, chosen = (
        read(draft, initial_values(build(GOOD, host_line="Ana hosts", rules=RULES))) for draft in (noted, doubtful)
    )
    assert (kept.start_note, chosen.start_note) == ("EST is UTC-5.", "")


def test_cleared_form_is_read_as_empty() -> None:
    """A cleared field is empty in the draft."""
    values = initial_values(build(CreateDraft(draft_id="d1", length=""), host_line="x", rules=RULES))
    assert read(GOOD, values) == CreateDraft(draft_id="d1", length="")


def test_missing_inputs_keep_their_values() -> None:
    """A view without values changes nothing."""
    assert read(GOOD, {}) == GOOD


def test_valid_form_becomes_the_vendors_request() -> None:
    """Surrounding spaces are stripped; the time zone is the user's."""
    draft = GOOD.model_copy(update={"title": " Launch\n day ", "description": " Come! "})
    assert check(draft, now=NOW, zone="Europe/Madrid", rules=RULES) == WebinarForm(
        title="Launch day",
        start=START,
        length=timedelta(minutes=45),
        time_zone="Europe/Madrid",
        description="Come!",
        announce_in="C1",
    )


def test_more_settings_reach_the_form() -> None:
    """Without Q&A the vendor refuses anonymous and moderated questions, so they are off too."""
    options = Options(qna=False, qna_anonymous=True, qna_moderated=True, redirect_uri=" https://acme.example/thanks ")
    more = More(options=options, locale_code="de-DE", panel_join_offset=timedelta(minutes=15))
    form = check(GOOD.model_copy(update={"more": more}), now=NOW, zone="UTC", rules=RULES)
    assert form.options == Options(
        qna=False, qna_anonymous=False, qna_moderated=False, redirect_uri="https://acme.example/thanks"
    )
    assert (form.locale_code, form.panel_join_offset) == ("de-DE", timedelta(minutes=15))


def test_all_mistakes_are_reported_under_their_fields() -> None:
    """All problems in one submission; those of More Settings are under the field above its button."""
    wrong = CreateDraft(
        draft_id="d1",
        title="x" * 513,
        start=int(NOW.timestamp()),
        length="13 hours",
        description="x" * 3001,
        more=More(options=Options(password=SecretStr(" hunter2"), redirect_uri="example")),
    )
    assert faults(wrong, channel_problem="Invite Greenroom to that channel first.") == {
        "title": "Use at most 512 characters: this has 513.",
        "starts": "This is in the past: in Europe/Madrid it is now Sat, Nov 21, 2026 at 4:20 PM CET (3:20 PM UTC)."
        " Choose a later time.",
        "length": "Choose at most 12 hours.",
        "description": "Use at most 3,000 characters: this has 3,001.",
        "announce_in": "Invite Greenroom to that channel first.\n"
        "More Settings, Password: Remove the spaces at the beginning or end: people would not see them.\n"
        "More Settings, Web page to show afterward: This is not a web address. Write it whole, such as "
        "https://www.example.com/thanks",
    }


def test_empty_form_asks_for_what_is_needed() -> None:
    """Only the title, the start and the length are required."""
    assert faults(CreateDraft(draft_id="d1", title="  ", length="")) == {
        "title": "Give the webinar a title.",
        "starts": "Choose a date and a time.",
        "length": "Write a length such as 45 minutes, 1h30 or 2 hours.",
    }


def test_refusal_sentence_says_that_nothing_was_created_and_what_to_change() -> None:
    """The sentence used where no field can show errors."""
    with pytest.raises(BadInput) as caught:
        check(CreateDraft(draft_id="d1"), now=NOW, zone="UTC", rules=RULES)
    assert caught.value.sentence == "Nothing was created. Please change: Title, Starts."


@pytest.mark.parametrize("length", ["30s", "12h"])
def test_length_at_its_bounds_is_accepted(length: str) -> None:
    """From 30 seconds to 12 hours, inclusive."""
    form = check(GOOD.model_copy(update={"length": length}), now=NOW, zone="UTC", rules=RULES)
    assert form.length in {timedelta(seconds=30), timedelta(hours=12)}


@pytest.mark.parametrize(("length", "sentence"), [("29s", "Choose at least 30 seconds."), ("later", None)])
def test_length_beyond_its_bounds_is_refused(length: str, sentence: str | None) -> None:
    """Shorter than the vendor's minimum, or not a length."""
    found = faults(GOOD.model_copy(update={"length": length}))
    assert found == {"length": sentence or "Write a length such as 45 minutes, 1h30 or 2 hours."}


def test_start_a_second_ahead_is_accepted() -> None:
    """One second ahead is in the future."""
    soon = int(NOW.timestamp()) + 1
    assert check(
        GOOD.model_copy(update={"start": soon}), now=NOW, zone="UTC", rules=RULES
    ).start == datetime.fromtimestamp(soon, UTC)


def test_errors_are_under_inputs_of_the_form() -> None:
    """Slack shows errors only under inputs of the submitted view."""
    with pytest.raises(BadInput) as caught:
        check(
            CreateDraft(draft_id="d1", more=More(options=Options(redirect_uri="x"))), now=NOW, zone="UTC", rules=RULES
        )
    assert (
        caught.value.fields.keys()
        <= initial_values(build(CreateDraft(draft_id="d1"), host_line="x", rules=RULES)).keys()
    )


@pytest.mark.parametrize(
    ("parameter", "words"),
    [
        ("scheduledDuration", "Length: The vendor said no."),
        ("password", "Password (under More Settings): The vendor said no."),
        ("somethingNew", "The vendor said no."),
    ],
)
def test_refusal_of_the_vendor_names_the_field_as_the_form_does(parameter: str, words: str) -> None:
    """The refusal names the field's label; a parameter without a field is not named."""
    assert create_form.refusal(ProviderRefused("The vendor said no.", parameter=parameter), rules=RULES) == words
