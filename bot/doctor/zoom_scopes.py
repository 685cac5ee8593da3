"""What stops working without a scope of the Zoom app: the table of docs/zoom-setup.md."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

_BOTH: Final = {
    "read:list_{kind}s": "{kind}s are not found by themselves, only those that are added",
    "read:{kind}": "no {kind} can be read, added, or kept up to date",
    "write:{kind}": "no {kind} can be created",
    "update:{kind}": "no {kind} can be changed or moved",
    "delete:{kind}": "no {kind} can be canceled",
    "read:list_registrants": "registrants of {kind}s are neither counted nor listed",
    "write:registrant": "nobody can be registered for a {kind}",
    "write:batch_registrants": "people of a list are registered for a {kind} one by one",
    "update:registrant_status": "nobody can be approved, denied or canceled for a {kind}",
    "read:registrant": "a seat of a {kind} cannot be checked",
    "delete:registrant": "nobody's registration for a {kind} can be removed",
    "read:list_registration_questions": "the questions of a {kind}'s registration are not asked",
    "read:list_past_participants": "who came to a {kind} is not read from its latest list",
}
WITHOUT: Final[Mapping[str, str]] = {
    "user:read:list_users:admin": "nothing works: neither hosts nor their meetings are found",
    "user:read:user:admin": "people are not recognized as hosts by their address",
    **{
        f"{kind}:{name.format(kind=kind)}:admin": text.format(kind=kind)
        for kind in ("meeting", "webinar")
        for name, text in _BOTH.items()
    },
    "cloud_recording:read:list_recording_files:admin": "recordings are not found",
    "webinar:read:list_panelists:admin": "the panelists of a webinar and their links are not read",
    "webinar:write:panelist:admin": "no panelists can be invited",
    "webinar:delete:panelist:admin": "no panelists can be removed",
    "webinar:read:list_tracking_sources:admin": "the sources of a webinar's registrants are not shown",
    "report:read:list_meeting_participants:admin": "there is no report of meetings by person",
    "report:read:list_webinar_participants:admin": "there is no report of webinars by person",
    "report:read:webinar:admin": "there are no figures of webinars that are over",
}
"""By the granular name of the scope."""
NEEDED: Final = frozenset(
    {
        "user:read:list_users:admin",
        "meeting:read:list_meetings:admin",
        "meeting:read:meeting:admin",
        "meeting:read:list_registrants:admin",
        "meeting:write:registrant:admin",
    }
)
"""Without one of these, nothing useful works. A company without webinars can do without the others."""
