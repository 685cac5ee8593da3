"""`python -m bot doctor`: each part of a setup broken in turn, against the stand-ins."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator, Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import pytest_asyncio
from aiohttp import web
from cryptography.fernet import Fernet
from pydantic import SecretStr
from sqlalchemy import text

from bot.clock import machine_now
from bot.db.connection import Store
from bot.db.vault import Vault
from bot.doctor.examine import examine
from bot.providers.base import Caller, Lane
from bot.settings import Settings
from bot.slack.scopes import ADDED_BY_ADMIN, OPTIONAL, SCOPES
from sandbox.ringcentral import Rules
from tests.support.docs_tables import table
from tests.support.processes import program
from tests.support.rows import each_row
from tests.support.sqlite_file import TEST_FILE, migrated
from tests.support.world import KEY, World

if TYPE_CHECKING:
    from tests.support.databases import Postgres

pytest_plugins = ["tests.support.databases"]

HOUR = timedelta(hours=1)
HEAVY = 10
"""Calls a minute that RingCentral allows of its scarcest group."""


@pytest_asyncio.fixture
async def setup(tmp_path: Path) -> AsyncIterator[World]:
    """Both stand-ins and a migrated database, without a bot; nobody's webinars."""
    world = World(await migrated(tmp_path / TEST_FILE))
    company = world.ringcentral.company
    company.people = [person.model_copy() for person in company.people]
    await world.slack.start()
    await world.ringcentral.start()
    yield world
    await world.slack.stop()
    await world.ringcentral.stop()


async def lines(settings: Settings, now: Callable[[], datetime] = machine_now) -> tuple[list[str], bool]:
    """The lines of the report that need attention, without what to do, and whether it is healthy."""
    text, is_healthy = await examine(lambda: settings, now)
    return [line for line in text.splitlines() if line.startswith(("✗", "!"))], is_healthy


def changed(world: World, **changes: Any) -> Settings:
    """The settings of the world, with these changes."""
    return world.settings.model_copy(update=changes)


NOTES = [
    "! Slack requests: over HTTP; only a request from Slack shows that SLACK_SIGNING_SECRET is right",
    "! RingCentral license: known only once the user hosts a webinar",
    "! Public address: none is set",
]
"""What cannot be known of the setup of these tests."""


async def test_a_correct_setup_has_nothing_wrong(setup: World) -> None:
    """Every part has its line."""
    setup.ringcentral.create("Launch day", setup.clock.now() + HOUR)

    text, is_healthy = await examine(lambda: setup.settings)

    assert is_healthy
    assert [line for line in text.splitlines() if line.startswith("✓")] == [
        "✓ Settings: all that are required are set and well-formed",
        "✓ Slack token: the bot of the workspace T0ACME",
        "✓ Slack scopes: exactly those of the manifest",
        "✓ RingCentral login: the app and the JWT are accepted",
        "✓ RingCentral permissions: ReadWebinars, EditWebinars, ReadAccounts",
        "✓ RingCentral directory: it can be read (8 entries)",
        "✓ RingCentral WebinarSettings: the user may choose hosts, and sees all webinars of the company",
        "✓ RingCentral license: active",
        "✓ Clock: agrees with the clocks of Slack and RingCentral",
        "✓ Database: sqlite answers",
        "✓ Database schema: up to date",
        "✓ Encryption key: nothing is stored yet",
    ]
    assert text.splitlines()[-1] == "0 wrong, 2 to look at, 12 correct. Calls: 1 to Slack, 6 to RingCentral."
    assert len(setup.slack.calls) == 1
    assert len([call for call in setup.ringcentral.calls if call.group == "Heavy"]) == 2


async def test_the_documentation_lists_every_part(setup: World) -> None:
    """In the order of the report, with both providers."""
    setup.has_zoom = True
    await setup.zoom.start()
    text, _ = await examine(lambda: setup.settings)
    await setup.zoom.stop()

    parts = [line[2:].partition(":")[0] for line in text.splitlines() if line.startswith(("✓", "✗", "!"))]
    assert [part for part, _ in table("operations.md", "checked part")] == parts


async def test_socket_mode_takes_one_more_call_and_needs_no_address(setup: World) -> None:
    """The app-level token is tried."""
    setup.socket_mode = True

    text, is_healthy = await examine(lambda: setup.settings)

    assert "✓ Slack requests: over Socket Mode" in text
    assert "Calls: 2 to Slack, 6 to RingCentral." in text
    assert is_healthy


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        ({"slack_bot_token": "xoxb-wrong"}, "✗ Slack token: Slack does not accept SLACK_BOT_TOKEN (invalid_auth)"),
        (
            {"slack_bot_token": "xapp-sandbox-greenroom"},
            "✗ Slack token: SLACK_BOT_TOKEN is an app-level token (xapp-…), as for SLACK_APP_TOKEN",
        ),
        (
            {"slack_app_token": "xapp-wrong"},
            "✗ Slack requests: Slack does not accept SLACK_APP_TOKEN, or Socket Mode is off (invalid_auth)",
        ),
        (
            {"slack_app_token": "xoxb-sandbox-greenroom"},
            "✗ Slack requests: SLACK_APP_TOKEN is no app-level token (xapp-…)",
        ),
    ],
    ids=["wrong", "app-level", "wrong app-level", "bot as app-level"],
)
async def test_tokens_of_slack(setup: World, changes: dict[str, str], line: str) -> None:
    """Wrong secrets and tokens, and each used in place of the other."""
    found, is_healthy = await lines(changed(setup, **{name: SecretStr(token) for name, token in changes.items()}))

    assert line in found
    assert not is_healthy


async def test_a_token_of_a_person_is_not_the_bots(setup: World) -> None:
    """Slack accepts it, but posts would be the person's."""
    async with _slack_that_says({"ok": True, "team_id": "T0ACME", "user_id": "U0ANA"}) as url:
        found, _ = await lines(changed(setup, slack_api_url=url))

    assert "✗ Slack token: SLACK_BOT_TOKEN belongs to a person and not to the bot" in found
    assert "! Slack scopes: Slack does not say which scopes the token has" in found


async def test_missing_scopes_are_named_with_their_purpose(setup: World) -> None:
    """One line each."""
    setup.slack.scopes = SCOPES.keys() - {"files:write", "team:read"}

    found, is_healthy = await lines(setup.settings)

    assert [line for line in found if "scopes" in line] == [
        "✗ Slack scopes: team:read is missing: the names of organizations that share a channel",
        "✗ Slack scopes: files:write is missing: calendar files, charts and CSV files",
    ]
    assert not is_healthy


async def test_optional_scopes_are_named_with_what_is_lost(setup: World) -> None:
    """One line each, and nothing is wrong."""
    setup.slack.scopes = SCOPES.keys() - OPTIONAL

    found, is_healthy = await lines(setup.settings)

    assert [line for line in found if "scopes" in line] == [
        f"! Slack scopes: {name} is not granted, which is optional: {scope.lost}"
        for name, scope in SCOPES.items()
        if scope.lost
    ]
    assert is_healthy


async def test_scopes_that_are_not_used_are_named(setup: World) -> None:
    """Except those that an admin may add."""
    setup.slack.scopes = SCOPES.keys() | ADDED_BY_ADMIN | {"admin.users:write", "reminders:write"}

    found, is_healthy = await lines(setup.settings)

    assert [line for line in found if "scopes" in line] == [
        "! Slack scopes: granted, but not used: admin.users:write, reminders:write"
    ]
    assert is_healthy


async def test_slack_that_does_not_answer(setup: World) -> None:
    """A server error, or no connection."""
    setup.slack.fail("auth.test", status=503)
    assert [line for line in (await lines(setup.settings))[0] if "Slack token" in line] != []

    await setup.slack.stop()
    found, is_healthy = await lines(setup.settings)
    assert [line for line in found if "✗ Slack token" in line] != []
    assert not is_healthy
    await setup.slack.start()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"rc_app_client_secret": SecretStr("wrong")}, "RC_APP_CLIENT_ID and RC_APP_CLIENT_SECRET"),
        ({"rc_app_client_id": "wrong"}, "RC_APP_CLIENT_ID and RC_APP_CLIENT_SECRET"),
        ({"rc_user_jwt": SecretStr("wrong")}, "set RC_USER_JWT"),
        ({"rc_server_url": "http://127.0.0.1:9"}, "can't be reached"),
    ],
    ids=["secret", "id", "jwt", "server"],
)
async def test_logins_that_are_refused(setup: World, changes: dict[str, Any], words: str) -> None:
    """One line that names the setting, and no line about what was not checked."""
    found, is_healthy = await lines(changed(setup, **changes))

    [line] = [line for line in found if "RingCentral" in line]
    assert line.startswith("✗ RingCentral login: ")
    assert words in line
    assert not is_healthy


@pytest.mark.parametrize("permission", ["ReadWebinars", "EditWebinars", "ReadAccounts"])
async def test_a_missing_permission_of_the_app_is_named(setup: World, permission: str) -> None:
    """Known from the login: nothing is written, and what it forbids is not tried."""
    setup.ringcentral.rules.app_permissions = [name for name in Rules().app_permissions if name != permission]

    found, is_healthy = await lines(setup.settings)

    assert [line for line in found if line.startswith("✗")] == [f"✗ RingCentral permissions: {permission} is missing"]
    assert not is_healthy
    assert {call.method for call in setup.ringcentral.calls if call.path.startswith("/webinar")} <= {"GET"}


@pytest.mark.parametrize(
    ("rights", "text"),
    [
        ({"admin": True, "webinar_settings": False}, "the user is an administrator without it"),
        ({"admin": False, "webinar_settings": False}, "the user is no administrator"),
    ],
)
async def test_a_user_without_webinar_settings_is_a_note(setup: World, rights: dict[str, bool], text: str) -> None:
    """It works with less."""
    _change_service_user(setup, **rights)

    found, is_healthy = await lines(setup.settings)

    assert f"! RingCentral WebinarSettings: {text}" in found
    assert is_healthy


async def test_a_user_without_a_license_is_wrong(setup: World) -> None:
    """Known from a webinar that the user hosts; without one it is a note."""
    assert (await lines(setup.settings))[0] == NOTES
    setup.ringcentral.create("Launch day", setup.clock.now() + HOUR)
    _change_service_user(setup, licensed=False)

    found, is_healthy = await lines(setup.settings)

    assert "✗ RingCentral license: the user has no Webinar license" in found
    assert not is_healthy


async def test_a_directory_that_cannot_be_read_is_wrong(setup: World) -> None:
    """While the rest is checked."""
    setup.ringcentral.fail("GET", "/directory/entries", status=503, times=10)

    found, is_healthy = await lines(setup.settings)

    [line] = [line for line in found if "directory" in line]
    assert line.startswith("✗ RingCentral directory: RingCentral can't be reached")
    assert not is_healthy


async def test_ringcentral_that_is_busy_is_a_note(setup: World) -> None:
    """The bot itself may have used the calls of this minute."""
    setup.ringcentral.rules.budgets = {"Heavy": 0}

    found, _ = await lines(setup.settings)

    assert [line[:2] for line in found if "license" in line] == ["! "]


async def test_a_doctor_beside_a_running_bot_exceeds_no_limit(setup: World, postgres: Postgres) -> None:
    """With PostgreSQL it passes the bot's gate: what is left is used, and the rest is a note, not a rejected call."""
    setup.database_url = await postgres.migrated()
    webinar_id = setup.ringcentral.create("Launch day", setup.clock.now() + HOUR)
    setup.ringcentral.rules.rate_headers = False
    await setup.start_bot()
    for _ in range(HEAVY - 1 - heavy_calls(setup)):
        await setup.bot.provider.webinar(webinar_id, Caller(Lane.MANAGE))
    assert heavy_calls(setup) == HEAVY - 1

    found, _ = await lines(setup.settings)

    assert (setup.ringcentral.throttled, heavy_calls(setup)) == (0, HEAVY - 1)
    for part in ("WebinarSettings", "license"):
        [line] = [line for line in found if f"RingCentral {part}" in line]
        assert line.startswith("! ")
    assert "RingCentral's limit of calls a minute" in line
    await setup.stop_bot()


def heavy_calls(world: World) -> int:
    """The calls so far of the group with ten a minute."""
    return sum(call.group == "Heavy" for call in world.ringcentral.calls)


async def test_the_public_address_leads_here(setup: World) -> None:
    """The doctor serves a page itself while no bot runs; with the bot, that of the bot."""
    setup.public_url = f"http://127.0.0.1:{free_port()}"
    assert "! Public address: it leads here, but without https" in (await lines(setup.settings))[0]

    await setup.start_bot()
    assert "! Public address: it leads here, but without https" in (await lines(setup.settings))[0]
    await setup.stop_bot()


async def test_a_public_address_that_leads_nowhere_or_elsewhere_is_wrong(setup: World) -> None:
    """No server, another server, and a page of a proxy."""
    nowhere = changed(setup, public_url=f"http://127.0.0.1:{free_port()}", port=0)
    found, is_healthy = await lines(nowhere)
    assert [line for line in found if line.startswith("✗ Public address: it cannot be reached")] != []
    assert not is_healthy

    elsewhere = changed(setup, public_url=setup.slack.url, port=0)
    found, _ = await lines(elsewhere)
    assert "✗ Public address: something else answers there (status 404)" in found


@pytest.mark.parametrize(
    ("ahead", "line"),
    [
        (timedelta(minutes=10), "✗ Clock: 600 seconds ahead of the clock of"),
        (timedelta(minutes=-10), "✗ Clock: 600 seconds behind the clock of"),
        (timedelta(seconds=20), "! Clock: 20 seconds ahead of the clock of"),
        (timedelta(seconds=2), ""),
    ],
)
async def test_a_clock_that_differs_is_found(setup: World, ahead: timedelta, line: str) -> None:
    """By the times that the servers send with their answers."""
    found, _ = await lines(setup.settings, lambda: machine_now() + ahead)

    clock = [one for one in found if "Clock" in one]
    assert (clock == []) if not line else (len(clock) == 1 and _seconds_apart(clock[0], line))


async def test_a_database_that_does_not_exist_yet_is_a_note_and_stays_absent(setup: World, tmp_path: Path) -> None:
    """`run` will create it."""
    file = tmp_path / "new.db"

    found, is_healthy = await lines(changed(setup, database_url=f"sqlite:///{file}"))

    assert "! Database: the SQLite file does not exist yet" in found
    assert is_healthy
    assert not file.exists()


async def test_a_database_that_cannot_be_used_is_wrong(setup: World, tmp_path: Path) -> None:
    """A folder that does not exist, a file that is no database, and no server."""
    (tmp_path / "text.db").write_text("no database " * 500)
    for url, words in (
        ("sqlite:////nowhere/x.db", "its folder cannot be written to"),
        (f"sqlite:///{tmp_path / 'text.db'}", "it cannot be used"),
        ("postgresql://greenroom:hush@127.0.0.1:9/greenroom", "it cannot be used"),
    ):
        found, is_healthy = await lines(changed(setup, database_url=url))
        [line] = [line for line in found if "Database" in line]
        assert line.startswith("✗ Database: ")
        assert words in line
        assert "hush" not in line
        assert not is_healthy


async def test_the_schema_is_compared_with_this_version(setup: World, postgres: Postgres) -> None:
    """Empty, of an earlier and of a later version; nothing is migrated."""
    url = await postgres.migrated()
    for revision, line, is_fine in (
        ("0005", "! Database schema: an earlier version made it", True),
        ("9999", "✗ Database schema: a later version made it", False),
    ):
        await _set_revision(url, revision)
        found, is_healthy = await lines(changed(setup, database_url=url))
        assert (line in found, is_healthy) == (True, is_fine)
    found, is_healthy = await lines(changed(setup, database_url=await postgres.empty()))
    assert ("! Database schema: the database is empty" in found, is_healthy) == (True, True)


async def test_a_key_that_does_not_open_what_is_stored_is_wrong(setup: World) -> None:
    """Until the earlier one is added."""
    await setup.start_bot()
    await setup.create("chloe", fields={"Announce in": "#launch"})
    await setup.stop_bot()
    assert [line for line in (await lines(setup.settings))[0] if "key" in line] == []

    new = Fernet.generate_key().decode()
    found, is_healthy = await lines(changed(setup, encryption_key=SecretStr(new)))
    [line] = [line for line in found if "key" in line]
    assert line.startswith("✗ Encryption key: it does not open ")
    assert not is_healthy

    both = changed(setup, encryption_key=SecretStr(f"{new},{KEY}"))
    assert [line for line in (await lines(both))[0] if "key" in line] == []


async def test_the_command_exits_with_1_and_lists_missing_settings(tmp_path: Path) -> None:
    """Without any: each with its purpose, and no call."""
    async with program("doctor", cwd=tmp_path) as doctor:
        code = await doctor.end()

    assert code == 1
    assert "✗ Settings: SLACK_BOT_TOKEN is missing" in doctor.printed
    assert "    → The client ID of your RingCentral app." in doctor.printed
    assert doctor.printed[-1].endswith("Calls: 0 to Slack, 0 to RingCentral.")


async def test_the_command_exits_with_0_and_prints_no_secret(setup: World, tmp_path: Path) -> None:
    """No token, key, name, address or title, whatever is wrong."""
    setup.ringcentral.create("Board: layoffs", setup.clock.now() + HOUR, host="ana@acme.example")
    environment = _environment(setup.settings)
    async with program("doctor", cwd=tmp_path, settings=environment) as healthy:
        assert await healthy.end() == 0
    wrong = {**environment, "SLACK_BOT_TOKEN": "xoxb-hush", "RC_USER_JWT": "jwt-hush"}
    async with program("doctor", cwd=tmp_path, settings=wrong) as ill:
        assert await ill.end() == 1

    printed = "\n".join([*healthy.printed, *ill.printed])
    private = [
        "hush",
        "layoffs",
        "Ana",
        "acme.example",
        *(secret for name, secret in environment.items() if name.endswith(("TOKEN", "SECRET", "JWT", "KEY"))),
    ]
    assert [word for word in private if word in printed] == []


@each_row("scope", sorted(SCOPES))
def test_every_scope_has_a_purpose(scope: str) -> None:
    """In the words of an admin."""
    assert SCOPES[scope].reason
    assert scope not in ADDED_BY_ADMIN


def test_the_table_of_scopes_is_complete() -> None:
    """Each scope of the manifest, with its reason and what is lost without it."""
    rows = [tuple(row) for row in table("scopes.md", "scope")]
    assert rows == [(f"`{name}`", scope.reason, scope.lost or "required") for name, scope in SCOPES.items()]


def free_port() -> int:
    """A port that nothing listens on."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def _change_service_user(world: World, **changes: bool) -> None:
    company = world.ringcentral.company
    company.people = [company.people[0].model_copy(update=changes), *company.people[1:]]


def _seconds_apart(line: str, wanted: str) -> bool:
    """Whether both lines agree, up to three seconds."""
    (mark, clock, found, *rest), (_, _, expected, *others) = line.split(), wanted.split()
    return abs(int(found) - int(expected)) <= 3 and [mark, clock] == wanted.split()[:2] and rest[:2] == others[:2]


def _environment(settings: Settings) -> dict[str, str]:
    values = {
        name.upper(): value.get_secret_value() if isinstance(value, SecretStr) else str(value)
        for name, value in settings
        if value is not None
    }
    return {name: value for name, value in values.items() if value}


async def _set_revision(url: str, revision: str) -> None:
    store = Store(url, Vault(KEY))
    async with store.write() as db:
        await db.execute(text("update alembic_version set version_num = :revision"), {"revision": revision})
    await store.close()


class _SlackAnswers:
    """A server that gives the same answer to every call."""

    def __init__(self, answer: dict[str, Any]) -> None:
        self._answer = answer

    async def __aenter__(self) -> str:
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self._handle)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        return f"http://127.0.0.1:{self._runner.addresses[0][1]}/"

    async def __aexit__(self, *_: object) -> None:
        await self._runner.cleanup()

    async def _handle(self, _: web.Request) -> web.Response:
        return web.json_response(self._answer)


_slack_that_says = _SlackAnswers
