"""The structure of the code: layers, import contracts, and a listener for every id that a view shows."""

from __future__ import annotations

import importlib
import pkgutil
import re
import shutil
import subprocess
import sys
import tomllib
from datetime import timedelta
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

import grimp
from pydantic import SecretStr

import bot
import handlers
from bot.commands.parser import parse
from bot.commands.verbs import VERBS
from bot.creation import texts as creation_texts
from bot.creation.change.impact import ImpactCounts, impact_of
from bot.home import texts as home_texts
from bot.home.content import HomeContent, OwnWebinar
from bot.model.webinar import Audience, Preferences, Webinar
from bot.notices.model import NoticeKind
from bot.notices.subscriptions import channel_state
from bot.notices.subscriptions.channel_state import PlannedNotices
from bot.notices.subscriptions.model import DEFAULT_FEATURES
from bot.notices.subscriptions.texts import result as subscription_result
from bot.notices.subscriptions.texts import share_result
from bot.notices.texts import compose
from bot.providers.ringcentral.form_rules import RULES
from bot.registration.chart import Chart, ChartPoint
from bot.registration.charts import RegistrationGrowth
from bot.registration.forecast import Forecast
from bot.registration.texts import settings_result
from bot.registration.waiting import WaitingPeople
from bot.reports.open_items_table import ItemKind
from bot.slack import buttons, error_message
from bot.slack.blocks import parse_option
from bot.slack.message import Message
from bot.webinars.texts import card
from handlers import ACTIONS, COMMANDS, SUBMISSIONS, channel_choice, webinar_choice_texts
from handlers.browse import help as help_texts
from handlers.browse import texts as browse_texts
from handlers.cancel import form as cancel_form
from handlers.create import form as create_form
from handlers.create import settings_form
from handlers.create.draft import CreateDraft
from handlers.duplicate import form as duplicate_form
from handlers.move import form as move_form
from handlers.registration import chart_texts, limit_form, menu_form
from handlers.settings import form as workspace_settings_form
from handlers.share import texts as share_texts
from handlers.subscribe import form as subscribe_form
from tests.support.bulk_samples import bulk_messages, bulk_modals
from tests.support.edit_views import edit_messages, edit_modals
from tests.support.follow_up_views import follow_up_messages, follow_up_modals
from tests.support.link_samples import link_messages, link_modals, past_messages
from tests.support.notice_samples import notice_context
from tests.support.processes import ROOT
from tests.support.recording_samples import recording_messages, recording_modals
from tests.support.reminder_samples import reminder_messages, reminder_modals
from tests.support.report_view_samples import report_messages, report_modals
from tests.support.seat_samples import seat_messages, seat_modals
from tests.support.team_samples import team_messages, team_modals
from tests.support.webinar_samples import NOW, registration, webinar
from tools.figures import class_names, import_depth, import_graph

LINT = "import sys; from importlinter.cli import lint_imports_command; sys.exit(lint_imports_command())"
CONTRACTS: list[dict[str, Any]] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"][
    "importlinter"
]["contracts"]

PLANTED = {
    "Imports point downward": ("bot/webinars/table.py", "import bot.sync.mirror"),
    "No import cycles": ("handlers/cancel/form.py", "import handlers.share.listeners"),
    "Only handlers and texts build blocks": ("bot/sync/cards.py", "import bot.slack.blocks"),
    "The model and the command parser do no I/O": ("bot/commands/create_args.py", "import aiohttp"),
    "The sandbox does not import the bot": ("sandbox/clock.py", "import bot.clock"),
    "The bot does not import the sandbox": ("bot/sync/mirror.py", "import sandbox.clock"),
}
"""For each contract, a module and an import that breaks it."""


def lint(folder: Path) -> tuple[int, dict[str, str]]:
    """The exit code of lint-imports in this folder, and the result of each contract."""
    words = [sys.executable, "-c", LINT, "--no-cache", "--no-logo"]
    done = subprocess.run(words, cwd=folder, capture_output=True, text=True, check=False)  # noqa: S603 - our own words
    verdicts = re.findall(r"^(.+) (KEPT|BROKEN)", done.stdout, re.MULTILINE)
    assert len(verdicts) == len(CONTRACTS), done.stdout + done.stderr
    return done.returncode, dict(verdicts)


def test_every_module_is_in_one_layer() -> None:
    """A new module or package at the root of the bot must be placed in a layer."""
    layers = next(contract["layers"] for contract in CONTRACTS if contract["type"] == "layers")
    named = [module.strip() for layer in layers for module in re.split("[|:]", layer)]
    there = {f"bot.{module.name}" for module in pkgutil.iter_modules(bot.__path__)} | {"handlers"}
    assert sorted(named) == sorted(there)


def test_the_root_of_the_bot_stays_small() -> None:
    """At most 12 modules: everything else is in a package."""
    modules = [path for path in Path(bot.__path__[0]).glob("*.py") if path.name != "__init__.py"]
    assert len(modules) <= 12


def test_handlers_find_webinars_only_as_far_as_the_user_sees_them() -> None:
    """Through `SlackRequest.find_webinar` and `visible_webinars`: the mirror itself shows every webinar."""
    direct = re.compile(r"mirror\.(find|everything|refresh)\(")
    files = [path for path in ROOT.glob("handlers/**/*.py") if direct.search(path.read_text(encoding="utf-8"))]
    found = sorted(str(path.relative_to(ROOT)) for path in files)
    assert found == ["handlers/request.py", "handlers/request_context.py"]


def test_no_module_imports_itself_through_others() -> None:
    """The import graph of bot, handlers and sandbox has no cycles."""
    graph = grimp.build_graph("bot", "handlers", "sandbox", cache_dir=None)
    imports = {module: graph.find_modules_directly_imported_by(module) for module in graph.modules}
    list(TopologicalSorter(imports).static_order())  # raises CycleError, which names the cycle


def test_the_longest_chain_of_imports_is_short() -> None:
    """At most 14 modules, without imports for annotations alone."""
    assert import_depth(import_graph()) <= 14


def test_each_class_name_exists_once() -> None:
    """A name stands for one thing in bot and handlers."""
    assert [name for name, count in class_names().items() if count > 1] == []


def test_contracts_are_kept() -> None:
    """By the tree as it is."""
    assert lint(ROOT) == (0, {contract["name"]: "KEPT" for contract in CONTRACTS})


def test_contracts_bite(tmp_path: Path) -> None:
    """One forbidden import for each, added to a copy, breaks each of them."""
    unwanted = shutil.ignore_patterns("__pycache__", "page")
    for package in ("bot", "handlers", "sandbox"):
        shutil.copytree(ROOT / package, tmp_path / package, ignore=unwanted)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    for path, line in PLANTED.values():
        with (tmp_path / path).open("a", encoding="utf-8") as module:
            module.write(f"\n{line}\n")

    assert lint(tmp_path) == (1, {contract["name"]: "BROKEN" for contract in CONTRACTS})


def conversation_folders() -> dict[str, str]:
    """Verb to folder, from the table in the docstring of `handlers`; "" is `/webinar` without a verb."""
    table = re.findall(r"^    ([a-z]+) +(.+)$", handlers.__doc__ or "", re.MULTILINE)
    return {"" if verb == "(no verb)" else verb: folder for folder, verbs in table for verb in verbs.split(", ")}


def test_every_verb_is_served_by_the_folder_that_the_table_of_contents_names() -> None:
    """For each verb, the listener of its parsed command is in `handlers/<folder>/listeners.py`."""
    served = {verb: COMMANDS[type(parse(verb))].__module__ for verb in ("", *VERBS)}
    named = {verb: f"handlers.{folder}.listeners" for verb, folder in conversation_folders().items()}
    assert named == served


def test_listeners_do_not_import_listeners_of_other_conversations() -> None:
    """Shared functions are in `handlers.request`, `handlers.webinar_choice`, or a module without listeners."""
    graph = grimp.build_graph("handlers", cache_dir=None)
    listeners = {module for module in graph.modules if module.endswith("listeners")}
    imports = {(module, other) for module in graph.modules for other in graph.find_modules_directly_imported_by(module)}
    foreign = {(module, other) for module, other in imports if module.split(".")[1:2] != other.split(".")[1:2]}
    assert {module for module, other in foreign if other in listeners} == {"handlers"}


def test_tables_of_listeners_are_in_modules_named_so() -> None:
    """Every module with a table of commands, actions or submissions is called `listeners` or `…_listeners`."""
    names = [module.name for module in pkgutil.walk_packages(handlers.__path__, "handlers.")]
    tables = {"COMMANDS", "ACTIONS", "SUBMISSIONS"}
    with_tables = [name for name in names if tables & vars(importlib.import_module(name)).keys()]
    assert [name for name in with_tables if not name.endswith("listeners")] == []


def views() -> list[dict[str, Any]]:
    """Every view in each of its states: modals complete, messages as their text and blocks."""
    plain = webinar(registration=registration())
    open_to_all = webinar(audience=Audience.ANYONE, attendee_link="https://join.example/shared")
    link = SecretStr("https://join.example/host")
    draft = CreateDraft(draft_id="d1")
    created = creation_texts.CreatedResult(plain, host_link=link)
    chosen = workspace_settings_form.OrganizerChoice(people=("U1",), groups=("S1",), set_by="U2", set_at=NOW)
    channel = channel_state.ChannelState("C1", subscriptions=[], webinars={}, hours=None, default_offsets=())
    middle: dict[str, Any] = {"page": 2, "pages": 3, "total": 30, "which": "", "now": NOW, "seen_at": NOW}
    middle |= {"providers": ["RingCentral"]}
    shown = [
        *home_messages(plain),
        *(browse_texts.listing([plain], **middle), browse_texts.listing([], **middle)),
        *(
            browse_texts.details(plain, now=NOW, host_link=link, can_manage=True, here=here, has_pages=True)
            for here in (True, False)
        ),
        *(
            browse_texts.count(plain, now=NOW),
            webinar_choice_texts.nothing_found("garden", "show", providers=["RingCentral"]),
        ),
        *(webinar_choice_texts.pick([plain] * 11, verb, words="day", now=NOW) for verb in webinar_choice_texts.VERBS),
        *(card.card(one, now=NOW) for one in (plain, open_to_all)),
        *(compose.compose([notice_context(one, kind)], at=NOW) for kind in NoticeKind for one in (plain, open_to_all)),
        *(creation_texts.done_message(created), creation_texts.failed_message("It was refused.", "d1")),
        *(cancel_form.done_message(plain), cancel_form.failed_message("It was refused.")),
        *(settings_result.changed_message(plain, registration(is_open=door), now=NOW) for door in (True, False)),
        settings_result.unchanged_message(plain, "It is open.", now=NOW),
        browse_texts.count(plain, now=NOW, can_manage=True),
        *(
            chart_texts.chart_message(plain, grown_sample(), now=NOW, with_sources=False),
            chart_texts.links_message(plain, 3),
        ),
        *(
            share_result.shared(plain, "C1", PlannedNotices(DEFAULT_FEATURES, ())),
            share_texts.confirm_external(plain, "C1", "Globex"),
            share_texts.choose_channel(plain),
            channel_choice.choose_channel("Which channel is it?", "subscriptions"),
            share_texts.already_shared(plain, "C1", "https://acme.slack.com/archives/C1/p1"),
            *(help_texts.help_message(), help_texts.unknown_message("lsit", "list")),
            error_message.sentence_message(error_message.error_sentence(ValueError())),
        ),
        *(subscription_result.channel_message(channel), subscription_result.intro("Ana Lima", channel)),
        subscription_result.channel_message(channel, head="Ended.", undo="x"),
        *report_messages(plain),
        *follow_up_messages(plain),
        *edit_messages(plain),
        *reminder_messages(plain),
        *seat_messages(plain),
        *team_messages(plain),
        *(*bulk_messages(plain), *link_messages(plain), *past_messages(plain), *recording_messages(plain)),
        compose.compose([notice_context(plain, NoticeKind.REMINDER, channel_id="D1")], at=NOW),
        workspace_settings_form.settings(chosen, [], (), may_change=True, zone="UTC"),
    ]
    modals = [
        create_form.build(draft, host_line="Ana hosts", rules=RULES),
        create_form.build(draft, host_line="Ana hosts", resumed=True, places=("", "zoom"), rules=RULES),
        create_form.build(
            draft.model_copy(update={"provider": "zoom"}), host_line="Ana hosts", places=("", "zoom"), rules=RULES
        ),
        settings_form.build(draft.more, draft_id="d1", fixed=None, fixed_read_at=None, rules=RULES),
        *(creation_texts.working("Launch day", "d1"), creation_texts.done(created), creation_texts.failed("No.", "d1")),
        *move_modals(plain),
        *(duplicate_form.opening(plain), duplicate_form.failed("No.")),
        *(
            cancel_form.confirm(plain, ImpactCounts(card_channels=["C1"]), WaitingPeople(in_line=1), now=NOW),
            cancel_form.working(plain),
        ),
        *(cancel_form.done(plain), cancel_form.failed("No.")),
        *(
            limit_form.form_view(plain, now=NOW),
            limit_form.working_view(plain),
            limit_form.form_view(plain, now=NOW, problem="No."),
        ),
        settings_result.changed_view(plain, registration(is_open=False), now=NOW),
        *door_modals(plain),
        *(
            subscribe_form.build(channel, zone="UTC"),
            subscribe_form.working_view("C1"),
            subscribe_form.failed_view("No."),
        ),
        subscription_result.saved_view(channel, "Saved."),
        *edit_modals(plain),
        *report_modals(plain),
        *follow_up_modals(plain),
        *reminder_modals(plain),
        *seat_modals(plain),
        *team_modals(plain),
        *(*bulk_modals(plain), *link_modals(plain), *recording_modals(plain)),
        workspace_settings_form.form(chosen, [], zone="UTC"),
        workspace_settings_form.saved(chosen, [], zone="UTC"),
        *(error_message.problem_view(ValueError()), error_message.message_view(shown[0])),
    ]
    return [*modals, *({"text": message.text, "blocks": message.blocks} for message in shown)]


def home_messages(one: Webinar) -> list[Message]:
    """What a person sees at a glance: with something in each part, and with nothing."""
    own = OwnWebinar(one, tuple(ItemKind))
    full = HomeContent(live=(one,), seats=(one,), own=(own,), coming=(one,), more=1, can_create=True)
    return [home_texts.home_message(content, now=NOW) for content in (full, HomeContent())]


def grown_sample() -> RegistrationGrowth:
    """A registration that has grown."""
    points = tuple(ChartPoint(at=NOW + timedelta(hours=hours), count=hours) for hours in range(2))
    return RegistrationGrowth(Forecast(), chart=Chart(points=points))


def move_modals(one: Webinar) -> list[dict[str, Any]]:
    """The form for another time, the confirmation, and the failure."""
    move = move_form.proposed(one, one.start + timedelta(hours=1), None, "c1")
    affects = impact_of(one, ImpactCounts(), move.new_start, NOW)
    typed = move_form.TypedTime(note="No.")
    confirm = move_form.confirm(one, move, affects, WaitingPeople(in_line=1), now=NOW)
    return [move_form.form(one, typed, RULES), confirm, move_form.failed("No.")]


def door_modals(one: Webinar) -> list[dict[str, Any]]:
    """The registration form, and the views that replace it or lie above it."""
    silent = registration(preferences=Preferences(suppress_emails=True))
    known = one.model_copy(update={"registration": silent})
    return [
        *(menu_form.form_view(known, Forecast(), now=NOW), menu_form.reading_view(one), menu_form.unread_view("No.")),
        *(menu_form.working_view(one), menu_form.nothing_changed_view(one)),
        *(chart_texts.counting_view(one), chart_texts.collecting_view(one), chart_texts.failed_view("No.")),
    ]


def reported(view: dict[str, Any]) -> set[str]:
    """The ids of all elements whose clicks Slack reports: not of inputs that are sent with the form."""
    found: set[str] = set()
    for block in view["blocks"]:
        alone = [block["accessory"]] if "accessory" in block else []
        alone += [block["element"]] if block.get("dispatch_action") else []
        in_row = block["elements"] if block["type"] == "actions" else []
        found |= {one for element in [*alone, *in_row] for one in reported_ids(element)}
    return found


def reported_ids(element: dict[str, Any]) -> set[str]:
    """The id of an element; of a menu of buttons, those of the buttons."""
    if element["action_id"] != buttons.MORE:
        return {element["action_id"]}
    assert element["type"] == "overflow"
    return {parse_option(option["value"])[0] for option in element["options"]}


def test_every_button_leads_somewhere_and_every_listener_has_a_button() -> None:
    """In both directions: every element in a view has a listener, and every listener has an element."""
    assert set().union(*map(reported, views())) == set(ACTIONS)


def test_every_form_is_listened_to_and_every_listener_has_a_form() -> None:
    """In both directions, for all modals that can be submitted."""
    assert {view["callback_id"] for view in views() if "submit" in view} == set(SUBMISSIONS)


def test_every_id_of_a_view_was_looked_at() -> None:
    """A new view must be added to `views`, or the two tests above would not see it."""
    walked = [*pkgutil.walk_packages(bot.__path__, "bot."), *pkgutil.walk_packages(handlers.__path__, "handlers.")]
    names = [module.name for module in walked if re.match(r"handlers\.|bot\.slack\.|bot\..*\.texts", module.name)]
    modules = [importlib.import_module(name) for name in names]
    constants = [value for module in modules for name, value in vars(module).items() if name.isupper()]
    ids = {value for value in constants if isinstance(value, str) and re.fullmatch(r"[a-z]+\.[a-z_]+", value)}
    ids = {value for value in ids if not value.endswith(".csv")}  # names of files
    seen = set().union(*map(reported, views())) | {view["callback_id"] for view in views() if "callback_id" in view}
    assert ids == {one for one in seen if "." in one} | {buttons.MORE}
