"""The stand-ins that the measured bot talks to, in the measuring process."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta

from cryptography.fernet import Fernet

from sandbox.clock import SandboxClock
from sandbox.ringcentral import RingCentral
from sandbox.slack import Slack

WEBINARS = 12
"""Webinars at the start: enough for a full page of a list."""
PACED = re.compile(r"/webinar/(configuration/v1/company/sessions|registration/v1/sessions/[^/]+)$")


@dataclass
class Vendors:
    """A company with some upcoming webinars, and its Slack workspace."""

    clock: SandboxClock
    slack: Slack
    ringcentral: RingCentral

    @property
    def settings(self) -> dict[str, str]:
        """The environment that connects the bot to the stand-ins."""
        return {
            "SLACK_BOT_TOKEN": self.slack.bot_token,
            "SLACK_SIGNING_SECRET": self.slack.signing_secret,
            "SLACK_API_URL": f"{self.slack.url}/api/",
            "RC_SERVER_URL": self.ringcentral.url,
            "RC_APP_CLIENT_ID": self.ringcentral.client_id,
            "RC_APP_CLIENT_SECRET": self.ringcentral.client_secret,
            "RC_USER_JWT": self.ringcentral.jwt,
            "ENCRYPTION_KEY": Fernet.generate_key().decode(),
            "PORT": "0",
        }

    @property
    def webinar_calls(self) -> int:
        """The number of calls to RingCentral's webinar services."""
        return sum(call.path.startswith("/webinar/") for call in self.ringcentral.calls)

    @property
    def commanded_calls(self) -> int:
        """The same without the background reads: the list of sessions, and the registration of one."""
        reads = [one for one in self.ringcentral.calls if one.method == "GET" and PACED.search(one.path)]
        return self.webinar_calls - len(reads)


@asynccontextmanager
async def vendors(webinars: int = WEBINARS) -> AsyncIterator[Vendors]:
    """Both stand-ins, listening."""
    clock = SandboxClock()
    both = Vendors(clock, Slack(clock), RingCentral(clock))
    await both.slack.start()
    await both.ringcentral.start()
    for number in range(webinars):
        both.ringcentral.create(f"Webinar {number + 1}", clock.now() + timedelta(days=number + 1))
    try:
        yield both
    finally:
        await both.slack.stop()
        await both.ringcentral.stop()
