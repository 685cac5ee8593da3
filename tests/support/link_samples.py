"""Views of registration links, and of the list of past webinars."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from bot.commands.list_args import parse_list
from bot.model.people import Person
from bot.model.webinar import Status, Webinar
from bot.registration.own_pages.campaign_table import Campaign
from bot.registration.own_pages.campaigns import CampaignLink
from bot.slack.message import Message
from bot.webinars.totals import Turnout, totals
from handlers.browse.past_texts import PastPage, past_listing
from handlers.browse.selection import select_past
from handlers.link import form
from handlers.link import texts as link_texts
from tests.support.webinar_samples import ACCOUNT, NOW

URL = "https://webinars.acme.example/register/token"
CAMPAIGN = Campaign(
    campaign_id="c1",
    name="Spring 🌷 mail",
    token="token",
    valid_until=NOW + timedelta(days=90),
    signups=2,
    created_by="U1",
    created_at=NOW,
)


def link_messages(one: Webinar) -> list[Message]:
    """The general link with and without campaigns, and the link of a campaign."""
    return [
        link_texts.site_link(one, URL, 2),
        link_texts.site_link(one, URL, 60, [CAMPAIGN] * 30),
        link_texts.campaign_link(one, CampaignLink(CAMPAIGN, URL), 2),
    ]


def link_modals(one: Webinar) -> list[dict[str, Any]]:
    """The form for a campaign."""
    return [form.form_view(one)]


def past_messages(one: Webinar) -> list[Message]:
    """A page of past webinars in the middle of several, and empty lists."""
    over = [one.model_copy(update={"session_id": f"s{number}", "status": Status.FINISHED}) for number in range(30)]
    return [
        past_listing(past_page(over, "past"), now=NOW, seen_at=NOW, providers=["RingCentral"]),
        *(
            past_listing(past_page([], text), now=NOW, seen_at=NOW, providers=["RingCentral"])
            for text in ("past", "past this quarter")
        ),
    ]


def past_page(over: list[Webinar], typed: str, turnouts: dict[str, Turnout] | None = None, page: int = 2) -> PastPage:
    """A page of the list of these webinars, on which all can be created again."""
    command = parse_list(typed)
    person = Person(workspace=ACCOUNT.workspace, user_id="U1", name="Ana", time_zone="Europe/Madrid")
    selection = select_past(over, command, person, NOW)
    pages = max(1, -(-len(selection.webinars) // 10))
    known = turnouts or {}
    return PastPage(
        selection=selection,
        totals=totals(selection.webinars, known),
        earlier=totals(selection.earlier, known) if selection.period else None,
        which=command.text,
        page=min(page, pages),
        pages=pages,
        turnouts=known,
        manageable={one.id for one in over},
    )
