"""Every field of a webinar survives updates that omit it: a sweep, and the completion of a creation."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from bot.creation.steps import created_webinar
from bot.creation.table import Creation, CreationRequest, CreationStep
from bot.model.ability import ALL, Ability
from bot.model.webinar import (
    Audience,
    FixedOptions,
    Options,
    Preferences,
    SessionFacts,
    Status,
    Webinar,
    WebinarFacts,
    WebinarForm,
)
from bot.sync.reader import merged
from bot.webinars import table as webinar_table
from tests.support.webinar_samples import ACCOUNT, NOW, START, registration
from tests.support.world import World

LATER = NOW + timedelta(minutes=5)
FULL: dict[str, Any] = {
    "account": ACCOUNT,
    "webinar_id": "w1",
    "session_id": "s1",
    "title": "Launch day",
    "description": "What we launch",
    "start": START,
    "length": timedelta(minutes=45),
    "time_zone": "Europe/Madrid",
    "status": Status.ACTIVE,
    "audience": Audience.REGISTRANTS,
    "host_user_id": "h1",
    "host_name": "Ana Ruiz",
    "created_by": "U1",
    "attendee_link": "https://join.example/shared",
    "registration": registration(
        limit=50, limit_since=NOW, full_since=NOW, preferences=Preferences(digest=False), after_count=1, sequence=2
    ),
    "panel_offset": timedelta(minutes=15),
    "abilities": ALL - {Ability.OPEN_CLOSE},
    "live_from": NOW,
    "seen_at": NOW,
}
"""A value other than the default for every field of a webinar."""
LISTED = {"webinar_id", "title", "description", "start", "length", "time_zone", "status", "panel_offset"} | {
    "abilities"
}
"""The fields that every list carries; host and link are carried only where they are not empty."""
CREATED = LISTED | {"audience", "host_user_id", "host_name", "created_by", "attendee_link"}


class Wider(Webinar):
    """A webinar with one more field, as a later version may have it."""

    note: str = ""


def session(**changes: Any) -> SessionFacts:
    """Return listed facts that differ from the known webinar in every field."""
    facts: dict[str, Any] = {
        "webinar_id": "w2",
        "session_id": "s1",
        "title": "Relaunch day",
        "description": "What we relaunch",
        "start": START + timedelta(days=1),
        "length": timedelta(minutes=30),
        "time_zone": "Europe/Berlin",
        "status": Status.SCHEDULED,
        "panel_offset": timedelta(minutes=5),
        "abilities": ALL | {Ability.APPROVE},
    }
    return SessionFacts(**(facts | changes))


def changed(before: Webinar, after: Webinar) -> set[str]:
    """Return the fields that differ."""
    return {name for name in type(before).model_fields if getattr(before, name) != getattr(after, name)}


def nameless(_: str) -> str:
    """Return no name, like an empty directory."""
    return ""


def test_every_field_has_a_value_other_than_its_default() -> None:
    """A new field fails here until the sample sets it; the tests below then cover it."""
    assert FULL.keys() == Webinar.model_fields.keys()
    assert [name for name, field in Webinar.model_fields.items() if field.default == FULL[name]] == []


def test_fields_that_a_list_does_not_carry_survive_it() -> None:
    """Also one that this version does not have yet."""
    known = Wider(**FULL, note="kept")

    after = merged(ACCOUNT, known, session(), host_name=nameless, now=LATER)

    assert changed(known, after) == LISTED | {"seen_at"}
    assert isinstance(after, Wider)
    assert after.note == "kept"


def test_first_sight_of_a_session_takes_all_that_the_list_carries() -> None:
    """A shared link implies the audience."""
    facts = session(host_user_id="h2", attendee_link="https://join.example/other")

    seen = merged(ACCOUNT, None, facts, host_name={"h2": "Ben Okafor"}.__getitem__, now=LATER)

    expected = {name: getattr(facts, name) for name in LISTED | {"session_id", "host_user_id", "attendee_link"}}
    more = {"account": ACCOUNT, "audience": Audience.ANYONE, "host_name": "Ben Okafor", "seen_at": LATER}
    assert seen == Webinar(**expected, **more)


def test_fields_that_a_creation_does_not_set_survive_its_completion() -> None:
    """A sweep saw the webinar first, and its registration was read."""
    swept = Wider(**FULL, note="kept")
    form = WebinarForm(
        title="Relaunch day",
        description="What we relaunch",
        start=START,
        length=timedelta(minutes=30),
        time_zone="Europe/Berlin",
    )
    begun = Creation(
        account=ACCOUNT,
        draft_id="d1",
        user_id="U2",
        request=CreationRequest(form=form),
        step=CreationStep.SESSION_REQUESTED,
        begun_at=NOW,
    )
    fixed = FixedOptions(**dict.fromkeys(FixedOptions.model_fields, True))
    made = WebinarFacts(
        webinar_id="w2",
        title="Relaunch day",
        created_at=NOW,
        host_user_id="h2",
        options=Options(),
        fixed=fixed,
        audience=Audience.ANYONE,
    )

    after = created_webinar(
        swept, begun, made, session(attendee_link="https://join.example/x"), host_name="Ben", now=LATER
    )

    assert changed(swept, after) == CREATED | {"seen_at"}
    assert isinstance(after, Wider)
    assert after.note == "kept"
    assert after.registration == swept.registration


async def test_a_sweep_that_finds_a_new_title_leaves_every_other_field(world: World) -> None:
    """The same through the database: nothing but the title and the time of the sweep changes."""
    webinar_id = world.ringcentral.create("Launch day", world.clock.now() + timedelta(days=3))
    mirror, store = world.bot.services.mirror, world.bot.services.store
    await mirror.sweep()
    [seen] = await mirror.everything()
    learned = {"audience", "registration", "created_by", "attendee_link"}
    async with store.write() as db:
        await webinar_table.save(db, seen.model_copy(update={name: FULL[name] for name in learned}))
    [before] = await mirror.everything()
    assert changed(seen, before) == learned
    world.ringcentral.edit(webinar_id, title="Relaunch day")

    await mirror.sweep()

    [after] = await mirror.everything()
    assert changed(before, after) == {"title", "seen_at"}
