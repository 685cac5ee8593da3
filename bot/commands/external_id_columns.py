"""The columns that the pairs of external ids get in a CSV file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from bot.commands.people_headings import is_heading
from bot.model.visible_text import one_line

MAX_KEY_COLUMNS: Final = 40
"""Keys that get a column of their own; the others stay in the column of the external id."""


def joined_pairs(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """The pairs by key; the values of a repeated key are joined."""
    joined: dict[str, str] = {}
    for key, value in pairs:
        joined[key] = f"{joined[key]}; {value}" if key in joined else value
    return joined


def key_columns(pairs: Iterable[Mapping[str, str]]) -> list[str]:
    """The keys that get a column, most frequent first."""
    usual = Counter(key for one in pairs for key in one if not _is_reserved(key))
    return [key for key, _ in usual.most_common(MAX_KEY_COLUMNS)]


def has_all_columns(pairs: Mapping[str, str], keys: Sequence[str]) -> bool:
    """Whether the pairs are complete in these columns. If not, the whole external id is written as well."""
    return bool(pairs) and all(key in keys for key in pairs)


def _is_reserved(name: str) -> bool:
    """Whether a column of this name would be imported with another meaning or under another name."""
    return not name or is_heading(name) or name != one_line(name) or "@" in name
