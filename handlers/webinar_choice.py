"""Finds the webinar that a command names; the user is asked if several match."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from bot.commands.event_link import registration_code
from bot.commands.slack_text import normalized_word
from bot.commands.webinar_ref import WebinarRef, find_webinars
from bot.model.lifecycle import Stage, is_coming_or_live, stage
from bot.model.visibility import is_full_member
from bot.model.webinar import Status, Webinar
from bot.slack.needs import is_supported
from bot.webinars.unsupported import check_supported
from handlers import webinar_choice_texts
from handlers.request import SlackRequest

NOT_FOR_CANCELED = frozenset(
    {"share", "subscribe", "open", "close", "limit", "registration", "cancel", "invite", "register", "edit"}
)
"""Verbs that make no sense for a canceled webinar: canceled ones are not offered."""
LAST_WORDS = frozenset({"last", "latest", "previous"})
"""For verbs about what comes after the event: the webinar that was over last."""


async def choose_webinar(request: SlackRequest, which: WebinarRef, verb: str, *, typed: str = "") -> Webinar | None:
    """The one webinar that `which` names. If none or several match, reply with the list or a picker and return None.

    Raises `Unsupported` if it does not support what the command is about.

    `typed` is the rest of the command: the picker's buttons carry it.
    """
    now = request.now()
    candidates = await request.visible_webinars()
    if verb in NOT_FOR_CANCELED:
        candidates = [webinar for webinar in candidates if webinar.status is not Status.CANCELED]
    found = find_webinars(which, candidates, now) or _by_page(which, candidates)
    if verb in webinar_choice_texts.AFTER_EVENT:
        found = _over(which, candidates, now) or found
    elif which.is_missing:
        found = [webinar for webinar in candidates if is_coming_or_live(webinar, now)]
    if len(found) > 1:  # those that the command cannot be about have no button
        found = [one for one in found if is_supported(request.needs, one.abilities)] or found[:1]
    if len(found) == 1:
        check_supported(found[0], request.needs)
        return found[0]
    if found:
        here = request.is_in_channel
        await request.reply(webinar_choice_texts.pick(found, verb, words=which.text, now=now, typed=typed, here=here))
    else:
        names, can_create = request.services.mirror.provider_names, is_full_member(await request.person())
        await request.reply(webinar_choice_texts.nothing_found(which.text, verb, names, can_create=can_create))
    return None


def _by_page(which: WebinarRef, candidates: Sequence[Webinar]) -> list[Webinar]:
    """Those whose registration page is the pasted link."""
    code = registration_code(which.text)
    return [
        one for one in candidates if code and one.registration and code == registration_code(one.registration.page_uri)
    ]


def _over(which: WebinarRef, candidates: Sequence[Webinar], now: datetime) -> list[Webinar]:
    """Those that are over, latest first: all of them if the command names none, as one with the same title may come."""
    over = [webinar for webinar in reversed(candidates) if stage(webinar, now) is Stage.OVER]
    if which.is_missing:
        return over
    is_last = not which.quoted and normalized_word(which.text) in LAST_WORDS
    return find_webinars(which, over, now) or (over[:1] if is_last else [])
