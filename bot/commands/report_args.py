"""Commands about webinars that have taken place."""

from __future__ import annotations

from dataclasses import dataclass

from bot.commands.webinar_ref import WebinarRef


@dataclass(frozen=True, slots=True)
class FollowUp:
    """Write to the people of a webinar that is over."""

    which: WebinarRef


@dataclass(frozen=True, slots=True)
class ShowRecording:
    """Show the recording of a webinar, and share its link."""

    which: WebinarRef


@dataclass(frozen=True, slots=True)
class ShowReport:
    """Show the report of a webinar that is over."""

    which: WebinarRef
