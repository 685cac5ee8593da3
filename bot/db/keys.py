"""Puts the workspace and the account into every query's key."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import Column, ColumnElement, Select, Table, any_, bindparam, column, func, select, tuple_, update
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import TypeEngine

from bot.db.connection import Db
from bot.model.people import Account, Workspace

REMEMBERED = 20_000
"""Accounts and workspaces that are read over and over: made once, they are values that never change."""


def account_columns(account: Account) -> dict[str, str]:
    """The column values that say whose row it is."""
    return {**workspace_columns(account.workspace), "provider": account.provider, "account": account.name}


def workspace_columns(workspace: Workspace) -> dict[str, str]:
    """The column values that say which workspace's row it is."""
    return {"team_id": workspace.team_id, "enterprise_id": workspace.enterprise_id}


def of_account(table: Table, account: Account) -> list[ColumnElement[bool]]:
    """The conditions that keep a query inside one account of one workspace."""
    return [table.c[name] == value for name, value in account_columns(account).items()]


def of_workspace(table: Table, workspace: Workspace) -> list[ColumnElement[bool]]:
    """The conditions that keep a query inside one workspace."""
    return [table.c[name] == value for name, value in workspace_columns(workspace).items()]


def of_given_workspace(table: Table) -> list[ColumnElement[bool]]:
    """The same for a statement that is made once: the workspace is given with its `workspace_columns`."""
    return [table.c[name] == bindparam(name) for name in ("team_id", "enterprise_id")]


def of_given_account(table: Table) -> list[ColumnElement[bool]]:
    """The same for a whole account, given with its `account_columns`."""
    return [table.c[name] == bindparam(name) for name in ("team_id", "enterprise_id", "provider", "account")]


def account_in(row: Any) -> Account:
    """Whose row it is."""
    return _account(row.team_id, row.enterprise_id, row.provider, row.account)


@lru_cache(maxsize=REMEMBERED)
def workspace_of(team_id: str, enterprise_id: str) -> Workspace:
    """The workspace of these ids."""
    return Workspace(team_id=team_id, enterprise_id=enterprise_id)


@lru_cache(maxsize=REMEMBERED)
def _account(team_id: str, enterprise_id: str, provider: str, name: str) -> Account:
    return Account(workspace=workspace_of(team_id, enterprise_id), provider=provider, name=name)


# The statements that are run for every batch are made once, with a name for each value that changes: to make one takes
# longer than to run it. On PostgreSQL lists go as arrays, so that a statement is the same for any number of values.


def among(column: Column[Any], name: str, *, postgresql: bool) -> ColumnElement[bool]:
    """Whether a column has one of the values that are given under this name."""
    if postgresql:
        return column == any_(bindparam(name, type_=ARRAY(column.type)))
    return column.in_(bindparam(name, expanding=True))


def together(columns: Sequence[Column[Any]], name: str, *, postgresql: bool) -> ColumnElement[bool]:
    """Whether these columns together have one of the values that are given under this name (`keyed`)."""
    if not postgresql:
        return tuple_(*columns).in_(bindparam(name, expanding=True))
    lists = [bindparam(f"{name}_{column.name}", type_=ARRAY(column.type)) for column in columns]
    wanted = func.unnest(*lists).table_valued(*(column.name for column in columns), name="wanted").render_derived()
    return tuple_(*columns).in_(select(wanted))


def keyed(columns: Sequence[Column[Any]], name: str, keys: Collection[tuple[Any, ...]], db: Db) -> dict[str, list[Any]]:
    """The values for `together`."""
    if not db.is_postgresql:
        return {name: list(keys)}
    by_column = zip(*keys, strict=True) if keys else ((),) * len(columns)
    return {f"{name}_{column.name}": list(values) for column, values in zip(columns, by_column, strict=True)}


def listed(table: Table, names: Sequence[str]) -> Select[Any]:
    """Rows of these columns, given as a list for each. PostgreSQL alone knows this."""
    lists = [bindparam(name, type_=ARRAY(table.c[name].type)) for name in names]
    columns = [column(name, table.c[name].type) for name in names]
    rows = func.unnest(*lists).table_valued(*columns, name="given").render_derived()
    return select(*(rows.c[name] for name in names))


class EachRow:
    """Changes many rows of a table by their ids, each to values of its own.

    In one statement on PostgreSQL, where one for each row would take most of the time; one by one on SQLite.
    """

    def __init__(
        self,
        table: Table,
        given: Mapping[str, TypeEngine[Any]],
        change: Callable[[Mapping[str, ColumnElement[Any]]], Mapping[str, Any]],
    ) -> None:
        """`change` says what becomes of a row, from the values that are given for it."""
        types = {"key": table.c.id.type, **given}
        lists = [bindparam(name, type_=ARRAY(kind)) for name, kind in types.items()]
        columns = [column(name, kind) for name, kind in types.items()]
        rows = func.unnest(*lists).table_valued(*columns, name="given").render_derived()
        listed = {name: rows.c[name] for name in types}
        self._at_once = update(table).where(table.c.id == listed["key"]).values(change(listed))
        named = {name: bindparam(name, type_=kind) for name, kind in types.items()}
        self._one_by_one = update(table).where(table.c.id == named["key"]).values(change(named))
        self._names = tuple(types)

    async def change(self, db: Db, rows: Sequence[Mapping[str, Any]]) -> None:
        """Change these rows: of each its `key` and what is given for it. On PostgreSQL they are locked already."""
        if not rows:
            return
        if db.is_postgresql:
            await db.execute(self._at_once, {name: [row[name] for row in rows] for name in self._names})
        else:
            await db.execute(self._one_by_one, [dict(row) for row in rows])
