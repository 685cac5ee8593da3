"""Changes of a team during failures of RingCentral, Slack or Greenroom: applied once, and always reported."""

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
    """Short timeouts, and immediate retries of unknown outcomes."""
    without_waits(world)
    world.on_build = _soon


@pytest_asyncio.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """A world without waits."""
    async with running_world(tmp_path, prepare=prepared) as started:
        yield started


async def test_an_invitation_elsewhere_at_the_same_time_is_reconciled(world: World) -> None:
    """A 409 leads to a re-read and one more call for the rest; both are on the team and notified."""
    team = await team_harness(world)
    form = await team.open_form()
    await _change_in_ringcentral(world, team, "finn@acme.example")
    assert team.take_calls() == ["GET", "PATCH"]
    result = await _save(world, form, {"panelists": ["finn", "dev"]})

    assert team.take_calls() == ["PATCH", "GET", "PATCH"]
    assert team.roles.keys() == {"finn@acme.example", "dev@acme.example"}
    assert result.title == "Team saved"
    for user in ("finn", "dev"):
        assert team.link_of(f"{user}@acme.example") in str(team.direct_messages(user)[0].blocks)


async def test_a_removal_elsewhere_at_the_same_time_is_reconciled(world: World) -> None:
    """A 404 leads to a re-read; the rest is applied."""
    team = await team_harness(world, invited=["dev", "finn"])
    question = await team.save({"panelists": ["emi"]})
    await _change_in_ringcentral(world, team, remove="dev@acme.example")
    team.take_calls()
    await world.slack.submit("chloe", question)
    await world.settled()

    assert team.take_calls() == ["PATCH", "GET", "PATCH"]
    assert team.roles == {"emi@acme.example": "Panelist"}
    assert "no longer on the team" in team.direct_messages("finn")[-2].words


async def test_a_race_lost_twice_is_reported(world: World) -> None:
    """The user is told what to do; no member is notified."""
    team = await team_harness(world)
    world.ringcentral.fail("PATCH", INVITEES, status=409, times=2)
    result = await _save(world, await team.open_form(), {"panelists": ["dev"]})

    assert team.take_calls() == ["GET", "PATCH", "GET", "PATCH", "GET"]
    assert result.title == "Invite to the team"
    assert "Someone else is changing this team right now." in result.words
    assert team.direct_messages("dev") == []
    assert await _under_way(world) == 0


async def test_a_lost_response_is_looked_up(world: World) -> None:
    """The change was applied: it is not requested again, and each member is notified once."""
    team = await team_harness(world)
    world.ringcentral.fail("PATCH", INVITEES, status=500, effect=True)
    result = await _save(
        world, await team.open_form(), {"panelists": ["dev"], "outside": "Zoe Lang <zoe@partner.example>"}
    )

    assert team.take_calls() == ["GET", "PATCH", "GET"]
    assert result.title == "Team saved"
    assert team.roles.keys() == {"dev@acme.example", "zoe@partner.example"}
    assert len(team.direct_messages("dev")) == 2  # the message and the file


async def test_a_change_that_was_not_applied_is_requested_again(world: World) -> None:
    """If the second request fails too, the user is told that nothing has changed."""
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


async def test_an_unknown_outcome_is_reported_later(world: World) -> None:
    """The outcome is reported as unclear; when RingCentral answers again, each is notified once."""
    team = await team_harness(world)
    form = await team.open_form()
    world.ringcentral.fail("PATCH", INVITEES, status=500, effect=True)
    world.ringcentral.fail("GET", INVITEES, status=500, times=8)
    result = await _save(world, form, {"panelists": ["dev"]})
    assert "the team may or may not be changed. Greenroom keeps checking" in result.words
    assert team.direct_messages("dev") == []

    await world.bot.services.team.resume()
    assert await _under_way(world) == 1
    world.ringcentral.faults.clear()
    await world.bot.services.team.resume()

    assert await _under_way(world) == 0
    assert [method for method in team.take_calls() if method == "PATCH"] == ["PATCH"]
    assert len(team.direct_messages("dev")) == 2
    assert "<@U0DEV>, panelist: notified by direct message" in world.slack.view("chloe").words
    await world.bot.services.team.resume()
    assert len(team.direct_messages("dev")) == 2


async def test_an_outcome_unknown_for_too_long_is_given_up(world: World) -> None:
    """The user is asked to check the team."""
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
        (hang_at_slack("files.getUploadURLExternal", done=False), 2),
        (crash_before_writing("subscriptions", "U0DEV"), 3),
    ],
    ids=["asked", "made", "writing", "telling", "told", "file", "remembering"],
)
async def test_a_crash_leaves_every_member_notified(world: World, arm: SetFault, messages: int) -> None:
    """At any point: invited once, notified at least once, reminded, and the result is reported."""
    team = await team_harness(world)
    form = await team.open_form()
    reached = arm(world)
    await world.slack.submit("chloe", form, {"panelists": ["dev"]})
    await world.until(reached)
    await world.crash_bot()
    world.slack.calm()
    await world.start_bot()
    # Either this call or the bot's first scheduled run claims it.
    await world.bot.services.team.resume()
    await world.until(lambda: world.slack.view("chloe").title == "Team saved")

    assert team.roles == {"dev@acme.example": "Panelist"}
    assert len(team.direct_messages("dev")) == messages
    assert "<@U0DEV>, panelist: notified by direct message" in world.slack.view("chloe").words
    webinar = await world.bot.services.mirror.find(team.session_id)
    await world.move(webinar.start - timedelta(minutes=59) - world.clock.now())
    assert "starts in 1 hour" in team.direct_messages("dev")[-1].words


async def test_a_refusal_reopens_the_filled_form(world: World) -> None:
    """With the reason; nothing is changed, no one is notified, and a new submission works."""
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
    assert team.mailed == []


async def test_a_refusal_after_the_confirmation_keeps_the_form_below(world: World) -> None:
    """The filled form is below the error."""
    team = await team_harness(world, invited=["dev", "finn"])
    question = await team.save({"panelists": ["emi"]})
    world.ringcentral.fail("PATCH", INVITEES, status=403)
    await world.slack.submit("chloe", question)
    await world.settled()
    assert world.slack.view("chloe").title == "Not finished"
    await world.slack.close("chloe", world.slack.view("chloe"))

    assert world.slack.view("chloe").title == "Invite to the team"
    assert team.roles.keys() == {"dev@acme.example", "finn@acme.example"}


async def test_a_team_that_cannot_be_read_is_reported_in_place_of_the_form(world: World) -> None:
    """The progress view is replaced by the reason."""
    team = await team_harness(world)
    world.ringcentral.fail("GET", INVITEES, status=403)
    await world.command("chloe", "#launch", "invite launch")
    assert world.slack.view("chloe").title == "Team not changed"
    assert team.take_calls() == ["GET"]


@pytest.mark.parametrize("mail", [[], ["slack"]], ids=["no mail", "by mail"])
async def test_a_member_without_dms_is_notified_otherwise(world: World, mail: list[str]) -> None:
    """By RingCentral's email, or by the organizer, who gets the link."""
    team = await team_harness(world)
    form = await team.open_form()
    world.slack.fail("chat.postMessage", error="cannot_dm_bot")
    result = await _save(world, form, {"panelists": ["dev"], "mail": mail})

    assert team.direct_messages("dev") == []
    if mail:
        assert "<@U0DEV>, panelist: RingCentral sends the invitation by email" in result.words
        assert team.direct_messages("chloe") == []
    else:
        assert "<@U0DEV>, panelist: not notified: share their link" in result.words
        assert team.link_of("dev@acme.example") in team.direct_messages("chloe")[-1].words


async def test_notifications_wait_for_a_busy_slack(world: World) -> None:
    """A member is notified when Slack accepts it, and then the result is reported."""
    team = await team_harness(world)
    form = await team.open_form()
    world.slack.fail("chat.postMessage", retry_after=30)
    result = await _save(world, form, {"panelists": ["dev"]})
    assert "<@U0DEV>, panelist: not notified yet; Greenroom tries again" in result.words

    await world.bot.services.team.resume()

    assert len(team.direct_messages("dev")) == 2
    assert "<@U0DEV>, panelist: notified by direct message" in world.slack.view("chloe").words
    assert await _under_way(world) == 0


async def test_links_that_could_not_be_sent_are_sent_later(world: World) -> None:
    """If Slack is busy, the organizer gets the links once, later."""
    team = await team_harness(world)
    form = await team.open_form()
    world.slack.fail("chat.postMessage", retry_after=30)
    result = await _save(world, form, {"outside": "Zoe Lang <zoe@partner.example>", "mail": []})
    assert result.title == "Team saved"
    assert "Zoe Lang, panelist: not notified yet; Greenroom tries again" in result.words

    await world.bot.services.team.resume()
    await world.bot.services.team.resume()

    [links] = team.direct_messages("chloe")
    assert team.link_of("zoe@partner.example") in links.words
    assert "share their link" in world.slack.view("chloe").words


async def test_a_wait_is_shown(world: World) -> None:
    """The progress view shows how long."""
    team = await team_harness(world)
    form = await team.open_form()
    world.ringcentral.fail("PATCH", INVITEES, status=429, retry_after=1)
    await world.slack.submit("chloe", form, {"panelists": ["dev"]})
    await world.until(
        lambda: "RingCentral allows only a few calls a minute, so yours" in world.slack.view("chloe").words
    )
    await world.settled()

    assert world.slack.view("chloe").title == "Team saved"


async def test_a_member_removed_elsewhere_is_notified_and_gets_no_more_reminders(world: World) -> None:
    """When a reading shows that they are gone: once, their reminders and their calendar entry are withdrawn."""
    team = await team_harness(world, invited=["dev"])
    await _change_in_ringcentral(world, team, remove="dev@acme.example")
    await team.reply_to("chloe", "team launch")
    await world.click("chloe", world.last("#launch", "chloe"), "Refresh")
    for _ in range(2):
        await world.bot.services.team.resume()
    invitation, _, notice, file = team.direct_messages("dev")
    assert "You are no longer on the team of *Launch day*." in invitation.words
    assert "You are no longer on the team of *Launch day*" in notice.words
    assert "METHOD:CANCEL" in file.files[0].content.decode()
    webinar = await world.bot.services.mirror.find(team.session_id)
    await world.move(webinar.start - world.clock.now())

    assert len(team.direct_messages("dev")) == 4


async def test_a_member_invited_again_is_not_notified_of_the_removal(world: World) -> None:
    """Slack was busy at the removal; when it is not, they are on the team again and keep their reminders."""
    team = await team_harness(world, invited=["dev"])
    question = await team.save({"panelists": []})
    world.slack.fail("chat.postMessage", retry_after=30)
    await world.slack.submit("chloe", question)
    await world.settled()
    assert "<@U0DEV>: not notified yet" in world.slack.view("chloe").words
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


async def test_reminders_of_a_current_member_are_not_withdrawn(world: World) -> None:
    """They were invited again just before the removal was saved."""
    team = await team_harness(world, invited=["dev"])
    services, now = world.bot.services, world.clock.now()
    async with services.store.write() as db:
        await remove_reminders(
            db, services.account, team.session_id, "U0DEV", team.direct_messages("dev")[0].channel, now
        )
    webinar = await services.mirror.find(team.session_id)
    await world.move(webinar.start - timedelta(minutes=59) - now)

    assert "starts in 1 hour" in team.direct_messages("dev")[-1].words


async def test_an_invitation_mailed_in_the_meantime_is_reconciled(world: World) -> None:
    """`sendInvite` cannot be unset, so the first request is refused; after a re-read the role is changed."""
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


async def test_two_users_remove_the_same_member_at_once(world: World) -> None:
    """Both users get a result, and the member is notified once."""
    team = await team_harness(world, invited=["dev", "finn"])
    lists = {}
    for user in ("ana", "chloe"):
        await team.reply_to(user, "team launch")
        lists[user] = world.last("#launch", user)
    before = len(team.direct_messages("dev"))
    await asyncio.gather(*(world.click(user, listed, "Remove") for user, listed in lists.items()))
    await world.settled()

    assert team.roles.keys() == {"finn@acme.example"}
    assert [message.words[:24] for message in team.direct_messages("dev")[before:]] == [
        "You are no longer on the",
        "Open this file to remove",
    ]
    assert await _under_way(world) == 0


async def test_no_personal_data_is_logged(world: World, caplog: pytest.LogCaptureFixture) -> None:
    """No name, address or link of an invitee, in any failure."""
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


async def _change_in_ringcentral(world: World, team: TeamHarness, add: str = "", *, remove: str = "") -> None:
    """Invite or remove a person in RingCentral's own app."""
    webinar = await world.bot.services.mirror.find(team.session_id)
    new = NewInvitee(role=Role.PANELIST, first_name="Some", last_name="Body", email=add)
    listed = world.ringcentral.invitees(team.session_id)
    gone = tuple(str(one["id"]) for one in listed if one["email"] == remove)
    change = TeamChange(added=(new,) if add else (), deleted=gone)
    await world.bot.provider.change_team(webinar.webinar_id, webinar.session_id, change, PERSON)
