"""Looks up Slack users, and caches them for as long as their use allows."""

from __future__ import annotations

from datetime import timedelta

from bot.clock import Clock
from bot.db.connection import Store
from bot.model.people import Person, Workspace
from bot.slack import user_table
from bot.slack.client import SlackApi

FRESH = timedelta(days=1)
"""For names, addresses and time zones."""
CURRENT = timedelta(minutes=2)
"""For rights: who is an admin or a guest, and who was deactivated."""


class Users:
    """Looks up Slack users and caches them in the database."""

    def __init__(self, store: Store, slack: SlackApi, clock: Clock) -> None:
        """Cache them in this store."""
        self._store = store
        self._slack = slack
        self._clock = clock

    async def get(self, workspace: Workspace, user_id: str, *, max_age: timedelta = FRESH) -> Person:
        """Return this person as of at most `max_age` ago, with at most one `users.info` in that time."""
        now = self._clock.now()
        async with self._store.read() as db:
            cached = await user_table.find(db, workspace, user_id)
        if cached and now - cached[1] < max_age:
            return cached[0]
        person = await self._slack.person(workspace, user_id)
        async with self._store.write() as db:
            await user_table.save(db, person, now)
        return person
