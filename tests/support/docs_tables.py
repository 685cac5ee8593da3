"""Reads the tables of the documentation, so that tests can compare them with the code."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).parents[2]


def table(page: str, first: str) -> list[list[str]]:
    """The rows of the table in `docs/<page>` whose first heading is `first`."""
    rows: list[list[str]] = []
    inside = False
    for line in (ROOT / "docs" / page).read_text(encoding="utf-8").splitlines():
        if line.startswith(f"| {first} |"):
            inside = True
        elif inside and not line.startswith("|"):
            return rows
        elif inside and not line.startswith("|--"):
            rows.append([cell.strip() for cell in line.strip("|").split("|")])
    return rows
