"""Share a webinar in a channel and cancel it, with permissions."""

from __future__ import annotations

import asyncio
import re
from datetime import timedelta

import pytest

from bot.notices.model import NoticeState
from bot.notices.outbox import notice_table
from bot.notices.subscriptions import table as subscription_table
from bot.notices.subscriptions.model import DEFAULT_FEATURES, Scope, Subscription
from tests.support.block_kit import check_message, check_view
from tests.support.world import World


async def lines(world: World) -> list[Subscription]:
    """The subscriptions of #marketing."""
    services = world.bot.services
    async with services.store.read() as db:
        return await subscription_table.of_channel(db, services.account.workspace, "C0MARKETING")


async def waiting(world: World) -> list[NoticeState]:
    """The states of #marketing's notices."""
    services = world.bot.services
    async with services.store.read() as db:
        rows = await notice_table.of_channel(db, services.account.workspace, "C0MARKETING", world.clock.now())
    return [row.state for row in rows if row.state in (NoticeState.PLANNED, NoticeState.BATCHED)]


async def test_share_posts_a_card_and_lists_the_planned_notices(world: World) -> None:
    """`share` into another channel replies with the notices planned there, and the buttons that change them."""
    await world.create("chloe", "Launch day")
    await world.slack.close("chloe", world.slack.view("chloe"), clear=True)

    await world.command("chloe", "#launch", "share launch <#C0MARKETING|marketing>")

    (card,) = world.slack.messages("#marketing")
    assert "Launch day" in card.words
    answer = world.last("#launch", "chloe")
    assert answer.words.splitlines()[:4] == [
        "*Launch day* is announced in <#C0MARKETING>. Greenroom will post there:",
        "• reminders 1 day, 1 hour and 10 minutes before the start",
        "• when registration is full, closed, or open again",
        "• when it is moved, renamed or canceled",
    ]
    assert answer.buttons == ["Change Reminders", "Change Channel", "Details"]
    check_message(card.text, card.blocks)


@pytest.mark.parametrize(
    ("needs_registration", "button", "calls"),
    [(True, "Register", ["GET registration"]), (False, "Join", ["GET registration", "GET configuration"])],
)
async def test_a_shared_webinar_of_ringcentrals_own_app_has_its_main_button(
    world: World, button: str, calls: list[str], *, needs_registration: bool
) -> None:
    """What the list of sessions omits is read after the reply, and the card follows; a second share reads nothing."""
    settings = {"registrationEnabled": needs_registration}
    world.ringcentral.create("Town hall", world.clock.now() + timedelta(days=3), settings=settings)
    await world.bot.services.mirror.sweep()
    before = len(world.vendor_calls())

    await world.command("ana", "#launch", "share town hall <#C0MARKETING|marketing>")
    await world.settled()

    (card,) = world.slack.messages("#marketing")
    assert card.buttons[0] == button
    made = world.vendor_calls()[before:]
    assert [f"{call.split()[0]} {call.split('/')[2]}" for call in made] == calls
    await world.command("ana", "#launch", "share town hall")
    await world.settled()
    assert len(world.vendor_calls()) == before + len(calls)


async def test_refresh_takes_over_another_title_and_description(world: World) -> None:
    """From the list of sessions, once a minute for everybody, whose failure costs the figure nothing."""
    await world.create("chloe", "Launch day", fields={"Announce in": "#launch"})
    [webinar] = world.ringcentral.webinars()
    world.bot.services.scheduler.pause()
    world.ringcentral.edit(webinar["webinar_id"], title="Launch week", description="All of it")
    await world.move(timedelta(minutes=2))
    before = len(world.vendor_calls())

    await world.click("dev", world.last("#launch"), "Refresh")
    await world.settled()

    [known] = await world.bot.services.mirror.everything()
    assert (known.title, known.description) == ("Launch week", "All of it")
    [card] = [one for one in world.slack.messages("#launch") if "Register" in one.buttons]
    assert "Launch week" in card.words
    assert len(world.vendor_calls()) == before + 2
    await world.move(timedelta(seconds=20))
    await world.click("gia", card, "Refresh")
    assert len(world.vendor_calls()) == before + 3

    await world.move(timedelta(minutes=2))
    world.ringcentral.edit(webinar["webinar_id"], title="Launch month")
    world.ringcentral.fail("GET", "/company/sessions", status=403, times=2)
    world.ringcentral.fail("GET", "/configuration/v1/sessions", status=403, times=2)
    await world.click("dev", card, "Refresh")
    await world.settled()
    [known] = await world.bot.services.mirror.everything()
    assert known.title == "Launch week"
    assert known.registration
    assert world.clock.now() - known.registration.read_at < timedelta(seconds=10)


async def test_share_subscribes_the_channel_until_the_card_is_removed(world: World) -> None:
    """One subscription however often it is shared; it ends with the last card, as do the reminders."""
    await world.create("chloe", "Launch day", fields={"Announce in": "#marketing"})
    await world.slack.close("chloe", world.slack.view("chloe"), clear=True)
    await world.command("dev", "#marketing", "share launch")
    (line,) = await lines(world)
    assert (line.scope, line.features, line.set_by, line.by_share) == (Scope.WEBINAR, DEFAULT_FEATURES, "U0CHLOE", True)

    offer = world.last("#marketing", "dev")
    assert "is already announced in <#C0MARKETING>. <https://acme.slack.com/" in offer.words
    await world.click("dev", offer, "Repost")
    first, second = (one for one in world.slack.messages("#marketing") if one.ephemeral_to is None)
    assert "is announced again below" in first.words
    assert "Register" in second.buttons
    first.deleted = True
    world.ringcentral.edit(world.ringcentral.webinars()[0]["webinar_id"], title="Renamed")
    await world.bot.services.mirror.sweep()
    assert await lines(world) == [line]
    second.deleted = True
    world.ringcentral.edit(world.ringcentral.webinars()[0]["webinar_id"], title="Renamed again")
    await world.bot.services.mirror.sweep()
    assert (await lines(world), await waiting(world)) == ([], [])


async def test_share_keeps_the_channels_own_choices(world: World) -> None:
    """A muted channel stays muted, also after the card is removed, and the reply says so."""
    await world.create("chloe", "Launch day")
    await world.slack.close("chloe", world.slack.view("chloe"), clear=True)
    await world.command("ana", "#marketing", "subscribe")
    await world.command("ana", "#marketing", "unsubscribe for launch")
    chosen = await lines(world)

    await world.command("chloe", "#launch", "share launch <#C0MARKETING|marketing>")

    answer = world.last("#launch", "chloe")
    assert "Nothing else is posted about it there, as somebody chose." in answer.words
    assert answer.buttons == ["Add Reminders", "Change Channel", "Details"]
    assert (await lines(world), await waiting(world)) == (chosen, [])


async def test_reply_to_a_share_opens_the_forms_of_that_channel(world: World) -> None:
    """Not to those of the channel in which the command was typed."""
    await world.create("chloe", "Launch day")
    await world.slack.close("chloe", world.slack.view("chloe"), clear=True)
    await world.command("chloe", "#launch", "share launch <#C0MARKETING|marketing>")
    answer = world.last("#launch", "chloe")
    for button in ("Change Channel", "Change Reminders"):
        await world.click("chloe", answer, button)
        assert "<#C0MARKETING>" in world.slack.view("chloe").words
        await world.slack.close("chloe", world.slack.view("chloe"), clear=True)


async def test_announced_creation_lists_the_planned_notices(world: World) -> None:
    """The result lists the planned notices like the reply to a share; quiet hours do not affect reminders."""
    result = await world.create("chloe", "Launch day", fields={"Announce in": "#marketing"})
    assert (
        "Announced in <#C0MARKETING>. Greenroom will post there: reminders 1 day, 1 hour and 10 minutes before the "
        "start; when registration is full, closed, or open again; when it is moved, renamed or canceled."
    ) in result.words


async def test_share_with_another_organization_asks_first(world: World) -> None:
    """It names the organization, posts nothing until confirmed, and asks once per channel."""
    await world.create("chloe", "Launch day")
    await world.slack.close("chloe", world.slack.view("chloe"), clear=True)

    await world.command("chloe", "#partners", "share launch")

    [question] = world.slack.messages("#partners", "chloe")
    assert "<#C0PARTNERS> is shared with Globex." in question.words
    check_message(question.text, question.blocks)
    await world.click("chloe", question, "Share With Them")
    cards = [one for one in world.slack.messages("#partners") if not one.ephemeral_to]
    assert ["Launch day" in one.words for one in cards] == [True]
    assert "is announced in <#C0PARTNERS>" in world.slack.messages("#partners", "chloe")[0].words
    await world.command("chloe", "#partners", "share launch")
    assert "is already announced in <#C0PARTNERS>" in world.last("#partners", "chloe").words


async def create_for_partners(world: World) -> None:
    """Create a webinar, and confirm in its result that #partners gets the card."""
    result = await world.create("chloe", "Launch day", fields={"Announce in": "#partners"})
    assert world.slack.messages("#partners") == []
    assert "<#C0PARTNERS> is shared with Globex, so the card of *Launch day* is not there yet." in result.words
    await world.click("chloe", result, "webinar.share_in", value="#partners")
    await world.click("chloe", world.slack.view("chloe"), "Share With Them")
    while world.slack.view_stack("chloe"):
        await world.slack.close("chloe", world.slack.view("chloe"))


async def test_a_new_webinar_is_shared_with_another_organization_only_if_confirmed(world: World) -> None:
    """The form alone posts nothing there: its result names the organization and asks."""
    await create_for_partners(world)

    assert ["Launch day" in one.words for one in world.slack.messages("#partners")] == [True]


async def test_share_says_another_organization_if_slack_does_not_name_it(world: World) -> None:
    """An installation from before has no right to read its name."""
    world.slack.scopes = world.slack.scopes - {"team:read"}
    await world.create("chloe", "Launch day")
    await world.slack.close("chloe", world.slack.view("chloe"), clear=True)

    await world.command("chloe", "#launch", "share launch <#C0PARTNERS|partners>")

    assert "<#C0PARTNERS> is shared with another organization." in world.last("#launch", "chloe").words


async def test_a_double_click_on_share_here_posts_one_card(world: World) -> None:
    """And gets one reply."""
    await world.create("chloe", "Launch day")
    await world.slack.close("chloe", world.slack.view("chloe"), clear=True)
    await world.command("chloe", "#launch", "show launch")
    details = world.last("#launch", "chloe")

    await asyncio.gather(*(world.slack.click("chloe", details, "Share Here") for _ in range(3)))
    await world.settled()

    assert len([one for one in world.slack.messages("#launch") if not one.ephemeral_to]) == 1
    assert [one.words.count("is announced in") for one in world.slack.messages("#launch", "chloe")[1:]] == [0, 1]


async def test_share_without_a_channel_means_here(world: World) -> None:
    """The card is posted where the command was typed; in a public channel the bot need not be a member."""
    await world.create("chloe", "Launch day")
    await world.slack.close("chloe", world.slack.view("chloe"), clear=True)

    await world.command("chloe", "#random", "share launch")

    (card, answer) = world.slack.messages("#random", "chloe")
    assert card.ephemeral_to is None
    assert answer.ephemeral_to


async def test_share_where_the_bot_is_not_says_how_to_invite_it(world: World) -> None:
    """For a private channel without Greenroom, the reply says what to type there."""
    await world.create("ana", "Launch day")
    await world.slack.close("ana", world.slack.view("ana"), clear=True)

    await world.command("ana", "#launch", "share launch <#C0BOARD|board>")

    there = "Greenroom can't post in that channel. Type /invite @Greenroom there, or choose another channel."
    assert world.last("#launch", "ana").words == there
    await world.command("ana", "#board", "share launch")
    here = "Greenroom can't post in this channel. Type /invite @Greenroom here, then try again."
    assert world.last("#board", "ana").words == here


async def test_share_from_the_result_uses_the_picker(world: World) -> None:
    """The result of a creation offers a channel to share in."""
    result = await world.create("chloe", "Launch day")

    await world.click("chloe", result, "webinar.share_in", value="#marketing")

    (card,) = world.slack.messages("#marketing")
    assert "Launch day" in card.words


async def test_guests_and_strangers_cannot_share(world: World) -> None:
    """A guest's and a stranger's click on a button is refused with a sentence."""
    await create_for_partners(world)
    (card,) = world.slack.messages("#partners")
    for outsider in ("gia", "hal"):
        await world.click(outsider, card, "Details")
        details = world.last("#partners", outsider)
        await world.click(outsider, details, "Share Here")
        assert "Guests and people of other organizations can't share" in world.last("#partners", outsider).words


async def test_cancel_asks_first_then_deletes_and_rewrites_the_card(world: World) -> None:
    """The confirmation lists the effects; afterwards the webinar, its reminders and buttons are gone."""
    await world.create(
        "chloe", "Launch day", start=world.clock.now() + timedelta(minutes=20), fields={"Announce in": "#launch"}
    )
    await world.slack.close("chloe", world.slack.view("chloe"), clear=True)
    world.ringcentral.register(world.ringcentral.webinars()[0]["session_id"], 2)
    (card,) = world.slack.messages("#launch")
    world.clock.move(timedelta(seconds=15))  # the count is read again only then
    await world.click("chloe", card, "Refresh")
    await world.until(lambda: len(world.slack.scheduled()) == 1)
    await world.command("chloe", "#launch", "invite launch <@U0DEV|dev>")
    await world.slack.submit("chloe", world.slack.view("chloe"), {})
    await world.settled()
    await world.slack.close("chloe", world.slack.view("chloe"), clear=True)

    await world.command("chloe", "#launch", "cancel launch")
    question = world.slack.view("chloe")
    check_view(question.body)
    assert re.search(r"Affected: 2 registered \(as of .*\) and 1 panelist. Their links stop working.", question.words)
    assert "Nobody" not in question.words
    before = len(world.vendor_calls())
    await world.slack.submit("chloe", question)
    await world.settled()

    assert world.slack.view("chloe").title == "Webinar canceled"
    assert world.ringcentral.webinars() == []
    assert [call.split()[0] for call in world.vendor_calls()[before:]] == ["DELETE"]
    (card,) = world.slack.messages("#launch")
    assert "canceled" in card.words
    assert card.buttons == []
    await world.until(lambda: world.slack.scheduled() == [])


async def test_cancel_only_by_the_creator_or_an_admin(world: World) -> None:
    """A colleague is refused with the names of people who can; an admin can."""
    await world.create("chloe", "Launch day", fields={"Announce in": "#random"})
    await world.slack.close("chloe", world.slack.view("chloe"), clear=True)

    await world.command("dev", "#launch", "cancel launch")
    refusal = world.last("#launch", "dev").words
    assert world.slack.view_stack("dev") == []
    assert world.slack.user_id("chloe") in refusal
    assert "admin or owner" in refusal

    await world.command("ben", "#launch", "cancel launch")
    assert world.slack.view("ben").title == "Cancel this webinar?"


async def test_cancel_that_ringcentral_refuses_says_so_in_the_same_place(world: World) -> None:
    """The progress view shows the error, and the webinar is unchanged."""
    await world.create("chloe", "Launch day")
    await world.slack.close("chloe", world.slack.view("chloe"), clear=True)
    world.ringcentral.fail("DELETE", "/webinars/", status=403)

    await world.command("chloe", "#launch", "cancel launch")
    await world.slack.submit("chloe", world.slack.view("chloe"))
    await world.settled()

    assert world.slack.view("chloe").title == "Not canceled"
    assert len(world.ringcentral.webinars()) == 1
