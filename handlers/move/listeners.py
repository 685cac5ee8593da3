"""Moves a webinar: the time, whom the move affects, and the work after it is confirmed."""

from __future__ import annotations

from bot.commands.lengths import length_text
from bot.commands.move_args import NewTime, parse_move_args, parse_new_time
from bot.commands.parser import Move
from bot.creation.change.impact import impact_of
from bot.creation.change.impact_query import read_impact_counts
from bot.errors import BadInput
from bot.model.webinar import Webinar
from bot.model.webinar_edit import difference, fields_as_mirrored
from bot.registration.waiting import read_waiting
from bot.slack import buttons
from bot.slack.message import View
from handlers.change_work import start_change
from handlers.create.field_rules import length_problem
from handlers.create.rules import webinar_rules
from handlers.move import form as move_form
from handlers.move.form import ProposedMove, TypedTime
from handlers.request import Commands, Listeners, SlackRequest
from handlers.webinar_choice import choose_webinar

ACTION = "move this webinar"
NOT_OPENED = "Slack did not show the form, so nothing was moved. Try again."
MAY_FOLLOW = "If the move still goes through, you get a direct message."
"""A change that has begun is resumed, so it may still succeed after an error."""


async def move(request: SlackRequest, command: Move) -> None:
    """Show whom the move affects; without a clear time, the form with the reason."""
    person = await request.person()
    webinars = await request.visible_webinars()
    args = parse_move_args(command.words, webinars, request.now(), person.zone, person.locale or None)
    webinar = await choose_webinar(request, args.which, "move", typed=args.when)
    if webinar:
        await _open(request, webinar, args.time)


async def move_button(request: SlackRequest) -> None:
    """The same from a button, which may carry the typed time."""
    session_id, typed = buttons.parse_value(request.value)
    webinar, person = await request.find_webinar(session_id), await request.person()
    await _open(request, webinar, parse_new_time(typed, request.now(), person.zone, person.locale or None))


async def change_time(request: SlackRequest) -> None:
    """Replace the confirmation with the form."""
    session_id, typed = move_form.typed_again(request.value)
    webinar = await _movable(request, session_id)
    await request.show(move_form.form(webinar, typed, webinar_rules(request, webinar)), NOT_OPENED)


async def submit_time(request: SlackRequest) -> None:
    """Check the form, and show whom the move affects in its place."""
    webinar = await _movable(request, request.metadata)
    zone, change_id = str((await request.person()).zone), request.services.changes.new_id(webinar)
    rules = webinar_rules(request, webinar)
    proposed = move_form.read(webinar, request.values, rules, change_id=change_id, now=request.now(), zone=zone)
    await request.acknowledge(response_action="update", view=await _confirmation(request, webinar, proposed))


async def submit(request: SlackRequest) -> None:
    """Begin the confirmed move. If somebody has changed the webinar meanwhile, show that and ask again."""
    proposed = ProposedMove.model_validate_json(request.metadata)
    webinar = await _movable(request, proposed.session_id)
    zone = str((await request.person()).zone)
    is_outdated = proposed.is_outdated(webinar)
    if problem := move_form.time_problem(webinar, proposed, now=request.now(), zone=zone):
        raise BadInput(f"{move_form.MOVED_MEANWHILE if is_outdated else ''}\n{problem}".strip())
    if is_outdated:
        again = move_form.proposed(webinar, proposed.new_start, proposed.new_length, proposed.change_id)
        view = await _confirmation(request, webinar, again, note=move_form.MOVED_MEANWHILE)
        await request.acknowledge(response_action="update", view=view)
        return
    await _start(request, webinar, proposed)


async def _open(request: SlackRequest, webinar: Webinar, time: NewTime) -> None:
    await request.require_manager(webinar, ACTION)
    request.services.changes.check(webinar)
    time = time.of(webinar.start, webinar.time_zone, request.now(), (await request.person()).zone)
    proposed = move_form.proposed(webinar, time.start, time.length, request.services.changes.new_id(webinar))
    problem = move_form.time_problem(webinar, proposed, now=request.now(), zone=str((await request.person()).zone))
    rules = webinar_rules(request, webinar)
    problem = (length_problem(time.length, rules) if time.length else "") or problem
    if time.start is None and time.length is None:
        await request.open(move_form.form(webinar, TypedTime(note=time.note), rules))
    elif problem == move_form.SAME:
        raise BadInput(move_form.same_sentence(webinar))
    elif problem:
        length = length_text(time.length) if time.length else ""
        start = proposed.start if proposed.new_start > request.now() else None
        await request.open(move_form.form(webinar, TypedTime(start=start, length=length, note=problem), rules))
    else:
        await request.open(await _confirmation(request, webinar, proposed, note=time.note))


async def _start(request: SlackRequest, webinar: Webinar, proposed: ProposedMove) -> None:
    read = fields_as_mirrored(webinar)
    times = move_form.new_times(webinar, proposed)
    change = request.services.changes.new(
        webinar,
        read,
        difference(read, read.model_copy(update=times)),
        request.user_id,
        change_id=proposed.change_id,
        view_id=request.view_id,
    )
    await start_change(request, webinar, change, lambda sentence: move_form.failed(f"{sentence}\n{MAY_FOLLOW}"))


async def _confirmation(request: SlackRequest, webinar: Webinar, proposed: ProposedMove, *, note: str = "") -> View:
    async with request.services.store.read() as db:
        counts, waiting = await read_impact_counts(db, webinar), await read_waiting(db, webinar)
    now = request.now()
    impact = impact_of(webinar, counts, proposed.new_start, now)
    return move_form.confirm(webinar, proposed, impact, waiting, now=now, note=note)


async def _movable(request: SlackRequest, session_id: str) -> Webinar:
    """The webinar, if the user may still move it."""
    webinar = await request.managed_webinar(session_id, ACTION)
    request.services.changes.check(webinar)
    return webinar


COMMANDS: Commands = {Move: move}
ACTIONS: Listeners = {buttons.MOVE: move_button, move_form.CHANGE_TIME: change_time}
SUBMISSIONS: Listeners = {move_form.FORM: submit_time, move_form.CONFIRM: submit}
