"""Run the stories of a module with each kind of gate: `pytestmark = pytest.mark.usefixtures("each_gate")`."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.gate import GateKind, local_gate, shared_gate


@pytest.fixture(scope="module", params=[local_gate, shared_gate], ids=["local", "shared"])
def each_gate(request: pytest.FixtureRequest) -> Iterator[None]:
    """Use one kind of gate after the other."""
    # Not an argument of the stories: hypothesis calls them many times for one test.
    GateKind.build = request.param
    yield
    GateKind.build = local_gate
