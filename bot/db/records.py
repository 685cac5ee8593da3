"""Tables whose rows are the records of one class: found, added, changed and deleted by their key."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

from sqlalchemy import ColumnElement, Table, delete, select, update

from bot.db.keys import account_columns, account_of, of_account
from bot.model.people import Account, Frozen

if TYPE_CHECKING:
    from bot.db.connection import Db


class _Owned(Protocol):
    @property
    def account(self) -> Account: ...


Record = TypeVar("Record", bound=_Owned)
AnyFrozen = TypeVar("AnyFrozen", bound=Frozen)


def record_of(model: type[AnyFrozen], row: Any, **more: Any) -> AnyFrozen:
    """The record of a row: fields with the name of a column have its value, `account` that of the key.

    `more` are the other fields, and those whose value is not that of the column.
    """
    columns = row._asdict()
    same = {name: columns[name] for name in model.model_fields if name in columns}
    return model(**{**same, "account": account_of(row), **more})


class RecordTable(Generic[Record]):
    """A table with the columns of an account. Each method runs in the caller's transaction."""

    def __init__(
        self,
        table: Table,
        *,
        key: Sequence[str],
        read: Callable[[Any], Record],
        write: Callable[[Record], Mapping[str, Any]] = lambda _record: {},
    ) -> None:
        """`key` names the columns, and attributes of a record, that identify a row within its account.

        `write` returns the columns that are saved with every record.
        """
        self._table = table
        self._key = tuple(key)
        self._read = read
        self._write = write

    def same(self, record: Record) -> list[ColumnElement[bool]]:
        """Select the row of this record."""
        key = [self._table.c[name] == getattr(record, name) for name in self._key]
        return [*of_account(self._table, record.account), *key]

    async def find(self, db: Db, account: Account, *key: str) -> Record | None:
        """The record with this key."""
        which = [self._table.c[name] == value for name, value in zip(self._key, key, strict=True)]
        return await self.first(db, account, *which)

    async def first(
        self, db: Db, account: Account, *which: ColumnElement[bool], order: Sequence[ColumnElement[Any]] = ()
    ) -> Record | None:
        """The first of these records in this order."""
        query = select(self._table).where(*of_account(self._table, account), *which).order_by(*order).limit(1)
        row = (await db.execute(query)).first()
        return self._read(row) if row else None

    async def all(
        self, db: Db, account: Account, *which: ColumnElement[bool], order: Sequence[ColumnElement[Any]] = ()
    ) -> list[Record]:
        """These records in this order."""
        query = select(self._table).where(*of_account(self._table, account), *which).order_by(*order)
        return [self._read(row) for row in await db.execute(query)]

    async def has(self, db: Db, account: Account, *which: ColumnElement[bool]) -> bool:
        """Whether there is such a record."""
        query = select(self._table.c.account).where(*of_account(self._table, account), *which).limit(1)
        return (await db.execute(query)).first() is not None

    async def add(self, db: Db, record: Record, **more: Any) -> None:
        """Insert the row of this record; `more` are columns that `write` does not return."""
        await db.execute(self._table.insert().values(**self._row(record), **more))

    async def change(self, db: Db, record: Record, values: Mapping[str, Any], *unchanged: ColumnElement[bool]) -> bool:
        """Save these columns in the row of this record. False, and nothing saved, if `unchanged` no longer holds."""
        changed = update(self._table).where(*self.same(record), *unchanged).values(**values)
        return (await db.execute(changed)).rowcount == 1

    async def delete(self, db: Db, record: Record, *unchanged: ColumnElement[bool]) -> bool:
        """Delete the row of this record. False, and nothing deleted, if `unchanged` no longer holds."""
        return (await db.execute(delete(self._table).where(*self.same(record), *unchanged))).rowcount == 1

    def _row(self, record: Record) -> dict[str, Any]:
        key = {name: getattr(record, name) for name in self._key}
        return {**account_columns(record.account), **key, **self._write(record)}
