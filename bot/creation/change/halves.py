"""The two halves of a change, each read and written by one vendor call: the webinar and its session."""

from __future__ import annotations

from typing import Protocol

from bot.creation.change.table import Change, ChangeStep
from bot.model.webinar_edit import WebinarEdit, WebinarFields, with_session, with_webinar
from bot.providers.base import Caller, WebinarProvider


class Half(Protocol):
    """One half of a change."""

    requested: ChangeStep
    """The step that is saved before its call."""

    def names(self, edit: WebinarEdit) -> tuple[str, ...]:
        """The fields of an edit that belong to this half."""
        ...

    async def read(self, change: Change, known: WebinarFields, caller: Caller) -> WebinarFields:
        """The known fields with those of this half as just read. One call."""
        ...

    async def write(self, change: Change, edit: WebinarEdit, known: WebinarFields, caller: Caller) -> WebinarFields:
        """Change the fields of an edit that belong to this half; the known fields with the result.

        One call, never repeated.
        """
        ...


class WebinarHalf(Half):
    """Title, description and settings."""

    requested = ChangeStep.WEBINAR_REQUESTED

    def __init__(self, provider: WebinarProvider) -> None:
        """Read and write at this provider."""
        self._provider = provider

    def names(self, edit: WebinarEdit) -> tuple[str, ...]:
        """See `Half`."""
        return edit.webinar_names

    async def read(self, change: Change, known: WebinarFields, caller: Caller) -> WebinarFields:
        """See `Half`."""
        return with_webinar(known, await self._provider.webinar(change.webinar_id, caller))

    async def write(self, change: Change, edit: WebinarEdit, known: WebinarFields, caller: Caller) -> WebinarFields:
        """See `Half`."""
        return with_webinar(known, await self._provider.change_webinar(change.webinar_id, edit, caller))


class SessionHalf(Half):
    """Start, length, time zone, and what else belongs to the date."""

    requested = ChangeStep.SESSION_REQUESTED

    def __init__(self, provider: WebinarProvider) -> None:
        """Read and write at this provider."""
        self._provider = provider

    def names(self, edit: WebinarEdit) -> tuple[str, ...]:
        """See `Half`."""
        return edit.session_names

    async def read(self, change: Change, known: WebinarFields, caller: Caller) -> WebinarFields:
        """See `Half`."""
        return with_session(known, await self._provider.session(change.webinar_id, change.session_id, caller))

    async def write(self, change: Change, edit: WebinarEdit, known: WebinarFields, caller: Caller) -> WebinarFields:
        """See `Half`."""
        made = await self._provider.change_session(change.webinar_id, change.session_id, edit, caller)
        return with_session(known, made)
