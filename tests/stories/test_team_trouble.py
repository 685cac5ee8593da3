"""Changing a team while RingCentral, Slack or Greenroom is in trouble: never twice, never silently not at all."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
import pytest_asyncio
from sqlalchemy import func, select

from bot.app import Greenroom
from bot.clock import machine_now
from bot.db.people_schema import team_changes
from bot.model.team import NewInvitee, NewRole, Role, TeamChange
from bot.notices.team_reminders import remove_reminders
from sandbox.slack import View
from tests.support.creation import SetFault, crash_before_writing, hang_at_ringcentral, hang_at_slack
from tests.support.registration import PERSON, without_waits
from tests.support.team import TeamHarness, team_harness
from tests.support.world import World, running_world

INVITEES = "/invitees$"


def _soon(bot: Greenroom) -> None:
    bot.services.team.leases.retry = timedelta()


def prepared(world: World) -> None:
    """Requests are given up soon, and what is unclear is looked at again at once."""
    without_waits(world)
    world.on_build = _soon


@pytest_asyncio.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """A world in which nobody waits."""
    async with running_world(tmp_path, prepare=prepared) as started:
        yield started


async def test_somebody_invited_elsewhere_meanwhile_is_no_trouble(world: World) -> None:
    """A 409 leads to a look and one more call for what is left; both are on the team and both are told."""
    team = await team_harness(world)
    form = await team.open_form()
    await _elsewhere(world, team, "finn@acme.example")
    assert team.take_calls() == ["GET", "PATCH"]
    result = await _save(world, form, {"panelists": ["finn", "dev"]})

    assert team.take_calls() == ["PATCH", "GET", "PATCH"]
    assert team.roles.keys() == {"finn@acme.example", "dev@acme.example"}
    assert result.title == "Team saved"
    for user in ("finn", "dev"):
        assert team.link_of(f"{user}@acme.example") in str(team.direct_messages(user)[0].blocks)


async def test_somebody_removed_elsewhere_meanwhile_is_no_trouble(world: World) -> None:
    """A 404 leads to a look; what is left of it is done."""
    team = await team_harness(world, invited=["dev", "finn"])
    question = await team.save({"panelists": ["emi"]})
    await _elsewhere(world, team, remove="dev@acme.example")
    team.take_calls()
    await world.slack.submit("chloe", question)
    await world.settled()

    assert team.take_calls() == ["PATCH", "GET", "PATCH"]
    assert team.roles == {"emi@acme.example": "Panelist"}
    assert "no longer on the team" in team.direct_messages("finn")[-1].words


async def test_a_race_that_is_lost_twice_is_a_sentence(world: World) -> None:
    """With what to do; nobody is told anything."""
    team = await team_harness(world)
    world.ringcentral.fail("PATCH", INVITEES, status=409, times=2)
    result = await _save(world, await team.open_form(), {"panelists": ["dev"]})

    assert team.take_calls() == ["GET", "PATCH", "GET", "PATCH", "GET"]
    assert result.title == "Invite to the team"
    assert "Somebody else is changing this team at this moment." in result.words
    assert team.direct_messages("dev") == []
    assert await _under_way(world) == 0


async def test_an_answer_that_is_lost_is_looked_up(world: World) -> None:
    """It has happened: it is not asked for again, and each is told once."""
    team = await team_harness(world)
    world.ringcentral.fail("PATCH", INVITEES, status=500, effect=True)
    result = await _save(world, await team.open_form(), {"panelists": ["dev"], "outside": "zoe@partner.example"})

    assert team.take_calls() == ["GET", "PATCH", "GET"]
    assert result.title == "Team saved"
    assert team.roles.keys() == {"dev@acme.example", "zoe@partner.example"}
    assert len(team.direct_messages("dev")) == 2  # the message and the file


async def test_what_did_not_happen_is_asked_for_once_more(world: World) -> None:
    """And where that is not answered either, the person hears that all is as it was."""
    team = await team_harness(world)
    world.ringcentral.fail("PATCH", INVITEES, status=500)
    await _save(world, await team.open_form(), {"panelists": ["dev"]})
    assert team.take_calls() == ["GET", "PATCH", "GET", "PATCH"]
    assert team.roles == {"dev@acme.example": "Panelist"}

    await world.slack.close("chloe", world.slack.view("chloe"), clear=True)
    world.ringcentral.fail("PATCH", INVITEES, status=500, times=2)
    result = await _save(world, await team.open_form(), {"panelists": ["dev", "emi"]})
    assert "RingCentral gave no clear answer, and the team is as it was." in result.words
    assert team.roles == {"dev@acme.example": "Panelist"}
    assert await _under_way(world) == 0


async def test_what_cannot_even_be_looked_up_is_told_later(world: World) -> None:
    """Nobody claims that nothing has changed; when RingCentral answers again, everybody is told, once."""
    team = await team_harness(world)
    form = await team.open_form()
    world.ringcentral.fail("PATCH", INVITEES, status=500, effect=True)
    world.ringcentral.fail("GET", INVITEES, status=500, times=8)
    result = await _save(world, form, {"panelists": ["dev"]})
    assert "the team may or may not be changed. Greenroom goes on looking" in result.words
    assert team.direct_messages("dev") == []

    await world.bot.services.team.resume()
    assert await _under_way(world) == 1
    world.ringcentral.faults.clear()
    await world.bot.services.team.resume()

    assert await _under_way(world) == 0
    assert [method for method in team.take_calls() if method == "PATCH"] == ["PATCH"]
    assert len(team.direct_messages("dev")) == 2
    assert "<@U0DEV>, panelist: told in a direct message" in world.slack.view("chloe").words
    await world.bot.services.team.resume()
    assert len(team.direct_messages("dev")) == 2


async def test_what_stays_unclear_for_too_long_is_given_up(world: World) -> None:
    """Whoever asked is told to look for themselves."""
    team = await team_harness(world)
    form = await team.open_form()
    world.ringcentral.fail("PATCH", INVITEES, status=500)
    world.ringcentral.fail("GET", INVITEES, status=500, times=100)
    await _save(world, form, {"panelists": ["dev"]})
    async with world.bot.services.store.write() as db:
        await db.execute(team_changes.update().values(begun_at=machine_now() - timedelta(hours=2)))
    await world.slack.close("chloe", world.slack.view("chloe"), clear=True)

    await world.bot.services.team.resume()

    assert "RingCentral could not be reached for an hour. Look at the team" in team.direct_messages("chloe")[-1].words
    assert await _under_way(world) == 0
    world.ringcentral.faults.clear()


@pytest.mark.parametrize(
    ("arm", "messages"),
    [
        (hang_at_ringcentral("PATCH", INVITEES, done=False), 2),
        (hang_at_ringcentral("PATCH", INVITEES, done=True), 2),
        (crash_before_writing("team_changes", "made"), 2),
        (hang_at_slack("chat.postMessage", done=False), 2),
        (hang_at_slack("chat.postMessage", done=True), 3),
        (hang_at_slack("files.getUploadURLExternal", done=False), 3),
        (crash_before_writing("subscriptions", "U0DEV"), 4),
    ],
    ids=["asked", "made", "writing", "telling", "told", "file", "remembering"],
)
async def test_a_crash_ends_in_a_team_that_everybody_knows_of(world: World, arm: SetFault, messages: int) -> None:
    """Wherever it happens: invited once, told at least once, reminded, and whoever asked hears how it ended."""
    team = await team_harness(world)
    form = await team.open_form()
    reached = arm(world)
    await world.slack.submit("chloe", form, {"panelists": ["dev"]})
    await world.until(reached)
    await world.crash_bot()
    world.slack.calm()
    await world.start_bot()
    # Whether this one or the bot's own first turn takes it over makes no difference.
    await world.bot.services.team.resume()
    await world.until(lambda: world.slack.view("chloe").title == "Team saved")

    assert team.roles == {"dev@acme.example": "Panelist"}
    assert len(team.direct_messages("dev")) == messages
    assert "<@U0DEV>, panelist: told in a direct message" in world.slack.view("chloe").words
    webinar = await world.bot.services.mirror.find(team.session_id)
    await world.move(webinar.start - timedelta(minutes=59) - world.clock.now())
    assert "starts in 1 hour" in team.direct_messages("dev")[-1].words


async def test_a_refusal_brings_the_form_back_with_all_that_was_typed(world: World) -> None:
    """With why; nothing is changed, nobody is told, and sent once more it does what it should."""
    team = await team_harness(world, invited=["dev"])
    form = await team.open_form()
    world.ringcentral.fail("PATCH", INVITEES, status=403)
    wanted: dict[str, object] = {"cohosts": ["emi"], "outside": "Zoe Lang <zoe@partner.example>", "mail": []}
    again = await _save(world, form, wanted)

    assert again.title == "Invite to the team"
    assert "Zoe Lang <zoe@partner.example>" in again.words
    assert "RingCentral" in again.words.splitlines()[3]
    assert team.direct_messages("emi") == []
    assert await _under_way(world) == 0
    await _save(world, again, {})
    assert team.roles == {
        "dev@acme.example": "Panelist",
        "emi@acme.example": "CoHost",
        "zoe@partner.example": "Panelist",
    }
    assert team.mailed == ["dev@acme.example"]


async def test_a_refusal_of_what_was_confirmed_leads_back_to_the_form(world: World) -> None:
    """It stands below what tells of it."""
    team = await team_harness(world, invited=["dev", "finn"])
    question = await team.save({"panelists": ["emi"]})
    world.ringcentral.fail("PATCH", INVITEES, status=403)
    await world.slack.submit("chloe", question)
    await world.settled()
    assert world.slack.view("chloe").title == "Not finished"
    await world.slack.close("chloe", world.slack.view("chloe"))

    assert world.slack.view("chloe").title == "Invite to the team"
    assert team.roles.keys() == {"dev@acme.example", "finn@acme.example"}


async def test_a_team_that_cannot_be_read_is_said_in_the_place_of_the_form(world: World) -> None:
    """The view that stood for it gives way to why."""
    team = await team_harness(world)
    world.ringcentral.fail("GET", INVITEES, status=403)
    await world.command("chloe", "#launch", "invite launch")
    assert world.slack.view("chloe").title == "Team not changed"
    assert team.take_calls() == ["GET"]


@pytest.mark.parametrize("mail", [[], ["by_mail"]], ids=["no mail", "by mail"])
async def test_who_cannot_be_written_to_is_reached_otherwise(world: World, mail: list[str]) -> None:
    """By RingCentral's e-mail, or by whoever invited them, who then has the link."""
    team = await team_harness(world)
    form = await team.open_form()
    world.slack.fail("chat.postMessage", error="cannot_dm_bot")
    result = await _save(world, form, {"panelists": ["dev"], "mail": mail})

    assert team.direct_messages("dev") == []
    if mail:
        assert "<@U0DEV>, panelist: RingCentral sends the invitation by e-mail" in result.words
        assert team.direct_messages("chloe") == []
    else:
        assert "<@U0DEV>, panelist: hears of it only from whoever invited them" in result.words
        assert team.link_of("dev@acme.example") in team.direct_messages("chloe")[-1].words


async def test_a_busy_slack_is_waited_for(world: World) -> None:
    """Who could not be told now is told a little later, and then whoever asked hears of it."""
    team = await team_harness(world)
    form = await team.open_form()
    world.slack.fail("chat.postMessage", retry_after=30)
    result = await _save(world, form, {"panelists": ["dev"]})
    assert "<@U0DEV>, panelist: not told yet; Greenroom tries again" in result.words

    await world.bot.services.team.resume()

    assert len(team.direct_messages("dev")) == 2
    assert "<@U0DEV>, panelist: told in a direct message" in world.slack.view("chloe").words
    assert await _under_way(world) == 0


async def test_links_that_could_not_be_handed_out_are_handed_out_later(world: World) -> None:
    """Slack is busy just when the organiser is to get them: once, a little later."""
    team = await team_harness(world)
    form = await team.open_form()
    world.slack.fail("chat.postMessage", retry_after=30)
    result = await _save(world, form, {"outside": "Zoe Lang <zoe@partner.example>", "mail": []})
    assert result.title == "Team saved"
    assert "Zoe Lang, panelist: not told yet; Greenroom tries again" in result.words

    await world.bot.services.team.resume()
    await world.bot.services.team.resume()

    [links] = team.direct_messages("chloe")
    assert team.link_of("zoe@partner.example") in links.words
    assert "who has their link" in world.slack.view("chloe").words


async def test_who_must_wait_is_told(world: World) -> None:
    """The working view says for how long."""
    team = await team_harness(world)
    form = await team.open_form()
    world.ringcentral.fail("PATCH", INVITEES, status=429, retry_after=1)
    await world.slack.submit("chloe", form, {"panelists": ["dev"]})
    await world.until(lambda: "RingCentral allows only a few calls a minute." in world.slack.view("chloe").words)
    await world.settled()

    assert world.slack.view("chloe").title == "Team saved"


async def test_who_was_removed_elsewhere_is_not_called_in_any_more(world: World) -> None:
    """A reading of the team shows that they are gone: their reminders are taken back."""
    team = await team_harness(world, invited=["dev"])
    await _elsewhere(world, team, remove="dev@acme.example")
    await team.reply_to("chloe", "team launch")
    await world.click("chloe", world.last("#launch", "chloe"), "Refresh")
    before = len(team.direct_messages("dev"))
    webinar = await world.bot.services.mirror.find(team.session_id)
    await world.move(webinar.start - world.clock.now())

    assert len(team.direct_messages("dev")) == before


async def test_who_is_invited_again_is_not_told_that_they_are_gone(world: World) -> None:
    """Slack was busy when they were removed; by the time it is not, they are on the team again and go on hearing."""
    team = await team_harness(world, invited=["dev"])
    question = await team.save({"panelists": []})
    world.slack.fail("chat.postMessage", retry_after=30)
    await world.slack.submit("chloe", question)
    await world.settled()
    assert "<@U0DEV>: not told yet" in world.slack.view("chloe").words
    await world.slack.close("chloe", world.slack.view("chloe"), clear=True)
    await team.save({"cohosts": ["dev"]})
    assert "You are *a co-host* of *Launch day*." in team.direct_messages("dev")[-2].words
    heard = len(team.direct_messages("dev"))

    await world.bot.services.team.resume()

    assert len(team.direct_messages("dev")) == heard
    assert await _under_way(world) == 0
    webinar = await world.bot.services.mirror.find(team.session_id)
    await world.move(webinar.start - timedelta(minutes=59) - world.clock.now())
    assert "starts in 1 hour" in team.direct_messages("dev")[-1].words


async def test_reminders_of_who_is_on_the_team_are_not_taken_back(world: World) -> None:
    """They were invited again just before their leaving was written down."""
    team = await team_harness(world, invited=["dev"])
    services, now = world.bot.services, world.clock.now()
    async with services.store.write() as db:
        await remove_reminders(
            db, services.account, team.session_id, "U0DEV", team.direct_messages("dev")[0].channel, now
        )
    webinar = await services.mirror.find(team.session_id)
    await world.move(webinar.start - timedelta(minutes=59) - now)

    assert "starts in 1 hour" in team.direct_messages("dev")[-1].words


async def test_an_invitation_that_ringcentral_sent_meanwhile_is_no_trouble(world: World) -> None:
    """That cannot be taken back, so that what was known is refused; a look, and the role is changed."""
    team = await team_harness(world)
    await _save(world, await team.open_form(), {"panelists": ["dev"], "mail": []})
    await world.slack.close("chloe", world.slack.view("chloe"), clear=True)
    webinar = await world.bot.services.mirror.find(team.session_id)
    dev = next(str(one["id"]) for one in world.ringcentral.invitees(team.session_id) if one["role"] != "Host")
    mailed = TeamChange(updated=(NewRole(invitee_id=dev, role=Role.PANELIST, is_mailed=True),))
    await world.bot.provider.change_team(webinar.webinar_id, webinar.session_id, mailed, PERSON)
    team.take_calls()
    result = await _save(world, await team.open_form(), {"cohosts": ["dev"], "panelists": []})

    assert result.title == "Team saved"
    assert (team.take_calls(), team.roles) == (["PATCH", "GET", "PATCH"], {"dev@acme.example": "CoHost"})


async def test_two_who_remove_the_same_person_at_once(world: World) -> None:
    """Both are answered, and the person is told once."""
    team = await team_harness(world, invited=["dev", "finn"])
    lists = {}
    for user in ("ana", "chloe"):
        await team.reply_to(user, "team launch")
        lists[user] = world.last("#launch", user)
    before = len(team.direct_messages("dev"))
    await asyncio.gather(*(world.click(user, listed, "Remove") for user, listed in lists.items()))
    await world.settled()

    assert team.roles.keys() == {"finn@acme.example"}
    assert [message.words[:24] for message in team.direct_messages("dev")[before:]] == ["You are no longer on the"]
    assert await _under_way(world) == 0


async def test_nothing_private_is_logged(world: World, caplog: pytest.LogCaptureFixture) -> None:
    """No name, address or link of anybody invited, whatever goes wrong."""
    caplog.set_level("DEBUG", logger="bot")
    team = await team_harness(world)
    form = await team.open_form()
    world.ringcentral.fail("PATCH", INVITEES, status=500, effect=True)
    world.slack.fail("chat.postMessage", error="cannot_dm_bot")
    await _save(world, form, {"panelists": ["dev"], "outside": "Zoe Lang <zoe@partner.example>", "mail": []})

    logged = "\n".join(f"{record.getMessage()} {record.__dict__}" for record in caplog.records)
    for private in ("zoe@partner.example", "Zoe", "dev@acme", team.link_of("zoe@partner.example")):
        assert private not in logged
    assert "team.reconciled" in logged


async def _save(world: World, form: View, fields: dict[str, object]) -> View:
    outcome = await world.slack.submit("chloe", form, fields)
    assert outcome.errors == {}
    await world.settled()
    return world.slack.view("chloe")


async def _under_way(world: World) -> int:
    async with world.bot.services.store.read() as db:
        return int((await db.execute(select(func.count()).select_from(team_changes))).scalar() or 0)


async def _elsewhere(world: World, team: TeamHarness, add: str = "", *, remove: str = "") -> None:
    """Somebody is invited or removed in RingCentral's own app."""
    webinar = await world.bot.services.mirror.find(team.session_id)
    new = NewInvitee(role=Role.PANELIST, first_name="Some", last_name="Body", email=add)
    listed = world.ringcentral.invitees(team.session_id)
    gone = tuple(str(one["id"]) for one in listed if one["email"] == remove)
    change = TeamChange(added=(new,) if add else (), deleted=gone)
    await world.bot.provider.change_team(webinar.webinar_id, webinar.session_id, change, PERSON)
