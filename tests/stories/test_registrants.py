"""Who has registered, as organisers alone look at it: in pages, by words, taken off the list, as a file."""

from __future__ import annotations

import csv
import io
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from bot.clock import monotonic
from bot.registration.bulk.registrant_cache import GOOD_FOR, MOST, RegistrantCache
from bot.webinars import organizer_table
from sandbox.slack import Message
from tests.support.bulk import IRIS, JOAN, ORGANISER, Desk, a_desk
from tests.support.registration import PERSON, hurried
from tests.support.world import World, running

ADDRESSES = [f"ana{number:02}@outside.example" for number in range(23)]


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """A world whose budget never runs out."""
    async with running(tmp_path, prepare=hurried) as world:
        yield world


async def a_full_desk(world: World) -> Desk:
    """A webinar for which 23 people have registered, one a minute, every other one from the fair."""
    desk = await a_desk(world)
    lines = [
        f"Ana,Ruiz {number:02},{address},{'fair' if number % 2 else ''},{number}"
        for number, address in enumerate(ADDRESSES)
    ]
    await desk.enrols("first,last,email,source,Lead", *lines)
    await world.slack.close(ORGANISER, world.slack.view(ORGANISER), clear=True)
    assert len(desk.there) == len(ADDRESSES)
    assert desk.asked
    return desk


async def shown(desk: Desk, text: str = "registrants launch", user: str = ORGANISER) -> Message:
    """The answer to the command."""
    await desk.world.command(user, "#launch", text)
    return desk.world.last("#launch", user)


def on_it(page: Message) -> list[str]:
    """The addresses that stand on a page, in their order."""
    return [word for word in page.words.replace("\n", " ").split() if word.endswith("@outside.example")]


async def test_organiser_pages_through_who_has_registered(world: World) -> None:
    """One call; newest first, ten a page; turning pages costs nothing, Refresh one call."""
    desk = await a_full_desk(world)

    page = await shown(desk)
    assert on_it(page) == ADDRESSES[:-11:-1]
    assert "23 people have registered." in page.words
    assert "Page 1 of 3" in page.words
    assert page.ephemeral_to
    assert desk.asked == ["GET"]

    await world.click(ORGANISER, page, "Next")
    await world.click(ORGANISER, page, "Next")
    page = world.last("#launch", ORGANISER)
    assert on_it(page) == ADDRESSES[2::-1]
    assert page.buttons[-4:] == ["Search", "Register Others", "Download CSV", "Refresh"]
    await world.click(ORGANISER, page, "Previous")
    assert desk.asked == []

    await world.click(ORGANISER, page, "Refresh")
    assert desk.asked == ["GET"]


async def test_organiser_comes_from_the_webinar_itself(world: World) -> None:
    """By a button of its details, which nobody else has; the answer is for their eyes only."""
    desk = await a_full_desk(world)

    await world.click(ORGANISER, await shown(desk, "show launch"), "Registrants")

    page = world.last("#launch", ORGANISER)
    assert page.ephemeral_to
    assert len(on_it(page)) == 10
    assert "Registrants" not in (await shown(desk, "show launch", "emi")).buttons


async def test_organiser_finds_people_by_words(world: World) -> None:
    """Of name, address or source; the page takes the place of the one before, at no call."""
    desk = await a_full_desk(world)
    page = await shown(desk)

    await world.click(ORGANISER, page, "Search")
    await world.slack.submit(ORGANISER, world.slack.view(ORGANISER), {"words": "RUIZ fair 07"})
    await world.settled()

    page = world.last("#launch", ORGANISER)
    assert on_it(page) == ["ana07@outside.example"]
    assert "1 person of 23 found by “RUIZ fair 07”." in page.words
    await world.click(ORGANISER, page, "Show All")
    assert "Page 1 of 3" in world.last("#launch", ORGANISER).words
    assert desk.asked == ["GET"]


async def test_organiser_takes_somebody_off_the_list(world: World) -> None:
    """After a question; one call, and whoever is left is shown."""
    desk = await a_full_desk(world)
    page = await shown(desk)

    await world.click(ORGANISER, page, "Remove")

    page = world.last("#launch", ORGANISER)
    assert ADDRESSES[-1] not in desk.addresses
    assert on_it(page)[0] == ADDRESSES[-2]
    assert "They are off the list" in page.words
    assert desk.asked == ["GET", "DELETE"]


async def test_organiser_gets_a_file_as_a_direct_message(world: World) -> None:
    """What `externalId` holds stands in columns; the list that is shown already is enough for it."""
    desk = await a_full_desk(world)
    page = await shown(desk)

    await world.click(ORGANISER, page, "Download CSV")

    [file] = [one for message in world.slack.messages(f"@{ORGANISER}")[-1:] for one in message.files]
    rows = list(csv.DictReader(io.StringIO(file.content.decode("utf-8-sig"))))
    assert [row["Lead"] for row in rows] == [str(number) for number in range(23)]
    assert (rows[1]["E-mail"], rows[1]["Source"], rows[1]["Joined"]) == (ADDRESSES[1], "fair", "no")
    assert "The file is in your direct messages" in world.last("#launch", ORGANISER).words
    assert desk.asked == ["GET"]


async def chooses_organizers(world: World, *user_ids: str) -> None:
    """An admin chooses these organizers and no others."""
    services = world.bot.services
    async with services.store.write() as db:
        await organizer_table.save(db, services.account.workspace, list(user_ids), "U0ANA", services.clock.now())


def refusals(world: World, user: str) -> int:
    """The number of refusals in #launch that only this user sees."""
    messages = world.slack.messages("#launch", user)
    return sum("You can't see who has registered" in message.words for message in messages)


async def a_page_of_a_former_organizer(world: World) -> tuple[Desk, Message]:
    """A page of registrants shown to Emi, who is no longer an organizer."""
    desk = await a_desk(world)
    await desk.enrols(IRIS, JOAN)
    await chooses_organizers(world, "U0EMI")
    page = await shown(desk, user="emi")
    assert len(on_it(page)) == 2
    assert desk.asked
    await chooses_organizers(world)
    return desk, page


@pytest.mark.parametrize("button", ["Refresh", "Remove", "Download CSV", "Search"])
async def test_former_organizer_is_refused_by_every_button(world: World, button: str) -> None:
    """Each button checks permission again: no file, no form, no vendor call."""
    desk, page = await a_page_of_a_former_organizer(world)

    await world.click("emi", page, button)

    assert refusals(world, "emi") == 1
    assert len(world.slack.messages("#launch", "emi")) == 2
    assert world.slack.messages("@emi") == []
    assert world.slack.view_stack("emi") == []
    assert desk.asked == []
    assert len(desk.there) == 2


async def test_former_organizer_is_refused_by_the_search_form(world: World) -> None:
    """The form was opened before the role was withdrawn; sending it checks permission again."""
    desk = await a_desk(world)
    await desk.enrols(IRIS, JOAN)
    await chooses_organizers(world, "U0EMI")
    page = await shown(desk, user="emi")
    await world.click("emi", page, "Search")
    await chooses_organizers(world)
    assert desk.asked

    await world.slack.submit("emi", world.slack.view("emi"), {"words": "iris"})
    await world.settled()

    assert "You can't see who has registered" in world.slack.view("emi").words
    assert world.last("#launch", "emi").words == page.words
    assert desk.asked == []


async def test_member_cannot_list_registrants(world: World) -> None:
    """The command is refused without a vendor call."""
    desk = await a_desk(world)
    await desk.enrols(IRIS, JOAN)
    assert desk.asked

    await shown(desk, user="dev")

    assert refusals(world, "dev") == 1
    assert desk.asked == []


async def test_names_and_addresses_are_in_no_channel_and_no_table(world: World) -> None:
    """They stand in the organiser's own answer alone."""
    desk = await a_full_desk(world)
    await shown(desk)

    said = [one for one in world.slack.messages("#launch") if not one.ephemeral_to]
    assert not [one for one in said if "outside.example" in str(one.blocks) + one.text]
    async with world.bot.services.store.read() as db:
        tables = (await db.execute(text("select name from sqlite_master where type = 'table'"))).scalars().all()
        kept = repr([tuple(row) for name in tables for row in await db.execute(text(f"select * from {name}"))])  # noqa: S608 - names from the database itself
    assert "outside.example" not in kept


async def test_a_list_is_remembered_for_some_minutes_and_for_few(world: World) -> None:
    """Then it is read again; only so many are kept at once, and each is its reader's."""
    desk = await a_desk(world)
    services = world.bot.services
    webinar = await services.mirror.find(desk.session_id)
    now = [0.0]
    rolls = RegistrantCache(world.bot._provider, services.mirror, lambda: now[0])

    await rolls.get(webinar, "U1", PERSON)
    now[0] += GOOD_FOR - 1
    roll = await rolls.get(webinar, "U1", PERSON)
    assert roll.age == timedelta(seconds=GOOD_FOR - 1)
    assert len(desk.asked) == 1

    now[0] += 1
    await rolls.get(webinar, "U1", PERSON)
    assert len(desk.asked) == 1
    for number in range(MOST):
        await rolls.get(webinar, f"V{number}", PERSON)
    assert len(desk.asked) == MOST
    await rolls.get(webinar, "U1", PERSON)
    assert len(desk.asked) == 1


async def test_names_are_not_remembered_when_nobody_asks_any_more(world: World) -> None:
    """However many have registered: so many people are kept in memory together, and each for some minutes."""
    desk = await a_desk(world)
    webinar = await world.bot.services.mirror.find(desk.session_id)
    world.ringcentral.register(desk.session_id, 5)
    now = [0.0]
    rolls = RegistrantCache(world.bot._provider, world.bot.services.mirror, lambda: now[0])
    rolls.most_people = 9

    for user in ("U1", "U2", "U2", "U1", "U1"):
        assert len((await rolls.get(webinar, user, PERSON)).everybody) == 5
    assert desk.asked == ["GET"] * 3
    assert "Registrant" in repr(rolls._known)

    now[0] += GOOD_FOR
    rolls.forget_old()
    assert rolls._known == {}
    of_the_bot = world.bot.services.bulk.rolls
    await of_the_bot.get(webinar, "U1", PERSON)
    of_the_bot._monotonic = lambda: monotonic() + GOOD_FOR
    await world.bot.services.bulk.work()  # as every 30 seconds
    assert of_the_bot._known == {}


async def test_a_webinar_for_everybody_has_no_registrants(world: World) -> None:
    """It says so, without asking RingCentral."""
    desk = await a_desk(world)
    await world.create(ORGANISER, "All hands", fields={"Who is it for?": "Everyone with the link"})

    assert "nobody registers for it" in (await shown(desk, "registrants all hands")).words
    assert desk.asked == []


async def test_a_fourth_window_takes_the_place_of_the_third(world: World) -> None:
    """Slack shows three on top of each other: from the result of a creation one gets as far as the search."""
    result = await world.create("chloe")
    await world.until(lambda: "Show Details" in world.slack.view("chloe").buttons)
    await world.click("chloe", result, "Show Details")
    await world.click("chloe", world.slack.view("chloe"), "Registrants")
    await world.click("chloe", world.slack.view("chloe"), "Search")

    assert world.slack.view("chloe").title == "Find registrants"
    assert len(world.slack.view_stack("chloe")) == 3
