"""RingCentral Webinar as a `WebinarProvider`."""

from __future__ import annotations

from bot.providers.ringcentral.client import RingCentral

__all__ = ["RingCentral"]
