"""Listeners catch no errors: errors become texts in one place."""

from __future__ import annotations

import ast
from pathlib import Path

import handlers

FOLDER = Path(handlers.__file__).parent


def test_no_listener_catches_an_error() -> None:
    """In every module of listeners."""
    modules = sorted(FOLDER.rglob("*listeners.py"))
    trees = {str(path.relative_to(FOLDER)): ast.parse(path.read_text(encoding="utf-8")) for path in modules}
    assert len(trees) > 30
    assert [name for name, tree in trees.items() if any(isinstance(node, ast.Try) for node in ast.walk(tree))] == []
