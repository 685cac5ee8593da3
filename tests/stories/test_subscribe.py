"""Stories about subscribing and unsubscribing a channel, and who may."""

from __future__ import annotations

from datetime import timedelta

import pytest
import pytest_asyncio
from sqlalchemy import update

from bot.db import schema
from bot.notices.model import Feature, NoticeKind, NoticeState
from bot.notices.planner import replan_channel
from bot.notices.subscriptions import table as subscription_table
from bot.notices.subscriptions.model import DEFAULT_FEATURES, Scope, Subscription
from tests.support.subscriptions import (
    create_webinar,
    planned_notices,
    public_messages,
    reminded_webinars,
    reply_to,
    subscribed_features,
    subscriptions_of,
)
from tests.support.world import World


@pytest_asyncio.fixture(autouse=True)
async def organizers(world: World) -> None:
    """These members may subscribe a channel to all webinars."""
    await world.choose_organizers("U0CHLOE", "U0DEV", "U0EMI")


async def test_subscribing_is_shown_back_and_introduced_once(world: World) -> None:
    """The person sees the state and who set it; everybody there reads one line; reminders of all are planned."""
    await create_webinar(world)
    words = await reply_to(world, "dev", "subscribe")

    (introduction,), answer = public_messages(world), world.last("#launch", "dev")
    assert "Dev Patel set up Greenroom here: reminders, alerts and changes about all webinars." in introduction.text
    assert answer.ephemeral_to == "U0DEV"
    assert "Now posted here: reminders, alerts and changes about all webinars." in words
    assert "*All webinars*: reminders, alerts and changes · set by <@U0DEV>" in words
    assert await subscribed_features(world) == [(Scope.ALL, DEFAULT_FEATURES, "U0DEV")]
    assert [before for _, _, before in await planned_notices(world)] == [
        timedelta(days=1),
        timedelta(hours=1),
        timedelta(minutes=10),
    ]

    more = await reply_to(world, "emi", "subscribe live, filling")
    assert "Now posted here: live updates and seat alerts about all webinars." in more
    assert "Off here: registration counts" in more
    assert await subscribed_features(world) == [
        (Scope.ALL, DEFAULT_FEATURES | {Feature.LIVE, Feature.FILLING}, "U0EMI")
    ]
    assert public_messages(world) == [introduction]
    assert ("Launch day", NoticeKind.STARTING, timedelta()) in await planned_notices(world)

    assert "Nothing changed. Already posted here: live updates about all webinars." in await reply_to(
        world, "dev", "subscribe live"
    )


async def test_unsubscribing_step_by_step(world: World) -> None:
    """What was planned is taken back."""
    await create_webinar(world)
    await reply_to(world, "dev", "subscribe everything")
    assert "No longer posted here: reminders about all webinars." in await reply_to(
        world, "dev", "unsubscribe reminders"
    )
    assert await reminded_webinars(world) == set()
    assert "No longer posted here: everything about all webinars." in await reply_to(world, "dev", "unsubscribe")
    assert "Nothing is posted here." in world.last("#launch", "dev").words
    assert (await subscriptions_of(world), await planned_notices(world)) == ([], [])
    assert "Nothing changed. Not posted here before: alerts" in await reply_to(world, "dev", "unsubscribe alerts")


async def test_unsubscribing_is_undone_and_says_whether_the_digest_still_comes(world: World) -> None:
    """Single features leave it, everything ends it; Undo restores both, unless something has changed since."""
    await create_webinar(world, title="Launch day")
    await create_webinar(world, title="Budget")
    await reply_to(world, "dev", "subscribe everything")
    await reply_to(world, "dev", "unsubscribe reminders for budget")
    await choose_digest(world, "weekly")
    had = await subscriptions_of(world)

    some = await reply_to(world, "dev", "unsubscribe alerts")
    assert "The weekly digest still comes: `/webinar unsubscribe` ends it as well." in some
    first = world.last("#launch", "dev")
    everything = await reply_to(world, "dev", "unsubscribe")
    assert "No longer posted here: everything about all webinars. The weekly digest has ended, too." in everything
    assert "Digest every" not in everything
    assert (await subscriptions_of(world), await planned_notices(world)) == ([], [])
    await world.click("dev", first, "Undo")
    shown = [one.words for one in world.slack.messages("#launch", "dev")]
    assert [one for one in shown if one.startswith("This was not undone, because something else has changed since.")]

    await reply_to(world, "dev", "subscribe everything")
    await choose_digest(world, "daily")
    before = await subscriptions_of(world)
    assert "The daily digest has ended, too." in await reply_to(world, "dev", "unsubscribe all")
    await world.click("dev", world.last("#launch", "dev"), "Undo")
    undone = world.last("#launch", "dev")
    assert undone.words.startswith("Undone. What is posted here is as it was before.")
    assert "Digest every day at" in undone.words
    assert (await subscriptions_of(world), "Undo" in undone.buttons) == (before, False)
    assert await reminded_webinars(world) == {"Budget", "Launch day"}

    muted = await reply_to(world, "dev", "unsubscribe for launch")
    assert ("*Launch day*: muted" in muted, "digest has ended" in muted) == (True, False)
    await world.click("dev", world.last("#launch", "dev"), "Undo")
    assert await subscriptions_of(world) == before
    assert len(had) == 2


async def choose_digest(world: World, pace: str) -> None:
    """Choose the digest of #launch in its form."""
    await world.command("dev", "#launch", "subscriptions")
    await world.click("dev", world.last("#launch", "dev"), "Change")
    await world.click("dev", world.slack.view("dev"), "follow.fields", block_id="digest", value=pace)
    await world.slack.submit("dev", world.slack.view("dev"), {"digest": pace})
    await world.settled()
    await world.slack.close("dev", world.slack.view("dev"), clear=True)


async def test_channel_with_a_card_can_subscribe_to_all(world: World) -> None:
    """A card's subscription adds to others, and removing features from all applies to it too."""
    await create_webinar(world, announce="#launch")
    await reply_to(world, "dev", "subscribe live")
    kinds = {kind for _, kind, _ in await planned_notices(world)}
    assert kinds == {NoticeKind.REMINDER, NoticeKind.STARTING}

    await reply_to(world, "dev", "unsubscribe reminders")
    assert {kind for _, kind, _ in await planned_notices(world)} == {NoticeKind.STARTING}


async def test_one_webinar_is_muted_and_brought_back(world: World) -> None:
    """Other webinars keep their notices."""
    await create_webinar(world, title="Launch day")
    await create_webinar(world, title="Budget")
    await reply_to(world, "dev", "subscribe")
    assert "*Launch day*: muted · set by <@U0DEV>" in await reply_to(world, "dev", "unsubscribe for launch")
    assert await reminded_webinars(world) == {"Budget"}
    await reply_to(world, "dev", "subscribe for launch")
    assert await reminded_webinars(world) == {"Budget", "Launch day"}
    assert [line.scope for line in await subscriptions_of(world)] == [Scope.ALL]


async def test_mine_are_the_webinars_of_the_user(world: World) -> None:
    """Others' webinars are not meant, and those that they create later are."""
    await create_webinar(world, "chloe", "Hers")
    assert "about the webinars that you created" in await reply_to(
        world, "dev", "subscribe reminders for mine", "#random"
    )
    assert "*Webinars that <@U0DEV> created*: reminders" in world.last("#random", "dev").words
    (introduction,) = public_messages(world, "#random")
    assert "Dev Patel set up Greenroom here: reminders about webinars that Dev Patel created." in introduction.text
    assert await reminded_webinars(world, "C0RANDOM") == set()
    await create_webinar(world, "dev", "His")
    assert await reminded_webinars(world, "C0RANDOM") == {"His"}


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        (
            "subscribe remidners live",
            "Nothing was changed: “remidners” isn't a feature. Did you mean reminders, or",
        ),
        (
            "unsubscribe closed for launch",
            "Nothing was changed: “closed” isn't a feature. Did you mean alerts, or",
        ),
        ("subscribe foo bar", "Nothing was changed: “foo” and “bar” aren't features. The features are reminders,"),
        ("subscribe launch", "Did you mean `/webinar subscribe for launch`?"),
        ("subscribe for garden", "No webinar matches “garden”"),
    ],
)
async def test_what_is_not_understood_changes_nothing(world: World, typed: str, sentence: str) -> None:
    """The answer names what may be meant."""
    await create_webinar(world)
    assert sentence in await reply_to(world, "dev", typed)
    assert await subscriptions_of(world) == []


async def test_direct_message_is_no_channel(world: World) -> None:
    """The reply to each of the three commands asks for one, unless the user may not do it in any."""
    for typed, question in (
        ("subscribe mine", "Where should reminders"),
        ("unsubscribe live", "Where should live updates about all webinars no longer be posted?"),
        ("subscriptions", "Which channel's notifications do you want to see?"),
    ):
        assert question in await reply_to(world, "dev", typed, "@dev")
    assert "Only organizers and admins" in await reply_to(world, "finn", "subscribe", "@finn")


HERE = "Greenroom can't post in this channel. Type /invite @Greenroom here, then try again."


async def test_channel_without_greenroom_explains_how_to_invite_it(world: World) -> None:
    """Greenroom cannot post in a private channel before it is invited."""
    assert await reply_to(world, "ana", "subscribe", "#board") == HERE
    picker = await reply_to(world, "ana", "subscribe", "@ana")
    assert "posted?" in picker
    await world.click("ana", world.last("@ana", "ana"), "command.in_channel", value="#board")
    assert HERE not in world.last("@ana", "ana").words
    assert await subscriptions_of(world, "C0BOARD") == []


async def test_guests_and_strangers_look_but_do_not_choose(world: World) -> None:
    """Refused with a sentence that names who can; another person's button is refused too."""
    await reply_to(world, "chloe", "subscribe", "#partners")
    mine = world.last("#partners", "chloe")
    for outsider in ("gia",):
        for typed in ("subscribe live", "unsubscribe"):
            refusal = await reply_to(world, outsider, typed, "#partners")
            assert (
                "Guests and people of other organizations can't change the subscriptions of a channel. Ask a member"
                in refusal
            )
        looked = await reply_to(world, outsider, "subscriptions", "#partners")
        assert "*All webinars*: reminders, alerts and changes" in looked
        assert world.last("#partners", outsider).buttons == []
    assert "Commands are for members" in await reply_to(world, "hal", "subscriptions", "#partners")
    assert mine.buttons == ["Change"]
    assert await subscribed_features(world, "C0PARTNERS") == [(Scope.ALL, DEFAULT_FEATURES, "U0CHLOE")]


async def test_ambiguous_title_is_picked_and_the_features_are_kept(world: World) -> None:
    """Subscribing and unsubscribing."""
    await create_webinar(world, title="Launch day")
    await create_webinar(world, title="Launch rehearsal")
    assert "2 webinars match “launch”" in await reply_to(world, "dev", "subscribe live alerts for launch")
    pick = world.last("#launch", "dev")
    await world.click("dev", pick, "Subscribe")
    assert [(line.scope, line.features) for line in await subscriptions_of(world)] == [
        (Scope.WEBINAR, frozenset({Feature.LIVE, Feature.ALERTS}))
    ]
    await reply_to(world, "dev", "unsubscribe alerts for launch")
    await world.click("dev", world.last("#launch", "dev"), "Unsubscribe")
    assert [line.features for line in await subscriptions_of(world)] == [frozenset({Feature.LIVE})]


async def test_past_webinar_cannot_be_subscribed_to(world: World) -> None:
    """A webinar that is over is refused."""
    await create_webinar(world)
    world.clock.move(timedelta(days=4))
    assert "This webinar is over" in await reply_to(world, "dev", "subscribe for launch")
    assert await subscriptions_of(world) == []


async def test_admin_also_sees_what_did_not_go_out(world: World) -> None:
    """With the reason, in any channel; a member does not."""
    await create_webinar(world, announce="#marketing")
    async with world.bot.services.store.write() as db:
        ended = {"state": NoticeState.FAILED, "problem": "Slack said no.", "due_at": world.clock.now()}
        await db.execute(update(schema.notices).where(schema.notices.c.before_s == 3600).values(**ended))

    assert "<#C0MARKETING>, reminder of *Launch day*: not posted: Slack said no." in await reply_to(
        world, "ana", "subscriptions"
    )
    assert "did not go out" not in await reply_to(world, "dev", "subscriptions")


async def subscribe_as_before(world: World, user_id: str) -> None:
    """What a member could set up with an earlier version: #launch hears of all webinars."""
    services = world.bot.services
    facts = {"workspace": services.account.workspace, "channel_id": "C0LAUNCH", "scope": Scope.ALL}
    line = Subscription(**facts, set_by=user_id, set_at=world.clock.now())
    async with services.store.write() as db:
        await subscription_table.save(db, line)
        await replan_channel(db, services.account.workspace, "C0LAUNCH", world.clock.now())


async def test_an_earlier_subscription_of_a_member_announces_nothing_new(world: World) -> None:
    """It covers what they created and what has its card there; after an organizer subscribes, everything."""
    await subscribe_as_before(world, "U0FINN")
    await create_webinar(world, "ana", "Board: layoffs")
    await create_webinar(world, "finn", "Garden tour")
    world.ringcentral.create("Open house", world.clock.now() + timedelta(days=3))
    await world.bot.services.mirror.sweep()

    assert await reminded_webinars(world) == {"Garden tour"}
    await world.command("ana", "#launch", 'share "open house"')
    assert await reminded_webinars(world) == {"Garden tour", "Open house"}
    words = await reply_to(world, "finn", "subscriptions")
    assert "*Webinars that <@U0FINN> created or whose card is here*: reminders" in words
    await world.command("gia", "#launch", "list")
    assert "layoffs" not in world.last("#launch", "gia").words
    await reply_to(world, "dev", "subscribe")
    assert await reminded_webinars(world) == {"Board: layoffs", "Garden tour", "Open house"}


async def test_earlier_subscriptions_are_reviewed_at_the_start(world: World) -> None:
    """That of an organizer covers all webinars again; notices that a member's does not cover are withdrawn."""
    await create_webinar(world, "ana", "Board: layoffs")
    services = world.bot.services
    for user_id, expected in (("U0FINN", set[str]()), ("U0DEV", {"Board: layoffs"})):
        await subscribe_as_before(world, user_id)

        await services.subscription_review.run()

        assert await reminded_webinars(world) == expected
    world.slack.fail("users.info", error="user_not_found")
    await subscribe_as_before(world, "U0GONE")
    await services.subscription_review.run()
    assert await reminded_webinars(world) == set()


@pytest.mark.parametrize("user", ["finn", "gia"])
async def test_others_do_not_subscribe_to_all_although_they_see_what_was_announced_nowhere(
    world: World, user: str
) -> None:
    """Because a webinar may be announced in a private channel only."""
    await world.let_members_see_all()

    words = await reply_to(world, user, "subscribe")

    assert "Only organizers and admins can" in words or "Guests and people of other organizations can't" in words
    assert await subscribed_features(world) == []
