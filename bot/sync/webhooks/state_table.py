"""The table with the state of the webhook subscription, one row per account."""

from __future__ import annotations

from typing import Any

from pydantic import AwareDatetime
from sqlalchemy import select, true

from bot.db.connection import Db
from bot.db.keys import account_columns, account_of, of_account
from bot.db.leases import LeasedTable
from bot.db.webhook_schema import webhook_state
from bot.model.people import Account, Frozen


class WebhookFacts(Frozen):
    """What is known of the subscription. Times are domain time."""

    subscription_id: str = ""
    """Empty while there is none that works."""
    expires_at: AwareDatetime | None = None
    checked_at: AwareDatetime | None = None
    """When the provider last said that it is active."""
    tries: int = 0
    """Failures to have one, in a row."""
    next_at: AwareDatetime | None = None
    """Not to be tried before."""
    problem: str = ""
    """The sentence of the last failure; empty if there is none."""
    is_reported: bool = False
    """Whether the admins were notified of the problem."""
    disabled: tuple[str, ...] = ()
    """The filters that the provider does not let us use."""
    reported_disabled: tuple[str, ...] = ()
    """Those that the admins were notified of."""


class WebhookState(Frozen):
    """The row of one account."""

    account: Account
    facts: WebhookFacts


async def add(db: Db, account: Account) -> None:
    """Make the row if there is none."""
    row = {**account_columns(account), "content": WebhookFacts().model_dump_json()}
    await db.upsert(webhook_state, row, keep=set(row))


async def find(db: Db, account: Account) -> WebhookFacts:
    """Return the state."""
    row = (await db.execute(select(webhook_state.c.content).where(*of_account(webhook_state, account)))).first()
    return WebhookFacts.model_validate_json(row.content) if row else WebhookFacts()


def _read(row: Any) -> WebhookState:
    return WebhookState(account=account_of(row), facts=WebhookFacts.model_validate_json(row.content))


LEASES = LeasedTable(
    webhook_state,
    key=(),
    order=("account",),
    resumable=true(),
    read=_read,
    write=lambda state: {"content": state.facts.model_dump_json()},
)
"""The lease of the replica that takes care of the subscription now."""
