"""All supported operations of the RingCentral API."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Literal

from sandbox.ringcentral import (
    directory,
    history,
    history_people,
    invitees,
    notifications,
    oauth,
    recordings,
    registrants,
    registration,
    sessions,
    webinars,
)
from sandbox.ringcentral.request import ApiRequest
from sandbox.ringcentral.responses import ApiResponse
from sandbox.ringcentral.rules import Group

ACCOUNT = "/restapi/v1.0/account/{accountId}"
CONFIGURATION = "/webinar/configuration/v1"
WEBINARS = f"{CONFIGURATION}/webinars"
WEBINAR = f"{WEBINARS}/{{webinarId}}"
SESSION = f"{WEBINAR}/sessions/{{sessionId}}"
INVITEES = f"{SESSION}/invitees"
INVITEE = f"{INVITEES}/{{inviteeId}}"
REGISTRATION = "/webinar/registration/v1/sessions/{sessionId}"
HISTORY = "/webinar/history/v1"
PAST_WEBINAR = f"{HISTORY}/webinars/{{webinarId}}"
PAST_SESSION = f"{PAST_WEBINAR}/sessions/{{sessionId}}"
RECORDINGS, COMPANY_RECORDINGS = f"{HISTORY}/recordings", f"{HISTORY}/company/recordings"
REGISTRANTS = f"{REGISTRATION}/registrants"
REGISTRANT = f"{REGISTRANTS}/{{registrantId}}"

SUBSCRIPTIONS = notifications.SUBSCRIPTIONS
SUBSCRIPTION = f"{SUBSCRIPTIONS}/{{subscriptionId}}"

Permission = Literal["", "ReadAccounts", "ReadWebinars", "EditWebinars", "SubscriptionWebhook"]
WEBHOOK: Permission = "SubscriptionWebhook"


@dataclass(frozen=True)
class Operation:
    """One operation by the vendor's name; `permission` is the app permission, "" if no token is needed."""

    name: str
    method: str
    path: str
    group: Group
    permission: Permission
    handler: Callable[[ApiRequest], ApiResponse | Awaitable[ApiResponse]]


def _read(name: str, path: str, handler: Callable[[ApiRequest], ApiResponse]) -> Operation:
    return Operation(name, "GET", path, "Heavy", "ReadWebinars", handler)


OPERATIONS = (
    Operation("getToken", "POST", "/restapi/oauth/token", "Auth", "", oauth.get_token),
    Operation("revokeToken", "POST", "/restapi/oauth/revoke", "Auth", "", oauth.revoke_token),
    Operation(
        "readExtension", "GET", f"{ACCOUNT}/extension/{{extensionId}}", "Light", "ReadAccounts", directory.get_extension
    ),
    Operation("listExtensions", "GET", f"{ACCOUNT}/extension", "Medium", "ReadAccounts", directory.list_extensions),
    Operation(
        "listDirectoryEntries",
        "GET",
        f"{ACCOUNT}/directory/entries",
        "Medium",
        "ReadAccounts",
        directory.list_directory,
    ),
    Operation(
        "searchDirectoryEntries",
        "POST",
        f"{ACCOUNT}/directory/entries/search",
        "Heavy",
        "ReadAccounts",
        directory.search_directory,
    ),
    Operation("rcwConfigListWebinars", "GET", WEBINARS, "Heavy", "ReadWebinars", webinars.list_webinars),
    Operation("rcwConfigCreateWebinar", "POST", WEBINARS, "Heavy", "EditWebinars", webinars.create_webinar),
    Operation("rcwConfigGetWebinar", "GET", WEBINAR, "Heavy", "ReadWebinars", webinars.get_webinar),
    Operation("rcwConfigUpdateWebinar", "PATCH", WEBINAR, "Heavy", "EditWebinars", webinars.patch_webinar),
    Operation("rcwConfigDeleteWebinar", "DELETE", WEBINAR, "Heavy", "EditWebinars", webinars.delete_webinar),
    Operation(
        "rcwConfigCreateSession", "POST", f"{WEBINAR}/sessions", "Heavy", "EditWebinars", sessions.create_session
    ),
    Operation("rcwConfigGetSession", "GET", SESSION, "Heavy", "ReadWebinars", sessions.get_session),
    Operation("rcwConfigUpdateSession", "PATCH", SESSION, "Heavy", "EditWebinars", sessions.patch_session),
    Operation("rcwConfigDeleteSession", "DELETE", SESSION, "Heavy", "EditWebinars", sessions.delete_session),
    Operation(
        "rcwConfigListAllSessions",
        "GET",
        f"{CONFIGURATION}/sessions",
        "Heavy",
        "ReadWebinars",
        sessions.list_own_sessions,
    ),
    Operation(
        "rcwConfigListAllCompanySessions",
        "GET",
        f"{CONFIGURATION}/company/sessions",
        "Heavy",
        "ReadWebinars",
        sessions.list_company_sessions,
    ),
    Operation("rcwConfigListInvitees", "GET", INVITEES, "Heavy", "ReadWebinars", invitees.list_invitees),
    Operation("rcwConfigUpdateInvitees", "PATCH", INVITEES, "Heavy", "EditWebinars", invitees.patch_invitees),
    Operation("rcwConfigGetInvitee", "GET", INVITEE, "Heavy", "ReadWebinars", invitees.get_invitee),
    Operation("rcwConfigUpdateInvitee", "PUT", INVITEE, "Heavy", "EditWebinars", invitees.put_invitee),
    Operation("rcwConfigDeleteInvitee", "DELETE", INVITEE, "Heavy", "EditWebinars", invitees.delete_invitee),
    Operation("rcwRegGetSession", "GET", REGISTRATION, "Heavy", "ReadWebinars", registration.get_registration),
    Operation("rcwRegUpdateSession", "PATCH", REGISTRATION, "Heavy", "EditWebinars", registration.patch_registration),
    Operation("rcwRegListRegistrants", "GET", REGISTRANTS, "Heavy", "ReadWebinars", registrants.list_registrants),
    Operation("rcwRegCreateRegistrant", "POST", REGISTRANTS, "Heavy", "EditWebinars", registrants.create_registrant),
    Operation("rcwRegGetRegistrant", "GET", REGISTRANT, "Heavy", "ReadWebinars", registrants.get_registrant),
    Operation("rcwRegDeleteRegistrant", "DELETE", REGISTRANT, "Heavy", "EditWebinars", registrants.delete_registrant),
    _read("rcwHistoryGetWebinar", PAST_WEBINAR, history.get_webinar),
    _read("rcwHistoryGetSession", PAST_SESSION, history.get_session),
    _read("rcwHistoryListAllSessions", f"{HISTORY}/sessions", history.list_own_sessions),
    _read("rcwHistoryListAllCompanySessions", f"{HISTORY}/company/sessions", history.list_company_sessions),
    _read("rcwHistoryListInvitees", f"{PAST_SESSION}/invitees", history_people.list_invitees),
    _read("rcwHistoryGetInvitee", f"{PAST_SESSION}/invitees/{{inviteeId}}", history_people.get_invitee),
    _read("rcwHistoryListParticipants", f"{PAST_SESSION}/participants", history_people.list_participants),
    _read("rcwHistoryGetParticipantInfo", f"{PAST_SESSION}/participants/self", history_people.get_own_participation),
    _read("rcwHistoryListRecordings", RECORDINGS, recordings.list_own_recordings),
    _read("rcwHistoryGetRecording", f"{RECORDINGS}/{{recordingId}}", recordings.get_own_recording),
    _read("rcwHistoryGetRecordingDownload", f"{RECORDINGS}/{{recordingId}}/download", recordings.download_recording),
    _read("rcwHistoryAdminListRecordings", COMPANY_RECORDINGS, recordings.list_company_recordings),
    _read("rcwHistoryAdminGetRecording", f"{COMPANY_RECORDINGS}/{{recordingId}}", recordings.get_company_recording),
    Operation("rcwN11sListSubscriptions", "GET", SUBSCRIPTIONS, "Light", WEBHOOK, notifications.list_subscriptions),
    Operation("rcwN11sCreateSubscription", "POST", SUBSCRIPTIONS, "Medium", WEBHOOK, notifications.create_subscription),
    Operation("rcwN11sGetSubscription", "GET", SUBSCRIPTION, "Light", WEBHOOK, notifications.get_subscription),
    Operation("rcwN11sUpdateSubscription", "PUT", SUBSCRIPTION, "Medium", WEBHOOK, notifications.update_subscription),
    Operation(
        "rcwN11sDeleteSubscription", "DELETE", SUBSCRIPTION, "Medium", WEBHOOK, notifications.delete_subscription
    ),
    Operation(
        "rcwN11sRenewSubscription", "POST", f"{SUBSCRIPTION}/renew", "Light", WEBHOOK, notifications.renew_subscription
    ),
)
