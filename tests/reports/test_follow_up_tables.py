"""The tables of follow-ups on both databases: each workspace and account has its own rows."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from bot.db.connection import Store
from bot.model.people import Account, Workspace
from bot.reports.follow_up import recipient_table, run_table
from bot.reports.follow_up.audience import SlackRecipient
from bot.reports.follow_up.opt_outs import OptOuts
from bot.reports.follow_up.recipient_table import DeliveryState
from bot.reports.follow_up.run_table import FollowUpRun, RunState
from bot.reports.follow_up.wording import FollowUpGroup
from sandbox.clock import SandboxClock
from tests.support.webinar_samples import ACCOUNT, NOW

pytest_plugins = ["tests.support.databases"]

OTHER = Account(workspace=Workspace(team_id="T0OTHER"), provider=ACCOUNT.provider)
DEV = SlackRecipient(user_id="U1", registrant_id="r1", channel_id="D1", group=FollowUpGroup.ABSENT)


def run(account: Account, **changes: object) -> FollowUpRun:
    """A follow-up that is being sent."""
    known = {"follow_up_id": "f1", "session_id": "s1", "user_id": "U9", "state": RunState.SENDING, "begun_at": NOW}
    return FollowUpRun.model_validate({"account": account, **known, **changes})


async def test_workspaces_do_not_share_follow_ups(store: Store) -> None:
    """Neither runs with the same id, nor their recipients, nor who opted out."""
    texts = {FollowUpGroup.ABSENT: "Hi"}
    async with store.write() as db:
        for account, state in ((ACCOUNT, DeliveryState.WAITING), (OTHER, DeliveryState.OPTED_OUT)):
            await run_table.add(db, run(account, texts=texts))
            await recipient_table.add(db, account, "f1", [DEV], state)
        assert await run_table.change(db, run(OTHER, state=RunState.DONE), frm=RunState.SENDING)
        await recipient_table.forget(db, OTHER, "f1")
        found = await run_table.find(db, ACCOUNT, "f1")
        assert found == run(ACCOUNT, texts=texts)
        assert (await recipient_table.counts(db, ACCOUNT, "f1", 0)).waiting == 1
        assert await run_table.ids_before(db, ACCOUNT, NOW + timedelta(days=1), RunState.DONE) == []

    ours, theirs = (OptOuts(account.workspace, store, SandboxClock()) for account in (ACCOUNT, OTHER))
    await ours.add("U1")
    await ours.add("U1")
    assert await ours.among(["U1", "U2"]) == {"U1"}
    assert await theirs.all() == frozenset()
    await theirs.remove("U1")
    await ours.remove("U2")
    assert await ours.all() == {"U1"}
    await ours.remove("U1")
    assert await ours.all() == frozenset()


async def test_a_delivery_is_settled_by_one_worker(store: Store) -> None:
    """A worker whose lease has expired cannot save its result over that of the next one."""
    async with store.write() as db:
        await recipient_table.add(db, ACCOUNT, "f1", [DEV], DeliveryState.WAITING)
        [waiting] = await recipient_table.in_states(db, ACCOUNT, "f1", DeliveryState.WAITING)
        first = await recipient_table.settle(db, waiting, DeliveryState.SCHEDULING, post_at=100)
        assert first is not None
        assert await recipient_table.settle(db, waiting, DeliveryState.SCHEDULING, post_at=200) is None
        assert await recipient_table.settle(db, first, DeliveryState.WAITING) is not None  # the next worker found none
        second = await recipient_table.settle(db, waiting, DeliveryState.SCHEDULING, post_at=200)
        assert second is not None
        assert await recipient_table.settle(db, first, DeliveryState.SCHEDULED, post_at=100, scheduled_id="Q1") is None
        sent = await recipient_table.settle(db, second, DeliveryState.SCHEDULED, post_at=200, scheduled_id="Q2")
        assert sent == replace(second, state=DeliveryState.SCHEDULED, scheduled_id="Q2")
        before, after = [await recipient_table.counts(db, ACCOUNT, "f1", at) for at in (199, 200)]
        assert ((before.scheduled, before.sent), (after.scheduled, after.sent)) == ((1, 0), (0, 1))
        assert await recipient_table.last_post_at(db, ACCOUNT, "f1") == 200


async def test_a_second_is_taken_by_another_follow_up(store: Store) -> None:
    """Slack finds a message by its channel and second: with two, one of them would be taken for a copy."""
    async with store.write() as db:
        for follow_up_id, state in (("f1", RunState.SENDING), ("f2", RunState.STOPPED)):
            await run_table.add(db, run(ACCOUNT, follow_up_id=follow_up_id, state=state))
            await recipient_table.add(db, ACCOUNT, follow_up_id, [DEV], DeliveryState.WAITING)
        for follow_up_id, post_at in (("f1", 100), ("f2", 200)):
            [waiting] = await recipient_table.in_states(db, ACCOUNT, follow_up_id, DeliveryState.WAITING)
            await recipient_table.settle(db, waiting, DeliveryState.SCHEDULED, post_at=post_at, scheduled_id="Q1")
        taken = [await recipient_table.is_second_taken(db, ACCOUNT, "D1", second) for second in (100, 101, 200)]
        assert taken == [True, False, False]
        assert not await recipient_table.is_second_taken(db, OTHER, "D1", 100)
        assert not await recipient_table.is_second_taken(db, ACCOUNT, "D2", 100)


async def test_recipients_of_a_follow_up_that_is_gone_are_deleted(store: Store) -> None:
    """An erasure deletes the follow-ups of a sender; nothing else would ever delete whom they wrote to."""
    async with store.write() as db:
        await run_table.add(db, run(ACCOUNT))
        for account, follow_up_id in ((ACCOUNT, "f1"), (ACCOUNT, "gone"), (OTHER, "f1")):
            await recipient_table.add(db, account, follow_up_id, [DEV], DeliveryState.OPTED_OUT)
        await recipient_table.forget_orphans(db, ACCOUNT)
        kept = [
            await recipient_table.counts(db, *key, 0) for key in ((ACCOUNT, "f1"), (ACCOUNT, "gone"), (OTHER, "f1"))
        ]
        assert [one.opted_out for one in kept] == [1, 0, 1]


async def test_a_stopped_follow_up_is_kept_from_its_stop(store: Store) -> None:
    """Its message promises seven days for the rest, however long it was being sent before."""
    stopped = {"state": RunState.STOPPED, "ended_at": NOW + timedelta(days=2)}
    async with store.write() as db:
        await run_table.add(db, run(ACCOUNT, **stopped))
        for day, ids in ((1, []), (3, ["f1"])):
            assert await run_table.ids_before(db, ACCOUNT, NOW + timedelta(days=day), RunState.STOPPED) == ids
