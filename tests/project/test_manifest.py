"""The Slack manifest is valid, and matches what the code registers and calls."""

from __future__ import annotations

import ast
import inspect
import re
from collections import defaultdict
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import yaml
from slack_sdk.web.async_client import AsyncWebClient

from bot.app import EVENTS
from bot.commands.verbs import VERBS
from bot.slack.scopes import ADDED_BY_ADMIN, OPTIONAL
from bot.slack.scopes import SCOPES as EXPECTED_SCOPES
from handlers import ACTIONS, COMMANDS, SHORTCUTS, SUBMISSIONS
from handlers import EVENTS as LISTENERS
from handlers.router import Router
from sandbox.app_features import COMMANDS as SANDBOX_COMMANDS
from sandbox.app_features import SHORTCUTS as SANDBOX_SHORTCUTS
from sandbox.slack.events import SUBSCRIBED
from tests.support.processes import ROOT
from tests.support.rows import each_row

MANIFEST: dict[str, Any] = yaml.safe_load((ROOT / "manifest.yml").read_text(encoding="utf-8"))
SETTINGS: dict[str, Any] = MANIFEST["settings"]
FEATURES: dict[str, Any] = MANIFEST["features"]

# docs.slack.dev/reference/app-manifest: the keys that we use, and how many characters each text may have
KEYS = {
    "": {"_metadata", "display_information", "features", "oauth_config", "settings"},
    "_metadata": {"major_version", "minor_version"},
    "display_information": {"name", "description", "long_description", "background_color"},
    "features": {"app_home", "bot_user", "shortcuts", "slash_commands"},
    "features.app_home": {"home_tab_enabled", "messages_tab_enabled", "messages_tab_read_only_enabled"},
    "features.bot_user": {"display_name", "always_online"},
    "features.shortcuts.0": {"name", "type", "callback_id", "description"},
    "features.shortcuts.1": {"name", "type", "callback_id", "description"},
    "features.slash_commands.0": {"command", "description", "usage_hint", "url", "should_escape"},
    "oauth_config": {"scopes"},
    "oauth_config.scopes": {"bot", "bot_optional"},
    "settings": {
        *("event_subscriptions", "interactivity", "org_deploy_enabled", "socket_mode_enabled", "token_rotation_enabled")
    },
    "settings.event_subscriptions": {"request_url", "bot_events"},
    "settings.interactivity": {"is_enabled", "request_url"},
}
LENGTHS = {
    "display_information.name": (1, 35),
    "display_information.description": (1, 140),
    "display_information.long_description": (175, 4000),
    "features.bot_user.display_name": (1, 80),
    "features.shortcuts": (1, 10),
    "features.shortcuts.0.name": (1, 24),
    "features.shortcuts.1.name": (1, 24),
    "features.shortcuts.0.description": (1, 150),
    "features.shortcuts.1.description": (1, 150),
    "features.slash_commands.0.command": (2, 32),
    "features.slash_commands.0.description": (1, 2000),
    "features.slash_commands.0.usage_hint": (1, 1000),
    "features.slash_commands.0.url": (1, 3000),
    "settings.interactivity.request_url": (1, 3500),
    "settings.event_subscriptions.request_url": (1, 3500),
    "settings.event_subscriptions.bot_events": (1, 100),
}

# docs.slack.dev/reference/methods/<method>, under "Scopes"
SCOPES: dict[str, set[str]] = {
    "apps.connections.open": set(),  # authorized by the app-level token with connections:write
    "auth.test": set(),
    "chat.delete": {"chat:write"},
    "chat.deleteScheduledMessage": {"chat:write"},
    "chat.getPermalink": set(),
    "chat.postMessage": {"chat:write", "chat:write.public"},  # the second for public channels without the bot
    "chat.scheduleMessage": {"chat:write", "chat:write.public"},
    "chat.scheduledMessages.list": set(),
    "chat.update": {"chat:write"},
    "files.completeUploadExternal": {"files:write"},
    "files.getUploadURLExternal": {"files:write"},
    "usergroups.list": {"usergroups:read"},
    "usergroups.users.list": {"usergroups:read"},
    "conversations.info": {"channels:read", "groups:read"},  # for public and private channels; we read no others
    "conversations.list": {"channels:read", "groups:read"},
    "conversations.members": {"channels:read", "groups:read"},
    "team.info": {"team:read"},  # the organization that a channel is shared with
    "users.info": {"users:read", "users:read.email"},  # the second for the address that we look up in the directory
    "views.open": set(),
    "views.publish": set(),
    "views.push": set(),
    "views.update": set(),
}
# docs.slack.dev/reference/events/<event>, under "Required Scopes": for public and for private channels
EVENT_SCOPES = {
    "app_home_opened": set(),
    "member_joined_channel": {"channels:read", "groups:read"},
    "member_left_channel": {"channels:read", "groups:read"},
    "channel_left": {"channels:read"},
    "group_left": {"groups:read"},
}
NOT_ASKED_FOR = {"conversations.history": {"channels:history", "groups:history", "im:history"}}
"""Called only if an administrator has granted more scopes than the manifest requests: see docs/notices.md."""
TOGETHER = {"files_upload_v2": {"files.getUploadURLExternal", "files.completeUploadExternal"}}
"""Methods that slack_sdk combines in one function."""
OF_DOWNLOADS = "files:read"  # docs.slack.dev/reference/objects/file-object: `url_private_download` requires it
OF_COMMANDS = "commands"  # docs.slack.dev/reference/scopes/commands

Heard = dict[str, list[Any]]


def at(path: str) -> Any:
    """The value in the manifest at `a.b.0.c`."""
    found: Any = MANIFEST
    for step in filter(None, path.split(".")):
        found = found[int(step)] if isinstance(found, list) else found[step]
    return found


def registered_ids() -> Heard:
    """The ids that our listeners register with Bolt, by kind of request."""

    class Bolt:
        def __init__(self) -> None:
            self.kinds: Heard = defaultdict(list)

        def __getattr__(self, kind: str) -> Callable[..., Callable[[object], None]]:
            def register(what: Any) -> Callable[[object], None]:
                self.kinds[kind].append(what)
                return lambda _: None

            return register

    bolt = Bolt()
    app: Any = bolt
    services: Any = None  # not used before the first request
    Router(services, COMMANDS, ACTIONS, SUBMISSIONS, SHORTCUTS, LISTENERS).listen(app)
    return bolt.kinds


def called_methods() -> set[str]:
    """The Web API methods that the code calls through Slack's client, by Slack's names."""
    paths = [*(ROOT / "handlers").rglob("*.py"), *(ROOT / "bot").rglob("*.py")]
    trees = [ast.parse(path.read_text(encoding="utf-8")) for path in paths]
    names = {node.attr for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    sources = {name: inspect.getsource(getattr(AsyncWebClient, name)) for name in names & set(dir(AsyncWebClient))}
    alone = {found[1] for source in sources.values() if (found := re.search(r'self\.api_call\(\s*"([^"]+)"', source))}
    calls = [node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Call)]
    sent = [call.args[0] for call in calls if getattr(call.func, "attr", "") == "_send"]
    alone |= {method.value for method in sent if isinstance(method, ast.Constant)}
    return alone.union(*(TOGETHER[name] for name in names & set(TOGETHER)))


@each_row("path", KEYS)
def test_manifest_has_no_key_that_slack_does_not_know(path: str) -> None:
    """Slack refuses or ignores a misspelled key."""
    assert set(at(path)) == KEYS[path]


@each_row("path", LENGTHS)
def test_manifest_texts_fit(path: str) -> None:
    """Slack refuses a manifest with a text that is too long, or a long description that is too short."""
    shortest, longest = LENGTHS[path]
    assert shortest <= len(at(path)) <= longest


def test_the_description_is_short() -> None:
    """Slack's guidelines ask for ten words at most."""
    assert len(str(at("display_information.description")).split()) <= 10


def test_manifest_flags_are_flags() -> None:
    """YAML reads a bare `on` or `no` as a flag, and a quoted one as text."""
    flags = {
        *("features.app_home.home_tab_enabled", "features.app_home.messages_tab_enabled"),
        *("features.app_home.messages_tab_read_only_enabled", "features.bot_user.always_online"),
        *("features.slash_commands.0.should_escape", "settings.interactivity.is_enabled"),
        *("settings.org_deploy_enabled", "settings.socket_mode_enabled", "settings.token_rotation_enabled"),
    }
    assert {path for path in flags if not isinstance(at(path), bool)} == set()
    assert re.fullmatch("#[0-9a-f]{6}", at("display_information.background_color"))


def test_every_command_of_the_manifest_has_a_listener_and_the_other_way_round() -> None:
    """There is one command, and its hint names every verb."""
    commands = FEATURES["slash_commands"]
    assert [one["command"] for one in commands] == registered_ids()["command"]
    hint = re.sub(r"\[.*?\]", "", commands[0]["usage_hint"])
    assert sorted(re.findall(r"\w+", hint)) == sorted(VERBS)
    assert commands[0]["should_escape"]  # so that Slack sends the ids of #channels


def test_the_sandbox_registers_the_commands_and_shortcuts_of_the_manifest() -> None:
    """With the names, descriptions and hints that users see in Slack."""
    named = [
        {name: one[name] for name in ("command", "description", "usage_hint", "should_escape")}
        for one in FEATURES["slash_commands"]
    ]
    assert named == SANDBOX_COMMANDS
    assert FEATURES["shortcuts"] == SANDBOX_SHORTCUTS


def test_the_sandbox_subscribes_to_the_events_of_the_manifest() -> None:
    """And delivers no others."""
    assert set(SETTINGS["event_subscriptions"]["bot_events"]) == SUBSCRIBED


def test_nothing_is_subscribed_to_that_nobody_listens_to() -> None:
    """Events, shortcuts and menus: in both directions."""
    events = SETTINGS["event_subscriptions"]["bot_events"]
    assert (events, len(registered_ids()["event"])) == (list(LISTENERS), 1)
    granted = set(MANIFEST["oauth_config"]["scopes"]["bot"])
    assert {event for event in events if not EVENT_SCOPES[event] <= granted} == set()
    shortcuts = [one["callback_id"] for one in FEATURES["shortcuts"]]
    assert (shortcuts, len(registered_ids()["shortcut"])) == (list(SHORTCUTS), 1)
    assert ("message_menu_options_url" in SETTINGS["interactivity"]) == bool(registered_ids()["options"])
    assert FEATURES["app_home"]["home_tab_enabled"] == ("app_home_opened" in LISTENERS)


def test_clicks_and_forms_come_because_interactivity_is_on() -> None:
    """And there are listeners for them."""
    interactive = [kind for kind in ("action", "view_submission", "view_closed") if registered_ids()[kind]]
    assert (interactive, SETTINGS["interactivity"]["is_enabled"]) == (
        ["action", "view_submission", "view_closed"],
        True,
    )


def test_every_address_is_the_route_that_we_serve() -> None:
    """On one host of the administrator, over https."""
    command = FEATURES["slash_commands"][0]["url"]
    urls = {command, *(SETTINGS[part]["request_url"] for part in ("interactivity", "event_subscriptions"))}
    assert [(urlsplit(url).scheme, urlsplit(url).path) for url in urls] == [("https", EVENTS)]


def test_every_method_that_is_called_has_its_scope_and_no_scope_is_unused() -> None:
    """The administrator grants the minimum."""
    called = called_methods()
    assert called == {*SCOPES, *NOT_ASKED_FOR}
    needed = {OF_COMMANDS, OF_DOWNLOADS, *(scope for method in SCOPES for scope in SCOPES[method])}
    scopes = MANIFEST["oauth_config"]["scopes"]["bot"]
    assert sorted(scopes) == sorted(needed)
    explained = (ROOT / "docs" / "notices.md").read_text(encoding="utf-8")
    assert {scope for scopes in NOT_ASKED_FOR.values() for scope in scopes if f"`{scope}`" not in explained} == set()


def test_direct_messages_can_be_sent() -> None:
    """Results of closed modals go there; users cannot reply, because the bot does not read replies."""
    assert FEATURES["app_home"]["messages_tab_enabled"]
    assert FEATURES["app_home"]["messages_tab_read_only_enabled"] == ("message.im" not in LISTENERS)


def test_the_scopes_that_the_doctor_expects_are_those_of_the_manifest() -> None:
    """In the same order, and none of those that an admin may add."""
    assert list(EXPECTED_SCOPES) == MANIFEST["oauth_config"]["scopes"]["bot"]
    assert set(ADDED_BY_ADMIN) == set().union(*NOT_ASKED_FOR.values())


def test_optional_scopes_are_requested_as_optional() -> None:
    """Also as a scope of the bot: `bot_optional` marks those that people can leave out."""
    scopes = MANIFEST["oauth_config"]["scopes"]
    assert scopes["bot_optional"] == [name for name in scopes["bot"] if name in OPTIONAL]
