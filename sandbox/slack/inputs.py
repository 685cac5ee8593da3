"""Input values of a view or message: initial values, what a person enters, validation."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from sandbox.slack.model import Json, Values, elements, label_of

# Element → its state field, its initial field.
FIELDS: dict[str, tuple[str, str]] = {
    "plain_text_input": ("value", "initial_value"),
    "email_text_input": ("value", "initial_value"),
    "url_text_input": ("value", "initial_value"),
    "number_input": ("value", "initial_value"),
    "static_select": ("selected_option", "initial_option"),
    "external_select": ("selected_option", "initial_option"),
    "radio_buttons": ("selected_option", "initial_option"),
    "checkboxes": ("selected_options", "initial_options"),
    "multi_static_select": ("selected_options", "initial_options"),
    "multi_external_select": ("selected_options", "initial_options"),
    "users_select": ("selected_user", "initial_user"),
    "multi_users_select": ("selected_users", "initial_users"),
    "channels_select": ("selected_channel", "initial_channel"),
    "multi_channels_select": ("selected_channels", "initial_channels"),
    "conversations_select": ("selected_conversation", "initial_conversation"),
    "multi_conversations_select": ("selected_conversations", "initial_conversations"),
    "datepicker": ("selected_date", "initial_date"),
    "timepicker": ("selected_time", "initial_time"),
    "datetimepicker": ("selected_date_time", "initial_date_time"),
    "file_input": ("files", ""),
}
Find = Callable[[str, Any], Any]  # state field, a person's input → an id, or a whole file
MOST_FILES = 10
REQUIRED = "Please complete this required field."  # the text of Slack's own client


def starting_values(blocks: list[Json], here: str = "") -> Values:
    """The initial values of all stateful elements; `here` is the conversation the person is looking at."""
    values: Values = {}
    for block, element in stateful(blocks):
        values.setdefault(block["block_id"], {})[element["action_id"]] = _starting(element, here)
    return values


def carry_over(old: Values, blocks: list[Json], here: str = "") -> Values:
    """The values of an updated view: kept where block_id and action_id are unchanged, else initial."""
    values = starting_values(blocks, here)
    for block_id, actions in values.items():
        for action_id, fresh in actions.items():
            kept = old.get(block_id, {}).get(action_id)
            if kept is not None and kept["type"] == fresh["type"]:
                actions[action_id] = kept
    return values


def stateful(blocks: list[Json]) -> Iterable[tuple[Json, Json]]:
    """The elements that hold a value, each with its block."""
    return ((block, element) for block, element in elements(blocks) if element["type"] in FIELDS)


def fill_in(values: Values, blocks: list[Json], given: Json, find: Find) -> Values:
    """A copy of `values` with a person's input; `given` as in `Slack.submit`.

    LookupError or ValueError for input that is not possible: no such field, option or channel.
    """
    values = copy.deepcopy(values)
    for key, what in given.items():
        for block, element in _fields(blocks, key, what):
            raw = what[element["action_id"]] if _is_state(what) else what
            values.setdefault(block["block_id"], {})[element["action_id"]] = new_state(element, raw, find)
    return values


def new_state(element: Json, given: Any, find: Find) -> Json:
    """The state of an element after the input `given`: a plain value, or Slack's own state fields."""
    field, _ = FIELDS[element["type"]]
    if isinstance(given, dict) and ("type" in given or field in given):
        given = given.get(field)
    if field.startswith("selected_option"):
        many = field.endswith("s")
        found = [option_of(element, one) for one in _check_count(element, given)] if many else None
        state: Any = found if many else (None if given is None else option_of(element, given))
    elif element["type"].endswith(("users_select", "channels_select", "conversations_select")):
        chosen = [find(field, one) for one in _check_count(element, given)] if field.endswith("s") else None
        state = chosen if chosen is not None else (find(field, given) if given else None)
    elif field == "files":
        state = [find(field, one) for one in (given if isinstance(given, list) else [given] if given else [])]
    else:
        state = _plain_value(element["type"], given)
    return _state(element, field, state)


def validation_errors(blocks: list[Json], values: Values, largest_file: int) -> dict[str, str]:
    """The errors that Slack's client shows before it sends a form: block_id → text."""
    found: dict[str, str] = {}
    for block in blocks:
        if block["type"] != "input":
            continue
        element = block["element"]
        state = values[block["block_id"]][element["action_id"]]
        value = state.get(FIELDS[element["type"]][0])
        if value in (None, []) and not block.get("optional"):
            found[block["block_id"]] = REQUIRED
        elif value not in (None, []) and (trouble := _field_error(element, value, largest_file)):
            found[block["block_id"]] = trouble
    return found


def _starting(element: Json, here: str) -> Json:
    field, initial = FIELDS[element["type"]]
    start = element.get(initial)
    if here and start is None and element.get("default_to_current_conversation"):
        start = [here] if field.endswith("s") else here
    empty: Any = [] if field.endswith("s") else None
    return _state(element, field, empty if start in (None, "") else copy.deepcopy(start))


def _state(element: Json, field: str, value: Any) -> Json:
    zone = {"timezone": element["timezone"]} if "timezone" in element else {}
    return {"type": element["type"], field: value, **zone}


def _fields(blocks: list[Json], key: str, what: Any) -> list[tuple[Json, Json]]:
    inputs = list(stateful(blocks))
    found = [(b, e) for b, e in inputs if b["block_id"] == key or label_of(b.get("label")) == key]
    if _is_state(what):
        found = [(b, e) for b, e in found if e["action_id"] in what]
    elif len(found) > 1:
        raise LookupError(f"{key!r} holds several elements: say {{action_id: state}}.")
    if not found:
        names = [label_of(b.get("label")) or b["block_id"] for b, _ in inputs]
        raise LookupError(f"There is no field {key!r} here; there are {names}.")
    return found


def _is_state(what: Any) -> bool:
    return isinstance(what, dict) and bool(what) and all(isinstance(s, dict) and "type" in s for s in what.values())


def option_of(element: Json, wanted: Any) -> Json:
    """Find an option by value or text; ValueError lists the options."""
    groups = element.get("option_groups") or []
    offered = [*(element.get("options") or []), *(o for group in groups for o in group["options"])]
    if element["type"].endswith("external_select") and isinstance(wanted, dict):
        return {"text": wanted["text"], "value": wanted["value"]}
    value = wanted.get("value") if isinstance(wanted, dict) else wanted
    for one in offered:
        if value in (one.get("value"), label_of(one["text"])):
            return copy.deepcopy(one)
    raise ValueError(f"There is no option {value!r}; there are {[label_of(one['text']) for one in offered]}.")


def _check_count(element: Json, given: Any) -> list[Any]:
    chosen = list(given or [])
    if len(chosen) > (most := element.get("max_selected_items", len(chosen))):
        raise ValueError(f"No more than {most} can be chosen here.")
    return chosen


def _plain_value(kind: str, given: Any) -> Any:
    if given is None or given == "":
        return None
    if kind == "datetimepicker":
        return int(given.timestamp()) if isinstance(given, datetime) else int(given)
    return str(given)


def _field_error(element: Json, value: Any, largest_file: int) -> str:
    """The client's other checks; the texts are ours."""
    kind = element["type"]
    if kind == "email_text_input" and not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", value):
        return "Enter a valid email address."
    if kind == "url_text_input" and not re.fullmatch(r"https?://\S+", value):
        return "Enter a valid URL."
    if kind == "file_input":
        return _file_error(element, value, largest_file)
    if kind == "number_input":
        return _number_error(element, value)
    if kind == "plain_text_input" and len(value) < element.get("min_length", 0):
        return f"Enter at least {element['min_length']} characters."
    if kind == "plain_text_input" and len(value) > element.get("max_length", 3000):
        return f"Enter at most {element.get('max_length', 3000)} characters."
    return ""


def _file_error(element: Json, files: list[Json], largest: int) -> str:
    most, kinds = element.get("max_files", MOST_FILES), [kind.lower() for kind in element.get("filetypes") or []]
    if len(files) > most:
        return f"Choose at most {most} file{'' if most == 1 else 's'}."
    for file in files:
        if kinds and file["name"].rpartition(".")[2].lower() not in kinds:
            return f"{file['name']} cannot be taken here: choose a file of type {', '.join(kinds)}."
        if file["size"] > largest:
            return f"{file['name']} is too large: {largest // 1_000_000} MB is the most."
    return ""


def _number_error(element: Json, value: str) -> str:
    if not re.fullmatch(r"-?\d+(\.\d+)?" if element["is_decimal_allowed"] else r"-?\d+", value):
        return "Enter a number." if element["is_decimal_allowed"] else "Enter a whole number."
    if float(value) < float(element.get("min_value", "-inf")):
        return f"Enter a number of at least {element['min_value']}."
    if float(value) > float(element.get("max_value", "inf")):
        return f"Enter a number of at most {element['max_value']}."
    return ""
