"""Column types and column groups that the tables share: times, sealed text, keys and partial indexes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    DateTime,
    Dialect,
    Index,
    MetaData,
    String,
    TypeDecorator,
    text,
)
from sqlalchemy.types import TypeEngine

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class UtcDateTime(TypeDecorator[datetime]):
    """An aware UTC datetime: timestamptz on PostgreSQL, whole microseconds on SQLite.

    SQLite's own DateTime returns naive values and compares them with aware ones without an error, so this type rejects
    naive values.
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Store microseconds since 1970 if the database has no time zones."""
        return dialect.type_descriptor(BigInteger() if dialect.name == "sqlite" else DateTime(timezone=True))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        """Convert to UTC. Raises `ValueError` for a naive value."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a naive time cannot be stored")
        instant = value.astimezone(UTC)
        return (instant - EPOCH) // timedelta(microseconds=1) if dialect.name == "sqlite" else instant

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        """Return an aware value in UTC."""
        if value is None:
            return None
        return EPOCH + timedelta(microseconds=value) if dialect.name == "sqlite" else value.astimezone(UTC)


metadata = MetaData()


def workspace_key() -> list[Column[Any]]:
    """Return the key columns of a workspace."""
    return [
        Column("team_id", String(32), primary_key=True),
        Column("enterprise_id", String(32), primary_key=True, server_default=""),
    ]


def account_key() -> list[Column[Any]]:
    """Return the key columns of an account."""
    return [
        *workspace_key(),
        Column("provider", String(32), primary_key=True),
        Column("account", String(64), primary_key=True),
    ]


def partial_index(name: str, *columns: str, where: str, unique: bool = False) -> Index:
    """Return an index of the rows for which `where` holds, on both databases."""
    return Index(name, *columns, unique=unique, sqlite_where=text(where), postgresql_where=text(where))
