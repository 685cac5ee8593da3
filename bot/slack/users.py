"""Knows who someone in Slack is: asked once, kept, and asked again once a day."""

from __future__ import annotations

from datetime import timedelta

from bot.clock import Clock
from bot.db.connection import Store
from bot.errors import NotAllowed
from bot.model.webinar import Person, Workspace
from bot.slack import user_table
from bot.slack.client import SlackApi

FRESH = timedelta(days=1)


class People:
    """Looks people up."""

    def __init__(self, store: Store, slack: SlackApi, clock: Clock) -> None:
        """Remember them in this store."""
        self._store = store
        self._slack = slack
        self._clock = clock

    async def get(self, workspace: Workspace, user_id: str) -> Person:
        """This person, with at most one `users.info` a day."""
        now = self._clock.now()
        async with self._store.read() as db:
            known = await user_table.find(db, workspace, user_id)
        if known and now - known[1] < FRESH:
            return known[0]
        person = await self._slack.person(workspace, user_id)
        async with self._store.write() as db:
            await user_table.save(db, person, now)
        return person


def check_may_create(person: Person) -> None:
    """Raise `NotAllowed` for guests and for people of another organisation."""
    _check_member(person, "create webinars")


def check_may_follow(person: Person) -> None:
    """Raise `NotAllowed` for guests and for people of another organisation."""
    _check_member(person, "choose what a channel hears")


def check_may_share(person: Person) -> None:
    """Raise `NotAllowed` for guests and for people of another organisation."""
    _check_member(person, "share webinars")


def check_may_remind(person: Person) -> None:
    """Raise `NotAllowed` for guests and for people of another organisation."""
    _check_member(person, "change what a channel is reminded of")


def may_set_defaults(person: Person) -> bool:
    """An admin or owner of the workspace."""
    return person.is_admin and not person.is_stranger


def check_may_set_defaults(person: Person) -> None:
    """Raise `NotAllowed`, saying who can, for anyone but the workspace's admins."""
    if not may_set_defaults(person):
        raise NotAllowed("Only an admin or owner of this workspace can change its usual reminders. Ask one of them to.")


def may_choose_organisers(person: Person) -> bool:
    """An admin or owner of the workspace."""
    return person.is_admin and not person.is_stranger


def check_may_choose_organisers(person: Person) -> None:
    """Raise `NotAllowed`, saying who can, for anyone but the workspace's admins."""
    if not may_choose_organisers(person):
        raise NotAllowed("Only an admin or owner of this workspace can choose its organisers. Ask one of them to.")


def _check_member(person: Person, what: str) -> None:
    if person.is_guest or person.is_stranger:
        raise NotAllowed(f"Guests and people of other organisations can't {what}. Ask a member of this workspace to.")
