"""Finds the webinars that a person can see: the rule of `bot.model.visibility` over the mirror and Slack's channels."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from bot.model.people import Account, Person
from bot.model.visibility import Viewer, is_visible
from bot.model.webinar import Webinar
from bot.webinars import visibility_table
from bot.webinars.visibility_table import Announcements

if TYPE_CHECKING:
    from bot.db.connection import Store
    from bot.slack.channels import Channels
    from bot.webinars.permissions import Permissions

NOWHERE: frozenset[str] = frozenset()


class Visibility:
    """Checked for every reply, picker and click. Makes no call to a provider."""

    def __init__(self, account: Account, store: Store, channels: Channels, permissions: Permissions) -> None:
        """Look up the channels of cards here."""
        self._account = account
        self._store = store
        self._channels = channels
        self._permissions = permissions

    async def can_see(self, person: Person, webinar: Webinar, *, here: str = "") -> bool:
        """Whether the webinar exists for this person; see `visible`."""
        return bool(await self.visible(person, [webinar], here=here))

    async def visible(self, person: Person, webinars: Sequence[Webinar], *, here: str = "") -> list[Webinar]:
        """Return those of these webinars that exist for this person, in the same order.

        `here` is the channel of their request: Slack's signature proves that they can read it.
        """
        only = webinars[0].session_id if len(webinars) == 1 else ""
        async with self._store.read() as db:
            announced = await visibility_table.find(db, self._account, person.user_id, only)
            unannounced = await visibility_table.unannounced(db, self._account.workspace)
        viewer = Viewer(
            person=person,
            is_organizer=await self._permissions.is_organizer(person),
            coworker_ids=self._permissions.coworker_ids(person),
            unannounced=unannounced,
        )
        proven = frozenset({here})
        hidden = [webinar for webinar in webinars if not _is_visible(webinar, viewer, announced, proven)]
        unknown = NOWHERE.union(*(announced.places.get(webinar.session_id, NOWHERE) for webinar in hidden))
        if unknown:
            proven |= await self._channels.readable(person, unknown)
        return [webinar for webinar in webinars if _is_visible(webinar, viewer, announced, proven)]


def _is_visible(webinar: Webinar, viewer: Viewer, announced: Announcements, readable: frozenset[str]) -> bool:
    return is_visible(
        webinar,
        viewer,
        takes_part=webinar.session_id in announced.takes_part,
        places=announced.places.get(webinar.session_id, NOWHERE),
        readable=readable,
    )
