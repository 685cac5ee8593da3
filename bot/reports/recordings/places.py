"""Where the link of a recording can be shared: where the webinar was announced, and with those who have a seat."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection
from typing import TYPE_CHECKING

from bot.model.people import Frozen
from bot.webinars import card_table, participation

if TYPE_CHECKING:
    from bot.db.connection import Db
    from bot.model.webinar import Webinar

OptedOut = Callable[["Db", "Webinar"], Awaitable[Collection[str]]]
"""The Slack users who want no messages after an event."""


class SharePlaces(Frozen):
    """The channels that announced a webinar, and the people with a seat, without those who want no messages."""

    channels: tuple[str, ...] = ()
    people: tuple[str, ...] = ()

    @property
    def count(self) -> int:
        """How many messages there would be."""
        return len(self.channels) + len(self.people)

    def only(self, *, channels: bool, seats: bool) -> SharePlaces:
        """Without the channels, or without the people."""
        return SharePlaces(channels=self.channels if channels else (), people=self.people if seats else ())


async def nobody(_db: Db, _webinar: Webinar) -> Collection[str]:
    """Nobody has opted out."""
    return ()


async def share_places(db: Db, webinar: Webinar, opted_out: OptedOut) -> SharePlaces:
    """Where the link of this webinar's recording can be shared now."""
    cards = await card_table.of_session(db, webinar.account, webinar.session_id)
    silent = await opted_out(db, webinar)
    people = await participation.seat_holders(db, webinar.account, webinar.session_id)
    return SharePlaces(
        channels=tuple(dict.fromkeys(card.channel_id for card in cards)),
        people=tuple(person for person in people if person not in silent),
    )
