"""The limits that one call counts against, and what a vendor's answer says about them, in terms of any vendor."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol


class LimitKind(StrEnum):
    """How a limit counts."""

    RATE = "rate"
    """Calls in a window of seconds. Calls wait in a queue for it; each call has exactly one."""
    DAY = "day"
    """Calls between two midnights UTC."""
    ONE_AT_A_TIME = "one_at_a_time"
    """No call before the one before it was answered."""


@dataclass(frozen=True)
class LimitKey:
    """One limit that a call counts against."""

    kind: LimitKind
    name: str
    """Which limit, at most 16 characters."""
    subject: str = ""
    """Whose, if it is not the account's: a host, an address, a registrant. It is stored only as a keyed digest."""


@dataclass(frozen=True)
class AnswerFacts:
    """What an answer says about the limits of its call."""

    rates: Mapping[str, int] = field(default_factory=dict)
    """The limits of rates that are now known."""
    remaining: int | None = None
    """Calls that the rate of this call has left."""
    day_limits: Mapping[str, int] = field(default_factory=dict)
    """The limits of days that are now known."""
    day_remaining: int | None = None
    """Calls that the account has left today."""
    refused_by: tuple[LimitKey, ...] = ()
    """The limits that refused the call, as far as the answer shows."""
    retry_after: float | None = None
    """Seconds after which the call may be tried again."""


@dataclass(frozen=True)
class LimitAnswer:
    """What an answer shows of limits."""

    status: int | None
    headers: Mapping[str, str]
    message: str
    """That of a refusal; it decides only where the headers do not."""
    now: datetime
    today: datetime
    """The same moment by the clock of days."""


class ApiLimits(Protocol):
    """The limits of one vendor. An object learns from answers which ones the account has."""

    def rates(self) -> Mapping[str, tuple[int, float]]:
        """The calls and the seconds of each rate, as far as is known; the lowest ones before the first answer."""
        ...

    def account_days(self) -> Mapping[str, int]:
        """The calls of a day of the whole account, by the name of the limit."""
        ...

    def per_day(self, name: str) -> int | None:
        """The calls of a day; `None` if the account has no such limit."""
        ...

    def read(self, keys: Sequence[LimitKey], answer: LimitAnswer) -> AnswerFacts:
        """What the answer to a call with these keys says."""
        ...

    def sentence(self, key: LimitKey, seconds: float) -> str:
        """Why a call cannot go for `seconds`, and when the next attempt is possible."""
        ...
