"""Validation of whole messages, modals and Home tabs, and generated block ids."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from typing import Any

from sandbox.slack.blocks import BLOCKS, ONLY_ON
from sandbox.slack.elements import MENU_ANSWER
from sandbox.slack.model import Json, elements, flat, words
from sandbox.slack.schema import Problems, Rule, array, boolean, by_type, object_of, one_of, plain, report, string

MESSAGE_BLOCKS, VIEW_BLOCKS = 50, 100
MARKDOWN_CHARACTERS = 12_000
TABLE_CHARACTERS = {"table": 10_000, "data_table": 20_000}
ONLY_SO_MANY = {"table": 1, "data_visualization": 2}

_VIEW: dict[str, Rule] = {
    "private_metadata": string(3000, least=0),
    "callback_id": string(255, least=0),
    "external_id": string(255, least=0),
}


def _blocks_on(surface: str, most: int, least: int) -> Rule:
    return array(by_type({k: r for k, r in BLOCKS.items() if surface in ONLY_ON.get(k, {surface})}), most, least)


MODAL = object_of(
    {"type": one_of("modal"), "title": plain(24), "blocks": _blocks_on("modal", VIEW_BLOCKS, 0)},
    {
        "submit": plain(24),
        "close": plain(24),
        "clear_on_close": boolean,
        "notify_on_close": boolean,
        "submit_disabled": boolean,
        **_VIEW,
    },
)
HOME = object_of({"type": one_of("home"), "blocks": _blocks_on("home", VIEW_BLOCKS, 0)}, _VIEW)
MESSAGE = _blocks_on("message", MESSAGE_BLOCKS, 0)


def message_problems(blocks: Any) -> Problems:
    """Problems of a message's blocks."""
    problems: Problems = []
    MESSAGE(blocks, "/blocks", problems)
    if not problems:
        _check_uniqueness(blocks, "/blocks", problems)
        _count_characters(blocks, problems)
    return problems


def view_problems(view: Any, kind: str) -> Problems:
    """Problems of a view of this `kind` ("modal" or "home")."""
    problems: Problems = []
    (MODAL if kind == "modal" else HOME)(view, "/view", problems)
    if problems:
        return problems
    _check_uniqueness(view["blocks"], "/view/blocks", problems)
    if kind == "modal" and view.get("submit") is None and any(b["type"] == "input" for b in view["blocks"]):
        report(problems, "missing required field: submit", "/view")
    return problems


def options_problems(answer: Any) -> Problems:
    """Problems of the response to a block_suggestion."""
    problems: Problems = []
    MENU_ANSWER(answer, "", problems)
    return problems


def with_ids(blocks: list[Json], new_id: Callable[[str], str]) -> list[Json]:
    """A copy in which every block has a block_id and every interactive element an action_id."""
    blocks = copy.deepcopy(blocks)
    for block in flat(blocks):
        block["block_id"] = block.get("block_id") or new_id("b")
        for element in _interactive(block):
            element["action_id"] = element.get("action_id") or new_id("a")
    return blocks


def _interactive(block: Json) -> Iterator[Json]:
    if block["type"] in ("actions", "context_actions"):
        yield from block["elements"]
    if block["type"] == "card":
        yield from block.get("actions") or []
    if block["type"] == "input":
        yield block["element"]
    if block["type"] == "data_table":
        yield from (cell["element"] for row in block["rows"] for cell in row if cell["type"] == "action_cell")
    accessory = block.get("accessory") or {}
    if accessory.get("type", "image") != "image":
        yield accessory


def _placed(blocks: list[Json], at: str) -> Iterator[tuple[str, Json]]:
    """Each block with its JSON pointer, those of containers included."""
    for index, block in enumerate(blocks):
        yield f"{at}/{index}", block
        yield from _placed(block.get("child_blocks") or [], f"{at}/{index}/child_blocks")


def _check_uniqueness(blocks: list[Json], at: str, problems: Problems) -> None:
    seen: set[str] = set()
    focused = 0
    for place, block in _placed(blocks, at):
        if (block_id := block.get("block_id")) in seen:
            report(problems, f"block_id already exists: {block_id}", f"{place}/block_id")
        seen.update([block_id] if block_id else [])
        actions = [(id(owner), element["action_id"]) for owner, element in elements([block])]
        if len(actions) != len(set(actions)):
            report(problems, "action_id must be unique within a block", place)
        focused += sum(element.get("focus_on_load") is True for element in _interactive(block))
    if focused > 1:
        report(problems, "only one element may have focus_on_load", at)


def _count_characters(blocks: list[Json], problems: Problems) -> None:
    inside = flat(blocks)
    for kind, most in ONLY_SO_MANY.items():
        if sum(block["type"] == kind for block in inside) > most:
            allowed = "only one" if most == 1 else f"no more than {most}"
            report(problems, f"{allowed} {kind} is allowed in a message", "/blocks")
    for kind, longest in TABLE_CHARACTERS.items():
        if sum(len(text) for one in inside if one["type"] == kind for text in words(one["rows"])) > longest:
            report(problems, f"{kind} must be less than {longest + 1} characters in all", "/blocks")
    if sum(len(b["text"]) for b in blocks if b["type"] == "markdown") > MARKDOWN_CHARACTERS:
        report(problems, f"markdown must be less than {MARKDOWN_CHARACTERS + 1} characters in all", "/blocks")
