"""Registering others: one person by a form, and many from a list that is checked before it is worked through."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.model.registrant import RegistrantDetails
from bot.registration import request_table
from bot.slack.files import download
from bot.slack.responses import SlackRefused
from sandbox.slack.model import Upload
from tests.support.bulk import IRIS, JOAN, LEO, ORGANIZER, REGISTRANTS, bulk_harness
from tests.support.registration import limit_settings, without_waits
from tests.support.world import World, running_world


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """A world whose budget never runs out."""
    async with running_world(tmp_path, prepare=without_waits) as world:
        yield world


SITE = "https://webinars.acme.example"
VISITOR = RegistrantDetails(first_name="Iris", last_name="Moreno", email="iris@outside.example")
SOMEBODY = {"first_name": "Iris", "last_name": "Moreno", "email": "Iris@Outside.example"}


@pytest.mark.parametrize("kept", [True, False])
async def test_one_person_is_registered_with_all_that_the_form_holds(world: World, kept: bool) -> None:
    """One call; the organiser alone sees the links, and which of their own pages RingCentral has kept."""
    world.ringcentral.rules.keep_own_links = kept
    bulk = await bulk_harness(world)

    done = await bulk.register_one(
        **SOMEBODY,
        source="fair",
        external_id="lid=123\n oid = 4@56\n",
        join_page="https://acme.example/join?id=1",
        cancel_page="https://acme.example/cancel?id=1",
    )

    (one,) = bulk.registrants
    assert (one["firstName"], one["lastName"], one["source"]) == ("Iris", "Moreno", "fair")
    assert one["externalId"] == "lid=123&oid=4%4056"
    assert bulk.take_calls() == ["POST"]
    assert done.title == "Registered"
    assert one["joinUri"] in done.words
    assert one["cancellationUri"] in done.words
    assert ("has kept your page to join by" in done.words) is kept
    assert ("has ignored your page to cancel by" in done.words) is not kept
    assert not [one for one in world.slack.messages("#launch") if "Iris" in one.words or "outside" in one.words]


async def test_all_that_is_wrong_with_the_form_stands_under_its_fields(world: World) -> None:
    """Nothing typed is lost, and nothing is asked of RingCentral."""
    bulk = await bulk_harness(world)
    form = await bulk.open_form()

    outcome = await world.slack.submit(ORGANIZER, form, {})
    assert set(outcome.errors) == {"user"}

    typed = {"external_id": "lid", "join_page": "https://nowhere", "last_name": "Moreno", "source": "fair"}
    outcome = await world.slack.submit(ORGANIZER, form, typed)
    assert set(outcome.errors) == {"first_name", "email", "external_id", "join_page"}

    outcome = await world.slack.submit(ORGANIZER, form, {**typed, "user": "dev"})
    assert set(outcome.errors) == {"last_name", "external_id", "join_page"}
    assert world.slack.view(ORGANIZER).values["source"]["source"]["value"] == "fair"
    assert bulk.take_calls() == []


async def test_somebody_in_slack_gets_a_seat_and_their_own_message(world: World) -> None:
    """Named in the command, they stand in the form; their link goes to them and to nobody else."""
    bulk = await bulk_harness(world)
    form = await bulk.open_form("register launch <@U0DEV>")

    await world.slack.submit(ORGANIZER, form, {"source": "fair"})
    await world.settled()

    done = world.slack.view(ORGANIZER)
    assert "<@U0DEV> has a seat" in done.words
    (one,) = bulk.registrants
    assert one["joinUri"] not in done.words
    assert (one["email"], one["source"]) == ("dev@acme.example", "fair")
    assert any(one["joinUri"] in str(message.blocks) for message in world.slack.messages("@dev"))
    assert bulk.take_calls() == ["POST"]


async def test_whoever_does_not_steer_is_offered_their_own_seat(world: World) -> None:
    """And is told who can register others."""
    bulk = await bulk_harness(world)

    own = await bulk.open_form(user="emi")
    assert own.title == "Register"

    await world.command("emi", "#launch", "register launch <@U0DEV>")
    assert "You can't register other people for this webinar" in world.last("#launch", "emi").words
    assert bulk.take_calls() == []


async def test_an_address_that_is_there_already_is_said(world: World) -> None:
    """Above the form, which is as it was filled; nobody is registered twice."""
    bulk = await bulk_harness(world)
    await bulk.register_one(**SOMEBODY)
    await world.slack.close(ORGANIZER, world.slack.view(ORGANIZER))
    assert world.slack.view_stack(ORGANIZER) == []

    again = await bulk.register_one(**SOMEBODY)

    assert (again.title, len(bulk.registrants)) == ("Not registered", 1)
    assert "registered for this webinar already" in again.words
    await world.slack.close(ORGANIZER, again)
    assert world.slack.view(ORGANIZER).values["first_name"]["first_name"]["value"] == "Iris"


@pytest.mark.parametrize(("effect", "title"), [(True, "Registered"), (False, "Not registered")])
async def test_a_lost_answer_about_one_person_is_looked_up(world: World, effect: bool, title: str) -> None:
    """One look at the list says how it ended; nothing goes on by itself after that."""
    bulk = await bulk_harness(world)
    world.ringcentral.fail("POST", REGISTRANTS, status=500, effect=effect)

    done = await bulk.register_one(**SOMEBODY)

    assert (done.title, len(bulk.registrants)) == (title, int(effect))
    assert bulk.take_calls() == ["POST", "GET"]
    assert effect or "its list does not show this person" in done.words


async def test_result_comes_as_a_direct_message_where_the_form_is_closed(world: World) -> None:
    """With the links, as in the form's place."""
    bulk = await bulk_harness(world)
    world.ringcentral.fail("POST", REGISTRANTS, status=None, effect=True, hang=0.15)
    form = await bulk.open_form()
    await world.slack.submit(ORGANIZER, form, SOMEBODY)
    await world.until(lambda: bulk.registrants)
    await world.slack.close(ORGANIZER, world.slack.view(ORGANIZER), clear=True)
    await world.settled()

    assert bulk.registrants[0]["joinUri"] in world.last(f"@{ORGANIZER}", ORGANIZER).words


async def test_a_list_is_checked_and_then_worked_through(world: World) -> None:
    """What it would do is said first, with one call; then each is one call, and a file says what came of each."""
    bulk = await bulk_harness(world)
    await bulk.register_one(**SOMEBODY)
    assert bulk.take_calls() == ["POST"]

    review = await bulk.submit_list(
        "First name,Last name,E-mail,Lead", f"{IRIS},7", f"{JOAN},8", f"{LEO},9", "Zoe,,z@outside.example,", JOAN,
        source="fair",
    )  # fmt: skip

    assert bulk.take_calls() == ["GET"]
    for words in ("2 people* new", "1 person* registered already", "1* with something wrong", "about a minute"):
        assert words in review.words
    assert "Line 5: there is no last name" in review.words
    assert "Line 6: the address stands further up" in review.words
    assert len(bulk.registrants) == 1

    await world.slack.submit(ORGANIZER, review)
    await world.settled()
    assert "direct message from Greenroom says how far" in world.slack.view(ORGANIZER).words

    assert bulk.take_calls() == ["POST", "POST"]
    assert bulk.emails[1:] == ["joan@outside.example", "leo@outside.example"]
    assert [(one["source"], one["externalId"]) for one in bulk.registrants[1:]] == [
        ("fair", "Lead=8"),
        ("fair", "Lead=9"),
    ]
    assert "2 people are registered for *Launch day*" in bulk.progress_message.words
    assert bulk.progress_message.buttons == ["Undo"]
    assert bulk.results == [
        ["2", "was registered already"],
        ["3", "registered"],
        ["4", "registered"],
        ["5", "not registered: there is no last name"],
        ["6", "not registered: the address stands further up in the list"],
    ]


async def test_a_list_comes_as_a_file_too(world: World) -> None:
    """In the encoding of a spreadsheet; it is read with the bot's own token."""
    bulk = await bulk_harness(world)

    await bulk.register_list(file="Vorname;Nachname;E-Mail\nZoë;Nuñez;zoe@outside.example\n".encode("cp1252"))

    assert [(one["firstName"], one["lastName"]) for one in bulk.registrants] == [("Zoë", "Nuñez")]
    assert bulk.results == [["2", "registered"]]


async def test_links_are_in_the_file_where_nobody_else_tells_them(world: World) -> None:
    """RingCentral e-mails nobody: the organiser passes the links on, and they are not kept after that."""
    bulk = await bulk_harness(world, settings={"suppressEmails": True})

    await bulk.register_list(IRIS)

    (one,) = bulk.registrants
    assert bulk.results == [["1", "registered", one["joinUri"], one["cancellationUri"]]]
    assert "pass them on" in world.slack.messages(f"@{ORGANIZER}")[-1].words


async def test_a_list_that_cannot_be_used_loses_nothing(world: World) -> None:
    """What is wrong stands under the field, or above the form, which is as it was."""
    bulk = await bulk_harness(world)
    await world.click(ORGANIZER, await bulk.open_form(), "Register Many")
    form = world.slack.view(ORGANIZER)

    assert set((await world.slack.submit(ORGANIZER, form, {})).errors) == {"pasted"}

    world.slack.fail("download", status=404)
    await world.slack.submit(ORGANIZER, form, {"file": [Upload("people.csv", IRIS.encode())], "source": "fair"})
    await world.settled()
    assert world.slack.view(ORGANIZER).title == "Nobody registered"
    await world.slack.close(ORGANIZER, world.slack.view(ORGANIZER))
    assert world.slack.view(ORGANIZER).values["source"]["source"]["value"] == "fair"
    assert bulk.take_calls() == []


@pytest.mark.parametrize("kept", [True, False])
async def test_one_person_can_have_pages_of_our_own(tmp_path: Path, kept: bool) -> None:
    """They join and cancel by pages of ours, whatever RingCentral makes of the address that it was given."""
    async with running_world(tmp_path, prepare=without_waits, public_url=SITE) as world:
        world.ringcentral.rules.keep_own_links = kept
        bulk = await bulk_harness(world)

        done = await bulk.register_one(**SOMEBODY, own_pages=["own_pages"])

        assert f"{SITE}/join/" in done.words
        assert f"{SITE}/cancel/" in done.words
        assert ("has kept Greenroom's page to cancel by" in done.words) is kept
        assert (f"{SITE}/cancel/" in bulk.registrants[0]["cancellationUri"]) is kept
        assert f"{SITE}/join/" not in bulk.registrants[0]["joinUri"]  # or there would be nothing to send people on to


async def test_who_was_not_registered_is_not_registered_later(tmp_path: Path) -> None:
    """The organiser was told that it failed: the line of our own page leaves them alone."""
    async with running_world(tmp_path, prepare=without_waits, public_url=SITE) as world:
        bulk = await bulk_harness(world)
        world.ringcentral.fail("POST", REGISTRANTS, status=403)
        done = await bulk.register_one(**SOMEBODY, own_pages=["own_pages"])
        assert done.title == "Not registered"

        await world.bot.services.resume()
        await world.settled()
        assert bulk.registrants == []


async def test_a_list_can_have_pages_of_our_own(tmp_path: Path) -> None:
    """The file holds each person's own pages; one who cancels there is taken off the list."""
    async with running_world(tmp_path, prepare=without_waits, public_url=SITE) as world:
        bulk = await bulk_harness(world)
        await bulk.register_list(IRIS, JOAN, own_pages=["own_pages"])

        first, second = bulk.results
        assert first[2].startswith(f"{SITE}/join/")
        assert first[2:] != second[2:]

        await world.bot.services.own_pages.cancel(first[3].rpartition("/")[2])
        await world.until(lambda: bulk.emails == ["joan@outside.example"])
        await world.settled()


async def test_the_line_of_our_own_page_is_served_in_turn(tmp_path: Path) -> None:
    """One call each; a lost answer is looked up, who is there already gets nobody's links, a closed door is said."""
    async with running_world(tmp_path, prepare=without_waits, public_url=SITE) as world:
        bulk = await bulk_harness(world, **limit_settings(3))
        services = world.bot.services
        world.ringcentral.fail("POST", REGISTRANTS, status=500, effect=True)
        async with services.store.write() as db:
            people = [(0, VISITOR.model_copy(update={"email": f"{name}@outside.example"}), name) for name in "abac"]
            for number, one in enumerate(people):
                line = [(number, one[1], f"{one[2]}{number}")]
                await request_table.add(
                    db, services.account, bulk.session_id, line, batch_id="", now=services.clock.now()
                )
        services.page_queue.wake()
        await world.settled()

        assert bulk.take_calls() == ["POST", "GET", "POST", "POST", "POST"]
        assert await _states(world, "a0", "b1", "a2", "c3") == ["registered", "registered", "there", "registered"]

        async with services.store.write() as db:
            line = [(0, VISITOR, "d4")]
            await request_table.add(db, services.account, bulk.session_id, line, batch_id="", now=services.clock.now())
            await request_table.cancel(db, "a0", services.clock.now())
        services.page_queue.wake()
        await world.settled()

        assert await _states(world, "a0", "d4") == ["left", "refused closed"]
        assert len(bulk.registrants) == 2


async def test_who_leaves_the_line_in_time_is_never_asked_for(tmp_path: Path) -> None:
    """Also while somebody before them has their turn."""
    async with running_world(tmp_path, prepare=without_waits, public_url=SITE) as world:
        bulk = await bulk_harness(world)
        services = world.bot.services
        world.ringcentral.fail("POST", REGISTRANTS, status=None, effect=True, hang=0.15)
        async with services.store.write() as db:
            second = VISITOR.model_copy(update={"email": "joan@outside.example"})
            line = [(0, VISITOR, "a"), (0, second, "b")]
            await request_table.add(db, services.account, bulk.session_id, line, batch_id="", now=services.clock.now())
        services.page_queue.wake()
        await world.until(lambda: len(bulk.registrants) == 1)
        async with services.store.write() as db:
            await request_table.cancel(db, "b", services.clock.now())
        await world.settled()

        assert await _states(world, "a", "b") == ["registered", "left"]
        assert bulk.take_calls() == ["POST"]


async def test_the_line_waits_while_ringcentral_is_away(tmp_path: Path) -> None:
    """Whoever waits goes on waiting, keeps their turn, and is registered when it is back."""
    async with running_world(tmp_path, prepare=without_waits, public_url=SITE) as world:
        bulk = await bulk_harness(world)
        services = world.bot.services
        services.page_queue.leases.retry = timedelta()
        world.ringcentral.fail("*", REGISTRANTS, status=500, times=5)
        async with services.store.write() as db:
            line = [(0, VISITOR, "a")]
            await request_table.add(db, services.account, bulk.session_id, line, batch_id="", now=services.clock.now())
        services.page_queue.wake()
        await world.settled()
        assert await _states(world, "a") == ["asked"]

        await services.resume()
        await world.settled()

        assert await _states(world, "a") == ["registered"]
        assert len(bulk.registrants) == 1


async def _states(world: World, *page_keys: str) -> list[str]:
    """What has become of these people."""
    async with world.bot.services.store.read() as db:
        found = [await request_table.find_by_page_key(db, key) for key in page_keys]
    return [f"{one.state} {one.problem}".strip() for one in found if one]


async def test_our_token_goes_to_slack_alone(world: World) -> None:
    """An address elsewhere is refused, and so is a file that is longer than it said."""
    slack = world.bot.services.slack
    for url in ("https://elsewhere.example/people.csv", "", world.slack.url.replace("127.0.0.1", "127.0.0.2")):
        with pytest.raises(SlackRefused, match="not_a_slack_file"):
            await download(slack, url, 10)
    bulk = await bulk_harness(world)
    await bulk.submit_list(file=IRIS.encode())
    [file] = world.slack.world.files
    url = f"{world.slack.url}/files-pri/{world.slack.world.team['id']}-{file}/download/people.csv"
    assert await download(slack, url, 1000) == IRIS.encode()
    with pytest.raises(SlackRefused, match="file_too_large"):
        await download(slack, url, 10)
