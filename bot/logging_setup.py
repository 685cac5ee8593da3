"""Logging: one event per line, its stable name first, then its fields; as text or JSON."""

from __future__ import annotations

import json
import logging
import sys
from datetime import UTC, datetime

STANDARD = frozenset(vars(logging.LogRecord("", 0, "", 0, "", (), None))) | {"message", "asctime", "taskName"}
LIBRARIES = {
    "alembic": logging.WARNING,
    "apscheduler": logging.WARNING,
    "apscheduler.executors": logging.CRITICAL,  # the scheduler itself logs a job that failed
    "asyncio": logging.WARNING,
    "slack_bolt": logging.ERROR,  # warns at every start that our `authorize` overrides the token
    "slack_sdk": logging.WARNING,
}
"""The lowest level logged of a library; `WARNING` for any other one."""
OURS = ("bot", "handlers", "sandbox", "__main__")


def set_up(level: str, form: str) -> None:
    """Log to standard error, libraries from their own level."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Json() if form == "json" else _Console())
    handler.addFilter(is_logged)
    logging.basicConfig(level=level, handlers=[handler], force=True)


def is_logged(record: logging.LogRecord) -> bool:
    """Whether a record is ours, or has the lowest level of its library, or more.

    Libraries log statements with their values, requests and tokens at `DEBUG`, so `LOG_LEVEL` does not apply to them.
    """
    # A filter of the handler, not levels of the loggers: Bolt sets the levels of its own loggers.
    names = [record.name.rsplit(".", cut)[0] for cut in range(record.name.count(".") + 1)]
    least = logging.NOTSET if names[-1] in OURS else logging.WARNING
    return record.levelno >= next((LIBRARIES[name] for name in names if name in LIBRARIES), least)


def _facts(record: logging.LogRecord) -> dict[str, object]:
    return {name: value for name, value in vars(record).items() if name not in STANDARD}


class _Console(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        facts = " ".join(f"{name}={value}" for name, value in _facts(record).items())
        line = f"{self.formatTime(record, '%H:%M:%S')} {record.levelname:<7} {record.getMessage()} {facts}".rstrip()
        return f"{line}\n{self.formatException(record.exc_info)}" if record.exc_info else line


class _Json(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        line = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "event": record.getMessage(),
            **_facts(record),
        }
        if record.exc_info:
            line["trace"] = self.formatException(record.exc_info)
        return json.dumps(line, default=str, ensure_ascii=False)
