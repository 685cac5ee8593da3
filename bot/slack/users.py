"""Looks up Slack users, at most once a day each."""

from __future__ import annotations

from datetime import timedelta

from bot.clock import Clock
from bot.db.connection import Store
from bot.model.people import Person, Workspace
from bot.slack import user_table
from bot.slack.client import SlackApi

FRESH = timedelta(days=1)


class Users:
    """Looks up Slack users and caches them in the database."""

    def __init__(self, store: Store, slack: SlackApi, clock: Clock) -> None:
        """Cache them in this store."""
        self._store = store
        self._slack = slack
        self._clock = clock

    async def get(self, workspace: Workspace, user_id: str) -> Person:
        """Return this person, with at most one `users.info` a day."""
        now = self._clock.now()
        async with self._store.read() as db:
            cached = await user_table.find(db, workspace, user_id)
        if cached and now - cached[1] < FRESH:
            return cached[0]
        person = await self._slack.person(workspace, user_id)
        async with self._store.write() as db:
            await user_table.save(db, person, now)
        return person
