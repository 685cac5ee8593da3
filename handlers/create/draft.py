"""The inputs of the form that creates or edits a webinar, unvalidated, as they are saved while it is open."""

from __future__ import annotations

from bot.commands.lengths import length_text
from bot.model.people import Frozen
from bot.model.recurrence import EventForm
from bot.model.webinar import Audience, Options
from bot.model.webinar_edit import WebinarFields
from bot.providers.event_ref import provider_name
from handlers.create.copied import CopiedWebinar
from handlers.create.settings_form import More


class EditedWebinar(Frozen):
    """The webinar that a form edits."""

    session_id: str
    host_name: str = ""
    read: WebinarFields
    """The webinar as the form showed it first."""
    typed_zone: str = ""
    """The time zone as typed: a field of the form."""
    can_move: bool = True
    """Whether its provider lets its time change."""
    keeps_moment: bool = False
    """Whether another time zone alone keeps the moment of the start, not its local hour: a field of the form."""


class CreateDraft(Frozen):
    """The form's inputs, unvalidated. Its JSON contains the password: store it encrypted."""

    draft_id: str
    provider: str = ""
    """The prefix of the provider that it is created at; that of the first one by default."""
    kind: EventForm = EventForm.MEETING
    """What is created, at a provider that has both."""
    repeats: str = ""
    """How often; empty for one date. See `handlers.create.event_fields`."""
    dates: str = ""
    """How many dates, as typed."""
    asks_dates: bool = False
    """Whether the form shows the field for it."""
    title: str = ""
    start: int | None = None
    """Unix seconds, as in Slack's picker."""
    start_note: str = ""
    """Why a typed day or time is not the start, or what to check about it; empty once another start is chosen."""
    length: str = "1 hour"
    audience: Audience = Audience.REGISTRANTS
    description: str = ""
    description_note: str = ""
    """What to know about a description that comes from a message; empty once it is changed."""
    announce_in: str | None = None
    """A channel id."""
    origin_channel: str = ""
    """The channel in which the form was opened; not a field."""
    more: More = More()
    copied: CopiedWebinar | None = None
    """The webinar that the form was filled from."""
    edits: EditedWebinar | None = None
    """The webinar that the form edits; `None` if it creates one."""


def filled(fields: WebinarFields, draft_id: str) -> CreateDraft:
    """The inputs of a form that shows a webinar as it was read."""
    return CreateDraft(
        draft_id=draft_id,
        title=" ".join(fields.title.split()),
        start=int(fields.start.timestamp()),
        length=length_text(fields.length),
        audience=fields.audience,
        description=fields.description,
        more=More(
            options=Options(**{name: getattr(fields, name) for name in Options.model_fields}),
            locale_code=fields.locale_code,
            panel_join_offset=fields.panel_join_offset,
        ),
    )


def edit_line(draft: CreateDraft) -> str:
    """What an edit cannot change, as text; empty for a form that creates a webinar."""
    if draft.edits is None:
        return ""
    host = f"Host: {draft.edits.host_name}. " if draft.edits.host_name else ""
    return f"{host}{provider_name(draft.edits.session_id)} can't change the host of a webinar."
