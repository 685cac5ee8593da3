"""Creates a webinar: the form, its More Settings, and the work after it is submitted."""

from __future__ import annotations

from datetime import timedelta

from bot.clock import machine_now
from bot.commands.parser import Create
from bot.creation import draft_table
from bot.creation import table as creation_table
from bot.creation import texts as creation_texts
from bot.creation.draft_table import OPEN, RESUMED
from bot.creation.table import Creation, CreationRequest, CreationStep
from bot.errors import BadInput
from bot.model.people import Person
from bot.model.recurrence import EventForm
from bot.slack import buttons
from bot.slack.message import View
from bot.webinars import table as webinar_table
from bot.webinars.permissions import check_may_create
from handlers.create import form as create_form
from handlers.create import place_field, prefill, settings_form, zone_field
from handlers.create.draft import CreateDraft, edit_line, filled
from handlers.create.rules import form_rules
from handlers.dependent_fields import has_other_fields, show_fields
from handlers.field_problems import channel_problem
from handlers.request import Commands, Listeners, SlackRequest

MAY_FOLLOW = "If the webinar is still created, you get a direct message."
"""A creation that has begun is resumed, so it may still succeed after an error."""
FORM_KEPT = "Slack did not show the form. What you typed is kept: type /webinar create to open it again."
INVITE_ACTION = "invite the team of this webinar to another one"
RESUMABLE = timedelta(days=1)
"""How long a closed form reopens as it was left."""


async def open_form(request: SlackRequest, command: Create) -> None:
    """Open the form, prefilled from the command and with this channel to announce in; without words, as it was left."""
    person = await request.current_person()
    check_may_create(person)
    left = await _resumable_draft(request) if not command.words else None
    draft = _copy(left) if left else await prefill.from_command(request, person, command.words)
    await request.open(await _form(request, person, draft, resumed=left is not None))
    if left or command.words:
        await _save(request, draft, in_place_of=left)


async def open_empty(request: SlackRequest) -> None:
    """Open the form from a button or a shortcut."""
    await open_form(request, Create())


async def open_described(request: SlackRequest) -> None:
    """Open the form with the text of a message as the description, and its channel as the one to announce in."""
    person = await request.current_person()
    check_may_create(person)
    rules = request.services.creation.rules_at("", EventForm.MEETING)
    draft = await prefill.from_message(request, str(request.body["message"].get("text") or ""), rules.max_description)
    draft = await prefill.with_channel(request, draft)
    await request.open(await _form(request, person, draft))
    await _save(request, draft)


async def save_input(request: SlackRequest) -> None:
    """Save all inputs when one changes: a closed form sends none. Show the fields that belong to the change."""
    draft = create_form.read(await _draft(request), request.values)
    await _save(request, draft)
    shown = {str(block.get("block_id", "")).partition(":")[0] for block in (request.view or {}).get("blocks", ())}
    if zone_field.asks_what_stays(draft.edits, draft.start) != (zone_field.KEEPS in shown):
        await show_fields(request, await _form(request, await request.person(), draft))


async def change_place(request: SlackRequest) -> None:
    """Save all inputs when a field is changed that others depend on, and show these: who hosts, and what can repeat."""
    draft = create_form.read(await _draft(request), request.values)
    await _save(request, draft)
    await request.show(await _form(request, await request.person(), draft))


async def open_more_settings(request: SlackRequest) -> None:
    """Open More Settings on top of the form."""
    draft = create_form.read(await _draft(request), request.values)
    await request.open(await _settings_form(request, draft))
    await _save(request, draft)


async def start_over(request: SlackRequest) -> None:
    """Replace the resumed form with an empty one."""
    left = await _draft(request)
    async with request.services.store.write() as db:
        await draft_table.forget(db, request.workspace, request.metadata)
    empty = CreateDraft(draft_id=prefill.new_id(), origin_channel=left.origin_channel)
    await request.show(await _form(request, await request.person(), await prefill.with_channel(request, empty)))


async def save_settings_input(request: SlackRequest) -> None:
    """Save all inputs of More Settings when one changes, so that Back loses none. Show what belongs to the change."""
    draft = await _draft(request)
    rules = await form_rules(request, draft)
    draft = draft.model_copy(update={"more": settings_form.read(draft.more, request.values, rules)})
    await _save(request, draft)
    view = await _settings_form(request, draft)
    if has_other_fields(request.view, view):
        await show_fields(request, view)


async def submit_settings(request: SlackRequest) -> None:
    """Save More Settings, and update the form below, which names the changed settings."""
    draft = await _draft(request)
    rules = await form_rules(request, draft)
    draft = draft.model_copy(update={"more": settings_form.read(draft.more, request.values, rules)})
    await _save(request, draft)
    before = filled(draft.edits.read, "").more if draft.edits else None
    problems = settings_form.check(draft.more, rules, before)
    if problems:
        raise BadInput("Please change these settings.", problems)
    await request.acknowledge()
    root = str(request.view["root_view_id"]) if request.view else ""

    async def update_form(request: SlackRequest) -> None:
        form = request.services.results.window(request.user_id, root)
        await form.show(await _form(request, await request.person(), draft))

    request.run_after_ack(update_form)


async def submit(request: SlackRequest) -> None:
    """Check the form, show all problems under their fields, or begin the creation and show progress."""
    person = await request.current_person()
    check_may_create(person)
    draft = create_form.read(await _draft(request), request.values)
    await _save(request, draft)
    creation = await _checked(request, person, draft)
    earlier = await request.services.creation.begin(creation)
    draft_id, title = creation.draft_id, creation.request.form.title
    request.failure_view = lambda sentence: creation_texts.failed(f"{sentence}\n{MAY_FOLLOW}", draft_id)
    request.failure_message = lambda sentence: creation_texts.failed_message(
        f"{sentence}\n{MAY_FOLLOW}", draft_id, title=title
    )
    await request.acknowledge(response_action="update", view=creation_texts.working(title, draft_id))

    async def work(request: SlackRequest) -> None:
        await (_report_again(request, earlier) if earlier else _create(request, creation))

    request.run_after_ack(work)


async def back_to_form(request: SlackRequest) -> None:
    """Replace the failure with the filled form."""
    await request.show(await _refilled_form(request), FORM_KEPT)


async def try_again(request: SlackRequest) -> None:
    """Open the filled form from the DM about the failure."""
    await request.open(await _refilled_form(request))


async def _checked(request: SlackRequest, person: Person, draft: CreateDraft) -> Creation:
    """The creation that the form asks for. Raises `BadInput` with a sentence for every invalid field."""
    problem = await channel_problem(request.slack, draft.announce_in)
    source = draft.copied
    zone = (source.time_zone if source else "") or str(person.zone)
    form = create_form.check(
        draft, await form_rules(request, draft), now=request.now(), zone=zone, channel_problem=problem
    )
    team_of = source.session_id if source and source.invites_team else ""
    if team_of:
        await request.managed_webinar(team_of, INVITE_ACTION)
    host = request.services.directory.at(form.provider).host_for(person)
    return Creation(
        account=request.services.account,
        draft_id=draft.draft_id,
        user_id=request.user_id,
        request=CreationRequest(form=form, host=host, view_id=request.view_id, team_of=team_of),
        step=CreationStep.BEGUN,
        begun_at=machine_now(),
    )


async def _create(request: SlackRequest, creation: Creation) -> None:
    title, draft_id = creation.request.form.title, creation.draft_id
    request.manages = True
    caller = request.caller_with_progress(lambda note: creation_texts.working(title, draft_id, note=note))
    creation = await request.services.creation.choose_host(creation, await request.person(), caller)
    creation = await request.services.creation.run(creation, caller)
    await request.services.creation.report(creation)
    request.services.scheduler.wake()


async def _report_again(request: SlackRequest, earlier: Creation) -> None:
    # The form was submitted twice: show the result of its one creation, or wait for it to be reported.
    if earlier.session_id:
        earlier = earlier.model_copy(update={"step": CreationStep.COMPLETE})
    if earlier.step in (CreationStep.COMPLETE, CreationStep.UNDONE, CreationStep.WATCHED):
        await request.services.creation.report(earlier)


async def _refilled_form(request: SlackRequest) -> View:
    failed_id = request.value
    async with request.services.store.read() as db:
        content = await draft_table.find(db, request.workspace, request.user_id, failed_id)
        creation = await creation_table.find(db, request.services.account, failed_id)
    failed = CreateDraft.model_validate_json(content) if content else CreateDraft(draft_id=failed_id)
    draft = _copy(failed)
    await _save(request, draft, in_place_of=failed)
    return await _form(request, await request.person(), draft, problem=creation.problem if creation else "")


async def _form(
    request: SlackRequest, person: Person, draft: CreateDraft, *, problem: str = "", resumed: bool = False
) -> View:
    host_line = edit_line(draft) or request.services.directory.at(draft.provider).host_line(person)
    rules, places = await form_rules(request, draft), () if draft.edits else request.services.directory.prefixes
    return create_form.build(draft, rules=rules, host_line=host_line, problem=problem, resumed=resumed, places=places)


async def _settings_form(request: SlackRequest, draft: CreateDraft) -> View:
    async with request.services.store.read() as db:
        fixed = await webinar_table.latest_fixed_options(db, request.services.account)
    facts, read_at = fixed or (None, None)
    rules, more, audience = await form_rules(request, draft), draft.more, draft.audience
    return settings_form.build(
        more, rules=rules, draft_id=draft.draft_id, fixed=facts, fixed_read_at=read_at, audience=audience
    )


async def _resumable_draft(request: SlackRequest) -> CreateDraft | None:
    since = request.now() - RESUMABLE
    async with request.services.store.read() as db:
        content = await draft_table.latest_open(db, request.workspace, request.user_id, since)
    return CreateDraft.model_validate_json(content) if content else None


async def _draft(request: SlackRequest) -> CreateDraft:
    async with request.services.store.read() as db:
        content = await draft_table.find(db, request.workspace, request.user_id, request.metadata)
    return CreateDraft.model_validate_json(content) if content else CreateDraft(draft_id=request.metadata)


async def _save(request: SlackRequest, draft: CreateDraft, *, in_place_of: CreateDraft | None = None) -> None:
    """Save the inputs of an open form. The one `in_place_of` which it was opened is not offered again."""
    workspace, content, now = request.workspace, draft.model_dump_json(), request.now()
    async with request.services.store.write() as db:
        await draft_table.save(db, workspace, request.user_id, draft.draft_id, content, now)
        # A window that is still open has moved on since another one was opened in its place.
        await draft_table.set_state(db, workspace, draft.draft_id, OPEN, was=[RESUMED])
        if in_place_of:
            await draft_table.set_state(db, workspace, in_place_of.draft_id, RESUMED, was=[OPEN])


def _copy(draft: CreateDraft) -> CreateDraft:
    """The draft for another window, which is a form of its own: an open one may be submitted, too."""
    return draft.model_copy(update={"draft_id": prefill.new_id()})


COMMANDS: Commands = {Create: open_form}
ACTIONS: Listeners = {
    buttons.CREATE: open_empty,
    create_form.CHANGE: save_input,
    place_field.CHANGE_PLACE: change_place,
    create_form.MORE: open_more_settings,
    create_form.START_OVER: start_over,
    settings_form.CHANGE: save_settings_input,
    creation_texts.BACK: back_to_form,
    creation_texts.AGAIN: try_again,
}
SHORTCUTS: Listeners = {"create_webinar": open_empty, "use_as_description": open_described}
"""By the callback id in manifest.yml."""
SUBMISSIONS: Listeners = {create_form.CALLBACK: submit, settings_form.CALLBACK: submit_settings}
