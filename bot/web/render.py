"""Render our own pages from the templates. The style and the script in them are allowed by their hashes."""

from __future__ import annotations

from urllib.parse import quote

from aiohttp import web
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from bot.web.page_look import TEMPLATES, PageLook
from bot.web.page_model import FormText, PageText, Refresh


class PageRenderer:
    """Makes documents of pages, and responses of documents."""

    def __init__(self, look: PageLook) -> None:
        """Read the templates; all pages look like this."""
        environment = _environment(look)
        self._page, self._form = environment.get_template("page.html"), environment.get_template("form.html")
        self.headers = look.headers

    def page_html(self, page: PageText, refresh: Refresh | None = None) -> str:
        """A complete document with a text; with `refresh`, it reloads itself or offers to."""
        return self._page.render(page=page, refresh=refresh)

    def form_html(self, form: FormText) -> str:
        """A complete document with the registration form."""
        return self._form.render(page=form)

    def response(self, status: int, html: str, *, retry_after: int = 0) -> web.Response:
        """The document with the security headers, and `Retry-After` if it is set."""
        headers = self.headers | ({"Retry-After": str(retry_after)} if retry_after else {})
        return web.Response(status=status, text=html, content_type="text/html", headers=headers)

    def redirect(self, status: int, url: str) -> web.Response:
        """A redirect that reveals no referrer."""
        return web.Response(status=status, headers=self.headers | {"Location": url})

    def calendar(self, name: str, content: bytes) -> web.Response:
        """A calendar file to save under this name."""
        disposition = f"attachment; filename=webinar.ics; filename*=UTF-8''{quote(name, safe='')}"
        headers = self.headers | {"Content-Disposition": disposition}
        return web.Response(body=content, content_type="text/calendar", charset="utf-8", headers=headers)


def _environment(look: PageLook) -> Environment:
    env = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    env.globals["look"] = look
    # Our own files; escaping would change them and break their hashes.
    env.globals["style"] = Markup(look.style)  # noqa: S704
    env.globals["script"] = Markup(look.script)  # noqa: S704
    return env
