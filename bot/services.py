"""The service container of one workspace and its account."""

from __future__ import annotations

import asyncio
import math
from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from bot.notices.outbox.announcing import being_announced
from bot.retention import Job, Retention

if TYPE_CHECKING:
    from bot.background import BackgroundTasks
    from bot.clock import Clock
    from bot.creation.cancel import CancelService
    from bot.creation.change.service import ChangeService
    from bot.creation.duplicate import DuplicateService
    from bot.creation.service import CreationService
    from bot.db.connection import Store
    from bot.db.locks import SharedLocks
    from bot.home.service import HomeTabs
    from bot.model.people import Account
    from bot.model.webinar import Webinar
    from bot.notices.digests import Digests
    from bot.notices.outbox.posted_digests import PostedDigests
    from bot.notices.outbox.posted_notices import PostedNotices
    from bot.notices.outbox.scheduled_lookup import ScheduledLookup
    from bot.notices.subscriptions.review import SubscriptionReview
    from bot.providers.directories import Directories
    from bot.registration.approval import Approvals
    from bot.registration.bulk.service import BulkService
    from bot.registration.charts import RegistrationCharts
    from bot.registration.link_file import LinkFiles
    from bot.registration.own_pages.queue import PageQueue
    from bot.registration.own_pages.service import OwnPages
    from bot.registration.questions import RegistrationQuestions
    from bot.registration.registrant_cache import RegistrantCache
    from bot.registration.registrar import Registrar
    from bot.registration.seats.service import SeatService
    from bot.registration.seats.suggestions import Suggestions
    from bot.registration.settings import RegistrationSettings
    from bot.reports.follow_up.service import FollowUpService
    from bot.reports.recordings.service import Recordings
    from bot.reports.service import ReportService
    from bot.scheduler import Scheduler
    from bot.slack.channels import Channels
    from bot.slack.client import SlackApi
    from bot.slack.deliver import ResultDelivery
    from bot.slack.users import Users
    from bot.sync.adding import WebinarAdder
    from bot.sync.cards import Cards
    from bot.sync.drift import Drift
    from bot.sync.early_starts import EarlyStarts
    from bot.sync.mirror import Mirror
    from bot.sync.webhooks.service import Webhooks
    from bot.team.service import TeamService
    from bot.webinars.calendar_takers import CalendarTakers
    from bot.webinars.permissions import Permissions
    from bot.webinars.visibility import Visibility

DAY = timedelta(days=1)
NO_DATABASE = "The database does not answer, or its disk is full."
NO_SCHEDULER = "Notices are not delivered: the scheduler has stopped, hangs, or cannot save its results."


@dataclass(frozen=True)
class Services:
    """The services of one workspace and its account."""

    account: Account
    clock: Clock
    store: Store
    slack: SlackApi
    background: BackgroundTasks
    results: ResultDelivery
    scheduler: Scheduler
    users: Users
    channels: Channels
    locks: SharedLocks
    permissions: Permissions
    visibility: Visibility
    directory: Directories
    mirror: Mirror
    adder: WebinarAdder
    cards: Cards
    digests: Digests
    posted_digests: PostedDigests
    posted_notices: PostedNotices
    scheduled_lookup: ScheduledLookup
    subscription_review: SubscriptionReview
    creation: CreationService
    duplicates: DuplicateService
    cancellation: CancelService
    changes: ChangeService
    team: TeamService
    registration: RegistrationSettings
    questions: RegistrationQuestions
    approvals: Approvals
    seats: SeatService
    calendar_takers: CalendarTakers
    suggestions: Suggestions
    charts: RegistrationCharts
    link_files: LinkFiles
    registrants: RegistrantCache
    registrar: Registrar
    own_pages: OwnPages
    page_queue: PageQueue
    bulk: BulkService
    drift: Drift
    early_starts: EarlyStarts
    webhooks: Webhooks
    reports: ReportService
    recordings: Recordings
    follow_ups: FollowUpService
    home: HomeTabs
    errors: Counter[str] = field(default_factory=Counter)
    """How often users saw an error of each kind since the start."""

    async def problems(self) -> dict[str, str]:
        """Why the bot cannot serve now, by part: `database`, `scheduler`, `slack`. Empty if it can.

        Calls Slack at most once in 30 seconds, and only if nothing else has.
        """
        is_usable, slack = await asyncio.gather(self.store.is_usable(), self.slack.availability.problem())
        found = {
            "database": "" if is_usable else NO_DATABASE,
            "scheduler": "" if self.scheduler.is_alive else NO_SCHEDULER,
            "slack": slack,
        }
        return {part: reason for part, reason in found.items() if reason}

    async def sweep(self) -> None:
        """Read the directory once, then keep the mirror current."""
        await self.directory.refresh(max_age=math.inf)
        await self.mirror.sync()
        await self.questions.read_outdated()
        await self.seats.approvals.poll()

    async def count(self) -> None:
        """Make the next upkeep calls: what is active before its start, and the count that is most overdue."""
        if await self.early_starts.look():
            self.scheduler.wake()
        await self.mirror.count_next()

    async def resume(self) -> None:
        """Resume the operations whose lease expired, and keep open Home tabs current."""
        await self.creation.resume()
        await self.changes.resume()
        waiting = await self._announced_first()
        await self.seats.resume(waiting)
        await self.suggestions.resume()
        await self.team.resume(waiting)
        await self._update_takers(waiting)
        await self.posted_digests.update_outdated()
        if await self.scheduled_lookup.run():
            self.scheduler.wake()
        await self.posted_notices.update_outdated()
        self.registrants.drop_expired()
        await self.bulk.resume()
        self.page_queue.wake()
        await self.webhooks.resume()
        await self.reports.resume()
        await self.follow_ups.resume()
        await self.home.publish_changed()

    async def update_people(self) -> None:
        """Update what names a webinar or its team: the messages and calendars of people, the cards, the Home tabs."""
        waiting = await self._announced_first()
        await self.seats.notifier.refresh_calendars(waiting)
        await self.team.notifier.update_outdated(waiting)
        coming = await self._update_takers(waiting)
        await self.cards.update_all(self.account, coming)
        await self.posted_notices.update_outdated()
        await self.home.publish_changed()

    async def _announced_first(self) -> frozenset[str]:
        """Deliver the notices that explain the files to come. The sessions whose notices are still under way."""
        await self.scheduler.deliver()
        async with self.store.read() as db:
            return await being_announced(db, self.account.workspace, self.clock.now())

    async def _update_takers(self, waiting: frozenset[str]) -> list[Webinar]:
        coming = await self.mirror.everything(self.clock.now())
        await self.calendar_takers.update_outdated(one for one in coming if one.session_id not in waiting)
        return coming

    async def plan_digests(self) -> None:
        """Plan the digests that are due."""
        if await self.digests.plan_due():
            self.scheduler.wake()

    async def daily(self) -> None:
        """Refresh the directory, and delete what is kept for a limited time."""
        await self.directory.refresh(max_age=DAY.total_seconds() / 2)  # read on start already
        await self.subscription_review.run()
        self.scheduler.wake()
        await self.locks.forget_expired()
        await Retention(self.account, self.store, self.clock, self.retention_jobs).run()

    @property
    def retention_jobs(self) -> dict[str, Job]:
        """The jobs that delete what these services keep for a limited time, by their rule."""
        return {
            "changes": self.changes.forget_old,
            "follow_ups": self.follow_ups.delete_old,
            "host_refusals": self.directory.forget_refusals,
            "lists": self.bulk.delete_old,
            "recordings": self.recordings.forget_ended,
            "refreshes": self.mirror.refreshes.forget_old,
            "seats": self.seats.forget_ended,
            "suggestions": self.suggestions.forget_ended,
            "team_changes": self.team.forget_drafts,
            "teams": self.team.forget_ended,
            "webhooks": self.webhooks.forget_old,
        }
