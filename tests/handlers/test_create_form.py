"""The create form: six inputs, nothing lost on the way there and back, every mistake named at once."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import SecretStr

from bot.errors import BadInput, ProviderRefused
from bot.model.webinar import Access, Audience, Form, Options
from handlers.create import form as create_form
from handlers.create import settings_form
from handlers.create.form import CreateDraft, build, check, read
from handlers.create.settings_form import More
from tests.support.block_kit import buttons, check_view, initial_values, visible_text
from tests.support.webinar_samples import NASTY, NOW, START

OPTIONS = st.builds(
    Options,
    **{field: st.booleans() for field, info in Options.model_fields.items() if info.annotation is bool},
    **{field: st.sampled_from(Access) for field, info in Options.model_fields.items() if info.annotation is Access},
    password=st.builds(SecretStr, st.text(max_size=80)),
    redirect_uri=st.text(max_size=80),
)
MORES = st.builds(
    More,
    options=OPTIONS,
    locale_code=st.sampled_from(sorted(settings_form.LOCALES)),
    panel_join_offset=st.sampled_from([timedelta(seconds=seconds) for seconds in settings_form.OFFSETS]),
)
DRAFTS = st.builds(
    CreateDraft,
    draft_id=st.uuids().map(str),
    title=st.text(max_size=600) | st.just(NASTY) | st.just("&" * 3000),
    start=st.none() | st.integers(10**9, 9_999_999_999),
    length=st.text(max_size=40),
    audience=st.sampled_from(Audience),
    description=st.text(max_size=100) | st.just("<!channel>" * 300),
    announce_in=st.none() | st.just("C1"),
    origin_channel=st.just("C2"),
    more=MORES,
)

GOOD = CreateDraft(draft_id="d1", title="Launch day", start=int(START.timestamp()), length="45m", announce_in="C1")


def faults(draft: CreateDraft, **more: Any) -> dict[str, str]:
    """What `check` finds, by the block's name."""
    with pytest.raises(BadInput) as caught:
        check(draft, now=NOW, zone="Europe/Madrid", **more)
    return {block_id.removesuffix(":d1"): sentence for block_id, sentence in caught.value.fields.items()}


def test_form_has_six_inputs_with_their_labels() -> None:
    """The first view asks six things; Description and the channel may be left out."""
    inputs = [block for block in build(GOOD, host_line="Ana hosts")["blocks"] if block["type"] == "input"]
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


def test_choices_report_themselves_and_texts_do_not() -> None:
    """A closed form resumes from what its last choice carried."""
    inputs = [block for block in build(GOOD, host_line="Ana hosts")["blocks"] if block["type"] == "input"]
    assert [block["label"]["text"] for block in inputs if block["dispatch_action"]] == [
        "Starts",
        "Who is it for?",
        "Announce in",
    ]


def test_view_says_which_draft_it_is_and_tells_when_it_is_closed() -> None:
    """What the handlers rely on."""
    view = build(GOOD, host_line="Ana hosts")
    assert (view["callback_id"], view["private_metadata"], view["notify_on_close"]) == ("create.form", "d1", True)
    assert view["submit"]["text"] == "Create Webinar"
    assert buttons(view["blocks"])["More Settings"]["value"] == "d1"


def test_host_line_stands_in_the_form() -> None:
    """The person is told who will host before anything is made."""
    line = "Hosted by <@U1>, not <!channel>"
    assert "Hosted by <@U1>, not &lt;!channel&gt;" in visible_text(build(GOOD, host_line=line)["blocks"])


@pytest.mark.parametrize("problem", ["Short", "Long " * 100])
def test_problem_stands_on_top_of_the_form_that_comes_back(problem: str) -> None:
    """Whole, whether an alert can hold it or not, above the filled fields."""
    view = build(GOOD, host_line="Ana hosts", problem=problem)
    check_view(view)
    assert view["blocks"][0]["text"]["text"] == problem
    assert read(CreateDraft(draft_id="d1"), initial_values(view)) == GOOD


def test_resumed_form_says_so_and_can_start_over() -> None:
    """The button carries the draft that is given up."""
    view = build(GOOD, host_line="Ana hosts", resumed=True)
    check_view(view)
    assert view["blocks"][0]["text"]["text"] == "Picked up where you left off"
    assert view["blocks"][0]["accessory"]["value"] == "d1"


def test_two_drafts_share_no_block_id() -> None:
    """Slack keeps what was typed under an id, so an empty form needs new ones."""
    first, second = (initial_values(build(CreateDraft(draft_id=name), host_line="x")) for name in ("d1", "d2"))
    assert not first.keys() & second.keys()


def test_settings_that_were_changed_are_named_without_their_values() -> None:
    """Coming back from More Settings, one sees that they are kept, and no password."""
    options = Options(password=SecretStr("hunter2"), qna=False)
    shown = visible_text(build(GOOD.model_copy(update={"more": More(options=options)}), host_line="x")["blocks"])
    assert "Changed under More Settings: Attendees can ask questions, Password" in shown
    assert "hunter2" not in shown


@settings(deadline=None)
@given(DRAFTS)
def test_form_there_and_back_loses_nothing(draft: CreateDraft) -> None:
    """What Slack sends for an untouched form, read into an empty draft, is the draft that was shown."""
    values = json.loads(json.dumps(initial_values(build(draft, host_line="x"))))
    empty = CreateDraft(draft_id=draft.draft_id, origin_channel=draft.origin_channel, more=draft.more)
    assert read(empty, values) == draft


@settings(deadline=None)
@given(DRAFTS)
def test_draft_survives_being_stored(draft: CreateDraft) -> None:
    """The store keeps a draft as JSON, password and all."""
    assert CreateDraft.model_validate_json(draft.model_dump_json()) == draft


@settings(deadline=None)
@given(DRAFTS, st.text(max_size=400), st.booleans())
def test_form_keeps_slacks_limits(draft: CreateDraft, line: str, resumed: bool) -> None:
    """At any length of what was typed."""
    check_view(build(draft, host_line=line or "x", problem=line, resumed=resumed))


def test_form_that_was_emptied_is_read_as_empty() -> None:
    """What a person takes out of a field is gone from the draft too."""
    values = initial_values(build(CreateDraft(draft_id="d1", length=""), host_line="x"))
    assert read(GOOD, values) == CreateDraft(draft_id="d1", length="")


def test_fields_the_view_does_not_show_stay() -> None:
    """A view that carries no values changes nothing."""
    assert read(GOOD, {}) == GOOD


def test_good_form_becomes_what_is_asked_of_the_vendor() -> None:
    """Spaces at the ends go, the zone is the person's."""
    draft = GOOD.model_copy(update={"title": " Launch\n day ", "description": " Come! "})
    assert check(draft, now=NOW, zone="Europe/Madrid") == Form(
        title="Launch day",
        start=START,
        length=timedelta(minutes=45),
        time_zone="Europe/Madrid",
        description="Come!",
        announce_in="C1",
    )


def test_settings_of_the_more_step_reach_the_form() -> None:
    """Without Q&A the vendor refuses anonymous and moderated questions, so these go with it."""
    options = Options(qna=False, qna_anonymous=True, qna_moderated=True, redirect_uri=" https://acme.example/thanks ")
    more = More(options=options, locale_code="de-DE", panel_join_offset=timedelta(minutes=15))
    form = check(GOOD.model_copy(update={"more": more}), now=NOW, zone="UTC")
    assert form.options == Options(
        qna=False, qna_anonymous=False, qna_moderated=False, redirect_uri="https://acme.example/thanks"
    )
    assert (form.locale_code, form.panel_join_offset) == ("de-DE", timedelta(minutes=15))


def test_every_mistake_is_named_at_once_under_its_field() -> None:
    """Nobody has to send a form five times; what is wrong under More Settings stands above its button."""
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
        "starts": "This is in the past: in Europe/Madrid it is now Sat, Nov 21, 2026 at 16:20 CET (15:20 UTC)."
        " Choose a later time.",
        "length": "Choose at most 12 hours.",
        "description": "Use at most 3,000 characters: this has 3,001.",
        "announce_in": "Invite Greenroom to that channel first. "
        "More Settings, Password: Remove the spaces at the beginning or end: people would not see them. "
        "More Settings, Web page to show afterwards: This is not a web address. Write it whole, such as "
        "https://www.example.com/thanks",
    }


def test_empty_form_asks_for_what_is_needed() -> None:
    """Only the title, the start and the length have to be given."""
    assert faults(CreateDraft(draft_id="d1", title="  ", length="")) == {
        "title": "Give the webinar a title.",
        "starts": "Choose a date and a time.",
        "length": "Write a length such as 45 minutes, 1h30 or 2 hours.",
    }


def test_refusal_sentence_says_that_nothing_was_created_and_what_to_change() -> None:
    """The sentence for the whole, where no field can show it."""
    with pytest.raises(BadInput) as caught:
        check(CreateDraft(draft_id="d1"), now=NOW, zone="UTC")
    assert caught.value.sentence == "Nothing was created. Please change: Title, Starts."


@pytest.mark.parametrize("length", ["30s", "12h"])
def test_length_at_its_bounds_is_taken(length: str) -> None:
    """30 seconds to 12 hours, both included."""
    form = check(GOOD.model_copy(update={"length": length}), now=NOW, zone="UTC")
    assert form.length in {timedelta(seconds=30), timedelta(hours=12)}


@pytest.mark.parametrize(("length", "sentence"), [("29s", "Choose at least 30 seconds."), ("later", None)])
def test_length_beyond_its_bounds_is_refused(length: str, sentence: str | None) -> None:
    """Shorter than the vendor takes, or no length at all."""
    found = faults(GOOD.model_copy(update={"length": length}))
    assert found == {"length": sentence or "Write a length such as 45 minutes, 1h30 or 2 hours."}


def test_start_a_second_ahead_is_taken() -> None:
    """Only what is not ahead is in the past."""
    soon = int(NOW.timestamp()) + 1
    assert check(GOOD.model_copy(update={"start": soon}), now=NOW, zone="UTC").start == datetime.fromtimestamp(
        soon, UTC
    )


def test_errors_stand_under_inputs_of_the_form() -> None:
    """Slack shows errors only under inputs of the view that was sent."""
    with pytest.raises(BadInput) as caught:
        check(CreateDraft(draft_id="d1", more=More(options=Options(redirect_uri="x"))), now=NOW, zone="UTC")
    assert caught.value.fields.keys() <= initial_values(build(CreateDraft(draft_id="d1"), host_line="x")).keys()


@pytest.mark.parametrize(
    ("parameter", "words"),
    [
        ("scheduledDuration", "The vendor said no. It is about: Length."),
        ("password", "The vendor said no. It is about: Password (under More Settings)."),
        ("somethingNew", "The vendor said no."),
    ],
)
def test_refusal_of_the_vendor_names_the_field_as_the_form_does(parameter: str, words: str) -> None:
    """A parameter's name means nothing to the person; one that the form does not ask is left out."""
    assert create_form.refusal(ProviderRefused("The vendor said no.", parameter=parameter)) == words
