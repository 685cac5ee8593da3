"""Shows the workspace's settings to all users, and lets admins choose the organizers."""

from __future__ import annotations

from bot.commands.parser import ShowSettings
from bot.notices import reminders
from bot.slack.scopes import USER_GROUPS
from bot.webinars import organizer_table, visibility_table
from bot.webinars.permissions import check_may_choose_organizers, may_choose_organizers
from handlers.request import Commands, Listeners, SlackRequest
from handlers.settings import form as workspace_settings_form
from handlers.settings.form import OrganizerChoice


async def show(request: SlackRequest, _: ShowSettings) -> None:
    """Reply with the settings."""
    person = await request.current_person()
    choice = await _choice(request)
    async with request.services.store.read() as db:
        leads = (await reminders.load_defaults(db, request.workspace)).offsets
    may = may_choose_organizers(person)
    groups = await request.services.permissions.groups()
    await request.reply(workspace_settings_form.settings(choice, groups, leads, may_change=may, zone=person.time_zone))


async def open_form(request: SlackRequest) -> None:
    """Open the form for the organizers. User groups take one call to Slack, cached for five minutes."""
    person = await request.current_person()
    check_may_choose_organizers(person)
    groups = await request.services.permissions.groups()
    await request.open(workspace_settings_form.form(await _choice(request), groups, zone=person.time_zone))


async def submit(request: SlackRequest) -> None:
    """Save the organizers, and show the result."""
    person = await request.current_person()
    check_may_choose_organizers(person)
    stored = await request.services.permissions.organizers(request.workspace)
    chosen = workspace_settings_form.read(request.values, stored.groups)
    unannounced = workspace_settings_form.read_unannounced(request.values)
    async with request.services.store.write() as db:
        await organizer_table.save(db, request.workspace, chosen, request.user_id, request.now())
        if unannounced:
            await visibility_table.save_unannounced(db, request.workspace, unannounced, request.user_id, request.now())
    groups = await request.services.permissions.groups()
    view = workspace_settings_form.saved(await _choice(request), groups, zone=person.time_zone)
    await request.acknowledge(response_action="update", view=view)


async def _choice(request: SlackRequest) -> OrganizerChoice:
    chosen = await request.services.permissions.organizers(request.workspace)
    people, groups = tuple(chosen.people), tuple(chosen.groups)
    async with request.services.store.read() as db:
        unannounced = await visibility_table.unannounced(db, request.workspace)
    return OrganizerChoice(
        people=people,
        groups=groups,
        set_by=chosen.set_by,
        set_at=chosen.set_at,
        unannounced=unannounced,
        can_read_groups=request.slack.granted.allow(USER_GROUPS),
    )


COMMANDS: Commands = {ShowSettings: show}
ACTIONS: Listeners = {workspace_settings_form.CHANGE: open_form}
SUBMISSIONS: Listeners = {workspace_settings_form.CALLBACK: submit}
