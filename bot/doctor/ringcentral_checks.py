"""Checks RingCentral: login, permissions, license and directory. Six calls, two of them of the ten a minute.

They pass the gate that the running bot uses, where the database shares it.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

import aiohttp

from bot.clock import SystemClock
from bot.db.leases import DATABASE_UNAVAILABLE
from bot.doctor.finding import Finding, note, ok, wrong
from bot.doctor.shared_gate import open_gate
from bot.errors import ProviderBusy, ProviderDown, ProviderError, ProviderForbidden
from bot.providers.ringcentral.errors import LICENSE_CODES
from bot.providers.ringcentral.probe import SetupProbe
from bot.settings import Settings

LOGIN, PERMISSIONS, LICENSE = "RingCentral login", "RingCentral permissions", "RingCentral license"
RIGHTS, DIRECTORY = "RingCentral WebinarSettings", "RingCentral directory"
NEEDED = ("ReadWebinars", "EditWebinars", "ReadAccounts")
LOOK_BACK = timedelta(days=365)
TIMEOUT = 10.0
NO_GATE = "not checked, because the database that counts the calls to RingCentral stopped answering"
ADD_PERMISSION = "Add {} in the developer console, in the app's settings under App permissions."
ADD_LICENSE = "A RingCentral administrator can give the user a Webinar license in the Admin Portal."
ADD_RIGHTS = (
    "Without it, this user hosts every webinar, and Greenroom sees only webinars that it hosts. To change that, a "
    "RingCentral administrator gives it the permission WebinarSettings in the Admin Portal."
)


async def check_ringcentral(settings: Settings, http: aiohttp.ClientSession, now: datetime) -> list[Finding]:
    """All findings about RingCentral; none if it is not used."""
    login = settings.ringcentral
    if login is None:
        return []
    async with open_gate(settings, login) as gate:
        probe = SetupProbe(
            http,
            gate,
            server_url=settings.rc_server_url,
            client_id=login.client_id,
            client_secret=login.client_secret,
            jwt=login.jwt,
            clock=SystemClock(),
            version="doctor",
            timeout=TIMEOUT,
        )
        return await _check(probe, now)


async def _check(probe: SetupProbe, now: datetime) -> list[Finding]:
    try:
        permissions = await probe.app_permissions()
    except ProviderError as error:
        remedy = "Check the network, and RC_SERVER_URL if you have set it." if isinstance(error, ProviderDown) else ""
        return [wrong(LOGIN, error.sentence, remedy)]
    except DATABASE_UNAVAILABLE:
        return [wrong(LOGIN, NO_GATE)]
    try:
        return [ok(LOGIN, "the app and the JWT are accepted"), *await _check_rights(probe, permissions, now)]
    finally:
        await probe.close()


async def _check_rights(probe: SetupProbe, permissions: frozenset[str], now: datetime) -> list[Finding]:
    found = _check_permissions(permissions)
    checks = (
        (DIRECTORY, _check_directory, {"ReadAccounts"}),
        (RIGHTS, lambda one: _check_company(one, now), {"ReadAccounts", "ReadWebinars"}),
        (LICENSE, lambda one: _check_license(one, now), {"ReadWebinars"}),
    )
    for part, check, needed in checks:
        if not permissions or permissions.issuperset(needed):
            found.append(await _guarded(part, check, probe))
    return found


def _check_permissions(permissions: frozenset[str]) -> list[Finding]:
    if not permissions:
        return [note(PERMISSIONS, "RingCentral does not list those of the app", f"It needs {', '.join(NEEDED)}.")]
    missing = [
        wrong(PERMISSIONS, f"{name} is missing", ADD_PERMISSION.format(name))
        for name in NEEDED
        if name not in permissions
    ]
    return missing or [ok(PERMISSIONS, ", ".join(NEEDED))]


async def _check_directory(probe: SetupProbe) -> Finding:
    size = await probe.directory_size()
    if not size:
        return note(DIRECTORY, "it lists nobody, so nobody but the service user can be a host")
    return ok(DIRECTORY, f"it can be read ({size} entries)")


async def _check_company(probe: SetupProbe, now: datetime) -> Finding:
    user = await probe.service_user()
    if user.may_choose_host and await probe.sees_company(now):
        return ok(RIGHTS, "the user may choose hosts, and sees all webinars of the company")
    what = "the user is an administrator without it" if user.may_choose_host else "the user is no administrator"
    return note(RIGHTS, what, ADD_RIGHTS)


async def _check_license(probe: SetupProbe, now: datetime) -> Finding:
    is_licensed = await probe.is_licensed(now - LOOK_BACK)
    if is_licensed is None:
        return note(LICENSE, "known only once the user hosts a webinar", "Create one, and run this again.")
    return ok(LICENSE, "active") if is_licensed else wrong(LICENSE, "the user has no Webinar license", ADD_LICENSE)


async def _guarded(part: str, check: Callable[[SetupProbe], Awaitable[Finding]], probe: SetupProbe) -> Finding:
    try:
        return await check(probe)
    except ProviderBusy as error:
        return note(part, error.sentence, "Run this again in a minute.")
    except ProviderForbidden as error:
        return wrong(LICENSE if error.code in LICENSE_CODES else part, error.sentence)
    except ProviderError as error:
        return wrong(part, error.sentence)
    except DATABASE_UNAVAILABLE:
        return wrong(part, NO_GATE)
