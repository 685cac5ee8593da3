"""The command on a database that is missing, empty, or current; and an address from standard input."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from bot.__main__ import main
from bot.db.connection import Store
from bot.erasure.address import SoughtAddress
from bot.erasure.run import NO_FILE, OTHER_VERSION, erase
from bot.errors import SettingsError
from bot.settings import Settings

pytest_plugins = ["tests.support.databases"]
pytestmark = pytest.mark.usefixtures("own_logging")

JANE = SoughtAddress("jane@acme.example")
REQUIRED = {
    "slack_bot_token": "xoxb-1",
    "slack_signing_secret": "secret",
    "rc_server_url": "http://127.0.0.1:1",
    "rc_app_client_id": "id",
    "rc_app_client_secret": "secret",
    "rc_user_jwt": "jwt",
    "encryption_key": Fernet.generate_key().decode(),
}


def settings(url: str) -> Settings:
    """Settings with this database."""
    return Settings(_env_file=None, **{**REQUIRED, "database_url": url})  # type: ignore[arg-type] # texts are parsed


async def test_no_database_is_created_or_migrated(tmp_path: Path) -> None:
    """A wrong DATABASE_URL is said, instead of finding nobody in an empty file."""
    path = tmp_path / "other.db"
    with pytest.raises(SettingsError) as missing:
        await erase(settings(f"sqlite:///{path}"), JANE)
    assert (missing.value.sentence, path.exists()) == (NO_FILE, False)

    path.touch()
    with pytest.raises(SettingsError) as empty:
        await erase(settings(f"sqlite:///{path}"), JANE)
    assert empty.value.sentence == OTHER_VERSION


async def test_a_current_database_is_searched(sqlite_store: Store) -> None:
    """And nobody is found in it."""
    found = await erase(settings(sqlite_store.url.render_as_string(hide_password=False)), JANE)
    assert (found.removed.total(), found.is_complete) == (0, True)


@pytest.mark.parametrize(
    ("typed", "said"), [("no address\n", "not an email address"), ("jane@acme.example\n", NO_FILE)]
)
def test_the_address_can_come_from_standard_input(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path, typed: str, said: str
) -> None:
    """So that the shell does not remember it. A sentence without the address, and exit code 2."""
    monkeypatch.chdir(tmp_path)
    for name, value in {**REQUIRED, "database_url": f"sqlite:///{tmp_path}/none.db"}.items():
        monkeypatch.setenv(name.upper(), value)
    monkeypatch.setattr(sys, "argv", ["greenroom", "forget", "-"])
    monkeypatch.setattr(sys, "stdin", io.StringIO(typed))

    with pytest.raises(SystemExit) as ended:
        main()

    printed = capsys.readouterr()
    assert (ended.value.code, printed.out) == (2, "")
    assert said in printed.err
    assert "jane@acme" not in printed.err
