"""The table of log events in docs/operations.md matches the calls of the logger in the code, both ways."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from functools import cache

from tests.support.docs_tables import ROOT, table

PAGE = "operations.md"
LEVELS = {"debug": "debug", "info": "info", "warning": "warning", "error": "error", "exception": "error"}
"""The level of each method of a logger."""


def calls() -> Iterator[ast.Call]:
    """All calls in the bot and its handlers."""
    for folder in ("bot", "handlers"):
        for path in (ROOT / folder).rglob("*.py"):
            tree = ast.parse(path.read_text(encoding="utf-8"))
            yield from (node for node in ast.walk(tree) if isinstance(node, ast.Call))


def logged_by(call: ast.Call) -> tuple[str, str] | None:
    """The event and the level of a logger's call; None for any other call. Fails if the event is not a literal."""
    name = call.func
    if not (isinstance(name, ast.Attribute) and isinstance(name.value, ast.Name) and name.value.id == "log"):
        return None
    event = ast.literal_eval(call.args[0])
    assert isinstance(event, str)
    return event, LEVELS[name.attr]


def lease_subjects(all_calls: list[ast.Call]) -> set[str]:
    """The subjects of the operations that hold leases: their events are `<subject>.lease_not_renewed`."""
    leases = [call for call in all_calls if isinstance(call.func, ast.Name) and call.func.id == "WorkerLeases"]
    return {ast.literal_eval(word.value) for call in leases for word in call.keywords if word.arg == "subject"}


@cache
def logged_events() -> dict[str, str]:
    """Each event with its levels. The code is parsed once, which takes a second."""
    levels: defaultdict[str, set[str]] = defaultdict(set)
    all_calls = list(calls())
    subjects = lease_subjects(all_calls)
    for event, level in filter(None, map(logged_by, all_calls)):
        for name in [event.replace("%s", subject) for subject in subjects] if "%s" in event else [event]:
            levels[name].add(level)
    return {event: ", ".join(sorted(levels[event])) for event in sorted(levels)}


def test_the_table_has_every_event_of_the_code_with_its_level_and_no_other() -> None:
    """Sorted by event, each with a meaning and an instruction."""
    rows = table(PAGE, "event")
    assert [(event.strip("`"), level) for event, level, *_ in rows] == list(logged_events().items())
    assert [event for event, _, meaning, action in rows if not meaning or not action] == []


def test_events_are_named_subject_and_event() -> None:
    """In lower case, so that a prefix selects a subject."""
    assert [event for event in logged_events() if not re.fullmatch(r"[a-z_]+\.[a-z_]+", event)] == []


def test_every_event_named_in_the_text_exists() -> None:
    """Below the table; names of files are not events."""
    text = (ROOT / "docs" / PAGE).read_text(encoding="utf-8").partition("## Troubleshooting")[2]
    named = set(re.findall(r"`([a-z_]+\.[a-z_]+)`", text))
    assert named
    assert named - set(logged_events()) == set()
