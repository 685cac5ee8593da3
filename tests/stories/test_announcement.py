"""The card that the create form asked for is posted once, later if Slack does not take it now, also after a restart."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.creation import (
    CREATED,
    CREATED_WITHOUT_CARD,
    final_state,
    hang_at_slack,
    submit_form,
    with_short_leases,
)
from tests.support.database_cases import each_on_sqlite
from tests.support.world import World, running_world

pytest_plugins = ["tests.support.databases"]

POST = "chat.postMessage"
HISTORY = "channels:history"
FOLLOWS = "The card will be posted in <#C0LAUNCH> as soon as it does"
NOT_POSTED: dict[str, dict[str, Any]] = {
    "limited": {"retry_after": 0},
    "limited, again and again": {"retry_after": 0, "times": 5},
    "server error": {"status": 500},
    "unavailable": {"status": 503, "times": 3},
    "internal error": {"error": "internal_error"},
}
POSTED: dict[str, dict[str, Any]] = {
    "server error": {"status": 500, "effect": True},
    "cut": {"cut": True, "effect": True},
}


@pytest.fixture
async def both(database_url: str, tmp_path: Path) -> AsyncIterator[World]:
    """A world without waits, on SQLite and on PostgreSQL."""
    async with running_world(tmp_path, database_url=database_url, prepare=with_short_leases) as started:
        yield started


@pytest.fixture
async def world(sqlite_url: str, tmp_path: Path) -> AsyncIterator[World]:
    """A world without waits, on SQLite: what Slack answers does not depend on the database."""
    async with running_world(tmp_path, database_url=sqlite_url, prepare=with_short_leases) as started:
        yield started


@pytest.mark.parametrize("fault", NOT_POSTED.values(), ids=NOT_POSTED.keys())
async def test_a_card_that_slack_does_not_take_is_posted_later(world: World, fault: dict[str, Any]) -> None:
    """The user sees that it follows; it is posted once, and its channel is subscribed."""
    world.slack.fail(POST, **fault)

    await submit_form(world)
    await world.settled()
    assert FOLLOWS in world.slack.view("finn").words

    assert await final_state(world) == CREATED
    assert "Register" in world.slack.messages("#launch")[0].buttons
    [webinar] = await world.bot.services.mirror.everything(world.clock.now())
    assert len(await world.bot.services.cards.of_webinar(webinar)) == 1


@pytest.mark.parametrize("fault", [NOT_POSTED["limited"], NOT_POSTED["server error"]], ids=["limited", "server error"])
async def test_a_card_that_is_due_is_posted_after_a_restart(both: World, fault: dict[str, Any]) -> None:
    """The process ends between the result and the card."""
    both.slack.fail(POST, **fault)
    await submit_form(both)
    await both.settled()
    assert FOLLOWS in both.slack.view("finn").words

    await both.crash_bot()
    await both.start_bot()

    assert await final_state(both) == CREATED


ANSWERS = {f"{name}, posted": (fault,) for name, fault in POSTED.items()} | {
    name: (fault,) for name, fault in NOT_POSTED.items()
}
ON_BOTH = each_on_sqlite(ANSWERS, on_postgresql=["cut, posted"])


@pytest.mark.parametrize(("server", "fault"), ON_BOTH, indirect=["server"])
async def test_a_card_is_looked_up_before_it_is_posted_again(both: World, fault: dict[str, Any]) -> None:
    """With access to the history of the channel there is exactly one card, whatever Slack did; it is kept current."""
    both.slack.scopes = {*both.slack.scopes, HISTORY}
    await both.crash_bot()
    await both.start_bot()
    both.slack.fail(POST, **fault)

    await submit_form(both)

    assert await final_state(both) == CREATED
    [webinar] = await both.bot.services.mirror.everything(both.clock.now())
    [card] = await both.bot.services.cards.of_webinar(webinar)
    assert card.message_ts == both.slack.messages("#launch")[0].ts


@pytest.mark.parametrize("is_posted", [True, False])
async def test_a_card_whose_post_a_crash_interrupted_is_looked_up(both: World, is_posted: bool) -> None:
    """The process ends while Slack posts the card."""
    both.slack.scopes = {*both.slack.scopes, HISTORY}
    reached = hang_at_slack(POST, done=is_posted)(both)
    await submit_form(both)
    await both.until(reached)

    await both.crash_bot()
    await both.start_bot()

    assert await final_state(both) == CREATED


@pytest.mark.parametrize("is_posted", [True, False])
async def test_a_card_whose_post_was_never_answered_is_not_posted_twice(world: World, is_posted: bool) -> None:
    """Without access to the history, silence leaves the card to the user, who is asked to look."""
    world.slack.fail(POST, cut=True, effect=is_posted)

    await submit_form(world)

    assert await final_state(world) == (CREATED if is_posted else CREATED_WITHOUT_CARD)
    assert "It is not certain whether the card of *Launch day* is in <#C0LAUNCH>" in world.slack.view("finn").words


async def test_a_card_that_can_not_be_posted_later_is_reported(world: World) -> None:
    """The channel is archived before Slack takes the card: a message says that it is missing."""
    world.slack.fail(POST, retry_after=0)
    await submit_form(world)
    await world.settled()
    world.slack.fail(POST, error="is_archived")

    state = await final_state(world)

    assert (state.complete, state.cards) == (1, 0)
    assert "The card of *Launch day* is not in <#C0LAUNCH>" in world.last("@finn").words
