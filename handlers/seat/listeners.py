"""A seat of one's own: the form, what comes of it, one's own link, another name, and giving it up."""

from __future__ import annotations

from bot.errors import AnswersWanted, ChannelUnreachable, RegistrationClosed
from bot.model.lifecycle import Stage, is_full, is_open_to_come, stage
from bot.model.seat import Seat, SeatState
from bot.model.webinar import Audience, Webinar
from bot.notices.reminders import current
from bot.notices.subscriptions.service import OPENS, hear
from bot.providers.base import Caller
from bot.registration.seats import texts as seat_texts
from bot.registration.seats.service import NO_SEAT
from bot.slack import buttons
from bot.slack.client import SlackRefused
from bot.slack.message import View
from bot.team import table as team_table
from handlers import errors
from handlers.remind.snooze import NO_MESSAGES
from handlers.request import Ask, Listeners
from handlers.seat import form as seat_form
from handlers.seat.form import Typed


async def offer(ask: Ask, webinar: Webinar) -> None:
    """Show this person their seat or their way in as a speaker, or the form for a seat, or why there is none."""
    await ask.open(await _offered(ask, webinar))


async def register(ask: Ask) -> None:
    """The button on cards and wherever else one can register, and the one that asks for one's own link."""
    await offer(ask, await _named(ask))


async def look_again(ask: Ask) -> None:
    """Read the registration anew (one call), and offer what is to be had by then in the same place."""
    known = await _named(ask)
    # Where it stands in a direct message, a window has to be opened while Slack lets one be.
    view_id = ask.view_id or await ask.open(seat_texts.looking(known))
    webinar = await ask.services.mirror.refresh(known.session_id, ask.caller())
    await ask.services.slack.update(view_id, await _offered(ask, webinar))


async def when_open(ask: Ask) -> None:
    """Have them told when registration opens; whoever has a way in, or can have one by now, is shown that instead."""
    webinar = await _named(ask)
    own = await _own(ask, webinar)
    if own or not _is_closed(webinar, ask):
        view = own or await _offered(ask, webinar)
        await (ask.services.slack.update(ask.view_id, view) if ask.view else ask.open(view))
        return
    await _tell_when_open(ask, webinar)
    await ask.say(seat_texts.told_later(webinar), replace=bool(ask.view))


async def sent(ask: Ask) -> None:
    """The form was sent: what is wrong stands under its field, or they are being registered."""
    typed = seat_form.read(ask.values, ask.note)
    seat_form.check(typed)
    webinar = await ask.services.mirror.find(typed.session_id)
    ask.failed = lambda sentence: seat_form.failed(sentence, typed)
    await ask.accept(response_action="update", view=seat_form.working(webinar))

    async def work(ask: Ask) -> None:
        await _register(ask, webinar, typed)

    errors.later(ask, work)


async def back_to_form(ask: Ask) -> None:
    """The form again, as it was filled, in the same place."""
    typed = Typed.model_validate_json(ask.note)
    webinar = await ask.services.mirror.find(typed.session_id)
    await ask.services.slack.update(ask.view_id, seat_form.ask(webinar, typed, now=ask.services.clock.now()))


async def ask_name(ask: Ask) -> None:
    """The form for another name, in the place of the seat or on its own."""
    webinar = await _named(ask)
    seat = await ask.services.seats.seat(webinar, ask.user_id)
    if seat is None:
        await ask.say(seat_texts.goodbye(webinar, problem=NO_SEAT), replace=bool(ask.view))
        return
    held = Typed(session_id=webinar.session_id, **seat.attendee.model_dump(exclude={"is_own_address"}))
    view = seat_form.ask_name(webinar, held)
    await (ask.services.slack.update(ask.view_id, view) if ask.view else ask.open(view))


async def name_sent(ask: Ask) -> None:
    """Another name was sent: the seat is given up and taken anew under it."""
    typed = seat_form.read(ask.values, ask.note)
    seat_form.check_name(typed, ask.note)
    webinar = await ask.services.mirror.find(typed.session_id)
    ask.failed = seat_form.name_failed
    await ask.accept(response_action="update", view=seat_form.working(webinar, renaming=True))

    async def work(ask: Ask) -> None:
        if not is_open_to_come(webinar, ask.services.clock.now()):
            await _show_none(ask, webinar)
            return
        seat = await ask.services.seats.rename(
            webinar, ask.user_id, typed.attendee, _patient(ask, webinar, renaming=True)
        )
        await _welcome(ask, webinar, seat)

    errors.later(ask, work)


async def leave(ask: Ask) -> None:
    """Give the seat up (Slack has asked whether they mean it), and say so where their link was."""
    webinar = await _named(ask)
    seat = await ask.services.seats.leave(webinar, ask.user_id, ask.caller())
    await ask.services.seats.notifier.farewell(seat)
    await _show_gone(ask, webinar, seat, seat_texts.LEFT)


async def look(ask: Ask) -> None:
    """Read the seat at RingCentral (one call): it may have been removed there."""
    webinar = await _named(ask)
    known = await ask.services.seats.seat(webinar, ask.user_id)
    seat = await ask.services.seats.look(webinar, ask.user_id, ask.caller())
    if seat:
        await ask.services.slack.update(ask.view_id, seat_texts.seat_view(webinar, seat, now=ask.services.clock.now()))
    elif known:
        await ask.services.seats.notifier.farewell(known, problem=seat_texts.VANISHED)
        await _show_gone(ask, webinar, known, seat_texts.VANISHED)


async def _named(ask: Ask) -> Webinar:
    return await ask.services.mirror.find(buttons.picked(ask.value)[0])


async def _own(ask: Ask, webinar: Webinar) -> View | None:
    """The seat that they have, or their way in as a speaker."""
    now = ask.services.clock.now()
    seat = await ask.services.seats.seat(webinar, ask.user_id)
    if seat:
        is_untold = seat.state is SeatState.HELD and not seat.dm_channel_id
        return seat_texts.seat_view(webinar, seat, now=now, note=seat_texts.NO_DM if is_untold else "")
    if not is_open_to_come(webinar, now):
        return None
    async with ask.services.store.read() as db:
        link = await team_table.link_of(db, webinar.account, webinar.session_id, ask.user_id)
    return seat_texts.on_the_team(webinar, link) if link else None


async def _offered(ask: Ask, webinar: Webinar) -> View:
    now = ask.services.clock.now()
    if own := await _own(ask, webinar):
        return own
    if not is_open_to_come(webinar, now):
        return seat_texts.none_now(webinar, now=now)
    if webinar.audience is Audience.ANYONE:
        return seat_texts.shared(webinar)
    if _is_closed(webinar, ask):
        return seat_texts.none_now(webinar, now=now)
    person = await ask.person()
    if person.is_stranger and not person.email:
        return seat_texts.page(webinar, seat_texts.NO_ADDRESS)
    return seat_form.ask(webinar, seat_form.from_profile(person, webinar.session_id, _source(ask)), now=now)


def _is_closed(webinar: Webinar, ask: Ask) -> bool:
    read = webinar.registration
    is_to_come = stage(webinar, ask.services.clock.now()) in (Stage.COMING, Stage.LIVE)
    return is_to_come and read is not None and (is_full(read) or not read.is_open)


def _source(ask: Ask) -> str:
    # The channel's id and never its name, which may be nobody's business; where a card stood, not where one typed.
    is_click = "actions" in ask.body and ask.channel_id.startswith(("C", "G"))
    return f"slack:{ask.channel_id}" if is_click else "slack"


def _patient(ask: Ask, webinar: Webinar, *, renaming: bool = False) -> Caller:
    return ask.caller_behind(lambda note: seat_form.working(webinar, renaming=renaming, note=note))


async def _register(ask: Ask, webinar: Webinar, typed: Typed) -> None:
    if not is_open_to_come(webinar, ask.services.clock.now()):
        await _show_none(ask, webinar)
        return
    caller = _patient(ask, webinar)
    try:
        person = await ask.person()
        seat = await ask.services.seats.take(webinar, person, typed.attendee, typed.source, caller, lead=typed.lead)
    except RegistrationClosed as closed:
        await _show_none(ask, webinar, closed.sentence)
    except AnswersWanted:
        await _show(ask, seat_texts.page(webinar, seat_texts.ANSWERS))
    else:
        await _welcome(ask, webinar, seat)


async def _welcome(ask: Ask, webinar: Webinar, seat: Seat) -> None:
    """Their link at once where they are; then the direct message, and a word about it where there can be none."""
    now = ask.services.clock.now()
    note = seat_texts.DM_TO_COME if seat.state is SeatState.TAKEN else seat_texts.IN_DM
    await ask.services.slack.update(ask.view_id, seat_texts.seat_view(webinar, seat, now=now, note=note))
    told = await ask.services.seats.notifier.welcome(seat)
    if told.state is SeatState.HELD and not told.dm_channel_id:
        view = seat_texts.seat_view(webinar, told, now=now, note=seat_texts.NO_DM)
        await ask.services.slack.update(ask.view_id, view)


async def _show_none(ask: Ask, webinar: Webinar, problem: str = "") -> None:
    view = seat_texts.none_now(webinar, now=ask.services.clock.now(), problem=problem)
    await _show(ask, view)


async def _show(ask: Ask, view: View) -> None:
    if not await ask.services.slack.update(ask.view_id, view):
        await ask.services.slack.post(ask.user_id, seat_texts.as_message(view))


async def _show_gone(ask: Ask, webinar: Webinar, seat: Seat, sentence: str) -> None:
    if ask.view:
        await ask.services.slack.update(ask.view_id, seat_texts.goodbye_view(webinar, problem=sentence))
    elif ask.channel_id != seat.dm_channel_id:  # there it stands already, in the place of the link
        await ask.say(seat_texts.goodbye(webinar, problem=sentence))


async def _tell_when_open(ask: Ask, webinar: Webinar) -> None:
    # The message comes first: only its answer tells which channel the person's own messages are.
    try:
        channel_id, ts = await ask.services.slack.post(ask.user_id, seat_texts.will_be_told(webinar))
    except (ChannelUnreachable, SlackRefused) as error:
        raise ChannelUnreachable(NO_MESSAGES) from error
    try:
        async with ask.services.store.write() as db:
            webinar = await current(db, ask.services.account, webinar.session_id, channel_id)
            await hear(db, webinar, channel_id, OPENS, ask.user_id, ask.services.clock.now())
    except Exception:
        await ask.services.slack.edit(channel_id, ts, seat_texts.not_told_later(webinar))
        raise
    ask.services.scheduler.wake()


ACTIONS: Listeners = {
    buttons.REGISTER: register,
    buttons.MY_LINK: register,
    buttons.WHEN_OPEN: when_open,
    seat_texts.LOOK_AGAIN: look_again,
    seat_form.BACK: back_to_form,
    seat_texts.RENAME: ask_name,
    seat_texts.LEAVE: leave,
    seat_texts.LOOK: look,
}
SUBMISSIONS: Listeners = {seat_form.CALLBACK: sent, seat_form.RENAME_CALLBACK: name_sent}
