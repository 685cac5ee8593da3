"""Identical reads at the same time are one call, whose answer all their callers get."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Hashable
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from bot.errors import ProviderBusy
from bot.providers.caller import Caller, Lane

_ORDER = tuple(Lane)
_USERS = (Lane.MANAGE, Lane.PERSON, Lane.LOOK)


class ReadAlone(Exception):
    """The shared read does not suit this caller any more: it must be sent again."""


@dataclass(eq=False)
class SharedRead:
    """One read and its callers. Each waits at the gate with its own lane and patience, and the first to pass sends."""

    callers: dict[asyncio.Future[Any], Caller] = field(default_factory=dict)
    tasks: dict[asyncio.Future[Any], asyncio.Task[Any]] = field(default_factory=dict)
    sender: asyncio.Task[Any] | None = None
    """The task that has passed the gate."""
    lane: Lane | None = None
    """The lane in which it was sent."""

    def suits(self, caller: Caller) -> bool:
        """Whether this caller can share the read: a user does not wait for a call that was sent for nobody."""
        return self.lane is None or self.lane in _USERS or caller.lane not in _USERS

    def pass_gate(self, lane: Lane) -> None:
        """Let the current task send; the others leave the queue and get its answer."""
        if self.sender is None:
            self.sender, self.lane = asyncio.current_task(), lane
            for task in self.tasks.values():
                if task is not self.sender:
                    task.cancel()

    async def report_wait(self, seconds: float) -> None:
        """Report that the call, although it was sent, waits again. More important callers send their own."""
        for result, caller in self.callers.items():
            if self.lane and _ORDER.index(caller.lane) < _ORDER.index(self.lane) and not result.done():
                result.set_exception(ReadAlone())
        waiting = (caller for result, caller in self.callers.items() if not result.done())
        await asyncio.gather(*(caller.report_wait(seconds) for caller in waiting))

    def finish(self, sent_for: asyncio.Future[Any], task: asyncio.Task[Any]) -> None:
        """Give everybody the outcome of the task that was sent, and otherwise only its own caller."""
        if task.cancelled() and self.sender not in (None, task):
            return  # it left the queue, because another one was sent
        error = None if task.cancelled() else task.exception()
        for result in list(self.callers) if task is self.sender else [sent_for]:
            if result.done():
                continue
            if task.cancelled():
                result.cancel()
            elif error is None:
                result.set_result(task.result())
            elif isinstance(error, ProviderBusy) and result is not sent_for:
                result.set_exception(ReadAlone())  # the patience that ended is not theirs
            else:
                result.set_exception(error)


class SharedReads:
    """The reads of one client that are in progress."""

    def __init__(self) -> None:
        """Start without any."""
        self._reads: dict[Hashable, SharedRead] = {}

    async def read(self, key: Hashable, caller: Caller, send: Callable[[Caller], Coroutine[Any, Any, Any]]) -> Any:
        """Return what `send` returns, or the same for an identical read in progress; `key` says what is identical.

        Raises what `send` raises. A caller that is canceled does not end the read of the others.
        """
        while True:
            try:
                return await self._join(key, caller, send)
            except ReadAlone:
                continue

    async def _join(self, key: Hashable, caller: Caller, send: Callable[[Caller], Coroutine[Any, Any, Any]]) -> Any:
        read = self._reads.get(key)
        if read is None or not read.suits(caller):
            read = self._reads[key] = SharedRead()
        result: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        read.callers[result] = caller
        if read.sender is None:
            task = asyncio.create_task(send(self._sharing(key, read, caller)))
            read.tasks[result] = task
            task.add_done_callback(partial(self._ended, key, read, result))
        try:
            return await result
        finally:
            self._leave(key, read, result)

    def _sharing(self, key: Hashable, read: SharedRead, caller: Caller) -> Caller:
        """The caller of a task that may send for all callers of a read."""

        async def before_sending() -> None:
            await caller.before_sending()
            read.pass_gate(caller.lane)

        async def on_wait(seconds: float) -> None:
            if read.sender is None:
                await caller.on_wait(seconds)
            else:
                self._drop(key, read)
                await read.report_wait(seconds)

        return replace(caller, before_sending=before_sending, on_wait=on_wait)

    def _ended(self, key: Hashable, read: SharedRead, sent_for: asyncio.Future[Any], task: asyncio.Task[Any]) -> None:
        if task is read.sender:
            self._drop(key, read)
        read.finish(sent_for, task)

    def _leave(self, key: Hashable, read: SharedRead, result: asyncio.Future[Any]) -> None:
        del read.callers[result]
        task = read.tasks.get(result)
        if task is not None and task is not read.sender:
            task.cancel()
        if not read.callers:
            self._drop(key, read)
            if read.sender is not None:
                read.sender.cancel()

    def _drop(self, key: Hashable, read: SharedRead) -> None:
        if self._reads.get(key) is read:
            del self._reads[key]

    def after_change(self) -> None:
        """Let nobody join the reads that were sent before a change: their answers may not show it."""
        self._reads = {key: read for key, read in self._reads.items() if read.sender is None}
