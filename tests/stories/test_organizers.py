"""Who may manage a webinar: its creator, its host, the organizers and the admins of the workspace, and no one else."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import update

from bot.db.people_schema import invitees
from bot.model.people import Person
from bot.model.webinar import Webinar
from bot.webinars import organizer_table as store
from bot.webinars.permissions import Permissions
from sandbox.slack import Message
from tests.support.block_kit import check_view
from tests.support.registration import registration_harness
from tests.support.team import team_harness
from tests.support.world import World


async def choose(world: World, *people: str, groups: tuple[str, ...] = ()) -> None:
    """Ana, an owner, chooses the organizers in the form."""
    await world.command("ana", "#launch", "settings")
    await world.click("ana", world.last("#launch", "ana"), "Change Access")
    form = world.slack.view("ana")
    check_view(form.body)
    outcome = await world.slack.submit("ana", form, {"People": list(people), "User groups": list(groups)})
    assert outcome.errors == {}
    await world.settled()
    check_view(world.slack.view("ana").body)
    await world.slack.close("ana", world.slack.view("ana"), clear=True)


async def refusal(world: World, user: str) -> str:
    """The refusal when this user closes registration; empty if allowed."""
    await world.command(user, "#launch", "close launch")
    words = world.last("#launch", user).words
    if "You can't" in words:
        return words
    await world.command(user, "#launch", "open launch")
    return ""


async def test_the_creator_and_admins_may_without_any_setting(world: World) -> None:
    """A colleague is refused with the names of people who can."""
    await registration_harness(world, announce_in="#launch")

    assert await refusal(world, "chloe") == await refusal(world, "ben") == ""
    assert (
        "You can't open, close or limit the registration of this webinar: <@U0CHLOE>, who created it, its co-hosts, "
        "or an admin or owner of this workspace can."
    ) in await refusal(world, "dev")


async def test_a_host_who_did_not_create_it_may(world: World) -> None:
    """Recognized by their address in the directory; a webinar created elsewhere names its host."""
    world.ringcentral.create("Launch day", world.clock.now() + timedelta(days=2), host="dev@acme.example")
    await world.bot.services.mirror.sweep()

    assert await refusal(world, "dev") == ""
    await world.command("dev", "#launch", "share launch")
    assert "its host, its co-hosts, or an admin or owner of this workspace can." in await refusal(world, "emi")


async def test_organizers_may_manage_every_webinar(world: World) -> None:
    """Users and user groups chosen by an admin; a refusal names them."""
    await registration_harness(world, announce_in="#launch")
    assert await refusal(world, "emi") != ""

    await choose(world, "dev", groups=("S0EVENTS",))

    assert await refusal(world, "dev") == await refusal(world, "emi") == ""
    assert "<@U0CHLOE>, who created it, its co-hosts, @events, <@U0DEV>, or an admin or owner" in await refusal(
        world, "finn"
    )
    assert "@events, <@U0DEV>" in await settings(world, "finn")


async def test_permission_is_checked_at_the_click(world: World) -> None:
    """A button of an old message is refused for a user who may no longer."""
    await registration_harness(world, announce_in="#launch")
    await choose(world, "dev")
    await world.command("dev", "#launch", "count launch")
    shown: Message = world.last("#launch", "dev")
    assert "Close Registration" in shown.buttons

    await choose(world)
    await world.click("dev", shown, "Close Registration")

    assert "You can't open, close or limit" in world.last("#launch", "dev").words


async def test_forms_check_permission_when_submitted(world: World) -> None:
    """The limit form, the confirmation of a cancellation, and an Undo check permission when submitted."""
    launch = await registration_harness(world, announce_in="#launch")
    await choose(world, "dev")
    await world.command("dev", "#launch", "limit launch 50")
    changed = world.last("#launch", "dev")
    launch.take_calls()
    for text, title, what in (
        ("limit launch", "Registration limit", "open, close or limit the registration of this webinar"),
        ("cancel launch", "Cancel this webinar?", "cancel this webinar"),
    ):
        await choose(world, "dev")
        await world.command("dev", "#launch", text)
        opened = world.slack.view("dev")
        assert opened.title == title
        await choose(world)
        outcome = await world.slack.submit("dev", opened, {"limit": "5"} if title == "Registration limit" else {})
        assert f"You can't {what}: <@U0CHLOE>, who created it" in str(outcome.answer)
        for _ in range(2):
            await world.slack.close("dev", world.slack.view("dev"))
    await world.click("dev", changed, "Undo")
    assert "You can't open, close or limit" in world.last("#launch", "dev").words
    assert (launch.take_calls(), launch.state[1]) == ([], 50)


async def test_an_organizer_may_do_all_that_the_settings_list(world: World) -> None:
    """Team, registrants, registering others, registration settings and cancellation of another user's webinar."""
    await registration_harness(world)
    await choose(world, "dev")
    await world.command("dev", "#launch", "registrants launch")
    assert "Nobody has registered" in world.last("#launch", "dev").words
    for text, title in (
        ("invite launch", "Invite to the team"),
        ("register launch <@U0EMI|emi>", "Register someone"),
        ("limit launch", "Registration limit"),
        ("cancel launch", "Cancel this webinar?"),
    ):
        await world.command("dev", "#launch", text)
        assert world.slack.view("dev").title == title
        await world.slack.close("dev", world.slack.view("dev"), clear=True)
    for text in ("close launch", "open launch"):
        await world.command("dev", "#launch", text)
        assert "Undo" in world.last("#launch", "dev").buttons


async def test_guests_and_colleagues_read_the_settings_and_admins_change_them(world: World) -> None:
    """Users who may not change them see no buttons."""
    assert "*Organizers:* none chosen. The creator" in await settings(world, "gia")
    assert world.last("#launch", "gia").buttons == []

    await world.command("ana", "#launch", "settings")
    assert world.last("#launch", "ana").buttons == ["Change Access", "Change Reminders"]
    await world.command("dev", "#launch", "settings")
    assert world.last("#launch", "dev").buttons == []
    assert "Admins and owners of the workspace can change these." in world.last("#launch", "dev").words


async def test_a_form_shows_who_was_chosen(world: World) -> None:
    """And removes organizers that are deselected."""
    await choose(world, "dev", "emi", groups=("S0EVENTS",))
    await world.command("ana", "#launch", "settings")
    await world.click("ana", world.last("#launch", "ana"), "Change Access")
    form = world.slack.view("ana")
    assert "Chosen by <@U0ANA>" in form.words
    # Submitted unchanged, all stay.
    await world.slack.submit("ana", form)
    await world.settled()
    assert "@events, <@U0DEV>, <@U0EMI>" in await settings(world, "dev")
    await world.slack.close("ana", world.slack.view("ana"), clear=True)

    await choose(world)

    words = await settings(world, "dev")
    assert "*Organizers:* none chosen." in words
    assert "Chosen by" not in words


@pytest.mark.parametrize("stranger", ["hal"])
async def test_no_user_of_another_organization_may_manage(world: World, stranger: str) -> None:
    """Not even if they were chosen."""
    await registration_harness(world)
    await world.command("chloe", "#partners", "share launch")
    await world.click("chloe", world.last("#partners", "chloe"), "Share With Them")
    await choose(world, stranger)

    await world.click(stranger, world.last("#partners", stranger), "Registration")

    assert "You can't change the registration of this webinar" in world.last("#partners", stranger).words


async def test_a_group_that_slack_does_not_return_gives_no_rights(world: World) -> None:
    """The admin still may; others are refused with names."""
    await registration_harness(world, announce_in="#launch")
    await choose(world, groups=("S0EVENTS",))
    world.slack.fail("usergroups.users.list", error="internal_error")

    assert "@events, or an admin" in await refusal(world, "emi")


async def settings(world: World, user: str) -> str:
    """The settings as shown to this user."""
    await world.command(user, "#launch", "settings")
    return world.last("#launch", user).words


async def test_a_disabled_group_gives_no_rights(world: World) -> None:
    """Its members lose their rights within five minutes."""
    webinar, emi, organizers, time = await _group_member(world)
    assert await organizers.can_manage(emi, webinar)

    world.slack.groups["S0EVENTS"].disabled = True
    assert await organizers.can_manage(emi, webinar)
    time[0] += 301
    assert not await organizers.can_manage(emi, webinar)


async def test_a_slack_outage_does_not_remove_rights(world: World) -> None:
    """Known members of a group keep their rights; unknown groups are read again soon."""
    webinar, emi, organizers, time = await _group_member(world)
    world.slack.fail("usergroups.users.list", error="internal_error")
    assert not await organizers.can_manage(emi, webinar)
    time[0] += 16
    assert await organizers.can_manage(emi, webinar)

    time[0] += 301
    world.slack.fail("usergroups.users.list", error="internal_error")
    assert await organizers.can_manage(emi, webinar)


async def test_a_guest_who_was_chosen_may(world: World) -> None:
    """A guest chosen by an admin is an organizer; other guests are not."""
    await registration_harness(world, announce_in="#launch")
    assert await refusal(world, "gia") != ""
    await choose(world, "gia")
    assert await refusal(world, "gia") == ""


async def test_any_number_of_organizers_can_be_shown(world: World) -> None:
    """As many as fit are shown; a refusal names a few."""
    await registration_harness(world, announce_in="#launch")
    many = [f"U0MANY{number:04}" for number in range(400)]
    async with world.bot.services.store.write() as db:
        await store.save(db, world.bot.services.account.workspace, many, "U0ANA", world.clock.now())

    assert "<@U0MANY0099>, 300 more." in await settings(world, "dev")
    assert "<@U0MANY0019>, 380 more organizers, or an admin or owner" in await refusal(world, "dev")


async def _group_member(world: World) -> tuple[Webinar, Person, Permissions, list[float]]:
    """A webinar, a member of the chosen group, permissions with their own clock, and that clock."""
    launch, services = await registration_harness(world), world.bot.services
    await choose(world, groups=("S0EVENTS",))
    emi = await services.users.get(services.account.workspace, "U0EMI")
    time = [0.0]
    organizers = Permissions(services.store, services.slack, services.directory, lambda: time[0])
    return await services.mirror.find(launch.session_id), emi, organizers, time


async def test_an_admin_who_is_one_no_longer_is_refused_within_two_minutes(world: World) -> None:
    """And so is a member who has become a guest."""
    await registration_harness(world, announce_in="#launch")
    assert await refusal(world, "ben") == ""
    world.slack.world.people["U0BEN"].role = "member"

    world.clock.move(timedelta(minutes=2))

    assert "You can't open, close or limit" in await refusal(world, "ben")
    await world.command("finn", "#launch", "create")
    await world.slack.close("finn", world.slack.view("finn"), clear=True)
    world.slack.world.people["U0FINN"].role = "guest"
    world.clock.move(timedelta(minutes=2))
    await world.command("finn", "#launch", "create")
    assert "Guests and people of other organizations can't create" in world.last("#launch", "finn").words


async def test_a_cohost_gets_the_buttons_of_what_they_may_do(world: World) -> None:
    """In the details, the count, the list of registrants, and in place of the form for all settings."""
    team = await team_harness(world)
    await team.save({"cohosts": ["dev"]})
    await world.slack.close("chloe", world.slack.view("chloe"), clear=True)

    await world.command("dev", "#launch", "show launch")
    assert {"Registrants", "Close Registration", "Set Limit"} <= set(world.last("#launch", "dev").buttons)
    assert not {"Cancel Webinar", "Invite", "Registration"} & set(world.last("#launch", "dev").buttons)
    await world.command("dev", "#launch", "registrants launch")
    assert "Download CSV" in world.last("#launch", "dev").buttons
    assert "Register Others" not in world.last("#launch", "dev").buttons
    await world.command("dev", "#launch", "close launch")
    assert "Registration is closed." in world.last("#launch", "dev").words
    await world.command("dev", "#launch", "cancel launch")
    refused = world.last("#launch", "dev").words
    assert "You can't cancel this webinar: <@U0CHLOE>, who created it, or an admin" in refused
    assert refused.endswith("To cancel your own seat, type `/webinar`.")


async def test_a_cohost_invited_in_ringcentrals_own_app_may_run_it(world: World) -> None:
    """They are recognized by their address in the directory."""
    team = await team_harness(world)
    await team.save({"cohosts": ["dev"]})
    await world.slack.close("chloe", world.slack.view("chloe"), clear=True)
    async with world.bot.services.store.write() as db:  # invited elsewhere: no Slack user is known
        await db.execute(update(invitees).values(user_id=""))
    await world.command("chloe", "#random", "share launch")

    assert await refusal(world, "dev") == ""
    assert "its co-hosts" in await refusal(world, "emi")
