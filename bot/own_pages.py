"""The service behind our own pages: their addresses, whose they are, and the queue to register."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from bot.clock import Clock
from bot.enrolling import Enrolling
from bot.errors import NotFound, ProviderGone
from bot.models import Account, Lane, Webinar
from bot.providers import Caller, WebinarProvider
from bot.registrants import Applicant
from bot.store import applications, line, webinars
from bot.store.applications import IN_LINE, Application, ApplicationState
from bot.store.connection import Db, Store
from bot.tokens import Expired, Tokens
from bot.views.facts import Stage
from bot.web.visit import Gone, InLine, LineFull, Visit

JOIN, CANCEL, REGISTER, PLACE, FORM = "join", "cancel", "register", "place", "form"
GOOD_FOR = timedelta(days=90)
"""How long after the planned end the pages still work."""
MOST_IN_LINE = 200
"""For one webinar: at two a minute, more than an hour and a half."""
SOURCE = "registration page"
"""The registration source that RingCentral records."""
READING = Caller(Lane.PAGE, patience=8)
"""A link that cannot be read soon is requested again when the page polls again."""

NO_PAGE = "Check that the whole address was copied, or ask whoever gave it to you."
IN_LINE_ALREADY = (
    "Somebody with this address is in line already. How it goes is told on the page that was shown to them then."
)
LEAVING_STILL = "This address is being taken off the list just now. Press Register again in a minute."
LINE_FULL = "Very many people are registering just now. Press Register again in a few minutes."
OFF = "Your registration was cancelled, so this link leads nowhere any more. To come after all, register again."


class PageUrls:
    """The addresses of our own pages. Without a public address (`PUBLIC_URL`) there are none."""

    def __init__(self, public_url: str, tokens: Tokens) -> None:
        """Build addresses below `public_url`."""
        self.public_url = public_url
        self._tokens = tokens

    @property
    def is_on(self) -> bool:
        """Whether there are pages."""
        return bool(self.public_url)

    def join_url(self, page_key: str, webinar: Webinar) -> str:
        """The join page of one registrant."""
        return self._url(JOIN, page_key, webinar)

    def cancel_url(self, page_key: str, webinar: Webinar) -> str:
        """The cancel page of one registrant."""
        return self._url(CANCEL, page_key, webinar)

    def register_url(self, webinar: Webinar) -> str:
        """The public registration page. It outlives the planned end: the webinar may be moved to a later date."""
        facts = {"session": webinar.session_id, "team": webinar.account.workspace.team_id}
        return f"{self.public_url}/register/{self._tokens.make(REGISTER, facts, webinar.end + GOOD_FOR)}"

    def _url(self, kind: str, page_key: str, webinar: Webinar) -> str:
        token = self._tokens.make(kind, {"key": page_key}, webinar.end + GOOD_FOR)
        return f"{self.public_url}/{kind}/{token}"


class OwnPages:
    """The pages of one account: whose they are, and the queue of those who register or cancel there."""

    def __init__(
        self,
        urls: PageUrls,
        tokens: Tokens,
        account: Account,
        store: Store,
        provider: WebinarProvider,
        clock: Clock,
        enrolling: Enrolling,
    ) -> None:
        """`enrolling` serves the queue."""
        self.urls = urls
        self._tokens = tokens
        self._account = account
        self._store = store
        self._provider = provider
        self._clock = clock
        self._enrolling = enrolling

    async def joining(self, token: str) -> Visit:
        """The visit of a join page."""
        return await self._visit(JOIN, token)

    async def cancelling(self, token: str) -> Visit:
        """The visit of a cancel page."""
        return await self._visit(CANCEL, token)

    async def state(self, token: str) -> Visit:
        """The state of a person in the queue."""
        return await self._visit(PLACE, token)

    async def way_in(self, visit: Visit) -> str:
        """The registrant's own link at RingCentral, saved or read (one call); empty if it has none but ours.

        Raises `Gone` if the registrant was removed, and any `ProviderError`.
        """
        async with self._store.read() as db:
            application = await applications.by_page_key(db, visit.page_key)
        if application is None:
            raise NotFound(NO_PAGE)
        link = application.join_link.get_secret_value() or await self._read_link(application)
        # RingCentral may have kept our page instead of its own link.
        leads_here = link.startswith(f"{self.urls.public_url}/")
        return "" if leads_here or not link.startswith(("http://", "https://")) else link

    async def leave(self, token: str) -> None:
        """Cancel a registration, if the webinar is not over; repeating it has no effect."""
        visit = await self.cancelling(token)
        if visit.stage not in (Stage.COMING, Stage.LIVE):
            return
        async with self._store.write() as db:
            await applications.leave(db, visit.page_key, self._clock.now())
        self._enrolling.wake()

    async def registering(self, token: str) -> tuple[Webinar, datetime]:
        """The webinar of a registration page, and the time."""
        now = self._clock.now()
        facts = self._tokens.read(REGISTER, token, now)
        if facts is None or facts["team"] != self._account.workspace.team_id:
            raise NotFound(NO_PAGE)
        async with self._store.read() as db:
            webinar = await webinars.find(db, self._account, facts["session"])
        if webinar is None:
            raise NotFound(NO_PAGE)
        return webinar, now

    def new_form(self, webinar: Webinar) -> str:
        """The token of a form, so that it is one application however often it is sent."""
        facts = {"key": secrets.token_urlsafe(16), "session": webinar.session_id}
        return self._tokens.make(FORM, facts, webinar.end + GOOD_FOR)

    async def apply(self, token: str, applicant: Applicant, form: str) -> str:
        """Add a person to the queue, and return the token of their place.

        The same form and address again is the same place. Raises `InLine` for another form: its sender may be someone
        else, and must not get the links. Raises `LineFull` if the queue is full.
        """
        webinar, now = await self.registering(token)
        key = self._key_of(form, webinar, now)
        async with self._store.write() as db:
            # Of two requests at once with one address, the second finds the first.
            await webinars.find(db, self._account, webinar.session_id, to_change=True)
            known = await applications.of_address(db, self._account, webinar.session_id, applicant.address)
            if any(one.page_key == key and one.state in (*IN_LINE, ApplicationState.REGISTERED) for one in known):
                return self._place(key, webinar)
            await self._check_line(db, known, webinar)
            if await applications.by_page_key(db, key):
                key = secrets.token_urlsafe(16)  # the form has made another application before
            new = [(0, applicant.model_copy(update={"source": SOURCE}), key)]
            await applications.add(db, self._account, webinar.session_id, new, batch_id="", now=now)
        self._enrolling.wake()
        return self._place(key, webinar)

    def _place(self, page_key: str, webinar: Webinar) -> str:
        return self._tokens.make(PLACE, {"key": page_key}, webinar.end + GOOD_FOR)

    def _key_of(self, form: str, webinar: Webinar, now: datetime) -> str:
        """The key of a form; a new one for a token that is no form of this webinar."""
        try:
            facts = self._tokens.read(FORM, form, now)
        except Expired:
            facts = None
        return facts["key"] if facts and facts["session"] == webinar.session_id else secrets.token_urlsafe(16)

    async def _check_line(self, db: Db, known: list[Application], webinar: Webinar) -> None:
        states = {one.state for one in known}
        if states & set(IN_LINE):
            raise InLine(IN_LINE_ALREADY)
        if ApplicationState.LEAVING in states:
            raise InLine(LEAVING_STILL)
        if await line.length(db, self._account, webinar.session_id) >= MOST_IN_LINE:
            raise LineFull(LINE_FULL)

    async def _visit(self, kind: str, token: str) -> Visit:
        now = self._clock.now()
        facts = self._tokens.read(kind, token, now)
        async with self._store.read() as db:
            application = await applications.by_page_key(db, facts["key"]) if facts else None
            if application is None or application.account != self._account:
                raise NotFound(NO_PAGE)
            webinar = await webinars.find(db, self._account, application.session_id)
            if webinar is None:
                raise NotFound(NO_PAGE)
            ahead = await line.ahead(db, application) if application.state in IN_LINE else 0
        key = application.page_key
        return Visit(
            webinar=webinar,
            now=now,
            state=application.state,
            problem=application.problem,
            ahead=ahead,
            page_key=key,
            join_url=self.urls.join_url(key, webinar),
            cancel_url=self.urls.cancel_url(key, webinar),
        )

    async def _read_link(self, application: Application) -> str:
        if not application.registrant_id:
            return ""
        try:
            found = await self._provider.registrant(application.session_id, application.registrant_id, READING)
        except ProviderGone as gone:
            raise Gone(OFF) from gone
        async with self._store.write() as db:
            await line.keep_join_link(db, application, found.join_link)
        return found.join_link.get_secret_value()
