"""The permission matrix: every command, action and form × five roles, each with a forged request.

Every key of the handlers' tables has a rule in `permission_rules`; a new one without a rule fails. The rule is verified
by what happens: a refusal has no effect at all, and whatever a rule allows is answered.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

from bot.commands.parser import parse
from bot.registration.bulk.csv_import import read_people
from bot.slack import buttons
from bot.team.diff import TeamDiff
from bot.webinars import organizer_table
from handlers import ACTIONS, COMMANDS, SUBMISSIONS
from sandbox.slack.model import Person
from tests.support.bulk import IRIS
from tests.support.creation import without_waits
from tests.support.forged_requests import DatabaseRows, Effects, RequestForger
from tests.support.permission_rules import (
    ACTION_RULES,
    ADMINS,
    COMMAND_RULES,
    MANAGES,
    MEMBERS,
    MUTES,
    OPEN,
    ORGANIZES,
    OWN,
    RUNS,
    SILENT,
    SUBMISSION_RULES,
)
from tests.support.permission_stage import Stage
from tests.support.team import TeamHarness
from tests.support.world import World, running_world

COHOST, STRANGER, GUEST, MEMBER, FORMER, ELSEWHERE = "U0DEV", "U0HAL", "U0GIA", "U0FINN", "U0EMI", "U0IDA"
ROLES = {
    "stranger": STRANGER,
    "guest": GUEST,
    "member": MEMBER,
    "former organizer": FORMER,
    "member of another workspace": ELSEWHERE,
}
OWNER = "U0ANA"
REFUSED = {
    MANAGES: {*ROLES.values(), COHOST},
    RUNS: set(ROLES.values()),
    MUTES: {*ROLES.values(), COHOST},
    ORGANIZES: {*ROLES.values(), COHOST},
    ADMINS: {*ROLES.values(), COHOST},
    MEMBERS: {STRANGER, GUEST, ELSEWHERE},
}
"""Whom each rule refuses."""
REFUSAL = re.compile(
    "You can't [^:]+: |people of other organizations can't |Only an admin or owner of this workspace can ch"
    "|Only organizers and admins can|Commands are for members of the workspace"
)
COMMANDS_ARE_FOR_MEMBERS = "Commands are for members of the workspace"
UNEXPECTED = "Something unexpected happened"
CHANNEL = "C0PARTNERS"


def prepare(world: World) -> None:
    """Budgets never run out, and a member of another workspace is in the shared channel."""
    without_waits(world)
    world.slack.limits.messages_per_second = None
    people, channel = world.slack.world.people, world.slack.world.channels[CHANNEL]
    people[ELSEWHERE] = Person(ELSEWHERE, "ida", "Ida Holm", "Europe/Paris", email="ida@else.example", team_id="T0ELSE")
    world.slack.world.stacks[ELSEWHERE] = []
    channel.members = sorted({*channel.members, *people})


@pytest_asyncio.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    """The webinar is Chloé's; Emi was an organizer, and is known to have been one."""
    async with running_world(tmp_path, prepare=prepare) as world:
        services = world.bot.services
        services.scheduler.pause()  # whatever happens here follows from a request
        await world.create("chloe")
        await world.slack.close("chloe", world.slack.view("chloe"), clear=True)
        await world.command("chloe", "#partners", "share launch")
        await world.click("chloe", world.last("#partners", "chloe"), "Share With Them")
        [webinar] = await services.mirror.everything()
        [card] = [one for one in world.slack.messages("#partners") if not one.ephemeral_to]
        await world.click("dev", card, "Register")
        await world.slack.submit("dev", world.slack.view("dev"), {})
        await world.settled()
        await TeamHarness(world, webinar.session_id).save({"cohosts": ["dev"]})
        await world.slack.close("chloe", world.slack.view("chloe"), clear=True)
        draft = await services.bulk.draft(webinar, "U0CHLOE", read_people(IRIS), [], own_pages=False)
        users = [*ROLES.values(), COHOST, OWNER]
        changes = {
            user: (await services.team.draft(webinar, TeamDiff(deleted=("i1",)), user)).change_id for user in users
        }
        for chosen in ([FORMER], []):
            async with services.store.write() as db:
                await organizer_table.save(db, services.account.workspace, chosen, OWNER, services.clock.now())
        rows = DatabaseRows(world.database_url.removeprefix("sqlite:///"))
        forger = RequestForger(world, CHANNEL, card, rows)
        for user in users:
            await forger.command(user, "help")
            await services.users.get(services.account.workspace, user)  # known from now on: that changes a row
        await services.scheduler.deliver()
        rows.changed()
        yield Stage(world, forger, CHANNEL, webinar.session_id, draft.batch_id, changes)
        rows.close()


def test_every_key_of_the_tables_has_a_rule() -> None:
    """A new command, button or form must be classified in `permission_rules` before it can be merged."""
    assert COMMAND_RULES.keys() == {command.__name__ for command in COMMANDS}
    assert ACTION_RULES.keys() == ACTIONS.keys()
    assert SUBMISSION_RULES.keys() == SUBMISSIONS.keys()
    assert {name: type(parse(words)).__name__ for name, (_, words) in COMMAND_RULES.items()} == {
        name: name for name in COMMAND_RULES
    }


def leaks(user_id: str, effects: Effects) -> list[str]:
    """How a request that must be refused was not, or had an effect beyond the refusal."""
    found = []
    if not REFUSAL.search(effects.shown):
        found.append(f"no refusal but {effects.shown[:300]!r}")
    if effects.vendor_calls or effects.changed_tables:
        found.append(f"called {effects.vendor_calls}, changed {effects.changed_tables}")
    private = [one for one in effects.messages if one.ephemeral_to == user_id]
    if len(effects.slack_calls) > 1 or effects.messages != private or any(one.files for one in private):
        found.append(f"called Slack {effects.slack_calls}, messages {[one.words for one in effects.messages]}")
    return found


async def test_whatever_somebody_may_not_do_is_refused_without_effect(stage: Stage) -> None:
    """One sentence that says so; nothing else posted, nothing asked at RingCentral, no row changed."""
    problems = {}
    for role, user_id in {**ROLES, "co-host": COHOST}.items():
        rules = {rule for rule, users in REFUSED.items() if user_id in users}
        async for what, effects in stage.all(user_id, rules):
            if found := leaks(user_id, effects):
                problems[role, what] = found

    assert problems == {}


def unanswered(effects: Effects, *, silent: bool = False) -> list[str]:
    """How a request that is allowed was refused, failed, or had no answer."""
    found = []
    if REFUSAL.search(effects.shown) or UNEXPECTED in effects.shown:
        found.append(f"refused or failed: {effects.shown[:600]!r}")
    if effects.is_any is silent:
        found.append("no answer" if not silent else f"an answer: {effects}")
    return found


async def test_whatever_somebody_may_do_is_answered(stage: Stage) -> None:
    """What is open is open to strangers; what is one's own changes nobody else's seat."""
    problems = {}
    for role, user_id, rules in (("stranger", STRANGER, {OPEN, OWN, SILENT}), ("member", MEMBER, {MEMBERS})):
        async for what, effects in stage.all(user_id, rules):
            if role == "stranger" and (what.startswith("/webinar") or what == buttons.RUN):
                assert COMMANDS_ARE_FOR_MEMBERS in effects.shown, what
            elif found := unanswered(effects, silent=ACTION_RULES.get(what) is SILENT):
                problems[role, what] = found

    assert problems == {}
    registered = [one["email"] for one in stage.world.ringcentral.registrants(stage.session_id)]
    assert "dev@acme.example" in registered


async def test_a_cohost_runs_the_webinar(stage: Stage) -> None:
    """They open, close and limit the registration, and see the registrants; `REFUSED` has what they may not."""
    problems = {}
    async for what, effects in stage.all(COHOST, {RUNS}):
        if found := unanswered(effects):
            problems[what] = found

    assert problems == {}


async def test_an_owner_of_the_workspace_is_refused_nothing(stage: Stage) -> None:
    """The same requests are valid: what refuses the others is their role alone."""
    problems = {}
    async for what, effects in stage.all(OWNER, {MANAGES, RUNS, ORGANIZES, MUTES, ADMINS}):
        if found := unanswered(effects):
            problems[what] = found

    assert problems == {}
