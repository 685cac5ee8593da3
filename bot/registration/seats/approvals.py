"""Seats that wait for approval: notifies their users of each decision, made here or at the provider."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import TYPE_CHECKING

from pydantic import SecretStr

from bot.errors import ProviderError, ProviderGone, UnknownWebinar
from bot.model.registrant import Decision, Registrant, RegistrantStatus
from bot.model.seat import Seat, SeatState
from bot.providers.base import NOTICE, UPKEEP, WebinarProvider
from bot.registration.seats import table as seat_table
from bot.registration.seats.register import with_registrant

if TYPE_CHECKING:
    from bot.clock import Clock
    from bot.db.connection import Store
    from bot.db.leases import WorkerLeases
    from bot.model.people import Account
    from bot.providers.events import DecisionNews
    from bot.registration.seats.notify import SeatNotifier
    from bot.sync.mirror import Mirror

log = logging.getLogger(__name__)

LATE = timedelta(minutes=2)
"""The age of a webhook from which on it was delivered again, and what it says may be outdated."""
MAX_READS = 20
"""Seats read alone in one run of the poller; the others follow in the next."""


class SeatApprovals:
    """Saves decisions about the waiting seats of one account. Every method can be repeated."""

    def __init__(
        self,
        account: Account,
        store: Store,
        provider: WebinarProvider,
        mirror: Mirror,
        clock: Clock,
        leases: WorkerLeases[Seat],
        notifier: SeatNotifier,
    ) -> None:
        """`notifier` tells the users."""
        self._account = account
        self._store = store
        self._provider = provider
        self._mirror = mirror
        self._clock = clock
        self._leases = leases
        self._notifier = notifier

    async def approved(self, event_id: str, registrant_id: str, join_link: SecretStr = SecretStr("")) -> None:  # noqa: B008
        """A registrant of this event or of one of its dates was approved; without their link it is read: one call."""
        seat = await self._find(event_id, registrant_id)
        if seat is None or seat.is_approved:
            return
        if not join_link.get_secret_value():
            registrant = await self._provider.registrant(seat.session_id, registrant_id, NOTICE)
            if registrant.status is not RegistrantStatus.APPROVED:
                return
            join_link = registrant.join_link
        change = {"status": RegistrantStatus.APPROVED, "join_link": join_link, "dm_channel_id": "", "dm_ts": ""}
        await self._save(seat, seat.model_copy(update=change))

    async def denied(self, event_id: str, registrant_id: str) -> None:
        """A registrant was denied. The seat stays, so that a later approval reaches its user."""
        seat = await self._find(event_id, registrant_id)
        if seat is None or seat.status is RegistrantStatus.DENIED:
            return
        change = {"status": RegistrantStatus.DENIED, "join_link": SecretStr("")}
        await self._save(seat, seat.model_copy(update=change))

    async def canceled(self, event_id: str, registrant_id: str) -> None:
        """A registration was canceled at the provider: its seat is deleted, and its user notified."""
        seat = await self._find(event_id, registrant_id)
        if seat:
            await self._notifier.notify_removed(await self._mirror.find(seat.session_id), registrant_id)

    async def heard(self, news: DecisionNews) -> None:
        """A webhook tells of a decision. One that is late may be outdated by another: the registrant is read then."""
        if self._clock.now() - news.at > LATE:
            seat = await self._find(news.event_id, news.registrant_id)
            if seat:
                await self._read(seat)
        elif news.decision is Decision.APPROVE:
            await self.approved(news.event_id, news.registrant_id, news.join_link)
        elif news.decision is Decision.DENY:
            await self.denied(news.event_id, news.registrant_id)
        else:
            await self.canceled(news.event_id, news.registrant_id)

    async def poll(self) -> None:
        """Read the state of seats that wait: one list for each webinar, and one call for each that is not on it."""
        async with self._store.read() as db:
            waiting = await seat_table.pending(db, self._account)
        reads = 0
        for session_id in dict.fromkeys(seat.session_id for seat in waiting):
            try:
                listed = await self._provider.registrants(session_id, UPKEEP, RegistrantStatus.PENDING)
                still = {one.registrant_id for one in listed}
                for seat in [one for one in waiting if one.session_id == session_id]:
                    if seat.registrant_id not in still and reads < MAX_READS:
                        reads += 1
                        await self._read(seat)
            except (ProviderError, UnknownWebinar) as error:
                log.warning("seat.approval_unread", extra={"session": session_id, "reason": type(error).__name__})

    async def _read(self, seat: Seat) -> None:
        registrant_id = str(seat.registrant_id)
        try:
            registrant: Registrant = await self._provider.registrant(seat.session_id, registrant_id, UPKEEP)
        except ProviderGone:
            await self.canceled(seat.session_id, registrant_id)
            return
        if registrant.status is RegistrantStatus.APPROVED:
            await self.approved(seat.session_id, registrant_id, registrant.join_link)
        elif registrant.status is RegistrantStatus.DENIED:
            await self.denied(seat.session_id, registrant_id)

    async def _find(self, event_id: str, registrant_id: str) -> Seat | None:
        async with self._store.read() as db:
            return await seat_table.of_event(db, self._account, event_id, registrant_id)

    async def _save(self, before: Seat, after: Seat) -> None:
        """Save the decision as not notified yet, then notify; after a crash it is resumed. No effect if owned."""
        after = after.model_copy(
            update={"state": SeatState.REGISTERED, "notified_digest": "", "changed_at": self._clock.now()}
        )
        async with self._store.write() as db:
            if not await self._leases.take(db, before, *seat_table.is_unchanged(before)):
                return  # its user is changing it, or another replica has saved this
            await self._leases.finish(db, after)
        await self._notifier.notify_decided(before, after)


def decided(seat: Seat, registrant: Registrant) -> Seat:
    """The seat with the provider's values; if the status is another one, its user is still to be notified."""
    changed = with_registrant(seat, registrant)
    if changed.status is seat.status:
        return changed
    return changed.model_copy(update={"state": SeatState.REGISTERED, "notified_digest": ""})
