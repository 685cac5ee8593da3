"""Cards: edited in place only when their content changes, updated after outages, free of personal data."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
import pytest_asyncio
from sqlalchemy import select

from bot.db.schema import cards, notices
from bot.model.webinar import Status
from sandbox.slack import Message
from tests.support.creation import without_waits
from tests.support.world import World, running_world

DAY = timedelta(days=1)


@pytest_asyncio.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """Start everything without waiting times."""
    async with running_world(tmp_path, prepare=without_waits) as started:
        yield started


async def shared(world: World, title: str = "Elsewhere", *channels: str) -> str:
    """Create a webinar at RingCentral and share it in these channels; return its id. Its cards are complete then."""
    start = world.clock.now() + 3 * DAY
    webinar_id = world.ringcentral.create(title, start, settings={"registrationEnabled": True})
    await world.bot.services.mirror.sweep()
    for channel in channels or ("#launch",):
        await world.command("ana", channel, f"share {title}")  # an admin sees it before it is announced
    await world.settled()
    world.slack.calls.clear()
    return webinar_id


def cards_in(world: World, channel: str = "#launch") -> list[Message]:
    """List the public cards of a channel: only they begin with a header."""
    ours = [message for message in world.slack.messages(channel) if message.bot and not message.ephemeral_to]
    return [message for message in ours if message.blocks[0]["type"] == "header"]


def edits(world: World) -> int:
    """Count the edits of a message since it was shared, including failed ones."""
    return sum(call.method == "chat.update" for call in world.slack.calls)


async def card_channels(world: World) -> list[str]:
    """List the channels of the stored cards."""
    async with world.bot.services.store.read() as db:
        return sorted((await db.execute(select(cards.c.channel_id))).scalars())


async def notice_channels(world: World) -> set[str]:
    """List the channels with planned notices."""
    async with world.bot.services.store.read() as db:
        rows = await db.execute(select(notices.c.channel_id).where(notices.c.state == "planned"))
        return set(rows.scalars())


async def test_a_card_is_edited_only_when_what_it_says_changes(world: World) -> None:
    """Repeated sweeps make no Slack call; one change makes one edit, in place."""
    webinar_id = await shared(world)
    (card,) = cards_in(world)
    for _ in range(5):
        await world.bot.services.mirror.sweep()
    assert edits(world) == 0

    world.ringcentral.edit(webinar_id, title="Renamed")
    for _ in range(3):
        await world.bot.services.mirror.sweep()

    assert edits(world) == 1
    (edited,) = cards_in(world)
    assert ("Renamed" in edited.words, edited.ts) == (True, card.ts)


async def test_a_change_not_on_the_card_edits_none(world: World) -> None:
    """A new host link or language is not on the card."""
    webinar_id = await shared(world)
    world.ringcentral.edit(webinar_id, localeCode="de-DE", panelJoinTimeOffset=600)

    await world.bot.services.mirror.sweep()

    assert edits(world) == 0


async def test_a_new_figure_is_edited_in_and_an_old_one_is_not(world: World) -> None:
    """Refresh updates "as of"; a sweep after it edits nothing."""
    await shared(world)
    (session,) = [webinar.session_id for webinar in await world.bot.services.mirror.everything()]
    world.ringcentral.register(session, 3)
    world.clock.move(timedelta(seconds=20))
    await world.click("gia", cards_in(world)[0], "Refresh")
    assert "3 registered" in cards_in(world)[0].words
    before = edits(world)

    await world.bot.services.mirror.sweep()

    assert edits(world) == before


async def test_cards_in_several_channels_are_all_updated(world: World) -> None:
    """All have the same content."""
    webinar_id = await shared(world, "Elsewhere", "#launch", "#random", "#marketing")

    world.ringcentral.edit(webinar_id, title="Renamed")
    await world.bot.services.mirror.sweep()

    everywhere = [*cards_in(world), *cards_in(world, "#random"), *cards_in(world, "#marketing")]
    assert ["Renamed" in card.words for card in everywhere] == [True, True, True]
    assert edits(world) == 3


async def test_a_deleted_card_is_forgotten_with_its_reminders(world: World) -> None:
    """After a card is deleted, there are no more edits and no more notices in that channel."""
    webinar_id = await shared(world, "Elsewhere", "#launch", "#marketing")
    cards_in(world)[0].deleted = True
    world.ringcentral.edit(webinar_id, title="Renamed")

    await world.bot.services.mirror.sweep()
    assert await card_channels(world) == ["C0MARKETING"]
    assert await notice_channels(world) == {"C0MARKETING"}
    before = edits(world)
    world.ringcentral.edit(webinar_id, title="Renamed again")
    await world.bot.services.mirror.sweep()

    assert edits(world) == before + 1
    assert "Renamed again" in cards_in(world, "#marketing")[0].words


@pytest.mark.parametrize("code", ["is_inactive", "is_archived", "channel_not_found", "not_in_channel"])
async def test_a_card_in_a_channel_that_is_closed_to_us_is_forgotten(world: World, code: str) -> None:
    """Archived, deleted, or left: tried once."""
    webinar_id = await shared(world)
    world.slack.fail("chat.update", error=code)
    for title in ("Renamed", "Renamed again"):
        world.ringcentral.edit(webinar_id, title=title)
        await world.bot.services.mirror.sweep()

    assert edits(world) == 1
    assert await card_channels(world) == []


@pytest.mark.parametrize(
    "fault",
    [
        {"status": 503},
        {"cut": True},
        {"cut": True, "effect": True},
        {"error": "fatal_error"},
        {"error": "msg_too_long"},
    ],
    ids=["503", "cut", "cut after", "has a problem", "refused"],
)
async def test_one_card_that_fails_stops_neither_the_others_nor_the_sweep(
    world: World, fault: dict[str, object]
) -> None:
    """The other card is edited in the same sweep, and the one that failed in the next."""
    webinar_id = await shared(world, "Elsewhere", "#launch", "#marketing")
    other_id = await shared(world, "Other", "#random")
    world.ringcentral.edit(webinar_id, title="Renamed")
    world.ringcentral.edit(other_id, title="Other now")
    swept_at = world.bot.services.mirror.swept_at
    world.slack.fail("chat.update", **fault)  # type: ignore[arg-type] # each of its own kind

    await world.bot.services.mirror.sweep()

    assert world.bot.services.mirror.swept_at != swept_at
    assert "Other now" in cards_in(world, "#random")[0].words
    assert "Renamed" in cards_in(world, "#marketing")[0].words
    await world.bot.services.mirror.sweep()
    assert "Renamed" in cards_in(world)[0].words
    assert edits(world) == 4


async def test_a_rate_limit_of_slack_stops_all_edits_until_it_ends(world: World) -> None:
    """A rate limit stops all edits; after it, every card is updated."""
    webinar_id = await shared(world, "Elsewhere", "#launch", "#marketing")
    world.ringcentral.edit(webinar_id, title="Renamed")
    world.slack.fail("chat.update", retry_after=30)

    for _ in range(3):
        await world.bot.services.mirror.sweep()
    assert edits(world) == 1

    world.bot.services.cards._busy_until = 0.0  # half a minute later
    await world.bot.services.mirror.sweep()
    assert ["Renamed" in card.words for card in (*cards_in(world), *cards_in(world, "#marketing"))] == [True, True]


async def test_a_failed_card_edit_does_not_fail_a_cancellation(world: World) -> None:
    """The cancellation succeeds and is confirmed; the card is updated at the next sweep."""
    await shared(world)
    world.slack.fail("chat.update", status=503)
    await world.command("ana", "#launch", "cancel elsewhere")
    await world.slack.submit("ana", world.slack.view("ana"))
    await world.settled()
    assert world.ringcentral.webinars() == []
    assert world.slack.view("ana").callback_id == "cancel.done"

    await world.bot.services.mirror.sweep()

    assert "canceled and will not take place" in cards_in(world)[0].words
    assert cards_in(world)[0].buttons == []


async def test_an_edit_uses_the_current_state(world: World) -> None:
    """A slow edit uses the current state, not the one it started with."""
    await shared(world)
    (stale,) = await world.bot.services.mirror.everything()
    await world.bot.services.mirror.set_status(stale, Status.CANCELED)

    await world.bot.services.cards.update(stale)

    assert "canceled" in cards_in(world)[0].words


@pytest.mark.parametrize("away", [False, True], ids=["watching", "away for days"])
async def test_a_card_says_when_it_is_over(world: World, away: bool) -> None:
    """After the planned end the card offers no registration, even if the bot was down at the end."""
    await shared(world)
    if away:
        await world.stop_bot()
    world.clock.move(3 * DAY + timedelta(hours=1, minutes=1) + (2 * DAY if away else timedelta()))
    if away:
        await world.start_bot()
    else:
        await world.bot.services.mirror.sweep()

    (card,) = cards_in(world)
    assert "This webinar is over" in card.words
    assert card.buttons == ["Report"]


async def test_nothing_personal_ever_stood_in_a_channel(world: World) -> None:
    """No channel message contains a secret during the life of a webinar with a password and registrants."""
    seen: set[str] = set()

    def look() -> None:
        for channel in world.slack.world.channels.values():
            if channel.kind != "dm":
                said = [one for one in world.slack.messages(channel.id) if one.bot and one.ephemeral_to != "U0CHLOE"]
                seen.update(one.text + json.dumps(one.blocks) for one in said)

    world.slack.on_change.append(look)
    await world.command("chloe", "#launch", "create Private day")
    await world.click("chloe", world.slack.view("chloe"), "More Settings")
    await world.slack.submit("chloe", world.slack.view("chloe"), {"password": "s3cret-word"})
    await world.settled()
    starts = world.clock.now() + 1.02 * DAY
    await world.slack.submit("chloe", world.slack.view("chloe"), {"Starts": starts, "Announce in": "#launch"})
    await world.settled()
    await world.slack.close("chloe", world.slack.view("chloe"), clear=True)
    (made,) = world.ringcentral.webinars()
    world.ringcentral.register(made["session_id"], 3)
    await world.click("gia", cards_in(world)[0], "Refresh")
    for user in ("chloe", "ana"):
        for text in ("", "show private", "count private", "list", "share private <#C0MARKETING|marketing>"):
            await world.command(user, "#launch", text)
    world.ringcentral.edit(made["webinar_id"], title="Moved day", scheduledDuration=7200)
    await world.bot.services.mirror.sweep()
    await world.move(timedelta(hours=1))
    secrets = _secrets(world)
    await world.command("chloe", "#launch", f"cancel {made['session_id']}")
    await world.slack.submit("chloe", world.slack.view("chloe"))
    await world.settled()

    assert (len(secrets), len(seen) > 10) == (12, True)
    assert [secret for secret in secrets if any(secret in one for one in seen)] == []


def _secrets(world: World) -> list[str]:
    """List the host's link, the password, and each registrant's link, name and address."""
    (webinar,) = world.ringcentral.world.state.webinars.values()
    session = webinar.session
    assert session
    people = [
        secret for one in session.registrants for secret in (one.token, one.email, f"{one.first_name} {one.last_name}")
    ]
    return [session.host_token, session.attendee_token, str(webinar.fields.settings.password), *people]
