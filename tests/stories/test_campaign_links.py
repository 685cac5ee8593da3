"""`/webinar link`: a registration link for each campaign, whose registrants have it as their source."""

from __future__ import annotations

import asyncio
import re
from datetime import timedelta
from pathlib import Path

from tests.support.block_kit import check_message
from tests.support.own_pages import page_visitor
from tests.support.world import World


def url_in(words: str) -> str:
    """The registration page in a reply."""
    [url] = set(re.findall(r"https://webinars\.acme\.example/register/[\w-]+", words))
    return str(url)


async def typed(world: World, text: str, user: str = "chloe") -> str:
    """Type `/webinar link …`; return the reply."""
    await world.command(user, "#launch", f"link {text}")
    reply = world.last("#launch", user)
    check_message(reply.text, reply.blocks)
    return reply.words


async def test_registrant_of_a_campaign_arrives_with_its_source(tmp_path: Path) -> None:
    """The same campaign has the same link; the general link has no campaign; the reply counts sign-ups."""
    async with page_visitor(tmp_path) as visitor:
        world = visitor.world
        first = url_in(await typed(world, "launch day Spring 🌷 Newsletter"))
        again = await typed(world, "launch day  SPRING 🌷 newsletter ")
        assert url_in(again) == first
        assert "No sign-ups yet" in again
        other, general = url_in(await typed(world, "launch day LinkedIn")), url_in(await typed(world, "launch day"))
        assert len({first, other, general}) == 3

        await visitor.sign_up(first)
        await visitor.sign_up(first, email="omar@visitor.example")
        await visitor.sign_up(general, email="mia@visitor.example")
        await world.settled()

        sources = {one["email"]: one["source"] for one in visitor.registrants}
        assert sources == {
            "lena@visitor.example": "Spring 🌷 Newsletter",
            "omar@visitor.example": "Spring 🌷 Newsletter",
            "mia@visitor.example": "registration page",
        }
        listed = await typed(world, "launch day")
        assert "• Spring 🌷 Newsletter: 2 sign-ups\n• LinkedIn: No sign-ups yet" in listed
        assert "visitor.example" not in listed


async def test_the_pace_of_the_page_is_said_before_the_link(tmp_path: Path) -> None:
    """With RingCentral's own page beside it, for the general link and for that of a campaign; not if few can come."""
    async with page_visitor(tmp_path) as visitor:
        world = visitor.world
        page = visitor.webinar.registration.page_uri if visitor.webinar.registration else ""
        assert page.startswith("http")
        for text in ("launch day", "launch day newsletter"):
            reply = await typed(world, text)
            warning = f"This page registers 200 people a minute. For a mailing, use <{page}|RingCentral’s page>"
            assert warning in reply
            assert reply.index(warning) < reply.index(url_in(reply))
        assert "which doesn't count toward the campaign" in reply
        await world.command("chloe", "#launch", "limit launch 50")
        await world.settled()
        assert "a minute" not in await typed(world, "launch day")


async def test_an_address_counts_once_however_often_it_signs_up(tmp_path: Path) -> None:
    """Somebody who sends the form again is one person, as in the list of registrants."""
    async with page_visitor(tmp_path) as visitor:
        world = visitor.world
        first = url_in(await typed(world, "launch day newsletter"))
        other = url_in(await typed(world, "launch day LinkedIn"))
        for url in (first, first, other):
            await visitor.sign_up(url)
            await world.settled()

        assert [one["source"] for one in visitor.registrants] == ["newsletter"]
        listed = await typed(world, "launch day")
        assert "• newsletter: 1 sign-up\n• LinkedIn: No sign-ups yet" in listed


async def test_form_gives_a_link_and_names_what_is_wrong(tmp_path: Path) -> None:
    """A blank or reserved name is refused at its field, with what was typed still there."""
    async with page_visitor(tmp_path) as visitor:
        world = visitor.world
        await typed(world, "launch day")
        await world.click("chloe", world.last("#launch", "chloe"), "Link for a Campaign")
        form = world.slack.view("chloe")

        for name, problem in (
            ("​", "Name the campaign."),
            ("Slack", "Choose another one"),
            ("slack:C1", "Choose another"),
        ):
            outcome = await world.slack.submit("chloe", form, {"Campaign": name})
            assert problem in outcome.errors["campaign"]
        await world.slack.submit("chloe", form, {"Campaign": "  Partner\u00a0mail "})
        await world.settled()

        shown = world.slack.view("chloe").words
        assert "“Partner mail”" in shown
        assert url_in(shown) == url_in(await typed(world, "launch day partner mail"))


async def test_link_says_why_there_is_none(tmp_path: Path) -> None:
    """A name that is too long, a webinar that is canceled, a user who may not, a webinar that does not exist."""
    async with page_visitor(tmp_path) as visitor:
        world = visitor.world
        assert "is too long: a campaign has up to 64 characters" in await typed(world, f"launch day {'x' * 65}")
        refused = await typed(world, "launch day mail", "dev")
        assert "You can't take a registration link for this webinar" in refused
        assert refused.endswith("To see your own join link, type `/webinar`.")
        assert "No webinar matches" in await typed(world, "garden party mail")
        world.ringcentral.cancel(visitor.webinar.session_id)
        world.clock.move(timedelta(minutes=2))
        await world.bot.services.mirror.sweep()
        assert "This webinar is canceled" in await typed(world, "launch day mail")


async def test_a_webinar_that_is_over_has_no_link(tmp_path: Path) -> None:
    """It says that nobody can register, not that something cannot be changed."""
    async with page_visitor(tmp_path) as visitor:
        webinar = await visitor.world.bot.services.mirror.find(visitor.webinar.session_id)
        visitor.world.clock.move(webinar.end + timedelta(minutes=1) - visitor.world.clock.now())
        refused = await typed(visitor.world, webinar.session_id)
        assert refused == "This webinar is over, so nobody can register for it with a link."


async def test_two_requests_at_once_make_one_link(tmp_path: Path) -> None:
    """The second finds the link of the first; a webinar moved far away gets a new one."""
    async with page_visitor(tmp_path) as visitor:
        campaigns = visitor.world.bot.services.own_pages.campaigns
        links = await asyncio.gather(
            *(campaigns.link(visitor.webinar, name, "U1") for name in ("Mail", "mail ", "MAIL"))
        )
        assert len({link.url for link in links}) == 1
        later = visitor.webinar.model_copy(update={"start": visitor.webinar.start + timedelta(days=80)})
        assert (await campaigns.link(later, "mail", "U1")).url == links[0].url
        later = visitor.webinar.model_copy(update={"start": visitor.webinar.start + timedelta(days=100)})
        assert (await campaigns.link(later, "mail", "U1")).url != links[0].url
        assert [one.name for one in await campaigns.of_webinar(visitor.webinar)] == [links[0].campaign.name]


async def test_without_public_url_link_says_what_to_do(world: World) -> None:
    """There is no page of our own."""
    await world.create("chloe", "Launch day")
    await world.slack.close("chloe", world.slack.view("chloe"), clear=True)
    assert "An admin of Greenroom can change that by setting PUBLIC_URL." in await typed(world, "launch day mail")
