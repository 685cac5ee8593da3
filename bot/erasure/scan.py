"""Finds the rows of a table that are about a person, a page at a time: encrypted columns are opened to search them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Select, Table, select, tuple_, type_coerce

from bot.db.connection import Db, Store
from bot.db.vault import SealedText
from bot.erasure.address import SoughtAddress
from bot.erasure.kinds import Kind

PAGE = 200
"""Rows read per transaction, so that memory and transactions stay small."""
WORKSPACE = ("team_id", "enterprise_id")
ACCOUNT = (*WORKSPACE, "provider", "account")


@dataclass
class Wanted:
    """The person: their address, and what is found out about their Slack users on the way."""

    address: SoughtAddress
    digests: Collection[str]
    users: set[tuple[str, ...]] = field(default_factory=set)
    """Workspace and id of the Slack users whose profile has the address."""
    members: set[tuple[str, ...]] = field(default_factory=set)
    """Account, session and id of Slack users who are registered or on a team with the address."""
    unreadable: int = 0
    """Values that ENCRYPTION_KEY does not open."""

    def matches(self, kind: Kind, row: Any) -> bool:
        """Whether a row is about this person."""
        opened = [getattr(row, name) for name in kind.sealed if getattr(row, f"{name}_is_set")]
        self.unreadable += opened.count(None)
        return (
            any(self.address.is_in(text) for text in opened if text is not None)
            or bool(kind.digest and getattr(row, kind.digest) in self.digests)
            or self._is_theirs(kind, row)
        )

    def learn(self, kind: Kind, row: Any) -> None:
        """Remember the Slack user of a row that matches."""
        if kind.table.name == "people":
            self.users.add(_values(row, (*WORKSPACE, kind.user)))
        elif kind.sealed and kind.user and kind.is_of_session:
            self.members.add(_values(row, (*ACCOUNT, "session_id", kind.user)))

    def _is_theirs(self, kind: Kind, row: Any) -> bool:
        if not (kind.user and getattr(row, kind.user)):
            return False
        if _values(row, (*WORKSPACE, kind.user)) in self.users:
            return True
        return kind.is_of_session and _values(row, (*ACCOUNT, "session_id", kind.user)) in self.members


async def matching(store: Store, kind: Kind, wanted: Wanted) -> AsyncIterator[Any]:
    """The rows of this kind that are about the person."""
    last: tuple[Any, ...] | None = None
    query = _query(kind, wanted)
    while query is not None:
        async with store.read() as db:
            rows = await _page(db, kind.table, query, last)
        for row in rows:
            if wanted.matches(kind, row):
                yield row
        if len(rows) < PAGE:
            return
        last = _values(rows[-1], _key(kind.table))


def _query(kind: Kind, wanted: Wanted) -> Select[Any] | None:
    table = kind.table
    columns: list[Any] = [column for column in table.columns if column.name not in kind.sealed]
    for name in kind.sealed:
        sealed = type_coerce(table.c[name], SealedText(lost_key_is_null=True))
        columns += [sealed.label(name), table.c[name].is_not(None).label(f"{name}_is_set")]
    query = select(*columns)
    if kind.sealed:
        return query
    ids = {key[-1] for key in (*wanted.users, *wanted.members)}
    return query.where(table.c[kind.user].in_(ids)) if ids else None


async def _page(db: Db, table: Table, query: Select[Any], last: tuple[Any, ...] | None) -> list[Any]:
    key = [table.c[name] for name in _key(table)]
    if last is not None:
        query = query.where(tuple_(*key) > tuple_(*last))
    return list(await db.execute(query.order_by(*key).limit(PAGE)))


def _key(table: Table) -> tuple[str, ...]:
    return tuple(column.name for column in table.primary_key)


def _values(row: Any, names: tuple[str, ...]) -> tuple[Any, ...]:
    return tuple(getattr(row, name) for name in names)
