"""HTML of the public pages of the vendors' stand-ins: inline style, no external resources."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

from aiohttp import web

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
input,select{box-sizing:border-box;width:100%;padding:.6rem;font:inherit;border:1px solid #8a9992;border-radius:6px}
input[aria-invalid],select[aria-invalid]{border-color:#a3251b}
button{margin-top:1.5rem;padding:.7rem 1.4rem;font:inherit;font-weight:600;color:#fff;background:#12694a;border:0;
border-radius:6px;cursor:pointer}
footer{margin-top:2rem;font-size:.8rem;color:#5b6a64}
"""
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}
FOOTER = "This page is part of a stand-in for {vendor}. Nothing here is real, and no mail is sent."


@dataclass(frozen=True)
class Field:
    """One input of a registration form; a choice if it has `choices`."""

    name: str
    label: str
    kind: str
    autocomplete: str
    max_length: int
    is_required: bool = True
    choices: tuple[tuple[str, str], ...] = ()
    """Value and text of each."""


def page(vendor: str, title: str, body: str) -> str:
    """A whole page; `title` is text, `body` is safe HTML."""
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{escape(title)}</title><style>{STYLE}</style></head>"
        f"<body><main>{body}<footer>{FOOTER.format(vendor=vendor)}</footer></main></body></html>"
    )


def response(vendor: str, status: int, title: str, body: str) -> web.Response:
    """A whole page as a response; `body` is safe HTML."""
    text = page(vendor, title, body)
    return web.Response(status=status, text=text, content_type="text/html", headers=HEADERS)


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
    required = " required" if field.is_required else ""
    return f'<label for="{field.name}">{escape(field.label)}</label>{_control(field, value, required + problem)}{below}'


def _control(field: Field, value: str, flags: str) -> str:
    named = f'id="{field.name}" name="{field.name}"'
    if not field.choices:
        return (
            f'<input {named} type="{field.kind}" value="{escape(value)}"'
            f' maxlength="{field.max_length}" autocomplete="{field.autocomplete}"{flags}>'
        )
    options = "".join(
        f'<option value="{escape(one)}"{" selected" if one == value else ""}>{escape(text)}</option>'
        for one, text in (("", ""), *field.choices)
    )
    return f"<select {named}{flags}>{options}</select>"
