"""Puts the workspace and the account into every query's key."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import Column, ColumnElement, Table, any_, bindparam, func, select, tuple_
from sqlalchemy.dialects.postgresql import ARRAY

from bot.models import Account, Workspace
from bot.store.connection import Db

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
