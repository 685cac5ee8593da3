"""`tools.figures` measures the structure of the code."""

from __future__ import annotations

import pytest

from tools.figures import Graph, import_depth, main

DIAMOND: Graph = {"app": {"left", "right"}, "left": {"core"}, "right": {"middle"}, "middle": {"core"}, "core": set()}


@pytest.mark.parametrize(
    ("graph", "depth"),
    [
        ({"app": set()}, 1),
        (DIAMOND, 4),
        ({**DIAMOND, "core": {"middle"}}, 3),
        ({**DIAMOND, "core": {"app"}}, 1),
    ],
)
def test_import_depth_is_the_longest_chain(graph: Graph, depth: int) -> None:
    """Modules that import each other count as one."""
    assert import_depth(graph) == depth


def test_every_figure_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    """One per line, each with a number."""
    main()

    printed = capsys.readouterr().out.splitlines()
    assert [line[:29].strip() for line in printed] == [
        "modules",
        "import depth",
        "modules at the root of bot/",
        "modules with one importer",
        "class names defined twice",
        "lines of source",
        "lines of tests",
        "private accesses from tests",
        "lines of import contracts",
    ]
    assert all(any(word.strip(",:").isdigit() for word in line[29:].split()) for line in printed)
