"""docs/sandbox-zoom.md matches the code: operations, rules, faults, and the tests it names."""

from __future__ import annotations

import re
from pathlib import Path

from sandbox.clock import SandboxClock
from sandbox.zoom import Fault, Rules, Zoom
from sandbox.zoom.admission import FULL
from sandbox.zoom.event_bodies import EVENTS
from sandbox.zoom.operations import OPERATIONS

HERE = Path(__file__).parent
FOLDER = HERE.parent.parent / "sandbox" / "zoom"
WITH_CODES = (
    "responses",
    "tokens",
    "operations",
    "server",
    "limits",
    "meetings",
    "schedule",
    "admission",
    "registrants",
    "panelists",
    "past",
    "recordings",
)
"""The modules that refuse something, and have the codes as constants."""
SMALLEST = 100
CONTROL, PAGES = "/sandbox/", ("/j/", "/s/", "/w/", "/rec/", "/meeting/", "/webinar/")
PAGE = (HERE.parent.parent / "docs" / "sandbox-zoom.md").read_text(encoding="utf-8")


def rows_after(heading: str) -> list[list[str]]:
    """The cells of the table under a heading, without backticks."""
    section = PAGE.split(f"## {heading}\n")[1].split("\n## ")[0]
    lines = [line for line in section.splitlines() if line.startswith("| ")]
    return [[cell.strip().strip("`") for cell in line.strip("|").split("|")] for line in lines[1:]]


def test_the_table_names_what_is_served_and_nothing_else() -> None:
    """Each operation once, with its label, in both directions."""
    rows = rows_after("What it does")
    routes = Zoom(SandboxClock()).application().router.routes()
    known = {(one.method, one.resource.canonical) for one in routes if one.resource and one.method != "HEAD"}
    control = {row for row in known if row[1].startswith(CONTROL)}
    pages = {row for row in known if row[1].startswith(PAGES)}
    served = known - control - pages

    assert {(row[0], row[1]) for row in rows_after("Control routes")} == control
    assert {row[0] for row in rows_after("Pages")} == {path for _, path in pages}
    assert {(row[1], row[2]) for row in rows} == served
    assert {tuple(row[:4]) for row in rows} == {(one.name, one.method, one.path, one.label or "") for one in OPERATIONS}
    assert len({row[0] for row in rows}) == len(rows)


def test_every_operation_and_error_names_a_test_that_exists() -> None:
    """A row whose test was renamed fails."""
    code = "".join(path.read_text(encoding="utf-8") for path in HERE.glob("test_zoom_*.py"))
    tests = set(re.findall(r"def (test_\w+)\(", code))
    named = {row[-1] for row in rows_after("What it does") + rows_after("Errors") + rows_after("Webhooks")}
    named |= {row[-1] for row in rows_after("Control routes") + rows_after("Pages")}
    assert named - tests == set()


def test_every_event_is_explained() -> None:
    """In both directions."""
    assert tuple(row[0] for row in rows_after("Webhooks")) == EVENTS


def test_every_code_of_an_error_is_explained() -> None:
    """In both directions."""
    code = "".join((FOLDER / f"{name}.py").read_text(encoding="utf-8") for name in WITH_CODES)
    constants = re.findall(r"^[A-Z][A-Z0-9_, ]* = (\d+(?:, \d+)*)$", code, re.MULTILINE)
    numbers = {int(one) for line in constants for one in line.split(", ")}
    literal = {int(one) for one in re.findall(r"ApiError\(\s*\d+, (\d+),", code)}

    used = {one for one in numbers | literal | set(FULL.values()) if one >= SMALLEST}
    assert used == {int(row[0]) for row in rows_after("Errors")}


def test_every_rule_and_every_word_of_a_fault_is_explained() -> None:
    """In both directions, with the default of simple values."""
    written = {row[0]: row[1] for row in rows_after("Figures that can be set")}
    assert list(written) == list(Rules.model_fields)
    plain = {name: value for name, value in Rules().model_dump().items() if isinstance(value, int | str)}
    assert {name: written[name] for name in plain} == {
        name: str(value).lower() if isinstance(value, bool) else str(value) for name, value in plain.items()
    }
    words = set(Fault.__dataclass_fields__) - {"method", "path_regex"}
    assert {row[0] for row in rows_after("Faults")} == words
