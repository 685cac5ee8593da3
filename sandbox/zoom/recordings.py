"""Cloud recordings: the operation that reads one, and what an event shows of it."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from urllib.parse import quote

from sandbox.zoom import times
from sandbox.zoom.models import Event, Recording
from sandbox.zoom.request import ApiRequest
from sandbox.zoom.responses import ApiError, ApiResponse, not_found
from sandbox.zoom.world import ACCOUNT_ID, World

NO_RECORDING = 3301
BYTES_PER_SECOND = 40_000
FILES = (("MP4", "shared_screen_with_speaker_view"), ("M4A", "audio_only"))


def get_recording(request: ApiRequest) -> ApiResponse:
    """The recording of a meeting or webinar, by its id or UUID, once Zoom has processed it."""
    event = request.world.named(request.path["meetingId"])
    if event is None:
        raise not_found("meeting", request.path["meetingId"])
    if event.recording is None or not event.recording.is_ready:
        raise ApiError(404, NO_RECORDING, "There is no recording for this meeting.")
    return ApiResponse(200, shown_recording(request.world, event, event.recording))


def shown_recording(world: World, event: Event, one: Recording) -> dict[str, Any]:
    """A recording in an answer: the files, and the page on which it is watched."""
    begins, ends = one.started, _end(world, one)
    files = [_file(world, event, one, *kind) for kind in FILES]
    return {
        "account_id": ACCOUNT_ID,
        "uuid": event.uuid,
        "id": event.id,
        "host_id": event.host_id,
        "topic": event.fields.topic,
        "type": str(event.fields.type),
        "start_time": times.text(event.started_at or begins),
        "duration": int((ends - begins).total_seconds()) // 60,
        "total_size": sum(file["file_size"] for file in files),
        "recording_count": len(files),
        "share_url": f"{world.url}/rec/share/{one.secret}",
        "password": one.secret[:8],
        "recording_play_passcode": one.secret[-16:],
        "recording_files": files,
    }


def completed(world: World, event: Event, one: Recording) -> dict[str, Any]:
    """A recording in the event of its completion, where the type is a number."""
    more = {"type": event.fields.type, "host_email": world.user_of(event).email, "timezone": event.fields.timezone}
    return {**shown_recording(world, event, one), **more}


def _file(world: World, event: Event, one: Recording, file_type: str, recording_type: str) -> dict[str, Any]:
    ends = _end(world, one)
    play = f"{world.url}/rec/play/{quote(one.secret, safe='')}"
    return {
        "id": f"{one.id}-{file_type.lower()}",
        "meeting_id": event.uuid,
        "recording_start": times.text(one.started),
        "recording_end": times.text(ends),
        "file_type": file_type,
        "file_extension": file_type,
        "file_size": int((ends - one.started).total_seconds()) * BYTES_PER_SECOND,
        "play_url": f"{play}?type={file_type}",
        "download_url": f"{world.url}/rec/download/{one.secret}?type={file_type}",
        "status": "completed",
        "recording_type": recording_type,
    }


def _end(world: World, one: Recording) -> datetime:
    return one.ended or world.now()
