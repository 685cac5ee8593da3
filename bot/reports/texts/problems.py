"""Why a report cannot be had, in words, and what those who wait for one are shown."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Final

from bot.errors import GreenroomError, HistoryForbidden, ProviderError, ProviderGone
from bot.model.lifecycle import Stage, stage
from bot.providers.names import named
from bot.slack.blocks import when

if TYPE_CHECKING:
    from bot.model.webinar import Webinar

DELETED: Final = (
    "This webinar and its attendance were deleted in {provider}, so there is no report. What was posted here stays."
)
CANCELED: Final = "This webinar was canceled, so there is no report."
HOST_LEFT: Final = (
    "The host of this webinar is no longer in the company's {provider} directory, and {provider} shows who "
    "attended only to the host, the co-hosts and administrators with the Webinar Settings permission. A {provider} "
    "administrator can give that permission to Greenroom's user."
)
NOT_STARTED: Final = (
    "Nobody has started this webinar in {provider}, so nobody could attend. Move it to another date, or cancel it."
)
STILL_ON: Final = "This webinar is still on."
DOWN: Final = (
    "{provider} does not answer right now. Greenroom keeps trying, and you get a direct message when the report is "
    "ready."
)
STOPPED: Final = "You stopped waiting for this report. Greenroom still reads it, so it is ready next time."
FAILED: Final = "There is no report of “{title}”: {reason}"


class ReportDelayed(ProviderError):
    """The provider does not answer. The reading goes on later, and the user is notified when it is done."""


class StoppedWaiting(GreenroomError):
    """The user does not want to wait anymore."""


class NotOver(GreenroomError):
    """There is no report before the end."""


def not_over(webinar: Webinar, now: datetime) -> str:
    """Why there is no report of this webinar yet or at all; empty if there can be one."""
    end = when(webinar.end, webinar.time_zone)
    reasons = {
        Stage.CANCELED: CANCELED,
        Stage.LIVE: f"{STILL_ON} Its report is ready a few minutes after the end, planned for {end}.",
        Stage.COMING: f"This webinar has not taken place yet. Its report is ready a few minutes after the end, {end}.",
    }
    return reasons.get(stage(webinar, now), "")


def problem_text(error: ProviderError, session_id: str, *, has_host_left: bool) -> str:
    """The sentence of a refusal that ends a reading."""
    if isinstance(error, HistoryForbidden) and has_host_left:
        return named(HOST_LEFT, session_id)
    return named(DELETED, session_id) if isinstance(error, ProviderGone) else error.sentence
