"""docs/sandbox-ringcentral.md matches the code: operations, rules, faults, control routes, and the tests it names."""

from __future__ import annotations

import re
from pathlib import Path

from sandbox.clock import SandboxClock
from sandbox.ringcentral import Fault, RingCentral, Rules
from sandbox.ringcentral.operations import OPERATIONS

HERE = Path(__file__).parent
PAGE = (HERE.parent.parent / "docs" / "sandbox-ringcentral.md").read_text(encoding="utf-8")


def rows_after(heading: str) -> list[list[str]]:
    """The cells of the table under a heading, without backticks."""
    section = PAGE.split(f"## {heading}\n")[1].split("\n## ")[0]
    lines = [line for line in section.splitlines() if line.startswith("| ")]
    return [[cell.strip().strip("`") for cell in line.strip("|").split("|")] for line in lines[1:]]


def routes_of(*beginnings: str) -> set[tuple[str, str]]:
    """Method and path of all routes below these paths."""
    served = set()
    for route in RingCentral(SandboxClock()).application().router.routes():
        assert route.resource is not None
        if route.method != "HEAD" and route.resource.canonical.startswith(beginnings):
            served.add((route.method, route.resource.canonical))
    return served


def test_the_table_names_what_is_served_and_nothing_else() -> None:
    """In both directions: a route without a row and a row without a route fail."""
    assert {(row[1], row[2]) for row in rows_after("What it does")} == routes_of("/restapi/", "/webinar/")


def test_the_table_names_each_operation_once_with_its_group() -> None:
    """By the vendor's name: 41 webinar operations and 6 others."""
    rows = rows_after("What it does")
    assert len({row[0] for row in rows}) == len(rows) == 47
    assert len([row for row in rows if row[2].startswith("/webinar/")]) == 41
    assert {tuple(row[:4]) for row in rows} == {(one.name, one.method, one.path, one.group) for one in OPERATIONS}


def test_every_operation_names_a_test_that_exists() -> None:
    """A row whose test was renamed fails."""
    code = "".join(path.read_text(encoding="utf-8") for path in HERE.glob("test_ringcentral_*.py"))
    tests = set(re.findall(r"def (test_\w+)\(", code))
    assert {row[4] for row in rows_after("What it does")} - tests == set()


def test_the_control_routes_are_all_explained() -> None:
    """In both directions."""
    assert {(row[0], row[1]) for row in rows_after("Control routes")} == routes_of("/sandbox/")


def test_every_rule_and_every_word_of_a_fault_is_explained() -> None:
    """In both directions, with the default of simple values."""
    assert [row[0] for row in rows_after("Figures that can be set")] == list(Rules.model_fields)
    plain = {
        name: str(value).lower() if isinstance(value, bool) else str(value)
        for name, value in Rules().model_dump().items()
        if not isinstance(value, dict | list)
    }
    written = {row[0]: str(float(row[1])) if "." in row[1] else row[1] for row in rows_after("Figures that can be set")}
    assert {name: written[name] for name in plain} == {name: value.removesuffix(".0") for name, value in plain.items()}
    words = set(Fault.__dataclass_fields__) - {"method", "path_regex"}
    assert {row[0] for row in rows_after("Faults")} == words
