"""What an event does not support is not offered, and declined with one sentence that names the alternative."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from bot.commands.parser import parse
from bot.commands.verbs import VERBS
from bot.model.ability import ALL, Ability
from bot.providers.names import named
from bot.slack import needs
from bot.slack.needs import Needs, is_supported
from bot.webinars import table as webinar_table
from bot.webinars.unsupported import SENTENCES
from handlers import ACTIONS, COMMANDS, SHORTCUTS, SUBMISSIONS
from tests.support.permission_rules import COMMAND_RULES, Rule
from tests.support.permission_stage import OWNER, Stage, permission_stage

TABLES = {**needs.COMMANDS, **needs.ACTIONS, **needs.FORMS, **dict.fromkeys(SHORTCUTS, needs.NOTHING)}
LACKING = ALL - {
    *(Ability.LIMIT, Ability.OPEN_CLOSE, Ability.PREFERENCES, Ability.INVITE_COHOST, Ability.OWN_LINKS),
    *(Ability.EXTERNAL_ID, Ability.HISTORY, Ability.RECORDINGS),
}
LABELS = ("Co-hosts", "IDs in your other systems", "Your page to join", "own pages", "Report", "Recording")
"""Labels of fields and buttons that `LACKING` takes away."""
BROKEN = "Something unexpected happened"


@pytest_asyncio.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    """A webinar with a card, a seat and a team."""
    async with permission_stage(tmp_path, {}) as stage:
        yield stage


async def limit_to(stage: Stage, abilities: frozenset[Ability]) -> None:
    """Have the mirror say that the event supports only these."""
    services = stage.world.bot.services
    webinar = await services.mirror.find(stage.session_id)
    async with services.store.write() as db:
        await webinar_table.save(db, webinar.model_copy(update={"abilities": abilities}))


def needs_of(what: str) -> Needs:
    """What a request of the stage needs."""
    return TABLES[type(parse(what.removeprefix("/webinar "))).__name__ if what.startswith("/webinar") else what]


def test_every_command_button_and_form_has_a_decision() -> None:
    """A new one must be classified in `needs` before it can be merged."""
    assert needs.COMMANDS.keys() == {command.__name__ for command in COMMANDS}
    assert needs.ACTIONS.keys() == ACTIONS.keys()
    assert needs.FORMS.keys() == SUBMISSIONS.keys()
    assert {words.partition(" ")[0] for _, words in COMMAND_RULES.values()} - {""} == set(VERBS)


def test_every_ability_has_a_sentence() -> None:
    """One or two sentences with the provider's name or the way to do it."""
    assert SENTENCES.keys() == set(Ability)
    for sentence in SENTENCES.values():
        assert sentence.endswith(".")
        assert "{" not in named(sentence, "zoom-1")
        assert "RingCentral" not in named(sentence, "zoom-1")


@pytest.mark.parametrize("ability", Ability)
def test_one_missing_ability_takes_away_what_needs_it_alone(ability: Ability) -> None:
    """Everything else stays, for each ability removed one at a time."""
    everything = frozenset(Ability)
    lost = {what for what, needed in TABLES.items() if not is_supported(needed, everything - {ability})}
    assert lost == {what for what, needed in TABLES.items() if needed == (ability,)}
    assert all(is_supported(needed, everything) for needed in TABLES.values())


def offered(shown: str) -> set[str]:
    """The ids of the buttons, selects and fields in what a user sees, and of the buttons in its menus."""
    return {one or other for one, other in re.findall(r'"action_id": "([^"]+)"|"value": "([a-z]+\.[a-z_]+) ', shown)}


async def test_what_an_event_does_not_support_is_neither_offered_nor_done(stage: Stage) -> None:
    """Its details, card and forms leave it out; each command, button and form declines it, without any effect."""
    await limit_to(stage, LACKING)
    seen = ""
    for words in ("show launch", "count launch", "invite launch", "register launch iris@acme.example", "list"):
        seen += (await stage.forger.command(OWNER, words)).shown
    for action_id in ("team.invite", "team.show", "enrol.many", "enrol.more", "registrants.open", "webinar.edit"):
        seen += (await stage.click(OWNER, action_id)).shown
    ids = offered(seen)
    assert {
        "webinar.edit",
        "webinar.move",
        "team.invite",
        "people",
        "outside",
        "first_name",
        "registrants.search",
    } <= ids
    assert [one for one in ids if not is_supported(TABLES.get(one, needs.NOTHING), LACKING)] == []
    assert [label for label in LABELS if f'"{label}' in seen] == []
    assert BROKEN not in seen

    await limit_to(stage, frozenset())
    problems = {}
    async for what, effects in stage.all(OWNER, set(Rule)):
        needed = needs_of(what)
        declined = [ability for ability in Ability if named(SENTENCES[ability], stage.session_id) in effects.shown]
        if declined != list(needed[:1]):
            problems[what] = f"{declined} instead of {needed[:1]}: {effects.shown[:200]}"
        elif needed and (effects.vendor_calls or effects.changed_tables - {"webinars"}):
            problems[what] = f"called {effects.vendor_calls}, changed {effects.changed_tables}"
        await limit_to(stage, frozenset())  # what reads the event anew finds out what it supports
    assert problems == {}
