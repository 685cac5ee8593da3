"""The text of each of our own pages, by the state of the registration and the webinar, and when the page refreshes."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from urllib.parse import quote

from bot.model.ability import Ability
from bot.model.lifecycle import JOIN_WINDOW, Stage, is_full, stage
from bot.model.question import STANDARD, QuestionSet
from bot.model.registrant import RegistrantDetails
from bot.model.webinar import Audience, Webinar, one_line_title
from bot.providers.event_ref import provider_name
from bot.providers.names import any_of, named
from bot.registration.own_pages.page_context import PageContext
from bot.registration.request_state import FOR_APPROVAL
from bot.registration.request_table import RequestState
from bot.web import signup_form
from bot.web.event_text import announcement, event_text
from bot.web.form_limits import FormLimit, FormRefusal
from bot.web.page_model import EventText, FieldText, FormError, FormText, HiddenInput, Link, PageText, Refresh
from bot.web.waiting_page import REFRESH_SLOWLY, REFRESH_SOON, end_of_line, is_emailed, waiting_page

ADD_TO_CALENDAR = "Add to Calendar"
CALENDAR = "calendar=1"
"""The query of a page that asks for its calendar file."""
NEAR_START = JOIN_WINDOW + timedelta(hours=1)
"""From then on, the join page refreshes."""

CANCELED = (RequestState.CANCELING, RequestState.CANCELED, RequestState.STOPPED)
UNDECIDED = (RequestState.WAITING, RequestState.REGISTERING)
NOT_REGISTERED = (RequestState.ALREADY_REGISTERED, RequestState.REFUSED)
ENDED = (Stage.OVER, Stage.CANCELED)

WEBINAR_OVER = "This webinar is over"
WEBINAR_CANCELED = "This webinar is canceled"
REGISTRATION_CANCELED = "Your registration is canceled"
TO_COME_AFTER_ALL = "If you change your mind, register again on the page where you registered."
TO_COME_FROM_HERE = "If you change your mind, you can register again."
CLOSE_PAGE = "You can close this page."
IN_CALENDAR = "If it is in your calendar, remove it there."
REGISTERED = "You are registered"
ALSO_EMAILED = "{provider} also emails you your join link."
JOIN_HERE_LATER = "You are registered. From 15 minutes before the start, you can join on this page."
REGISTERED_BEFORE = "This address is already registered"
REFUSED = "You are not registered"
CLOSED = "Registration for this webinar is closed. If it opens again, you can register on this page."
FULL = "This webinar is full. If a spot opens up, you can register on this page."
ELSEWHERE = "Registration for this webinar is on its page at {provider}, not here."
OPEN_TO_ALL = "Nobody needs to register for this webinar: everyone with its link can join."
CONSENT = (
    "By registering, you agree that {what} are shared with {provider} and the organizers of this webinar, to let you "
    "in and to send you updates about it."
)
NAME_AND_EMAIL = "your name and email address"
WITH_ANSWERS = "your name, email address and answers"
WAITS = "Your registration is waiting for approval"
WAITS_TEXT = "Once an organizer approves your registration, your join link will work."
BOOKMARK = "Bookmark this page to find your links again."
REASONS = {
    "answers": "This webinar has questions that can be answered only on the registration page at {provider}.",
    "over": "Registration for this webinar has ended.",
    "unclear": "{provider} did not confirm your registration within an hour. Register again.",
}
"""By our code of the problem. A code of the vendor ends in the name of the invalid parameter."""
FINAL = ("answers", "over")
"""Problems that are the same with another form."""
REGISTER_AGAIN = "Register Again"
REMOVAL_REFUSED = (
    "{provider} did not cancel your registration, so you are still registered. Try again, or contact the organizer of "
    "this webinar."
)
ADDRESS_REFUSED = (
    "{provider} did not accept this email address. Some webinars accept only work addresses: register with yours."
)
OTHER_REASON = "{provider} did not accept this registration. Register again, or contact the organizer of this webinar."
TOO_MANY_FORMS = {
    FormLimit.NETWORK: "Too many people have registered from your network.",
    FormLimit.PERSON: "This email address was sent too often.",
}

PUBLIC_CALENDAR = Link(ADD_TO_CALENDAR, f"?{CALENDAR}")


def join_page(context: PageContext) -> PageText:
    """The join page of a person who cannot join now."""
    if context.stage in ENDED or context.state in (*UNDECIDED, *NOT_REGISTERED):
        return _not_registered(context)
    if context.state in CANCELED:
        text = f"This link no longer works. {_after_canceling(context)}"
        return PageText(410, REGISTRATION_CANCELED, event_text(context.webinar), text=text)
    if context.problem == FOR_APPROVAL:
        return no_personal_link(context)
    is_near = context.webinar.start - context.now <= NEAR_START
    return PageText(
        200,
        "This webinar has not started yet",
        event_text(context.webinar),
        notice=JOIN_HERE_LATER,
        links=(_own_calendar(context),),
        refresh_s=REFRESH_SLOWLY if is_near else 0,
    )


def no_personal_link(context: PageContext) -> PageText:
    """The join page of a person who may join, but whose own link is not known: perhaps it waits for approval."""
    if context.problem == FOR_APPROVAL:
        return PageText(200, WAITS, event_text(context.webinar), notice=WAITS_TEXT, refresh_s=REFRESH_SLOWLY)
    provider = provider_name(context.webinar.id)
    text = f"{provider} has no other link for you. Ask the organizer of this webinar to let you in."
    return PageText(404, "Your own link is not known here", event_text(context.webinar), text=text)


def unavailable_page(providers: Sequence[str]) -> PageText:
    """The page while a provider, one of these names, cannot be reached."""
    return PageText(
        503,
        f"{any_of(providers)} can’t be reached just now",
        text="Nothing is wrong with your link. Please try again in a minute.",
        refresh_s=REFRESH_SLOWLY,
    )


def cancel_page(context: PageContext) -> PageText:
    """The cancel page: a question, or the progress of the removal."""
    event = event_text(context.webinar)
    if context.state is RequestState.CANCELING:
        notice = f"This takes {provider_name(context.webinar.id)} a moment. You can close this page."
        return PageText(200, "Canceling your registration", event, notice=notice, refresh_s=REFRESH_SOON)
    if context.state in CANCELED:
        return PageText(200, REGISTRATION_CANCELED, event, notice=_after_canceling(context))
    if context.stage in ENDED or context.state in (RequestState.REGISTERING, *NOT_REGISTERED):
        return _not_registered(context)
    was_refused = context.problem not in ("", FOR_APPROVAL) and context.state is RequestState.REGISTERED
    return PageText(
        200,
        "Cancel your registration?",
        event,
        notice=named(REMOVAL_REFUSED, context.webinar.id) if was_refused else "",
        text="Your join link will stop working. To keep your spot, close this page.",
        button="Cancel Registration",
    )


def status_page(context: PageContext) -> PageText:
    """The page that is shown after a form was sent."""
    if context.state in (RequestState.CANCELED, RequestState.STOPPED) and context.stage not in ENDED:
        return replace(cancel_page(context), notice=TO_COME_FROM_HERE, links=(Link(REGISTER_AGAIN, "?"),))
    if context.state in CANCELED:
        return cancel_page(context)
    if context.stage in ENDED or context.state is not RequestState.REGISTERED:
        page = _not_registered(context)
        can_try_again = page.heading == REFUSED and context.problem not in FINAL
        return replace(page, links=(*page.links, Link(REGISTER_AGAIN, "?"))) if can_try_again else page
    links = (
        Link("Join Webinar", context.join_url),
        _own_calendar(context),
        Link("Cancel Registration", context.cancel_url),
    )
    if context.problem == FOR_APPROVAL:
        return PageText(200, WAITS, event_text(context.webinar), notice=WAITS_TEXT, text=BOOKMARK, links=links)
    return PageText(
        200,
        REGISTERED,
        event_text(context.webinar),
        notice=f"{BOOKMARK} They are personal: please don’t share them.",
        text=named(ALSO_EMAILED, context.webinar.id) if is_emailed(context) else "",
        links=links,
    )


def closed_page(webinar: Webinar, now: datetime, speakers: Sequence[str] = ()) -> PageText | None:
    """The reason why registration is not possible now; `None` if the form can be shown."""
    at, registration = stage(webinar, now), webinar.registration
    if at in ENDED:
        return _ended(at, event_text(webinar))
    page = PageText(200, one_line_title(webinar.title), announcement(webinar, speakers))
    if Ability.OWN_PAGES not in webinar.abilities and webinar.audience is not Audience.ANYONE:
        url = registration.page_uri if registration else ""
        links = (Link(f"Register at {provider_name(webinar.id)}", url),) if url else ()
        return replace(page, text=named(ELSEWHERE, webinar.id), links=links)
    if webinar.audience is Audience.ANYONE:
        links = (Link("Join", webinar.attendee_link),) if webinar.attendee_link else ()
        return replace(page, text=OPEN_TO_ALL, links=(*links, PUBLIC_CALENDAR))
    if registration and is_full(registration):
        return replace(page, notice=FULL)
    return replace(page, notice=CLOSED) if registration and not registration.is_open else None


def form_page(
    webinar: Webinar,
    entered: RegistrantDetails,
    form_token: str,
    *,
    questions: QuestionSet = STANDARD,
    speakers: Sequence[str] = (),
    errors: Mapping[str, str] | None = None,
    problem: str = "",
) -> FormText:
    """The registration form with what was entered; `problem` is an error of the form as a whole.

    With an error it has no description, which the visitor has read.
    """
    by_field = errors or {}
    event = announcement(webinar, speakers)
    if errors or problem:
        event = replace(event, description="")
    values = signup_form.values_of(entered, questions)
    fields = tuple(
        _field_text(field, values[field.name], by_field.get(field.name, ""))
        for field, _ in signup_form.fields_of(questions, webinar.time_zone)
    )
    whole = (FormError("", problem),) if problem else ()
    return FormText(
        heading=register_heading(webinar),
        event=event,
        token=HiddenInput(signup_form.FORM_TOKEN, form_token),
        fields=fields,
        errors=(*whole, *(FormError(name, text) for name, text in by_field.items())),
        honeypot=signup_form.HONEYPOT,
        consent=named(CONSENT.replace("{what}", WITH_ANSWERS if questions.asked else NAME_AND_EMAIL), webinar.id),
        calendar=PUBLIC_CALENDAR,
    )


def _field_text(field: signup_form.Field, values: Sequence[str], error: str) -> FieldText:
    of_checkboxes = field.type == signup_form.CHECKBOXES
    chosen = frozenset(f"{field.name}.{value}" if of_checkboxes else value for value in values)
    return FieldText(**vars(field), value=next(iter(values), ""), error=error, chosen=chosen)


def refresh(page: PageText, status_token: str, *, is_paused: bool) -> Refresh | None:
    """How a page refreshes, if it does. `status_token` is kept in the URL; empty if there is none."""
    if not page.refresh_s:
        return None
    url = f"?done={quote(status_token)}" if status_token else "?"
    return Refresh(page.refresh_s, url, f"{url}{'&' if status_token else ''}still=1", is_paused)


def too_many_forms(refusal: FormRefusal) -> str:
    """Why a form is refused for now, and when to send it again."""
    return f"{TOO_MANY_FORMS[refusal.limit]} Press Register again {wait_text(refusal.wait)}."


def wait_text(seconds: float) -> str:
    """A waiting time in words."""
    minutes = math.ceil(seconds / 60)
    return "in a minute" if minutes <= 1 else f"in {minutes} minutes"


def register_heading(webinar: Webinar) -> str:
    """The heading of the registration page."""
    return f"Register for {one_line_title(webinar.title)}"


def _own_calendar(context: PageContext) -> Link:
    return Link(ADD_TO_CALENDAR, f"{context.join_url}?{CALENDAR}")


def _after_canceling(context: PageContext) -> str:
    return CLOSE_PAGE if context.stage in ENDED else TO_COME_AFTER_ALL


def _not_registered(context: PageContext) -> PageText:
    """For people who are not registered, or not yet, and for everybody once the webinar has ended."""
    event = event_text(context.webinar)
    if context.stage in ENDED:
        return _ended(context.stage, event)
    if context.state is RequestState.ALREADY_REGISTERED:
        text = "Use the link from that registration: it was shown on the page then, or sent by email."
        return PageText(410, REGISTERED_BEFORE, event, notice=text)
    if context.state is RequestState.REFUSED:
        url = context.webinar.registration.page_uri if context.webinar.registration else ""
        page = Link(f"Register at {provider_name(context.webinar.id)}", url)
        links = (page,) if url and context.problem == "answers" else ()
        return PageText(410, REFUSED, event, notice=named(_reason(context), context.webinar.id), links=links)
    return waiting_page(context, event)


def _reason(context: PageContext) -> str:
    if context.problem == "closed":
        return end_of_line(context)
    return ADDRESS_REFUSED if context.problem.endswith(" email") else REASONS.get(context.problem, OTHER_REASON)


def _ended(at: Stage, event: EventText) -> PageText:
    heading = WEBINAR_CANCELED if at is Stage.CANCELED else WEBINAR_OVER
    return PageText(410, heading, event, text=IN_CALENDAR if at is Stage.CANCELED else CLOSE_PAGE)
