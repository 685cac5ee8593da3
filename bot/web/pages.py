"""Serve the pages on which people outside Slack register, join and cancel."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import math
import secrets
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from aiohttp import web

from bot.errors import NotFound, ProviderError
from bot.model.question import QuestionSet
from bot.model.registrant import RegistrantDetails
from bot.model.webinar import Webinar
from bot.registration.own_pages.page_context import AlreadyQueued, QueueFull, RegistrationGone
from bot.registration.own_pages.service import READ_LINK, OwnPages
from bot.registration.own_pages.tokens import TokenExpired
from bot.web import page_text, render, signup_form
from bot.web.ip_rate_limit import IpRateLimit, client_of
from bot.web.limits import BODY_TIMEOUT
from bot.web.page_model import PageText

log = logging.getLogger(__name__)

MAX_BYTES = 16_384
QUEUE_FULL_RETRY = 600
"""Seconds until the queue may be shorter."""
STATUS_TOKEN, PAUSED = "done", "still"
"""Query parameters: the token of the status page; do not refresh."""
UNREADABLE = "This form can’t be read: it is too large, came too slowly, or was not made by this page."
FORM_TYPE = "application/x-www-form-urlencoded"

Handler = Callable[[web.Request], Awaitable[web.Response]]


def add_routes(app: web.Application, own_pages: OwnPages, rate_limit: IpRateLimit) -> None:
    """Add `/join/{token}`, `/cancel/{token}` and `/register/{token}`."""
    pages, names = Pages(own_pages, rate_limit), own_pages.provider_names
    app.router.add_get("/join/{token}", _with_error_pages(pages.join, names))
    app.router.add_get("/cancel/{token}", _with_error_pages(pages.show_cancel, names))
    app.router.add_post("/cancel/{token}", _with_error_pages(pages.cancel, names))
    app.router.add_get("/register/{token}", _with_error_pages(pages.show_form, names))
    app.router.add_post("/register/{token}", _with_error_pages(pages.submit_form, names))


class Pages:
    """The request handlers: parse the request, call `OwnPages`, render the result."""

    def __init__(self, own_pages: OwnPages, rate_limit: IpRateLimit) -> None:
        """`rate_limit` counts the valid forms of each client."""
        self._own_pages = own_pages
        self._rate_limit = rate_limit

    async def join(self, request: web.Request) -> web.Response:
        """Redirect to the registrant's own link, or show when that will be possible."""
        context = await self._own_pages.join_context(request.match_info["token"])
        if not context.can_join:
            return _page(request, page_text.join_page(context))
        link = await self._own_pages.personal_link(context)
        return render.redirect(302, link) if link else _page(request, page_text.no_personal_link(context))

    async def show_cancel(self, request: web.Request) -> web.Response:
        """Ask before canceling, because mail programs open links; or show the progress."""
        return _page(request, page_text.cancel_page(await self._own_pages.cancel_context(request.match_info["token"])))

    async def cancel(self, request: web.Request) -> web.Response:
        """Queue the removal and redirect back to the cancel page, which shows the progress."""
        token = request.match_info["token"]
        await self._own_pages.cancel(token)
        return render.redirect(303, token)

    async def show_form(self, request: web.Request) -> web.Response:
        """Show the form, the reason why there is none, or the status of a form that was sent."""
        if status_token := request.query.get(STATUS_TOKEN):
            return _page(request, page_text.status_page(await self._own_pages.status_context(status_token)))
        webinar, now = await self._own_pages.webinar_of(request.match_info["token"])
        if closed := page_text.closed_page(webinar, now):
            return _page(request, closed)
        empty = RegistrantDetails(first_name="", last_name="", email="")
        questions = await self._own_pages.questions.get(webinar, READ_LINK)
        return _form(200, SignupForm(webinar, questions, empty, self._own_pages.form_token(webinar)))

    async def submit_form(self, request: web.Request) -> web.Response:
        """Queue the person, or show the form again with everything that was entered and the errors."""
        token = request.match_info["token"]
        webinar, now = await self._own_pages.webinar_of(token)
        if closed := page_text.closed_page(webinar, now):
            return _page(request, closed, status=closed.status if closed.status > 400 else 403)
        fields = await _fields(request)
        questions = await self._own_pages.questions.get(webinar, READ_LINK)
        entered = signup_form.registrant_details(fields, questions)
        form = SignupForm(webinar, questions, entered, fields.get(signup_form.FORM_TOKEN, ""))
        if errors := signup_form.field_errors(entered, questions):
            return _form(400, form, errors=errors)
        if signup_form.is_honeypot_filled(fields):
            return _form(400, form, problem=signup_form.HONEYPOT_FILLED)
        if wait := self._rate_limit.acquire(_client(request)):
            problem = (
                f"Too many people have registered from your network. Press Register again {page_text.wait_text(wait)}."
            )
            return _form(429, form, problem=problem, retry_after=math.ceil(wait))
        return await self._register(token, form)

    async def _register(self, token: str, form: SignupForm) -> web.Response:
        try:
            status_token = await self._own_pages.register(token, form.entered, form.token)
        except AlreadyQueued as error:
            return _form(409, form, problem=error.sentence)
        except QueueFull as error:
            return _form(503, form, problem=error.sentence, retry_after=QUEUE_FULL_RETRY)
        return render.redirect(303, f"{token}?{STATUS_TOKEN}={status_token}")


@dataclass(frozen=True)
class SignupForm:
    """A form of a webinar with its questions, what was entered, and the token with which it counts as one request."""

    webinar: Webinar
    questions: QuestionSet
    entered: RegistrantDetails
    token: str


def _form(
    status: int, form: SignupForm, *, errors: dict[str, str] | None = None, problem: str = "", retry_after: int = 0
) -> web.Response:
    text = page_text.form_page(
        form.webinar, form.entered, form.token, questions=form.questions, errors=errors, problem=problem
    )
    return render.response(status, render.form_html(text), retry_after=retry_after)


def _page(request: web.Request, page: PageText, *, status: int = 0, retry_after: int = 0) -> web.Response:
    """Render a page. If it refreshes itself, the visitor can stop that."""
    refresh = page_text.refresh(page, request.query.get(STATUS_TOKEN, ""), is_paused=PAUSED in request.query)
    return render.response(status or page.status, render.page_html(page, refresh), retry_after=retry_after)


def _client(request: web.Request) -> str:
    return client_of(request.remote or "", ",".join(request.headers.getall("X-Forwarded-For", [])))


async def _fields(request: web.Request) -> dict[str, str]:
    """The fields of the body. Raises the HTTP error if it is not a form, too large or too slow."""
    if request.content_type != FORM_TYPE:
        raise web.HTTPUnsupportedMediaType
    too_large = web.HTTPRequestEntityTooLarge(max_size=MAX_BYTES, actual_size=request.content_length or 0)
    if (request.content_length or 0) > MAX_BYTES:
        raise too_large
    raw = bytearray()
    try:
        async with asyncio.timeout(BODY_TIMEOUT):
            while chunk := await request.content.readany():
                raw += chunk
                if len(raw) > MAX_BYTES:
                    raise too_large
    except (TimeoutError, ConnectionError):  # too slow, or disconnected before the end of the body
        raise web.HTTPRequestTimeout from None
    with contextlib.suppress(ValueError):
        return signup_form.parse_body(bytes(raw))
    raise web.HTTPBadRequest


def _with_error_pages(handler: Handler, providers: Sequence[str]) -> Handler:
    """Turn every exception into a page, and log neither a token nor an address. `providers` are their names."""

    async def handle(request: web.Request) -> web.Response:
        try:
            return await handler(request)
        except web.HTTPException as error:
            return _page(request, PageText(error.status, error.reason, text=UNREADABLE))
        except NotFound as error:
            return _page(request, PageText(404, "There is no such page", text=error.sentence))
        except TokenExpired as error:
            return _page(request, PageText(410, "This link has expired", text=error.sentence))
        except RegistrationGone as error:
            return _page(request, PageText(410, page_text.NOT_LISTED, text=error.sentence))
        except ProviderError as error:
            log.warning("page.unavailable", extra={"reason": error.sentence})
            unavailable = page_text.unavailable_page(providers)
            return _page(request, unavailable, retry_after=unavailable.refresh_s)
        except Exception:
            reference = secrets.token_hex(3).upper()
            log.exception("page.failed", extra={"reference": reference})
            text = f"Something unexpected happened. Try again; if it happens again, pass on the reference {reference}."
            return _page(request, PageText(500, "This did not work", text=text))

    return handle
