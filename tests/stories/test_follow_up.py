"""A follow-up from the command to everybody's messages, and the file for the mailing tool."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
import pytest_asyncio
from sqlalchemy import text

from sandbox.slack import View
from tests.support.follow_ups import ORGANIZER, follow_up_harness, hold, prepare
from tests.support.seats import seats_harness
from tests.support.world import World, running_world

MINUTE = timedelta(minutes=1)


@pytest_asyncio.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """A world without waiting."""
    async with running_world(tmp_path, prepare=prepare) as started:
        yield started


async def test_from_the_command_to_everybody(world: World) -> None:
    """Each group gets its text: users with a seat as a direct message, all others in the file."""
    launch = await follow_up_harness(world)

    form = await launch.open()
    assert form.labels[:4] == [
        "Who gets a message?",
        "For those who attended",
        "For those who left early",
        "For those who did not come",
    ]
    outcome = await world.slack.submit(ORGANIZER, form, {"For those who attended": "Thanks, {first name}! <!channel>"})
    assert outcome.errors == {}
    await world.settled()
    review = world.slack.view(ORGANIZER)
    assert "Attended: *2 people* (1 in Slack, 1 in the file)" in review.words
    assert "Left early: *2 people* (1 in Slack, 1 in the file)" in review.words
    assert "Absent: *2 people* (1 in Slack, 1 in the file)" in review.words
    assert "3 direct messages from Greenroom, all sent in about 5 minutes" in review.words
    assert "3 people in a file" in review.words
    assert [launch.received(user) for user in ("dev", "emi", "finn")] == [[], [], []]

    await world.slack.submit(ORGANIZER, review)
    await world.settled()
    assert "3 direct messages go out by" in launch.progress.words
    assert launch.received("dev") == []
    await launch.finish()

    [[dev], [emi], [finn]] = [launch.received(user) for user in ("dev", "emi", "finn")]
    assert "Thanks, Dev! &lt;!channel&gt;" in dev.words
    assert "Thank you for joining “Launch day”. It continued after you left." in emi.words
    assert "Hi Finn,\n\nWe missed you at “Launch day”." in finn.words
    assert [one.buttons for one in (dev, emi, finn)] == [["Stop These Messages"]] * 3
    [rows] = launch.files
    assert [row[3] for row in rows] == ["Attended", "Left early", "Absent"]
    assert [row[4].split("\n")[0] for row in rows][1:] == [f"Hi {row[0]}," for row in rows[1:]]
    assert rows[0][4] == f"Thanks, {rows[0][0]}! <!channel>"
    assert "is done. 3 direct messages were sent.\nThe file has 3 people" in launch.progress.words
    assert launch.progress.buttons == []


async def test_nothing_typed_is_lost(world: World) -> None:
    """While typing, on closing, after a refusal and after the review; *Start Over* begins anew."""
    launch = await follow_up_harness(world)
    form = await launch.open()
    assert "Picked up where" not in form.words

    await world.click(ORGANIZER, form, "For those who attended", value="Thanks for com")
    await world.slack.close(ORGANIZER, form)
    form = await launch.open()
    assert "Picked up where you left off" in form.words
    assert "Thanks for com" in [block["element"].get("initial_value") for block in form.blocks if "element" in block]

    values = {"For those who attended": "Thanks, {name}!", "For those who did not come": ""}
    outcome = await world.slack.submit(ORGANIZER, form, values)
    assert [re.split("[.:]", sentence)[0] for sentence in outcome.errors.values()] == [
        "{name} is not a placeholder",
        "Write a text, or leave this group out above",
    ]
    await world.slack.close(ORGANIZER, form)
    form = await launch.open()
    chosen = {"For those who attended": "Thanks, {title}!", "Who gets a message?": ["attended"]}
    await world.slack.submit(ORGANIZER, form, chosen)
    await world.settled()
    assert "Left early" not in world.slack.view(ORGANIZER).words
    await world.click(ORGANIZER, world.slack.view(ORGANIZER), "Change Texts")
    form = world.slack.view(ORGANIZER)
    texts = [block["element"].get("initial_value") for block in form.blocks if "element" in block]
    assert texts[1] == "Thanks, {title}!"
    groups = next(block["element"] for block in form.blocks if "element" in block)["initial_options"]
    assert [one["value"] for one in groups] == ["attended"]

    assert len(texts) == 2  # a group that is left out has no text
    await world.click(ORGANIZER, form, "followup.groups", value=["attended", "left_early"])
    form = world.slack.view(ORGANIZER)
    assert form.labels == ["Who gets a message?", "For those who attended", "For those who left early"]
    texts = [block["element"].get("initial_value") for block in form.blocks if "element" in block]
    assert (texts[1], bool(texts[2])) == ("Thanks, {title}!", True)
    await world.slack.close(ORGANIZER, form)
    await world.click(ORGANIZER, await launch.open(), "Start Over")
    assert "Thanks, {title}!" not in str(world.slack.view(ORGANIZER).blocks)
    assert "Picked up where" not in (await launch.open("ana")).words


async def test_a_recipient_stops_such_messages_and_gets_them_again(world: World) -> None:
    """In the message itself; the next follow-up, by any organizer, leaves them out and counts them."""
    launch = await follow_up_harness(world)
    await launch.send()
    await launch.finish()
    [message] = launch.received("dev")

    await world.click("dev", message, "Stop These Messages")
    [message] = launch.received("dev")
    assert "You get no more messages like this one" in message.words
    assert message.buttons == ["Get Them Again"]
    review = await launch.review("ana")
    assert "Attended: *2 people* (0 in Slack, 1 in the file, 1 opted out)" in review.words
    assert all(f"For those who {group}:" in review.words for group in ("attended", "left early", "did not come"))
    await world.slack.submit("ana", review)
    await world.settled()
    await launch.finish()
    assert [len(launch.received(user)) for user in ("dev", "emi", "finn")] == [1, 2, 2]
    assert "1 person opted out" in launch.launch.dms("ana")[0].words
    [file] = [file for one in launch.launch.dms("ana") for file in one.files]
    assert b"dev@acme.example" not in file.content

    await world.click("dev", launch.received("dev")[0], "Get Them Again")
    [message] = launch.received("dev")
    assert message.buttons == ["Stop These Messages"]
    assert "You get no more" not in message.words
    review = await launch.review()
    assert "1 in Slack, 1 in the file)" in review.words
    await world.click("dev", message, "Stop These Messages")  # after the review, and before it is sent
    await world.slack.submit(ORGANIZER, review)
    await world.settled()
    await launch.finish()
    assert [len(launch.received(user)) for user in ("dev", "emi", "finn")] == [1, 3, 3]
    assert "2 direct messages were sent.\n1 person opted out." in launch.progress.words
    assert "dev@acme.example" not in str(launch.files[-1])


async def test_stopping_takes_back_what_was_not_sent_and_the_rest_can_be_sent(world: World) -> None:
    """Nobody gets a message then, and everybody gets one in the end, and the file once."""
    launch = await follow_up_harness(world)
    await launch.send()
    assert launch.progress.buttons == ["Stop Sending"]

    await launch.press("Stop Sending")
    assert "stopped. No direct message was sent, and 3 direct messages were not" in launch.progress.words
    await launch.finish()
    assert [launch.received(user) for user in ("dev", "emi", "finn")] == [[], [], []]

    await launch.press("Send the Rest")
    await launch.finish()
    assert [len(launch.received(user)) for user in ("dev", "emi", "finn")] == [1, 1, 1]
    assert len(launch.files) == 1
    assert "is done. 3 direct messages were sent." in launch.progress.words


async def test_stopping_too_late_takes_back_the_others(world: World) -> None:
    """What Slack has posted, or posts within the minute, counts as sent; nobody gets a second one."""
    launch = await follow_up_harness(world)

    def let_time_pass() -> None:
        if len(world.slack.scheduled()) == 1 and world.clock.now() < began + MINUTE:
            world.clock.move(4 * MINUTE)

    began = world.clock.now()
    world.slack.on_change.append(let_time_pass)
    await launch.send()
    world.slack.on_change.remove(let_time_pass)
    await world.move(began + 4.5 * MINUTE - world.clock.now())

    await launch.press("Stop Sending")
    assert "stopped. 1 direct message was sent, and 2 direct messages were not" in launch.progress.words
    await launch.finish()
    assert sorted(len(launch.received(user)) for user in ("dev", "emi", "finn")) == [0, 0, 1]
    await launch.press("Send the Rest")
    await launch.finish()
    assert [len(launch.received(user)) for user in ("dev", "emi", "finn")] == [1, 1, 1]


async def test_slack_is_obeyed_when_it_asks_to_wait(world: World) -> None:
    """After a short wait it goes on by itself; a long one ends the turn, and *Stop Sending* works meanwhile."""
    launch = await follow_up_harness(world)
    waits: list[float] = []

    async def wait(seconds: float) -> None:
        waits.append(seconds)

    world.bot.services.follow_ups.sender.pace.sleep = wait
    world.slack.fail("chat.scheduleMessage", error="ratelimited", retry_after=7)
    await launch.send()
    assert waits.count(7.0) == 1
    assert "3 direct messages go out by" in launch.progress.words
    await launch.press("Stop Sending")

    world.slack.fail("chat.scheduleMessage", error="ratelimited", retry_after=600)
    await launch.press("Send the Rest")
    assert "0 of 3 direct messages prepared" in launch.progress.words
    await launch.resume()
    assert "0 of 3 direct messages prepared" in launch.progress.words
    assert world.slack.scheduled() == []


async def test_a_refusal_that_concerns_everybody_stops_it(world: World) -> None:
    """With the reason; what is left can be sent when an admin has mended it."""
    launch = await follow_up_harness(world)
    review = await launch.review()
    world.slack.fail("chat.scheduleMessage", error="missing_scope")
    await world.slack.submit(ORGANIZER, review)
    await world.settled()
    assert "stopped. No direct message was sent, and 3 direct messages were not" in launch.progress.words
    assert "An admin must install it again" in launch.progress.words
    await launch.press("Send the Rest")
    await launch.finish()
    assert [len(launch.received(user)) for user in ("dev", "emi", "finn")] == [1, 1, 1]


async def test_people_who_cannot_be_reached_are_in_the_file_with_the_reason(world: World) -> None:
    """A closed account, and a person who takes no messages of apps; the others get theirs."""
    launch = await follow_up_harness(world)
    world.slack.world.people["U0DEV"].is_deactivated = True
    world.slack.refuse_dms("finn")

    await world.move(timedelta(minutes=3))
    await launch.send()
    await launch.finish()

    assert len(launch.received("emi")) == 1
    assert "1 direct message was sent" in launch.progress.words
    assert "2 people not reached (" in launch.progress.words
    assert "The file has 5 people for your mailing tool, those not reached among them" in launch.progress.words
    [rows] = launch.files
    reasons = {row[2]: row[7] for row in rows if row[7]}
    assert reasons == {
        "dev@acme.example": "their account is closed",
        "finn@acme.example": "Slack does not let Greenroom write to them",
    }


async def test_a_webinar_that_is_not_over_or_canceled_has_no_follow_up(world: World) -> None:
    """By the command and by the button; the details of one that is over have the button, for those who manage it."""
    launch = await seats_harness(world, user=ORGANIZER)
    await world.command(ORGANIZER, "#launch", f"followup {launch.session_id}")
    assert "This webinar is not over yet." in world.last("#launch", ORGANIZER).words
    await world.command(ORGANIZER, "#launch", f"show {launch.session_id}")
    assert "Follow Up" not in world.last("#launch", ORGANIZER).buttons

    await hold(launch, attend=[], leave_early=[])
    await world.command(ORGANIZER, "#launch", f"show {launch.session_id}")
    await world.click(ORGANIZER, world.last("#launch", ORGANIZER), "Follow Up")
    assert world.slack.view(ORGANIZER).callback_id == "followup.form"
    await world.command("finn", "#launch", f"show {launch.session_id}")
    assert "Follow Up" not in world.last("#launch", "finn").buttons
    outcome = await world.slack.submit(ORGANIZER, world.slack.view(ORGANIZER))
    assert outcome.errors == {}
    await world.settled()
    review = world.slack.view(ORGANIZER)
    assert "Nobody is in the groups that you chose, so there is nothing to send." in review.words
    assert "submit" not in review.body
    assert "RingCentral has not completed the attendance yet" in (await open_again(world)).words

    await world.move(8 * MINUTE)
    await world.bot.services.reports.step()
    await world.settled()
    assert "has not completed the attendance" not in (await open_again(world)).words


async def open_again(world: World) -> View:
    """Close everything, and open the form."""
    await world.slack.close(ORGANIZER, world.slack.view(ORGANIZER), clear=True)
    await world.command(ORGANIZER, "#launch", "followup last")
    return world.slack.view(ORGANIZER)


async def test_a_webinar_without_registration_is_followed_up_by_the_file_alone(world: World) -> None:
    """Nobody has a seat, and nobody can be absent; people without an address are counted."""
    await world.create(ORGANIZER, fields={"Who is it for?": "Everyone with the link"})
    await world.slack.close(ORGANIZER, world.slack.view(ORGANIZER), clear=True)
    [webinar] = await world.bot.services.mirror.everything()
    await world.move(webinar.start - world.clock.now())
    world.ringcentral.begin(webinar.session_id)
    for name in ("Iris", "Joan"):
        world.ringcentral.room.join(webinar.session_id, name=(name, "Moreno"))
    await world.move(45 * MINUTE)
    world.ringcentral.finish(webinar.session_id)
    await world.bot.services.mirror.sweep()

    await world.command(ORGANIZER, "#launch", "followup last")
    form = world.slack.view(ORGANIZER)
    assert "For those who did not come" not in form.labels
    await world.slack.submit(ORGANIZER, form)
    await world.settled()
    assert "2 people cannot be written to: RingCentral has no address of them." in world.slack.view(ORGANIZER).words


async def test_the_team_and_the_sender_get_none(world: World) -> None:
    """Although they have seats: Emi is a co-host, and Chloé sends it. Gia, a guest, gets one like everybody else."""
    launch = await follow_up_harness(world, seated=("chloe", "dev", "emi", "finn", "gia"), cohosts=["emi"])
    review = await launch.review()
    assert "You and the team get none: 2 people of those who registered." in review.words
    await world.slack.submit(ORGANIZER, review)
    await world.settled()
    await launch.finish()
    assert [len(launch.received(user)) for user in ("chloe", "dev", "emi", "finn", "gia")] == [0, 1, 0, 1, 1]


async def test_no_name_and_no_text_is_stored_or_logged(world: World, caplog: pytest.LogCaptureFixture) -> None:
    """Ids alone; the texts are encrypted, and deleted when all is sent; ids and drafts are deleted in time."""
    caplog.set_level("INFO")
    launch = await follow_up_harness(world)
    people = [*launch.launch.registrants]
    await launch.send(**{"For those who attended": "Thanks for coming to our lovely hall"})
    held = await stored(world)
    await launch.finish()
    assert len(launch.files[0]) == 3
    kept = held + await stored(world) + caplog.text
    leaked = [one[name] for one in people for name in ("email", "lastName") if one[name] in kept]
    assert leaked == []
    assert "lovely" not in kept
    assert "U0DEV" in held

    await launch.review()
    await world.move(timedelta(hours=2))
    await world.bot.services.follow_ups.delete_old()
    async with world.bot.services.store.read() as db:
        assert (await db.execute(text("select count(*), min(state) from follow_ups"))).one() == (1, "done")
        assert (await db.execute(text("select count(*) from follow_up_recipients"))).scalar_one() == 3
    await world.move(timedelta(days=91))
    await world.bot.services.follow_ups.delete_old()
    async with world.bot.services.store.read() as db:
        for table in ("follow_ups", "follow_up_recipients"):
            assert (await db.execute(text(f"select count(*) from {table}"))).scalar_one() == 0  # noqa: S608 - our own names


async def stored(world: World) -> str:
    """The stored values of the tables of follow-ups, without decryption."""
    tables = ("follow_ups", "follow_up_recipients", "follow_up_opt_outs", "drafts")
    async with world.bot.services.store.read() as db:
        return repr([tuple(row) for table in tables for row in await db.execute(text(f"select * from {table}"))])  # noqa: S608 - our own names


async def test_a_review_that_is_too_old_is_not_sent(world: World) -> None:
    """The texts are kept; while one is being sent, another organizer cannot send a second one."""
    launch = await follow_up_harness(world)
    review = await launch.review()
    await world.move(timedelta(hours=2))
    await world.slack.submit(ORGANIZER, review)
    await world.settled()
    assert "This review is too old to be sent" in world.slack.view(ORGANIZER).words
    await world.slack.close(ORGANIZER, world.slack.view(ORGANIZER), clear=True)

    await launch.review("ana")
    await launch.send()
    await world.slack.submit("ana", world.slack.view("ana"))
    await world.settled()
    assert "A follow-up of this webinar is being sent right now" in world.slack.view("ana").words
    await launch.finish()
    assert [len(launch.received(user)) for user in ("dev", "emi", "finn")] == [1, 1, 1]


async def test_a_review_comes_as_a_message_if_its_window_is_closed(world: World) -> None:
    """With the button that sends it."""
    launch = await follow_up_harness(world)
    form = await launch.open()
    world.slack.fail("views.update", error="not_found", times=20)
    await world.slack.submit(ORGANIZER, form)
    await world.settled()
    world.slack.calm()
    message = launch.launch.dms(ORGANIZER)[-1]
    assert message.buttons == ["Change Texts", "Send Follow-Up"] or message.buttons == [
        "Send Follow-Up",
        "Change Texts",
    ]
    await world.click(ORGANIZER, message, "Send Follow-Up")
    await launch.finish()
    assert [len(launch.received(user)) for user in ("dev", "emi", "finn")] == [1, 1, 1]


async def test_the_organizer_is_reminded_until_it_is_sent(world: World) -> None:
    """A day after the attendance was complete, with the button that opens the form; sending it ends the reminders."""
    launch = await follow_up_harness(world)
    services = world.bot.services
    await world.move(8 * MINUTE)
    await services.reports.step()
    await world.settled()
    world.clock.move(timedelta(days=1, minutes=1))
    await services.recordings.step()
    reminder = launch.launch.dms(ORGANIZER)[-1]
    assert "*Follow-up:* you have not written to those who came" in reminder.words
    assert reminder.buttons == ["Follow Up", "Done", "Not Needed"]

    await world.click(ORGANIZER, reminder, "Follow Up")
    await world.slack.submit(ORGANIZER, world.slack.view(ORGANIZER))
    await world.settled()
    await world.slack.submit(ORGANIZER, world.slack.view(ORGANIZER))
    await world.settled()
    await services.recordings.step()
    closed = [one for one in launch.launch.dms(ORGANIZER) if "Follow-up: done, says <@U0CHLOE>" in one.words]
    assert [one.buttons for one in closed] == [[]]


async def test_a_shared_recording_is_in_the_texts_and_shared_with_nobody_who_opted_out(world: World) -> None:
    """Its link can be pressed in the messages, and has a column in the file."""
    launch = await follow_up_harness(world, recorded=True)
    services = world.bot.services
    [webinar] = await services.mirror.everything()
    world.ringcentral.room.share_recording(launch.session_id, days=30)
    for _ in range(2):
        world.clock.move(11 * MINUTE)
        await services.recordings.step()
    shared = await services.recordings.shared_link(webinar)
    assert shared is not None
    link = shared.link.get_secret_value()

    assert "{recording}" in str((await launch.open()).blocks)
    await world.slack.close(ORGANIZER, world.slack.view(ORGANIZER), clear=True)
    await launch.send()
    await launch.finish()
    [message] = launch.received("finn")
    assert f"The recording shows you all of it: <{link.replace('&', '&amp;')}>" in message.words
    [rows] = launch.files
    assert {row[6] for row in rows} == {link}
    assert all(link in row[4] for row in rows)

    await world.click("finn", message, "Stop These Messages")
    question = next(one for one in launch.launch.dms(ORGANIZER) if "Share With Seats" in one.buttons)
    await world.click(ORGANIZER, question, "Share With Seats")
    await world.slack.submit(ORGANIZER, world.slack.view(ORGANIZER), {})
    await world.settled()
    await services.recordings.step()
    got = {user: [one for one in launch.launch.dms(user) if "recording of *" in one.words] for user in ("dev", "finn")}
    assert [len(got[user]) for user in ("dev", "finn")] == [1, 0]


async def test_a_follow_up_by_the_file_alone_is_done_at_once(world: World) -> None:
    """Nobody has a seat: the file comes, and no message is spoken of."""
    launch = await follow_up_harness(world, seated=())
    review = await launch.review()
    assert "direct message" not in review.words.split("For those who attended:")[0].replace(
        "sent to you by direct message", ""
    )
    await world.slack.submit(ORGANIZER, review)
    await world.settled()
    assert launch.progress.words.startswith("Follow-up of *Launch day* is done.\nThe file has 3 people")
    assert [row[3] for row in launch.files[0]] == ["Attended", "Left early", "Absent"]
