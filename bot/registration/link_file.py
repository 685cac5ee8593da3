"""Create the file of personal links that an organizer passes on if the provider sends no emails."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass

from bot.db.connection import Store
from bot.model.csv_export import csv_file
from bot.model.registrant import Registrant
from bot.model.webinar import Webinar
from bot.providers.base import Caller, WebinarProvider
from bot.registration.seats import table as seat_table
from bot.slack.client import Upload

HEADER = ("First name", "Last name", "Email", "Join link", "Cancel link")
FILE_NAME = "links.csv"


@dataclass(frozen=True)
class LinkFile:
    """The links of this many people. `upload` is `None` if there is nobody."""

    people: int
    upload: Upload | None = None


class LinkFiles:
    """The links of one account's registrants. Nothing is stored."""

    def __init__(self, store: Store, provider: WebinarProvider) -> None:
        """`store` has the registrants with a seat in Slack."""
        self._store = store
        self._provider = provider

    async def create(self, webinar: Webinar, caller: Caller) -> LinkFile:
        """The links of all registrants without a seat in Slack: one call per 1,000. Raises any `ProviderError`."""
        registrants = await self._provider.registrants(webinar.session_id, caller)
        async with self._store.read() as db:
            seated = await seat_table.registrant_ids(db, webinar.account, webinar.session_id)
        without_seat = [registrant for registrant in registrants if registrant.registrant_id not in seated]
        if not without_seat:
            return LinkFile(0)
        content = await asyncio.to_thread(link_csv, without_seat)  # thousands of rows would block the event loop
        return LinkFile(len(without_seat), Upload(FILE_NAME, content, title="Links"))


def link_csv(registrants: Iterable[Registrant]) -> bytes:
    """Name, address and both links of each registrant as a CSV file."""
    return csv_file(HEADER, (_row(registrant) for registrant in registrants))


def _row(registrant: Registrant) -> tuple[str, ...]:
    links = (registrant.join_link.get_secret_value(), registrant.cancel_link.get_secret_value())
    return (registrant.first_name, registrant.last_name, registrant.email, *links)
