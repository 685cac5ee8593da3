"""Fills the Home tab when somebody opens it, and keeps it current while they may be looking at it."""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from pydantic import SecretStr

from bot.errors import GreenroomError
from bot.home import texts
from bot.home.content import LOOK_BACK, HomeContent, HomeScope, home_content
from bot.model.lifecycle import Stage, stage
from bot.model.visibility import Viewer, is_creator_or_host, is_full_member
from bot.registration.seats import table as seat_table
from bot.reports import open_items_table
from bot.team import table as team_table
from bot.webinars import participation

if TYPE_CHECKING:
    from bot.clock import Clock
    from bot.db.connection import Db, Store
    from bot.model.people import Account, Person
    from bot.model.webinar import Webinar
    from bot.slack.client import SlackApi
    from bot.slack.users import Users
    from bot.sync.mirror import Mirror
    from bot.webinars.permissions import Permissions
    from bot.webinars.visibility import Visibility

log = logging.getLogger(__name__)

KEPT_CURRENT: Final = timedelta(hours=1)
"""How long after it was opened a tab is kept current. Slack reports each time that it is opened."""
MOST_TABS: Final = 200
"""Tabs that are kept current at once; the one opened longest ago is dropped first."""


@dataclass
class OpenTab:
    """A Home tab that somebody may be looking at."""

    opened_at: datetime
    is_first: bool = False
    """Whether this person had never opened it before."""
    shown: str = ""
    """Digest of its content."""


class HomeTabs:
    """The Home tabs of one workspace. Makes no call to a provider.

    Which tabs are open is in the memory of the process that got the event: after a restart, a tab is filled again when
    it is opened again.
    """

    def __init__(
        self,
        account: Account,
        store: Store,
        slack: SlackApi,
        users: Users,
        visibility: Visibility,
        permissions: Permissions,
        mirror: Mirror,
        clock: Clock,
    ) -> None:
        """No tab is open yet."""
        self._account = account
        self._store = store
        self._slack = slack
        self._users = users
        self._visibility = visibility
        self._permissions = permissions
        self._mirror = mirror
        self._clock = clock
        self._tabs: dict[str, OpenTab] = {}

    async def content(self, person: Person, *, here: str = "") -> HomeContent:
        """What this person sees. `here` is the channel of their request, see `Visibility.visible`."""
        now = self._clock.now()
        webinars = await self._mirror.everything(now - LOOK_BACK)
        visible = await self._visibility.visible(person, webinars, here=here)
        scope = await self._scope(person, visible, now)
        return home_content(visible, scope, can_create=is_full_member(person), now=now)

    async def _scope(self, person: Person, visible: Sequence[Webinar], now: datetime) -> HomeScope:
        coworker_ids = self._permissions.coworker_ids(person)
        viewer = Viewer(person=person, is_organizer=False, coworker_ids=coworker_ids)
        own = {webinar.id for webinar in visible if is_creator_or_host(viewer, webinar)}
        live = [webinar.id for webinar in visible if stage(webinar, now) is Stage.LIVE]
        async with self._store.read() as db:
            seats = await participation.seats_of(db, self._account, person.user_id)
            team_links = await team_table.links_of_user(db, self._account, person.user_id)
            items = await open_items_table.open_of(db, self._account, person.user_id)
            waiting = await participation.waiting_for_approval(db, self._account, own)
            joining = [one for one in live if one in seats or one in team_links]
            links = {one: team_links.get(one) or await self._seat_link(db, one, person) for one in joining}
        return HomeScope(
            seats=seats,
            runs=team_links.keys() | own,
            has_team_link={one for one, link in team_links.items() if link},
            open_items=items,
            waiting=waiting,
            links=links,
        )

    async def _seat_link(self, db: Db, session_id: str, person: Person) -> SecretStr:
        """The join link of an approved seat-holder; empty if the provider gave none."""
        seat = await seat_table.find(db, self._account, session_id, person.user_id)
        return seat.join_link if seat and seat.is_approved else SecretStr("")

    async def opened(self, user_id: str, *, is_first: bool = False) -> None:
        """Fill the tab of a user who has opened it, for the first time or not, and keep it current for a while."""
        self._tabs.pop(user_id, None)
        while len(self._tabs) >= MOST_TABS:
            self._tabs.pop(next(iter(self._tabs)))
        self._tabs[user_id] = OpenTab(self._clock.now(), is_first=is_first)
        await self._publish(user_id)

    async def publish_changed(self) -> None:
        """Publish again each tab that was opened lately and whose content has changed."""
        now = self._clock.now()
        self._tabs = {user: tab for user, tab in self._tabs.items() if now - tab.opened_at < KEPT_CURRENT}
        for user_id in [*self._tabs]:
            await self._publish(user_id)

    async def _publish(self, user_id: str) -> None:
        tab = self._tabs.get(user_id)
        try:
            person = await self._users.get(self._account.workspace, user_id)
            is_first, now = bool(tab and tab.is_first), self._clock.now()
            blocks = texts.home_blocks(await self.content(person), now=now, is_first=is_first)
            if tab is None or _digest(blocks) != tab.shown:
                await self._slack.publish(user_id, texts.home_view(blocks, now=now))
        except GreenroomError as error:
            log.warning("home.publish_failed", extra={"reason": type(error).__name__})
            return
        if tab:
            tab.shown = _digest(blocks)


def _digest(blocks: Sequence[Mapping[str, Any]]) -> str:
    return hashlib.sha256(json.dumps(blocks).encode()).hexdigest()
