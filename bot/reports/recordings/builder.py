"""Builds the recordings of an account, with what is open after its webinars, and the messages about both."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.reports.messages.service import ReportMessages
from bot.reports.messages.table import MessageTopic
from bot.reports.open_items import OpenItems
from bot.reports.recordings.composer import RecordingComposer
from bot.reports.recordings.news import RecordingNews
from bot.reports.recordings.places import OptedOut, nobody
from bot.reports.recordings.poller import RecordingPoller
from bot.reports.recordings.service import Recordings

if TYPE_CHECKING:
    from bot.clock import Clock
    from bot.db.connection import Store
    from bot.model.people import Account
    from bot.providers.base import WebinarProvider
    from bot.slack.client import SlackApi
    from bot.sync.mirror import Mirror


def build_recordings(
    worker_id: str,
    account: Account,
    store: Store,
    slack: SlackApi,
    provider: WebinarProvider,
    mirror: Mirror,
    clock: Clock,
    opted_out: OptedOut = nobody,
) -> Recordings:
    """The recordings of one account, with what is open after its webinars; `opted_out` want no messages."""
    messages, items = ReportMessages(worker_id, account, store, slack, clock), OpenItems(account, store, clock)
    messages.composers[MessageTopic.ITEMS] = items.compose
    messages.composers |= RecordingComposer(account, store, opted_out, clock).composers
    poller = RecordingPoller(worker_id, account, store, provider, mirror, RecordingNews(opted_out), clock)
    return Recordings(account, store, provider, poller, messages, items, opted_out, clock)
