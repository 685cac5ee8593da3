"""Who waits for a registration, as it is read on both databases."""

from __future__ import annotations

from datetime import timedelta

from bot.db.connection import Db, Store
from bot.model.people import Account
from bot.model.registrant import RegistrantDetails
from bot.model.seat import SuggestionState
from bot.model.team import NotifiedBy
from bot.notices.model import Feature
from bot.notices.subscriptions import table as subscription_table
from bot.notices.subscriptions.model import Scope
from bot.registration import request_table
from bot.registration.bulk import batch_table
from bot.registration.bulk.batch_table import Batch, BatchState
from bot.registration.seats import suggestion_table
from bot.registration.seats import table as seat_table
from bot.registration.waiting import WaitingPeople, read_waiting
from bot.team import table as team_table
from tests.support.seat_samples import seat, suggestion
from tests.support.subscription_samples import subscription
from tests.support.team_samples import member
from tests.support.webinar_samples import ACCOUNT, NOW, registration, webinar

pytest_plugins = ["tests.support.databases"]

OTHER = ACCOUNT.model_copy(update={"name": "other"})
CLOSED = registration(is_open=False)


async def test_who_waits_is_read(store: Store) -> None:
    """Of this webinar and account alone, without those who take part already; nobody waits for what is open."""
    one = webinar(registration=CLOSED, created_by="U9")
    async with store.write() as db:
        assert await read_waiting(db, one) == WaitingPeople()
        for account in (ACCOUNT, OTHER):
            await _fill(db, account)
        assert await read_waiting(db, one) == WaitingPeople(in_line=3, in_lists=2, invited=1, for_opening=2)
        opened = await read_waiting(db, webinar(registration=registration(), created_by="U9"))
        assert opened == WaitingPeople(in_line=3, in_lists=2, invited=1)
        elsewhere = await read_waiting(db, webinar(session_id="s2", registration=CLOSED))
        assert elsewhere == WaitingPeople(in_line=1)


async def _fill(db: Db, account: Account) -> None:
    """People in line, on lists, invited and waiting for the opening; and some who are not to be counted."""
    await _queue(db, account, "", 4, "l")
    await request_table.cancel(db, f"l0{account.name}", NOW)
    await _queue(db, account, "", 1, "m", session_id="s2")
    for state, people in {BatchState.RUNNING: 2, BatchState.DRAFT: 5, BatchState.STOPPED: 7}.items():
        batch_id = f"{state}{account.name}"
        facts = {"session_id": "s1", "user_id": "U1", "state": state, "total": people, "begun_at": NOW}
        await batch_table.add(db, Batch(account=account, batch_id=batch_id, **facts))
        await _queue(db, account, batch_id, people, f"{state}")
    states = {"U2": SuggestionState.SENT, "U3": SuggestionState.SENT, "U4": SuggestionState.DECLINED}
    for user, answered in states.items():
        asked = suggestion(account=account, user_id=user, state=answered)
        await suggestion_table.begin(db, asked, "me", NOW + timedelta(minutes=1))
    await seat_table.begin(db, seat(account=account, user_id="U3"), "me", NOW)
    await team_table.save(db, account, "s1", member("Ana Ruiz", user_id="U5"), NOW)
    await team_table.save(db, account, "s1", member("Zoe Lang", user_id="U6", notified_by=NotifiedBy.LEFT), NOW)
    for user in ("U3", "U5", "U6", "U7", "U9"):
        await _subscribe(db, account, f"D{user}", user, Feature.ALERTS)
    await _subscribe(db, account, "DU8", "U8", Feature.REMINDERS)
    await _subscribe(db, account, "C1", "U8", Feature.ALERTS)


async def _queue(db: Db, account: Account, batch_id: str, people: int, key: str, session_id: str = "s1") -> None:
    """People to be registered, each with an address of their own."""
    lines = [
        (n, RegistrantDetails(first_name="A", last_name="B", email=f"{key}{n}@acme.example"), f"{key}{n}{account.name}")
        for n in range(people)
    ]
    await request_table.add(db, account, session_id, lines, batch_id=batch_id, now=NOW)


async def _subscribe(db: Db, account: Account, channel_id: str, user: str, feature: Feature) -> None:
    """A subscription to this webinar."""
    about = {"scope": Scope.WEBINAR, "subject": "s1", "account": account}
    line = subscription(channel_id=channel_id, set_by=user, features=frozenset({feature}), **about)
    await subscription_table.save(db, line)
