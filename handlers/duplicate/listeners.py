"""Creates a webinar again: opens the creation form, filled from it."""

from __future__ import annotations

from bot.commands.parser import Duplicate
from bot.creation import draft_table
from bot.model.team import Role
from bot.model.webinar import Webinar
from bot.slack import buttons
from bot.webinars.permissions import check_may_create
from handlers.create import form as create_form
from handlers.create.rules import webinar_rules
from handlers.duplicate import form as duplicate_form
from handlers.request import Commands, Listeners, SlackRequest
from handlers.webinar_choice import choose_webinar

ACTION = "create this webinar again"
NOT_OPENED = "Slack did not show the form, so nothing was created. Try again."


async def duplicate(request: SlackRequest, command: Duplicate) -> None:
    """Open the form filled from the named webinar, also a past or canceled one."""
    webinar = await choose_webinar(request, command.which, "duplicate")
    if webinar:
        await _open(request, webinar)


async def duplicate_button(request: SlackRequest) -> None:
    """Open the form filled from the button's webinar."""
    await _open(request, await request.find_webinar(buttons.parse_value(request.value)[0]))


async def _open(request: SlackRequest, webinar: Webinar) -> None:
    await request.require_manager(webinar, ACTION)
    person = await request.current_person()
    check_may_create(person)
    # A trigger expires after three seconds, and reading the webinar may take longer.
    await request.open_window(duplicate_form.opening(webinar), duplicate_form.failed)
    caller = request.caller_with_progress(lambda note: duplicate_form.opening(webinar, note=note))
    copy = await request.services.duplicates.read(webinar, caller)
    team = await request.services.team.cached(webinar)
    has_team = copy.has_settings and (team is None or any(one.invitee.role is not Role.HOST for one in team.members))
    draft = duplicate_form.draft_of(webinar, copy, has_team=has_team, channel_id=request.channel_id, now=request.now())
    async with request.services.store.write() as db:
        content, now = draft.model_dump_json(), request.now()
        await draft_table.save(db, request.workspace, request.user_id, draft.draft_id, content, now)
    host_line = request.services.directory.of(webinar.id).host_line(person)
    rules, places = webinar_rules(request, webinar), request.services.directory.prefixes
    problem = duplicate_form.problem(copy, webinar)
    view = create_form.build(draft, rules=rules, host_line=host_line, problem=problem, places=places)
    await request.show(view, NOT_OPENED)


COMMANDS: Commands = {Duplicate: duplicate}
ACTIONS: Listeners = {buttons.DUPLICATE: duplicate_button}
