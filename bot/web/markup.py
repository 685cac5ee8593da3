"""The look of our own pages: plain HTML with its style inside, no script, nothing loaded from anywhere."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape
from zoneinfo import ZoneInfo

from aiohttp import web

STYLE = """
:root{color-scheme:light}
body{margin:0;background:#f3f5f4;color:#1d2b26;font:1rem/1.5 system-ui,sans-serif}
main{box-sizing:border-box;max-width:36rem;margin:0 auto;padding:1.25rem;background:#fff;overflow-wrap:anywhere}
h1{margin:0 0 .5rem;font-size:1.5rem;line-height:1.25}
h2{margin:1.5rem 0 .25rem;font-size:1.1rem}
p,ul{margin:.5rem 0}
.hint{color:#46564f;font-size:.9rem}
.wrong{color:#9b1c13;font-weight:600}
.summary{margin:1rem 0;padding:.75rem 1rem;border:2px solid #9b1c13;border-radius:8px}
.summary h2{margin-top:0}
label{display:block;margin-top:1.25rem;font-weight:600}
input{box-sizing:border-box;width:100%;min-height:2.75rem;padding:.5rem;font:inherit;color:inherit;background:#fff;
border:1px solid #5b6a64;border-radius:6px}
input[aria-invalid]{border:2px solid #9b1c13}
button{margin-top:1.25rem;min-height:2.75rem;padding:.5rem 1.25rem;font:inherit;font-weight:600;color:#fff;
background:#12694a;border:0;border-radius:6px;cursor:pointer}
a{color:#0b5a8a}
:focus-visible{outline:3px solid #0b5a8a;outline-offset:2px}
.trap{position:absolute;left:-100vw;width:1px;height:1px;overflow:hidden}
@media (min-width:40rem){main{margin:3rem auto;padding:2.5rem;border-radius:12px}}
"""
_STYLE_HASH = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
HEADERS = {
    "Content-Security-Policy": f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",  # the address holds a token
    "Cache-Control": "no-store",
    "X-Robots-Tag": "noindex, nofollow",
    "X-Content-Type-Options": "nosniff",
}


@dataclass(frozen=True)
class Field:
    """One input of a form."""

    name: str
    label: str
    kind: str
    autocomplete: str
    max_length: int
    hint: str = ""


def response(
    status: int, heading: str, body: str, *, again: int = 0, query: str = "?", retry_after: int = 0
) -> web.Response:
    """A whole page; `heading` is text, `body` is HTML that is already safe.

    After `again` seconds it looks again, with this query. `retry_after` tells programs when to come back.
    """
    # With the address spelled out: one that ends in #email, from a form with mistakes, would only be scrolled to.
    refresh = f'<meta http-equiv="refresh" content="{again};url={escape(query)}">' if again else ""
    text = (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f'<meta name="robots" content="noindex,nofollow">{refresh}'
        f"<title>{escape(heading)}</title><style>{STYLE}</style></head>"
        f"<body><main><h1>{escape(heading)}</h1>{body}</main></body></html>"
    )
    headers = HEADERS | ({"Retry-After": str(retry_after)} if retry_after else {})
    return web.Response(status=status, text=text, content_type="text/html", headers=headers)


def onward(status: int, address: str) -> web.Response:
    """Sends the visitor on, and tells nobody where they come from."""
    return web.Response(status=status, headers=HEADERS | {"Location": address})


def paragraph(text: str) -> str:
    """A sentence or two."""
    return f"<p>{escape(text)}</p>"


def hint(text: str, element_id: str = "") -> str:
    """The small print."""
    named = f' id="{element_id}"' if element_id else ""
    return f'<p class="hint"{named}>{escape(text)}</p>'


def status(text: str) -> str:
    """What may be different the next time the page is loaded."""
    return f'<p role="status">{escape(text)}</p>'


def link(text: str, address: str) -> str:
    """A link; what leads to another site tells it nothing of us."""
    return f'<a href="{escape(address)}" rel="noreferrer">{escape(text)}</a>'


def about(title: str, start: datetime, length: str, zone: str) -> str:
    """What it is about and when, in the webinar's own zone and in UTC; no title where it stands in the heading."""
    begins = f"{_moment(start.astimezone(_zone(zone)))} ({escape(zone or 'UTC')})"
    in_utc = f", {start.astimezone(UTC):%H:%M} UTC" if start.astimezone(_zone(zone)).utcoffset() else ""
    heading = f"<h2>{escape(title)}</h2>" if title else ""
    when = f'<time datetime="{start.astimezone(UTC):%Y-%m-%dT%H:%MZ}">{begins}{in_utc}</time>'
    return f"{heading}<p>{when}<br>{escape(length)}</p>"


def _moment(at: datetime) -> str:
    return f"{at:%A} {at.day} {at:%B %Y}, {at:%H:%M}"


def _zone(name: str) -> ZoneInfo:
    # Webinars made elsewhere carry whatever zone name was typed there.
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return ZoneInfo("UTC")


def question(button: str) -> str:
    """The one button that says yes."""
    return f'<form method="post"><button type="submit">{escape(button)}</button></form>'


def summary(heading: str, wrong: Sequence[tuple[str, str]]) -> str:
    """What is wrong, before the form: where the keyboard begins, each line leading to its field ("" for none)."""
    lines = [
        f'<li><a href="#{name}">{escape(text)}</a></li>' if name else f"<li>{escape(text)}</li>" for name, text in wrong
    ]
    return (
        '<div class="summary" role="alert" tabindex="-1" autofocus aria-labelledby="summary">'
        f'<h2 id="summary">{escape(heading)}</h2><ul>{"".join(lines)}</ul></div>'
    )


def text_input(field: Field, value: str, wrong: str) -> str:
    """A field with its label, its hint and what is wrong with it."""
    told = [f"{field.name}-hint"] * bool(field.hint) + [f"{field.name}-wrong"] * bool(wrong)
    described = f' aria-describedby="{" ".join(told)}"' if told else ""
    invalid = ' aria-invalid="true"' if wrong else ""
    hinted = hint(field.hint, f"{field.name}-hint") if field.hint else ""
    below = f'<p class="wrong" id="{field.name}-wrong">{escape(wrong)}</p>' if wrong else ""
    return (
        f'<label for="{field.name}">{escape(field.label)}</label>{hinted}{below}'
        f'<input id="{field.name}" name="{field.name}" type="{field.kind}" value="{escape(value)}" required'
        f' maxlength="{field.max_length}" autocomplete="{field.autocomplete}"{invalid}{described}>'
    )


def hidden(name: str, value: str) -> str:
    """What comes back with the form and nobody sees."""
    return f'<input type="hidden" name="{name}" value="{escape(value)}">'


def trap(name: str, label: str) -> str:
    """A field that people neither see nor reach, and programs fill in."""
    return (
        f'<div class="trap" aria-hidden="true"><label for="{name}">{escape(label)}</label>'
        f'<input id="{name}" name="{name}" tabindex="-1" autocomplete="off"></div>'
    )


def form(inside: str, button: str, described_by: str) -> str:
    """A form that is sent to the address of the page; what is wrong is said by us, not by the browser."""
    return (
        f'<form method="post" novalidate>{inside}'
        f'<button type="submit" aria-describedby="{described_by}">{escape(button)}</button></form>'
    )
