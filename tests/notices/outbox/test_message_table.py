"""What has become of a parcel is written down once on both databases, and no latecomer undoes it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import insert, update
from sqlalchemy.exc import IntegrityError

from bot.clock import machine_now
from bot.db.connection import Db, Store
from bot.db.schema import parcels as table
from bot.model.people import Workspace
from bot.notices.model import DeliveryMethod, MessageState, NoticeKind, NoticeState
from bot.notices.outbox import claims, message_results, message_table, notice_table
from bot.notices.outbox.batches import batch_immediate, batch_scheduled
from bot.notices.outbox.claims import Claim
from bot.notices.outbox.message_results import NOT_WITHDRAWN
from bot.notices.outbox.message_table import AT_ONCE
from bot.notices.outbox.rows import BatchedMessage, OutboundMessage, PostedMessage, ScheduledAtSlack
from bot.notices.schedule import CHANGE_SEEN_WITHIN, from_unix
from tests.support.db_samples import HOUR, LATER, OTHER_ACCOUNTS, SOON, notice
from tests.support.webinar_samples import ACCOUNT, NOW, START

pytest_plugins = ["tests.support.databases"]

SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)
DUE = int((START - HOUR).timestamp())
PLANNED, PACKED, SAID = NoticeState.PLANNED, NoticeState.BATCHED, NoticeState.POSTED


def claim(by: str = "me", lease: timedelta = MINUTE, workspace: Workspace | None = None) -> Claim:
    """A claim from now on."""
    return Claim(by=by, lease=lease, workspace=workspace)


def room(_: Workspace, __: str) -> datetime | None:
    """Slack has time for everything."""
    return None


async def packed(db: Db, by: Claim | None = None) -> BatchedMessage:
    """A reminder, to be given to Slack."""
    await notice_table.plan(db, [notice()])
    (batched,) = (await batch_scheduled(db, NOW, by or claim(), room)).messages
    return batched


async def held(db: Db) -> BatchedMessage:
    """A reminder that Slack holds."""
    batched = await packed(db)
    assert await message_results.mark_scheduled(db, [ScheduledAtSlack(batched.message.id, "Q1", "digest")]) == {
        batched.message.id
    }
    return batched


async def to_be_posted(db: Db) -> BatchedMessage:
    """An alert, to be posted."""
    await notice_table.plan(db, [notice(kind=NoticeKind.FULL)])
    (batched,) = (await batch_immediate(db, NOW, claim(), room)).messages
    return batched


async def stands(db: Db) -> tuple[NoticeState, OutboundMessage]:
    """How the one notice stands, and its parcel."""
    (row,) = await notice_table.of_session(db, ACCOUNT, "s1")
    assert row.message
    return row.state, row.message


async def claims_run_out(db: Db) -> None:
    """So much of the machine's time passes."""
    past = machine_now() - SECOND
    await db.execute(update(table).where(table.c.claimed_until.is_not(None)).values(claimed_until=past))


async def test_two_held_messages_cannot_share_a_second(store: Store) -> None:
    """The database itself refuses it, for one channel of one workspace; what is posted may."""
    async with store.write() as db:
        batched = await held(db)
        for other in OTHER_ACCOUNTS[:2]:
            await _insert(db, other.workspace, DeliveryMethod.SCHEDULED)
        await _insert(db, ACCOUNT.workspace, DeliveryMethod.IMMEDIATE)
        assert batched.message.post_at == DUE
    async with store.write() as db:
        with pytest.raises(IntegrityError):
            await _insert(db, ACCOUNT.workspace, DeliveryMethod.SCHEDULED)


async def test_unclear_hand_over_is_taken_by_one_when_its_time_has_run_out(store: Store) -> None:
    """As long as the claim holds, Slack may still be about to accept it."""
    async with store.write() as db:
        batched = await packed(db)
        assert await claims.claim_unknown(db, claim("you")) == []
        await claims_run_out(db)
        assert await claims.claim_unknown(db, claim("you")) == [replace(batched.message, claimed_by="you")]
        assert await claims.claim_unknown(db, claim("you")) == []

        await message_table.extend_claim(db, batched.message, timedelta())
        assert await claims.claim_unknown(db, claim("me")) == []


async def test_what_is_left_unclear_is_looked_into_later(store: Store) -> None:
    """When so much time has passed as its holder said."""
    async with store.write() as db:
        batched = await packed(db)
        await message_table.extend_claim(db, batched.message, HOUR)
        assert await claims.claim_unknown(db, claim("you")) == []
        await message_table.extend_claim(db, batched.message, -SECOND)
        assert len(await claims.claim_unknown(db, claim("you"))) == 1


async def test_held_parcel_keeps_what_slack_said(store: Store) -> None:
    """The id to take it back with and the digest of its words, and nobody has a claim on it."""
    async with store.write() as db:
        await held(db)
        state, message = await stands(db)
    assert (state, message.state, message.scheduled_id, message.text_digest) == (
        PACKED,
        MessageState.SCHEDULED,
        "Q1",
        "digest",
    )
    assert (message.wake_at, message.attempts) == (from_unix(DUE) + CHANGE_SEEN_WITHIN, 0)


async def test_parcel_to_be_withdrawn_during_its_hand_over_is_got_back_after_it(store: Store) -> None:
    """The hand-over ends first, and leaves the id that is needed."""
    async with store.write() as db:
        batched = await packed(db)
        await notice_table.withdraw(db, [batched.rows[0].id])
        assert await claims.claim_withdrawals(db, NOW, claim("you")) == []

        assert await message_results.mark_scheduled(db, [ScheduledAtSlack(batched.message.id, "Q1")]) == {
            batched.message.id
        }
        (withdrawing,) = await claims.claim_withdrawals(db, NOW, claim("you"))
        assert withdrawing.scheduled_id == "Q1"
        assert await message_results.requeue(db, withdrawing, NOW)
        state, message = await stands(db)
    assert (state, message.state) == (NoticeState.WITHDRAWN, MessageState.WITHDRAWN)


async def test_what_else_was_in_a_parcel_that_is_got_back_is_planned_again(store: Store) -> None:
    """Only what is no longer to be said stays away."""
    async with store.write() as db:
        await notice_table.plan(db, [notice(), notice(session_id="s2")])
        (batched,) = (await batch_scheduled(db, NOW, claim(), room)).messages
        await notice_table.withdraw(db, [batched.rows[0].id])
        await message_results.mark_scheduled(db, [ScheduledAtSlack(batched.message.id, "Q1")])
        await message_results.requeue(db, batched.message, SOON)
        (other,) = await notice_table.of_session(db, ACCOUNT, "s2")
        state, message = await stands(db)
    assert (state, message.state) == (NoticeState.WITHDRAWN, MessageState.WITHDRAWN)
    assert (other.state, other.notice.schedulable_at) == (PLANNED, SOON)


@pytest.mark.parametrize(("problem", "ends"), [("", SAID), ("not clear", NoticeState.UNKNOWN)])
async def test_what_could_not_be_got_back_was_said(store: Store, problem: str, ends: NoticeState) -> None:
    """As far as that is clear; what should not have been said is named, and never planned again."""
    async with store.write() as db:
        await notice_table.plan(db, [notice(), notice(session_id="s2")])
        (batched,) = (await batch_scheduled(db, NOW, claim(), room)).messages
        await notice_table.withdraw(db, [batched.rows[0].id])
        assert await message_results.close_posted(db, batched.message, problem) == [batched.rows[0].id]
        await notice_table.plan(db, [notice(), notice(session_id="s2")])
        (other,) = await notice_table.of_session(db, ACCOUNT, "s2")
        (row,) = await notice_table.of_session(db, ACCOUNT, "s1")
        assert await message_results.close_posted(db, batched.message, problem) == []
    assert (other.state, other.problem) == (ends, problem)
    assert (row.state, row.problem) == (SAID, NOT_WITHDRAWN)


async def test_withdrawal_that_must_wait_is_taken_up_again(store: Store) -> None:
    """At the time it was put off to, and the outbox wakes for it."""
    async with store.write() as db:
        batched = await held(db)
        await notice_table.withdraw(db, [batched.rows[0].id])
        assert await message_table.next_wake(db) == AT_ONCE
        (withdrawing,) = await claims.claim_withdrawals(db, NOW, claim())
        assert await message_table.next_wake(db) is None
        await message_table.postpone_withdrawal(db, withdrawing, SOON, "not clear")
        assert await message_table.next_wake(db) == SOON
        assert await claims.claim_withdrawals(db, NOW, claim()) == []
        (again,) = await claims.claim_withdrawals(db, SOON, claim())
    assert again.problem == "not clear"


async def test_latecomer_changes_nothing(store: Store) -> None:
    """Who was away while somebody else settled and handed over again learns that theirs is one too many."""
    async with store.write() as db:
        late = (await packed(db)).message
        assert await message_results.requeue(db, late, NOW)
        (batched,) = (await batch_scheduled(db, NOW, claim("you"), room)).messages
        assert batched.message.attempts == 2
        assert await message_results.mark_scheduled(db, [ScheduledAtSlack(late.id, "Q-late")]) == set()
        assert not await message_results.requeue(db, late, LATER)
        assert not await message_results.close(db, late, MessageState.FAILED, "no")
        assert await stands(db) == (PACKED, batched.message)

        assert await message_results.mark_scheduled(db, [ScheduledAtSlack(batched.message.id, "Q1")]) == {
            batched.message.id
        }
        assert await message_results.mark_scheduled(db, [ScheduledAtSlack(batched.message.id, "Q-late")]) == set()
        assert await message_results.mark_scheduled(db, [ScheduledAtSlack(batched.message.id, "Q1")]) == {
            batched.message.id
        }
        state, message = await stands(db)
    assert (state, message.state, message.scheduled_id) == (PACKED, MessageState.SCHEDULED, "Q1")


async def test_post_is_said_once(store: Store) -> None:
    """Whoever posts it a second time learns that; to write the same down twice is to write it down once."""
    async with store.write() as db:
        batched = await to_be_posted(db)
        assert await message_results.mark_posted(db, [PostedMessage(batched.message.id, "1.1")]) == {batched.message.id}
        assert await message_results.mark_posted(db, [PostedMessage(batched.message.id, "1.1")]) == {batched.message.id}
        assert await message_results.mark_posted(db, [PostedMessage(batched.message.id, "2.2")]) == set()
        state, message = await stands(db)
    assert (state, message.state, message.message_ts) == (SAID, MessageState.POSTED, "1.1")


async def test_post_that_was_settled_meanwhile_is_one_too_many(store: Store) -> None:
    """It was looked for, not found, and planned again."""
    async with store.write() as db:
        batched = await to_be_posted(db)
        assert await message_results.requeue(db, batched.message, SOON)
        assert await message_results.mark_posted(db, [PostedMessage(batched.message.id, "1.1")]) == set()
        (row,) = await notice_table.of_session(db, ACCOUNT, "s1")
    assert (row.state, row.notice.schedulable_at) == (PLANNED, SOON)


async def test_repetition_is_by_whoever_has_it(store: Store) -> None:
    """It says so itself, and counts as a further try."""
    async with store.write() as db:
        batched = await to_be_posted(db)
        again = await message_table.begin_repeat(db, batched.message, LATER, "not clear")
        assert again
        assert (again.attempts, again.problem, again.post_at) == (2, "not clear", int(LATER.timestamp()))
        assert await stands(db) == (PACKED, again)
        assert await message_table.begin_repeat(db, replace(batched.message, claimed_by="you"), LATER, "") is None


async def test_what_ended_badly_ends_with_its_reason(store: Store) -> None:
    """The notices as well."""
    async with store.write() as db:
        batched = await packed(db)
        assert await message_results.close(db, batched.message, MessageState.FAILED, "is_archived")
        (row,) = await notice_table.of_session(db, ACCOUNT, "s1")
        state, message = await stands(db)
    assert (state, row.problem, message.state, message.problem) == (
        NoticeState.FAILED,
        "is_archived",
        MessageState.FAILED,
        "is_archived",
    )


async def test_change_has_what_slack_holds_looked_over(store: Store) -> None:
    """Once; unless something changes again while somebody is at it. Also what is just being handed over."""
    async with store.write() as db:
        batched = await packed(db)
        assert await message_table.to_check(db, NOW, None) == []
        await notice_table.plan(db, [notice(schedulable_at=SOON)])
        await message_results.mark_scheduled(db, [ScheduledAtSlack(batched.message.id, "Q1")])
        assert await message_table.to_check(db, NOW, None) == []
        (seen,) = await message_table.to_check(db, SOON, None)
        await notice_table.plan(db, [notice(schedulable_at=LATER)])
        await message_results.mark_checked(db, seen, batched.message.wake_at)
        (seen,) = await message_table.to_check(db, LATER, None)
        await message_results.mark_checked(db, seen, batched.message.wake_at)
        assert await message_table.to_check(db, LATER, None) == []
        assert await message_table.next_wake(db) == batched.message.wake_at

        await message_results.replace_at_slack(db, seen)
        assert len(await claims.claim_withdrawals(db, LATER, claim())) == 1


async def test_what_slack_held_counts_as_said_after_a_while(store: Store) -> None:
    """Or when its start has come; until then a change that is heard of late still finds it."""
    async with store.write() as db:
        await held(db)
        said = from_unix(DUE) + CHANGE_SEEN_WITHIN
        await message_results.mark_past_posted(db, said - SECOND)
        assert (await stands(db))[0] is PACKED
        await message_results.mark_past_posted(db, said)
        state, message = await stands(db)
        assert (state, message.state) == (SAID, MessageState.POSTED)

        soon = notice(session_id="s2", offset=MINUTE, due_at=START - MINUTE, expires_at=START - MINUTE / 2)
        await notice_table.plan(db, [soon])
        (batched,) = (await batch_scheduled(db, NOW, claim(), room)).messages
        assert batched.message.wake_at == START


async def test_change_after_a_reminder_was_posted_does_not_end_it_early(store: Store) -> None:
    """It stays to be corrected as long as any."""
    async with store.write() as db:
        batched = await held(db)
        await notice_table.plan(db, [notice(schedulable_at=from_unix(DUE) + SECOND)])
        await message_results.mark_past_posted(db, from_unix(DUE) + MINUTE)
        assert (await stands(db))[1].wake_at == batched.message.wake_at


async def test_claims_are_freed_at_a_start(store: Store) -> None:
    """But not on what the one who is gone was giving to Slack, which may still be about to accept it."""
    async with store.write() as db:
        batched = await packed(db)
        await message_table.release_claims(db)
        assert await claims.claim_unknown(db, claim("you")) == []
        await notice_table.withdraw(db, [batched.rows[0].id])
        await message_table.release_claims(db)
        assert await claims.claim_withdrawals(db, NOW, claim("you")) == []

        await message_results.mark_scheduled(db, [ScheduledAtSlack(batched.message.id, "Q1")])
        await claims.claim_withdrawals(db, NOW, claim())
        assert await claims.claim_withdrawals(db, NOW, claim("you")) == []
        await message_table.release_claims(db)
        assert len(await claims.claim_withdrawals(db, NOW, claim("you"))) == 1


async def test_parcels_of_two_workspaces_never_meet(store: Store) -> None:
    """A worker for one workspace settles, looks over, gets back and closes nothing of another's."""
    here = ACCOUNT.workspace
    async with store.write() as db:
        await notice_table.plan(db, [notice(account=OTHER_ACCOUNTS[0])])
        (batched,) = (await batch_scheduled(db, NOW, claim(), room)).messages
        await claims_run_out(db)
        assert await claims.claim_unknown(db, claim(workspace=here)) == []
        await message_results.mark_scheduled(db, [ScheduledAtSlack(batched.message.id, "Q1")])
        await notice_table.plan(db, [notice(account=OTHER_ACCOUNTS[0])])
        assert await message_table.to_check(db, NOW, here) == []
        assert await message_table.next_wake(db, here) is None
        await message_results.mark_past_posted(db, START, here)
        await notice_table.withdraw(db, [batched.rows[0].id])
        assert await claims.claim_withdrawals(db, LATER, claim(workspace=here)) == []
        assert len(await claims.claim_withdrawals(db, LATER, claim(workspace=OTHER_ACCOUNTS[0].workspace))) == 1


async def _insert(db: Db, workspace: Workspace, way: DeliveryMethod) -> None:
    what = {"channel_id": "C1", "way": way, "state": MessageState.SCHEDULED, "post_at": DUE, "wake_at": START}
    await db.execute(insert(table).values(**workspace.model_dump(), **what))
