"""The settings, read from the environment; one error lists every mistake."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Literal

from cryptography.fernet import Fernet, MultiFernet
from pydantic import (
    AfterValidator,
    AnyHttpUrl,
    BeforeValidator,
    Field,
    SecretStr,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic_settings import BaseSettings, SettingsConfigDict

from bot.errors import SettingsError
from bot.model.color import hex_color


class UnclearAlerts(StrEnum):
    """How to handle an alert whose post has an unknown outcome, if the channel's history is not readable."""

    REPEAT = "repeat"
    DROP = "drop"


STATES = {
    "missing": "is missing",
    "string_too_short": "is empty",
    "too_short": "is empty",
    "string_too_long": "must have at most {max_length} characters",
    "int_parsing": "must be a whole number",
    "greater_than_equal": "must be {ge} or more",
    "less_than_equal": "must be {le} or less",
    "literal_error": "must be {expected}",
    "enum": "must be {expected}",
}
"""Our texts for pydantic's error types, with the names of their context."""
_RINGCENTRAL = ("rc_app_client_id", "rc_app_client_secret", "rc_user_jwt")
_ZOOM = ("zoom_account_id", "zoom_client_id", "zoom_client_secret")
_MISSING = object()
_NO_PROVIDER = object()


def _http_url(value: str) -> str:
    try:
        AnyHttpUrl(value)
    except ValidationError:
        raise ValueError("must be an address such as https://greenroom.example.com") from None
    return value


def _fernet_keys(value: SecretStr) -> SecretStr:
    try:
        MultiFernet([Fernet(key.strip()) for key in value.get_secret_value().split(",") if key.strip()])
    except ValueError:
        # Raised without its cause, which could contain the key.
        raise ValueError("is not a valid key") from None
    return value


def _database_url(value: str) -> str:
    if not re.match(r"(sqlite|postgres|postgresql)(\+\w+)?://", value):
        raise ValueError("must begin with sqlite:// or postgresql://")
    return value


def _public_url(value: str) -> str:
    return _http_url(value).rstrip("/") if value else value


def _picture_url(value: str) -> str:
    # What the URL has is put into the Content-Security-Policy, so it has none of its separators.
    if value and not re.fullmatch(r"https://[A-Za-z0-9.-]+(:\d+)?/[^\s;,'\"<>\\#@]{1,500}", value):
        raise ValueError("must be the https address of a picture, such as https://acme.example/logo.png")
    return value


def _upper(value: object) -> object:
    return value.upper() if isinstance(value, str) else value


def _given(value: object) -> object:
    """Refuse what `Settings` marks as missing, and an empty value."""
    if value is _MISSING:
        raise ValueError("is missing")
    if value is _NO_PROVIDER:
        raise ValueError("is missing, and so is ZOOM_ACCOUNT_ID; connect RingCentral, Zoom or both")
    if value in ("", SecretStr("")):
        raise ValueError("is empty")
    return value


Url = Annotated[str, AfterValidator(_http_url)]
PictureUrl = Annotated[str, AfterValidator(_picture_url)]
Color = Annotated[str, AfterValidator(hex_color)]
PublicUrl = Annotated[str, AfterValidator(_public_url)]
Keys = Annotated[SecretStr, AfterValidator(_fernet_keys)]
DatabaseUrl = Annotated[str, AfterValidator(_database_url)]
PartOfLogin = Annotated[str | None, BeforeValidator(_given)]
SecretPartOfLogin = Annotated[SecretStr | None, BeforeValidator(_given)]


@dataclass(frozen=True)
class RingCentralLogin:
    """How to log in to RingCentral."""

    client_id: str
    client_secret: SecretStr
    jwt: SecretStr


@dataclass(frozen=True)
class ZoomLogin:
    """How to log in to Zoom, as a server-to-server app."""

    account_id: str
    client_id: str
    client_secret: SecretStr


class Settings(BaseSettings):
    """Every setting of `bot run`. The table of docs/settings.md is checked against this class."""

    model_config = SettingsConfigDict(env_file=".env", extra="ignore", hide_input_in_errors=True, frozen=True)

    slack_bot_token: SecretStr = Field(
        min_length=1, description="the bot token of the workspace (xoxb-…), from OAuth & Permissions"
    )
    slack_app_token: SecretStr = Field(
        default=SecretStr(""), description="the app-level token (xapp-…); when set, Socket Mode is used instead of HTTP"
    )
    slack_signing_secret: SecretStr = Field(
        default=SecretStr(""),
        validate_default=True,
        description="the Signing Secret of the Slack app, from Basic Information; needed over HTTP",
    )
    slack_api_url: Url = Field(default="https://slack.com/api/", description="the base URL of Slack's Web API")
    rc_server_url: Url = Field(
        default="https://platform.ringcentral.com", description="the base URL of RingCentral's API"
    )
    rc_app_client_id: PartOfLogin = Field(default=None, description="the client ID of your RingCentral app")
    rc_app_client_secret: SecretPartOfLogin = Field(
        default=None, description="the client secret of your RingCentral app"
    )
    rc_user_jwt: SecretPartOfLogin = Field(
        default=None, description="the JWT credential of the RingCentral user that Greenroom works as"
    )
    zoom_api_url: Url = Field(default="https://api.zoom.us/v2", description="the base URL of Zoom's API")
    zoom_oauth_url: Url = Field(default="https://zoom.us/oauth", description="the base URL of Zoom's access tokens")
    zoom_account_id: PartOfLogin = Field(
        default=None, description="the account ID of your server-to-server app at Zoom"
    )
    zoom_client_id: PartOfLogin = Field(default=None, description="the client ID of your server-to-server app at Zoom")
    zoom_client_secret: SecretPartOfLogin = Field(
        default=None, description="the client secret of your server-to-server app at Zoom"
    )
    zoom_webhook_secret: SecretStr = Field(
        default=SecretStr(""),
        description="the secret token of the Zoom app, from Feature, which proves that webhooks come from Zoom; "
        "without it there are none",
    )
    database_url: DatabaseUrl = Field(
        default="sqlite:///greenroom.db",
        repr=False,  # it may hold a password
        description="the database: a SQLite file or postgresql://…",
    )
    public_url: PublicUrl = Field(
        default="",
        description="the public base URL (https://…); without it there are no webhooks, and no pages of Greenroom's "
        "own to register, join and cancel",
    )
    page_name: str = Field(
        default="",
        max_length=80,
        description="the name of your company on the registration pages, also for people who cannot see PAGE_LOGO_URL",
    )
    page_color: Color = Field(
        default="#12694a", description="the color of your brand on the registration pages (#rrggbb)"
    )
    page_logo_url: PictureUrl = Field(
        default="",
        description="the https address of a picture at the top of the registration pages; it needs PAGE_NAME",
    )
    page_share: int = Field(
        default=20,
        ge=10,
        le=70,
        description="the percentage of each provider's rate limit that the registration pages may use, from 10 to 70",
    )
    host: str = Field(default="127.0.0.1", min_length=1, description="the address to listen on")
    port: int = Field(default=3000, ge=0, le=65535, description="the port to listen on; 0 picks a free one")
    encryption_key: Keys = Field(
        description="the key that encrypts stored secrets; `python -m bot key` prints a new one"
    )
    unclear_alerts: UnclearAlerts = Field(
        default=UnclearAlerts.REPEAT,
        description="what to do with an alert if Slack's answer is lost and the channel's history can't be read: "
        "repeat it (with a line that says so) or drop it",
    )
    log_level: Annotated[Literal["DEBUG", "INFO", "WARNING", "ERROR"], BeforeValidator(_upper)] = Field(
        default="INFO", description="the lowest level that is logged"
    )
    log_format: Literal["console", "json"] = Field(default="console", description="the format of the log")

    @model_validator(mode="before")
    @classmethod
    def _some_provider(cls, given: dict[str, object]) -> dict[str, object]:
        """Mark what is missing of the logins: each is complete or absent, and one of them is there."""
        has_zoom = any(given.get(name) for name in (*_ZOOM, "zoom_webhook_secret"))
        has_ringcentral = any(given.get(name) for name in _RINGCENTRAL) or not has_zoom
        complete = dict(given)
        for names, is_needed in ((_RINGCENTRAL, has_ringcentral), (_ZOOM, has_zoom)):
            for name in names:
                value = given.get(name)
                complete[name] = (_MISSING if value is None else value) if is_needed else None
        if not has_zoom and not any(name in given for name in _RINGCENTRAL):
            complete["rc_app_client_id"] = _NO_PROVIDER
        return complete

    @field_validator("slack_signing_secret")
    @classmethod
    def _some_way_in(cls, signing_secret: SecretStr, others: ValidationInfo) -> SecretStr:
        # A field validator, so that one error lists this together with the other missing settings.
        if not signing_secret.get_secret_value() and not others.data["slack_app_token"].get_secret_value():
            raise ValueError("is missing, and so is SLACK_APP_TOKEN; one of the two must be set")
        return signing_secret

    @field_validator("page_logo_url")
    @classmethod
    def _some_text_for_the_picture(cls, url: str, others: ValidationInfo) -> str:
        if url and not others.data.get("page_name", "").strip():
            raise ValueError("needs PAGE_NAME, which is read to people who cannot see the picture")
        return url

    @property
    def ringcentral(self) -> RingCentralLogin | None:
        """The login of RingCentral; `None` without one."""
        if self.rc_app_client_id is None or self.rc_app_client_secret is None or self.rc_user_jwt is None:
            return None
        return RingCentralLogin(self.rc_app_client_id, self.rc_app_client_secret, self.rc_user_jwt)

    @property
    def zoom(self) -> ZoomLogin | None:
        """The login of Zoom; `None` without one."""
        if self.zoom_account_id is None or self.zoom_client_id is None or self.zoom_client_secret is None:
            return None
        return ZoomLogin(self.zoom_account_id, self.zoom_client_id, self.zoom_client_secret)

    @property
    def others_deliver(self) -> bool:
        """Whether webhooks are set up of the providers that have no subscription by calls: without Zoom, of all."""
        return self.zoom is None or bool(self.zoom_webhook_secret.get_secret_value())

    @property
    def socket_mode(self) -> bool:
        """Whether to use Socket Mode, which needs no public URL."""
        return bool(self.slack_app_token.get_secret_value())


def read_settings() -> Settings:
    """Read the settings. Raises `SettingsError` naming every missing or malformed one and its purpose."""
    try:
        return Settings()  # pydantic-settings fills the fields from the environment
    except ValidationError as error:
        raise SettingsError(_explain(error)) from None  # its own text may quote a secret


def _explain(error: ValidationError) -> str:
    lines = ["Greenroom cannot start. Set these in the environment or in a file .env:"]
    for problem in error.errors(include_input=False, include_url=False):
        name = str(problem["loc"][0])
        state = STATES.get(problem["type"], problem["msg"].removeprefix("Value error, "))
        if problem["type"] in STATES:  # the context of another type could quote a secret
            state = state.format(**problem.get("ctx", {})).replace("'", "")
        lines.append(f"  {name.upper()} {state} – {Settings.model_fields[name].description}")
    return "\n".join(lines)
