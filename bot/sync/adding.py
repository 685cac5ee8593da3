"""Adds a meeting or webinar that exists at the provider already, by the number that people copy from there."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from bot.concurrency import KeyedLocks
from bot.errors import BadInput, NotFound, ProviderGone
from bot.model.ability import Ability
from bot.providers.event_ref import EventRef, by_number, provider_name

if TYPE_CHECKING:
    from bot.model.webinar import SessionFacts, Webinar
    from bot.providers.base import Caller
    from bot.sync.single import SingleReads

NOT_CONNECTED = (
    "Greenroom is not connected to {provider} here, so it can't add anything from there. The person who runs Greenroom "
    "can connect it with the settings of {provider}."
)
UNKNOWN = (
    "There is no meeting or webinar {number} in your company's {provider} account that you can add. Check the ID, or "
    "ask its host or an organizer to add it and share it in a channel."
)
NO_DATE = (
    "{number} has no date at {provider}: it is an instant or personal meeting, or it recurs at no fixed time. "
    "Give it a date there, then add it again."
)
OVER = "{number} is over at {provider}, so there is nothing left to announce or to register for."
NO_REGISTRATION = (
    "People don't register for {number} at {provider}, so there is nothing to count here and no seat to take. "
    "Edit it there, check *Required* under *Registration*, save it, then type `/webinar add {number}` again."
)


class WebinarAdder:
    """Adds webinars to the mirror of one account, which from then on reads them, listed or not."""

    def __init__(
        self, single: SingleReads, connected: Collection[str], read_unread: Callable[[Webinar], Awaitable[None]]
    ) -> None:
        """`connected` are the prefixes of the ids of the providers that there are."""
        self._single = single
        self._read_unread = read_unread
        self._connected = connected
        self._locks = KeyedLocks()

    async def add(
        self, number: str, user_id: str, caller: Caller, hosts: Collection[str] | None = None
    ) -> list[Webinar]:
        """Read a meeting or webinar (one call, or two), and save its coming dates as created by this user, by start.

        Also reads the registration of the first one. Raises a sentence if it cannot be added: the same for one that is
        unknown, of another account, known here, or of another host than `hosts`; `None` are all hosts.
        """
        event_id = by_number(number)
        words = {"number": spaced(number), "provider": provider_name(event_id)}
        if EventRef.parse(event_id).prefix not in self._connected:
            raise BadInput(NOT_CONNECTED.format(**words))
        async with self._locks[event_id]:
            began = self._single.clock.now()
            if await self._single.known(event_id):
                raise NotFound(UNKNOWN.format(**words))
            dates = await self._dates(event_id, UNKNOWN.format(**words), caller)
            if hosts is not None and not all(one.host_user_id in hosts for one in dates):
                raise NotFound(UNKNOWN.format(**words))
            if problem := problem_of(dates, began):
                raise BadInput(problem.format(**words))
            await self._single.apply(event_id, dates, began)
            saved = await self._single.known(event_id)
            await self._read_unread(saved[0])
            return [await self._single.save.set_creator(one, user_id) for one in saved]

    async def _dates(self, event_id: str, unknown: str, caller: Caller) -> Sequence[SessionFacts]:
        try:
            return await self._single.provider.dates(event_id, caller) or ()
        except ProviderGone as error:
            raise NotFound(unknown) from error


def problem_of(dates: Sequence[SessionFacts], now: datetime) -> str:
    """Why a meeting or webinar with these dates cannot be added; empty if it can."""
    if not dates:
        return NO_DATE
    if all(one.start + one.length <= now for one in dates):
        return OVER
    return "" if any(Ability.REGISTRATION in one.abilities for one in dates) else NO_REGISTRATION


def spaced(number: str) -> str:
    """A number in the groups of an invitation: "812 3456 7890"."""
    if not 9 <= len(number) <= 11:
        return number
    middle = 3 if len(number) <= 10 else 4
    return f"{number[:3]} {number[3 : 3 + middle]} {number[3 + middle :]}"
