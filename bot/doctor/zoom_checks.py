"""Checks Zoom: login, scopes, licensed users, and the address of its webhooks. Two calls, through the bot's gate."""

from __future__ import annotations

import json
import secrets
from collections.abc import Sequence
from datetime import datetime

import aiohttp

from bot.clock import SystemClock
from bot.db.leases import DATABASE_UNAVAILABLE
from bot.doctor.finding import Finding, note, ok, wrong
from bot.doctor.public_url_check import TIMEOUT, served
from bot.doctor.shared_gate import open_zoom_gate
from bot.doctor.zoom_scopes import NEEDED, WITHOUT
from bot.errors import ProviderBusy, ProviderDown, ProviderError
from bot.providers.zoom.deliveries import VALIDATION, digest, signature
from bot.providers.zoom.probe import CHECKING, ZoomProbe
from bot.providers.zoom.scopes import AppScope, missing_scopes
from bot.settings import Settings, ZoomLogin
from bot.web.zoom_webhooks import PATH, SIGNATURE, TIMESTAMP, ZoomWebhookIngress

LOGIN, SCOPES, USERS, WEBHOOKS = "Zoom login", "Zoom scopes", "Zoom users", "Zoom webhooks"
CALL_TIMEOUT = 10.0
NO_GATE = "not checked, because the database that counts the calls to Zoom stopped answering"
ADD_SCOPE = "Add it in the Zoom App Marketplace, in the app's settings under Scopes: {}, or the classic {}."
ADD_LICENSE = "Registration needs a Licensed user (Pro or higher). A Zoom administrator can assign a license."
SET_UP = "docs/zoom-setup.md says how to set them up; without them, Greenroom polls Zoom instead."
RESTART = "Restart Greenroom with the same settings, and compare ZOOM_WEBHOOK_SECRET with the app's Secret Token."


async def check_zoom(settings: Settings, http: aiohttp.ClientSession, now: datetime) -> list[Finding]:
    """All findings about Zoom; none if it is not connected."""
    if settings.zoom is None:
        return []
    async with open_zoom_gate(settings, settings.zoom) as gate:
        probe = ZoomProbe(
            http,
            gate,
            api_url=settings.zoom_api_url,
            oauth_url=settings.zoom_oauth_url,
            account_id=settings.zoom.account_id,
            client_id=settings.zoom.client_id,
            client_secret=settings.zoom.client_secret,
            clock=SystemClock(),
            version="doctor",
            timeout=CALL_TIMEOUT,
        )
        try:
            found = await _check(probe)
        finally:
            await probe.close()
    return [*found, await _check_webhooks(settings, settings.zoom, http, now)]


async def _check(probe: ZoomProbe) -> list[Finding]:
    try:
        granted = await probe.granted_scopes(CHECKING)
    except ProviderError as error:
        remedy = "Check the network, and ZOOM_OAUTH_URL if you have set it." if isinstance(error, ProviderDown) else ""
        return [wrong(LOGIN, error.sentence, remedy)]
    except DATABASE_UNAVAILABLE:
        return [wrong(LOGIN, NO_GATE)]
    found = [ok(LOGIN, "the account and the app are accepted")]
    if not granted:
        found.append(note(SCOPES, "Zoom does not list those of the app", "docs/zoom-setup.md lists what it needs."))
    else:
        found += _check_scopes(missing_scopes(granted))
    return [*found, await _check_users(probe)]


def _check_scopes(missing: Sequence[AppScope]) -> list[Finding]:
    found = []
    for one in missing:
        make = wrong if one.granular in NEEDED else note
        text = f"{one.granular} is missing: {WITHOUT[one.granular]}"
        found.append(make(SCOPES, text, ADD_SCOPE.format(one.granular, one.classic)))
    return found or [ok(SCOPES, "all that Greenroom uses")]


async def _check_users(probe: ZoomProbe) -> Finding:
    try:
        licensed = await probe.licensed_users()
    except ProviderBusy as error:
        return note(USERS, error.sentence, "Run this again in a minute.")
    except ProviderError as error:
        return wrong(USERS, error.sentence)
    except DATABASE_UNAVAILABLE:
        return wrong(USERS, NO_GATE)
    if not licensed:
        return wrong(USERS, "nobody in the account has a license", ADD_LICENSE)
    return ok(USERS, f"{licensed} licensed, who can host meetings with registration")


async def _check_webhooks(settings: Settings, login: ZoomLogin, http: aiohttp.ClientSession, now: datetime) -> Finding:
    """Send the check to our own address that Zoom sends, signed with the secret of these settings."""
    secret = settings.zoom_webhook_secret.get_secret_value()
    if missing := _unset(settings):
        return note(WEBHOOKS, f"off: {missing} not set", SET_UP)
    token = secrets.token_urlsafe(16)
    raw = json.dumps({"event": VALIDATION, "payload": {"plainToken": token}}).encode()
    stamp = str(int(now.timestamp()))
    headers = {TIMESTAMP: stamp, SIGNATURE: signature(secret, stamp, raw)}
    ours = ZoomWebhookIngress(settings.zoom_webhook_secret, login.account_id, _ignore)
    async with served(settings, ours.add_routes):
        try:
            url = settings.public_url + PATH
            async with http.post(url, data=raw, headers=headers, timeout=TIMEOUT, allow_redirects=False) as response:
                status, body = response.status, await response.text(errors="replace")
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            return wrong(WEBHOOKS, f"the address cannot be reached ({type(error).__name__})", SET_UP)
    if status == 200 and digest(secret, token.encode()) in body:
        return ok(WEBHOOKS, f"{PATH} answers a check; that the secret is right, only Validate in the Zoom app shows")
    return wrong(WEBHOOKS, f"{PATH} does not answer a check (status {status})", RESTART)


def _unset(settings: Settings) -> str:
    """The settings that webhooks need and do not have; empty if they have all."""
    needed = {"PUBLIC_URL": settings.public_url, "ZOOM_WEBHOOK_SECRET": settings.zoom_webhook_secret.get_secret_value()}
    return " and ".join(name for name, value in needed.items() if not value)


async def _ignore(_: bytes) -> None:
    """Store nothing."""
