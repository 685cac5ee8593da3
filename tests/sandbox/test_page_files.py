"""The page's source files: short, with a header comment, complete, and never parsing text as HTML."""

from __future__ import annotations

import re
from pathlib import Path

from tests.sandbox.page_server import PAGE
from tests.support.rows import each_row

SCRIPTS = sorted(PAGE.glob("*.js"))
MARKUP = re.compile(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|createContextualFragment|\beval\(")


@each_row("path", SCRIPTS)
def test_module_is_short_and_says_what_it_is(path: Path) -> None:
    """At most 300 lines, the first a sentence; no text is set as HTML or code."""
    lines = path.read_text().splitlines()
    assert len(lines) <= 300
    assert re.fullmatch(r"// [A-Z].*", lines[0])
    assert [line for line in lines if MARKUP.search(line)] == []


def test_page_needs_nothing_but_its_own_files() -> None:
    """Everything that index.html and the modules load is in the folder, and every file there is loaded."""
    index = (PAGE / "index.html").read_text()
    loaded = set(re.findall(r'(?:href|src)="/page/([^"]+)"', index))
    for path in SCRIPTS:
        loaded |= set(re.findall(r'from "\./([^"]+)"', path.read_text()))
    assert loaded | {"index.html"} == {path.name for path in PAGE.iterdir()}
    assert re.findall(r'(?:href|src)="(?!/page/|data:)[^"]*"', index) == []
