"""The recording of a webinar, as the provider returns it, and the link that shows it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum

from pydantic import AwareDatetime, SecretStr

from bot.model.people import Frozen
from bot.model.webinar import Access


class RecordingStatus(StrEnum):
    """How far a recording is, in the provider's spelling."""

    PROCESSING = "Processing"
    AVAILABLE = "Available"
    FAILED = "Failed"
    PURGED = "Purged"
    """Deleted, because it was kept for as long as the company keeps recordings."""


class MediaKind(StrEnum):
    """What can be downloaded of a recording, in the provider's spelling."""

    VIDEO = "Video"
    AUDIO = "Audio"


class Recording(Frozen):
    """A recording. Lists leave out the link."""

    recording_id: str
    session_id: str
    """Empty if the recording was read alone."""
    status: RecordingStatus
    began_at: AwareDatetime
    duration: timedelta | None = None
    """`None` while it is recorded."""
    is_shared: bool = False
    """Whether people with the link can watch it now."""
    shared_until: AwareDatetime | None = None
    """When the link stops working; `None` if it has no end."""
    link: SecretStr = SecretStr("")
    """The shared link, the same for everybody."""


class RecordingFile(Frozen):
    """A recording as a file. Everybody with the link can download it, for a while."""

    kind: MediaKind
    link: SecretStr
    size: int
    """Bytes."""


class RecordingLink(Frozen):
    """The shared link of a recording that people can watch now."""

    link: SecretStr
    expires_at: AwareDatetime | None = None
    access: Access | None = None
    """Who can open it; `None` if it was not read."""


_PREFERRED = (
    RecordingStatus.AVAILABLE,
    RecordingStatus.PROCESSING,
    RecordingStatus.FAILED,
    RecordingStatus.PURGED,
)


def main_recording(recordings: Iterable[Recording]) -> Recording | None:
    """The recording of a session that people want: one that can be watched, else the longest of the most hopeful."""

    def order(one: Recording) -> tuple[int, timedelta, datetime]:
        return -_PREFERRED.index(one.status), one.duration or timedelta(), one.began_at

    return max(recordings, key=order, default=None)
