"""Cloud recordings of Zoom: read by their event, with a link that asks for nothing."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.errors import ProviderForbidden, ProviderGone
from bot.model.recording import MediaKind, RecordingStatus
from bot.providers.zoom.recordings_api import MeetingRecordingRecord
from bot.providers.zoom.times import read_time
from sandbox.zoom.rules import SCOPES
from tests.support.zoom_client import LONG_AGO, PERSON, zoom_pair


async def test_the_recording_of_an_event_is_read_once_it_is_processed() -> None:
    """One call for each event that is asked for; one without a recording is left out."""
    async with zoom_pair() as pair:
        zoom, client = pair.sandbox.zoom, pair.client()
        event_id = pair.event("webinar", days=0.01)
        ref, other = f"zoom-{event_id}", f"zoom-{pair.event()}"
        zoom.clock.move(timedelta(minutes=20))
        zoom.begin(int(event_id))
        zoom.room.record(int(event_id))
        zoom.clock.move(timedelta(minutes=45))
        zoom.finish(int(event_id))
        now = zoom.clock.now()
        assert await client.recordings(LONG_AGO, now, PERSON, [ref, other]) == []

        zoom.room.publish(int(event_id))
        (found,) = await client.recordings(LONG_AGO, now, PERSON, [ref, other])
        assert (found.session_id, found.status, found.duration) == (
            ref,
            RecordingStatus.AVAILABLE,
            timedelta(minutes=45),
        )
        assert found.is_shared
        assert "?pwd=" in found.link.get_secret_value()
        assert (await client.recording(found.recording_id, PERSON)).link == found.link
        assert await client.recordings(now + timedelta(days=9), now + timedelta(days=10), PERSON, [ref]) == []
        with pytest.raises(ProviderForbidden, match="video of a recording be downloaded on its own page"):
            await client.recording_download(found.recording_id, MediaKind.VIDEO, PERSON)
        with pytest.raises(ProviderGone, match="no recording"):
            await client.recording(other, PERSON)
        zoom.rules.scopes = tuple(one for one in SCOPES if "recording" not in one)
        with pytest.raises(ProviderForbidden, match="cloud_recording:read:list_recording_files:admin"):
            await client.recordings(LONG_AGO, now, PERSON, [ref])


@pytest.mark.parametrize(
    ("files", "status"),
    [
        ([{"status": "completed"}], RecordingStatus.AVAILABLE),
        ([{"status": "completed"}, {"status": "processing"}], RecordingStatus.PROCESSING),
        ([], RecordingStatus.AVAILABLE),
    ],
)
def test_a_recording_is_available_once_all_its_files_are(files: list[dict[str, str]], status: RecordingStatus) -> None:
    """The link of one without a passcode stays as it is."""
    body = {"id": 1, "share_url": "https://zoom.example/rec/1", "recording_files": files}
    began_at = read_time("2031-03-04T15:00:00Z")
    assert began_at is not None

    found = MeetingRecordingRecord.model_validate(body).recording("zoom-1", began_at)

    assert (found.status, found.link.get_secret_value()) == (status, "https://zoom.example/rec/1")
