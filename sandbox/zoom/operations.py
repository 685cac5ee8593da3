"""All supported operations of the Zoom API."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sandbox.zoom import meetings, oauth, panelists, past, questions, recordings, registrants, users
from sandbox.zoom.request import ApiRequest
from sandbox.zoom.responses import ApiError, ApiResponse
from sandbox.zoom.rules import Label, Rules

API = "/v2"
LACKS_SCOPE = 4711
Handler = Callable[[ApiRequest], ApiResponse]


@dataclass(frozen=True)
class Operation:
    """One operation by the vendor's name; without a label and a scope it needs no token."""

    name: str
    method: str
    path: str
    label: Label | None
    scope: str
    """The granular scope of a server-to-server app, without `:admin`."""
    handler: Handler

    @property
    def classic_scope(self) -> str:
        """The earlier scope that covers this operation."""
        kind, action = self.scope.removeprefix("cloud_").split(":")[:2]
        return f"{kind}:{'read' if action == 'read' else 'write'}"

    def check_scope(self, rules: Rules) -> None:
        """Raise 400 if the app has neither the granular nor the classic scope of an account."""
        accepted = [f"{self.scope}:admin", f"{self.classic_scope}:admin"]
        if not set(accepted) & set(rules.scopes):
            raise ApiError(400, LACKS_SCOPE, f"Invalid access token, does not contain scopes:[{', '.join(accepted)}].")


def _of_events(kind: str, names: tuple[str, ...]) -> tuple[Operation, ...]:
    """The operations that meetings and webinars share; `names` are the vendor's, in this order."""
    id_name = f"{{{kind}Id}}"
    many, one = f"{API}/users/{{userId}}/{kind}s", f"{API}/{kind}s/{id_name}"
    registrants_of = f"{one}/registrants"
    rows: tuple[tuple[str, str, Label, str, Handler], ...] = (
        ("GET", many, "Medium", f"read:list_{kind}s", meetings.list_events),
        ("POST", many, "Light", f"write:{kind}", meetings.create_event),
        ("GET", one, "Light", f"read:{kind}", meetings.get_event),
        ("PATCH", one, "Light", f"update:{kind}", meetings.patch_event),
        ("DELETE", one, "Light", f"delete:{kind}", meetings.delete_event),
        # Before the registrants' ids, which would match these words.
        ("GET", f"{registrants_of}/questions", "Light", "read:list_registration_questions", questions.get_questions),
        ("PATCH", f"{registrants_of}/questions", "Light", "update:registration_question", questions.patch_questions),
        ("PUT", f"{registrants_of}/status", "Medium", "update:registrant_status", registrants.put_status),
        ("GET", registrants_of, "Medium", "read:list_registrants", registrants.list_registrants),
        ("POST", registrants_of, "Light", "write:registrant", registrants.add_registrant),
        ("GET", f"{registrants_of}/{{registrantId}}", "Light", "read:registrant", registrants.get_registrant),
        ("DELETE", f"{registrants_of}/{{registrantId}}", "Light", "delete:registrant", registrants.delete_registrant),
        ("POST", f"{one}/batch_registrants", "Heavy", "write:batch_registrants", registrants.add_batch),
        (
            "GET",
            f"{API}/past_{kind}s/{id_name}/participants",
            "Medium",
            "read:list_past_participants",
            past.list_participants,
        ),
    )
    return tuple(
        Operation(name, method, path, label, f"{kind}:{scope}", handler)
        for name, (method, path, label, scope, handler) in zip(names, rows, strict=True)
    )


WEBINAR, REPORT = f"{API}/webinars/{{webinarId}}", "report:read:list_{}_participants"
PANELISTS = f"{WEBINAR}/panelists"
OPERATIONS = (
    Operation("oauthToken", "POST", "/oauth/token", None, "", oauth.get_token),
    Operation("oauthRevoke", "POST", "/oauth/revoke", None, "", oauth.revoke_token),
    *_of_events(
        "meeting",
        (
            "meetings",
            "meetingCreate",
            "meeting",
            "meetingUpdate",
            "meetingDelete",
            "meetingRegistrantsQuestionsGet",
            "meetingRegistrantQuestionUpdate",
            "meetingRegistrantStatus",
            "meetingRegistrants",
            "meetingRegistrantCreate",
            "meetingRegistrantGet",
            "meetingregistrantdelete",
            "addBatchRegistrants",
            "pastMeetingParticipants",
        ),
    ),
    *_of_events(
        "webinar",
        (
            "webinars",
            "webinarCreate",
            "webinar",
            "webinarUpdate",
            "webinarDelete",
            "webinarRegistrantsQuestionsGet",
            "webinarRegistrantQuestionUpdate",
            "webinarRegistrantStatus",
            "webinarRegistrants",
            "webinarRegistrantCreate",
            "webinarRegistrantGet",
            "deleteWebinarRegistrant",
            "addBatchWebinarRegistrants",
            "listWebinarParticipants",
        ),
    ),
    Operation("webinarStatus", "PUT", f"{WEBINAR}/status", "Light", "webinar:update:status", panelists.put_status),
    Operation("webinarPanelists", "GET", PANELISTS, "Medium", "webinar:read:list_panelists", panelists.list_panelists),
    Operation("webinarPanelistCreate", "POST", PANELISTS, "Medium", "webinar:write:panelist", panelists.add_panelists),
    Operation(
        "webinarPanelistsDelete", "DELETE", PANELISTS, "Light", "webinar:delete:panelist", panelists.delete_panelists
    ),
    Operation(
        "webinarPanelistDelete",
        "DELETE",
        f"{PANELISTS}/{{panelistId}}",
        "Light",
        "webinar:delete:panelist",
        panelists.delete_panelist,
    ),
    Operation(
        "recordingGet",
        "GET",
        f"{API}/meetings/{{meetingId}}/recordings",
        "Light",
        "cloud_recording:read:list_recording_files",
        recordings.get_recording,
    ),
    Operation("users", "GET", f"{API}/users", "Medium", "user:read:list_users", users.list_users),
    Operation("user", "GET", f"{API}/users/{{userId}}", "Light", "user:read:user", users.get_user),
    Operation(
        "reportWebinarDetails",
        "GET",
        f"{API}/report/webinars/{{webinarId}}",
        "Heavy",
        "report:read:webinar",
        past.report_webinar,
    ),
    Operation(
        "getTrackingSources",
        "GET",
        f"{WEBINAR}/tracking_sources",
        "Medium",
        "webinar:read:list_tracking_sources",
        panelists.list_sources,
    ),
    Operation(
        "webinarAbsentees",
        "GET",
        f"{API}/past_webinars/{{webinarId}}/absentees",
        "Heavy",
        "webinar:read:list_absentees",
        past.list_absentees,
    ),
    Operation(
        "reportMeetingParticipants",
        "GET",
        f"{API}/report/meetings/{{meetingId}}/participants",
        "Heavy",
        REPORT.format("meeting"),
        past.report_participants,
    ),
    Operation(
        "reportWebinarParticipants",
        "GET",
        f"{API}/report/webinars/{{webinarId}}/participants",
        "Heavy",
        REPORT.format("webinar"),
        past.report_participants,
    ),
)
