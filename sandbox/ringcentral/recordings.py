"""Recording operations: the caller's own, the company's, and downloading."""

from __future__ import annotations

from typing import Any

from sandbox.ringcentral.history import session_reference, title_of
from sandbox.ringcentral.models import READ_ONLY_SETTINGS, Session, Webinar
from sandbox.ringcentral.presence import Recording
from sandbox.ringcentral.recording import is_available, recording_resource, recording_status, seconds_of
from sandbox.ringcentral.request import ApiRequest, paginate
from sandbox.ringcentral.responses import ApiError, ApiResponse, needs_permission, not_found
from sandbox.ringcentral.world import WEBINAR_SETTINGS, World

BYTES_PER_SECOND = {"Video": 250, "Audio": 50}  # made up, and small: the file can really be downloaded
CONTENT_TYPES = {"Video": "video/mp4", "Audio": "audio/m4a"}

Found = tuple[Webinar, Session, Recording]


def list_own_recordings(request: ApiRequest) -> ApiResponse:
    """GET /webinar/history/v1/recordings: of the webinars that the caller hosts."""
    return _list(request, [one for one in _recordings(request.world) if one[0].host_id == request.caller.id])


def list_company_recordings(request: ApiRequest) -> ApiResponse:
    """GET /webinar/history/v1/company/recordings, for callers with WebinarSettings only."""
    _check_webinar_settings(request)
    hosts, fragment = request.list_param("hostUserId"), request.query.get("nameFragment", "").lower()
    found = [
        one
        for one in _recordings(request.world)
        if (not hosts or one[0].host_id in hosts) and fragment in title_of(one[0], one[1]).lower()
    ]
    return _list(request, found)


def get_own_recording(request: ApiRequest) -> ApiResponse:
    """GET /webinar/history/v1/recordings/{recordingId}: for those who may read the history of the webinar."""
    return ApiResponse(200, _resource(request.world, *_own(request), with_link=True))


def get_company_recording(request: ApiRequest) -> ApiResponse:
    """GET /webinar/history/v1/company/recordings/{recordingId}, for callers with WebinarSettings only."""
    _check_webinar_settings(request)
    return ApiResponse(200, _resource(request.world, *_by_id(request), with_link=True))


def download_recording(request: ApiRequest) -> ApiResponse:
    """GET …/recordings/{recordingId}/download.

    403 where the company forbids downloads, except for an admin with WebinarSettings; 404 unless it is Available.
    """
    _, session, recording = _own(request)
    world, caller = request.world, request.caller
    allowed = world.company.locked_settings.get(
        "recordingDownloadEnabled", READ_ONLY_SETTINGS["recordingDownloadEnabled"]
    )
    if not allowed and not caller.runs_webinars:
        raise ApiError(403, "CMN-109", "Feature not available: downloads", "recordingDownloadEnabled")
    if not is_available(world, session):
        raise not_found("recordingId")
    kind = request.query.get("recordingMediaType", "Video")
    return ApiResponse(
        200,
        {
            "downloadUri": f"{world.url}/w/recording/{recording.key}/{kind.lower()}",
            "downloadContentType": CONTENT_TYPES[kind],
            "downloadSize": size_of(recording, kind),
        },
    )


def size_of(recording: Recording, kind: str) -> int:
    """The size of the file in bytes."""
    return (seconds_of(recording) or 0) * BYTES_PER_SECOND[kind]


def _recordings(world: World) -> list[Found]:
    return [(webinar, session, session.recording) for webinar, session in world.with_session() if session.recording]


def _list(request: ApiRequest, found: list[Found]) -> ApiResponse:
    since, until = request.datetime_param("creationTimeFrom"), request.datetime_param("creationTimeTo")
    statuses, world = request.list_param("status"), request.world
    shown = [
        one
        for one in found
        if since <= one[2].started <= until
        and (not statuses or recording_status(one[2], world.rules, world.now()) in statuses)
    ]
    shown.sort(key=lambda one: (one[2].started, one[2].id))
    return ApiResponse(200, paginate(request, [_resource(world, *one, with_link=False) for one in shown]))


def _own(request: ApiRequest) -> Found:
    webinar, session, recording = _by_id(request)
    request.world.history_for(request.caller, webinar.id)
    return webinar, session, recording


def _by_id(request: ApiRequest) -> Found:
    for found in _recordings(request.world):
        if found[2].id == request.path["recordingId"]:
            return found
    raise not_found("recordingId")


def _check_webinar_settings(request: ApiRequest) -> None:
    if not request.caller.webinar_settings:
        raise needs_permission(WEBINAR_SETTINGS)


def _resource(
    world: World, webinar: Webinar, session: Session, recording: Recording, *, with_link: bool
) -> dict[str, Any]:
    return {
        **recording_resource(world, recording, with_link=with_link),
        "session": session_reference(world, webinar, session),
    }
