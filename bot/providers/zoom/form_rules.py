"""What Zoom accepts in the form of a meeting or a webinar: the limits of its specification, and what we send."""

from __future__ import annotations

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
PANELISTS = Setting(
    "settings.panelists_video", "panelist_video", FIELD_LABELS["panelist_video"], "Panelists", box="What panelists meet"
)
QUESTIONS = (
    Setting("settings.question_and_answer", "qna", FIELD_LABELS["qna"], "Questions", box="Questions and answers"),
    Setting(
        "settings.question_and_answer.allow_anonymous_questions",
        "qna_anonymous",
        FIELD_LABELS["qna_anonymous"],
        "Questions",
        box="Questions and answers",
    ),
)
SETTINGS: Final = {
    EventForm.MEETING: (RECORDING, PASSCODE, *QUESTIONS),
    EventForm.WEBINAR: (RECORDING, PANELISTS, PASSCODE, *QUESTIONS),
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
