"""Tells a database that is unavailable or full from any other error."""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy.exc import DBAPIError, InterfaceError
from sqlalchemy.exc import TimeoutError as PoolTimeout


class DatabaseProblem(StrEnum):
    """Why the database cannot be used just now: the sentence for a user."""

    FULL = "The disk of Greenroom's database is full, so nothing was saved. Tell your admin, and try again after that."
    UNAVAILABLE = (
        "Greenroom cannot reach its database just now, so this was not finished. Try again in a minute; if it goes on, "
        "tell your admin."
    )


FULL_STATE = "53100"
UNAVAILABLE_STATES = ("08", "53", "57")
"""Classes of SQLSTATE: connection, resources, operator intervention (PostgreSQL's manual, appendix A)."""
FULL_WORDS = ("disk is full", "no space left")
UNAVAILABLE_WORDS = (
    "is locked",
    "disk i/o error",
    "readonly database",
    "connection is closed",
    "closed the connection",
)
"""In the texts of SQLite and of the drivers, whose errors have no state."""


def database_problem(error: BaseException) -> DatabaseProblem | None:
    """The problem of the database that caused this error; None for any other error."""
    if isinstance(error, PoolTimeout | OSError):
        return DatabaseProblem.FULL if "no space left" in str(error).lower() else DatabaseProblem.UNAVAILABLE
    if not isinstance(error, DBAPIError):
        return None
    state, text = str(getattr(error.orig, "sqlstate", None) or ""), str(error.orig).lower()
    if state == FULL_STATE or any(words in text for words in FULL_WORDS):
        return DatabaseProblem.FULL
    is_known = state.startswith(UNAVAILABLE_STATES) or any(words in text for words in UNAVAILABLE_WORDS)
    if is_known or error.connection_invalidated or isinstance(error, InterfaceError):
        return DatabaseProblem.UNAVAILABLE
    return None
