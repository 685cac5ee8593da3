"""The pages that people of a webinar open outside Slack: to join, to cancel, and to register."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import math
import secrets
from collections.abc import Awaitable, Callable
from urllib.parse import quote

from aiohttp import web

from bot.errors import NotFound, ProviderError
from bot.models import Webinar
from bot.registrants import Applicant
from bot.tokens import Expired
from bot.web import markup, sayings, sign_up
from bot.web.sayings import Saying
from bot.web.turnstile import Turnstile, visitor
from bot.web.visit import Gone, InLine, LineFull, Pages

log = logging.getLogger(__name__)

MOST_BYTES = 8192
PATIENCE = 10.0
"""Seconds that a form may take to arrive."""
AWAY = "RingCentral can’t be reached just now"
BUSY = "Nothing is wrong with your link. Please try again in a minute."
UNREADABLE = "This form can’t be read: it is too large, came too slowly, or was not made by this page."
FORM_TYPE = "application/x-www-form-urlencoded"
LINE_FULL = 600
"""Seconds after which it is worth to look whether the line has become shorter."""

Handler = Callable[[web.Request], Awaitable[web.Response]]


def add_routes(app: web.Application, pages: Pages, turnstile: Turnstile) -> None:
    """`/join/…`, `/cancel/…` and `/register/…`, each with its token."""
    desk = Desk(pages, turnstile)
    app.router.add_get("/join/{token}", _in_words(desk.join))
    app.router.add_get("/cancel/{token}", _in_words(desk.ask_to_cancel))
    app.router.add_post("/cancel/{token}", _in_words(desk.cancel))
    app.router.add_get("/register/{token}", _in_words(desk.show_form))
    app.router.add_post("/register/{token}", _in_words(desk.take_form))


class Desk:
    """Answers requests; what is decided, and what is done, is decided and done elsewhere."""

    def __init__(self, pages: Pages, turnstile: Turnstile) -> None:
        """Needs nothing else."""
        self._pages = pages
        self._turnstile = turnstile

    async def join(self, request: web.Request) -> web.Response:
        """On to the registrant's own link when it is time, else when that will be."""
        visit = await self._pages.joining(request.match_info["token"])
        if not visit.may_enter:
            return _page(request, sayings.joining(visit))
        link = await self._pages.way_in(visit)
        return markup.onward(302, link) if link else _page(request, sayings.lost(visit))

    async def ask_to_cancel(self, request: web.Request) -> web.Response:
        """Asks before anything is cancelled, since mail programs open links; or tells how far it is."""
        return _page(request, sayings.cancelling(await self._pages.cancelling(request.match_info["token"])))

    async def cancel(self, request: web.Request) -> web.Response:
        """They are taken off the list, and the page they came from tells how far it is."""
        token = request.match_info["token"]
        await self._pages.leave(token)
        return markup.onward(303, token)

    async def show_form(self, request: web.Request) -> web.Response:
        """The form, why there is none, or what became of one that was sent."""
        if place := request.query.get("done"):
            return _page(request, sayings.standing(await self._pages.state(place)))
        webinar, now = await self._pages.registering(request.match_info["token"])
        if saying := sayings.no_form(webinar, now):
            return _page(request, saying)
        nobody = Applicant(first_name="", last_name="", email="")
        return self._form(200, webinar, nobody, self._pages.new_form(webinar))

    async def take_form(self, request: web.Request) -> web.Response:
        """In line, or the form again with everything that was typed and what to do about it."""
        token = request.match_info["token"]
        webinar, now = await self._pages.registering(token)
        if saying := sayings.no_form(webinar, now):
            return _page(request, saying, status=saying.status if saying.status > 400 else 403)
        fields = await _fields(request)
        who, form = sign_up.applicant(fields), fields.get(sign_up.FORM, "")
        wrong = sign_up.wrong(who)
        if wrong or sign_up.is_caught(fields):
            return self._form(400, webinar, who, form, wrong=wrong, trouble="" if wrong else sign_up.CAUGHT)
        forwarded_for = ",".join(request.headers.getall("X-Forwarded-For", []))
        wait = self._turnstile.admit(visitor(request.remote or "", forwarded_for))
        if wait:
            trouble = f"Too many people have registered from your network. Press Register again {sayings.wait(wait)}."
            return self._form(429, webinar, who, form, trouble=trouble, retry_after=math.ceil(wait))
        try:
            place = await self._pages.apply(token, who, form)
        except InLine as known:
            return self._form(409, webinar, who, form, trouble=known.sentence)
        except LineFull as full:
            return self._form(503, webinar, who, form, trouble=full.sentence, retry_after=LINE_FULL)
        return markup.onward(303, f"{token}?done={place}")

    def _form(
        self,
        status: int,
        webinar: Webinar,
        typed: Applicant,
        form: str,
        *,
        wrong: dict[str, str] | None = None,
        trouble: str = "",
        retry_after: int = 0,
    ) -> web.Response:
        body = sayings.form(webinar, typed, form, wrong=wrong, trouble=trouble)
        return markup.response(status, sayings.heading(webinar), body, retry_after=retry_after)


def _page(request: web.Request, saying: Saying, *, status: int = 0, retry_after: int = 0) -> web.Response:
    """The page as it is; one that looks again by itself can be told not to."""
    body, again = saying.body, saying.again
    done = request.query.get("done", "")
    query = f"?done={quote(done)}" if done else "?"
    if again:
        still = f"{query}{'&' if done else ''}still=1"
        if "still" in request.query:
            body, again = f"{body}<p>{markup.link('Look Again', still)}</p>", 0
        else:
            stop = markup.link("Stop That", still)
            body += f'<p class="hint">This page looks again every {again} seconds. {stop}</p>'
    return markup.response(
        status or saying.status, saying.heading, body, again=again, query=query, retry_after=retry_after
    )


async def _fields(request: web.Request) -> dict[str, str]:
    """The fields of a form that is sent. Raises the HTTP answer to one that is none, too large or too slow."""
    if request.content_type != FORM_TYPE:
        raise web.HTTPUnsupportedMediaType
    too_large = web.HTTPRequestEntityTooLarge(max_size=MOST_BYTES, actual_size=request.content_length or 0)
    if (request.content_length or 0) > MOST_BYTES:
        raise too_large
    raw = bytearray()
    try:
        async with asyncio.timeout(PATIENCE):
            while piece := await request.content.readany():
                raw += piece
                if len(raw) > MOST_BYTES:
                    raise too_large
    except (TimeoutError, ConnectionError):  # too slow, or gone before all of it was sent
        raise web.HTTPRequestTimeout from None
    with contextlib.suppress(ValueError):
        return sign_up.typed(bytes(raw))
    raise web.HTTPBadRequest


def _in_words(handler: Handler) -> Handler:
    """Whatever goes wrong becomes a page that says so, and no word of an address or a token gets into the log."""

    async def handle(request: web.Request) -> web.Response:
        try:
            return await handler(request)
        except web.HTTPException as refusal:
            return markup.response(refusal.status, refusal.reason, markup.paragraph(UNREADABLE))
        except NotFound as error:
            return markup.response(404, "There is no such page", markup.paragraph(error.sentence))
        except Expired as error:
            return markup.response(410, "This link has expired", markup.paragraph(error.sentence))
        except Gone as error:
            return markup.response(410, sayings.NOT_LISTED, markup.paragraph(error.sentence))
        except ProviderError as error:
            log.warning("page.unavailable", extra={"reason": error.sentence})
            return _page(request, Saying(503, AWAY, markup.paragraph(BUSY), sayings.MINUTE), retry_after=sayings.MINUTE)
        except Exception:
            reference = secrets.token_hex(3).upper()
            log.exception("unexpected", extra={"reference": reference})
            text = f"Something unexpected happened. Try again; if it happens again, pass on the reference {reference}."
            return markup.response(500, "This did not work", markup.paragraph(text))

    return handle
