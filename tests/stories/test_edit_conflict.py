"""Two people edit one webinar: what the other one changed is shown field by field, and can be undone or not."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
import pytest_asyncio

from bot.db.shared_schema import locks
from tests.support.edits import USER, edit, make_webinar, move_before_start, open_form, prepared, stored
from tests.support.world import World, running_world

RECORDED = {"autoRecord": True, "registrationEnabled": True}
"""Settings that somebody else saves."""


@pytest_asyncio.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """Everything, without the rate limit, and one webinar."""
    async with running_world(tmp_path, prepare=prepared) as started:
        await make_webinar(started, Description="Why")
        yield started


def change_elsewhere(world: World, **fields: object) -> None:
    """Change the webinar in RingCentral's own app."""
    world.ringcentral.edit(world.ringcentral.webinars()[0]["webinar_id"], **fields)


def patches(world: World) -> int:
    """How often something was changed."""
    return len([call for call in world.vendor_calls() if call.startswith("PATCH")])


def title_and_text(world: World) -> tuple[str, str]:
    """Of the webinar at RingCentral."""
    fields = stored(world)["fields"]
    return fields["title"], fields.get("description", "")


@pytest.mark.parametrize(
    ("choices", "expected"),
    [
        ({}, ("Theirs", "Theirs, too")),
        ({"title": "mine"}, ("Mine", "Theirs, too")),
        ({"title": "mine", "description": "mine"}, ("Mine", "Mine, too")),
    ],
)
async def test_a_conflict_is_decided_field_by_field(
    world: World, choices: dict[str, str], expected: tuple[str, str]
) -> None:
    """Nothing is saved before; theirs is kept unless the user chooses theirs to be replaced."""
    form = await open_form(world)
    change_elsewhere(world, title="Theirs", description="Theirs, too", settings=RECORDED)
    await world.slack.submit(USER, form, {"Title": "Mine", "Description": "Mine, too"})
    await world.settled()

    choice = world.slack.view(USER)
    assert (choice.title, patches(world)) == ("Changed in the meantime", 0)
    assert "you opened the form. Nothing is saved yet." in choice.words
    assert f"Last change: <!date^{int(world.clock.now().timestamp()) // 100}" in choice.words
    assert "Before: Launch day\nTheirs: Theirs\nYours: Mine" in choice.words
    assert "They also changed this, and it will be kept:\n*Start recording automatically:* off → on" in choice.words
    assert list(choice.values) == ["title", "description"]
    await world.slack.submit(USER, choice, choices)
    await world.settled()

    assert title_and_text(world) == expected
    assert stored(world)["fields"]["settings"]["autoRecord"] is True
    assert world.slack.view(USER).title == ("Webinar changed" if choices else "Nothing changed")


async def test_what_only_somebody_else_changed_stays(world: World) -> None:
    """No question is asked: only what differs is sent, and the result says what they changed."""
    form = await open_form(world)
    change_elsewhere(world, scheduledDuration=7200, settings=RECORDED)

    await world.slack.submit(USER, form, {"Title": "Mine", "Starts": world.clock.now() + timedelta(days=6)})
    await world.settled()

    now, result = stored(world), world.slack.view(USER)
    assert result.title == "Webinar changed"
    assert (now["fields"]["title"], now["session"]["fields"]["scheduledDuration"]) == ("Mine", 7200)
    assert now["fields"]["settings"]["autoRecord"] is True
    assert "Someone else changed this in the meantime, and it was kept: *Length:* 45 minutes → 2 hours" in result.words


async def test_the_same_change_of_both_is_no_conflict(world: World) -> None:
    """There is nothing left to change, and nothing to undo."""
    form = await open_form(world)
    change_elsewhere(world, title="The same")

    await world.slack.submit(USER, form, {"Title": "The same"})
    await world.settled()

    assert "already had these values" in world.slack.view(USER).words
    assert (world.slack.view(USER).buttons, patches(world)) == (["Show Details"], 0)


async def test_a_second_conflict_is_asked_again(world: World) -> None:
    """Somebody changes it while the user decides."""
    form = await open_form(world)
    change_elsewhere(world, title="Theirs")
    await world.slack.submit(USER, form, {"Title": "Mine"})
    await world.settled()
    change_elsewhere(world, title="Theirs again")

    for shown in ("Theirs", "Theirs again"):
        choice = world.slack.view(USER)
        assert f"Theirs: {shown}\nYours: Mine" in choice.words
        await world.slack.submit(USER, choice, {"title": "mine"})
        await world.settled()

    assert title_and_text(world)[0] == "Mine"


async def test_a_conflict_behind_a_closed_modal_comes_as_a_dm(world: World) -> None:
    """Its button opens the choice."""
    form = await open_form(world)
    change_elsewhere(world, title="Theirs")
    world.ringcentral.fail("GET", "/webinars/", status=None, effect=True, hang=0.3)
    await world.slack.submit(USER, form, {"Title": "Mine"})
    await world.slack.close(USER, world.slack.view(USER), clear=True)
    await world.settled()

    message = world.last(f"@{USER}")
    assert "Someone else has changed" in message.words
    await world.click(USER, message, "Choose")
    await world.slack.submit(USER, world.slack.view(USER), {"title": "mine"})
    await world.settled()

    assert title_and_text(world)[0] == "Mine"


async def test_a_choice_sent_twice_changes_once(world: World) -> None:
    """The second one finds the change of the first."""
    form = await open_form(world)
    change_elsewhere(world, title="Theirs")
    await world.slack.submit(USER, form, {"Title": "Mine"})
    await world.settled()
    choice = world.slack.view(USER)

    await asyncio.gather(*(world.slack.submit(USER, choice, {"title": "mine"}) for _ in range(2)))
    await world.settled()

    assert (title_and_text(world)[0], patches(world)) == ("Mine", 1)


async def test_undo_restores_what_was_there_before(world: World) -> None:
    """Both halves, in the same window, with the values turned around; the mirror too."""
    result = await edit(world, {"Title": "Launch week", "Length": "1h", "Description": ""})
    assert title_and_text(world) == ("Launch week", "")
    before = len(world.vendor_calls())

    await world.click(USER, result, "Undo")

    undone = world.slack.view(USER)
    assert len(world.vendor_calls()) - before == 4
    assert (undone.title, undone.buttons) == ("Change undone", ["Show Details"])
    assert "*Length:* 1 hour → 45 minutes" in undone.words
    assert (*title_and_text(world), stored(world)["session"]["fields"]["scheduledDuration"]) == (
        "Launch day",
        "Why",
        2700,
    )
    [known] = await world.bot.services.mirror.everything()
    assert (known.title, known.length) == ("Launch day", timedelta(minutes=45))


async def test_undo_after_ten_minutes_is_a_sentence(world: World) -> None:
    """Just before, it works."""
    result = await edit(world, {"Title": "Launch week"})
    await world.move(timedelta(minutes=10, seconds=1))

    await world.click(USER, result, "Undo")

    assert "A change can be undone for ten minutes, and this one is older" in world.slack.view(USER).words
    assert title_and_text(world)[0] == "Launch week"


async def test_undo_within_ten_minutes_works(world: World) -> None:
    """Up to the last seconds."""
    result = await edit(world, {"Title": "Launch week"})
    await world.move(timedelta(minutes=9, seconds=50))

    await world.click(USER, result, "Undo")

    assert title_and_text(world)[0] == "Launch day"


async def test_undo_after_somebody_else_changed_the_same_is_a_sentence(world: World) -> None:
    """Nothing is changed, also no other field."""
    result = await edit(world, {"Title": "Launch week", "Length": "1h"})
    change_elsewhere(world, title="Theirs")

    await world.click(USER, result, "Undo")

    shown = world.slack.view(USER)
    assert shown.title == "Not undone"
    assert "Someone else has changed the same fields since then" in shown.words
    assert (title_and_text(world)[0], stored(world)["session"]["fields"]["scheduledDuration"]) == ("Theirs", 3600)


async def test_undo_keeps_what_somebody_else_changed_besides(world: World) -> None:
    """Another field is no hindrance."""
    result = await edit(world, {"Title": "Launch week"})
    change_elsewhere(world, description="Theirs")

    await world.click(USER, result, "Undo")

    assert title_and_text(world) == ("Launch day", "Theirs")


async def test_undo_works_once(world: World) -> None:
    """The button of an old message says so."""
    await open_form(world)
    world.ringcentral.fail("PATCH", "/webinars/", status=None, effect=True, hang=0.3)
    await world.slack.submit(USER, world.slack.view(USER), {"Title": "Launch week"})
    await world.slack.close(USER, world.slack.view(USER), clear=True)
    await world.settled()
    message = world.last(f"@{USER}")
    await world.click(USER, message, "Undo")
    change_elsewhere(world, title="Launch week")

    async with world.bot.services.store.write() as db:
        await db.execute(locks.delete())  # it is no double click any more
    await world.click(USER, message, "Undo")

    assert "already undone" in world.slack.messages(f"@{USER}", USER)[-1].words
    assert title_and_text(world)[0] == "Launch week"


async def test_undo_once_the_webinar_has_started_is_a_sentence(world: World) -> None:
    """RingCentral allows no change then."""
    await move_before_start(world)
    result = await edit(world, {"Title": "Launch week"})
    world.ringcentral.begin(world.ringcentral.webinars()[0]["webinar_id"])

    await world.click(USER, result, "Undo")

    assert "This webinar has started" in world.slack.view(USER).words
    assert title_and_text(world)[0] == "Launch week"


async def test_two_changes_at_once_are_one_after_the_other(world: World) -> None:
    """The second user is asked to wait, and keeps their form."""
    first = await open_form(world)
    await world.command("ana", "#launch", "edit launch")
    second = world.slack.view("ana")
    world.ringcentral.fail("PATCH", "/webinars/", status=None, effect=True, hang=0.5)
    await world.slack.submit(USER, first, {"Title": "Launch week"})

    await world.slack.submit("ana", second, {"Title": "Ana's title"})

    assert "This webinar is being changed right now" in world.slack.view("ana").words
    await world.settled()
    assert title_and_text(world)[0] == "Launch week"
    await world.slack.close("ana", world.slack.view("ana"))
    await world.slack.submit("ana", world.slack.view("ana"), {})
    await world.settled()
    assert "Theirs: Launch week\nYours: Ana's title" in world.slack.view("ana").words
