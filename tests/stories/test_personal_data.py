"""After everything that people can do with each other's names, addresses and links, these stand only where they may."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path

import pytest

from bot.logging_setup import _Json, is_logged
from bot.providers.base import Caller, Lane
from sandbox.slack import Message, Slack
from tests.support.bulk import BulkHarness
from tests.support.own_pages import LENA, PageVisitor, page_visitor
from tests.support.seats import SeatsHarness
from tests.support.sqlite_file import STORY_FILE
from tests.support.team import TeamHarness
from tests.support.world import World

OUTSIDERS = ("Zoe", "Quillfeather", "zoe.quillfeather@partner.example")
SEATED = ("Emiko", "Nakagawa-Lind", "emiko.private@mail.example")
REGISTERED = ("Iris", "Morenovska", "iris.morenovska@outside.example", "lead-00Q5-secret")
LISTED = ("Joan", "Delacruzova", "joan.delacruzova@outside.example", "Leo", "Larsenius", "leo@larsenius.example")
VISITING = tuple(LENA.values())
COLLEAGUES = ("ben@acme.example", "dev@acme.example", "emi@acme.example", "chloe@acme.example")
NAMES = (*OUTSIDERS, *SEATED, *REGISTERED, *LISTED, *VISITING, *COLLEAGUES)
"""Names and addresses of everybody who takes part; what colleagues are called in Slack may be said to colleagues."""


async def test_names_addresses_and_links_stand_only_where_they_may(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Not in the database, not in the log, and in no message that others than the person or an organizer can read."""
    caplog.set_level(logging.DEBUG)
    async with page_visitor(tmp_path) as visitor:
        world = visitor.world
        await everything(visitor)
        links = links_at(world, visitor.webinar.session_id)
        assert len(links) >= 12

        private = [*NAMES, *links]
        assert found(private, said_in_channels(world.slack)) == set()
        assert found(private, lines := log_lines(caplog)) == set()
        assert found(["sync.done"], lines) == {"sync.done"}
        # What is looked for can be found: each person has their own link, and the organizer the names.
        assert found(links, dms(world.slack, "emi")) != set()
        assert found(REGISTERED, dms(world.slack, "chloe")) != set()
    assert found(private, database(tmp_path)) == set()


async def everything(visitor: PageVisitor) -> None:
    """Invite, take a seat, register one and many, look, download, the door, a visitor of our page, reminders."""
    world, slack, session_id = visitor.world, visitor.world.slack, visitor.webinar.session_id
    slack.scopes = {*slack.scopes, "files:read", "files:write", "usergroups:read"}
    slack.limits.messages_per_second = None
    team, launch, bulk = TeamHarness(world, session_id), SeatsHarness(world, session_id), BulkHarness(world, session_id)
    zoe = f"{OUTSIDERS[0]} {OUTSIDERS[1]} <{OUTSIDERS[2]}>"
    await team.save({"cohosts": ["ben"], "panelists": ["dev"], "outside": zoe, "mail": []})
    await slack.close("chloe", slack.view("chloe"), clear=True)
    await team.reply_to("chloe", "team launch")

    await world.command("chloe", "#launch", "share launch")
    await launch.take_seat("emi", first_name=SEATED[0], last_name=SEATED[1], email=SEATED[2])
    await slack.close("emi", slack.view("emi"), clear=True)
    first, last, address, lead = REGISTERED
    await bulk.register_one(first_name=first, last_name=last, email=address, external_id=f"lead={lead}", source="fair")
    await slack.close("chloe", slack.view("chloe"), clear=True)
    await bulk.register_list(",".join(LISTED[:3]), ",".join(LISTED[3:]))
    await slack.close("chloe", slack.view("chloe"), clear=True)

    await world.command("chloe", "#launch", "registrants launch")
    await world.click("chloe", world.last("#launch", "chloe"), "Download CSV")
    await world.command("chloe", "#launch", "count launch")
    await world.click("chloe", world.last("#launch", "chloe"), "Registration")
    await slack.submit("chloe", slack.view("chloe"), {"emails": ["suppressEmails"]})
    await world.settled()
    await slack.close("chloe", slack.view("chloe"), clear=True)
    assert (await visitor.sign_up(visitor.url)).status == 303
    await world.bot.services.resume()
    await world.settled()
    assert len(visitor.registrants) == 5
    await world.move(timedelta(days=3))
    await report(world, session_id)


async def report(world: World, session_id: str) -> None:
    """The webinar takes place, its report is read with a pause in the middle, and somebody looks at the people."""
    vendor, reports = world.ringcentral, world.bot.services.reports
    vendor.begin(session_id)
    for one in vendor.registrants(session_id)[1:]:
        vendor.attend(one["id"])
    for one in vendor.invitees(session_id):
        vendor.room.join(session_id, invitee=one["id"])
    world.clock.move(timedelta(minutes=50))
    vendor.finish(session_id)
    world.clock.move(timedelta(minutes=5))
    await world.bot.services.mirror.sweep()
    webinar = await world.bot.services.mirror.find(session_id)
    assert (await reports.request(webinar, "U0CHLOE")).attended == 4
    people = await reports.people(webinar, Caller(Lane.PERSON))
    assert REGISTERED[0] in [one.first_name for one in people]


def links_at(world: World, session_id: str) -> list[str]:
    """The secret parts of everybody's own links, as RingCentral has them."""
    people = [*world.ringcentral.invitees(session_id), *world.ringcentral.registrants(session_id)]
    uris = [one.get(name, "") for one in people for name in ("joinUri", "cancellationUri")]
    return [uri.rsplit("/", 1)[-1] for uri in uris if uri]


def said_in_channels(slack: Slack) -> list[str]:
    """All that everybody in a channel can read: messages, files, and what apps can read of them."""
    channels = [one.id for one in slack.world.channels.values() if one.kind != "dm"]
    said = [message for channel in channels for message in slack.messages(channel)]
    return [words(message) for message in said if not message.ephemeral_to]


def dms(slack: Slack, user: str) -> list[str]:
    """All that the bot has written to a person, with the files."""
    return [words(message) for message in slack.messages(f"@{user}", user)]


def database(folder: Path) -> list[str]:
    """All that is in the database, byte for byte."""
    return [path.read_bytes().decode("latin-1") for path in folder.glob(f"{STORY_FILE}*")]


def words(message: Message) -> str:
    """A message whole."""
    files = [f"{one.name} {one.title} {one.alt_text} {one.content.decode('latin-1')}" for one in message.files]
    return f"{message.text} {message.blocks} {' '.join(files)}"


def log_lines(caplog: pytest.LogCaptureFixture) -> list[str]:
    """What our own log would hold, each line with all of its facts and its traceback."""
    form = _Json()
    return [form.format(record) for record in caplog.records if is_logged(record)]


def found(private: Iterable[str], texts: Iterable[str]) -> set[str]:
    """What of it stands somewhere, as a word of its own, in any case."""
    whole = "\n".join(texts).casefold()
    return {one for one in private if re.search(rf"(?<!\w){re.escape(one.casefold())}(?!\w)", whole)}
