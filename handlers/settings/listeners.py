"""The workspace's settings: shown to everybody, and the organisers chosen by its admins."""

from __future__ import annotations

from bot.commands.parser import SettingsOf
from bot.notices import reminders
from bot.webinars import organizer_table
from bot.webinars.permissions import check_may_choose_organisers, may_choose_organisers
from handlers.request import Ask, Commands, Listeners
from handlers.settings import form as workspace_settings_form
from handlers.settings.form import Choice


async def show(ask: Ask, _: SettingsOf) -> None:
    """What holds for the whole workspace."""
    person = await ask.person()
    choice = await _choice(ask)
    async with ask.services.store.read() as db:
        leads = (await reminders.defaults(db, ask.workspace)).leads
    may = may_choose_organisers(person)
    groups = await ask.services.organisers.groups()
    await ask.say(workspace_settings_form.settings(choice, groups, leads, may_change=may, zone=person.time_zone))


async def open_form(ask: Ask) -> None:
    """Ask who the organisers are (one call to Slack for its user groups, and then again after five minutes)."""
    person = await ask.person()
    check_may_choose_organisers(person)
    groups = await ask.services.organisers.groups()
    await ask.open(workspace_settings_form.form(await _choice(ask), groups, zone=person.time_zone))


async def sent(ask: Ask) -> None:
    """Keep who was chosen, and say what holds now."""
    person = await ask.person()
    check_may_choose_organisers(person)
    chosen = workspace_settings_form.read(ask.values)
    async with ask.services.store.write() as db:
        await organizer_table.save(db, ask.workspace, chosen, ask.user_id, ask.services.clock.now())
    groups = await ask.services.organisers.groups()
    view = workspace_settings_form.saved(await _choice(ask), groups, zone=person.time_zone)
    await ask.accept(response_action="update", view=view)


async def _choice(ask: Ask) -> Choice:
    chosen = await ask.services.organisers.chosen(ask.workspace)
    people, groups = tuple(chosen.people), tuple(chosen.groups)
    return Choice(people=people, groups=groups, set_by=chosen.set_by, set_at=chosen.set_at)


COMMANDS: Commands = {SettingsOf: show}
ACTIONS: Listeners = {workspace_settings_form.CHANGE: open_form}
SUBMISSIONS: Listeners = {workspace_settings_form.CALLBACK: sent}
