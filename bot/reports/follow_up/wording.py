"""The words of a follow-up: its groups, the texts that the form begins with, and what is wrong with a text. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from bot.reports.follow_up import placeholders


class FollowUpGroup(StrEnum):
    """The people of a past webinar: everybody is in one of these. The values are stored."""

    ATTENDED = "attended"
    """Came, and stayed to the end."""
    LEFT_EARLY = "left_early"
    ABSENT = "absent"


GROUP_LABELS: Mapping[FollowUpGroup, str] = {
    FollowUpGroup.ATTENDED: "Attended",
    FollowUpGroup.LEFT_EARLY: "Left early",
    FollowUpGroup.ABSENT: "Absent",
}
"""The name of each group, in the form and in the file."""
NO_RECORDING = (
    "No recording of this webinar can be watched by its link, so {recording} stands for nothing. Take it out, or look "
    "at it with /webinar recording."
)
MAX_TEXT = 3000
"""Characters of a text: the limit of a field in a modal."""

_BEGINNINGS: Mapping[FollowUpGroup, str] = {
    FollowUpGroup.ATTENDED: "Hi {first name},\n\nThank you for joining “{title}”. We hope it was worth your time.",
    FollowUpGroup.LEFT_EARLY: "Hi {first name},\n\nThank you for joining “{title}”. It continued after you left.",
    FollowUpGroup.ABSENT: "Hi {first name},\n\nWe missed you at “{title}”.",
}
_RECORDINGS: Mapping[FollowUpGroup, str] = {
    FollowUpGroup.ATTENDED: "\n\nIf you would like to see it again, here is the recording: {recording}",
    FollowUpGroup.LEFT_EARLY: "\n\nThe recording shows you the rest: {recording}",
    FollowUpGroup.ABSENT: "\n\nThe recording shows you all of it: {recording}",
}


def default_texts(*, has_recording: bool) -> dict[FollowUpGroup, str]:
    """The texts that the form begins with; they mention the recording only if it is shared."""
    return {group: _BEGINNINGS[group] + (_RECORDINGS[group] if has_recording else "") for group in FollowUpGroup}


def text_problem(text: str, *, has_recording: bool) -> str:
    """Why this text cannot be sent, with the remedy; empty if it can."""
    if not text.strip():
        return "Write a text, or leave this group out above."
    if len(text) > MAX_TEXT:
        return f"Use at most {MAX_TEXT:,} characters: this has {len(text):,}."
    if wrong := placeholders.unknown(text):
        known = ", ".join(f"{{{name}}}" for name in placeholders.PLACEHOLDERS)
        return f"{{{wrong[0]}}} is not a placeholder: use {known}. To send the word itself, leave out the braces."
    if placeholders.RECORDING in placeholders.used(text) and not has_recording:
        return NO_RECORDING
    return ""
