"""Print the figures of the code's structure: `python -m tools.figures`."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import grimp

ROOT = Path(__file__).resolve().parent.parent
SUFFIXES = (".py", ".html", ".js", ".css")
PACKAGES = (ROOT / "bot", ROOT / "handlers")

Graph = dict[str, set[str]]
"""The modules that each module imports."""


def source_files(*folders: Path) -> list[Path]:
    """Source files below these folders: Python, HTML, JavaScript and CSS."""
    return [path for folder in folders for path in folder.rglob("*") if path.suffix in SUFFIXES]


def own_files() -> list[Path]:
    """The bot's own source files."""
    return source_files(*PACKAGES)


def import_graph() -> Graph:
    """Imports at run time between the bot's own modules."""
    graph = grimp.build_graph("bot", "handlers", exclude_type_checking_imports=True, cache_dir=None)
    return {name: graph.find_modules_directly_imported_by(name) for name in graph.modules}


def import_depth(graph: Graph) -> int:
    """The number of modules on the longest chain of imports; a cycle counts as one module."""
    depths: dict[str, int] = {}

    def depth(cycle: frozenset[str]) -> int:
        below = {component[name] for one in cycle for name in graph[one]} - {cycle}
        name = min(cycle)
        if name not in depths:
            depths[name] = 1 + max(map(depth, below), default=0)
        return depths[name]

    component = {name: cycle for cycle in strongly_connected(graph) for name in cycle}
    return max(map(depth, component.values()))


def strongly_connected(graph: Graph) -> Iterator[frozenset[str]]:
    """Groups of modules that import each other; most modules are alone in theirs."""
    reach: Graph = {}
    for name in graph:
        reached, new = set[str](), {name}
        while new := {one for known in new for one in graph[known]} - reached:
            reached |= new
        reach[name] = reached
    for name in graph:
        group = frozenset({name, *(one for one in reach[name] if name in reach[one])})
        if name == min(group):
            yield group


def class_names() -> Counter[str]:
    """How often each class name is defined."""
    trees = (ast.parse(path.read_bytes()) for path in own_files() if path.suffix == ".py")
    return Counter(node.name for tree in trees for node in ast.walk(tree) if isinstance(node, ast.ClassDef))


def lines(paths: list[Path]) -> int:
    """Lines in these files."""
    return sum(len(path.read_text(encoding="utf-8").splitlines()) for path in paths)


def private_accesses() -> int:
    """How often tests access private members."""
    words = [sys.executable, "-m", "ruff", "check", "--select", "SLF001", "--isolated", "--output-format", "json"]
    done = subprocess.run([*words, "tests"], cwd=ROOT, capture_output=True, check=False)  # noqa: S603 - our own arguments
    return len(json.loads(done.stdout))


def contract_lines() -> int:
    """Lines of the import contracts in pyproject.toml, without blank lines."""
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    contracts = [part for part in text.split("\n[") if part.lstrip("[").startswith("tool.importlinter")]
    return sum(bool(line.strip()) for part in contracts for line in part.splitlines())


def main() -> None:
    """Print one figure per line."""
    graph = import_graph()
    importers = Counter(name for imported in graph.values() for name in imported)
    repeated = sorted(name for name, count in class_names().items() if count > 1)
    at_root = [path for path in (ROOT / "bot").glob("*.py") if not path.name.startswith("__")]
    sandbox, tests = source_files(ROOT / "sandbox"), source_files(ROOT / "tests")
    print(f"modules                      {len(graph)}, imports between them {sum(map(len, graph.values()))}")
    print(f"import depth                 {import_depth(graph)}")
    print(f"modules at the root of bot/  {len(at_root)}")
    print(f"modules with one importer    {sum(count == 1 for count in importers.values())}")
    print(f"class names defined twice    {len(repeated)}: {', '.join(repeated)}")
    print(f"lines of source              bot and handlers {lines(own_files())}, sandbox {lines(sandbox)}")
    print(f"lines of tests               {lines(tests)}")
    print(f"private accesses from tests  {private_accesses()}")
    print(f"lines of import contracts    {contract_lines()}")


if __name__ == "__main__":
    main()
