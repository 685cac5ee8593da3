"""Open, close and limit the registration of a webinar, change its preferences, and undo that."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.clock import Clock
from bot.concurrency import KeyedLocks
from bot.errors import BadInput, OutcomeUnknown, ProviderError, ProviderGone
from bot.model.lifecycle import Stage, is_full, stage
from bot.model.webinar import Audience, Preferences, Registration, Webinar
from bot.providers.base import UNCHANGED, Caller, RegistrationChange, WebinarProvider
from bot.providers.event_ref import provider_name
from bot.providers.names import named
from bot.registration.limit_rules import NotChanged, check_limit, check_undo, full_sentence
from bot.registration.state import RegistrationState, RegistrationUndo, state_of
from bot.registration.texts.preferences import FIELDS, differing_parameters, preference_label
from bot.scheduler import Scheduler
from bot.sync.refresh_limit import is_fresh

if TYPE_CHECKING:
    from bot.sync.mirror import Mirror

NO_REGISTRATION = "Everyone with the link can join this webinar, so it has no registration to open, close or limit."
CANCELLED = "This webinar is canceled, so nobody can register for it."
OVER = (
    "This webinar is over, so its registration can't be changed. To let people register for the recording, press "
    "Registration in its details."
)
NOT_FOUND = (
    "{provider} has no registration for this webinar: it may be too new, or deleted there. Try again in a minute."
)
NO_SETTINGS = (
    "{provider} doesn't share the settings of this registration, so they can't be changed here. You can still use "
    "/webinar open, /webinar close and /webinar limit."
)
ALREADY_OPEN = "Registration is already open."
ALREADY_CLOSED = "Registration is already closed."
NOW_OPEN, NOW_CLOSED = "Registration is open.", "Registration is closed."
"""The result of a write that agrees with our copy, which may have been outdated."""
REFUSED = "{provider} did not make this change and gave no reason. Check the webinar in {provider}."
UNCLEAR = "{provider} gave no clear answer, and nothing has changed so far. Try again in a few minutes."
ALREADY_APPLIED = "Nothing changed: someone else has already made these changes."


@dataclass(frozen=True)
class Changed:
    """The webinar after a change, and its registration before: they differ only in the requested settings.

    `ignored` names the requested settings that the provider did not change, without an error. `known` is our earlier
    copy: it differs from `before` if somebody has changed the registration at the provider meanwhile.
    """

    webinar: Webinar
    before: Registration
    known: Registration
    ignored: tuple[str, ...] = ()


class RegistrationSettings:
    """The registrations of one account.

    Opening and closing is one vendor call, whatever our copy says. The provider requires the status in every change,
    and all preferences if one of them changes, so a change of the limit or of preferences reads them first: one more
    call.
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
        return await self._set_open(session_id, caller, by, is_open=True)

    async def close(self, session_id: str, caller: Caller, by: str) -> Changed:
        """Close the registration."""
        return await self._set_open(session_id, caller, by, is_open=False)

    async def limit(self, session_id: str, limit: int | None, caller: Caller, by: str) -> Changed:
        """Set the limit, or remove it with `None`; a full registration is reopened by the same call."""
        async with self._locks[session_id]:
            known = await self._find(session_id)
            self.check_limit(known, limit)
            webinar, read = await self._read(session_id, caller)
            check_limit(webinar, limit)
            change = RegistrationChange(is_open=read.is_open or is_full(read), limit=limit)
            return await self._change(webinar, read, change, caller, by, known=known.registration)

    async def apply(
        self, session_id: str, shown: RegistrationState, wanted: RegistrationState, caller: Caller, by: str
    ) -> Changed:
        """Apply the differences between a form as `shown` and as `wanted`; other settings keep their current values."""
        if not _resends(shown, wanted):
            return await self._set_open(session_id, caller, by, is_open=wanted.is_open)
        async with self._locks[session_id]:
            known = await self._find(session_id, for_recording=True)
            webinar, read = await self._read(session_id, caller, preferences=True)
            goal = merged(read, shown, wanted)
            if stage(webinar, self._clock.now()) is Stage.OVER:
                goal = after_end(goal)
            if goal == state_of(read):
                raise NotChanged(ALREADY_APPLIED, webinar)
            if goal.limit != read.limit:
                check_limit(webinar, goal.limit)
            elif goal.is_open and is_full(read):
                raise NotChanged(full_sentence(read), webinar)
            change, is_closed = _change_to(read, goal), shown.is_open and not wanted.is_open
            before = known.registration
            return await self._change(webinar, read, change, caller, by, known=before, is_closed_by_hand=is_closed)

    async def undo(self, undo: RegistrationUndo, caller: Caller, by: str) -> Changed:
        """Restore the state before a change, if nothing else has changed since."""
        async with self._locks[undo.session_id]:
            webinar = await self._find(undo.session_id, for_recording=undo.made.preferences is not None)
            read = webinar.registration
            if read and self._is_fresh(read):
                check_undo(webinar, read, undo)
            if read is None or _resends(undo.made, undo.back):
                preferences = undo.made.preferences is not None
                webinar, read = await self._read(undo.session_id, caller, preferences=preferences)
            check_undo(webinar, read, undo)
            return await self._change(webinar, read, _change_to(read, undo.back), caller, by)

    async def with_preferences(self, session_id: str, caller: Caller) -> Webinar:
        """The webinar with the preferences of its registration: no call, or one if they were never read."""
        webinar = await self._find(session_id, for_recording=True)
        if webinar.registration is None or webinar.registration.preferences is None:
            webinar, _ = await self._read(session_id, caller, preferences=True)
        return webinar

    def check(self, webinar: Webinar, *, for_recording: bool = False) -> None:
        """Raise `BadInput` if the registration cannot be changed: over, canceled, or open to everyone.

        With `for_recording`, also what applies after the end: that of a webinar that is over can be changed.
        """
        current = stage(webinar, self._clock.now())
        if current is Stage.CANCELED:
            raise BadInput(CANCELLED)
        if current is Stage.OVER and not for_recording:
            raise BadInput(OVER)
        if webinar.audience is Audience.ANYONE:
            raise BadInput(NO_REGISTRATION)

    def check_limit(self, webinar: Webinar, limit: int | None) -> None:
        """Raise `NotChanged` like `check_limit`, as far as our copy is fresh enough to say so without a call."""
        if self._is_fresh(webinar.registration):
            check_limit(webinar, limit)

    def _is_fresh(self, read: Registration | None) -> bool:
        return read is not None and is_fresh(read.read_at, self._clock.now())

    async def _set_open(self, session_id: str, caller: Caller, by: str, *, is_open: bool) -> Changed:
        async with self._locks[session_id]:
            webinar, change = await self._find(session_id), RegistrationChange(is_open=is_open)
            known = webinar.registration
            if known is None:
                webinar, known = await self._read(session_id, caller)
            return await self._change(webinar, known, change, caller, by, is_closed_by_hand=not is_open)

    async def _find(self, session_id: str, *, for_recording: bool = False) -> Webinar:
        webinar = await self._mirror.find(session_id)
        self.check(webinar, for_recording=for_recording)
        return webinar

    async def _read(
        self, session_id: str, caller: Caller, *, preferences: bool = False
    ) -> tuple[Webinar, Registration]:
        """Read the registration; with `preferences`, raise `BadInput` if the provider has none."""
        try:
            webinar = await self._mirror.refresh(session_id, caller)
        except ProviderGone as error:
            raise BadInput(named(NOT_FOUND, session_id)) from error
        self.check(webinar, for_recording=preferences)
        if webinar.registration is None:
            raise BadInput(named(NOT_FOUND, session_id))
        if preferences and webinar.registration.preferences is None:
            raise BadInput(named(NO_SETTINGS, session_id))
        return webinar, webinar.registration

    async def _change(
        self,
        webinar: Webinar,
        before: Registration,
        change: RegistrationChange,
        caller: Caller,
        by: str,
        *,
        known: Registration | None = None,
        is_closed_by_hand: bool = False,
    ) -> Changed:
        problem, known, was_fresh = REFUSED, known or before, self._is_fresh(before)
        try:
            after = await self._provider.change_registration(webinar.session_id, change, caller)
        except ProviderGone as error:
            raise BadInput(named(NOT_FOUND, webinar.id)) from error
        except OutcomeUnknown as unknown:
            after, problem = await self._read_again(webinar, unknown, caller), UNCLEAR
        before, ignored = (
            _before_requested(change, before, after),
            ignored_settings(change, after, provider_name(webinar.id)),
        )
        is_done = not ignored or (change.preferences is not UNCHANGED and state_of(before) != state_of(after))
        current = await self._mirror.save_registration(
            webinar, after, by if is_done else "", is_closed_by_hand=is_closed_by_hand
        )
        self._scheduler.wake()
        if not is_done:
            is_refused_as_full = change.is_open and is_full(after)
            raise NotChanged(full_sentence(after) if is_refused_as_full else named(problem, webinar.id), current)
        if state_of(before) == state_of(after) or _closed_by_itself(change, after):
            raise NotChanged(_confirmed(after, was_fresh=was_fresh), current)
        return Changed(current, before, known, ignored)

    async def _read_again(self, webinar: Webinar, unknown: OutcomeUnknown, caller: Caller) -> Registration:
        """The registration after a change with an unknown outcome."""
        try:
            return await self._provider.registration(webinar.session_id, caller)
        except ProviderError:
            # Report the unknown outcome rather than the failed read: the change may have happened.
            raise unknown from None


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


def after_end(goal: RegistrationState) -> RegistrationState:
    """The target state of a webinar that is over: the provider opens it for the recording alone."""
    is_on = goal.preferences is not None and goal.preferences.open_after_event
    return goal if is_on else goal.model_copy(update={"is_open": False})


def _merged(read: Preferences | None, shown: Preferences | None, wanted: Preferences | None) -> Preferences | None:
    if read is None or wanted is None:
        return read
    fields = [FIELDS[parameter][0] for parameter in differing_parameters(shown, wanted)]
    return read.model_copy(update={field: getattr(wanted, field) for field in fields})


def _resends(one: RegistrationState, other: RegistrationState) -> bool:
    """Whether a change from one to the other sends settings that it does not change."""
    return (one.limit, one.preferences) != (other.limit, other.preferences)


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


def ignored_settings(change: RegistrationChange, after: Registration, provider: str) -> tuple[str, ...]:
    """The names of the requested settings that the provider of this name did not change."""
    ignored = [] if change.limit is UNCHANGED or change.limit == after.limit else ["Limit"]
    # If the new limit is reached already, the provider closes the registration at once.
    filled = change.limit is not UNCHANGED and is_full(after)
    ignored += [] if change.is_open == after.is_open or filled else ["Registration"]
    if change.preferences is not UNCHANGED:
        differing = differing_parameters(change.preferences, after.preferences)
        ignored += [preference_label(parameter, provider) for parameter in differing]
    return tuple(ignored)


def _closed_by_itself(change: RegistrationChange, after: Registration) -> bool:
    """Whether one that was to be closed is full, also if our copy did not know that yet: nothing was open to close."""
    only_status = change.limit is UNCHANGED and change.preferences is UNCHANGED
    return only_status and not change.is_open and is_full(after)


def _confirmed(read: Registration, *, was_fresh: bool) -> str:
    """That the registration is as it was asked for; one that is full is not closed by anybody."""
    if read.is_open:
        return ALREADY_OPEN if was_fresh else NOW_OPEN
    if is_full(read):
        return full_sentence(read)
    return ALREADY_CLOSED if was_fresh else NOW_CLOSED
