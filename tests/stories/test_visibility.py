"""Who sees a webinar: roles × channels × every command, button and form.

For everyone who cannot see it, each of them responds exactly as for a webinar that does not exist.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest
import pytest_asyncio

from bot.team.diff import TeamDiff
from sandbox.slack import Channel
from sandbox.slack.events import SUBSCRIBED
from tests.support.creation import without_waits
from tests.support.forged_requests import DatabaseRows, RequestForger
from tests.support.permission_rules import Rule
from tests.support.permission_stage import Stage
from tests.support.team import TeamHarness
from tests.support.world import World, running_world

CREATOR, ADMIN, PANELIST, MEMBER, GUEST, STRANGER = "U0CHLOE", "U0ANA", "U0DEV", "U0FINN", "U0GIA", "U0HAL"
EMI = "U0EMI"
"""A member who is in no private channel."""
ELSEWHERE = "C0ELSEWHERE"
"""A channel where nothing is announced: requests from it prove nothing."""
PLACES = {
    "nowhere": {CREATOR, ADMIN, PANELIST},
    "#marketing": {CREATOR, ADMIN, PANELIST, MEMBER, EMI},
    "#quiet": {CREATOR, ADMIN, PANELIST, MEMBER},
    "#partners": {CREATOR, ADMIN, PANELIST, MEMBER, EMI, GUEST, STRANGER},
}
"""Who sees the webinar, by the channel that holds its card: public, private, and shared with another organization."""
TITLE, NO_TITLE, NO_ID = "Launch layoffs", "garden", "999999999"
RANDOM = re.compile(r'"block_id": "[^"]*"|"view_id": "[^"]*"|<!date\^\d+\^\{time\}\|[^>]*>')
"""What differs between two responses that say the same: ids, and the time at which a list was read."""


@dataclass(frozen=True)
class Setting:
    """The webinar, announced somewhere, and one that does not exist."""

    world: World
    real: Stage
    none: Stage


def prepare(world: World) -> None:
    """#quiet is private, with Chloé and Finn; Gia and Hal are in #partners."""
    without_waits(world)
    world.slack.limits.messages_per_second = None
    channels = world.slack.world.channels
    bot = world.slack.world.bot.id
    channels["C0QUIET"] = Channel("C0QUIET", "quiet", "private", [CREATOR, MEMBER, bot], "")
    channels[ELSEWHERE] = Channel(ELSEWHERE, "elsewhere", "public", sorted(world.slack.world.people), "")


@pytest_asyncio.fixture
async def setting(tmp_path: Path, place: str) -> AsyncIterator[Setting]:
    """Chloé's webinar has a card in the place; Dev is its panelist."""
    async with running_world(tmp_path, prepare=prepare) as world:
        services = world.bot.services
        await world.create("chloe", TITLE)
        await world.slack.close("chloe", world.slack.view("chloe"), clear=True)
        [webinar] = await services.mirror.everything()
        await TeamHarness(world, webinar.session_id).save({"panelists": ["dev"]})
        await world.slack.close("chloe", world.slack.view("chloe"), clear=True)
        if place != "nowhere":
            await services.cards.share(webinar, world.slack.channel(place).id, CREATOR)
        services.scheduler.pause()
        message = next(iter(world.slack.world.messages[world.slack.channel("@dev").id].values()))
        rows = DatabaseRows(world.database_url.removeprefix("sqlite:///"))
        forger = RequestForger(world, ELSEWHERE, replace(message, channel=ELSEWHERE), rows)
        changes = {
            user: (await services.team.draft(webinar, TeamDiff(deleted=("i1",)), user)).change_id
            for user in (CREATOR, ADMIN, PANELIST, MEMBER, EMI, GUEST, STRANGER)
        }
        channel_id = "C0MARKETING" if place == "nowhere" else world.slack.channel(place).id
        real = Stage(world, forger, channel_id, webinar.session_id, "no-batch", changes, title="layoffs")
        none = replace(real, session_id=NO_ID, changes=dict.fromkeys(changes, "no-change"), title=NO_TITLE)
        yield Setting(world, real, none)
        rows.close()


def is_about_a_webinar(what: str) -> bool:
    """Whether a command, button or form names a webinar; the others respond as their own earlier use left them."""
    if what.startswith("/webinar"):
        return "launch" in what or what in ("/webinar list", "/webinar ")
    # `team.confirm` carries the random id of the user's own draft.
    other = (
        "create.",
        "create_",
        "use_",
        "settings.",
        "defaults.",
        "organisers.",
        "follow.change",
        "follow.form",
        "team.confirm",
    )
    return not what.startswith(other)


def neutral(shown: str, stage: Stage) -> str:
    """The response without what the request itself contained."""
    return RANDOM.sub("", shown).replace(stage.session_id, "ID").replace(stage.title, "WORDS")


@pytest.mark.parametrize("place", PLACES)
async def test_for_everyone_else_it_does_not_exist(setting: Setting, place: str) -> None:
    """Every command, button and form responds as for an unknown webinar, and the title appears nowhere.

    Emi differs from Finn only where the card is in a channel.
    """
    leaks = {}
    for user in (MEMBER, EMI, GUEST, STRANGER):
        if user in PLACES[place] or (user == EMI and place == "nowhere"):
            continue
        nothing = setting.none.all(user, set(Rule), wanted=is_about_a_webinar)
        expected = {what: neutral(found.shown, setting.none) async for what, found in nothing}
        async for what, found in setting.real.all(user, set(Rule), wanted=is_about_a_webinar):
            shown = neutral(found.shown, setting.real)
            called = found.vendor_calls and what != "refresh.list"
            if shown != expected[what] or TITLE in found.shown or called:
                leaks[user, what] = shown, expected[what]

    assert leaks == {}


@pytest.mark.parametrize("place", PLACES)
async def test_it_exists_for_its_people_and_the_readers_of_its_channels(setting: Setting, place: str) -> None:
    """In the list, by its title, and by the id that a button carries."""
    missing = set()
    for user in sorted(PLACES[place]):
        if user != STRANGER:
            for words in ("list", "show layoffs", "count layoffs", ""):
                if TITLE not in (await setting.real.forger.command(user, words)).shown:
                    missing.add((user, words))
        if TITLE not in (await setting.real.click(user, "webinar.show")).shown:
            missing.add((user, "webinar.show"))

    assert missing == set()


@pytest.mark.parametrize("place", ["nowhere"])
async def test_an_admin_lets_all_members_see_unannounced_webinars(setting: Setting, place: str) -> None:
    """In the settings; guests and people of other organizations still see none of them."""
    world = setting.world
    await world.command("ana", "#launch", "settings")
    await world.click("ana", world.last("#launch", "ana"), "Change Access")
    form = world.slack.view("ana")
    assert "People who take part in them, and organizers" in str(form.body)
    await world.slack.submit("ana", form, {"Who sees unannounced webinars": "All members"})
    await world.settled()
    assert "all members" in world.slack.view("ana").words

    for user, sees in ((MEMBER, True), (EMI, True), (GUEST, False), (STRANGER, False)):
        assert (TITLE in (await setting.real.click(user, "webinar.show")).shown) is sees
    assert TITLE in (await setting.real.forger.command(MEMBER, "list")).shown


@pytest.mark.parametrize("place", ["#quiet"])
async def test_who_leaves_the_channel_no_longer_sees_it_and_who_joins_does(setting: Setting, place: str) -> None:
    """At once: Slack reports it, and nothing is cached any more."""
    world, slack = setting.world, setting.world.slack
    for user, sees in ((MEMBER, True), (EMI, False)):
        assert (TITLE in (await setting.real.click(user, "webinar.show")).shown) is sees

    await slack.leave(MEMBER, "#quiet")
    await slack.join(EMI, "#quiet", inviter=CREATOR)

    for user, sees in ((MEMBER, False), (EMI, True)):
        assert (TITLE in (await setting.real.click(user, "webinar.show")).shown) is sees
        assert (TITLE in (await setting.real.forger.command(user, "list")).shown) is sees
    await slack.kick("#quiet")  # nobody can vouch for its members any more
    assert TITLE not in (await setting.real.click(EMI, "webinar.show")).shown
    assert TITLE in (await setting.real.click(PANELIST, "webinar.show")).shown
    assert world.slack.events == SUBSCRIBED


@pytest.mark.parametrize("place", ["#quiet"])
async def test_a_change_that_slack_does_not_report_counts_within_two_minutes(setting: Setting, place: str) -> None:
    """An event that is lost, or that another replica gets."""
    world = setting.world
    assert TITLE in (await setting.real.click(MEMBER, "webinar.show")).shown
    members = world.slack.world.channels["C0QUIET"].members
    members.remove(MEMBER)
    members.append(EMI)

    world.clock.move(timedelta(minutes=2))

    assert TITLE not in (await setting.real.click(MEMBER, "webinar.show")).shown
    assert TITLE in (await setting.real.click(EMI, "webinar.show")).shown


@pytest.mark.parametrize("place", ["#quiet"])
async def test_a_webinar_that_slack_cannot_vouch_for_is_hidden(setting: Setting, place: str) -> None:
    """While Slack does not say who is in a private channel; its people still see it."""
    setting.world.slack.fail("conversations.members", error="internal_error")
    assert TITLE not in (await setting.real.click(MEMBER, "webinar.show")).shown
    setting.world.slack.fail("conversations.members", error="internal_error")
    assert TITLE in (await setting.real.click(PANELIST, "webinar.show")).shown
