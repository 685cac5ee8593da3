"""What each of our own pages says by how it stands with a registration, and when the page looks again."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.models import Audience, Webinar
from bot.registrants import Applicant
from bot.store.applications import ApplicationState
from bot.views.blocks import one_line
from bot.views.facts import Stage, is_full, stage
from bot.web import markup, sign_up
from bot.web.visit import DOORS, Visit
from bot.when import say_length

SOON = 20
"""Seconds after which a page looks again where something happens by itself."""
MINUTE = 60
NEAR = DOORS + timedelta(hours=1)
A_MINUTE = 2
"""People of the line whom RingCentral's budget lets us register in a minute."""

OFF = (ApplicationState.LEAVING, ApplicationState.LEFT, ApplicationState.STOPPED)
UNDECIDED = (ApplicationState.WAITING, ApplicationState.ASKED)
NEVER_CAME = (ApplicationState.THERE, ApplicationState.REFUSED)
ENDED = (Stage.OVER, Stage.CANCELLED)

OVER = "This webinar is over"
CANCELLED = "This webinar is cancelled"
NOT_LISTED = "You are not on the list"
IN_LINE = "You are in line"
REGISTERED = "You are registered"
BEFORE = "This address was registered before"
REFUSED = "You are not registered"
CLOSED = "Registration for this webinar is closed. If it opens again, this page has the form."
FULL = "This webinar is full: no more registrations are taken. If there is room again, this page has the form."
ANYONE = "Nobody needs to register for this webinar: everyone with its link can join."
CONSENT = (
    "By registering you agree that your name and your e-mail address are passed to RingCentral and to whoever "
    "organises this webinar, to let you in and to tell you about it."
)
REASONS = {
    "closed": "RingCentral takes no registrations for this webinar just now: it is closed or full.",
    "answers": "RingCentral wants answers for this webinar that only its own registration page asks for.",
    "over": "Nobody can register for this webinar any more.",
    "unclear": "RingCentral gave no clear answer for an hour, so this was given up. Please register again.",
}
"""By the code of what kept somebody from being registered; the vendor's own end in the parameter at fault."""
KEPT_ON = (
    "RingCentral has refused to take you off the list, so you are registered still. Try again, or ask whoever "
    "organises this webinar."
)
ADDRESS = (
    "RingCentral did not take this e-mail address. Some webinars are only for addresses at work: register with yours."
)
REASON = "RingCentral did not take this registration. Register again, or ask whoever organises this webinar."


@dataclass(frozen=True)
class Saying:
    """A page before it is sent; `body` is HTML. `again` is after how many seconds it looks again, 0 for never."""

    status: int
    heading: str
    body: str
    again: int = 0


def joining(visit: Visit) -> Saying:
    """The join page of somebody who is not sent on."""
    if visit.stage in ENDED or visit.state in (*UNDECIDED, *NEVER_CAME):
        return _not_registered(visit)
    if visit.state in OFF:
        text = (
            "Your registration was cancelled, so this link leads nowhere any more. To come after all, register again."
        )
        return Saying(410, NOT_LISTED, _about(visit) + markup.paragraph(text))
    near = visit.webinar.start - visit.now <= NEAR
    text = "You are registered. From 15 minutes before the start, this page lets you in."
    return Saying(200, "It has not started yet", _about(visit) + markup.status(text), MINUTE if near else 0)


def lost(visit: Visit) -> Saying:
    """It is time, and RingCentral tells of no other way in than this page."""
    text = "RingCentral tells no other link of yours than this page. Ask whoever organises this webinar to let you in."
    return Saying(404, "Your own link is not known here", _about(visit) + markup.paragraph(text))


def cancelling(visit: Visit) -> Saying:
    """The cancel page: asks, or tells how far it is."""
    if visit.state is ApplicationState.LEAVING:
        text = "RingCentral is being told. There is nothing more for you to do."
        return Saying(200, "You are being taken off the list", _about(visit) + markup.status(text), SOON)
    if visit.state in OFF:
        return Saying(200, "You are off the list", _about(visit) + markup.status("Your registration is cancelled."))
    if visit.stage in ENDED or visit.state in (ApplicationState.ASKED, *NEVER_CAME):
        return _not_registered(visit)
    text = "Your registration for this webinar will be cancelled, and your join link stops working. To keep your place,"
    asks = markup.paragraph(f"{text} just close this page.") + markup.question("Take Me Off the List")
    kept_on = markup.status(KEPT_ON) if visit.problem and visit.state is ApplicationState.REGISTERED else ""
    return Saying(200, "Take you off the list?", _about(visit) + kept_on + asks)


def standing(visit: Visit) -> Saying:
    """What became of a form that was sent."""
    if visit.state in OFF:
        return cancelling(visit)
    if visit.stage in ENDED or visit.state is not ApplicationState.REGISTERED:
        return _not_registered(visit)
    links = [markup.link("Join this webinar", visit.join_url), markup.link("Cancel my registration", visit.cancel_url)]
    keep = markup.status("These two links are yours alone. Keep them as bookmarks, or copy them somewhere.")
    return Saying(200, REGISTERED, _about(visit) + keep + "".join(f"<p>{one}</p>" for one in links))


def no_form(webinar: Webinar, now: datetime) -> Saying | None:
    """Why nobody can register just now; nothing where they can, as far as is known."""
    at, read = stage(webinar, now), webinar.registration
    if at in ENDED:
        return _ended(at, about(webinar))
    text = ""
    if webinar.audience is Audience.ANYONE:
        link = webinar.attendee_link
        body = markup.paragraph(ANYONE) + (f"<p>{markup.link('Join', link)}</p>" if link else "")
        return Saying(200, heading(webinar), about(webinar, title=False) + body)
    if read:
        text = FULL if is_full(read) else "" if read.is_open else CLOSED
    return Saying(200, heading(webinar), about(webinar, title=False) + markup.status(text)) if text else None


def form(
    webinar: Webinar, typed: Applicant, hidden: str, *, wrong: Mapping[str, str] | None = None, trouble: str = ""
) -> str:
    """The registration form with what was typed, what is wrong with it, and what kept it from being taken."""
    wrong = wrong or {}
    lines = [("", trouble)] * bool(trouble) + list(wrong.items())
    values = {
        sign_up.FIRST_NAME: typed.first_name,
        sign_up.LAST_NAME: typed.last_name,
        sign_up.EMAIL: typed.email,
    }
    inputs = "".join(markup.text_input(one, values[one.name], wrong.get(one.name, "")) for one in sign_up.FIELDS)
    inside = markup.hidden(sign_up.FORM, hidden) + inputs + markup.trap(sign_up.TRAP, "Leave this empty")
    head = markup.summary("Please look at this", lines) if lines else ""
    consent = markup.hint(CONSENT, "consent")
    return head + about(webinar, title=False) + markup.form(inside + consent, "Register", "consent")


def about(webinar: Webinar, *, title: bool = True) -> str:
    """What it is and when."""
    name = one_line(webinar.title) if title else ""
    return markup.about(name, webinar.start, say_length(webinar.length), webinar.time_zone)


def wait(seconds: float) -> str:
    """How long until, in words."""
    minutes = math.ceil(seconds / 60)
    return "in a minute" if minutes <= 1 else f"in {minutes} minutes"


def heading(webinar: Webinar) -> str:
    """What stands above the form, and above why there is none."""
    return f"Register for {one_line(webinar.title)}"


def _about(visit: Visit) -> str:
    return about(visit.webinar)


def _not_registered(visit: Visit) -> Saying:
    """For somebody who is not, or not yet, on the list, and for everybody where there is no list any more."""
    if visit.stage in ENDED:
        return _ended(visit.stage, _about(visit))
    if visit.state is ApplicationState.THERE:
        text = "Somebody has registered with it earlier. Use the link that it got then: it was shown or mailed to them."
        return Saying(410, BEFORE, _about(visit) + markup.status(text))
    if visit.state is ApplicationState.REFUSED:
        page = visit.webinar.registration.page_uri if visit.webinar.registration else ""
        there = f"<p>{markup.link('Register at RingCentral', page)}</p>" if page and visit.problem == "answers" else ""
        return Saying(410, REFUSED, _about(visit) + markup.status(_reason(visit.problem)) + there)
    return Saying(200, IN_LINE, _about(visit) + markup.status(_place(visit)), SOON)


def _reason(problem: str) -> str:
    return ADDRESS if problem.endswith(" email") else REASONS.get(problem, REASON)


def _ended(at: Stage, what: str) -> Saying:
    return Saying(
        410, CANCELLED if at is Stage.CANCELLED else OVER, what + markup.paragraph("There is nothing more to do here.")
    )


def _place(visit: Visit) -> str:
    people = "Nobody is" if not visit.ahead else "1 person is" if visit.ahead == 1 else f"{visit.ahead:,} people are"
    minutes = math.ceil((visit.ahead + 1) / A_MINUTE)
    long = "a minute" if minutes == 1 else f"{minutes} minutes"
    return f"{people} before you. It takes about {long}, also if you don’t stay: come back to this address."
