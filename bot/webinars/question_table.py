"""The questions of registration forms, in the table of the mirror."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache

from pydantic import TypeAdapter
from sqlalchemy import or_, select, update

from bot.db.connection import Db
from bot.db.keys import of_account
from bot.db.schema import webinars
from bot.model.ability import Ability
from bot.model.lifecycle import ENDED_STATUSES
from bot.model.people import Account
from bot.model.question import Question, QuestionSet
from bot.model.webinar import MAX_LENGTH

_QUESTIONS = TypeAdapter(tuple[Question, ...])


async def save(db: Db, account: Account, session_id: str, questions: Sequence[Question], read_at: datetime) -> None:
    """Save the questions of a webinar."""
    which = *of_account(webinars, account), webinars.c.session_id == session_id
    content = _QUESTIONS.dump_json(tuple(questions), exclude_defaults=True).decode()
    await db.execute(update(webinars).where(*which).values(questions=content, questions_at=read_at))


async def find(db: Db, account: Account, session_id: str) -> QuestionSet | None:
    """The questions of a webinar; None if they were not read yet."""
    query = select(webinars.c.questions, webinars.c.questions_at)
    row = (await db.execute(query.where(*of_account(webinars, account), webinars.c.session_id == session_id))).first()
    if row is None or row.questions is None:
        return None
    return QuestionSet(questions=_parsed(row.questions), read_at=row.questions_at)


async def outdated(db: Db, account: Account, read_before: datetime, now: datetime) -> list[str]:
    """The webinars to come whose provider lists questions that were not read after `read_before`, by start."""
    lists_questions = webinars.c.abilities.contains(f'"{Ability.QUESTIONS.value}"')
    unread = or_(webinars.c.questions_at.is_(None), webinars.c.questions_at <= read_before)
    to_come = webinars.c.status.not_in(ENDED_STATUSES), webinars.c.start > now - MAX_LENGTH
    query = select(webinars.c.session_id).where(*of_account(webinars, account), *to_come, lists_questions, unread)
    return list((await db.execute(query.order_by(webinars.c.start, webinars.c.session_id))).scalars())


@lru_cache(maxsize=200)
def _parsed(text: str) -> tuple[Question, ...]:
    return _QUESTIONS.validate_json(text)
