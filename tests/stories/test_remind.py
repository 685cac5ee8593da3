"""Stories about reminders: by command, in the form, and by the buttons of posted reminders."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from sandbox.slack import Message, View
from tests.support.block_kit import check_message
from tests.support.world import World

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
AHEAD = timedelta(days=3)
TOO_LATE = "The webinar starts in 2 days 23 hours, so a reminder 4 days before would be in the past."


async def scheduled(world: World, ahead: timedelta = AHEAD, title: str = "Launch day", user: str = "chloe") -> datetime:
    """A webinar that is not shared yet; its start."""
    start = (world.clock.now() + ahead).replace(microsecond=0)
    start -= timedelta(seconds=start.second)
    await world.create(user, title, start=start)
    await world.slack.close(user, world.slack.view(user), clear=True)
    return start


def posted(world: World, channel: str) -> list[datetime]:
    """When Slack posted reminders in a channel."""
    place = world.slack.channel(channel).id
    held = [one for one in world.slack.world.scheduled.values() if one.channel == place and one.state == "posted"]
    return sorted(datetime.fromtimestamp(one.post_at, UTC) for one in held)


def planned(words: str) -> list[str]:
    """The reminders that an answer or a form names."""
    return [line.removeprefix("• ").split("*")[1] for line in words.splitlines() if " before* · " in line]


async def form(world: World, user: str = "chloe", channel: str = "#launch") -> View:
    """The form for the one webinar there is."""
    await world.command(user, channel, "remind launch")
    return world.slack.view(user)


async def at(world: World, moment: datetime) -> None:
    """Go on to a moment."""
    await world.move(moment - world.clock.now())


async def test_remind_with_times_is_posted_at_them(world: World) -> None:
    """The channel is reminded when it was asked for, to the second, and at no other time."""
    start = await scheduled(world, ahead=timedelta(hours=3))

    await world.command("chloe", "#marketing", "remind launch 2h 1 hour, 15m")

    answer = world.last("#marketing", "chloe")
    assert planned(answer.words) == ["2 hours before", "1 hour before", "15 minutes before"]
    assert answer.buttons == ["Change", "Undo"]
    assert "<@U0CHLOE>" in answer.words
    check_message(answer.text, answer.blocks)
    await at(world, start)
    assert posted(world, "#marketing") == [start - 2 * HOUR, start - HOUR, start - 15 * MINUTE]
    assert posted(world, "#launch") == []


async def test_remind_again_replaces_the_times(world: World) -> None:
    """What Slack holds already is taken back, and Undo brings the first times back."""
    start = await scheduled(world, ahead=timedelta(hours=2))
    await world.command("chloe", "#launch", "remind launch 115m 1h")
    await world.until(lambda: len(world.slack.scheduled()) == 1)

    await world.command("dev", "#launch", "remind launch 30m")
    answer = world.last("#launch", "dev")
    assert planned(answer.words) == ["30 minutes before"]
    await world.until(lambda: world.slack.scheduled() == [])

    await world.click("dev", answer, "Undo")
    undone = world.last("#launch", "dev")
    assert undone.words.startswith("Undone. ")
    assert planned(undone.words) == ["1 hour 55 minutes before", "1 hour before"]
    await world.until(lambda: [one.post_at for one in world.slack.scheduled()] == [int(start.timestamp()) - 115 * 60])


async def test_remind_is_not_undone_over_a_later_change(world: World) -> None:
    """Who changed it since is named instead."""
    await scheduled(world)
    await world.command("chloe", "#launch", "remind launch 1h")
    first = world.last("#launch", "chloe")
    await world.command("dev", "#launch", "remind launch 30m")

    await world.click("chloe", first, "Undo")

    answer = world.last("#launch", "chloe").words
    assert "changed again since then" in answer
    assert "<@U0DEV>" in answer
    assert planned((await form(world)).words) == ["30 minutes before"]


@pytest.mark.parametrize(
    ("times", "sentence"),
    [
        ("soon", "I don't understand “soon”. Try 1d, 2h or 30m."),
        ("1d -1h", "Reminders go out before the start, so write 1h instead of -1h."),
        ("0m", "A reminder goes out before the start, so 0 cannot be used."),
        (
            " ".join(f"{n}m" for n in range(1, 41)),
            "These are 40 reminders: a channel has at most 10 for a webinar.",
        ),
        ("121d", "121 days before is too early: the longest is 120 days."),
        (
            "4d",
            TOO_LATE,
        ),
    ],
)
async def test_remind_explains_errors_and_keeps_the_input(world: World, times: str, sentence: str) -> None:
    """Nothing changes, and what was typed stands in the answer and in the form that Change opens."""
    await scheduled(world)
    await world.command("chloe", "#launch", "remind launch 1h")

    await world.command("chloe", "#launch", f"remind launch {times}")

    answer = world.last("#launch", "chloe")
    assert answer.words.splitlines()[:2] == [sentence, f"Nothing was changed. You typed: `{times}`"]
    await world.click("chloe", answer, "Change")
    view = world.slack.view("chloe")
    assert planned(view.words) == ["1 hour before"]
    assert times in [state["lead"].get("value") for state in view.values.values()]


async def test_off_in_an_outdated_form_posts_no_second_line(world: World) -> None:
    """Somebody else has muted the reminders since the form was opened; a double click counts once, too."""
    await scheduled(world, ahead=timedelta(hours=3))
    await world.command("chloe", "#launch", "remind launch 1h")
    await world.command("chloe", "#launch", "remind launch")
    form = world.slack.view("chloe")
    await world.command("ana", "#launch", "remind launch off")

    await world.click("chloe", form, "remind.off")

    lines = [one.words for one in _everybodys(world, "#launch") if "muted the reminders" in one.words]
    assert lines == ["Ana Ruiz muted the reminders of *Launch day* in this channel."]
    await world.click("chloe", world.slack.view("chloe"), "remind.on")
    form = world.slack.view("chloe")
    await asyncio.gather(*(world.slack.click("chloe", form, "remind.off") for _ in range(2)))
    await world.settled()
    lines = [one.words for one in _everybodys(world, "#launch") if "muted the reminders" in one.words]
    assert len(lines) == 2


@pytest.mark.parametrize("typed", ["off", "Off.", "none", "on", "mute"])
async def test_the_usual_reminders_cannot_be_off_everywhere(world: World, typed: str) -> None:
    """The reply says what to type instead, and nothing changes."""
    await world.command("ben", "#launch", f"remind defaults {typed}")

    words = world.last("#launch", "ben").words
    assert "type `/webinar unsubscribe reminders` there, or `/webinar remind &lt;webinar&gt; off`" in words
    assert "Nothing was changed." in words
    await world.command("ben", "#launch", "remind defaults")
    assert "go out 1 day, 1 hour and 10 minutes before the start" in world.last("#launch", "ben").words


async def test_remind_off_ends_this_channels_reminders_and_undo_restores_them(world: World) -> None:
    """Those of other channels stay; what Slack holds already is deleted, and comes back with Undo."""
    start = await scheduled(world, ahead=timedelta(hours=2))
    await world.command("chloe", "#launch", "remind launch 115m 1h")
    await world.command("chloe", "#marketing", "remind launch 30m")
    await world.until(lambda: len(world.slack.scheduled()) == 1)

    await world.command("dev", "#launch", "remind launch off")
    assert "You can't mute the reminders of this webinar" in world.last("#launch", "dev").words
    await world.command("chloe", "#launch", "remind launch off")

    answer, line = world.slack.messages("#launch", "chloe")[-2:]
    assert line.words == "Chloé Martin muted the reminders of *Launch day* in this channel."
    check_message(answer.text, answer.blocks)
    assert answer.words.startswith("You muted the reminders of *Launch day* in <#C0LAUNCH>, for everybody there.")
    assert answer.buttons == ["Undo"]
    await world.until(lambda: world.slack.scheduled() == [])
    await world.click("chloe", answer, "Undo")
    assert planned(world.slack.messages("#launch", "chloe")[-2].words) == ["1 hour 55 minutes before", "1 hour before"]
    await at(world, start)
    assert posted(world, "#launch") == [start - 115 * MINUTE, start - HOUR]
    assert posted(world, "#marketing") == [start - 30 * MINUTE]


async def test_remind_off_and_on_keep_the_chosen_times(world: World) -> None:
    """Off twice says who turned them off; on restores the times."""
    start = await scheduled(world, ahead=timedelta(hours=3))
    await world.command("chloe", "#launch", "remind launch 2h")
    await world.command("chloe", "#launch", "remind launch off")
    await world.command("dev", "#launch", "remind launch off")
    again = world.last("#launch", "dev").words
    assert again.startswith("No more reminders of *Launch day* go out in <#C0LAUNCH>.")
    assert "<@U0CHLOE>" in again

    await world.command("dev", "#launch", "remind launch on")

    answer = world.last("#launch", "dev")
    check_message(answer.text, answer.blocks)
    assert planned(answer.words) == ["2 hours before"]
    assert "Undo" in answer.buttons
    await at(world, start)
    assert posted(world, "#launch") == [start - 2 * HOUR]


async def test_remind_off_with_several_matches_asks_which(world: World) -> None:
    """The picker's button continues with "off"."""
    await scheduled(world)
    await scheduled(world, title="Launch party")
    await world.command("chloe", "#launch", "remind launch day 2h")

    await world.command("chloe", "#launch", "remind launch off")
    await world.click("chloe", world.last("#launch", "chloe"), "Set Reminders")

    assert world.slack.messages("#launch", "chloe")[-2].words.startswith("You muted the reminders of *Launch day*")


async def test_remind_off_is_not_for_guests(world: World) -> None:
    """Nothing changes, and the reply says who can."""
    await scheduled(world)
    await world.command("chloe", "#partners", "remind launch 1h")

    await world.command("gia", "#partners", "remind launch off")

    assert "Guests and people of other organizations can't" in world.last("#partners", "gia").words
    assert planned((await form(world, "chloe", "#partners")).words) == ["1 hour before"]


async def test_remind_off_in_a_direct_message_asks_for_the_channel(world: World) -> None:
    """And turns them off there."""
    await scheduled(world)

    await world.command("chloe", "@chloe", "remind launch off")
    answer = world.last("@chloe", "chloe")
    assert "Where should `off` apply?" in answer.words
    await world.click("chloe", answer, "command.in_channel", value="#launch")

    assert "in <#C0LAUNCH>" in world.last("@chloe", "chloe").words
    assert planned((await form(world, "chloe", "#launch")).words) == []


async def test_remind_keeps_what_is_past_for_a_later_start(world: World) -> None:
    """Some of several times may be past: the others are set, and the reply says so."""
    await scheduled(world, ahead=timedelta(hours=3, minutes=1))

    await world.command("chloe", "#launch", "remind launch 1d 60m 1h")

    answer = world.last("#launch", "chloe").words
    assert planned(answer) == ["1 hour before"]
    assert "The webinar starts in 3 hours" in answer
    assert "so a reminder 1 day before would be in the past." in answer
    assert "1 hour was named more than once and is one reminder." in answer


async def test_remind_of_a_canceled_or_unknown_webinar(world: World) -> None:
    """Each in a sentence."""
    await scheduled(world)
    await world.command("chloe", "#launch", "cancel launch")
    await world.slack.submit("chloe", world.slack.view("chloe"))
    await world.settled()
    await world.slack.close("chloe", world.slack.view("chloe"), clear=True)

    await world.command("chloe", "#launch", "remind launch 1h")
    assert (
        "This webinar is canceled, so there is nothing left to remind you of." in world.last("#launch", "chloe").words
    )
    await world.command("chloe", "#launch", "remind picnic 1h")
    assert "No webinar matches" in world.last("#launch", "chloe").words


async def test_remind_with_several_matches_keeps_the_times(world: World) -> None:
    """The picker's button sets what was typed."""
    await scheduled(world, title="Launch day")
    await scheduled(world, title="Launch party")

    await world.command("chloe", "#launch", "remind launch 2h")
    picker = world.last("#launch", "chloe")
    block = next(block for block in picker.blocks if "party" in str(block.get("text")))
    await world.click("chloe", picker, "Set Reminders", block_id=block["block_id"])

    answer = world.last("#launch", "chloe").words
    assert "Launch party" in answer
    assert planned(answer) == ["2 hours before"]


async def test_remind_where_greenroom_cannot_post_explains_how_to_invite_it(world: World) -> None:
    """By words and in the form; nothing is planned."""
    await scheduled(world, user="ana")

    for typed in ("remind launch 1h", "remind launch on"):
        await world.command("ana", "#board", typed)
        here = "Greenroom can't post in this channel. Type /invite @Greenroom here, then try again."
        assert here in world.last("#board", "ana").words
    view = await form(world, "ana", "#board")
    outcome = await world.slack.submit("ana", view, {"Add a reminder before the start": "1h"})
    assert ["/invite @Greenroom" in error for error in outcome.errors.values()] == [True]
    await world.click("ana", world.slack.view("ana"), "Turn On")
    assert "/invite @Greenroom" in world.slack.view("ana").words
    assert planned(world.slack.view("ana").words) == []


async def test_remind_in_a_direct_message_belongs_to_a_channel(world: World) -> None:
    """Times are set in the channel that is chosen then; those that cannot be read are named, as in a channel."""
    await scheduled(world)

    await world.command("chloe", "@chloe", "remind launch 2h")
    answer = world.last("@chloe", "chloe")
    assert "Where should `2h` apply?" in answer.words
    await world.click("chloe", answer, "command.in_channel", value="#marketing")
    assert planned(world.last("@chloe", "chloe").words) == ["2 hours before"]

    await world.command("chloe", "@chloe", "remind launch -1h")
    await world.click("chloe", world.last("@chloe", "chloe"), "command.in_channel", value="#marketing")
    assert "Nothing was changed." in world.last("@chloe", "chloe").words


@pytest.mark.parametrize("outsider", ["gia"])
async def test_remind_is_for_members(world: World, outsider: str) -> None:
    """Guests and strangers change nothing, by words or by a button."""
    await scheduled(world)
    channel = "#partners"
    await world.command("chloe", channel, "remind launch 70h")
    answer = world.last(channel, "chloe")

    await world.command(outsider, channel, "remind launch 1h")

    assert "Guests and people of other organizations can't" in world.last(channel, outsider).words
    assert planned((await form(world, "chloe", channel)).words) == planned(answer.words)


async def test_form_adds_lengths_and_moments(world: World) -> None:
    """Each shows at once in the same form, which is ready for the next."""
    start = await scheduled(world, ahead=timedelta(hours=3))
    view = await form(world)
    assert "*Off here.*" in view.words

    await world.slack.submit("chloe", view, {"Add a reminder before the start": "150m 30m"})
    view = world.slack.view("chloe")
    assert planned(view.words) == ["2 hours 30 minutes before", "30 minutes before"]
    assert [state["lead"].get("value") for state in view.values.values()] == [None, None]
    await world.slack.submit("chloe", view, {"Or at a date and time": start - HOUR})

    assert planned(world.slack.view("chloe").words) == [
        "2 hours 30 minutes before",
        "1 hour before",
        "30 minutes before",
    ]
    await at(world, start)
    assert posted(world, "#launch") == [start - 150 * MINUTE, start - HOUR, start - 30 * MINUTE]


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({}, "Write how long before the start, such as 1d 1h 10m, or choose a date and a time."),
        ({"Add a reminder before the start": "2h"}, "There is a reminder 2 hours before already."),
        ({"Add a reminder before the start": "10 bananas"}, "I don't understand “10”, “bananas”. Try 1d, 2h or 30m."),
        (
            {"Add a reminder before the start": "1m 2m 3m 4m 5m 6m 7m 8m 9m 10m"},
            "There can be at most 10 reminders of a webinar. Change the time of one of them instead.",
        ),
    ],
)
async def test_form_shows_errors_under_its_field(world: World, typed: dict[str, str], sentence: str) -> None:
    """What was typed stays there to be mended."""
    await scheduled(world)
    await world.command("chloe", "#launch", "remind launch 2h")

    outcome = await world.slack.submit("chloe", await form(world), typed)

    assert list(outcome.errors.values()) == [sentence]
    assert planned(world.slack.view("chloe").words) == ["2 hours before"]


async def test_form_skips_one_and_brings_it_back(world: World) -> None:
    """A skipped one is taken back from Slack and not planned again by itself; brought back, it is."""
    start = await scheduled(world, ahead=timedelta(hours=2))
    await world.command("chloe", "#launch", "remind launch 110m 1h")
    await world.until(lambda: len(world.slack.scheduled()) == 1)
    view = await form(world)

    await world.click("chloe", view, "Skip", block_id=_row(view, "1 hour 50 minutes"))
    view = world.slack.view("chloe")
    assert "Skipped" in view.words
    await world.until(lambda: world.slack.scheduled() == [])
    await world.click("chloe", view, "Bring Back")
    assert "Skipped" not in world.slack.view("chloe").words
    await world.until(lambda: len(world.slack.scheduled()) == 1)

    view = world.slack.view("chloe")
    await world.click("chloe", view, "Skip", block_id=_row(view, "1 hour"))
    await at(world, start)
    assert posted(world, "#launch") == [start - 110 * MINUTE]


async def test_form_changes_the_time_of_one(world: World) -> None:
    """By a length or a moment, also where Slack holds it already; the form behind shows it."""
    start = await scheduled(world, ahead=timedelta(hours=2))
    await world.command("chloe", "#launch", "remind launch 110m 1h")
    await world.until(lambda: len(world.slack.scheduled()) == 1)
    view = await form(world)

    await world.click("chloe", view, "Change Time", block_id=_row(view, "1 hour 50 minutes"))
    outcome = await world.slack.submit("chloe", world.slack.view("chloe"), {"How long before the start": "1h"})
    assert list(outcome.errors.values()) == ["There is a reminder 1 hour before already."]
    await world.slack.submit("chloe", world.slack.view("chloe"), {"How long before the start": "30m"})
    await world.settled()
    view = world.slack.view("chloe")
    assert planned(view.words) == ["1 hour before", "30 minutes before"]
    await world.until(lambda: world.slack.scheduled() == [])

    await world.click("chloe", view, "Change Time", block_id=_row(view, "1 hour"))
    await world.slack.submit("chloe", world.slack.view("chloe"), {"Or at a date and time": start - 20 * MINUTE})
    await world.settled()
    assert planned(world.slack.view("chloe").words) == ["30 minutes before", "20 minutes before"]
    await at(world, start)
    assert posted(world, "#launch") == [start - 30 * MINUTE, start - 20 * MINUTE]


async def test_form_cannot_change_a_reminder_about_to_be_posted(world: World) -> None:
    """In its last minute a reminder cannot be withdrawn: the reply says so, and it is posted once."""
    start = await scheduled(world, ahead=timedelta(hours=2))
    await world.command("chloe", "#launch", "remind launch 1h")
    view = await form(world)
    await at(world, start - HOUR - timedelta(seconds=30))

    await world.click("chloe", view, "Skip")

    shown = world.slack.view("chloe").words
    assert "This one goes out in a moment, so it can no longer be changed." in shown
    await at(world, start)
    assert posted(world, "#launch") == [start - HOUR]


async def test_form_mutes_and_turns_on_again(world: World) -> None:
    """All reminders of one webinar in one channel; the times that were chosen are kept."""
    start = await scheduled(world, ahead=timedelta(hours=2))
    await world.command("chloe", "#launch", "remind launch 110m")
    await world.command("chloe", "#marketing", "remind launch 110m")
    await world.until(lambda: len(world.slack.scheduled()) == 2)

    await world.click("chloe", await form(world), "Mute Here")
    view = world.slack.view("chloe")
    assert "*Off here.*" in view.words
    await world.until(lambda: [one.channel for one in world.slack.scheduled()] == ["C0MARKETING"])
    await world.click("chloe", view, "Turn On")

    assert planned(world.slack.view("chloe").words) == ["1 hour 50 minutes before"]
    await at(world, start)
    assert posted(world, "#launch") == [start - 110 * MINUTE]


async def test_form_restores_the_default_times(world: World) -> None:
    """The workspace's own, which then may change."""
    await scheduled(world)
    await world.command("chloe", "#launch", "remind launch 2h")
    view = await form(world)
    assert "Times chosen for this webinar here" in view.words

    await world.click("chloe", view, "Use Default Times")

    view = world.slack.view("chloe")
    assert planned(view.words) == ["1 day before", "1 hour before", "10 minutes before"]
    assert "Default times of this workspace" in view.words


async def test_form_shows_posted_reminders_after_a_refresh(world: World) -> None:
    """It stands where it was open; nothing is asked of RingCentral for it."""
    start = await scheduled(world, ahead=timedelta(hours=2))
    await world.command("chloe", "#launch", "remind launch 1h 10m")
    view = await form(world)
    await at(world, start - 40 * MINUTE)
    calls = len(world.vendor_calls())

    await world.click("chloe", view, "Refresh")

    words = world.slack.view("chloe").words
    assert "posted" in next(line for line in words.splitlines() if line.startswith("• *1 hour before*"))
    assert len(world.vendor_calls()) == calls


async def test_webinar_that_moves_takes_its_times_along(world: World) -> None:
    """The offsets are kept; a skip applies to the old start only."""
    await scheduled(world)
    await world.command("chloe", "#launch", "remind launch 1d 2h")
    await world.click("chloe", await form(world), "Skip", block_id=_row(world.slack.view("chloe"), "1 day"))
    (session,) = world.ringcentral.webinars()
    later = world.clock.now() + timedelta(days=5)
    world.ringcentral.edit(session["session_id"], scheduledStartTime=later.isoformat())

    await world.bot.services.mirror.sweep()
    await world.click("chloe", world.slack.view("chloe"), "Refresh")

    view = world.slack.view("chloe")
    assert planned(view.words) == ["1 day before", "2 hours before"]
    assert "Skipped" not in view.words


async def test_mute_on_a_reminder_and_back(world: World) -> None:
    """The member who set the reminders up ends them, and the channel reads who did; other members and guests cannot."""
    start = await scheduled(world, ahead=timedelta(hours=3))
    await world.command("chloe", "#random", "share launch")  # so that Dev sees it
    await world.command("dev", "#launch", "remind launch 2h 1h 10m")
    await at(world, start - 110 * MINUTE)
    (reminder,) = _everybodys(world, "#launch")

    await world.click("gia", reminder, "notice.mute")
    assert "Guests and people of other organizations can't" in world.last("#launch", "gia").words
    await world.click("emi", reminder, "notice.mute")
    assert (
        "for everyone in this channel: <@U0CHLOE>, who created it, <@U0DEV>, or" in world.last("#launch", "emi").words
    )
    await world.click("dev", reminder, "notice.mute")
    answer, line = world.slack.messages("#launch", "dev")[-2:]
    assert (line.words, line.ephemeral_to) == ("Dev Patel muted the reminders of *Launch day* in this channel.", None)
    assert (
        answer.words.splitlines()[0] == "You muted the reminders of *Launch day* in <#C0LAUNCH>, for everybody there."
    )
    await world.click("chloe", reminder, "notice.mute")
    assert "<@U0DEV>" in world.last("#launch", "chloe").words

    await at(world, start - 30 * MINUTE)
    assert len(_everybodys(world, "#launch")) == 2
    await world.click("dev", answer, "Undo")
    assert planned(world.slack.messages("#launch", "dev")[-2].words) == ["10 minutes before"]
    await at(world, start)
    assert posted(world, "#launch")[1:] == [start - 10 * MINUTE]


async def test_a_double_click_on_a_snooze_has_one_effect(world: World) -> None:
    """One direct message, one reminder."""
    start = await scheduled(world, ahead=timedelta(hours=3))
    await world.command("chloe", "#launch", "remind launch 2h")
    await at(world, start - 2 * HOUR + MINUTE)
    (reminder,) = _everybodys(world, "#launch")
    await world.click("dev", reminder, "Remind Me")
    choices = world.last("#launch", "dev")

    await asyncio.gather(*(world.slack.click("dev", choices, "In 10 Minutes") for _ in range(3)))
    await world.settled()

    assert len(world.slack.messages("@dev")) == 1


@pytest.mark.parametrize(("user", "channel"), [("dev", "#launch"), ("gia", "#launch"), ("hal", "#partners")])
async def test_snooze_reminds_one_person_again(world: World, user: str, channel: str) -> None:
    """For the person alone, in a direct message, at its minute; guests and strangers may, too."""
    start = await scheduled(world, ahead=timedelta(hours=3))
    await world.command("chloe", channel, "remind launch 2h")
    await at(world, start - 2 * HOUR + MINUTE)
    (reminder,) = _everybodys(world, channel)

    await world.click(user, reminder, "notice.snooze")
    choices = world.last(channel, user)
    assert choices.buttons == ["In 10 Minutes", "In 1 Hour", "10 Minutes Before It Starts"]
    before = world.clock.now()
    await world.click(user, choices, "In 1 Hour")
    after = world.clock.now()
    assert "You will be reminded of *Launch day* in a direct message" in world.last(channel, user).words
    confirmation = world.last(f"@{user}")
    assert confirmation.buttons == ["Details", "Stop"]

    await at(world, start - MINUTE)
    (moment,) = posted(world, f"@{user}")
    assert before + HOUR <= moment < after + HOUR + MINUTE
    assert "Launch day" in _everybodys(world, f"@{user}")[-1].words
    assert len(_everybodys(world, channel)) == 1


async def test_remind_me_sets_up_the_same_reminder(world: World) -> None:
    """Typed: it asks when, or sets the time at once; what is not clear, past or over says so with the choices."""
    start = await scheduled(world, ahead=timedelta(hours=3))
    await world.command("chloe", "#launch", "share launch")
    choices = ["In 10 Minutes", "In 1 Hour", "10 Minutes Before It Starts"]

    async def answer(user: str, typed: str) -> Message:
        await world.command(user, "#launch", f"remind me {typed}")
        return world.last("#launch", user)

    asked = await answer("gia", "launch")
    assert asked.buttons == choices
    assert '`/webinar remind me "Launch day" 2h`' in asked.words
    await world.click("gia", asked, "10 Minutes Before It Starts")
    assert "You will be reminded of *Launch day* in a direct message" in world.last("#launch", "gia").words

    unclear = await answer("dev", "launch soon")
    assert unclear.words.startswith("I don't understand “soon”. Try 1d, 2h or 30m.")
    assert unclear.buttons == choices
    assert (await answer("dev", "launch 2d")).words.startswith("The webinar starts in 2 hours 5")
    assert (await answer("dev", "in 5 hours")).words.startswith("The webinar starts sooner than that.")
    assert (await answer("dev", "launch off")).words == "You have no reminders of *Launch day* in your direct messages."
    assert world.slack.messages("@dev") == []

    both = await answer("dev", "about launch day 2d 2h 30m")
    assert "so a reminder 2 days before would be in the past." in both.words
    assert both.words.count("before it starts") == 2
    assert world.last("@dev").buttons == ["Details", "Stop"]
    assert len(world.slack.messages("@dev")) == 1
    in_ten = await answer("emi", "in 10 minutes")
    assert "2 hours 4" in in_ten.words

    assert "second" not in in_ten.words
    await world.command("gia", "#launch", "remind me launch off")
    stopped = world.last("#launch", "gia")
    assert stopped.words.splitlines()[0] == "You won't get reminders of *Launch day* in your direct messages."
    await world.click("gia", stopped, "Undo")

    await at(world, start - MINUTE)
    assert posted(world, "@dev") == [start - 2 * HOUR, start - 30 * MINUTE]
    assert posted(world, "@gia") == [start - 10 * MINUTE]
    (moment,) = posted(world, "@emi")
    assert start - 171 * MINUTE < moment < start - 168 * MINUTE
    await at(world, start + MINUTE)
    assert "already started" in (await answer("dev", "launch 1m")).words


async def test_remind_me_asks_which_webinar_and_keeps_the_time(world: World) -> None:
    """A double click on the choice sets it once."""
    await scheduled(world, ahead=timedelta(hours=3))
    await scheduled(world, ahead=timedelta(hours=4), title="Launch night")
    for title in ("launch day", "launch night"):
        await world.command("chloe", "#launch", f"share {title}")
    await world.command("dev", "#launch", "remind me launch 1h")
    picker = world.last("#launch", "dev")
    assert picker.words.startswith("2 webinars match “launch”. Which one?")
    await asyncio.gather(*(world.slack.click("dev", picker, "Remind Me") for _ in range(2)))
    await world.settled()
    assert "1 hour before it starts" in world.last("#launch", "dev").words
    assert len(world.slack.messages("@dev")) == 1


async def test_snooze_moves_with_its_webinar(world: World) -> None:
    """The person is notified of the move, and reminded before the new start."""
    start = await scheduled(world, ahead=timedelta(hours=3))
    await world.command("chloe", "#launch", "remind launch 2h")
    await at(world, start - 2 * HOUR + MINUTE)
    await world.click("dev", _everybodys(world, "#launch")[0], "notice.snooze")
    await world.click("dev", world.last("#launch", "dev"), "10 Minutes Before It Starts")
    (session,) = world.ringcentral.webinars()
    world.ringcentral.edit(session["session_id"], scheduledStartTime=(start + HOUR).isoformat())

    await world.bot.services.mirror.sweep()
    await at(world, start + HOUR - MINUTE)

    (_, moved, reminder) = _everybodys(world, "@dev")
    assert "moved" in moved.words
    assert "Launch day" in reminder.words
    assert posted(world, "@dev") == [start + HOUR - 10 * MINUTE]


async def test_snooze_in_the_direct_message_adds_up_and_stop_ends_it(world: World) -> None:
    """One may be reminded several times; Stop ends them all, and can be undone."""
    start = await scheduled(world, ahead=timedelta(hours=3))
    await world.command("chloe", "#launch", "remind launch 2h")
    await at(world, start - 2 * HOUR + MINUTE)
    await world.click("dev", _everybodys(world, "#launch")[0], "notice.snooze")
    await world.click("dev", world.last("#launch", "dev"), "In 10 Minutes")
    await at(world, start - 105 * MINUTE)
    reminder = _everybodys(world, "@dev")[-1]

    await world.click("dev", reminder, "notice.snooze")
    await world.click("dev", world.last("@dev", "dev"), "In 1 Hour")
    await world.click("dev", _everybodys(world, "@dev")[-1], "Stop")
    answer = world.last("@dev", "dev")
    assert answer.words.splitlines()[0] == "You won't get reminders of *Launch day* in your direct messages."
    await world.click("dev", answer, "Undo")

    undone = world.last("@dev", "dev").words
    assert "Reminders of *Launch day* in your direct messages" in undone
    assert len(planned(undone)) == 1
    await at(world, start - MINUTE)
    assert len(posted(world, "@dev")) == 2
    await at(world, start)
    assert _everybodys(world, "@dev")[-1].text.startswith("Launch day starts now: ")


async def test_snooze_too_late_offers_what_is_left(world: World) -> None:
    """The choices may stand for long before one is pressed."""
    start = await scheduled(world, ahead=timedelta(hours=3))
    await world.command("chloe", "#launch", "remind launch 2h")
    await at(world, start - 2 * HOUR + MINUTE)
    await world.click("dev", _everybodys(world, "#launch")[0], "notice.snooze")
    choices = world.last("#launch", "dev")
    await at(world, start - 30 * MINUTE)

    await world.click("dev", choices, "In 1 Hour")

    answer = world.last("#launch", "dev")
    assert answer.words.startswith("That moment has passed by now.")
    assert answer.buttons == ["In 10 Minutes", "10 Minutes Before It Starts"]
    assert posted(world, "@dev") == []


async def test_snooze_reports_that_slack_allows_no_dm(world: World) -> None:
    """Nothing is planned then."""
    start = await scheduled(world, ahead=timedelta(hours=3))
    await world.command("chloe", "#partners", "remind launch 2h")
    await at(world, start - 2 * HOUR + MINUTE)
    await world.click("hal", _everybodys(world, "#partners")[0], "notice.snooze")
    world.slack.fail("chat.postMessage", error="user_not_found")

    await world.click("hal", world.last("#partners", "hal"), "In 10 Minutes")

    assert "Slack does not let Greenroom write to you" in world.last("#partners", "hal").words
    await at(world, start)
    assert posted(world, "@hal") == []


async def test_snooze_ten_times_is_enough(world: World) -> None:
    """The eleventh is refused, and its direct message reports that."""
    start = await scheduled(world, ahead=timedelta(hours=3))
    await world.command("chloe", "#launch", "remind launch 2h")
    await at(world, start - 2 * HOUR + MINUTE)
    (reminder,) = _everybodys(world, "#launch")
    world.slack.limits.messages_per_second = None
    for _ in range(11):
        await world.click("dev", reminder, "notice.snooze")
        await world.click("dev", world.last("#launch", "dev"), "In 1 Hour")
        world.clock.move(MINUTE)

    assert "You are reminded of this webinar 10 times already." in world.last("#launch", "dev").words
    confirmations = _everybodys(world, "@dev")
    assert len(confirmations) == 11
    assert confirmations[-1].words == "The reminder of *Launch day* could not be set."


async def test_defaults_are_set_by_admins_and_apply_everywhere(world: World) -> None:
    """Pending reminders without own offsets are replanned; anyone can see the defaults and their author."""
    start = await scheduled(world, ahead=timedelta(hours=5))
    await world.click("chloe", await form(world), "Turn On")
    await world.slack.close("chloe", world.slack.view("chloe"), clear=True)
    await world.command("chloe", "#marketing", "remind launch 2h")

    await world.command("chloe", "#launch", "remind defaults 3h")
    assert "Only an admin or owner" in world.last("#launch", "chloe").words
    await world.command("ben", "#launch", "remind defaults 3h 180m")
    answer = world.last("#launch", "ben")
    assert "now go out 3 hours before the start" in answer.words
    assert "Reminders updated for 1 upcoming webinar." in answer.words
    assert "3 hours was named more than once and is one reminder." in answer.words
    await world.command("chloe", "#launch", "remind defaults")
    seen = world.last("#launch", "chloe")
    assert "go out 3 hours before the start" in seen.words
    assert "<@U0BEN>" in seen.words
    assert seen.buttons == []

    await at(world, start)
    assert posted(world, "#launch") == [start - 3 * HOUR]
    assert posted(world, "#marketing") == [start - 2 * HOUR]


async def test_usual_times_in_their_form_and_back(world: World) -> None:
    """A mistake stands under its field; Undo brings Greenroom's own back."""
    await scheduled(world)
    await world.command("ben", "#launch", "remind defaults soon")
    refusal = world.last("#launch", "ben")
    assert refusal.words.splitlines()[0] == "I don't understand “soon”. Try 1d, 2h or 30m."
    await world.click("ben", refusal, "Change")
    view = world.slack.view("ben")
    outcome = await world.slack.submit("ben", view)
    assert outcome.errors == {"times": "I don't understand “soon”. Try 1d, 2h or 30m."}
    await world.slack.submit("ben", view, {"How long before the start": "2d"})
    assert "Updating the reminders of all upcoming webinars…" in world.slack.view("ben").words
    await world.settled()
    assert "now go out 2 days before the start" in world.slack.view("ben").words
    await world.slack.close("ben", world.slack.view("ben"), clear=True)

    await world.command("ben", "#launch", "remind defaults 5h")
    await world.click("ben", world.last("#launch", "ben"), "Undo")

    assert (
        "Undone.\nReminders in this workspace now go out 2 days before the start." in world.last("#launch", "ben").words
    )


def _row(view: View, lead: str) -> str:
    """The block with the buttons of one reminder in the form."""
    place = next(
        at for at, block in enumerate(view.blocks) if f"*{lead} before*" in str(block.get("text", {}).get("text", ""))
    )
    return str(view.blocks[place + 1]["block_id"])


def _everybodys(world: World, channel: str) -> list[Message]:
    return [message for message in world.slack.messages(channel) if message.bot and message.ephemeral_to is None]
