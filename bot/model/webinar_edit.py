"""An edit of a webinar as values: its fields as read, what differs, what somebody else changed meanwhile."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from pydantic import AwareDatetime

from bot.model.ability import ALL, Ability
from bot.model.people import Frozen
from bot.model.webinar import Audience, Options, SessionFacts, Status, Webinar, WebinarFacts


class TextPlace(StrEnum):
    """Where a text is stored: a session can have a title and a description of its own."""

    WEBINAR = "webinar"
    SESSION = "session"
    BOTH = "both"


class WebinarFields(Options):
    """A webinar and its session as read: every field that a user can change, and what a safe change needs to know."""

    title: str
    description: str = ""
    start: AwareDatetime
    length: timedelta
    time_zone: str
    audience: Audience = Audience.REGISTRANTS
    locale_code: str = "en-US"
    panel_join_offset: timedelta = timedelta()

    status: Status = Status.SCHEDULED
    title_at: TextPlace = TextPlace.WEBINAR
    description_at: TextPlace = TextPlace.WEBINAR
    attendee_link: str = ""
    """The shared link, as far as it was read."""
    webinar_modified_at: AwareDatetime | None = None
    """When the webinar was last changed, in the provider's words; `None` if it was not read."""
    session_modified_at: AwareDatetime | None = None
    abilities: frozenset[Ability] = ALL
    """What the event supports, as far as the webinar was read."""
    is_mirrored: bool = False
    """Whether it comes from the mirror, which does not have the settings and the language."""

    @property
    def modified_at(self) -> datetime | None:
        """When the webinar or its session was last changed; `None` if neither was read."""
        stamps = (self.webinar_modified_at, self.session_modified_at)
        return max((stamp for stamp in stamps if stamp), default=None)


_TEXTS = {"title": "title_at", "description": "description_at"}
_ON_WEBINAR = (*Options.model_fields, "audience")
_ON_SESSION = ("start", "length", "time_zone", "locale_code", "panel_join_offset")
NAMES = ("title", "start", "length", "time_zone", "audience", "description", *Options.model_fields, *_ON_SESSION[3:])
"""The fields that a user can change, in the order in which they are shown."""


class WebinarEdit(Frozen):
    """The fields to change, and the webinar as it should be: what an update must resend is in it."""

    names: tuple[str, ...]
    after: WebinarFields

    @property
    def webinar_names(self) -> tuple[str, ...]:
        """The fields that are changed at the webinar."""
        return tuple(name for name in self.names if name in _ON_WEBINAR or self._is_at(name, TextPlace.WEBINAR))

    @property
    def session_names(self) -> tuple[str, ...]:
        """The fields that are changed at the session."""
        return tuple(name for name in self.names if name in _ON_SESSION or self._is_at(name, TextPlace.SESSION))

    def without(self, names: Collection[str]) -> WebinarEdit:
        """The same edit without these fields."""
        return self.model_copy(update={"names": tuple(name for name in self.names if name not in names)})

    def _is_at(self, name: str, place: TextPlace) -> bool:
        return name in _TEXTS and getattr(self.after, _TEXTS[name]) in (place, TextPlace.BOTH)


def fields_as_read(webinar: WebinarFacts, session: SessionFacts) -> WebinarFields:
    """The fields of a webinar and its session, both just read. A text of the session hides that of the webinar."""
    start = WebinarFields(
        title=webinar.title,
        start=session.start,
        length=session.length,
        time_zone=session.time_zone,
        title_at=_place(webinar.title, session.title),
        description_at=_place(webinar.description, session.description),
    )
    return with_session(with_webinar(start, webinar), session)


def fields_as_mirrored(webinar: Webinar) -> WebinarFields:
    """The fields that the mirror has; the settings have their defaults. Enough to move a webinar."""
    return WebinarFields(
        title=webinar.title,
        description=webinar.description,
        start=webinar.start,
        length=webinar.length,
        time_zone=webinar.time_zone,
        audience=webinar.audience or Audience.REGISTRANTS,
        panel_join_offset=webinar.panel_offset,
        status=webinar.status,
        abilities=webinar.abilities,
        is_mirrored=True,
    )


def with_webinar(known: WebinarFields, read: WebinarFacts) -> WebinarFields:
    """The known fields, with those of the webinar as just read."""
    changes: dict[str, Any] = {
        **{name: getattr(read.options, name) for name in Options.model_fields},
        "audience": read.audience,
        "abilities": read.abilities,
        "webinar_modified_at": read.modified_at,
    }
    if known.title_at is not TextPlace.SESSION:
        changes["title"] = read.title
    if known.description_at is not TextPlace.SESSION:
        changes["description"] = read.description
    return known.model_copy(update=changes)


def with_session(known: WebinarFields, read: SessionFacts) -> WebinarFields:
    """The known fields, with those of the session as just read by itself."""
    changes: dict[str, Any] = {
        "start": read.start,
        "length": read.length,
        "time_zone": read.time_zone,
        "locale_code": read.locale_code,
        "panel_join_offset": read.panel_offset,
        "status": read.status,
        "attendee_link": read.attendee_link,
        "session_modified_at": read.modified_at,
    }
    if known.title_at is not TextPlace.WEBINAR:
        changes["title"] = read.title
    if known.description_at is not TextPlace.WEBINAR:
        changes["description"] = read.description
    return known.model_copy(update=changes)


def differing(one: WebinarFields, other: WebinarFields, names: Collection[str] = NAMES) -> tuple[str, ...]:
    """The fields among `names` that differ, in the order of `NAMES`."""
    return tuple(name for name in NAMES if name in names and getattr(one, name) != getattr(other, name))


def changed_by_others(read: WebinarFields, current: WebinarFields, mine: Collection[str]) -> tuple[str, ...]:
    """The fields that differ from what was read, besides my own; of a mirrored reading, those that the mirror has."""
    known = (*_TEXTS, "start", "length", "time_zone", "panel_join_offset") if read.is_mirrored else NAMES
    return differing(read, current, [name for name in known if name not in mine])


def difference(before: WebinarFields, after: WebinarFields) -> WebinarEdit:
    """The edit that makes `after` of `before`: only the fields that differ."""
    return WebinarEdit(names=differing(before, after), after=after)


def conflicts(read: WebinarFields, mine: WebinarEdit, theirs: WebinarFields) -> tuple[str, ...]:
    """The fields of my edit that somebody else has changed since `read`, to something else than I want."""
    changed = differing(read, theirs, mine.names)
    return differing(mine.after, theirs, changed)


def applied_to(current: WebinarFields, edit: WebinarEdit) -> WebinarEdit:
    """The same edit of the current fields: what must be resent unchanged is current, too."""
    changes = {name: getattr(edit.after, name) for name in edit.names}
    return edit.model_copy(update={"after": current.model_copy(update=changes)})


def rebased(mine: WebinarEdit, theirs: WebinarFields) -> WebinarEdit:
    """My edit of the current fields: the others keep what somebody else made of them, equal ones are left out."""
    return difference(theirs, applied_to(theirs, mine).after)


def resolved(mine: WebinarEdit, theirs: WebinarFields, kept: Collection[str]) -> WebinarEdit:
    """My edit of the current fields, without the fields `kept` as somebody else made them."""
    return rebased(mine.without(kept), theirs)


def reverse(names: Collection[str], before: WebinarFields, made: WebinarFields, current: WebinarFields) -> WebinarEdit:
    """The edit that takes a change of these fields back, as far as they are still as it made them."""
    mine = [name for name in names if getattr(current, name) == getattr(made, name)]
    return difference(current, current.model_copy(update={name: getattr(before, name) for name in mine}))


class EditOutcome(StrEnum):
    """What a look at a webinar says about an edit that was requested without a clear answer."""

    APPLIED = "applied"
    NOT_APPLIED = "not_applied"
    OTHER = "other"
    """Somebody else has changed these fields since."""


def outcome(base: WebinarFields, edit: WebinarEdit, names: Collection[str], current: WebinarFields) -> EditOutcome:
    """Whether the fields `names` of an edit of `base` were applied. The provider may have kept a locked setting."""
    if not differing(base, current, names):
        return EditOutcome.NOT_APPLIED
    is_ours = len(differing(edit.after, current, names)) < len(names)
    return EditOutcome.APPLIED if is_ours else EditOutcome.OTHER


def _place(of_webinar: str, of_session: str) -> TextPlace:
    if not of_session:
        return TextPlace.WEBINAR
    return TextPlace.BOTH if of_session == of_webinar else TextPlace.SESSION
