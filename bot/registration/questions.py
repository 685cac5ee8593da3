"""Keep the questions of registration forms current, so that a form opens without a vendor call."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from bot.db.connection import Store
from bot.errors import ProviderBusy, ProviderDown, ProviderError
from bot.model.ability import Ability
from bot.model.people import Account
from bot.model.question import STANDARD, QuestionSet
from bot.model.webinar import Status, Webinar
from bot.providers.base import UPKEEP, Caller, Lane, WebinarProvider
from bot.webinars import question_table

if TYPE_CHECKING:
    from bot.clock import Clock

log = logging.getLogger(__name__)

MAX_AGE = timedelta(hours=1)
"""After which the questions of a webinar to come are read again in the background."""
AT_ONCE = 30
"""Webinars read in one run; the others follow in the next."""
AFTER_REFUSAL = timedelta(hours=6)
PAGE_PAUSE = timedelta(minutes=1)
"""How long a page does not try again what has failed: anybody can open it, as often as they like."""


class RegistrationQuestions:
    """The questions of the webinars of one account."""

    def __init__(self, account: Account, store: Store, provider: WebinarProvider, clock: Clock) -> None:
        """Read them from this provider."""
        self._account = account
        self._store = store
        self._provider = provider
        self._clock = clock
        self._refused: dict[str, datetime] = {}
        self._failed: dict[str, tuple[datetime, ProviderError]] = {}

    async def known(self, webinar: Webinar) -> QuestionSet | None:
        """The questions as read last; None if they are still to be read. No vendor call."""
        if Ability.QUESTIONS not in webinar.abilities:
            return STANDARD
        async with self._store.read() as db:
            return await question_table.find(db, self._account, webinar.session_id)

    async def get(self, webinar: Webinar, caller: Caller) -> QuestionSet:
        """The questions as read last; without them, they are read now: one call or two.

        For a page, one try a minute; until the next one, the error of the last one is raised.
        """
        known = await self.known(webinar)
        if known or caller.lane is not Lane.PAGE:
            return known or await self.read(webinar, caller)
        now = self._clock.now()
        self._failed = {key: (at, error) for key, (at, error) in self._failed.items() if now - at < PAGE_PAUSE}
        if webinar.session_id in self._failed:
            raise self._failed[webinar.session_id][1].with_traceback(None)
        try:
            return await self.read(webinar, caller)
        except ProviderError as error:
            self._failed[webinar.session_id] = now, error
            raise

    async def read(self, webinar: Webinar, caller: Caller) -> QuestionSet:
        """Read the questions again: one call, or two for a date of a recurring event. Raises `ProviderError`."""
        if Ability.QUESTIONS not in webinar.abilities or webinar.status is Status.CANCELED:
            return STANDARD
        now = self._clock.now()
        questions = await self._provider.questions(webinar.session_id, caller)
        async with self._store.write() as db:
            await question_table.save(db, self._account, webinar.session_id, questions, now)
        return QuestionSet(questions=questions, read_at=now)

    async def read_outdated(self) -> None:
        """Read those of webinars to come that are unknown or old, the next ones first. Raises no `ProviderError`."""
        now = self._clock.now()
        self._refused = {key: at for key, at in self._refused.items() if now - at < AFTER_REFUSAL}
        async with self._store.read() as db:
            found = await question_table.outdated(db, self._account, now - MAX_AGE, now)
        for session_id in [one for one in found if one not in self._refused][:AT_ONCE]:
            try:
                questions = await self._provider.questions(session_id, UPKEEP)
            except (ProviderBusy, ProviderDown) as error:
                log.info("questions.deferred", extra={"session": session_id, "code": error.code})
                return
            except ProviderError as error:
                self._refused[session_id] = now
                log.warning("questions.read_failed", extra={"session": session_id, "code": error.code})
                continue
            async with self._store.write() as db:
                await question_table.save(db, self._account, session_id, questions, now)
