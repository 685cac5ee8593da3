"""Bulk registration with vendor errors, crashes, stops and undos."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from bot.app import Greenroom
from bot.model.registrant import RegistrantDetails
from bot.providers.base import Caller, Lane
from bot.registration.bulk import batch_table
from bot.registration.bulk.batch_table import BatchState
from bot.registration.bulk.csv_import import read_people
from bot.registration.bulk.service import BulkService
from bot.registration.seats import texts as seat_texts
from bot.webinars import organizer_table
from sandbox.clock import SandboxClock
from tests.support.block_kit import buttons
from tests.support.bulk import IRIS, JOAN, LEO, ORGANIZER, REGISTRANTS, BulkHarness, bulk_harness
from tests.support.registration import limit_settings, other_person_form, without_waits
from tests.support.world import World, running_world

MEANWHILE = RegistrantDetails(first_name="Iris", last_name="Moreno", email="IRIS@outside.example")
UNTIL_STOPPED = 1.0
"""Seconds that a call lasts: the click on Stop arrives within them, also on a busy machine."""


def prepare(world: World) -> None:
    """An unlimited budget, no waiting, and every edit of a message is made."""
    without_waits(world)

    def shorten(bot: Greenroom) -> None:
        bot.services.bulk.progress.interval = 0.0
        bot.services.bulk.leases.retry = timedelta()
        bot.services.page_queue.leases.retry = timedelta()

    world.on_build = shorten


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """A world in fast time."""
    async with running_world(tmp_path, prepare=prepare) as world:
        yield world


class BehindClock(SandboxClock):
    """A clock that is a fixed time behind another one."""

    def __init__(self, other: SandboxClock, by: timedelta) -> None:
        """Follow `other`."""
        super().__init__()
        self._other, self._by = other, by

    def now(self) -> datetime:
        """The other clock's time, less the difference."""
        return self._other.now() - self._by


async def stored(world: World) -> str:
    """The stored values of the tables of batches, without decryption."""
    tables = ("applications", "batches")
    async with world.bot.services.store.read() as db:
        return repr([tuple(row) for table in tables for row in await db.execute(text(f"select * from {table}"))])  # noqa: S608 - our own names


async def count_stored(world: World, column: str) -> int:
    """The number of requests in which this column is set."""
    async with world.bot.services.store.read() as db:
        query = text(f"select count(*) from applications where {column} is not null")  # noqa: S608 - our own names
        return int((await db.execute(query)).scalar_one())


async def resume(bulk: BulkHarness) -> None:
    """Resume interrupted work, as the bot does every 30 seconds."""
    await bulk.world.bot.services.resume()
    await bulk.world.settled()


async def test_lost_responses_are_looked_up_once(world: World) -> None:
    """Two calls time out, one of them after its effect: one reading of the list resolves both, without duplicates."""
    bulk = await bulk_harness(world)
    world.ringcentral.fail("POST", REGISTRANTS, status=500, effect=True)
    world.ringcentral.fail("POST", REGISTRANTS, status=500)

    await bulk.register_list(IRIS, JOAN, LEO, source="fair")

    assert bulk.take_calls() == ["GET", "POST", "POST", "POST", "GET", "POST"]
    assert sorted(bulk.emails) == ["iris@outside.example", "joan@outside.example", "leo@outside.example"]
    assert [result for _, result in bulk.results] == ["registered"] * 3


async def test_a_concurrent_registration_is_not_ours(world: World) -> None:
    """RingCentral answers 409; undoing the list does not remove that registrant."""
    bulk = await bulk_harness(world)
    world.ringcentral.register(bulk.session_id)
    review = await bulk.submit_list(IRIS, JOAN)
    await world.bot.services.registrar.register_now(
        await world.bot.services.mirror.find(bulk.session_id), MEANWHILE, Caller(Lane.PERSON)
    )
    await world.slack.submit(ORGANIZER, review)
    await world.settled()
    assert [result for _, result in bulk.results] == ["was registered already", "registered"]

    await bulk.press("Undo")

    assert len(bulk.registrants) == 2
    assert "iris@outside.example" in bulk.emails
    assert "Undone: 1 person is off the list" in bulk.progress_message.words
    assert bulk.progress_message.buttons == []


async def test_a_registrant_with_other_data_is_not_ours(world: World) -> None:
    """After a lost response they are listed with other data: they registered themselves."""
    bulk = await bulk_harness(world)
    review = await bulk.submit_list(IRIS, source="fair")
    await world.bot.services.registrar.register_now(
        await world.bot.services.mirror.find(bulk.session_id), MEANWHILE, Caller(Lane.PERSON)
    )
    world.ringcentral.fail("POST", REGISTRANTS, status=500)
    await world.slack.submit(ORGANIZER, review)
    await world.settled()

    assert bulk.results == [["1", "was registered already"]]
    assert len(bulk.registrants) == 1


@pytest.mark.parametrize("effect", [True, False])
async def test_a_batch_resumes_after_a_crash(world: World, effect: bool) -> None:
    """The request in progress is looked up first, with one call; everybody is registered once."""
    bulk = await bulk_harness(world)
    world.ringcentral.fail("POST", REGISTRANTS, hang=5.0, effect=effect)
    await bulk.start_list(IRIS, JOAN, LEO)
    await world.until(lambda: "POST" in bulk.take_calls())

    await world.crash_bot()
    await world.start_bot()
    await world.until(lambda: len(bulk.registrants) == 3)
    await world.settled()

    assert sorted(bulk.emails) == ["iris@outside.example", "joan@outside.example", "leo@outside.example"]
    assert bulk.take_calls() == ["GET", *["POST"] * (2 if effect else 3)]
    assert [result for _, result in bulk.results] == ["registered"] * 3
    assert "3 people are registered" in bulk.progress_message.words


async def test_a_batch_can_be_stopped_and_continued(world: World) -> None:
    """No call after the one in progress; then the rest is registered."""
    bulk = await bulk_harness(world)
    world.ringcentral.fail("POST", REGISTRANTS, status=None, effect=True, hang=UNTIL_STOPPED)
    await bulk.start_list(IRIS, JOAN, LEO)
    await world.until(lambda: len(bulk.registrants) == 1)

    await bulk.press("Stop")

    assert "Stopped at 1 of 3 people" in bulk.progress_message.words
    assert bulk.progress_message.buttons == ["Go On", "Undo"]
    assert len(bulk.registrants) == 1

    await bulk.press("Go On")

    assert len(bulk.registrants) == 3
    assert "3 people are registered" in bulk.progress_message.words


async def test_a_stopped_batch_can_be_undone(world: World) -> None:
    """Its registrants are removed, the others are never registered, and their data is deleted."""
    bulk = await bulk_harness(world)
    world.ringcentral.fail("POST", REGISTRANTS, status=None, effect=True, hang=UNTIL_STOPPED)
    await bulk.start_list(IRIS, JOAN)
    await world.until(lambda: len(bulk.registrants) == 1)
    await bulk.press("Stop")

    await bulk.press("Undo")

    assert bulk.registrants == []
    assert "Undone: 1 person is off the list" in bulk.progress_message.words
    async with world.bot.services.store.read() as db:
        assert (await db.execute(text("select count(*) from applications where content is not null"))).scalar() == 0


async def test_an_undo_ends_seats(world: World) -> None:
    """A person on the list has taken a seat in Slack: their DM shows that it is gone."""
    bulk = await bulk_harness(world, announce_in="#random")
    await bulk.register_list("Dev,Patel,dev@acme.example", JOAN)
    await world.slack.submit("dev", await bulk.open_form(user="dev"), {})
    await world.settled()
    assert len(bulk.registrants) == 2
    [link] = [str(one["joinUri"]) for one in bulk.registrants if one["email"] == "dev@acme.example"]
    assert link in str(world.slack.messages("@dev")[0].blocks)

    await bulk.press("Undo")

    assert bulk.registrants == []
    assert seat_texts.REMOVED_AT_PROVIDER.format(provider="RingCentral") in world.slack.messages("@dev")[0].words
    assert link not in str([one.blocks for one in world.slack.messages("@dev")])
    assert (await bulk.open_form(user="dev")).callback_id == "seat.form"


async def test_a_late_stop_loses_no_links(world: World) -> None:
    """All calls were made and the file is being sent: the message shows the state, and the file can be sent again."""
    bulk = await bulk_harness(world, settings={"suppressEmails": True})
    world.slack.fail("files.completeUploadExternal", status=200, hang=0.2, effect=True)
    world.ringcentral.fail("POST", REGISTRANTS, status=None, effect=True, hang=0.1)
    await bulk.start_list(IRIS)
    await world.until(lambda: any("Stop" in one.buttons for one in world.slack.messages(f"@{ORGANIZER}")))
    batch_id = buttons(bulk.progress_message.blocks)["Stop"]["value"]
    await world.until(lambda: any(one.files for one in world.slack.messages(f"@{ORGANIZER}")))

    await world.bot.services.bulk.stop(batch_id)  # the click was on its way
    await world.settled()

    assert "Stopped at 1 of 1 person" in bulk.progress_message.words
    assert bulk.progress_message.buttons == ["Go On", "Undo"]
    await bulk.press("Go On")
    assert "1 person is registered" in bulk.progress_message.words
    assert bulk.results == [["1", "registered", bulk.registrants[0]["joinUri"], bulk.registrants[0]["cancellationUri"]]]


@pytest.mark.parametrize("end", ["cancel", "finish"])
async def test_a_batch_stops_when_its_webinar_ends(world: World, end: str) -> None:
    """No more calls, and no request is marked as refused."""
    bulk = await bulk_harness(world)
    review = await bulk.submit_list(IRIS, JOAN)
    if end == "cancel":
        world.ringcentral.cancel(bulk.session_id)
    else:
        world.ringcentral.begin(bulk.session_id)
        world.ringcentral.finish(bulk.session_id)

    await world.slack.submit(ORGANIZER, review)
    await world.settled()

    assert "Stopped at 0 of 2 people" in bulk.progress_message.words
    assert bulk.take_calls() == ["GET", "POST"]


async def test_an_undo_can_be_stopped_and_survives_a_crash(world: World) -> None:
    """It continues where it stopped; removing a registrant twice has no further effect."""
    bulk = await bulk_harness(world)
    await bulk.register_list(IRIS, JOAN, LEO)
    world.ringcentral.fail("DELETE", REGISTRANTS, status=None, effect=True, hang=0.2, times=3)
    undo = await world.slack.click(ORGANIZER, bulk.progress_message, "Undo")
    assert undo.ok
    await world.until(lambda: len(bulk.registrants) < 3)
    await bulk.press("Stop")
    left = len(bulk.registrants)  # on a busy machine the second one is taken off before anybody can press Stop
    off = "1 person is" if left == 2 else "2 people are"
    assert f"Stopped: {off} off the list" in bulk.progress_message.words

    world.ringcentral.faults.clear()
    world.ringcentral.fail("DELETE", REGISTRANTS, status=None, effect=True, hang=5.0)
    await world.slack.click(ORGANIZER, bulk.progress_message, "Go On")
    await world.until(lambda: len(bulk.registrants) < left)
    await world.crash_bot()
    await world.start_bot()
    await world.until(lambda: "Undone: 3 people are off the list" in bulk.progress_message.words)
    await world.settled()

    assert bulk.registrants == []


async def test_a_batch_stops_when_registration_closes(world: World) -> None:
    """With the reason, and can be continued after it reopens; the review warned of it."""
    bulk = await bulk_harness(world, **limit_settings(2))
    review = await bulk.submit_list(IRIS, JOAN, LEO)
    assert "there is room for 2 more: it stops there" in review.words
    await world.slack.submit(ORGANIZER, review)
    await world.settled()

    assert "Stopped at 2 of 3 people" in bulk.progress_message.words
    assert bulk.progress_message.buttons == ["Go On", "Undo"]
    assert len(bulk.registrants) == 2

    world.ringcentral.edit(bulk.session_id, registration={"registrationStatus": "Open", **limit_settings(9)})
    await bulk.press("Go On")
    assert len(bulk.registrants) == 3


async def test_a_batch_stops_if_answers_are_required(world: World) -> None:
    """Every other person would be refused as well."""
    bulk = await bulk_harness(world)
    world.ringcentral.rules.required_questions = 1

    await bulk.register_list(IRIS, JOAN)

    assert "Stopped at 0 of 2 people" in bulk.progress_message.words
    assert bulk.take_calls() == ["GET", "POST"]


async def test_one_refusal_does_not_stop_the_batch(world: World) -> None:
    """The row has RingCentral's code; the others are registered."""
    bulk = await bulk_harness(world, settings={"workEmailRequired": True})

    await bulk.register_list("Iris,Moreno,iris@freemail.example", JOAN)

    (_, first), (_, second) = bulk.results
    assert first.startswith("not registered: RingCentral does not accept this email address; it may take work")
    assert second == "registered"
    assert "1 could not be registered" in bulk.progress_message.words


async def test_the_batch_pauses_after_unknown_outcomes(world: World) -> None:
    """After three in a row the list is read; the batch is resumed later, without duplicates."""
    bulk = await bulk_harness(world)
    world.ringcentral.fail("POST", REGISTRANTS, status=503, effect=True, times=3)
    await bulk.start_list(IRIS, JOAN, LEO, "Zoe,Li,zoe@outside.example")
    await world.until(lambda: len(bulk.registrants) == 3)
    await resume(bulk)

    assert bulk.take_calls() == ["GET", "POST", "POST", "POST", "GET", "POST"]
    assert len(bulk.registrants) == 4
    assert [result for _, result in bulk.results] == ["registered"] * 4


async def test_a_request_is_sent_three_times_and_then_refused(world: World) -> None:
    """The list never shows the person: the row says so, and a fourth call, which would succeed, is not made."""
    bulk = await bulk_harness(world)
    world.ringcentral.fail("POST", REGISTRANTS, status=500, times=3)

    await bulk.register_list(IRIS)
    await resume(bulk)

    assert bulk.take_calls() == ["GET", *["POST", "GET"] * 3]
    assert bulk.registrants == []
    assert bulk.results == [["1", "not registered: RingCentral gave no clear answer"]]


@pytest.mark.parametrize(("behind", "ours"), [(100, True), (140, False)])
async def test_lost_answer_is_ours_within_two_minutes_of_clock_difference(
    world: World, behind: int, ours: bool
) -> None:
    """RingCentral's clock is behind, so its registration time is earlier than our request."""
    bulk = await bulk_harness(world)
    review = await bulk.submit_list(IRIS)
    world.ringcentral.world.clock = BehindClock(world.clock, timedelta(seconds=behind))
    world.ringcentral.fail("POST", REGISTRANTS, status=500, effect=True)

    await world.slack.submit(ORGANIZER, review)
    await world.settled()

    assert bulk.emails == ["iris@outside.example"]
    assert bulk.results == [["1", "registered" if ours else "was registered already"]]


async def test_two_replicas_share_batches(world: World) -> None:
    """Both look for work at once; each batch is processed by one of them."""
    bulk = await bulk_harness(world)
    services = world.bot.services
    webinar = await services.mirror.find(bulk.session_id)
    for some in ((IRIS, JOAN), (LEO,)):
        draft = await services.bulk.draft(webinar, "U0CHLOE", read_people("\n".join(some)), [], own_pages=False)
        async with services.store.write() as db:
            running = draft.model_copy(update={"state": BatchState.RUNNING})
            await batch_table.change(db, running, frm=BatchState.DRAFT)
    other = BulkService(
        "other", services.account, services.store, services.mirror, services.slack, services.own_pages.urls,
        services.registrar, services.clock, services.background,
    )  # fmt: skip

    await asyncio.gather(services.bulk.resume(), other.resume())
    await world.settled()

    assert bulk.take_calls() == ["POST"] * 3
    assert len(bulk.registrants) == 3


async def test_personal_data_is_encrypted_and_deleted_when_done(world: World) -> None:
    """Encrypted while requests wait, deleted when they are completed; the ids stay."""
    bulk = await bulk_harness(world, settings={"suppressEmails": True})
    await bulk.submit_list(IRIS, JOAN, source="fair")
    waiting = await stored(world)
    await world.slack.submit(ORGANIZER, world.slack.view(ORGANIZER))
    await world.settled()
    decided = await stored(world)

    personal = ["Iris", "Moreno", "outside.example", "Joan", *(one["joinUri"] for one in bulk.registrants)]
    assert not [word for word in personal if word in waiting or word in decided]
    async with world.bot.services.store.read() as db:
        kept = "select count(*) from applications where content is not null or links is not null"
        assert (await db.execute(text(kept))).scalar() == 0


async def test_an_unconfirmed_list_is_deleted(world: World) -> None:
    """After an hour; a later confirmation asks to send it again."""
    bulk = await bulk_harness(world)
    review = await bulk.submit_list(IRIS)
    world.clock.move(timedelta(hours=2))
    await resume(bulk)

    await world.slack.submit(ORGANIZER, review)
    await world.settled()

    assert "This list is no longer kept" in world.slack.view(ORGANIZER).words
    async with world.bot.services.store.read() as db:
        assert (await db.execute(text("select count(*) from applications"))).scalar() == 0


async def test_a_stopped_batch_is_deleted_after_a_week(world: World) -> None:
    """With unknown outcomes and links; then it cannot be continued, and after 90 days its results are deleted."""
    bulk = await bulk_harness(world, settings={"suppressEmails": True, "autoCloseLimit": 2})
    world.ringcentral.fail("POST", REGISTRANTS, status=500)
    await bulk.register_list(IRIS, JOAN, LEO, "Zoe,Li,zoe@outside.example")
    assert "Stopped at 2 of 4 people" in bulk.progress_message.words
    assert (await count_stored(world, "content"), await count_stored(world, "links")) == (4, 2)
    world.clock.move(timedelta(days=8))
    await world.bot.services.bulk.delete_old()
    assert await count_stored(world, "content") == await count_stored(world, "links") == 0
    await bulk.press("Go On")
    assert [result for _, result in bulk.results] == [
        *("not registered: RingCentral gave no clear answer", "registered", "registered", "not asked for")
    ]

    world.clock.move(timedelta(days=91))
    await world.bot.services.bulk.delete_old()
    async with world.bot.services.store.read() as db:
        assert (await db.execute(text("select count(*) from batches"))).scalar() == 0
        assert (await db.execute(text("select count(*) from applications"))).scalar() == 0


async def test_a_refused_results_file_is_reported(world: World) -> None:
    """The batch is done nevertheless."""
    bulk = await bulk_harness(world)
    world.slack.scopes = {*world.slack.scopes} - {"files:write"}

    await bulk.register_list(IRIS)

    assert len(bulk.registrants) == 1
    assert "Slack did not accept the file" in bulk.progress_message.words


async def test_the_final_message_is_retried(world: World) -> None:
    """Slack was busy: it is updated later, once, with one file; an outdated button shows the current state."""
    bulk = await bulk_harness(world)
    world.bot.services.bulk.progress.interval = 3600.0
    world.slack.fail("chat.update", retry_after=1)
    await bulk.start_list(IRIS)
    await world.until(lambda: len(bulk.registrants) == 1)
    await world.settled()
    before = bulk.progress_message
    assert "Registering 1 person" in before.words or "1 person is registered" in before.words
    await resume(bulk)

    assert "1 person is registered" in bulk.progress_message.words
    assert len([one for one in world.slack.messages(f"@{ORGANIZER}") if one.files]) == 1


async def test_an_outdated_button_updates_the_message(world: World) -> None:
    """The message could not be updated: pressing its button corrects it."""
    bulk = await bulk_harness(world)
    await bulk.register_list(IRIS)
    async with world.bot.services.store.read() as db:
        [batch] = await batch_table.find_older(
            db, world.bot.services.account, BatchState.DONE, world.clock.now() + timedelta(days=1)
        )
    webinar = await world.bot.services.mirror.find(bulk.session_id)
    await world.bot.services.bulk.progress.show(batch.model_copy(update={"state": BatchState.RUNNING}), webinar)
    assert bulk.progress_message.buttons == ["Stop"]

    await bulk.press("Stop")

    assert bulk.progress_message.buttons == ["Undo"]
    assert "1 person is registered" in bulk.progress_message.words


async def test_a_deleted_message_is_posted_again(world: World) -> None:
    """Otherwise the organizer would lose the buttons and the result."""
    bulk = await bulk_harness(world)
    world.slack.fail("chat.update", error="message_not_found")

    await bulk.register_list(IRIS, JOAN)

    first, second = [one for one in world.slack.messages(f"@{ORGANIZER}") if not one.files]
    assert "Registering 2 people" in first.words
    assert "2 people are registered" in second.words
    assert second.buttons == ["Undo"]


async def test_only_managers_register_others(world: World) -> None:
    """The permission at the submission counts, not the one at the opening of the form."""
    bulk = await bulk_harness(world, announce_in="#random")
    services = world.bot.services

    async def organise(*people: str) -> None:
        async with services.store.write() as db:
            await organizer_table.save(db, services.account.workspace, people, "U0ANA", services.clock.now())

    await organise("U0EMI")
    form = await other_person_form(world, "emi")
    await world.click("emi", form, "Register Many")
    await world.slack.submit("emi", world.slack.view("emi"), {"pasted": IRIS})
    await world.settled()
    review = world.slack.view("emi")
    assert review.title == "Register others"
    await organise()

    await world.slack.submit("emi", review)
    await world.settled()
    assert "You can't register other people" in world.slack.view("emi").words
    for _ in range(2):
        await world.slack.close("emi", world.slack.view("emi"))
    typed = {"first_name": "Iris", "last_name": "Moreno", "email": "iris@outside.example"}
    await world.slack.submit("emi", world.slack.view("emi"), typed)
    await world.settled()
    assert "You can't register other people" in world.slack.view("emi").words
    assert bulk.take_calls() == ["GET"]


async def test_a_user_is_served_during_a_long_batch(tmp_path: Path) -> None:
    """The batch keeps to its share of the budget: no 429, and a waiting user comes first."""

    def short_windows(world: World) -> None:
        world.ringcentral.rules.window = 0.4

    async with running_world(tmp_path, prepare=short_windows) as world:
        bulk = await bulk_harness(world)
        await bulk.start_list(*(f"Ana,Ruiz,ana{number}@outside.example" for number in range(9)))
        await world.until(lambda: 2 <= len(bulk.registrants) < 9)

        await world.slack.command(ORGANIZER, "#launch", "/webinar", "limit launch 500")
        await world.until(
            lambda: (
                "The limit is now 500 people." in str([one.words for one in world.slack.messages("#launch", ORGANIZER)])
            )
        )
        assert len(bulk.registrants) < 9

        await world.settled()
        assert len(bulk.registrants) == 9
        assert world.ringcentral.throttled == 0
