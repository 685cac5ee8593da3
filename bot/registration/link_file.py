"""Makes the file of personal links that an organiser passes on where RingCentral e-mails nobody."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass

from bot.db.connection import Store
from bot.model.registrant import Registrant
from bot.model.webinar import Webinar
from bot.providers.base import Caller, WebinarProvider
from bot.registration.csv_export import csv_file
from bot.registration.seats import table as seat_table
from bot.slack.client import Upload

HEADER = ("First name", "Last name", "E-mail", "Join link", "Cancel link")
FILE_NAME = "links.csv"


@dataclass(frozen=True)
class LinkFile:
    """The links of so many people. `upload` is nothing where there is nobody."""

    people: int
    upload: Upload | None = None


class LinkFiles:
    """The links of one account's registrants. Nothing of them is kept."""

    def __init__(self, store: Store, provider: WebinarProvider) -> None:
        """Who has a seat in Slack is known by this store."""
        self._store = store
        self._provider = provider

    async def of(self, webinar: Webinar, caller: Caller) -> LinkFile:
        """Everybody who is registered and has no seat in Slack: one call per 1,000. Raises any `ProviderError`."""
        everybody = await self._provider.registrants(webinar.session_id, caller)
        async with self._store.read() as db:
            seated = await seat_table.registrant_ids(db, webinar.account, webinar.session_id)
        others = [one for one in everybody if one.registrant_id not in seated]
        if not others:
            return LinkFile(0)
        content = await asyncio.to_thread(link_csv, others)  # of thousands it takes a while
        return LinkFile(len(others), Upload(FILE_NAME, content, title="Links"))


def link_csv(registrants: Iterable[Registrant]) -> bytes:
    """Name, address and both links of each, as a CSV file in which nothing is ever run."""
    return csv_file(HEADER, (_row(one) for one in registrants))


def _row(one: Registrant) -> tuple[str, ...]:
    links = (one.join_link.get_secret_value(), one.cancel_link.get_secret_value())
    return (one.first_name, one.last_name, one.email, *links)
