"""A start is announced once: "starts now", or "is live now" where nobody was told, or minutes later."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from bot.model.webinar import Status, Webinar
from bot.notices.model import DeliveryMethod, Feature, MessageState, NoticeKind, NoticeState
from bot.notices.outbox.rows import NoticeRow, OutboundMessage
from bot.notices.outbox.starts import TOLD_FOR, LiveDecision, decide_live
from bot.notices.schedule import RECHECK_AFTER
from bot.notices.subscriptions.model import Features
from tests.support.delivery import DeliveryHarness
from tests.support.notice_samples import notice
from tests.support.webinar_samples import ACCOUNT, START

pytest_plugins = ["tests.support.databases"]

SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)
FOLLOWS: Features = frozenset({Feature.LIVE})


async def goes_live(delivery: DeliveryHarness, announced: Webinar, after: timedelta) -> Webinar:
    """The host opens the webinar so long after its start (negative: before), and the mirror reads it."""
    await delivery.run_until(announced.start + after)
    live = announced.model_copy(update={"status": Status.ACTIVE, "seen_at": delivery.clock.now()})
    await delivery.apply_change(live)
    return live


@pytest.mark.parametrize("after", [-30 * MINUTE, -30 * SECOND, SECOND, 40 * SECOND, 4 * MINUTE])
async def test_start_is_announced_once(delivery: DeliveryHarness, after: timedelta) -> None:
    """However long the hosts practice before it, and if they are a little late."""
    start = (delivery.clock.now() + 50 * MINUTE).replace(second=0, microsecond=0)
    announced = await delivery.announce(start, features=FOLLOWS)
    await goes_live(delivery, announced, after)
    await delivery.run_until(start + 20 * MINUTE)

    [message] = delivery.posted()
    assert message.text.startswith("Launch day starts now: ")
    states = {row.notice.kind: row.state for row in await delivery.notice_rows()}
    assert states == {NoticeKind.STARTING: NoticeState.POSTED, NoticeKind.LIVE: NoticeState.SUPERSEDED}


async def test_late_host_is_announced_again(delivery: DeliveryHarness) -> None:
    """Those who gave up waiting learn that it runs."""
    start = (delivery.clock.now() + 20 * MINUTE).replace(second=0, microsecond=0)
    announced = await delivery.announce(start, features=FOLLOWS)
    await goes_live(delivery, announced, 6 * MINUTE)
    await delivery.run_until(start + 10 * MINUTE)

    assert [one.text.partition(":")[0] for one in delivery.posted()] == [
        "Launch day starts now",
        "Launch day is live now",
    ]


async def test_start_that_was_missed_is_announced_as_live(delivery: DeliveryHarness) -> None:
    """Greenroom was away at the start, and the webinar runs when it is back: one message, and it is true."""
    start = (delivery.clock.now() + 20 * MINUTE).replace(second=0, microsecond=0)
    announced = await delivery.announce(start, features=FOLLOWS)
    await delivery.move_to(start + 3 * MINUTE)
    await goes_live(delivery, announced, 3 * MINUTE)
    await delivery.run_until(start + 12 * MINUTE)

    [message] = delivery.posted()
    assert message.text.startswith("Launch day is live now: ")


def starting(state: NoticeState, message_state: MessageState = MessageState.SCHEDULED) -> NoticeRow:
    """The row of a notice "starts now"."""
    second = int(START.timestamp())
    message = OutboundMessage(
        1, ACCOUNT.workspace, "C0LAUNCH", DeliveryMethod.SCHEDULED, message_state, second, wake_at=START
    )
    one = notice(NoticeKind.STARTING, start=START, expires_at=START + TOLD_FOR)
    return NoticeRow(1, one, state, None if state is NoticeState.PLANNED else message)


POST, WAIT, SUPERSEDE = LiveDecision.POST, LiveDecision.WAIT, LiveDecision.SUPERSEDE
BATCHED, SENDING = NoticeState.BATCHED, MessageState.SENDING


@pytest.mark.parametrize(
    ("row", "now", "expected"),
    [
        (None, START, POST),
        (starting(NoticeState.POSTED), START, SUPERSEDE),
        (starting(NoticeState.POSTED), START + TOLD_FOR - SECOND, SUPERSEDE),
        (starting(NoticeState.POSTED), START + TOLD_FOR, POST),
        (starting(BATCHED), START, SUPERSEDE),
        (starting(BATCHED, SENDING), START, WAIT),
        (starting(BATCHED, MessageState.WITHDRAWING), START, WAIT),
        (starting(BATCHED, SENDING), START + TOLD_FOR, POST),
        (starting(NoticeState.PLANNED), START, WAIT),
        (starting(NoticeState.PLANNED), START + TOLD_FOR, POST),
        *((starting(state), START, POST) for state in (NoticeState.SKIPPED, NoticeState.WITHDRAWN)),
        *((starting(state), START, POST) for state in (NoticeState.UNKNOWN, NoticeState.FAILED, NoticeState.MISSED)),
    ],
)
def test_live_is_news_unless_slack_has_the_start(row: NoticeRow | None, now: datetime, expected: LiveDecision) -> None:
    """Nothing is lost: where the start was not announced, or only long ago, the notice is posted."""
    assert decide_live(row, now) is expected


def test_late_start_counts_from_its_post() -> None:
    """A start that is announced late is as good as one on time, for as long."""
    row = starting(NoticeState.POSTED)
    assert row.message
    late = replace(row, message=replace(row.message, post_at=row.message.post_at + 240))
    assert decide_live(late, START + TOLD_FOR + 3 * MINUTE) is SUPERSEDE
    assert RECHECK_AFTER < TOLD_FOR
