"""A follow-up that waits for its review."""

from __future__ import annotations

from dataclasses import dataclass

from bot.reports.follow_up.audience import FollowUpAudience
from bot.reports.follow_up.run_table import FollowUpRun


@dataclass(frozen=True)
class DraftedFollowUp:
    """A follow-up to be reviewed, and who gets it."""

    run: FollowUpRun
    audience: FollowUpAudience
