"""The outbox on both databases: a notice is planned once, packed by one, and taken back from wherever it is."""

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
from bot.notices.outbox.rows import BatchedMessage, NoticeRow, ScheduledAtSlack
from bot.notices.schedule import from_unix
from tests.support.db_samples import HOUR, LATER, OTHER_ACCOUNTS, SOON, notice
from tests.support.webinar_samples import ACCOUNT, NOW, START

pytest_plugins = ["tests.support.databases"]

SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)
DUE = int((START - HOUR).timestamp())
PLANNED, PACKED, SAID = NoticeState.PLANNED, NoticeState.BATCHED, NoticeState.POSTED
WITHDRAWN, SKIPPED = NoticeState.WITHDRAWN, NoticeState.SKIPPED


def claim(by: str = "me", workspace: Workspace | None = None) -> Claim:
    """A claim from now on, for a minute."""
    return Claim(by=by, lease=MINUTE, workspace=workspace)


def room(_: Workspace, __: str) -> datetime | None:
    """Slack has time for everything."""
    return None


async def stands(db: Db, account: Account = ACCOUNT) -> list[NoticeRow]:
    """The rows of the one webinar."""
    return await notice_table.of_session(db, account, "s1")


async def state(db: Db) -> NoticeState:
    """How the one row stands."""
    (row,) = await stands(db)
    return row.state


async def pack(db: Db, now: datetime = NOW, by: str = "me") -> MessageBatch:
    """Pack what Slack may be given to hold."""
    return await batch_scheduled(db, now, claim(by), room)


async def packed(db: Db) -> BatchedMessage:
    """The one notice, planned and packed, to be given to Slack."""
    await notice_table.plan(db, [notice()])
    (batched,) = (await pack(db)).messages
    return batched


async def held(db: Db) -> BatchedMessage:
    """The one notice, held by Slack."""
    batched = await packed(db)
    assert await message_results.mark_scheduled(db, [ScheduledAtSlack(batched.message.id, "Q1", "digest")]) == {
        batched.message.id
    }
    return batched


async def test_planning_twice_is_planning_once(store: Store) -> None:
    """The same kind, webinar, start, lead, occurrence and channel is the same notice; any of them different another."""
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
        rows = await stands(db)
    assert {row.state for row in rows} == {PLANNED}
    assert sorted(str(row.notice) for row in rows) == sorted(map(str, [notice(), *others, notice(start=START + HOUR)]))


async def test_planning_leaves_what_is_under_way(store: Store) -> None:
    """What Slack is getting, has, or has said, and what somebody had left out, is not planned anew."""
    async with store.write() as db:
        await packed(db)
        await notice_table.plan(db, [notice()])
        assert await state(db) is PACKED
        for ended in set(notice_table.ENDED) - {WITHDRAWN}:
            await db.execute(update(table).values(state=ended))
            await notice_table.plan(db, [notice()])
            assert await state(db) is ended


async def test_many_notices_are_planned_at_once(store: Store) -> None:
    """More than go into one statement."""
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
    """A webinar that is moved away and back is reminded of as before."""
    async with store.write() as db:
        await notice_table.plan(db, [notice()])
        await notice_table.withdraw(db, [row.id for row in await stands(db)])
        assert await state(db) is WITHDRAWN
        await notice_table.plan(db, [notice(schedulable_at=SOON)])
        (row,) = await stands(db)
    assert (row.state, row.notice.schedulable_at, row.message) == (PLANNED, SOON, None)


async def test_notice_wanted_again_while_its_parcel_is_got_back_stays_in_it(store: Store) -> None:
    """It may be at Slack or not: whoever gets the parcel back plans it again."""
    async with store.write() as db:
        batched = await held(db)
        await notice_table.withdraw(db, [row.id for row in batched.rows])
        assert await state(db) is WITHDRAWN
        await notice_table.plan(db, [notice()])
        assert await state(db) is PACKED

        assert await message_results.requeue(db, batched.message, SOON)
        (row,) = await stands(db)
    assert (row.state, row.notice.schedulable_at) == (PLANNED, SOON)


async def test_taking_back_asks_slack_only_where_it_may_have_it(store: Store) -> None:
    """What is planned is withdrawn at once; a parcel with what is not must be got back; what was said stays."""
    async with store.write() as db:
        batched = await packed(db)
        await notice_table.withdraw(db, [row.id for row in batched.rows])
        (row,) = await stands(db)
        assert row.message
        assert (row.state, row.message.state) == (WITHDRAWN, MessageState.WITHDRAWING)

        await db.execute(update(table).values(state=SAID))
        await notice_table.withdraw(db, [row.id])
        assert await state(db) is SAID


async def test_what_is_being_posted_is_past_being_taken_back(store: Store) -> None:
    """Nobody can hold a post back that is on its way."""
    async with store.write() as db:
        await notice_table.plan(db, [notice(kind=NoticeKind.FULL)])
        (batched,) = (await batch_immediate(db, NOW, claim(), room)).messages
        await notice_table.withdraw(db, [row.id for row in batched.rows])
        assert await state(db) is PACKED


async def test_notice_is_left_out_and_said_after_all(store: Store) -> None:
    """As somebody asked; planning does not bring it back, and after its time nobody can."""
    async with store.write() as db:
        batched = await held(db)
        number = batched.rows[0].id
        await notice_table.skip(db, number)
        await notice_table.plan(db, [notice()])
        (row,) = await stands(db)
        assert row.message
        assert (row.state, row.message.state) == (SKIPPED, MessageState.WITHDRAWING)
        assert await notice_table.unskip(db, number, NOW)
        assert await state(db) is PACKED
        await notice_table.skip(db, number)
        await message_results.requeue(db, batched.message, SOON)
        assert await state(db) is SKIPPED

        assert not await notice_table.unskip(db, number, row.notice.due_at)
        assert await notice_table.unskip(db, number, NOW)
        assert await state(db) is PLANNED
        assert not await notice_table.unskip(db, number, NOW)


async def test_one_channel_and_minute_is_one_parcel(store: Store) -> None:
    """Whatever is planned for it rides along; another minute or channel has its own, with a second of its own."""
    wanted = [
        notice(),
        notice(session_id="s2", due_at=START - HOUR + 30 * SECOND, schedulable_at=LATER),
        notice(session_id="s3", due_at=START - HOUR + MINUTE),
        notice(session_id="s4", channel_id="C2"),
        notice(session_id="s5", due_at=START - HOUR + MINUTE, schedulable_at=LATER, channel_id="C2"),
    ]
    async with store.write() as db:
        await notice_table.plan(db, wanted)
        taken = await pack(db)
    contents = [
        (batched.message.post_at - DUE, [row.notice.session_id for row in batched.rows]) for batched in taken.messages
    ]
    assert sorted(contents) == [(0, ["s1", "s2"]), (0, ["s4"]), (60, ["s3"])]
    assert {batched.message.way for batched in taken.messages} == {DeliveryMethod.SCHEDULED}


async def test_late_comer_to_a_minute_has_the_parcel_got_back(store: Store) -> None:
    """So that the channel hears one message; but not where it would be a close thing."""
    async with store.write() as db:
        first = await held(db)
        await notice_table.plan(db, [notice(session_id="s2")])
        assert (await pack(db)).messages == []
        (row,) = await stands(db)
        assert row.message
        assert (row.state, row.message.state) == (PACKED, MessageState.WITHDRAWING)
        await message_results.requeue(db, first.message, NOW)
        (both,) = (await pack(db)).messages
        assert [row.notice.session_id for row in both.rows] == ["s1", "s2"]

        close = START - HOUR - 2 * MINUTE
        await notice_table.plan(db, [notice(session_id="s3", schedulable_at=close)])
        (alone,) = (await pack(db, close)).messages
    assert (alone.message.post_at, [row.notice.session_id for row in alone.rows]) == (DUE + 1, ["s3"])


async def test_notice_is_packed_when_it_may_be(store: Store) -> None:
    """Not before; and once it is packed, by nobody else."""
    async with store.write() as db:
        await notice_table.plan(db, [notice(schedulable_at=SOON)])
        assert await notice_table.next_wake(db) == SOON
        assert (await pack(db)).messages == []
        (batched,) = (await pack(db, SOON)).messages
        message = batched.message
        assert (message.state, message.post_at, message.claimed_by, message.attempts) == (
            MessageState.SENDING,
            DUE,
            "me",
            1,
        )
        assert (await pack(db, SOON, "you")).messages == []
        assert await notice_table.next_wake(db) is None
        (row,) = await stands(db)
        assert row.message
        assert (row, row.message) == (batched.rows[0], message)


async def test_what_slack_has_no_time_for_is_put_off(store: Store) -> None:
    """Without a parcel, until there is room."""
    async with store.write() as db:
        await notice_table.plan(db, [notice()])
        assert (await batch_scheduled(db, NOW, claim(), lambda *_: SOON)).messages == []
        assert (await notice_table.next_wake(db), await message_table.next_wake(db)) == (SOON, None)
        assert len((await pack(db, SOON)).messages) == 1


async def test_reminders_of_two_past_minutes_go_out_at_two_seconds(store: Store) -> None:
    """Both are due at once after a short outage, and a channel has one message a second at most."""
    now = START - HOUR + SECOND
    async with store.write() as db:
        await notice_table.plan(
            db, [notice(), notice(session_id="s2", start=START - MINUTE, due_at=START - HOUR - MINUTE)]
        )
        batch = (await pack(db, now)).messages
        assert sorted(batched.message.post_at for batched in batch) == [DUE + 6, DUE + 7]


async def test_notice_that_is_planned_twice_in_one_go_is_planned_once(store: Store) -> None:
    """The first of the two counts, also where it was withdrawn before."""
    async with store.write() as db:
        for _ in range(2):
            await notice_table.plan(db, [notice(schedulable_at=SOON), notice(schedulable_at=LATER)])
            (row,) = await stands(db)
            assert (row.state, row.notice.schedulable_at) == (NoticeState.PLANNED, SOON)
            await notice_table.withdraw(db, [row.id])


async def test_notice_that_is_too_late_is_missed(store: Store) -> None:
    """It is not said with a false "starts in", and the row says why: what was in the way, if that is known."""
    async with store.write() as db:
        await notice_table.plan(db, [notice(), notice(session_id="s2")])
        await db.execute(update(table).where(table.c.session_id == "s2").values(problem="token_revoked"))
        taken = await pack(db, notice().expires_at)
        others = await notice_table.of_session(db, ACCOUNT, "s2")
        assert taken.missed == [*await stands(db), *others]
    assert [(row.state, row.problem) for row in taken.missed] == [
        (NoticeState.MISSED, EXPIRED),
        (NoticeState.MISSED, "token_revoked"),
    ]


async def test_late_reminders_of_a_channel_go_together(store: Store) -> None:
    """Of several for one session only the nearest to its start, and those that come in time have their own message."""
    now = START - 40 * MINUTE
    wanted = [
        notice(expires_at=START - 30 * MINUTE),
        notice(offset=50 * MINUTE, due_at=START - 50 * MINUTE, expires_at=START - 25 * MINUTE),
        notice(session_id="s2", offset=45 * MINUTE, due_at=START - 45 * MINUTE, expires_at=START - 20 * MINUTE),
        notice(session_id="s3", due_at=now + 5 * MINUTE),
    ]
    async with store.write() as db:
        await notice_table.plan(db, wanted)
        batch = (await pack(db, now)).messages
        rows = await stands(db)
    said = sorted((batched.message.post_at, [row.notice.session_id for row in batched.rows]) for batched in batch)
    assert [(from_unix(second) - now, what) for second, what in said] == [
        (5 * SECOND, ["s1", "s2"]),
        (5 * MINUTE, ["s3"]),
    ]
    assert [row.state for row in rows] == [NoticeState.SUPERSEDED, PACKED]


async def test_two_who_pack_at_once_never_pack_the_same(store: Store) -> None:
    """Two connections, 300 notices, few channels and seconds: each is packed once, each parcel has its own second."""
    planned = [
        notice(session_id=f"s{n}", channel_id=f"C{n % 7}", due_at=START - HOUR + n % 11 * 20 * SECOND)
        for n in range(300)
    ]
    async with store.write() as db:
        await notice_table.plan(db, planned)

    async def pack_all(by: str) -> list[BatchedMessage]:
        mine: list[BatchedMessage] = []
        while True:
            async with store.write() as db:
                waiting = await notice_table.next_wake(db)
                taken = await pack(db, waiting or NOW, by)
                for batched in taken.messages:
                    await message_results.mark_scheduled(
                        db, [ScheduledAtSlack(batched.message.id, f"Q{batched.message.id}")]
                    )
                back = await message_table.next_wake(db)
                if back == message_table.AT_ONCE:
                    await _get_back(db)
            mine += taken.messages
            if waiting is None and back != message_table.AT_ONCE:
                return mine

    await asyncio.gather(pack_all("one"), pack_all("two"))
    async with store.read() as db:
        rows = [row for n in range(300) for row in await notice_table.of_session(db, ACCOUNT, f"s{n}")]
    carried = {row.message for row in rows if row.message}
    seconds = Counter((message.channel_id, message.post_at) for message in carried)
    assert {row.state for row in rows} == {PACKED}
    assert {message.state for message in carried} == {MessageState.SCHEDULED}
    assert set(seconds.values()) == {1}
    assert len(carried) == 7 * 4


async def _get_back(db: Db) -> None:
    for message in await claims.claim_withdrawals(db, LATER, claim()):
        await message_results.requeue(db, message, NOW)


async def test_direct_notices_of_a_channel_go_together(store: Store) -> None:
    """What was counted twice is summed up in the newer one, which says what it says for both."""
    grown = {"kind": NoticeKind.REGISTRATIONS, "offset": timedelta()}
    wanted = [
        notice(**grown, occurrence="1", due_at=NOW - MINUTE, facts=NoticeFacts(count=5, was_count=3)),
        notice(**grown, occurrence="2", due_at=NOW, facts=NoticeFacts(count=9, was_count=5)),
        notice(kind=NoticeKind.FULL, session_id="s2", due_at=NOW),
    ]
    async with store.write() as db:
        await notice_table.plan(db, wanted)
        (batched,) = (await batch_immediate(db, NOW, claim(), room)).messages
        older, newer = await stands(db)
    assert {row.notice.session_id for row in batched.rows} == {"s1", "s2"}
    assert (older.state, newer.state) == (NoticeState.SUPERSEDED, PACKED)
    assert (newer.notice.facts.was_count, newer.notice.facts.count) == (3, 9)
    assert (batched.message.way, len(batched.message.mark)) == (DeliveryMethod.IMMEDIATE, 16)


async def test_crowd_in_dms_is_posted_in_its_minute(store: Store) -> None:
    """A reminder that may be handed over only when it is due is posted in a DM, and handed over elsewhere."""
    due = START - HOUR
    wanted = [notice(channel_id=channel, schedulable_at=due) for channel in ("D1", "U2", "C3")] + [
        notice(channel_id="D4")
    ]
    async with store.write() as db:
        await notice_table.plan(db, wanted)
        held = (await pack(db, due)).messages
        posted = (await batch_immediate(db, due, claim(), room)).messages
    assert sorted(batched.message.channel_id for batched in held) == ["C3", "D4"]
    assert sorted(batched.message.channel_id for batched in posted) == ["D1", "U2"]


async def test_problems_are_what_an_admin_must_see(store: Store) -> None:
    """What ended without having been said, newest first, of this workspace alone."""
    ends = [NoticeState.MISSED, NoticeState.FAILED, NoticeState.UNKNOWN, SAID, WITHDRAWN, NoticeState.SUPERSEDED]
    wanted = [notice(session_id=f"s{n}", due_at=NOW + n * MINUTE) for n in range(len(ends))]
    async with store.write() as db:
        await notice_table.plan(db, [*wanted, notice(account=OTHER_ACCOUNTS[0])])
        for number, ended in enumerate(ends):
            await db.execute(update(table).where(table.c.session_id == f"s{number}").values(state=ended))
        found = await notice_table.problems(db, ACCOUNT.workspace, NOW, 10)
        assert [row.state for row in found] == [NoticeState.UNKNOWN, NoticeState.FAILED, NoticeState.MISSED]
        found = await notice_table.problems(db, ACCOUNT.workspace, NOW + MINUTE, 1)
        assert [row.notice.session_id for row in found] == ["s2"]


async def test_what_ended_long_ago_is_forgotten_a_little_at_a_time(store: Store) -> None:
    """With its parcel; what ended lately, or has not ended, is kept."""
    async with store.write() as db:
        batched = await held(db)
        await message_results.mark_past_posted(db, START)
        await notice_table.plan(db, [notice(session_id="s2"), notice(session_id="s3")])
        await notice_table.withdraw(db, [row.id for row in await notice_table.of_session(db, ACCOUNT, "s2")])
        await notice_table.plan(db, [notice(session_id="s4", start=START + HOUR, expires_at=START + HOUR)])
        await db.execute(update(table).where(table.c.session_id == "s4").values(state=SAID))

        assert await notice_table.clean_up(db, START, 1) == 2
        assert await stands(db) == []
        assert [await notice_table.clean_up(db, START, 1) for _ in range(2)] == [1, 0]
        left = [len(await notice_table.of_session(db, ACCOUNT, session)) for session in ("s2", "s3", "s4")]
    assert left == [0, 1, 1]
    assert batched.message.id == 1


async def test_outboxes_of_two_workspaces_never_meet(store: Store) -> None:
    """A worker for one workspace sees, packs and wakes for nothing of another's."""
    here = ACCOUNT.workspace
    async with store.write() as db:
        await notice_table.plan(db, [notice(account=account, schedulable_at=SOON) for account in OTHER_ACCOUNTS[:2]])
        assert await stands(db) == []
        assert await notice_table.next_wake(db, here) is None
        assert (await batch_scheduled(db, LATER, claim(workspace=here), room)).messages == []

        for other in OTHER_ACCOUNTS[:2]:
            (batched,) = (await batch_scheduled(db, LATER, claim(workspace=other.workspace), room)).messages
            assert (batched.rows[0].notice.account, batched.message.post_at) == (other, DUE)
            assert await notice_table.find(db, here, batched.rows[0].id) is None
            assert await notice_table.find(db, other.workspace, batched.rows[0].id) == batched.rows[0]


async def test_notices_of_two_accounts_are_two(store: Store) -> None:
    """The same session id of another connection has its own reminders."""
    async with store.write() as db:
        await notice_table.plan(db, [notice(), notice(account=OTHER_ACCOUNTS[2])])
        assert [len(await stands(db, account)) for account in (ACCOUNT, OTHER_ACCOUNTS[2])] == [1, 1]


async def test_outbox_refuses_naive_times(store: Store) -> None:
    """A time without a zone means nothing."""
    naive = NOW.replace(tzinfo=None)
    async with store.write() as db:
        batched = await packed(db)
        for refused in (
            notice_table.plan(db, [notice().model_copy(update={"due_at": naive})]),
            pack(db, naive),
            message_results.requeue(db, batched.message, naive),
            message_table.postpone_withdrawal(db, batched.message, naive),
        ):
            with pytest.raises(StatementError, match="a naive time cannot be stored"):
                await refused
