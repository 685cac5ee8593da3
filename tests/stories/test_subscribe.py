"""Subscribing a channel and unsubscribing it, and who may: stories in which people say who hears what."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import update

from bot.db import schema
from bot.notices.model import NoticeKind, NoticeState
from bot.notices.subscriptions.model import SHARED, Feature, Scope
from tests.support.subscriptions import heard, lines, made, planned, public, reminded_of, says
from tests.support.world import World


async def test_subscribing_is_shown_back_and_introduced_once(world: World) -> None:
    """The person sees the state and who set it; everybody there reads one line; reminders of all are planned."""
    await made(world)
    words = await says(world, "dev", "subscribe")

    (introduction,), answer = public(world), world.last("#launch", "dev")
    assert "Dev Patel set up Greenroom here: reminders, alerts and changes about all webinars." in introduction.text
    assert answer.ephemeral_to == "U0DEV"
    assert "Said here from now on: reminders, alerts and changes about all webinars." in words
    assert "*All webinars*: reminders, alerts and changes · set by <@U0DEV>" in words
    assert await heard(world) == [(Scope.ALL, SHARED, "U0DEV")]
    assert [before for _, _, before in await planned(world)] == [
        timedelta(days=1),
        timedelta(hours=1),
        timedelta(minutes=10),
    ]

    await says(world, "emi", "subscribe live, filling")
    assert await heard(world) == [(Scope.ALL, SHARED | {Feature.LIVE, Feature.FILLING}, "U0EMI")]
    assert public(world) == [introduction]
    assert ("Launch day", NoticeKind.STARTING, timedelta()) in await planned(world)

    assert "Nothing changed: this channel hears live about all webinars already." in await says(
        world, "dev", "subscribe live"
    )


async def test_less_is_said_and_nothing_in_the_end(world: World) -> None:
    """What was planned is taken back."""
    await made(world)
    await says(world, "dev", "subscribe everything")
    assert "Not said here any more: reminders about all webinars." in await says(world, "dev", "unsubscribe reminders")
    assert await reminded_of(world) == set()
    assert "Not said here any more: everything about all webinars." in await says(world, "dev", "unsubscribe")
    assert "Nothing is said here yet." in world.last("#launch", "dev").words
    assert (await lines(world), await planned(world)) == ([], [])
    assert "Nothing changed: this channel did not hear alerts" in await says(world, "dev", "unsubscribe alerts")


async def test_channel_with_a_card_can_ask_for_more_of_all(world: World) -> None:
    """What came with the card adds up with what somebody asked for, and less of all holds for it as well."""
    await made(world, announce="#launch")
    await says(world, "dev", "subscribe live")
    kinds = {kind for _, kind, _ in await planned(world)}
    assert kinds == {NoticeKind.REMINDER, NoticeKind.STARTING}

    await says(world, "dev", "unsubscribe reminders")
    assert {kind for _, kind, _ in await planned(world)} == {NoticeKind.STARTING}


async def test_one_webinar_is_muted_and_brought_back(world: World) -> None:
    """The others are still heard of."""
    await made(world, title="Launch day")
    await made(world, title="Budget")
    await says(world, "dev", "subscribe")
    assert "*Launch day*: muted · set by <@U0DEV>" in await says(world, "dev", "unsubscribe for launch")
    assert await reminded_of(world) == {"Budget"}
    await says(world, "dev", "subscribe for launch")
    assert await reminded_of(world) == {"Budget", "Launch day"}
    assert [line.scope for line in await lines(world)] == [Scope.ALL]


async def test_mine_are_those_of_whoever_typed_it(world: World) -> None:
    """Others' webinars are not meant, and those that they create later are."""
    await made(world, "chloe", "Hers")
    assert "about the webinars that you created" in await says(world, "dev", "subscribe reminders for mine", "#random")
    assert "*Webinars that <@U0DEV> created*: reminders" in world.last("#random", "dev").words
    (introduction,) = public(world, "#random")
    assert "Dev Patel set up Greenroom here: reminders about webinars that Dev Patel created." in introduction.text
    assert await reminded_of(world, "C0RANDOM") == set()
    await made(world, "dev", "His")
    assert await reminded_of(world, "C0RANDOM") == {"His"}


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("subscribe remidners live", "“remidners” is no feature, so nothing was changed. Did you mean reminders?"),
        ("unsubscribe closed for launch", "“closed” is no feature, so nothing was changed. Did you mean alerts?"),
        ("subscribe foo bar", "“foo” and “bar” are no features, so nothing was changed. There are reminders, alerts"),
        ("subscribe launch", "Did you mean `/webinar subscribe for launch`?"),
        ("subscribe for garden", "No webinar matches “garden”"),
    ],
)
async def test_what_is_not_understood_changes_nothing(world: World, typed: str, sentence: str) -> None:
    """The answer names what may be meant."""
    await made(world)
    assert sentence in await says(world, "dev", typed)
    assert await lines(world) == []


async def test_direct_message_is_no_channel(world: World) -> None:
    """The sentence says where to type it, for each of the three."""
    for typed in ("subscribe", "unsubscribe live", "subscriptions"):
        assert "type this there" in await says(world, "dev", typed, "@dev")


async def test_channel_without_greenroom_says_how_to_invite_it(world: World) -> None:
    """In a private channel nothing can be said before."""
    assert "/invite @Greenroom" in await says(world, "ana", "subscribe", "#board")
    assert await lines(world, "C0BOARD") == []


async def test_guests_and_strangers_look_but_do_not_choose(world: World) -> None:
    """Refused in words that say who can; a button that was drawn for somebody else does not help them."""
    await says(world, "chloe", "subscribe", "#partners")
    mine = world.last("#partners", "chloe")
    for outsider in ("gia", "hal"):
        for typed in ("subscribe live", "unsubscribe"):
            refusal = await says(world, outsider, typed, "#partners")
            assert "Guests and people of other organisations can't choose what a channel hears. Ask a member" in refusal
        looked = await says(world, outsider, "subscriptions", "#partners")
        assert "*All webinars*: reminders, alerts and changes" in looked
        assert world.last("#partners", outsider).buttons == []
    assert mine.buttons == ["Change"]
    assert await heard(world, "C0PARTNERS") == [(Scope.ALL, SHARED, "U0CHLOE")]


async def test_ambiguous_title_is_picked_and_the_features_are_kept(world: World) -> None:
    """Subscribing and unsubscribing."""
    await made(world, title="Launch day")
    await made(world, title="Launch rehearsal")
    assert "2 webinars match “launch”" in await says(world, "dev", "subscribe live alerts for launch")
    pick = world.last("#launch", "dev")
    await world.click("dev", pick, "Subscribe")
    assert [(line.scope, line.features) for line in await lines(world)] == [
        (Scope.WEBINAR, frozenset({Feature.LIVE, Feature.ALERTS}))
    ]
    await says(world, "dev", "unsubscribe alerts for launch")
    await world.click("dev", world.last("#launch", "dev"), "Unsubscribe")
    assert [line.features for line in await lines(world)] == [frozenset({Feature.LIVE})]


async def test_webinar_that_is_over_is_not_followed(world: World) -> None:
    """Nothing more will be said about it."""
    await made(world)
    world.clock.move(timedelta(days=4))
    assert "This webinar is over" in await says(world, "dev", "subscribe for launch")
    assert await lines(world) == []


async def test_admin_also_sees_what_did_not_go_out(world: World) -> None:
    """With the reason, in any channel; a member does not."""
    await made(world, announce="#marketing")
    async with world.bot.services.store.write() as db:
        ended = {"state": NoticeState.FAILED, "problem": "Slack said no.", "due_at": world.clock.now()}
        await db.execute(update(schema.notices).where(schema.notices.c.before_s == 3600).values(**ended))

    assert "<#C0MARKETING>, reminder of *Launch day*: not posted: Slack said no." in await says(
        world, "ana", "subscriptions"
    )
    assert "did not go out" not in await says(world, "dev", "subscriptions")
