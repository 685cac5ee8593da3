"""HTML of RingCentral's public pages."""

from __future__ import annotations

from html import escape
from zoneinfo import ZoneInfo

from aiohttp import web

from sandbox import markup
from sandbox.markup import Field, form, note, question
from sandbox.ringcentral.models import Session, Webinar

__all__ = ["FIELDS", "Field", "about", "form", "not_found_page", "note", "question", "response"]
FIELDS = (
    Field("firstName", "First name", "text", "given-name", 64),
    Field("lastName", "Last name", "text", "family-name", 64),
    Field("email", "Email", "email", "email", 256),
)


def response(status: int, title: str, body: str) -> web.Response:
    """A whole page as a response; `body` is safe HTML."""
    return markup.response("RingCentral", status, title, body)


def not_found_page(text: str) -> web.Response:
    """A 404 page with one sentence."""
    return response(404, "Not found", note(text))


def about(webinar: Webinar, session: Session, host: str) -> str:
    """Title, time in the webinar's time zone, host and description."""
    fields = session.fields
    title = fields.title or webinar.fields.title
    zone = ZoneInfo(fields.time_zone)
    begins, ends = fields.scheduled_start_time.astimezone(zone), fields.end.astimezone(zone)
    when = f"{begins:%A} {begins.day} {begins:%B %Y}, {begins:%H:%M}–{ends:%H:%M} ({fields.time_zone})"
    description = fields.description or webinar.fields.description
    below = f'<p class="about">{escape(description)}</p>' if description else ""
    return f'<h1>{escape(title)}</h1><p class="when">{escape(when)}<br>Hosted by {escape(host)}</p>{below}'
