"""The form for all of a registration: opened from a card, changed in one step, told with the way back."""

from __future__ import annotations

from bot.errors import BadInput
from bot.model.webinar import Webinar
from bot.providers.base import Caller
from bot.registration.forecast import Forecast
from bot.registration.settings import Changed, Stays, check_limit
from bot.registration.state import RegistrationState
from bot.registration.texts import settings_result
from bot.slack import buttons
from bot.slack.message import View
from handlers import errors
from handlers.registration import chart_texts, menu_form
from handlers.registration.chart import hand_links
from handlers.request import Ask, Listeners

WHAT = "change the registration of this webinar"
LINKS_FOLLOW = "The links of everybody without a seat in Slack follow in your messages with Greenroom, as a file."
KEPT = "RingCentral left this as it was, without saying why: {}."


async def menu(ask: Ask) -> None:
    """Open the form from the mirror; what was never read is read first, while a modal says so."""
    webinar = await ask.services.mirror.find(ask.value)
    await ask.check_steers(webinar, WHAT)
    ask.services.door.check(webinar)
    if menu_form.is_ready(webinar):
        await ask.open(menu_form.ask(webinar, await _outlook(ask, webinar), now=ask.services.clock.now()))
        return
    ask.view = {"id": await ask.open(menu_form.reading(webinar))}
    ask.failed = menu_form.unread
    webinar = await ask.services.door.whole(webinar.session_id, _caller(ask, webinar, reading=True))
    form = menu_form.ask(webinar, await _outlook(ask, webinar), now=ask.services.clock.now())
    await ask.services.slack.update(ask.view_id, form)


async def sent(ask: Ask) -> None:
    """The form was sent: what is wrong stands under its field, or it is being changed."""
    asked = menu_form.asked_in(ask.note)
    webinar = await ask.services.mirror.find(asked.session_id)
    await ask.check_steers(webinar, WHAT)
    ask.services.door.check(webinar)
    wanted = _wanted(ask, webinar, asked.shown)
    if wanted == asked.shown:
        await ask.accept(response_action="update", view=menu_form.nothing(webinar))
        return
    told, now = await _outlook(ask, webinar), ask.services.clock.now()

    def back(sentence: str) -> View:
        return menu_form.ask(webinar, told, now=now, asked=asked, typed=ask.values, problem=sentence)

    ask.failed = back
    await ask.accept(response_action="update", view=menu_form.working(webinar))

    async def work(ask: Ask) -> None:
        await _settle(ask, webinar, asked.shown, wanted)

    errors.later(ask, work)


def _wanted(ask: Ask, webinar: Webinar, shown: RegistrationState) -> RegistrationState:
    wanted = menu_form.read(ask.values, shown)
    if wanted.limit != shown.limit:
        try:
            check_limit(webinar, wanted.limit)
        except Stays as stays:
            raise BadInput(stays.sentence, {menu_form.LIMIT: stays.sentence}) from stays
    return wanted


async def _settle(ask: Ask, webinar: Webinar, shown: RegistrationState, wanted: RegistrationState) -> None:
    slack, now = ask.services.slack, ask.services.clock.now()
    done = await ask.services.door.settle(webinar.session_id, shown, wanted, _caller(ask, webinar), ask.user_id)
    needs_links = _needs_links(done)
    notes = [KEPT.format(", ".join(done.kept))] if done.kept else []
    note = " ".join([*notes, LINKS_FOLLOW] if needs_links else notes)
    view = settings_result.changed_view(done.webinar, done.before, now=now, title="Registration changed", note=note)
    if not await slack.update(ask.view_id, view):
        await slack.post(ask.user_id, settings_result.changed(done.webinar, done.before, now=now, note=note))
    if needs_links:
        await _hand_links(ask, done.webinar)


async def _hand_links(ask: Ask, webinar: Webinar) -> None:
    # What was to be changed is changed: what goes wrong from here on is told beside it, in a direct message.
    ask.failed, ask.view = None, None
    if not await hand_links(ask, webinar, ask.caller()):
        await ask.say(chart_texts.links_answer(webinar, 0))


def _needs_links(done: Changed) -> bool:
    """Whether people are registered who were e-mailed before, and no more."""
    before, after = done.before.preferences, done.webinar.registration
    if before is None or after is None or after.preferences is None:
        return False
    return after.count > 0 and after.preferences.suppress_emails and not before.suppress_emails


async def _outlook(ask: Ask, webinar: Webinar) -> Forecast:
    if webinar.registration is None:
        return Forecast()
    return await ask.services.pictures.outlook(webinar, webinar.registration, ask.services.clock.now())


def _caller(ask: Ask, webinar: Webinar, *, reading: bool = False) -> Caller:
    show = menu_form.reading if reading else menu_form.working
    return ask.caller_behind(lambda note: show(webinar, note=note))


ACTIONS: Listeners = {buttons.DOOR: menu}
SUBMISSIONS: Listeners = {menu_form.CALLBACK: sent}
