"""The table of notices on both databases: a notice is planned once, batched by one worker, and can be withdrawn."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import datetime, timedelta

import pytest
from sqlalchemy import update
from sqlalchemy.exc import StatementError

from bot.db.connection import Db, Store
from bot.db.schema import notices as table
from bot.model.people import Account, Workspace
from bot.notices.model import DeliveryMethod, MessageState, NoticeFacts, NoticeKind, NoticeState
from bot.notices.outbox import claims, message_results, message_table, notice_table
from bot.notices.outbox.batch_plan import EXPIRED
from bot.notices.outbox.batches import MessageBatch, batch_immediate, batch_scheduled
from bot.notices.outbox.claims import Claim
from bot.notices.outbox.cleanup import delete_old
from bot.notices.outbox.rows import BatchedMessage, NoticeRow, ScheduledAtSlack
from bot.notices.schedule import from_unix
from tests.support.db_samples import HOUR, LATER, OTHER_ACCOUNTS, SOON, notice
from tests.support.webinar_samples import ACCOUNT, NOW, START

pytest_plugins = ["tests.support.databases"]

SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)
DUE = int((START - HOUR).timestamp())
PLANNED, BATCHED, POSTED = NoticeState.PLANNED, NoticeState.BATCHED, NoticeState.POSTED
WITHDRAWN, SKIPPED = NoticeState.WITHDRAWN, NoticeState.SKIPPED


def claim(by: str = "me", workspace: Workspace | None = None) -> Claim:
    """A claim of one minute."""
    return Claim(by=by, lease=MINUTE, workspace=workspace)


def no_limit(_: Workspace, __: str) -> datetime | None:
    """Slack accepts every call."""
    return None


async def rows_of_session(db: Db, account: Account = ACCOUNT) -> list[NoticeRow]:
    """The notices of the one session."""
    return await notice_table.of_session(db, account, "s1")


async def state(db: Db) -> NoticeState:
    """The state of the one notice."""
    (row,) = await rows_of_session(db)
    return row.state


async def make_batch(db: Db, now: datetime = NOW, by: str = "me") -> MessageBatch:
    """Batch what may be scheduled at Slack."""
    return await batch_scheduled(db, now, claim(by), no_limit)


async def batched_notice(db: Db) -> BatchedMessage:
    """The one notice, planned and batched."""
    await notice_table.plan(db, [notice()])
    (batched,) = (await make_batch(db)).messages
    return batched


async def scheduled_notice(db: Db) -> BatchedMessage:
    """The one notice, scheduled at Slack."""
    batched = await batched_notice(db)
    assert await message_results.mark_scheduled(db, [ScheduledAtSlack(batched.message.id, "Q1", "digest")]) == {
        batched.message.id
    }
    return batched


async def test_notice_is_planned_once(store: Store) -> None:
    """A notice is unique by kind, webinar, start, offset, occurrence and channel."""
    others = [
        notice(channel_id="C2"),
        notice(offset=HOUR / 2),
        notice(kind=NoticeKind.FULL, occurrence="1"),
        notice(kind=NoticeKind.FULL, occurrence="2", facts=NoticeFacts(count=100, limit=100)),
    ]
    for _ in range(2):
        async with store.write() as db:
            await notice_table.plan(db, [notice(), *others])
            await notice_table.plan(db, [notice(start=START + HOUR)])
    async with store.read() as db:
        rows = await rows_of_session(db)
    assert {row.state for row in rows} == {PLANNED}
    assert sorted(str(row.notice) for row in rows) == sorted(map(str, [notice(), *others, notice(start=START + HOUR)]))


async def test_planning_does_not_change_sent_notices(store: Store) -> None:
    """Batched, posted, skipped and failed notices are not planned again."""
    async with store.write() as db:
        await batched_notice(db)
        await notice_table.plan(db, [notice()])
        assert await state(db) is BATCHED
        for ended in set(notice_table.ENDED) - {WITHDRAWN}:
            await db.execute(update(table).values(state=ended))
            await notice_table.plan(db, [notice()])
            assert await state(db) is ended


async def test_more_notices_than_one_statement_takes_are_planned(store: Store) -> None:
    """They are counted by due time, for their workspace only."""
    due = START - HOUR
    wanted = [
        notice(session_id=f"s{number}", schedulable_at=due - HOUR / 4) for number in range(notice_table.WRITE_BATCH + 1)
    ]
    async with store.write() as db:
        await notice_table.plan(db, wanted)
        assert await notice_table.due_counts(db, ACCOUNT.workspace, [due, due - SECOND]) == {
            due: len(wanted),
            due - SECOND: 0,
        }
        assert await notice_table.due_counts(db, OTHER_ACCOUNTS[0].workspace, [due]) == {due: 0}
        assert await notice_table.due_counts(db, ACCOUNT.workspace, []) == {}


async def test_withdrawn_notice_is_planned_again(store: Store) -> None:
    """A webinar that is moved away and back gets its reminders again."""
    async with store.write() as db:
        await notice_table.plan(db, [notice()])
        await notice_table.withdraw(db, [row.id for row in await rows_of_session(db)])
        assert await state(db) is WITHDRAWN
        await notice_table.plan(db, [notice(schedulable_at=SOON)])
        (row,) = await rows_of_session(db)
    assert (row.state, row.notice.schedulable_at, row.message) == (PLANNED, SOON, None)


async def test_notice_planned_again_during_a_withdrawal_stays_in_its_message(store: Store) -> None:
    """Slack may still have the message: the withdrawal plans the notice again."""
    async with store.write() as db:
        batched = await scheduled_notice(db)
        await notice_table.withdraw(db, [row.id for row in batched.rows])
        assert await state(db) is WITHDRAWN
        await notice_table.plan(db, [notice()])
        assert await state(db) is BATCHED

        assert await message_results.requeue(db, batched.message, SOON)
        (row,) = await rows_of_session(db)
    assert (row.state, row.notice.schedulable_at) == (PLANNED, SOON)


async def test_withdrawal_involves_slack_only_if_slack_may_have_the_message(store: Store) -> None:
    """A planned notice is withdrawn at once, a batched one with its message; a posted one stays."""
    async with store.write() as db:
        batched = await batched_notice(db)
        await notice_table.withdraw(db, [row.id for row in batched.rows])
        (row,) = await rows_of_session(db)
        assert row.message
        assert (row.state, row.message.state) == (WITHDRAWN, MessageState.WITHDRAWING)

        await db.execute(update(table).values(state=POSTED))
        await notice_table.withdraw(db, [row.id])
        assert await state(db) is POSTED


async def test_message_that_is_being_posted_cannot_be_withdrawn(store: Store) -> None:
    """The post is under way."""
    async with store.write() as db:
        await notice_table.plan(db, [notice(kind=NoticeKind.FULL)])
        (batched,) = (await batch_immediate(db, NOW, claim(), no_limit)).messages
        await notice_table.withdraw(db, [row.id for row in batched.rows])
        assert await state(db) is BATCHED


async def test_notice_is_skipped_and_restored(store: Store) -> None:
    """Planning does not restore a skipped notice, and after its due time it stays skipped."""
    async with store.write() as db:
        batched = await scheduled_notice(db)
        number = batched.rows[0].id
        await notice_table.skip(db, number)
        await notice_table.plan(db, [notice()])
        (row,) = await rows_of_session(db)
        assert row.message
        assert (row.state, row.message.state) == (SKIPPED, MessageState.WITHDRAWING)
        assert await notice_table.unskip(db, number, NOW)
        assert await state(db) is BATCHED
        await notice_table.skip(db, number)
        await message_results.requeue(db, batched.message, SOON)
        assert await state(db) is SKIPPED

        assert not await notice_table.unskip(db, number, row.notice.due_at)
        assert await notice_table.unskip(db, number, NOW)
        assert await state(db) is PLANNED
        assert not await notice_table.unskip(db, number, NOW)


async def test_notices_of_one_channel_and_minute_become_one_message(store: Store) -> None:
    """Another minute or channel has a message of its own, at a second of its own."""
    wanted = [
        notice(),
        notice(session_id="s2", due_at=START - HOUR + 30 * SECOND, schedulable_at=LATER),
        notice(session_id="s3", due_at=START - HOUR + MINUTE),
        notice(session_id="s4", channel_id="C2"),
        notice(session_id="s5", due_at=START - HOUR + MINUTE, schedulable_at=LATER, channel_id="C2"),
    ]
    async with store.write() as db:
        await notice_table.plan(db, wanted)
        taken = await make_batch(db)
    contents = [
        (batched.message.post_at - DUE, [row.notice.session_id for row in batched.rows]) for batched in taken.messages
    ]
    assert sorted(contents) == [(0, ["s1", "s2"]), (0, ["s4"]), (60, ["s3"])]
    assert {batched.message.way for batched in taken.messages} == {DeliveryMethod.SCHEDULED}


async def test_later_notice_of_a_minute_causes_a_new_message(store: Store) -> None:
    """The scheduled message is withdrawn and both are sent in one; in the last two minutes each is sent alone."""
    async with store.write() as db:
        first = await scheduled_notice(db)
        await notice_table.plan(db, [notice(session_id="s2")])
        assert (await make_batch(db)).messages == []
        (row,) = await rows_of_session(db)
        assert row.message
        assert (row.state, row.message.state) == (BATCHED, MessageState.WITHDRAWING)
        await message_results.requeue(db, first.message, NOW)
        (both,) = (await make_batch(db)).messages
        assert [row.notice.session_id for row in both.rows] == ["s1", "s2"]

        close = START - HOUR - 2 * MINUTE
        await notice_table.plan(db, [notice(session_id="s3", schedulable_at=close)])
        (alone,) = (await make_batch(db, close)).messages
    assert (alone.message.post_at, [row.notice.session_id for row in alone.rows]) == (DUE + 1, ["s3"])


async def test_notice_is_batched_from_its_time_on(store: Store) -> None:
    """Not earlier, and by one worker only."""
    async with store.write() as db:
        await notice_table.plan(db, [notice(schedulable_at=SOON)])
        assert await notice_table.next_wake(db) == SOON
        assert (await make_batch(db)).messages == []
        (batched,) = (await make_batch(db, SOON)).messages
        message = batched.message
        assert (message.state, message.post_at, message.claimed_by, message.attempts) == (
            MessageState.SENDING,
            DUE,
            "me",
            1,
        )
        assert (await make_batch(db, SOON, "you")).messages == []
        assert await notice_table.next_wake(db) is None
        (row,) = await rows_of_session(db)
        assert row.message
        assert (row, row.message) == (batched.rows[0], message)


async def test_notice_waits_for_the_rate_limit(store: Store) -> None:
    """It gets no message until the time that the limit names."""
    async with store.write() as db:
        await notice_table.plan(db, [notice()])
        assert (await batch_scheduled(db, NOW, claim(), lambda *_: SOON)).messages == []
        assert (await notice_table.next_wake(db), await message_table.next_wake(db)) == (SOON, None)
        assert len((await make_batch(db, SOON)).messages) == 1


async def test_reminders_of_two_past_minutes_go_out_at_two_seconds(store: Store) -> None:
    """After a short outage both are due at once, and two messages of a channel never share a second."""
    now = START - HOUR + SECOND
    async with store.write() as db:
        await notice_table.plan(
            db, [notice(), notice(session_id="s2", start=START - MINUTE, due_at=START - HOUR - MINUTE)]
        )
        batch = (await make_batch(db, now)).messages
        assert sorted(batched.message.post_at for batched in batch) == [DUE + 6, DUE + 7]


async def test_equal_notices_in_one_call_are_planned_once(store: Store) -> None:
    """The first of them counts, also if it was withdrawn before."""
    async with store.write() as db:
        for _ in range(2):
            await notice_table.plan(db, [notice(schedulable_at=SOON), notice(schedulable_at=LATER)])
            (row,) = await rows_of_session(db)
            assert (row.state, row.notice.schedulable_at) == (NoticeState.PLANNED, SOON)
            await notice_table.withdraw(db, [row.id])


async def test_expired_notice_is_missed(store: Store) -> None:
    """It is not posted with a wrong "starts in", and the row records the reason."""
    async with store.write() as db:
        await notice_table.plan(db, [notice(), notice(session_id="s2")])
        await db.execute(update(table).where(table.c.session_id == "s2").values(problem="token_revoked"))
        taken = await make_batch(db, notice().expires_at)
        others = await notice_table.of_session(db, ACCOUNT, "s2")
        assert taken.missed == [*await rows_of_session(db), *others]
    assert [(row.state, row.problem) for row in taken.missed] == [
        (NoticeState.MISSED, EXPIRED),
        (NoticeState.MISSED, "token_revoked"),
    ]


async def test_late_reminders_of_a_channel_become_one_message(store: Store) -> None:
    """Of several for one session the nearest to its start is sent; reminders in time have their own message."""
    now = START - 40 * MINUTE
    wanted = [
        notice(expires_at=START - 30 * MINUTE),
        notice(offset=50 * MINUTE, due_at=START - 50 * MINUTE, expires_at=START - 25 * MINUTE),
        notice(session_id="s2", offset=45 * MINUTE, due_at=START - 45 * MINUTE, expires_at=START - 20 * MINUTE),
        notice(session_id="s3", due_at=now + 5 * MINUTE),
    ]
    async with store.write() as db:
        await notice_table.plan(db, wanted)
        batch = (await make_batch(db, now)).messages
        rows = await rows_of_session(db)
    sent = sorted((batched.message.post_at, [row.notice.session_id for row in batched.rows]) for batched in batch)
    assert [(from_unix(second) - now, what) for second, what in sent] == [
        (5 * SECOND, ["s1", "s2"]),
        (5 * MINUTE, ["s3"]),
    ]
    assert [row.state for row in rows] == [NoticeState.SUPERSEDED, BATCHED]


async def test_two_workers_never_batch_the_same_notice(store: Store) -> None:
    """Two connections, 300 notices, few channels and seconds: each is batched once."""
    planned = [
        notice(session_id=f"s{n}", channel_id=f"C{n % 7}", due_at=START - HOUR + n % 11 * 20 * SECOND)
        for n in range(300)
    ]
    async with store.write() as db:
        await notice_table.plan(db, planned)

    async def batch_all(by: str) -> list[BatchedMessage]:
        mine: list[BatchedMessage] = []
        while True:
            async with store.write() as db:
                waiting = await notice_table.next_wake(db)
                taken = await make_batch(db, waiting or NOW, by)
                for batched in taken.messages:
                    await message_results.mark_scheduled(
                        db, [ScheduledAtSlack(batched.message.id, f"Q{batched.message.id}")]
                    )
                back = await message_table.next_wake(db)
                if back == message_table.AT_ONCE:
                    await _withdraw_all(db)
            mine += taken.messages
            if waiting is None and back != message_table.AT_ONCE:
                return mine

    await asyncio.gather(batch_all("one"), batch_all("two"))
    async with store.read() as db:
        rows = [row for n in range(300) for row in await notice_table.of_session(db, ACCOUNT, f"s{n}")]
    messages = {row.message for row in rows if row.message}
    seconds = Counter((message.channel_id, message.post_at) for message in messages)
    assert {row.state for row in rows} == {BATCHED}
    assert {message.state for message in messages} == {MessageState.SCHEDULED}
    assert set(seconds.values()) == {1}
    assert len(messages) == 7 * 4


async def _withdraw_all(db: Db) -> None:
    for message in await claims.claim_withdrawals(db, LATER, claim()):
        await message_results.requeue(db, message, NOW)


async def test_immediate_notices_of_a_channel_become_one_message(store: Store) -> None:
    """Two counts are merged into the later one."""
    grown = {"kind": NoticeKind.REGISTRATIONS, "offset": timedelta()}
    wanted = [
        notice(**grown, occurrence="1", due_at=NOW - MINUTE, facts=NoticeFacts(count=5, was_count=3)),
        notice(**grown, occurrence="2", due_at=NOW, facts=NoticeFacts(count=9, was_count=5)),
        notice(kind=NoticeKind.FULL, session_id="s2", due_at=NOW),
    ]
    async with store.write() as db:
        await notice_table.plan(db, wanted)
        (batched,) = (await batch_immediate(db, NOW, claim(), no_limit)).messages
        older, newer = await rows_of_session(db)
    assert {row.notice.session_id for row in batched.rows} == {"s1", "s2"}
    assert (older.state, newer.state) == (NoticeState.SUPERSEDED, BATCHED)
    assert (newer.notice.facts.was_count, newer.notice.facts.count) == (3, 9)
    assert (batched.message.way, len(batched.message.mark)) == (DeliveryMethod.IMMEDIATE, 16)


async def test_many_reminders_in_dms_are_posted_when_due(store: Store) -> None:
    """A reminder that may be scheduled only when it is due is posted in a DM, and scheduled in a channel."""
    due = START - HOUR
    wanted = [notice(channel_id=channel, schedulable_at=due) for channel in ("D1", "U2", "C3")] + [
        notice(channel_id="D4")
    ]
    async with store.write() as db:
        await notice_table.plan(db, wanted)
        scheduled_notice = (await make_batch(db, due)).messages
        posted = (await batch_immediate(db, due, claim(), no_limit)).messages
    assert sorted(batched.message.channel_id for batched in scheduled_notice) == ["C3", "D4"]
    assert sorted(batched.message.channel_id for batched in posted) == ["D1", "U2"]


async def test_problems_are_listed_for_the_admin(store: Store) -> None:
    """Notices that were not posted, newest first, of this workspace only."""
    ends = [NoticeState.MISSED, NoticeState.FAILED, NoticeState.UNKNOWN, POSTED, WITHDRAWN, NoticeState.SUPERSEDED]
    wanted = [notice(session_id=f"s{n}", due_at=NOW + n * MINUTE) for n in range(len(ends))]
    async with store.write() as db:
        await notice_table.plan(db, [*wanted, notice(account=OTHER_ACCOUNTS[0])])
        for number, ended in enumerate(ends):
            await db.execute(update(table).where(table.c.session_id == f"s{number}").values(state=ended))
        found = await notice_table.problems(db, ACCOUNT.workspace, NOW, 10)
        assert [row.state for row in found] == [NoticeState.UNKNOWN, NoticeState.FAILED, NoticeState.MISSED]
        found = await notice_table.problems(db, ACCOUNT.workspace, NOW + MINUTE, 1)
        assert [row.notice.session_id for row in found] == ["s2"]


async def test_old_notices_are_deleted_in_small_batches(store: Store) -> None:
    """With their messages; recent and open notices stay."""
    async with store.write() as db:
        batched = await scheduled_notice(db)
        await message_results.mark_past_posted(db, START)
        await notice_table.plan(db, [notice(session_id="s2"), notice(session_id="s3")])
        await notice_table.withdraw(db, [row.id for row in await notice_table.of_session(db, ACCOUNT, "s2")])
        await notice_table.plan(db, [notice(session_id="s4", start=START + HOUR, expires_at=START + HOUR)])
        await db.execute(update(table).where(table.c.session_id == "s4").values(state=POSTED))

        assert await delete_old(db, START, 1) == 2
        assert await rows_of_session(db) == []
        assert [await delete_old(db, START, 1) for _ in range(2)] == [1, 0]
        left = [len(await notice_table.of_session(db, ACCOUNT, session)) for session in ("s2", "s3", "s4")]
    assert left == [0, 1, 1]
    assert batched.message.id == 1


async def test_workspaces_are_separate(store: Store) -> None:
    """A worker of one workspace does not read, batch or wake for notices of another."""
    here = ACCOUNT.workspace
    async with store.write() as db:
        await notice_table.plan(db, [notice(account=account, schedulable_at=SOON) for account in OTHER_ACCOUNTS[:2]])
        assert await rows_of_session(db) == []
        assert await notice_table.next_wake(db, here) is None
        assert (await batch_scheduled(db, LATER, claim(workspace=here), no_limit)).messages == []

        for other in OTHER_ACCOUNTS[:2]:
            (batched,) = (await batch_scheduled(db, LATER, claim(workspace=other.workspace), no_limit)).messages
            assert (batched.rows[0].notice.account, batched.message.post_at) == (other, DUE)
            assert await notice_table.find(db, here, batched.rows[0].id) is None
            assert await notice_table.find(db, other.workspace, batched.rows[0].id) == batched.rows[0]


async def test_accounts_are_separate(store: Store) -> None:
    """The same session id of another account has its own reminders."""
    async with store.write() as db:
        await notice_table.plan(db, [notice(), notice(account=OTHER_ACCOUNTS[2])])
        assert [len(await rows_of_session(db, account)) for account in (ACCOUNT, OTHER_ACCOUNTS[2])] == [1, 1]


async def test_naive_times_are_refused(store: Store) -> None:
    """A time without a zone is ambiguous."""
    naive = NOW.replace(tzinfo=None)
    async with store.write() as db:
        batched = await batched_notice(db)
        for refused in (
            notice_table.plan(db, [notice().model_copy(update={"due_at": naive})]),
            make_batch(db, naive),
            message_results.requeue(db, batched.message, naive),
            message_table.postpone_withdrawal(db, batched.message, naive),
        ):
            with pytest.raises(StatementError, match="a naive time cannot be stored"):
                await refused
