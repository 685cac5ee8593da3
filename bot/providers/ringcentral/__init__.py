"""RingCentral Webinar behind the port: one client, one login, one table of its errors."""

from __future__ import annotations

from bot.providers.ringcentral.client import RingCentral

__all__ = ["RingCentral"]
