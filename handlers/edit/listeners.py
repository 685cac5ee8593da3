"""Edits a webinar: the form, the work after it is submitted, the choice at a conflict, and Undo."""

from __future__ import annotations

from bot.commands.parser import Edit
from bot.creation import draft_table
from bot.creation.change import table as change_table
from bot.creation.change import texts as change_texts
from bot.creation.change.table import Change, session_of
from bot.errors import BadInput
from bot.model.form_rules import FormRules
from bot.model.webinar import Webinar
from bot.slack import buttons
from bot.slack.blocks import modal, paragraph
from bot.slack.message import View
from handlers.change_work import start_change
from handlers.create import form as create_form
from handlers.create.draft import CreateDraft, EditedWebinar, edit_line
from handlers.create.rules import webinar_rules
from handlers.edit import form as edit_form
from handlers.request import Commands, Listeners, SlackRequest, once
from handlers.webinar_choice import choose_webinar

ACTION = "edit this webinar"
UNDO_ACTION = "undo this change"
TOO_OLD = "This form is too old. Open the webinar with /webinar edit."
FORM_KEPT = "Slack did not show the form. What you typed is kept: press the button again."
NOT_OPENED = "Slack did not show the form, so nothing was changed. Try again."
MAY_FOLLOW = "If the change still goes through, you get a direct message."
"""A change that has begun is resumed, so it may still succeed after an error."""


async def edit(request: SlackRequest, command: Edit) -> None:
    """Open the form of the named webinar."""
    webinar = await choose_webinar(request, command.which, "edit")
    if webinar:
        await _open(request, webinar)


async def edit_button(request: SlackRequest) -> None:
    """Open the form from a button."""
    await _open(request, await request.find_webinar(buttons.parse_value(request.value)[0]))


async def submit(request: SlackRequest) -> None:
    """Check the form, show all problems under their fields, or begin the change and show progress."""
    webinar = await _editable(request, request.metadata)
    draft, edits = await _draft(request, request.metadata)
    draft = create_form.read(draft, request.values)
    await _save(request, draft)
    zone = str((await request.current_person()).zone)
    rules = webinar_rules(request, webinar)
    wanted = edit_form.check(draft, draft.edits or edits, rules, now=request.now(), zone=zone)
    change = request.services.changes.new(
        webinar,
        edits.read,
        wanted,
        request.user_id,
        change_id=draft.draft_id,
        view_id=request.view_id,
        draft_id=draft.draft_id,
    )
    await _start(request, webinar, change)


async def submit_choices(request: SlackRequest) -> None:
    """Begin the change that was decided: theirs is kept, or mine used, field by field."""
    webinar = await _editable(request, request.metadata)
    conflict = await request.services.changes.find_conflict(request.metadata, request.user_id)
    kept = edit_form.kept_fields(request.values)
    await _start(request, webinar, request.services.changes.decided(webinar, conflict, kept, request.view_id))


async def choose(request: SlackRequest) -> None:
    """Open the choice from the DM about a conflict."""
    webinar = await _editable(request, request.value)
    conflict = await request.services.changes.find_conflict(request.value, request.user_id)
    await request.open(change_texts.conflict(webinar, conflict))


async def back_to_form(request: SlackRequest) -> None:
    """Replace the failure with the filled form."""
    await request.show(await _refilled_form(request), FORM_KEPT)


async def try_again(request: SlackRequest) -> None:
    """Open the filled form from the DM about the failure."""
    await request.open(await _refilled_form(request))


async def undo(request: SlackRequest) -> None:
    """Take a change back, unless it is older than ten minutes or somebody has changed the same since."""
    webinar = await request.managed_webinar(session_of(request.value), UNDO_ACTION)
    request.services.changes.check(webinar)
    change = await request.services.changes.undo(webinar, request.value, request.user_id, request.view_id)
    caller = request.caller()
    if request.view:
        await request.window.note(change_texts.working(webinar))
        caller = request.caller_with_progress(lambda note: change_texts.working(webinar, note=note))
    await request.services.changes.apply(change, caller)


async def _open(request: SlackRequest, webinar: Webinar) -> None:
    await request.require_manager(webinar, ACTION)
    request.services.changes.check(webinar)
    # A trigger expires after three seconds, and reading the webinar may take longer.
    await request.open_window(edit_form.opening(webinar))
    caller = request.caller_with_progress(lambda note: edit_form.opening(webinar, note=note))
    read = await request.services.changes.prepare(webinar, caller)
    draft = edit_form.draft_of(webinar, read, request.services.changes.new_id(webinar))
    await _save(request, draft)
    await request.show(_form(draft, webinar_rules(request, webinar)), NOT_OPENED)


async def _start(request: SlackRequest, webinar: Webinar, change: Change) -> None:
    if not change.edit.names:
        await request.acknowledge(response_action="update", view=change_texts.nothing_changed(webinar))
        return
    await start_change(request, webinar, change, _failed)


async def _editable(request: SlackRequest, change_id: str) -> Webinar:
    """The webinar of a form or change. Permission is checked again: the form may have been open for long."""
    webinar = await request.managed_webinar(session_of(change_id), ACTION)
    request.services.changes.check(webinar)
    return webinar


async def _draft(request: SlackRequest, draft_id: str) -> tuple[CreateDraft, EditedWebinar]:
    async with request.services.store.read() as db:
        content = await draft_table.find(db, request.workspace, request.user_id, draft_id)
    draft = CreateDraft.model_validate_json(content) if content else None
    if draft is None or draft.edits is None:
        raise BadInput(TOO_OLD)
    return draft, draft.edits


async def _save(request: SlackRequest, draft: CreateDraft) -> None:
    content, now = draft.model_dump_json(), request.now()
    async with request.services.store.write() as db:
        await draft_table.save(
            db, request.workspace, request.user_id, draft.draft_id, content, now, state=draft_table.EDITING
        )


async def _refilled_form(request: SlackRequest) -> View:
    webinar = await _editable(request, request.value)
    failed, _ = await _draft(request, request.value)
    async with request.services.store.read() as db:
        change = await change_table.find(db, request.services.account, request.value)
    draft = failed.model_copy(update={"draft_id": request.services.changes.new_id(webinar)})
    await _save(request, draft)
    return _form(draft, webinar_rules(request, webinar), problem=change.problem if change else "")


def _form(draft: CreateDraft, rules: FormRules, *, problem: str = "") -> View:
    return create_form.build(draft, rules=rules, host_line=edit_line(draft), problem=problem)


def _failed(sentence: str) -> View:
    return modal(change_texts.FAILED, "Not changed", [paragraph(f"{sentence}\n{MAY_FOLLOW}")])


COMMANDS: Commands = {Edit: edit}
ACTIONS: Listeners = {
    buttons.EDIT: edit_button,
    change_texts.BACK: back_to_form,
    change_texts.AGAIN: try_again,
    change_texts.UNDO: once(undo),
    change_texts.CHOOSE: choose,
}
SUBMISSIONS: Listeners = {create_form.EDIT_CALLBACK: submit, change_texts.CONFLICT: submit_choices}
