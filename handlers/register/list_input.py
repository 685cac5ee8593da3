"""Read the list of people that was pasted or uploaded in a form."""

from __future__ import annotations

import asyncio

from bot.errors import BadInput
from bot.model.question import QuestionSet
from bot.registration.bulk.csv_import import ImportResult, read_people
from bot.slack.files import download
from bot.slack.scopes import FILES
from handlers.register.list_form import NO_FILES, BulkInput
from handlers.request import SlackRequest

MAX_BYTES = 5_000_000
TOO_LARGE = "This file is too large: 5 MB is the most. Cut it into several lists."


async def read_list(request: SlackRequest, submitted: BulkInput, questions: QuestionSet) -> ImportResult:
    """Read the file, or the pasted list if the questions were not known when it was sent."""
    if submitted.pasted.strip():
        return parse_list(submitted.pasted, submitted, questions)
    if not request.slack.granted.allow(FILES):
        raise BadInput(NO_FILES)
    file = submitted.file or {}
    if int(file.get("size") or 0) > MAX_BYTES:
        raise BadInput(TOO_LARGE)
    raw = await download(request.slack, str(file.get("url_private_download") or ""), MAX_BYTES)
    # Parsing a long list would block the event loop for a second.
    return await asyncio.to_thread(parse_list, raw, submitted, questions)


def parse_list(raw: bytes | str, submitted: BulkInput, questions: QuestionSet) -> ImportResult:
    """Read a list with columns for these questions."""
    return read_people(raw, source=submitted.source, questions=questions)
