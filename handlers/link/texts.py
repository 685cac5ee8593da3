"""The link to a webinar's registration page, for organizers who put it on their site, and those of its campaigns."""

from __future__ import annotations

from collections.abc import Sequence

from bot.model.webinar import Webinar
from bot.registration.own_pages.campaign_table import Campaign
from bot.registration.own_pages.campaigns import CampaignLink
from bot.slack import buttons
from bot.slack.blocks import Block, actions, context, message, number, plain, section
from bot.slack.message import Message

LABEL = "Registration Link for Your Site"
CAMPAIGN_LABEL = "Link for a Campaign"
MAX_LISTED = 25
"""Campaigns that the reply names."""
NOTES = (
    "It stays good if the webinar is moved by up to 90 days. "
    "Who registers there gets links of their own to join and to cancel."
)


def site_link(webinar: Webinar, url: str, campaigns: Sequence[Campaign] = ()) -> Message:
    """The link, what it opens, and how long it works; and the campaigns that have links of their own."""
    name = plain(webinar.title)
    head = f"*{name}*\nAnyone who opens this link can register with a name and an email address: <{url}|see the page>"
    spoken = f"{name}: the link to its registration page, for your site."
    return message(spoken, [section(head), section(f"```{url}```"), context(NOTES), *_campaigns(webinar, campaigns)])


def campaign_link(webinar: Webinar, link: CampaignLink) -> Message:
    """The link of one campaign, and how many people have signed up there."""
    name, campaign = plain(webinar.title), plain(link.campaign.name)
    head = (
        f"*{name}*\nThe registration link for the campaign “{campaign}”: <{link.url}|see the page>. "
        f"People who register there have this campaign as their source."
    )
    signups = f"{signups_text(link.campaign)}. The same name gives the same link, in capitals or not. {NOTES}"
    spoken = f"{name}: the registration link for the campaign “{campaign}”."
    blocks: list[Block] = [section(head), section(f"```{link.url}```"), context(signups)]
    more = buttons.webinar_button(webinar, "All Links", buttons.PAGE_LINK)
    return message(spoken, [*blocks, *actions(_another(webinar), more)])


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
