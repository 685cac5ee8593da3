"""Block Kit validation: valid blocks pass, invalid ones are refused with their location."""

from __future__ import annotations

import copy
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from slack_sdk.models import blocks as sdk

from sandbox.slack.blocks import BLOCKS
from sandbox.slack.elements import ELEMENTS
from sandbox.slack.inputs import starting_values
from sandbox.slack.model import button_words, words
from sandbox.slack.surfaces import message_problems, options_problems, view_problems, with_ids
from tests.sandbox.block_samples import GOOD_DATA, IMAGE, MRKDWN, RICH, cell
from tests.sandbox.slack_app import actions, button, field, modal, option, plain, section
from tests.support.rows import each_row

Json = dict[str, Any]
SCALARS = st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.sampled_from(["button", "text", "input"])
ANYTHING = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["type", "text", "elements"]), inner, max_size=3)
    ),
    max_leaves=6,
)
OPTIONS = [option("A", "a"), option("B", "b")]
CONFIRM = {"title": plain("Sure?"), "text": MRKDWN, "confirm": plain("Yes"), "deny": plain("No"), "style": "danger"}
DATE = "<!date^1790000000^{date_short_pretty} at {time}^https://acme.example|21 Sep 2026, 13:33 UTC>"
CARD: Json = {"type": "card", "title": MRKDWN, "body": MRKDWN, "actions": [button("Go", "go")], "hero_image": IMAGE}


GOOD: dict[str, list[Json]] = {
    "section": [
        section(DATE),
        {"type": "section", "fields": [MRKDWN, plain("x")]},
        section("x", accessory=IMAGE, expand=True),
        section("x", accessory=button("Go", "go", url="https://acme.example", confirm=CONFIRM)),
    ],
    "header": [{"type": "header", "text": plain("x" * 150)}, {"type": "header", "text": plain("x"), "level": 4}],
    "divider": [{"type": "divider", "block_id": "line"}],
    "context": [{"type": "context", "elements": [MRKDWN, plain("x"), IMAGE]}],
    "actions": [actions(*[button("x", f"a{n}") for n in range(25)])],
    "context_actions": [
        {
            "type": "context_actions",
            "elements": [{"type": "icon_button", "icon": "trash", "text": plain("Delete"), "action_id": "x"}],
        }
    ],
    "input": [{**field("x", optional=True, dispatch_action=True), "hint": plain("x")}],
    "image": [{**IMAGE, "title": plain("x")}, {"type": "image", "slack_file": {"id": "F1"}, "alt_text": "x"}],
    "rich_text": [RICH],
    "markdown": [{"type": "markdown", "text": "# x"}],
    "alert": [{"type": "alert", "text": MRKDWN, "level": "warning"}],
    "card": [CARD],
    "carousel": [{"type": "carousel", "elements": [CARD, {**CARD, "block_id": "two"}]}],
    "table": [
        {
            "type": "table",
            "rows": [[{"type": "raw_text", "text": "Name"}, RICH, cell(1.5)]],
            "column_settings": [{"align": "right", "is_wrapped": True}, None],
        }
    ],
    **GOOD_DATA,
    "video": [
        {
            "type": "video",
            "title": plain("x"),
            "alt_text": "x",
            "video_url": "https://acme.example/v",
            "thumbnail_url": "https://acme.example/t",
        }
    ],
}


@each_row(("kind", "block"), [(kind, block) for kind, some in GOOD.items() for block in some])
def test_block_slack_takes_passes(kind: str, block: Json) -> None:
    """At least one of each kind, in an allowed place."""
    if kind == "alert":
        assert view_problems(modal(block), "modal") == []
    else:
        assert message_problems([block]) == []


def test_every_block_and_element_is_tried() -> None:
    """Each rule has a valid example."""
    assert set(GOOD) == set(BLOCKS)
    assert set(ELEMENTS_MADE) | {"icon_button"} == set(ELEMENTS)


ELEMENTS_MADE: dict[str, Json] = {
    "button": {"text": plain("Go"), "value": "1", "accessibility_label": "Go there"},
    "overflow": {"options": [{**OPTIONS[0], "url": "https://acme.example"}]},
    "checkboxes": {"options": [{**OPTIONS[0], "text": MRKDWN, "description": MRKDWN}]},
    "radio_buttons": {"options": OPTIONS, "initial_option": OPTIONS[0]},
    "static_select": {"options": OPTIONS, "initial_option": OPTIONS[1], "placeholder": plain("Pick")},
    "multi_static_select": {"option_groups": [{"label": plain("G"), "options": OPTIONS}], "initial_options": OPTIONS},
    "external_select": {"initial_option": OPTIONS[0], "min_query_length": 0},
    "multi_external_select": {"initial_options": OPTIONS, "max_selected_items": 3},
    "users_select": {"initial_user": "U0ANA"},
    "multi_users_select": {"initial_users": ["U0ANA"]},
    "channels_select": {"initial_channel": "C0LAUNCH", "response_url_enabled": True},
    "multi_channels_select": {"initial_channels": ["C0LAUNCH"]},
    "conversations_select": {"default_to_current_conversation": True, "filter": {"include": ["public"]}},
    "multi_conversations_select": {"initial_conversations": ["C0LAUNCH"]},
    "datepicker": {"initial_date": "2026-10-01"},
    "timepicker": {"initial_time": "15:30", "timezone": "Europe/Madrid"},
    "datetimepicker": {"initial_date_time": 1_790_000_000, "focus_on_load": True},
    "plain_text_input": {"multiline": True, "min_length": 1, "max_length": 3000, "initial_value": "x"},
    "email_text_input": {"initial_value": "ana@acme.example"},
    "url_text_input": {"initial_value": "https://acme.example"},
    "number_input": {"is_decimal_allowed": True, "min_value": "0.5", "max_value": "9", "initial_value": "1"},
    "file_input": {"filetypes": ["csv"], "max_files": 1},
}
IN_ACTIONS_ONLY = {"button", "overflow"}


@each_row(("kind", "more"), ELEMENTS_MADE.items())
def test_element_slack_takes_passes(kind: str, more: Json) -> None:
    """One of each kind, in an input or in an actions block."""
    element = {"type": kind, "action_id": "it", **more}
    block = actions(element) if kind in IN_ACTIONS_ONLY else {"type": "input", "label": plain("x"), "element": element}
    assert view_problems(modal(block), "modal") == []


def test_what_slacks_own_models_make_passes() -> None:
    """slack_sdk's blocks, as an app builds them."""
    when = sdk.DateTimePickerElement(action_id="when", initial_date_time=1_790_000_000)
    pick = sdk.StaticSelectElement(action_id="pick", options=[sdk.Option(text="A", value="a")])
    made: list[sdk.Block] = [
        sdk.HeaderBlock(text="x"),
        sdk.SectionBlock(text="x", fields=["a", "b"], accessory=sdk.ButtonElement(text="Go", action_id="go")),
        sdk.ContextBlock(
            elements=[sdk.MarkdownTextObject(text="x"), sdk.ImageElement(image_url="https://x", alt_text="x")]
        ),
        sdk.ActionsBlock(
            elements=[
                sdk.ButtonElement(text="Go", action_id="go", confirm=sdk.ConfirmObject(title="?", text="x")),
                pick,
            ]
        ),
        sdk.InputBlock(label="When", element=when, hint="soon"),
        sdk.DividerBlock(),
        sdk.ImageBlock(image_url="https://acme.example/x.png", alt_text="x"),
        sdk.RichTextBlock(elements=[sdk.RichTextSectionElement(elements=[sdk.RichTextElementParts.Text(text="x")])]),
    ]
    assert message_problems([block.to_dict() for block in made]) == []


def test_message_as_a_whole_keeps_its_limits() -> None:
    """50 blocks, unique block_ids, one table, characters in all tables and markdown."""
    line = {"type": "divider"}
    assert message_problems([line] * 50) == []
    assert message_problems([line] * 51) == ["no more than 50 items allowed [json-pointer:/blocks]"]
    twice = [{**line, "block_id": "x"}] * 2
    assert message_problems(twice) == ["block_id already exists: x [json-pointer:/blocks/1/block_id]"]
    table = {"type": "table", "rows": [[{"type": "raw_text", "text": "x" * 6000}]]}
    assert message_problems([table, table]) == [
        "only one table is allowed in a message [json-pointer:/blocks]",
        "table must be less than 10001 characters in all [json-pointer:/blocks]",
    ]
    markdown = {"type": "markdown", "text": "x" * 6001}
    assert message_problems([markdown] * 2) == [
        "markdown must be less than 12001 characters in all [json-pointer:/blocks]"
    ]


VIEWS: list[tuple[Json, str]] = [
    (modal(*[{"type": "divider"}] * 101), "no more than 100 items allowed [json-pointer:/view/blocks]"),
    (modal(title=plain("x" * 25)), "must be less than 25 characters [json-pointer:/view/title/text]"),
    (modal(submit=plain("x" * 25)), "must be less than 25 characters [json-pointer:/view/submit/text]"),
    (modal(close=plain("x" * 25)), "must be less than 25 characters [json-pointer:/view/close/text]"),
    (modal(private_metadata="x" * 3001), "must be less than 3001 characters [json-pointer:/view/private_metadata]"),
    (modal(callback_id="x" * 256), "must be less than 256 characters [json-pointer:/view/callback_id]"),
    (modal(id="V1"), "invalid additional property: id [json-pointer:/view]"),
    (modal({"type": "markdown", "text": "x"}), "unsupported type: markdown [json-pointer:/view/blocks/0/type]"),
    (modal(field("x"), submit=None), "missing required field: submit [json-pointer:/view]"),
    (
        modal(field("x", focus_on_load=True), field("y", focus_on_load=True)),
        "only one element may have focus_on_load [json-pointer:/view/blocks]",
    ),
    ({"type": "modal", "blocks": []}, "missing required field: title [json-pointer:/view]"),
    (
        {"type": "home", "title": plain("x"), "blocks": []},
        "must be a valid enum value: modal [json-pointer:/view/type]",
    ),
]


@each_row(("view", "said"), VIEWS)
def test_view_slack_refuses_is_refused_with_its_place(view: Json, said: str) -> None:
    """The first problem, in Slack's format."""
    assert view_problems(view, "modal")[0] == said


@settings(deadline=None)
@given(data=st.data())
def test_nothing_that_can_be_sent_breaks_the_rules_themselves(data: st.DataObject) -> None:
    """A valid block with any value in any place is either refused or can be shown; nothing crashes."""
    fields = [field("it", kind, **more) for kind, more in ELEMENTS_MADE.items() if kind not in IN_ACTIONS_ONLY]
    block = copy.deepcopy(data.draw(st.sampled_from([*fields, *(block for some in GOOD.values() for block in some)])))
    spoil(block, data)
    if message_problems([block]) == []:
        made = with_ids([block], lambda prefix: prefix)
        assert (list(words(made)), button_words(made)) is not None
        starting_values(made)


def spoil(part: Any, data: st.DataObject) -> None:
    """Replace one nested value."""
    keys = list(part) if isinstance(part, dict) else list(range(len(part)))
    key = data.draw(st.sampled_from(keys or [0]))
    if keys and isinstance(part[key], dict | list) and data.draw(st.booleans()):
        spoil(part[key], data)
    elif keys:
        part[key] = data.draw(ANYTHING)


def test_home_takes_no_modal_fields() -> None:
    """No title, no submit."""
    assert view_problems({"type": "home", "blocks": [section("x")]}, "home") == []
    home = {"type": "home", "blocks": [], "title": plain("x")}
    assert view_problems(home, "home") == ["invalid additional property: title [json-pointer:/view]"]


def test_options_answer_is_one_list_or_groups() -> None:
    """At most one hundred."""
    assert options_problems({"options": OPTIONS}) == []
    assert options_problems({"options": []}) == []
    assert options_problems({"options": OPTIONS * 51}) == ["no more than 100 items allowed [json-pointer:/options]"]
    assert options_problems(None) == ["must be an object [json-pointer:/]"]


def test_ids_are_given_where_there_are_none() -> None:
    """Existing ids stay; the app's own blocks are not changed."""
    given = [section("x"), actions({"type": "button", "text": plain("x")}), section("y", accessory=IMAGE)]
    numbers = iter("0123456789")
    made = with_ids(given, lambda prefix: f"{prefix}{next(numbers)}")
    assert [block["block_id"] for block in made] == ["b0", "buttons", "b2"]
    assert (made[1]["elements"][0]["action_id"], "action_id" in made[2]["accessory"]) == ("a1", False)
    assert "block_id" not in given[0]
