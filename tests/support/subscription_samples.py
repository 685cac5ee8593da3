"""Subscriptions and hours of channels: an ordinary one, and arbitrary ones (Hypothesis)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from zoneinfo import available_timezones

from hypothesis import strategies as st

from bot.model.webinar import Webinar
from bot.notices.model import Feature
from bot.notices.quiet_hours import ChannelHours, DigestPace
from bot.notices.rules import DEFAULT_OFFSETS
from bot.notices.subscriptions.channel_state import ChannelState
from bot.notices.subscriptions.model import Scope, Subscription
from bot.slack.blocks import relative_time, when
from tests.support.webinar_samples import ACCOUNT, MOMENTS, NOW, WEBINARS

WORKSPACE = ACCOUNT.workspace
SET_AT_TEXT, DUE_AT_TEXT = when(NOW), relative_time(NOW)


def subscription(**changes: Any) -> Subscription:
    """A subscription of #launch to all webinars."""
    facts = {
        "workspace": WORKSPACE,
        "channel_id": "C1",
        "scope": Scope.ALL,
        "set_by": "U1",
        "set_at": NOW,
        "by_organizer": True,
    }
    return Subscription(**(facts | changes))


def webinar_subscription(one: Webinar, **changes: Any) -> Subscription:
    """A subscription of #launch to one webinar."""
    return subscription(**({"scope": Scope.WEBINAR, "subject": one.session_id, "account": ACCOUNT} | changes))


def channel_hours(**changes: Any) -> ChannelHours:
    """The hours of #launch, in a chosen zone."""
    facts = {"workspace": WORKSPACE, "channel_id": "C1", "time_zone": "Europe/Madrid", "set_by": "U2", "set_at": NOW}
    return ChannelHours(**(facts | changes))


def sample_channel(
    *lines: Subscription, webinars: tuple[Webinar, ...] = (), hours: ChannelHours | None = None
) -> ChannelState:
    """The state of #launch."""
    by_id = {one.session_id: one for one in webinars}
    return ChannelState("C1", subscriptions=lines, webinars=by_id, hours=hours, default_offsets=DEFAULT_OFFSETS)


QUIET_NIGHT = channel_hours(quiet_from=22 * 60, quiet_to=7 * 60 + 5)
WEEKLY = channel_hours(digest=DigestPace.WEEKLY, digest_day=6, digest_at=9 * 60 + 30)


SUBSCRIPTIONS = st.builds(
    subscription,
    features=st.frozensets(st.sampled_from(Feature)),
    offsets=st.none() | st.lists(st.timedeltas(timedelta(minutes=1), timedelta(days=90)), max_size=10).map(tuple),
    by_share=st.booleans(),
    set_at=MOMENTS,
)
HOURS = st.none() | st.builds(
    channel_hours,
    time_zone=st.sampled_from(sorted(available_timezones() - {"Factory", "localtime"})),
    quiet_from=st.none() | st.integers(0, 1439),
    quiet_to=st.none() | st.integers(0, 1439),
    digest=st.sampled_from(DigestPace),
    digest_at=st.integers(0, 1439),
    digest_day=st.integers(0, 6),
)


@st.composite
def sample_channels(draw: st.DrawFn) -> ChannelState:
    """Any channel state: subscriptions of every kind, webinars with any title."""
    webinars = draw(st.lists(WEBINARS, max_size=20, unique_by=lambda one: one.session_id))
    single = [
        draw(SUBSCRIPTIONS).model_copy(update={"scope": Scope.WEBINAR, "subject": one.session_id, "account": ACCOUNT})
        for one in webinars
    ]
    people = [
        draw(SUBSCRIPTIONS).model_copy(update={"scope": Scope.MINE, "subject": f"U{n}"})
        for n in range(draw(st.integers(0, 3)))
    ]
    general = draw(st.lists(SUBSCRIPTIONS, max_size=1))
    leads = draw(st.lists(st.timedeltas(timedelta(minutes=1), timedelta(days=90)), max_size=10))
    by_id = {one.session_id: one for one in webinars}
    return ChannelState("C1", [*single, *people, *general], by_id, draw(HOURS), tuple(leads))
