"""What is planned for a webinar that is live before its start."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from bot.model.lifecycle import has_begun_early
from bot.model.webinar import Status
from bot.notices.events import detect_events
from bot.notices.rules import EARLY, is_stale, plan
from bot.notices.subscriptions.model import ALL_FEATURES, ChannelFeatures
from tests.support.webinar_samples import START, webinar

MINUTE = timedelta(minutes=1)
CHANNELS = [ChannelFeatures(channel_id="C1", features=ALL_FEATURES)]
EARLIER = START - 2 * timedelta(hours=1)


@pytest.mark.parametrize(
    ("status", "live_from", "expected"),
    [
        (Status.ACTIVE, START - MINUTE, True),
        (Status.ACTIVE, START, False),
        (Status.ACTIVE, None, False),
        (Status.SCHEDULED, START - MINUTE, False),
        (Status.FINISHED, START - MINUTE, False),
    ],
)
def test_only_a_live_webinar_has_begun_early(status: Status, live_from: datetime | None, *, expected: bool) -> None:
    """Not one that is active because its hosts practice; it still has a start to announce."""
    one = webinar(status=status, live_from=live_from)
    assert has_begun_early(one) is expected
    if status is Status.ACTIVE:
        assert (plan(one, CHANNELS, EARLIER) == []) is expected
        pending = plan(webinar(), CHANNELS, EARLIER)
        assert {is_stale(notice, one, CHANNELS) for notice in pending} == {expected}


def test_an_early_start_is_announced_at_once_and_not_again_at_the_start() -> None:
    """The notice that waited for the start, because it could be a practice, is stale; the new one is not."""
    now = START - 11 * MINUTE
    practice, live = webinar(status=Status.ACTIVE), webinar(status=Status.ACTIVE, live_from=now)
    [waiting] = [one for one in detect_events(webinar(), practice, now) if one.kind == "live"]
    [early] = detect_events(practice, live, now)
    assert (waiting.due_at, early.due_at, early.occurrence) == (START, now, EARLY)
    assert detect_events(live, live, now) == []

    planned = plan(webinar(), CHANNELS, EARLIER)[0]
    notices = [planned.model_copy(update={"kind": one.kind, "occurrence": one.occurrence}) for one in (waiting, early)]
    assert [is_stale(one, live, CHANNELS) for one in notices] == [True, False]
    assert is_stale(notices[1], live, []) is True
