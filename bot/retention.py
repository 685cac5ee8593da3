"""Deletes the data whose time has passed: one job for each rule of `bot/model/retention.py`."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.clock import Clock
from bot.creation import draft_table
from bot.creation import table as creation_table
from bot.db.connection import Store
from bot.db.limit_rows import forget_days
from bot.model.people import Account
from bot.model.retention import keep
from bot.notices.outbox.cleanup import forget_notices
from bot.notices.subscriptions import table as subscription_table
from bot.reports.cleanup import forget_begun
from bot.slack import user_table
from bot.webinars.past import forget_calendars, forget_webinars

BATCH = 100
"""Webinars deleted in one transaction, so that it does not block other writers."""

Job = Callable[[], Awaitable[object]]


@dataclass(frozen=True)
class Retention:
    """The jobs that delete what is kept for a limited time."""

    account: Account
    store: Store
    clock: Clock
    of_services: Mapping[str, Job]
    """The jobs of services that know more about their rows."""

    @property
    def jobs(self) -> dict[str, Job]:
        """Each job by the name of its rule."""
        return {
            "calendars": self._calendars,
            "creations": self._creations,
            "day_counts": self._day_counts,
            "drafts": self._drafts,
            "notices": self._notices,
            "people": self._people,
            "reports": self._reports,
            "subscriptions": self._subscriptions,
            **self.of_services,
            # The last one: the others find out from the table of webinars which ones are over.
            "webinars": self._webinars,
        }

    async def run(self) -> None:
        """Run every job, also after one has failed; raise the first error at the end, so that it is logged."""
        errors: list[Exception] = []
        for job in self.jobs.values():
            try:
                await job()
            except Exception as error:  # noqa: BLE001 - raised below
                errors.append(error)
        if errors:
            raise errors[0]

    def _before(self, job: str) -> datetime:
        return self.clock.now() - keep(job)

    async def _calendars(self) -> None:
        async with self.store.write() as db:
            await forget_calendars(db, self.account, self._before("calendars"))

    async def _creations(self) -> None:
        async with self.store.write() as db:
            await creation_table.forget_ended(db, self.account, self._before("creations"))

    async def _day_counts(self) -> None:
        async with self.store.write() as db:
            await forget_days(db, self._before("day_counts"))

    async def _drafts(self) -> None:
        async with self.store.write() as db:
            await draft_table.forget_before(db, self.account.workspace, self._before("drafts"))

    async def _notices(self) -> None:
        await forget_notices(self.store, self._before("notices"))

    async def _people(self) -> None:
        async with self.store.write() as db:
            await user_table.forget_before(db, self.account.workspace, self._before("people"))

    async def _reports(self) -> None:
        async with self.store.write() as db:
            await forget_begun(db, self.account, self._before("reports"))

    async def _subscriptions(self) -> None:
        async with self.store.write() as db:
            await subscription_table.forget_ended(db, self.account, self._before("subscriptions"))

    async def _webinars(self) -> None:
        deleted = BATCH
        while deleted == BATCH:
            async with self.store.write() as db:
                deleted = await forget_webinars(db, self.account, self._before("webinars"), BATCH)
