"""The labels of the fields of a webinar that a user can change, and the names of languages."""

from __future__ import annotations

from collections.abc import Mapping

FIELD_LABELS: Mapping[str, str] = {
    "title": "Title",
    "start": "Starts",
    "length": "Length",
    "time_zone": "Time zone",
    "audience": "Who is it for?",
    "description": "Description",
    "auto_record": "Start recording automatically",
    "artifacts_access": "Who can watch the recording afterward?",
    "panelist_waiting_room": "Wait in a waiting room until they are let in",
    "panelist_video": "Camera on",
    "panelist_screen_sharing": "Screen sharing allowed",
    "panelist_mute_control": "Can mute and unmute themselves",
    "phone_dial_in": "Can dial in by phone",
    "panelist_access": "Who can join as a panelist?",
    "attendee_access": "Who can join as an attendee?",
    "password": "Password",
    "qna": "Attendees can ask questions",
    "qna_anonymous": "Questions can be anonymous",
    "qna_moderated": "Questions are checked before everyone sees them",
    "panel_join_offset": "When can hosts and panelists join?",
    "redirect_uri": "Web page to show afterward",
    "manual_approval": "Registrants have to be approved",
    "waiting_room": "Wait until the host lets them in",
    "join_before_host": "Can join before the host",
    "host_video": "Host’s camera on",
    "participant_video": "Participants’ cameras on",
    "mute_on_entry": "Muted when they join",
    "alternative_hosts": "Alternative hosts",
    "practice_session": "Practice session before the start",
    "locale_code": "Language",
}
"""The label of each field, which forms and texts use."""

LOCALES = {
    "en-US": "English (U.S.)",
    "en-GB": "English (U.K.)",
    "de-DE": "German",
    "es-ES": "Spanish",
    "es-419": "Spanish (Latin America)",
    "fi-FI": "Finnish",
    "fr-FR": "French",
    "fr-CA": "French (Canada)",
    "it-IT": "Italian",
    "ja-JP": "Japanese",
    "ko-KR": "Korean",
    "nl-NL": "Dutch",
    "pt-BR": "Portuguese (Brazil)",
    "pt-PT": "Portuguese (Portugal)",
    "zh-CN": "Chinese (simplified)",
    "zh-HK": "Chinese (traditional, Hong Kong)",
    "zh-TW": "Chinese (traditional, Taiwan)",
}
"""The languages by their code."""
