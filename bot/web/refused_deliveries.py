"""Refuses deliveries of webhooks: anybody can send some, so most of them leave no line in the log."""

from __future__ import annotations

import logging
import math
from collections.abc import Callable
from typing import TYPE_CHECKING

from bot.clock import monotonic
from bot.web.limits import refuse

if TYPE_CHECKING:
    from aiohttp import web

log = logging.getLogger(__name__)

LOG_EVERY = 60.0
"""Seconds from one line about refusals with a status to the next."""


class RefusedDeliveries:
    """The refusals of one route. The metrics count all of them."""

    def __init__(self, monotonic: Callable[[], float] = monotonic) -> None:
        """Nothing was refused yet."""
        self._monotonic = monotonic
        self._logged: dict[int, tuple[float, int]] = {}
        """By status: when it was logged last, and how many refusals there were since."""

    def refuse(self, status: int) -> web.Response:
        """The answer, after which the connection is closed. Logs the first one in a minute, with those before it."""
        logged_at, more = self._logged.get(status, (-math.inf, 0))
        now = self._monotonic()
        if now - logged_at < LOG_EVERY:
            self._logged[status] = logged_at, more + 1
        else:
            log.warning("webhook.refused", extra={"status": status, "not_logged": more})
            self._logged[status] = now, 0
        return refuse(status)
