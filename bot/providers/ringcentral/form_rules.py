"""What RingCentral accepts in the form of a webinar.

WcsWebinarResource, WcsWebinarSettingsModel and WcsSessionWithLocaleCodeModel,
developers.ringcentral.com/api-reference; the languages: developers.ringcentral.com/guide/basics/localization.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from bot.model.field_labels import FIELD_LABELS, LOCALES
from bot.model.form_rules import FormRules, Setting, access_words

NAME: Final = "RingCentral"
MAX_PASSWORD: Final = 64
LIVE, MEET, QUESTIONS = "While it is live", "Panelist settings", "Q&A"
# SUPPORT: practice may begin up to one hour before the start, so nothing earlier is offered.
OFFSETS = {
    "0": "At the start",
    **{str(minutes * 60): f"{minutes} minutes before the start" for minutes in (5, 10, 15, 20, 30, 45)},
    "3600": "1 hour before the start",
}
ACCESS = {access.value: words for access, words in access_words(NAME).items()}


def _setting(
    key: str, name: str, group: str, *, box: str = "", choices: Mapping[str, str] | None = None, needs: str = ""
) -> Setting:
    return Setting(key, name, FIELD_LABELS[name], group, box=box, choices=choices or {}, needs=needs)


RULES: Final = FormRules(
    provider=NAME,
    max_title=512,
    max_description=3000,
    min_length=timedelta(seconds=30),
    max_length=timedelta(hours=12),
    settings=(
        _setting("autoRecord", "auto_record", "Recording", box=LIVE),
        _setting("artifactsAccessAuthentication", "artifacts_access", "Recording", choices=ACCESS),
        _setting("panelistWaitingRoom", "panelist_waiting_room", "Panelists", box=MEET),
        _setting("panelistVideoEnabled", "panelist_video", "Panelists", box=MEET),
        _setting("panelistScreenSharingEnabled", "panelist_screen_sharing", "Panelists", box=MEET),
        _setting("panelistMuteControlEnabled", "panelist_mute_control", "Panelists", box=MEET),
        _setting("pstnEnabled", "phone_dial_in", "Panelists", box=MEET),
        _setting("panelistAuthentication", "panelist_access", "Panelists", choices=ACCESS),
        _setting("attendeeAuthentication", "attendee_access", "Attendees", choices=ACCESS),
        Setting(
            "password",
            "password",
            FIELD_LABELS["password"],
            "Attendees",
            hint=f"Up to {MAX_PASSWORD} characters. Never shown on a card.",
            max_length=MAX_PASSWORD,
        ),
        _setting("qnaEnabled", "qna", "Questions", box=QUESTIONS),
        _setting("qnaAnonymousEnabled", "qna_anonymous", "Questions", box=QUESTIONS, needs="qna"),
        _setting("moderatedQnaEnabled", "qna_moderated", "Questions", box=QUESTIONS, needs="qna"),
        _setting("panelJoinTimeOffset", "panel_join_offset", "Before and after", choices=OFFSETS),
        Setting(
            "postWebinarRedirectUri",
            "redirect_uri",
            FIELD_LABELS["redirect_uri"],
            "Before and after",
            hint="Attendees are sent here when the webinar ends.",
            example="https://…",
        ),
        _setting("localeCode", "locale_code", "Language", choices=LOCALES),
    ),
    parameters={
        "title": "title",
        "scheduledStartTime": "start",
        "scheduledDuration": "length",
        "timeZone": "time_zone",
        "registrationEnabled": "audience",
        "description": "description",
    },
    has_fixed_options=True,
)
