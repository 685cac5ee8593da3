"""Query conditions: workspace and account keys, lists of values, and bulk updates."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import Column, ColumnElement, Select, Table, any_, bindparam, column, func, select, tuple_, update
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import TypeEngine

from bot.model.people import Account, Workspace

if TYPE_CHECKING:
    from bot.db.connection import Db

CACHE_SIZE = 20_000
"""Accounts and workspaces kept as immutable values: the same few are in most rows."""


def account_columns(account: Account) -> dict[str, str]:
    """Return the key column values of an account."""
    return {**workspace_columns(account.workspace), "provider": account.provider, "account": account.name}


def workspace_columns(workspace: Workspace) -> dict[str, str]:
    """Return the key column values of a workspace."""
    return {"team_id": workspace.team_id, "enterprise_id": workspace.enterprise_id}


def of_account(table: Table, account: Account) -> list[ColumnElement[bool]]:
    """Return the conditions that restrict a query to one account of one workspace."""
    return [table.c[name] == value for name, value in account_columns(account).items()]


def of_workspace(table: Table, workspace: Workspace) -> list[ColumnElement[bool]]:
    """Return the conditions that restrict a query to one workspace."""
    return [table.c[name] == value for name, value in workspace_columns(workspace).items()]


def of_bound_workspace(table: Table) -> list[ColumnElement[bool]]:
    """Return the same conditions for a cached statement; bind `workspace_columns`."""
    return [table.c[name] == bindparam(name) for name in ("team_id", "enterprise_id")]


def of_bound_account(table: Table) -> list[ColumnElement[bool]]:
    """Return the conditions of an account for a cached statement; bind `account_columns`."""
    return [table.c[name] == bindparam(name) for name in ("team_id", "enterprise_id", "provider", "account")]


def account_of(row: Any) -> Account:
    """Return the account of a row."""
    return _account(row.team_id, row.enterprise_id, row.provider, row.account)


@lru_cache(maxsize=CACHE_SIZE)
def workspace_of(team_id: str, enterprise_id: str) -> Workspace:
    """Return the workspace with these ids."""
    return Workspace(team_id=team_id, enterprise_id=enterprise_id)


@lru_cache(maxsize=CACHE_SIZE)
def _account(team_id: str, enterprise_id: str, provider: str, name: str) -> Account:
    return Account(workspace=workspace_of(team_id, enterprise_id), provider=provider, name=name)


# Statements that run for every batch are cached, with bound parameters: building one takes longer than running it. On
# PostgreSQL lists are bound as arrays, so one statement serves any number of values.


def column_in(column: Column[Any], name: str, *, postgresql: bool) -> ColumnElement[bool]:
    """Match a column against the list of values bound to `name`."""
    if postgresql:
        return column == any_(bindparam(name, type_=ARRAY(column.type)))
    return column.in_(bindparam(name, expanding=True))


def columns_in(columns: Sequence[Column[Any]], name: str, *, postgresql: bool) -> ColumnElement[bool]:
    """Match several columns against the list of keys bound with `columns_in_parameters`."""
    if not postgresql:
        return tuple_(*columns).in_(bindparam(name, expanding=True))
    lists = [bindparam(f"{name}_{column.name}", type_=ARRAY(column.type)) for column in columns]
    keys = func.unnest(*lists).table_valued(*(column.name for column in columns), name="keys").render_derived()
    return tuple_(*columns).in_(select(keys))


def columns_in_parameters(
    columns: Sequence[Column[Any]], name: str, keys: Collection[tuple[Any, ...]], db: Db
) -> dict[str, list[Any]]:
    """Return the parameters to bind for `columns_in`."""
    if not db.is_postgresql:
        return {name: list(keys)}
    by_column = zip(*keys, strict=True) if keys else ((),) * len(columns)
    return {f"{name}_{column.name}": list(values) for column, values in zip(columns, by_column, strict=True)}


def rows_from_lists(table: Table, names: Sequence[str]) -> Select[Any]:
    """Select rows of these columns from one bound list per column. PostgreSQL only."""
    lists = [bindparam(name, type_=ARRAY(table.c[name].type)) for name in names]
    columns = [column(name, table.c[name].type) for name in names]
    rows = func.unnest(*lists).table_valued(*columns, name="given").render_derived()
    return select(*(rows.c[name] for name in names))


class BulkUpdate:
    """An update of many rows of a table by id, with different values for each row.

    One statement on PostgreSQL, where one per row would take most of the time; one statement per row on SQLite.
    """

    def __init__(
        self,
        table: Table,
        given: Mapping[str, TypeEngine[Any]],
        change: Callable[[Mapping[str, ColumnElement[Any]]], Mapping[str, Any]],
    ) -> None:
        """`given` names the types of the values per row; `change` returns the new column values from them."""
        types = {"key": table.c.id.type, **given}
        lists = [bindparam(name, type_=ARRAY(kind)) for name, kind in types.items()]
        columns = [column(name, kind) for name, kind in types.items()]
        rows = func.unnest(*lists).table_valued(*columns, name="given").render_derived()
        by_list = {name: rows.c[name] for name in types}
        self._all_rows = update(table).where(table.c.id == by_list["key"]).values(change(by_list))
        by_row = {name: bindparam(name, type_=kind) for name, kind in types.items()}
        self._one_row = update(table).where(table.c.id == by_row["key"]).values(change(by_row))
        self._names = tuple(types)

    async def run(self, db: Db, rows: Sequence[Mapping[str, Any]]) -> None:
        """Update these rows; each has its id as `key` and its values. On PostgreSQL the caller has locked them."""
        if not rows:
            return
        if db.is_postgresql:
            await db.execute(self._all_rows, {name: [row[name] for row in rows] for name in self._names})
        else:
            await db.execute(self._one_row, [dict(row) for row in rows])
