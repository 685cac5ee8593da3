"""Read and write the registration links of campaigns."""

from __future__ import annotations

from typing import Any

from pydantic import AwareDatetime
from sqlalchemy import ColumnElement, select, update

from bot.db.campaign_schema import campaigns
from bot.db.connection import Db
from bot.db.keys import account_columns, of_account
from bot.model.people import Account, Frozen


class Campaign(Frozen):
    """The registration link of one campaign of a webinar."""

    campaign_id: str
    name: str
    """As first typed."""
    token: str
    valid_until: AwareDatetime
    signups: int = 0
    """How many forms people have sent on its page, each address once."""
    created_by: str
    created_at: AwareDatetime


async def find(db: Db, account: Account, session_id: str, campaign_id: str) -> Campaign | None:
    """Return a campaign, or None."""
    row = (await db.execute(select(campaigns).where(*_this(account, session_id, campaign_id)))).first()
    return _campaign(row) if row else None


async def of_session(db: Db, account: Account, session_id: str) -> list[Campaign]:
    """List the campaigns of a webinar, oldest first."""
    which = *of_account(campaigns, account), campaigns.c.session_id == session_id
    query = select(campaigns).where(*which).order_by(campaigns.c.created_at, campaigns.c.campaign_id)
    return [_campaign(row) for row in await db.execute(query)]


async def save(db: Db, account: Account, session_id: str, campaign: Campaign) -> None:
    """Insert a campaign, or replace its link."""
    row: dict[str, Any] = {**account_columns(account), "session_id": session_id, **campaign.model_dump()}
    await db.upsert(campaigns, row, keep=("name", "signups", "created_by", "created_at"))


async def count_signup(db: Db, account: Account, session_id: str, campaign_id: str) -> None:
    """Count one more person who signed up there."""
    this = _this(account, session_id, campaign_id)
    await db.execute(update(campaigns).where(*this).values(signups=campaigns.c.signups + 1))


def _this(account: Account, session_id: str, campaign_id: str) -> list[ColumnElement[bool]]:
    return [
        *of_account(campaigns, account),
        campaigns.c.session_id == session_id,
        campaigns.c.campaign_id == campaign_id,
    ]


def _campaign(row: Any) -> Campaign:
    return Campaign(**{name: getattr(row, name) for name in Campaign.model_fields})
