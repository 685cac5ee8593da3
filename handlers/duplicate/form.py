"""The creation form filled from another webinar, and the window while that one is read."""

from __future__ import annotations

from datetime import datetime
from secrets import token_urlsafe

from bot.commands.lengths import length_text
from bot.creation.duplicate import WebinarCopy, next_start
from bot.model.ability import Ability
from bot.model.local_time import known_zone
from bot.model.recurrence import EventForm
from bot.model.webinar import Options, Webinar
from bot.providers.event_ref import EventRef
from bot.providers.names import named
from bot.slack.blocks import Block, context, modal, paragraph, plain, section
from bot.slack.message import View
from handlers.create.copied import CopiedWebinar
from handlers.create.draft import CreateDraft
from handlers.create.settings_form import More

OPENING = "duplicate.opening"
FAILED = "duplicate.failed"
TITLE = "Create again"
NO_SETTINGS = "{provider} no longer has this webinar, so the form shows the default settings. Check them."


def opening(webinar: Webinar, *, note: str = "") -> View:
    """The progress view until the webinar is read."""
    blocks: list[Block] = [section(f"Looking at *{plain(webinar.title)}*…")]
    if note:
        blocks.append(paragraph(note))
    return modal(OPENING, TITLE, blocks, private_metadata=webinar.id)


def failed(sentence: str) -> View:
    """The failure to read the webinar, and what to do."""
    return modal(FAILED, TITLE, [paragraph(sentence), context("Nothing was created.")])


def draft_of(webinar: Webinar, copy: WebinarCopy, *, has_team: bool, channel_id: str, now: datetime) -> CreateDraft:
    """The inputs of the creation form: a week later at the same local time, and never in the past."""
    fields = copy.fields
    zone = fields.time_zone if known_zone(fields.time_zone).key == fields.time_zone else ""
    return CreateDraft(
        draft_id=token_urlsafe(12),
        provider=EventRef.parse(webinar.id).prefix,
        kind=EventForm.WEBINAR if Ability.INVITE_PANELIST in webinar.abilities else EventForm.MEETING,
        title=" ".join(fields.title.split()),
        start=int(next_start(fields.start, fields.time_zone, now).timestamp()),
        length=length_text(fields.length),
        audience=fields.audience,
        description=fields.description,
        origin_channel=channel_id,
        more=More(
            options=Options(**{name: getattr(fields, name) for name in Options.model_fields}),
            locale_code=fields.locale_code,
            panel_join_offset=fields.panel_join_offset,
        ),
        copied=CopiedWebinar(session_id=webinar.id, title=webinar.title, time_zone=zone, has_team=has_team),
    )


def problem(copy: WebinarCopy, webinar: Webinar) -> str:
    """What to check in the form; empty if it is the webinar as it is."""
    return "" if copy.has_settings else named(NO_SETTINGS, webinar.id)
