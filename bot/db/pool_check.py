"""Replaces pooled connections that PostgreSQL has closed, so that its restart fails no transaction."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import event
from sqlalchemy.exc import DBAPIError, DisconnectionError

from bot.clock import monotonic

if TYPE_CHECKING:
    from sqlalchemy import Engine
    from sqlalchemy.pool import ConnectionPoolEntry

PING_AFTER_S = 30.0
"""Seconds after which an unused connection may have been dropped by a firewall or a proxy, without a word to us."""
_USED_AT = "used_at"


def check_pooled(engine: Engine, ping_after: float = PING_AFTER_S) -> None:
    """Look at each connection before it is used again, and ask the database only if it was unused for `ping_after`.

    SQLAlchemy's own check (`pool_pre_ping`) asks before each transaction, which costs three round trips.
    """

    def check(connection: Any, record: ConnectionPoolEntry, _: object) -> None:
        if connection.driver_connection.is_closed():
            raise DisconnectionError
        used_at = record.info.get(_USED_AT)
        if used_at is not None and monotonic() - used_at >= ping_after:
            _ping(engine, connection)

    event.listen(engine, "checkout", check)
    event.listen(engine, "checkin", _note_use)


def _ping(engine: Engine, connection: Any) -> None:
    try:
        engine.dialect.do_ping(connection)
    except (DBAPIError, engine.dialect.loaded_dbapi.Error) as error:
        raise DisconnectionError from error


def _note_use(_: object, record: ConnectionPoolEntry) -> None:
    record.info[_USED_AT] = monotonic()
