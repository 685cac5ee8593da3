"""Checks messages and modals against Slack's limits, and reads them.

Limits: https://docs.slack.dev/reference/block-kit and https://docs.slack.dev/reference/views/modal-views
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from bot.slack.blocks import parse_option
from sandbox.slack.surfaces import message_problems

Json = Mapping[str, Any]

SELECTS = {"static_select", "external_select", "users_select", "conversations_select", "channels_select"}
CHOICES = {"checkboxes", "radio_buttons", "datepicker", "timepicker"} | SELECTS | {f"multi_{kind}" for kind in SELECTS}
IN_SECTION = CHOICES | {"button", "image", "overflow"}
IN_ACTIONS = CHOICES | {"button", "overflow", "datetimepicker"}
TYPED = {f"{kind}_input" for kind in ("plain_text", "number", "email_text", "url_text")}
IN_INPUT = CHOICES | TYPED | {"datetimepicker", "file_input"}

BLOCK_KEYS = {
    "header": {"text"},
    "section": {"text", "fields", "accessory", "expand"},
    "context": {"elements"},
    "actions": {"elements"},
    "divider": set(),
    "alert": {"text", "level"},
    "image": {"image_url", "slack_file", "alt_text", "title"},
    "data_table": {"caption", "rows", "page_size"},
    "data_visualization": {"title", "chart"},
    "input": {"label", "element", "hint", "optional", "dispatch_action"},
}
MODAL_ONLY = {"alert", "input"}
MESSAGE_ONLY = {"data_table", "data_visualization"}
TYPED_INTO = {"initial_value", "placeholder", "dispatch_action_config", "focus_on_load"}
CHOSEN_FROM = {"max_selected_items", "placeholder", "confirm", "focus_on_load"}
ELEMENT_KEYS = {
    "button": {"text", "url", "value", "style", "confirm", "accessibility_label"},
    "overflow": {"options", "confirm"},
    "checkboxes": {"options", "initial_options", "confirm", "focus_on_load"},
    "radio_buttons": {"options", "initial_option", "confirm", "focus_on_load"},
    "static_select": {"options", "option_groups", "initial_option", "placeholder", "confirm", "focus_on_load"},
    "multi_static_select": {"options", "initial_options"} | CHOSEN_FROM,
    "users_select": {"initial_user", "placeholder", "confirm", "focus_on_load"},
    "multi_users_select": {"initial_users"} | CHOSEN_FROM,
    "conversations_select": {
        "initial_conversation",
        "default_to_current_conversation",
        "response_url_enabled",
        "filter",
        "placeholder",
        "confirm",
        "focus_on_load",
    },
    "datetimepicker": {"initial_date_time", "confirm", "focus_on_load"},
    "timepicker": {"initial_time", "timezone", "placeholder", "confirm", "focus_on_load"},
    "number_input": {"is_decimal_allowed", "min_value", "max_value"} | TYPED_INTO,
    "plain_text_input": {"multiline", "min_length", "max_length"} | TYPED_INTO,
    "email_text_input": TYPED_INTO,
    "url_text_input": TYPED_INTO,
    "file_input": {"filetypes", "max_files"},
}
VIEW_KEYS = {
    "type",
    "callback_id",
    "title",
    "submit",
    "close",
    "blocks",
    "private_metadata",
    "notify_on_close",
    "clear_on_close",
    "external_id",
}
PINGS = ("<!channel", "<!here", "<!everyone", "<!subteam")


def check_message(text: str, blocks: Sequence[Json]) -> None:
    """Assert that Slack accepts this message, that it mentions no group and has at most one primary button."""
    assert 1 <= len(text) <= 4000, f"text has {len(text)} characters"
    assert not any(ping in text for ping in PINGS), f"text pings: {text}"
    assert 1 <= len(blocks) <= 50, f"{len(blocks)} blocks"
    assert not {block["type"] for block in blocks} & MODAL_ONLY, "a message with a block that only modals have"
    assert message_problems([block for block in blocks if block["type"] in MESSAGE_ONLY]) == []
    _check_blocks(blocks)


def check_view(view: Json) -> None:
    """Assert that Slack accepts this modal or Home tab, that it mentions no group and has one primary button."""
    if view["type"] == "home":
        assert view.keys() <= {"type", "blocks", "private_metadata", "callback_id", "external_id"}
        assert 1 <= len(view["blocks"]) <= 100, f"{len(view['blocks'])} blocks"
        _check_blocks(view["blocks"])
        return
    assert view["type"] == "modal"
    assert view.keys() <= VIEW_KEYS, f"unknown keys {view.keys() - VIEW_KEYS}"
    for key in ("title", "submit", "close"):
        if key in view or key == "title":
            _check_text(view[key], 24, f"the view's {key}", plain=True)
    assert len(view.get("private_metadata", "")) <= 3000
    assert 1 <= len(view["callback_id"]) <= 255
    blocks = view["blocks"]
    assert 1 <= len(blocks) <= 100, f"{len(blocks)} blocks"
    assert not {block["type"] for block in blocks} & MESSAGE_ONLY, "a modal with a block that only messages have"
    assert "submit" in view or not any(block["type"] == "input" for block in blocks), "inputs but no submit"
    assert len(json.dumps(view, ensure_ascii=False).encode()) <= 250_000, "view_too_large"
    assert sum(bool(element.get("focus_on_load")) for element in _elements(blocks)) <= 1, "two elements want the focus"
    _check_blocks(blocks)


def initial_values(view: Json) -> dict[str, dict[str, dict[str, Any]]]:
    """The `view.state.values` that Slack sends for an untouched modal."""
    return {
        block["block_id"]: {block["element"]["action_id"]: _initial_state(block["element"])}
        for block in view["blocks"]
        if block["type"] == "input"
    }


def buttons(blocks: Sequence[Json]) -> dict[str, Json]:
    """The buttons of some blocks, also those in menus, by text; the last one if texts are equal."""
    pressed = [element for element in _elements(blocks) if element["type"] == "button"]
    return {element["text"]["text"]: element for element in [*pressed, *_menu_buttons(blocks)]}


def _menu_buttons(blocks: Sequence[Json]) -> Iterator[Json]:
    """The buttons that the options of overflow menus stand for."""
    for menu in _elements(blocks):
        for option in menu["options"] if menu["type"] == "overflow" else []:
            action_id, value = parse_option(option["value"])
            yield {"text": option["text"], "action_id": action_id, "value": value, "type": "button"}


def visible_text(blocks: Sequence[Json]) -> str:
    """All visible text of some blocks, without that of the confirmation dialogs."""
    return "\n".join(_texts(list(blocks)))


def _initial_state(element: Json) -> dict[str, Any]:
    by_kind: dict[str, dict[str, Any]] = {
        **{kind: {"value": element.get("initial_value")} for kind in TYPED},
        "file_input": {"files": []},
        "users_select": {"selected_user": element.get("initial_user")},
        "multi_users_select": {"selected_users": element.get("initial_users", [])},
        "multi_static_select": {"selected_options": element.get("initial_options", [])},
        "datetimepicker": {"selected_date_time": element.get("initial_date_time")},
        "timepicker": {"selected_time": element.get("initial_time")},
        "radio_buttons": {"selected_option": element.get("initial_option")},
        "static_select": {"selected_option": element.get("initial_option")},
        "checkboxes": {"selected_options": element.get("initial_options", [])},
        "conversations_select": {"selected_conversation": element.get("initial_conversation")},
    }
    return {"type": element["type"], **by_kind[element["type"]]}


def _check_blocks(blocks: Sequence[Json]) -> None:
    ids = Counter(block["block_id"] for block in blocks if "block_id" in block)
    assert not [block_id for block_id, times in ids.items() if times > 1], f"block ids twice: {ids}"
    for block in blocks:
        _check_block(block)
    primary = [element for element in _elements(blocks) if element.get("style") == "primary"]
    assert len(primary) <= 1, "more than one primary button"


def _check_block(block: Json) -> None:
    kind = block["type"]
    assert kind in BLOCK_KEYS, f"{kind} is not a block known here"
    unknown = block.keys() - BLOCK_KEYS[kind] - {"type", "block_id"}
    assert not unknown, f"{kind} with {unknown}"
    assert len(block.get("block_id", "x")) <= 255
    match kind:
        case "header":
            _check_text(block["text"], 150, "header", plain=True)
        case "section":
            _check_section(block)
        case "context":
            _check_context(block)
        case "actions":
            _check_actions(block)
        case "alert":
            _check_alert(block)
        case "image":
            _check_image(block)
        case "input":
            _check_input(block)


def _check_section(block: Json) -> None:
    assert "text" in block or "fields" in block, "an empty section"
    if "text" in block:
        _check_text(block["text"], 3000, "section")
    if "fields" in block:
        assert 1 <= len(block["fields"]) <= 10
    for field in block.get("fields", ()):
        _check_text(field, 2000, "field")
    if "accessory" in block:
        _check_element(block["accessory"], IN_SECTION)


def _check_context(block: Json) -> None:
    assert 1 <= len(block["elements"]) <= 10
    for element in block["elements"]:
        _check_image(element) if element["type"] == "image" else _check_text(element, 3000, "context")


def _check_actions(block: Json) -> None:
    assert 1 <= len(block["elements"]) <= 25
    for element in block["elements"]:
        _check_element(element, IN_ACTIONS)
    ids = [element["action_id"] for element in block["elements"]]
    assert len(set(ids)) == len(ids), f"action ids twice in a block: {ids}"


def _check_alert(block: Json) -> None:
    _check_text(block["text"], 200, "alert")
    assert block.get("level", "default") in {"default", "info", "warning", "error", "success"}


def _check_image(image: Json) -> None:
    assert 1 <= len(image["alt_text"]) <= 2000
    assert ("image_url" in image) != ("slack_file" in image)
    assert len(image.get("image_url", "")) <= 3000


def _check_input(block: Json) -> None:
    _check_text(block["label"], 2000, "label", plain=True)
    if "hint" in block:
        _check_text(block["hint"], 2000, "hint", plain=True)
    _check_element(block["element"], IN_INPUT)


def _check_element(element: Json, allowed: set[str]) -> None:
    kind = element["type"]
    assert kind in allowed, f"{kind} cannot stand there"
    assert kind in ELEMENT_KEYS, f"{kind} is not an element known here"
    unknown = element.keys() - ELEMENT_KEYS[kind] - {"type", "action_id"}
    assert not unknown, f"{kind} with {unknown}"
    assert 1 <= len(element["action_id"]) <= 255
    if "placeholder" in element:
        _check_text(element["placeholder"], 150, "placeholder", plain=True)
    if "confirm" in element:
        _check_confirm(element["confirm"])
    if kind == "button":
        _check_button(element)
    if "options" in element:
        _check_options(element)
    if kind == "plain_text_input":
        _check_text_input(element)
    if kind == "datetimepicker" and "initial_date_time" in element:
        assert len(str(element["initial_date_time"])) == 10, "a date-time has ten digits"


def _check_button(element: Json) -> None:
    _check_text(element["text"], 75, "button", plain=True)
    assert len(element.get("value", "")) <= 2000
    assert len(element.get("url", "")) <= 3000
    assert 1 <= len(element.get("accessibility_label", "x")) <= 75
    assert element.get("style", "primary") in {"primary", "danger"}


def _check_options(element: Json) -> None:
    kind, options = element["type"], element["options"]
    most = {"overflow": 5, "checkboxes": 10, "radio_buttons": 10}.get(kind, 100)
    assert 1 <= len(options) <= most, f"{kind} with {len(options)} options"
    for option in options:
        _check_text(option["text"], 75, "option", plain=kind.endswith("select") or kind == "overflow")
        assert 1 <= len(option["value"]) <= 150
        if "description" in option:
            _check_text(option["description"], 75, "option description")
    values = [option["value"] for option in options]
    assert len(set(values)) == len(values), f"values twice: {values}"
    if "initial_option" in element:
        assert element["initial_option"] in options, "the initial option is none of the options"
    if "initial_options" in element:
        assert element["initial_options"], "initial_options may be left out but not be empty"
    for option in element.get("initial_options", ()):
        assert option in options, "an initial option is none of the options"


def _check_text_input(element: Json) -> None:
    most = element.get("max_length", 3000)
    assert 1 <= most <= 3000
    assert 0 <= element.get("min_length", 0) <= most
    assert len(element.get("initial_value", "")) <= most, "initial_value is longer than max_length"


def _check_confirm(confirm: Json) -> None:
    for key, size in {"title": 100, "text": 300, "confirm": 30, "deny": 30}.items():
        if key in confirm:
            _check_text(confirm[key], size, f"confirm {key}", plain=key != "text")


def _check_text(text: Json, most: int, what: str, *, plain: bool = False) -> None:
    assert text["type"] in ({"plain_text"} if plain else {"plain_text", "mrkdwn"}), f"{what} is {text['type']}"
    assert text.keys() <= {"type", "text", "emoji" if text["type"] == "plain_text" else "verbatim"}
    assert 1 <= len(text["text"]) <= most, f"{what} has {len(text['text'])} characters, {most} are allowed"
    if text["type"] == "mrkdwn":
        assert not any(ping in text["text"] for ping in PINGS), f"{what} pings: {text['text']}"


def _elements(blocks: Sequence[Json]) -> Iterator[Json]:
    for block in blocks:
        yield from (block[key] for key in ("accessory", "element") if key in block)
        if block["type"] == "actions":
            yield from block["elements"]


def _texts(node: object) -> Iterator[str]:
    if isinstance(node, Mapping):
        for key, value in node.items():
            if key == "text" and isinstance(value, str):
                yield value
            elif key != "confirm":
                yield from _texts(value)
    elif isinstance(node, list):
        for item in node:
            yield from _texts(item)
