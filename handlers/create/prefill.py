"""What the creation form is filled with when it opens: words of a command, a message, the channel."""

from __future__ import annotations

import asyncio
import contextlib
import secrets

from bot.commands.create_args import parse_create_args
from bot.commands.lengths import length_text
from bot.commands.message_text import mentioned_ids, message_text
from bot.errors import GreenroomError
from bot.model.people import Person
from bot.slack.blocks import MAX_INPUT, cut
from handlers.create.draft import CreateDraft
from handlers.request import SlackRequest

MOST_NAMED = 5
"""People whose names are looked up for a description: Slack waits three seconds for the form."""
PATIENCE = 1.0
"""Seconds that the form waits for what is known of its channel."""
NO_TEXT = "That message has no text."


def new_draft(request: SlackRequest) -> CreateDraft:
    """An empty draft for a form that opens here."""
    return CreateDraft(draft_id=new_id(), origin_channel=request.channel_id)


def new_id() -> str:
    """Identify a form each time it opens: a form that is submitted twice creates one webinar."""
    return secrets.token_urlsafe(12)


async def from_command(request: SlackRequest, person: Person, words: str) -> CreateDraft:
    """A draft with the title, the start and the length that were typed after `create`, and with this channel."""
    draft = await with_channel(request, new_draft(request))
    if not words:
        return draft
    plan = parse_create_args(words, request.now(), person.zone, person.locale or None)
    changes: dict[str, object] = {"title": plan.title, "start_note": plan.note}
    if plan.start:
        changes["start"] = int(plan.start.timestamp())
    if plan.duration:
        changes["length"] = length_text(plan.duration)
    return draft.model_copy(update=changes)


async def with_channel(request: SlackRequest, draft: CreateDraft) -> CreateDraft:
    """The draft with the channel in which it was opened under *Announce in*, if a card can be posted there.

    Not a direct message, nor a channel that Greenroom cannot post in. One that another organization reads has to be
    chosen by hand. Costs a call to Slack the first time within two minutes.
    """
    channel_id, channel = draft.origin_channel, None
    if channel_id.startswith(("C", "G")) and (request.is_in_channel or not request.channel_id):
        with contextlib.suppress(TimeoutError):  # the form does not wait for a suggestion
            channel = await asyncio.wait_for(request.services.channels.find(channel_id), PATIENCE)
    if channel is None or channel.is_archived or channel.is_external:
        return draft
    return draft.model_copy(update={"announce_in": channel_id})


async def from_message(request: SlackRequest, text: str, max_description: int) -> CreateDraft:
    """A draft with the text of a message (mrkdwn) as its description, cut to what the provider and the form take."""
    draft = new_draft(request)
    whole = message_text(text, await _names(request, mentioned_ids(text)[:MOST_NAMED]))
    most = min(max_description, MAX_INPUT)
    note = "" if whole else NO_TEXT
    if len(whole) > most:
        note = f"The message has {len(whole):,} characters: this is its beginning, up to {most:,}."
    return draft.model_copy(update={"description": cut(whole, most), "description_note": note})


async def _names(request: SlackRequest, user_ids: list[str]) -> dict[str, str]:
    found = await asyncio.gather(
        *(request.services.users.get(request.workspace, user_id) for user_id in user_ids), return_exceptions=True
    )
    for error in found:
        if isinstance(error, BaseException) and not isinstance(error, GreenroomError):
            raise error
    return {person.user_id: person.name for person in found if isinstance(person, Person)}
