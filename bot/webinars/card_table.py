"""The table of cards: where each was posted, and the digest of its content."""

from __future__ import annotations

from typing import Any

from pydantic import AwareDatetime
from sqlalchemy import delete, select, update

from bot.db.connection import Db
from bot.db.keys import account_columns, account_of, of_account
from bot.db.schema import cards
from bot.model.people import Account, Frozen


class Card(Frozen):
    """An announcement in a channel; `shown` is the digest of its content."""

    account: Account
    session_id: str
    channel_id: str
    message_ts: str
    shown: str
    shared_by: str
    shared_at: AwareDatetime


async def save(db: Db, card: Card) -> None:
    """Save a card; a channel may have several cards of one webinar."""
    row = {**account_columns(card.account), **card.model_dump(exclude={"account"})}
    await db.upsert(cards, row)


async def of_session(db: Db, account: Account, session_id: str) -> list[Card]:
    """List the cards of a session, oldest first."""
    rows = await db.execute(
        select(cards)
        .where(*of_account(cards, account), cards.c.session_id == session_id)
        .order_by(cards.c.shared_at, cards.c.channel_id)
    )
    return [_card(row) for row in rows]


async def list_all(db: Db, account: Account) -> list[Card]:
    """List the cards of an account."""
    return [_card(row) for row in await db.execute(select(cards).where(*of_account(cards, account)))]


async def save_digest(db: Db, card: Card, shown: str) -> None:
    """Save the digest of the content that the card has now."""
    await db.execute(update(cards).where(*_same(card)).values(shown=shown))


async def forget(db: Db, card: Card) -> None:
    """Delete a card that is no longer in its channel."""
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
