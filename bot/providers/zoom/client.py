"""Zoom as a `WebinarProvider`: meetings and webinars of one account."""

from __future__ import annotations

from bot.model.form_rules import FormRules
from bot.model.recurrence import EventForm
from bot.providers.base import Lane, WebinarProvider
from bot.providers.zoom.batch_api import BatchApi
from bot.providers.zoom.creation_api import CandidatesApi
from bot.providers.zoom.form_rules import rules_of
from bot.providers.zoom.history_api import ZoomHistoryApi
from bot.providers.zoom.hooks_api import HooksApi
from bot.providers.zoom.limits import Label
from bot.providers.zoom.panelists_api import PanelistsApi
from bot.providers.zoom.recordings_api import ZoomRecordingsApi
from bot.providers.zoom.subscriptions_api import ZoomSubscriptionsApi

MOST_A_MINUTE = 60
"""Calls one after the other, of up to a second each."""


class Zoom(
    HooksApi,
    BatchApi,
    CandidatesApi,
    PanelistsApi,
    ZoomHistoryApi,
    ZoomRecordingsApi,
    ZoomSubscriptionsApi,
    WebinarProvider,
):
    """Zoom as a server-to-server app of one account; developers.zoom.us/docs/api."""

    name = "zoom"
    display_names = ("Zoom",)

    def form_rules(self, kind: EventForm) -> FormRules:
        """See the port."""
        return rules_of(kind)

    def page_registrations_a_minute(self, session_id: str) -> int:  # noqa: ARG002 - all events share one budget
        """See the port. Each is one Light call; they are made one after the other."""
        return min(MOST_A_MINUTE, self._gate.calls_a_minute(Label.LIGHT, Lane.PAGE))

    lists_all_hosts = True
