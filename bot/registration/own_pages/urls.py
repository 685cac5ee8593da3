"""Build the URLs of our own pages: each holds a token that only we can read."""

from __future__ import annotations

from datetime import timedelta

from bot.model.webinar import Webinar
from bot.registration.own_pages.tokens import Tokens

JOIN, CANCEL, REGISTER = "join", "cancel", "register"
"""Token kinds. URLs that people hold contain them: renaming a value invalidates their links."""
TOKEN_LIFETIME = timedelta(days=90)
"""How long a token stays valid after the planned end."""


class PageUrls:
    """The URLs of our own pages. Without a public URL (`PUBLIC_URL`) there are none."""

    def __init__(self, public_url: str, tokens: Tokens) -> None:
        """Build URLs below `public_url`."""
        self.public_url = public_url
        self._tokens = tokens

    @property
    def is_on(self) -> bool:
        """Whether a public URL is configured."""
        return bool(self.public_url)

    def join_url(self, page_key: str, webinar: Webinar) -> str:
        """The personal join page of a registrant."""
        return self._url(JOIN, page_key, webinar)

    def cancel_url(self, page_key: str, webinar: Webinar) -> str:
        """The personal cancel page of a registrant."""
        return self._url(CANCEL, page_key, webinar)

    def register_url(self, webinar: Webinar) -> str:
        """The public registration page. It stays valid after the planned end: the webinar may move to a later date."""
        return self.register_page(self.register_token(webinar))

    def register_token(self, webinar: Webinar, campaign_id: str = "") -> str:
        """The token of the registration page, also of a campaign."""
        claims = {"session": webinar.session_id, "team": webinar.account.workspace.team_id}
        if campaign_id:
            claims["campaign"] = campaign_id
        return self._tokens.make(REGISTER, claims, webinar.end + TOKEN_LIFETIME)

    def register_page(self, token: str) -> str:
        """The registration page of a token."""
        return f"{self.public_url}/{REGISTER}/{token}"

    def _url(self, kind: str, page_key: str, webinar: Webinar) -> str:
        token = self._tokens.make(kind, {"key": page_key}, webinar.end + TOKEN_LIFETIME)
        return f"{self.public_url}/{kind}/{token}"
