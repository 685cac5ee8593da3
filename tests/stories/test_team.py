"""Invite people to a team, change their roles, remove them, and notify each of them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
import pytest_asyncio

from bot.model.team import NewInvitee, Role, TeamChange
from bot.team import table as team_table
from bot.webinars import organizer_table
from sandbox.ringcentral.company import Person as Extension
from sandbox.slack import View
from tests.support.registration import PERSON, registration_harness, without_waits
from tests.support.team import TeamHarness, team_harness
from tests.support.world import World, running_world

MINUTE = timedelta(minutes=1)


@pytest_asyncio.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """A world without waits for RingCentral's budget."""
    async with running_world(tmp_path, prepare=without_waits) as started:
        yield started


async def test_people_are_invited_in_one_call_and_each_gets_their_own_link(world: World) -> None:
    """Slack users get a DM with a calendar file; the organizer gets the outsider's link privately."""
    team = await team_harness(world)
    form = await team.open_form(text="invite launch <@U0DEV|dev> <@U0FINN|finn> zoe@partner.example")
    assert "Host: Chloé Martin" in form.words
    assert "Line 1: “zoe@partner.example” has no name." in form.words
    assert set((await world.slack.submit("chloe", form, {"mail": []})).errors) == {"outside"}
    outcome = await world.slack.submit("chloe", form, {"mail": [], "outside": "Zoe Lang <zoe@partner.example>"})
    assert outcome.errors == {}
    await world.settled()

    assert team.take_calls() == ["GET", "PATCH"]
    assert team.roles == dict.fromkeys(("dev@acme.example", "finn@acme.example", "zoe@partner.example"), "Panelist")
    assert team.mailed == []
    result = world.slack.view("chloe")
    assert result.title == "Team saved"
    assert "<@U0DEV>, panelist: notified by direct message" in result.words
    for user in ("dev", "finn"):
        invited, file = team.direct_messages(user)
        assert "You are *a panelist* of *Launch day*. Invited by <@U0CHLOE>." in invited.words
        assert team.link_of(f"{user}@acme.example") in str(invited.blocks)
        [sent] = file.files
        assert sent.name == "Launch day.ics"
        assert team.link_of(f"{user}@acme.example") in sent.content.decode().replace("\r\n ", "")
    [links] = team.direct_messages("chloe")
    assert team.link_of("zoe@partner.example") in links.words
    assert team.link_of("dev@acme.example") not in links.words
    assert "/w/" not in "".join(str(message.blocks) for message in world.slack.messages("#launch"))


async def test_invited_people_can_find_their_own_link(world: World) -> None:
    """Each finds only their own."""
    invited = await team_harness(world, invited=["dev"])
    account = world.bot.services.account
    async with world.bot.services.store.read() as db:
        assert await team_table.link_for_user(db, account, invited.session_id, "U0DEV") == invited.link_of(
            "dev@acme.example"
        )
        assert await team_table.link_for_user(db, account, invited.session_id, "U0FINN") == ""


async def test_a_panelist_is_offered_their_own_link_and_no_registration(world: World) -> None:
    """In the details, before and during the webinar; the invitation loses its link when the webinar is over."""
    team = await team_harness(world, invited=["dev"])
    await team.reply_to("dev", "show launch")
    assert "Register" not in world.last("#launch", "dev").buttons
    await world.slack.click("dev", world.last("#launch", "dev"), "My Link")
    await world.settled()
    shown = world.slack.view("dev")
    assert "You are a panelist of this webinar, and this is your own link." in shown.words
    assert "Join as Panelist" in shown.words
    assert team.link_of("dev@acme.example") in str(shown.blocks)

    world.ringcentral.begin(team.session_id)
    await world.bot.services.mirror.sweep()
    await team.reply_to("dev", "show launch")
    assert world.last("#launch", "dev").buttons[0] == "My Link"
    world.ringcentral.finish(team.session_id)
    await world.bot.services.mirror.sweep()
    await world.bot.services.team.notifier.update_outdated()
    invitation, file = team.direct_messages("dev")[:2]
    assert (invitation.words, invitation.buttons) == ("*Launch day* is over, so your link no longer works.", [])
    assert len([one for one in team.direct_messages("dev") if one.files]) == len(file.files)
    await world.slack.click("dev", world.last("#launch", "dev"), "My Link")  # an old reply
    await world.settled()
    assert world.slack.view("dev").title == "Your link"
    assert "This webinar is over, so your link no longer works." in world.slack.view("dev").words


async def test_only_outsiders_are_emailed_by_default(world: World) -> None:
    """Slack users get a DM: a coworker and a person outside the directory; the form says who is emailed."""
    team = await team_harness(world)
    form = await team.open_form()
    assert "RingCentral emails the people from outside Slack" in form.words
    assert "RingCentral emails the people in Slack, too" in form.words
    outcome = await world.slack.submit(
        "chloe", form, {"cohosts": ["dev"], "panelists": ["finn"], "outside": "Zoe Lang <zoe@partner.example>"}
    )
    assert outcome.errors == {}
    await world.settled()

    assert len(team.roles) == 3
    assert team.mailed == ["zoe@partner.example"]
    for user in ("dev", "finn"):
        assert team.link_of(f"{user}@acme.example") in str(team.direct_messages(user)[0].blocks)
        assert "email" not in team.direct_messages(user)[0].words


async def test_a_coworker_who_is_written_by_address_is_not_emailed(world: World) -> None:
    """The organizer gets their link, as of everybody whom RingCentral does not email."""
    team = await team_harness(world)

    await team.save({"outside": "dev@acme.example\nZoe Lang <zoe@partner.example>"})

    assert team.mailed == ["zoe@partner.example"]
    assert team.link_of("dev@acme.example") in "".join(str(one.blocks) for one in team.direct_messages("chloe"))


@pytest.mark.parametrize(
    ("mail", "mailed"),
    [
        (["slack"], ["dev@acme.example"]),
        (["outside"], ["zoe@partner.example"]),
        (["outside", "slack"], ["dev@acme.example", "zoe@partner.example"]),
        ([], []),
    ],
)
async def test_each_choice_of_the_form_decides_who_is_emailed(world: World, mail: list[str], mailed: list[str]) -> None:
    """Slack users and people from outside separately."""
    team = await team_harness(world)
    await team.save({"panelists": ["dev"], "outside": "Zoe Lang <zoe@partner.example>", "mail": mail})

    assert team.mailed == mailed


async def test_invitations_by_mail_are_sent_by_ringcentral(world: World) -> None:
    """Then the organizer gets no links; Slack users still get a DM."""
    team = await team_harness(world)
    await team.save({"cohosts": ["dev"], "outside": "Zoe Lang <zoe@partner.example>", "mail": ["outside", "slack"]})

    assert team.roles == {"dev@acme.example": "CoHost", "zoe@partner.example": "Panelist"}
    assert team.mailed == ["dev@acme.example", "zoe@partner.example"]
    assert team.direct_messages("chloe") == []
    assert "RingCentral sends you an invitation by email as well" in team.direct_messages("dev")[0].words
    assert "Zoe Lang, panelist: RingCentral sends the invitation by email" in world.slack.view("chloe").words


async def test_adding_changing_and_removing_is_one_call(world: World) -> None:
    """A removal is confirmed first; each member is notified."""
    team = await team_harness(world, invited=["dev", "finn"])
    question = await team.save({"cohosts": ["dev"], "panelists": ["emi"]})
    assert question.title == "Remove 1 person?"
    assert "• <@U0FINN>, panelist" in question.words
    assert "In the same step, 1 person is added and 1 person gets another role" in question.words
    assert team.take_calls() == []

    await world.slack.submit("chloe", question)
    await world.settled()

    assert team.take_calls() == ["PATCH"]
    assert team.roles == {"dev@acme.example": "CoHost", "emi@acme.example": "Panelist"}
    assert "You are now *a co-host* of *Launch day*." in team.direct_messages("dev")[-2].words
    assert "You are no longer on the team of *Launch day*" in team.direct_messages("finn")[-2].words
    assert "You are *a panelist* of *Launch day*." in team.direct_messages("emi")[0].words
    words = world.slack.view("chloe").words
    assert "<@U0DEV>, now co-host: notified by direct message" in words
    assert "<@U0FINN>: notified by direct message" in words
    # Closing the result also closes the outdated form below it.
    await world.slack.close("chloe", world.slack.view("chloe"))
    assert not world.slack.world.stacks["U0CHLOE"]


async def test_going_back_from_the_confirmation_keeps_the_form(world: World) -> None:
    """The filled form is below the confirmation; a confirmed change is not confirmed twice."""
    team = await team_harness(world, invited=["dev", "finn"])
    question = await team.save({"panelists": ["dev"], "outside": "Zoe Lang <zoe@partner.example>"})
    await world.slack.close("chloe", question)
    form = world.slack.view("chloe")
    assert form.title == "Invite to the team"
    outcome = await world.slack.submit("chloe", form, {"panelists": ["dev", "finn"]})
    assert outcome.errors == {}
    await world.settled()

    assert team.roles.keys() == {"dev@acme.example", "finn@acme.example", "zoe@partner.example"}


async def test_problems_are_under_the_fields(world: World) -> None:
    """A co-host outside the directory, the host, a line without an address, and no change are refused."""
    team = await team_harness(world)
    form = await team.open_form(text="invite launch <@U0FINN|finn> @nobody as cohost")
    assert "Nobody here is called @nobody: choose them below.\nFinn Berg can't be a co-host" in form.words

    outcome = await world.slack.submit(
        "chloe", form, {"cohosts": ["finn"], "panelists": ["chloe", "greenroom"], "outside": "zoe\nyan@partner.example"}
    )
    assert outcome.errors["cohosts"].startswith("Finn Berg can't be a co-host")
    assert "is the host already." in outcome.errors["panelists"]
    assert "is an app, so it can't be on a team." in outcome.errors["panelists"]
    assert outcome.errors["outside"].splitlines() == [
        "Line 1: “zoe” is not an email address.",
        "Line 2: “yan@partner.example” has no name.",
        "Write Zoe Lang <zoe@partner.example>.",
    ]
    nothing = await world.slack.submit("chloe", form, {"cohosts": [], "panelists": [], "outside": ""})
    assert nothing.errors == {"panelists": "Nothing was changed. Choose someone, or close this form."}
    assert team.take_calls() == ["GET"]


async def test_user_group_is_expanded(world: World) -> None:
    """A group named in the command is expanded in the form, without duplicates."""
    team = await team_harness(world)
    form = await team.open_form(text="invite launch <!subteam^S0EVENTS|@events> <@U0EMI|emi> as cohost")
    outcome = await world.slack.submit("chloe", form)
    assert outcome.errors == {}
    await world.settled()

    assert team.roles == {"ben@acme.example": "CoHost", "emi@acme.example": "CoHost"}


async def test_speakers_are_reminded_earlier_in_their_own_messages(world: World) -> None:
    """Reminders are earlier by the join offset, moved with the webinar, and end with a removal."""
    launch = await registration_harness(world)
    world.ringcentral.edit(launch.session_id, panelJoinTimeOffset=900)
    await world.bot.services.mirror.sweep()
    team = TeamHarness(world, launch.session_id)
    await team.save({"panelists": ["dev", "finn"]})
    assert "Be there 15 minutes early" in team.direct_messages("dev")[0].words
    webinar = await world.bot.services.mirror.find(team.session_id)
    await world.slack.close("chloe", world.slack.view("chloe"), clear=True)

    await world.move(webinar.start - 75 * MINUTE - 5 * MINUTE - world.clock.now())
    before = len(team.direct_messages("dev"))
    await world.slack.submit("chloe", await _remove(team, "finn"))
    await world.settled()
    gone = len(team.direct_messages("finn"))
    await world.move(6 * MINUTE)
    assert [message.words.splitlines()[0] for message in team.direct_messages("dev")[before:]] == [
        "*Launch day* starts in 1 hour 15 minutes"
    ]
    world.ringcentral.edit(team.session_id, scheduledStartTime=webinar.start + timedelta(days=1))
    await world.bot.services.mirror.sweep()
    await world.move(MINUTE)
    assert "moved" in team.direct_messages("dev")[-1].words.lower()
    assert len(team.direct_messages("finn")) == gone


async def test_team_list_shows_how_members_were_notified(world: World) -> None:
    """From the database without a vendor call; Refresh reads it, including members invited in RingCentral."""
    invited = await team_harness(world, invited=["dev"])
    words = await invited.reply_to("chloe", "team launch")
    assert "Chloé Martin · *Host*" in words
    assert "<@U0DEV> · *Panelist*\nNotified by direct message" in words
    assert invited.take_calls() == []

    await _invite_in_ringcentral(world, invited, "zoe@partner.example")
    await world.click("chloe", world.last("#launch", "chloe"), "Refresh")
    assert "Zoe Lang (zoe@partner.example) · *Panelist*\nInvited in RingCentral" in world.last("#launch", "chloe").words
    assert invited.take_calls() == ["PATCH", "GET"]


async def test_a_member_is_removed_from_the_list(world: World) -> None:
    """The button asks to confirm, then the list shows the outcome; an older list says that they are gone."""
    team = await team_harness(world, invited=["dev"])
    await team.reply_to("ana", "team launch")
    await team.reply_to("chloe", "team launch")
    listed = world.last("#launch", "chloe")
    assert "Dev Patel leaves the team and their link stops working." in str(listed.blocks)
    await world.click("chloe", listed, "Remove")

    assert (team.roles, team.take_calls()) == ({}, ["PATCH"])
    words = world.last("#launch", "chloe").words
    assert "Removed: <@U0DEV>: notified by direct message." in words
    assert "Nobody is invited yet: there is only the host" in words
    await world.click("ana", world.last("#launch", "ana"), "Remove")
    assert "They are no longer on this team." in world.last("#launch", "ana").words


@pytest.mark.parametrize("partial_updates", [True, False])
async def test_a_new_role_keeps_the_mail_setting(world: World, partial_updates: bool) -> None:
    """Also if RingCentral treats a missing `sendInvite` as true."""
    world.ringcentral.rules.partial_updates = partial_updates
    team = await team_harness(world)
    await team.save({"panelists": ["dev"], "mail": []})
    await world.slack.close("chloe", world.slack.view("chloe"), clear=True)
    await team.save({"cohosts": ["dev"], "panelists": []})

    assert team.roles == {"dev@acme.example": "CoHost"}
    assert team.mailed == []


async def test_a_member_invited_elsewhere_is_notified_once_chosen_in_slack(world: World) -> None:
    """A member invited in RingCentral and then chosen in Slack is notified of the new role."""
    team = await team_harness(world)
    await _invite_in_ringcentral(world, team, coworker="dev")
    await team.save({"cohosts": ["dev"], "panelists": [], "outside": ""})

    assert team.roles == {"dev@acme.example": "CoHost"}
    assert "You are *a co-host* of *Launch day*." in team.direct_messages("dev")[0].words
    assert team.link_of("dev@acme.example") in str(team.direct_messages("dev")[0].blocks)
    assert "<@U0DEV>, now co-host: notified by direct message" in world.slack.view("chloe").words


async def test_a_member_invited_by_address_cannot_become_cohost(world: World) -> None:
    """RingCentral would refuse it, so the form says what to do."""
    team = await team_harness(world)
    await _invite_in_ringcentral(world, team, "dev@acme.example")
    form = await team.open_form()
    outcome = await world.slack.submit("chloe", form, {"cohosts": ["dev"], "outside": ""})
    assert outcome.errors["cohosts"].startswith(
        "Dev Patel was invited by email address, and RingCentral makes co-hosts"
    )

    question = await world.slack.submit("chloe", form, {"cohosts": [], "outside": ""})
    assert question.errors == {}
    await world.slack.submit("chloe", world.slack.view("chloe"))
    await world.settled()
    await world.slack.close("chloe", world.slack.view("chloe"), clear=True)
    await team.save({"cohosts": ["dev"]})
    assert team.roles == {"dev@acme.example": "CoHost"}


async def test_muted_stays_muted_with_a_new_role(world: World) -> None:
    """They are notified of the role; reminders stay muted."""
    team = await team_harness(world, invited=["dev"])
    webinar = await world.bot.services.mirror.find(team.session_id)
    await world.move(webinar.start - timedelta(days=1) + MINUTE - world.clock.now())
    await world.click("dev", team.direct_messages("dev")[-1], "Mute")
    await team.save({"cohosts": ["dev"], "panelists": []})
    heard = len(team.direct_messages("dev"))
    assert "You are now *a co-host*" in team.direct_messages("dev")[-2].words

    await world.move(webinar.start - world.clock.now())
    assert len(team.direct_messages("dev")) == heard


async def test_a_removed_member_keeps_their_seat(world: World) -> None:
    """They are notified, and reminded as a registrant."""
    team = await team_harness(world, announce_in="#random")
    await world.command("dev", "#launch", "register launch")
    await world.slack.submit("dev", world.slack.view("dev"), {})
    await world.settled()
    await team.save({"outside": "Zoe Lang <zoe@partner.example>"})
    await world.slack.close("chloe", world.slack.view("chloe"), clear=True)
    await team.save({"panelists": ["dev"]})
    await world.slack.close("chloe", world.slack.view("chloe"), clear=True)
    await world.slack.submit("chloe", await team.save({"panelists": []}))
    await world.settled()

    assert "you keep your seat with its link and reminders." in team.direct_messages("dev")[-1].words
    webinar = await world.bot.services.mirror.find(team.session_id)
    await world.move(webinar.start - 59 * MINUTE - world.clock.now())
    assert "starts in 1 hour" in team.direct_messages("dev")[-1].words


async def test_a_group_larger_than_a_team_is_answered(world: World) -> None:
    """Before its members are looked up, with what to do."""
    await team_harness(world)
    group = world.slack.groups["S0EVENTS"]
    group.users = [f"U0MANY{number}" for number in range(300)]
    await world.command("chloe", "#launch", "invite launch <!subteam^S0EVENTS|@events>")

    words = world.slack.view("chloe").words
    assert "300 people were named, and RingCentral takes 99 co-hosts and panelists together at most." in words
    assert "Name fewer people or a smaller group." in words


async def test_a_lost_link_is_sent_again(world: World) -> None:
    """To a Slack user as a DM, for an outsider to the organizer."""
    team = await team_harness(world)
    await team.save({"panelists": ["dev"], "outside": "Zoe Lang <zoe@partner.example>"})
    await team.reply_to("chloe", "team launch")
    await world.click("chloe", world.last("#launch", "chloe"), "Send Link Again")
    assert team.link_of("dev@acme.example") in str(team.direct_messages("dev")[-2].blocks)
    assert "<@U0DEV> has the link again." in world.last("#launch", "chloe").words

    await world.click("chloe", world.last("#launch", "chloe"), "Send Me the Link")
    assert team.link_of("zoe@partner.example") in team.direct_messages("chloe")[-1].words
    assert "Share it with them only:" in team.direct_messages("chloe")[-1].words
    assert "PATCH" not in team.take_calls()[2:]


async def test_only_managers_may_and_every_step_checks(world: World) -> None:
    """At the command, at each button, and when the form or the confirmation is submitted."""
    team = await team_harness(world, invited=["dev"], announce_in="#random")
    for text in ("invite launch", "team launch"):
        assert "You can't invite people to this webinar: <@U0CHLOE>, who created it" in await team.reply_to(
            "finn", text
        )
    await _choose_organizers(world, "U0FINN")
    await team.reply_to("finn", "team launch")
    listed = world.last("#launch", "finn")
    question = await team.save({"panelists": []}, user="finn")
    await _choose_organizers(world, "U0EMI")

    await world.click("finn", listed, "Remove")
    assert "You can't invite people to this webinar" in world.last("#launch", "finn").words
    outcome = await world.slack.submit("finn", question)
    assert "You can't invite people to this webinar" in str(outcome.answer)
    for _ in range(2):
        await world.slack.close("finn", world.slack.view("finn"))
    outcome = await world.slack.submit("finn", world.slack.view("finn"), {"panelists": ["emi"]})
    assert "You can't invite people to this webinar" in str(outcome.answer)
    assert team.roles.keys() == {"dev@acme.example"}


@pytest.mark.parametrize("button", ["Refresh", "Remove"])
async def test_former_organizer_is_refused_by_every_button_of_the_list(world: World, button: str) -> None:
    """Each button checks permission again: one refusal, no vendor call, nothing replaced."""
    team = await team_harness(world, invited=["dev"], announce_in="#random")
    await _choose_organizers(world, "U0FINN")
    await team.reply_to("finn", "team launch")
    [listed] = world.slack.messages("#launch", "finn")
    await _choose_organizers(world)
    assert team.take_calls() == []

    await world.click("finn", listed, button)

    [still, refused] = world.slack.messages("#launch", "finn")
    assert still.words == listed.words
    assert "You can't invite people to this webinar" in refused.words
    assert team.take_calls() == []
    assert team.roles.keys() == {"dev@acme.example"}


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("invite launch <@U0DEV|dev> as attendee", "Attendees are not invited to a team: they register with the card"),
        ("invite launch <@U0DEV|dev> as host", "A webinar has one host, who can't be changed."),
        (
            "invite launch <@U0DEV|dev> as boss",
            "I don't understand the role “boss”. Use cohost or panelist; attendees register.",
        ),
        ("invite garden", "No webinar matches “garden”."),
    ],
)
async def test_invalid_commands_are_explained(world: World, text: str, sentence: str) -> None:
    """With what to do; no form opens."""
    team = await team_harness(world)
    assert sentence in await team.reply_to("chloe", text)
    assert team.take_calls() == []


async def test_picker_carries_the_named_people(world: World) -> None:
    """With several matches, the chosen button opens the form with the named people."""
    await team_harness(world, by="chloe")
    other = await team_harness(world, by="chloe", title="Launch party")
    await other.reply_to("chloe", "invite launch <@U0DEV|dev> zoe@partner.example as cohost")
    picker = world.last("#launch", "chloe")
    assert picker.buttons.count("Invite") == 2
    ids = [block["accessory"]["value"] for block in picker.blocks if "accessory" in block]
    block = next(
        block for block in picker.blocks if block.get("accessory", {}).get("value", "").startswith(other.session_id)
    )
    assert len(ids) == 2
    await world.click("chloe", picker, "Invite", block_id=block["block_id"])
    form = world.slack.view("chloe")
    assert form.values["outside"]["outside"]["value"] == "zoe@partner.example"
    await world.slack.submit("chloe", form, {"outside": "Zoe Lang <zoe@partner.example>"})
    await world.settled()

    assert other.roles == {"dev@acme.example": "CoHost", "zoe@partner.example": "Panelist"}


async def test_once_it_has_started_people_can_only_be_added(world: World) -> None:
    """Refused under the field before any vendor call; after the end nothing can be changed."""
    team = await team_harness(world, invited=["dev"])
    world.ringcentral.begin(team.session_id)
    await world.bot.services.mirror.sweep()
    form = await team.open_form()
    assert "people can be added, but nobody can be changed or removed" in form.words
    outcome = await world.slack.submit("chloe", form, {"panelists": []})
    assert "it is too late to change or remove 1 person" in outcome.errors["panelists"]
    await world.slack.close("chloe", form)
    await team.reply_to("chloe", "team launch")
    assert "Remove" not in world.last("#launch", "chloe").buttons

    world.ringcentral.finish(team.session_id)
    await world.bot.services.mirror.sweep()
    assert "This webinar is over, so its team can't be changed." in await team.reply_to("chloe", "invite launch")


async def test_invite_is_a_button_of_the_details(world: World) -> None:
    """Only for users who may; with a known team the form opens at once."""
    team = await team_harness(world, invited=["dev"])
    await team.reply_to("finn", "show launch")
    assert "Invite" not in world.last("#launch", "finn").buttons
    await team.reply_to("chloe", "show launch")
    await world.click("chloe", world.last("#launch", "chloe"), "Invite")
    assert "U0DEV" in str(world.slack.view("chloe").body)
    assert team.take_calls() == []


async def test_result_of_a_closed_form_is_a_dm(world: World) -> None:
    """To the user who submitted the form."""
    team = await team_harness(world)
    form = await team.open_form()
    outcome = await world.slack.submit("chloe", form, {"panelists": ["dev"]})
    assert outcome.errors == {}
    await world.slack.close("chloe", world.slack.view("chloe"), clear=True)
    await world.settled()

    assert "<@U0DEV>, panelist: notified by direct message" in team.direct_messages("chloe")[-1].words


async def test_old_teams_are_deleted(world: World) -> None:
    """90 days after the end, not before."""
    invited = await team_harness(world, invited=["dev"])
    account = world.bot.services.account

    async def known_after(days: int) -> bool:
        world.clock.move(timedelta(days=days))
        await world.bot.services.team.forget_ended()
        async with world.bot.services.store.read() as db:
            return await team_table.find(db, account, invited.session_id) is not None

    assert await known_after(92)
    assert not await known_after(2)


async def _remove(team: TeamHarness, user: str) -> View:
    """Deselect a member in the form; returns the confirmation."""
    left = sorted({"dev", "finn"} - {user})
    return await team.save({"panelists": left})


async def _invite_in_ringcentral(world: World, team: TeamHarness, address: str = "", *, coworker: str = "") -> None:
    """Invite a person in RingCentral's own app."""
    webinar = await world.bot.services.mirror.find(team.session_id)
    known = world.bot.services.directory.coworker_at(f"{coworker}@acme.example")
    new = NewInvitee(role=Role.PANELIST, first_name="Zoe", last_name="Lang", email=address, coworker=known)
    await world.bot.provider.change_team(webinar.webinar_id, webinar.session_id, TeamChange(added=(new,)), PERSON)


async def _choose_organizers(world: World, *users: str) -> None:
    async with world.bot.services.store.write() as db:
        await organizer_table.save(db, world.bot.services.account.workspace, users, "U0ANA", world.clock.now())


async def test_a_cohost_who_is_new_in_the_directory_is_looked_up(world: World) -> None:
    """RingCentral accepts co-hosts from its directory only; Finn was added to it after Greenroom has started."""
    team = await team_harness(world)
    world.ringcentral.company.people = [
        *world.ringcentral.company.people,
        Extension(id="62190777", first_name="Finn", last_name="Berg", email="finn@acme.example"),
    ]

    await team.save({"cohosts": ["finn"]})

    assert team.roles == {"finn@acme.example": "CoHost"}
    paths = [call.path for call in world.ringcentral.calls]
    assert paths.count("/restapi/v1.0/account/~/extension") == 1
