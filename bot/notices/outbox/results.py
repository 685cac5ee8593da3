"""Writes the results of calls to Slack to the database, many in one transaction, and retries until it succeeds."""

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
from bot.notices.outbox import message_results
from bot.notices.outbox.rows import PostedMessage, ScheduledAtSlack, UnsentMessage

log = logging.getLogger(__name__)

MOST = 128
"""Results written in one transaction."""
GATHER = 0.02
"""Seconds for which a result waits for others, as long as others are expected."""
FIRST_PAUSE, LONGEST_PAUSE = 0.05, 5.0
"""Seconds between two attempts, doubled each time."""
REFUSED = (IntegrityError, DataError, ProgrammingError)
STUCK = 30.0
"""Seconds after which a result that is not written counts as a failure of the writer."""
LOOP_NAME = "results"
"""The name of the writer's task."""

T = TypeVar("T")
Change = Callable[[Db], Awaitable[Any]]
CallResult = ScheduledAtSlack | PostedMessage | UnsentMessage | Change


@dataclass
class _QueuedResult:
    result: CallResult
    written: asyncio.Future[Any]
    since: float = field(default_factory=monotonic)


class ResultWriter:
    """A queue of results and the loop that writes them. Adding a result waits until it is written."""

    def __init__(self, store: Store) -> None:
        """Write to this store. The loop starts with the first result."""
        self._store = store
        self._waiting: list[_QueuedResult] = []
        self._wake = asyncio.Event()
        self._under_way = 0
        self._loop: asyncio.Task[None] | None = None
        self._supervision: asyncio.Task[None] | None = None

    async def scheduled(self, result: ScheduledAtSlack) -> bool:
        """Record that Slack scheduled a message. False if another worker settled the message: ours is a duplicate."""
        return bool(await self._add(result))

    async def posted(self, result: PostedMessage) -> bool:
        """Record that Slack posted a message. False if another worker settled the message: ours is a duplicate."""
        return bool(await self._add(result))

    async def unsent(self, result: UnsentMessage) -> bool:
        """Plan the notices of a message again that was not sent. False if another worker settled the message."""
        return bool(await self._add(result))

    async def write(self, change: Callable[[Db], Awaitable[T]]) -> T:
        """Write any other change, in a transaction of its own. Returns what `change` returns."""
        return await self._add(change)  # type: ignore[no-any-return] # the loop returns what the change returned

    @contextmanager
    def expected(self) -> Iterator[None]:
        """Announce a result: results that are waiting may wait for it a little, to share its transaction."""
        self._under_way += 1
        try:
            yield
        finally:
            self._under_way -= 1
            if self._is_complete:
                self._wake.set()

    @property
    def is_alive(self) -> bool:
        """Whether results get written."""
        if self._supervision is None:
            return True
        late = any(monotonic() - entry.since > STUCK for entry in self._waiting)
        return not self._supervision.done() and not late

    async def stop(self) -> None:
        """Stop the loop. No result may be waiting."""
        if self._supervision:
            self._supervision.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._supervision
            self._supervision = None

    async def _add(self, result: CallResult) -> Any:
        if self._supervision is None:
            self._supervision = asyncio.create_task(self._supervise(), name=f"{LOOP_NAME}.supervision")
        entry = _QueuedResult(result, asyncio.get_running_loop().create_future())
        self._waiting.append(entry)
        # The loop is not woken for every result: that would cost more than writing it.
        if len(self._waiting) == 1 or self._is_complete:
            self._wake.set()
        # If the caller is canceled, the result stays in the queue and is written anyway.
        return await entry.written

    @property
    def _is_complete(self) -> bool:
        """Whether a batch is full, or no other result is expected."""
        return len(self._waiting) >= min(MOST, self._under_way)

    async def _supervise(self) -> None:
        pause = FIRST_PAUSE
        try:
            while True:
                began = monotonic()
                self._loop = asyncio.create_task(self._write_all(), name=LOOP_NAME)
                await asyncio.wait({self._loop})
                error = None if self._loop.cancelled() else self._loop.exception()
                log.error("results.restarted", extra={"reason": type(error).__name__}, exc_info=error)
                pause = FIRST_PAUSE if monotonic() - began > LONGEST_PAUSE else min(pause * 2, LONGEST_PAUSE)
                await asyncio.sleep(pause)
        finally:
            if self._loop:
                self._loop.cancel()

    async def _write_all(self) -> None:
        while True:
            while not self._waiting:
                self._wake.clear()
                await self._wake.wait()
            await self._gather()
            await self._write_batch(self._waiting[:MOST])

    async def _gather(self) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(GATHER):
                while not self._is_complete:
                    self._wake.clear()
                    await self._wake.wait()

    async def _write_batch(self, batch: list[_QueuedResult]) -> None:
        """Write the oldest results. An error that a retry would repeat is raised to the caller that waits."""
        try:
            answers = await self._answers(batch)
        except Exception as error:
            if not isinstance(error, REFUSED) and isinstance(error, (DBAPIError, OSError)):
                raise  # the database is away: they stay in the queue
            if len(batch) > 1:
                for entry in batch:
                    await self._write_batch([entry])
                return
            answers = [error]
        del self._waiting[: len(batch)]
        for entry, answer in zip(batch, answers, strict=True):
            _resolve(entry.written, answer)

    async def _answers(self, batch: Sequence[_QueuedResult]) -> list[Any]:
        scheduled = [entry.result for entry in batch if isinstance(entry.result, ScheduledAtSlack)]
        posted = [entry.result for entry in batch if isinstance(entry.result, PostedMessage)]
        ours: set[int] = set()
        if scheduled or posted:
            async with self._store.write() as db:
                ours |= await message_results.mark_posted(db, posted) if posted else set()
                ours |= await message_results.mark_scheduled(db, scheduled) if scheduled else set()
        unsent = [entry.result for entry in batch if isinstance(entry.result, UnsentMessage)]
        if unsent:
            again_at = max(result.again_at for result in unsent)
            async with self._store.write() as db:
                ours |= await message_results.requeue_all(db, [result.message_id for result in unsent], again_at)
        answers: list[Any] = []
        for entry in batch:
            if isinstance(entry.result, ScheduledAtSlack | PostedMessage | UnsentMessage):
                answers.append(entry.result.message_id in ours)
            else:
                # A transaction for each: together they could lock rows in another order than other workers do.
                async with self._store.write() as db:
                    answers.append(await entry.result(db))
        return answers


def _resolve(waiter: asyncio.Future[Any], answer: Any) -> None:
    if waiter.done():
        return
    if isinstance(answer, Exception):
        waiter.set_exception(answer)
    else:
        waiter.set_result(answer)
