"""Shows webinars: help, list, show, count, and their Refresh buttons."""

from __future__ import annotations

from collections.abc import Sequence

from bot.commands.list_args import List, parse_list
from bot.commands.parser import Count, Help, Show, corrected
from bot.errors import BadInput
from bot.model.visibility import is_full_member
from bot.model.webinar import Webinar
from bot.providers.base import Lane
from bot.reports.turnouts import stored_turnouts
from bot.slack import buttons
from bot.slack.message import Message
from bot.webinars.totals import totals
from handlers import webinar_choice_texts
from handlers.browse import texts as browse_texts
from handlers.browse.details import details
from handlers.browse.help import help_message, unknown_message
from handlers.browse.past_texts import PastPage, past_listing
from handlers.browse.selection import PastSelection, select, select_past
from handlers.request import Commands, Listeners, SlackRequest, acknowledge_only
from handlers.webinar_choice import choose_webinar


async def show_help(request: SlackRequest, command: Help) -> None:
    """Reply with the groups of commands, or one command; for an unknown word, with the nearest one."""
    if command.unknown is None:
        await request.reply(help_message(command.topic))
        return
    meant = corrected(str(request.body.get("text")), command.nearest) if command.nearest else ""
    await request.reply(unknown_message(command.unknown, meant))


async def help_button(request: SlackRequest) -> None:
    """Reply with the commands of a group, or with all groups."""
    await request.reply(help_message(request.value))


async def run_guess(request: SlackRequest) -> None:
    """Run the command that was meant, as if it was typed."""
    if request.run_text:
        await request.run_text(request, request.value)


async def run_in_channel(request: SlackRequest) -> None:
    """Run the command of a channel picker in the chosen channel, if the user can read it."""
    person = await request.person()
    if not await request.services.channels.readable(person, [request.value]):
        raise BadInput("Greenroom can't post in that channel for you. Choose another one, or invite it there first.")
    request.channel_id, request.channel_name = request.value, ""
    if request.run_text:
        await request.run_text(request, buttons.channel_command(request.block_id))


async def list_webinars(request: SlackRequest, command: List) -> None:
    """Reply with the first page of a list, from the mirror."""
    await request.reply(await _page(request, command, 1))


async def turn_page(request: SlackRequest) -> None:
    """Replace the page with another one."""
    which, page = webinar_choice_texts.parse_page_value(request.value)
    await request.reply(await _page(request, parse_list(which), page), replace=True)


async def refresh_list(request: SlackRequest) -> None:
    """List the sessions at the provider (one call), then replace the page."""
    await request.services.mirror.sweep(request.caller(Lane.LOOK))
    await turn_page(request)


async def show(request: SlackRequest, command: Show) -> None:
    """Reply with one webinar, as far as this user may see it."""
    webinar = await choose_webinar(request, command.which, "show")
    if webinar:
        await request.reply(await details(request, webinar))


async def show_button(request: SlackRequest) -> None:
    """Reply with the button's webinar."""
    await request.reply(await details(request, await request.find_webinar(request.value)))


async def count(request: SlackRequest, command: Count) -> None:
    """Reply with the number of registrants, from the mirror."""
    webinar = await choose_webinar(request, command.which, "count")
    if webinar:
        await request.reply(await _count(request, webinar))


async def count_button(request: SlackRequest) -> None:
    """Reply with the number of registrants of the button's webinar."""
    await request.reply(await _count(request, await request.find_webinar(request.value)))


async def refresh_card(request: SlackRequest) -> None:
    """Read the webinar at the provider (one call), which updates its cards."""
    await request.refreshed_webinar(request.value)


async def refresh_details(request: SlackRequest) -> None:
    """Read the webinar at the provider (one call), and replace the message."""
    webinar = await request.refreshed_webinar(request.value)
    await request.reply(await details(request, webinar), replace=True)


async def refresh_count(request: SlackRequest) -> None:
    """Read the figures at the provider (one call), and replace the message."""
    webinar = await request.refreshed_webinar(request.value)
    await request.reply(await _count(request, webinar), replace=True)


async def _page(request: SlackRequest, command: List, page: int) -> Message:
    webinars, person = await request.visible_webinars(), await request.person()
    if command.which == "past":
        return await _past_page(request, select_past(webinars, command, person, request.now()), command.text, page)
    found = select(webinars, command, person, request.now())
    pages = _pages(found)
    page = min(max(page, 1), pages)
    first = (page - 1) * webinar_choice_texts.PAGE_SIZE
    return browse_texts.listing(
        found[first : first + webinar_choice_texts.PAGE_SIZE],
        page=page,
        pages=pages,
        total=len(found),
        which=command.text,
        now=request.now(),
        seen_at=request.services.mirror.swept_at,
        providers=request.services.mirror.provider_names,
        can_create=is_full_member(person),
    )


async def _past_page(request: SlackRequest, selection: PastSelection, which: str, page: int) -> Message:
    services = request.services
    known = {webinar.session_id for webinar in (*selection.webinars, *selection.earlier)}
    turnouts = await stored_turnouts(services.store, services.account, known)
    pages = _pages(selection.webinars)
    shown = PastPage(
        selection=selection,
        totals=totals(selection.webinars, turnouts),
        earlier=totals(selection.earlier, turnouts) if selection.period else None,
        which=which,
        page=min(max(page, 1), pages),
        pages=pages,
        turnouts=turnouts,
        manageable=await services.permissions.manageable(await request.person(), selection.webinars),
    )
    return past_listing(
        shown, now=request.now(), seen_at=services.mirror.swept_at, providers=services.mirror.provider_names
    )


def _pages(webinars: Sequence[Webinar]) -> int:
    return max(1, -(-len(webinars) // webinar_choice_texts.PAGE_SIZE))


async def _count(request: SlackRequest, webinar: Webinar) -> Message:
    can_manage = await request.can_manage(webinar)
    can_run = can_manage or await request.can_run(webinar)
    return browse_texts.count(webinar, now=request.now(), can_manage=can_manage, can_run=can_run)


COMMANDS: Commands = {Help: show_help, List: list_webinars, Show: show, Count: count}
ACTIONS: Listeners = {
    buttons.HELP: help_button,
    buttons.RUN: run_guess,
    buttons.RUN_IN_CHANNEL: run_in_channel,
    buttons.LIST: turn_page,
    buttons.PREVIOUS: turn_page,
    buttons.NEXT: turn_page,
    buttons.REFRESH_LIST: refresh_list,
    buttons.SHOW: show_button,
    buttons.COUNT: count_button,
    buttons.REFRESH_CARD: refresh_card,
    buttons.REFRESH_DETAILS: refresh_details,
    buttons.REFRESH_COUNT: refresh_count,
    **dict.fromkeys(buttons.LINKS, acknowledge_only),
}
