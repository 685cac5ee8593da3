"""Sharing a webinar into a channel and cancelling it, and who may."""

from __future__ import annotations

from datetime import timedelta

from tests.block_kit import check_message, check_view
from tests.world import World


async def test_share_puts_up_a_card_and_tells_what_will_be_said(world: World) -> None:
    """`share` into another channel answers with the reminders that will come there."""
    await world.create("chloe", "Launch day")
    await world.slack.close("chloe", world.slack.view("chloe"), clear=True)

    await world.command("chloe", "#launch", "share launch <#C0MARKETING|marketing>")

    (card,) = world.slack.messages("#marketing")
    assert "Launch day" in card.words
    assert "1 day, 1 hour, 10 minutes before" in world.last("#launch", "chloe").words
    check_message(card.text, card.blocks)


async def test_share_without_a_channel_means_here(world: World) -> None:
    """The card comes up where the command was typed, and the bot need not be a member of a public channel."""
    await world.create("chloe", "Launch day")
    await world.slack.close("chloe", world.slack.view("chloe"), clear=True)

    await world.command("chloe", "#random", "share launch")

    (card, answer) = world.slack.messages("#random", "chloe")
    assert card.ephemeral_to is None
    assert answer.ephemeral_to


async def test_share_where_the_bot_is_not_says_how_to_invite_it(world: World) -> None:
    """A private channel without Greenroom: the sentence says what to type there."""
    await world.create("ana", "Launch day")
    await world.slack.close("ana", world.slack.view("ana"), clear=True)

    await world.command("ana", "#launch", "share launch <#C0BOARD|board>")

    assert "/invite @Greenroom" in world.last("#launch", "ana").words


async def test_share_from_the_result_uses_the_picker(world: World) -> None:
    """The result of a creation offers a channel to share in."""
    result = await world.create("chloe", "Launch day")

    await world.click("chloe", result, "webinar.share_in", value="#marketing")

    (card,) = world.slack.messages("#marketing")
    assert "Launch day" in card.words


async def test_guests_and_strangers_cannot_share(world: World) -> None:
    """A guest's and a stranger's click on a button is refused in words, whatever was drawn."""
    await world.create("chloe", "Launch day", fields={"Announce in": "#partners"})
    (card,) = world.slack.messages("#partners")
    for outsider in ("gia", "hal"):
        await world.click(outsider, card, "Details")
        details = world.last("#partners", outsider)
        await world.click(outsider, details, "Share Here")
        assert "Guests and people of other organisations can't share" in world.last("#partners", outsider).words


async def test_cancel_asks_first_then_deletes_and_rewrites_the_card(world: World) -> None:
    """The question says what will happen and to how many; after it the webinar, its reminders and buttons are gone."""
    await world.create(
        "chloe", "Launch day", start=world.clock.now() + timedelta(minutes=20), fields={"Announce in": "#launch"}
    )
    await world.slack.close("chloe", world.slack.view("chloe"), clear=True)
    world.ringcentral.register(world.ringcentral.webinars()[0]["session_id"], 2)
    (card,) = world.slack.messages("#launch")
    await world.click("chloe", card, "Refresh")
    await world.until(lambda: len(world.slack.scheduled()) == 1)

    await world.command("chloe", "#launch", "cancel launch")
    question = world.slack.view("chloe")
    check_view(question.body)
    assert "2 people registered" in question.words
    before = len(world.vendor_calls())
    await world.slack.submit("chloe", question)
    await world.settled()

    assert world.slack.view("chloe").title == "Webinar cancelled"
    assert world.ringcentral.webinars() == []
    assert [call.split()[0] for call in world.vendor_calls()[before:]] == ["DELETE"]
    (card,) = world.slack.messages("#launch")
    assert "cancelled" in card.words
    assert card.buttons == []
    await world.until(lambda: world.slack.scheduled() == [])


async def test_cancel_only_by_the_creator_or_an_admin(world: World) -> None:
    """A colleague is refused with the names of those who can; an admin can."""
    await world.create("chloe", "Launch day")
    await world.slack.close("chloe", world.slack.view("chloe"), clear=True)

    await world.command("dev", "#launch", "cancel launch")
    refusal = world.last("#launch", "dev").words
    assert world.slack.view_stack("dev") == []
    assert world.slack.user_id("chloe") in refusal
    assert "admin or owner" in refusal

    await world.command("ben", "#launch", "cancel launch")
    assert world.slack.view("ben").title == "Cancel this webinar?"


async def test_cancel_that_ringcentral_refuses_says_so_in_the_same_place(world: World) -> None:
    """The working view gives way to what went wrong, and the webinar stands as before."""
    await world.create("chloe", "Launch day")
    await world.slack.close("chloe", world.slack.view("chloe"), clear=True)
    world.ringcentral.fail("DELETE", "/webinars/", status=403)

    await world.command("chloe", "#launch", "cancel launch")
    await world.slack.submit("chloe", world.slack.view("chloe"))
    await world.settled()

    assert world.slack.view("chloe").title == "Not cancelled"
    assert len(world.ringcentral.webinars()) == 1
