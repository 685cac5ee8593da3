"""The registrant list for organizers: pages, search, removal, file."""

from __future__ import annotations

import csv
import io
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from bot.registration.registrant_cache import LIFETIME, MAX_LISTS, RegistrantCache
from bot.webinars import organizer_table
from sandbox.slack import Message
from tests.support.bulk import IRIS, JOAN, ORGANIZER, BulkHarness, bulk_harness
from tests.support.registration import PERSON, without_waits
from tests.support.world import World, running_world

ADDRESSES = [f"ana{number:02}@outside.example" for number in range(23)]


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """A world with an unlimited budget."""
    async with running_world(tmp_path, prepare=without_waits) as world:
        yield world


async def a_full_desk(world: World) -> BulkHarness:
    """A webinar for which 23 people have registered, one a minute, every other one from the fair."""
    bulk = await bulk_harness(world)
    lines = [
        f"Ana,Ruiz {number:02},{address},{'fair' if number % 2 else ''},{number}"
        for number, address in enumerate(ADDRESSES)
    ]
    await bulk.register_list("first,last,email,source,Lead", *lines)
    await world.slack.close(ORGANIZER, world.slack.view(ORGANIZER), clear=True)
    assert len(bulk.registrants) == len(ADDRESSES)
    assert bulk.take_calls()
    return bulk


async def show_registrants(bulk: BulkHarness, text: str = "registrants launch", user: str = ORGANIZER) -> Message:
    """The reply to the command."""
    await bulk.world.command(user, "#launch", text)
    return bulk.world.last("#launch", user)


def addresses(page: Message) -> list[str]:
    """The addresses on a page, in their order."""
    return [word for word in page.words.replace("\n", " ").split() if word.endswith("@outside.example")]


async def test_an_organizer_pages_through_the_registrants(world: World) -> None:
    """One call; newest first, in tables of a hundred; paging makes no call, Refresh makes one."""
    bulk = await a_full_desk(world)

    page = await show_registrants(bulk)
    assert addresses(page) == ADDRESSES[::-1]
    assert "23 people have registered." in page.words
    [table] = [block for block in page.blocks if block["type"] == "data_table"]
    assert [cell["text"] for cell in table["rows"][0]] == ["Name", "Email", "Registered", "Source", "Remarks"]
    assert [cell["text"] for cell in table["rows"][2]][::3] == ["Ana Ruiz 21", "fair"]
    assert page.ephemeral_to
    assert page.buttons == ["Search", "Register Others", "Download CSV", "Refresh"]
    assert "To remove somebody, search for them" in page.words
    assert ADDRESSES[0] in page.text  # screen readers
    assert bulk.take_calls() == ["GET"]

    world.ringcentral.register(bulk.session_id, 100)
    await world.click(ORGANIZER, page, "Refresh")
    page = world.last("#launch", ORGANIZER)
    assert bulk.take_calls() == ["GET"]
    assert "Page 1 of 2: the file has all of them" in page.words
    await world.click(ORGANIZER, page, "Next")
    page = world.last("#launch", ORGANIZER)
    assert addresses(page) == ADDRESSES[::-1]
    await world.click(ORGANIZER, page, "Previous")
    assert "Page 1 of 2" in world.last("#launch", ORGANIZER).words
    assert bulk.take_calls() == []


async def test_the_list_opens_from_the_details(world: World) -> None:
    """By a button that only managers see; the reply is ephemeral."""
    bulk = await a_full_desk(world)

    await world.click(ORGANIZER, await show_registrants(bulk, "show launch"), "Registrants")

    page = world.last("#launch", ORGANIZER)
    assert page.ephemeral_to
    assert len(addresses(page)) == 23
    assert "Registrants" not in (await show_registrants(bulk, "show launch", "emi")).buttons


async def test_an_organizer_searches_registrants(world: World) -> None:
    """By name, address or source; the result replaces the page, without a call."""
    bulk = await a_full_desk(world)
    page = await show_registrants(bulk)

    await world.click(ORGANIZER, page, "Search")
    await world.slack.submit(ORGANIZER, world.slack.view(ORGANIZER), {"words": "RUIZ fair 07"})
    await world.settled()

    page = world.last("#launch", ORGANIZER)
    assert addresses(page) == ["ana07@outside.example"]
    assert "1 person of 23 found by “RUIZ fair 07”." in page.words
    await world.click(ORGANIZER, page, "Show All")
    assert len(addresses(world.last("#launch", ORGANIZER))) == 23
    assert bulk.take_calls() == ["GET"]


async def test_an_organizer_removes_a_registrant(world: World) -> None:
    """Found by a search, after a confirmation; one call, and the remaining ones that it finds are shown."""
    bulk = await a_full_desk(world)
    await world.click(ORGANIZER, await show_registrants(bulk), "Search")
    await world.slack.submit(ORGANIZER, world.slack.view(ORGANIZER), {"words": "ruiz 2"})
    await world.settled()
    page = world.last("#launch", ORGANIZER)
    assert page.buttons[:5] == ["Remove"] * 5  # 02, 12, 20, 21 and 22

    await world.click(ORGANIZER, page, "Remove")

    page = world.last("#launch", ORGANIZER)
    assert ADDRESSES[-1] not in bulk.emails
    assert addresses(page)[0] == ADDRESSES[-2]
    assert "The registration is canceled" in page.words
    assert bulk.take_calls() == ["GET", "DELETE"]


async def test_an_organizer_gets_a_file_by_dm(world: World) -> None:
    """With the values of `externalId` in columns; the cached list is used."""
    bulk = await a_full_desk(world)
    page = await show_registrants(bulk)

    await world.click(ORGANIZER, page, "Download CSV")

    [file] = [one for message in world.slack.messages(f"@{ORGANIZER}")[-1:] for one in message.files]
    rows = list(csv.DictReader(io.StringIO(file.content.decode("utf-8-sig"))))
    assert [row["Lead"] for row in rows] == [str(number) for number in range(23)]
    assert (rows[1]["Email"], rows[1]["Source"], rows[1]["Joined"]) == (ADDRESSES[1], "fair", "no")
    assert "The file is in your direct messages" in world.last("#launch", ORGANIZER).words
    assert bulk.take_calls() == ["GET"]


async def chooses_organizers(world: World, *user_ids: str) -> None:
    """An admin chooses these organizers and no others."""
    services = world.bot.services
    async with services.store.write() as db:
        await organizer_table.save(db, services.account.workspace, list(user_ids), "U0ANA", services.clock.now())


def refusals(world: World, user: str) -> int:
    """The number of refusals in #launch that only this user sees."""
    messages = world.slack.messages("#launch", user)
    return sum("You can't see who has registered" in one.words or "You can't remove" in one.words for one in messages)


async def a_page_of_a_former_organizer(world: World) -> tuple[BulkHarness, Message]:
    """A page of registrants shown to Emi, who is no longer an organizer."""
    bulk = await bulk_harness(world, announce_in="#random")
    await bulk.register_list(IRIS, JOAN)
    await chooses_organizers(world, "U0EMI")
    page = await show_registrants(bulk, user="emi")
    assert len(addresses(page)) == 2
    assert bulk.take_calls()
    await chooses_organizers(world)
    return bulk, page


@pytest.mark.parametrize("button", ["Refresh", "Remove", "Download CSV", "Search"])
async def test_former_organizer_is_refused_by_every_button(world: World, button: str) -> None:
    """Each button checks permission again: no file, no form, no vendor call."""
    bulk, page = await a_page_of_a_former_organizer(world)

    await world.click("emi", page, button)

    assert refusals(world, "emi") == 1
    assert len(world.slack.messages("#launch", "emi")) == 2
    assert world.slack.messages("@emi") == []
    assert world.slack.view_stack("emi") == []
    assert bulk.take_calls() == []
    assert len(bulk.registrants) == 2


async def test_former_organizer_is_refused_by_the_search_form(world: World) -> None:
    """The form was opened before the role was withdrawn; sending it checks permission again."""
    bulk = await bulk_harness(world, announce_in="#random")
    await bulk.register_list(IRIS, JOAN)
    await chooses_organizers(world, "U0EMI")
    page = await show_registrants(bulk, user="emi")
    await world.click("emi", page, "Search")
    await chooses_organizers(world)
    assert bulk.take_calls()

    await world.slack.submit("emi", world.slack.view("emi"), {"words": "iris"})
    await world.settled()

    assert "You can't see who has registered" in world.slack.view("emi").words
    assert world.last("#launch", "emi").words == page.words
    assert bulk.take_calls() == []


async def test_member_cannot_list_registrants(world: World) -> None:
    """The command is refused without a vendor call."""
    bulk = await bulk_harness(world, announce_in="#random")
    await bulk.register_list(IRIS, JOAN)
    assert bulk.take_calls()

    await show_registrants(bulk, user="dev")

    assert refusals(world, "dev") == 1
    assert bulk.take_calls() == []


async def test_personal_data_is_in_no_channel_and_no_table(world: World) -> None:
    """Only in the organizer's own reply."""
    bulk = await a_full_desk(world)
    await show_registrants(bulk)

    said = [one for one in world.slack.messages("#launch") if not one.ephemeral_to]
    assert not [one for one in said if "outside.example" in str(one.blocks) + one.text]
    async with world.bot.services.store.read() as db:
        tables = (await db.execute(text("select name from sqlite_master where type = 'table'"))).scalars().all()
        rows = [await db.execute(text(f"select * from {name}")) for name in tables]  # noqa: S608 - our own names
        kept = repr([tuple(row) for table in rows for row in table])
    assert "outside.example" not in kept


async def test_lists_are_cached_for_some_minutes_per_user(world: World) -> None:
    """Then a list is read again; the number of lists is limited."""
    bulk = await bulk_harness(world)
    services = world.bot.services
    webinar = await services.mirror.find(bulk.session_id)
    now = [0.0]
    cache = RegistrantCache(world.bot.provider, services.mirror, lambda: now[0])

    await cache.get(webinar, "U1", PERSON)
    now[0] += LIFETIME - 1
    known = await cache.get(webinar, "U1", PERSON)
    assert known.age == timedelta(seconds=LIFETIME - 1)
    assert len(bulk.take_calls()) == 1

    now[0] += 1
    await cache.get(webinar, "U1", PERSON)
    assert len(bulk.take_calls()) == 1
    for number in range(MAX_LISTS):
        await cache.get(webinar, f"V{number}", PERSON)
    assert len(bulk.take_calls()) == MAX_LISTS
    await cache.get(webinar, "U1", PERSON)
    assert len(bulk.take_calls()) == 1


async def test_cached_lists_are_dropped_without_requests(world: World) -> None:
    """The number of cached people is limited, and each list is dropped after some minutes."""
    bulk = await bulk_harness(world)
    webinar = await world.bot.services.mirror.find(bulk.session_id)
    world.ringcentral.register(bulk.session_id, 5)
    now = [0.0]
    cache = RegistrantCache(world.bot.provider, world.bot.services.mirror, lambda: now[0])
    cache.most_people = 9

    for user in ("U1", "U2", "U2", "U1", "U1"):
        assert len((await cache.get(webinar, user, PERSON)).registrants) == 5
    assert bulk.take_calls() == ["GET"] * 3

    now[0] += LIFETIME
    cache.drop_expired()
    now[0] -= LIFETIME  # a list that is still in memory would be shown now
    await cache.get(webinar, "U1", PERSON)
    assert bulk.take_calls() == ["GET"]

    services = replace(world.bot.services, registrants=cache)
    now[0] += LIFETIME
    await services.resume()  # as every 30 seconds
    now[0] -= LIFETIME
    await cache.get(webinar, "U1", PERSON)
    assert bulk.take_calls() == ["GET"]


async def test_a_webinar_for_everyone_has_no_registrants(world: World) -> None:
    """The reply says so, without a vendor call."""
    bulk = await bulk_harness(world)
    await world.create(ORGANIZER, "All hands", fields={"Who is it for?": "Everyone with the link"})

    assert "nobody registers for it" in (await show_registrants(bulk, "registrants all hands")).words
    assert bulk.take_calls() == []


async def test_a_fourth_modal_replaces_the_third(world: World) -> None:
    """Slack stacks three modals: the search is still reachable from the result of a creation."""
    result = await world.create("chloe")
    await world.until(lambda: "Show Details" in world.slack.view("chloe").buttons)
    await world.click("chloe", result, "Show Details")
    await world.click("chloe", world.slack.view("chloe"), "Registrants")
    await world.click("chloe", world.slack.view("chloe"), "Search")

    assert world.slack.view("chloe").title == "Find registrants"
    assert len(world.slack.view_stack("chloe")) == 3
