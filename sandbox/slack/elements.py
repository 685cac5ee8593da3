"""Stand-in for Block Kit: elements and their limits (https://docs.slack.dev/reference/block-kit/block-elements)."""

from __future__ import annotations

from typing import Any
from zoneinfo import available_timezones

from sandbox.slack.model import Json
from sandbox.slack.schema import (
    Problems,
    Rule,
    array,
    at_least_one,
    boolean,
    by_type,
    exactly_one,
    integer,
    object_of,
    one_of,
    plain,
    report,
    string,
    text,
)

ID = string(255)
URL = string(3000, pattern=r"[a-z][a-z0-9+.-]*:\S+")
DATE = string(10, pattern=r"\d{4}-\d\d-\d\d")
CLOCK_TIME = string(5, pattern=r"([01]\d|2[0-3]):[0-5]\d")
UNIX = integer(1_000_000_000, 9_999_999_999)
STYLE = one_of("primary", "danger")
ZONES = available_timezones()
NUMBER = string(pattern=r"-?\d+(\.\d+)?")

CONFIRM = object_of({"title": plain(100), "text": text(300), "confirm": plain(30), "deny": plain(30)}, {"style": STYLE})


def option(words: Rule, *, url: bool = False) -> Rule:
    """An option object; only those of an overflow menu can have a `url`."""
    extra: dict[str, Rule] = {"url": URL} if url else {}
    return object_of({"text": words, "value": string(150, least=0)}, {"description": text(75), **extra})


PLAIN_OPTION = option(plain(75))
ANY_OPTION = option(text(75))
OPTION_GROUP = object_of({"label": plain(75), "options": array(PLAIN_OPTION, 100)})
MENU_ANSWER = object_of(
    {},
    {"options": array(PLAIN_OPTION, 100, least=0), "option_groups": array(OPTION_GROUP, 100, least=0)},
    exactly_one("options", "option_groups"),
)


def image_source(value: Json, at: str, problems: Problems) -> None:
    """Require exactly one of `image_url` and `slack_file`."""
    exactly_one("image_url", "slack_file")(value, at, problems)


SLACK_FILE = object_of({}, {"id": string(255), "url": URL}, exactly_one("id", "url"))
IMAGE = object_of({"alt_text": string(2000)}, {"image_url": URL, "slack_file": SLACK_FILE}, image_source)


def _timezone(value: Any, at: str, problems: Problems) -> None:
    if not isinstance(value, str) or value not in ZONES:
        report(problems, "must be a valid IANA time zone", at)


def _initial_is_offered(value: Json, at: str, problems: Problems) -> None:
    groups = value.get("option_groups") or []
    offered = [*(value.get("options") or []), *(o for g in groups for o in g.get("options") or [])]
    first = value.get("initial_option")
    for chosen in [first] if first else value.get("initial_options") or []:
        if chosen not in offered:
            report(problems, "must exactly match one of the options", f"{at}/initial_option{'' if first else 's'}")


def _values_are_unique(value: Json, at: str, problems: Problems) -> None:
    options = value.get("options") or []
    values = [o.get("value") for o in options if isinstance(o, dict)]
    if len(values) != len(set(values)):
        report(problems, "option values must be unique", f"{at}/options")


def _least_is_below_most(low: str, high: str) -> Rule:
    def check(value: Json, at: str, problems: Problems) -> None:
        if float(value.get(low) or "-inf") > float(value.get(high) or "inf"):
            report(problems, f"{low} must not be greater than {high}", at)

    return check


def _fits_max_length(value: Json, at: str, problems: Problems) -> None:
    most, first = value.get("max_length"), value.get("initial_value")
    if isinstance(most, int) and isinstance(first, str) and len(first) > most:
        report(problems, f"must be less than {most + 1} characters", f"{at}/initial_value")


PLACED: dict[str, Rule] = {"placeholder": plain(150), "focus_on_load": boolean}
TYPED: dict[str, Rule] = {
    **PLACED,
    "dispatch_action_config": object_of(
        {}, {"trigger_actions_on": array(one_of("on_enter_pressed", "on_character_entered"), 2)}
    ),
}
MANY: dict[str, Rule] = {"max_selected_items": integer(1)}
FILTER = object_of(
    {},
    {
        "include": array(one_of("im", "mpim", "private", "public"), 4),
        "exclude_external_shared_channels": boolean,
        "exclude_bot_users": boolean,
    },
    at_least_one("include", "exclude_external_shared_channels", "exclude_bot_users"),
)
MENU: dict[str, Rule] = {"options": array(PLAIN_OPTION, 100), "option_groups": array(OPTION_GROUP, 100)}
HERE: dict[str, Rule] = {"default_to_current_conversation": boolean, "filter": FILTER}
ASKED: dict[str, Rule] = {"min_query_length": integer(0)}


def _element(required: dict[str, Rule], optional: dict[str, Rule], *also: Rule) -> Rule:
    return object_of(required, {"action_id": ID, "confirm": CONFIRM, **optional}, *also)


ELEMENTS: dict[str, Rule] = {
    "button": _element(
        {"text": plain(75)},
        {"value": string(2000, least=0), "url": URL, "style": STYLE, "accessibility_label": string(75)},
    ),
    "overflow": _element({"options": array(option(plain(75), url=True), 5)}, {}, _values_are_unique),
    "checkboxes": _element(
        {"options": array(ANY_OPTION, 10)},
        {"initial_options": array(ANY_OPTION, 10), "focus_on_load": boolean},
        _initial_is_offered,
        _values_are_unique,
    ),
    "radio_buttons": _element(
        {"options": array(ANY_OPTION, 10)},
        {"initial_option": ANY_OPTION, "focus_on_load": boolean},
        _initial_is_offered,
        _values_are_unique,
    ),
    "static_select": _element(
        {},
        {**MENU, "initial_option": PLAIN_OPTION, **PLACED},
        exactly_one("options", "option_groups"),
        _initial_is_offered,
    ),
    "multi_static_select": _element(
        {},
        {**MENU, "initial_options": array(PLAIN_OPTION), **PLACED, **MANY},
        exactly_one("options", "option_groups"),
        _initial_is_offered,
    ),
    "external_select": _element({}, {"initial_option": PLAIN_OPTION, **PLACED, **ASKED}),
    "multi_external_select": _element({}, {"initial_options": array(PLAIN_OPTION), **PLACED, **ASKED, **MANY}),
    "users_select": _element({}, {"initial_user": ID, **PLACED}),
    "multi_users_select": _element({}, {"initial_users": array(ID), **PLACED, **MANY}),
    "channels_select": _element({}, {"initial_channel": ID, "response_url_enabled": boolean, **PLACED}),
    "multi_channels_select": _element({}, {"initial_channels": array(ID), **PLACED, **MANY}),
    "conversations_select": _element(
        {}, {"initial_conversation": ID, "response_url_enabled": boolean, **HERE, **PLACED}
    ),
    "multi_conversations_select": _element({}, {"initial_conversations": array(ID), **HERE, **PLACED, **MANY}),
    "datepicker": _element({}, {"initial_date": DATE, **PLACED}),
    "timepicker": _element({}, {"initial_time": CLOCK_TIME, "timezone": _timezone, **PLACED}),
    "datetimepicker": _element({}, {"initial_date_time": UNIX, "focus_on_load": boolean}),
    "plain_text_input": _element(
        {},
        {
            "initial_value": string(3000, least=0),
            "multiline": boolean,
            "min_length": integer(0, 3000),
            "max_length": integer(1, 3000),
            **TYPED,
        },
        _least_is_below_most("min_length", "max_length"),
        _fits_max_length,
    ),
    "email_text_input": _element({}, {"initial_value": string(3000, least=0), **TYPED}),
    "url_text_input": _element({}, {"initial_value": string(3000, least=0), **TYPED}),
    "number_input": _element(
        {"is_decimal_allowed": boolean},
        {"initial_value": NUMBER, "min_value": NUMBER, "max_value": NUMBER, **TYPED},
        _least_is_below_most("min_value", "max_value"),
    ),
    "file_input": _element({}, {"filetypes": array(string()), "max_files": integer(1, 10)}),
    "icon_button": _element(
        {"icon": string(), "text": plain(75)},
        {
            "value": string(2000, least=0),
            "accessibility_label": string(75),
            "visible_to_user_ids": array(ID),
        },
    ),
}

INPUT_ONLY = {"plain_text_input", "email_text_input", "url_text_input", "number_input", "file_input"}
BUTTONS = {"button", "overflow", "icon_button"}

# Allowed blocks of each element: https://docs.slack.dev/reference/block-kit/block-elements ("works with block types")
IN_ACTIONS = {kind: rule for kind, rule in ELEMENTS.items() if kind not in INPUT_ONLY | {"icon_button"}}
IN_INPUT = {kind: rule for kind, rule in ELEMENTS.items() if kind not in BUTTONS}
IN_SECTION = {kind: rule for kind, rule in IN_ACTIONS.items() if kind != "datetimepicker"} | {"image": IMAGE}
IN_CARD = {"button": ELEMENTS["button"]}
IN_CONTEXT_ACTIONS = {"icon_button": ELEMENTS["icon_button"]}
IN_CONTEXT = by_type(
    {
        "image": IMAGE,
        "plain_text": object_of({"text": string(3000)}, {"emoji": boolean}),
        "mrkdwn": object_of({"text": string(3000)}, {"verbatim": boolean}),
    }
)
