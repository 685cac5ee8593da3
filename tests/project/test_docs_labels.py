"""The labels of buttons, fields, messages and shortcuts in the documents are those of the code and the manifest."""

from __future__ import annotations

import ast
import re

from sandbox.app_features import SHORTCUTS
from tests.support.docs_tables import ROOT

PAGES = ("../README", "commands", "privacy", "own-pages", "registrants", "registration", "reports", "seats", "team")
LABEL = re.compile(r"(?<![\w*])\*([A-Z][^*]+?)\*(?![\w*])")
"""A label is set in italics and begins with a capital."""


def strings() -> set[str]:
    """All string literals of the bot and its handlers."""
    paths = [path for folder in ("bot", "handlers") for path in (ROOT / folder).rglob("*.py")]
    nodes = (node for path in paths for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
    return {node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)}


def test_every_label_in_a_document_is_one_of_the_code() -> None:
    """Including its capitals, so that a reader finds it on the screen."""
    texts = {page: (ROOT / "docs" / f"{page}.md").read_text(encoding="utf-8") for page in PAGES}
    labels = {page: {re.sub(r"\s+", " ", label) for label in LABEL.findall(text)} for page, text in texts.items()}
    assert {page for page, found in labels.items() if not found} == set()
    known = strings() | {shortcut["name"] for shortcut in SHORTCUTS}
    assert {(page, label) for page, found in labels.items() for label in found if label not in known} == set()
