"""SQLAlchemy's compiled statements, shared by all engines of a run: compiling them is a third of a test's time."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Dialect, event
from sqlalchemy.engine import Engine

from bot.db.vault import _VAULTS


class _Statements(dict[Any, Any]):
    """Statements of one kind of database. The first part of SQLAlchemy's key is the engine's dialect object."""

    def get(self, key: Any, default: Any = None) -> Any:
        return super().get(key[1:], default)

    def __setitem__(self, key: Any, compiled: Any) -> None:
        super().__setitem__(key[1:], compiled)


_BY_KIND: dict[object, _Statements] = {}


def _kind(dialect: Dialect) -> object:
    """Compiled statements keep the vault of the engine that compiled them: only engines with the same keys share."""
    vault = _VAULTS.get(dialect)
    return dialect.name, tuple(vault._digest_keys) if vault else None


@event.listens_for(Engine, "engine_connect")
def _share(connection: Connection) -> None:
    if "compiled_cache" not in connection.engine.get_execution_options():
        statements = _BY_KIND.setdefault(_kind(connection.dialect), _Statements())
        connection.engine.update_execution_options(compiled_cache=statements)
        connection.execution_options(compiled_cache=statements)
