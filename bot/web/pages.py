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
from bot.model.lifecycle import is_coming_or_live
from bot.model.question import QuestionSet
from bot.model.registrant import RegistrantDetails
from bot.model.webinar import Webinar
from bot.registration.own_pages.page_context import AlreadyQueued, QueueFull, RegistrationGone
from bot.registration.own_pages.service import READ_LINK, OwnPages
from bot.registration.own_pages.tokens import TokenExpired
from bot.web import event_text, page_text, signup_form
from bot.web.form_limits import FormLimits, FormRefusal, client_of
from bot.web.limits import BODY_TIMEOUT
from bot.web.page_model import PageText
from bot.web.render import PageRenderer
from bot.webinars.calendar_file import file_name

log = logging.getLogger(__name__)

MAX_BYTES = 16_384
QUEUE_FULL_RETRY = 600
"""Seconds until the queue may be shorter."""
STATUS_TOKEN, PAUSED, CALENDAR = "done", "still", "calendar"
"""Query parameters: the token of the status page; do not refresh; the calendar file instead of the page."""
UNREADABLE = "This form can’t be read: it is too large, came too slowly, or was not made by this page."
FAILED = "Something unexpected happened. Try again; if it happens again, pass on the reference {}."
FORM_TYPE = "application/x-www-form-urlencoded"

Handler = Callable[[web.Request], Awaitable[web.Response]]


def add_routes(app: web.Application, own_pages: OwnPages, form_limits: FormLimits, renderer: PageRenderer) -> None:
    """Add `/join/{token}`, `/cancel/{token}` and `/register/{token}`."""
    pages = Pages(own_pages, form_limits, renderer)
    app.router.add_get("/join/{token}", pages.with_error_pages(pages.join))
    app.router.add_get("/cancel/{token}", pages.with_error_pages(pages.show_cancel))
    app.router.add_post("/cancel/{token}", pages.with_error_pages(pages.cancel))
    app.router.add_get("/register/{token}", pages.with_error_pages(pages.show_form))
    app.router.add_post("/register/{token}", pages.with_error_pages(pages.submit_form))


class Pages:
    """The request handlers: parse the request, call `OwnPages`, render the result."""

    def __init__(self, own_pages: OwnPages, form_limits: FormLimits, renderer: PageRenderer) -> None:
        """`form_limits` counts the valid forms."""
        self._own_pages = own_pages
        self._form_limits = form_limits
        self._renderer = renderer

    async def join(self, request: web.Request) -> web.Response:
        """Redirect to the registrant's own link, or show when that will be possible."""
        context = await self._own_pages.join_context(request.match_info["token"])
        if CALENDAR in request.query and context.has_place:
            content = event_text.personal_calendar(context.webinar, context.join_url, context.now)
            return self._renderer.calendar(file_name(context.webinar), content)
        if not context.can_join:
            return self._page(request, page_text.join_page(context))
        link = await self._own_pages.personal_link(context)
        return self._renderer.redirect(302, link) if link else self._page(request, page_text.no_personal_link(context))

    async def show_cancel(self, request: web.Request) -> web.Response:
        """Ask before canceling, because mail programs open links; or show the progress."""
        context = await self._own_pages.cancel_context(request.match_info["token"])
        return self._page(request, page_text.cancel_page(context))

    async def cancel(self, request: web.Request) -> web.Response:
        """Queue the removal and redirect back to the cancel page, which shows the progress."""
        token = request.match_info["token"]
        await self._own_pages.cancel(token)
        return self._renderer.redirect(303, token)

    async def show_form(self, request: web.Request) -> web.Response:
        """Show the form, the reason why there is none, or the status of a form that was sent."""
        if status_token := request.query.get(STATUS_TOKEN):
            return self._page(request, page_text.status_page(await self._own_pages.status_context(status_token)))
        token = request.match_info["token"]
        webinar, now = await self._own_pages.webinar_of(token)
        if CALENDAR in request.query and is_coming_or_live(webinar, now):
            content = event_text.public_calendar(webinar, self._own_pages.urls.register_page(token), now)
            return self._renderer.calendar(file_name(webinar), content)
        speakers = await self._own_pages.speakers(webinar)
        if closed := page_text.closed_page(webinar, now, speakers):
            return self._page(request, closed)
        empty = RegistrantDetails(first_name="", last_name="", email="")
        questions = await self._own_pages.questions.get(webinar, READ_LINK)
        form = SignupForm(webinar, questions, empty, self._own_pages.form_token(webinar), speakers)
        return self._form(200, form)

    async def submit_form(self, request: web.Request) -> web.Response:
        """Queue the person, or show the form again with everything that was entered and the errors."""
        token = request.match_info["token"]
        webinar, now = await self._own_pages.webinar_of(token)
        if closed := page_text.closed_page(webinar, now):
            return self._page(request, closed, status=closed.status if closed.status > 400 else 403)
        fields = await _fields(request)
        questions = await self._own_pages.questions.get(webinar, READ_LINK)
        entered = signup_form.registrant_details(fields, questions)
        speakers = await self._own_pages.speakers(webinar)
        form = SignupForm(webinar, questions, entered, fields.get(signup_form.FORM_TOKEN, ""), speakers)
        if errors := signup_form.field_errors(entered, questions):
            return self._form(400, form, errors=errors)
        if signup_form.is_honeypot_filled(fields):
            return self._form(400, form, problem=signup_form.HONEYPOT_FILLED)
        if refusal := await self._refusal(request, form):
            problem = page_text.too_many_forms(refusal)
            return self._form(429, form, problem=problem, retry_after=math.ceil(refusal.wait))
        return await self._register(token, form)

    async def _refusal(self, request: web.Request, form: SignupForm) -> FormRefusal | None:
        is_crowded = await self._own_pages.is_crowded(form.webinar)
        session_id, address = form.webinar.session_id, form.entered.address
        return self._form_limits.acquire(_client(request), session_id, address, is_crowded=is_crowded)

    async def _register(self, token: str, form: SignupForm) -> web.Response:
        try:
            status_token = await self._own_pages.register(token, form.entered, form.token)
        except AlreadyQueued as error:
            return self._form(409, form, problem=error.sentence)
        except QueueFull as error:
            return self._form(503, form, problem=error.sentence, retry_after=QUEUE_FULL_RETRY)
        return self._renderer.redirect(303, f"{token}?{STATUS_TOKEN}={status_token}")

    def _form(
        self,
        status: int,
        form: SignupForm,
        *,
        errors: dict[str, str] | None = None,
        problem: str = "",
        retry_after: int = 0,
    ) -> web.Response:
        text = page_text.form_page(
            form.webinar,
            form.entered,
            form.token,
            questions=form.questions,
            speakers=form.speakers,
            errors=errors,
            problem=problem,
        )
        return self._renderer.response(status, self._renderer.form_html(text), retry_after=retry_after)

    def _page(self, request: web.Request, page: PageText, *, status: int = 0, retry_after: int = 0) -> web.Response:
        """Render a page. If it refreshes itself, the visitor can stop that."""
        refresh = page_text.refresh(page, request.query.get(STATUS_TOKEN, ""), is_paused=PAUSED in request.query)
        html = self._renderer.page_html(page, refresh)
        return self._renderer.response(status or page.status, html, retry_after=retry_after)

    def with_error_pages(self, handler: Handler) -> Handler:
        """Turn every exception into a page, and log neither a token nor an address."""

        async def handle(request: web.Request) -> web.Response:
            try:
                return await handler(request)
            except web.HTTPException as error:
                return self._page(request, PageText(error.status, error.reason, text=UNREADABLE))
            except NotFound as error:
                return self._page(request, PageText(404, "There is no such page", text=error.sentence))
            except TokenExpired as error:
                return self._page(request, PageText(410, "This link has expired", text=error.sentence))
            except RegistrationGone as error:
                return self._page(request, PageText(410, page_text.REGISTRATION_CANCELED, text=error.sentence))
            except ProviderError as error:
                log.warning("page.unavailable", extra={"reason": error.sentence})
                unavailable = page_text.unavailable_page(self._own_pages.provider_names)
                return self._page(request, unavailable, retry_after=unavailable.refresh_s)
            except Exception:
                reference = secrets.token_hex(3).upper()
                log.exception("page.failed", extra={"reference": reference})
                return self._page(request, PageText(500, "This did not work", text=FAILED.format(reference)))

        return handle


@dataclass(frozen=True)
class SignupForm:
    """A form of a webinar with its questions, what was entered, and the token with which it counts as one request."""

    webinar: Webinar
    questions: QuestionSet
    entered: RegistrantDetails
    token: str
    speakers: Sequence[str]


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
