"""The report in Slack: figures and charts under a takeaway, its people, the CSV file, waiting, and who may see it."""

from __future__ import annotations

import csv
import io
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.reports.person_file import COLUMNS
from sandbox.slack import Message
from tests.support.known_people import KnownPerson, expected_figures, known_people
from tests.support.reports import PastWebinar, prepare
from tests.support.world import World, running_world

CHLOE, DEV = "chloe", "dev"


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """A world without rate limits."""
    async with running_world(tmp_path, prepare=prepare) as world:
        yield world


def blocks_of(message: Message, kind: str) -> list[dict[str, Any]]:
    """The blocks of this type."""
    return [block for block in message.blocks if block["type"] == kind]


async def over(world: World, people: list[KnownPerson], title: str = "Launch day") -> PastWebinar:
    """A webinar that Chloé created and announced in #launch, and that took place with these people."""
    await world.create(CHLOE, title, start=world.clock.now() + timedelta(hours=1), fields={"Announce in": "#launch"})
    await world.slack.close(CHLOE, world.slack.view(CHLOE), clear=True)
    [session_id] = [one["session_id"] for one in world.ringcentral.webinars() if one["title"] == title]
    past = PastWebinar(world, str(session_id))
    world.clock.move(timedelta(hours=1))
    past.take_place(people)
    world.clock.move(timedelta(minutes=5))
    await past.webinar()
    await world.settled()
    past.take_calls()
    return past


def csv_rows(message: Message) -> list[dict[str, str]]:
    """The rows of the file of a message, by column."""
    [file] = message.files
    return list(csv.DictReader(io.StringIO(file.content.decode("utf-8-sig"), newline="")))


async def test_from_the_card_to_the_figures_the_people_and_the_file(world: World) -> None:
    """One reading; then no call for the report, and names are shown to the user alone, or sent to them as a file."""
    people = known_people(130)
    expected = expected_figures(people)
    past = await over(world, people)
    [card] = [one for one in world.slack.messages("#launch") if not one.ephemeral_to and one.buttons == ["Report"]]
    assert "This webinar is over." in card.words

    await world.click(CHLOE, card, "Report")

    reading, report = world.slack.messages("#launch", CHLOE)[-2:]
    assert "Reading the report of *Launch day* from RingCentral…" in reading.words
    assert past.take_calls() == [past.session_id, "registrants", "participants"]
    rate = f"{round(expected['attended'] * 100 / expected['registered'])}%"
    takeaway = f"*{expected['registered']:,} registered, {expected['attended']:,} came ({rate}).*"
    assert takeaway in report.words
    assert takeaway in report.text
    for name, label in (("absent", "Absent"), ("stayed", "Stayed"), ("late", "Late"), ("left_early", "Left early")):
        assert f"*{label}: {expected[name]:,}*" in report.words
    assert f"*Without registration: {expected['without_registrant']}*" in report.words
    attendance, sources = blocks_of(report, "data_visualization")
    assert len(attendance["chart"]["series"][0]["data"]) == 20
    assert max(point["value"] for point in attendance["chart"]["series"][0]["data"]) <= expected["peak"]
    names = {"C024BE7LR", "newsletter", "partner", "printed flyer", "Not named"}
    assert set(sources["chart"]["axis_config"]["categories"]) == names
    assert report.buttons == ["People", "CSV", "Registrations", "Details"]
    assert "Vorname" not in report.text + report.words

    await world.command(CHLOE, "#launch", "report last")
    assert takeaway in world.last("#launch", CHLOE).words
    assert past.take_calls() == []

    await world.click(CHLOE, world.last("#launch", CHLOE), "People")
    shown = world.last("#launch", CHLOE)
    [table] = blocks_of(shown, "data_table")
    assert (shown.ephemeral_to, len(table["rows"])) == ("U0CHLOE", 101)
    assert "The table has the first 100; all of them are in the CSV file." in shown.words
    assert "Vorname" in str(table["rows"][1])

    await world.click(CHLOE, shown, "CSV")
    [message] = [one for one in world.slack.messages("@chloe", CHLOE) if one.files]
    rows = csv_rows(message)
    assert [*rows[0]][: len(COLUMNS)] == list(COLUMNS)
    assert len(rows) == expected["registered"]
    assert sum(row["Attended"] == "yes" for row in rows) == expected["attended"]
    assert {row["lid"] for row in rows} == {"123", "77", ""}
    assert "who came without a registration" in "".join(one.words for one in world.slack.messages("@chloe", CHLOE))
    assert "The file is in your direct messages" in world.last("#launch", CHLOE).words
    seen = [one.text + one.words for one in world.slack.messages("#launch") if not one.ephemeral_to]
    assert not [text for text in seen if "Vorname" in text or "outside.example" in text]


async def test_only_those_who_run_the_webinar_see_the_report(world: World) -> None:
    """Others have no button on the details, and are refused at the card and the command."""
    past = await over(world, known_people(12))
    await world.command(CHLOE, "#launch", "show launch")
    assert "Report" in world.last("#launch", CHLOE).buttons
    await world.command(DEV, "#launch", "show launch")
    assert "Report" not in world.last("#launch", DEV).buttons
    [card] = [one for one in world.slack.messages("#launch") if not one.ephemeral_to and one.buttons == ["Report"]]
    await world.click(DEV, card, "Report")
    assert world.last("#launch", DEV).words.startswith("You can't see the report of this webinar: ")
    await world.command(DEV, "#launch", "report launch")
    assert world.last("#launch", DEV).words.startswith("You can't see the report of this webinar: ")
    assert past.take_calls() == []

    # One with the same title that is still to come: the report is of the one that is over.
    await world.create(CHLOE, "Launch day", start=world.clock.now() + timedelta(days=2))
    await world.create(CHLOE, "Budget", start=world.clock.now() + timedelta(days=2))
    await world.slack.close(CHLOE, world.slack.view(CHLOE), clear=True)
    await world.command(CHLOE, "#launch", "report launch day")
    assert "registered" in world.last("#launch", CHLOE).words
    await world.command(CHLOE, "#launch", "report budget")
    assert "This webinar has not taken place yet. Its report is ready a few minutes after" in (
        world.last("#launch", CHLOE).words
    )
    await world.command(CHLOE, "#launch", "report garden")
    assert "for example: `/webinar report last`" in world.last("#launch", CHLOE).words


async def test_in_a_modal_the_report_comes_by_direct_message(world: World) -> None:
    """Modals show no charts; where Slack refuses them in a message too, the figures are in words."""
    result = await world.create(CHLOE, start=world.clock.now() + timedelta(hours=1))
    await world.until(lambda: "Show Details" in world.slack.view(CHLOE).buttons)
    await world.click(CHLOE, result, "Show Details")
    [session_id] = [one["session_id"] for one in world.ringcentral.webinars()]
    past = PastWebinar(world, str(session_id))
    world.clock.move(timedelta(hours=1))
    past.take_place(known_people(12))
    world.clock.move(timedelta(minutes=5))
    await world.click(CHLOE, world.slack.view(CHLOE), "Refresh")
    details = world.slack.view(CHLOE)
    world.ringcentral.fail("GET", "/participants$", status=None, effect=True, hang=0.3)
    await world.slack.click(CHLOE, details, "Report")
    await world.until(lambda: "the report comes as a direct message" in world.slack.view(CHLOE).words)
    await world.slack.close(CHLOE, world.slack.view(CHLOE))
    await world.settled()
    [sent] = [one for one in world.slack.messages("@chloe", CHLOE) if blocks_of(one, "data_visualization")]
    assert (len(blocks_of(sent, "data_visualization")), sent.ephemeral_to) == (2, None)
    assert "Vorname" not in sent.text + sent.words
    await world.click(CHLOE, details, "Report")
    assert "The report is in your messages with Greenroom." in world.slack.view(CHLOE).words

    await world.click(CHLOE, sent, "Registrations")
    [growth] = blocks_of(world.last("@chloe", CHLOE), "data_visualization")
    assert growth["chart"]["series"][0]["data"][-1]["value"] == expected_figures(known_people(12))["registered"]

    world.slack.fail("response_url", error="invalid_blocks", status=400)
    await world.command(CHLOE, "#launch", "report launch")
    words = world.last("#launch", CHLOE)
    assert blocks_of(words, "data_visualization") == blocks_of(words, "data_table") == []
    assert "*Attendance*" in words.words
    assert "*Registrations by source*" in words.words
    assert words.buttons == sent.buttons


async def test_a_long_reading_shows_its_progress_and_can_be_left(world: World) -> None:
    """A direct message is updated and can be left; the report itself is a new one, which notifies."""
    past = await over(world, known_people(12))
    results = world.bot.services.results
    results.pace = replace(results.pace, long_wait=-1.0)  # every reading is a long one
    world.ringcentral.fail("GET", "/participants$", status=None, hang=0.2, cut=True)

    await world.slack.command(CHLOE, "#launch", "/webinar", "report launch")
    [progress] = await world.until(lambda: waiting_messages(world))
    assert "Reading the report of *Launch day* from RingCentral…\nPage 1 of 3. It is ready" in progress.words
    await world.until(lambda: "You don't have to wait" in world.last("#launch", CHLOE).words)
    await world.slack.click(CHLOE, progress, "Stop Waiting")
    await world.settled()
    stopped = "You stopped waiting for this report. Greenroom still reads it, so it is ready next time."
    assert (progress.words, progress.buttons) == (stopped, [])
    assert world.last("#launch", CHLOE).words == stopped
    past.take_calls()
    await world.command(CHLOE, "#launch", "report launch")
    assert "registered" in world.last("#launch", CHLOE).words
    assert past.take_calls() == []

    await over(world, known_people(12), "Budget")
    await world.command(CHLOE, "#launch", "report budget")
    report = world.last("@chloe", CHLOE)
    assert report.words.startswith("Budget")
    assert blocks_of(report, "data_visualization")
    assert waiting_messages(world) == []
    await world.click(CHLOE, report, "People")
    names = world.last("@chloe", CHLOE)
    assert (names.ephemeral_to, "Vorname" in names.words) == ("U0CHLOE", True)


async def test_webinars_that_are_over_are_offered_and_one_without_registration_is_reported(world: World) -> None:
    """Latest first; from participants alone, and one to which nobody came."""
    await over(world, [])
    await world.create(CHLOE, "All hands", fields={"Who is it for?": "Everyone with the link", "Length": "30m"})
    await world.slack.close(CHLOE, world.slack.view(CHLOE), clear=True)
    [open_id] = [one["session_id"] for one in world.ringcentral.webinars() if one["title"] == "All hands"]
    world.clock.move(timedelta(days=3))
    room = world.ringcentral.room
    room.start(open_id, "Live")
    guests = [room.join(open_id, name=("Gast", str(number))) for number in range(3)]
    world.clock.move(timedelta(minutes=20))
    room.leave(guests[0])
    world.clock.move(timedelta(minutes=20))
    world.ringcentral.finish(open_id)
    await PastWebinar(world, str(open_id)).webinar()

    await world.command(CHLOE, "#launch", "report")
    offer = world.last("#launch", CHLOE)
    assert "2 webinars took place. Which one?" in offer.words
    assert offer.words.index("All hands") < offer.words.index("Launch day")
    assert offer.buttons == ["Show Report"] * 2
    await world.click(CHLOE, offer, "Show Report")
    words = world.last("#launch", CHLOE).words
    assert "*3 people came.* 2 of them stayed to the end." in words
    assert "Registered:" not in words
    assert world.last("#launch", CHLOE).buttons == ["People", "CSV", "Details"]
    await world.click(CHLOE, world.last("#launch", CHLOE), "CSV")
    [message] = [one for one in world.slack.messages("@chloe", CHLOE) if one.files]
    assert [row["First name"] for row in csv_rows(message)] == ["Gast"] * 3

    await world.command(CHLOE, "#launch", "report launch day")
    words = world.last("#launch", CHLOE).words
    assert "*Nobody registered before the end.*" in words
    assert blocks_of(world.last("#launch", CHLOE), "data_visualization") == []


async def test_a_refused_reading_says_why_where_it_was_asked_for(world: World) -> None:
    """And in the message with its progress."""
    past = await over(world, known_people(3))
    world.ringcentral.fail("GET", "/participants$", status=404, times=9)
    await world.command(CHLOE, "#launch", "report launch")
    assert "so there is no report" in world.last("#launch", CHLOE).words
    results = world.bot.services.results
    results.pace = replace(results.pace, long_wait=-1.0)
    await world.command(CHLOE, "#launch", "report launch")
    assert "so there is no report" in world.last("#launch", CHLOE).words
    assert "so there is no report" in world.last("@chloe", CHLOE).words
    assert waiting_messages(world) == []
    assert past.take_calls()


def waiting_messages(world: World) -> list[Message]:
    """The direct messages with the progress of a reading."""
    return [one for one in world.slack.messages("@chloe", CHLOE) if one.buttons == ["Stop Waiting"]]
