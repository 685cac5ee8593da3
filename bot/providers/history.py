"""The part of the port about what took place: sessions that are over, and who was there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from bot.model.attendance import Participation, PastSession
    from bot.providers.caller import Caller, Page


class HistoryProvider(Protocol):
    """A provider that keeps a history (`Ability.HISTORY`). Every method may raise any `ProviderError`.

    Each raises `HistoryForbidden` if the provider does not show this history to the service user, and `ProviderGone` if
    the session was deleted there.
    """

    async def past_session(self, webinar_id: str, session_id: str, caller: Caller) -> PastSession:
        """What the history says about a session as a whole; also before and while it takes place. One call."""
        ...

    async def participants_page(
        self, webinar_id: str, session_id: str, token: str | None, caller: Caller
    ) -> Page[Participation]:
        """One page of the participants with the team, the first one without a token. One call.

        Changes while the session takes place, and for a while after it has ended.
        """
        ...
