"""What a channel is subscribed to, and which notices are planned for it."""

from __future__ import annotations

from datetime import timedelta

from bot.notices.model import NoticeKind, NoticeState
from bot.notices.outbox import notice_table
from bot.notices.quiet_hours import ChannelHours
from bot.notices.subscriptions import table as subscription_table
from bot.notices.subscriptions.model import Features, Scope, Subscription
from sandbox.slack import Message
from tests.support.world import World

LAUNCH = "C0LAUNCH"


async def subscriptions_of(world: World, channel_id: str = LAUNCH) -> list[Subscription]:
    """The subscriptions of a channel."""
    services = world.bot.services
    async with services.store.read() as db:
        return await subscription_table.of_channel(db, services.account.workspace, channel_id)


async def subscribed_features(world: World, channel_id: str = LAUNCH) -> list[tuple[Scope, Features, str]]:
    """The same in short: scope, features, and who set them."""
    return [(line.scope, line.features, line.set_by) for line in await subscriptions_of(world, channel_id)]


async def channel_hours(world: World) -> ChannelHours | None:
    """The hours of #launch."""
    services = world.bot.services
    async with services.store.read() as db:
        return (await subscription_table.hours_of(db, services.account.workspace, [LAUNCH])).get(LAUNCH)


async def planned_notices(world: World, channel_id: str = LAUNCH) -> list[tuple[str, NoticeKind, timedelta]]:
    """The notices planned for a channel: title, kind, and offset before the start."""
    services = world.bot.services
    async with services.store.read() as db:
        rows = await notice_table.of_channel(db, services.account.workspace, channel_id, world.clock.now())
        titles = {webinar.session_id: webinar.title for webinar in await services.mirror.everything()}
    waiting = [row.notice for row in rows if row.state in (NoticeState.PLANNED, NoticeState.BATCHED)]
    return [(titles[one.session_id], one.kind, one.offset) for one in waiting]


async def reminded_webinars(world: World, channel_id: str = LAUNCH) -> set[str]:
    """The titles of the webinars with a planned reminder in a channel."""
    return {title for title, kind, _ in await planned_notices(world, channel_id) if kind is NoticeKind.REMINDER}


async def create_webinar(
    world: World, user: str = "chloe", title: str = "Launch day", announce: str | None = None
) -> None:
    """Create a webinar and close the result."""
    await world.create(user, title, fields={"Announce in": announce} if announce else None)
    await world.slack.close(user, world.slack.view(user), clear=True)


async def reply_to(world: World, user: str, text: str, channel: str = "#launch") -> str:
    """Type a command; return the text of the reply."""
    await world.command(user, channel, text)
    return world.last(channel, user).words


def public_messages(world: World, channel: str = "#launch") -> list[Message]:
    """The messages in a channel that everybody sees."""
    return [message for message in world.slack.messages(channel) if message.ephemeral_to is None]
