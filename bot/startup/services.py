"""Builds the service container of one workspace, and the jobs of its scheduler."""

from __future__ import annotations

import secrets
from datetime import timedelta
from functools import partial

from bot.background import BackgroundTasks
from bot.clock import Clock
from bot.creation.cancel import CancelService
from bot.creation.change.service import ChangeService
from bot.creation.duplicate import DuplicateService
from bot.creation.service import CreationService
from bot.db.connection import Store
from bot.db.locks import SharedLocks
from bot.home.service import HomeTabs
from bot.model.csv_export import csv_file
from bot.model.people import Account
from bot.notices.digests import Digests
from bot.notices.outbox.posted_digests import PostedDigests
from bot.notices.outbox.posted_notices import PostedNotices
from bot.notices.outbox.scheduled_lookup import ScheduledLookup
from bot.notices.outbox.worker import OutboxWorker
from bot.notices.subscriptions.review import SubscriptionReview
from bot.providers.directories import Directories
from bot.providers.directory import Directory
from bot.providers.event_ref import ZOOM
from bot.providers.routing import RoutingProvider
from bot.providers.zoom.directory import ZoomDirectory
from bot.registration.approval import Approvals
from bot.registration.bulk.service import BulkService
from bot.registration.charts import RegistrationCharts
from bot.registration.link_file import LinkFiles
from bot.registration.own_pages.queue import PageQueue
from bot.registration.own_pages.service import OwnPages
from bot.registration.own_pages.tokens import Tokens
from bot.registration.own_pages.urls import PageUrls
from bot.registration.questions import RegistrationQuestions
from bot.registration.registrant_cache import RegistrantCache
from bot.registration.registrar import Registrar
from bot.registration.seats import suggestion_table
from bot.registration.seats import table as seat_table
from bot.registration.seats.service import SeatService
from bot.registration.seats.suggestions import Suggestions
from bot.registration.settings import RegistrationSettings
from bot.reports.follow_up.open_item import FollowUpReminder
from bot.reports.follow_up.opt_outs import OptOuts
from bot.reports.follow_up.service import FollowUpService, FollowUpSources
from bot.reports.recordings.builder import build_recordings
from bot.reports.results_notice import ResultsNotice
from bot.reports.service import ReportService
from bot.scheduler import UPDATES, Scheduler
from bot.services import DAY, Services
from bot.settings import Settings
from bot.slack.channels import Channels
from bot.slack.client import Identity, SlackApi
from bot.slack.deliver import ResultDelivery
from bot.slack.users import Users
from bot.sync.adding import WebinarAdder
from bot.sync.cards import Cards
from bot.sync.drift import Drift
from bot.sync.early_starts import EarlyStarts
from bot.sync.mirror import Mirror
from bot.sync.webhooks.service import Webhooks
from bot.team.copy import TeamCopier
from bot.team.service import TeamService
from bot.webinars.calendar_takers import CalendarTakers
from bot.webinars.host_refusals import HostRefusals
from bot.webinars.permissions import Permissions
from bot.webinars.visibility import Visibility

SWEEP_INTERVAL = timedelta(minutes=5)
COUNT_INTERVAL = timedelta(seconds=15)
DRIFT_INTERVAL = timedelta(minutes=1)
DIGEST_INTERVAL = timedelta(minutes=1)
RECORDING_INTERVAL = timedelta(seconds=30)
RESUME_INTERVAL = timedelta(seconds=30)
WEBHOOK_INTERVAL = timedelta(minutes=1)
REPORT_INTERVAL = timedelta(minutes=1)


def build_services(
    settings: Settings, identity: Identity, store: Store, slack: SlackApi, provider: RoutingProvider, clock: Clock
) -> Services:
    """Build the services for the workspace of `identity`; the scheduler knows its jobs and is not started yet."""
    worker_id = secrets.token_hex(8)
    account = Account(workspace=identity.workspace, provider=provider.name)
    delivery = OutboxWorker(
        worker_id, store, lambda _: slack, clock, workspace=account.workspace, unclear_alerts=settings.unclear_alerts
    )
    scheduler = Scheduler(clock, delivery)
    background = BackgroundTasks()
    results = ResultDelivery(slack, background)
    refusals = HostRefusals(account, store, clock)
    directory = Directories(
        {
            prefix: (ZoomDirectory if prefix == ZOOM else Directory)(one, refusals=refusals)
            for prefix, one in provider.providers.items()
        }
    )
    channels = Channels(slack, clock)
    users = Users(store, slack, clock)
    permissions = Permissions(store, slack, directory)
    shared_locks = SharedLocks(store, account.workspace)
    cards = Cards(store, slack, clock, channels, shared_locks)
    mirror = Mirror(account, store, provider, directory, cards, clock, on_change=partial(scheduler.run_soon, UPDATES))
    seat_service = SeatService(worker_id, account, store, slack, provider, mirror, clock, scheduler)
    team_service = TeamService(worker_id, account, store, slack, results, provider, mirror, clock, scheduler)
    copier = TeamCopier(team_service, mirror, directory, slack, background)
    tokens = Tokens(settings.encryption_key.get_secret_value())
    urls = PageUrls(settings.public_url, tokens)
    registrar = Registrar(worker_id, store, provider, mirror, urls, seat_service.notifier, clock)
    page_queue = PageQueue(worker_id, account, store, mirror, registrar, clock, background)
    reports = ReportService(
        worker_id, account, store, provider, mirror, directory, results, clock, background, suggestion_table.count_sent
    )
    registrants = RegistrantCache(provider, mirror)
    silent = OptOuts(account.workspace, store, clock).for_webinar
    recordings = build_recordings(worker_id, account, store, slack, provider, mirror, clock, silent)
    sources = FollowUpSources(reports.people, seat_table.registered, recordings.shared_link, csv_file)
    posted_notices = PostedNotices(account, store, slack, clock)
    visibility = Visibility(account, store, channels, permissions)
    services = Services(
        account=account,
        clock=clock,
        store=store,
        slack=slack,
        background=background,
        results=results,
        scheduler=scheduler,
        users=users,
        channels=channels,
        locks=shared_locks,
        permissions=permissions,
        visibility=visibility,
        directory=directory,
        mirror=mirror,
        adder=WebinarAdder(mirror.single, provider.providers, mirror.read_unread),
        cards=cards,
        digests=Digests(store, clock, account),
        posted_digests=PostedDigests(account, store, slack, clock),
        posted_notices=posted_notices,
        scheduled_lookup=ScheduledLookup(posted_notices, account, store, slack, clock),
        subscription_review=SubscriptionReview(account.workspace, store, users, permissions, clock),
        creation=CreationService(
            worker_id, account, store, results, provider, directory, cards, mirror, clock, background, copier.copy
        ),
        duplicates=DuplicateService(provider),
        cancellation=CancelService(provider, mirror, scheduler),
        changes=ChangeService(
            worker_id, account, store, results, provider, cards, mirror, clock, scheduler, background
        ),
        team=team_service,
        registration=RegistrationSettings(provider, mirror, clock, scheduler),
        questions=RegistrationQuestions(account, store, provider, clock),
        seats=seat_service,
        calendar_takers=CalendarTakers(account, store, slack, clock, shared_locks),
        suggestions=Suggestions(worker_id, account, store, slack, mirror, seat_service, clock),
        charts=RegistrationCharts(store, provider, slack),
        link_files=LinkFiles(store, provider),
        registrants=registrants,
        approvals=Approvals(provider, registrants, seat_service.approvals),
        registrar=registrar,
        own_pages=OwnPages(urls, tokens, account, store, provider, clock, page_queue),
        page_queue=page_queue,
        bulk=BulkService(worker_id, account, store, mirror, slack, urls, registrar, clock, background),
        recordings=recordings,
        drift=Drift(mirror, team_service, store, shared_locks, clock),
        early_starts=EarlyStarts(provider, mirror, mirror.single.save, clock),
        webhooks=Webhooks(
            worker_id,
            account,
            store,
            slack,
            provider,
            mirror,
            clock,
            background,
            scheduler.wake,
            public_url=settings.public_url,
            others_deliver=settings.others_deliver,
        ),
        reports=reports,
        follow_ups=FollowUpService(
            worker_id, account, store, slack, users, mirror, clock, background, shared_locks, sources
        ),
        home=HomeTabs(account, store, slack, users, visibility, permissions, mirror, clock),
    )
    services.reports.on_ready.extend((ResultsNotice(clock, scheduler.wake), FollowUpReminder(clock)))
    services.webhooks.hints.on_decision = seat_service.approvals.heard
    _schedule(services)
    return services


def _schedule(services: Services) -> None:
    services.scheduler.add("sweep", SWEEP_INTERVAL, services.sweep)
    services.scheduler.add("count", COUNT_INTERVAL, services.count)
    services.scheduler.add("drift", DRIFT_INTERVAL, services.drift.step)
    services.scheduler.add("recordings", RECORDING_INTERVAL, services.recordings.step)
    services.scheduler.add("digest", DIGEST_INTERVAL, services.plan_digests)
    services.scheduler.add("resume", RESUME_INTERVAL, services.resume)
    services.scheduler.add_on_demand(UPDATES, services.update_people)
    services.scheduler.add("webhooks", WEBHOOK_INTERVAL, services.webhooks.maintain)
    services.scheduler.add("reports", REPORT_INTERVAL, services.reports.step)
    services.scheduler.add("daily", DAY, services.daily)
