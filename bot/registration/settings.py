"""Open, close and limit the registration of a webinar, change its preferences, and undo that."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from bot.clock import Clock
from bot.concurrency import KeyedLocks
from bot.errors import BadInput, OutcomeUnknown, ProviderError, ProviderGone
from bot.model.lifecycle import Stage, is_full, stage
from bot.model.webinar import Audience, Preferences, Registration, Webinar
from bot.providers.base import UNCHANGED, Caller, RegistrationChange, WebinarProvider
from bot.registration.state import RegistrationState, RegistrationUndo, comparable_state, state_of
from bot.registration.texts.preferences import FIELDS, differing_parameters
from bot.scheduler import Scheduler
from bot.webinars.texts.facts import people

if TYPE_CHECKING:
    from bot.sync.mirror import Mirror

MAX_AGE = timedelta(minutes=5)
"""The maximum age of the mirror's count for a decision: an older one is read again, or RingCentral decides."""

NO_REGISTRATION = "Everyone with the link can join this webinar, so it has no registration to open, close or limit."
CANCELLED = "This webinar is cancelled, so nobody can register for it any more."
OVER = "This webinar is over, so its registration can't be changed any more."
NOT_FOUND = (
    "RingCentral has no registration for this webinar: it may be too new, or deleted there. Try again in a minute."
)
NO_SETTINGS = (
    "RingCentral tells nothing of the settings of this registration, so they can't be changed from here. "
    "Open, close and limit work all the same: /webinar open, /webinar close, /webinar limit."
)
ALREADY_OPEN = "Registration is open already."
ALREADY_CLOSED = "Registration is closed already."
ALREADY_LIMITED = "The limit is {} already."
ALREADY_UNLIMITED = "There is no limit already."
FULL = "Registration is full and stays closed while the limit is {}. Raise the limit, and it opens again."
REFUSED = "RingCentral was asked and left it as it is, without saying why. Look at the webinar in RingCentral."
UNCLEAR = "RingCentral gave no clear answer, and nothing has changed so far. Please try again in a few minutes."
CHANGED_SINCE = "This was not undone, because something else has changed since."
ALREADY_UNDONE = "This is undone already."
ALREADY_APPLIED = "All of this is so already: somebody else has changed it meanwhile."
TOO_MANY_TO_UNDO = "This can't be undone: {} by now, so a limit of {} would be too low."


class NotChanged(BadInput):
    """The registration was not changed; `webinar` has its current state, for the buttons of the reply."""

    def __init__(self, sentence: str, webinar: Webinar) -> None:
        """Keep the webinar for the reply."""
        super().__init__(sentence)
        self.webinar = webinar


@dataclass(frozen=True)
class Changed:
    """The webinar after a change, and its registration before: they differ only in the requested settings.

    `ignored` names the requested settings that RingCentral did not change, without an error.
    """

    webinar: Webinar
    before: Registration
    ignored: tuple[str, ...] = ()


class RegistrationSettings:
    """The registrations of one account. Every change is one vendor call.

    If the mirror's count is older than `MAX_AGE`, a limit, a form and an undo need one more call to read it first;
    opening and closing do not depend on it, and the response has the state before.
    Every change raises `NotChanged` if there is nothing to do or the change is impossible, `BadInput` if the webinar
    has no registration, and any `ProviderError`. `by` is the Slack user who makes the change: they get no notice of it.
    """

    def __init__(self, provider: WebinarProvider, mirror: Mirror, clock: Clock, scheduler: Scheduler) -> None:
        """`scheduler` wakes the delivery of notices."""
        self._provider = provider
        self._mirror = mirror
        self._clock = clock
        self._scheduler = scheduler
        self._locks = KeyedLocks()  # per session: the second of two clicks sees the change of the first

    async def open(self, session_id: str, caller: Caller, by: str) -> Changed:
        """Open the registration."""
        async with self._locks[session_id]:
            webinar, read = await self._load(session_id, caller)
            if self._is_recent(read) and is_full(read):
                raise NotChanged(_full(read), webinar)
            if self._is_recent(read) and read.is_open:
                raise NotChanged(ALREADY_OPEN, webinar)
            return await self._change(webinar, read, RegistrationChange(is_open=True), caller, by)

    async def close(self, session_id: str, caller: Caller, by: str) -> Changed:
        """Close the registration."""
        async with self._locks[session_id]:
            webinar, read = await self._load(session_id, caller)
            if self._is_recent(read) and not read.is_open:
                raise NotChanged(ALREADY_CLOSED, webinar)
            return await self._change(webinar, read, RegistrationChange(is_open=False), caller, by)

    async def limit(self, session_id: str, limit: int | None, caller: Caller, by: str) -> Changed:
        """Set the limit, or remove it with `None`; a full registration is reopened by the same call."""
        async with self._locks[session_id]:
            webinar, read = await self._load(session_id, caller, recent=True)
            check_limit(webinar, limit)
            change = RegistrationChange(is_open=read.is_open or is_full(read), limit=limit)
            return await self._change(webinar, read, change, caller, by)

    async def apply(
        self, session_id: str, shown: RegistrationState, wanted: RegistrationState, caller: Caller, by: str
    ) -> Changed:
        """Apply the differences between a form as `shown` and as `wanted`; other settings keep their current values."""
        async with self._locks[session_id]:
            webinar, read = await self._load(session_id, caller, recent=True, preferences=True)
            goal = merged(read, shown, wanted)
            if goal == state_of(read):
                raise NotChanged(ALREADY_APPLIED, webinar)
            if goal.limit != read.limit:
                check_limit(webinar, goal.limit)
            elif goal.is_open and is_full(read):
                raise NotChanged(_full(read), webinar)
            return await self._change(webinar, read, _change_to(read, goal), caller, by)

    async def undo(self, undo: RegistrationUndo, caller: Caller, by: str) -> Changed:
        """Restore the state before a change, if nothing else has changed since."""
        async with self._locks[undo.session_id]:
            preferences = undo.made.preferences is not None
            webinar, read = await self._load(undo.session_id, caller, recent=True, preferences=preferences)
            if comparable_state(read, undo.made) == undo.back:
                raise NotChanged(ALREADY_UNDONE, webinar)
            if comparable_state(read, undo.made) != undo.made:
                raise NotChanged(CHANGED_SINCE, webinar)
            _check_undo(webinar, read, undo.back)
            return await self._change(webinar, read, _change_to(read, undo.back), caller, by)

    async def with_preferences(self, session_id: str, caller: Caller) -> Webinar:
        """The webinar with the preferences of its registration: no call, or one if they were never read."""
        webinar, _ = await self._load(session_id, caller, preferences=True)
        return webinar

    def check(self, webinar: Webinar) -> None:
        """Raise `BadInput` if the registration cannot be changed: over, canceled, or open to everyone."""
        current = stage(webinar, self._clock.now())
        if current is Stage.CANCELED:
            raise BadInput(CANCELLED)
        if current is Stage.OVER:
            raise BadInput(OVER)
        if webinar.audience is Audience.ANYONE:
            raise BadInput(NO_REGISTRATION)

    def _is_recent(self, read: Registration) -> bool:
        return self._clock.now() - read.read_at <= MAX_AGE

    async def _load(
        self, session_id: str, caller: Caller, *, recent: bool = False, preferences: bool = False
    ) -> tuple[Webinar, Registration]:
        """The webinar with its registration: read again if it is unknown, and, with `recent`, if it is too old.

        With `preferences`, they are read too.
        """
        webinar = await self._mirror.find(session_id)
        self.check(webinar)
        read = webinar.registration
        if read is None or (recent and not self._is_recent(read)) or (preferences and read.preferences is None):
            try:
                webinar = await self._mirror.refresh(session_id, caller)
            except ProviderGone as error:
                raise BadInput(NOT_FOUND) from error
            self.check(webinar)
        if webinar.registration is None:
            raise BadInput(NOT_FOUND)
        if preferences and webinar.registration.preferences is None:
            raise BadInput(NO_SETTINGS)
        return webinar, webinar.registration

    async def _change(
        self, webinar: Webinar, before: Registration, change: RegistrationChange, caller: Caller, by: str
    ) -> Changed:
        problem = REFUSED
        try:
            after = await self._provider.change_registration(webinar.session_id, change, caller)
        except ProviderGone as error:
            raise BadInput(NOT_FOUND) from error
        except OutcomeUnknown as unknown:
            after, problem = await self._read_again(webinar, unknown, caller), UNCLEAR
        before, ignored = _before_requested(change, before, after), ignored_settings(change, after)
        is_done = not ignored or (change.preferences is not UNCHANGED and state_of(before) != state_of(after))
        current = await self._mirror.save_registration(webinar, after, by=by if is_done else "")
        self._scheduler.wake()
        if not is_done:
            raise NotChanged(_full(after) if change.is_open and is_full(after) else problem, current)
        if state_of(before) == state_of(after):
            raise NotChanged(ALREADY_OPEN if after.is_open else ALREADY_CLOSED, current)
        return Changed(current, before, ignored)

    async def _read_again(self, webinar: Webinar, unknown: OutcomeUnknown, caller: Caller) -> Registration:
        """The registration after a change with an unknown outcome."""
        try:
            return await self._provider.registration(webinar.session_id, caller)
        except ProviderError:
            # Report the unknown outcome rather than the failed read: the change may have happened.
            raise unknown from None


def check_limit(webinar: Webinar, limit: int | None) -> None:
    """Raise `NotChanged` if the limit is already set, or if it would leave no room for more registrants."""
    read = webinar.registration
    if read is None:
        return
    if limit == read.limit:
        raise NotChanged(ALREADY_UNLIMITED if limit is None else ALREADY_LIMITED.format(people(limit)), webinar)
    if limit is None or limit > read.count:
        return
    enough = f"Choose at least {read.count + 1:,}, or close registration instead."
    if limit < read.count:
        lost = "a limit takes nobody off the list"
        raise NotChanged(f"{_registered(read)}, more than {limit:,}, and {lost}. {enough}", webinar)
    raise NotChanged(f"{_registered(read)}, so a limit of {limit:,} would only close registration. {enough}", webinar)


def _check_undo(webinar: Webinar, read: Registration, back: RegistrationState) -> None:
    # Restoring a full registration is fine; restoring an open one must leave it open.
    if back.limit is not None and read.count >= back.limit + (0 if back.is_open else 1):
        raise NotChanged(TOO_MANY_TO_UNDO.format(_registered(read), f"{back.limit:,}"), webinar)


def merged(read: Registration, shown: RegistrationState, wanted: RegistrationState) -> RegistrationState:
    """The target state: the current state, with the settings in which `wanted` differs from `shown`.

    Another limit reopens a full registration, unless `wanted` closes it.
    """
    limit = read.limit if wanted.limit == shown.limit else wanted.limit
    is_open = read.is_open or (is_full(read) and limit != read.limit)
    return RegistrationState(
        is_open=is_open if wanted.is_open == shown.is_open else wanted.is_open,
        limit=limit,
        preferences=_merged(read.preferences, shown.preferences, wanted.preferences),
    )


def _merged(read: Preferences | None, shown: Preferences | None, wanted: Preferences | None) -> Preferences | None:
    if read is None or wanted is None:
        return read
    fields = [FIELDS[parameter][0] for parameter in differing_parameters(shown, wanted)]
    return read.model_copy(update={field: getattr(wanted, field) for field in fields})


def _change_to(read: Registration, goal: RegistrationState) -> RegistrationChange:
    return RegistrationChange(
        is_open=goal.is_open,
        limit=UNCHANGED if goal.limit == read.limit else goal.limit,
        preferences=UNCHANGED if goal.preferences in (None, read.preferences) else goal.preferences,
    )


def _before_requested(change: RegistrationChange, before: Registration, after: Registration) -> Registration:
    """The state before, with the current values of the settings that were not requested: the mirror may have been
    outdated in them, and an Undo must not restore outdated values."""
    limit = after.limit if change.limit is UNCHANGED else before.limit
    preferences = after.preferences if change.preferences is UNCHANGED else before.preferences
    return before.model_copy(update={"limit": limit, "preferences": preferences})


def ignored_settings(change: RegistrationChange, after: Registration) -> tuple[str, ...]:
    """The names of the requested settings that did not change."""
    ignored = [] if change.limit is UNCHANGED or change.limit == after.limit else ["Limit"]
    # If the new limit is reached already, RingCentral closes the registration at once.
    filled = change.limit is not UNCHANGED and is_full(after)
    ignored += [] if change.is_open == after.is_open or filled else ["Registration"]
    if change.preferences is not UNCHANGED:
        ignored += [FIELDS[parameter][1] for parameter in differing_parameters(change.preferences, after.preferences)]
    return tuple(ignored)


def _full(read: Registration) -> str:
    return FULL.format(people(read.limit or 0))


def _registered(read: Registration) -> str:
    return f"{people(read.count)} {'has' if read.count == 1 else 'have'} registered"
