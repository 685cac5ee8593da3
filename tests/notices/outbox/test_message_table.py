"""The table of messages on both databases: each result is written once, and a late worker changes nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import insert, update
from sqlalchemy.exc import IntegrityError

from bot.clock import machine_now
from bot.db.connection import Db, Store
from bot.db.schema import outbox_messages as table
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
PLANNED, BATCHED, POSTED = NoticeState.PLANNED, NoticeState.BATCHED, NoticeState.POSTED


def claim(by: str = "me", lease: timedelta = MINUTE, workspace: Workspace | None = None) -> Claim:
    """A claim from now on."""
    return Claim(by=by, lease=lease, workspace=workspace)


def no_limit(_: Workspace, __: str) -> datetime | None:
    """Slack accepts every call."""
    return None


async def batched_reminder(db: Db, by: Claim | None = None) -> BatchedMessage:
    """A reminder, batched and about to be scheduled."""
    await notice_table.plan(db, [notice()])
    (batched,) = (await batch_scheduled(db, NOW, by or claim(), no_limit)).messages
    return batched


async def scheduled_reminder(db: Db) -> BatchedMessage:
    """A reminder scheduled at Slack."""
    batched = await batched_reminder(db)
    assert await message_results.mark_scheduled(db, [ScheduledAtSlack(batched.message.id, "Q1", "digest")]) == {
        batched.message.id
    }
    return batched


async def batched_alert(db: Db) -> BatchedMessage:
    """An alert, about to be posted."""
    await notice_table.plan(db, [notice(kind=NoticeKind.FULL)])
    (batched,) = (await batch_immediate(db, NOW, claim(), no_limit)).messages
    return batched


async def current(db: Db) -> tuple[NoticeState, OutboundMessage]:
    """The state of the one notice, and its message."""
    (row,) = await notice_table.of_session(db, ACCOUNT, "s1")
    assert row.message
    return row.state, row.message


async def expire_claims(db: Db) -> None:
    """Let every claim expire."""
    past = machine_now() - SECOND
    await db.execute(update(table).where(table.c.claimed_until.is_not(None)).values(claimed_until=past))


async def test_two_scheduled_messages_of_a_channel_cannot_share_a_second(store: Store) -> None:
    """A unique index refuses it; an immediate message may share the second."""
    async with store.write() as db:
        batched = await scheduled_reminder(db)
        for other in OTHER_ACCOUNTS[:2]:
            await _insert(db, other.workspace, DeliveryMethod.SCHEDULED)
        await _insert(db, ACCOUNT.workspace, DeliveryMethod.IMMEDIATE)
        assert batched.message.post_at == DUE
    async with store.write() as db:
        with pytest.raises(IntegrityError):
            await _insert(db, ACCOUNT.workspace, DeliveryMethod.SCHEDULED)


async def test_unknown_outcome_is_claimed_by_one_worker_after_the_lease(store: Store) -> None:
    """Until the lease expires Slack may still be about to accept the call."""
    async with store.write() as db:
        batched = await batched_reminder(db)
        assert await claims.claim_unknown(db, claim("you")) == []
        await expire_claims(db)
        assert await claims.claim_unknown(db, claim("you")) == [replace(batched.message, claimed_by="you")]
        assert await claims.claim_unknown(db, claim("you")) == []

        await message_table.extend_claim(db, batched.message, timedelta())
        assert await claims.claim_unknown(db, claim("me")) == []


async def test_extended_claim_delays_the_lookup(store: Store) -> None:
    """By the time that the owner names."""
    async with store.write() as db:
        batched = await batched_reminder(db)
        await message_table.extend_claim(db, batched.message, HOUR)
        assert await claims.claim_unknown(db, claim("you")) == []
        await message_table.extend_claim(db, batched.message, -SECOND)
        assert len(await claims.claim_unknown(db, claim("you"))) == 1


async def test_scheduled_message_keeps_its_id_and_digest(store: Store) -> None:
    """The claim is released."""
    async with store.write() as db:
        await scheduled_reminder(db)
        state, message = await current(db)
    assert (state, message.state, message.scheduled_id, message.text_digest) == (
        BATCHED,
        MessageState.SCHEDULED,
        "Q1",
        "digest",
    )
    assert (message.wake_at, message.attempts) == (from_unix(DUE) + CHANGE_SEEN_WITHIN, 0)


async def test_message_withdrawn_during_its_call_is_withdrawn_after_it(store: Store) -> None:
    """The call ends first, and provides the id that the withdrawal needs."""
    async with store.write() as db:
        batched = await batched_reminder(db)
        await notice_table.withdraw(db, [batched.rows[0].id])
        assert await claims.claim_withdrawals(db, NOW, claim("you")) == []

        assert await message_results.mark_scheduled(db, [ScheduledAtSlack(batched.message.id, "Q1")]) == {
            batched.message.id
        }
        (withdrawing,) = await claims.claim_withdrawals(db, NOW, claim("you"))
        assert withdrawing.scheduled_id == "Q1"
        assert await message_results.requeue(db, withdrawing, NOW)
        state, message = await current(db)
    assert (state, message.state) == (NoticeState.WITHDRAWN, MessageState.WITHDRAWN)


async def test_other_notices_of_a_withdrawn_message_are_planned_again(store: Store) -> None:
    """Only the withdrawn notice stays away."""
    async with store.write() as db:
        await notice_table.plan(db, [notice(), notice(session_id="s2")])
        (batched,) = (await batch_scheduled(db, NOW, claim(), no_limit)).messages
        await notice_table.withdraw(db, [batched.rows[0].id])
        await message_results.mark_scheduled(db, [ScheduledAtSlack(batched.message.id, "Q1")])
        await message_results.requeue(db, batched.message, SOON)
        (other,) = await notice_table.of_session(db, ACCOUNT, "s2")
        state, message = await current(db)
    assert (state, message.state) == (NoticeState.WITHDRAWN, MessageState.WITHDRAWN)
    assert (other.state, other.notice.schedulable_at) == (PLANNED, SOON)


@pytest.mark.parametrize(("problem", "ends"), [("", POSTED), ("not clear", NoticeState.UNKNOWN)])
async def test_message_that_could_not_be_withdrawn_counts_as_posted(
    store: Store, problem: str, ends: NoticeState
) -> None:
    """Or as unknown; the withdrawn notice is returned, and never planned again."""
    async with store.write() as db:
        await notice_table.plan(db, [notice(), notice(session_id="s2")])
        (batched,) = (await batch_scheduled(db, NOW, claim(), no_limit)).messages
        await notice_table.withdraw(db, [batched.rows[0].id])
        assert await message_results.close_posted(db, batched.message, problem) == [batched.rows[0].id]
        await notice_table.plan(db, [notice(), notice(session_id="s2")])
        (other,) = await notice_table.of_session(db, ACCOUNT, "s2")
        (row,) = await notice_table.of_session(db, ACCOUNT, "s1")
        assert await message_results.close_posted(db, batched.message, problem) == []
    assert (other.state, other.problem) == (ends, problem)
    assert (row.state, row.problem) == (POSTED, NOT_WITHDRAWN)


async def test_postponed_withdrawal_is_tried_again(store: Store) -> None:
    """At the given time, which is also when the outbox wakes."""
    async with store.write() as db:
        batched = await scheduled_reminder(db)
        await notice_table.withdraw(db, [batched.rows[0].id])
        assert await message_table.next_wake(db) == AT_ONCE
        (withdrawing,) = await claims.claim_withdrawals(db, NOW, claim())
        assert await message_table.next_wake(db) is None
        await message_table.postpone_withdrawal(db, withdrawing, SOON, "not clear")
        assert await message_table.next_wake(db) == SOON
        assert await claims.claim_withdrawals(db, NOW, claim()) == []
        (again,) = await claims.claim_withdrawals(db, SOON, claim())
    assert again.problem == "not clear"


async def test_late_result_changes_nothing(store: Store) -> None:
    """A worker whose message was settled by another one learns that its copy is a duplicate."""
    async with store.write() as db:
        late = (await batched_reminder(db)).message
        assert await message_results.requeue(db, late, NOW)
        (batched,) = (await batch_scheduled(db, NOW, claim("you"), no_limit)).messages
        assert batched.message.attempts == 2
        assert await message_results.mark_scheduled(db, [ScheduledAtSlack(late.id, "Q-late")]) == set()
        assert not await message_results.requeue(db, late, LATER)
        assert not await message_results.close(db, late, MessageState.FAILED, "no")
        assert await current(db) == (BATCHED, batched.message)

        assert await message_results.mark_scheduled(db, [ScheduledAtSlack(batched.message.id, "Q1")]) == {
            batched.message.id
        }
        assert await message_results.mark_scheduled(db, [ScheduledAtSlack(batched.message.id, "Q-late")]) == set()
        assert await message_results.mark_scheduled(db, [ScheduledAtSlack(batched.message.id, "Q1")]) == {
            batched.message.id
        }
        state, message = await current(db)
    assert (state, message.state, message.scheduled_id) == (BATCHED, MessageState.SCHEDULED, "Q1")


async def test_post_counts_once(store: Store) -> None:
    """A second post of a message is a duplicate; the same result may be written twice."""
    async with store.write() as db:
        batched = await batched_alert(db)
        assert await message_results.mark_posted(db, [PostedMessage(batched.message.id, "1.1")]) == {batched.message.id}
        assert await message_results.mark_posted(db, [PostedMessage(batched.message.id, "1.1")]) == {batched.message.id}
        assert await message_results.mark_posted(db, [PostedMessage(batched.message.id, "2.2")]) == set()
        state, message = await current(db)
    assert (state, message.state, message.message_ts) == (POSTED, MessageState.POSTED, "1.1")


async def test_post_after_a_requeue_is_a_duplicate(store: Store) -> None:
    """Another worker did not find the post and planned its notices again."""
    async with store.write() as db:
        batched = await batched_alert(db)
        assert await message_results.requeue(db, batched.message, SOON)
        assert await message_results.mark_posted(db, [PostedMessage(batched.message.id, "1.1")]) == set()
        (row,) = await notice_table.of_session(db, ACCOUNT, "s1")
    assert (row.state, row.notice.schedulable_at) == (PLANNED, SOON)


async def test_owner_repeats_a_post(store: Store) -> None:
    """The repetition records its problem and counts as another attempt."""
    async with store.write() as db:
        batched = await batched_alert(db)
        again = await message_table.begin_repeat(db, batched.message, LATER, "not clear")
        assert again
        assert (again.attempts, again.problem, again.post_at) == (2, "not clear", int(LATER.timestamp()))
        assert await current(db) == (BATCHED, again)
        assert await message_table.begin_repeat(db, replace(batched.message, claimed_by="you"), LATER, "") is None


async def test_failed_message_records_the_reason(store: Store) -> None:
    """So do its notices."""
    async with store.write() as db:
        batched = await batched_reminder(db)
        assert await message_results.close(db, batched.message, MessageState.FAILED, "is_archived")
        (row,) = await notice_table.of_session(db, ACCOUNT, "s1")
        state, message = await current(db)
    assert (state, row.problem, message.state, message.problem) == (
        NoticeState.FAILED,
        "is_archived",
        MessageState.FAILED,
        "is_archived",
    )


async def test_change_has_the_scheduled_text_checked(store: Store) -> None:
    """Once, unless something changes again during the check; also while the message is being scheduled."""
    async with store.write() as db:
        batched = await batched_reminder(db)
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


async def test_scheduled_message_counts_as_posted_after_a_delay(store: Store) -> None:
    """Or at its webinar's start; until then a change that is seen late still finds it."""
    async with store.write() as db:
        await scheduled_reminder(db)
        confirmed = from_unix(DUE) + CHANGE_SEEN_WITHIN
        await message_results.mark_past_posted(db, confirmed - SECOND)
        assert (await current(db))[0] is BATCHED
        await message_results.mark_past_posted(db, confirmed)
        state, message = await current(db)
        assert (state, message.state) == (POSTED, MessageState.POSTED)

        soon = notice(session_id="s2", offset=MINUTE, due_at=START - MINUTE, expires_at=START - MINUTE / 2)
        await notice_table.plan(db, [soon])
        (batched,) = (await batch_scheduled(db, NOW, claim(), no_limit)).messages
        assert batched.message.wake_at == START


async def test_change_after_the_post_does_not_shorten_the_delay(store: Store) -> None:
    """It can be corrected as long as any other."""
    async with store.write() as db:
        batched = await scheduled_reminder(db)
        await notice_table.plan(db, [notice(schedulable_at=from_unix(DUE) + SECOND)])
        await message_results.mark_past_posted(db, from_unix(DUE) + MINUTE)
        assert (await current(db))[1].wake_at == batched.message.wake_at


async def test_claims_are_released_at_a_start(store: Store) -> None:
    """Except those of messages that were being sent: Slack may still be about to accept them."""
    async with store.write() as db:
        batched = await batched_reminder(db)
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


async def test_workspaces_are_separate(store: Store) -> None:
    """A worker of one workspace does not claim, check, withdraw or close messages of another."""
    here = ACCOUNT.workspace
    async with store.write() as db:
        await notice_table.plan(db, [notice(account=OTHER_ACCOUNTS[0])])
        (batched,) = (await batch_scheduled(db, NOW, claim(), no_limit)).messages
        await expire_claims(db)
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
