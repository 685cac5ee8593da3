"""The team of a webinar: inviting people, changing what they are, removing them, and who is on it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime

from bot.commands.people_args import Invite, ShowTeam, parse_invite
from bot.errors import BadInput
from bot.model.people import Person
from bot.model.team import MAX_TEAM
from bot.model.webinar import Webinar
from bot.slack import buttons
from bot.slack.message import View
from bot.team.apply import UNCLEAR
from bot.team.change_table import TeamOperation
from bot.team.diff import Member, TeamDiff, read_role
from bot.team.table import Team as KnownTeam
from bot.team.texts import messages as team_message_texts
from bot.team.texts import result as team_result
from handlers.request import Commands, Listeners, SlackRequest, acknowledge_only
from handlers.team import check as team_check
from handlers.team import form as team_form
from handlers.team import list as team_list
from handlers.team.check import KnownPeople
from handlers.team.form import Prefill, TeamFormContext, TeamInput
from handlers.webinar_choice import choose_webinar

WHAT = "invite people to this webinar"
NOT_READ = "The team was not read yet. Close this form and open it again."
TOO_MANY = (
    "{:,} people were named, and RingCentral takes {} co-hosts and panelists together at most. Name fewer people or a "
    "smaller group."
)
NOT_THERE = "They are not on this team any more. Press Refresh to see who is."


async def invite(request: SlackRequest, command: Invite) -> None:
    """Open the form for the webinar that was named, with the people who were."""
    read_role(command.role)
    webinar = await choose_webinar(request, command.which, "invite", typed=_spelled(command))
    if webinar:
        await _open(request, webinar, command)


async def invite_button(request: SlackRequest) -> None:
    """The same from a button, which may carry people on."""
    session_id, typed = buttons.parse_value(request.value)
    await _open(request, await request.services.mirror.find(session_id), parse_invite(typed))


async def sent(request: SlackRequest) -> None:
    """The form was sent: what is wrong stands under its field, who is to be removed is asked about, or it is done."""
    where = TeamFormContext.model_validate_json(request.metadata)
    webinar = await request.managed_webinar(where.session_id, WHAT)
    request.services.team.check(webinar)
    team = await request.services.team.known(webinar)
    if team is None:
        raise BadInput(NOT_READ)
    typed = team_form.read(request.values)
    wanted = team_check.who_is_wanted(typed, await _known(request, typed, team.members))
    started = request.services.team.has_started(webinar)
    order = team_check.what_changes(wanted, team.members, where.ids, started=started)
    if order.deleted:
        draft = await request.services.team.draft(webinar, order, request.user_id)
        question = team_result.confirm(webinar, order, team.members, draft.change_id)
        await request.acknowledge(response_action="push", view=question)
        return
    request.failure_view = _back_to_the_form(webinar, team, typed, where, request.now())
    await _start(request, webinar, await request.services.team.begin(webinar, order, request.user_id, request.view_id))


async def confirmed(request: SlackRequest) -> None:
    """Removing people was confirmed: whether the person may is asked again."""
    draft = await request.services.team.drafted(request.metadata, request.user_id)
    webinar = await request.managed_webinar(draft.session_id, WHAT)
    request.failure_view = team_result.failed  # the form stands below it, with all that was typed
    await _start(request, webinar, await request.services.team.confirm(webinar, draft, request.view_id))


async def show_team(request: SlackRequest, command: ShowTeam) -> None:
    """Who is on the team of the webinar that was named; it is read where that never happened."""
    webinar = await choose_webinar(request, command.which, "team")
    if webinar:
        await request.require_manager(webinar, WHAT)
        await _list(request, webinar)


async def team_button(request: SlackRequest) -> None:
    """The same from a button."""
    await _list(request, await request.managed_webinar(buttons.parse_value(request.value)[0], WHAT))


async def turn_page(request: SlackRequest) -> None:
    """Another page in the place of this one."""
    session_id, _, page = team_list.read_place(request.value)
    await _list(request, await request.managed_webinar(session_id, WHAT), page=page, replace=True)


async def refresh(request: SlackRequest) -> None:
    """Read the team anew (one call), and show it in the same place."""
    session_id, _, page = team_list.read_place(request.value)
    webinar = await request.managed_webinar(session_id, WHAT)
    await request.services.team.read(webinar, request.caller(), force=True)
    await _list(request, webinar, page=page, replace=True)


async def remove(request: SlackRequest) -> None:
    """Remove somebody, as was confirmed at the button, and show who is left."""
    webinar, member, page = await _picked(request)
    order = TeamDiff(deleted=(member.invitee.invitee_id,))
    change = await request.services.team.begin(webinar, order, request.user_id)
    outcomes = await request.services.team.carry_out(change, request.caller())
    await _list(request, webinar, page=page, replace=True, note=team_result.in_a_line(outcomes))
    await request.services.team.finish(change, outcomes)


async def send_again(request: SlackRequest) -> None:
    """Send somebody their link once more, or give it to whoever asks where Greenroom cannot reach them."""
    webinar, member, page = await _picked(request)
    sent_there = await request.services.team.notifier.send_again(webinar, member, request.user_id)
    note = f"<@{member.user_id}> has the link again." if sent_there else "The link is in a direct message to you."
    await _list(request, webinar, page=page, replace=True, note=note)


async def _picked(request: SlackRequest) -> tuple[Webinar, Member, int]:
    session_id, invitee_id, page = team_list.read_place(request.value)
    webinar = await request.managed_webinar(session_id, WHAT)
    request.services.team.check(webinar)
    team = await request.services.team.known(webinar)
    others = team.others if team else []
    member = next((one for one in others if one.invitee.invitee_id == invitee_id), None)
    if member is None:
        raise BadInput(NOT_THERE)
    return webinar, member, page


async def _open(request: SlackRequest, webinar: Webinar, command: Invite) -> None:
    await request.require_manager(webinar, WHAT)
    request.services.team.check(webinar)
    known = await request.services.team.known(webinar)
    if known and not command.people and request.services.directory.is_loaded:
        view = team_form.build(webinar, known.members, now=request.now(), read_at=known.read_at)
        await request.open(view)
        return
    # A trigger lives three seconds, and who these people are may take longer to find out.
    view_id = await request.open(team_form.opening(webinar))
    request.view, request.failure_view = {"id": view_id}, team_form.not_opened
    await _fill(request, webinar, command)


async def _fill(request: SlackRequest, webinar: Webinar, command: Invite) -> None:
    services, view_id = request.services, request.view_id

    def note(words: str) -> View:
        return team_form.opening(webinar, note=words)

    team = await services.team.read(webinar, request.caller_with_progress(note))
    if not services.directory.is_loaded:
        await services.directory.refresh()
    named = await _named(request, command)
    typed, _ = team_form.prefilled(team.members, named)
    problem = team_check.at_first_sight(command, typed, await _known(request, typed, team.members))
    now = services.clock.now()
    form = team_form.build(webinar, team.members, named, now=now, read_at=team.read_at, problem=problem)
    await services.slack.update(view_id, form)


async def _named(request: SlackRequest, command: Invite) -> Prefill:
    """Who was named, the people of user groups one by one."""
    groups = [await request.slack.group(group) for group in command.people.group_ids]
    users = dict.fromkeys([*command.people.user_ids, *(user for group in groups for user in sorted(group))])
    if len(users) > MAX_TEAM:
        raise BadInput(TOO_MANY.format(len(users), MAX_TEAM))
    role = read_role(command.role) if command.role else None
    return Prefill(tuple(users), command.people.addresses, role)


async def _known(request: SlackRequest, typed: TeamInput, team: Sequence[Member]) -> KnownPeople:
    """What must be known of those who were chosen; who cannot be looked up is left out."""
    get, users = request.services.users.get, team_check.to_look_up(typed, team)
    found = await asyncio.gather(*(get(request.workspace, user) for user in users), return_exceptions=True)
    people = {user: one for user, one in zip(users, found, strict=True) if isinstance(one, Person)}
    return KnownPeople(team, people, request.services.directory.coworker_at, request.services.directory.is_loaded)


def _back_to_the_form(
    webinar: Webinar, team: KnownTeam, typed: TeamInput, where: TeamFormContext, now: datetime
) -> Callable[[str], View]:
    """What stands in the place of the form if nothing comes of it: the same again, with why."""

    def again(problem: str) -> View:
        if problem == UNCLEAR:
            return team_result.failed(problem)  # it may have happened: the same once more is nothing to offer
        return team_form.filled(webinar, team.members, typed, where.ids, now=now, read_at=team.read_at, problem=problem)

    return again


async def _start(request: SlackRequest, webinar: Webinar, change: TeamOperation) -> None:
    await request.acknowledge(response_action="update", view=team_result.working(webinar))

    async def work(request: SlackRequest) -> None:
        def note(words: str) -> View:
            return team_result.working(webinar, note=words)

        outcomes = await request.services.team.carry_out(change, request.caller_with_progress(note))
        view, instead = team_result.done(webinar, outcomes), team_result.done_message(webinar, outcomes)
        await request.services.team.notifier.show(change, view, instead)
        await request.services.team.finish(change, outcomes)

    request.run_after_ack(work)


async def _list(
    request: SlackRequest, webinar: Webinar, *, page: int = 1, replace: bool = False, note: str = ""
) -> None:
    team = await request.services.team.read(webinar, request.caller())
    now = request.now()
    shown = team_list.roster(webinar, team.members, read_at=team.read_at, now=now, page=page, note=note)
    await request.reply(shown, replace=replace)


def _spelled(command: Invite) -> str:
    """The people and the role as they were typed, as far as a button carries them on."""
    named = command.people
    words = [f"<@{user}>" for user in named.user_ids] + [f"<!subteam^{group}>" for group in named.group_ids]
    words += [*named.addresses, *(f"@{name}" for name in named.nobody)]
    role = f"as {command.role}" if command.role else ""
    while words and len(" ".join([*words, role])) > buttons.MAX_TYPED:
        words.pop()
    return " ".join([*words, role]).strip()


COMMANDS: Commands = {Invite: invite, ShowTeam: show_team}
ACTIONS: Listeners = {
    buttons.INVITE: invite_button,
    buttons.TEAM: team_button,
    team_list.PREVIOUS: turn_page,
    team_list.NEXT: turn_page,
    team_list.REFRESH: refresh,
    team_list.REMOVE: remove,
    team_list.AGAIN: send_again,
    team_message_texts.OWN_LINK: acknowledge_only,
}
SUBMISSIONS: Listeners = {team_form.CALLBACK: sent, team_result.CONFIRM: confirmed}
