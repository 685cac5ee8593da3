"""The registrant list, for organizers only: pages, search, removal, and a CSV file."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from bot.commands.people_args import ShowRegistrants
from bot.errors import BadInput
from bot.model.registrant import Decision
from bot.model.registration_source import top_channels
from bot.model.webinar import Audience, Webinar
from bot.registration import registrant_file
from bot.registration.charts import MAX_CHANNELS
from bot.slack import buttons
from bot.slack.blocks import Block
from bot.slack.client import Upload
from bot.slack.error_message import sentence_message
from handlers.registrants import approval
from handlers.registrants import list as registrant_list
from handlers.registrants.list import SearchContext
from handlers.registrants.position import RegistrantPage
from handlers.request import Commands, Listeners, SlackRequest, once
from handlers.webinar_choice import choose_webinar

ANYONE = "Everyone with the link can join this webinar, so nobody registers for it."
FILE_NAME = "registrants.csv"
ACTION = "see who has registered for this webinar"
DECIDE_ACTION = "approve or deny registrations for this webinar"
REMOVE_ACTION = "remove registrants of this webinar"


async def registrants(request: SlackRequest, command: ShowRegistrants) -> None:
    """Show the registrants of a webinar: one call."""
    webinar = await choose_webinar(request, command.which, "registrants")
    if webinar:
        await request.require_runner(webinar, ACTION)
        await _show(request, webinar, RegistrantPage(session_id=webinar.session_id), force=True)


async def registrants_pressed(request: SlackRequest) -> None:
    """The same from a button."""
    webinar = await request.run_webinar(buttons.parse_value(request.value)[0], ACTION)
    await _show(request, webinar, RegistrantPage(session_id=webinar.session_id), force=True)


async def turn_page(request: SlackRequest) -> None:
    """Another page, or registrants again, in the place of this one."""
    position = RegistrantPage.model_validate_json(request.value)
    await _show(request, await request.run_webinar(position.session_id, ACTION), position, replace=True)


async def refresh(request: SlackRequest) -> None:
    """Read the list force (one call), and show it in the same place."""
    position = RegistrantPage.model_validate_json(request.value)
    webinar = await request.run_webinar(position.session_id, ACTION)
    await request.services.registrants.refresh(webinar, request.user_id, request.caller())
    await _show(request, webinar, position, replace=True)


async def search(request: SlackRequest) -> None:
    """Open the search form."""
    position = RegistrantPage.model_validate_json(request.value)
    await request.run_webinar(position.session_id, ACTION)
    await request.open(registrant_list.search_form(position, request.response_url))


async def search_submitted(request: SlackRequest) -> None:
    """Replace the page by the result of the search."""
    search = SearchContext.model_validate_json(request.metadata)
    webinar = await request.run_webinar(search.place.session_id, ACTION)
    position = RegistrantPage(session_id=webinar.session_id, words=registrant_list.read_search(request.values))
    await request.acknowledge()
    request.view, request.response_url = None, search.response_url

    async def work(request: SlackRequest) -> None:
        await _show(request, webinar, position, replace=True)

    request.run_after_ack(work)


async def remove(request: SlackRequest) -> None:
    """Remove a registrant (one call), as confirmed at the button, and replace the page."""
    position = RegistrantPage.model_validate_json(request.value)
    webinar = await request.managed_webinar(position.session_id, REMOVE_ACTION)
    await request.services.registrants.remove(webinar, position.picked, request.caller())
    await request.services.seats.notifier.notify_removed(webinar, position.picked)
    await _show(request, webinar, position, replace=True, note=registrant_list.GONE)


async def approve(request: SlackRequest) -> None:
    """Approve one person (one call), and replace the page."""
    await _decide(request, Decision.APPROVE)


async def deny(request: SlackRequest) -> None:
    """Deny one person (one call), and replace the page."""
    await _decide(request, Decision.DENY)


async def approve_all(request: SlackRequest) -> None:
    """Approve all who wait (one call for thirty), as confirmed at the button."""
    await _decide(request, Decision.APPROVE, is_for_all=True)


async def deny_all(request: SlackRequest) -> None:
    """Deny all who wait (one call for thirty), as confirmed at the button."""
    await _decide(request, Decision.DENY, is_for_all=True)


async def undo(request: SlackRequest) -> None:
    """Decide the other way about the same people."""
    await _decide(request, RegistrantPage.model_validate_json(request.value).decision or Decision.APPROVE)


async def _decide(request: SlackRequest, decision: Decision, *, is_for_all: bool = False) -> None:
    position = RegistrantPage.model_validate_json(request.value)
    webinar = await request.managed_webinar(position.session_id, DECIDE_ACTION)
    ids = [one for one in position.picked.split(",") if one]
    if is_for_all:
        known = await request.services.registrants.get(webinar, request.user_id, request.caller())
        ids = [one.registrant_id for one in known.pending]
    result = await request.services.approvals.decide(webinar, ids, decision, request.user_id, request.caller())
    request.services.mirror.count_soon(webinar.session_id)
    here = position.model_copy(update={"picked": "", "decision": None})
    note = approval.done_note(decision, len(result.decided), result.problem)
    undo_blocks = approval.undo_buttons(webinar, here, result.decided, decision)
    await _show(request, webinar, here, replace=True, note=note, undo=undo_blocks)


async def download(request: SlackRequest) -> None:
    """Send all registrants as a file by DM."""
    position = RegistrantPage.model_validate_json(request.value)
    webinar = await request.run_webinar(position.session_id, ACTION)
    cached = await request.services.registrants.get(webinar, request.user_id, request.caller())
    content = await asyncio.to_thread(registrant_file.registrant_csv, cached.registrants)
    message = sentence_message(registrant_list.download_text(webinar, len(cached.registrants)))
    channel_id, _ = await request.slack.post(request.user_id, message)
    await request.slack.send_file(channel_id, Upload(FILE_NAME, content, title="Registrants"))
    await _show(request, webinar, position, replace=True, note=registrant_list.IN_DM)


async def _show(
    request: SlackRequest,
    webinar: Webinar,
    position: RegistrantPage,
    *,
    replace: bool = False,
    force: bool = False,
    note: str = "",
    undo: Sequence[Block] = (),
) -> None:
    if webinar.audience is Audience.ANYONE:
        raise BadInput(ANYONE)
    cached = await request.services.registrants.get(webinar, request.user_id, request.caller(), force=force)
    now, can_manage = request.now(), await request.can_manage(webinar)
    ids = top_channels((one.source for one in cached.registrants), MAX_CHANNELS)
    undecided = approval.approval_blocks(webinar, cached, position, can_manage=can_manage)
    page = registrant_list.page_message(
        webinar,
        cached.registrants,
        position,
        age=cached.age,
        now=now,
        note=note,
        above=[*undo, *undecided],
        channels=await request.slack.public_channel_names(ids),
        can_manage=can_manage,
    )
    # Names and addresses stay out of direct messages, which are kept.
    await request.reply(page, replace=replace, notification=sentence_message(registrant_list.ANSWERED))


COMMANDS: Commands = {ShowRegistrants: registrants}
ACTIONS: Listeners = {
    buttons.REGISTRANTS: registrants_pressed,
    registrant_list.PREVIOUS: turn_page,
    registrant_list.NEXT: turn_page,
    registrant_list.ALL: turn_page,
    registrant_list.REFRESH: refresh,
    registrant_list.SEARCH: search,
    registrant_list.REMOVE: remove,
    approval.DENIED: turn_page,
    approval.APPROVE: approve,
    approval.DENY: deny,
    approval.APPROVE_ALL: approve_all,
    approval.DENY_ALL: deny_all,
    approval.UNDO: undo,
    registrant_list.DOWNLOAD: once(download),
}
SUBMISSIONS: Listeners = {registrant_list.SEARCH_CALLBACK: search_submitted}
