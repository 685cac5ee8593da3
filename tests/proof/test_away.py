"""The bot is away, or the clock jumps: Slack says what it holds, and what was missed is told once."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from bot.notices.model import NoticeState
from bot.notices.texts.compose import LATE
from tests.proof.environment import proof_environment
from tests.proof.workload import ACME, PERFECT, TALK, DeliveryCount

pytest_plugins = ["tests.support.databases"]

MINUTE = timedelta(minutes=1)
PLACES = 10


async def test_bot_that_is_down_from_ten_minutes_before_is_not_missed(sqlite_url: str, tmp_path: Path) -> None:
    """Slack posts each reminder in the minute it is due."""
    async with proof_environment(sqlite_url, tmp_path, places=PLACES) as here:
        due = here.now() + 14 * MINUTE
        await here.company.remind(30, due, teams=[ACME], channels=PLACES)
        pid = await here.start()
        await here.settled()
        assert here.now() < due - 10 * MINUTE
        await here.kill(pid)
        await here.slack_alone(timedelta(hours=1))

        assert here.count() == PERFECT
        late = [float(message.ts) - due.timestamp() for message in here.slack.accepted()]
        assert [seconds for seconds in late if not 0 <= seconds < 60] == []


async def test_clock_that_jumps_takes_nothing_with_it(sqlite_url: str, tmp_path: Path) -> None:
    """The machine slept from long before the hand-over until a minute before the reminders were due."""
    async with proof_environment(sqlite_url, tmp_path, places=PLACES) as here:
        due = here.now() + timedelta(days=1)
        await here.company.remind(30, due, teams=[ACME], channels=PLACES)
        await here.start()
        here.move(due - here.now() - MINUTE)
        await here.everything_said()

        assert here.count() == PERFECT


async def test_each_channel_is_told_once_of_what_it_missed(sqlite_url: str, tmp_path: Path) -> None:
    """After an outage of three hours: of what is still to come, late and in one message; of the rest nothing at all."""
    async with proof_environment(sqlite_url, tmp_path, places=PLACES) as here:
        for due in (1, 60, 120, 177, 178):  # minutes; each talk starts ten minutes later
            await here.company.remind(PLACES, here.now() + due * MINUTE, teams=[ACME], channels=PLACES)
        here.move(timedelta(hours=3))
        await here.start()
        await here.everything_said()

        said = {message.channel: message.text for message in here.slack.accepted()}
        assert len(here.slack.accepted()) == len(said) == PLACES
        assert [len(TALK.findall(text)) for text in said.values()] == [2] * PLACES
        assert [text for text in said.values() if not text.endswith(LATE)] == []
        assert here.count() == DeliveryCount(lost=3 * PLACES)
        assert await here.states() == {NoticeState.BATCHED: 2 * PLACES, NoticeState.MISSED: 3 * PLACES}


async def test_crowd_keeps_to_slacks_limits(sqlite_url: str, tmp_path: Path) -> None:
    """When 90 channels of one workspace are to be told in the same minute, Slack refuses nothing."""
    # Slower than the others: what is a moment more for one call than for another must stay a moment.
    async with proof_environment(sqlite_url, tmp_path, places=90, speed=6.0) as here:
        here.slack.limits.method_limits = True
        await here.company.alert(60, here.now(), channels=60)
        await here.company.remind(180, here.now() + 14 * MINUTE, teams=[ACME], channels=90)
        await here.start()
        await here.everything_said()

        assert [f"{call.method}: {call.error}" for call in here.slack.calls if not call.ok] == []
        assert here.count() == PERFECT
