"""Changes and lists the team of a webinar."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Sequence
from datetime import datetime

from bot.commands.people_args import Invite, ShowTeam, parse_invite, slack_text
from bot.errors import BadInput
from bot.model.people import Person
from bot.model.team import MAX_TEAM
from bot.model.webinar import Webinar
from bot.providers.event_ref import provider_name
from bot.slack import buttons
from bot.slack.message import View
from bot.team.apply import UNCLEAR
from bot.team.change_table import TeamOperation
from bot.team.diff import Member, TeamDiff, read_role
from bot.team.table import Team as KnownTeam
from bot.team.texts import messages as team_message_texts
from bot.team.texts import result as team_result
from bot.webinars.unsupported import check_supported
from handlers.named_people import named_users
from handlers.request import Commands, Listeners, SlackRequest, acknowledge_only, once
from handlers.team import check as team_check
from handlers.team import form as team_form
from handlers.team import list as team_list
from handlers.team.check import KnownPeople
from handlers.team.form import Prefill, TeamFormContext, TeamInput
from handlers.webinar_choice import choose_webinar

ACTION = "invite people to this webinar"
NOT_READ = "The team was not read yet. Close this form and open it again."
TOO_MANY = (
    "{:,} people were named, and {} takes {} co-hosts and panelists together at most. Name fewer people or a "
    "smaller group."
)
NOT_ON_TEAM = "They are no longer on this team. Press Refresh to see who is."

LOOK_UP_TIMEOUT = 1.0
"""Seconds to look up people at the provider before a form is acknowledged."""


async def invite(request: SlackRequest, command: Invite) -> None:
    """Open the form for the named webinar, filled with the named people."""
    role = read_role(command.role)
    webinar = await choose_webinar(request, command.which, "invite", typed=_people_text(command))
    if webinar:
        if command.role:
            check_supported(webinar, (team_form.INVITABLE[role],))
        await _open(request, webinar, command)


async def invite_button(request: SlackRequest) -> None:
    """Open the form from a button, which may carry people."""
    session_id, typed = buttons.parse_value(request.value)
    await _open(request, await request.find_webinar(session_id), parse_invite(typed))


async def submit(request: SlackRequest) -> None:
    """Check the form; ask to confirm removals, else start the change."""
    context = TeamFormContext.model_validate_json(request.metadata)
    webinar = await request.managed_webinar(context.session_id, ACTION)
    request.services.team.check(webinar)
    team = await request.services.team.cached(webinar)
    if team is None:
        raise BadInput(NOT_READ)
    typed = team_form.read(request.values)
    wanted = team_check.wanted_members(typed, await _known(request, webinar, typed, team.members))
    started = request.services.team.has_started(webinar)
    diff = team_check.requested_diff(
        wanted, team.members, context.shown_ids, started=started, provider=provider_name(webinar.id)
    )
    if diff.deleted:
        draft = await request.services.team.draft(webinar, diff, request.user_id)
        confirmation = team_result.confirm(webinar, diff, team.members, draft.change_id)
        await request.acknowledge(response_action="push", view=confirmation)
        return
    request.failure_view = _reopen_form(webinar, team, typed, context, request.now())
    await _start(request, webinar, await request.services.team.begin(webinar, diff, request.user_id, request.view_id))


async def confirm_removal(request: SlackRequest) -> None:
    """Start the confirmed change. Permission is checked again."""
    draft = await request.services.team.find_draft(request.metadata, request.user_id)
    webinar = await request.managed_webinar(draft.session_id, ACTION)
    request.failure_view = team_result.failed  # the filled form is below it
    await _start(request, webinar, await request.services.team.confirm(webinar, draft, request.view_id))


async def show_team(request: SlackRequest, command: ShowTeam) -> None:
    """List the team of the named webinar; read it first if it was never read."""
    webinar = await choose_webinar(request, command.which, "team")
    if webinar:
        await request.require_manager(webinar, ACTION)
        await _list(request, webinar)


async def team_button(request: SlackRequest) -> None:
    """List the team of the button's webinar."""
    await _list(request, await request.managed_webinar(buttons.parse_value(request.value)[0], ACTION))


async def turn_page(request: SlackRequest) -> None:
    """Replace the page with another one."""
    session_id, _, page = team_list.parse_button_value(request.value)
    await _list(request, await request.managed_webinar(session_id, ACTION), page=page, replace=True)


async def refresh(request: SlackRequest) -> None:
    """Read the team at the provider (one call), and replace the page."""
    session_id, _, page = team_list.parse_button_value(request.value)
    webinar = await request.managed_webinar(session_id, ACTION)
    await request.services.team.read(webinar, request.caller(), force=True)
    await _list(request, webinar, page=page, replace=True)


async def remove(request: SlackRequest) -> None:
    """Remove a member (Slack has asked to confirm), and replace the page."""
    webinar, member, page = await _picked(request)
    diff = TeamDiff(deleted=(member.invitee.invitee_id,))
    change = await request.services.team.begin(webinar, diff, request.user_id)
    outcomes = await request.services.team.carry_out(change, request.caller())
    await _list(
        request, webinar, page=page, replace=True, note=team_result.result_sentence(outcomes, provider_name(webinar.id))
    )
    await request.services.team.finish(change, outcomes)


async def send_again(request: SlackRequest) -> None:
    """Send a member their link again, or send it to the user if Slack cannot reach the member."""
    webinar, member, page = await _picked(request)
    is_sent = await request.services.team.notifier.send_again(webinar, member, request.user_id)
    note = f"<@{member.user_id}> has the link again." if is_sent else "The link is in a direct message to you."
    await _list(request, webinar, page=page, replace=True, note=note)


async def _picked(request: SlackRequest) -> tuple[Webinar, Member, int]:
    session_id, invitee_id, page = team_list.parse_button_value(request.value)
    webinar = await request.managed_webinar(session_id, ACTION)
    request.services.team.check(webinar)
    team = await request.services.team.cached(webinar)
    others = team.others if team else []
    member = next((one for one in others if one.invitee.invitee_id == invitee_id), None)
    if member is None:
        raise BadInput(NOT_ON_TEAM)
    return webinar, member, page


async def _open(request: SlackRequest, webinar: Webinar, command: Invite) -> None:
    await request.require_manager(webinar, ACTION)
    request.services.team.check(webinar)
    team = await request.services.team.cached(webinar)
    if team and not command.people and request.services.directory.is_loaded:
        view = team_form.build(webinar, team.members, now=request.now(), read_at=team.read_at)
        await request.open(view)
        return
    # A trigger expires after three seconds, and looking up the people may take longer.
    await request.open_window(team_form.opening(webinar), team_form.failed)
    await _fill(request, webinar, command)


async def _fill(request: SlackRequest, webinar: Webinar, command: Invite) -> None:
    services = request.services

    def note(words: str) -> View:
        return team_form.opening(webinar, note=words)

    team = await services.team.read(webinar, request.caller_with_progress(note))
    if not services.directory.is_loaded:
        await services.directory.refresh()
    named, missing = await _named(request, webinar, command)
    typed, _ = team_form.prefilled(team.members, named)
    problem = team_check.prefill_problem(command, typed, await _known(request, webinar, typed, team.members))
    problem = "\n".join(filter(None, [missing, problem]))
    now = services.clock.now()
    await request.show(team_form.build(webinar, team.members, named, now=now, read_at=team.read_at, problem=problem))


async def _named(request: SlackRequest, webinar: Webinar, command: Invite) -> tuple[Prefill, str]:
    """The named people, with user groups expanded, and a sentence about groups that cannot be read."""
    users, missing = await named_users(request, command.people)
    if len(users) > MAX_TEAM:
        raise BadInput(TOO_MANY.format(len(users), provider_name(webinar.id), MAX_TEAM))
    role = read_role(command.role) if command.role else None
    return Prefill(users, command.people.addresses, role), missing


async def _known(request: SlackRequest, webinar: Webinar, typed: TeamInput, team: Sequence[Member]) -> KnownPeople:
    """Look up the chosen people; users whom Slack does not find are left out."""
    get, users = request.services.users.get, team_check.users_to_look_up(typed, team)
    found = await asyncio.gather(*(get(request.workspace, user) for user in users), return_exceptions=True)
    people = {user: one for user, one in zip(users, found, strict=True) if isinstance(one, Person)}
    await _look_up(request, [people[user] for user in typed.cohosts if user in people])
    directory = request.services.directory
    return KnownPeople(team, people, directory.coworker_at, directory.is_loaded, provider=provider_name(webinar.id))


async def _look_up(request: SlackRequest, cohosts: Sequence[Person]) -> None:
    """Look up those who may be new in the company directory, as long as Slack waits for the answer."""
    look_up, caller = request.services.directory.look_up, request.caller()
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(LOOK_UP_TIMEOUT):
            await asyncio.gather(*(look_up(person.email, caller) for person in cohosts))


def _reopen_form(
    webinar: Webinar, team: KnownTeam, typed: TeamInput, context: TeamFormContext, now: datetime
) -> Callable[[str], View]:
    """The view after a failure: the form again, with the reason."""

    def failure_view(problem: str) -> View:
        if problem == UNCLEAR:
            return team_result.failed(problem)  # it may have been applied: do not offer it again
        return team_form.filled(
            webinar, team.members, typed, context.shown_ids, now=now, read_at=team.read_at, problem=problem
        )

    return failure_view


async def _start(request: SlackRequest, webinar: Webinar, change: TeamOperation) -> None:
    await request.acknowledge(response_action="update", view=team_result.working(webinar))

    async def work(request: SlackRequest) -> None:
        def note(words: str) -> View:
            return team_result.working(webinar, note=words)

        outcomes = await request.services.team.carry_out(change, request.caller_with_progress(note))
        view, message = team_result.done(webinar, outcomes), team_result.done_message(webinar, outcomes)
        await request.services.team.notifier.show(change, view, message)
        await request.services.team.finish(change, outcomes)

    request.run_after_ack(work)


async def _list(
    request: SlackRequest, webinar: Webinar, *, page: int = 1, replace: bool = False, note: str = ""
) -> None:
    team = await request.services.team.read(webinar, request.caller())
    now = request.now()
    shown = team_list.team_page(webinar, team.members, read_at=team.read_at, now=now, page=page, note=note)
    await request.reply(shown, replace=replace)


def _people_text(command: Invite) -> str:
    """The named people and role as command text, cut to what a button's value can carry."""
    return slack_text(command.people, buttons.MAX_TYPED, f"as {command.role}" if command.role else "")


COMMANDS: Commands = {Invite: invite, ShowTeam: show_team}
ACTIONS: Listeners = {
    buttons.INVITE: invite_button,
    buttons.TEAM: team_button,
    team_list.PREVIOUS: turn_page,
    team_list.NEXT: turn_page,
    team_list.REFRESH: refresh,
    team_list.REMOVE: remove,
    team_list.AGAIN: once(send_again),
    team_message_texts.OWN_LINK: acknowledge_only,
}
SUBMISSIONS: Listeners = {team_form.CALLBACK: submit, team_result.CONFIRM: confirm_removal}
