"""The content of our own pages as the templates receive it."""

from __future__ import annotations

from dataclasses import dataclass

from bot.web.signup_form import Field


@dataclass(frozen=True)
class Link:
    """A link on a page."""

    text: str
    url: str


@dataclass(frozen=True)
class EventText:
    """What a page shows of a webinar: its start in UTC (ISO 8601) and in words. Empty texts are not shown."""

    title: str
    utc: str
    begins: str
    length: str
    speakers: str = ""
    description: str = ""


@dataclass(frozen=True)
class PageText:
    """A page without a form to fill in: `notice` is what may change with the next refresh, `text` is what does not.

    `refresh_s` is the number of seconds until the page refreshes, 0 for never.
    """

    status: int
    heading: str
    event: EventText | None = None
    notice: str = ""
    text: str = ""
    links: tuple[Link, ...] = ()
    button: str = ""
    refresh_s: int = 0


@dataclass(frozen=True)
class Refresh:
    """How a page refreshes: to `url` after `seconds`, or, if paused, when the visitor follows `paused_url`."""

    seconds: int
    url: str
    paused_url: str
    is_paused: bool


@dataclass(frozen=True, kw_only=True)
class FieldText(Field):
    """An input with its value and its error. Of choices, `chosen` has their names or values."""

    value: str
    error: str
    chosen: frozenset[str] = frozenset()


@dataclass(frozen=True)
class FormError:
    """An error of a field, or of the form as a whole if `field` is empty."""

    field: str
    text: str


@dataclass(frozen=True)
class HiddenInput:
    """An input that returns its value unchanged."""

    name: str
    value: str


@dataclass(frozen=True)
class FormText:
    """The registration form with what was entered and every error."""

    heading: str
    event: EventText
    token: HiddenInput
    fields: tuple[FieldText, ...]
    errors: tuple[FormError, ...]
    honeypot: str
    consent: str
    calendar: Link
