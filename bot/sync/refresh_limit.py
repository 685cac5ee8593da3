"""How often a user may have figures read again: one user's Refresh must not use up the calls of the others."""

from __future__ import annotations

import math
from datetime import datetime, timedelta

from bot.clock import Clock
from bot.errors import GreenroomError
from bot.providers.base import DISPLAY_NAME
from bot.sync.count_order import MINUTE, CallBudget

FRESH = timedelta(seconds=15)
"""A figure younger than this is not read again."""
CALLS_A_MINUTE = 2
"""The vendor calls that one user's Refresh may cause in a minute."""
MAX_USERS = 1_000
"""Users remembered before those whose minute is over are dropped."""


class RefreshedOften(GreenroomError):
    """The user has refreshed too often, so nothing was read."""

    def __init__(self, seconds: float) -> None:
        """Say when the next Refresh is possible."""
        when = f"in {max(1, math.ceil(seconds))} seconds"
        super().__init__(
            f"You have refreshed twice within a minute, and {DISPLAY_NAME} allows only a few calls for everybody. "
            f"Greenroom also reads the figures on its own; you can refresh again {when}."
        )


class RefreshLimit:
    """The vendor calls that each user's Refresh has caused in the last minute."""

    def __init__(self, clock: Clock) -> None:
        """Start without calls."""
        self._clock = clock
        self._budgets: dict[str, CallBudget] = {}

    def check(self, who: str) -> None:
        """Raise `RefreshedOften` if this user's calls are used up."""
        if not self.budget_of(who).left:
            raise RefreshedOften(self.budget_of(who).calls.wait(self._now()))

    def take(self, who: str) -> CallBudget:
        """Record a call of this user's Refresh, and return their budget for further ones. Raises `RefreshedOften`."""
        self.check(who)
        budget = self.budget_of(who)
        budget.spend()
        return budget

    def budget_of(self, who: str) -> CallBudget:
        """The calls that this user's Refresh may cause."""
        if who not in self._budgets and len(self._budgets) >= MAX_USERS:
            self._budgets = {user: one for user, one in self._budgets.items() if one.left < CALLS_A_MINUTE}
        return self._budgets.setdefault(who, CallBudget(CALLS_A_MINUTE, MINUTE, self._now))

    def _now(self) -> float:
        return self._clock.now().timestamp()


def is_fresh(read_at: datetime | None, now: datetime) -> bool:
    """Whether a figure that was read then is too young to be read again."""
    return read_at is not None and now - read_at < FRESH
