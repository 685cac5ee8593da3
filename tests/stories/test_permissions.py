"""The permission matrix: every command, action and form × five roles, each with a forged request.

Every key of the handlers' tables has a rule in `permission_rules`; a new one without a rule fails. The rule is verified
by what happens: a refusal has no effect at all, and whatever a rule allows is answered.
"""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator, Collection
from dataclasses import dataclass
from pathlib import Path

import pytest_asyncio

from bot.commands.parser import parse
from bot.registration.bulk.csv_import import read_people
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
    OPEN,
    OWN,
    SILENT,
    SUBMISSION_RULES,
    VARIANTS,
    Rule,
)
from tests.support.world import World, running_world

STRANGER, GUEST, MEMBER, FORMER, ELSEWHERE = "U0HAL", "U0GIA", "U0FINN", "U0EMI", "U0IDA"
ROLES = {
    "stranger": STRANGER,
    "guest": GUEST,
    "member": MEMBER,
    "former organizer": FORMER,
    "member of another workspace": ELSEWHERE,
}
OWNER = "U0ANA"
REFUSED = {
    MANAGES: set(ROLES.values()),
    ADMINS: set(ROLES.values()),
    MEMBERS: {STRANGER, GUEST, ELSEWHERE},
}
"""Whom each rule refuses."""
REFUSAL = re.compile(
    "You can't [^:]+: |people of other organisations can't |Only an admin or owner of this workspace can ch"
)
DRAWN = ("door.chart", "door.sources")
"""Each draws a picture in a process of its own, which takes seconds: test_picture has it done for an organizer."""
UNEXPECTED = "Something unexpected happened"
CHANNEL = "C0PARTNERS"


@dataclass(frozen=True)
class Stage:
    """One webinar with a card in a shared channel, and the ids that forged requests carry."""

    world: World
    forger: RequestForger
    session_id: str
    batch_id: str
    changes: dict[str, str]
    """A team change that waits for its confirmation, by the user who asked for it."""

    def value(self, action_id: str) -> str:
        """What the button carries."""
        place = json.dumps({"session_id": self.session_id, "picked": "r1"})
        if action_id.startswith("registrants.") and action_id != "registrants.open":
            return place
        if action_id in ("team.previous", "team.next", "team.refresh", "team.remove", "team.again"):
            return f"{self.session_id} i1 1"
        if action_id in ("enrol.confirm", "enrol.stop", "enrol.go_on", "enrol.undo"):
            return self.batch_id
        if action_id.startswith(("list.", "refresh.list")):
            return json.dumps({"which": "", "page": 1})
        if action_id.startswith("remind.") and action_id not in ("remind.open", "remind.undo", "remind.channel"):
            return "1"
        others = {
            "webinar.share_in": CHANNEL,
            "remind.channel": CHANNEL,
            "follow.change": CHANNEL,
            "defaults.change": "defaults",
            "defaults.undo": json.dumps({"leads": "1h", "changed_at": "2026-01-01T00:00:00Z"}),
            "remind.undo": json.dumps({"session_id": self.session_id, "channel_id": CHANNEL}),
            "door.undo": json.dumps(
                {"session_id": self.session_id, "made": {"is_open": True}, "back": {"is_open": False}}
            ),
        }
        return others.get(action_id, self.session_id)

    def note_of_view(self, action_id: str) -> str | None:
        """What the modal is about in which the button stands; nothing where it stands in a message."""
        if action_id in ("remind.open", "remind.undo"):
            return None
        if action_id.startswith("remind."):
            return json.dumps({"session_id": self.session_id, "channel_id": CHANNEL})
        if action_id == "seat.back":
            return json.dumps({"session_id": self.session_id})
        in_modal = action_id.startswith(("create.", "settings.")) and action_id not in ("create.open", "create.again")
        return "draft" if in_modal else None

    def note(self, callback_id: str, user_id: str) -> str:
        """What the form is about."""
        place = {"session_id": self.session_id, "channel_id": CHANNEL}
        seat = {"session_id": self.session_id, "first_name": "Some", "last_name": "Body"}
        notes: dict[str, object] = {
            "door.menu_form": {"session_id": self.session_id, "shown": {"is_open": True}},
            "remind.form": place,
            "remind.move": place | {"notice_id": 1},
            "seat.form": seat | {"email": f"{user_id.lower()}@outside.example"},
            "seat.name_form": seat,
            "team.form": {"session_id": self.session_id},
            "registrants.search_form": {"place": {"session_id": self.session_id}},
        }
        plain = {
            "create.form": f"draft-{user_id}",
            "settings.form": f"draft-{user_id}",
            "follow.form": CHANNEL,
            "team.confirm": self.changes[user_id],
            "enrol.review": self.batch_id,
        }
        return json.dumps(notes[callback_id]) if callback_id in notes else plain.get(callback_id, self.session_id)

    async def click(self, user_id: str, action_id: str) -> Effects:
        """The user presses a button that may never have been shown to them."""
        value, note = self.value(action_id), self.note_of_view(action_id)
        return await self.forger.click(user_id, action_id, value, block_id=f"share:{self.session_id}", note=note)

    async def submit(self, user_id: str, callback_id: str) -> Effects:
        """The user sends a form that may never have been shown to them."""
        values = {"door.form": {"limit": "50"}, "enrol.many_form": {"pasted": IRIS}}.get(callback_id, {})
        return await self.forger.submit(user_id, callback_id, self.note(callback_id, user_id), values)

    async def all(
        self, user_id: str, rules: set[Rule], *, but: Collection[str] = ()
    ) -> AsyncIterator[tuple[str, Effects]]:
        """Everything under these rules, tried by one user; cancelling the webinar comes last."""
        texts = {words: rule for rule, words in COMMAND_RULES.values()} | VARIANTS
        for words, rule in texts.items():
            if rule in rules:
                yield f"/webinar {words}", await self.forger.command(user_id, words)
        for action_id, rule in ACTION_RULES.items():
            if rule in rules and action_id not in but:
                yield action_id, await self.click(user_id, action_id)
        for callback_id, rule in sorted(SUBMISSION_RULES.items(), key=lambda one: one[0] == "cancel.form"):
            if rule in rules:
                yield callback_id, await self.submit(user_id, callback_id)


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
        await world.create("chloe", fields={"Announce in": "#partners"})
        await world.slack.close("chloe", world.slack.view("chloe"), clear=True)
        [webinar] = await services.mirror.everything()
        card = world.slack.messages("#partners")[0]
        await world.click("dev", card, "Register")
        await world.slack.submit("dev", world.slack.view("dev"), {})
        await world.settled()
        draft = await services.bulk.draft(webinar, "U0CHLOE", read_people(IRIS), [], own_pages=False)
        users = [*ROLES.values(), OWNER]
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
        yield Stage(world, forger, webinar.session_id, draft.batch_id, changes)
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
    for role, user_id in ROLES.items():
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
            if found := unanswered(effects, silent=ACTION_RULES.get(what) is SILENT):
                problems[role, what] = found

    assert problems == {}
    registered = [one["email"] for one in stage.world.ringcentral.registrants(stage.session_id)]
    assert "dev@acme.example" in registered


async def test_an_owner_of_the_workspace_is_refused_nothing(stage: Stage) -> None:
    """The same requests are valid: what refuses the others is their role alone."""
    problems = {}
    async for what, effects in stage.all(OWNER, {MANAGES, ADMINS}, but=DRAWN):
        if found := unanswered(effects):
            problems[what] = found

    assert problems == {}
