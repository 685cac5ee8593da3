"""Resolve commands that can be read in two ways, by looking at the webinars that exist."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from bot.commands.limit_arg import Limit, is_limit
from bot.commands.remind_args import Remind, RemindMe, wait_text
from bot.commands.reminder_offsets import is_switch
from bot.commands.webinar_ref import WebinarRef, find_webinars, has_title, has_words
from bot.model.lifecycle import ListedWebinar

MAX_INVALID_TIMES: Final = 8
"""How many of the last words of `remind` can be invalid times instead of part of a title."""


def resolve_remind(command: Remind, webinars: Sequence[ListedWebinar], now: datetime) -> Remind:
    """Decide which words of `remind` are the webinar and which are the times.

    If all words are a complete title, there are no times. If no webinar matches, the last words become (invalid)
    times, as few as needed for a match: "remind launch soon" means Launch day, and "soon" is an invalid time.
    "off" and "on" at the end are in place of times, unless they are words of the title.
    """
    ref = command.which
    if ref.quoted or ref.is_defaults:
        return command
    all_words = f"{ref.text} {command.times}".strip()
    if any(has_title(webinar, all_words) for webinar in webinars):
        return Remind(WebinarRef(all_words), "")
    words = ref.text.split()
    if words and not command.times and is_switch(words[-1]):
        shorter = WebinarRef(" ".join(words[:-1]))
        is_title = any(has_words(webinar, all_words) for webinar in webinars)
        if not is_title and (shorter.is_missing or find_webinars(shorter, webinars, now)):
            return Remind(shorter, words[-1])
    for count in range(len(words), max(0, len(words) - MAX_INVALID_TIMES), -1):
        shorter = WebinarRef(" ".join(words[:count]))
        if find_webinars(shorter, webinars, now):
            return Remind(shorter, " ".join([*words[count:], command.times]).strip())
    return command


def resolve_remind_me(command: RemindMe, webinars: Sequence[ListedWebinar], now: datetime) -> RemindMe:
    """Decide in the same way which words of `remind me` are the webinar and which are the times."""
    if wait_text(command.times):
        return command
    found = resolve_remind(Remind(command.which, command.times), webinars, now)
    return RemindMe(found.which, found.times)


def resolve_limit(command: Limit, webinars: Sequence[ListedWebinar], now: datetime) -> Limit:
    """Decide whether the last word of `limit` is the limit or part of the title.

    "limit Budget 2027" has no limit if there is a webinar Budget 2027; "limit launch day" has no limit; "limit 50"
    has no webinar. "limit launch 2 500" is 500 if there is a webinar Launch 2, else 2,500.
    """
    if command.which.quoted:
        return command
    command = _with_spaced_number(command, webinars)
    ref, limit = command.which, command.to
    if not limit:
        return command if not is_limit(ref.text) or find_webinars(ref, webinars, now) else Limit(WebinarRef(), ref.text)
    all_words = WebinarRef(f"{ref.text} {limit}")
    matches = find_webinars(all_words, webinars, now)
    if is_limit(limit):
        matches = [webinar for webinar in matches if len(webinar.title.split()) == len(all_words.text.split())]
    return Limit(all_words, "") if matches else command


def _with_spaced_number(command: Limit, webinars: Sequence[ListedWebinar]) -> Limit:
    """Decide which groups of a number with spaces are the end of a title, as many as a title has."""
    whole = f"{command.which.text} {command.to}".split()
    groups = command.to.split()
    for count in range(len(whole) - 1, len(whole) - len(groups), -1):
        ref = WebinarRef(" ".join(whole[:count]))
        if any(has_words(webinar, ref.text) for webinar in webinars):
            return Limit(ref, " ".join(whole[count:]))
    if groups and is_limit(" ".join(whole)) and not any(has_words(webinar, command.which.text) for webinar in webinars):
        return Limit(WebinarRef(), " ".join(whole))
    return command
