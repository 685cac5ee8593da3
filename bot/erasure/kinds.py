"""Where the database may name a person: one row for each table, with what counts as still in progress."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from sqlalchemy import ColumnElement, Table, and_, exists, false

from bot.creation.change.table import ChangeStep
from bot.creation.table import CreationStep
from bot.db.change_schema import webinar_changes
from bot.db.follow_up_schema import follow_up_opt_outs, follow_up_recipients, follow_ups
from bot.db.people_schema import calendar_entries, invitees, registration_requests, seats, suggestions, team_changes
from bot.db.recording_schema import open_items, report_messages
from bot.db.report_schema import report_waiters
from bot.db.schema import creations, drafts, people
from bot.db.shared_schema import refreshes
from bot.db.webhook_schema import webhook_deliveries
from bot.model.seat import UNFINISHED_STATES
from bot.providers.names import SUBSCRIBED
from bot.registration.request_state import RequestState
from bot.reports.follow_up.recipient_table import DeliveryState
from bot.reports.follow_up.run_table import UNDER_WAY
from bot.team.change_table import TeamStep

NEVER: Final = false()
_RUN: Final = ("team_id", "enterprise_id", "provider", "account")


@dataclass(frozen=True)
class Kind:
    """The rows of one table that are about a person."""

    table: Table
    one: str
    """What a row is, for the person who runs the command."""
    sealed: tuple[str, ...] = ()
    """The encrypted columns that may contain the address."""
    user: str = ""
    """The column of the Slack user whom a row is about; empty if it is about nobody in particular."""
    digest: str = ""
    """The column with the keyed digest of the address."""
    in_progress: ColumnElement[bool] = NEVER
    """Rows of work that a worker may be doing: they are deleted once it has ended."""

    @property
    def is_of_session(self) -> bool:
        """Whether a row belongs to one webinar."""
        return "session_id" in self.table.c


CALLING = registration_requests.c.state.in_((RequestState.REGISTERING, RequestState.CANCELING))
SENDING = and_(
    follow_up_recipients.c.state.in_((DeliveryState.WAITING, DeliveryState.SCHEDULING)),
    exists()
    .where(*(follow_ups.c[name] == follow_up_recipients.c[name] for name in (*_RUN, "follow_up_id")))
    .where(follow_ups.c.state.in_(UNDER_WAY))
    .correlate(follow_up_recipients),
)
"""A review that is not sent, and a follow-up that was stopped, wait for a user and not for a worker."""
KINDS: Final = (
    # The profiles first: they tell which Slack user has the address.
    Kind(people, "Slack profile", sealed=("profile",), user="user_id"),
    Kind(seats, "seat", sealed=("content",), user="user_id", in_progress=seats.c.state.in_(UNFINISHED_STATES)),
    Kind(invitees, "membership of a team", sealed=("content",), user="user_id"),
    Kind(
        registration_requests,
        "entry on a list or in the queue of a page",
        sealed=("content", "links"),
        digest="address",
        in_progress=CALLING,
    ),
    Kind(suggestions, "suggested seat", user="user_id", in_progress=suggestions.c.state == "sending"),
    Kind(calendar_entries, "number of a calendar file", user="user_id"),
    Kind(drafts, "unfinished form", sealed=("content",), user="user_id"),
    Kind(
        creations,
        "creation of a webinar",
        sealed=("content",),
        user="user_id",
        in_progress=creations.c.step != CreationStep.REPORTED,
    ),
    Kind(
        webinar_changes,
        "change of a webinar",
        sealed=("content",),
        user="user_id",
        in_progress=webinar_changes.c.step.not_in((ChangeStep.APPLIED, ChangeStep.CLOSED)),
    ),
    Kind(
        team_changes,
        "change of a team",
        sealed=("content",),
        user="user_id",
        in_progress=team_changes.c.step != TeamStep.DRAFT,
    ),
    Kind(follow_ups, "follow-up", sealed=("content",), user="user_id", in_progress=follow_ups.c.state.in_(UNDER_WAY)),
    Kind(
        follow_up_recipients,
        "message of a follow-up",
        user="user_id",
        in_progress=SENDING,
    ),
    Kind(follow_up_opt_outs, "choice to get no follow-ups", user="user_id"),
    Kind(report_waiters, "request for a report", user="user_id"),
    Kind(report_messages, "message after a webinar", user="place_id", in_progress=report_messages.c.state == "sending"),
    Kind(open_items, "reminder after a webinar", user="user_id"),
    Kind(webhook_deliveries, f"event of {SUBSCRIBED}", sealed=("content",)),
    Kind(refreshes, "time of a Refresh", user="user_id"),
)
"""Everything that is searched, in this order."""
