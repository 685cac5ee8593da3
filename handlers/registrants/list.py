"""The registrant list for organizers: a table in pages, search, and Remove for the few that a search finds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from bot.model.ability import Ability
from bot.model.people import Frozen
from bot.model.registrant import Registrant
from bot.model.registration_source import shown_source
from bot.model.time_text import date_and_clock
from bot.model.visible_text import one_line
from bot.model.webinar import Webinar, one_line_title
from bot.providers.event_ref import provider_name
from bot.slack import buttons, form_values
from bot.slack.blocks import (
    Block,
    Element,
    actions,
    as_of,
    button,
    confirm_dialog,
    context,
    cut,
    escape_sentence,
    modal,
    paragraph,
    person,
    plain,
    relative_time,
    section,
    zone_info,
)
from bot.slack.data_tables import Row, data_table
from bot.slack.data_words import data_message
from bot.slack.form_elements import input_block, text_input
from bot.slack.message import Message, View
from bot.webinars.texts.facts import people
from handlers.registrants import approval
from handlers.registrants.position import RegistrantPage

PREVIOUS = "registrants.previous"
NEXT = "registrants.next"
REFRESH = "registrants.refresh"
SEARCH = "registrants.search"
ALL = "registrants.all"
REMOVE = "registrants.remove"
DOWNLOAD = "registrants.download"
"""The value of each is a `RegistrantPage`."""
SEARCH_CALLBACK = "registrants.search_form"

SEARCH_WORDS = "words"
PAGE_SIZE = 100
"""Registrants in one table, as many as Slack shows. With the lengths below, they always fit in one message."""
FEW = 10
"""So many are shown one by one, each with Remove."""
HEADER = ("Name", "Email", "Registered", "Source", "Remarks")
LENGTHS = {"name": 40, "email": 80, "source": 30}
"""Characters in a cell: the file has all of them."""
MAX_WORDS = 100
ANSWERED = "The registrants you asked for are shown where you asked for them, visible only to you."
IN_DM = "The file is in your direct messages with Greenroom. Delete it there when you no longer need it."
GONE = "The registration is canceled, and its links no longer work."


class SearchContext(Frozen):
    """The context of the search form, and the response URL of its message."""

    place: RegistrantPage
    response_url: str = ""


def page_message(
    webinar: Webinar,
    registrants: Sequence[Registrant],
    position: RegistrantPage,
    *,
    age: timedelta,
    now: datetime,
    note: str = "",
    above: Sequence[Block] = (),
    channels: Mapping[str, str] = {},
    can_manage: bool = True,
) -> Message:
    """One page, newest first. `age` is the age of the list; `note` is a sentence about the last action.

    `above` are blocks about the people to decide about; `channels` has the names of public channels. Without
    `can_manage` (for co-hosts) it has no buttons that remove or add people.
    """
    provider = provider_name(webinar.id)
    found = search_registrants(registrants, position.words, channels)
    pages = max(1, -(-len(found) // PAGE_SIZE))
    page = min(max(position.page, 1), pages)
    here = position.model_copy(update={"page": page, "picked": "", "decision": None})
    head = f"*{plain(webinar.title)}*\n{_counted(registrants, found, position.words)}"
    shown = found[(page - 1) * PAGE_SIZE : page * PAGE_SIZE]
    rows: list[Block] = [
        section(_row(registrant, webinar, channels), _remove(registrant, webinar, here) if can_manage else None)
        for registrant in shown
    ]
    is_table = len(found) > FEW
    if is_table:
        cells = [_cells(registrant, webinar, channels) for registrant in shown]
        rows = [data_table(f"Registrants of {webinar.title}", HEADER, cells)]
    notes = [
        f"Page {page} of {pages}: the file has all of them" if pages > 1 else "",
        f"From {provider} {as_of(now - age, now)}",
        f"Times in {plain(webinar.time_zone)}" if is_table else "",
        "To remove somebody, search for them" if is_table and can_manage else "",
    ]
    notes.append("Visible only to you: none of this is stored")
    blocks = [
        *([paragraph(note)] if note else []),
        *above,
        section(head),
        *rows,
        *_page_buttons(webinar, here, pages, can_manage=can_manage),
    ]
    fallback = f"{escape_sentence(note)} {plain(webinar.title)}: {_counted(registrants, found, position.words)}".strip()
    return data_message(fallback, [*blocks, context(" · ".join(filter(None, notes)))])


def search_registrants(
    registrants: Sequence[Registrant], query: str, channels: Mapping[str, str] = {}
) -> list[Registrant]:
    """The registrants whose name, address and source, as shown, contain all of the words, newest first."""
    terms = query.casefold().split()
    found = [
        registrant for registrant in registrants if all(term in _searchable(registrant, channels) for term in terms)
    ]
    return sorted(found, key=_newest_first)


def _searchable(registrant: Registrant, channels: Mapping[str, str]) -> str:
    source = shown_source(registrant.source, channels)
    return f"{registrant.first_name} {registrant.last_name} {registrant.email} {source}".casefold()


def search_form(position: RegistrantPage, response_url: str) -> View:
    """The search form."""
    query = text_input(
        action_id=SEARCH_WORDS, max_length=MAX_WORDS, initial_value=position.words or None, focus_on_load=True
    )
    label, hint = "Name, email address or source", "Leave it empty for all"
    field = input_block(block_id=SEARCH_WORDS, label=label, element=query, optional=True, hint=hint)
    note = SearchContext(place=position, response_url=response_url).model_dump_json()
    return modal(SEARCH_CALLBACK, "Find registrants", [field], submit="Find", close="Cancel", private_metadata=note)


def read_search(values: form_values.Values) -> str:
    """Read the search words."""
    return " ".join(form_values.text(values, SEARCH_WORDS, "").split())


def download_text(webinar: Webinar, count: int) -> str:
    """The message above the file."""
    return f"{_have(count)} registered for *{plain(webinar.title)}*. The file holds personal data."


def _newest_first(registrant: Registrant) -> tuple[float, int]:
    at = registrant.registered_at.timestamp() if registrant.registered_at else 0.0
    return -at, -int(registrant.registrant_id) if registrant.registrant_id.isdecimal() else 0


def _counted(registrants: Sequence[Registrant], found: Sequence[Registrant], query: str) -> str:
    if query:
        return f"{people(len(found))} of {len(registrants):,} found by “{plain(query)}”."
    return f"{_have(len(registrants))} registered."


def _have(count: int) -> str:
    return f"{people(count)} {'has' if count == 1 else 'have'}" if count else "Nobody has"


def _row(registrant: Registrant, webinar: Webinar, channels: Mapping[str, str]) -> str:
    name = person(f"{registrant.first_name} {registrant.last_name}") or "No name"
    facts = [
        relative_time(registrant.registered_at, webinar.time_zone) if registrant.registered_at else "",
        f"source: {plain(source)}" if (source := shown_source(registrant.source, channels)) else "",
        "after the event" if registrant.is_after_event else "",
        "joined" if registrant.has_attended else "",
    ]
    address = plain(registrant.email) if registrant.email.strip() else "no address"
    return f"*{name}*\n{address}\n{' · '.join(filter(None, facts))}".strip()


def _cells(registrant: Registrant, webinar: Webinar, channels: Mapping[str, str]) -> Row:
    at, zone = registrant.registered_at, zone_info(webinar.time_zone)
    remarks = {"after the event": registrant.is_after_event, "joined": registrant.has_attended}
    return [
        cut(one_line(f"{registrant.first_name} {registrant.last_name}") or "No name", LENGTHS["name"]),
        cut(one_line(registrant.email) or "no address", LENGTHS["email"]),
        date_and_clock(at.astimezone(zone)) if at else "",
        cut(shown_source(registrant.source, channels), LENGTHS["source"]),
        ", ".join(remark for remark, applies in remarks.items() if applies),
    ]


def _remove(registrant: Registrant, webinar: Webinar, here: RegistrantPage) -> Element:
    provider = provider_name(webinar.id)
    value = here.model_copy(update={"picked": registrant.registrant_id}).model_dump_json()
    name = one_line_title(f"{registrant.first_name} {registrant.last_name}")
    confirm = confirm_dialog(
        title="Remove this registrant?",
        text=f"{person(name)} won't be able to join {plain(webinar.title)}, and {provider} may email them.",
        confirm="Remove Registrant",
        deny="Keep Them",
        style="danger",
    )
    return button("Remove", REMOVE, value, label=f"Remove {name}", confirm=confirm)


def _page_buttons(webinar: Webinar, here: RegistrantPage, pages: int, *, can_manage: bool) -> list[Block]:
    def at(page: int) -> str:
        return here.model_copy(update={"page": page}).model_dump_json()

    this = at(here.page)
    registrants = here.model_copy(update={"page": 1, "words": ""}).model_dump_json()
    denied = here.model_copy(update={"shows_denied": not here.shows_denied}).model_dump_json()
    denied_label = "Hide Denied" if here.shows_denied else "Show Denied"
    return actions(
        button("Previous", PREVIOUS, at(here.page - 1), label="Previous page") if here.page > 1 else None,
        button("Next", NEXT, at(here.page + 1), label="Next page") if here.page < pages else None,
        button("Search", SEARCH, this, label="Find registrants by name, address or source"),
        button("Show All", ALL, registrants) if here.words else None,
        button(denied_label, approval.DENIED, denied) if Ability.APPROVE in webinar.abilities else None,
        button("Register Others", buttons.REGISTER_OTHERS, here.session_id, label="Register someone else, or many")
        if can_manage
        else None,
        button("Download CSV", DOWNLOAD, this, label="Get everybody as a CSV file in a direct message"),
        button("Refresh", REFRESH, this, label=f"Read the list from {provider_name(here.session_id)} again"),
    )
