"""Puts the workspace and the account into every query's key."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Table

from bot.models import Account, Workspace


def account_columns(account: Account) -> dict[str, str]:
    """The column values that say whose row it is."""
    return {**account.workspace.model_dump(), "provider": account.provider, "account": account.name}


def of_account(table: Table, account: Account) -> list[ColumnElement[bool]]:
    """The conditions that keep a query inside one account of one workspace."""
    return [table.c[name] == value for name, value in account_columns(account).items()]


def of_workspace(table: Table, workspace: Workspace) -> list[ColumnElement[bool]]:
    """The conditions that keep a query inside one workspace."""
    return [table.c[name] == value for name, value in workspace.model_dump().items()]


def account_in(row: Any) -> Account:
    """Whose row it is."""
    return Account(
        workspace=Workspace(team_id=row.team_id, enterprise_id=row.enterprise_id),
        provider=row.provider,
        name=row.account,
    )
