"""Runs all checks of a setup."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import datetime

import aiohttp
from yarl import URL

from bot.clock import machine_now
from bot.doctor.database_checks import check_database
from bot.doctor.finding import Finding, is_healthy, ok, report, wrong
from bot.doctor.http_log import HttpLog
from bot.doctor.public_url_check import check_public_url
from bot.doctor.ringcentral_checks import check_ringcentral
from bot.doctor.slack_checks import check_slack
from bot.doctor.zoom_checks import check_zoom
from bot.errors import SettingsError
from bot.providers.names import RINGCENTRAL, ZOOM
from bot.settings import Settings, read_settings
from bot.slack.client import TIMEOUT

PART = "Settings"
SET_THEM = "Set these in the environment or in .env, and run this again."
SLACK = "Slack"


async def examine(
    read: Callable[[], Settings] = read_settings, now: Callable[[], datetime] = machine_now
) -> tuple[str, bool]:
    """Check the setup; return the report, and whether nothing is wrong. Makes ten calls at most with few Zoom users."""
    try:
        settings = read()
    except SettingsError as error:
        findings = _wrong_settings(error)
        return report(findings, {SLACK: 0, RINGCENTRAL: 0}), False
    http_log = HttpLog(now)
    servers = _servers(settings)
    async with aiohttp.ClientSession(timeout=TIMEOUT, trace_configs=[http_log.trace()]) as http:
        findings = [
            ok(PART, "all that are required are set and well-formed"),
            *await check_slack(settings, http),
            *await check_ringcentral(settings, http, now()),
            *await check_zoom(settings, http, now()),
            await check_public_url(settings, http),
            http_log.check(servers),
            *await check_database(settings),
        ]
    calls = Counter(dict.fromkeys(servers.values(), 0))
    for host, name in servers.items():
        calls[name] += http_log.calls[host]
    return report(findings, calls), is_healthy(findings)


def _servers(settings: Settings) -> dict[str, str]:
    """The names of the servers that are called, by host and port."""
    urls = [(settings.slack_api_url, SLACK)]
    if settings.ringcentral:
        urls.append((settings.rc_server_url, RINGCENTRAL))
    if settings.zoom:
        urls += [(settings.zoom_api_url, ZOOM), (settings.zoom_oauth_url, ZOOM)]
    return {URL(url).authority: name for url, name in urls}


def _wrong_settings(error: SettingsError) -> list[Finding]:
    """A finding for each line of the sentence that names a setting."""
    named = [line.strip() for line in error.sentence.splitlines() if line.startswith("  ")]
    found = []
    for line in named or [error.sentence]:
        state, _, purpose = line.partition(" – ")
        found.append(wrong(PART, state, f"{purpose[0].upper()}{purpose[1:]}." if purpose else ""))
    return [
        *found,
        wrong(PART, "the rest cannot be checked", SET_THEM),
    ]
