"""No command ends without a way on: a missing webinar or channel is chosen in the reply."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from bot.commands.verbs import VERBS
from handlers.webinar_choice_texts import VERBS as PICKERS
from tests.support.world import running_world

if TYPE_CHECKING:
    from sandbox.slack import Message, View
    from tests.support.world import World

WITHOUT_WEBINAR = {"create", "add", "list", "subscribe", "unsubscribe", "subscriptions", "settings", "help"}
"""Verbs that need no webinar; `subscribe` and `unsubscribe` can have one after "for"."""
AFTER = {"report", "recording", "followup"}


def ids(shown: Message | View) -> set[str]:
    """The action ids of what can be clicked or chosen."""
    body = shown.blocks
    elements = [one for block in body for one in [*block.get("elements", ()), block.get("accessory") or {}]]
    return {str(one["action_id"]) for one in elements if "action_id" in one}


async def reply(world: World, channel: str, text: str) -> Message | View:
    """What Ana sees after this command: a modal or a message."""
    await world.command("ana", channel, text)
    stack = world.slack.view_stack("ana")
    if not stack:
        return world.last(channel, "ana")
    view = world.slack.view("ana")
    await world.slack.close("ana", view, clear=True)
    return view


def prepared(world: World) -> None:
    """Two webinars to come and two that are over, whose titles have a word in common."""
    now = world.clock.now()
    for title, days in (("Launch day", 2), ("Launch night", 3), ("Launch past", -2), ("Launch gone", -3)):
        made = world.ringcentral.create(title, now + timedelta(days=days), settings={"registrationEnabled": True})
        assert made


async def test_every_command_without_a_webinar_or_a_channel_has_a_way_on(tmp_path: Path) -> None:
    """In a channel and in a direct message: with no webinar typed, and with words that several match."""
    assert PICKERS.keys() | WITHOUT_WEBINAR == set(VERBS) | {"subscribe", "unsubscribe", "remind me"}
    async with running_world(tmp_path, prepare=prepared) as world:
        for channel in ("#launch", "@ana"):
            for verb in sorted(PICKERS):
                about = "for " if verb in WITHOUT_WEBINAR else ""
                for words in ("", f"{about}launch"):
                    shown = await reply(world, channel, f"{verb} {words}".strip())
                    goes_on = {PICKERS[verb][1], "command.in_channel", "list.open", "follow.change"}
                    assert ids(shown) & goes_on, (channel, verb, words, shown.words)
        await _destinations(world)


async def _destinations(world: World) -> None:
    """A channel that is missing is chosen in the reply, and the rest of the command is kept."""
    shown = await reply(world, "@ana", "share launch night")
    assert "Where should *Launch night* be announced?" in shown.words
    await world.click("ana", shown, "webinar.share_in", value="#marketing")
    assert "Launch night" in next(one for one in world.slack.messages("#marketing") if not one.ephemeral_to).words

    shown = await reply(world, "@ana", "share launch")
    assert "Share" in shown.buttons
    await world.click("ana", shown, "Share")
    assert "webinar.share_in" in ids(world.last("@ana", "ana"))

    shown = await reply(world, "@ana", "subscribe live for launch day")
    assert "about Launch day be posted?" in shown.words
    await world.click("ana", shown, "command.in_channel", value="#marketing")
    assert "Launch day" in world.last("@ana", "ana").words
    shown = await reply(world, "#marketing", "subscriptions")
    assert "Launch day" in shown.words
    shown = await reply(world, "@ana", "subscriptions")
    await world.click("ana", shown, "command.in_channel", value="#marketing")
    assert "Launch day" in world.last("@ana", "ana").words

    shown = await reply(world, "@ana", "remind launch night 2h")
    assert "command.in_channel" in ids(shown)
