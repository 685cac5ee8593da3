"""Compares the mirror with the provider at the start and every night, and repairs what differs.

Sweeps see what lists of sessions contain. This reads the rest, one webinar after the other: registrations and shared
links, also of webinars that nobody watches, and teams. When each was read is stored with it, so a run that is
interrupted goes on with those that were not read for longest.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from bot.clock import Clock
from bot.db.connection import Store
from bot.db.locks import SharedLocks
from bot.errors import ProviderBusy, ProviderError, ProviderGone
from bot.model.lifecycle import is_coming_or_live
from bot.model.webinar import Webinar
from bot.providers.base import Caller, Lane
from bot.sync.drift_rules import Check, Part, next_check, run_began
from bot.webinars import card_table

if TYPE_CHECKING:
    from bot.sync.mirror import Mirror

log = logging.getLogger(__name__)

COMPARING = Caller(Lane.UPKEEP, patience=5)
"""A read that cannot be sent within seconds is dropped: it is made a minute later."""
RESERVED = 2
"""Calls of upkeep's budget that are left for counts; one a minute is made all the same."""
MOST_CALLS = 400
"""Calls of one run; what is left is read the next night, first."""


class TeamComparison(Protocol):
    """The teams, as far as the comparison needs them."""

    async def read_times(self) -> Mapping[str, datetime]:
        """When each team that is known was last read, by session id."""
        ...

    async def compare(self, webinar: Webinar, caller: Caller) -> Mapping[str, int]:
        """Read a team (one call), save it, and return the differences by kind."""
        ...


@dataclass
class _Run:
    began: datetime
    session_ids: frozenset[str]
    """The sessions known at its begin: those that were created since are up to date."""
    calls: int = 0


class Drift:
    """The comparison of one account."""

    def __init__(self, mirror: Mirror, teams: TeamComparison, store: Store, locks: SharedLocks, clock: Clock) -> None:
        """Begin a run at the first step."""
        self.most_calls = MOST_CALLS
        self._mirror = mirror
        self._teams = teams
        self._store = store
        self._locks = locks
        self._clock = clock
        self._started_at: datetime | None = None
        self._run: _Run | None = None
        self._read_at: dict[tuple[str, Part], datetime] = {}
        self._team_differences: Counter[str] = Counter()
        self._busy = asyncio.Lock()

    @property
    def repaired(self) -> Counter[str]:
        """The differences repaired since the start, by kind, including those that sweeps and counts have found."""
        return self._mirror.repaired + self._team_differences

    async def step(self) -> None:
        """Read the next part, and more while upkeep has calls to spare. Raises no `ProviderError`."""
        if self._busy.locked():
            return
        async with self._busy:
            run = await self._current_run()
            while run.calls < self.most_calls and (check := await self._next(run)):
                before = self._mirror.budget.left
                if not await self._read(check, run):
                    return
                run.calls += max(1, before - self._mirror.budget.left)
                if self._mirror.budget.left <= RESERVED:
                    return

    async def _current_run(self) -> _Run:
        now = self._clock.now()
        self._started_at = self._started_at or now
        began = run_began(self._started_at, now)
        if self._run is None or self._run.began != began:
            known = await self._upcoming(now)
            self._run = _Run(began, frozenset(webinar.session_id for webinar in known))
            ids = self._run.session_ids
            self._read_at = {key: at for key, at in self._read_at.items() if key[0] in ids}
        return self._run

    async def _next(self, run: _Run, session_ids: frozenset[str] | None = None) -> Check | None:
        wanted = run.session_ids if session_ids is None else session_ids
        known = [one for one in await self._upcoming(self._clock.now()) if one.session_id in wanted]
        async with self._store.read() as db:
            with_cards = {card.session_id for card in await card_table.list_all(db, self._mirror.account)}
        teams = await self._teams.read_times()
        read_at = {**self._read_at}
        for session_id, at in teams.items():
            read_at[session_id, Part.TEAM] = max(at, read_at.get((session_id, Part.TEAM), at))
        return next_check(known, with_cards | teams.keys(), read_at, run.began)

    async def _upcoming(self, now: datetime) -> list[Webinar]:
        return [webinar for webinar in await self._mirror.everything(now) if is_coming_or_live(webinar, now)]

    async def _read(self, check: Check, run: _Run) -> bool:
        """Read a part, unless another replica has read it meanwhile. False if there is no call to spare now."""
        session_id = check.webinar.session_id
        try:
            async with self._locks.hold("drift", session_id):
                due = await self._next(run, frozenset({session_id}))
                if due is None or due.part is not check.part:
                    return True
                await self._compare(due)
        except ProviderBusy:
            return False
        except ProviderError as error:
            extra = {"session": session_id, "part": check.part, "reason": error.sentence}
            log.warning("drift.check_failed", extra=extra)
        self._read_at[session_id, check.part] = self._clock.now()
        return True

    async def _compare(self, check: Check) -> None:
        if check.part is Part.REGISTRATION:
            await self._mirror.compare(check.webinar.session_id, COMPARING)
            return
        self._mirror.budget.spend()
        try:
            self._team_differences.update(await self._teams.compare(check.webinar, COMPARING))
        except ProviderGone:
            await self._mirror.compare(check.webinar.session_id, COMPARING)  # it may have been deleted
