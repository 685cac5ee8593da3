"""docs/sandbox-slack.md matches the code: methods, deliveries, limits, blocks, and the tests it names."""

from __future__ import annotations

import ast
import dataclasses
import inspect
import re
from pathlib import Path

import pytest

from sandbox.clock import SandboxClock
from sandbox.slack import Chaos, Limits, Slack, payloads
from sandbox.slack.blocks import BLOCKS
from sandbox.slack.control import Control
from sandbox.slack.elements import ELEMENTS
from sandbox.slack.events import SUBSCRIPTIONS
from sandbox.slack.limits import RateLimits
from sandbox.slack.many_workspaces import ManyWorkspaces
from sandbox.slack.web_api import METHODS

HERE = Path(__file__).parent
ACTS = ("install", "uninstall")
PAGE = (HERE.parent.parent / "docs" / "sandbox-slack.md").read_text(encoding="utf-8")


def table(heading: str) -> dict[str, str]:
    """First column to test in the last column, of the table under a heading."""
    part = PAGE.split(f"# {heading}\n", 1)[1].split("\n#", 1)[0]
    rows = re.findall(r"^\| `([^`]+)` \|(?:.*\|)? `(test_\w+)` \|$", part, re.MULTILINE)
    assert len(rows) == len(dict(rows)), f"a row of {heading} stands twice"
    return dict(rows)


def listed(name: str) -> set[str]:
    """The items of a list that starts with its name."""
    return set(re.sub(r"\s+", " ", PAGE.split(f"\n{name}: ", 1)[1].split(".\n", 1)[0]).split(", "))


def existing_tests() -> set[str]:
    """All test functions of the Slack stand-in."""
    trees = (ast.parse(path.read_text(encoding="utf-8")) for path in HERE.glob("test_slack_*.py"))
    functions = (
        node for tree in trees for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    )
    return {function.name for function in functions if function.name.startswith("test_")}


def test_every_method_is_in_the_table_and_nothing_else() -> None:
    """The Web API."""
    assert set(table("Web API")) == set(METHODS)


def test_every_method_has_the_scopes_that_the_table_says() -> None:
    """The middle column."""
    part = PAGE.split("### Web API\n", 1)[1].split("\n#", 1)[0]
    said = dict(re.findall(r"^\| `([^`]+)` \|(.*)\| `test_", part, re.MULTILINE))
    assert {name: tuple(scopes.split()) for name, scopes in said.items()} == {
        name: method.scopes for name, method in METHODS.items()
    }


def test_every_delivery_is_in_the_table_and_nothing_else() -> None:
    """Each public function of payloads is one."""
    made = {
        name
        for name, function in inspect.getmembers(payloads, inspect.isfunction)
        if function.__module__ == payloads.__name__ and not name.startswith("_")
    }
    assert set(table("Deliveries to the app")) == made


def test_every_event_is_in_the_table_with_its_scopes_and_nothing_else() -> None:
    """Those that the modules of events name."""
    part = PAGE.split("### Events\n", 1)[1].split("\n#", 1)[0]
    said = dict(re.findall(r"^\| `([^`]+)` \|([^|]*)\|", part, re.MULTILINE))
    assert {name: tuple(scopes.split()) for name, scopes in said.items()} == SUBSCRIPTIONS


def test_every_limit_is_in_the_table_and_nothing_else() -> None:
    """The fields of Limits."""
    assert set(table("Limits")) == {field.name for field in dataclasses.fields(Limits)}


def test_every_share_of_chaos_is_in_the_table_and_nothing_else() -> None:
    """The failures of a call."""
    assert set(table("Faults and chaos")) == set(Chaos().shares)


def test_every_control_route_is_in_the_table_and_nothing_else() -> None:
    """Method and path."""
    part = PAGE.split("## Control routes\n", 1)[1].split("\n#", 1)[0]
    said = re.findall(r"^\| ([A-Z]+) \| `([^`]+)` \|", part, re.MULTILINE)
    routes = [(route.method, route.path) for route in Control(Slack(SandboxClock())).routes()]
    acts = {(method, path.replace("{act:install|uninstall}", act)) for method, path in routes for act in ACTS}
    assert sorted(said) == sorted(acts)


def test_every_method_of_many_workspaces_is_listed_and_nothing_else() -> None:
    """The few methods that they support."""
    slack = Slack(SandboxClock())
    assert listed("Methods there") == set(ManyWorkspaces(slack.world, RateLimits(slack.clock, slack.limits)).methods)


def test_every_block_and_element_is_listed_and_nothing_else() -> None:
    """Block Kit."""
    assert (listed("Blocks"), listed("Elements")) == (set(BLOCKS), set(ELEMENTS))


@pytest.mark.parametrize("heading", ["Web API", "Deliveries to the app", "Events", "Limits"])
def test_every_test_named_in_a_table_exists(heading: str) -> None:
    """A row must not name a test that does not exist."""
    assert set(table(heading).values()) - existing_tests() == set()


def test_every_test_named_elsewhere_exists() -> None:
    """In the prose too."""
    assert set(re.findall(r"`(test_\w+)`", PAGE)) - existing_tests() == set()
