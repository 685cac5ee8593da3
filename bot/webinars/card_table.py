"""Remembers which card stands in which channel, and what it says, so that it can be kept true."""

from __future__ import annotations

from typing import Any

from pydantic import AwareDatetime
from sqlalchemy import delete, select, update

from bot.db.connection import Db
from bot.db.keys import account_columns, account_of, of_account
from bot.db.schema import cards
from bot.model.people import Account, Frozen


class Card(Frozen):
    """An announcement standing in a channel; `shown` is a digest of what it says."""

    account: Account
    session_id: str
    channel_id: str
    message_ts: str
    shown: str
    shared_by: str
    shared_at: AwareDatetime


async def save(db: Db, card: Card) -> None:
    """Remember a card; a second one in the same channel stands beside the first."""
    row = {**account_columns(card.account), **card.model_dump(exclude={"account"})}
    await db.upsert(cards, row)


async def of_session(db: Db, account: Account, session_id: str) -> list[Card]:
    """Every card of this session, oldest first."""
    rows = await db.execute(
        select(cards)
        .where(*of_account(cards, account), cards.c.session_id == session_id)
        .order_by(cards.c.shared_at, cards.c.channel_id)
    )
    return [_card(row) for row in rows]


async def of_account_cards(db: Db, account: Account) -> list[Card]:
    """Every card that stands."""
    return [_card(row) for row in await db.execute(select(cards).where(*of_account(cards, account)))]


async def save_digest(db: Db, card: Card, shown: str) -> None:
    """Write down what the card says now."""
    await db.execute(update(cards).where(*_same(card)).values(shown=shown))


async def forget(db: Db, card: Card) -> None:
    """Forget a card that is no longer there."""
    await db.execute(delete(cards).where(*_same(card)))


def _same(card: Card) -> list[Any]:
    return [
        *of_account(cards, card.account),
        cards.c.session_id == card.session_id,
        cards.c.channel_id == card.channel_id,
        cards.c.message_ts == card.message_ts,
    ]


def _card(row: Any) -> Card:
    return Card(
        account=account_of(row),
        session_id=row.session_id,
        channel_id=row.channel_id,
        message_ts=row.message_ts,
        shown=row.shown,
        shared_by=row.shared_by,
        shared_at=row.shared_at,
    )
