"""HTML of the public pages: inline style, no external resources."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from zoneinfo import ZoneInfo

from aiohttp import web

from sandbox.ringcentral.models import Session, Webinar

STYLE = """
body{margin:0;background:#f3f5f4;color:#1d2b26;font:16px/1.5 system-ui,sans-serif}
main{max-width:34rem;margin:3rem auto;padding:2rem;background:#fff;border-radius:12px;box-shadow:0 1px 6px #0002}
h1{margin:0 0 .25rem;font-size:1.5rem;overflow-wrap:anywhere}
p{margin:.5rem 0;overflow-wrap:anywhere}
.when{color:#46564f}
.about{white-space:pre-line}
.note{padding:.75rem 1rem;border-radius:8px;background:#e8f3ee}
.wrong{color:#a3251b;margin:.15rem 0 0;font-size:.9rem}
label{display:block;margin-top:1rem;font-weight:600}
input{box-sizing:border-box;width:100%;padding:.6rem;font:inherit;border:1px solid #8a9992;border-radius:6px}
input[aria-invalid]{border-color:#a3251b}
button{margin-top:1.5rem;padding:.7rem 1.4rem;font:inherit;font-weight:600;color:#fff;background:#12694a;border:0;
border-radius:6px;cursor:pointer}
footer{margin-top:2rem;font-size:.8rem;color:#5b6a64}
"""
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}
FOOTER = "This page is part of a stand-in for RingCentral. Nothing here is real, and no mail is sent."


@dataclass(frozen=True)
class Field:
    """One input of the registration form."""

    name: str
    label: str
    kind: str
    autocomplete: str
    max_length: int


FIELDS = (
    Field("firstName", "First name", "text", "given-name", 64),
    Field("lastName", "Last name", "text", "family-name", 64),
    Field("email", "Email", "email", "email", 256),
)


def page(title: str, body: str) -> str:
    """A whole page; `title` is text, `body` is safe HTML."""
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{escape(title)}</title><style>{STYLE}</style></head>"
        f"<body><main>{body}<footer>{FOOTER}</footer></main></body></html>"
    )


def response(status: int, title: str, body: str) -> web.Response:
    """A whole page as a response; `body` is safe HTML."""
    return web.Response(status=status, text=page(title, body), content_type="text/html", headers=HEADERS)


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


def note(text: str) -> str:
    """A highlighted sentence."""
    return f'<p class="note" role="status">{escape(text)}</p>'


def question(text: str, button: str) -> str:
    """A question with one button that confirms it."""
    return f'<form method="post"><p>{escape(text)}</p><button type="submit">{escape(button)}</button></form>'


def form(fields: Sequence[Field], values: Mapping[str, str], wrong: Mapping[str, str]) -> str:
    """The registration form with its values and an error below each invalid field."""
    inputs = "".join(_input(field, values.get(field.name, ""), wrong.get(field.name, "")) for field in fields)
    return f'<form method="post" novalidate>{inputs}<button type="submit">Register</button></form>'


def _input(field: Field, value: str, wrong: str) -> str:
    problem = f' aria-invalid="true" aria-describedby="{field.name}-wrong"' if wrong else ""
    below = f'<p class="wrong" id="{field.name}-wrong">{escape(wrong)}</p>' if wrong else ""
    return (
        f'<label for="{field.name}">{field.label}</label>'
        f'<input id="{field.name}" name="{field.name}" type="{field.kind}" value="{escape(value)}" required'
        f' maxlength="{field.max_length}" autocomplete="{field.autocomplete}"{problem}>{below}'
    )
