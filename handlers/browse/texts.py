"""Replies to list, show and count, and the picker if several webinars match."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from pydantic import SecretStr

from bot.model.lifecycle import Stage, is_coming_or_live, stage
from bot.model.webinar import Audience, Status, Webinar
from bot.providers.event_ref import provider_name
from bot.providers.names import all_of
from bot.slack import buttons
from bot.slack.blocks import (
    Block,
    Element,
    actions,
    button,
    context,
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
from bot.webinars.texts.after_event import after_event_buttons
from bot.webinars.texts.facts import (
    NOT_READ,
    attendee_button,
    people,
    public_facts,
    registration_state,
    registrations,
    registrations_with_age,
    status_line,
    summary,
    timing,
)
from bot.webinars.texts.on_demand import on_demand_fact
from bot.webinars.texts.registration_buttons import (
    chart_button,
    menu_button,
    recording_menu_button,
    registrants_button,
    registration_buttons,
)
from handlers.link import texts as link_texts
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
    spoken = "; ".join(f"{plain(webinar.title)}, {timing(webinar)}" for webinar in webinars[:PAGE_SIZE])
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
    problem: str = "",
) -> Message:
    """The reply to `show`, for one user: `host_link` only if that user created the webinar.

    `can_manage` adds the buttons of organizers, `can_run` those of co-hosts. Without `here` (in a modal) a picker asks
    for the channel to share in. `has_pages` says whether the bot serves registration pages.
    """
    coming = is_coming_or_live(webinar, now)
    link = buttons.start(webinar, host_link.get_secret_value()) if host_link and coming else None
    blocks: list[Block] = [*([paragraph(problem)] if problem else []), *_facts(webinar, now)]
    blocks += actions(
        attendee_button(webinar, now),
        link,
        buttons.webinar_button(webinar, "Share Here", buttons.SHARE_HERE) if coming and here else None,
        buttons.webinar_button(webinar, "Refresh", buttons.REFRESH_DETAILS),
        recording_button(webinar, now),
    )
    if can_manage:
        blocks += _manager_buttons(webinar, now, has_pages=has_pages)
    elif can_run:
        over = after_event_buttons(webinar, now)
        blocks += actions(*over, registrants_button(webinar, now), *registration_buttons(webinar, now))
    if coming and not here:
        blocks += actions(buttons.share_picker("Share in a channel"), block_id=buttons.share_block_id(webinar))
    note = context("*Start as Host* is your personal link. Please don't share it.") if link else None
    spoken = (
        f"{escape_sentence(problem)} {summary(webinar)}. {status_line(webinar, now)}. {registrations(webinar)}.".strip()
    )
    return message(spoken, [*blocks, *([note] if note else [])])


def _facts(webinar: Webinar, now: datetime) -> list[Block]:
    description, recording = webinar.description.strip(), on_demand_fact(webinar, now)
    return [
        heading(webinar.title),
        fields([*public_facts(webinar), ("Status", status_line(webinar, now)), *([recording] if recording else [])]),
        *([verbatim(description)] if description else []),
        context(registrations_with_age(webinar, now)),
    ]


def _manager_buttons(webinar: Webinar, now: datetime, *, has_pages: bool) -> list[Block]:
    """The buttons of organizers: a row for the webinar, its people and its report, and one for its registration."""
    coming, current = is_coming_or_live(webinar, now), stage(webinar, now)
    by_registration = webinar.audience is Audience.REGISTRANTS
    editable = webinar.status is Status.SCHEDULED
    people_row = actions(
        *after_event_buttons(webinar, now, can_manage=True),
        buttons.webinar_button(webinar, "Edit", buttons.EDIT) if editable else None,
        buttons.webinar_button(webinar, "Move", buttons.MOVE) if editable else None,
        buttons.webinar_button(webinar, "Invite", buttons.INVITE) if coming else None,
        buttons.webinar_button(webinar, "Team", buttons.TEAM) if coming else None,
        registrants_button(webinar, now),
        buttons.webinar_button(webinar, link_texts.LABEL, buttons.PAGE_LINK)
        if has_pages and coming and by_registration
        else None,
    )
    again = buttons.webinar_button(webinar, "Create Again", buttons.DUPLICATE)
    cancel = buttons.webinar_button(webinar, "Cancel Webinar", buttons.CANCEL, style="danger")
    return people_row + actions(
        *registration_buttons(webinar, now),
        menu_button(webinar, now) or recording_menu_button(webinar, now),
        again,
        cancel if current is Stage.COMING else None,
    )


def recording_button(webinar: Webinar, now: datetime) -> Element | None:
    """The button that shows the recording; None before the end."""
    is_over = stage(webinar, now) is Stage.OVER
    return buttons.webinar_button(webinar, "Recording", buttons.RECORDING) if is_over else None


def count(
    webinar: Webinar, *, now: datetime, can_manage: bool = False, can_run: bool = False, problem: str = ""
) -> Message:
    """The reply to `count`: the figures with their age, or that they were never read.

    `can_run` adds the buttons that open, close and limit registration, `can_manage` those for all of its settings.
    """
    more = (menu_button(webinar, now), chart_button(webinar)) if can_manage else ()
    blocks: list[Block] = [paragraph(problem)] if problem else []
    blocks += [heading(webinar.title), _figures(webinar), context(registrations_with_age(webinar, now))]
    blocks += actions(
        buttons.webinar_button(webinar, "Refresh", buttons.REFRESH_COUNT),
        *(registration_buttons(webinar, now) if can_manage or can_run else ()),
        *more,
        buttons.webinar_button(webinar, "Details", buttons.SHOW),
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
    kind = "Nobody yet" if read.count == 0 else "Real people" if read.has_real_registrants else "Only tests so far"
    limit = people(read.limit) if read.limit is not None else "None"
    state = registration_state(read)
    return fields([("Registered", people(read.count)), ("Limit", limit), ("Registration", state), ("Who", kind)])
