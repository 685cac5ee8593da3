"""Register others: one person with a form, and many from a list that is reviewed before it is processed."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from bot.db.people_schema import registration_requests
from bot.model.registrant import RegistrantDetails
from bot.registration import request_table
from bot.slack.files import download
from bot.slack.responses import SlackRefused
from sandbox.slack import View
from sandbox.slack.model import Upload, UserGroup
from tests.support.bulk import IRIS, JOAN, LEO, ORGANIZER, REGISTRANTS, bulk_harness
from tests.support.registration import choose_fields, limit_settings, without_waits
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
async def test_one_person_is_registered_with_all_fields(world: World, kept: bool) -> None:
    """One call; only the organizer sees the links, and which of the custom pages RingCentral accepted."""
    world.ringcentral.rules.keep_own_links = kept
    bulk = await bulk_harness(world)

    done = await bulk.register_one(
        **SOMEBODY,
        source="fair",
        external_id="lid=123\n oid = 4@56\n",
        links="own",
        join_page="https://acme.example/join?id=1",
        cancel_page="https://acme.example/cancel?id=1",
    )

    (one,) = bulk.registrants
    assert (one["firstName"], one["lastName"], one["source"]) == ("Iris", "Moreno", "fair")
    assert one["externalId"] == "lid=123&oid=4%4056"
    assert bulk.take_calls() == ["POST"]
    assert done.title == "Registered"
    assert "Iris Moreno is registered for *Launch day*." in done.words
    assert one["joinUri"] in done.words
    assert one["cancellationUri"] in done.words
    assert ("has kept your page to join by" in done.words) is kept
    assert ("has ignored your page to cancel by" in done.words) is not kept
    assert not [one for one in world.slack.messages("#launch") if "Iris" in one.words or "outside" in one.words]


async def test_refused_pages_are_left_out_and_reported(world: World) -> None:
    """RingCentral takes no custom pages: the person is registered by a second call, and the organizer reads why."""
    world.ringcentral.rules.refuse_own_links = True
    bulk = await bulk_harness(world)

    done = await bulk.register_one(
        **SOMEBODY,
        links="own",
        join_page="https://acme.example/join?id=1",
        cancel_page="https://acme.example/cancel?id=1",
    )

    (one,) = bulk.registrants
    assert (bulk.take_calls(), done.title) == (["POST", "POST"], "Registered")
    assert one["joinUri"] in done.words
    for name in ("join", "cancel"):
        assert f"has refused your page to {name} by, and shows its own link" in done.words


async def test_a_page_with_a_long_address_is_refused_at_its_field(world: World) -> None:
    """RingCentral takes 256 characters; a call that it would refuse is not made."""
    bulk = await bulk_harness(world)
    await bulk.open_form()
    form = await choose_fields(world, ORGANIZER, more=True, who="else", links="own")

    outcome = await world.slack.submit(
        ORGANIZER, form, {**SOMEBODY, "join_page": "https://acme.example/".ljust(257, "x")}
    )

    assert outcome.errors == {
        "join_page": "RingCentral takes at most 256 characters, and this has 257. Use a shorter address."
    }
    assert bulk.take_calls() == []


async def test_every_problem_of_the_form_is_shown_at_its_field(world: World) -> None:
    """The input is kept, and no vendor call is made."""
    bulk = await bulk_harness(world)
    form = await bulk.open_form()
    assert set((await world.slack.submit(ORGANIZER, form, {})).errors) == {"user"}

    form = await choose_fields(world, ORGANIZER, more=True, who="else", links="own")
    assert set((await world.slack.submit(ORGANIZER, form, {})).errors) == {"first_name", "last_name", "email"}
    typed = {**SOMEBODY, "first_name": "\u200b", "external_id": "lid", "source": "fair"}
    outcome = await world.slack.submit(ORGANIZER, form, typed)
    assert outcome.errors["join_page"] == "Type the address of a page, or choose other links above."
    assert set(outcome.errors) == {"first_name", "external_id", "join_page"}
    outcome = await world.slack.submit(ORGANIZER, form, {**typed, "join_page": "https://nowhere"})
    assert outcome.errors["join_page"] == "Write a whole address that begins with https://"
    assert world.slack.view(ORGANIZER).values["source"]["source"]["value"] == "fair"
    assert bulk.take_calls() == []


async def test_the_fields_follow_the_choices_and_keep_what_was_typed(world: World) -> None:
    """Who it is comes first; links of one's own are behind More Fields; what a choice hides returns with it."""
    world.ringcentral.rules.keep_own_links = True
    bulk = await bulk_harness(world)
    assert _fields(await bulk.open_form()) == ["who", "user", "source"]
    await world.slack.fill(ORGANIZER, world.slack.view(ORGANIZER), {"user": "dev", "source": "fair"})
    form = await choose_fields(world, ORGANIZER, who="else")
    assert _fields(form) == ["who", "first_name", "last_name", "email", "source"]
    assert form.values["source"]["source"]["value"] == "fair"
    await world.slack.fill(ORGANIZER, form, SOMEBODY)
    await world.click(ORGANIZER, form, "More Fields")
    form = world.slack.view(ORGANIZER)
    assert _fields(form)[5:] == ["external_id", "links"]
    assert "More Fields" not in form.buttons
    form = await choose_fields(world, ORGANIZER, links="own")
    assert _fields(form)[5:] == ["external_id", "links", "join_page", "cancel_page"]
    await world.slack.fill(ORGANIZER, form, {"external_id": "lid=7", "join_page": "https://acme.example/j"})

    form = await choose_fields(world, ORGANIZER, links="provider", who="slack")
    assert _fields(form) == ["who", "user", "source"]
    assert form.values["user"]["user"]["selected_user"] == "U0DEV"
    assert not [text for text in ("Iris", "lid=7") if text in form.words]
    form = await choose_fields(world, ORGANIZER, who="else", links="own")
    assert form.values["first_name"]["first_name"]["value"] == "Iris"
    assert form.values["join_page"]["join_page"]["value"] == "https://acme.example/j"

    await world.slack.submit(ORGANIZER, form, {})
    await world.settled()
    [one] = bulk.registrants
    assert (one["email"], one["source"], one["externalId"]) == ("iris@outside.example", "fair", "lid=7")
    assert one["joinUri"] == "https://acme.example/j"


async def test_a_form_sent_before_its_fields_appear_comes_back_with_them(world: World) -> None:
    """Slack does not show them in time: the choice is kept, and nobody is asked instead."""
    bulk = await bulk_harness(world)
    form = await bulk.open_form("register launch <@U0DEV>")
    await world.slack.submit(ORGANIZER, form, {"who": "else", "source": "fair"})
    form = world.slack.view(ORGANIZER)
    assert _fields(form) == ["who", "first_name", "last_name", "email", "source"]
    assert form.values["source"]["source"]["value"] == "fair"
    outcome = await world.slack.submit(ORGANIZER, form, SOMEBODY)
    await world.settled()
    assert (outcome.errors, bulk.emails, world.slack.messages("@dev")) == ({}, ["iris@outside.example"], [])


def _fields(form: View) -> list[str]:
    """The fields of a form, in order."""
    return [block["block_id"] for block in form.blocks if block["type"] == "input"]


async def test_a_slack_user_is_asked_in_a_dm(world: World) -> None:
    """A user named in the command is prefilled; RingCentral learns of them, and emails them, only if they accept."""
    bulk = await bulk_harness(world)
    form = await bulk.open_form("register launch <@U0DEV>")

    await world.slack.submit(ORGANIZER, form, {"source": "fair"})
    await world.settled()

    assert "<@U0DEV> is asked in a direct message" in world.slack.view(ORGANIZER).words
    assert (bulk.registrants, bulk.take_calls(), world.ringcentral.mails) == ([], [], [])
    [asked] = world.slack.messages("@dev")
    assert "<@U0CHLOE> suggests *Launch day*" in asked.words
    assert asked.buttons == ["Take My Seat", "No Thanks"]


async def test_register_always_means_the_person_who_types_it(world: World) -> None:
    """Also for those who manage the webinar, by any words, and in the picker; Register Others is offered beside it."""
    bulk = await bulk_harness(world, announce_in="#random")
    for words in ("register launch", "register next", "register", "register launch <@U0CHLOE>"):
        await world.command(ORGANIZER, "#launch", words)
        own = world.slack.view(ORGANIZER)
        assert own.callback_id == "seat.form", words
        held = [block["element"].get("initial_value") for block in own.blocks if block["type"] == "input"]
        assert "chloe@acme.example" in held, words
        await world.slack.close(ORGANIZER, own, clear=True)
        note = world.last("#launch", ORGANIZER)
        assert note.words.startswith("To register other people for *Launch day*, press Register Others."), words

    await world.click(ORGANIZER, note, "Register Others")
    assert world.slack.view(ORGANIZER).title == "Register someone"
    await world.slack.close(ORGANIZER, world.slack.view(ORGANIZER), clear=True)
    await world.create(ORGANIZER, "Launch week", fields={"Announce in": "#launch"})
    await world.slack.close(ORGANIZER, world.slack.view(ORGANIZER), clear=True)
    await world.command(ORGANIZER, "#launch", "register launch")
    await world.click(ORGANIZER, world.last("#launch", ORGANIZER), "Register")
    assert world.slack.view(ORGANIZER).callback_id == "seat.form"
    await world.slack.submit(ORGANIZER, world.slack.view(ORGANIZER), {})
    await world.settled()
    await world.slack.close(ORGANIZER, world.slack.view(ORGANIZER), clear=True)
    assert [one["email"] for one in bulk.registrants] == ["chloe@acme.example"]

    await world.command(ORGANIZER, "#launch", 'register "Launch day"')
    assert world.slack.view(ORGANIZER).title == "Your seat"
    await world.slack.close(ORGANIZER, world.slack.view(ORGANIZER), clear=True)
    await world.command("emi", "#launch", 'register "Launch day"')
    assert world.slack.view("emi").callback_id == "seat.form"
    assert "Register Others" not in str([one.buttons for one in world.slack.messages("#launch", "emi")])


async def test_organizers_who_choose_themselves_get_a_seat(world: World) -> None:
    """They asked for it: one call, and only they get their link."""
    bulk = await bulk_harness(world)
    form = await bulk.open_form()

    await world.slack.submit(ORGANIZER, form, {"user": "chloe", "source": "fair"})
    await world.settled()

    done = world.slack.view(ORGANIZER)
    assert "<@U0CHLOE> has a seat" in done.words
    (one,) = bulk.registrants
    assert one["joinUri"] not in done.words
    assert (one["email"], one["source"]) == ("chloe@acme.example", "fair")
    assert any(one["joinUri"] in str(message.blocks) for message in world.slack.messages("@chloe"))
    assert bulk.take_calls() == ["POST"]


async def test_a_user_who_cannot_manage_is_offered_a_seat(world: World) -> None:
    """And learns who can register others."""
    bulk = await bulk_harness(world, announce_in="#random")

    own = await bulk.open_form(user="emi")
    assert own.title == "Register"

    await world.command("emi", "#launch", "register launch <@U0DEV>")
    assert "You can't register other people for this webinar" in world.last("#launch", "emi").words
    assert bulk.take_calls() == []


async def test_a_registered_address_is_reported(world: World) -> None:
    """Above the form, which keeps its input; nobody is registered twice."""
    bulk = await bulk_harness(world)
    await bulk.register_one(**SOMEBODY)
    await world.slack.close(ORGANIZER, world.slack.view(ORGANIZER))
    assert world.slack.view_stack(ORGANIZER) == []

    again = await bulk.register_one(**SOMEBODY)

    assert (again.title, len(bulk.registrants)) == ("Not registered", 1)
    assert "already registered for this webinar" in again.words
    await world.slack.close(ORGANIZER, again)
    assert world.slack.view(ORGANIZER).values["first_name"]["first_name"]["value"] == "Iris"


@pytest.mark.parametrize(("effect", "title"), [(True, "Registered"), (False, "Not registered")])
async def test_a_lost_response_for_one_person_is_looked_up(world: World, effect: bool, title: str) -> None:
    """One reading of the list resolves it; nothing is resumed later."""
    bulk = await bulk_harness(world)
    world.ringcentral.fail("POST", REGISTRANTS, status=500, effect=effect)

    done = await bulk.register_one(**SOMEBODY)

    assert (done.title, len(bulk.registrants)) == (title, int(effect))
    assert bulk.take_calls() == ["POST", "GET"]
    assert effect or "its list does not show this person" in done.words


async def test_the_result_is_a_dm_if_the_form_was_closed(world: World) -> None:
    """With the links, as in the modal."""
    bulk = await bulk_harness(world)
    world.ringcentral.fail("POST", REGISTRANTS, status=None, effect=True, hang=0.15)
    await bulk.open_form()
    form = await choose_fields(world, ORGANIZER, who="else")
    await world.slack.submit(ORGANIZER, form, SOMEBODY)
    await world.until(lambda: bulk.registrants)
    await world.slack.close(ORGANIZER, world.slack.view(ORGANIZER), clear=True)
    await world.settled()

    assert bulk.registrants[0]["joinUri"] in world.last(f"@{ORGANIZER}", ORGANIZER).words


async def test_a_list_is_reviewed_and_then_processed(world: World) -> None:
    """The review costs one call; then each person is one call, and a file has the result of each row."""
    bulk = await bulk_harness(world)
    await bulk.register_one(**SOMEBODY)
    assert bulk.take_calls() == ["POST"]

    review = await bulk.submit_list(
        "First name,Last name,Email,Lead", f"{IRIS},7", f"{JOAN},8", f"{LEO},9", "Zoe,,z@outside.example,", JOAN,
        source="fair",
    )  # fmt: skip

    assert bulk.take_calls() == ["GET"]
    assert "2 new, 1 already registered, 1 duplicate, 1 not understood" in review.words
    assert "about a minute" in review.words
    assert "Line 2: Iris Moreno is already registered" in review.words
    assert "Line 5: there is no last name: “Zoe, z@outside.example”" in review.words
    assert "Line 6: Joan de la Cruz is a duplicate" in review.words
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
    assert "2 people are registered for *Launch day*: Joan de la Cruz and Leo Larsen." in bulk.progress_message.words
    assert "1 was already registered, 1 line repeated an address and 1 could not" in bulk.progress_message.words
    assert bulk.progress_message.buttons == ["Undo"]
    assert bulk.result_rows == [
        ["2", "Iris Moreno", "iris@outside.example", "was registered already"],
        ["3", "Joan de la Cruz", "joan@outside.example", "registered"],
        ["4", "Leo Larsen", "leo@outside.example", "registered"],
        ["5", "Zoe", "z@outside.example", "not registered: there is no last name"],
        ["6", "Joan de la Cruz", "joan@outside.example", "not registered: duplicate"],
    ]
    assert await _kept_people(world) == 0  # the file has been sent


async def test_a_list_can_be_a_file(world: World) -> None:
    """In a spreadsheet's encoding; it is downloaded with the bot's token."""
    bulk = await bulk_harness(world)

    await bulk.register_list(file="Vorname;Nachname;E-Mail\nZoë;Nuñez;zoe@outside.example\n".encode("cp1252"))

    assert [(one["firstName"], one["lastName"]) for one in bulk.registrants] == [("Zoë", "Nuñez")]
    assert bulk.results == [["2", "registered"]]


async def test_the_file_has_links_if_ringcentral_sends_no_emails(world: World) -> None:
    """The organizer passes the links on; they are deleted afterwards."""
    bulk = await bulk_harness(world, settings={"suppressEmails": True})

    await bulk.register_list(IRIS)

    (one,) = bulk.registrants
    assert bulk.results == [["1", "registered", one["joinUri"], one["cancellationUri"]]]
    assert "share with each person their links in the file" in world.slack.messages(f"@{ORGANIZER}")[-1].words


@pytest.mark.parametrize(("suppressed", "emailed"), [(False, 2), (True, 0)])
async def test_the_review_announces_the_emails_that_are_sent(world: World, suppressed: bool, emailed: int) -> None:
    """As many as RingCentral then sends: one to each new person, or none if the webinar's emails are off."""
    bulk = await bulk_harness(world, settings={"suppressEmails": suppressed})
    await bulk.register_one(**SOMEBODY)
    before = len(world.ringcentral.mails)

    review = await bulk.submit_list(IRIS, JOAN, LEO)
    assert ("emails 2 people" if emailed else "emails nobody") in review.words
    assert len(world.ringcentral.mails) == before
    await world.slack.submit(ORGANIZER, review)
    await world.settled()

    assert len(world.ringcentral.mails) - before == emailed


@pytest.mark.parametrize(("suppressed", "emailed"), [(True, 0), (False, 2)])
async def test_the_review_reads_whether_emails_are_sent(world: World, suppressed: bool, emailed: int) -> None:
    """Somebody has just switched the emails in RingCentral's own app: the review says what is set there now."""
    bulk = await bulk_harness(world, settings={"suppressEmails": not suppressed})
    await bulk.register_one(**SOMEBODY)
    world.ringcentral.edit(bulk.session_id, registration={"settings": {"suppressEmails": suppressed}})
    before = len(world.ringcentral.mails)

    review = await bulk.submit_list(IRIS, JOAN, LEO)
    assert ("RingCentral emails 2 people: each" if emailed else "RingCentral emails nobody") in review.words
    await world.slack.submit(ORGANIZER, review)
    await world.settled()

    assert len(world.ringcentral.mails) - before == emailed


@pytest.mark.parametrize(
    ("registration", "warning"),
    [
        ({"registrationStatus": "Closed"}, "Registration is closed right now"),
        ({"settings": {"autoCloseLimit": 1}}, "The limit is 1 person, so there is room for 1 more"),
    ],
)
async def test_the_review_warns_of_registration_as_it_is_now(
    world: World, registration: dict[str, Any], warning: str
) -> None:
    """Somebody has just closed or limited it in RingCentral's own app."""
    bulk = await bulk_harness(world)
    world.ringcentral.edit(bulk.session_id, registration=registration)

    assert warning in (await bulk.submit_list(IRIS, JOAN)).words


async def test_an_invalid_list_keeps_the_input(world: World) -> None:
    """Problems are shown at the field, or above the form, which keeps its input."""
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


def _form_values(form: View) -> tuple[list[str], str]:
    """The chosen Slack users and the pasted list of the open list form."""
    values = form.values
    return values["users"]["users"]["selected_users"], values["pasted"]["pasted"]["value"] or ""


async def test_several_people_open_the_list_form(world: World) -> None:
    """With everybody who was named; Slack people are asked, the others are registered from the list."""
    bulk = await bulk_harness(world)
    form = await bulk.open_form("register launch <@U0DEV|dev> <mailto:iris@outside.example|iris@outside.example>")
    assert (form.title, _form_values(form)) == ("Register others", (["U0DEV"], "iris@outside.example"))

    await world.slack.submit(ORGANIZER, form, {"pasted": "Iris Moreno <iris@outside.example>"})
    await world.settled()
    review = world.slack.view(ORGANIZER)
    assert "1 new" in review.words
    assert "*1 person* in Slack get" in review.words
    assert "<@U0DEV>" in review.words
    assert not world.slack.messages("@dev")
    await world.slack.submit(ORGANIZER, review)
    await world.settled()

    assert "Asked in a direct message: <@U0DEV>." in world.slack.view(ORGANIZER).words
    assert "suggests" in world.last("@dev", "dev").words
    assert bulk.emails == ["iris@outside.example"]


async def test_slack_people_alone_are_asked_after_a_review(world: World) -> None:
    """Without a list there is none to read; who cannot be asked is named with the reason."""
    bulk = await bulk_harness(world)
    form = await bulk.open_form("register launch <@U0DEV> <@U0EMI>")
    assert _form_values(form)[0] == ["U0DEV", "U0EMI"]
    await world.slack.submit(ORGANIZER, form, {"users": ["dev", "greenroom"]})
    await world.settled()
    review = world.slack.view(ORGANIZER)
    assert review.body["submit"]["text"] == "Ask 2 in Slack"
    await world.slack.submit(ORGANIZER, review)
    await world.settled()

    done = world.slack.view(ORGANIZER).words
    assert "Asked in a direct message: <@U0DEV>." in done
    assert "Choose a person: this is an app" in done
    assert bulk.take_calls() == []


async def test_a_disabled_user_group_is_named_and_the_others_stay(world: World) -> None:
    """In the list form and in the team form."""
    bulk = await bulk_harness(world)
    world.slack.scopes = {*world.slack.scopes, "usergroups:read"}
    world.slack.world.groups["S0GONE"] = UserGroup("S0GONE", "gone", "Gone", ["U0EMI"], disabled=True)
    world.slack.world.groups["S0HERE"] = UserGroup("S0HERE", "here", "Here", ["U0FINN"])
    named = "<@U0DEV> <!subteam^S0GONE|@gone> <!subteam^S0HERE|@here> zoe@outside.example @nobody"

    form = await bulk.open_form(f"register launch {named}")
    assert _form_values(form) == (["U0DEV", "U0FINN"], "zoe@outside.example")
    assert "@gone can't be read: it may be disabled." in form.words
    assert "Nobody here is called @nobody" in form.words

    await world.slack.close(ORGANIZER, form, clear=True)
    team = await bulk.open_form(f"invite launch {named}")
    assert team.values["panelists"]["people"]["selected_users"] == ["U0DEV", "U0FINN"]
    assert "@gone can't be read: it may be disabled." in team.words


@pytest.mark.parametrize("kept", [True, False])
async def test_one_person_can_use_our_own_pages(tmp_path: Path, kept: bool) -> None:
    """They join and cancel through our pages, whether RingCentral accepts our URL or not."""
    async with running_world(tmp_path, prepare=without_waits, public_url=SITE) as world:
        world.ringcentral.rules.keep_own_links = kept
        bulk = await bulk_harness(world)

        done = await bulk.register_one(**SOMEBODY, links="greenroom")

        assert f"{SITE}/join/" in done.words
        assert f"{SITE}/cancel/" in done.words
        assert ("has kept Greenroom's page to cancel by" in done.words) is kept
        assert (f"{SITE}/cancel/" in bulk.registrants[0]["cancellationUri"]) is kept
        assert f"{SITE}/join/" not in bulk.registrants[0]["joinUri"]  # or there would be nothing to send people on to


async def test_our_own_pages_work_if_ringcentral_refuses_them(tmp_path: Path) -> None:
    """The person is registered without our page, which cancels them all the same."""
    async with running_world(tmp_path, prepare=without_waits, public_url=SITE) as world:
        world.ringcentral.rules.refuse_own_links = True
        bulk = await bulk_harness(world)

        done = await bulk.register_one(**SOMEBODY, links="greenroom")

        assert f"{SITE}/cancel/" in done.words
        assert "RingCentral sends its own links." in done.words
        assert len(bulk.registrants) == 1


async def test_a_failed_registration_is_not_retried_later(tmp_path: Path) -> None:
    """The organizer was notified of the failure: the queue of our own pages skips the request."""
    async with running_world(tmp_path, prepare=without_waits, public_url=SITE) as world:
        bulk = await bulk_harness(world)
        world.ringcentral.fail("POST", REGISTRANTS, status=403)
        done = await bulk.register_one(**SOMEBODY, links="greenroom")
        assert done.title == "Not registered"

        await world.bot.services.resume()
        await world.settled()
        assert bulk.registrants == []


async def test_a_list_can_use_our_own_pages(tmp_path: Path) -> None:
    """The file has each person's pages; a person who cancels there is removed."""
    async with running_world(tmp_path, prepare=without_waits, public_url=SITE) as world:
        bulk = await bulk_harness(world)
        await bulk.register_list(IRIS, JOAN, own_pages=["own_pages"])

        first, second = bulk.results
        assert first[2].startswith(f"{SITE}/join/")
        assert first[2:] != second[2:]

        await world.bot.services.own_pages.cancel(first[3].rpartition("/")[2])
        await world.until(lambda: bulk.emails == ["joan@outside.example"])
        await world.settled()


async def test_the_page_queue_is_served_in_order(tmp_path: Path) -> None:
    """One call each; a lost response is looked up, registered people get no links of others, refusals are shown."""
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


async def test_a_canceled_request_is_never_sent(tmp_path: Path) -> None:
    """Also while an earlier request is being served."""
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


async def test_the_page_queue_waits_while_ringcentral_is_unavailable(tmp_path: Path) -> None:
    """Requests keep their order, and are served when it is available again."""
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


async def _kept_people(world: World) -> int:
    """How many requests of lists still have a name and an address."""
    async with world.bot.services.store.read() as db:
        query = select(func.count()).where(registration_requests.c.content.is_not(None))
        return int((await db.execute(query)).scalar_one())


async def _states(world: World, *page_keys: str) -> list[str]:
    """The states and problems of these requests."""
    async with world.bot.services.store.read() as db:
        found = [await request_table.find_by_page_key(db, key) for key in page_keys]
    return [f"{one.state} {one.problem}".strip() for one in found if one]


async def test_the_token_is_sent_only_to_slack(world: World) -> None:
    """A file URL elsewhere is refused, and so is a file longer than announced."""
    slack = world.bot.services.slack
    for url in ("https://elsewhere.example/people.csv", "", world.slack.url.replace("127.0.0.1", "127.0.0.2")):
        with pytest.raises(SlackRefused, match="not a slack file"):
            await download(slack, url, 10)
    bulk = await bulk_harness(world)
    await bulk.submit_list(file=IRIS.encode())
    [file] = world.slack.world.files
    url = f"{world.slack.url}/files-pri/{world.slack.world.team['id']}-{file}/download/people.csv"
    assert await download(slack, url, 1000) == IRIS.encode()
    with pytest.raises(SlackRefused, match="file too large"):
        await download(slack, url, 10)
