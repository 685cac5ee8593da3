"""Furnishes the room: makes the operations of one workspace and its account, and ties them together."""

from __future__ import annotations

import secrets
from datetime import timedelta

from bot.announcing import Announcing
from bot.cancelling import Cancelling
from bot.clock import Clock
from bot.clockwork import Clockwork
from bot.creation.service import CreationService
from bot.delivery import Delivery, forget_notices
from bot.digests import Digests
from bot.directory import Directory
from bot.door import Door
from bot.enrolling import Enrolling
from bot.inviting.service import TeamService
from bot.link_files import LinkFiles
from bot.mirror import Mirror
from bot.models import Account
from bot.organisers import Organisers
from bot.own_pages import OwnPages
from bot.people import People
from bot.picture import Pictures
from bot.providers import WebinarProvider
from bot.room import Room
from bot.seating.service import SeatService
from bot.settings import Settings
from bot.slack_api import Identity, SlackApi
from bot.store import drafts
from bot.store.connection import Store
from bot.tasks import Tasks
from bot.tokens import Tokens

KEEP_DRAFTS = timedelta(days=7)
"""A form that nobody came back to for so long is forgotten."""
KEEP_NOTICES = timedelta(days=90)
"""What was said, or was not, can be looked up for so long."""


def furnished(
    settings: Settings, identity: Identity, store: Store, slack: SlackApi, provider: WebinarProvider, clock: Clock
) -> Room:
    """Everything that a conversation needs, for the workspace of `identity`; the clockwork is not started yet."""
    me = secrets.token_hex(8)
    account = Account(workspace=identity.workspace, provider=provider.name)
    tasks = Tasks()
    directory = Directory(provider)
    announcing = Announcing(store, slack, clock)
    mirror = Mirror(account, store, provider, directory, announcing, clock)
    creation = CreationService(me, account, store, slack, provider, directory, announcing, mirror, clock, tasks)
    digests = Digests(store, clock, account)
    seats = SeatService(me, account, store, slack, provider, mirror, clock, lambda: clockwork.poke())

    async def sweep() -> None:
        if not directory.is_read:
            await directory.refresh()
        await mirror.keep_up()

    async def daily() -> None:
        await directory.refresh()
        async with store.write() as db:
            await drafts.forget_before(db, account.workspace, clock.now() - KEEP_DRAFTS)
            await team.forget_old(db)
        await forget_notices(store, clock.now() - KEEP_NOTICES)
        await seats.forget_ended()
        await enrolling.tidy()

    async def recover() -> None:
        await creation.resume()
        await seats.resume()
        await team.resume()
        await enrolling.work()

    async def digest() -> None:
        if await digests.plan_due():
            clockwork.poke()

    delivery = Delivery(
        me, store, lambda _: slack, clock, workspace=account.workspace, unclear_alerts=settings.unclear_alerts
    )
    clockwork = Clockwork(
        clock, delivery, sweep=sweep, count=mirror.count_next, digest=digest, recover=recover, daily=daily
    )
    team = TeamService(me, account, store, slack, provider, mirror, clock, clockwork.poke)
    cancelling = Cancelling(provider, mirror, clockwork.poke)
    tokens = Tokens(settings.encryption_key.get_secret_value())
    own_pages = OwnPages(settings.public_url, tokens, account, store, provider, clock, lambda: enrolling.poke())
    enrolling = Enrolling(me, account, store, provider, mirror, slack, own_pages, seats.notifier, clock, tasks)
    return Room(
        account=account,
        clock=clock,
        store=store,
        slack=slack,
        tasks=tasks,
        people=People(store, slack, clock),
        organisers=Organisers(store, slack, directory),
        directory=directory,
        mirror=mirror,
        announcing=announcing,
        creation=creation,
        cancelling=cancelling,
        team=team,
        door=Door(provider, mirror, clock, clockwork.poke),
        seats=seats,
        pictures=Pictures(store, provider, slack),
        link_files=LinkFiles(store, provider),
        own_pages=own_pages,
        enrolling=enrolling,
        clockwork=clockwork,
    )
