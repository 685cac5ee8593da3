"""The table of organizers, per workspace, on both databases."""

from __future__ import annotations

import asyncio

from bot.db.connection import Store
from bot.model.people import Workspace
from bot.webinars import organizer_table
from bot.webinars.organizer_table import Organizers
from tests.support.webinar_samples import NOW

pytest_plugins = ["tests.support.databases"]

ACME, OTHER = Workspace(team_id="T1"), Workspace(team_id="T1", enterprise_id="E1")


async def test_organizers_are_exactly_those_chosen_last(store: Store) -> None:
    """With the chooser and the time; separate for another workspace."""
    async with store.write() as db:
        assert await organizer_table.find(db, ACME) == Organizers()
        await organizer_table.save(db, ACME, ["U1", "S1", "U2"], "U9", NOW)
        await organizer_table.save(db, ACME, ["U2", "S1"], "U8", NOW)
        await organizer_table.save(db, OTHER, ["U5"], "U9", NOW)

    async with store.read() as db:
        found = await organizer_table.find(db, ACME)
        assert found == Organizers(subjects=frozenset({"U2", "S1"}), set_by="U8", set_at=NOW)
        assert (found.people, found.groups) == (["U2"], ["S1"])
        assert (await organizer_table.find(db, OTHER)).people == ["U5"]


async def test_one_of_several_concurrent_choices_is_saved(store: Store) -> None:
    """The last one, not the union."""

    async def choose(person: str) -> None:
        async with store.write() as db:
            await organizer_table.save(db, ACME, [person], "U9", NOW)

    await asyncio.gather(*(choose(f"U{number}") for number in range(12)))

    async with store.read() as db:
        assert len((await organizer_table.find(db, ACME)).people) == 1
