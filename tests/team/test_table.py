"""The tables of teams and of team changes: on both databases, encrypted, accounts separate."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import text

from bot.db.connection import Store
from bot.model.people import Account
from bot.model.team import NewInvitee, NewRole, NotifiedBy, Role
from bot.team import change_table
from bot.team import table as team_table
from bot.team.change_table import TeamOperation, TeamStep
from bot.team.diff import TeamDiff, WantedMember
from bot.team.table import StoredMember
from bot.webinars import table as webinar_table
from tests.support.db_samples import LATER, OTHER_ACCOUNTS, SOON
from tests.support.team_samples import HOST, LINK, TEAM, member
from tests.support.webinar_samples import ACCOUNT, NOW, START, webinar

pytest_plugins = ["tests.support.databases"]

DIFF = TeamDiff(
    added=(
        WantedMember(who=NewInvitee(role=Role.PANELIST, first_name="Zoe", last_name="Lang", email="zoe@p.example")),
    ),
    updated=(NewRole(invitee_id="i-dev", role=Role.COHOST),),
    deleted=("i-finn",),
)


def change(account: Account = ACCOUNT, change_id: str = "c1", **changes: Any) -> TeamOperation:
    """A change to be requested."""
    facts = {"change_id": change_id, "session_id": "s1", "user_id": "U1", "diff": DIFF, "step": TeamStep.REQUESTED}
    return TeamOperation(**{"account": account, "begun_at": NOW, **facts, **changes})


async def test_reading_replaces_the_team_and_keeps_slack_users(store: Store) -> None:
    """A reading replaces the provider's fields, keeps ours, and returns missing members; the host's row has its age."""
    listed = [one.invitee for one in TEAM]
    async with store.write() as db:
        assert await team_table.find(db, ACCOUNT, "s1") is None
        for one in TEAM[1:]:
            await team_table.save(db, ACCOUNT, "s1", one, NOW)
        assert await team_table.find(db, ACCOUNT, "s1") is None
        assert await team_table.replace_all(db, ACCOUNT, "s1", listed, NOW) == []
        known = await team_table.find(db, ACCOUNT, "s1")
        assert known is not None
        names = ["Ana Ruiz", "Ben Okafor", "Dev Patel", "Finn Berg", "Zoe Lang"]
        assert [one.invitee.name for one in known.members] == names
        assert (known.members[2], known.read_at) == (TEAM[2], NOW)
        assert len(known.others) == 4

        gone = await team_table.replace_all(db, ACCOUNT, "s1", listed[:3], LATER)
        assert [one.user_id for one in gone] == ["U0FINN", ""]
        known = await team_table.find(db, ACCOUNT, "s1")
        assert known is not None
        assert known.read_at == LATER
        assert len(known.members) == 3


async def test_teams_of_two_accounts_are_separate(store: Store) -> None:
    """The same session in another account is separate; deleting a member here keeps them there."""
    async with store.write() as db:
        for account in (ACCOUNT, *OTHER_ACCOUNTS):
            await team_table.save(db, account, "s1", HOST, NOW)
            await team_table.save(db, account, "s1", TEAM[2], NOW)
        await team_table.forget(db, ACCOUNT, "s1", ["i-dev"])
        for account in OTHER_ACCOUNTS:
            assert len(await team_table.members(db, account, "s1", ["i-dev"])) == 1
            assert await team_table.link_for_user(db, account, "s1", "U0DEV") == LINK
        assert await team_table.link_for_user(db, ACCOUNT, "s1", "U0DEV") == ""


async def test_removed_member_is_kept_until_notified_and_is_on_no_team(store: Store) -> None:
    """A removed member is not listed and has no link, but is kept until notified, also after a reading."""
    left = TEAM[2].model_copy(update={"notified_by": NotifiedBy.LEFT})
    async with store.write() as db:
        await team_table.save(db, ACCOUNT, "s1", HOST, NOW)
        await team_table.save(db, ACCOUNT, "s1", left, NOW)
        known = await team_table.find(db, ACCOUNT, "s1")
        assert known is not None
        assert known.others == []
        assert await team_table.link_for_user(db, ACCOUNT, "s1", "U0DEV") == ""
        assert await team_table.replace_all(db, ACCOUNT, "s1", [HOST.invitee], LATER) == []
        assert await team_table.members(db, ACCOUNT, "s1", ["i-dev"]) == [left]
        await team_table.replace_all(db, ACCOUNT, "s1", [HOST.invitee, left.invitee], LATER)
        [back] = await team_table.members(db, ACCOUNT, "s1", ["i-dev"])
        assert back.notified_by is NotifiedBy.ELSEWHERE


async def test_personal_data_is_encrypted(store: Store) -> None:
    """Names, addresses and links are in encrypted columns only, also in changes under way."""
    private = [b"zoe@", b"Zoe", b"Lang", b"join.example"]
    async with store.write() as db:
        await team_table.save(db, ACCOUNT, "s1", TEAM[4], NOW)
        await change_table.begin(db, change(), "me", LATER)
        rows = [
            *(await db.execute(text("select * from invitees"))),
            *(await db.execute(text("select * from team_changes"))),
        ]
    assert len(rows) == 2
    for row in rows:
        plainly = b" ".join(one if isinstance(one, bytes) else str(one).encode() for one in row)
        assert not any(secret in plainly for secret in private)


async def test_teams_of_old_webinars_are_deleted(store: Store) -> None:
    """Old teams of this workspace are deleted; newer ones stay."""
    async with store.write() as db:
        for account, session_id, start in (
            (ACCOUNT, "old", START - timedelta(days=100)),
            (ACCOUNT, "new", START),
            (OTHER_ACCOUNTS[0], "old", START - timedelta(days=100)),
        ):
            await webinar_table.save(db, webinar(account=account, session_id=session_id, start=start))
            await team_table.save(db, account, session_id, HOST, NOW)
        await team_table.forget_ended(db, ACCOUNT.workspace, START - timedelta(days=90))

        assert await team_table.find(db, ACCOUNT, "old") is None
        assert await team_table.find(db, ACCOUNT, "new") is not None
        assert await team_table.find(db, OTHER_ACCOUNTS[0], "old") is not None


async def test_draft_is_confirmed_once(store: Store) -> None:
    """A second confirmation fails, a draft is never claimed, and an old one is deleted."""
    async with store.write() as db:
        await change_table.begin(db, change(step=TeamStep.DRAFT))
        assert await change_table.LEASES.claim(db, ACCOUNT, "other", LATER, LATER) is None
        asked = change(view_id="V1")
        assert await change_table.confirm(db, asked, "me", LATER)
        assert not await change_table.confirm(db, asked, "me", LATER)
        assert await change_table.find(db, ACCOUNT, "c1") == asked
        await change_table.begin(db, change(change_id="c2", step=TeamStep.DRAFT))
        await change_table.forget_drafts(db, ACCOUNT.workspace, LATER)
        assert await change_table.find(db, ACCOUNT, "c2") is None
        assert await change_table.find(db, ACCOUNT, "c1") == asked
        assert await change_table.find(db, OTHER_ACCOUNTS[0], "c1") is None


async def test_change_is_claimed_when_its_lease_expires(store: Store) -> None:
    """It is claimed only after the lease expires, the former owner cannot save, and a finished change is deleted."""
    async with store.write() as db:
        await change_table.begin(db, change(), "me", SOON)
        assert await change_table.LEASES.claim(db, ACCOUNT, "other", NOW, LATER) is None
        await change_table.LEASES.renew(db, [change()], "stranger", NOW - timedelta(days=1))
        assert await change_table.LEASES.claim(db, OTHER_ACCOUNTS[0], "other", LATER, LATER) is None
        taken = await change_table.LEASES.claim(db, ACCOUNT, "other", LATER, LATER + timedelta(minutes=1))
        assert taken == change()
        made = change(step=TeamStep.APPLIED, added_ids=("i-zoe",))
        assert not await change_table.LEASES.advance(db, made, "me", LATER)
        assert await change_table.LEASES.advance(db, made, "other", LATER)
        assert made.affected_ids == {"i-zoe", "i-dev", "i-finn"}
        assert await change_table.find(db, ACCOUNT, "c1") == made
        await change_table.LEASES.release_all(db)
        assert await change_table.LEASES.claim(db, ACCOUNT, "me", NOW, LATER) == made
        await change_table.forget(db, made)
        assert await change_table.LEASES.claim(db, ACCOUNT, "me", LATER, LATER) is None


async def test_empty_user_id_matches_no_member(store: Store) -> None:
    """An empty Slack user id matches no member."""
    async with store.write() as db:
        await team_table.save(db, ACCOUNT, "s1", member("Zoe Lang"), NOW)
        assert await team_table.link_for_user(db, ACCOUNT, "s1", "") == ""


async def test_a_notification_does_not_hide_a_change_made_meanwhile(store: Store) -> None:
    """A member gets another role while their message is updated: they still wait for the news, and the row is free."""
    speaker = member("Dev Patel", user_id="U0DEV", notified_by=NotifiedBy.MESSAGE, dm_channel_id="D1", shown_digest="a")
    async with store.write() as db:
        await team_table.save(db, ACCOUNT, "s1", speaker, NOW)
        claimed = await team_table.claim_outdated(db, ACCOUNT, "s1", ("b",), "me", SOON, LATER)
        assert claimed
        assert await team_table.claim_outdated(db, ACCOUNT, "s1", ("b",), "other", SOON, LATER) is None
        await team_table.save(db, ACCOUNT, "s1", speaker.model_copy(update={"notified_by": NotifiedBy.WAITING}), NOW)
        await team_table.finish(db, claimed, speaker.model_copy(update={"shown_digest": "b"}), "me")

        [stored] = await team_table.members(db, ACCOUNT, "s1", ["i-dev"])
        assert (stored.notified_by, stored.shown_digest) == (NotifiedBy.WAITING, "a")
        waiting = StoredMember(account=ACCOUNT, session_id="s1", member=stored)
        assert await team_table.LEASES.take(db, waiting, "other", NOW, LATER, *team_table.is_unchanged(waiting))


async def test_saving_a_member_keeps_their_last_message(store: Store) -> None:
    """Another worker may be sending it: only `finish` and the lease change it."""
    speaker = member("Dev Patel", user_id="U0DEV", notified_by=NotifiedBy.MESSAGE, dm_channel_id="D1", dm_ts="1.1")
    stale = speaker.model_copy(update={"dm_channel_id": "", "dm_ts": "", "notified_digest": "old"})
    async with store.write() as db:
        await team_table.save(db, ACCOUNT, "s1", speaker, NOW)
        await team_table.save(db, ACCOUNT, "s1", stale, NOW)
        assert await team_table.members(db, ACCOUNT, "s1", ["i-dev"]) == [speaker]


async def test_a_removed_member_is_kept_until_they_are_notified(store: Store) -> None:
    """Not on the team any more, and forgotten only by the worker that notified them; not if they are listed again."""
    speaker = member("Dev Patel", user_id="U0DEV", notified_by=NotifiedBy.MESSAGE, dm_channel_id="D1")
    outsider = member("Zoe Lang", email="zoe@partner.example")
    async with store.write() as db:
        for one in (HOST, speaker, outsider):
            await team_table.save(db, ACCOUNT, "s1", one, NOW)
        gone = await team_table.replace_all(db, ACCOUNT, "s1", [HOST.invitee], NOW)
        assert {one.invitee.invitee_id for one in gone} == {"i-dev", "i-zoe"}
        assert await team_table.find_by_user(db, ACCOUNT, "s1", "U0DEV") is None
        [kept] = await team_table.members(db, ACCOUNT, "s1", ["i-dev", "i-zoe"])
        assert kept.notified_by is NotifiedBy.GONE
        assert await team_table.sessions_to_update(db, ACCOUNT) == {"s1"}
        claimed = await team_table.claim_outdated(db, ACCOUNT, "s1", ("",), "me", SOON, LATER)
        assert claimed

        await team_table.forget_gone(db, claimed, "other")
        assert await team_table.members(db, ACCOUNT, "s1", ["i-dev"])
        await team_table.replace_all(db, ACCOUNT, "s1", [HOST.invitee, speaker.invitee], NOW)
        await team_table.forget_gone(db, claimed, "me")
        [back] = await team_table.members(db, ACCOUNT, "s1", ["i-dev"])
        assert back.notified_by is NotifiedBy.ELSEWHERE
        await team_table.replace_all(db, ACCOUNT, "s1", [HOST.invitee], NOW)
        await team_table.forget_gone(db, claimed, "me")
        assert await team_table.members(db, ACCOUNT, "s1", ["i-dev"]) == []
