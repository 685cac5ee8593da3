"""The floor: the same messages posted by asyncpg and aiohttp alone, one row for each, without an outbox."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Collection
from contextlib import asynccontextmanager
from datetime import datetime, timedelta

import aiohttp
import asyncpg

from bench.crowd import notice, webinar
from bot.clock import machine_now
from bot.notices.model import NoticeKind
from bot.notices.texts.compose import compose
from bot.notices.texts.phrases import NoticeContext

CALLS = 128
"""Concurrent calls to Slack, as many as our worker makes."""
ROWS = 64
TABLE = "create table floor (id bigserial primary key, team text, body text, state int not null default 0)"
INDEX = "create index on floor (id) where state = 0"
CLAIM = (
    "update floor set state = 1 where id in "
    "(select id from floor where state = 0 order by id limit $1 for update skip locked) returning id, team, body"
)
DONE = "update floor set state = 2 where id = any($1::bigint[])"


async def fill(url: str, places: Collection[tuple[str, str]]) -> None:
    """Store the requests to post in these channels of these teams."""
    now = machine_now()
    connection = await asyncpg.connect(url)
    await connection.execute(TABLE)
    rows = [(team, _body(team, channel, now)) for team, channel in places]
    await connection.copy_records_to_table("floor", records=rows, columns=["team", "body"])
    await connection.execute(INDEX)
    await connection.execute("analyze")
    await connection.close()


def _body(team: str, channel: str, now: datetime) -> str:
    about = webinar(team, "s1", now + timedelta(minutes=20), now)
    message = compose([NoticeContext(notice(about, channel, NoticeKind.FULL, now), about)], at=now)
    return json.dumps({"channel": channel, "unfurl_links": False, "text": message.text, "blocks": message.blocks})


@asynccontextmanager
async def floor(
    url: str, slack_url: str, _: str, http: aiohttp.ClientSession
) -> AsyncIterator[Callable[[], Awaitable[None]]]:
    """Claim some rows, post them, and mark them posted, with so many concurrent calls."""
    pool = await asyncpg.create_pool(url, min_size=4, max_size=4)
    post_to = f"{slack_url}/api/chat.postMessage"

    async def post(team: str, body: str) -> None:
        headers = {"Authorization": f"Bearer xoxb-{team[1:]}", "Content-Type": "application/json;charset=utf-8"}
        async with http.post(post_to, data=body.encode(), headers=headers) as answer:
            if not json.loads(await answer.read())["ok"]:
                raise RuntimeError("the stand-in refuses what the floor posts")

    async def work() -> None:
        while rows := await pool.fetch(CLAIM, ROWS):
            await asyncio.gather(*(post(row["team"], row["body"]) for row in rows))
            await pool.execute(DONE, [row["id"] for row in rows])

    async def begin() -> None:
        await asyncio.gather(*(work() for _ in range(CALLS // ROWS)))

    yield begin
    pool.terminate()
