"""Registering others: one person, or many from a list that is checked first and then worked through."""

from __future__ import annotations

import asyncio
from secrets import token_hex

from bot.commands.people_args import Named, Register, read_register
from bot.errors import BadInput
from bot.model.registrant import Applicant
from bot.model.seat import Attendee
from bot.model.webinar import Webinar
from bot.providers.base import Caller
from bot.registration.bulk import texts as bulk_texts
from bot.registration.bulk.csv_import import Reading, read_people
from bot.slack import buttons
from bot.slack.blocks import Block
from bot.slack.error_message import sentence_message
from bot.slack.files import download
from bot.slack.message import View
from handlers import errors
from handlers.browse.listeners import chosen
from handlers.register import form as register_form
from handlers.register import list_form
from handlers.register.form import Typed
from handlers.register.list_form import Order
from handlers.request import Ask, Commands, Listeners
from handlers.seat import form as seat_form
from handlers.seat import listeners as seat_listeners

WHAT = "register other people for this webinar"
ONE_AT_A_TIME = "The form takes one person at a time. Register Many takes a list."
NOBODY_HERE = "Nobody here is called @{}: choose somebody in Slack, or type a name and an e-mail address."
NOT_A_PERSON = "Choose a person: this is an app, or somebody who has left."
NO_ADDRESS = "Slack tells no e-mail address of this person. Register them by name and address instead."
CLOSED_MEANWHILE = "The check of your list was closed before it was done, so nobody is registered. Send the list again."
MOST_BYTES = 5_000_000
TOO_LARGE = "This file is too large: 5 MB is the most. Cut it into several lists."


async def register(ask: Ask, command: Register) -> None:
    """Open the form for others to who steers the webinar that was named; anybody else is offered their own seat."""
    webinar = await chosen(ask, command.which, "register", typed=_spelled(command.people))
    if webinar:
        await _open(ask, webinar, command.people)


async def register_button(ask: Ask) -> None:
    """The same from a button, which may carry people on."""
    session_id, typed = buttons.picked(ask.value)
    await _open(ask, await ask.services.mirror.find(session_id), read_register(typed).people)


async def sent(ask: Ask) -> None:
    """The form was sent: what is wrong stands under its field, or they are being registered above it."""
    webinar = await _steered(ask, ask.note)
    ask.services.door.check(webinar)
    typed = register_form.read(ask.values)
    applicant = register_form.applicant(typed)
    name = token_hex(12)
    await ask.accept(response_action="push", view=register_form.working(webinar, name))

    async def work(ask: Ask) -> None:
        await _stand_above(ask, name, register_form.working(webinar, name))
        ask.failed = register_form.failed
        lines = await _one(ask, webinar, typed, applicant)
        if not await ask.services.slack.update(ask.view_id, register_form.done(webinar, lines)):
            await ask.services.slack.post(ask.user_id, register_form.done_message(webinar, lines))

    errors.later(ask, work)


async def many(ask: Ask) -> None:
    """Open the form for a list, above the one for one person."""
    webinar = await _steered(ask, buttons.picked(ask.value)[0])
    ask.services.door.check(webinar)
    await ask.open(list_form.ask(webinar, has_pages=ask.services.own_pages.urls.is_on))


async def list_sent(ask: Ask) -> None:
    """A list was sent: it is read and compared above the form, which stays as it was filled."""
    webinar = await _steered(ask, ask.note)
    order = list_form.read(ask.values, webinar.session_id)
    pasted = _read(order.pasted, order) if order.pasted.strip() else None
    name = token_hex(12)
    await ask.accept(response_action="push", view=list_form.working(webinar, name))

    async def work(ask: Ask) -> None:
        await _stand_above(ask, name, list_form.working(webinar, name))
        ask.failed = list_form.failed
        await _check_list(ask, webinar, order, pasted)

    errors.later(ask, work)


async def confirmed(ask: Ask) -> None:
    """The list is to be registered: whether the person may is asked again, and what is wrong stands in its place."""
    ask.failed = list_form.failed
    await ask.accept(response_action="update", view=list_form.beginning())
    errors.later(ask, _begin)


async def stop(ask: Ask) -> None:
    """Stop a batch, or its undoing."""
    await ask.services.enrolling.stop(await _batch(ask))


async def go_on(ask: Ask) -> None:
    """Go on with what was stopped."""
    await ask.services.enrolling.go_on(await _batch(ask))


async def undo(ask: Ask) -> None:
    """Take off the list whom a batch has registered, as was confirmed at the button."""
    await ask.services.enrolling.undo(await _batch(ask))


async def _stand_above(ask: Ask, name: str, view: View) -> None:
    """Go on in the view above the form, which keeps what was typed; so far it is known by its name alone."""
    ask.view = {"id": await ask.services.slack.update_named(name, view)}


async def _batch(ask: Ask) -> str:
    batch = await ask.services.enrolling.find(ask.value)
    await _steered(ask, batch.session_id)
    return batch.batch_id


async def _steered(ask: Ask, session_id: str) -> Webinar:
    webinar = await ask.services.mirror.find(session_id)
    await ask.check_steers(webinar, WHAT)
    return webinar


async def _open(ask: Ask, webinar: Webinar, people: Named) -> None:
    others = bool(people) and people.user_ids != (ask.user_id,)
    if not await ask.steers(webinar):
        if others:
            await ask.check_steers(webinar, WHAT)
        await seat_listeners.offer(ask, webinar)
        return
    ask.services.door.check(webinar)
    typed = Typed(user_id=next(iter(people.user_ids), ""), email=next(iter(people.addresses), ""))
    if typed.user_id:
        typed = Typed(user_id=typed.user_id)
    note = NOBODY_HERE.format(people.nobody[0]) if people.nobody else ""
    if len(people.user_ids) + len(people.addresses) > 1 or people.group_ids:
        note = ONE_AT_A_TIME
    await ask.open(register_form.ask(webinar, typed, has_pages=ask.services.own_pages.urls.is_on, note=note))


async def _one(ask: Ask, webinar: Webinar, typed: Typed, applicant: Applicant | None) -> list[Block]:
    """Register one person, and what there is to say about it."""
    services = ask.services

    caller = ask.caller_behind(lambda note: register_form.working(webinar, note=note))
    if applicant is None:
        await _seat(ask, webinar, typed, caller)
        return register_form.seated(typed.user_id)
    enrolled = await services.enrolling.registering.one(webinar, applicant, caller, own_pages=typed.own_pages)
    preferences = webinar.registration and webinar.registration.preferences
    own = ("", "")
    if enrolled.page_key:
        pages, key = services.own_pages, enrolled.page_key
        own = (pages.urls.join_url(key, webinar), pages.urls.cancel_url(key, webinar))
    return register_form.links(enrolled, *own, is_silent=preferences.suppress_emails if preferences else None)


async def _seat(ask: Ask, webinar: Webinar, typed: Typed, caller: Caller) -> None:
    """A seat for somebody in Slack, and their own message about it."""
    services = ask.services
    person = await services.people.get(ask.workspace, typed.user_id)
    if person.is_bot or person.is_deactivated:
        raise BadInput(NOT_A_PERSON)
    profile = seat_form.from_profile(person, webinar.session_id, typed.source)
    if not profile.email:
        raise BadInput(NO_ADDRESS)
    # RingCentral wants a last name, and not everybody's profile has one.
    attendee = Attendee(
        first_name=profile.first_name, last_name=profile.last_name or profile.first_name, email=profile.email
    )
    source = typed.source or "slack"
    taken = await services.seats.take(webinar, person, attendee, source, caller, lead=profile.lead, by=ask.user_id)
    await services.seats.notifier.welcome(taken)


async def _check_list(ask: Ask, webinar: Webinar, order: Order, pasted: Reading | None) -> None:
    """Say what a list would do: one call for those who are there already."""
    services = ask.services

    caller = ask.caller_behind(lambda note: list_form.working(webinar, note=note))
    reading = pasted or await _read_file(ask, order)
    roll = await services.enrolling.rolls.get(webinar, ask.user_id, caller, anew=True)
    draft = await services.enrolling.draft(
        webinar, ask.user_id, reading, roll.everybody, own_pages=order.own_pages and services.own_pages.urls.is_on
    )
    view = list_form.review(webinar, draft.batch_id, draft.total, len(reading.rows) - draft.total, reading)
    if not await services.slack.update(ask.view_id, view):
        await services.slack.post(ask.user_id, sentence_message(CLOSED_MEANWHILE))


async def _begin(ask: Ask) -> None:
    batch = await ask.services.enrolling.find(ask.note)
    webinar = await _steered(ask, batch.session_id)
    ask.services.door.check(webinar)
    await ask.services.enrolling.begin(batch.batch_id)
    await ask.services.slack.update(ask.view_id, list_form.begun(webinar, batch.total))


async def _read_file(ask: Ask, order: Order) -> Reading:
    file = order.file or {}
    if int(file.get("size") or 0) > MOST_BYTES:
        raise BadInput(TOO_LARGE)
    raw = await download(ask.services.slack, str(file.get("url_private_download") or ""), MOST_BYTES)
    # A long list takes a second: the others are not to wait for it.
    return await asyncio.to_thread(_read, raw, order)


def _read(raw: bytes | str, order: Order) -> Reading:
    return read_people(raw, source=order.source)


def _spelled(people: Named) -> str:
    """The people once more as Slack writes them, for the picker to carry on."""
    users = [f"<@{user_id}>" for user_id in people.user_ids]
    return " ".join([*users, *people.addresses])


COMMANDS: Commands = {Register: register}
ACTIONS: Listeners = {
    buttons.REGISTER_OTHERS: register_button,
    register_form.MANY: many,
    bulk_texts.STOP: stop,
    bulk_texts.GO_ON: go_on,
    bulk_texts.UNDO: undo,
}
SUBMISSIONS: Listeners = {
    register_form.CALLBACK: sent,
    list_form.CALLBACK: list_sent,
    list_form.REVIEW: confirmed,
}
