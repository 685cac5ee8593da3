"""Values for the tests of the database: other accounts, times, a notice."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from bot.model.people import Workspace
from bot.notices.model import Notice
from tests.support.webinar_samples import ACCOUNT, NOW, START

OTHER_ACCOUNTS = [
    ACCOUNT.model_copy(update={"workspace": Workspace(team_id="T2")}),
    ACCOUNT.model_copy(update={"workspace": Workspace(team_id="T1", enterprise_id="E1")}),
    ACCOUNT.model_copy(update={"name": "somebody's own"}),
]
"""Accounts that differ from ours in one respect: another team, a team in an organization, another connection."""
SOON = NOW + timedelta(seconds=1)
LATER = NOW + timedelta(minutes=5)
HOUR = timedelta(hours=1)


def notice(**changes: Any) -> Notice:
    """A reminder of an ordinary webinar in #launch, an hour before the start, schedulable at once."""
    facts = {"account": ACCOUNT, "session_id": "s1", "channel_id": "C1", "start": START, "offset": HOUR}
    times = {"due_at": START - HOUR, "schedulable_at": NOW, "expires_at": START - HOUR / 2}
    return Notice(**{**facts, **times, **changes})
