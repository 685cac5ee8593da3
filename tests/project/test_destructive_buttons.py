"""What deletes, removes or cancels names its object on the button that does it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.project.test_structure import views

DESTRUCTIVE_FORMS = {"cancel.form": "Cancel Webinar", "team.confirm": "Remove 4 People"}
"""The forms that cancel or remove, by callback id, and the label of their button."""
VERBS = ("Cancel", "Delete", "Deny", "Mute", "Remove")
"""Each of these needs an object; other words of destruction, such as "Yes", "OK" and "Undo", are no verbs here."""


def elements(node: object) -> Iterator[dict[str, Any]]:
    """Every element of a view."""
    if isinstance(node, dict):
        if "action_id" in node:
            yield node
        for value in node.values():
            yield from elements(value)
    elif isinstance(node, list):
        for item in node:
            yield from elements(item)


def names_object(label: str) -> bool:
    """Whether a label is a verb with its object."""
    verb, _, rest = label.partition(" ")
    return verb in VERBS and bool(rest)


def submit(view: dict[str, Any]) -> str:
    """The label of the button that sends a form; empty if it has none."""
    return str((view.get("submit") or {}).get("text", ""))


@pytest.mark.parametrize("label", ["Yes", "OK", "Remove", "Undo", "Yes, do it", "Confirm"])
def test_labels_without_an_object_are_found(label: str) -> None:
    """The rule knows what it refuses."""
    assert not names_object(label)


def test_destructive_confirmations_and_forms_name_their_object() -> None:
    """In every message and modal; those that cancel or remove are known by their callback id."""
    shown = views()
    dialogs = {
        (one["action_id"], one["confirm"]["confirm"]["text"])
        for view in shown
        for one in elements(view)
        if one.get("confirm", {}).get("style") == "danger"
    }
    assert {action for action, _ in dialogs} >= {"notice.mute", "seat.leave", "team.remove", "enrol.undo"}
    assert [(action, label) for action, label in sorted(dialogs) if not names_object(label)] == []
    forms = {view["callback_id"]: submit(view) for view in shown if view.get("callback_id") in DESTRUCTIVE_FORMS}
    assert forms == DESTRUCTIVE_FORMS
    titled = [
        submit(view)
        for view in shown
        if view.get("type") == "modal" and str(view["title"]["text"]).startswith(("Cancel ", "Delete ", "Remove "))
    ]
    assert [label for label in titled if label and not names_object(label)] == []
