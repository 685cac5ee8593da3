"""The command line: the real program over real sockets, and its error sentences."""

from __future__ import annotations

import json
import signal
import socket
import sqlite3
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from cryptography.fernet import Fernet

from bot.__main__ import main
from bot.app import EVENTS, build
from bot.clock import SystemClock
from bot.errors import SettingsError
from bot.settings import Settings, read_settings
from sandbox.clock import SandboxClock
from sandbox.ringcentral import RingCentral
from sandbox.slack import Slack
from tests.support.processes import ROOT, Program, program

pytestmark = pytest.mark.usefixtures("own_logging")

UNUSABLE = 2


@dataclass
class Vendors:
    """The stand-ins for Slack and RingCentral."""

    slack: Slack
    ringcentral: RingCentral

    @property
    def settings(self) -> dict[str, str]:
        """Return the required settings."""
        return {
            "SLACK_BOT_TOKEN": self.slack.bot_token,
            "SLACK_API_URL": f"{self.slack.url}/api/",
            "RC_SERVER_URL": self.ringcentral.url,
            "RC_APP_CLIENT_ID": self.ringcentral.client_id,
            "RC_APP_CLIENT_SECRET": self.ringcentral.client_secret,
            "RC_USER_JWT": self.ringcentral.jwt,
            "ENCRYPTION_KEY": Fernet.generate_key().decode(),
            "PORT": "0",
            "LOG_FORMAT": "json",
        }


@pytest.fixture
async def vendors() -> AsyncIterator[Vendors]:
    """Slack and RingCentral, listening."""
    clock = SandboxClock()
    both = Vendors(Slack(clock), RingCentral(clock))
    await both.slack.start()
    await both.ringcentral.start()
    yield both
    await both.slack.stop()
    await both.ringcentral.stop()


@pytest.fixture
def no_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> pytest.MonkeyPatch:
    """Remove our settings from the environment, in a directory without `.env`."""
    monkeypatch.chdir(tmp_path)
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    return monkeypatch


@asynccontextmanager
async def run(folder: Path, settings: dict[str, str]) -> AsyncIterator[tuple[Program, dict[str, Any]]]:
    """Run `python -m bot run`; yield it with its `bot.ready` event."""
    async with program("run", cwd=folder, settings=settings) as running:
        yield running, json.loads(await running.line('"bot.ready"'))


async def check_that_it_answers_and_ends(vendors: Vendors, running: Program) -> None:
    """Check that it replies to a command, ends on TERM, and logs no problem."""
    await running.line('"sync.done"')
    outcome = await vendors.slack.command("chloe", "#launch", "/webinar", "list")
    (answer,) = await vendors.slack.wait_for(lambda: vendors.slack.messages("#launch", "chloe"))

    code = await running.end(signal.SIGTERM)

    assert outcome.ok
    assert "Nothing is planned" in answer.text
    lines = [json.loads(line) for line in running.printed]
    assert [line for line in lines if line["level"] != "INFO"] == []
    assert (code, lines[-1]["event"]) == (0, "bot.stopped")


async def test_run_over_http_is_ready_answers_and_ends(vendors: Vendors, tmp_path: Path) -> None:
    """With signed requests; only the environment names the vendors' URLs."""
    settings = {**vendors.settings, "SLACK_SIGNING_SECRET": vendors.slack.signing_secret}
    async with run(tmp_path, settings) as (running, ready):
        vendors.slack.events_url = ready["url"] + EVENTS
        async with aiohttp.ClientSession() as web, web.get(ready["url"] + "/readyz") as answer:
            assert (answer.status, await answer.json()) == (200, {"ok": True})

        await check_that_it_answers_and_ends(vendors, running)

    assert (ready["mode"], (tmp_path / "greenroom.db").exists()) == ("http", True)


def database_modes(folder: Path) -> dict[str, int]:
    """The permissions of the database's files, by name."""
    return {file.name: file.stat().st_mode & 0o777 for file in folder.glob("greenroom.db*")}


async def test_debug_prints_no_values_and_the_database_is_the_owners(vendors: Vendors, tmp_path: Path) -> None:
    """At DEBUG: our own events, but no statement, token or name of a library; no other user can read the file."""
    start = SystemClock().now() + timedelta(days=3)
    vendors.ringcentral.create("Board: layoffs", start, host="ana@acme.example")
    settings = {**vendors.settings, "SLACK_SIGNING_SECRET": vendors.slack.signing_secret, "LOG_LEVEL": "DEBUG"}
    async with run(tmp_path, settings) as (running, ready):
        vendors.slack.events_url = ready["url"] + EVENTS
        await running.line('"sync.done"')
        await vendors.slack.command("chloe", "#launch", "/webinar", "show board")
        await vendors.slack.wait_for(lambda: vendors.slack.messages("#launch", "chloe"))
        modes = database_modes(tmp_path)
        await running.end(signal.SIGTERM)

    printed = "\n".join(running.printed)
    assert set(modes.values()) == {0o600}
    assert "greenroom.db-wal" in modes
    assert '"level": "DEBUG"' in printed
    for private in ("layoffs", "Ana Ruiz", "insert into", "INSERT INTO", "SELECT", vendors.slack.bot_token):
        assert private not in printed


async def test_a_database_that_others_could_read_is_closed_to_them(vendors: Vendors, tmp_path: Path) -> None:
    """A file of an earlier version."""
    file = tmp_path / "greenroom.db"
    file.touch(mode=0o644)
    async with run(tmp_path, {**vendors.settings, "SLACK_APP_TOKEN": vendors.slack.app_token}) as (running, _):
        assert file.stat().st_mode & 0o777 == 0o600
        await running.end(signal.SIGTERM)


async def test_run_over_socket_mode_is_ready_answers_and_ends(vendors: Vendors, tmp_path: Path) -> None:
    """It needs no public URL and no signing secret, and does not serve Slack's route."""
    settings = {**vendors.settings, "SLACK_APP_TOKEN": vendors.slack.app_token}
    async with run(tmp_path, settings) as (running, ready):
        async with aiohttp.ClientSession() as web, web.post(ready["url"] + EVENTS) as answer:
            assert answer.status == 404

        await check_that_it_answers_and_ends(vendors, running)

    assert ready["mode"] == "socket"


async def test_run_that_cannot_start_ends_with_a_sentence(vendors: Vendors, tmp_path: Path) -> None:
    """A token refused by Slack after the rest has started: exit code 2, no stack trace."""
    settings = {**vendors.settings, "SLACK_APP_TOKEN": "xapp-hush"}
    async with program("run", cwd=tmp_path, settings=settings) as running:
        code = await running.end()

    assert (code, len(running.printed)) == (UNUSABLE, 1)
    assert running.printed[0].startswith("Slack does not accept SLACK_APP_TOKEN, or Socket Mode is off for this app.")
    assert "hush" not in running.printed[0]


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("PORT", "{taken}", "HOST 127.0.0.1 PORT {taken} cannot be listened on: "),
        ("SLACK_BOT_TOKEN", "xoxb-hush", "Slack does not accept SLACK_BOT_TOKEN. "),
        ("DATABASE_URL", "sqlite:////nowhere/hush/x.db", "The database at DATABASE_URL cannot be opened"),
    ],
    ids=["port", "token", "database"],
)
async def test_unusable_settings_end_with_a_sentence(
    name: str, value: str, sentence: str, vendors: Vendors, no_settings: pytest.MonkeyPatch
) -> None:
    """A port in use, a token refused by Slack, a missing database."""
    taken = str(vendors.slack.url.rpartition(":")[2])
    good = {**vendors.settings, "SLACK_SIGNING_SECRET": vendors.slack.signing_secret}
    for each, given in {**good, name: value.format(taken=taken)}.items():
        no_settings.setenv(each, given)

    with pytest.raises(SettingsError) as told:
        await build(read_settings(), SystemClock())

    assert told.value.sentence.startswith(sentence.format(taken=taken))
    assert "hush" not in told.value.sentence


@pytest.mark.parametrize("words", ["run", "migrate"])
def test_missing_settings_end_with_a_list(
    words: str, no_settings: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """On standard error, with exit code 2."""
    no_settings.setattr(sys, "argv", ["greenroom", words])

    with pytest.raises(SystemExit) as ended:
        main()

    out, error = capsys.readouterr()
    assert (ended.value.code, out) == (UNUSABLE, "")
    assert error.startswith("Greenroom cannot start. Set these")


@pytest.mark.parametrize("words", [["run", "--fast"], ["fly"], ["sandbox"], []])
def test_unknown_arguments_print_the_usage(
    words: list[str], no_settings: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing is started."""
    no_settings.setattr(sys, "argv", ["greenroom", *words])

    with pytest.raises(SystemExit) as ended:
        main()

    assert ended.value.code == UNUSABLE
    assert capsys.readouterr().err.startswith("usage: greenroom")


def test_manifest_prints_the_file(no_settings: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """From any directory, without settings."""
    no_settings.setattr(sys, "argv", ["greenroom", "manifest"])

    main()

    assert capsys.readouterr().out == (ROOT / "manifest.yml").read_text(encoding="utf-8")


def test_key_prints_a_new_encryption_key_each_time(
    no_settings: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A key that the store accepts."""
    no_settings.setattr(sys, "argv", ["greenroom", "key"])

    main()
    main()

    one, another = capsys.readouterr().out.split()
    assert one != another
    assert Fernet(another).decrypt(Fernet(another).encrypt(b"hush")) == b"hush"


def test_migrate_brings_an_empty_database_to_this_version_once(
    no_settings: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without calls to Slack or RingCentral; a second run changes nothing."""
    no_settings.setattr(sys, "argv", ["greenroom", "migrate"])
    settings = Vendors(Slack(SandboxClock()), RingCentral(SandboxClock())).settings
    closed = f"http://127.0.0.1:{_closed_port()}"
    for name, value in {**settings, "SLACK_API_URL": closed, "RC_SERVER_URL": closed}.items():
        no_settings.setenv(name, value)
    no_settings.setenv("SLACK_SIGNING_SECRET", "signed")

    main()
    once = _schema(tmp_path)
    main()

    assert (_schema(tmp_path), capsys.readouterr()) == (
        once,
        ("The database has the schema of this version.\n" * 2, ""),
    )
    assert "table webinars" in once


def _closed_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port


def _schema(folder: Path) -> set[str]:
    database = sqlite3.connect(folder / "greenroom.db")
    try:
        return {f"{kind} {name}" for kind, name in database.execute("select type, name from sqlite_master")}
    finally:
        database.close()
