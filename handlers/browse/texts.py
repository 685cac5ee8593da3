"""Answers to looking around: the bare command, lists, one webinar, its registrations, and which one is meant."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime

from pydantic import SecretStr

from bot.model.lifecycle import Stage, is_coming_or_live, stage
from bot.model.webinar import Audience, Webinar
from bot.providers.base import DISPLAY_NAME
from bot.slack import buttons
from bot.slack.blocks import (
    Block,
    actions,
    ago,
    button,
    context,
    fields,
    heading,
    message,
    number,
    paragraph,
    plain,
    said,
    section,
    verbatim,
)
from bot.slack.message import Message
from bot.webinars.texts.facts import (
    NOT_READ,
    counted,
    entrance,
    essentials,
    people,
    registration_state,
    registrations,
    status_line,
    summary,
    timing,
)
from bot.webinars.texts.registration_buttons import chart_button, door_buttons, menu_button
from handlers.link import texts as link_texts

PAGE_SIZE = 10
MAX_WORDS = 200
"""How much of a search a paging button carries and a heading shows."""

VERBS = {
    "show": ("Show", buttons.SHOW),
    "count": ("Count", buttons.COUNT),
    "share": ("Share Here", buttons.SHARE_HERE),
    "remind": ("Set Reminders", buttons.REMIND),
    "subscribe": ("Subscribe", buttons.SUBSCRIBE),
    "unsubscribe": ("Unsubscribe", buttons.UNSUBSCRIBE),
    "open": ("Open Registration", buttons.REOPEN),
    "close": ("Close Registration", buttons.CLOSE),
    "limit": ("Set Limit", buttons.RAISE_LIMIT),
    "invite": ("Invite", buttons.INVITE),
    "team": ("Show Team", buttons.TEAM),
    "register": ("Register", buttons.REGISTER_OTHERS),
    "registrants": ("Show Registrants", buttons.REGISTRANTS),
    "cancel": ("Cancel Webinar", buttons.CANCEL),
}
"""What can be done with a webinar that was named by words, and the button that goes on with it."""


def home_menu(coming: Webinar | None, *, now: datetime) -> Message:
    """The answer to a bare `/webinar`: what is next, and the main buttons."""
    create = button("Create Webinar", buttons.CREATE, "menu", style="primary")
    rest = (
        button("List Webinars", buttons.LIST, place("", 1)),
        button("Help", buttons.HELP, "menu", label="Help with the webinar commands"),
    )
    if coming is None:
        text = "Nothing is planned. Create a webinar, for example: `/webinar create Launch day next tue 3pm for 45m`"
        return message(text, [section(text), *actions(create, *rest)])
    row = section(f"*Next:* {_row(coming, now)}", buttons.about(coming, "Details", buttons.SHOW))
    return message(f"Next: {summary(coming)}. {registrations(coming)}.", [row, *actions(create, *rest)])


def listing(
    webinars: Sequence[Webinar],
    *,
    page: int,
    pages: int,
    total: int,
    which: str,
    now: datetime,
    seen_at: datetime | None,
) -> Message:
    """One page of a list. `which` is what was asked for: "" for what is coming, or "mine", "past", a title's words."""
    title = _list_title(which)
    age = f"Checked with {DISPLAY_NAME} {ago(seen_at, now)}" if seen_at else f"Not checked with {DISPLAY_NAME} yet"
    if not webinars:
        return _empty_list(which, age)
    head = f"{title}: {number(total, 'webinar')}" + (f", page {page} of {pages}" if pages > 1 else "")
    rows: list[Block] = [
        section(_row(webinar, now), buttons.about(webinar, "Details", buttons.SHOW)) for webinar in webinars[:PAGE_SIZE]
    ]
    turns = actions(
        button("Previous", buttons.PREVIOUS, place(which, page - 1), label="Previous page") if page > 1 else None,
        button("Next", buttons.NEXT, place(which, page + 1), label="Next page") if page < pages else None,
        button("Refresh", buttons.REFRESH_LIST, place(which, page), label=f"Check this list with {DISPLAY_NAME}"),
    )
    spoken = "; ".join(f"{plain(webinar.title)}, {timing(webinar)}" for webinar in webinars[:PAGE_SIZE])
    return message(f"{head}. {spoken}. {age}.", [section(f"*{head}*"), *rows, *turns, context(age)])


def place(which: str, page: int) -> str:
    """The value of a button that opens a page of a list."""
    return json.dumps({"which": which[:MAX_WORDS], "page": page}, ensure_ascii=False)


def read_place(value: str) -> tuple[str, int]:
    """Which list and which page a button stands for."""
    read = json.loads(value)
    return str(read["which"]), int(read["page"])


def details(
    webinar: Webinar,
    *,
    now: datetime,
    host_link: SecretStr | None,
    can_manage: bool,
    here: bool = True,
    has_pages: bool = False,
    problem: str = "",
) -> Message:
    """The answer to `show`, for one person: `host_link` only if that person created it.

    `may_steer` says whether that person may open, close, limit and cancel it. `here` says whether it is shown in a
    channel; in a modal there is no "here" to share in, so a picker asks where. `has_pages` says whether there are
    pages of our own.
    """
    coming = is_coming_or_live(webinar, now)
    link = buttons.start(webinar, host_link.get_secret_value()) if host_link and coming else None
    blocks: list[Block] = [paragraph(problem)] if problem else []
    blocks += [heading(webinar.title), fields([*essentials(webinar), ("Status", status_line(webinar, now))])]
    if webinar.description.strip():
        blocks.append(verbatim(webinar.description.strip()))
    blocks.append(context(counted(webinar, now)))
    blocks += actions(
        entrance(webinar, now),
        link,
        buttons.about(webinar, "Share Here", buttons.SHARE_HERE) if coming and here else None,
        buttons.about(webinar, "Refresh", buttons.REFRESH_DETAILS),
    )
    if can_manage:
        blocks += _steering(webinar, now, has_pages=has_pages)
    if coming and not here:
        blocks += actions(buttons.share_picker("Share in a channel"), block_id=buttons.share_block(webinar))
    notes = [f"Known as `{plain(webinar.id)}` in commands"]
    if link:
        notes.append("Start as Host is your own link: do not pass it on")
    spoken = f"{said(problem)} {summary(webinar)}. {status_line(webinar, now)}. {registrations(webinar)}.".strip()
    return message(spoken, [*blocks, context(" · ".join(notes))])


def _steering(webinar: Webinar, now: datetime, *, has_pages: bool) -> list[Block]:
    """What only those who steer a webinar can do: one row about its people, one about its door and its end."""
    coming, where = is_coming_or_live(webinar, now), stage(webinar, now)
    by_registration = webinar.audience is Audience.REGISTRANTS
    listed = by_registration and where is not Stage.CANCELLED
    people_row = actions(
        buttons.about(webinar, "Invite", buttons.INVITE) if coming else None,
        buttons.about(webinar, "Team", buttons.TEAM) if coming else None,
        buttons.about(webinar, "Registrants", buttons.REGISTRANTS) if listed else None,
        buttons.about(webinar, link_texts.TEXT, buttons.PAGE_LINK)
        if has_pages and coming and by_registration
        else None,
    )
    cancel = buttons.about(webinar, "Cancel Webinar", buttons.CANCEL, style="danger")
    return people_row + actions(
        *door_buttons(webinar, now), menu_button(webinar, now), cancel if where is Stage.COMING else None
    )


def count(webinar: Webinar, *, now: datetime, can_manage: bool = False, problem: str = "") -> Message:
    """The answer to `count`: figures only, with their age; what was never read says so.

    `may_steer` says whether the person may open, close and limit the registration.
    """
    blocks: list[Block] = [paragraph(problem)] if problem else []
    blocks += [heading(webinar.title), _figures(webinar), context(counted(webinar, now))]
    blocks += actions(
        buttons.about(webinar, "Refresh", buttons.REFRESH_COUNT),
        *((*door_buttons(webinar, now), menu_button(webinar, now), chart_button(webinar)) if can_manage else ()),
        buttons.about(webinar, "Details", buttons.SHOW),
    )
    spoken = f"{said(problem)} {plain(webinar.title)}: {registrations(webinar)}.".strip()
    return message(spoken, blocks)


def pick(webinars: Sequence[Webinar], verb: str, *, words: str, now: datetime, typed: str = "") -> Message:
    """Several webinars match `words`, or are coming up where there are none: each of the first ten has a button that
    goes on with `verb` (one of `VERBS`), and with what else was `typed` (`buttons.picked`)."""
    label, action_id = VERBS[verb]
    shown = webinars[:PAGE_SIZE]
    total = number(len(webinars), "webinar")
    head = f"{total} match “{plain(words, MAX_WORDS)}”. Which one?" if words else f"{total} coming up. Which one?"
    rows: list[Block] = [
        section(_row(webinar, now), buttons.about(webinar, label, action_id, typed=typed)) for webinar in shown
    ]
    more: list[Block] = []
    if len(webinars) > len(shown):
        more = [
            context(f"These are the first {len(shown)}. Say more words of the title to find another."),
            *actions(button("See All", buttons.LIST, place(words, 1), label="List all that match")),
        ]
    spoken = "; ".join(f"{plain(webinar.title)}, {timing(webinar)}" for webinar in shown)
    return message(f"{head} {spoken}.", [section(head), *rows, *more])


def nothing_found(words: str, verb: str) -> Message:
    """No webinar matches `words`, or is coming up where there are none: what can be said instead, and the list."""
    if not words:
        return _empty_list("", "")
    text = (
        f"No webinar matches “{plain(words, MAX_WORDS)}”. Use words of its title, its id, or `next`, "
        f"for example: `/webinar {verb} next`"
    )
    return message(text, [section(text), *actions(button("List Webinars", buttons.LIST, place("", 1)))])


def _row(webinar: Webinar, now: datetime) -> str:
    facts = f"{status_line(webinar, now)} · {registrations(webinar)}"
    return f"*{plain(webinar.title)}*\n{timing(webinar)}\n{facts}"


def _list_title(which: str) -> str:
    of, words = _list_words(which)
    title = {"": "Coming up", "mine": "Created by you", "past": "Past webinars"}[of]
    if not words:
        return title
    quoted = f"“{plain(words, MAX_WORDS)}”"
    return f"{title}, matching {quoted}" if of else f"Matching {quoted}"


def _list_words(which: str) -> tuple[str, str]:
    of, _, words = which.partition(" ")
    return (of, words.strip()) if of in {"mine", "past"} else ("", which)


def _empty_list(which: str, age: str) -> Message:
    of, words = _list_words(which)
    if words:
        return nothing_found(words, "show")
    text = {
        "": "Nothing is planned. Create a webinar, for example: `/webinar create Launch day next tue 3pm for 45m`",
        "mine": "You have no webinars here yet. Create one, for example: `/webinar create Launch day tomorrow 3pm`",
        "past": "No webinar has taken place yet. See what is coming with `/webinar list`",
    }[of]
    create = button("Create Webinar", buttons.CREATE, "list", style="primary")
    refresh = button("Refresh", buttons.REFRESH_LIST, place(which, 1), label=f"Check this list with {DISPLAY_NAME}")
    aged = [context(age)] if age else []
    return message(" ".join(filter(None, [f"{text}.", age])), [section(text), *actions(create, refresh), *aged])


def _figures(webinar: Webinar) -> Block:
    read = webinar.registration
    if webinar.audience is Audience.ANYONE:
        return section(f"Everyone with the link can join: {DISPLAY_NAME} counts nobody before it starts.")
    if read is None:
        return section(f"Registrations: {NOT_READ}. Press Refresh to read them from {DISPLAY_NAME}.")
    kind = "Nobody yet" if read.count == 0 else "Real people" if read.has_real_registrants else "Only tests so far"
    limit = people(read.limit) if read.limit is not None else "None"
    state = registration_state(read)
    return fields([("Registered", people(read.count)), ("Limit", limit), ("Registration", state), ("Who", kind)])
