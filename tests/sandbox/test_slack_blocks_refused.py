"""Block Kit limits one by one: the error text and the JSON pointer."""

from __future__ import annotations

from typing import Any

from sandbox.slack.surfaces import message_problems
from tests.sandbox.block_samples import MRKDWN
from tests.sandbox.slack_app import actions, button, field, option, plain, section
from tests.sandbox.test_slack_blocks import CARD, CONFIRM, OPTIONS
from tests.support.rows import each_row

Json = dict[str, Any]
FILTERS = "include, exclude_external_shared_channels, exclude_bot_users"


def chooser(**more: Any) -> Json:
    """A menu in an actions block."""
    return actions({"type": "static_select", "action_id": "pick", **more})


BAD: list[tuple[Json, str]] = [
    ({"type": "dance"}, "unsupported type: dance [json-pointer:/blocks/0/type]"),
    ({}, "missing required field: type [json-pointer:/blocks/0]"),
    ({"type": "alert", "text": MRKDWN}, "unsupported type: alert [json-pointer:/blocks/0/type]"),
    ({"type": "section"}, "must define at least one of text, fields [json-pointer:/blocks/0]"),
    (section(""), "must be more than 0 characters [json-pointer:/blocks/0/text/text]"),
    (section("x", colour="red"), "invalid additional property: colour [json-pointer:/blocks/0]"),
    ({"type": "section", "fields": [MRKDWN] * 11}, "no more than 10 items allowed [json-pointer:/blocks/0/fields]"),
    (
        {"type": "section", "fields": [{**MRKDWN, "text": "x" * 2001}]},
        "must be less than 2001 characters [json-pointer:/blocks/0/fields/0/text]",
    ),
    ({"type": "header", "text": MRKDWN}, "unsupported type: mrkdwn [json-pointer:/blocks/0/text/type]"),
    (
        {"type": "header", "text": plain("x" * 151)},
        "must be less than 151 characters [json-pointer:/blocks/0/text/text]",
    ),
    ({"type": "header", "text": plain(5)}, "must be a string [json-pointer:/blocks/0/text/text]"),  # type: ignore[arg-type]
    ({"type": "context", "elements": [MRKDWN] * 11}, "no more than 10 items allowed [json-pointer:/blocks/0/elements]"),
    ({"type": "context", "elements": []}, "no fewer than 1 items allowed [json-pointer:/blocks/0/elements]"),
    ({"type": "context", "elements": "x"}, "must be an array [json-pointer:/blocks/0/elements]"),
    (
        actions(*[button("x", f"a{n}") for n in range(26)]),
        "no more than 25 items allowed [json-pointer:/blocks/0/elements]",
    ),
    (
        actions({"type": "plain_text_input"}),
        "unsupported type: plain_text_input [json-pointer:/blocks/0/elements/0/type]",
    ),
    (
        section("x", accessory={"type": "datetimepicker"}),
        "unsupported type: datetimepicker [json-pointer:/blocks/0/accessory/type]",
    ),
    (field("x", "button", text=plain("x")), "unsupported type: button [json-pointer:/blocks/0/element/type]"),
    (actions(button("x" * 76, "a")), "must be less than 76 characters [json-pointer:/blocks/0/elements/0/text/text]"),
    (actions(button("x", "a" * 256)), "must be less than 256 characters [json-pointer:/blocks/0/elements/0/action_id]"),
    (
        actions(button("x", "a", value="v" * 2001)),
        "must be less than 2001 characters [json-pointer:/blocks/0/elements/0/value]",
    ),
    (
        actions(button("x", "a", url="https://x/" + "y" * 2991)),
        "must be less than 3001 characters [json-pointer:/blocks/0/elements/0/url]",
    ),
    (
        actions(button("x", "a", style="blue")),
        "must be a valid enum value: primary, danger [json-pointer:/blocks/0/elements/0/style]",
    ),
    (
        actions(button("x", "a", confirm={**CONFIRM, "title": plain("x" * 101)})),
        "must be less than 101 characters [json-pointer:/blocks/0/elements/0/confirm/title/text]",
    ),
    (
        actions(button("x", "a", confirm={**CONFIRM, "text": plain("x" * 301)})),
        "must be less than 301 characters [json-pointer:/blocks/0/elements/0/confirm/text/text]",
    ),
    (
        actions(button("x", "a", confirm={**CONFIRM, "deny": plain("x" * 31)})),
        "must be less than 31 characters [json-pointer:/blocks/0/elements/0/confirm/deny/text]",
    ),
    (
        actions(button("x", "a", confirm={"title": plain("x")})),
        "missing required field: text [json-pointer:/blocks/0/elements/0/confirm]",
    ),
    (actions(button("x", "a"), button("y", "a")), "action_id must be unique within a block [json-pointer:/blocks/0]"),
    (chooser(), "must define exactly one of options, option_groups [json-pointer:/blocks/0/elements/0]"),
    (chooser(options=OPTIONS * 51), "no more than 100 items allowed [json-pointer:/blocks/0/elements/0/options]"),
    (
        chooser(options=[option("x" * 76, "a")]),
        "must be less than 76 characters [json-pointer:/blocks/0/elements/0/options/0/text/text]",
    ),
    (
        chooser(options=[option("x", "v" * 151)]),
        "must be less than 151 characters [json-pointer:/blocks/0/elements/0/options/0/value]",
    ),
    (
        chooser(options=[{**OPTIONS[0], "url": "https://x"}]),
        "invalid additional property: url [json-pointer:/blocks/0/elements/0/options/0]",
    ),
    (
        chooser(options=OPTIONS, initial_option=option("C", "c")),
        "must exactly match one of the options [json-pointer:/blocks/0/elements/0/initial_option]",
    ),
    (
        chooser(options=OPTIONS, placeholder=plain("x" * 151)),
        "must be less than 151 characters [json-pointer:/blocks/0/elements/0/placeholder/text]",
    ),
    (
        actions({"type": "overflow", "options": OPTIONS * 3}),
        "no more than 5 items allowed [json-pointer:/blocks/0/elements/0/options]",
    ),
    (
        actions({"type": "checkboxes", "options": OPTIONS * 6}),
        "no more than 10 items allowed [json-pointer:/blocks/0/elements/0/options]",
    ),
    (
        actions({"type": "radio_buttons", "options": [OPTIONS[0]] * 2}),
        "option values must be unique [json-pointer:/blocks/0/elements/0/options]",
    ),
    (
        actions({"type": "checkboxes", "options": OPTIONS, "initial_options": [option("C", "c")]}),
        "must exactly match one of the options [json-pointer:/blocks/0/elements/0/initial_options]",
    ),
    (
        actions({"type": "datepicker", "initial_date": "1.10.2026"}),
        r"must match pattern: \d{4}-\d\d-\d\d [json-pointer:/blocks/0/elements/0/initial_date]",
    ),
    (
        actions({"type": "timepicker", "initial_time": "25:00"}),
        r"must match pattern: ([01]\d|2[0-3]):[0-5]\d [json-pointer:/blocks/0/elements/0/initial_time]",
    ),
    (
        actions({"type": "timepicker", "timezone": "Mars/Base"}),
        "must be a valid IANA time zone [json-pointer:/blocks/0/elements/0/timezone]",
    ),
    (
        actions({"type": "datetimepicker", "initial_date_time": 17}),
        "must be greater than or equal to 1000000000 [json-pointer:/blocks/0/elements/0/initial_date_time]",
    ),
    (
        actions({"type": "datetimepicker", "initial_date_time": "1790000000"}),
        "must be an integer [json-pointer:/blocks/0/elements/0/initial_date_time]",
    ),
    (
        actions({"type": "datetimepicker", "initial_date_time": 1_790_000_000_000}),
        "must be less than or equal to 9999999999 [json-pointer:/blocks/0/elements/0/initial_date_time]",
    ),
    (
        actions({"type": "conversations_select", "filter": {}}),
        "must define at least one of " + FILTERS + " [json-pointer:/blocks/0/elements/0/filter]",
    ),
    (field("x", max_length=3001), "must be less than or equal to 3000 [json-pointer:/blocks/0/element/max_length]"),
    (
        field("x", max_length=3, initial_value="long"),
        "must be less than 4 characters [json-pointer:/blocks/0/element/initial_value]",
    ),
    (
        field("x", min_length=5, max_length=3),
        "min_length must not be greater than max_length [json-pointer:/blocks/0/element]",
    ),
    (field("x", "number_input"), "missing required field: is_decimal_allowed [json-pointer:/blocks/0/element]"),
    (
        field("x", "number_input", is_decimal_allowed="no"),
        "must be a boolean [json-pointer:/blocks/0/element/is_decimal_allowed]",
    ),
    (field("x", label="x" * 2001), "must be less than 2001 characters [json-pointer:/blocks/0/label/text]"),
    ({"type": "image", "alt_text": "x"}, "must define exactly one of image_url, slack_file [json-pointer:/blocks/0]"),
    (
        {"type": "image", "image_url": "x", "alt_text": "x"},
        r"must match pattern: [a-z][a-z0-9+.-]*:\S+ [json-pointer:/blocks/0/image_url]",
    ),
    (
        {"type": "rich_text", "elements": [{"type": "text", "text": "x"}]},
        "unsupported type: text [json-pointer:/blocks/0/elements/0/type]",
    ),
    ({"type": "markdown", "text": "x" * 12_001}, "must be less than 12001 characters [json-pointer:/blocks/0/text]"),
    (
        {"type": "card", "subtitle": MRKDWN},
        "must define at least one of hero_image, title, actions, body [json-pointer:/blocks/0]",
    ),
    (
        {**CARD, "body": {**MRKDWN, "text": "x" * 201}},
        "must be less than 201 characters [json-pointer:/blocks/0/body/text]",
    ),
    ({"type": "carousel", "elements": [CARD] * 11}, "no more than 10 items allowed [json-pointer:/blocks/0/elements]"),
    (
        {"type": "table", "rows": [[{"type": "raw_text", "text": "x"}] * 21]},
        "no more than 20 items allowed [json-pointer:/blocks/0/rows/0]",
    ),
]


@each_row(("block", "said"), BAD)
def test_block_slack_refuses_is_refused_with_its_place(block: Json, said: str) -> None:
    """The first problem, in Slack's format."""
    assert message_problems([block])[0] == said
