"""The picker of webinars that match a command, and the parts it shares with lists of webinars."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime

from bot.commands.list_args import KINDS
from bot.commands.slack_text import strip_quotes
from bot.model.webinar import Webinar
from bot.providers.names import all_of
from bot.slack import buttons
from bot.slack.blocks import (
    Block,
    actions,
    as_of,
    button,
    context,
    message,
    number,
    plain,
    section,
)
from bot.slack.message import Message
from bot.webinars.texts.facts import (
    registrations,
    status_line,
    timing,
    timing_in_sentence,
)

PAGE_SIZE = 10
MAX_WORDS = 200
"""Characters of a search that a paging button carries and a heading shows."""

VERBS = {
    "show": ("Show", buttons.SHOW),
    "edit": ("Edit", buttons.EDIT),
    "count": ("Count", buttons.COUNT),
    "share": ("Share Here", buttons.SHARE_HERE),
    "remind": ("Set Reminders", buttons.REMIND),
    "remind me": ("Remind Me", buttons.SNOOZE),
    "subscribe": ("Subscribe", buttons.SUBSCRIBE),
    "unsubscribe": ("Unsubscribe", buttons.UNSUBSCRIBE),
    "open": ("Open Registration", buttons.REOPEN),
    "close": ("Close Registration", buttons.CLOSE),
    "limit": ("Set Limit", buttons.RAISE_LIMIT),
    "registration": ("Registration", buttons.REGISTRATION_MENU),
    "invite": ("Invite", buttons.INVITE),
    "team": ("Show Team", buttons.TEAM),
    "register": ("Register", buttons.REGISTER),
    "registrants": ("Show Registrants", buttons.REGISTRANTS),
    "link": ("Show Link", buttons.PAGE_LINK),
    "report": ("Show Report", buttons.REPORT),
    "followup": ("Follow Up", buttons.FOLLOW_UP),
    "move": ("Move", buttons.MOVE),
    "duplicate": ("Create Again", buttons.DUPLICATE),
    "cancel": ("Cancel Webinar", buttons.CANCEL),
    "recording": ("Recording", buttons.RECORDING),
}
"""For each verb that takes a webinar, and `remind me`: the label and action id of the button that continues with it."""
AFTER_EVENT = frozenset({"report", "recording", "followup"})
"""Verbs about webinars that are over: these are offered if the command names none."""


def page_value(which: str, page: int) -> str:
    """The value of a button that opens this page of this list."""
    return json.dumps({"which": which[:MAX_WORDS], "page": page}, ensure_ascii=False)


def parse_page_value(value: str) -> tuple[str, int]:
    """The list and the page of a button's value."""
    content = json.loads(value)
    return str(content["which"]), int(content["page"])


def pick(
    webinars: Sequence[Webinar], verb: str, *, words: str, now: datetime, typed: str = "", here: bool = True
) -> Message:
    """The picker if several webinars match `words` (or are coming up, if empty).

    Each of the first ten has a button that continues with `verb` (one of `VERBS`) and the rest of the command, `typed`
    (see `buttons.parse_value`). Without `here`, in a direct message, sharing goes on with the choice of a channel.
    """
    label, action_id = VERBS[verb]
    label = label if here else label.removesuffix(" Here")
    if verb == "register" and typed:
        action_id = buttons.REGISTER_OTHERS
    shown = webinars[:PAGE_SIZE]
    total = number(len(webinars), "webinar")
    rest = "took place" if verb in AFTER_EVENT else "coming up"
    head = f"{total} match “{plain(words, MAX_WORDS)}”. Which one?" if words else f"{total} {rest}. Which one?"
    rows: list[Block] = [
        section(webinar_row(webinar, now), buttons.webinar_button(webinar, label, action_id, typed=typed))
        for webinar in shown
    ]
    more: list[Block] = []
    every = page_value(_list_of(words, verb), 1)
    if len(webinars) > len(shown):
        more = [
            context(f"These are the first {len(shown)}. Say more words of the title to find another."),
            *actions(button("See All", buttons.LIST, every, label="List all that match")),
        ]
    spoken = "; ".join(f"{plain(webinar.title)}, {timing_in_sentence(webinar)}" for webinar in shown)
    return message(f"{head} {spoken}.", [section(head), *rows, *more])


def nothing_found(words: str, verb: str, providers: Sequence[str], *, can_create: bool = True) -> Message:
    """The reply if no webinar matches `words` (or is coming up, if empty): the usage and the list."""
    if not words:
        return empty_list(_list_of(words, verb), "", providers, can_create=can_create)
    word = "last" if verb in AFTER_EVENT else "next"
    text = (
        f"No webinar matches “{plain(words, MAX_WORDS)}”. Use words of its title, its ID, or `{word}`, "
        f"for example: `/webinar {verb} {word}`"
    )
    return message(text, [section(text), *actions(button("List Webinars", buttons.LIST, page_value("", 1)))])


def _list_of(words: str, verb: str) -> str:
    """The list to which a verb belongs, with the words of the command."""
    return f"past {words}".strip() if verb in AFTER_EVENT else words


def list_age(providers: Sequence[str], seen_at: datetime | None, now: datetime) -> str:
    """When the list was last compared with these providers."""
    names = all_of(providers)
    return f"From {names} {as_of(seen_at, now)}" if seen_at else f"Not checked with {names} yet"


def empty_list(which: str, age: str, providers: Sequence[str], *, can_create: bool = True) -> Message:
    """The reply for an empty list: how to create a webinar, or the usage if `which` has words of a title."""
    kind, words = split_which(which)
    if words:
        return nothing_found(words, "show", providers, can_create=can_create)
    create = button("Create Webinar", buttons.CREATE, "list", style="primary") if can_create else None
    upcoming = button("List Webinars", buttons.LIST, page_value("", 1)) if kind else None
    refresh = button(
        "Refresh", buttons.REFRESH_LIST, page_value(which, 1), label=f"Check this list with {all_of(providers)}"
    )
    age_note = [context(age)] if age else []
    text = _empty_text(kind, can_create=can_create)
    blocks = [section(text), *actions(create, upcoming, refresh), *age_note]
    return message(" ".join(filter(None, [f"{text}.", age])), blocks)


def _empty_text(kind: str, *, can_create: bool) -> str:
    if kind == "past":
        return "No webinar is over yet. See what is coming with `/webinar list`"
    if kind not in ("", "mine"):
        return f"No webinar starts {kind}. See what is coming with `/webinar list`"
    if not can_create:
        return "Nothing is planned. See what is over with `/webinar list past`"
    if kind == "mine":
        return "You have no webinars here yet. Create one, for example: `/webinar create Launch day tomorrow 3pm`"
    return "Nothing is planned. Create a webinar, for example: `/webinar create Launch day next tue 3pm for 45m`"


def webinar_row(webinar: Webinar, now: datetime) -> str:
    """A webinar as a row of a list (mrkdwn)."""
    facts = f"{status_line(webinar, now)} · {registrations(webinar)}"
    return f"*{plain(webinar.title)}*\n{timing(webinar)}\n{facts}"


def split_which(which: str) -> tuple[str, str]:
    """The kind of a list (one of `KINDS`, or empty) and the words to look for."""
    kind = next((kind for kind in KINDS if f"{which} ".startswith(f"{kind} ")), "")
    return kind, strip_quotes(which[len(kind) :].strip())
