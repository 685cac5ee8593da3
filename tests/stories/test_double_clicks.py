"""A double click has one effect when its clicks reach two replicas; on both databases."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest_asyncio

from tests.support.replicas import Replicas, two_replicas

pytest_plugins = ["tests.support.databases"]

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


@pytest_asyncio.fixture
async def pair(tmp_path: Path, database_url: str) -> AsyncIterator[Replicas]:
    """Two replicas, and a webinar of Chloe."""
    async with two_replicas(tmp_path, database_url) as started:
        for bot in started.all:
            bot.services.scheduler.pause()
        await started.world.create("chloe", "Launch day", start=started.world.clock.now() + 3 * HOUR)
        await started.settled()
        await started.world.slack.close("chloe", started.world.slack.view("chloe"), clear=True)
        yield started


async def shown(pair: Replicas, user: str, channel: str, text: str) -> None:
    """Type a command at either replica."""
    await pair.world.slack.command(user, channel, "/webinar", text)
    await pair.settled()


def cards(pair: Replicas, channel: str) -> list[str]:
    """The texts of what everybody sees there."""
    return [one.words for one in pair.world.slack.messages(channel) if not one.ephemeral_to]


async def test_a_double_click_on_share_here_posts_one_card(pair: Replicas) -> None:
    """And gets one reply."""
    await shown(pair, "chloe", "#launch", "show launch")
    details = pair.world.last("#launch", "chloe")

    await asyncio.gather(*(pair.world.slack.click("chloe", details, "Share Here") for _ in range(4)))
    await pair.settled()

    assert len(cards(pair, "#launch")) == 1
    answers = [one.words for one in pair.world.slack.messages("#launch", "chloe") if one.ephemeral_to]
    assert [words.count("is announced in") for words in answers] == [0, 1]


async def test_two_people_who_share_at_the_same_time_post_one_card(pair: Replicas) -> None:
    """The second one gets a link to the card of the first."""
    users = ("chloe", "ana", "ben", "chloe")

    await asyncio.gather(*(shown(pair, user, "#marketing", "share launch") for user in users))

    assert len(cards(pair, "#marketing")) == 1
    answers = [
        one.words for user in ("chloe", "ana", "ben") for one in pair.world.slack.messages("#marketing", user)[1:]
    ]
    assert sorted(words.count("is already announced in") for words in answers) == [0, 1, 1, 1]


async def test_a_double_click_on_a_snooze_has_one_effect(pair: Replicas) -> None:
    """One direct message, one reminder."""
    world = pair.world
    await shown(pair, "chloe", "#launch", "share launch")
    await shown(pair, "chloe", "#launch", "remind launch 2h")
    await world.move(HOUR + MINUTE)
    (reminder,) = [one for one in world.slack.messages("#launch") if "Remind Me" in one.buttons]
    await world.slack.click("dev", reminder, "Remind Me")
    await pair.settled()
    choices = world.last("#launch", "dev")

    await asyncio.gather(*(world.slack.click("dev", choices, "In 10 Minutes") for _ in range(4)))
    await pair.settled()

    assert len(world.slack.messages("@dev")) == 1


async def test_a_double_click_on_mute_posts_one_line(pair: Replicas) -> None:
    """The channel reads once who muted the reminders."""
    world = pair.world
    await shown(pair, "chloe", "#launch", "share launch")
    await shown(pair, "chloe", "#launch", "remind launch 2h")
    await world.move(HOUR + MINUTE)
    (reminder,) = [one for one in world.slack.messages("#launch") if "Remind Me" in one.buttons]

    await asyncio.gather(*(world.slack.click("chloe", reminder, "notice.mute") for _ in range(4)))
    await pair.settled()

    assert len([words for words in cards(pair, "#launch") if "muted the reminders" in words]) == 1
