"""Create the URLs of our own pages, resolve their tokens, and queue people who register or cancel there."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from bot.clock import Clock
from bot.db.connection import Db, Store
from bot.errors import NotFound, ProviderGone
from bot.model.lifecycle import Stage
from bot.model.people import Account
from bot.model.registrant import RegistrantDetails
from bot.model.webinar import Webinar
from bot.providers.base import Caller, Lane, WebinarProvider
from bot.registration import request_table
from bot.registration.own_pages import campaign_table, queue_table
from bot.registration.own_pages.campaign_name import GENERAL
from bot.registration.own_pages.campaigns import CampaignLinks
from bot.registration.own_pages.page_context import AlreadyQueued, PageContext, QueueFull, RegistrationGone
from bot.registration.own_pages.tokens import TokenExpired, Tokens
from bot.registration.own_pages.urls import CANCEL, JOIN, REGISTER, TOKEN_LIFETIME, PageUrls
from bot.registration.questions import RegistrationQuestions
from bot.registration.request_table import QUEUED, RegistrationRequest, RequestState
from bot.webinars import table as webinar_table
from bot.webinars.participation import speaker_names

if TYPE_CHECKING:
    from bot.registration.own_pages.queue import PageQueue

STATUS, FORM = "place", "form"
"""Token kinds beside those of the URLs. Tokens that people hold contain them: renaming a value invalidates them."""
MAX_QUEUED = 5_000
"""Per webinar. A mailing brings hundreds of people at once, and all of them keep their places."""
CROWDED = MAX_QUEUED // 2
"""From then on, one network may send only a few forms."""
READ_LINK = Caller(Lane.PAGE, patience=8)
"""The visitor waits for this call; on a timeout the page refreshes and reads again."""

NO_SUCH_PAGE = "Check that the whole address was copied, or ask the organizer for a new one."
ALREADY_QUEUED = "Someone with this address is already in line. See the page from that registration for the result."
STILL_LEAVING = "The earlier registration of this address is still being canceled. Press Register again in a minute."
QUEUE_FULL = "Very many people are registering right now. Press Register again in a few minutes."
CANCELED = "This link no longer works. If you change your mind, register again on the page where you registered."


class OwnPages:
    """The pages of one account. Without `PUBLIC_URL` they are off (`urls.is_on`).

    Every method that takes a token raises `NotFound` if the token is invalid and `TokenExpired` if it is too old.
    """

    def __init__(
        self,
        urls: PageUrls,
        tokens: Tokens,
        account: Account,
        store: Store,
        provider: WebinarProvider,
        clock: Clock,
        queue: PageQueue,
    ) -> None:
        """`queue` registers queued people and removes those who cancel."""
        self.urls = urls
        self.campaigns = CampaignLinks(urls, store, clock)
        self.questions = RegistrationQuestions(account, store, provider, clock)
        self._tokens = tokens
        self._account = account
        self._store = store
        self._provider = provider
        self._clock = clock
        self._queue = queue
        self.provider_names = provider.display_names

    def per_minute(self, webinar: Webinar) -> int:
        """How many people a minute are registered on the page of this webinar. No call."""
        return self._provider.page_registrations_a_minute(webinar.session_id)

    async def speakers(self, webinar: Webinar) -> Sequence[str]:
        """The names of the co-hosts and panelists, as cards show them."""
        async with self._store.read() as db:
            names = await speaker_names(db, self._account, [webinar.session_id])
        return names.get(webinar.session_id, ())

    async def join_context(self, token: str) -> PageContext:
        """The registration behind a join page."""
        return await self._context(JOIN, token)

    async def cancel_context(self, token: str) -> PageContext:
        """The registration behind a cancel page."""
        return await self._context(CANCEL, token)

    async def status_context(self, token: str) -> PageContext:
        """The registration behind the page that is shown after a form was sent."""
        return await self._context(STATUS, token)

    async def personal_link(self, context: PageContext) -> str:
        """The registrant's own link at the provider, stored or read with one call; empty if there is none but ours.

        Raises `RegistrationGone` if the provider no longer lists them, and any `ProviderError`.
        """
        async with self._store.read() as db:
            request = await request_table.find_by_page_key(db, context.page_key)
        if request is None:
            raise NotFound(NO_SUCH_PAGE)
        link = request.join_link.get_secret_value() or await self._read_link(request)
        is_ours = link.startswith(f"{self.urls.public_url}/")  # the provider has stored our page as its link
        return "" if is_ours or not link.startswith(("http://", "https://")) else link

    async def cancel(self, token: str) -> None:
        """Queue the removal of a registrant from a webinar that has not ended. Idempotent."""
        context = await self.cancel_context(token)
        if context.stage not in (Stage.COMING, Stage.LIVE):
            return
        async with self._store.write() as db:
            await request_table.cancel(db, context.page_key, self._clock.now())
        self._queue.wake()

    async def webinar_of(self, token: str) -> tuple[Webinar, datetime]:
        """The webinar of a registration page, and the current time."""
        webinar, now, _ = await self._registration_page(token)
        return webinar, now

    async def _registration_page(self, token: str) -> tuple[Webinar, datetime, str]:
        """The webinar of a registration page, the current time, and the id of the page's campaign."""
        now = self._clock.now()
        claims = self._tokens.read(REGISTER, token, now)
        if claims is None or claims["team"] != self._account.workspace.team_id:
            raise NotFound(NO_SUCH_PAGE)
        async with self._store.read() as db:
            webinar = await webinar_table.find(db, self._account, claims["session"])
        if webinar is None:
            raise NotFound(NO_SUCH_PAGE)
        return webinar, now, claims.get("campaign", "")

    async def is_crowded(self, webinar: Webinar) -> bool:
        """Whether so many people are in line that the rest of it is to be shared."""
        async with self._store.read() as db:
            return await queue_table.queue_length(db, self._account, webinar.session_id) >= CROWDED

    def form_token(self, webinar: Webinar) -> str:
        """A token for one rendered form: the form counts as one request however often it is sent."""
        claims = {"key": secrets.token_urlsafe(16), "session": webinar.session_id}
        return self._tokens.make(FORM, claims, webinar.end + TOKEN_LIFETIME)

    async def register(self, token: str, details: RegistrantDetails, form_token: str) -> str:
        """Queue a person for registration and return the token of their status page.

        The same form with the same address returns the same request. Raises `AlreadyQueued` if another form has
        queued the address: the sender may be another person and must not get the links. Raises `QueueFull`.
        """
        webinar, now, campaign_id = await self._registration_page(token)
        key = self._key_of(form_token, webinar, now)
        async with self._store.write() as db:
            # Lock the webinar: of two concurrent forms with one address, the second finds the first.
            await webinar_table.find(db, self._account, webinar.session_id, for_update=True)
            earlier = await request_table.find_by_address(db, self._account, webinar.session_id, details.address)
            current = (*QUEUED, RequestState.REGISTERED)
            if any(request.page_key == key and request.state in current for request in earlier):
                return self.status_token(key, webinar)
            await self._check_queue(db, earlier, webinar)
            if await request_table.find_by_page_key(db, key):
                key = secrets.token_urlsafe(16)  # this form has created another request before
            has_signed_up = any(not request.batch_id for request in earlier)
            source = await self._source(db, webinar, campaign_id, is_counted=not has_signed_up)
            new = [(0, details.model_copy(update={"source": source}), key)]
            await request_table.add(db, self._account, webinar.session_id, new, batch_id="", now=now)
        self._queue.wake()
        return self.status_token(key, webinar)

    async def _source(self, db: Db, webinar: Webinar, campaign_id: str, *, is_counted: bool) -> str:
        """The registrant's `source` at the provider; count a sign-up for the campaign of the page if `is_counted`."""
        campaign = None
        if campaign_id:
            campaign = await campaign_table.find(db, self._account, webinar.session_id, campaign_id)
            if is_counted:
                await campaign_table.count_signup(db, self._account, webinar.session_id, campaign_id)
        return campaign.name if campaign else GENERAL

    def status_token(self, page_key: str, webinar: Webinar) -> str:
        """The token of the status page of this registration."""
        return self._tokens.make(STATUS, {"key": page_key}, webinar.end + TOKEN_LIFETIME)

    def _key_of(self, form_token: str, webinar: Webinar, now: datetime) -> str:
        """The page key in the form token; a new key if the token is not for this webinar."""
        try:
            claims = self._tokens.read(FORM, form_token, now)
        except TokenExpired:
            claims = None
        return claims["key"] if claims and claims["session"] == webinar.session_id else secrets.token_urlsafe(16)

    async def _check_queue(self, db: Db, earlier: list[RegistrationRequest], webinar: Webinar) -> None:
        states = {request.state for request in earlier}
        if states & set(QUEUED):
            raise AlreadyQueued(ALREADY_QUEUED)
        if RequestState.CANCELING in states:
            raise AlreadyQueued(STILL_LEAVING)
        if await queue_table.queue_length(db, self._account, webinar.session_id) >= MAX_QUEUED:
            raise QueueFull(QUEUE_FULL)

    async def _context(self, kind: str, token: str) -> PageContext:
        now = self._clock.now()
        claims = self._tokens.read(kind, token, now)
        async with self._store.read() as db:
            request = await request_table.find_by_page_key(db, claims["key"]) if claims else None
            if request is None or request.account != self._account:
                raise NotFound(NO_SUCH_PAGE)
            webinar = await webinar_table.find(db, self._account, request.session_id)
            if webinar is None:
                raise NotFound(NO_SUCH_PAGE)
            ahead = await queue_table.count_ahead(db, request) if request.state in QUEUED else 0
        key = request.page_key
        return PageContext(
            webinar=webinar,
            now=now,
            state=request.state,
            problem=request.problem,
            ahead=ahead,
            per_minute=self.per_minute(webinar) if request.state in QUEUED else 0,
            page_key=key,
            join_url=self.urls.join_url(key, webinar),
            cancel_url=self.urls.cancel_url(key, webinar),
        )

    async def _read_link(self, request: RegistrationRequest) -> str:
        if not request.registrant_id:
            return ""
        try:
            registrant = await self._provider.registrant(request.session_id, request.registrant_id, READ_LINK)
        except ProviderGone as gone:
            raise RegistrationGone(CANCELED) from gone
        async with self._store.write() as db:
            await queue_table.save_join_link(db, request, registrant.join_link)
        return registrant.join_link.get_secret_value()
