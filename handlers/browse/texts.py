"""Replies to list, show and count, and the picker if several webinars match."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from pydantic import SecretStr

from bot.commands.lengths import length_text
from bot.model.lifecycle import is_coming_or_live
from bot.model.webinar import Audience, Webinar
from bot.providers.event_ref import provider_name
from bot.providers.names import all_of
from bot.slack import buttons
from bot.slack.blocks import (
    Block,
    actions,
    button,
    context,
    day_and_time,
    escape_sentence,
    fields,
    heading,
    message,
    number,
    paragraph,
    plain,
    section,
    verbatim,
)
from bot.slack.message import Message
from bot.webinars.texts.facts import (
    NOT_READ,
    people,
    registration_state,
    registrations,
    registrations_with_age,
    speakers_line,
    status_line,
    summary,
    timing_in_sentence,
)
from bot.webinars.texts.on_demand import on_demand_fact
from bot.webinars.texts.registration_buttons import (
    chart_button,
    menu_button,
    registration_buttons,
)
from handlers.browse.detail_buttons import detail_buttons
from handlers.webinar_choice_texts import (
    MAX_WORDS,
    PAGE_SIZE,
    empty_list,
    list_age,
    page_value,
    split_which,
    webinar_row,
)


def listing(
    webinars: Sequence[Webinar],
    *,
    page: int,
    pages: int,
    total: int,
    which: str,
    now: datetime,
    seen_at: datetime | None,
    providers: Sequence[str],
    can_create: bool = True,
) -> Message:
    """One page of a list of webinars of these providers, soonest first.

    `which` is the requested list: "" (coming up), one of `KINDS` but past, or words.
    """
    title = _list_title(which)
    age = list_age(providers, seen_at, now)
    if not webinars:
        return empty_list(which, age, providers, can_create=can_create)
    head = f"{title}: {number(total, 'webinar')}" + (f", page {page} of {pages}" if pages > 1 else "")
    rows: list[Block] = [
        section(webinar_row(webinar, now), buttons.webinar_button(webinar, "Details", buttons.SHOW))
        for webinar in webinars[:PAGE_SIZE]
    ]
    check = f"Check this list with {all_of(providers)}"
    refresh = button("Refresh", buttons.REFRESH_LIST, page_value(which, page), label=check)
    turns = actions(
        button("Create Webinar", buttons.CREATE, "list", style="primary") if can_create else None,
        button("Previous", buttons.PREVIOUS, page_value(which, page - 1), label="Previous page") if page > 1 else None,
        button("Next", buttons.NEXT, page_value(which, page + 1), label="Next page") if page < pages else None,
        refresh,
    )
    spoken = "; ".join(f"{plain(webinar.title)}, {timing_in_sentence(webinar)}" for webinar in webinars[:PAGE_SIZE])
    return message(f"{head}. {spoken}. {age}.", [section(f"*{head}*"), *rows, *turns, context(age)])


def details(
    webinar: Webinar,
    *,
    now: datetime,
    host_link: SecretStr | None,
    can_manage: bool,
    can_run: bool = False,
    here: bool = True,
    has_pages: bool = False,
    has_team_link: bool = False,
    problem: str = "",
    speakers: Sequence[str] = (),
) -> Message:
    """The reply to `show`, for one user: `host_link` only if that user created the webinar.

    `can_manage` adds the buttons of organizers, `can_run` those of co-hosts. Without `here` (in a modal) a picker asks
    for the channel to share in. `has_pages` says whether the bot serves registration pages. With `has_team_link`, the
    user has a link as a member of the team. `speakers` are the names of co-hosts and panelists.
    """
    coming = is_coming_or_live(webinar, now)
    rows = detail_buttons(
        webinar,
        now=now,
        host_link=host_link,
        can_manage=can_manage,
        can_run=can_run,
        here=here,
        has_pages=has_pages,
        has_team_link=has_team_link,
    )
    note = context("*Start as Host* is your personal link. Please don't share it.") if host_link and coming else None
    spoken = (
        f"{escape_sentence(problem)} {summary(webinar)}. {status_line(webinar, now)}. {registrations(webinar)}.".strip()
    )
    head = [paragraph(problem)] if problem else []
    return message(spoken, [*head, *_facts(webinar, speakers, now), *rows, *([note] if note else [])])


def _facts(webinar: Webinar, speakers: Sequence[str], now: datetime) -> list[Block]:
    start = f"*{day_and_time(webinar.start, webinar.time_zone)}* · {length_text(webinar.length)}"
    people = speakers_line(webinar.host_name, speakers)
    description, recording = webinar.description.strip(), on_demand_fact(webinar, now)
    return [
        heading(webinar.title),
        section(f"{start} · {status_line(webinar, now)}\n{people}".strip()),
        *([fields([recording])] if recording else []),
        *([verbatim(description)] if description else []),
        context(registrations_with_age(webinar, now)),
    ]


def count(
    webinar: Webinar, *, now: datetime, can_manage: bool = False, can_run: bool = False, problem: str = ""
) -> Message:
    """The reply to `count`: the figures with their age, or that they were never read.

    `can_run` adds the buttons that open, close and limit registration, `can_manage` those for all of its settings.
    """
    blocks: list[Block] = [paragraph(problem)] if problem else []
    blocks += [heading(webinar.title), _figures(webinar), context(registrations_with_age(webinar, now))]
    doors = registration_buttons(webinar, now) if can_manage or can_run else []
    blocks += actions(
        buttons.webinar_button(webinar, "Refresh", buttons.REFRESH_COUNT),
        *((menu_button(webinar, now), chart_button(webinar)) if can_manage else ()),
        buttons.details(webinar),
        buttons.more(doors),
    )
    spoken = f"{escape_sentence(problem)} {plain(webinar.title)}: {registrations(webinar)}.".strip()
    return message(spoken, blocks)


def _list_title(which: str) -> str:
    kind, words = split_which(which)
    title = {"": "Coming up", "mine": "Created by you"}.get(kind) or kind.capitalize()
    if not words:
        return title
    quoted = f"“{plain(words, MAX_WORDS)}”"
    return f"{title}, matching {quoted}" if kind else f"Matching {quoted}"


def _figures(webinar: Webinar) -> Block:
    provider = provider_name(webinar.id)
    read = webinar.registration
    if webinar.audience is Audience.ANYONE:
        return section(f"Everyone with the link can join: {provider} counts nobody before it starts.")
    if read is None:
        return section(f"Registrations: {NOT_READ}. Press Refresh to read them from {provider}.")
    limit = people(read.limit) if read.limit is not None else "None"
    state = registration_state(read)
    tests = [("Registrants", "Only tests so far")] if read.count and not read.has_real_registrants else []
    return fields([("Registered", people(read.count)), ("Limit", limit), ("Registration", state), *tests])
