"""Without an optional scope nothing ends with an error: people type, choose or paste instead. One world per scope."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from bot.slack.scopes import EMAIL, FILES, OPTIONAL, USER_GROUPS
from sandbox.slack.model import Upload
from tests.support.bulk import IRIS, JOAN, ORGANIZER, bulk_harness
from tests.support.registration import registration_harness, without_waits
from tests.support.team import team_harness
from tests.support.world import World, running_world

Story = Callable[[World, pytest.LogCaptureFixture], Awaitable[None]]


async def without_addresses(world: World, _: pytest.LogCaptureFixture) -> None:
    """The forms ask for the address that Slack does not show."""
    team = await team_harness(world, announce_in="#launch")
    await world.command("chloe", "#launch", "create")
    assert "will be the host: Slack does not show Greenroom your email address." in world.slack.view("chloe").words
    await world.slack.close("chloe", world.slack.view("chloe"), clear=True)

    await world.click("dev", world.last("#launch"), "Register")
    form = world.slack.view("dev")
    assert form.values["email"]["email"]["value"] is None
    assert "email" in (await world.slack.submit("dev", form, {})).errors
    assert (await world.slack.submit("dev", form, {"Email address": "dev@acme.example"})).errors == {}
    await world.settled()
    assert [one["email"] for one in world.ringcentral.registrants(team.session_id)] == ["dev@acme.example"]

    form = await team.open_form()
    refused = await world.slack.submit("chloe", form, {"cohosts": ["emi"]})
    assert "Slack does not show the email address of Emi" in refused.errors["cohosts"]
    await world.slack.close("chloe", form, clear=True)
    await team.save({"cohosts": ["emi"], "outside": "Emi Sato <emi@acme.example>"})
    assert team.roles["emi@acme.example"] == "CoHost"


async def without_user_groups(world: World, log: pytest.LogCaptureFixture) -> None:
    """Stored groups count as nobody, and organizers are chosen by person."""
    await registration_harness(world, announce_in="#launch")
    await world.choose_organizers("S0EVENTS")

    await world.command("emi", "#launch", "close launch")
    assert "You can't" in world.last("#launch", "emi").words
    assert "user_group.read_failed" in log.text

    await world.command("ana", "#launch", "settings")
    assert "Greenroom isn't allowed to read user groups here" in world.last("#launch", "ana").words
    await world.click("ana", world.last("#launch", "ana"), "Change Access")
    form = world.slack.view("ana")
    assert "Greenroom isn't allowed to read user groups here" in form.words
    assert "groups" not in form.values
    assert (await world.slack.submit("ana", form, {"People": ["emi"]})).errors == {}
    await world.settled()
    organizers = await world.bot.services.permissions.organizers(world.bot.services.account.workspace)
    assert (set(organizers.groups), set(organizers.people)) == ({"S0EVENTS"}, {"U0EMI"})
    await world.command("emi", "#launch", "close launch")
    assert "You can't" not in world.last("#launch", "emi").words

    await world.command(ORGANIZER, "#launch", "register launch <@U0DEV> <!subteam^S0EVENTS|@events>")
    form = world.slack.view(ORGANIZER)
    assert "isn't allowed to read user groups, so the people of @events are missing below" in form.words
    assert form.values["users"]["users"]["selected_users"] == ["U0DEV"]


async def without_files(world: World, _: pytest.LogCaptureFixture) -> None:
    """A list is pasted; a file that was chosen before the permission was withdrawn gets a sentence."""
    bulk = await bulk_harness(world)
    world.slack.scopes = {*world.slack.scopes, FILES}
    await world.click(ORGANIZER, await bulk.open_form(), "Register Many")
    form = world.slack.view(ORGANIZER)
    assert "file" in form.values
    world.slack.scopes = set(world.slack.scopes) - {FILES}
    await world.slack.submit(ORGANIZER, form, {"file": [Upload("people.csv", IRIS.encode())]})
    await world.settled()
    assert "or paste what is in it" in world.slack.view(ORGANIZER).words
    await world.slack.close(ORGANIZER, world.slack.view(ORGANIZER))
    await world.slack.submit(ORGANIZER, form, {"file": [Upload("people.csv", IRIS.encode())]})
    await world.settled()
    assert "isn't allowed to read files in this workspace" in world.slack.view(ORGANIZER).words
    await world.slack.close(ORGANIZER, world.slack.view(ORGANIZER), clear=True)

    await world.click(ORGANIZER, await bulk.open_form(), "Register Many")
    form = world.slack.view(ORGANIZER)
    assert "file" not in form.values
    refused = await world.slack.submit(ORGANIZER, form, {})
    assert refused.errors == {"pasted": "Choose people above, or paste them here."}
    await world.slack.close(ORGANIZER, world.slack.view(ORGANIZER), clear=True)
    await bulk.register_list(IRIS, JOAN)
    assert bulk.emails == ["iris@outside.example", "joan@outside.example"]


STORIES: dict[str, Story] = {EMAIL: without_addresses, USER_GROUPS: without_user_groups, FILES: without_files}


@pytest.mark.parametrize("scope", STORIES)
async def test_a_story_without_an_optional_scope(tmp_path: Path, caplog: pytest.LogCaptureFixture, scope: str) -> None:
    """The bot learns it from the answers that it gets anyway, and what is granted later works at once."""

    def prepare(world: World) -> None:
        without_waits(world)
        world.slack.scopes = set(world.slack.scopes) - {scope}

    async with running_world(tmp_path, prepare=prepare) as world:
        await STORIES[scope](world, caplog)
        assert not world.bot.services.slack.granted.allow(scope)
        assert len([call for call in world.slack.calls if call.method == "auth.test"]) == 1
        world.slack.scopes = {*world.slack.scopes, scope}
        await world.bot.services.slack.channels()
        assert world.bot.services.slack.granted.allow(scope)


def test_every_optional_scope_has_a_story() -> None:
    """A scope is optional only if a story shows what works without it."""
    assert STORIES.keys() == OPTIONAL
