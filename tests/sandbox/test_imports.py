"""The modules of the sandbox import each other without cycles."""

from __future__ import annotations

from graphlib import TopologicalSorter

import grimp


def imports(package: str) -> dict[str, set[str]]:
    """Each module with the modules of the package that it imports, including inside functions and for types."""
    graph = grimp.build_graph(package, cache_dir=None)
    return {module: graph.find_modules_directly_imported_by(module) for module in graph.modules}


def test_sandbox_has_no_import_cycle() -> None:
    """Every module can be ordered after the modules that it imports."""
    found = imports("sandbox")
    assert len(found) > 50
    assert sorted(TopologicalSorter(found).static_order()) == sorted(found)
