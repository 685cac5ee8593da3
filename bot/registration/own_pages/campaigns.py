"""Registration links for campaigns: one per campaign and webinar, which carries the campaign as the source."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from bot.clock import Clock
from bot.errors import BadInput
from bot.model.webinar import Webinar
from bot.registration.own_pages import campaign_table
from bot.registration.own_pages.campaign_name import campaign_id, campaign_name
from bot.registration.own_pages.campaign_table import Campaign
from bot.registration.own_pages.urls import TOKEN_LIFETIME, PageUrls
from bot.webinars import table as webinar_table

if TYPE_CHECKING:
    from bot.db.connection import Store

MAX_CAMPAIGNS = 100
"""Per webinar."""
TOO_MANY = f"This webinar has {MAX_CAMPAIGNS} campaigns, which is the most it can have. Use one of them."
MARGIN = timedelta(days=1)
"""A link that expires sooner after the end than this is replaced."""


@dataclass(frozen=True)
class CampaignLink:
    """A campaign and the URL of its registration page."""

    campaign: Campaign
    url: str


class CampaignLinks:
    """The campaigns of one account's webinars."""

    def __init__(self, urls: PageUrls, store: Store, clock: Clock) -> None:
        """Build links with these URLs."""
        self._urls = urls
        self._store = store
        self._clock = clock

    async def link(self, webinar: Webinar, typed: str, by: str) -> CampaignLink:
        """The link of this campaign; the same one for the same name. Raises `BadInput` for a name that is none.

        A webinar that was moved by more than 90 days gets a new link, because the old one expires.
        """
        name = campaign_name(typed)
        wanted = campaign_id(name)
        account, session_id = webinar.account, webinar.session_id
        async with self._store.write() as db:
            # Lock the webinar: of two concurrent requests for one campaign, the second finds the link of the first.
            await webinar_table.find(db, account, session_id, for_update=True)
            known = await campaign_table.of_session(db, account, session_id)
            found = next((one for one in known if one.campaign_id == wanted), None)
            if found is None and len(known) >= MAX_CAMPAIGNS:
                raise BadInput(TOO_MANY)
            if found is None or found.valid_until < webinar.end + MARGIN:
                found = self._with_link(found, webinar, wanted, name, by)
                await campaign_table.save(db, account, session_id, found)
        return CampaignLink(found, self._urls.register_page(found.token))

    async def of_webinar(self, webinar: Webinar) -> list[Campaign]:
        """List the campaigns of a webinar, oldest first."""
        async with self._store.read() as db:
            return await campaign_table.of_session(db, webinar.account, webinar.session_id)

    def _with_link(self, known: Campaign | None, webinar: Webinar, wanted: str, name: str, by: str) -> Campaign:
        fresh = {"token": self._urls.register_token(webinar, wanted), "valid_until": webinar.end + TOKEN_LIFETIME}
        if known:
            return known.model_copy(update=fresh)
        return Campaign(campaign_id=wanted, name=name, created_by=by, created_at=self._clock.now(), **fresh)
