"""The permission matrix: every command, action, form and shortcut × five roles, each with a forged request.

Every key of the handlers' tables has a rule in `permission_rules`; a new one without a rule fails. The rule is verified
by what happens: a refusal has no effect at all, and whatever a rule allows is answered.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

from bot.commands.parser import parse
from bot.slack import buttons
from handlers import ACTIONS, COMMANDS, SHORTCUTS, SUBMISSIONS
from tests.support.forged_requests import Effects
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
    SHORTCUT_RULES,
    SILENT,
    SUBMISSION_RULES,
)
from tests.support.permission_stage import COHOST, ELSEWHERE, FORMER, OWNER, Stage, permission_stage

STRANGER, GUEST, MEMBER = "U0HAL", "U0GIA", "U0FINN"
ROLES = {
    "stranger": STRANGER,
    "guest": GUEST,
    "member": MEMBER,
    "former organizer": FORMER,
    "member of another workspace": ELSEWHERE,
}
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


@pytest_asyncio.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    """The stage of the matrix, with a member of another workspace in the shared channel."""
    async with permission_stage(tmp_path, ROLES) as stage:
        yield stage


def test_every_key_of_the_tables_has_a_rule() -> None:
    """A new command, button, form or shortcut must be classified in `permission_rules` before it can be merged."""
    assert COMMAND_RULES.keys() == {command.__name__ for command in COMMANDS}
    assert ACTION_RULES.keys() == ACTIONS.keys()
    assert SUBMISSION_RULES.keys() == SUBMISSIONS.keys()
    assert SHORTCUT_RULES.keys() == SHORTCUTS.keys()
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
            if role == "stranger" and (what.startswith("/webinar") or what in (buttons.RUN, buttons.RUN_IN_CHANNEL)):
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
