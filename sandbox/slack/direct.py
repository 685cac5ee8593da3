"""Direct messages of the app with several people (https://docs.slack.dev/reference/methods/conversations.open)."""

from __future__ import annotations

from sandbox.slack.errors import SlackError
from sandbox.slack.model import Channel
from sandbox.slack.world import World

MOST_PEOPLE = 8  # besides the app


def people(world: World, users: str) -> list[str]:
    """The ids in a list with commas, each once, in its order; SlackError if it is not a list of people."""
    wanted = list(dict.fromkeys(one.strip() for one in users.split(",") if one.strip()))
    if not wanted:
        raise SlackError("users_list_not_supplied")
    if any(one not in world.people or one == world.bot.id for one in wanted):
        raise SlackError("user_not_found")
    if len(wanted) > MOST_PEOPLE:
        raise SlackError("too_many_users")
    return wanted


def group(world: World, users: list[str], *, create: bool) -> Channel:
    """The group DM of the app with exactly these people; SlackError if there is none and it is not to be created."""
    members = {*users, world.bot.id}
    for channel in world.channels.values():
        if channel.kind == "mpim" and set(channel.members) == members:
            return channel
    if not create:
        raise SlackError("channel_not_found")
    names = "--".join(sorted(world.people[user].name for user in members))
    channel = Channel(world.new_id("C"), f"mpdm-{names}-1", "mpim", [*users, world.bot.id])
    world.channels[channel.id] = channel
    world.changed()
    return channel
