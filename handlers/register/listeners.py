"""`/webinar register`: the user themselves, or others, one or many from a list that is reviewed first."""

from __future__ import annotations

import asyncio
from secrets import token_hex

from bot.commands.people_args import NamedPeople, Register, parse_register, slack_text
from bot.errors import BadInput, GreenroomError
from bot.model.question import STANDARD, QuestionSet
from bot.model.registrant import RegistrantDetails
from bot.model.webinar import Webinar
from bot.providers.base import Caller
from bot.providers.event_ref import provider_name
from bot.registration.bulk import texts as bulk_texts
from bot.registration.bulk.csv_import import ImportResult
from bot.slack import buttons
from bot.slack.blocks import Block
from bot.slack.scopes import FILES
from handlers.named_people import named_users, unknown_note
from handlers.register import form as register_form
from handlers.register import list_form, list_review
from handlers.register import result as register_result
from handlers.register.field_listeners import ACTION, form_with_fields
from handlers.register.form import Links, RegistrantInput
from handlers.register.form_check import registrant_details
from handlers.register.list_form import BulkInput
from handlers.register.list_input import parse_list, read_list
from handlers.register.list_review import ReviewContext
from handlers.register.own import has_others, offer_own, push_own_form
from handlers.request import Commands, Listeners, SlackRequest
from handlers.seat import form as seat_form
from handlers.seat.offer import offer
from handlers.webinar_choice import choose_webinar

NOT_A_PERSON = "Choose a person: this is an app, or somebody who has left."
NO_ADDRESS = "Slack does not show your email address. Register yourself by name and address instead."


async def register(request: SlackRequest, command: Register) -> None:
    """Offer the user their own seat; with other people in the command, open the form that registers them."""
    webinar = await choose_webinar(
        request, command.which, "register", typed=slack_text(command.people, buttons.MAX_TYPED)
    )
    if webinar is None:
        return
    if has_others(request, command.people):
        await _open(request, webinar, command.people)
    else:
        await offer_own(request, webinar)


async def register_pressed(request: SlackRequest) -> None:
    """The Register Others button, and that of a picker, whose value contains people."""
    session_id, typed = buttons.parse_value(request.value)
    await _open(request, await request.find_webinar(session_id), parse_register(typed).people)


async def form_submitted(request: SlackRequest) -> None:
    """Validate the form; register the person behind a progress view above it."""
    opened = register_form.read_context(request.metadata)
    webinar = await request.managed_webinar(opened.session_id, ACTION)
    request.services.registration.check(webinar)
    if not register_form.has_all_fields(request.values):
        view = await form_with_fields(request, webinar, opened)
        await request.acknowledge(response_action="update", view=view)
        return
    questions = await request.services.questions.known(webinar) or QuestionSet()
    typed = register_form.read_form(request.values, questions)
    details = registrant_details(typed, provider_name(webinar.id), questions)
    if details is None and typed.user_id == request.user_id and await push_own_form(request, webinar, typed):
        return
    name = token_hex(12)
    await request.acknowledge(response_action="push", view=register_result.working_view(webinar, name))

    async def work(request: SlackRequest) -> None:
        request.use_window(register_result.failed_view, external_id=name)
        if details is None and typed.user_id != request.user_id:
            await _suggest_seat(request, webinar, typed)
            user_id = typed.user_id
            await request.finish(
                register_result.suggested_view(webinar, user_id), register_result.suggested_message(webinar, user_id)
            )
            return
        blocks = await _register_one(request, webinar, typed, details)
        who = f"{details.first_name} {details.last_name}" if details else ""
        shown = register_result.done_view(webinar, blocks, who), register_result.done_message(webinar, blocks, who)
        await request.finish(*shown)

    request.run_after_ack(work)


async def open_list_form(request: SlackRequest) -> None:
    """Open the list form above the form for one person."""
    webinar = await request.managed_webinar(buttons.parse_value(request.value)[0], ACTION)
    request.services.registration.check(webinar)
    has_pages, can_upload = request.services.own_pages.urls.is_on, request.slack.granted.allow(FILES)
    await request.open(list_form.form_view(webinar, has_pages=has_pages, can_upload=can_upload))


async def list_submitted(request: SlackRequest) -> None:
    """Check the list behind a progress view above the form, which keeps its input."""
    webinar = await request.managed_webinar(request.metadata, ACTION)
    submitted = list_form.read_form(request.values, webinar.session_id)
    questions = await request.services.questions.known(webinar)
    is_pasted = bool(submitted.pasted.strip()) and questions is not None
    pasted = parse_list(submitted.pasted, submitted, questions or STANDARD) if is_pasted else None
    name = token_hex(12)
    await request.acknowledge(response_action="push", view=list_form.working_view(webinar, name))

    async def work(request: SlackRequest) -> None:
        request.use_window(list_form.failed_view, external_id=name)
        if pasted or submitted.file or submitted.pasted.strip():
            await _check_list(request, webinar, submitted, pasted)
        else:
            view = list_review.users_review(webinar, submitted.users)
            await request.finish(view, list_review.review_message(view))

    request.run_after_ack(work)


async def list_confirmed(request: SlackRequest) -> None:
    """Start the batch after another permission check; an error replaces the view."""
    request.failure_view = list_form.failed_view
    await request.acknowledge(response_action="update", view=list_form.starting_view())
    request.run_after_ack(_start_batch)


async def confirm_pressed(request: SlackRequest) -> None:
    """Start the batch from the review that was sent as a DM."""
    webinar, new, asked = await _begin(request, request.value)
    await request.reply(list_review.started_message(webinar, new, asked), replace=True)


async def stop_batch(request: SlackRequest) -> None:
    """Stop a batch, or its undo."""
    await request.services.bulk.stop(await _batch(request))


async def continue_batch(request: SlackRequest) -> None:
    """Continue a stopped batch or undo."""
    await request.services.bulk.restart(await _batch(request))


async def undo_batch(request: SlackRequest) -> None:
    """Remove the registrants of a batch, as confirmed at the button."""
    await request.services.bulk.undo(await _batch(request))


async def _begin(request: SlackRequest, metadata: str) -> tuple[Webinar, int, dict[str, str]]:
    """Start a confirmed batch and ask the chosen Slack users: how many are registered, and who could not be asked."""
    context = ReviewContext.read(metadata)
    batch = await request.services.bulk.find(context.batch_id) if context.batch_id else None
    webinar = await request.managed_webinar(batch.session_id if batch else context.session_id, ACTION)
    request.services.registration.check(webinar)
    new = (await request.services.bulk.start(batch.batch_id)).total if batch else 0
    return webinar, new, {user: await _problem_of_asking(request, webinar, user) for user in context.users}


async def _problem_of_asking(request: SlackRequest, webinar: Webinar, user_id: str) -> str:
    """Ask a Slack user; why they cannot be asked, or empty."""
    asking = _suggest_seat(request, webinar, RegistrantInput(user_id=user_id))
    [outcome] = await asyncio.gather(asking, return_exceptions=True)
    if isinstance(outcome, GreenroomError):
        return outcome.sentence
    if outcome is not None:
        raise outcome
    return ""


async def _batch(request: SlackRequest) -> str:
    batch = await request.services.bulk.find(request.value)
    await request.managed_webinar(batch.session_id, ACTION)
    return batch.batch_id


async def _open(request: SlackRequest, webinar: Webinar, people: NamedPeople) -> None:
    if not await request.can_manage(webinar) and not has_others(request, people):
        await offer(request, webinar)
        return
    await request.require_manager(webinar, ACTION)
    request.services.registration.check(webinar)
    if len(people.user_ids) + len(people.addresses) > 1 or people.group_ids:
        await _open_list(request, webinar, people)
        return
    user_id, email = next(iter(people.user_ids), ""), next(iter(people.addresses), "")
    typed = RegistrantInput(user_id=user_id, email="" if user_id else email)
    has_pages, note = request.services.own_pages.urls.is_on, unknown_note(people)
    questions = await request.services.questions.known(webinar) or QuestionSet()
    await request.open(register_form.form_view(webinar, typed, has_pages=has_pages, note=note, questions=questions))


async def _open_list(request: SlackRequest, webinar: Webinar, people: NamedPeople) -> None:
    """Open the list form with everybody who was named."""
    has_pages, missing = request.services.own_pages.urls.is_on, ""
    users = people.user_ids
    if people.group_ids:  # a trigger expires after three seconds, and reading groups may take longer
        await request.open_window(list_form.opening_view(webinar), list_form.failed_view)
        users, missing = await named_users(request, people)
    note = "\n".join(filter(None, [missing, unknown_note(people)]))
    typed = BulkInput(session_id=webinar.id, users=users, pasted="\n".join(people.addresses))
    can_upload = request.slack.granted.allow(FILES)
    form = list_form.form_view(webinar, typed, has_pages=has_pages, can_upload=can_upload, note=note)
    await (request.show(form) if people.group_ids else request.open(form))


async def _register_one(
    request: SlackRequest, webinar: Webinar, typed: RegistrantInput, details: RegistrantDetails | None
) -> list[Block]:
    """Register one person, and return the blocks of the result."""
    services = request.services
    caller = request.caller_with_progress(lambda note: register_result.working_view(webinar, note=note))
    if details is None:
        await _take_seat(request, webinar, typed, caller)
        return register_result.seat_blocks(typed.user_id)
    new = await services.registrar.register_now(webinar, details, caller, own_pages=typed.links is Links.GREENROOM)
    preferences = webinar.registration and webinar.registration.preferences
    urls = ("", "")
    if new.page_key:
        pages, key = services.own_pages, new.page_key
        urls = (pages.urls.join_url(key, webinar), pages.urls.cancel_url(key, webinar))
    is_silent = preferences.suppress_emails if preferences else None
    return register_result.link_blocks(new, *urls, provider=provider_name(webinar.id), is_silent=is_silent)


async def _suggest_seat(request: SlackRequest, webinar: Webinar, typed: RegistrantInput) -> None:
    """Ask a Slack user whether they take a seat."""
    services = request.services
    person = await services.users.get(request.workspace, typed.user_id)
    if person.is_bot or person.is_deactivated:
        raise BadInput(NOT_A_PERSON)
    await services.suggestions.suggest(webinar, typed.user_id, request.user_id, typed.source or "slack")


async def _take_seat(request: SlackRequest, webinar: Webinar, typed: RegistrantInput, caller: Caller) -> None:
    """Register the user themselves, and notify them."""
    services = request.services
    person = await request.person()
    questions = await services.questions.get(webinar, caller)
    profile = seat_form.from_profile(person, webinar.session_id, typed.source, questions)
    if not profile.email:
        raise BadInput(NO_ADDRESS)
    attendee = profile.attendee
    source = typed.source or "slack"
    seat = await services.seats.take(webinar, person, attendee, source, caller, lead=profile.lead)
    await services.seats.notifier.notify_taken(seat)


async def _check_list(
    request: SlackRequest, webinar: Webinar, submitted: BulkInput, pasted: ImportResult | None
) -> None:
    """Show the review of a list: a call for the registrants, and one for the registration as it is now."""
    services = request.services
    caller = request.caller_with_progress(lambda note: list_form.working_view(webinar, note=note))
    result = pasted or await read_list(request, submitted, await services.questions.get(webinar, caller))
    known = await services.registrants.get(webinar, request.user_id, caller, force=True)
    listed = [*known.registrants, *known.pending, *known.denied]
    webinar = await services.mirror.read_registration(webinar, caller)  # the review says who is emailed
    draft = await services.bulk.draft(
        webinar,
        request.user_id,
        result,
        listed,
        own_pages=submitted.own_pages and services.own_pages.urls.is_on,
    )
    registered = {registrant.address for registrant in listed}
    already = [row for row in result.rows if row.details.address in registered]
    view = list_review.review_view(webinar, draft.batch_id, already, result, submitted.users)
    await request.finish(view, list_review.review_message(view))


async def _start_batch(request: SlackRequest) -> None:
    webinar, new, asked = await _begin(request, request.metadata)
    view = list_review.started_view(webinar, new, asked)
    if asked:
        await request.finish(view, list_review.started_message(webinar, new, asked))
    else:
        await request.window.show(view)  # its progress comes as a DM anyway


COMMANDS: Commands = {Register: register}
ACTIONS: Listeners = {
    buttons.REGISTER_OTHERS: register_pressed,
    register_form.MANY: open_list_form,
    bulk_texts.CONFIRM: confirm_pressed,
    bulk_texts.STOP: stop_batch,
    bulk_texts.GO_ON: continue_batch,
    bulk_texts.UNDO: undo_batch,
}
SUBMISSIONS: Listeners = {
    register_form.CALLBACK: form_submitted,
    list_form.CALLBACK: list_submitted,
    list_review.REVIEW: list_confirmed,
}
