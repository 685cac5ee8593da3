"""The tables of people, drafts, webinars and cards on both databases, separated by workspace and account."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy.exc import StatementError

from bot.creation import draft_table
from bot.db.connection import Store
from bot.model.people import Account, Person, Workspace
from bot.model.webinar import Audience, FixedOptions, Status
from bot.slack import user_table
from bot.webinars import card_table, count_history
from bot.webinars import table as webinar_table
from bot.webinars.card_table import Card
from bot.webinars.count_history import CountReading
from bot.webinars.past import forget_webinars
from tests.support.db_samples import LATER, OTHER_ACCOUNTS
from tests.support.webinar_samples import ACCOUNT, NOW, START, registration, webinar

pytest_plugins = ["tests.support.databases"]

FIXED = FixedOptions(
    recording=True,
    recording_sharing=True,
    recording_download=False,
    past_session_deletion=False,
    polls=True,
    polls_anonymous=False,
    external_livestream=False,
)


def person(workspace: Workspace = ACCOUNT.workspace, **changes: Any) -> Person:
    """Return Ana, a user of a workspace."""
    return Person(**{"workspace": workspace, "user_id": "U1", "name": "Ana", "email": "ana@acme.example", **changes})


def card(account: Account = ACCOUNT, **changes: Any) -> Card:
    """A card in a channel."""
    facts = {"session_id": "s1", "channel_id": "C1", "message_ts": "1.1", "shown": "x", "shared_by": "U1"}
    return Card(**{"account": account, "shared_at": NOW, **facts, **changes})


async def test_people_are_saved_and_updated(store: Store) -> None:
    """A later lookup replaces an earlier one."""
    async with store.write() as db:
        assert await user_table.find(db, ACCOUNT.workspace, "U1") is None
        await user_table.save(db, person(), NOW)
        await user_table.save(db, person(name="Ana Ruiz"), LATER)
        assert await user_table.find(db, ACCOUNT.workspace, "U1") == (person(name="Ana Ruiz"), LATER)


async def test_people_of_two_workspaces_are_two(store: Store) -> None:
    """The same user id in another workspace is another person."""
    async with store.write() as db:
        await user_table.save(db, person(), NOW)
        for other in OTHER_ACCOUNTS[:2]:
            assert await user_table.find(db, other.workspace, "U1") is None
            await user_table.save(db, person(other.workspace, name="Stranger"), NOW)
        assert await user_table.find(db, ACCOUNT.workspace, "U1") == (person(), NOW)


async def test_names_are_found_several_at_once(store: Store) -> None:
    """By workspace and id, without unknown users."""
    here, there = ACCOUNT.workspace, OTHER_ACCOUNTS[0].workspace
    async with store.write() as db:
        await user_table.save(db, person(), NOW)
        await user_table.save(db, person(user_id="U2", name="Ben"), NOW)
        await user_table.save(db, person(there, name="Stranger"), NOW)
        wanted = {(here, "U1"), (there, "U1"), (there, "U2"), (here, "U3")}
        assert await user_table.names(db, wanted) == {(here, "U1"): "Ana", (there, "U1"): "Stranger"}
        assert await user_table.names(db, ()) == {}


async def test_draft_is_kept_until_it_is_sent(store: Store) -> None:
    """The newest open draft of a person comes back; a sent one does not, even when it is saved once more."""
    here = ACCOUNT.workspace
    async with store.write() as db:
        await draft_table.save(db, here, "U1", "d1", "older", NOW)
        await draft_table.save(db, here, "U1", "d2", "newer", LATER)
        assert await draft_table.latest_open(db, here, "U1", NOW) == "newer"
        assert await draft_table.latest_open(db, here, "U1", LATER + timedelta(seconds=1)) is None

        await draft_table.set_state(db, here, "d2", draft_table.SENT)
        await draft_table.save(db, here, "U1", "d2", "newest", LATER)
        assert await draft_table.latest_open(db, here, "U1", NOW) == "older"
        assert await draft_table.find(db, here, "U1", "d2") == "newest"

        await draft_table.set_state(db, here, "d2", draft_table.OPEN)
        assert await draft_table.latest_open(db, here, "U1", NOW) == "newest"


async def test_draft_belongs_to_one_person(store: Store) -> None:
    """A draft is not found by another user, even with its id."""
    async with store.write() as db:
        await draft_table.save(db, ACCOUNT.workspace, "U1", "d1", "mine", NOW)
        assert await draft_table.find(db, ACCOUNT.workspace, "U2", "d1") is None
        assert await draft_table.latest_open(db, ACCOUNT.workspace, "U2", NOW) is None


async def test_drafts_are_forgotten(store: Store) -> None:
    """One by one, or all that are unchanged since a time."""
    here = ACCOUNT.workspace
    async with store.write() as db:
        for draft_id, changed_at in (("d1", NOW), ("d2", NOW), ("d3", LATER)):
            await draft_table.save(db, here, "U1", draft_id, draft_id, changed_at)
        await draft_table.forget(db, here, "d1")
        await draft_table.forget_before(db, here, LATER)
        assert [await draft_table.find(db, here, "U1", draft_id) for draft_id in ("d1", "d2", "d3")] == [
            None,
            None,
            "d3",
        ]


async def test_drafts_of_two_workspaces_never_meet(store: Store) -> None:
    """Saving, sending and deleting in one workspace changes nothing in another."""
    here = ACCOUNT.workspace
    async with store.write() as db:
        await draft_table.save(db, here, "U1", "d1", "ours", NOW)
        for other in OTHER_ACCOUNTS[:2]:
            there = other.workspace
            assert await draft_table.find(db, there, "U1", "d1") is None
            assert await draft_table.latest_open(db, there, "U1", NOW) is None
            await draft_table.save(db, there, "U1", "d1", "theirs", NOW)
            await draft_table.set_state(db, there, "d1", draft_table.SENT)
            await draft_table.forget_before(db, there, LATER)
            await draft_table.save(db, there, "U1", "d1", "theirs", NOW)
            await draft_table.forget(db, there, "d1")
        assert await draft_table.latest_open(db, here, "U1", NOW) == "ours"


async def test_webinar_keeps_what_a_list_omits(store: Store) -> None:
    """A session list omits the creator, the audience, the shared link and the counts; they stay."""
    known = webinar(audience=Audience.ANYONE, attendee_link="https://join.example", registration=registration())
    listed = known.model_copy(
        update={"title": "New", "audience": None, "created_by": "", "host_name": "", "attendee_link": ""}
    )
    async with store.write() as db:
        await webinar_table.save(db, known, SecretStr("https://host.example"))
        await webinar_table.save(db, listed.model_copy(update={"registration": None, "seen_at": LATER}))

        assert await webinar_table.find(db, ACCOUNT, "s1") == known.model_copy(
            update={"title": "New", "seen_at": LATER}
        )
        assert await webinar_table.host_link(db, ACCOUNT, "s1") == "https://host.example"


async def test_webinar_figures_and_settings_are_kept(store: Store) -> None:
    """The registration as read, and the options that the account fixes."""
    async with store.write() as db:
        await webinar_table.save(db, webinar())
        assert await webinar_table.latest_fixed_options(db, ACCOUNT) is None
        await webinar_table.save(db, webinar(registration=registration(limit=9)))
        await webinar_table.save_fixed_options(db, ACCOUNT, "s1", FIXED)

        assert await webinar_table.find(db, ACCOUNT, "s1") == webinar(registration=registration(limit=9))
        assert await webinar_table.latest_fixed_options(db, ACCOUNT) == (FIXED, NOW)
        assert await webinar_table.host_link(db, ACCOUNT, "s1") == ""


async def test_webinars_are_listed_by_start(store: Store) -> None:
    """All of them, or those that end after a time: one of a whole day is not over too early."""
    starts = {"s1": START, "s2": START - timedelta(hours=23), "s3": START - timedelta(hours=1)}
    async with store.write() as db:
        for session_id, start in starts.items():
            hours = 24 if session_id == "s2" else 1
            await webinar_table.save(db, webinar(session_id=session_id, start=start, length=timedelta(hours=hours)))

        async def listed(ending_after: datetime | None = None) -> list[str]:
            return [
                found.session_id for found in await webinar_table.list_webinars(db, ACCOUNT.workspace, ending_after)
            ]

        assert await listed() == ["s2", "s3", "s1"]
        assert await listed(START - timedelta(minutes=1)) == ["s2", "s3", "s1"]
        assert await listed(START) == ["s2", "s1"]
        assert await listed(START + timedelta(hours=1)) == []
        due = await webinar_table.due_for_count(db, ACCOUNT, START, START)
        assert [one.session_id for one in due] == ["s2", "s3", "s1"]
        ended = await webinar_table.ended_since(db, ACCOUNT, START + timedelta(minutes=59), START + timedelta(days=1))
        assert [one.session_id for one in ended][:1] == ["s2"]
        await forget_webinars(db, ACCOUNT, START, 10)
        assert await listed() == ["s2", "s3", "s1"]


async def test_webinars_of_two_accounts_never_meet(store: Store) -> None:
    """The same session id in another account is another webinar, with separate changes."""
    async with store.write() as db:
        await webinar_table.save(db, webinar())
        for other in OTHER_ACCOUNTS:
            assert await webinar_table.find(db, other, "s1") is None
            await webinar_table.save(db, webinar(account=other, title="Theirs"), SecretStr("https://host.example"))
            await webinar_table.save_fixed_options(db, other, "s1", FIXED)
            theirs = webinar(account=other, title="Theirs", status=Status.CANCELED, seen_at=LATER)
            await webinar_table.save(db, theirs.model_copy(update={"registration": registration()}))
        assert await webinar_table.find(db, ACCOUNT, "s1") == webinar()
        assert await webinar_table.host_link(db, ACCOUNT, "s1") == ""
        assert await webinar_table.latest_fixed_options(db, ACCOUNT) is None
        for other in OTHER_ACCOUNTS[:2]:
            (theirs,) = await webinar_table.list_webinars(db, other.workspace)
            assert (theirs.title, theirs.status, theirs.seen_at) == ("Theirs", Status.CANCELED, LATER)


async def test_webinars_are_found_several_at_once(store: Store) -> None:
    """By account and id in one query, without unknown ones and without those of another account."""
    async with store.write() as db:
        for account in (ACCOUNT, OTHER_ACCOUNTS[0]):
            for session_id in ("s1", "s2"):
                await webinar_table.save(db, webinar(account=account, session_id=session_id))
        keys = [(ACCOUNT, "s1"), (ACCOUNT, "s2"), (OTHER_ACCOUNTS[0], "s2"), (OTHER_ACCOUNTS[1], "s1"), (ACCOUNT, "s3")]

        found = await webinar_table.by_keys(db, keys)

        known = [(ACCOUNT, "s1"), (ACCOUNT, "s2"), (OTHER_ACCOUNTS[0], "s2")]
        assert found == {(account, key): webinar(account=account, session_id=key) for account, key in known}
        assert await webinar_table.by_keys(db, []) == {}


async def test_limit_is_kept_with_when_it_was_first_read(store: Store) -> None:
    """It distinguishes a limit set twice from one that never changed."""
    read = webinar(registration=registration(limit=9, limit_since=NOW, read_at=LATER))
    async with store.write() as db:
        await webinar_table.save(db, read)
        assert await webinar_table.find(db, ACCOUNT, "s1", for_update=True) == read


async def test_counts_are_found_by_time(store: Store) -> None:
    """The last reading at or before a time; none before the first, none of another account or session."""
    figures = [registration(), registration(count=5, limit=9, is_open=False, read_at=LATER)]
    async with store.write() as db:
        for read in figures:
            await count_history.add(db, ACCOUNT, "s1", read)
        for other in OTHER_ACCOUNTS:
            await count_history.add(db, other, "s1", registration(count=100, read_at=LATER))
        await count_history.add(db, ACCOUNT, "s2", registration(count=100, read_at=LATER))

        first, second = (
            CountReading(read_at=NOW, count=3, limit=None, is_open=True),
            CountReading(read_at=LATER, count=5, limit=9, is_open=False),
        )
        assert await count_history.of_session(db, ACCOUNT, "s1") == [first, second]
        moments = [NOW - timedelta(seconds=1), NOW, LATER - timedelta(seconds=1), LATER, LATER + timedelta(days=9)]
        said = [await count_history.at(db, ACCOUNT, "s1", moment) for moment in moments]
        assert said == [None, first, first, second, second]


async def test_cards_stand_side_by_side(store: Store) -> None:
    """A webinar shared twice in a channel has two cards, identified and deleted by message."""
    first, second = card(), card(message_ts="1.2", shared_at=LATER)
    async with store.write() as db:
        await card_table.save(db, first)
        await card_table.save(db, second)
        await card_table.save_digest(db, first, "y")
        assert await card_table.of_session(db, ACCOUNT, "s1") == [card(shown="y"), second]
        await card_table.forget(db, first)
        assert await card_table.of_session(db, ACCOUNT, "s1") == [second]
        assert await card_table.of_session(db, ACCOUNT, "s2") == []


async def test_cards_of_two_accounts_never_meet(store: Store) -> None:
    """The same channel and message in another account is another card."""
    async with store.write() as db:
        await card_table.save(db, card())
        for other in OTHER_ACCOUNTS:
            assert await card_table.of_session(db, other, "s1") == []
            await card_table.save(db, card(other))
            await card_table.save_digest(db, card(other), "theirs")
            await card_table.forget(db, card(other))
        assert await card_table.of_session(db, ACCOUNT, "s1") == [card()]


async def test_naive_times_are_refused(store: Store) -> None:
    """A naive time is rejected in values and in conditions."""
    naive = NOW.replace(tzinfo=None)
    async with store.write() as db:
        for refused in (
            user_table.save(db, person(), naive),
            draft_table.save(db, ACCOUNT.workspace, "U1", "d1", "x", naive),
            draft_table.latest_open(db, ACCOUNT.workspace, "U1", naive),
            draft_table.forget_before(db, ACCOUNT.workspace, naive),
            webinar_table.save(db, webinar().model_copy(update={"seen_at": naive})),
            card_table.save(db, card().model_copy(update={"shared_at": naive})),
        ):
            with pytest.raises(StatementError, match="a naive time cannot be stored"):
                await refused


async def test_times_come_back_as_the_same_instant(store: Store) -> None:
    """To the microsecond, aware, in UTC, from any zone."""
    moment = datetime.fromisoformat("2026-10-25T02:30:00.123456+02:00")
    async with store.write() as db:
        await webinar_table.save(db, webinar(start=moment))
        found = await webinar_table.find(db, ACCOUNT, "s1")
    assert found is not None
    assert found.start.isoformat() == "2026-10-25T00:30:00.123456+00:00"
