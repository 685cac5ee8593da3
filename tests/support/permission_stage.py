"""Every command, action, form and shortcut about one webinar, as forged requests."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from bot.model.ability import Ability
from bot.notices.subscriptions.undo import UnsubscribeUndo
from bot.registration.bulk.csv_import import read_people
from bot.team.diff import TeamDiff
from bot.webinars import organizer_table
from bot.webinars import table as webinar_table
from sandbox.slack.model import Person
from tests.support.bulk import IRIS
from tests.support.creation import without_waits
from tests.support.forged_requests import DatabaseRows, Effects, RequestForger
from tests.support.permission_rules import (
    ACTION_RULES,
    COMMAND_RULES,
    SHORTCUT_RULES,
    SUBMISSION_RULES,
    VARIANTS,
    Rule,
)
from tests.support.team import TeamHarness
from tests.support.world import World, running_world

COHOST, FORMER, ELSEWHERE, OWNER = "U0DEV", "U0EMI", "U0IDA", "U0ANA"
CHANNEL = "C0PARTNERS"
IN_MENU = {"webinar.edit", "door.menu", "team.show", "registrants.open", "refresh.card"}
"""Chosen in the menu of the card instead of pressed: what is checked is the button that the option stands for."""


@dataclass(frozen=True)
class Stage:
    """One webinar with a card in a shared channel, and the ids that forged requests carry."""

    world: World
    forger: RequestForger
    channel_id: str
    session_id: str
    batch_id: str
    changes: dict[str, str]
    """A team change that waits for its confirmation, by the user who asked for it."""
    title: str = "launch"
    """What the commands call the webinar."""

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
        if action_id.startswith("items."):
            return f"{self.session_id} recording"
        if action_id in ("followup.confirm", "followup.stop", "followup.rest"):
            return f"{self.session_id} f1"
        if action_id == "move.change_time":
            return f"{self.session_id} 1900000000 3600"
        others = {
            "webinar.share_in": self.channel_id,
            "command.in_channel": self.channel_id,
            "share.confirm": json.dumps({"session_id": self.session_id, "channel_id": self.channel_id}),
            "share.again": json.dumps({"session_id": self.session_id, "channel_id": self.channel_id}),
            "remind.channel": self.channel_id,
            "follow.change": self.channel_id,
            "follow.undo": UnsubscribeUndo(channel_id=self.channel_id, state="of another time").encoded(),
            "defaults.change": "defaults",
            "defaults.undo": json.dumps({"leads": "1h", "changed_at": "2026-01-01T00:00:00Z"}),
            "remind.undo": json.dumps({"session_id": self.session_id, "channel_id": self.channel_id}),
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
            return json.dumps({"session_id": self.session_id, "channel_id": self.channel_id})
        if action_id in ("followup.change", "followup.groups"):
            return self.session_id
        if action_id == "follow.fields":
            return self.channel_id
        if action_id == "door.after":
            return json.dumps({"session_id": self.session_id, "shown": {"is_open": True}})
        if action_id in ("enrol.fields", "enrol.more", "seat.back"):
            return json.dumps({"session_id": self.session_id})
        if action_id == "seat.back_to_change":
            seat = {"session_id": self.session_id, "first_name": "Some", "last_name": "Body"}
            return json.dumps({"typed": seat, "was": seat})
        in_modal = action_id.startswith(("create.", "settings.")) and action_id not in ("create.open", "create.again")
        return "draft" if in_modal else None

    def note(self, callback_id: str, user_id: str) -> str:
        """What the form is about."""
        place = {"session_id": self.session_id, "channel_id": self.channel_id}
        seat = {"session_id": self.session_id, "first_name": "Some", "last_name": "Body"}
        notes: dict[str, object] = {
            "door.menu_form": {"session_id": self.session_id, "shown": {"is_open": True}},
            "move.confirm": {
                "session_id": self.session_id,
                "start": 1_900_000_000,
                "length_s": 3600,
                "change_id": "c",
                "was_start": 0,
                "was_length_s": 0,
            },
            "remind.form": place,
            "remind.move": place | {"notice_id": 1},
            "recording.review": {"session_id": self.session_id, "channels": True, "seats": True},
            "seat.form": seat | {"email": f"{user_id.lower()}@outside.example"},
            "seat.name_form": seat,
            "team.form": {"session_id": self.session_id},
            "registrants.search_form": {"place": {"session_id": self.session_id}},
        }
        plain = {
            "create.form": f"draft-{user_id}",
            "settings.form": f"draft-{user_id}",
            "follow.form": self.channel_id,
            "team.confirm": self.changes[user_id],
            "enrol.review": self.batch_id,
            "followup.review": f"{self.session_id} f1",
        }
        return json.dumps(notes[callback_id]) if callback_id in notes else plain.get(callback_id, self.session_id)

    async def click(self, user_id: str, action_id: str) -> Effects:
        """The user presses a button that may never have been shown to them."""
        value, note = self.value(action_id), self.note_of_view(action_id)
        if action_id in IN_MENU:
            return await self.forger.choose(user_id, action_id, value)
        return await self.forger.click(user_id, action_id, value, block_id=f"share:{self.session_id}", note=note)

    async def submit(self, user_id: str, callback_id: str) -> Effects:
        """The user sends a form that may never have been shown to them."""
        values = {"door.form": {"limit": "50"}, "enrol.many_form": {"pasted": IRIS}}.get(callback_id, {})
        return await self.forger.submit(user_id, callback_id, self.note(callback_id, user_id), values)

    async def all(
        self, user_id: str, rules: set[Rule], *, wanted: Callable[[str], bool] = lambda _: True
    ) -> AsyncIterator[tuple[str, Effects]]:
        """Every `wanted` request under these rules, tried by one user; cancelling the webinar comes last."""
        texts = {words: rule for rule, words in COMMAND_RULES.values()} | VARIANTS
        for words, rule in texts.items():
            if rule in rules and wanted(f"/webinar {words}"):
                typed = words.replace("launch", self.title)
                yield f"/webinar {words}", await self.forger.command(user_id, typed)
        for action_id, rule in ACTION_RULES.items():
            if rule in rules and wanted(action_id):
                yield action_id, await self.click(user_id, action_id)
        for callback_id, rule in SHORTCUT_RULES.items():
            if rule in rules and wanted(callback_id):
                yield callback_id, await self.forger.shortcut(user_id, callback_id)
        for callback_id, rule in sorted(SUBMISSION_RULES.items(), key=lambda one: one[0] == "cancel.form"):
            if rule in rules and wanted(callback_id):
                yield callback_id, await self.submit(user_id, callback_id)


def prepare(world: World) -> None:
    """Budgets never run out, and a member of another workspace is in the shared channel."""
    without_waits(world)
    world.slack.limits.messages_per_second = None
    people, channel = world.slack.world.people, world.slack.world.channels[CHANNEL]
    people[ELSEWHERE] = Person(ELSEWHERE, "ida", "Ida Holm", "Europe/Paris", email="ida@else.example", team_id="T0ELSE")
    world.slack.world.stacks[ELSEWHERE] = []
    channel.members = sorted({*channel.members, *people})


@asynccontextmanager
async def permission_stage(path: Path, users: Mapping[str, str]) -> AsyncIterator[Stage]:
    """Build the stage in a new world. The webinar is Chloé's; Emi was an organizer, and is known to have been one.

    `users` are the ids of those who act, by their role.
    """
    async with running_world(path, prepare=prepare) as world:
        services = world.bot.services
        services.scheduler.pause()  # whatever happens here follows from a request
        await world.create("chloe")
        await world.slack.close("chloe", world.slack.view("chloe"), clear=True)
        await world.command("chloe", "#partners", "share launch")
        await world.click("chloe", world.last("#partners", "chloe"), "Share With Them")
        [webinar] = await services.mirror.everything()
        [card] = [one for one in world.slack.messages("#partners") if not one.ephemeral_to]
        await world.click("dev", card, "Register")
        await TeamHarness(world, webinar.session_id).save({"cohosts": ["dev"]})
        await world.slack.close("chloe", world.slack.view("chloe"), clear=True)
        draft = await services.bulk.draft(webinar, "U0CHLOE", read_people(IRIS), [], own_pages=False)
        everybody = [*users.values(), COHOST, OWNER]
        changes = {
            user: (await services.team.draft(webinar, TeamDiff(deleted=("i1",)), user)).change_id for user in everybody
        }
        for chosen in ([FORMER], []):
            async with services.store.write() as db:
                await organizer_table.save(db, services.account.workspace, chosen, OWNER, services.clock.now())
        rows = DatabaseRows(world.database_url.removeprefix("sqlite:///"))
        forger = RequestForger(world, CHANNEL, card, rows)
        for user in everybody:
            await forger.command(user, "help")
            await services.users.get(services.account.workspace, user)  # known from now on: that changes a row
        await services.scheduler.deliver()
        everything = webinar.model_copy(update={"abilities": frozenset(Ability)})
        async with services.store.write() as db:  # or what RingCentral lacks is declined before anybody is refused
            await webinar_table.save(db, everything)
        rows.changed()
        yield Stage(world, forger, CHANNEL, webinar.session_id, draft.batch_id, changes)
        rows.close()
