"""Checks the Slack app: its tokens, its scopes, and how requests reach the bot. Two calls at most."""

from __future__ import annotations

import aiohttp
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web.async_client import AsyncWebClient

from bot.doctor.finding import Finding, note, ok, wrong
from bot.errors import GreenroomError
from bot.settings import Settings
from bot.slack.client import Identity, SlackApi
from bot.slack.responses import SlackRefused
from bot.slack.scopes import ADDED_BY_ADMIN, SCOPES

TOKEN, SCOPE, WAY_IN = "Slack token", "Slack scopes", "Slack requests"
COPY_THE_BOTS = "Copy the Bot User OAuth Token (xoxb-…) from OAuth & Permissions of your app into SLACK_BOT_TOKEN."
INSTALL = (
    "In your app, under OAuth & Permissions, {} and install the app again. `python -m bot manifest` has all of them."
)
MAKE_APP_LEVEL = (
    "Under Basic Information, App-Level Tokens, create a token with the scope connections:write for SLACK_APP_TOKEN, "
    "and turn on Socket Mode."
)


async def check_slack(settings: Settings, http: aiohttp.ClientSession) -> list[Finding]:
    """All findings about Slack."""
    slack = SlackApi(settings.slack_bot_token.get_secret_value(), settings.slack_api_url, http)
    try:
        identity = await slack.identity()
    except SlackRefused as error:
        return [_refused(error.code), *await _check_way_in(settings, http)]
    except GreenroomError as error:
        return [wrong(TOKEN, error.sentence, "Check the network, and SLACK_API_URL if you have set it.")]
    return [_check_token(identity), *_check_scopes(identity), *await _check_way_in(settings, http)]


def _refused(code: str) -> Finding:
    if code == "not_allowed_token_type":
        return wrong(TOKEN, "SLACK_BOT_TOKEN is an app-level token (xapp-…), as for SLACK_APP_TOKEN", COPY_THE_BOTS)
    return wrong(TOKEN, f"Slack does not accept SLACK_BOT_TOKEN ({code})", COPY_THE_BOTS)


def _check_token(identity: Identity) -> Finding:
    if not identity.bot_id:
        return wrong(TOKEN, "SLACK_BOT_TOKEN belongs to a person and not to the bot", COPY_THE_BOTS)
    return ok(TOKEN, f"the bot of the workspace {identity.workspace.team_id}")


def _check_scopes(identity: Identity) -> list[Finding]:
    if not identity.scopes:
        return [note(SCOPE, "Slack does not say which scopes the token has")]
    found = [_missing(scope) for scope in SCOPES if scope not in identity.scopes]
    unused = sorted(identity.scopes - SCOPES.keys() - ADDED_BY_ADMIN)
    if unused:
        listed = ", ".join(unused)
        found.append(note(SCOPE, f"granted, but not used: {listed}", INSTALL.format(f"remove {listed}")))
    return found or [ok(SCOPE, "exactly those of the manifest")]


def _missing(name: str) -> Finding:
    scope, remedy = SCOPES[name], INSTALL.format(f"add {name}")
    if scope.is_optional:
        return note(SCOPE, f"{name} is not granted, which is optional: {scope.lost}", remedy)
    return wrong(SCOPE, f"{name} is missing: {scope.reason}", remedy)


async def _check_way_in(settings: Settings, http: aiohttp.ClientSession) -> list[Finding]:
    if not settings.socket_mode:
        path = f"{settings.public_url or 'https://your-address'}/slack/events"
        places = "Interactivity, of Event Subscriptions and of the command /webinar"
        what = f"In your app, {path} must be the Request URL of {places}."
        return [note(WAY_IN, "over HTTP; only a request from Slack shows that SLACK_SIGNING_SECRET is right", what)]
    client = AsyncWebClient(base_url=settings.slack_api_url.rstrip("/") + "/", session=http, retry_handlers=[])
    try:
        await client.apps_connections_open(app_token=settings.slack_app_token.get_secret_value())
    except SlackApiError as error:
        code = str(error.response.get("error", "unknown_error"))
        text = f"Slack does not accept SLACK_APP_TOKEN, or Socket Mode is off ({code})"
        if code == "not_allowed_token_type":
            text = "SLACK_APP_TOKEN is no app-level token (xapp-…)"
        return [wrong(WAY_IN, text, MAKE_APP_LEVEL)]
    except (TimeoutError, SlackClientError, aiohttp.ClientError, OSError):
        return [wrong(WAY_IN, "Slack does not answer", "Check the network.")]
    return [ok(WAY_IN, "over Socket Mode")]
