"""A creation is whole or not at all: whatever point a crash or a refusal comes at, and the person is told which."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.support.creation import (
    HELD,
    MADE,
    NO_CARD,
    NONE,
    Arm,
    Ending,
    at_ringcentral,
    at_slack,
    before_writing,
    ending,
    hurried,
    impatient,
    send,
)
from tests.support.world import running

WEBINAR, SESSION, REGISTRATION = "/webinars$", "/sessions$", "/registration/v1/sessions/"

CRASHES: dict[str, tuple[Arm, Ending]] = {
    "begun, nothing asked": (before_writing("creations", "webinar_asked"), NONE),
    "webinar asked, not arrived": (at_ringcentral("POST", WEBINAR, done=False), NONE),
    "webinar made, not answered": (at_ringcentral("POST", WEBINAR, done=True), MADE),
    "webinar answered, not written": (before_writing("creations", "webinar_made"), MADE),
    "webinar written, session not asked": (before_writing("creations", "session_asked"), MADE),
    "session asked, not arrived": (at_ringcentral("POST", SESSION, done=False), MADE),
    "session made, not answered": (at_ringcentral("POST", SESSION, done=True), MADE),
    "session answered, not written": (before_writing("creations", "whole"), MADE),
    "whole, card not asked": (before_writing("creations", "card_asked"), MADE),
    "card asked, not posted": (at_slack("chat.postMessage", done=False), NO_CARD),
    "card posted, not answered": (at_slack("chat.postMessage", done=True), MADE),
    "card answered, not written": (before_writing("cards", "shown"), MADE),
    "card written, person not told": (at_slack("views.update", done=False), MADE),
    "person told, not answered": (at_slack("views.update", done=True), MADE),
    "told, not written": (before_writing("creations", "told"), MADE),
    "registration asked, not answered": (at_ringcentral("GET", REGISTRATION, done=True), MADE),
    "registration answered, not written": (before_writing("webinars", "registrant_count"), MADE),
}


@pytest.mark.parametrize(("arm", "expected"), CRASHES.values(), ids=CRASHES.keys())
async def test_a_crash_at_any_point_ends_in_one_complete_webinar_or_none(
    tmp_path: Path, arm: Arm, expected: Ending
) -> None:
    """Killed at this point and started again on the same database, Greenroom finishes or takes back, and says which."""
    async with running(tmp_path, prepare=hurried) as world:
        reached = arm(world)
        await send(world)
        await world.until(reached)

        await world.crash_bot()
        await world.start_bot()

        assert await ending(world) == expected


async def test_a_crash_before_anything_is_written_leaves_the_form_as_it_was(tmp_path: Path) -> None:
    """Slack itself tells the person that it did not work, the form keeps what was typed, and can be sent again."""
    async with running(tmp_path, prepare=hurried) as world:
        before_writing("creations", "begun")(world)
        outcome = await send(world)
        assert outcome.error == "dispatch_failed"

        await world.crash_bot()
        await world.start_bot()
        assert await ending(world) == NONE._replace(told=())

        await world.slack.submit("finn", world.slack.view("finn"))
        assert await ending(world) == MADE


CLOSED: dict[str, tuple[Arm, tuple[str, ...]]] = {
    "comes to nothing": (before_writing("creations", "webinar_asked"), ("not made",)),
    "comes to be": (at_ringcentral("POST", SESSION, done=True), ("made",)),
    # Nobody can know whether Slack took the message: it is said twice rather than not at all.
    "told, not written": (before_writing("creations", "told"), ("made", "made")),
}


@pytest.mark.parametrize(("arm", "expected"), CLOSED.values(), ids=CLOSED.keys())
async def test_a_crash_behind_a_closed_modal_is_told_by_direct_message(
    tmp_path: Path, arm: Arm, expected: tuple[str, ...]
) -> None:
    """Who has closed "Creating…" before the crash hears of the end in a direct message."""
    async with running(tmp_path, prepare=hurried) as world:
        reached = arm(world)
        await send(world)
        await world.slack.close("finn", world.slack.view("finn"), clear=True)
        await world.until(reached)

        await world.crash_bot()
        await world.start_bot()

        assert (await ending(world)).told == expected


REFUSALS: dict[str, dict[str, Any]] = {
    "400": {"status": 400},
    "403": {"status": 403},
    "404": {"status": 404},
    "409": {"status": 409},
}
UNDONE: dict[str, dict[str, Any]] = {
    "500": {"status": 500},
    "503": {"status": 503, "retry_after": 0},
    "gateway": {"status": 502},
    "cut": {"status": None, "cut": True},
    "silence": {"status": 500, "hang": HELD},
}
DONE: dict[str, dict[str, Any]] = {name: {**fault, "effect": True} for name, fault in UNDONE.items()}
PASSING: dict[str, dict[str, Any]] = {
    "429": {"status": 429, "retry_after": 0},
    "401": {"status": 401},
}
ORPHAN = Ending(0, 1, 0, 0, ("not made",))
"""The one exception: no list shows a webinar without a date under another host, so the person is told to look there."""

CASES = [
    *[("finn", WEBINAR, "refused", name, NONE) for name in REFUSALS],
    *[("finn", WEBINAR, "not done", name, NONE) for name in UNDONE],
    *[("finn", WEBINAR, "done", name, MADE) for name in DONE],
    *[("finn", WEBINAR, "passing", name, MADE) for name in PASSING],
    *[("finn", SESSION, "refused", name, NONE) for name in REFUSALS],
    *[("finn", SESSION, "not done", name, MADE) for name in UNDONE],
    *[("finn", SESSION, "done", name, MADE) for name in DONE],
    *[("finn", SESSION, "passing", name, MADE) for name in PASSING],
    ("chloe", WEBINAR, "refused", "400", NONE),
    ("chloe", WEBINAR, "not done", "500", NONE),
    *[("chloe", WEBINAR, "done", name, ORPHAN) for name in DONE],
    ("chloe", SESSION, "refused", "403", NONE),
    ("chloe", SESSION, "done", "silence", MADE),
]
FAULTS = {"refused": REFUSALS, "not done": UNDONE, "done": DONE, "passing": PASSING}


@pytest.mark.parametrize(("user", "path", "kind", "name", "expected"), CASES)
async def test_trouble_at_either_call_ends_in_one_complete_webinar_or_none(
    tmp_path: Path, user: str, path: str, kind: str, name: str, expected: Ending
) -> None:
    """Finn's webinars are hosted by the service user, Chloé hosts her own; each call goes wrong in each way once."""
    fault = FAULTS[kind][name]
    async with running(tmp_path, prepare=impatient if "hang" in fault else hurried) as world:
        world.ringcentral.fail("POST", path, **fault)

        await send(world, user)

        assert await ending(world, user) == expected
        if expected == ORPHAN:
            assert "Should an empty webinar without a date turn up" in world.slack.view(user).words
