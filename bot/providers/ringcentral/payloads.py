"""What RingCentral wants to be sent: our forms in its words."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from bot.model.people import Coworker
from bot.model.registrant import RegistrantDetails
from bot.model.team import NewInvitee, NewRole, TeamChange
from bot.model.webinar import Audience, Form
from bot.providers.base import UNCHANGED, RegistrationChange
from bot.providers.ringcentral.records import PreferencesRecord, SettingsRecord


def webinar_body(form: Form, host: Coworker | None) -> dict[str, Any]:
    """WebinarCreationRequest. All that may be set is said, as defaults differ between RingCentral's own services."""
    options = {**dict(form.options), "password": form.options.password.get_secret_value()}
    names = {name: str(field.alias) for name, field in SettingsRecord.model_fields.items()}
    # Empty words stand for "nothing chosen": a password and a page are only sent when there is one.
    settings = {names[name]: value for name, value in options.items() if value != ""}
    body = {
        "title": form.title,
        "settings": {**settings, "registrationEnabled": form.audience is Audience.REGISTRANTS},
        **({"description": form.description} if form.description else {}),
    }
    return body if host is None else {**body, "host": {"linkedUser": _linked(host)}}


def session_body(form: Form) -> dict[str, Any]:
    """WcsSessionWithLocaleCodeModel. Without a title of its own, so that it goes by the webinar's when that changes."""
    return {
        "scheduledStartTime": in_utc(form.start),
        "scheduledDuration": int(form.length.total_seconds()),
        "timeZone": form.time_zone,
        "localeCode": form.locale_code,
        "panelJoinTimeOffset": int(form.panel_join_offset.total_seconds()),
    }


def registration_body(change: RegistrationChange) -> dict[str, Any]:
    """RegSessionModel as far as it can be written: it requires the status with every change. A limit of 0 is none."""
    body = {"registrationStatus": "Open" if change.is_open else "Closed"}
    limit = {} if change.limit is UNCHANGED else {"autoCloseLimit": change.limit or 0}
    settings = {**limit, **_preferences(change)}
    return {**body, "settings": settings} if settings else body


def _preferences(change: RegistrationChange) -> dict[str, Any]:
    """All of them or none, so that what a person saw when they chose is what holds."""
    if change.preferences is UNCHANGED:
        return {}
    names = {name: str(field.alias) for name, field in PreferencesRecord.model_fields.items()}
    return {names[name]: value for name, value in change.preferences.model_dump(mode="json").items()}


def team_body(change: TeamChange) -> dict[str, Any]:
    """BulkUpdateInviteesRequest, without the lists that would be empty."""
    lists = {
        "addedInvitees": [_new_invitee(one) for one in change.added],
        "updatedInvitees": [_new_role(one) for one in change.updated],
        "deletedInvitees": [{"id": one} for one in change.deleted],
    }
    return {name: listed for name, listed in lists.items() if listed}


def _new_invitee(one: NewInvitee) -> dict[str, Any]:
    """AddInviteeRequest: by `linkedUser` or by name and address, never both."""
    who = (
        {"linkedUser": _linked(one.coworker)}
        if one.coworker
        else {"firstName": one.first_name, "lastName": one.last_name, "email": one.address}
    )
    return {**who, "role": one.role.value, "sendInvite": one.is_mailed}


def _new_role(one: NewRole) -> dict[str, Any]:
    """An id with UpdateInviteeRequest, which requires the role."""
    known = {} if one.is_mailed is None else {"sendInvite": one.is_mailed}
    return {"id": one.invitee_id, "role": one.role.value, **known}


def registrant_body(applicant: RegistrantDetails) -> dict[str, Any]:
    """RegistrantBaseModelWithQuestionnaire. The address goes in lower case: on what a 409 keys is published nowhere."""
    optional = {
        "externalId": applicant.external_id,
        "source": applicant.source,
        "joinUri": applicant.join_page.get_secret_value(),
        "cancellationUri": applicant.cancel_page.get_secret_value(),
    }
    return {
        "firstName": applicant.first_name,
        "lastName": applicant.last_name,
        "email": applicant.address,
        **{name: value for name, value in optional.items() if value},
    }


def _linked(coworker: Coworker) -> dict[str, str]:
    """RcwDomainUserModel. In the domain "pbx" the user's id is the id of the extension."""
    return {"userId": coworker.user_id, "accountId": coworker.account_id, "domain": "pbx"}


def in_utc(moment: datetime) -> str:
    """A moment as RingCentral writes it, to the second before."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
