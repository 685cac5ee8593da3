"""`python -m bot forget` beside the running bot: a person's data is gone here, and the report says where else it is."""

from __future__ import annotations

from pathlib import Path

from pydantic import SecretStr

from tests.support.processes import Program, program
from tests.support.seats import seats_harness
from tests.support.world import World


async def test_forget_removes_a_seat_while_the_bot_runs(world: World, tmp_path: Path) -> None:
    """With the profile; the report names no one, and says where the person is registered and was written to."""
    launch = await seats_harness(world)
    await launch.take_seat()
    [registrant] = launch.registrants
    [webinar] = await world.bot.services.mirror.everything()

    done = await _forget(world, tmp_path, registrant["email"].upper())

    text = "\n".join(done.printed)
    assert "  1 Slack profile\n  1 seat\n" in text
    assert f"/webinar registrants {webinar.session_id}" in text
    assert "direct message" in text
    assert registrant["email"].lower() not in text.lower()
    assert await world.bot.services.seats.find(webinar, "U0DEV") is None
    assert launch.registrants == [registrant]

    assert "Nothing in this database" in "\n".join((await _forget(world, tmp_path, registrant["email"])).printed)


async def _forget(world: World, folder: Path, address: str) -> Program:
    given = {name: getattr(world.settings, name) for name in type(world.settings).model_fields}
    settings = {
        name.upper(): value.get_secret_value() if isinstance(value, SecretStr) else str(value)
        for name, value in given.items()
        if value
    }
    async with program("forget", address, cwd=folder, settings=settings) as running:
        assert await running.end() == 0, running.printed
    return running
