"""Settings: one error names every mistake and its purpose, without secrets."""

from __future__ import annotations

from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from bot.errors import SettingsError
from bot.settings import Settings, read_settings
from tests.support.rows import each_row

KEY = Fernet.generate_key().decode()
GOOD = {
    "SLACK_BOT_TOKEN": "xoxb-good",
    "SLACK_SIGNING_SECRET": "signed",
    "RC_APP_CLIENT_ID": "client-1",
    "RC_APP_CLIENT_SECRET": "shared",
    "RC_USER_JWT": "jot",
    "ENCRYPTION_KEY": KEY,
}


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> pytest.MonkeyPatch:
    """Remove our settings from the environment, in a directory without `.env`."""
    monkeypatch.chdir(tmp_path)
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    return monkeypatch


def named(error: pytest.ExceptionInfo[SettingsError]) -> dict[str, str]:
    """Return each setting named in the error, and its text."""
    first, *lines = error.value.sentence.splitlines()
    assert first == "Greenroom cannot start. Set these in the environment or in a file .env:"
    named = dict(line.strip().split(" ", 1) for line in lines)
    for name, said in named.items():
        assert said.endswith(f" – {Settings.model_fields[name.lower()].description}")
    return {name: said.rpartition(" – ")[0] for name, said in named.items()}


@pytest.mark.usefixtures("environment")
def test_all_missing_settings_are_named_at_once_with_their_purpose() -> None:
    """Without settings, the error lists all required ones."""
    with pytest.raises(SettingsError) as error:
        read_settings()

    assert named(error) == {
        "SLACK_BOT_TOKEN": "is missing",
        "SLACK_SIGNING_SECRET": "is missing, and so is SLACK_APP_TOKEN; one of the two must be set",
        "RC_APP_CLIENT_ID": "is missing, and so is ZOOM_ACCOUNT_ID; connect RingCentral, Zoom or both",
        "RC_APP_CLIENT_SECRET": "is missing",
        "RC_USER_JWT": "is missing",
        "ENCRYPTION_KEY": "is missing",
    }


def test_all_malformed_settings_are_named_at_once_without_what_they_hold(environment: pytest.MonkeyPatch) -> None:
    """Together with missing and empty ones; values are not repeated, because they may be secrets."""
    secrets = {
        "ENCRYPTION_KEY": f"{KEY},hush-not-a-key",
        "DATABASE_URL": "mysql://hush:hush@db/greenroom",
        "SLACK_API_URL": "hush/api/",
        "PORT": "hush",
        "PAGE_COLOR": "hush",
        "PAGE_LOGO_URL": "http://hush.example/logo.png",
        "LOG_LEVEL": "hush",
    }
    for name, value in {**GOOD, "SLACK_BOT_TOKEN": "", "RC_APP_CLIENT_ID": "", **secrets}.items():
        environment.setenv(name, value)
    environment.delenv("RC_USER_JWT")

    with pytest.raises(SettingsError) as error:
        read_settings()

    assert named(error) == {
        "SLACK_BOT_TOKEN": "is empty",
        "SLACK_API_URL": "must be an address such as https://greenroom.example.com",
        "RC_APP_CLIENT_ID": "is empty",
        "RC_USER_JWT": "is missing",
        "DATABASE_URL": "must begin with sqlite:// or postgresql://",
        "PAGE_COLOR": "must be a color such as #12694a",
        "PAGE_LOGO_URL": "must be the https address of a picture, such as https://acme.example/logo.png",
        "PORT": "must be a whole number",
        "ENCRYPTION_KEY": "is not a valid key",
        "LOG_LEVEL": "must be DEBUG, INFO, WARNING or ERROR",
    }
    shown = f"{error.value.sentence}{error.value!r}{error.value.__cause__!r}"
    assert [secret for secret in ("hush", KEY, *GOOD.values()) if secret in shown] == []


@pytest.mark.parametrize("keys", ["", " ", ",", "short"])
def test_an_encryption_key_that_encrypts_nothing_is_refused(environment: pytest.MonkeyPatch, keys: str) -> None:
    """At the start, not when the first secret is stored."""
    for name, value in {**GOOD, "ENCRYPTION_KEY": keys}.items():
        environment.setenv(name, value)

    with pytest.raises(SettingsError) as error:
        read_settings()

    assert named(error) == {"ENCRYPTION_KEY": "is not a valid key"}


@each_row(
    ("name", "value", "problem"),
    [
        ("PORT", "", "must be a whole number"),
        ("PORT", "70000", "must be 65535 or less"),
        ("PORT", "-1", "must be 0 or more"),
        ("PAGE_SHARE", "9", "must be 10 or more"),
        ("PAGE_NAME", "x" * 81, "must have at most 80 characters"),
        ("LOG_LEVEL", "verbose", "must be DEBUG, INFO, WARNING or ERROR"),
        ("LOG_FORMAT", "xml", "must be console or json"),
        ("UNCLEAR_ALERTS", "hush", "must be repeat or drop"),
        ("PUBLIC_URL", "greenroom.acme.example", "must be an address such as https://greenroom.example.com"),
        ("RC_SERVER_URL", "ringcentral", "must be an address such as https://greenroom.example.com"),
        ("HOST", "", "is empty"),  # it would listen on every address
    ],
)
def test_a_wrong_setting_is_refused_in_our_words(
    environment: pytest.MonkeyPatch, name: str, value: str, problem: str
) -> None:
    """Each with what it must be."""
    with environment.context() as row:
        for each, given in {**GOOD, name: value}.items():
            row.setenv(each, given)
        with pytest.raises(SettingsError) as error:
            read_settings()

    assert named(error) == {name: problem}


def test_a_log_level_is_read_in_any_case(environment: pytest.MonkeyPatch) -> None:
    """As people type it."""
    for name, value in {**GOOD, "LOG_LEVEL": "info"}.items():
        environment.setenv(name, value)

    assert read_settings().log_level == "INFO"


@each_row(
    ("values", "problem"),
    [
        ({"PAGE_LOGO_URL": "https://acme.example/logo.png"}, "needs PAGE_NAME, which is read to people who"),
        ({"PAGE_LOGO_URL": "https://acme.example/logo.png", "PAGE_NAME": " "}, "needs PAGE_NAME"),
        ({"PAGE_LOGO_URL": "//acme.example/logo.png", "PAGE_NAME": "Acme"}, "must be the https address of a picture"),
        ({"PAGE_LOGO_URL": "https://acme.example/a;b.png", "PAGE_NAME": "Acme"}, "must be the https address"),
        ({"PAGE_LOGO_URL": "https://me@acme.example/a.png", "PAGE_NAME": "Acme"}, "must be the https address"),
        ({"PAGE_LOGO_URL": "https://acme.example/a.png 'self'", "PAGE_NAME": "Acme"}, "must be the https address"),
        ({"PAGE_LOGO_URL": "data:image/png;base64,AAAA", "PAGE_NAME": "Acme"}, "must be the https address"),
    ],
)
def test_a_picture_of_the_pages_has_a_text_and_a_safe_address(
    environment: pytest.MonkeyPatch, values: dict[str, str], problem: str
) -> None:
    """What is put into a header of every page is checked at the start."""
    with environment.context() as rows:
        for name, value in {**GOOD, **values}.items():
            rows.setenv(name, value)
        with pytest.raises(SettingsError) as error:
            read_settings()

    assert list(named(error)) == ["PAGE_LOGO_URL"]
    assert named(error)["PAGE_LOGO_URL"].startswith(problem)


def test_settings_are_read_from_a_file_and_the_environment_goes_before(environment: pytest.MonkeyPatch) -> None:
    """`.env` in the working directory."""
    lines = [f"{name}={value}" for name, value in GOOD.items()]
    Path(".env").write_text("\n".join([*lines, "PORT=4000", "HOST=0.0.0.0", "SOMEBODY_ELSES=1"]))
    environment.setenv("PORT", "5000")

    settings = read_settings()

    assert (settings.slack_bot_token.get_secret_value(), settings.rc_app_client_id) == ("xoxb-good", "client-1")
    assert (settings.host, settings.port) == ("0.0.0.0", 5000)  # noqa: S104 - read, not listened on


@pytest.mark.parametrize(
    ("app_token", "signing_secret", "socket_mode"),
    [("xapp-1", "", True), ("", "signed", False), ("xapp-1", "signed", True)],
)
def test_an_app_token_means_socket_mode_and_needs_no_signing_secret(
    environment: pytest.MonkeyPatch, app_token: str, signing_secret: str, *, socket_mode: bool
) -> None:
    """Either is enough; Socket Mode takes precedence."""
    for name, value in {**GOOD, "SLACK_APP_TOKEN": app_token, "SLACK_SIGNING_SECRET": signing_secret}.items():
        environment.setenv(name, value)

    assert read_settings().socket_mode is socket_mode


def test_settings_shown_in_a_log_or_a_trace_hold_no_secret(environment: pytest.MonkeyPatch) -> None:
    """Including the password of the database."""
    for name, value in {**GOOD, "DATABASE_URL": "postgresql://u:hush@db/greenroom"}.items():
        environment.setenv(name, value)

    shown = repr(read_settings())

    assert [secret for secret in ("hush", KEY, "xoxb-good", "signed", "shared", "jot") if secret in shown] == []


ZOOM = {"ZOOM_ACCOUNT_ID": "account-1", "ZOOM_CLIENT_ID": "client-2", "ZOOM_CLIENT_SECRET": "hush"}
RINGCENTRAL = {name: value for name, value in GOOD.items() if name.startswith("RC_")}
SLACK = {name: value for name, value in GOOD.items() if not name.startswith("RC_")}


@each_row(
    ("given", "missing"),
    [
        (ZOOM, {}),
        (ZOOM | {"ZOOM_WEBHOOK_SECRET": "hush"}, {}),
        (ZOOM | RINGCENTRAL, {}),
        (ZOOM | {"RC_USER_JWT": ""}, {}),
        (RINGCENTRAL | {"ZOOM_ACCOUNT_ID": "", "ZOOM_WEBHOOK_SECRET": ""}, {}),
        (RINGCENTRAL | {"ZOOM_CLIENT_ID": "c"}, {"ZOOM_ACCOUNT_ID": "is missing", "ZOOM_CLIENT_SECRET": "is missing"}),
        (
            ZOOM | {"ZOOM_ACCOUNT_ID": "", "RC_USER_JWT": "jot"},
            {
                "ZOOM_ACCOUNT_ID": "is empty",
                "RC_APP_CLIENT_ID": "is missing",
                "RC_APP_CLIENT_SECRET": "is missing",
            },
        ),
        ({"ZOOM_WEBHOOK_SECRET": "hush"}, dict.fromkeys(ZOOM, "is missing")),
        (
            {"ZOOM_API_URL": "https://api-eu.zoom.us/v2"},
            dict.fromkeys(RINGCENTRAL, "is missing")
            | {"RC_APP_CLIENT_ID": "is missing, and so is ZOOM_ACCOUNT_ID; connect RingCentral, Zoom or both"},
        ),
    ],
)
def test_at_least_one_provider_is_set_and_each_is_set_completely(
    environment: pytest.MonkeyPatch, given: dict[str, str], missing: dict[str, str]
) -> None:
    """A provider of which one value is set is meant to be used; empty values count as none."""
    with environment.context() as rows:
        for name, value in (SLACK | given).items():
            rows.setenv(name, value)
        check_providers(given, missing)


def check_providers(given: dict[str, str], missing: dict[str, str]) -> None:
    """Compare the settings, or the error, with what is given and missing."""
    if not missing:
        settings = read_settings()
        assert (settings.ringcentral is not None) == (given.items() >= RINGCENTRAL.items())
        assert (settings.zoom is not None) == (given.items() >= ZOOM.items())
        assert "hush" not in repr(settings)
        return

    with pytest.raises(SettingsError) as error:
        read_settings()

    assert named(error) == missing
