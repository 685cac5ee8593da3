"""Finds the webinar that a command names; the user is asked if several match."""

from __future__ import annotations

from bot.commands.webinar_ref import WebinarRef, find_webinars
from bot.model.lifecycle import is_coming_or_live
from bot.model.webinar import Status, Webinar
from handlers import webinar_choice_texts
from handlers.request import SlackRequest

NOT_FOR_CANCELED = frozenset({"share", "subscribe", "open", "close", "limit", "cancel", "invite", "register", "edit"})
"""Verbs that make no sense for a canceled webinar: canceled ones are not offered."""


async def choose_webinar(request: SlackRequest, which: WebinarRef, verb: str, *, typed: str = "") -> Webinar | None:
    """The one webinar that `which` names. If none or several match, reply with the list or a picker and return None.

    `typed` is the rest of the command: the picker's buttons carry it.
    """
    now = request.now()
    candidates = await request.visible_webinars()
    if verb in NOT_FOR_CANCELED:
        candidates = [webinar for webinar in candidates if webinar.status is not Status.CANCELED]
    found = find_webinars(which, candidates, now)
    if which.is_missing:
        found = [webinar for webinar in candidates if is_coming_or_live(webinar, now)]
    if len(found) == 1:
        return found[0]
    if found:
        await request.reply(webinar_choice_texts.pick(found, verb, words=which.text, now=now, typed=typed))
    else:
        await request.reply(webinar_choice_texts.nothing_found(which.text, verb))
    return None
