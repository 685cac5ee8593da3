"""Furnishes the room: makes the operations of one workspace and its account, and ties them together."""

from __future__ import annotations

import secrets
from datetime import timedelta

from bot.announcing import Announcing
from bot.cancelling import Cancelling
from bot.clock import Clock
from bot.clockwork import Clockwork
from bot.creating import Creating
from bot.delivery import Delivery, forget_notices
from bot.digests import Digests
from bot.directory import Directory
from bot.door import Door
from bot.enrolling import Enrolling
from bot.inviting import Inviting
from bot.inviting.briefing import Briefing
from bot.link_files import LinkFiles
from bot.mirror import Mirror
from bot.models import Account
from bot.organisers import Organisers
from bot.own_pages.service import OwnPages
from bot.own_pages.tokens import Tokens
from bot.people import People
from bot.picture import Pictures
from bot.providers import WebinarProvider
from bot.room import Room
from bot.seating import Seating
from bot.seating.ushering import Ushering
from bot.settings import Settings
from bot.slack_api import Identity, SlackApi
from bot.store import drafts
from bot.store.connection import Store
from bot.tasks import Tasks
from bot.telling import Telling

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
    creating = Creating(me, account, store, provider, directory, clock)
    telling = Telling(store, slack, creating, announcing, mirror, tasks)
    digests = Digests(store, clock, account)
    seating = Seating(me, account, store, provider, mirror, clock)
    ushering = Ushering(me, account, store, slack, seating, mirror, clock, lambda: clockwork.poke())

    async def sweep() -> None:
        if not directory.is_read:
            await directory.refresh()
        await mirror.keep_up()

    async def daily() -> None:
        await directory.refresh()
        async with store.write() as db:
            await drafts.forget_before(db, account.workspace, clock.now() - KEEP_DRAFTS)
            await inviting.forget_old(db)
        await forget_notices(store, clock.now() - KEEP_NOTICES)
        await ushering.forget_ended()
        await enrolling.tidy()

    async def recover() -> None:
        await telling.recover()
        await ushering.recover()
        await briefing.recover()
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
    inviting = Inviting(me, account, store, provider, mirror, clock)
    briefing = Briefing(store, slack, inviting, mirror, clock, clockwork.poke)
    cancelling = Cancelling(provider, mirror, clockwork.poke)
    tokens = Tokens(settings.encryption_key.get_secret_value())
    own_pages = OwnPages(settings.public_url, tokens, account, store, provider, clock, lambda: enrolling.poke())
    enrolling = Enrolling(me, account, store, provider, mirror, slack, own_pages, ushering, clock, tasks)
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
        creating=creating,
        telling=telling,
        cancelling=cancelling,
        inviting=inviting,
        briefing=briefing,
        door=Door(provider, mirror, clock, clockwork.poke),
        seating=seating,
        ushering=ushering,
        pictures=Pictures(store, provider, slack),
        link_files=LinkFiles(store, provider),
        own_pages=own_pages,
        enrolling=enrolling,
        clockwork=clockwork,
    )
