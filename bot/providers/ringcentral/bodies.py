"""What RingCentral wants to be sent: our forms in its words."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from bot.models import Audience, Coworker, Form
from bot.providers import UNCHANGED, RegistrationChange
from bot.providers.ringcentral.models import SettingsRecord


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
    if host is None:
        return body
    # In the domain "pbx" the user's id is the id of the extension.
    return {**body, "host": {"linkedUser": {"userId": host.user_id, "accountId": host.account_id, "domain": "pbx"}}}


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
    status = {"registrationStatus": "Open" if change.is_open else "Closed"}
    return status if change.limit is UNCHANGED else {**status, "settings": {"autoCloseLimit": change.limit or 0}}


def in_utc(moment: datetime) -> str:
    """A moment as RingCentral writes it, to the second before."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
