"""Zoom's requests about cloud recordings."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

from pydantic import SecretStr

from bot.errors import ProviderForbidden, ProviderGone
from bot.model.recording import MediaKind, Recording, RecordingFile, RecordingStatus
from bot.providers.event_ref import ZOOM, EventRef
from bot.providers.zoom.event_facts import EARLY
from bot.providers.zoom.event_reads import EventReads
from bot.providers.zoom.limits import Label
from bot.providers.zoom.records import ZoomRecord, parse_record
from bot.providers.zoom.times import read_time

if TYPE_CHECKING:
    from datetime import datetime

    from bot.providers.caller import Caller

RECORDINGS = "/meetings/{event_id}/recordings"
NONE = "Zoom no longer has this recording, or is still processing it."
NO_DOWNLOAD = (
    "Zoom lets the {} of a recording be downloaded on its own page only. Open the link of the recording, and "
    "download it there."
)
COMPLETED = "completed"


class RecordingFileRecord(ZoomRecord):
    """A file of a recording."""

    status: str = COMPLETED


class MeetingRecordingRecord(ZoomRecord):
    """The recording of one instance of a meeting or webinar."""

    id: str
    start_time: str = ""
    duration: int = 0
    share_url: str = ""
    recording_play_passcode: SecretStr = SecretStr("")
    recording_files: tuple[RecordingFileRecord, ...] = ()

    @property
    def link(self) -> str:
        """The link with which it can be watched, without a question for the passcode."""
        passcode = self.recording_play_passcode.get_secret_value()
        separator = "&" if "?" in self.share_url else "?"
        return f"{self.share_url}{separator}pwd={passcode}" if self.share_url and passcode else self.share_url

    def recording(self, session_id: str, began_at: datetime) -> Recording:
        """Convert to the model. It is available once all its files are complete."""
        is_complete = all(one.status == COMPLETED for one in self.recording_files)
        return Recording(
            recording_id=str(EventRef(ZOOM, self.id)),
            session_id=session_id,
            status=RecordingStatus.AVAILABLE if is_complete else RecordingStatus.PROCESSING,
            began_at=began_at,
            duration=timedelta(minutes=self.duration) if self.duration else None,
            is_shared=bool(self.share_url),
            link=SecretStr(self.link),
        )


class ZoomRecordingsApi(EventReads):
    """The part of the client about recordings. Zoom has one of each event, and lists none by time."""

    async def recordings(
        self, since: datetime, until: datetime, caller: Caller, session_ids: Sequence[str] = ()
    ) -> list[Recording]:
        """See the port. One Light call for each of these sessions."""
        found: list[Recording] = []
        for session_id in dict.fromkeys(session_ids):
            try:
                recording = await self._recording(session_id, caller)
            except ProviderGone:
                continue
            if since - EARLY <= recording.began_at <= until:
                found.append(recording)
        return found

    async def recording(self, recording_id: str, caller: Caller) -> Recording:
        """See the port. One Light call."""
        recording = await self._recording(recording_id, caller)
        return recording.model_copy(update={"session_id": ""})

    async def recording_download(self, recording_id: str, kind: MediaKind, caller: Caller) -> RecordingFile:
        """See the port. Checks that it is there; never a link: a file needs the login of the app, which nobody gets."""
        await self._recording(recording_id, caller)
        raise ProviderForbidden(NO_DOWNLOAD.format(kind.value.lower()))

    async def _recording(self, session_id: str, caller: Caller) -> Recording:
        event_id = EventRef.parse(session_id).event_id
        body = await self._request("GET", RECORDINGS, label=Label.LIGHT, caller=caller, ids={"event_id": event_id})
        record = parse_record(MeetingRecordingRecord, body)
        began_at = read_time(record.start_time)
        if began_at is None:
            raise ProviderGone(NONE)
        return record.recording(session_id, began_at)
