"""The part of the port about recordings."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from datetime import datetime

    from bot.model.recording import MediaKind, Recording, RecordingFile
    from bot.providers.caller import Caller


class RecordingProvider(Protocol):
    """A provider that records (`Ability.RECORDINGS`). Every method may raise any `ProviderError`."""

    async def recordings(
        self, since: datetime, until: datetime, caller: Caller, session_ids: Sequence[str] = ()
    ) -> list[Recording]:
        """All recordings visible to the service user that began between these times. One call per 1,000.

        `session_ids` are those that are looked for: a provider without such a list reads these, with one call each.
        """
        ...

    async def recording(self, recording_id: str, caller: Caller) -> Recording:
        """A recording with its shared link. Raises `ProviderGone` if it was deleted. One call."""
        ...

    async def recording_download(self, recording_id: str, kind: MediaKind, caller: Caller) -> RecordingFile:
        """Where to download a recording. Raises `ProviderForbidden` if the company does not allow it. One call."""
        ...
