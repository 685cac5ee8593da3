"""The tables of docs/privacy.md beside those of the schema, and rows of any table and age."""

from __future__ import annotations

import importlib
import pkgutil
import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Boolean, Integer

import bot.db
from bot.db.columns import UtcDateTime, metadata
from bot.db.connection import Db
from bot.db.keys import account_columns
from bot.db.vault import SealedText
from bot.model.people import Account
from tests.support.docs_tables import table

PAGE = "privacy.md"
for _module in pkgutil.iter_modules(bot.db.__path__):
    if _module.name.endswith("schema") or _module.name == "gate_rows":
        importlib.import_module(f"bot.db.{_module.name}")  # so that `metadata` has its tables
TABLES = dict(metadata.tables)
KEYS = frozenset({"team_id", "enterprise_id", "provider", "account", "claimed_by", "claimed_until"})
"""The columns of keys and leases, which no row of the page names."""


@dataclass(frozen=True)
class Described:
    """A row of the table of personal data; `job` is empty for what no job deletes."""

    tables: tuple[str, ...]
    columns: tuple[str, ...]
    cells: tuple[str, ...]
    """What it is, and why it is kept."""
    is_encrypted: bool
    kept: str
    job: str


def personal() -> list[Described]:
    """The rows of the table of personal data."""
    return [_described(row) for row in table(PAGE, "table")]


def other_columns() -> set[str]:
    """The columns without personal data, each as `table.column`."""
    return {
        f"{name}.{column}"
        for names, columns in table(PAGE, "columns of")
        for name in _words(names)
        for column in _words(columns)
    }


def stored_columns() -> set[str]:
    """All columns of the schema but those of keys and leases, each as `table.column`."""
    return {
        f"{name}.{column.name}" for name, one in TABLES.items() for column in one.columns if column.name not in KEYS
    }


def is_sealed(name: str, column: str) -> bool:
    """Whether this column is encrypted."""
    return isinstance(TABLES[name].c[column].type, SealedText)


def values(name: str, moment: datetime, **given: Any) -> dict[str, Any]:
    """The values of a row: every time is `moment`, everything else is a filler unless it is `given`."""
    return {
        column.name: given.get(column.name, _filler(column, moment))
        for column in TABLES[name].columns
        if _is_set(column)
    }


async def add(db: Db, account: Account, name: str, moment: datetime, **given: Any) -> None:
    """Insert such a row of this account."""
    key = {column: value for column, value in account_columns(account).items() if column in TABLES[name].c}
    await db.execute(TABLES[name].insert().values(**{**values(name, moment, **given), **key}))


def _is_set(column: Any) -> bool:
    return column.name not in ("claimed_by", "claimed_until") and not (
        column.name == "id" and column.autoincrement is True
    )


def _filler(column: Any, moment: datetime) -> Any:
    kind = column.type
    if isinstance(kind, UtcDateTime):
        return moment
    if isinstance(kind, JSON):
        return {}
    if isinstance(kind, Boolean):
        return False
    if isinstance(kind, Integer):
        return int(moment.timestamp()) if column.name == "post_at" else 1
    return {"content": "{}", "facts": "{}", "status": "Scheduled", "audience": None}.get(column.name, "x")


def _described(row: list[str]) -> Described:
    names, columns, what, why, encrypted, kept, deleted_by = row
    job = _words(deleted_by)[0] if re.fullmatch(r"`\w+`", deleted_by) else ""
    return Described(_words(names), _words(columns), (what, why, deleted_by), encrypted == "yes", kept, job)


def _words(cell: str) -> tuple[str, ...]:
    return tuple(re.findall(r"`(\w+)`", cell))
