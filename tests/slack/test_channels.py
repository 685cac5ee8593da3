"""Who reads a channel: what is asked of Slack, and for how long the answer counts."""

from __future__ import annotations

from datetime import timedelta

from bot.slack.channels import Channels
from sandbox.slack import Channel
from tests.support.world import World


def calls(world: World) -> list[str]:
    """The lookups of channels since the last time."""
    found = [call.method for call in world.slack.calls if call.method.startswith("conversations.")]
    world.slack.calls.clear()
    return found


async def channels_of(world: World) -> Channels:
    """With an empty cache, by the movable clock."""
    calls(world)
    return Channels(world.bot.services.slack, world.clock)


async def test_a_public_channel_needs_no_list_of_members(world: World) -> None:
    """For a member of the workspace; one call for two minutes."""
    channels = await channels_of(world)
    finn = await world.bot.services.users.get(world.bot.services.account.workspace, "U0FINN")
    for _ in range(3):
        assert await channels.readable(finn, {"C0RANDOM"}) == {"C0RANDOM"}
    assert calls(world) == ["conversations.info"]

    world.clock.move(timedelta(minutes=2))
    await channels.readable(finn, {"C0RANDOM"})

    assert calls(world) == ["conversations.info"]


async def test_a_guest_reads_only_where_they_are(world: World) -> None:
    """Two calls for each channel, and none again for two minutes."""
    channels = await channels_of(world)
    gia = await world.bot.services.users.get(world.bot.services.account.workspace, "U0GIA")
    for _ in range(2):
        assert await channels.readable(gia, {"C0LAUNCH", "C0RANDOM"}) == {"C0LAUNCH"}
    assert sorted(calls(world)) == [*["conversations.info"] * 2, *["conversations.members"] * 2]


async def test_a_channel_without_the_bot_is_read_by_nobody(world: World) -> None:
    """Slack does not show it to us; it is not asked again at once."""
    channels = await channels_of(world)
    ana = await world.bot.services.users.get(world.bot.services.account.workspace, "U0ANA")
    for _ in range(2):
        assert await channels.readable(ana, {"C0BOARD"}) == frozenset()
    assert calls(world) == ["conversations.info"]


async def test_many_channels_are_listed_with_one_call(world: World) -> None:
    """Slack's limit for single lookups would be used up."""
    many = {f"C0MANY{number:02}" for number in range(30)}
    world.slack.world.channels |= {key: Channel(key, key.lower(), "public", [], "") for key in many}
    channels = await channels_of(world)
    finn = await world.bot.services.users.get(world.bot.services.account.workspace, "U0FINN")

    assert await channels.readable(finn, {*many, "C0GONE"}) == many
    assert await channels.readable(finn, many) == many

    assert calls(world) == ["conversations.list"]


async def test_a_channel_that_slack_reports_on_is_looked_up_again(world: World) -> None:
    """With its members; other channels stay as they are."""
    channels = await channels_of(world)
    gia = await world.bot.services.users.get(world.bot.services.account.workspace, "U0GIA")
    both = {"C0LAUNCH", "C0RANDOM"}
    await channels.readable(gia, both)
    calls(world)

    world.slack.world.channels["C0RANDOM"].members.append("U0GIA")
    channels.forget("C0RANDOM")

    assert await channels.readable(gia, both) == both
    assert calls(world) == ["conversations.info", "conversations.members"]


async def test_what_slack_reports_during_a_lookup_is_not_lost(world: World) -> None:
    """An answer that was on its way when the report came is used once, and not kept."""
    channels = await channels_of(world)
    gia = await world.bot.services.users.get(world.bot.services.account.workspace, "U0GIA")
    world.slack.on_change.append(lambda: channels.forget("C0LAUNCH"))  # each call of the stand-in is a change
    await channels.readable(gia, {"C0LAUNCH"})
    many = {f"C0MANY{number:02}" for number in range(30)}
    await channels.readable(gia, many)
    calls(world)
    world.slack.on_change.pop()

    await channels.readable(gia, {"C0LAUNCH"})
    await channels.readable(gia, many)

    assert calls(world) == ["conversations.info", "conversations.members", "conversations.list"]
