"""What Zoom accepts in the form of a meeting or a webinar: the limits of its specification, and what we send."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Final

from bot.model.field_labels import FIELD_LABELS
from bot.model.form_rules import FormRules, Setting
from bot.model.recurrence import EventForm

NAME: Final = "Zoom"
MAX_PASSCODE: Final = 10
RECORDING = Setting(
    "settings.auto_recording", "auto_record", "Record in the cloud automatically", "Recording", box="While it is live"
)
PASSCODE = Setting(
    "password",
    "password",
    "Passcode",
    "Joining",
    hint=f"Up to {MAX_PASSCODE} characters. Never shown on a card.",
    max_length=MAX_PASSCODE,
)


def _checkbox(key: str, name: str, group: str, box: str) -> Setting:
    return Setting(f"settings.{key}", name, FIELD_LABELS[name], group, box=box)


APPROVAL = replace(
    _checkbox("approval_type", "manual_approval", "Registration", "With registration"), needs_registration=True
)
HOST = _checkbox("host_video", "host_video", "Host", "When the host starts it")
ALTERNATIVE = Setting(
    "settings.alternative_hosts",
    "alternative_hosts",
    FIELD_LABELS["alternative_hosts"],
    "Host",
    hint="Email addresses of Licensed users of the Zoom account, separated by commas. They can start it too.",
    example="ana@example.com, ben@example.com",
)
PRACTICE = _checkbox("practice_session", "practice_session", "Host", "When the host starts it")
PANELISTS = _checkbox("panelists_video", "panelist_video", "Panelists", "Panelist settings")
PARTICIPANTS = (
    _checkbox("waiting_room", "waiting_room", "Participants", "When participants join"),
    _checkbox("join_before_host", "join_before_host", "Participants", "When participants join"),
    _checkbox("participant_video", "participant_video", "Participants", "When participants join"),
    _checkbox("mute_upon_entry", "mute_on_entry", "Participants", "When participants join"),
)
QUESTIONS = (
    _checkbox("question_and_answer", "qna", "Questions", "Q&A"),
    replace(
        _checkbox("question_and_answer.allow_anonymous_questions", "qna_anonymous", "Questions", "Q&A"), needs="qna"
    ),
)
SETTINGS: Final = {
    EventForm.MEETING: (APPROVAL, RECORDING, HOST, ALTERNATIVE, *PARTICIPANTS, PASSCODE, *QUESTIONS),
    EventForm.WEBINAR: (APPROVAL, RECORDING, HOST, PRACTICE, ALTERNATIVE, PANELISTS, PASSCODE, *QUESTIONS),
}


def rules_of(kind: EventForm) -> FormRules:
    """The rules of a meeting or a webinar."""
    return FormRules(
        provider=NAME,
        max_title=200,
        max_description=2000,
        min_length=timedelta(minutes=1),
        max_length=timedelta(hours=24),
        settings=SETTINGS[kind],
        parameters={
            "topic": "title",
            "start_time": "start",
            "duration": "length",
            "timezone": "time_zone",
            "settings.approval_type": "audience",
            "agenda": "description",
        },
    )
