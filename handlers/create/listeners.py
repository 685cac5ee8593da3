"""Creating a webinar: the form, its More Settings, and what happens when it is sent."""

from __future__ import annotations

import secrets
from datetime import timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bot.clock import machine_now
from bot.commands.create_args import say_length, split_when
from bot.commands.parser import Create
from bot.creation import draft_table
from bot.creation import table as creation_table
from bot.creation import texts as creation_texts
from bot.creation.table import Creation, Order, Step
from bot.errors import BadInput, ChannelUnreachable
from bot.model.people import Person
from bot.slack import buttons
from bot.slack.message import View
from bot.webinars import table as webinar_table
from bot.webinars.permissions import check_may_create
from handlers import errors
from handlers.create import form as create_form
from handlers.create import settings_form
from handlers.create.form import Draft
from handlers.request import Ask, Commands, Listeners

MAY_FOLLOW = "Should the webinar come about after all, a direct message tells you."
"""What is begun is brought to an end even if this conversation breaks off."""
RESUMABLE = timedelta(days=1)
"""For how long a form that was closed comes back as it was left."""


async def open_form(ask: Ask, command: Create) -> None:
    """Open the form at once, prefilled from the words, or as it was left when there are none."""
    person = await ask.person()
    check_may_create(person)
    draft = await _left_open(ask) if not command.words else None
    resumed = draft is not None
    draft = draft or _prefilled(ask, person, command.words)
    await ask.open(_form(ask, person, draft, resumed=resumed))
    if command.words:
        await _save(ask, draft)


async def open_empty(ask: Ask) -> None:
    """The button that opens the form."""
    await open_form(ask, Create())


async def changed(ask: Ask) -> None:
    """Something was chosen in the form: keep the whole of it, because a closed form tells nothing."""
    await _save(ask, create_form.read(await _draft(ask), ask.values))


async def more(ask: Ask) -> None:
    """Put More Settings on top of the form."""
    draft = create_form.read(await _draft(ask), ask.values)
    async with ask.services.store.read() as db:
        fixed = await webinar_table.latest_fixed_options(db, ask.services.account)
    facts, read_at = fixed or (None, None)
    await ask.open(settings_form.build(draft.more, draft_id=draft.draft_id, fixed=facts, fixed_read_at=read_at))
    await _save(ask, draft)


async def start_over(ask: Ask) -> None:
    """An empty form in the place of the one that was resumed."""
    async with ask.services.store.write() as db:
        await draft_table.forget(db, ask.workspace, ask.note)
    empty = Draft(draft_id=_new_id(), origin_channel=ask.channel_id)
    await ask.services.slack.update(ask.view_id, _form(ask, await ask.person(), empty))


async def settings_changed(ask: Ask) -> None:
    """Something was chosen under More Settings: keep it, so that going back loses nothing."""
    draft = await _draft(ask)
    await _save(ask, draft.model_copy(update={"more": settings_form.read(draft.more, ask.values)}))


async def settings_saved(ask: Ask) -> None:
    """More Settings was sent: back to the form, which now names what differs."""
    draft = await _draft(ask)
    draft = draft.model_copy(update={"more": settings_form.read(draft.more, ask.values)})
    await _save(ask, draft)
    problems = settings_form.check(draft.more)
    if problems:
        raise BadInput("Please change these settings.", problems)
    await ask.accept()
    root = str(ask.view["root_view_id"]) if ask.view else ""

    async def name_what_differs(ask: Ask) -> None:
        await ask.services.slack.update(root, _form(ask, await ask.person(), draft))

    errors.later(ask, name_what_differs)


async def sent(ask: Ask) -> None:
    """The form was sent: every problem at once under its field, or "Creating…" and the work begins."""
    person = await ask.person()
    check_may_create(person)
    draft = create_form.read(await _draft(ask), ask.values)
    await _save(ask, draft)
    now = ask.services.clock.now()
    problem = await _channel_problem(ask, draft.announce_in)
    form = create_form.check(draft, now=now, zone=str(_zone(person)), channel_problem=problem)
    creation = Creation(
        account=ask.services.account,
        draft_id=draft.draft_id,
        user_id=ask.user_id,
        order=Order(form=form, host=ask.services.directory.host_for(person), view_id=ask.view_id),
        step=Step.BEGUN,
        begun_at=machine_now(),
    )
    earlier = await ask.services.creation.begin(creation)
    ask.failed = lambda sentence: creation_texts.failed(f"{sentence} {MAY_FOLLOW}", draft.draft_id)
    await ask.accept(response_action="update", view=creation_texts.working(form.title, draft.draft_id))

    async def work(ask: Ask) -> None:
        await (_again(ask, earlier) if earlier else _create(ask, creation))

    errors.later(ask, work)


async def back_to_form(ask: Ask) -> None:
    """The failed form again, filled, in the same place."""
    view = await _filled_again(ask)
    await ask.services.slack.update(ask.view_id, view)


async def try_again(ask: Ask) -> None:
    """The failed form again, filled, from the direct message that told of the failure."""
    await ask.open(await _filled_again(ask))


async def _create(ask: Ask, creation: Creation) -> None:
    title, draft_id = creation.order.form.title, creation.draft_id

    async with ask.services.store.write() as db:
        await draft_table.mark(db, ask.workspace, draft_id, draft_table.SENT)
    ended = await ask.services.creation.run(
        creation, ask.caller_behind(lambda note: creation_texts.working(title, draft_id, note=note))
    )
    await ask.services.creation.report(ended)
    ask.services.scheduler.wake()


async def _again(ask: Ask, earlier: Creation) -> None:
    # The same form was sent twice: its one creation is shown, if it has come to an end; else its own result follows.
    if earlier.session_id:
        earlier = earlier.model_copy(update={"step": Step.WHOLE})
    if earlier.step in (Step.WHOLE, Step.UNDONE, Step.WATCHED):
        await ask.services.creation.report(earlier)


async def _filled_again(ask: Ask) -> View:
    failed_id = ask.value
    async with ask.services.store.read() as db:
        content = await draft_table.find(db, ask.workspace, ask.user_id, failed_id)
        creation = await creation_table.find(db, ask.services.account, failed_id)
    # A new id: the old one names the creation that failed, and each form creates once.
    old = Draft.model_validate_json(content) if content else Draft(draft_id=failed_id)
    draft = old.model_copy(update={"draft_id": _new_id()})
    await _save(ask, draft)
    async with ask.services.store.write() as db:
        await draft_table.forget(db, ask.workspace, failed_id)
    return _form(ask, await ask.person(), draft, problem=creation.problem if creation else "")


async def _channel_problem(ask: Ask, channel_id: str | None) -> str:
    if channel_id:
        try:
            await ask.services.slack.check_channel(channel_id)
        except ChannelUnreachable as error:
            return error.sentence  # shown under its field, together with all the others
    return ""


def _prefilled(ask: Ask, person: Person, words: str) -> Draft:
    draft = Draft(draft_id=_new_id(), origin_channel=ask.channel_id)
    if not words:
        return draft
    plan = split_when(words, ask.services.clock.now(), _zone(person), person.locale or None)
    changes: dict[str, object] = {"title": plan.title}
    if plan.start:
        changes["start"] = int(plan.start.timestamp())
    if plan.duration:
        changes["length"] = say_length(plan.duration)
    return draft.model_copy(update=changes)


def _form(ask: Ask, person: Person, draft: Draft, *, problem: str = "", resumed: bool = False) -> View:
    host_line = ask.services.directory.host_line(person)
    return create_form.build(draft, host_line=host_line, problem=problem, resumed=resumed)


async def _left_open(ask: Ask) -> Draft | None:
    since = ask.services.clock.now() - RESUMABLE
    async with ask.services.store.read() as db:
        content = await draft_table.latest_open(db, ask.workspace, ask.user_id, since)
    return Draft.model_validate_json(content) if content else None


async def _draft(ask: Ask) -> Draft:
    async with ask.services.store.read() as db:
        content = await draft_table.find(db, ask.workspace, ask.user_id, ask.note)
    return Draft.model_validate_json(content) if content else Draft(draft_id=ask.note)


async def _save(ask: Ask, draft: Draft) -> None:
    async with ask.services.store.write() as db:
        now = ask.services.clock.now()
        await draft_table.save(db, ask.workspace, ask.user_id, draft.draft_id, draft.model_dump_json(), now)


def _zone(person: Person) -> ZoneInfo:
    try:
        return ZoneInfo(person.time_zone)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")


def _new_id() -> str:
    return secrets.token_urlsafe(12)


COMMANDS: Commands = {Create: open_form}
ACTIONS: Listeners = {
    buttons.CREATE: open_empty,
    create_form.CHANGE: changed,
    create_form.MORE: more,
    create_form.START_OVER: start_over,
    settings_form.CHANGE: settings_changed,
    creation_texts.BACK: back_to_form,
    creation_texts.AGAIN: try_again,
}
SUBMISSIONS: Listeners = {create_form.CALLBACK: sent, settings_form.CALLBACK: settings_saved}
