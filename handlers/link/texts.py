"""The link to a webinar's registration page, for organizers who put it on their site, and those of its campaigns."""

from __future__ import annotations

from collections.abc import Sequence

from bot.model.webinar import Webinar
from bot.providers.event_ref import provider_name
from bot.registration.own_pages.campaign_table import Campaign
from bot.registration.own_pages.campaigns import CampaignLink
from bot.registration.own_pages.pace import may_be_crowded, minutes_in_line
from bot.slack import buttons
from bot.slack.blocks import Block, actions, context, message, number, plain, section
from bot.slack.message import Message
from bot.webinars.texts.facts import people

LABEL = "Link for Your Site"
CAMPAIGN_LABEL = "Link for a Campaign"
MAX_LISTED = 25
"""Campaigns that the reply names."""
NOTES = (
    "It still works if the webinar is moved by up to 90 days. Each registrant gets personal links to join and to "
    "cancel."
)


def site_link(webinar: Webinar, url: str, per_minute: int, campaigns: Sequence[Campaign] = ()) -> Message:
    """The link after a warning if the page is slow, what it opens, and how long it works; and the campaigns' links."""
    name = plain(webinar.title)
    head = f"*{name}*\nAnyone who opens this link can register with a name and an email address: <{url}|see the page>"
    warning = pace_warning(webinar, per_minute)
    spoken = f"{name}: the link to its registration page, which registers {people(per_minute)} a minute."
    blocks = [*_warned(warning), section(head), section(f"```{url}```"), context(NOTES)]
    return message(spoken, [*blocks, *_campaigns(webinar, campaigns)])


def campaign_link(webinar: Webinar, link: CampaignLink, per_minute: int) -> Message:
    """The link of one campaign after a warning if the page is slow, and how many people have signed up there."""
    name, campaign = plain(webinar.title), plain(link.campaign.name)
    head = (
        f"*{name}*\nThe registration link for the campaign “{campaign}”: <{link.url}|see the page>. "
        f"People who register there have this campaign as their source."
    )
    signups = f"{signups_text(link.campaign)}. The same name gives the same link, in capitals or not.\n{NOTES}"
    warning = pace_warning(webinar, per_minute, of_campaign=True)
    spoken = f"{name}: the registration link for the campaign “{campaign}”, for {people(per_minute)} a minute."
    blocks: list[Block] = [*_warned(warning), section(head), section(f"```{link.url}```"), context(signups)]
    more = buttons.webinar_button(webinar, "All Links", buttons.PAGE_LINK)
    return message(spoken, [*blocks, *actions(_another(webinar), more)])


def pace_warning(webinar: Webinar, per_minute: int, *, of_campaign: bool = False) -> str:
    """How many people a minute the page registers, and what to use for more; empty if nobody has to wait long."""
    if not may_be_crowded(webinar, per_minute):
        return ""
    pace = f"This page registers {people(per_minute)} a minute"
    url = webinar.registration.page_uri if webinar.registration else ""
    if not url:
        return f"{pace}: of 100 people, the last waits about {number(minutes_in_line(100, per_minute), 'minute')}."
    limits = ", which doesn't count toward the campaign" if of_campaign else ""
    return f"{pace}. For a mailing, use <{url}|{provider_name(webinar.id)}’s page>{limits}."


def _warned(warning: str) -> list[Block]:
    return [section(f"*Before you share this link:* {warning}")] if warning else []


def signups_text(campaign: Campaign) -> str:
    """How many people have signed up on the page of a campaign."""
    return number(campaign.signups, "sign-up") if campaign.signups else "No sign-ups yet"


def _campaigns(webinar: Webinar, campaigns: Sequence[Campaign]) -> list[Block]:
    if not campaigns:
        hint = "A campaign can have a link of its own, which shows where people come from."
        return [context(hint), *actions(_another(webinar))]
    ordered = sorted(campaigns, key=lambda one: -one.signups)
    lines = [f"• {plain(one.name)}: {signups_text(one)}" for one in ordered[:MAX_LISTED]]
    rest = [f"… and {number(len(ordered) - MAX_LISTED, 'more campaign')}"] if len(ordered) > MAX_LISTED else []
    head = f"*Campaigns* ({number(len(ordered), 'link')})"
    again = "To see the link of one again, type its name after `/webinar link` and the webinar."
    return [section("\n".join([head, *lines, *rest])), context(again), *actions(_another(webinar))]


def _another(webinar: Webinar) -> dict[str, object]:
    return buttons.webinar_button(webinar, CAMPAIGN_LABEL, buttons.CAMPAIGN_LINK)
