"""The outbox on both databases: a notice is planned once, taken by one, and no latecomer undoes what came of it."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import timedelta

import pytest
from sqlalchemy import insert, update
from sqlalchemy.exc import IntegrityError, StatementError

from bot.models import Account, NoticeState, Workspace
from bot.store import claims, notices
from bot.store.claims import Claim
from bot.store.connection import Db, Store
from bot.store.notices import Row
from bot.store.schema import notices as table
from tests.store_samples import HOUR, LATER, OTHERS, SOON, notice
from tests.webinar_samples import ACCOUNT, NOW, START

pytest_plugins = ["tests.databases"]

SECOND = int((START - HOUR).timestamp())


def claim(by: str = "me", workspace: Workspace | None = None) -> Claim:
    """A claim from now on, for five minutes."""
    return Claim(by=by, at=NOW, until=LATER, workspace=workspace)


async def stands(db: Db, account: Account = ACCOUNT) -> list[Row]:
    """The rows of the one webinar."""
    return await notices.of_session(db, account, "s1")


async def state(db: Db) -> NoticeState:
    """How the one row stands."""
    (row,) = await stands(db)
    return row.state


async def taken(db: Db) -> Row:
    """The one notice, planned and taken to be handed over."""
    await notices.plan(db, [notice()])
    (row,) = await claims.due(db, NOW, claim())
    return row


async def held(db: Db) -> Row:
    """The one notice, held by Slack."""
    assert await claims.handed(db, await taken(db), "Q1", "digest")
    (row,) = await stands(db)
    return row


async def test_planning_twice_is_planning_once(store: Store) -> None:
    """The same webinar, start, lead and channel is the same notice; any of them different is another."""
    for _ in range(2):
        async with store.write() as db:
            await notices.plan(db, [notice(), notice(channel_id="C2"), notice(before=HOUR / 2)])
            await notices.plan(db, [notice(start=START + HOUR)])
    async with store.read() as db:
        rows = await stands(db)
    assert len(rows) == 4
    assert {row.state for row in rows} == {NoticeState.PLANNED}
    assert notice() in [row.notice for row in rows]


async def test_planning_leaves_what_is_under_way(store: Store) -> None:
    """What Slack is getting, has, or has said, is not planned anew."""
    async with store.write() as db:
        row = await taken(db)
        await notices.plan(db, [notice()])
        assert await state(db) is NoticeState.HANDING
        for ended in (NoticeState.HELD, NoticeState.SAID, NoticeState.MISSED, NoticeState.UNKNOWN, NoticeState.DEAD):
            await claims.end(db, row, ended)
            await notices.plan(db, [notice()])
            assert await state(db) is ended


async def test_withdrawn_notice_is_planned_again(store: Store) -> None:
    """A webinar that is moved away and back is reminded of as before."""
    async with store.write() as db:
        await notices.plan(db, [notice()])
        await notices.take_back(db, [row.id for row in await stands(db)])
        assert await state(db) is NoticeState.WITHDRAWN
        await notices.plan(db, [notice(hand_at=SOON)])
        (row,) = await stands(db)
    assert (row.state, row.notice.hand_at, row.post_at) == (NoticeState.PLANNED, SOON, None)


async def test_notice_wanted_again_while_it_is_taken_back_is_looked_for(store: Store) -> None:
    """It may be at Slack or not: whoever takes it back says so, and else Slack is asked."""
    async with store.write() as db:
        row = await held(db)
        await notices.take_back(db, [row.id])
        (withdrawing,) = await claims.withdrawals(db, NOW, claim())
        await notices.plan(db, [notice()])
        assert await state(db) is NoticeState.HANDING
        assert await claims.unclear(db, claim("you")) == []

        await claims.not_at_slack(db, withdrawing, SOON)
        (row,) = await stands(db)
    assert (row.state, row.notice.hand_at, row.scheduled_id) == (NoticeState.PLANNED, SOON, None)


async def test_taking_back_asks_slack_only_where_it_may_have_it(store: Store) -> None:
    """What is planned is withdrawn at once; what Slack is getting or holds must be got back; what was said stays."""
    async with store.write() as db:
        row = await taken(db)
        await notices.take_back(db, [row.id])
        assert await state(db) is NoticeState.WITHDRAWING
        await claims.end(db, row, NoticeState.SAID)
        await notices.take_back(db, [row.id])
        assert await state(db) is NoticeState.SAID


async def test_due_notices_get_seconds_of_their_own(store: Store) -> None:
    """Channel and second identify what Slack holds, so no two of ours share them; other channels do not matter."""
    async with store.write() as db:
        await notices.plan(db, [notice(session_id=f"s{n}", channel_id=f"C{n % 2}") for n in range(4)])
        first = await claims.due(db, NOW, claim())
        await notices.plan(db, [notice(session_id="s9", channel_id="C0")])
        second = await claims.due(db, NOW, claim())
    seconds = sorted((row.notice.channel_id, row.post_at) for row in first + second)
    assert seconds == [("C0", SECOND), ("C0", SECOND + 1), ("C0", SECOND + 2), ("C1", SECOND), ("C1", SECOND + 1)]


async def test_two_held_messages_cannot_share_a_second(store: Store) -> None:
    """The database itself refuses it, for one channel of one workspace."""
    async with store.write() as db:
        row = await held(db)
        others = [notice(session_id="s2", account=account) for account in (*OTHERS[:2], ACCOUNT)]
        for other in others[:2]:
            await _insert(db, other.account, row.post_at)
    async with store.write() as db:
        with pytest.raises(IntegrityError):
            await _insert(db, ACCOUNT, row.post_at)


async def test_notice_is_due_when_it_may_be_handed_over(store: Store) -> None:
    """Not before; and once it is taken, not for anybody else."""
    async with store.write() as db:
        await notices.plan(db, [notice(hand_at=SOON)])
        assert await notices.next_wake(db) == SOON
        assert await claims.due(db, NOW, claim()) == []
        (row,) = await claims.due(db, SOON, claim())
        assert (row.state, row.post_at, row.claimed_by, row.attempts) == (NoticeState.HANDING, SECOND, "me", 1)
        assert await claims.due(db, SOON, claim("you")) == []
        assert await notices.next_wake(db) is None
        assert await stands(db) == [row]


async def test_notice_that_is_too_late_is_missed(store: Store) -> None:
    """It is not said with a false "starts in", and the row says why."""
    async with store.write() as db:
        await notices.plan(db, [notice()])
        (row,) = await claims.due(db, notice().expires_at, claim())
        assert await stands(db) == [row]
    assert (row.state, row.post_at, row.problem) == (NoticeState.MISSED, None, claims.TOO_LATE)


async def test_unclear_hand_over_is_taken_by_one_when_its_time_has_run_out(store: Store) -> None:
    """As long as the claim holds, Slack may still be about to accept it."""
    async with store.write() as db:
        row = await taken(db)
        assert await claims.unclear(db, claim("you")) == []
        late = Claim(by="you", at=LATER + timedelta(seconds=1), until=LATER + HOUR)
        assert await claims.unclear(db, late) == [row.model_copy(update={"claimed_by": "you"})]
        assert await claims.unclear(db, late) == []
        assert not await claims.still_ours(db, row)


async def test_held_notice_keeps_what_slack_said(store: Store) -> None:
    """The id to take it back with and the digest of its words, and nobody has a claim on it."""
    async with store.write() as db:
        row = await held(db)
        assert (row.state, row.scheduled_id, row.text_digest) == (NoticeState.HELD, "Q1", "digest")
        assert await notices.held_beyond(db, SECOND - 1) == [row]
        assert await notices.held_beyond(db, SECOND) == []


async def test_notice_withdrawn_during_its_hand_over_is_got_back_after_it(store: Store) -> None:
    """The hand-over ends first, and leaves the id that is needed."""
    async with store.write() as db:
        row = await taken(db)
        assert await claims.still_ours(db, row)
        await notices.take_back(db, [row.id])
        assert not await claims.still_ours(db, row)
        assert await claims.withdrawals(db, NOW, claim()) == []

        assert await claims.handed(db, row, "Q1")
        (withdrawing,) = await claims.withdrawals(db, NOW, claim())
        assert withdrawing.scheduled_id == "Q1"
        await claims.not_at_slack(db, withdrawing, NOW)
        assert await state(db) is NoticeState.WITHDRAWN


async def test_withdrawal_that_must_wait_is_taken_up_again(store: Store) -> None:
    """At the time it was put off to, and the outbox wakes for it."""
    async with store.write() as db:
        row = await held(db)
        await notices.take_back(db, [row.id])
        (withdrawing,) = await claims.withdrawals(db, NOW, claim())
        assert await notices.next_wake(db) is None
        await claims.try_again(db, withdrawing, SOON)
        assert await notices.next_wake(db) == SOON
        assert await claims.withdrawals(db, NOW, claim()) == []
        assert len(await claims.withdrawals(db, SOON, claim())) == 1


async def test_latecomer_changes_nothing(store: Store) -> None:
    """Who was away while somebody else settled and handed over again learns that theirs is one too many."""
    async with store.write() as db:
        late = await taken(db)
        await claims.not_at_slack(db, late, NOW)
        (row,) = await claims.due(db, NOW, claim("you"))
        assert not await claims.handed(db, late, "Q-late")
        await claims.not_at_slack(db, late, LATER)
        await claims.end(db, late, NoticeState.DEAD)
        await claims.hold(db, late, NOW)
        assert await stands(db) == [row]

        assert await claims.handed(db, row, "Q1")
        assert not await claims.handed(db, late, "Q-late")
        assert await claims.handed(db, late, "Q1")
        (kept,) = await stands(db)
    assert (kept.state, kept.scheduled_id) == (NoticeState.HELD, "Q1")


async def test_held_notice_is_reopened_by_one(store: Store) -> None:
    """To be handed over anew, in other words; not where it is being withdrawn."""
    async with store.write() as db:
        row = await held(db)
        again = await claims.reopen(db, row, claim())
        assert again is not None
        assert await claims.reopen(db, row, claim("you")) is None
        await claims.not_at_slack(db, again, NOW)
        (row,) = await stands(db)
        assert (row.state, row.scheduled_id) == (NoticeState.PLANNED, None)


async def test_what_slack_held_counts_as_said_after_a_while(store: Store) -> None:
    """Or when its start has come; until then a change that is heard of late still finds it."""
    async with store.write() as db:
        row = await held(db)
        known = START - HOUR + notices.HEARD_WITHIN
        await notices.mark_said(db, known - timedelta(seconds=1))
        assert await state(db) is NoticeState.HELD
        await notices.mark_said(db, known)
        assert await state(db) is NoticeState.SAID

        await claims.end(db, row, NoticeState.HELD)
        await db.connection.execute(update(table).values(post_at=int(START.timestamp()) - 60))
        await notices.mark_said(db, START)
        assert await state(db) is NoticeState.SAID


async def test_claims_are_freed_at_a_start(store: Store) -> None:
    """But not those of a hand-over that the one who is gone had begun: Slack may still be about to accept it."""
    async with store.write() as db:
        row = await taken(db)
        await notices.release_all(db)
        assert await claims.unclear(db, claim("you")) == []
        await notices.take_back(db, [row.id])
        await notices.release_all(db)
        assert await claims.withdrawals(db, NOW, claim("you")) == []

        await claims.handed(db, row, "Q1")
        await claims.withdrawals(db, NOW, claim())
        assert await claims.withdrawals(db, NOW, claim("you")) == []
        await notices.release_all(db)
        assert len(await claims.withdrawals(db, NOW, claim("you"))) == 1


async def test_two_who_claim_at_once_never_get_the_same(store: Store) -> None:
    """Two connections, 300 notices, the same few channels and seconds: each is taken once, with its own second."""
    planned = [notice(session_id=f"s{n}", channel_id=f"C{n % 3}") for n in range(300)]
    async with store.write() as db:
        await notices.plan(db, planned)

    async def claim_all(by: str) -> list[Row]:
        mine: list[Row] = []
        while True:
            async with store.write() as db:
                rows = await claims.due(db, NOW, claim(by))
            if not rows:
                return mine
            mine += rows

    one, two = await asyncio.gather(claim_all("one"), claim_all("two"))
    seconds = Counter((row.notice.channel_id, row.post_at) for row in one + two)
    assert sorted(row.notice.session_id for row in one + two) == sorted(wanted.session_id for wanted in planned)
    assert set(seconds.values()) == {1}


async def test_outboxes_of_two_workspaces_never_meet(store: Store) -> None:
    """A worker for one workspace sees, takes, marks and wakes for nothing of another's."""
    here = ACCOUNT.workspace
    async with store.write() as db:
        await notices.plan(db, [notice(account=account, hand_at=SOON) for account in OTHERS[:2]])
        assert await stands(db) == []
        assert await notices.next_wake(db, here) is None
        assert await claims.due(db, LATER, claim(workspace=here)) == []

        for other in OTHERS[:2]:
            (row,) = await claims.due(db, LATER, claim(workspace=other.workspace))
            assert (row.notice.account, row.post_at) == (other, SECOND)
            past = claim(workspace=here).model_copy(update={"at": LATER + HOUR})
            assert await claims.unclear(db, past) == []
            await claims.handed(db, row, "Q1")
            assert await notices.held_beyond(db, 0, here) == []
            await notices.mark_said(db, START, here)
            await notices.take_back(db, [row.id])
            assert await claims.withdrawals(db, LATER, past) == []
            ((left, _),) = [(row.state, row.id) for row in await stands(db, other)]
            assert left is NoticeState.WITHDRAWING


async def test_notices_of_two_accounts_are_two(store: Store) -> None:
    """The same session id of another connection has its own reminders."""
    async with store.write() as db:
        await notices.plan(db, [notice(), notice(account=OTHERS[2])])
        assert [len(await stands(db, account)) for account in (ACCOUNT, OTHERS[2])] == [1, 1]


async def test_outbox_refuses_naive_times(store: Store) -> None:
    """A time without a zone means nothing."""
    naive = NOW.replace(tzinfo=None)
    async with store.write() as db:
        row = await taken(db)
        for refused in (
            notices.plan(db, [notice().model_copy(update={"due_at": naive})]),
            claims.due(db, naive, claim()),
            claims.not_at_slack(db, row, naive),
            claims.hold(db, row, naive),
            claims.try_again(db, row, naive),
        ):
            with pytest.raises(StatementError, match="a naive time cannot be stored"):
                await refused


async def _insert(db: Db, account: Account, second: int | None) -> None:
    workspace = account.workspace
    values = {
        "team_id": workspace.team_id,
        "enterprise_id": workspace.enterprise_id,
        "provider": account.provider,
        "account": account.name,
        "session_id": "s2",
        "kind": "reminder",
        "channel_id": "C1",
        "start": START,
        "before_s": 3600,
        "due_at": START,
        "hand_at": START,
        "expires_at": START,
        "state": NoticeState.HELD,
        "post_at": second,
    }
    await db.connection.execute(insert(table).values(values))
