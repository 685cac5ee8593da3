"""Who may steer a webinar: its creator, its host, the organisers of the workspace and its admins; and nobody else."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.sandbox.slack import Message
from tests.block_kit import check_view
from tests.door_story import a_door
from tests.world import World


async def choose(world: World, *people: str, groups: tuple[str, ...] = ()) -> None:
    """Ana, an owner, chooses the organisers in the form."""
    await world.command("ana", "#launch", "settings")
    await world.click("ana", world.last("#launch", "ana"), "Change Organisers")
    form = world.slack.view("ana")
    check_view(form.body)
    outcome = await world.slack.submit("ana", form, {"People": list(people), "User groups": list(groups)})
    assert outcome.errors == {}
    await world.settled()
    check_view(world.slack.view("ana").body)
    await world.slack.close("ana", world.slack.view("ana"), clear=True)


async def refusal(world: World, user: str) -> str:
    """What somebody is told who tries to close registration; empty where they may."""
    await world.command(user, "#launch", "close launch")
    words = world.last("#launch", user).words
    if "You can't" in words:
        return words
    await world.command(user, "#launch", "open launch")
    return ""


async def test_the_creator_and_admins_may_without_any_setting(world: World) -> None:
    """A colleague is told who can."""
    await a_door(world)

    assert await refusal(world, "chloe") == await refusal(world, "ben") == ""
    assert (
        "You can't open, close or limit the registration of this webinar: <@U0CHLOE>, who created it, or an admin or "
        "owner of this workspace can."
    ) in await refusal(world, "dev")


async def test_the_host_may_who_did_not_create_it(world: World) -> None:
    """Known by their address in the company's directory; a webinar made elsewhere names its host."""
    world.ringcentral.create("Launch day", world.clock.now() + timedelta(days=2), host="dev@acme.example")
    await world.bot.room.mirror.sweep()

    assert await refusal(world, "dev") == ""
    assert "its host, or an admin or owner of this workspace can." in await refusal(world, "emi")


async def test_organisers_may_steer_every_webinar(world: World) -> None:
    """People and user groups, as an admin has chosen; whoever is refused is told of them."""
    await a_door(world)
    assert await refusal(world, "emi") != ""

    await choose(world, "dev", groups=("S0EVENTS",))

    assert await refusal(world, "dev") == await refusal(world, "emi") == ""
    assert "<@U0CHLOE>, who created it, @events, <@U0DEV>, or an admin or owner" in await refusal(world, "finn")
    assert "@events, <@U0DEV>" in await settings(world, "finn")


async def test_it_is_checked_at_the_click_and_not_only_at_the_drawing(world: World) -> None:
    """A button that stands on an old message does nothing for who may not any more."""
    await a_door(world)
    await choose(world, "dev")
    await world.command("dev", "#launch", "show launch")
    shown: Message = world.last("#launch", "dev")
    assert "Close Registration" in shown.buttons

    await choose(world)
    await world.click("dev", shown, "Close Registration")

    assert "You can't open, close or limit" in world.last("#launch", "dev").words


async def test_guests_and_colleagues_read_the_settings_and_admins_change_them(world: World) -> None:
    """Who may not change them does not see the buttons."""
    assert "Nobody has chosen organisers yet." in await settings(world, "gia")
    assert world.last("#launch", "gia").buttons == []

    await world.command("ana", "#launch", "settings")
    assert world.last("#launch", "ana").buttons == ["Change Organisers", "Change Reminders"]
    await world.command("dev", "#launch", "settings")
    assert world.last("#launch", "dev").buttons == []
    assert "Admins and owners of the workspace can change these." in world.last("#launch", "dev").words


async def test_a_form_shows_who_was_chosen(world: World) -> None:
    """And takes them away where they are taken out."""
    await choose(world, "dev", "emi", groups=("S0EVENTS",))
    await world.command("ana", "#launch", "settings")
    await world.click("ana", world.last("#launch", "ana"), "Change Organisers")
    form = world.slack.view("ana")
    assert "Chosen by <@U0ANA>" in form.words
    # Sent as it is, everybody stays.
    await world.slack.submit("ana", form)
    await world.settled()
    assert "@events, <@U0DEV>, <@U0EMI>" in await settings(world, "dev")
    await world.slack.close("ana", world.slack.view("ana"), clear=True)

    await choose(world)

    assert "nobody in particular" in await settings(world, "dev")


@pytest.mark.parametrize("stranger", ["hal"])
async def test_nobody_of_another_organisation_steers(world: World, stranger: str) -> None:
    """Not even where somebody chose them."""
    await a_door(world)
    await choose(world, stranger)

    await world.command(stranger, "#partners", "close launch")

    assert "You can't open, close or limit" in world.last("#partners", stranger).words


async def test_a_group_that_slack_does_not_tell_of_lets_nobody_in(world: World) -> None:
    """The admin still may, and the others are told who can."""
    await a_door(world)
    await choose(world, groups=("S0EVENTS",))
    world.slack.fail("usergroups.users.list", error="internal_error")

    assert "@events, or an admin" in await refusal(world, "emi")


async def settings(world: World, user: str) -> str:
    """What the settings say to somebody."""
    await world.command(user, "#launch", "settings")
    return world.last("#launch", user).words
