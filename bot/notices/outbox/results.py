"""Writes down what came of calls to Slack, many at once, and goes on doing so whatever happens to the database."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar

from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, ProgrammingError

from bot.clock import monotonic
from bot.db.connection import Db, Store
from bot.notices.outbox import message_table
from bot.notices.outbox.message_table import PostedMessage, ScheduledAtSlack

log = logging.getLogger(__name__)

MOST = 128
GATHER = 0.02
"""Seconds for which an outcome waits for others, as long as others are to be expected."""
FIRST_PAUSE, LONGEST_PAUSE = 0.05, 5.0
"""Seconds between two tries, doubled each time."""
REFUSED = (IntegrityError, DataError, ProgrammingError)
STUCK = 30.0
"""Seconds after which nobody can rely on it any more that outcomes get written down."""

T = TypeVar("T")
Change = Callable[[Db], Awaitable[Any]]
CallResult = ScheduledAtSlack | PostedMessage | Change


@dataclass
class _Entry:
    outcome: CallResult
    written: asyncio.Future[Any]
    since: float = field(default_factory=monotonic)


class ResultWriter:
    """A queue of outcomes and the loop that writes them down; whoever adds one waits until it is written."""

    def __init__(self, store: Store) -> None:
        """Write into this store. The loop begins with the first outcome."""
        self._store = store
        self._waiting: list[_Entry] = []
        self._news = asyncio.Event()
        self._under_way = 0
        self._loop: asyncio.Task[None] | None = None
        self._supervision: asyncio.Task[None] | None = None

    async def handed(self, outcome: ScheduledAtSlack) -> bool:
        """Slack holds it. False where the parcel has gone on without us."""
        return bool(await self._add(outcome))

    async def posted(self, outcome: PostedMessage) -> bool:
        """Slack has posted it. False where the parcel has gone on without us."""
        return bool(await self._add(outcome))

    async def write(self, change: Callable[[Db], Awaitable[T]]) -> T:
        """Anything else that is to be written down."""
        return await self._add(change)  # type: ignore[no-any-return] # the loop returns what the change returned

    @contextmanager
    def expected(self) -> Iterator[None]:
        """While in here, somebody is about to have an outcome: those that are there may wait for it a little."""
        self._under_way += 1
        try:
            yield
        finally:
            self._under_way -= 1
            if self._is_complete:
                self._news.set()

    @property
    def is_alive(self) -> bool:
        """Whether outcomes get written down."""
        if self._supervision is None:
            return True
        late = any(monotonic() - entry.since > STUCK for entry in self._waiting)
        return not self._supervision.done() and not late

    async def stop(self) -> None:
        """End the loop. Nothing may be waiting any more."""
        if self._supervision:
            self._supervision.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._supervision
            self._supervision = None

    async def _add(self, outcome: CallResult) -> Any:
        if self._supervision is None:
            self._supervision = asyncio.create_task(self._supervise(), name="outcomes.supervision")
        entry = _Entry(outcome, asyncio.get_running_loop().create_future())
        self._waiting.append(entry)
        # The loop is not woken for every outcome: that would cost more than to write it.
        if len(self._waiting) == 1 or self._is_complete:
            self._news.set()
        # If the caller is canceled, the outcome stays in the queue and is written all the same.
        return await entry.written

    @property
    def _is_complete(self) -> bool:
        """Whether a batch is full, or no other outcome is to be expected."""
        return len(self._waiting) >= min(MOST, self._under_way)

    async def _supervise(self) -> None:
        pause = FIRST_PAUSE
        try:
            while True:
                began = monotonic()
                self._loop = asyncio.create_task(self._write_on(), name="outcomes")
                await asyncio.wait({self._loop})
                error = None if self._loop.cancelled() else self._loop.exception()
                log.error("outcomes.restarted", extra={"reason": type(error).__name__}, exc_info=error)
                pause = FIRST_PAUSE if monotonic() - began > LONGEST_PAUSE else min(pause * 2, LONGEST_PAUSE)
                await asyncio.sleep(pause)
        finally:
            if self._loop:
                self._loop.cancel()

    async def _write_on(self) -> None:
        while True:
            while not self._waiting:
                self._news.clear()
                await self._news.wait()
            await self._gather()
            await self._write_down(self._waiting[:MOST])

    async def _gather(self) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(GATHER):
                while not self._is_complete:
                    self._news.clear()
                    await self._news.wait()

    async def _write_down(self, batch: list[_Entry]) -> None:
        """Write down those that wait longest. What the database refuses for good is told to who waits for it."""
        try:
            answers = await self._answers(batch)
        except Exception as error:
            if not isinstance(error, REFUSED) and isinstance(error, (DBAPIError, OSError)):
                raise  # it is away: they go on waiting
            if len(batch) > 1:
                for entry in batch:
                    await self._write_down([entry])
                return
            answers = [error]
        del self._waiting[: len(batch)]
        for entry, answer in zip(batch, answers, strict=True):
            _tell(entry.written, answer)

    async def _answers(self, batch: Sequence[_Entry]) -> list[Any]:
        handed = [entry.outcome for entry in batch if isinstance(entry.outcome, ScheduledAtSlack)]
        posted = [entry.outcome for entry in batch if isinstance(entry.outcome, PostedMessage)]
        ours: set[int] = set()
        if handed or posted:
            async with self._store.write() as db:
                ours |= await message_table.posted(db, posted) if posted else set()
                ours |= await message_table.handed(db, handed) if handed else set()
        answers: list[Any] = []
        for entry in batch:
            if isinstance(entry.outcome, ScheduledAtSlack | PostedMessage):
                answers.append(entry.outcome.parcel_id in ours)
            else:
                # Each on its own: together they could lock rows in another order than others do.
                async with self._store.write() as db:
                    answers.append(await entry.outcome(db))
        return answers


def _tell(waiter: asyncio.Future[Any], answer: Any) -> None:
    if waiter.done():
        return
    if isinstance(answer, Exception):
        waiter.set_exception(answer)
    else:
        waiter.set_result(answer)
