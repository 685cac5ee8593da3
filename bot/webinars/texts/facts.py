"""Facts of a webinar as text: stage, times, audience, registration count."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from bot.commands.lengths import length_text
from bot.model.lifecycle import Stage, accepts_registrations, is_coming_or_live, is_full, stage
from bot.model.webinar import Audience, Registration, Status, Webinar, one_line_title
from bot.slack import buttons
from bot.slack.blocks import NAME_IN_LINE, Element, number, plain, relative_time, time_of_day, when

MAX_TYPED_TITLE = 60
RECENT = timedelta(hours=12)
MAX_SPEAKERS = 6
"""Co-hosts and panelists that a card names."""
NOT_READ = "not read yet"


def attendee_button(webinar: Webinar, now: datetime) -> Element | None:
    """Return the main button for attendees: the shared link, or registration; None if there is nothing to do.

    While registration is not possible, the button notifies when it opens, and shows their seat to those who have one.
    """
    if not is_coming_or_live(webinar, now):
        return None
    if webinar.audience is Audience.ANYONE:
        return buttons.join(webinar)
    read = webinar.registration
    if read is None:
        return None
    if stage(webinar, now) is Stage.LIVE:
        return buttons.registration_form(webinar, "Join Now")
    return buttons.register(webinar) if accepts_registrations(read) else buttons.when_open(webinar)


def registrations(webinar: Webinar) -> str:
    """Return how many have registered, and whether more can, in one line."""
    if webinar.audience is Audience.ANYONE:
        return "No registration needed"
    read = webinar.registration
    if read is None:
        return f"Registrations: {NOT_READ}"
    of_limit = (
        f"{read.count:,} of {read.limit:,} registered" if read.limit is not None else f"{read.count:,} registered"
    )
    if is_full(read):
        return f"{of_limit}, full"
    return of_limit if read.is_open else f"{of_limit}, registration is closed"


def seats(webinar: Webinar) -> str:
    """Return what someone who thinks of coming wants to know: whether there is room, and how many come.

    The seats that are left appear only if they are few. Empty if nobody has registered yet.
    """
    read = webinar.registration
    if webinar.audience is Audience.ANYONE:
        return "No registration needed"
    if read is None:
        return "Registration isn't available yet"
    if is_full(read):
        return "Full: all seats are taken"
    if not read.is_open:
        return f"Registration is closed · {read.count:,} registered" if read.count else "Registration is closed"
    if read.limit is not None and is_scarce(read.limit - read.count, read.limit):
        return f"{read.limit - read.count:,} of {number(read.limit, 'seat')} left"
    return f"{read.count:,} registered" if read.count else ""


def is_scarce(left: int, limit: int) -> bool:
    """Whether so few seats are left that readers should know: a quarter of them, or ten."""
    return left <= 10 or 4 * left <= limit


def speakers_line(host_name: str, speakers: Sequence[str], write: Callable[[str, int], str] = plain) -> str:
    """Return who hosts and who speaks; empty if nobody is known. A name appears once.

    `write` makes text of a name and its maximum length: mrkdwn, unless it is for a page.
    """
    host = host_name.strip()
    others = [name for name in dict.fromkeys(speakers) if name.casefold() != host.casefold()]
    shown = [write(name, NAME_IN_LINE) for name in others[:MAX_SPEAKERS]]
    shown += [f"{len(others) - MAX_SPEAKERS} more"] if len(others) > MAX_SPEAKERS else []
    names = " and ".join(part for part in (", ".join(shown[:-1]), *shown[-1:]) if part)
    if not host:
        return f"With {names}" if names else ""
    return f"Hosted by {write(host, NAME_IN_LINE)}" + (f", with {names}" if names else "")


def registrations_with_age(webinar: Webinar, now: datetime) -> str:
    """Return `registrations` with the time at which they were read."""
    read = webinar.registration
    if read is None or webinar.audience is Audience.ANYONE:
        return registrations(webinar)
    return f"{registrations(webinar)} · as of {as_of(read.read_at, now, webinar.time_zone)}"


def as_of(moment: datetime, now: datetime, zone: str) -> str:
    """Return a past moment (mrkdwn) as a time that stays true while it is shown: without its day if it is recent."""
    return time_of_day(moment) if now - moment < RECENT else when(moment, zone)


def registration_state(read: Registration) -> str:
    """Return "Full", "Open" or "Closed"."""
    return "Full" if is_full(read) else "Open" if read.is_open else "Closed"


def timing(webinar: Webinar) -> str:
    """Return start and length (mrkdwn) for the start of a line, with "Today" or "Tomorrow"."""
    return f"{relative_time(webinar.start, webinar.time_zone)}, {length_text(webinar.length)}"


def timing_in_sentence(webinar: Webinar) -> str:
    """Return start and length (mrkdwn) for the middle of a sentence."""
    return f"{when(webinar.start, webinar.time_zone)}, {length_text(webinar.length)}"


def public_facts(webinar: Webinar) -> list[tuple[str, str]]:
    """Return the public facts as names and values (mrkdwn)."""
    facts = [("Starts", relative_time(webinar.start, webinar.time_zone)), ("Length", length_text(webinar.length))]
    if webinar.host_name:
        facts.append(("Host", plain(webinar.host_name)))
    return facts


def status_line(webinar: Webinar, now: datetime) -> str:
    """Return its stage in a word or two, for lists."""
    return {
        Stage.COMING: "Scheduled",
        Stage.LIVE: "Live now",
        Stage.OVER: "Finished" if webinar.status is Status.FINISHED else "Its time has passed",
        Stage.CANCELED: "Canceled",
    }[stage(webinar, now)]


def typed_title(webinar: Webinar) -> str:
    """Return the title as it can be typed in a command (mrkdwn); the id if it cannot be quoted or is long."""
    title = one_line_title(webinar.title)
    can_be_typed = len(title) <= MAX_TYPED_TITLE and not set(title) & set('"`“”')
    return f'"{plain(title)}"' if can_be_typed else plain(webinar.id)


def summary(webinar: Webinar) -> str:
    """Return a one-sentence summary for notifications and screen readers (mrkdwn)."""
    hosted = f", hosted by {plain(webinar.host_name)}" if webinar.host_name else ""
    return f"{plain(webinar.title)}: {timing(webinar)}{hosted}"


def time_before(before: timedelta) -> str:
    """Return a time before the start: "1 day", "1 hour", "10 minutes"."""
    return number(before.days, "day") if before and not before % timedelta(days=1) else length_text(before)


def people(count: int) -> str:
    """Return a number of people: "1 person", "12 people"."""
    return number(count, "person", "people")
