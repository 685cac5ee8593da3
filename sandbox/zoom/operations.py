"""All supported operations of the Zoom API."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sandbox.zoom import meetings, oauth, questions, registrants
from sandbox.zoom.request import ApiRequest
from sandbox.zoom.responses import ApiError, ApiResponse
from sandbox.zoom.rules import Label, Rules

API = "/v2"
MEETINGS, MEETING = f"{API}/users/{{userId}}/meetings", f"{API}/meetings/{{meetingId}}"
REGISTRANTS = f"{MEETING}/registrants"
REGISTRANT, QUESTIONS = f"{REGISTRANTS}/{{registrantId}}", f"{REGISTRANTS}/questions"
LACKS_SCOPE = 4711


@dataclass(frozen=True)
class Operation:
    """One operation by the vendor's name; without a label and a scope it needs no token."""

    name: str
    method: str
    path: str
    label: Label | None
    scope: str
    """The granular scope of a server-to-server app, without `:admin`."""
    handler: Callable[[ApiRequest], ApiResponse]

    @property
    def classic_scope(self) -> str:
        """The earlier scope that covers this operation."""
        kind, action = self.scope.split(":")[:2]
        return f"{kind}:{'read' if action == 'read' else 'write'}"

    def check_scope(self, rules: Rules) -> None:
        """Raise 400 if the app has neither the granular nor the classic scope of an account."""
        accepted = [f"{self.scope}:admin", f"{self.classic_scope}:admin"]
        if not set(accepted) & set(rules.scopes):
            raise ApiError(400, LACKS_SCOPE, f"Invalid access token, does not contain scopes:[{', '.join(accepted)}].")


OPERATIONS = (
    Operation("oauthToken", "POST", "/oauth/token", None, "", oauth.get_token),
    Operation("oauthRevoke", "POST", "/oauth/revoke", None, "", oauth.revoke_token),
    Operation("meetings", "GET", MEETINGS, "Medium", "meeting:read:list_meetings", meetings.list_meetings),
    Operation("meetingCreate", "POST", MEETINGS, "Light", "meeting:write:meeting", meetings.create_meeting),
    Operation("meeting", "GET", MEETING, "Light", "meeting:read:meeting", meetings.get_meeting),
    Operation("meetingUpdate", "PATCH", MEETING, "Light", "meeting:update:meeting", meetings.patch_meeting),
    Operation("meetingDelete", "DELETE", MEETING, "Light", "meeting:delete:meeting", meetings.delete_meeting),
    Operation(
        "meetingRegistrantsQuestionsGet",
        "GET",
        QUESTIONS,
        "Light",
        "meeting:read:list_registration_questions",
        questions.get_questions,
    ),
    Operation(
        "meetingRegistrantQuestionUpdate",
        "PATCH",
        QUESTIONS,
        "Light",
        "meeting:update:registration_question",
        questions.patch_questions,
    ),
    Operation(
        "meetingRegistrantStatus",
        "PUT",
        f"{REGISTRANTS}/status",
        "Medium",
        "meeting:update:registrant_status",
        registrants.put_status,
    ),
    Operation(
        "meetingRegistrants",
        "GET",
        REGISTRANTS,
        "Medium",
        "meeting:read:list_registrants",
        registrants.list_registrants,
    ),
    Operation(
        "meetingRegistrantCreate", "POST", REGISTRANTS, "Light", "meeting:write:registrant", registrants.add_registrant
    ),
    Operation(
        "meetingRegistrantGet", "GET", REGISTRANT, "Light", "meeting:read:registrant", registrants.get_registrant
    ),
    Operation(
        "meetingregistrantdelete",
        "DELETE",
        REGISTRANT,
        "Light",
        "meeting:delete:registrant",
        registrants.delete_registrant,
    ),
    Operation(
        "addBatchRegistrants",
        "POST",
        f"{MEETING}/batch_registrants",
        "Heavy",
        "meeting:write:batch_registrants",
        registrants.add_batch,
    ),
)
