"""The recordings of webinars: what is known, where the link is shared, and the files."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from bot.errors import BadInput
from bot.model.lifecycle import Stage, stage
from bot.model.recording import RecordingLink
from bot.model.retention import keep
from bot.model.webinar import MAX_LENGTH
from bot.providers.names import named
from bot.reports import open_items_table
from bot.reports.messages import table as message_table
from bot.reports.messages.table import MessageTopic, ReportMessage
from bot.reports.open_items_table import ItemKind, ItemOutcome
from bot.reports.recordings import rules, table
from bot.reports.recordings.news import SHOWN_WITH_LINK
from bot.reports.recordings.places import OptedOut, SharePlaces, share_places
from bot.reports.recordings.table import SharingDecision, TrackedRecording

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from bot.clock import Clock
    from bot.db.connection import Db, Store
    from bot.model.people import Account
    from bot.model.recording import MediaKind, RecordingFile
    from bot.model.webinar import Webinar
    from bot.providers.base import Caller, WebinarProvider
    from bot.reports.messages.service import ReportMessages
    from bot.reports.open_items import OpenItems
    from bot.reports.recordings.poller import RecordingPoller

log = logging.getLogger(__name__)

NOT_ENDED = "This webinar has not ended yet. Its recording, if there is one, is ready some time after the end."
NOT_AVAILABLE = "There is no recording to share: look at it with /webinar recording."
NOT_SHARED = (
    "{provider} does not share this recording, so its link would not work. Turn on sharing for it in {provider}, "
    "press Check Again, then share it."
)
SHARING_OFF = (
    "Your company's {provider} settings do not let recordings be shared. A {provider} administrator can allow it in "
    "the Admin Portal."
)
NOWHERE = "There is nowhere to share it: the webinar has no card in a channel, and nobody else has a seat."


class Recordings:
    """The recordings of one account. Only `read`, `download` and `step` call the provider."""

    def __init__(
        self,
        account: Account,
        store: Store,
        provider: WebinarProvider,
        poller: RecordingPoller,
        messages: ReportMessages,
        open_items: OpenItems,
        opted_out: OptedOut,
        clock: Clock,
    ) -> None:
        """`opted_out` names the people who want no messages."""
        self._account = account
        self._store = store
        self._provider = provider
        self._opted_out = opted_out
        self._clock = clock
        self.poller = poller
        self.messages = messages
        self.open_items = open_items

    async def step(self) -> None:
        """Look for recordings, remind organizers of what is open, and post what follows. Raises no `ProviderError`."""
        await self.poller.step()
        await self.open_items.remind()
        await self.messages.run()

    async def find(self, webinar: Webinar) -> TrackedRecording | None:
        """What is known about the recording of a webinar; None if it was never looked for."""
        async with self._store.read() as db:
            return await table.find(db, self._account, webinar.session_id)

    async def shared_link(self, webinar: Webinar) -> RecordingLink | None:
        """The link of the recording, if people with it can watch the recording now."""
        known = await self.find(webinar)
        if known is None or known.recording is None or not rules.is_watchable(known.recording, self._clock.now()):
            return None
        if not known.link.get_secret_value():
            return None
        return RecordingLink(link=known.link, expires_at=known.recording.shared_until, access=known.access)

    async def read(self, webinar: Webinar, caller: Caller) -> TrackedRecording:
        """Look for the recording at the provider: one to three calls. Raises `BadInput` before the end."""
        self.check_ended(webinar)
        return await self.poller.read(webinar, caller)

    def check_ended(self, webinar: Webinar) -> None:
        """Raise `BadInput` for a webinar that has not ended."""
        if stage(webinar, self._clock.now()) is not Stage.OVER:
            raise BadInput(NOT_ENDED)

    async def download(self, webinar: Webinar, kind: MediaKind, caller: Caller) -> RecordingFile:
        """Where to download the recording (one call). Raises `BadInput` if there is none to download."""
        known = await self.find(webinar)
        if known is None or known.recording is None:
            raise BadInput(NOT_AVAILABLE)
        return await self._provider.recording_download(known.recording.recording_id, kind, caller)

    async def places(self, webinar: Webinar) -> SharePlaces:
        """Where the link can be shared."""
        async with self._store.read() as db:
            return await share_places(db, webinar, self._opted_out)

    async def shares(self, webinar: Webinar) -> list[ReportMessage]:
        """The messages with the link, posted or not."""
        async with self._store.read() as db:
            return await message_table.of_session(db, self._account, webinar.session_id, [MessageTopic.SHARE])

    async def share(self, webinar: Webinar, by: str, *, channels: bool, seats: bool) -> SharePlaces:
        """Decide to share the link in the channels of the cards, with the people with a seat, or both.

        The messages are saved with the decision, and each place has one, however often this is called. Raises
        `BadInput` if the link does not work, or if there is nowhere to share it.
        """
        now = self._clock.now()
        async with self._store.write() as db:
            known = await table.find(db, self._account, webinar.session_id, for_update=True)
            known = check_shareable(known, now)
            places = (await share_places(db, webinar, self._opted_out)).only(channels=channels, seats=seats)
            if not places.count:
                raise BadInput(NOWHERE)
            before = known.decision or SharingDecision(by=by, at=now)
            decision = SharingDecision(
                by=by,
                at=now,
                channels=tuple(dict.fromkeys([*before.channels, *places.channels])),
                with_seats=before.with_seats or bool(places.people),
            )
            await self._decide(db, webinar, known, decision, ItemOutcome.DONE)
            shares = self._new_shares(webinar, (*places.channels, *places.people), now)
            new = await message_table.plan(db, shares, again=True)
        log.info("recording.shared", extra={"session": webinar.session_id, "places": places.count, "new": new})
        return places

    async def decline(self, webinar: Webinar, by: str) -> None:
        """Decide that the link is not needed, or not any more: messages that have it lose it."""
        now = self._clock.now()
        async with self._store.write() as db:
            known = await table.find(db, self._account, webinar.session_id, for_update=True)
            if known is None:
                raise BadInput(NOT_AVAILABLE)
            await self._decide(db, webinar, known, SharingDecision(by=by, at=now), ItemOutcome.NOT_NEEDED)

    async def forget_ended(self) -> None:
        """Delete what is known about the recordings of webinars that took place long ago, with all messages."""
        before = self._clock.now() - keep("recordings") - MAX_LENGTH
        async with self._store.write() as db:
            await table.forget_ended(db, self._account, before)
            await message_table.forget_ended(db, self._account, before)
            await open_items_table.forget_ended(db, self._account, before)

    async def _decide(
        self, db: Db, webinar: Webinar, known: TrackedRecording, decision: SharingDecision, outcome: ItemOutcome
    ) -> None:
        decided = known.model_copy(update={"decision": decision})
        check_at = rules.next_check(decided, self._clock.now())
        await table.save_decision(db, decided, decision, check_at)
        await open_items_table.close_item(db, webinar, ItemKind.RECORDING, decision.by, outcome)
        await message_table.mark_outdated(db, self._account, webinar.session_id, *SHOWN_WITH_LINK)

    def _new_shares(self, webinar: Webinar, places: Sequence[str], now: datetime) -> Iterable[ReportMessage]:
        return [
            ReportMessage(
                account=self._account,
                session_id=webinar.session_id,
                kind=MessageTopic.SHARE,
                place_id=place,
                changed_at=now,
            )
            for place in places
        ]


def check_shareable(known: TrackedRecording | None, now: datetime) -> TrackedRecording:
    """The recording, if its link can be shared now. Raises `BadInput` with the reason if not."""
    if known is None or known.recording is None or rules.needs_link(known):
        raise BadInput(NOT_AVAILABLE)
    if rules.is_watchable(known.recording, now):
        return known
    if not known.may_share:
        raise BadInput(named(SHARING_OFF, known.session_id))
    raise BadInput(named(NOT_SHARED, known.session_id))
