"""Render our own pages from the templates: no script, nothing loaded from elsewhere, the style allowed by its hash."""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path

from aiohttp import web
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from bot.web.page_model import FormText, PageText, Refresh

TEMPLATES = Path(__file__).with_name("templates")


def _environment(style: str) -> Environment:
    env = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    env.globals["style"] = Markup(style)  # noqa: S704 - our own file; escaping would change it and break its hash
    return env


def _headers(style: str) -> dict[str, str]:
    style_hash = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return {
        "Content-Security-Policy": f"default-src 'none'; style-src 'sha256-{style_hash}'; form-action 'self'; "
        "base-uri 'none'; frame-ancestors 'none'",
        "Referrer-Policy": "no-referrer",  # the URL contains a token
        "Cache-Control": "no-store",
        "X-Robots-Tag": "noindex, nofollow",
        "X-Content-Type-Options": "nosniff",
    }


_STYLE = (TEMPLATES / "style.css").read_text(encoding="utf-8")
_ENVIRONMENT = _environment(_STYLE)
_PAGE, _FORM = _ENVIRONMENT.get_template("page.html"), _ENVIRONMENT.get_template("form.html")
HEADERS = _headers(_STYLE)


def page_html(page: PageText, refresh: Refresh | None = None) -> str:
    """A complete document with a text; with `refresh`, it reloads itself or offers to."""
    return _PAGE.render(page=page, refresh=refresh)


def form_html(form: FormText) -> str:
    """A complete document with the registration form."""
    return _FORM.render(page=form)


def response(status: int, html: str, *, retry_after: int = 0) -> web.Response:
    """The document with the security headers, and `Retry-After` if it is set."""
    headers = HEADERS | ({"Retry-After": str(retry_after)} if retry_after else {})
    return web.Response(status=status, text=html, content_type="text/html", headers=headers)


def redirect(status: int, url: str) -> web.Response:
    """A redirect that reveals no referrer."""
    return web.Response(status=status, headers=HEADERS | {"Location": url})
