"""The request bodies of RingCentral's API."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from bot.model.people import Coworker
from bot.model.registrant import RegistrantDetails
from bot.model.team import NewInvitee, NewRole, TeamChange
from bot.model.webinar import Audience, WebinarForm
from bot.model.webinar_edit import WebinarEdit
from bot.providers.base import UNCHANGED, RegistrationChange
from bot.providers.ringcentral.records import PreferencesRecord, SettingsRecord


def webinar_body(form: WebinarForm, host: Coworker | None) -> dict[str, Any]:
    """WebinarCreationRequest with every writable setting, as defaults differ between RingCentral's services."""
    options = {**dict(form.options), "password": form.options.password.get_secret_value()}
    names = _setting_names()
    # An empty password or page means "not chosen" and is not sent; nor is a setting that only others have.
    settings = {names[name]: value for name, value in options.items() if value != "" and name in names}
    body = {
        "title": form.title,
        "settings": {**settings, "registrationEnabled": form.audience is Audience.REGISTRANTS},
        **({"description": form.description} if form.description else {}),
    }
    return body if host is None else {**body, "host": {"linkedUser": _linked(host)}}


def session_body(form: WebinarForm) -> dict[str, Any]:
    """WcsSessionWithLocaleCodeModel. Without a title, so that the session follows a change of the webinar's title."""
    return {
        "scheduledStartTime": format_utc(form.start),
        "scheduledDuration": int(form.length.total_seconds()),
        "timeZone": form.time_zone,
        "localeCode": form.locale_code,
        "panelJoinTimeOffset": int(form.panel_join_offset.total_seconds()),
    }


def changed_webinar_body(edit: WebinarEdit) -> dict[str, Any]:
    """The part of WebinarBaseModel that differs. An empty text clears it, also the password.

    Except for the web page afterwards: its schema is a URI, which an empty text is not, so it is not sent.
    """
    after, known, settings = edit.after, _setting_names(), dict[str, Any]()
    for name in edit.webinar_names:
        if name == "audience":
            settings["registrationEnabled"] = after.audience is Audience.REGISTRANTS
        elif name == "password":
            settings["password"] = after.password.get_secret_value()
        elif name in known and getattr(after, name) != "":
            settings[known[name]] = getattr(after, name)
    texts: dict[str, Any] = {
        name: getattr(after, name) for name in ("title", "description") if name in edit.webinar_names
    }
    return {**texts, **({"settings": settings} if settings else {})}


def changed_session_body(edit: WebinarEdit) -> dict[str, Any]:
    """The part of WcsSessionWithLocaleCodeModel that differs.

    Called partial, but start, length and time zone are required by its schema: they are always sent. `status` is
    writable there, but no call starts or ends a webinar: it is never sent.
    """
    after, names = edit.after, edit.session_names
    optional: dict[str, Any] = {
        "title": ("title", after.title),
        "description": ("description", after.description),
        "locale_code": ("localeCode", after.locale_code),
        "panel_join_offset": ("panelJoinTimeOffset", int(after.panel_join_offset.total_seconds())),
    }
    return {
        "scheduledStartTime": format_utc(after.start),
        "scheduledDuration": int(after.length.total_seconds()),
        "timeZone": after.time_zone,
        **dict(pair for name, pair in optional.items() if name in names),
    }


def _setting_names() -> dict[str, str]:
    return {name: str(field.alias) for name, field in SettingsRecord.model_fields.items()}


def registration_body(change: RegistrationChange) -> dict[str, Any]:
    """The writable part of RegSessionModel. The status is required in every change; a limit of 0 means no limit."""
    body = {"registrationStatus": "Open" if change.is_open else "Closed"}
    limit = {} if change.limit is UNCHANGED else {"autoCloseLimit": change.limit or 0}
    settings = {**limit, **_preferences(change)}
    return {**body, "settings": settings} if settings else body


def _preferences(change: RegistrationChange) -> dict[str, Any]:
    """All preferences or none, so that the result is what the user saw in the form."""
    if change.preferences is UNCHANGED:
        return {}
    names = {name: str(field.alias) for name, field in PreferencesRecord.model_fields.items()}
    return {names[name]: value for name, value in change.preferences.model_dump(mode="json").items()}


def team_body(change: TeamChange) -> dict[str, Any]:
    """BulkUpdateInviteesRequest without empty lists."""
    lists = {
        "addedInvitees": [_new_invitee(invitee) for invitee in change.added],
        "updatedInvitees": [_new_role(member) for member in change.updated],
        "deletedInvitees": [{"id": invitee_id} for invitee_id in change.deleted],
    }
    return {name: items for name, items in lists.items() if items}


def _new_invitee(invitee: NewInvitee) -> dict[str, Any]:
    """AddInviteeRequest: `linkedUser`, or name and address, never both."""
    identity = (
        {"linkedUser": _linked(invitee.coworker)}
        if invitee.coworker
        else {"firstName": invitee.first_name, "lastName": invitee.last_name, "email": invitee.address}
    )
    return {**identity, "role": invitee.role.value, "sendInvite": invitee.is_mailed}


def _new_role(member: NewRole) -> dict[str, Any]:
    """An id with UpdateInviteeRequest, which requires the role."""
    send_invite = {} if member.is_mailed is None else {"sendInvite": member.is_mailed}
    return {"id": member.invitee_id, "role": member.role.value, **send_invite}


def registrant_body(details: RegistrantDetails, links: Mapping[str, str]) -> dict[str, Any]:
    """RegistrantBaseModelWithQuestionnaire. The address is sent in lower case: what a 409 compares is not published."""
    optional = {"externalId": details.external_id, "source": details.source, **links}
    return {
        "firstName": details.first_name,
        "lastName": details.last_name,
        "email": details.address,
        **{name: value for name, value in optional.items() if value},
    }


def _linked(coworker: Coworker) -> dict[str, str]:
    """RcwDomainUserModel. In the domain "pbx" the user id is the extension id."""
    return {"userId": coworker.user_id, "accountId": coworker.account_id, "domain": "pbx"}


def format_utc(moment: datetime) -> str:
    """RingCentral's time format in UTC, rounded down to a second."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
