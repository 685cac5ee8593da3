"""RingCentral's requests about recordings."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Annotated

from pydantic import AwareDatetime, SecretStr

from bot.errors import ProviderForbidden, ProviderGone, ProviderRefused
from bot.model.recording import MediaKind, Recording, RecordingFile, RecordingStatus
from bot.providers.base import Caller
from bot.providers.ringcentral.company_reads import CompanyReads
from bot.providers.ringcentral.errors import APP_CODES, USER_CODES
from bot.providers.ringcentral.payloads import format_utc
from bot.providers.ringcentral.records import Record, any_case, parse_record
from bot.providers.ringcentral.request import HEAVY

RECORDINGS = "/webinar/history/v1/recordings"
RECORDING = "/webinar/history/v1/recordings/{recording_id}"
DOWNLOAD = "/webinar/history/v1/recordings/{recording_id}/download"
COMPANY_RECORDINGS = "/webinar/history/v1/company/recordings"
COMPANY_RECORDING = "/webinar/history/v1/company/recordings/{recording_id}"

GONE = "RingCentral no longer has this recording, or doesn't let it be watched right now."
HIDDEN = (
    "RingCentral shows a recording only to the host, the co-hosts and administrators with the Webinar Settings "
    "permission, and Greenroom's RingCentral user is none of them for this webinar. A RingCentral administrator "
    "can give it that permission in the Admin Portal."
)
NO_DOWNLOAD = (
    "Your company's RingCentral settings do not let hosts download recordings. A RingCentral administrator can allow "
    "it in the Admin Portal."
)

# An unknown status of a newer API is one that may still change.
AnyRecordingStatus = Annotated[RecordingStatus, any_case(RecordingStatus, RecordingStatus.PROCESSING)]


class SessionReference(Record):
    """SessionRefModel, as far as it is used."""

    id: str = ""


class RecordingRecord(Record):
    """RecordingItemModel of a list, or RecordingItemExtendedModel with the link. The id is optional there."""

    id: str = ""
    status: AnyRecordingStatus
    creation_time: AwareDatetime
    duration: int | None = None
    shared: bool = False
    shared_uri_expiration_time: AwareDatetime | None = None
    recording_shared_uri: SecretStr = SecretStr("")
    session: SessionReference = SessionReference()

    def recording(self) -> Recording:
        """Convert to the model. `creationTime` is when the recording began."""
        return Recording(
            recording_id=self.id,
            session_id=self.session.id,
            status=self.status,
            began_at=self.creation_time,
            duration=None if self.duration is None else timedelta(seconds=self.duration),
            is_shared=self.shared,
            shared_until=self.shared_uri_expiration_time,
            link=self.recording_shared_uri,
        )


class DownloadRecord(Record):
    """RecordingDownloadModel."""

    download_uri: SecretStr
    download_size: int = 0


class RecordingsApi(CompanyReads):
    """The part of the client about recordings."""

    async def recordings(
        self,
        since: datetime,
        until: datetime,
        caller: Caller,
        session_ids: Sequence[str] = (),  # noqa: ARG002 - the list has those, too
    ) -> list[Recording]:
        """See the port. The company's if the service user is an administrator, otherwise of what it hosts."""
        query = {"creationTimeFrom": format_utc(since), "creationTimeTo": format_utc(until)}
        records = await self._list(COMPANY_RECORDINGS, RECORDINGS, caller, query=query)
        return [parse_record(RecordingRecord, record).recording() for record in records]

    async def recording(self, recording_id: str, caller: Caller) -> Recording:
        """See the port."""
        try:
            body = await self._read(COMPANY_RECORDING, RECORDING, caller, ids={"recording_id": recording_id})
        except ProviderRefused as refusal:
            raise recording_error(refusal) from None
        return parse_record(RecordingRecord, body).recording()

    async def recording_download(self, recording_id: str, kind: MediaKind, caller: Caller) -> RecordingFile:
        """See the port. There is no operation for the company, but its administrators may use this one."""
        ids, query = {"recording_id": recording_id}, {"recordingMediaType": str(kind)}
        try:
            body = await self._request("GET", DOWNLOAD, group=HEAVY, caller=caller, ids=ids, query=query)
        except ProviderRefused as refusal:
            raise recording_error(refusal, is_download=True) from None
        record = parse_record(DownloadRecord, body)
        return RecordingFile(kind=kind, link=record.download_uri, size=record.download_size)


def recording_error(refusal: ProviderRefused, *, is_download: bool = False) -> ProviderRefused:
    """The refusal of a recording, with a sentence of its own. One of the app's permission stays as it is.

    "403 for a host where the company forbids downloads; an admin with WebinarSettings may always": the description of
    the operation, which publishes no code for it.
    """
    facts = {"code": refusal.code, "parameter": refusal.parameter}
    if isinstance(refusal, ProviderGone):
        return ProviderGone(GONE, status=refusal.status, **facts)
    if refusal.status != 403 or refusal.code in APP_CODES:
        return refusal
    sentence = NO_DOWNLOAD if is_download and _is_company_rule(refusal) else HIDDEN
    return ProviderForbidden(sentence, status=refusal.status, **facts)


def _is_company_rule(refusal: ProviderRefused) -> bool:
    """Whether a setting of the company forbids the download, as opposed to a right that the service user lacks."""
    return "download" in refusal.parameter.lower() or refusal.code not in USER_CODES
