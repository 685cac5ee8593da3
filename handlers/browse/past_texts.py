"""The list of past webinars: its totals with the trend, and for each webinar what matters afterwards."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.model.webinar import Status, Webinar
from bot.providers.names import all_of
from bot.slack import buttons
from bot.slack.blocks import Block, actions, button, context, message, number, plain, section
from bot.slack.message import Message
from bot.webinars.texts.after_event import report_button
from bot.webinars.texts.facts import NOT_READ, status_line, timing, timing_in_sentence
from bot.webinars.totals import Totals, Turnout, has_registration, percent_of, registered_before_end
from handlers.browse.selection import PastSelection
from handlers.webinar_choice_texts import MAX_WORDS, PAGE_SIZE, list_age, page_value

EMPTY = "No webinar has taken place yet. See what is coming with `/webinar list`"
PERIODS = (
    "Search past webinars by words in titles and descriptions, or by time: `/webinar list past this quarter`, "
    "`last month`, `2026`, `since March`, `Q3`, `last 90 days`"
)


@dataclass(frozen=True)
class PastPage:
    """One page of past webinars."""

    selection: PastSelection
    totals: Totals
    earlier: Totals | None
    """Of the period before; `None` if the list is of no period."""
    which: str
    """The arguments of the list, for its buttons."""
    page: int
    pages: int
    turnouts: Mapping[str, Turnout]
    """How many came, by session id, as far as it is known."""
    manageable: Collection[str]
    """The ids of the webinars that the user manages: with the report, and to create them again."""

    @property
    def shown(self) -> Sequence[Webinar]:
        """The webinars of this page."""
        first = (self.page - 1) * PAGE_SIZE
        return self.selection.webinars[first : first + PAGE_SIZE]


def past_listing(page: PastPage, *, now: datetime, seen_at: datetime | None, providers: Sequence[str]) -> Message:
    """The reply to `list past`; `providers` are their names."""
    age = list_age(providers, seen_at, now)
    refresh = button(
        "Refresh",
        buttons.REFRESH_LIST,
        page_value(page.which, page.page),
        label=f"Check this list with {all_of(providers)}",
    )
    if not page.selection.webinars:
        return _nothing(page, refresh, age)
    head = f"{_title(page.selection)}: {_figures(page.totals)}{_trend(page)}"
    turn = f"Page {page.page} of {page.pages}" if page.pages > 1 else ""
    rows = [block for webinar in page.shown for block in _row(webinar, page, now)]
    turns = actions(
        _turn("Previous", buttons.PREVIOUS, page, -1) if page.page > 1 else None,
        _turn("Next", buttons.NEXT, page, 1) if page.page < page.pages else None,
        refresh,
    )
    notes = [*_comparison(page), *([turn] if turn else [])]
    spoken = "; ".join(f"{plain(webinar.title)}, {timing_in_sentence(webinar)}" for webinar in page.shown)
    lead: list[Block] = [section(f"*{head}*"), *([context(" · ".join(notes))] if notes else [])]
    return message(f"{head}. {spoken}. {age}.", [*lead, *rows, *turns, context(age)])


def result_line(webinar: Webinar, turnout: Turnout | None) -> str:
    """How many registered for a past webinar and how many came, as far as it is known."""
    if not has_registration(webinar, turnout):
        return "No registration needed" + (f" · {turnout.attended:,} came" if turnout else "")
    registered = turnout.registered if turnout else registered_before_end(webinar)
    if registered is None:
        return f"Registrations: {NOT_READ}"
    parts = [f"{registered:,} registered"]
    if turnout and turnout.registered is not None:
        percent = percent_of(turnout.attended, turnout.registered)
        parts.append(f"{turnout.attended:,} came" + (f" ({percent}%)" if percent is not None else ""))
    if webinar.registration and webinar.registration.after_count:
        parts.append(f"{webinar.registration.after_count:,} since the event")
    return " · ".join(parts)


def _row(webinar: Webinar, page: PastPage, now: datetime) -> list[Block]:
    status = [] if webinar.status is Status.FINISHED else [status_line(webinar, now)]
    facts = " · ".join([*status, result_line(webinar, page.turnouts.get(webinar.session_id))])
    again = buttons.webinar_button(webinar, "Create Again", buttons.DUPLICATE)
    manager_buttons = [report_button(webinar), again] if webinar.id in page.manageable else []
    return [
        section(f"*{plain(webinar.title)}*\n{timing(webinar)}\n{facts}"),
        *actions(buttons.webinar_button(webinar, "Details", buttons.SHOW), *manager_buttons),
    ]


def _title(selection: PastSelection) -> str:
    mine = "your webinars" if selection.only_mine else ""
    if selection.period:
        title = f"{selection.period.label}{f', {mine}' if mine else ''}"
    else:
        title = "Your past webinars" if mine else "Past webinars"
    return f"{title}, matching “{plain(selection.words, MAX_WORDS)}”" if selection.words else title


def _figures(totals: Totals) -> str:
    parts = [number(totals.webinars, "webinar")]
    if totals.with_registration > totals.unread:
        unread = f" ({number(totals.unread, 'webinar')} {NOT_READ})" if totals.unread else ""
        parts.append(f"{totals.registered:,} registered{unread}")
    if totals.percent is not None:
        parts.append(f"{_share(totals)} came{_coverage(totals)}")
    return ", ".join(parts)


def _share(totals: Totals) -> str:
    return f"{totals.percent}%"


def _coverage(totals: Totals) -> str:
    if totals.known == totals.with_registration:
        return ""
    return f" (known for {totals.known} of {totals.with_registration})"


def _trend(page: PastPage) -> str:
    before, period = page.earlier, page.selection.period
    now = page.totals.percent
    if not period or before is None or before.percent is None or now is None:
        return ""
    if now == before.percent:
        return f", the same as {period.earlier_label}"
    return f", {'up' if now > before.percent else 'down'} from {_share(before)} {period.earlier_label}"


def _comparison(page: PastPage) -> list[str]:
    """The days of the period, and the figures of the one before it."""
    period = page.selection.period
    if not period or page.earlier is None:
        return []
    name = period.earlier_label.removeprefix("in ")
    return [period.dates, f"{name[0].upper()}{name[1:]}: {_figures(page.earlier) if page.earlier.webinars else 'none'}"]


def _turn(text: str, action_id: str, page: PastPage, by: int) -> dict[str, object]:
    return button(text, action_id, page_value(page.which, page.page + by), label=f"{text} page")


def _nothing(page: PastPage, refresh: dict[str, object], age: str) -> Message:
    selection = page.selection
    if not (selection.period or selection.words or selection.only_mine):
        create = button("Create Webinar", buttons.CREATE, "list", style="primary")
        return message(f"{EMPTY}. {age}.", [section(EMPTY), *actions(create, refresh), context(age)])
    words = f" matches “{plain(selection.words, MAX_WORDS)}”" if selection.words else ""
    mine = " of yours" if selection.only_mine else ""
    if selection.period:
        when = f"{selection.period.label[0].lower()}{selection.period.label[1:]} ({selection.period.dates})"
        text = f"No past webinar{mine}{words or ' took place'}: {when}."
    else:
        text = f"No past webinar{mine}{words or ' is known'}."
    rest = actions(button("All Past Webinars", buttons.LIST, page_value("past", 1)), refresh)
    blocks: list[Block] = [section(text), section(PERIODS), *_noted(page), *rest, context(age)]
    return message(f"{text} {age}.", blocks)


def _noted(page: PastPage) -> list[Block]:
    notes = _comparison(page)[1:]
    return [context(*notes)] if notes else []
