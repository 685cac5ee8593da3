"""Writes a follow-up to the people of a past webinar: the form, its review, sending, stopping, and opting out."""

from __future__ import annotations

from bot.commands.report_args import FollowUp
from bot.creation import draft_table
from bot.creation.draft_table import FOLLOW_UP
from bot.errors import BadInput
from bot.model.lifecycle import Stage, stage
from bot.model.webinar import Webinar
from bot.reports.follow_up import texts as follow_up_texts
from bot.reports.follow_up.wording import FollowUpGroup
from bot.slack import buttons
from bot.slack.blocks import Block, message
from bot.slack.message import Message, View
from handlers.dependent_fields import show_fields
from handlers.followup import form as follow_up_form
from handlers.followup import review as follow_up_review
from handlers.followup.form import FollowUpDraft
from handlers.followup.review import ReviewFacts
from handlers.request import Commands, Listeners, SlackRequest, once
from handlers.webinar_choice import choose_webinar

ACTION = "send a follow-up of this webinar"
NOT_OPENED = "Slack did not show the form. Nothing was sent, and your texts are kept; please try again."
NOT_OVER = (
    "This webinar is not over yet. A follow-up is for afterwards: to write to people before, use /webinar remind."
)
CANCELED = "This webinar is canceled: nobody attended, so there is nobody to follow up with."


async def follow_up(request: SlackRequest, command: FollowUp) -> None:
    """Open the form for a past webinar, as the user left it."""
    webinar = await choose_webinar(request, command.which, "followup")
    if webinar:
        await _open(request, webinar)


async def follow_up_button(request: SlackRequest) -> None:
    """The same from a button."""
    await _open(request, await request.find_webinar(buttons.parse_value(request.value)[0]))


async def save_input(request: SlackRequest) -> None:
    """Save all inputs while the form is being filled in: a closed form sends none."""
    saved = await _saved(request, request.metadata)
    draft = saved or FollowUpDraft(session_id=request.metadata, groups=tuple(FollowUpGroup), texts={})
    at = float(request.body["actions"][0].get("action_ts") or 0.0)
    await _save(request, follow_up_form.read(draft, request.values).model_copy(update={"saved_at": at}))


async def choose_groups(request: SlackRequest) -> None:
    """Save all inputs, and show the form with a text for each chosen group."""
    webinar = await _past_webinar(request, request.metadata)
    await save_input(request)
    draft = await _draft(request, webinar)
    await show_fields(request, await _form(request, webinar, draft))


async def start_over(request: SlackRequest) -> None:
    """Replace the texts with those that the form begins with."""
    webinar = await _past_webinar(request, request.value)
    draft = follow_up_form.new_draft(webinar, has_recording=bool(await _recording(request, webinar)))
    await _save(request, draft, is_new=True)
    await request.show(await _form(request, webinar, draft), NOT_OPENED)


async def edit(request: SlackRequest) -> None:
    """Replace the review with the form."""
    webinar = await _past_webinar(request, request.value)
    draft = await _draft(request, webinar)
    if request.view:
        await request.show(await _form(request, webinar, draft), NOT_OPENED)
    else:
        await request.open(await _form(request, webinar, draft))


async def submit(request: SlackRequest) -> None:
    """Check the texts, read who attended, and show the review."""
    webinar = await _past_webinar(request, request.metadata)
    draft = follow_up_form.read(await _draft(request, webinar), request.values)
    await _save(request, draft)
    recording = await _recording(request, webinar)
    texts = follow_up_form.check(webinar, draft, has_recording=bool(recording))
    await request.services.follow_ups.check(webinar)
    request.failure_view = follow_up_review.failed
    request.failure_message = follow_up_review.failed_message
    await request.acknowledge(response_action="update", view=follow_up_review.working(webinar))

    async def work(request: SlackRequest) -> None:
        caller = request.caller_with_progress(lambda note: follow_up_review.working(webinar, note=note))
        drafted = await request.services.follow_ups.draft(webinar, request.user_id, texts, recording, caller)
        seconds = request.services.follow_ups.sender.pace.seconds_for(len(drafted.audience.in_slack))
        facts = ReviewFacts(seconds=seconds, note=await request.services.follow_ups.attendance_note(webinar))
        view = follow_up_review.review(webinar, drafted, facts)
        await request.finish(view, follow_up_review.review_message(webinar, drafted, facts))

    request.run_after_ack(work)


async def send(request: SlackRequest) -> None:
    """Send the reviewed follow-up. Sent twice, it is one."""
    webinar, follow_up_id = await _of_value(request, request.metadata)
    await request.services.follow_ups.start(webinar, follow_up_id)
    await request.acknowledge(response_action="update", view=follow_up_review.started(webinar))


async def confirm(request: SlackRequest) -> None:
    """The same from the review that was sent as a direct message."""
    webinar, follow_up_id = await _of_value(request, request.value)
    await request.services.follow_ups.start(webinar, follow_up_id)
    await request.reply(follow_up_review.started_message(webinar), replace=True)


async def stop(request: SlackRequest) -> None:
    """Take back what has not been sent yet."""
    _, follow_up_id = await _of_value(request, request.value)
    await request.services.follow_ups.stop(follow_up_id)


async def send_rest(request: SlackRequest) -> None:
    """Send what a stopped follow-up has not sent."""
    _, follow_up_id = await _of_value(request, request.value)
    await request.services.follow_ups.send_rest(follow_up_id)


async def opt_out(request: SlackRequest) -> None:
    """Send this user no more follow-ups, and offer to undo that in the message."""
    await request.services.follow_ups.opt_outs.add(request.user_id)
    await _replace_row(request, follow_up_texts.opt_in_row(request.value))


async def opt_in(request: SlackRequest) -> None:
    """Send this user follow-ups again."""
    await request.services.follow_ups.opt_outs.remove(request.user_id)
    await _replace_row(request, follow_up_texts.opt_out_row(request.value))


async def _open(request: SlackRequest, webinar: Webinar) -> None:
    await request.require_manager(webinar, ACTION)
    _check_over(request, webinar)
    await request.services.follow_ups.check(webinar)
    left = await _saved(request, webinar.id)
    draft = left or follow_up_form.new_draft(webinar, has_recording=bool(await _recording(request, webinar)))
    await request.open(await _form(request, webinar, draft, is_resumed=left is not None))
    if left is None:
        await _save(request, draft)


async def _form(request: SlackRequest, webinar: Webinar, draft: FollowUpDraft, *, is_resumed: bool = False) -> View:
    return follow_up_form.form(
        webinar,
        draft,
        now=request.now(),
        has_recording=bool(await _recording(request, webinar)),
        latest=await request.services.follow_ups.latest(webinar),
        is_resumed=is_resumed,
        note=await request.services.follow_ups.attendance_note(webinar),
    )


async def _past_webinar(request: SlackRequest, session_id: str) -> Webinar:
    webinar = await request.managed_webinar(session_id, ACTION)
    _check_over(request, webinar)
    return webinar


def _check_over(request: SlackRequest, webinar: Webinar) -> None:
    current = stage(webinar, request.now())
    if current is not Stage.OVER:
        raise BadInput(CANCELED if current is Stage.CANCELED else NOT_OVER)


async def _of_value(request: SlackRequest, value: str) -> tuple[Webinar, str]:
    """The webinar and the id of the follow-up that a button or a review carries."""
    session_id, follow_up_id = buttons.parse_value(value)
    webinar = await request.managed_webinar(session_id, ACTION)
    run = await request.services.follow_ups.find(follow_up_id)
    if run.session_id != webinar.session_id:
        raise BadInput(NOT_OPENED)
    return webinar, follow_up_id


async def _recording(request: SlackRequest, webinar: Webinar) -> str:
    """The link of the recording, if it is shared."""
    return await request.services.follow_ups.recording(webinar)


def _draft_id(request: SlackRequest, session_id: str) -> str:
    return f"followup.{session_id}.{request.user_id}"


async def _saved(request: SlackRequest, session_id: str) -> FollowUpDraft | None:
    async with request.services.store.read() as db:
        content = await draft_table.find(db, request.workspace, request.user_id, _draft_id(request, session_id))
    return FollowUpDraft.model_validate_json(content) if content else None


async def _draft(request: SlackRequest, webinar: Webinar) -> FollowUpDraft:
    """The saved inputs; those that the form begins with if they are not kept any more."""
    saved = await _saved(request, webinar.id)
    return saved or follow_up_form.new_draft(webinar, has_recording=bool(await _recording(request, webinar)))


async def _save(request: SlackRequest, draft: FollowUpDraft, *, is_new: bool = False) -> None:
    """Save the inputs, unless later ones were saved meanwhile."""
    draft_id = _draft_id(request, draft.session_id)
    async with request.services.store.write() as db:
        content = await draft_table.find(db, request.workspace, request.user_id, draft_id)
        saved = FollowUpDraft.model_validate_json(content) if content else None
        if saved and draft.saved_at < saved.saved_at and not is_new:
            return
        await draft_table.save(
            db, request.workspace, request.user_id, draft_id, draft.model_dump_json(), request.now(), state=FOLLOW_UP
        )


async def _replace_row(request: SlackRequest, row: list[Block]) -> None:
    """Replace the buttons of the message that was pressed; it stays as it is but for them."""
    pressed = request.body.get("message") or {}
    kept = [block for block in pressed.get("blocks") or [] if block["type"] != "actions"]
    kept = [block for block in kept if follow_up_texts.OPTED_OUT not in str(block)]
    shown: Message = message(str(pressed.get("text") or follow_up_texts.OPTED_OUT), [*kept, *row])
    if request.channel_id and pressed.get("ts"):
        await request.slack.edit(request.channel_id, str(pressed["ts"]), shown)
    else:
        await request.reply(shown)


COMMANDS: Commands = {FollowUp: follow_up}
ACTIONS: Listeners = {
    buttons.FOLLOW_UP: follow_up_button,
    follow_up_form.CHANGE: save_input,
    follow_up_form.CHANGE_GROUPS: choose_groups,
    follow_up_form.START_OVER: start_over,
    follow_up_review.EDIT: edit,
    follow_up_review.CONFIRM: confirm,
    follow_up_texts.STOP: once(stop),
    follow_up_texts.REST: once(send_rest),
    follow_up_texts.OPT_OUT: opt_out,
    follow_up_texts.OPT_IN: opt_in,
}
SUBMISSIONS: Listeners = {follow_up_form.FORM: submit, follow_up_review.REVIEW: send}
