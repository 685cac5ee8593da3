"""Looking at webinars: the menu, help, list, show, count, and the Refresh on each of them."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import SecretStr

from bot.commands.find_webinar import find
from bot.commands.parser import Bare, Count, Help, List, Show, parse
from bot.commands.webinar_ref import WebinarWords
from bot.model.lifecycle import Stage, stage
from bot.model.webinar import Status, Webinar
from bot.slack import buttons
from bot.slack.message import Message
from bot.webinars import table as webinar_table
from handlers.browse import texts as browse_texts
from handlers.browse.help import help_message
from handlers.request import Ask, Commands, Listeners

NOT_CANCELLED = frozenset({"share", "subscribe", "open", "close", "limit", "cancel", "invite", "register"})
"""What is only done with webinars that are not cancelled, so that others are not even offered."""


async def bare(ask: Ask, _: Bare) -> None:
    """What is next, and the main buttons."""
    now = ask.services.clock.now()
    coming = [
        webinar for webinar in await ask.services.mirror.everything(now) if webinar.status is not Status.CANCELLED
    ]
    await ask.say(browse_texts.home_menu(coming[0] if coming else None, now=now))


async def show_help(ask: Ask, command: Help) -> None:
    """The commands, or one of them."""
    await ask.say(help_message(command.topic, unknown=command.unknown, nearest=command.nearest))


async def help_button(ask: Ask) -> None:
    """The same from a button."""
    await ask.say(help_message())


async def listing(ask: Ask, command: List) -> None:
    """The first page of a list, from the mirror."""
    which = "" if command.which == "coming" else command.which
    await ask.say(await _page(ask, f"{which} {command.words}".strip(), 1))


async def turn_page(ask: Ask) -> None:
    """Another page in the place of this one."""
    which, page = browse_texts.read_place(ask.value)
    await ask.say(await _page(ask, which, page), replace=True)


async def refresh_list(ask: Ask) -> None:
    """List the sessions at RingCentral (one call), then the same page anew."""
    await ask.services.mirror.sweep(ask.caller())
    await turn_page(ask)


async def show(ask: Ask, command: Show) -> None:
    """One webinar, with everything this person may know of it."""
    webinar = await chosen(ask, command.which, "show")
    if webinar:
        await ask.say(await _details(ask, webinar))


async def show_button(ask: Ask) -> None:
    """The same from a button."""
    await ask.say(await _details(ask, await ask.services.mirror.find(ask.value)))


async def count(ask: Ask, command: Count) -> None:
    """How many have registered, from the mirror."""
    webinar = await chosen(ask, command.which, "count")
    if webinar:
        await ask.say(await _count(ask, webinar))


async def count_button(ask: Ask) -> None:
    """The same from a button."""
    await ask.say(await _count(ask, await ask.services.mirror.find(ask.value)))


async def refresh_card(ask: Ask) -> None:
    """Read the webinar anew (one call); its cards follow."""
    await ask.services.mirror.refresh(ask.value, ask.caller())


async def refresh_details(ask: Ask) -> None:
    """Read the webinar anew (one call), and show it in the same place."""
    webinar = await ask.services.mirror.refresh(ask.value, ask.caller())
    await ask.say(await _details(ask, webinar), replace=True)


async def refresh_count(ask: Ask) -> None:
    """Read the figures anew (one call), and show them in the same place."""
    webinar = await ask.services.mirror.refresh(ask.value, ask.caller())
    await ask.say(await _count(ask, webinar), replace=True)


async def opened(_: Ask) -> None:
    """A button that opens a page has done so; Slack only wants to hear that we heard."""


async def chosen(ask: Ask, which: WebinarWords, verb: str, *, typed: str = "") -> Webinar | None:
    """The webinar that the words mean. Where they mean none or several, the person is answered, and there is none.

    `typed` is what else the command said: the buttons of the picker carry it on.
    """
    now = ask.services.clock.now()
    known = await ask.services.mirror.everything()
    if verb in NOT_CANCELLED:
        known = [webinar for webinar in known if webinar.status is not Status.CANCELLED]
    found = find(which, known, now)
    if which.is_missing:
        found = [webinar for webinar in known if stage(webinar, now) in (Stage.COMING, Stage.LIVE)]
    if len(found) == 1:
        return found[0]
    nothing = browse_texts.nothing_found(which.text, verb)
    await ask.say(browse_texts.pick(found, verb, words=which.text, now=now, typed=typed) if found else nothing)
    return None


async def _page(ask: Ask, which: str, page: int) -> Message:
    now = ask.services.clock.now()
    found = _matching(await ask.services.mirror.everything(), which, ask)
    pages = max(1, -(-len(found) // browse_texts.PAGE_SIZE))
    page = min(max(page, 1), pages)
    first = (page - 1) * browse_texts.PAGE_SIZE
    return browse_texts.listing(
        found[first : first + browse_texts.PAGE_SIZE],
        page=page,
        pages=pages,
        total=len(found),
        which=which,
        now=now,
        seen_at=ask.services.mirror.swept_at,
    )


def _matching(known: Sequence[Webinar], which: str, ask: Ask) -> list[Webinar]:
    now = ask.services.clock.now()
    command = parse(f"list {which}")
    words = command.words if isinstance(command, List) else ""
    if isinstance(command, List) and command.which == "past":
        found = [webinar for webinar in reversed(known) if stage(webinar, now) is Stage.OVER]
    elif isinstance(command, List) and command.which == "mine":
        found = [webinar for webinar in known if webinar.created_by == ask.user_id]
        found = [webinar for webinar in found if webinar.status is not Status.CANCELLED]
    elif words:
        found = [webinar for webinar in known if webinar.status is not Status.CANCELLED]
    else:
        found = [webinar for webinar in known if stage(webinar, now) in (Stage.COMING, Stage.LIVE)]
    matches = {webinar.id for webinar in find(WebinarWords(words, quoted=True), found, now)} if words else None
    return [webinar for webinar in found if matches is None or webinar.id in matches]


async def _count(ask: Ask, webinar: Webinar) -> Message:
    return browse_texts.count(webinar, now=ask.services.clock.now(), may_steer=await ask.steers(webinar))


async def _details(ask: Ask, webinar: Webinar) -> Message:
    link = ""
    if webinar.created_by == ask.user_id:
        async with ask.services.store.read() as db:
            link = await webinar_table.host_link(db, webinar.account, webinar.session_id)
    return browse_texts.details(
        webinar,
        now=ask.services.clock.now(),
        host_link=SecretStr(link) if link else None,
        may_steer=await ask.steers(webinar),
        here=bool(ask.channel_id),
        has_pages=ask.services.own_pages.urls.is_on,
    )


COMMANDS: Commands = {Bare: bare, Help: show_help, List: listing, Show: show, Count: count}
ACTIONS: Listeners = {
    buttons.HELP: help_button,
    buttons.LIST: turn_page,
    buttons.PREVIOUS: turn_page,
    buttons.NEXT: turn_page,
    buttons.REFRESH_LIST: refresh_list,
    buttons.SHOW: show_button,
    buttons.COUNT: count_button,
    buttons.REFRESH_CARD: refresh_card,
    buttons.REFRESH_DETAILS: refresh_details,
    buttons.REFRESH_COUNT: refresh_count,
    **dict.fromkeys(buttons.LINKS, opened),
}
