"""What people do in conversations (write, join, leave, rename, archive), with the events that the app gets."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

from sandbox.slack import directory, escaping, message_events, scopes, seed, threads
from sandbox.slack.errors import SlackError
from sandbox.slack.model import Channel, Event, Json, Message, Person
from sandbox.slack.world import World


async def say(
    world: World, person: Person, channel: Channel, text: str, thread_ts: str | None = None, *, broadcast: bool = False
) -> Message:
    """Post a message of a person, or a reply. LookupError if there is no such thread."""
    try:
        threads.check(world, channel.id, thread_ts)
    except SlackError as error:
        raise LookupError(f"A reply is not possible here: {error.code}.") from error
    words = escaping.mentions(world, text)
    line = Message(channel.id, world.new_ts(), person.id, person.real_name, words, thread_ts=thread_ts or None)
    line.broadcast = broadcast and threads.is_reply(line)
    world.add(line)
    threads.attach(world, line)
    await notify(world, message_events.posted(world, line))
    return line


async def join(world: World, channel: Channel, person: Person, inviter: str = "") -> None:
    """Add a person or the app; no effect on members. LookupError in a DM."""
    _refuse_direct(channel)
    if person.id in channel.members:
        return
    channel.members.append(person.id)
    body = _membership("member_joined_channel", channel, person)
    await notify(world, _to_members(world, channel, body | ({"inviter": inviter} if inviter else {})))


async def leave(world: World, channel: Channel, person: Person, actor: str = "") -> None:
    """Remove a person or the app; no effect on people who are not members. LookupError in a DM."""
    _refuse_direct(channel)
    if person.id not in channel.members:
        return
    channel.members.remove(person.id)
    if person is world.bot:  # not a member any more, so it gets an event of its own
        body = {"type": _of_kind(channel, "left"), "channel": channel.id, "actor_id": actor}
        await notify(world, [_event(channel, body)])
    else:
        await notify(world, _to_members(world, channel, _membership("member_left_channel", channel, person)))


async def archive(world: World, channel: Channel, person: Person, *, archived: bool) -> None:
    """Archive a channel, or restore it."""
    _refuse_direct(channel)
    if channel.archived is archived:
        return
    channel.archived = archived
    kind = _of_kind(channel, "archive" if archived else "unarchive")
    await notify(world, _to_readers(world, channel, {"type": kind, "channel": channel.id, "user": person.id}))


async def rename(world: World, channel: Channel, name: str) -> None:
    """Give a channel another name. ValueError if it is taken."""
    _refuse_direct(channel)
    if any(other.name == name for other in world.channels.values() if other.kind not in ("dm", "mpim")):
        raise ValueError(f"There is already a channel #{name}.")
    channel.name = name
    changed = {"id": channel.id, "name": name, "name_normalized": name, "created": directory.FOUNDED}
    await notify(world, _to_readers(world, channel, {"type": _of_kind(channel, "rename"), "channel": changed}))


async def change_profile(world: World, person: Person, profile: dict[str, str]) -> None:
    """Change fields of a person's profile, by Slack's names."""
    person.profile |= profile
    body = {"type": "user_change", "user": directory.user(world, person), "cache_ts": int(world.now())}
    await notify(world, [Event("user_change", body, "users:read")])


async def notify(world: World, events: Iterable[Event]) -> None:
    """Announce a change; wait for the app's first response to each event."""
    world.changed()
    await asyncio.gather(*world.emit(events))


def uninstalled() -> list[Event]:
    """The events of an uninstallation, which an app gets in any order."""
    revoked = {"type": "tokens_revoked", "tokens": {"oauth": [], "bot": [seed.BOT_USER]}}
    return [Event("tokens_revoked", revoked), Event("app_uninstalled", {"type": "app_uninstalled"})]


def _membership(kind: str, channel: Channel, person: Person) -> Json:
    return {"type": kind, "user": person.id, "channel": channel.id, "channel_type": "C", "team": person.team_id}


def _to_members(world: World, channel: Channel, body: Json) -> list[Event]:
    """For channels that the app is in: https://docs.slack.dev/reference/events/member_joined_channel"""
    return [_event(channel, body)] if world.bot.id in channel.members else []


def _to_readers(world: World, channel: Channel, body: Json) -> list[Event]:
    """For public channels, and private ones that the app is in."""
    is_public = channel.kind in ("public", "shared")
    return [_event(channel, body)] if is_public or world.bot.id in channel.members else []


def _event(channel: Channel, body: Json) -> Event:
    return Event(body["type"], body, scopes.READ[channel.kind], channel.kind == "shared")


def _of_kind(channel: Channel, what: str) -> str:
    return f"{'channel' if channel.kind in ('public', 'shared') else 'group'}_{what}"


def _refuse_direct(channel: Channel) -> None:
    if channel.kind in ("dm", "mpim"):
        raise LookupError("This is not possible in a direct message.")
