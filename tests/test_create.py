"""Creating a webinar from Slack, from the command to the card."""

from __future__ import annotations

from tests.world import World


async def test_create_makes_one_webinar_and_its_card_with_two_calls(world: World) -> None:
    """The main job: a command, a form, two vendor calls, the result in the same place, a card in the channel."""
    before = len(world.vendor_calls())

    result = await world.create("chloe", "Launch day", **{"Announce in": "#launch"})

    assert result.title == "Webinar created"
    assert "Start as Host" in result.buttons
    (card,) = [message for message in world.slack.messages("#launch") if message.bot and not message.ephemeral_to]
    assert "Launch day" in card.words
    calls = [call for call in world.vendor_calls()[before:]]
    assert [call.split()[0] for call in calls[:2]] == ["POST", "POST"]
