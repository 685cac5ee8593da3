"""The bot is down, or the clock jumps: Slack posts scheduled messages, and missed notices are posted once."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from bot.notices.model import NoticeState
from bot.notices.texts.compose import LATE
from tests.proof.environment import proof_environment
from tests.proof.workload import ACME, PERFECT, TALK, DeliveryCount

pytest_plugins = ["tests.support.databases"]

MINUTE = timedelta(minutes=1)
CHANNELS = 10


async def test_reminders_are_posted_while_the_bot_is_down(sqlite_url: str, tmp_path: Path) -> None:
    """The bot is down from ten minutes before: Slack posts each reminder in the minute it is due."""
    async with proof_environment(sqlite_url, tmp_path, channel_count=CHANNELS) as env:
        due = env.now() + 14 * MINUTE
        await env.workload.remind(30, due, teams=[ACME], channels=CHANNELS)
        pid = await env.start()
        await env.wait_until_idle()
        assert env.now() < due - 10 * MINUTE
        await env.kill(pid)
        await env.advance_slack(timedelta(hours=1))

        assert env.count() == PERFECT
        late = [float(message.ts) - due.timestamp() for message in env.slack.accepted()]
        assert [seconds for seconds in late if not 0 <= seconds < 60] == []


async def test_clock_jump_loses_nothing(sqlite_url: str, tmp_path: Path) -> None:
    """The machine sleeps from long before the scheduling until a minute before the reminders are due."""
    async with proof_environment(sqlite_url, tmp_path, channel_count=CHANNELS) as env:
        due = env.now() + timedelta(days=1)
        await env.workload.remind(30, due, teams=[ACME], channels=CHANNELS)
        await env.start()
        env.move(due - env.now() - MINUTE)
        await env.finish()

        assert env.count() == PERFECT


async def test_each_channel_gets_one_message_of_what_it_missed(sqlite_url: str, tmp_path: Path) -> None:
    """After an outage of three hours: webinars to come, late and in one message; nothing about the others."""
    async with proof_environment(sqlite_url, tmp_path, channel_count=CHANNELS) as env:
        for due in (1, 60, 120, 177, 178):  # minutes; each talk starts ten minutes later
            await env.workload.remind(CHANNELS, env.now() + due * MINUTE, teams=[ACME], channels=CHANNELS)
        env.move(timedelta(hours=3))
        await env.start()
        await env.finish()

        texts = {message.channel: message.text for message in env.slack.accepted()}
        assert len(env.slack.accepted()) == len(texts) == CHANNELS
        assert [len(TALK.findall(text)) for text in texts.values()] == [2] * CHANNELS
        assert [text for text in texts.values() if not text.endswith(LATE)] == []
        assert env.count() == DeliveryCount(lost=3 * CHANNELS)
        assert await env.states() == {NoticeState.BATCHED: 2 * CHANNELS, NoticeState.MISSED: 3 * CHANNELS}


async def test_many_channels_stay_within_slacks_limits(sqlite_url: str, tmp_path: Path) -> None:
    """90 channels of one workspace have notices in the same minute, and Slack refuses nothing."""
    # Slower than the others: small differences between calls must stay small.
    async with proof_environment(sqlite_url, tmp_path, channel_count=90, speed=6.0) as env:
        env.slack.limits.method_limits = True
        await env.workload.alert(60, env.now(), channels=60)
        await env.workload.remind(180, env.now() + 14 * MINUTE, teams=[ACME], channels=90)
        await env.start()
        await env.finish()

        assert [f"{call.method}: {call.error}" for call in env.slack.calls if not call.ok] == []
        assert env.count() == PERFECT
